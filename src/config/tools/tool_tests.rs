//! What a `[[tool]]` may say, and that every mistake of it is told.

use std::path::Path;

use serde_json::json;

use super::*;
use crate::config::{Config, parse};

const GOOD: &str = "[[tool]]\nname = \"order_status\"\ndescription = \"Says where an order is.\"\n";
const URL: &str = "url = \"https://shop.acme.example/api/orders/{order}?email={contact.address}\"\n";
const ORDER: &str = r#"parameters = '{"type":"object","properties":{"order":{"type":"string"}},"required":["order"]}'"#;

fn parsed(keys: &str) -> Result<Config, String> {
    parse(&format!("{GOOD}{keys}"), Path::new("")).map_err(|mistakes| mistakes.to_string())
}

#[test]
fn a_tool_has_the_defaults_of_its_class() {
    let config = parsed(&format!("{URL}{ORDER}")).unwrap();
    let tool = &config.tools[0];
    assert_eq!((tool.method, tool.class, tool.level_min), (ToolMethod::Get, ToolClass::Read, Level::Authenticated));
    assert_eq!((tool.title.as_str(), tool.timeout.as_secs(), tool.approval), ("order status", 20, false));
    assert_eq!(tool.url.origin, "https://shop.acme.example");
    assert!(tool.places("order") && tool.parameters.requires("order"));
    let writes = parsed(&format!("{URL}{ORDER}\nmethod = \"POST\"")).unwrap();
    assert_eq!((writes.tools[0].class, writes.tools[0].level_min), (ToolClass::Write, Level::Confirmed));
}

#[test]
fn every_mistake_of_a_tool_is_told() {
    let plain = "url = \"https://a.example/\"\n";
    for (keys, words) in [
        ("", "url: it is needed here"),
        ("url = \"ftp://a.example/\"", "it begins with https://"),
        ("url = \"http://a.example/\"", "http:// is for a server in one of `networks`"),
        ("url = \"https://{host}/\"", "the host is always the same"),
        ("url = \"https://a.example@b.example/\"", "the host is always the same"),
        ("url = \"https://a.example/?{key}=1\"", "not in names"),
        ("url = \"https://a.example/#{x}\"", "a fragment"),
        ("url = \"https://a.example/a/../b\"", "it is written in another way"),
        ("url = \"https://0x7f.1/\"", "it is written in another way: https://127.0.0.1/"),
        ("url = \"https://a.example/{a b}\"", "is neither an argument nor a secret"),
        ("url = \"https://a.example/{order\"", "a brace stands alone"),
        ("url = \"https://a.example/{order}\"", "`{order}` is none of the arguments"),
        ("url = \"https://a.example/{secret.shop}\"", "there is no [[tool.secret]] named `shop`"),
        (&format!("{plain}parameters = '{{'"), "this is not JSON"),
        (&format!("{plain}parameters = '{{\"type\":\"string\"}}'"), "arguments are named"),
        (&format!("{plain}body = '{{}}'"), "GET has no body"),
        (&format!("{plain}timeout_secs = 0"), "out of range"),
        (&format!("{plain}networks = [\"10.0.0.0/40\"]"), "write an address or a network"),
        (&format!("{plain}addresses = [\"nobody@acme.example\"]"), "is none of the [[address]]"),
        (&format!("{plain}segments = [\"partners\"]"), "no [[segment]] is named `partners`"),
        (&format!("{plain}[[tool.header]]\nname = \"Host\"\nvalue = \"x\""), "is set by replyd itself"),
        (&format!("{plain}[[tool.header]]\nname = \"Replyd-Level\"\nvalue = \"4\""), "is set by replyd itself"),
        (&format!("{plain}[[tool.header]]\nname = \"a b\"\nvalue = \"x\""), "is no name of a header"),
        (&format!("{plain}[[tool.secret]]\nname = \"a\"\nfile = \"/nowhere/at/all\""), "it cannot be read"),
        (&format!("{plain}{GOOD}{plain}"), "two tools are named `order_status`"),
        (
            "url = \"https://a.example/{o}\"\nparameters = '{\"type\":\"object\",\"properties\":{\"o\":{\"type\":\"string\"}}}'",
            "`o` stands in the path, so it is among `required`",
        ),
        (
            &format!("{plain}parameters = '{{\"type\":\"object\",\"properties\":{{\"o\":{{\"type\":\"array\"}}}}}}'"),
            "so it is a text, a number or a truth",
        ),
    ] {
        let told = parsed(keys).unwrap_err();
        assert!(told.contains(words), "{keys}\n{told}");
    }
    let unnamed = parse("[[tool]]\nname = \"Do It\"\ndescription = \"x\"\nurl = \"https://a.example/\"", Path::new(""));
    let told = unnamed.unwrap_err().to_string();
    assert!(told.contains("small letters") && told.contains("20 letters at least"), "{told}");
}

#[test]
fn a_program_is_named_whole_and_is_asked_by_the_protocol_only() {
    let pin = format!("mcp_tool = \"x\"\nmcp_blake3 = \"{}\"\n", "0".repeat(64));
    let shell = "mcp_command = [\"/bin/sh\", \"-x\"]\n";
    for (keys, words) in [
        (format!("{pin}mcp_command = [\"sh\"]"), "it begins with the whole path of a program"),
        (format!("{pin}mcp_command = []"), "it begins with the whole path of a program"),
        (format!("{pin}mcp_command = [\"/nowhere/at/all\"]"), "this is no program that is there"),
        (shell.to_owned(), "it goes with mcp_tool and mcp_blake3"),
        (format!("{pin}{shell}url = \"https://a.example/\""), "is not asked over the web"),
        (format!("{pin}{shell}networks = [\"127.0.0.1\"]"), "is not asked over the web"),
        (format!("{pin}{shell}[[tool.header]]\nname = \"X-A\"\nvalue = \"b\""), "is not asked over the web"),
        (format!("{pin}{shell}[[tool.env]]\nname = \"A-B\"\nvalue = \"b\""), "is no name of a variable"),
        (format!("{pin}{shell}[[tool.env]]\nname = \"A\"\nvalue = \"{{secret.b}}\""), "no [[tool.secret]] named `b`"),
        (
            format!("{pin}{shell}{ORDER}\n[[tool.env]]\nname = \"A\"\nvalue = \"{{order}}\""),
            "no argument of a model stands in an environment",
        ),
        (format!("{URL}{ORDER}\n[[tool.env]]\nname = \"A\"\nvalue = \"b\""), "an environment is for a program"),
    ] {
        let told = parsed(&keys).unwrap_err();
        assert!(told.contains(words), "{keys}\n{told}");
    }
    let tool = parsed(&format!("{pin}{shell}[[tool.env]]\nname = \"WHO\"\nvalue = \"{{contact.address}}\""))
        .unwrap()
        .tools
        .remove(0);
    let program = tool.program.unwrap();
    assert_eq!(
        (program.shown(), program.env[0].0.as_str(), tool.class),
        ("/bin/sh -x".to_owned(), "WHO", ToolClass::Write)
    );
}

#[test]
fn braces_are_doubled_and_places_are_told_apart() {
    let template = Template::read("{{a}} {x} {contact.name}{secret.k}").unwrap();
    let text = |text: &str| Part::Text(text.into());
    let expected =
        [text("{a} "), Part::Argument("x".into()), text(" "), Part::Fact(Fact::ContactName), Part::Secret("k".into())];
    assert_eq!(template.parts(), expected);
    for wrong in ["{", "}", "{}", "{a", "a}", "{a.b}", "{secret.}", "{ a}", "{{a}", "{1}"] {
        assert!(Template::read(wrong).is_err(), "{wrong}");
    }
}

fn schema(json: serde_json::Value) -> Schema {
    Schema::read(json).unwrap()
}

#[test]
fn arguments_are_held_to_the_schema_and_nothing_else_is_taken() {
    let order = schema(json!({
        "type": "object",
        "properties": {
            "order": { "type": "string", "minLength": 2, "maxLength": 4 },
            "count": { "type": "integer", "minimum": 1, "maximum": 9 },
            "kind": { "enum": ["a", "b"] },
            "when": { "type": "string", "format": "date" },
            "who": { "type": ["string", "null"], "format": "email" },
            "lines": { "type": "array", "maxItems": 2, "items": { "type": "object", "properties": { "sku": { "type": "string" } }, "required": ["sku"] } },
            "either": { "anyOf": [{ "type": "boolean" }, { "type": "number", "exclusiveMinimum": 0 }] }
        },
        "required": ["order"]
    }));
    for good in [
        json!({ "order": "A1" }),
        json!({ "order": "äöüß", "count": 9, "kind": "b", "when": "2026-02-28", "who": null }),
        json!({ "order": "A1", "count": 3.0, "who": "ada@customer.example", "either": true }),
        json!({ "order": "A1", "lines": [{ "sku": "x" }], "either": 0.5 }),
    ] {
        order.check(&good).unwrap();
    }
    for (bad, words) in [
        (json!({}), "order: it is missing"),
        (json!([]), "an object is expected"),
        (json!({ "order": 1 }), "order: a text is expected"),
        (json!({ "order": "A" }), "order: it is too short"),
        (json!({ "order": "A1234" }), "order: it is too long"),
        (json!({ "order": "A\r\n" }), "order: a control character stands in it"),
        (json!({ "order": "A1", "admin": true }), "there is an argument that nobody asked for"),
        (json!({ "order": "A1", "count": 1.5 }), "count: a whole number is expected"),
        (json!({ "order": "A1", "count": 0 }), "count: it is too small"),
        (json!({ "order": "A1", "count": 10 }), "count: it is too large"),
        (json!({ "order": "A1", "kind": "c" }), "kind: it is none of the values that are taken"),
        (json!({ "order": "A1", "when": "2026-02-30" }), "when: a date such as 2026-11-23 is expected"),
        (json!({ "order": "A1", "who": "ada" }), "who: a mail address is expected"),
        (json!({ "order": "A1", "lines": [{}] }), "lines[0].sku: it is missing"),
        (
            json!({ "order": "A1", "lines": [{ "sku": "x", "price": 0 }] }),
            "lines[0]: there is an argument that nobody asked for",
        ),
        (json!({ "order": "A1", "lines": [1, 2, 3] }), "lines: the list is too long"),
        (json!({ "order": "A1", "either": 0 }), "either: it is none of the kinds that are taken"),
        (json!({ "order": "x".repeat(20_000) }), "longer than"),
    ] {
        let fault = order.check(&bad).unwrap_err().to_string();
        assert!(fault.contains(words), "{bad}: {fault}");
    }
}

#[test]
fn a_schema_that_could_not_be_held_to_is_no_schema() {
    for (wrong, words) in [
        (
            json!({ "type": "object", "properties": { "a": { "type": "string", "pattern": "(a+)+$" } } }),
            "`pattern` is not understood",
        ),
        (
            json!({ "type": "object", "properties": { "a": { "$ref": "file:///etc/passwd" } } }),
            "`$ref` is not understood",
        ),
        (
            json!({ "type": "object", "properties": { "a": { "$ref": "https://evil.example/" } } }),
            "`$ref` is not understood",
        ),
        (json!({ "type": "object", "additionalProperties": true }), "no place"),
        (json!({ "type": "object", "required": ["a"] }), "`a` is not among the properties"),
        (json!({ "type": "text" }), "it is not what this keyword takes"),
        (json!({ "properties": {} }), "arguments are named"),
        (json!(false), "it is no schema"),
    ] {
        let fault = Schema::read(wrong.clone()).unwrap_err().to_string();
        assert!(fault.contains(words), "{wrong}: {fault}");
    }
    let mut deep = json!({ "type": "string" });
    for _ in 0..100 {
        deep = json!({ "type": "object", "properties": { "a": deep } });
    }
    assert!(Schema::read(deep).unwrap_err().to_string().contains("nested too deeply"));
}
