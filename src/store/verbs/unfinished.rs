//! What a person has begun to write and not sent. It is theirs alone, one for each conversation; what the AI would say is another
//! thing ([`Draft`](super::super::Draft)).

use serde::{Deserialize, Serialize};

use super::{
    super::{
        Store,
        desk::Desk,
        facts::Fact,
        projection::{delete_row, old_pieces, put_row},
        requests::StoreError,
        rows::ConversationRow,
        steps,
        view::{self, View},
    },
    keys,
};
use crate::types::{Author, ConversationId, Millis};

/// Octets of words that are kept for somebody who has not finished.
pub const UNFINISHED_OCTETS_MAX: usize = 64 * 1024;

/// A reply that somebody has not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnfinishedRow {
    /// Who.
    pub person: String,
    /// Where.
    pub conversation: ConversationId,
    /// The words so far; none: there is no such reply any more.
    pub markdown: String,
    /// When it was like this.
    pub at: Millis,
}

fn write(desk: &mut Desk, mut new: UnfinishedRow) -> Result<(), StoreError> {
    if new.markdown.len() > UNFINISHED_OCTETS_MAX {
        let words = format!("at most {UNFINISHED_OCTETS_MAX} octets are kept of what is not finished");
        return Err(StoreError::Refused(words));
    }
    let row = steps::surviving(desk, new.conversation)?;
    new.conversation = row.id;
    let known = of(desk, &row, &new.person)?;
    if known.as_ref().map_or("", |known| &known.markdown) == new.markdown {
        return Ok(());
    }
    if new.markdown.is_empty() {
        return take_away(desk, &row, &new.person, new.at);
    }
    desk.state(&Fact::Unfinished(Box::new(new)))
}

/// Also of what was merged into it.
fn take_away(desk: &mut Desk, row: &ConversationRow, person: &str, now: Millis) -> Result<(), StoreError> {
    for id in std::iter::once(&row.id).chain(&row.absorbed) {
        if let Some(known) = unfinished(desk, *id, person)? {
            let gone = UnfinishedRow { markdown: String::new(), at: now, ..known };
            desk.state(&Fact::Unfinished(Box::new(gone)))?;
        }
    }
    Ok(())
}

/// Who sent a letter has finished.
pub(in super::super) fn sent(
    desk: &mut Desk,
    row: &ConversationRow,
    author: &Author,
    now: Millis,
) -> Result<(), StoreError> {
    match author {
        Author::Person(name) => take_away(desk, row, name, now),
        Author::Ai => Ok(()),
    }
}

/// Writes it, or takes it away.
pub(in super::super) fn project(row: &UnfinishedRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::unfinished(row.conversation, &row.person);
    if row.markdown.is_empty() {
        return delete_row(key, desk);
    }
    let old = old_pieces(desk, &key)?;
    put_row(key, json, old, desk)
}

fn unfinished(
    view: &impl View,
    conversation: ConversationId,
    person: &str,
) -> Result<Option<UnfinishedRow>, StoreError> {
    view::row(view, &keys::unfinished(conversation, person))
}

/// The newest of a conversation and of what was merged into it.
fn of(view: &impl View, row: &ConversationRow, person: &str) -> Result<Option<UnfinishedRow>, StoreError> {
    let mut newest = None;
    for id in std::iter::once(&row.id).chain(&row.absorbed) {
        newest =
            [newest, unfinished(view, *id, person)?].into_iter().flatten().max_by_key(|row: &UnfinishedRow| row.at);
    }
    Ok(newest)
}

impl Store {
    /// Keeps what somebody has written so far: the last one counts, and no words take it away. Where it is the same, nothing is
    /// written.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when it is longer than [`UNFINISHED_OCTETS_MAX`].
    pub async fn keep_unfinished(&self, row: UnfinishedRow) -> Result<(), StoreError> {
        let octets = super::super::SMALL_OCTETS + row.markdown.len();
        self.0.committer.ask(octets, move |desk| write(desk, row)).await
    }

    /// What somebody has written so far in a conversation.
    pub fn unfinished(&self, row: &ConversationRow, person: &str) -> Result<Option<UnfinishedRow>, StoreError> {
        of(self.index(), row, person)
    }
}
