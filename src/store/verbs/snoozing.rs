//! Conversations that nobody need look at before a moment. When it comes, or when something happens in them before, they are
//! among the newest again.

use std::time::Duration;

use super::{
    super::{
        Store,
        desk::Desk,
        facts::Fact,
        index::Index,
        projection::NOTHING,
        requests::StoreError,
        rows::{ConversationRow, Status},
        steps::{self, event},
        view,
    },
    keys,
};
use crate::types::{ConversationId, Millis};

/// How far away the moment may be: what is put off for longer is forgotten.
pub const SNOOZE_MAX: Duration = Duration::from_secs(366 * 24 * 3600);

/// A person puts a conversation off.
#[derive(Debug, Clone)]
pub struct Snooze {
    /// Which.
    pub conversation: ConversationId,
    /// Until when; `None`: not any more.
    pub until: Option<Millis>,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

fn snooze(desk: &mut Desk, asked: Snooze) -> Result<(), StoreError> {
    let Snooze { conversation, until, by, now } = asked;
    let mut row = steps::surviving(desk, conversation)?;
    if row.snoozed_until == until {
        return Ok(());
    }
    match until {
        Some(until) => {
            if row.status != Status::Open {
                return Err(StoreError::Refused("it is closed: there is nothing to put off".into()));
            }
            if until <= now || until > now.plus(SNOOZE_MAX) {
                return Err(StoreError::Refused("it is put off until a moment to come, a year away at most".into()));
            }
            let at = jiff::Timestamp::from_millisecond(until.0 as i64).map(|at| at.to_string()).unwrap_or_default();
            event(desk, &mut row, now, "snoozed", &format!("{by} puts it off until {at}"))?;
            row.snoozed_until = Some(until);
        }
        None => wake(desk, &mut row, now, &format!("{by} takes it up again"))?,
    }
    row.updated = row.updated.max(now);
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// A conversation that was put off is not any more. The row's own fact follows.
pub(in super::super) fn wake(
    desk: &mut Desk,
    row: &mut ConversationRow,
    at: Millis,
    why: &str,
) -> Result<(), StoreError> {
    match row.snoozed_until.take() {
        Some(_) => event(desk, row, at, "woke", &format!("it is no longer put off: {why}")),
        None => Ok(()),
    }
}

/// The moment has come: it is among the newest, and waits for a person.
fn come_back(desk: &mut Desk, id: ConversationId, now: Millis) -> Result<(), StoreError> {
    let mut row = steps::conversation(desk, id)?;
    if row.snoozed_until.is_none_or(|until| until > now) {
        return Ok(());
    }
    steps::wait(desk, &mut row, now, "it was put off until now")?;
    // It waits already, with its own reason.
    wake(desk, &mut row, now, "its time has come")?;
    row.updated = row.updated.max(now);
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// Keeps the list of what wakes.
pub(in super::super) fn project(before: Option<&ConversationRow>, row: &ConversationRow, desk: &mut Desk) {
    let was = before.and_then(|before| before.snoozed_until);
    if was == row.snoozed_until {
        return;
    }
    if let Some(until) = was {
        desk.delete(keys::snoozed(until, row.id));
    }
    if let Some(until) = row.snoozed_until {
        desk.put(keys::snoozed(until, row.id), NOTHING);
    }
}

impl Store {
    /// Puts a conversation off, or takes it up again before its time.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when it is closed, or the moment is past or more than [`SNOOZE_MAX`]
    /// away.
    pub async fn snooze(&self, asked: Snooze) -> Result<(), StoreError> {
        self.ask(move |desk| snooze(desk, asked)).await
    }

    /// When the next conversation wakes that was put off.
    pub fn next_waking(&self) -> Result<Option<Millis>, StoreError> {
        Ok(self.first_snoozed()?.map(|(until, _)| until))
    }

    /// Brings back what was put off until now, also when nobody looked then. Gives how many there were.
    pub async fn wake_snoozed(&self, now: Millis) -> Result<usize, StoreError> {
        let mut woken = 0;
        while let Some((_, id)) = self.first_snoozed()?.filter(|(until, _)| *until <= now) {
            self.ask(move |desk| come_back(desk, id, now)).await?;
            woken += 1;
        }
        Ok(woken)
    }

    fn first_snoozed(&self) -> Result<Option<(Millis, ConversationId)>, StoreError> {
        let first = self.index().scan(keys::SNOOZED).next().transpose()?;
        Ok(first.and_then(|(key, _)| keys::read_snoozed(&key)))
    }
}

pub(super) fn troubles(index: &Index, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    for found in index.scan(keys::SNOOZED) {
        let (key, _) = found?;
        let Some((until, id)) = keys::read_snoozed(&key) else { continue };
        if view::conversation(index, id)?.is_none_or(|row| row.snoozed_until != Some(until)) {
            troubles.push(format!("conversation {id} is to wake, and is not put off until then"));
        }
    }
    Ok(())
}
