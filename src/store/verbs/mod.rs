//! What people do with conversations besides answering them.
//!
//! Each verb has a file: its request, its decision, what follows from it in the index, and its questions.

mod assigning;
mod blocking;
mod canned;
mod keys;
mod notes;
mod redacting;
mod seen;
mod snoozing;
mod splitting;
mod unfinished;

pub use self::{
    assigning::Assign,
    blocking::{Block, BlockedRow, Who},
    canned::{CANNED_MAX, CANNED_OCTETS_MAX, CannedChange, CannedRow, CannedVerb},
    notes::{NOTE_OCTETS_MAX, NewNote, Note, mentions},
    redacting::{Message, Redact},
    seen::{SeenMark, SeenRow},
    snoozing::{SNOOZE_MAX, Snooze},
    splitting::Split,
    unfinished::{UNFINISHED_OCTETS_MAX, UnfinishedRow},
};
pub(super) use self::{
    blocking::{against, project as project_blocked, silences},
    canned::project as project_canned,
    notes::project as project_entry,
    seen::project as project_seen,
    snoozing::{project as project_conversation, wake},
    splitting::prefer_split,
    unfinished::{project as project_unfinished, sent},
};
use super::{index::Index, requests::StoreError, tallies::Tallies};

/// What stands where something was taken away for good.
pub const REDACTED: &str = "[redacted]";

/// See `legal`.
pub(super) fn troubles(index: &Index, tallies: &Tallies, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    notes::troubles(index, troubles)?;
    snoozing::troubles(index, troubles)?;
    canned::troubles(index, troubles)?;
    blocking::troubles(index, tallies, troubles)
}

#[cfg(test)]
mod verbs_tests;
