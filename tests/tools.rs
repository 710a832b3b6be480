//! Tools as an administrator tries them out: the program itself, and a server on loopback that is asked.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output},
    thread::JoinHandle,
};

/// One request, head and body.
fn heard(stream: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet).unwrap();
        head.push(octet[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn answer(stream: &mut TcpStream, body: &str) {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
}

/// Answers one request and gives back what it heard.
fn server() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (head, _) = heard(&mut stream);
        answer(&mut stream, r#"{"status":"shipped"}"#);
        head
    });
    (port, served)
}

fn install(port: u16) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "s3cret-token\n").unwrap();
    let tool = |name: &str, more: &str| {
        format!(
            "[[tool]]\nname = \"{name}\"\ndescription = \"Says where an order of this customer is.\"\n{more}\n\
             url = \"http://127.0.0.1:{port}/orders/{{order}}?email={{contact.address}}\"\nnetworks = [\"127.0.0.1\"]\n\
             parameters = '{{\"type\":\"object\",\"properties\":{{\"order\":{{\"type\":\"string\"}}}},\"required\":[\"order\"]}}'\n\
             [[tool.header]]\nname = \"Authorization\"\nvalue = \"Bearer {{secret.shop}}\"\n\
             [[tool.secret]]\nname = \"shop\"\nfile = \"token\"\n"
        )
    };
    let text = format!("{}{}", tool("order_status", ""), tool("cancel_order", "method = \"DELETE\""));
    std::fs::write(folder.path().join("smtpd.toml"), text).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_replyd")).args(arguments).current_dir(folder).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_tool_is_listed_looked_at_and_tried_out_and_its_secret_stays_masked() {
    // Given two tools and the server that they ask
    let (port, served) = server();
    let folder = install(port);
    let list = said(&run(folder.path(), &["tool", "list"]));
    assert!(list.contains("order_status  read  level 3") && list.contains("cancel_order  write  level 4"), "{list}");

    // When the request is only looked at
    let test = ["tool", "test", "order_status", "--arg", "order=A 1", "--contact", "ada@customer.example"];
    let dry = said(&run(folder.path(), &[&test[..], &["--dry-run"]].concat()));
    let line = format!("GET http://127.0.0.1:{port}/orders/A%201?email=ada%40customer.example");
    assert!(dry.contains(&line) && dry.contains("authorization: Bearer ***"), "{dry}");

    // and then made
    let tried = said(&run(folder.path(), &test));

    // Then the server has heard it once, with the secret that nobody is shown
    let heard = served.join().unwrap();
    assert!(heard.starts_with("GET /orders/A%201?email=ada%40customer.example HTTP/1.1\r\n"), "{heard}");
    assert!(heard.contains("authorization: Bearer s3cret-token\r\n"), "{heard}");
    assert!(tried.contains("200\nstatus: shipped") && !tried.contains("s3cret-token"), "{tried}");
}

#[test]
fn what_cannot_be_tried_says_why() {
    let folder = install(9);
    for (arguments, code, words) in [
        (&["nothing"][..], 65, "there is no tool nothing"),
        (&["order_status"], 64, "order: it is missing"),
        (&["order_status", "--arg", "order=../admin"], 64, "holds a slash"),
        (&["order_status", "--arg", "order=A1", "--arg", "all=true"], 64, "nobody asked for"),
        (&["order_status", "--arg", "order"], 64, "NAME=VALUE"),
        (&["order_status", "--arg", "order=A1"], 64, "127.0.0.1 could not be connected to"),
        (&["cancel_order", "--arg", "order=A1"], 64, "changes something"),
        (&["order_status", "--arg", "order=A1", "--conversation", "12345"], 65, "there is no conversation 12345"),
    ] {
        let output = run(folder.path(), &[&["tool", "test"][..], arguments].concat());
        let told = said(&output);
        assert!(told.contains(words), "{arguments:?}: {told}");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
    }
}

#[test]
fn an_openapi_document_becomes_tables_that_check_takes() {
    let folder = install(9);
    let document = r#"{"openapi":"3.1.0","servers":[{"url":"https://shop.acme.example"}],"paths":{
        "/orders/{order}":{"get":{"operationId":"showOrder","summary":"Shows one order of a customer.",
            "parameters":[{"name":"order","in":"path","required":true,"schema":{"type":"string"}}]}},
        "/upload":{"post":{"requestBody":{"content":{"image/png":{}}}}}}}"#;
    std::fs::write(folder.path().join("shop.json"), document).unwrap();

    let made = run(folder.path(), &["tool", "import", "shop.json"]);

    assert!(String::from_utf8_lossy(&made.stderr).contains("left out: POST /upload: its body is not JSON"), "{made:?}");
    std::fs::write(folder.path().join("smtpd.toml"), &made.stdout).unwrap();
    let checked = run(folder.path(), &["check"]);
    assert!(checked.status.success(), "{}{}", said(&checked), said(&made));
    assert!(said(&run(folder.path(), &["tool", "list"])).contains("show_order  read  level 3"));

    // The same in YAML makes the same tables.
    let yaml = "openapi: 3.1.0\nservers:\n- url: https://shop.acme.example\npaths:\n  /orders/{order}:\n    get:\n      \
        operationId: showOrder\n      summary: Shows one order of a customer.\n      parameters:\n      - {name: order, in: \
        path, required: true, schema: {type: string}}\n";
    std::fs::write(folder.path().join("shop.yaml"), yaml).unwrap();
    let again = run(folder.path(), &["tool", "import", "shop.yaml"]);
    assert_eq!(again.stdout, made.stdout, "{}", said(&again));
}

#[test]
fn the_tools_of_an_mcp_server_become_tables_pinned_to_it() {
    // Given an MCP server with one tool, until the test ends
    let folder = install(9);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (head, body) = heard(&mut stream);
            assert!(head.contains("authorization: Bearer s3cret-token\r\n"), "{head}");
            let asked: serde_json::Value = serde_json::from_str(&body).unwrap();
            let result = match asked["method"].as_str().unwrap() {
                "initialize" => serde_json::json!({ "protocolVersion": "2025-06-18", "capabilities": {} }),
                _ => {
                    serde_json::json!({ "tools": [{ "name": "findOrder", "description": "Finds an order of a customer.",
                    "inputSchema": { "type": "object", "properties": { "q": { "type": "string" } } } }] })
                }
            };
            answer(
                &mut stream,
                &serde_json::json!({ "jsonrpc": "2.0", "id": asked["id"], "result": result }).to_string(),
            );
        }
    });

    // When its tools are imported
    let import = ["tool", "import-mcp", url.as_str(), "--token-file", "token", "--network", "127.0.0.1"];
    let made = run(folder.path(), &import);

    // Then they are what check takes, as tools that change something until a person says otherwise
    std::fs::write(folder.path().join("smtpd.toml"), &made.stdout).unwrap();
    let checked = run(folder.path(), &["check"]);
    assert!(checked.status.success(), "{}{}", said(&checked), said(&made));
    assert!(said(&run(folder.path(), &["tool", "list"])).contains("find_order  write  level 4"));
    let inner = run(folder.path(), &["tool", "import-mcp", url.as_str()]);
    assert!(said(&inner).contains("http:// is for a server in one of `networks`"), "{}", said(&inner));
}

#[test]
fn the_tools_of_a_program_that_speaks_mcp_become_tables_pinned_to_it() {
    // Given a program that speaks MCP, and a secret that it needs
    let folder = install(9);
    let program = folder.path().join("orders");
    let tools = r#"{"jsonrpc":"2.0","id":2,"result":{"tools":[{"name":"findOrder","description":"Finds an order of a customer.","inputSchema":{"type":"object","properties":{"q":{"type":"string"}}}}]}}"#;
    let script = format!(
        "#!/bin/sh\n[ \"$TOKEN\" = s3cret-token ] || exit 1\nread -r line; echo '{}'\nread -r line; read -r line; echo '{tools}'\n\
         read -r line && echo '{}'\n",
        r#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18","capabilities":{}}}"#,
        r#"{"jsonrpc":"2.0","id":3,"result":{"content":[{"type":"text","text":"{\"order\":\"A1\"}"}]}}"#,
    );
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();

    // When its tools are imported
    let path = program.to_str().unwrap();
    let made = run(folder.path(), &["tool", "import-mcp", "--env-file", "TOKEN=token", "--command", path, "--stdio"]);

    // Then they are what check takes, and one can be tried out
    std::fs::write(folder.path().join("smtpd.toml"), &made.stdout).unwrap();
    let checked = run(folder.path(), &["check"]);
    assert!(checked.status.success(), "{}{}", said(&checked), said(&made));
    assert!(said(&run(folder.path(), &["tool", "list"])).contains("find_order  write  level 4"));
    let tried = said(&run(folder.path(), &["tool", "test", "find_order", "--arg", "q=x", "--write"]));
    assert!(tried.contains(&format!("{path} --stdio")) && tried.contains("200\norder: A1"), "{tried}");
}
