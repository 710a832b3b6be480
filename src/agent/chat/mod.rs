//! Thinks with a chat model on any server that speaks OpenAI's chat completions.
//!
//! The model is assumed to do what the mail says: it is shown this conversation only (`prompt`), it may call what is offered
//! and nothing else (`tools`), and what it says is a proposal (`said`) that `autopilot::judge` holds against the passages.
//! Whatever fails on the way ends as a hand-off with the reason, or with the built-in answerer where that is wished.

mod asking;
mod breaker;
mod classifying;
mod defuse;
mod embedding;
mod fitting;
mod prompt;
mod said;
mod server;
mod thinking;
mod tools;
mod wire;

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tracing::{info, warn};

use self::{asking::Asking, thinking::NotAsked};
use super::{
    answerer::{self, BuiltIn},
    desk::Case,
    handoff::Reason,
    knowledge::Knowledge,
    masks::Masks,
    model::{Answerer, Thinking, Thought},
    notes::Notes,
};
use crate::{
    config::Model,
    fetch::Fetcher,
    types::{Clock, HandOffCode, Level},
};

pub use embedding::embed;
pub use prompt::{rules_text, version};
pub use tools::{Calling, Tools};

/// What the built-in answerer gets when the model took all of its time.
const FALLBACK_MAX: Duration = Duration::from_secs(10);

/// Thinks with a model.
#[derive(Clone)]
pub struct ChatAnswerer(Arc<Chat>);

struct Chat {
    settings: Model,
    asking: Asking,
    knowledge: Arc<Knowledge>,
    tools: Arc<dyn Tools>,
    builtin: Option<BuiltIn>,
    level_min: Level,
}

/// What a [`ChatAnswerer`] works with.
pub struct Means {
    /// Asks the servers.
    pub fetcher: Fetcher,
    /// What is known.
    pub knowledge: Arc<Knowledge>,
    /// What may be called.
    pub tools: Arc<dyn Tools>,
    /// Thinks when no model could be asked; `None` hands such mails over.
    pub builtin: Option<BuiltIn>,
    /// `[agent] level_min`: mails below are not shown.
    pub level_min: Level,
    /// What rests are measured by.
    pub clock: Clock,
    /// What no model is shown.
    pub masks: Masks,
}

impl ChatAnswerer {
    /// Thinks as `[model]` says.
    pub fn new(settings: Model, means: Means) -> Self {
        let Means { fetcher, knowledge, tools, builtin, level_min, clock, masks } = means;
        let asking = Asking::new(&settings, fetcher, clock, masks);
        let names: Vec<&str> = settings.server.iter().chain(&settings.fallback).map(|of| of.name.as_str()).collect();
        info!(models = names.join(", "), prompt.version = version(), "a model thinks about mails");
        Self(Arc::new(Chat { settings, asking, knowledge, tools, builtin, level_min }))
    }
}

impl Answerer for ChatAnswerer {
    fn name(&self) -> &'static str {
        "model"
    }

    fn think_max(&self) -> Duration {
        self.0.settings.think + FALLBACK_MAX
    }

    fn think(&self, case: Arc<Case>, notes: Arc<Notes>) -> Thinking {
        let chat = Arc::clone(&self.0);
        Box::pin(async move { chat.think(case, notes).await })
    }
}

impl Chat {
    async fn think(&self, case: Arc<Case>, notes: Arc<Notes>) -> Thought {
        let level_min = answerer::level_min_of(&case, self.level_min);
        let text = match answerer::text_to_answer(&case, level_min) {
            Ok(text) => text,
            Err(words) => return Thought::hand_off(words),
        };
        let deadline = Instant::now() + self.settings.think;
        let thinking = thinking::think(self, &case, &text, level_min, &notes, deadline);
        let reason = match tokio::time::timeout_at(deadline, thinking).await {
            Ok(Ok(thought)) => return thought,
            Ok(Err(NotAsked(reason))) => reason,
            Err(_) => format!("the model did not come to an answer within {} s", self.settings.think.as_secs()),
        };
        match &self.builtin {
            Some(builtin) => {
                warn!(conversation.id = %case.row.id, "the built-in answerer thinks: {reason}");
                builtin.think(case, notes).await
            }
            None => Thought::hand_off(failed(reason)),
        }
    }
}

/// The model, or its server, is the matter.
fn failed(words: impl Into<String>) -> Reason {
    Reason::new(HandOffCode::ModelFailure, words)
}

#[cfg(test)]
mod approval_tests;
#[cfg(test)]
mod code_tests;
#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod loop_tests;
#[cfg(test)]
mod world;
