//! People at the front door of a running daemon: the first one, by a link; one whom the command line lets in; a program with
//! a key. What opens anything stands neither in the journal nor in the log (S-25, S-27).

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    process::{Command, Stdio},
};

use support::{
    daemon::{Daemon, House},
    names::Names,
};

const PASSWORD: &str = "correct horse battery";

fn house(names: &Names) -> House {
    House::new(names.addr(), "", "segment_bytes = 4194304\n[web]\nlisten = \"127.0.0.1:0\"")
}

/// Where the inbox is served, as the log says.
fn front_door(daemon: &Daemon) -> SocketAddr {
    let log = daemon.log();
    let line = log.lines().find_map(|line| line.split_once("serving the inbox at ")).expect("it is logged");
    line.1.trim().parse().unwrap()
}

/// One request; the whole answer.
fn ask(at: SocketAddr, verb: &str, path: &str, headers: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(at).unwrap();
    let request = format!(
        "{verb} {path} HTTP/1.1\r\nHost: {at}\r\nOrigin: http://{at}\r\nConnection: close\r\n{headers}\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The cookie of the login that an answer sets.
fn cookie(answer: &str) -> String {
    let set = answer.lines().find_map(|line| line.strip_prefix("set-cookie: replyd=")).expect(answer);
    set.split(';').next().unwrap().to_owned()
}

/// Runs a command of the program, which must succeed; what it printed.
fn run(house: &House, args: &[&str], stdin: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replyd"));
    command.arg("--config").arg(house.config()).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

/// Every file below a folder that holds these octets.
fn files_with(folder: &Path, octets: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            found.extend(files_with(&entry.path(), octets));
        } else if kind.is_file() {
            let content = fs::read(entry.path()).unwrap();
            if content.windows(octets.len()).any(|window| window == octets) {
                found.push(entry.path().display().to_string());
            }
        }
    }
    found
}

#[test]
fn what_opens_anything_stands_in_no_file_and_no_log_s25_s27() {
    let names = Names::start();
    let house = house(&names);
    let daemon = house.start();
    let at = front_door(&daemon);

    // An administrator by a password, an agent by a link, a program by a key.
    run(&house, &["user", "add", "eve", "--role", "admin", "--password-stdin"], &format!("{PASSWORD}\n"));
    let link = run(&house, &["user", "add", "ada", "--at", "support@acme.example"], "");
    let invite = link.rsplit('/').next().unwrap().to_owned();
    let key = run(&house, &["key", "add", "report", "--can", "read", "--role", "viewer"], "");
    assert!(key.starts_with("rk_") && key.lines().count() == 1, "{key}");

    let opened = ask(at, "POST", &format!("/invite/{invite}"), "", "shown=Ada&password=another+horse+battery");
    let ada = cookie(&opened);
    let eve = cookie(&ask(at, "POST", "/login", "", "name=eve&password=correct+horse+battery"));
    for (token, name) in [(&ada, "ada"), (&eve, "eve")] {
        let page = ask(at, "GET", "/account", &format!("Cookie: replyd={token}\r\n"), "");
        assert!(page.starts_with("HTTP/1.1 200") && page.contains(&format!("<dd>{name}</dd>")), "{page}");
    }
    let bearer = format!("Authorization: Bearer {key}\r\n");
    assert!(ask(at, "GET", "/api/v1/conversations", &bearer, "").starts_with("HTTP/1.1 200"));
    assert!(ask(at, "GET", "/api/v1/people", &bearer, "").starts_with("HTTP/1.1 403"));
    assert!(ask(at, "GET", "/api/v1/conversations", "", "").starts_with("HTTP/1.1 401"));
    assert!(ask(at, "GET", "/inbox", "", "").contains("location: /login?next=%2Finbox"));

    let (log, data) = (daemon.log(), house.data());
    daemon.stop();
    for secret in [&ada, &eve, &invite, &key, PASSWORD, "another horse battery"] {
        assert!(!log.contains(secret), "it stands in the log");
        assert_eq!(files_with(&data, secret.as_bytes()), Vec::<String>::new());
    }
    assert!(
        !files_with(&data, b"$argon2id$v=19$m=19456,t=2,p=1$").is_empty(),
        "they were looked for where they would be"
    );
    house.verify();
}

#[test]
fn the_command_line_takes_away_what_it_gave() {
    let names = Names::start();
    let house = house(&names);
    // Without a daemon first: it works on the store itself.
    run(&house, &["user", "add", "eve", "--role", "admin", "--password-stdin"], &format!("{PASSWORD}\n"));
    let daemon = house.start();
    let at = front_door(&daemon);
    let log_in = || ask(at, "POST", "/login", "", "name=eve&password=correct+horse+battery");
    let token = format!("Cookie: replyd={}\r\n", cookie(&log_in()));
    assert!(ask(at, "GET", "/account", &token, "").starts_with("HTTP/1.1 200"));

    assert!(run(&house, &["user", "list"], "").contains("admin at every address  password"));
    assert!(run(&house, &["user", "disable", "eve"], "").contains("disabled"));
    assert!(ask(at, "GET", "/account", &token, "").starts_with("HTTP/1.1 303"));
    assert!(log_in().starts_with("HTTP/1.1 422"));
    run(&house, &["user", "disable", "eve", "--undo"], "");
    assert!(log_in().starts_with("HTTP/1.1 303"));
    run(&house, &["user", "remove", "eve"], "");
    assert!(log_in().starts_with("HTTP/1.1 422"));

    let key = run(&house, &["key", "add", "report", "--can", "read,answer"], "");
    let bearer = format!("Authorization: Bearer {key}\r\n");
    assert!(ask(at, "GET", "/api/v1/counts", &bearer, "").starts_with("HTTP/1.1 200"));
    assert!(run(&house, &["key", "revoke", "report"], "").contains("revoked"));
    assert!(ask(at, "GET", "/api/v1/counts", &bearer, "").starts_with("HTTP/1.1 401"));
    assert!(!house.run(&["key", "add", "x", "--can", "manage", "--role", "viewer"]).status.success());
    daemon.stop();
}
