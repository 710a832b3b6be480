//! How a call ended: a general word for the model, the particular ones for people.

use std::time::Instant;

use serde_json::Value;
use tracing::warn;

use super::{Called, asking::Secrets, reading};
use crate::{
    agent::{
        knowledge::Passage,
        notes::{NotAgain, Notes, ToolCall},
        words::Tongue,
    },
    config::{Tool, ToolClass},
    fetch::Response,
    store::ToolCallRow,
};

/// What a call came to, and the particular words for people.
pub(super) struct Ended {
    pub(super) called: Called,
    pub(super) words: String,
}

impl Ended {
    pub(super) fn refused(general: &str, words: impl Into<String>) -> Self {
        Self { called: Called::Refused(general.to_owned()), words: [ToolCallRow::REFUSED, &words.into()].concat() }
    }

    pub(super) fn failed(general: &str, words: impl Into<String>) -> Self {
        Self { called: Called::Failed(general.to_owned()), words: [ToolCallRow::FAILED, &words.into()].concat() }
    }

    /// The same in the notes of the run, with its particulars. `class`: of a tool that there is.
    pub(super) fn noted(
        self,
        name: &str,
        class: Option<ToolClass>,
        arguments: &Value,
        began: Instant,
        notes: &Notes,
    ) -> Called {
        let result = match &self.called {
            Called::Result(passage) => passage.text.clone(),
            Called::Refused(words) | Called::Failed(words) | Called::HandOff(words) | Called::Done(words) => {
                words.clone()
            }
            Called::AskCode => String::new(),
        };
        notes.called(ToolCall {
            name: name.to_owned(),
            class: class.unwrap_or(ToolClass::Read),
            arguments: arguments.clone(),
            result,
            millis: began.elapsed().as_millis() as u64,
            outcome: self.words,
        });
        self.called
    }
}

/// Writes down that something is about to be changed, where it is; or says why it is not made.
pub(super) async fn announced(tool: &Tool, arguments: &Value, notes: &Notes) -> Result<(), Ended> {
    match tool.class {
        ToolClass::Read => Ok(()),
        ToolClass::Write => notes.calling(&tool.name, arguments).await.map_err(|why| not_again(tool, why)),
    }
}

fn not_again(tool: &Tool, why: NotAgain) -> Ended {
    let words = why.to_string();
    match why {
        NotAgain::Done(result) => Ended {
            called: Called::Result(passage(tool, result)),
            words: "done by an earlier attempt; not made again".into(),
        },
        NotAgain::InDoubt => in_doubt(tool, &words),
        NotAgain::Over | NotAgain::TooMany | NotAgain::NotKept(_) => {
            Ended::failed("the tool cannot be called now", words)
        }
    }
}

/// Nobody knows whether something was changed: people look, and nobody guesses.
fn in_doubt(tool: &Tool, words: &str) -> Ended {
    let reason = format!("nobody knows whether “{}” did what it was asked: {words}", tool.title);
    Ended { words: [ToolCallRow::IN_DOUBT, words].concat(), called: Called::HandOff(reason) }
}

pub(super) fn unanswered(tool: &Tool, general: &str, words: &str, may_have_been_heard: bool) -> Ended {
    warn!(tool = tool.name, "a tool did not answer: {words}");
    if tool.class == ToolClass::Write && may_have_been_heard {
        return in_doubt(tool, words);
    }
    Ended::failed(general, words)
}

pub(super) fn read(tool: &Tool, response: &Response, secrets: &Secrets) -> Ended {
    let status = response.status;
    let words = format!("it answered {status}");
    match status {
        200..=299 => match reading::lines(response, &secrets.named) {
            Ok(text) => Ended { called: Called::Result(passage(tool, text)), words: format!("done: {words}") },
            // It did what it was asked; there is only nothing to quote.
            Err(_) if tool.class == ToolClass::Write => {
                Ended { called: Called::Done("it was done".to_owned()), words: format!("done: {words}") }
            }
            Err(fault) => Ended::failed("the service did not answer properly", fault),
        },
        404 | 410 => Ended::failed("the service knows nothing of that", words),
        400..=499 => Ended::failed("the service does not take that", words),
        500.. if tool.class == ToolClass::Write => {
            warn!(tool = tool.name, "a tool failed: {words}");
            in_doubt(tool, &words)
        }
        _ => {
            warn!(tool = tool.name, "a tool failed: {words}");
            Ended::failed("the service did not answer properly", words)
        }
    }
}

/// The one place where a result becomes something that an answer may quote.
pub(super) fn passage(tool: &Tool, text: String) -> Passage {
    Passage {
        file: format!("tool:{}", tool.name),
        heading: tool.title.clone(),
        tongue: Tongue::of(&text),
        text,
        score: 0.0,
        // It was asked for: whether it carries an answer is seen where the answer is held against it.
        support_percent: 100,
    }
}
