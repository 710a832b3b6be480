//! `[[tool]]` tables from an OpenAPI 3 document: for a person to read, thin out and paste.
//!
//! What an operation asks for that a tool cannot hold an argument to is left out and said in a comment; what a tool cannot ask
//! at all is left out whole, with the reason.

use serde_json::{Map, Value};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::schemas::{Reading, described, kept, line, resolved, tool_name};
use crate::config::{Schema, ToolMethod};

/// What came of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// TOML to paste.
    pub toml: String,
    /// Tools in it.
    pub tools: usize,
    /// What was left out, and why.
    pub left_out: Vec<String>,
}

/// Reads a document. `server`: instead of the first of its servers.
///
/// # Errors
/// Why no tool can come of it.
pub fn import(document: &Value, server: Option<&str>) -> Result<Imported, String> {
    let version = document["openapi"].as_str().unwrap_or_default();
    if !version.starts_with("3.") {
        return Err("this is not an OpenAPI 3 document: `openapi` is not 3.x".to_owned());
    }
    let server = server.or_else(|| document["servers"][0]["url"].as_str()).unwrap_or_default().trim_end_matches('/');
    if !server.starts_with("https://") || server.contains('{') {
        return Err(format!("its server `{server}` is no https:// address: name one with --server"));
    }
    let (mut tables, mut left_out) = (ArrayOfTables::new(), Vec::new());
    let mut names = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in ToolMethod::ALL {
            let Some(operation) = item.get(method.word().to_ascii_lowercase()) else { continue };
            let reader = Operation { document, server, path, item, method, operation };
            match reader.table(&mut names) {
                Ok(table) => tables.push(table),
                Err(why) => left_out.push(format!("{} {path}: {why}", method.word())),
            }
        }
    }
    let tools = tables.len();
    let mut made = DocumentMut::new();
    made.insert("tool", Item::ArrayOfTables(tables));
    Ok(Imported { toml: if tools > 0 { made.to_string() } else { String::new() }, tools, left_out })
}

/// One operation of a path.
struct Operation<'a> {
    document: &'a Value,
    server: &'a str,
    path: &'a str,
    item: &'a Value,
    method: ToolMethod,
    operation: &'a Value,
}

/// The arguments of a tool, as they are gathered.
#[derive(Default)]
struct Arguments {
    properties: Map<String, Value>,
    required: Vec<String>,
    query: Vec<String>,
    reading: Reading,
}

impl Operation<'_> {
    fn table(&self, names: &mut Vec<String>) -> Result<Table, String> {
        let mut arguments = Arguments::default();
        self.parameters(&mut arguments)?;
        let is_whole_body = self.body(&mut arguments)?;
        let name = self.name(names);
        let mut table = Table::new();
        let lost: String = arguments.reading.lost.iter().map(|what| format!("# Not checked: {what}.\n")).collect();
        table.decor_mut().set_prefix(format!("\n{lost}"));
        table.insert("name", value(&name));
        if let Some(title) = self.operation["summary"].as_str() {
            table.insert("title", value(line(title)));
        }
        table.insert("description", value(self.description()));
        table.insert("method", value(self.method.word()));
        table.insert("url", value(self.url(&arguments)));
        let schema =
            serde_json::json!({ "type": "object", "properties": arguments.properties, "required": arguments.required });
        Schema::read(schema.clone()).map_err(|fault| fault.to_string())?;
        table.insert("parameters", value(schema.to_string()));
        if is_whole_body {
            table.insert("body", value("\"{body}\""));
        }
        self.security(&mut table)?;
        names.push(name);
        Ok(table)
    }

    /// Parameters of the path and of the operation, which replaces those of the same name. OpenAPI 3.1 §4.8.9.1.
    fn parameters(&self, arguments: &mut Arguments) -> Result<(), String> {
        let both = [&self.item["parameters"], &self.operation["parameters"]];
        for parameter in both.into_iter().flat_map(Value::as_array).flatten() {
            let parameter = resolved(self.document, parameter)?;
            let name = parameter["name"].as_str().ok_or("a parameter has no name")?;
            let is_required = parameter["required"] == true;
            match parameter["in"].as_str() {
                Some("path") => arguments.required.push(name.to_owned()),
                Some("query") if is_required => arguments.required.push(name.to_owned()),
                Some("query") => {}
                Some(_) if !is_required => continue,
                place => return Err(format!("`{name}` is needed in {}", place.unwrap_or("no place"))),
            }
            if parameter["in"] == "query" && !arguments.query.iter().any(|known| known == name) {
                arguments.query.push(name.to_owned());
            }
            let mut schema = kept(self.document, &parameter["schema"], name, &mut arguments.reading, 0)?;
            describe(&mut schema, &parameter["description"]);
            arguments.properties.insert(name.to_owned(), schema);
        }
        arguments.required.sort();
        arguments.required.dedup();
        Ok(())
    }

    /// The properties of the body become arguments; a body that is no object is one argument. Says whether it is.
    fn body(&self, arguments: &mut Arguments) -> Result<bool, String> {
        let body = resolved(self.document, &self.operation["requestBody"])?;
        if body.is_null() || !self.method.has_body() {
            return Ok(false);
        }
        let content = &body["content"]["application/json"]["schema"];
        if content.is_null() {
            return Err("its body is not JSON".to_owned());
        }
        let schema = kept(self.document, content, "body", &mut arguments.reading, 0)?;
        let clashes = |map: &Map<String, Value>| map.keys().any(|name| arguments.properties.contains_key(name));
        match schema["properties"].as_object().filter(|map| !clashes(map)) {
            Some(map) => {
                arguments.properties.extend(map.clone());
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                arguments.required.extend(required.map(str::to_owned));
                Ok(false)
            }
            None => {
                arguments.properties.insert("body".to_owned(), schema);
                arguments.required.push("body".to_owned());
                Ok(true)
            }
        }
    }

    fn name(&self, taken: &[String]) -> String {
        let own = self.operation["operationId"].as_str().map(str::to_owned);
        let text = own.unwrap_or_else(|| format!("{} {}", self.method.word().to_ascii_lowercase(), self.path));
        tool_name(&text, taken)
    }

    fn description(&self) -> String {
        let words =
            ["description", "summary"].into_iter().find_map(|key| self.operation[key].as_str()).unwrap_or_default();
        described(words, &format!("{} {} of the API", self.method.word(), self.path))
    }

    fn url(&self, arguments: &Arguments) -> String {
        let query: Vec<String> = arguments.query.iter().map(|name| format!("{name}={{{name}}}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{}{mark}{}", self.server, self.path, query.join("&"))
    }

    /// The first scheme that is asked for, as a header and a file to fill.
    fn security(&self, table: &mut Table) -> Result<(), String> {
        let own = self.operation.get("security").or_else(|| self.document.get("security"));
        let Some(wanted) = own.and_then(|all| all[0].as_object()).and_then(|one| one.keys().next()) else {
            return Ok(());
        };
        let scheme = resolved(self.document, &self.document["components"]["securitySchemes"][wanted])?;
        let (header, words) = match (scheme["type"].as_str(), scheme["in"].as_str(), scheme["name"].as_str()) {
            (Some("apiKey"), Some("header"), Some(name)) => (name.to_owned(), "{secret.api}"),
            (Some("http"), ..) if scheme["scheme"].as_str().is_some_and(|it| it.eq_ignore_ascii_case("bearer")) => {
                ("Authorization".to_owned(), "Bearer {secret.api}")
            }
            (Some("oauth2" | "openIdConnect"), ..) => ("Authorization".to_owned(), "Bearer {secret.api}"),
            _ => {
                return Err(format!(
                    "who may ask is proved by `{wanted}`, which is neither a header nor a bearer token"
                ));
            }
        };
        let one = |pairs: [(&str, String); 2]| {
            let mut table = Table::new();
            pairs.into_iter().for_each(|(key, text)| drop(table.insert(key, value(text))));
            let mut all = ArrayOfTables::new();
            all.push(table);
            Item::ArrayOfTables(all)
        };
        table.insert("header", one([("name", header), ("value", words.to_owned())]));
        table.insert("secret", one([("name", "api".to_owned()), ("file", "api.token".to_owned())]));
        Ok(())
    }
}

fn describe(schema: &mut Value, description: &Value) {
    if let (Some(map), true) = (schema.as_object_mut(), description.is_string()) {
        map.insert("description".to_owned(), description.clone());
    }
}

#[cfg(test)]
#[path = "openapi_tests.rs"]
mod tests;
