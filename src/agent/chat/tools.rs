//! What a model may call: the tools of the house, and a search of ours in the knowledge.

use std::{future::Future, pin::Pin, sync::Arc};

use serde_json::{Value, json};

use crate::agent::{
    desk::Case,
    knowledge::{Knowledge, Passage, Reader},
    notes::Notes,
    tools::{Called, Offer, Toolbox},
};

/// A call on its way.
pub type Calling<'a> = Pin<Box<dyn Future<Output = Called> + Send + 'a>>;

/// Tools of the house: a [`Toolbox`], or what a test plays.
pub trait Tools: Send + Sync + 'static {
    /// Those that may be called for this case.
    fn offered(&self, case: &Case) -> Vec<Offer>;

    /// Calls one. What it does, and whether it may, is checked here whatever was offered; it notes the call itself.
    fn call<'a>(&'a self, case: &'a Case, name: &'a str, arguments: &'a Value, notes: &'a Notes) -> Calling<'a>;
}

impl Tools for Toolbox {
    fn offered(&self, case: &Case) -> Vec<Offer> {
        self.offered(case)
    }

    fn call<'a>(&'a self, case: &'a Case, name: &'a str, arguments: &'a Value, notes: &'a Notes) -> Calling<'a> {
        Box::pin(self.call(case, name, arguments, notes))
    }
}

/// The name of our own search.
pub(super) const SEARCH: &str = "search_knowledge";

/// Passages that one search gives.
const FOUND_MAX: usize = 3;

/// Octets of a query.
const QUERY_OCTETS_MAX: usize = 400;

/// Our own search, offered beside the tools of the house.
pub(super) fn search_offer() -> Offer {
    Offer {
        name: SEARCH.into(),
        description: "Searches the company's own help pages. Gives the passages that speak most to the query. Use the \
                      words and the language that such a page would use."
            .into(),
        parameters: json!({
            "type": "object",
            "properties": {"query": {"type": "string", "minLength": 1, "maxLength": QUERY_OCTETS_MAX}},
            "required": ["query"],
            "additionalProperties": false
        }),
    }
}

/// The query of a search.
///
/// # Errors
/// In words for the model.
pub(super) fn query_of(arguments: &Value) -> Result<&str, String> {
    let query = arguments.get("query").and_then(Value::as_str).map(str::trim).unwrap_or_default();
    let alone = arguments.as_object().is_some_and(|arguments| arguments.len() == 1);
    if query.is_empty() || !alone || query.len() > QUERY_OCTETS_MAX {
        return Err(format!("{SEARCH} takes `query` and nothing else: a text of 1 to {QUERY_OCTETS_MAX} octets"));
    }
    Ok(query)
}

/// What the pages say to a model that answers that reader. Reads files, as [`search`] does.
///
/// # Errors
/// In words for people.
pub(super) async fn instructions(knowledge: &Arc<Knowledge>, reader: Reader) -> Result<Vec<String>, String> {
    let knowledge = Arc::clone(knowledge);
    tokio::task::spawn_blocking(move || knowledge.instructions(&reader)).await.map_err(|err| err.to_string())
}

/// Searches what that reader may be shown. Reads files, so it works beside the threads that keep connections alive.
///
/// # Errors
/// In words for people.
pub(super) async fn search(knowledge: &Arc<Knowledge>, reader: Reader, query: &str) -> Result<Vec<Passage>, String> {
    let (knowledge, query) = (Arc::clone(knowledge), query.to_owned());
    let found = tokio::task::spawn_blocking(move || knowledge.search_for(&reader, &query, FOUND_MAX)).await;
    found.map_err(|err| err.to_string())?.map_err(|err| err.to_string())
}
