//! Tables from documents, read again as the configuration would.

use serde_json::json;

use super::*;
use crate::config::{self, Fact, Part, Tool, ToolClass};

/// A shop with one of everything.
fn shop() -> Value {
    json!({
        "openapi": "3.0.3",
        "servers": [{ "url": "https://shop.acme.example/v1/" }],
        "security": [{ "token": [] }],
        "paths": {
            "/orders/{order}": {
                "parameters": [{ "$ref": "#/components/parameters/Order" }],
                "get": {
                    "operationId": "getOrderStatus",
                    "summary": "Status of an order",
                    "description": "Says where\nan order is and when it comes.",
                    "parameters": [
                        { "name": "expand", "in": "query", "schema": { "type": "string", "enum": ["items"], "x-extra": 1 } },
                        { "name": "X-Trace", "in": "header", "schema": { "type": "string" } }
                    ]
                },
                "delete": { "summary": "Cancel" }
            },
            "/returns": {
                "post": {
                    "operationId": "create_return",
                    "description": "Makes a return label for an order.",
                    "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Return" } } } }
                },
                "put": {
                    "operationId": "replace returns!",
                    "description": "Replaces the list of all returns.",
                    "requestBody": { "content": { "application/json": { "schema": { "type": "array", "items": { "type": "string" } } } } }
                }
            },
            "/upload": { "post": { "requestBody": { "content": { "image/png": {} } } } },
            "/tree": { "post": { "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Tree" } } } } } },
            "/round": { "get": { "parameters": [{ "$ref": "#/components/parameters/Round" }] } },
            "/elsewhere": { "get": { "parameters": [{ "$ref": "https://evil.example/p.json" }] } },
            "/cookie": { "get": { "parameters": [{ "name": "s", "in": "cookie", "required": true, "schema": { "type": "string" } }] } }
        },
        "components": {
            "parameters": {
                "Order": { "name": "order", "in": "path", "required": true, "description": "Its number", "schema": { "type": "string", "pattern": "^A" } },
                "Round": { "$ref": "#/components/parameters/Round" }
            },
            "schemas": {
                "Return": {
                    "type": "object",
                    "properties": { "order": { "type": "string" }, "lines": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } } },
                    "required": ["order"]
                },
                "Line": { "type": "object", "properties": { "sku": { "type": "string" }, "count": { "type": "integer", "minimum": 1 } } },
                "Tree": { "type": "object", "properties": { "of": { "$ref": "#/components/schemas/Tree" } } }
            },
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } }
        }
    })
}

/// The tools as the configuration reads them, with a file for the secret.
fn read(imported: &Imported) -> Vec<Tool> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("api.token"), "x").unwrap();
    config::parse(&imported.toml, folder.path()).unwrap_or_else(|fault| panic!("{fault}\n{}", imported.toml)).tools
}

#[test]
fn operations_become_tools_that_the_configuration_takes_as_they_are() {
    let imported = import(&shop(), None).unwrap();
    let tools = read(&imported);
    let known: Vec<(&str, ToolClass)> = tools.iter().map(|tool| (tool.name.as_str(), tool.class)).collect();
    let expected = [
        ("get_order_status", ToolClass::Read),
        ("delete_orders_order", ToolClass::Write),
        ("create_return", ToolClass::Write),
        ("replace_returns", ToolClass::Write),
    ];
    assert_eq!((known.as_slice(), imported.tools), (&expected[..], 4));
    let status = &tools[0];
    assert_eq!(
        (status.title.as_str(), status.description.as_str()),
        ("Status of an order", "Says where an order is and when it comes.")
    );
    assert_eq!(status.url.origin, "https://shop.acme.example");
    assert!(status.places("order") && status.places("expand") && status.parameters.requires("order"));
    assert_eq!(status.headers[0].1.parts()[1], Part::Secret("api".into()));
    assert!(!status.parts().any(|part| matches!(part, Part::Fact(Fact::ContactAddress))));
    status.parameters.check(&json!({ "order": "A1", "expand": "items" })).unwrap();
    assert!(status.parameters.check(&json!({ "order": "A1", "expand": "all" })).is_err());
    tools[2].parameters.check(&json!({ "order": "A1", "lines": [{ "sku": "x", "count": 1 }] })).unwrap();
    assert!(tools[2].parameters.check(&json!({ "order": "A1", "lines": [{ "count": 0 }] })).is_err());
    tools[3].parameters.check(&json!({ "body": ["a"] })).unwrap();
}

#[test]
fn what_is_left_out_says_why() {
    let imported = import(&shop(), None).unwrap();
    assert!(imported.toml.contains("# Not checked: `pattern` of order."), "{}", imported.toml);
    for (path, why) in [
        ("POST /upload", "its body is not JSON"),
        ("POST /tree", "nested too deeply, or in itself"),
        ("GET /round", "its references go round"),
        ("GET /elsewhere", "is in another document"),
        ("GET /cookie", "`s` is needed in cookie"),
    ] {
        assert!(
            imported.left_out.iter().any(|line| line.starts_with(path) && line.contains(why)),
            "{:?}",
            imported.left_out
        );
    }
    assert_eq!(imported.left_out.len(), 5);
}

#[test]
fn a_document_that_no_tool_can_come_of_says_so() {
    let mut other = shop();
    other["servers"] = json!([{ "url": "http://shop.acme.example" }]);
    assert!(import(&other, None).unwrap_err().contains("--server"));
    assert_eq!(import(&other, Some("https://a.example")).unwrap().tools, 4);
    assert!(import(&json!({ "swagger": "2.0" }), None).unwrap_err().contains("OpenAPI 3"));
    let empty = json!({ "openapi": "3.1.0", "servers": [{ "url": "https://a.example" }] });
    assert_eq!(import(&empty, None).unwrap(), Imported { toml: String::new(), tools: 0, left_out: Vec::new() });
}

#[test]
fn nothing_in_a_document_becomes_a_key_of_its_own() {
    let mut evil = shop();
    let text = "x\"\nlevel_min = 1\n[[tool]]\nname = \"evil\"\n\u{1b}[0m '''";
    evil["paths"]["/orders/{order}"]["get"]["description"] = json!(text);
    evil["paths"]["/orders/{order}"]["get"]["summary"] = json!(text);
    evil["paths"]["/orders/{order}"]["get"]["operationId"] = json!(text);
    let order = json!({ "type": "object", "properties": { text: { "type": "string", "pattern": "x" } } });
    let order = json!({ "type": "object", "properties": { "order": order } });
    let content = json!({ "application/json": { "schema": order } });
    evil["paths"]["/returns"]["post"]["requestBody"] = json!({ "content": content });
    let imported = import(&evil, None).unwrap();
    let tools = read(&imported);
    assert_eq!((tools.len(), tools[0].level_min.as_u8()), (4, 3));
    assert!(
        imported.toml.contains("# Not checked: `pattern` of body.order.x\" level_min = 1 [[tool]]"),
        "{}",
        imported.toml
    );
}

#[test]
fn schemas_that_refer_to_one_another_many_times_are_left_out_s17() {
    // Given eight schemas, each with ten of the next
    let mut big = shop();
    for n in 0..8 {
        let next = json!({ "$ref": format!("#/components/schemas/S{}", n + 1) });
        let ten: serde_json::Map<_, _> = (0..10).map(|k| (format!("p{k}"), next.clone())).collect();
        big["components"]["schemas"][format!("S{n}")] = json!({ "type": "object", "properties": ten });
    }
    big["components"]["schemas"]["S8"] = json!({ "type": "string" });
    let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/S0" } } });
    big["paths"]["/big"] = json!({ "post": { "requestBody": { "content": content } } });

    let imported = import(&big, None).unwrap();

    let why = "POST /big: its arguments are more than 1000 schemas";
    assert!(imported.tools == 4 && imported.left_out.iter().any(|line| line == why), "{:?}", imported.left_out);
}
