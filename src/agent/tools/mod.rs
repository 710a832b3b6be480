//! What the AI may do beside talking: tools of the administrator, asked by HTTP.
//!
//! A model names a tool and its arguments, no more. Whether it may, whom it asks, what stands where, for whom it is asked and
//! how often is settled here, where no mail reaches. What comes back is a [`Passage`], so that an answer is held against it as
//! against a page. People find the particular reason in the record of the run; the model hears a general word.

mod approval;
mod asking;
mod built_in;
mod code;
mod ending;
mod facts;
mod mcp;
mod permitted;
mod pinned;
mod pipe;
mod rate;
mod reading;
mod signing;
mod tagging;

use std::{collections::BTreeSet, sync::Mutex, time::Instant};

use serde_json::{Map, Value};

use self::{
    asking::{Call, Secrets},
    ending::{Ended, announced, read, unanswered},
    permitted::permitted,
    rate::Rates,
};
use super::{desk::Case, knowledge::Passage, notes::Notes};
use crate::{
    config::{Segment, Tool},
    fetch::Fetcher,
    types::{Clock, Level, Secret},
};

pub use built_in::{HAND_OFF, RESOLVE, resolves};
pub use code::ASK_CODE;
pub use facts::Facts;
pub use mcp::definition_hash;
pub use tagging::TAG;

/// Octets of a file that holds a secret.
const SECRET_OCTETS_MAX: u64 = 16 * 1024;

/// A tool as a model is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// By which it is called.
    pub name: String,
    /// When it helps.
    pub description: String,
    /// What it takes: a JSON schema of an object.
    pub parameters: Value,
}

/// How a call ended, for the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Called {
    /// With this.
    Result(Passage),
    /// It was not made, and making it again will not help: in a general word.
    Refused(String),
    /// It came to nothing: in a general word.
    Failed(String),
    /// People should have the conversation now, for this reason in their words. The run ends.
    HandOff(String),
    /// The customer is to be asked for a one-time code. The run ends.
    AskCode,
    /// Something was done that has no result to quote.
    Done(String),
}

/// All tools. One for the daemon.
pub struct Toolbox {
    tools: Vec<Tool>,
    /// For whom some of them are.
    segments: Vec<Segment>,
    /// By which a model may tag.
    tags: Vec<String>,
    fetcher: Fetcher,
    clock: Clock,
    rates: Rates,
    /// Tools of MCP servers that are defined otherwise than they were pinned.
    changed: Mutex<BTreeSet<String>>,
}

/// What a model hears of a tool that there is not, and of one that is not for this mail: the same.
const NO_SUCH_TOOL: &str = "there is no such tool";

impl Toolbox {
    /// `tools`: every `[[tool]]`.
    pub fn new(tools: Vec<Tool>, fetcher: Fetcher, clock: Clock) -> Self {
        let (segments, tags) = (Vec::new(), Vec::new());
        Self { tools, segments, tags, fetcher, clock, rates: Rates::default(), changed: Mutex::default() }
    }

    /// The same, and these are the segments that tools name. Without, nobody is in one.
    #[must_use]
    pub fn with_segments(self, segments: Vec<Segment>) -> Self {
        Self { segments, ..self }
    }

    /// The same, and a model may tag conversations with these. Without, it tags nothing.
    #[must_use]
    pub fn with_tags(self, tags: Vec<String>) -> Self {
        Self { tags, ..self }
    }

    /// The tools that a model may call for this case: those that are built in, and of the others those of its address, within the
    /// level of its mails.
    pub fn offered(&self, case: &Case) -> Vec<Offer> {
        let facts = Facts::of(case);
        let permitted =
            self.tools.iter().filter(|tool| permitted(tool, &facts, &self.segments).is_ok() && !self.has_changed(tool));
        let asking = permitted.map(|tool| Offer {
            name: tool.name.clone(),
            description: tool.description.clone(),
            parameters: tool.parameters.json().clone(),
        });
        let code = code::offer(case, &self.beyond(&facts));
        built_in::offers().into_iter().chain(tagging::offer(&self.tags)).chain(asking).chain(code).collect()
    }

    /// Those that lack nothing but the level.
    fn beyond(&self, facts: &Facts) -> Vec<&Tool> {
        let proved = Facts { level: Level::Confirmed, ..facts.clone() };
        let lacks = |tool: &&Tool| {
            permitted(tool, facts, &self.segments).is_err() && permitted(tool, &proved, &self.segments).is_ok()
        };
        self.tools.iter().filter(|tool| lacks(tool) && !self.has_changed(tool)).collect()
    }

    /// Calls a tool for this case, and notes it with its particulars.
    pub async fn call(&self, case: &Case, name: &str, arguments: &Value, notes: &Notes) -> Called {
        let (began, facts) = (Instant::now(), Facts::of(case));
        let tool = self.tools.iter().find(|tool| tool.name == name);
        let ended = match tool {
            None if built_in::is_one(name) => built_in::call(name, arguments),
            None if name == TAG => tagging::call(&self.tags, arguments, notes),
            None if name == ASK_CODE => code::call(case, &self.beyond(&facts)),
            None => Ended::refused(NO_SUCH_TOOL, NO_SUCH_TOOL),
            Some(tool) => self.ended(tool, &facts, arguments, notes).await,
        };
        ended.noted(name, tool.map(|tool| tool.class), arguments, began, notes)
    }

    async fn ended(&self, tool: &Tool, facts: &Facts, arguments: &Value, notes: &Notes) -> Ended {
        if let Err(words) = permitted(tool, facts, &self.segments) {
            return Ended::refused(NO_SUCH_TOOL, words);
        }
        if let Err(fault) = tool.parameters.check(arguments) {
            // Of the schema and not of the arguments: a model may hear it, to do better.
            return Ended::refused(&format!("the arguments are not taken: {fault}"), fault.to_string());
        }
        if tool.approval {
            return self.waits_for_approval(tool, facts, arguments, notes);
        }
        self.made(tool, facts, arguments, notes).await
    }

    /// Makes a call that may be made.
    async fn made(&self, tool: &Tool, facts: &Facts, arguments: &Value, notes: &Notes) -> Ended {
        let nothing = Map::new();
        let arguments_map = arguments.as_object().unwrap_or(&nothing);
        if !self.rates.takes(&tool.name, tool.per_minute_max, self.clock.now()) {
            return Ended::failed(
                "the tool is called too often now",
                format!("{} calls in a minute", tool.per_minute_max),
            );
        }
        let secrets = match secrets(tool).await {
            Ok(secrets) => secrets,
            Err(words) => return Ended::failed("the tool cannot be called now", words),
        };
        let now_secs = self.clock.now().0 / 1000;
        let call = Call { tool, arguments: arguments_map, facts, secrets: &secrets, now_secs };
        if let (Some(pin), Some(_)) = (&tool.mcp, &tool.program) {
            return self.ended_by_mcp(&call, pin, arguments, notes).await;
        }
        let request = match call.request() {
            Ok(request) => request,
            Err(words) => return Ended::refused("the arguments cannot be sent", words),
        };
        if let Some(pin) = &tool.mcp {
            return self.ended_by_mcp(&call, pin, arguments, notes).await;
        }
        if let Err(ended) = announced(tool, arguments, notes).await {
            return ended;
        }
        match self.fetcher.fetch(request).await {
            Ok(response) => read(tool, &response, &secrets),
            Err(fault) => {
                let in_doubt = fault.may_have_been_heard();
                unanswered(tool, fault.in_general(), &fault.to_string(), in_doubt)
            }
        }
    }

    /// The tools there are.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }

    /// Calls a tool for a person who tries it out, for these facts; the request for the eye comes with the answer.
    ///
    /// # Errors
    /// Why it was not made, or what came of it, with all particulars.
    pub async fn tried(&self, tool: &Tool, facts: &Facts, arguments: &Value, is_dry: bool) -> Result<Tried, String> {
        tool.parameters.check(arguments).map_err(|fault| fault.to_string())?;
        let nothing = Map::new();
        let arguments = arguments.as_object().unwrap_or(&nothing);
        let now_secs = self.clock.now().0 / 1000;
        let masked = Secrets::masked(tool);
        let request = Call { tool, arguments, facts, secrets: &masked, now_secs }.shown()?;
        let mut tried = Tried { request, answer: None };
        if is_dry {
            return Ok(tried);
        }
        let secrets = secrets(tool).await?;
        let call = Call { tool, arguments, facts, secrets: &secrets, now_secs };
        if let Some(pin) = &tool.mcp {
            let mut session = self.held(&call, pin).await.map_err(|fault| fault.words())?;
            let called = session.call(&pin.tool, &Value::Object(arguments.clone())).await;
            let (text, is_error) = called.map_err(|fault| fault.words())?;
            session.close().await;
            tried.answer = Some((if is_error { 400 } else { 200 }, reading::text(&text, &secrets.named)));
            return Ok(tried);
        }
        let response = self.fetcher.fetch(call.request()?).await.map_err(|fault| fault.to_string())?;
        let text = reading::lines(&response, &secrets.named).unwrap_or_else(str::to_owned);
        tried.answer = Some((response.status, text));
        Ok(tried)
    }
}

/// What a person sees who tries a tool out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The request, with masks for secrets and without what is signed.
    pub request: String,
    /// Status and lines of the answer; `None` when nothing was asked. An MCP server has no status of its own: 200, or 400 for what it
    /// calls an error.
    pub answer: Option<(u16, String)>,
}

async fn secrets(tool: &Tool) -> Result<Secrets, String> {
    let mut named = Vec::with_capacity(tool.secrets.len());
    for (name, file) in &tool.secrets {
        named.push((name.clone(), secret(file).await?));
    }
    let signing = match &tool.signing_key_file {
        Some(file) => Some(secret(file).await?),
        None => None,
    };
    Ok(Secrets { named, signing })
}

/// The first line of a file.
async fn secret(file: &std::path::Path) -> Result<Secret, String> {
    let wrong = |words: &str| format!("{}: {words}", file.display());
    let about = tokio::fs::metadata(file).await.map_err(|fault| wrong(&fault.to_string()))?;
    if !about.is_file() || about.len() > SECRET_OCTETS_MAX {
        return Err(wrong("it is not a file that holds a secret"));
    }
    let text = tokio::fs::read_to_string(file).await.map_err(|fault| wrong(&fault.to_string()))?;
    match text.lines().next().map(str::trim_end) {
        Some(line) if !line.is_empty() => Ok(Secret::new(line)),
        _ => Err(wrong("its first line is empty; the secret is expected there")),
    }
}

#[cfg(test)]
#[path = "tools_tests.rs"]
mod tests;
