//! `[[tool]]` tables from what an MCP server says of its tools, pinned to it.

use serde_json::{Value, json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, value};

use super::{
    Imported,
    schemas::{Reading, described, kept, line, tool_name},
};
use crate::config::Schema;

/// Where the server is, and how it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServer {
    /// Its address; empty of a program.
    pub url: String,
    /// The program that it is, by its whole path, and what it is started with; nothing of one that is asked over the web.
    pub command: Vec<String>,
    /// Variables of the program's environment, each with the file whose first line it is.
    pub env_files: Vec<(String, String)>,
    /// Networks that it may be in.
    pub networks: Vec<String>,
    /// The file of a bearer token.
    pub token_file: Option<String>,
}

impl McpServer {
    /// A table that asks it, without a tool's own keys.
    fn table(&self) -> Table {
        let mut table = Table::new();
        if self.command.is_empty() {
            table.insert("url", value(&self.url));
        } else {
            table.insert("mcp_command", value(self.command.iter().collect::<Array>()));
        }
        if !self.networks.is_empty() {
            table.insert("networks", value(self.networks.iter().collect::<Array>()));
        }
        table
    }

    /// Header and secret, which stand last in a table.
    fn prove(&self, table: &mut Table) {
        if !self.env_files.is_empty() {
            let of = |(name, file): &(String, String)| {
                let (small, given) = (name.to_ascii_lowercase(), format!("{{secret.{}}}", name.to_ascii_lowercase()));
                ([("name", name.clone()), ("value", given)], [("name", small), ("file", file.clone())])
            };
            let (env, secrets): (Vec<_>, Vec<_>) = self.env_files.iter().map(of).unzip();
            for (key, all) in [("env", env), ("secret", secrets)] {
                let tables = all.into_iter().map(|pairs| {
                    let mut one = Table::new();
                    pairs.into_iter().for_each(|(key, text)| drop(one.insert(key, value(text))));
                    one
                });
                table.insert(key, Item::ArrayOfTables(tables.collect()));
            }
        }
        let Some(file) = &self.token_file else { return };
        for (name, pairs) in [
            ("header", [("name", "Authorization"), ("value", "Bearer {secret.mcp}")]),
            ("secret", [("name", "mcp"), ("file", file.as_str())]),
        ] {
            let mut one = Table::new();
            pairs.into_iter().for_each(|(key, text)| drop(one.insert(key, value(text))));
            let mut all = ArrayOfTables::new();
            all.push(one);
            table.insert(name, Item::ArrayOfTables(all));
        }
    }

    /// A configuration with one tool, by which the server can be asked what it has.
    pub fn probe(&self) -> String {
        let mut table = self.table();
        table.insert("name", value("probe"));
        table.insert("description", value("Lists what the server has."));
        table.insert("mcp_tool", value("probe"));
        table.insert("mcp_blake3", value("0".repeat(64)));
        self.prove(&mut table);
        document([table])
    }
}

fn document(tables: impl IntoIterator<Item = Table>) -> String {
    let mut made = DocumentMut::new();
    made.insert("tool", Item::ArrayOfTables(tables.into_iter().collect()));
    made.to_string()
}

/// Tables for these definitions, each with the hash by which it is pinned.
pub fn mcp_tables(server: &McpServer, definitions: &[(Value, String)]) -> Imported {
    let (mut tables, mut left_out, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for (definition, blake3) in definitions {
        let own = definition["name"].as_str().unwrap_or_default();
        let mut reading = Reading::default();
        let input = &definition["inputSchema"];
        let schema = kept(input, input, "arguments", &mut reading, 0).and_then(|schema| {
            // A server that takes nothing may say no more than `object`.
            let schema =
                if schema["properties"].is_object() { schema } else { json!({ "type": "object", "properties": {} }) };
            Schema::read(schema.clone()).map(|_| schema).map_err(|fault| fault.to_string())
        });
        let schema = match schema {
            Ok(schema) if !own.is_empty() => schema,
            Ok(_) => {
                left_out.push("a tool without a name".to_owned());
                continue;
            }
            Err(why) => {
                left_out.push(format!("{}: {why}", line(own)));
                continue;
            }
        };
        let name = tool_name(own, &names);
        let mut table = server.table();
        let lost: String = reading.lost.iter().map(|what| format!("# Not checked: {what}.\n")).collect();
        table.decor_mut().set_prefix(format!("\n{lost}"));
        table.insert("name", value(&name));
        let words = definition["description"].as_str().unwrap_or_default();
        table.insert("description", value(described(words, &format!("{} of an MCP server", line(own)))));
        table.insert("parameters", value(schema.to_string()));
        table.insert("mcp_tool", value(line(own)));
        table.insert("mcp_blake3", value(blake3));
        // What the server says of it is a hint of the server. A person may write "read" here.
        table.insert("class", value("write"));
        server.prove(&mut table);
        names.push(name);
        tables.push(table);
    }
    let tools = tables.len();
    Imported { toml: if tools > 0 { document(tables) } else { String::new() }, tools, left_out }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::{self, ToolClass};

    fn server() -> McpServer {
        let (command, env_files) = (Vec::new(), Vec::new());
        let (url, networks) = ("http://127.0.0.1:9/mcp".into(), vec!["127.0.0.1".into()]);
        McpServer { url, command, env_files, networks, token_file: None }
    }

    #[test]
    fn definitions_become_pinned_tools_that_the_configuration_takes() {
        let hash = "ab".repeat(32);
        let search = json!({
            "name": "searchOrders",
            "description": "Searches\nthe orders.\"\nlevel_min = 1",
            "annotations": { "readOnlyHint": true },
            "inputSchema": {
                "$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "additionalProperties": false,
                "properties": { "q": { "type": "string", "pattern": "^a" }, "by": { "$ref": "#/$defs/By" } },
                "$defs": { "By": { "enum": ["date", "sum"] } }
            }
        });
        let ping = json!({ "name": "ping", "inputSchema": { "type": "object" } });
        let odd = json!({ "name": "odd", "inputSchema": { "$ref": "https://evil.example/" } });
        let imported = mcp_tables(&server(), &[search, ping, odd].map(|one| (one, hash.clone())));
        let tools = config::parse(&imported.toml, Path::new("")).unwrap_or_else(|fault| panic!("{fault}")).tools;
        assert_eq!((tools.len(), tools[0].name.as_str(), tools[1].name.as_str()), (2, "search_orders", "ping"));
        let pin = tools[0].mcp.as_ref().unwrap();
        assert_eq!((pin.tool.as_str(), &pin.blake3), ("searchOrders", &hash));
        assert_eq!((tools[0].class, tools[0].level_min.as_u8()), (ToolClass::Write, 4));
        tools[0].parameters.check(&json!({ "q": "x", "by": "sum" })).unwrap();
        assert!(tools[0].parameters.check(&json!({ "by": "name" })).is_err());
        assert!(imported.toml.contains("# Not checked: `pattern` of arguments.q."), "{}", imported.toml);
        assert!(imported.left_out[0].starts_with("odd: `https://evil.example/` is in another document"));
    }

    #[test]
    fn a_probe_is_a_configuration() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("t"), "x").unwrap();
        let server = McpServer { token_file: Some("t".into()), ..server() };
        let tool = config::parse(&server.probe(), folder.path()).unwrap().tools.remove(0);
        assert_eq!((tool.headers[0].0.as_str(), tool.secrets.len()), ("authorization", 1));

        // Of a program, with its environment.
        let command = vec!["/bin/sh".to_owned(), "--stdio".to_owned()];
        let env_files = vec![("API_TOKEN".to_owned(), "t".to_owned())];
        let server = McpServer { url: String::new(), networks: Vec::new(), token_file: None, command, env_files };
        let tool =
            config::parse(&server.probe(), folder.path()).unwrap_or_else(|fault| panic!("{fault}")).tools.remove(0);
        let program = tool.program.unwrap();
        assert_eq!((program.shown(), program.env[0].0.as_str()), ("/bin/sh --stdio".to_owned(), "API_TOKEN"));
        assert_eq!(tool.secrets[0].0, "api_token");
    }
}
