//! Tags: words by which people sort conversations. They move nothing: no status, no owner, no generation.

use super::{
    Store,
    desk::Desk,
    facts::Fact,
    requests::{StoreError, Tagging},
    rows::ConversationRow,
    run_rows::RunRow,
    steps::{self, event},
};
use crate::types::{Millis, tag};

/// Tags of one conversation: more sort nothing.
const TAGS_MAX: usize = 20;

/// Does what a person says.
fn tagged(desk: &mut Desk, asked: &Tagging) -> Result<(), StoreError> {
    let mut row = steps::surviving(desk, asked.conversation)?;
    for name in asked.add.iter().chain(&asked.remove) {
        tag(name).map_err(StoreError::Refused)?;
    }
    let before = row.tags.clone();
    row.tags.retain(|known| !asked.remove.contains(known));
    row.tags.extend(asked.add.iter().cloned());
    if row.tags.len() > TAGS_MAX {
        return Err(StoreError::Refused(format!("a conversation has {TAGS_MAX} tags at most")));
    }
    if row.tags == before {
        return Ok(());
    }
    let added = row.tags.difference(&before).map(|name| format!("+{name}"));
    let words: Vec<String> = added.chain(before.difference(&row.tags).map(|name| format!("-{name}"))).collect();
    event(desk, &mut row, asked.now, "tagged", &format!("a person changed its tags: {}", words.join(" ")))?;
    row.updated = row.updated.max(asked.now);
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// Writes the tags that a run of the AI gave, with what it led to. The row's own fact follows. Where there is no room, those that
/// are there stay.
pub(super) fn of_run(
    desk: &mut Desk,
    row: &mut ConversationRow,
    run: Option<&RunRow>,
    now: Millis,
) -> Result<(), StoreError> {
    let mut added = Vec::new();
    for name in run.into_iter().flat_map(|run| &run.tags) {
        if row.tags.len() < TAGS_MAX && row.tags.insert(name.clone()) {
            added.push(name.as_str());
        }
    }
    if added.is_empty() {
        Ok(())
    } else {
        event(desk, row, now, "tagged", &format!("the AI tagged it: {}", added.join(", ")))
    }
}

impl Store {
    /// Adds tags to a conversation and takes others away, as a person says.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when one is no tag, or when there are too many: nothing is changed then.
    pub async fn tag(&self, asked: Tagging) -> Result<(), StoreError> {
        self.ask(move |desk| tagged(desk, &asked)).await
    }
}

#[cfg(test)]
#[path = "tags_tests.rs"]
mod tests;
