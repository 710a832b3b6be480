//! How far each person has read in each conversation.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        Store,
        desk::Desk,
        facts::Fact,
        requests::StoreError,
        steps,
        view::{self, View},
    },
    keys,
};
use crate::types::{ConversationId, Millis};

/// A person has read so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenRow {
    /// Who.
    pub person: String,
    /// Where.
    pub conversation: ConversationId,
    /// So many entries of its own time line, from the first on.
    pub entries: u32,
    /// When they read the last of them.
    pub at: Millis,
}

/// A page of a conversation was opened.
#[derive(Debug, Clone)]
pub struct SeenMark {
    /// By whom.
    pub person: String,
    /// Which one.
    pub conversation: ConversationId,
    /// So many entries of its own time line stand on the page; with fewer than before, what is newer is unread again.
    pub entries: u32,
    /// When.
    pub now: Millis,
}

fn mark(desk: &mut Desk, asked: SeenMark) -> Result<(), StoreError> {
    let SeenMark { person, conversation, entries, now } = asked;
    let row = steps::conversation(desk, conversation)?;
    let entries = entries.min(row.entries);
    if seen(desk, &person, conversation)? == entries {
        return Ok(());
    }
    desk.state(&Fact::Seen(SeenRow { person, conversation, entries, at: now }))
}

/// Writes it.
pub(in super::super) fn project(row: &SeenRow, desk: &mut Desk) -> Result<(), StoreError> {
    desk.put(keys::seen(&row.person, row.conversation), &row.entries.to_be_bytes()[..]);
    Ok(())
}

fn seen(view: &impl View, person: &str, conversation: ConversationId) -> Result<u32, StoreError> {
    let value = view.value(&keys::seen(person, conversation))?;
    let entries = value.as_ref().and_then(|value| value.first_chunk().copied());
    Ok(entries.map_or(0, u32::from_be_bytes))
}

impl Store {
    /// Keeps that a person has read so far. Where they had already, nothing is written.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such conversation.
    pub async fn mark_seen(&self, asked: SeenMark) -> Result<(), StoreError> {
        // Mostly nothing is new, and the committer need not hear of it.
        let row = view::conversation(self.index(), asked.conversation)?;
        let there = row.map_or(asked.entries, |row| asked.entries.min(row.entries));
        if there != 0 && seen(self.index(), &asked.person, asked.conversation)? == there {
            return Ok(());
        }
        self.ask(move |desk| mark(desk, asked)).await
    }

    /// How many entries a person has read of each of these conversations, in their order; 0 where none. What is unread is
    /// told by [`heard`](super::super::ConversationRow::heard). One look at the index for each.
    pub fn seen(&self, person: &str, conversations: &[ConversationId]) -> Result<Vec<u32>, StoreError> {
        conversations.iter().map(|id| seen(self.index(), person, *id)).collect()
    }
}
