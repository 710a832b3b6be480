//! Calls of tools that a person must let run: what the AI would do waits with its conversation until somebody decides.
//!
//! A call waits for the conversation as it was read: a newer mail, an answer, another hand or a merge ends the waiting. Who lets it run
//! makes the answer due again, and the run that takes it up makes the call (`agent::run`); nothing is called from here.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Store,
    desk::Desk,
    facts::Fact,
    requests::{StoreError, Written},
    rows::{ConversationRow, Owner, What},
    steps::{self, cut_words, event, set_job},
    view,
};
use crate::types::{Address, ConversationId, JobId, JobState, Level, Millis};

/// How long a call can be let run after it was asked for: what it was asked for may be another thing by then.
pub const CALL_WAITS_MAX: Duration = Duration::from_secs(7 * 86_400);

/// Events that end the waiting, newest told to who comes too late.
const ENDS: [&str; 3] = ["call_let_run", "call_denied", "call_over"];

/// A call that the AI would make. It stands with its conversation while it waits, and while it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WantedCall {
    /// By which it is named: the idempotency key that the tool will hear.
    pub id: String,
    /// Which tool.
    pub tool: String,
    /// What people call it.
    pub title: String,
    /// What it is given, JSON; all of it, and held to the tool's schema.
    pub arguments: String,
    /// The request as it would leave, with masks for secrets.
    pub request: String,
    /// BLAKE3 of everything that is configured of the tool, 64 hexadecimal digits.
    pub definition_blake3: String,
    /// For whom it is asked.
    pub contact: Address,
    /// The support address.
    pub address: Address,
    /// What the mails to answer had proved.
    pub level: Level,
    /// The generation that was read; a part of its key.
    pub generation: u64,
    /// When it was asked for.
    pub asked: Millis,
    /// Who lets it run; `None` while nobody has decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub let_run: Option<LetRun>,
}

/// See [`WantedCall::let_run`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LetRun {
    /// Who.
    pub by: String,
    /// When.
    pub at: Millis,
    /// The conversation stays with people: the AI makes the call and says nothing.
    pub keep: bool,
}

/// What a person decides about a call that waits.
#[derive(Debug, Clone)]
pub struct CallOrder {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// The generation they have read.
    pub generation: u64,
    /// Which call; `None`: the one that waits.
    pub call: Option<String>,
    /// What.
    pub ruling: Ruling,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// See [`CallOrder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It is made.
    LetRun {
        /// See [`LetRun::keep`].
        keep: bool,
    },
    /// It is not; a person answers.
    Deny {
        /// Why, in words; may be empty.
        why: String,
    },
}

impl Store {
    /// Does what a person decides about a call that waits for them.
    ///
    /// [`Written::Stale`] when the conversation has moved on since they read it: nothing is written.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when that call does not wait there (any more), or cannot be let run.
    pub async fn rule(&self, order: CallOrder) -> Result<Written, StoreError> {
        self.ask(move |desk| rule(desk, order)).await
    }
}

/// Does what a person decides; *stale* when the conversation has moved on since they read it.
///
/// # Errors
/// [`StoreError::Refused`] when that call does not wait (any more), or cannot be let run.
fn rule(desk: &mut Desk, given: CallOrder) -> Result<Written, StoreError> {
    let CallOrder { conversation, generation, call, ruling, by, now } = given;
    let mut row = steps::conversation(desk, conversation)?;
    if generation != row.generation {
        return Ok(Written::Stale);
    }
    let wanted = match row.wanted.take() {
        None => return Err(StoreError::Refused(none_waits(desk, &row)?)),
        Some(wanted) if call.is_some_and(|call| call != wanted.id) => {
            return refused(format!("another call waits there now: {}", wanted.id));
        }
        Some(wanted) => match &wanted.let_run {
            Some(LetRun { by, .. }) => return refused(format!("{by} lets it run already")),
            None => wanted,
        },
    };
    row.generation += 1;
    row.updated = row.updated.max(now);
    match ruling {
        Ruling::Deny { why } => {
            let why = if why.is_empty() { why } else { format!(": {why}") };
            let told = format!("{by} does not let “{}” run", wanted.title);
            row.waits_because = cut_words(&format!("{told}; a person answers"));
            event(desk, &mut row, now, "call_denied", &format!("{told}{why}"))?;
        }
        Ruling::LetRun { keep } => {
            may_run(&row, &wanted, keep, now)?;
            let told = format!("{by} lets “{}” run", wanted.title);
            if !keep {
                (row.owner, row.handed_off) = (Owner::Ai, None);
            }
            let then = if keep { "people answer" } else { "the AI goes on with what it gives" };
            row.waits_because = cut_words(&format!("{told}; {then}"));
            event(desk, &mut row, now, "call_let_run", &format!("{told}; {then}"))?;
            row.wanted = Some(Box::new(WantedCall { let_run: Some(LetRun { by, at: now, keep }), ..*wanted }));
            set_job(desk, JobId::Answer(row.id), row.id, "", JobState::Due(now), now)?;
        }
    }
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(Written::Done)
}

fn may_run(row: &ConversationRow, wanted: &WantedCall, keep: bool, now: Millis) -> Result<(), StoreError> {
    if now.since(wanted.asked) > CALL_WAITS_MAX {
        let days = CALL_WAITS_MAX.as_secs() / 86_400;
        return refused(format!(
            "it was asked for more than {days} days ago: give the conversation back to the AI instead"
        ));
    }
    match &row.owner {
        Owner::Person(name) if !keep => {
            refused(format!("{name} answers this conversation: let it run and keep the conversation"))
        }
        Owner::Person(_) | Owner::Team | Owner::Ai | Owner::Nobody => Ok(()),
    }
}

/// What became of the last one, for whoever wants to decide about it.
fn none_waits(desk: &Desk, row: &ConversationRow) -> Result<String, StoreError> {
    let last = view::timeline(desk, row)?.into_iter().rev().find_map(|entry| match entry.what {
        What::Event { name, words } if ENDS.contains(&name.as_str()) => Some(words),
        _ => None,
    });
    Ok(last.map_or("no call waits there".to_owned(), |words| format!("no call waits there any more: {words}")))
}

/// Ends the waiting, because of `why`: what it was wanted for is no longer so.
pub(super) fn forget(desk: &mut Desk, row: &mut ConversationRow, now: Millis, why: &str) -> Result<(), StoreError> {
    let Some(wanted) = row.wanted.take() else { return Ok(()) };
    let told = match &wanted.let_run {
        None => format!("“{}” is not run any more: {why}", wanted.title),
        // Whoever was making it may have been faster: its run says so.
        Some(LetRun { by, .. }) => format!("“{}”, which {by} let run, is not begun any more: {why}", wanted.title),
    };
    event(desk, row, now, "call_over", &told)
}

fn refused<T>(words: String) -> Result<T, StoreError> {
    Err(StoreError::Refused(words))
}
