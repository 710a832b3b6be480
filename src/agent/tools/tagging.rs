//! The tool that tags a conversation with words that the administrator chose.

use serde_json::{Value, json};

use super::{Called, Ended, Offer};
use crate::agent::notes::Notes;

/// Tags the conversation. Written with what comes of the run.
pub const TAG: &str = "tag";

/// What a model hears of it; `None` where there is nothing to choose from.
pub(super) fn offer(tags: &[String]) -> Option<Offer> {
    let names = json!({ "type": "array", "items": { "type": "string", "enum": tags }, "minItems": 1 });
    let offer = || {
        Offer {
        name: TAG.to_owned(),
        description: "Tags this conversation for the people who sort it. The customer sees nothing of it. Call it when one of the \
                      tags fits, before you answer or hand off."
            .to_owned(),
        parameters: json!({ "type": "object", "properties": { "tags": names }, "required": ["tags"] }),
    }
    };
    (!tags.is_empty()).then(offer)
}

/// Calls it: all of the named ones are among `tags`, or nothing is tagged.
pub(super) fn call(tags: &[String], arguments: &Value, notes: &Notes) -> Ended {
    let named: Vec<&str> = arguments["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let stranger = named.iter().find(|name| !tags.iter().any(|tag| tag == *name));
    if named.is_empty() || stranger.is_some() {
        let words = "name tags out of the list, as a list of texts in `tags`";
        return Ended::refused(words, stranger.map_or(words, |_| "it named a tag that is not in the list"));
    }
    named.iter().for_each(|name| notes.tagged(name));
    let words = "the conversation is tagged";
    Ended { called: Called::Done(words.to_owned()), words: format!("done: {words}") }
}
