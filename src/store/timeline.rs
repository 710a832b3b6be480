//! A time line in pages, newest first: of what was merged into one conversation as if it were one line.

use std::{fmt, str::FromStr};

use super::{
    Store, keys,
    listing::CursorError,
    requests::StoreError,
    rows::{ConversationRow, Entry},
    view,
};
use crate::types::ConversationId;

/// Entries that a page has at most.
pub const TIMELINE_PAGE_MAX: usize = 500;

/// Some of a time line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TimelinePage {
    /// The entries, oldest first.
    pub entries: Vec<Entry>,
    /// Where what is older ends; `None` when nothing is.
    pub older: Option<TimelineCursor>,
}

/// A place in a time line, opaque to whoever holds it: what of each line is older. Entries are never taken away, so that
/// nothing is shown twice or left out whatever comes in the meantime.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineCursor(Vec<Left>);

/// Of one conversation's own line, how many entries are older.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Left {
    conversation: ConversationId,
    entries: u32,
}

/// Octets of one line in a cursor.
const LEFT: usize = 12;

impl fmt::Display for TimelineCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|left| {
            let octets = [&left.conversation.0.to_be_bytes()[..], &left.entries.to_be_bytes()].concat();
            f.write_str(&keys::hex(&octets))
        })
    }
}

impl FromStr for TimelineCursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let octets = keys::unhex(text).filter(|octets| !octets.is_empty()).ok_or(CursorError)?;
        let lines = octets.chunks_exact(LEFT);
        let read = |line: &[u8]| {
            let conversation = ConversationId(keys::long_at(line, 0)?);
            Some(Left { conversation, entries: u32::from_be_bytes(*line.last_chunk()?) })
        };
        let whole = lines.remainder().is_empty();
        let read: Option<Vec<_>> = lines.map(read).collect();
        read.filter(|_| whole).map(Self).ok_or(CursorError)
    }
}

impl Store {
    /// The newest entries of a time line, or those before what an earlier page gave. `limit`: at most so many, and never more
    /// than [`TIMELINE_PAGE_MAX`].
    ///
    /// Equal times stay in the order in which they were written. Costs the page and one row for each merged conversation.
    pub fn timeline_page(
        &self,
        id: ConversationId,
        before: Option<&TimelineCursor>,
        limit: usize,
    ) -> Result<TimelinePage, StoreError> {
        let Some(row) = self.conversation(id)? else { return Ok(TimelinePage::default()) };
        let mut tails = self.tails(&row, before)?;
        let mut entries = Vec::new();
        while entries.len() < limit.min(TIMELINE_PAGE_MAX) {
            // Of equal ones the last: what was merged stands behind what is the conversation's own.
            let newest = tails.iter_mut().filter(|tail| tail.newest.is_some()).max_by_key(|tail| tail.at());
            let Some(tail) = newest else { break };
            entries.extend(tail.newest.take());
            tail.left.entries -= 1;
            tail.newest = self.newest(tail.left)?;
        }
        entries.reverse();
        let older = tails.iter().any(|tail| tail.newest.is_some());
        let older = older.then(|| TimelineCursor(tails.into_iter().map(|tail| tail.left).collect()));
        Ok(TimelinePage { entries, older })
    }

    /// The line of the conversation and of each that was merged into it, as far as they are older than `before`.
    fn tails(&self, row: &ConversationRow, before: Option<&TimelineCursor>) -> Result<Vec<Tail>, StoreError> {
        let mut tails = Vec::new();
        for id in std::iter::once(&row.id).chain(&row.absorbed) {
            let entries = match before.map(|before| before.0.iter().find(|left| left.conversation == *id)) {
                // Whoever asks may say any number: no more than there are.
                Some(Some(left)) => left.entries.min(self.entries_of(row, *id)?),
                // What was merged since belongs to the newer pages.
                Some(None) => 0,
                None => self.entries_of(row, *id)?,
            };
            let left = Left { conversation: *id, entries };
            tails.push(Tail { left, newest: self.newest(left)? });
        }
        Ok(tails)
    }

    fn entries_of(&self, row: &ConversationRow, id: ConversationId) -> Result<u32, StoreError> {
        if row.id == id {
            return Ok(row.entries);
        }
        Ok(self.conversation(id)?.map_or(0, |absorbed| absorbed.entries))
    }

    fn newest(&self, left: Left) -> Result<Option<Entry>, StoreError> {
        let last = left.entries.checked_sub(1);
        last.map_or(Ok(None), |seq| view::entry(self.index(), left.conversation, seq))
    }
}

/// What of one line was not shown yet.
struct Tail {
    left: Left,
    newest: Option<Entry>,
}

impl Tail {
    fn at(&self) -> Option<crate::types::Millis> {
        self.newest.as_ref().map(|entry| entry.at)
    }
}
