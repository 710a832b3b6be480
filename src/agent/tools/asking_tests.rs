//! Whatever a value is, it stays in its place: held against a real server that is asked, and read again by another reader of URLs.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::{
    agent::knowledge::Reader,
    config,
    types::{Address, ConversationId, Level, Number},
};

const WHERE: &str = r#"
url = "https://shop.acme.example/api/{order}/items?note={note}&fixed=1&email={contact.address}"
method = "POST"
parameters = '{"type":"object","properties":{"order":{"type":"string"},"note":{"type":"string"},"trace":{"type":"string"},"text":{"type":"string"},"list":{"type":"array","items":{"type":"integer"}}},"required":["order"]}'
body = '{"text":"{text}","mixed":"by {contact.name}: {note}","list":"{list}","deep":[{"a":"{text}"}],"n":1}'
[[tool.header]]
name = "X-Trace"
value = "t-{trace}"
"#;

fn tool(keys: &str) -> Tool {
    let text = format!("[[tool]]\nname = \"it\"\ndescription = \"Does what it is made to do.\"\n{keys}");
    config::parse(&text, Path::new("")).unwrap().tools.remove(0)
}

fn facts() -> Facts {
    Facts {
        contact: Address::parse("ada+x@customer.example").unwrap(),
        contact_name: "Ada \"L\"".into(),
        conversation: ConversationId(7),
        number: Number(12345),
        address: Address::parse("support@acme.example").unwrap(),
        level: Level::Confirmed,
        generation: 3,
        reader: Reader::default(),
    }
}

fn requested(tool: &Tool, arguments: &Value) -> Result<fetch::Request, String> {
    let secrets = Secrets::masked(tool);
    let arguments = arguments.as_object().unwrap();
    Call { tool, arguments, facts: &facts(), secrets: &secrets, now_secs: 1 }.request()
}

#[test]
fn values_go_where_the_administrator_put_them() {
    let arguments = json!({ "order": "A 1", "note": "a&b=c", "trace": "9", "text": "\"}", "list": [1, 2] });
    let request = requested(&tool(WHERE), &arguments).unwrap();
    assert_eq!(
        request.url,
        "https://shop.acme.example/api/A%201/items?note=a%26b%3Dc&fixed=1&email=ada%2Bx%40customer.example"
    );
    assert_eq!(request.headers["x-trace"], "t-9");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let expected =
        json!({ "text": "\"}", "mixed": "by Ada \"L\": a&b=c", "list": [1, 2], "deep": [{ "a": "\"}" }], "n": 1 });
    assert_eq!(body, expected);
}

#[test]
fn what_is_not_given_leaves_its_place_out() {
    let request = requested(&tool(WHERE), &json!({ "order": "A1" })).unwrap();
    assert_eq!(request.url, "https://shop.acme.example/api/A1/items?fixed=1&email=ada%2Bx%40customer.example");
    assert!(!request.headers.contains_key("x-trace"));
    assert_eq!(serde_json::from_slice::<Value>(&request.body).unwrap(), json!({ "deep": [{}], "n": 1 }));
}

#[test]
fn arguments_without_a_place_go_into_the_query_or_the_body() {
    let parameters = r#"parameters = '{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}}}'"#;
    let keys = format!("url = \"https://a.example/x\"\n{parameters}\n");
    let given = json!({ "a": "1&c=2", "b": 3 });
    assert_eq!(requested(&tool(&keys), &given).unwrap().url, "https://a.example/x?a=1%26c%3D2&b=3");
    let posted = requested(&tool(&format!("{keys}method = \"POST\"")), &given).unwrap();
    assert_eq!(
        (posted.url.as_str(), serde_json::from_slice::<Value>(&posted.body).unwrap()),
        ("https://a.example/x", given)
    );
}

/// What a model that obeys a mail could give for one argument.
fn hostile() -> Vec<String> {
    let mut values: Vec<String> = [
        "..",
        ".",
        "../admin",
        "..%2fadmin",
        "%2e%2e",
        "%2e%2e%2f",
        "..;/admin",
        "..;x",
        "..%3bx",
        ".%2e",
        "a/../../b",
        "/",
        "\\..\\",
        "//evil.example",
        "@evil.example",
        ":443",
        "a?x=1",
        "a#x",
        "a&admin=1",
        "a;admin=1",
        "a=b",
        "a b",
        "a+b",
        "a\tb",
        "a\r\nX-Evil: 1",
        "a\nb",
        "a\0b",
        "\u{7f}",
        "a%0d%0aX-Evil: 1",
        "\u{2028}",
        "ａ／ｂ",
        "。。",
        "é",
        "😀",
        "\",\"admin\":true,\"x\":\"",
        "\\\",\"admin\":true",
        "{\"admin\":true}",
        "{secret.shop}",
        "{contact.address}",
        "{{x}}",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "' or 1=1 --",
        "$(id)",
        "<script>",
        "%",
        "%00",
        "%u002e",
        "\u{202e}abc",
        "",
        " ",
        "-",
        "~",
        "null",
    ]
    .map(str::to_owned)
    .into();
    // Every octet alone and between letters.
    values.extend((0..=127_u8).flat_map(|octet| [char::from(octet).to_string(), format!("a{}b", char::from(octet))]));
    values.push("x".repeat(3000));
    values
}

#[test]
fn no_value_leaves_its_place_s22() {
    let tool = tool(WHERE);
    let mut sent = 0;
    for value in hostile() {
        for name in ["order", "note", "trace", "text"] {
            let mut arguments = json!({ "order": "A1", "note": "n", "trace": "9", "text": "t" });
            arguments[name] = json!(value);
            // What is refused is not asked.
            let Ok(request) = requested(&tool, &arguments) else { continue };
            sent += 1;
            let url = url::Url::parse(&request.url).unwrap();
            assert_eq!(url.as_str(), request.url, "{name} {value:?}: read in another way");
            assert_eq!((url.host_str(), url.port()), (Some("shop.acme.example"), None), "{name} {value:?}");
            let segments: Vec<&str> = url.path_segments().unwrap().collect();
            assert!(
                segments.len() == 3 && segments[0] == "api" && segments[2] == "items",
                "{name} {value:?}: {segments:?}"
            );
            let keys: Vec<String> = url.query_pairs().map(|(key, _)| key.into_owned()).collect();
            assert_eq!(keys, ["note", "fixed", "email"], "{name} {value:?}");
            let given =
                |key: &str| url.query_pairs().find(|(known, _)| known == key).map(|(_, value)| value.into_owned());
            assert_eq!(given("note").as_deref(), arguments["note"].as_str(), "{value:?}");
            let headers: Vec<&str> = request.headers.keys().map(HeaderName::as_str).collect();
            assert_eq!(headers, ["x-trace", "accept", "content-type", "idempotency-key"], "{name} {value:?}");
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            assert_eq!(body["text"], arguments["text"], "{value:?}");
            assert_eq!(body.as_object().unwrap().len(), 4, "{name} {value:?}");
        }
    }
    assert!(sent > 700, "{sent} of the values were sent");
}

#[test]
fn steps_slashes_and_lines_are_refused_and_not_cleaned() {
    let tool = tool(WHERE);
    for value in ["..", ".", "", "../x", "a/b", "a\\b", "%2e%2e", "..;x", "a\nb"] {
        assert!(requested(&tool, &json!({ "order": value })).is_err(), "{value:?}");
    }
    for value in ["a\r\nb", "a\nb", "é", "\0"] {
        assert!(requested(&tool, &json!({ "order": "A1", "trace": value })).is_err(), "{value:?}");
    }
}

#[test]
fn a_contact_cannot_leave_a_place_either() {
    let tool = tool(
        "url = \"https://a.example/c/{contact.name}\"\n[[tool.header]]\nname = \"X-Name\"\nvalue = \"{contact.name}\"\n",
    );
    let secrets = Secrets::default();
    for name in ["..", "a/b", "a\r\nX-Admin: 1", "Zoë"] {
        let facts = Facts { contact_name: name.into(), ..facts() };
        let call = Call { tool: &tool, arguments: &Map::new(), facts: &facts, secrets: &secrets, now_secs: 1 };
        assert!(call.request().is_err(), "{name:?}");
    }
}

#[test]
fn the_same_call_of_the_same_mail_has_the_same_key_and_no_other_has() {
    let (tool, secrets) = (tool(WHERE), Secrets::default());
    let key = |arguments: &Value, facts: &Facts| {
        let arguments = arguments.as_object().unwrap();
        let request = Call { tool: &tool, arguments, facts, secrets: &secrets, now_secs: 1 }.request().unwrap();
        request.headers["idempotency-key"].to_str().unwrap().to_owned()
    };
    let same = key(&json!({ "order": "A1", "note": "n" }), &facts());
    assert_eq!(same, key(&json!({ "note": "n", "order": "A1" }), &facts()));
    assert_ne!(same, key(&json!({ "order": "A2", "note": "n" }), &facts()));
    assert_ne!(same, key(&json!({ "order": "A1", "note": "n" }), &Facts { generation: 4, ..facts() }));
    assert_ne!(
        same,
        key(&json!({ "order": "A1", "note": "n" }), &Facts { conversation: ConversationId(8), ..facts() })
    );
}

#[test]
fn who_looks_sees_every_sign_that_is_sent_s22() {
    let hidden = "A1\u{200b}\u{202e}\u{a0}9\u{2028}\u{e0041}\u{3164}é 漢";
    let tool = tool(WHERE);
    let arguments = json!({ "order": "A1", "text": hidden });
    let secrets = Secrets::masked(&tool);
    let arguments = arguments.as_object().unwrap();
    let call = Call { tool: &tool, arguments, facts: &facts(), secrets: &secrets, now_secs: 1 };

    let shown = call.shown().unwrap();

    let body = shown.lines().last().unwrap();
    assert!(body.contains(r"A1\u200b\u202e\u00a09\u2028\udb40\udc41\u3164é 漢"), "{body}");
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["text"], hidden, "it means what is sent");
}
