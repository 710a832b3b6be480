//! The loop's thought: what goes to people before it, and its end, whatever becomes of it.

use std::sync::Arc;

use super::{Autopilot, CLASSIFY_MAX, failed};
use crate::{
    agent::{
        desk::{Case, Desk},
        handoff::{self, Reason},
        model::Thought,
        notes::Notes,
    },
    types::HandOffCode,
};

impl<D: Desk> Autopilot<D> {
    /// What goes to people without a thought, or the thought. Both within one deadline.
    pub(super) async fn think_behind_the_gate(&self, case: &Arc<Case>, notes: &Arc<Notes>) -> Thought {
        let gate = handoff::gate(case, &self.topics, notes);
        match tokio::time::timeout(CLASSIFY_MAX, gate).await {
            Ok(Ok(topic)) => {
                topic.iter().for_each(|topic| notes.topic(topic));
                match self.think(case, notes).await {
                    Thought::HandOff { reason } => {
                        Thought::HandOff { reason: Reason { topic: reason.topic.or(topic), ..reason } }
                    }
                    thought => thought,
                }
            }
            Ok(Err(reason)) => {
                reason.topic.iter().for_each(|topic| notes.topic(topic));
                Thought::HandOff { reason }
            }
            Err(_) => {
                Thought::hand_off(Reason::new(HandOffCode::NotClassified, "nobody said in time what the mail is about"))
            }
        }
    }

    /// Thinks in a task of its own: neither a panic nor a thought without end reaches us.
    async fn think(&self, case: &Arc<Case>, notes: &Arc<Notes>) -> Thought {
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
