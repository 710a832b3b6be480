//! Whoever thinks, with what is looked at before, and an end to both: for the loop and for a rehearsal of it.

use std::{sync::Arc, time::Duration};

use super::{
    desk::Case,
    handoff::{self, Reason},
    model::{Answerer, Thought},
    notes::Notes,
    topics::Topics,
};
use crate::types::HandOffCode;

/// How long saying what a mail is about may take, before the thought.
pub(super) const CLASSIFY_MAX: Duration = Duration::from_secs(30);

/// How much longer than a thought may take it is waited for: whoever thinks knows best why nothing came of it.
const THINK_MARGIN: Duration = Duration::from_secs(5);

/// Whoever thinks, and what is looked at before.
#[derive(Clone)]
pub(super) struct Mind {
    pub(super) answerer: Arc<dyn Answerer>,
    pub(super) topics: Topics,
    pub(super) think_max: Duration,
}

impl Mind {
    pub(super) fn new(answerer: Arc<dyn Answerer>) -> Self {
        let think_max = answerer.think_max() + THINK_MARGIN;
        Self { answerer, topics: Topics::default(), think_max }
    }

    /// How long both may take.
    pub(super) fn takes_max(&self) -> Duration {
        CLASSIFY_MAX + self.think_max
    }

    /// What goes to people without a thought, or the thought. Each has a deadline of its own.
    pub(super) async fn think_behind_the_gate(&self, case: &Arc<Case>, notes: &Arc<Notes>) -> Thought {
        match self.gate(case, notes).await {
            Ok(topic) => match self.think(case, notes).await {
                Thought::HandOff { reason } => {
                    Thought::HandOff { reason: Reason { topic: reason.topic.or(topic), ..reason } }
                }
                thought => thought,
            },
            Err(reason) => Thought::HandOff { reason },
        }
    }

    /// Whether it may be thought about at all; the topic of the address, where there is one, which is noted.
    ///
    /// # Errors
    /// Why people get it instead.
    pub(super) async fn gate(&self, case: &Arc<Case>, notes: &Arc<Notes>) -> Result<Option<String>, Reason> {
        let gate = handoff::gate(case, &self.topics, notes);
        let Ok(gated) = tokio::time::timeout(CLASSIFY_MAX, gate).await else {
            return Err(Reason::new(HandOffCode::NotClassified, "nobody said in time what the mail is about"));
        };
        let topic = gated.as_ref().map_or_else(|reason| reason.topic.as_ref(), Option::as_ref);
        topic.inspect(|topic| notes.topic(topic));
        gated
    }

    /// Thinks in a task of its own: neither a panic nor a thought without end reaches us.
    pub(super) async fn think(&self, case: &Arc<Case>, notes: &Arc<Notes>) -> Thought {
        let mut thinking = tokio::spawn(self.answerer.think(Arc::clone(case), Arc::clone(notes)));
        match tokio::time::timeout(self.think_max, &mut thinking).await {
            Ok(Ok(thought)) => thought,
            Ok(Err(_)) => Thought::hand_off(failed("the AI broke while it thought about this mail")),
            Err(_) => {
                thinking.abort();
                Thought::hand_off(failed(format!("the AI did not answer within {} s", self.think_max.as_secs())))
            }
        }
    }
}

fn failed(words: impl Into<String>) -> Reason {
    Reason::new(HandOffCode::ModelFailure, words)
}
