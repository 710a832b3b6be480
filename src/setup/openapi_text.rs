//! An OpenAPI document as a file holds it: JSON, or YAML as most are written.

use serde_json::Value;
use serde_saphyr::{alias_limits, budget, options};

/// Octets of a document.
pub const DOCUMENT_OCTETS_MAX: u64 = 16 * 1024 * 1024;

/// Lists, tables and values of a document in YAML.
const NODES_MAX: usize = 250_000;

/// The same that come from its aliases: nine lines can stand for a thousand million words.
const REPLAYED_MAX: usize = 250_000;

/// Tables within tables.
const DEPTH_MAX: usize = 64;

/// Reads a document.
///
/// # Errors
/// Why it is neither, where that is known with the line.
pub fn read(text: &str) -> Result<Value, String> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|fault| format!("this is not JSON: {fault}"));
    }
    let options = options! {
        budget: budget! { max_nodes: NODES_MAX, max_depth: DEPTH_MAX, max_documents: 1 },
        alias_limits: alias_limits! { max_total_replayed_events: REPLAYED_MAX },
        with_snippet: false,
    };
    serde_saphyr::from_str_with_options(text, options).map_err(|fault| format!("this is not YAML: {fault}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn yaml_is_read_as_the_json_it_stands_for() {
        let yaml = "openapi: 3.1.0\npaths:\n  /orders/{order}:\n    get: &get\n      operationId: showOrder\n      \
                    responses:\n        200: {description: 'yes'}\n    head: *get\n";
        let get = json!({ "operationId": "showOrder", "responses": { "200": { "description": "yes" } } });
        let expected = json!({ "openapi": "3.1.0", "paths": { "/orders/{order}": { "get": get, "head": get } } });
        assert_eq!(read(yaml), Ok(expected.clone()));
        assert_eq!(read(&expected.to_string()), Ok(expected));
    }

    #[test]
    fn what_would_grow_without_end_is_refused_s17() {
        // Given ten lists, each of ten of the one before
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..10 {
            let again = vec![format!("*a{}", n - 1); 10].join(", ");
            bomb.push_str(&format!("a{n}: &a{n} [{again}]\n"));
        }
        let deep = format!("a: {}{}", "[".repeat(DEPTH_MAX * 2), "]".repeat(DEPTH_MAX * 2));
        let wide = format!("a: [{}]", "1, ".repeat(NODES_MAX + 1));
        for (what, text) in [("aliases", bomb), ("depth", deep), ("nodes", wide)] {
            let words = read(&text).expect_err(what);
            assert!(words.starts_with("this is not YAML: ") && words.len() < 1000, "{what}: {words}");
        }
    }

    #[test]
    fn what_is_neither_says_so_with_its_place() {
        assert!(read("{\"openapi\": ").unwrap_err().starts_with("this is not JSON: "));
        assert!(read("openapi: [3.1.0\npaths: {}").unwrap_err().contains("line"));
        assert!(read("a: 1\na: 2\n").is_err(), "one key twice is a mistake");
    }
}
