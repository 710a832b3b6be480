//! What people do with a draft that waits, besides sending it: throw it away, or have another one written.

use super::{
    desk::Desk,
    facts::Fact,
    requests::{DraftOrder, Order, StoreError, Written},
    rows::{ConversationRow, Owner, Rewrite},
    steps::{self, cut_words, drop_job, event, set_job},
};
use crate::types::{JobId, JobState};

/// Does what a person says with the draft that waits; *stale* when the conversation has moved on since they read it.
///
/// # Errors
/// [`StoreError::Refused`] when no draft waits, or when another one cannot be had.
pub(super) fn order(desk: &mut Desk, given: DraftOrder) -> Result<Written, StoreError> {
    let DraftOrder { conversation, generation, order, by, now } = given;
    let mut row = steps::conversation(desk, conversation)?;
    if generation != row.generation {
        return Ok(Written::Stale);
    }
    let Some(mut draft) = row.draft.take() else {
        return Err(StoreError::Refused("no draft waits there: it was sent, or a newer mail has come".into()));
    };
    row.generation += 1;
    row.updated = row.updated.max(now);
    match order {
        Order::Discard { why } => {
            let why = if why.is_empty() { why } else { format!(": {why}") };
            row.waits_because = cut_words(&format!("{by} discarded the draft; a person answers"));
            row.forget_draft();
            drop_job(desk, JobId::Answer(row.id))?;
            event(desk, &mut row, now, "draft_discarded", &format!("{by} discarded the draft{why}"))?;
        }
        Order::Rewrite { instruction } => {
            may_be_rewritten(&row, draft.taken_back.is_some())?;
            // What waits can still be sent until the other one is there.
            draft.generation = row.generation;
            row.draft = Some(draft);
            row.waits_because = cut_words(&format!("the AI writes another draft, as {by} asked"));
            event(desk, &mut row, now, "rewrite_asked", &format!("{by} asks for another draft: {instruction}"))?;
            row.rewrite = Some(Rewrite { by, instruction: cut_words(&instruction), at: now });
            set_job(desk, JobId::Answer(row.id), row.id, "", JobState::Due(now), now)?;
        }
    }
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(Written::Done)
}

fn may_be_rewritten(row: &ConversationRow, was_taken_back: bool) -> Result<(), StoreError> {
    let refused = |words: &str| Err(StoreError::Refused(words.into()));
    if was_taken_back {
        return refused("these are the words of a letter that a person took back, and not the AI's");
    }
    match row.owner {
        Owner::Nobody | Owner::Ai => Ok(()),
        Owner::Team | Owner::Person(_) => refused("people answer this conversation: give it back to the AI first"),
    }
}
