//! Who is not written to any more, why, and who said so. A letter for them is refused when it would be claimed: nobody is
//! handed it.
//!
//! Only what nobody can make up puts somebody here: a report or a complaint that has the envelope sender of their own
//! delivery, the reply of their server to our own RCPT, or a person.

use serde::{Deserialize, Serialize};

use super::{
    desk::Desk,
    facts::{Fact, LiftedFact},
    letters,
    requests::{Lift, StoreError, Suppress},
    rows::ConversationRow,
    steps::{self, cut_words, event},
    view,
};
use crate::types::{Address, JobId, LetterId, Millis};

/// One address that is not written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SuppressionRow {
    /// Which.
    pub recipient: Address,
    /// Why.
    pub reason: SuppressionReason,
    /// Why, in the words of a server, a report or a person.
    pub words: String,
    /// Since when.
    pub at: Millis,
}

/// What put an address on the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// A report that came to the envelope sender of this letter: there is no such mailbox.
    Bounced(LetterId),
    /// Its server said so when this letter was to be delivered.
    Refused(LetterId),
    /// Its owner called this letter spam.
    Complained(LetterId),
    /// This person.
    Person(String),
}

impl SuppressionReason {
    /// The letter that was the occasion.
    pub fn letter(&self) -> Option<LetterId> {
        match self {
            Self::Bounced(letter) | Self::Refused(letter) | Self::Complained(letter) => Some(*letter),
            Self::Person(_) => None,
        }
    }
}

impl SuppressionRow {
    /// Who, what and when, in one sentence without the address.
    pub fn sentence(&self) -> String {
        let Self { words, at, .. } = self;
        let at = jiff::Timestamp::from_millisecond(at.0 as i64).map(|at| at.to_string()).unwrap_or_default();
        match &self.reason {
            SuppressionReason::Bounced(letter) => format!("letter {letter} came back {at}: {words}"),
            SuppressionReason::Refused(letter) => format!("its server refused letter {letter} {at}: {words}"),
            SuppressionReason::Complained(letter) => format!("letter {letter} was complained about {at}: {words}"),
            SuppressionReason::Person(by) => format!("{by} put it on the list {at}: {words}"),
        }
    }
}

/// A person puts an address on the list.
pub(super) fn by_person(desk: &mut Desk, asked: Suppress) -> Result<(), StoreError> {
    let Suppress { recipient, by, why, now } = asked;
    if let Some(known) = view::suppression(desk, &recipient)? {
        return Err(StoreError::Refused(format!("{recipient} is on the list: {}", known.sentence())));
    }
    suppress(desk, &recipient, SuppressionReason::Person(cut_words(&by)), &why, now).map(drop)
}

/// Puts it on the list; whether it was not there. The first reason stays.
pub(super) fn suppress(
    desk: &mut Desk,
    recipient: &Address,
    reason: SuppressionReason,
    words: &str,
    now: Millis,
) -> Result<bool, StoreError> {
    if view::suppression(desk, recipient)?.is_some() {
        return Ok(false);
    }
    let row = SuppressionRow { recipient: recipient.clone(), reason, words: cut_words(words), at: now };
    desk.state(&Fact::Suppressed(Box::new(row)))?;
    Ok(true)
}

/// The same, and says so in the conversation. Its own fact follows.
pub(super) fn suppress_in(
    desk: &mut Desk,
    row: &mut ConversationRow,
    recipient: &Address,
    reason: SuppressionReason,
    words: &str,
    now: Millis,
) -> Result<(), StoreError> {
    if !suppress(desk, recipient, reason, words, now)? {
        return Ok(());
    }
    let told = format!("letters to {recipient} are not sent any more, until a person takes it from the suppressions");
    event(desk, row, now, "suppressed", &told)
}

/// Takes an address from the list, and says so where it came on it.
pub(super) fn lift(desk: &mut Desk, lift: Lift) -> Result<(), StoreError> {
    let Lift { recipient, by, now } = lift;
    let known = view::suppression(desk, &recipient)?;
    let known = known.ok_or_else(|| StoreError::NotFound(format!("suppression of {recipient}")))?;
    desk.state(&Fact::Lifted(LiftedFact { recipient: recipient.clone(), by: cut_words(&by), at: now }))?;
    let letter = known.reason.letter().map(|id| view::letter(desk, id)).transpose()?.flatten();
    if let Some(letter) = letter {
        let mut row = steps::surviving(desk, letter.conversation)?;
        event(desk, &mut row, now, "lifted", &format!("{by} lets letters to {recipient} leave again"))?;
        desk.state(&Fact::Conversation(Box::new(row)))?;
    }
    Ok(())
}

/// Whether a job that is due may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// It may.
    Open,
    /// It would deliver to somebody on the list: it was refused and is gone.
    Refused,
    /// It is to be refused, and cannot be yet.
    NotYet,
}

/// Refuses what a job would deliver to somebody on the list.
pub(super) fn gate(desk: &mut Desk, job: JobId, now: Millis) -> Result<Gate, StoreError> {
    let JobId::Deliver(id, place) = job else { return Ok(Gate::Open) };
    if desk.tallies().suppressions == 0 {
        return Ok(Gate::Open);
    }
    let Some(letter) = view::letter(desk, id)? else { return Ok(Gate::Open) };
    let waits = letter.recipients.get(usize::from(place)).filter(|one| !one.state.is_settled());
    let Some(known) = waits.map(|one| view::suppression(desk, &one.to)).transpose()?.flatten() else {
        return Ok(Gate::Open);
    };
    if letter.raw.segment == 0 {
        // It was kept in this very batch, and nobody knows yet where its bytes lie: its row must not be written again.
        return Ok(Gate::NotYet);
    }
    let words = format!("not sent, the address is suppressed: {}", known.sentence());
    letters::end_refused(desk, letter, place, words, now)?;
    Ok(Gate::Refused)
}
