//! The record of one attempt at a job: from the moment when the conversation was read to what became of it.
//!
//! It is made when the case is read, counted when somebody is asked to think, and written with what ends the job. An attempt
//! that fails keeps it, so that the next one knows.

use std::{future::Future, pin::Pin, sync::Arc};

use super::{
    autopilot::Silence,
    desk::{Case, Desk},
    handoff::Reason,
    model::Thought,
    notes::{Ledger, Noted, Notes},
};
use crate::{
    store::{LetRun, RunDecision, RunRow, WantedCall, Written},
    types::{Clock, HandOffCode, Job, Millis, RunId},
};

/// Octets of a reason.
const REASON_OCTETS: usize = 2000;

/// The run of an attempt; `None` before there is a conversation to run over.
#[derive(Debug, Clone, Default)]
pub(super) struct Attempt(Option<Box<RunRow>>);

impl Attempt {
    /// The conversation was read. Nobody was asked to think yet.
    pub(super) fn taken_up(id: RunId, case: &Case, job: &Job, now: Millis) -> Self {
        Self(Some(Box::new(RunRow {
            id,
            conversation: case.row.id,
            contact: case.row.contact.clone(),
            generation: case.row.generation,
            attempt: job.attempts,
            answerer: String::new(),
            started: now,
            millis: 0,
            passages: Vec::new(),
            model_calls: Vec::new(),
            tool_calls: Vec::new(),
            tokens_in: 0,
            tokens_out: 0,
            cost_millionths: 0,
            topic: None,
            tags: Vec::new(),
            let_run_by: let_run(case).map(|(_, who)| who.by.clone()).unwrap_or_default(),
            decision: RunDecision::Begun,
            code: None,
            reason: String::new(),
        })))
    }

    /// Somebody is asked to think: from here on it counts.
    pub(super) fn asks(&mut self, answerer: &str) -> Option<RunRow> {
        let run = self.0.as_mut()?;
        run.answerer = answerer.to_owned();
        Some(RunRow::clone(run))
    }

    /// Whether it began that call, or one before it did and the call changes something: to look twice harms nobody.
    pub(super) fn has_begun(&self, call: &WantedCall, case: &Case) -> bool {
        let own = self.0.iter().flat_map(|run| &run.tool_calls);
        let earlier = case.earlier.iter().flat_map(|run| &run.tool_calls).filter(|row| row.may_have_changed());
        own.chain(earlier).any(|row| row.is_of(&call.tool, &call.arguments))
    }

    /// Which run.
    pub(super) fn id(&self) -> Option<RunId> {
        self.0.as_ref().map(|run| run.id)
    }

    /// The thought is over.
    pub(super) fn noted(&mut self, noted: Noted, now: Millis) {
        self.0 = self.0.take().map(|run| Box::new(noted.onto(*run, now)));
    }

    /// The run as it ended, to be written with what it led to.
    pub(super) fn ended(&self, decision: RunDecision, code: Option<HandOffCode>, reason: &str) -> Option<Box<RunRow>> {
        let reason = reason[..reason.floor_char_boundary(REASON_OCTETS)].to_owned();
        self.0.clone().map(|run| Box::new(RunRow { decision, code, reason, ..*run }))
    }

    /// The run as it failed. One in which nobody was asked to think and nothing was called says no more than its job does.
    pub(super) fn failed(&self, reason: &str) -> Option<Box<RunRow>> {
        self.ended(RunDecision::Deferred, None, reason)
            .filter(|run| !run.answerer.is_empty() || !run.tool_calls.is_empty())
    }
}

/// A thought that was cut off while something was being changed is for people, who can look whether it was.
pub(super) fn in_doubt(thought: Thought, noted: &Noted) -> Thought {
    let Some(call) = noted.tool_calls.iter().find(|call| call.is_under_way()) else { return thought };
    let doubt = format!("`{}` was being called, and nobody knows what came of it", call.name);
    match thought {
        Thought::Answer(_) | Thought::AskCode => Thought::hand_off(Reason::new(HandOffCode::ToolFailure, doubt)),
        Thought::HandOff { reason } => {
            let words = format!("{}; {doubt}", reason.words);
            Thought::hand_off(Reason { words, ..reason })
        }
    }
}

/// How one claimed job ended, for tests and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// A letter was written.
    Sent,
    /// A letter was written that asks for a one-time code.
    AskedCode,
    /// A draft waits for a person.
    Drafted(String),
    /// People have it, with that reason.
    HandedOff(String),
    /// People have it already, or it is over: nothing is to be done, for that reason.
    Rested(String),
    /// A newer mail came or a person took over: there is nothing to do.
    Stale,
    /// Something failed; it is tried again.
    Deferred(String),
}

/// The call of a case that a person let run and nobody has made, and who it was.
pub(super) fn let_run(case: &Case) -> Option<(&WantedCall, &LetRun)> {
    let wanted = case.row.wanted.as_deref()?;
    Some((wanted, wanted.let_run.as_ref()?))
}

/// What became of it when that was to be written.
pub(super) fn came_to(written: Written, decision: RunDecision) -> RunDecision {
    match written {
        Written::Done => decision,
        Written::Stale => RunDecision::Stale,
    }
}

/// Whether somebody is asked to think.
pub(super) enum Begun {
    /// Yes, and notes it here.
    Thinks(Arc<Notes>),
    /// No: a budget is used up.
    Silent(Silence),
    /// No: a newer mail came or a person took over.
    Stale,
}

/// Writes into the journal what a run has noted so far.
pub(super) struct DeskLedger<D> {
    pub(super) desk: Arc<D>,
    pub(super) run: RunRow,
    pub(super) clock: Clock,
}

impl<D: Desk> Ledger for DeskLedger<D> {
    fn keep(&self, noted: Noted) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
        let (desk, run) = (Arc::clone(&self.desk), noted.onto(self.run.clone(), self.clock.now()));
        Box::pin(async move {
            match desk.note(run).await {
                Ok(Written::Done) => Ok(()),
                Ok(Written::Stale) => Err("a newer mail came or a person took over".to_owned()),
                Err(err) => Err(err.to_string()),
            }
        })
    }
}
