//! Tools that every model has and that ask nobody: giving the conversation to people, and closing it.

use serde_json::{Value, json};

use super::{Called, Ended, Offer};
use crate::{agent::notes::Noted, types::one_line};

/// Gives the conversation to people.
pub const HAND_OFF: &str = "hand_off";

/// Has the conversation closed as resolved when the answer is sent.
pub const RESOLVE: &str = "resolve";

/// What a model hears of both.
pub(super) fn offers() -> [Offer; 2] {
    let reason = json!({ "type": "string", "description": "For the people who take over: why, in one sentence" });
    [
        Offer {
            name: HAND_OFF.to_owned(),
            description:
                "Gives this conversation to people. Call it when they are asked for, when the customer is upset, and \
                when neither pages nor tools answer the question. Nothing more is said then."
                    .to_owned(),
            parameters: json!({ "type": "object", "properties": { "reason": reason }, "required": ["reason"] }),
        },
        Offer {
            name: RESOLVE.to_owned(),
            description:
                "Closes this conversation when your answer has been sent. Call it only when the customer says that \
                nothing is left to do. It opens again when they write."
                    .to_owned(),
            parameters: json!({ "type": "object", "properties": {} }),
        },
    ]
}

/// Whether a run asked that its answer closes the conversation.
pub fn resolves(noted: &Noted) -> bool {
    noted.tool_calls.iter().any(|call| call.name == RESOLVE)
}

/// Whether it is one of them.
pub(super) fn is_one(name: &str) -> bool {
    matches!(name, HAND_OFF | RESOLVE)
}

/// Calls one of them, which is always possible. What it was given is lenient: to be silent and to close takes no proof.
pub(super) fn call(name: &str, arguments: &Value) -> Ended {
    if name == RESOLVE {
        let words = "the conversation is closed when the answer has been sent";
        return Ended { called: Called::Done(words.to_owned()), words: format!("done: {words}") };
    }
    let reason = one_line(arguments["reason"].as_str().unwrap_or_default());
    let said = if reason.is_empty() { "it says no reason".to_owned() } else { format!("it says: {reason}") };
    Ended { called: Called::HandOff(format!("the AI hands over; {said}")), words: "done: handed over".to_owned() }
}
