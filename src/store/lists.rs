//! In which lists a conversation stands. Each list has its own keys, newest change first and apart by address, so that a page
//! of it costs what it shows, however many conversations there are.

use std::collections::BTreeSet;

use super::{
    desk::Desk,
    keys,
    letter_rows::LetterRow,
    projection::NOTHING,
    requests::StoreError,
    rows::{ConversationRow, Owner, Status},
    view::{self, View},
};
use crate::types::{ConversationId, HandOffCode, LetterId};

/// Letters of one conversation that are remembered as failed at a time.
const FAILED_MAX: usize = 256;

/// A list that conversations stand in, or do not. One that was merged stands in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List<'a> {
    /// All that were not merged.
    Everything,
    /// With that status.
    Of(Status),
    /// Nobody in particular has it, nor the AI; open or closed.
    Unassigned { open: bool },
    /// The AI has it, or had it when it was closed.
    Ai { open: bool },
    /// So does this person.
    Person { name: &'a str, open: bool },
    /// A draft, or the call of a tool, waits for a person.
    Drafts,
    /// Nobody need look before a moment: it stands in no list of open ones that somebody has until then.
    Snoozed,
    /// Open, and a letter did not arrive that nobody wrote anew since.
    Failed,
    /// Open, and the AI gave it to people.
    HandedOff,
    /// The AI gave it to people for that reason; open or closed.
    Code(HandOffCode),
    /// It was about that topic then.
    Topic(&'a str),
    /// With that tag.
    Tag(&'a str),
}

impl List<'_> {
    /// Its letter in keys, and its name, when it is one of many of its kind.
    pub(super) fn key_part(&self) -> (u8, Option<&str>) {
        match self {
            Self::Everything => (b'e', None),
            Self::Of(Status::Open) => (b'o', None),
            Self::Of(Status::Resolved) => (b'r', None),
            Self::Of(Status::Unresolved) => (b'u', None),
            Self::Unassigned { open: true } => (b'n', None),
            Self::Unassigned { open: false } => (b'N', None),
            Self::Ai { open: true } => (b'a', None),
            Self::Ai { open: false } => (b'A', None),
            Self::Person { name, open: true } => (b'p', Some(name)),
            Self::Person { name, open: false } => (b'P', Some(name)),
            Self::Drafts => (b'd', None),
            Self::Snoozed => (b's', None),
            Self::Failed => (b'f', None),
            Self::HandedOff => (b'h', None),
            Self::Code(code) => (b'c', Some(code.word())),
            Self::Topic(topic) => (b't', Some(topic)),
            Self::Tag(tag) => (b'g', Some(tag)),
        }
    }
}

/// All lists of a conversation. `failed`: see [`has_failed`].
fn lists(row: &ConversationRow, failed: bool) -> Vec<List<'_>> {
    if row.merged_into.is_some() {
        return Vec::new();
    }
    let open = row.status == Status::Open;
    let owned = match &row.owner {
        _ if open && row.snoozed_until.is_some() => List::Snoozed,
        Owner::Nobody | Owner::Team => List::Unassigned { open },
        Owner::Ai => List::Ai { open },
        Owner::Person(name) => List::Person { name, open },
    };
    let mut lists = vec![List::Everything, List::Of(row.status), owned];
    if row.draft.is_some() || row.wanted.is_some() {
        lists.push(List::Drafts);
    }
    if open && failed {
        lists.push(List::Failed);
    }
    if let Some(handed) = &row.handed_off {
        lists.extend(open.then_some(List::HandedOff));
        lists.push(List::Code(handed.circumstances.code));
        lists.extend(handed.circumstances.topic.as_deref().map(List::Topic));
    }
    lists.extend(row.tags.iter().map(|tag| List::Tag(tag)));
    lists
}

/// The keys of all lists of a conversation.
pub(super) fn keys_of(view: &impl View, row: &ConversationRow) -> Result<BTreeSet<Vec<u8>>, StoreError> {
    let failed = has_failed(view, row)?;
    Ok(lists(row, failed).into_iter().map(|list| keys::listed(list, &row.address, row.updated, row.id)).collect())
}

/// Brings the lists from what they were to what follows from the row. `before`: the keys that there are.
pub(super) fn move_to(row: &ConversationRow, before: &BTreeSet<Vec<u8>>, desk: &mut Desk) -> Result<(), StoreError> {
    let after = keys_of(desk, row)?;
    before.difference(&after).for_each(|key| desk.delete(key.clone()));
    after.difference(before).for_each(|key| desk.put(key.clone(), NOTHING));
    Ok(())
}

/// Whether a letter of it, or of what was merged into it, did not arrive and nobody wrote anew since.
fn has_failed(view: &impl View, row: &ConversationRow) -> Result<bool, StoreError> {
    for id in std::iter::once(&row.id).chain(&row.absorbed) {
        if !failed_letters(view, *id)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn failed_letters(view: &impl View, id: ConversationId) -> Result<Vec<LetterId>, StoreError> {
    let Some(value) = view.value(&keys::failed(id))? else { return Ok(Vec::new()) };
    Ok(value.chunks_exact(8).filter_map(|id| keys::long_at(id, 0)).map(LetterId).collect())
}

/// What a fact about a letter changes: it failed, it is tried again, or it is a new one that takes the place of those that
/// failed.
pub(super) fn letter(row: &LetterRow, is_new: bool, desk: &mut Desk) -> Result<(), StoreError> {
    let before = failed_letters(desk, row.conversation)?;
    let fails = row.recipients.iter().any(|one| one.state.failed_at().is_some());
    let mut after = before.clone();
    match (fails, is_new && !row.origin.is_ours()) {
        (true, _) if before.contains(&row.id) || before.len() >= FAILED_MAX => {}
        (true, _) => after.push(row.id),
        (false, true) => after.clear(),
        (false, false) => after.retain(|id| *id != row.id),
    }
    if before == after {
        return Ok(());
    }
    // A letter is never written before its conversation is.
    let Some(stays) = view::surviving(desk, row.conversation)? else { return Ok(()) };
    let listed = keys_of(desk, &stays)?;
    if after.is_empty() {
        desk.delete(keys::failed(row.conversation));
    } else {
        let value: Vec<u8> = after.iter().flat_map(|id| id.0.to_be_bytes()).collect();
        desk.put(keys::failed(row.conversation), value);
    }
    move_to(&stays, &listed, desk)
}
