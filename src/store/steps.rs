//! Small steps that several operations take: an entry in a time line, a reason to wait, a job set.

use super::{
    desk::Desk,
    facts::Fact,
    requests::StoreError,
    rows::{ConversationRow, Entry, What},
    verbs, view,
};
use crate::{
    conversation::{Key, NumberPlace},
    types::{ConversationId, Job, JobId, JobState, Millis},
};

/// Octets of words that come from outside: a reason, a reply of a far server.
pub(super) const WORDS_OCTETS_MAX: usize = 2000;

/// Adds a line to a time line. The row's own fact follows when all its changes are made.
pub(super) fn entry(desk: &mut Desk, row: &mut ConversationRow, at: Millis, what: What) -> Result<(), StoreError> {
    let entry = Entry { conversation: row.id, seq: row.entries, at, what };
    row.entries += 1;
    if !matches!(entry.what, What::Event { .. }) {
        row.heard = row.entries;
    }
    desk.state(&Fact::Entry(entry))
}

/// Adds an event.
pub(super) fn event(
    desk: &mut Desk,
    row: &mut ConversationRow,
    at: Millis,
    name: &str,
    words: &str,
) -> Result<(), StoreError> {
    entry(desk, row, at, What::Event { name: name.to_owned(), words: cut_words(words) })
}

/// Says why a conversation waits for a person, unless it waits already. One that was put off comes back.
pub(super) fn wait(desk: &mut Desk, row: &mut ConversationRow, at: Millis, words: &str) -> Result<(), StoreError> {
    verbs::wake(desk, row, at, words)?;
    if !row.waits_because.is_empty() {
        return Ok(());
    }
    row.waits_because = cut_words(words);
    event(desk, row, at, "waits", words)
}

/// Makes a job, or gives the one there is a new state and fresh attempts. `domain`: of a delivery, where it goes.
pub(super) fn set_job(
    desk: &mut Desk,
    id: JobId,
    conversation: ConversationId,
    domain: &str,
    state: JobState,
    now: Millis,
) -> Result<(), StoreError> {
    let domain = domain.to_owned();
    let made = view::job(desk, id)?.map_or(now, |job| job.made);
    desk.state(&Fact::Job(Job { id, conversation, state, attempts: 0, made, domain, last_words: String::new() }))
}

/// Takes a job away, when it is there.
pub(super) fn drop_job(desk: &mut Desk, id: JobId) -> Result<(), StoreError> {
    match view::job(desk, id)? {
        Some(_) => desk.state(&Fact::JobDone(id)),
        None => Ok(()),
    }
}

/// The conversation, or that there is none.
pub(super) fn conversation(desk: &Desk, id: ConversationId) -> Result<ConversationRow, StoreError> {
    view::conversation(desk, id)?.ok_or_else(|| StoreError::NotFound(format!("conversation {id}")))
}

/// The conversation or the one it was merged into, or that there is none.
pub(super) fn surviving(desk: &Desk, id: ConversationId) -> Result<ConversationRow, StoreError> {
    view::surviving(desk, id)?.ok_or_else(|| StoreError::NotFound(format!("conversation {id}")))
}

/// Which key a number is, by where it stood.
pub(super) fn key_of(place: NumberPlace) -> Key {
    match place {
        NumberPlace::Subject => Key::SubjectNumber,
        NumberPlace::NewText => Key::NewTextNumber,
        NumberPlace::Quoted => Key::QuotedNumber,
    }
}

pub(super) fn cut_words(words: &str) -> String {
    let mut words = words.to_owned();
    cut_text(&mut words, WORDS_OCTETS_MAX);
    words
}

/// Cuts a text to so many octets, between two characters.
pub(super) fn cut_text(text: &mut String, octets: usize) {
    text.truncate(text.floor_char_boundary(octets));
}
