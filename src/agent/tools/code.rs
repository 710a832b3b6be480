//! The tool that asks the customer for a one-time code, where some tool needs more proof than the mails have.

use serde_json::json;

use super::{Called, Ended, Offer};
use crate::{
    agent::{code_request, desk::Case},
    config::Tool,
};

/// Asks the customer for a one-time code. The run ends with it.
pub const ASK_CODE: &str = "ask_code";

/// What a model hears of it, when it may be asked for. `beyond`: the tools that lack nothing but the level.
pub(super) fn offer(case: &Case, beyond: &[&Tool]) -> Option<Offer> {
    may_ask(case, beyond).ok()?;
    let names: Vec<String> = beyond.iter().map(|tool| format!("{} ({})", tool.name, tool.description)).collect();
    let description = format!(
        "Asks the customer by mail for a one-time code, which proves who they are. Call it when what they want needs one of \
         these tools, which can be called when they have answered with the code: {}. Nothing else is said now, and you never \
         see the code.",
        names.join("; ")
    );
    Some(Offer { name: ASK_CODE.to_owned(), description, parameters: json!({ "type": "object", "properties": {} }) })
}

/// Calls it. Whatever it was given does not matter: whom it asks, how and in which words is settled here.
pub(super) fn call(case: &Case, beyond: &[&Tool]) -> Ended {
    match may_ask(case, beyond) {
        Ok(()) => {
            Ended { called: Called::AskCode, words: "done: the customer is asked for a one-time code".to_owned() }
        }
        Err(words) => Ended::refused("no code can be asked for now: answer without, or hand off", words),
    }
}

fn may_ask(case: &Case, beyond: &[&Tool]) -> Result<(), String> {
    if beyond.is_empty() {
        return Err("no tool needs more proof than the mails have".to_owned());
    }
    code_request::may_be_asked(case)
}
