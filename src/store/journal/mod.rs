//! The journal: the one place where what was accepted is true.
//!
//! A journal keeps records in order and knows nothing of what they say. What is in a record is `facts`' business; who
//! appends is the committer, alone.

mod frame;
mod memory;
mod scan;
pub(super) mod segments;
mod spare;

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
pub use memory::MemoryJournal;
use serde::{Deserialize, Serialize};

use super::rows::RawRef;

/// The place behind a record: where the next one will stand, unless it begins a new segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The number of the next record; the first record is 1.
    pub next: u64,
    /// The segment of the record before it.
    pub segment: u64,
    /// Where that record ends, in octets from the start of its segment.
    pub offset: u64,
}

impl Position {
    /// Before the first record.
    pub const START: Self = Self { next: 1, segment: 1, offset: 0 };
}

/// One operation, as it is written: all of it is kept or nothing.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// What happened: lines of `store::facts`.
    pub facts: Vec<u8>,
    /// The bytes of a mail or a letter, in pieces that need not be copied together.
    pub raw: Vec<Bytes>,
}

impl Record {
    /// Octets of facts and raw together.
    pub fn octets(&self) -> usize {
        self.facts.len() + self.raw_len()
    }

    /// Octets of the raw pieces.
    pub fn raw_len(&self) -> usize {
        self.raw.iter().map(Bytes::len).sum()
    }
}

/// Where the raw bytes of a record came to lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// The segment, from 1.
    pub segment: u64,
    /// Octets from its start.
    pub offset: u64,
}

/// A batch that is durable.
#[derive(Debug)]
pub struct Appended {
    /// One for each record.
    pub placed: Vec<Placed>,
    /// Behind the last one.
    pub after: Position,
}

/// A record as read.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its number.
    pub sequence: u64,
    /// Its facts.
    pub facts: Vec<u8>,
    /// Where its raw bytes lie.
    pub raw: Placed,
    /// How many.
    pub raw_len: u64,
    /// Behind it.
    pub after: Position,
}

/// Why the journal could not do it.
#[derive(Debug, Clone, thiserror::Error)]
pub enum JournalError {
    /// Somebody else wrote first: catch up and decide again.
    #[error("another daemon wrote to the journal first")]
    Conflict,
    /// The batch is not there and will not appear later. Trying again can help.
    #[error("{0}")]
    Unavailable(String),
    /// What stands there was not written like that.
    #[error("the journal is damaged: {} at octet {offset}: {why}; restore it from a backup", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Where in it.
        offset: u64,
        /// What is wrong.
        why: String,
    },
    /// A newer replyd wrote it.
    #[error("the journal was written by a newer replyd ({} at octet {offset}: record version {version})", file.display())]
    Newer {
        /// The file.
        file: PathBuf,
        /// Where in it.
        offset: u64,
        /// The version found.
        version: u16,
    },
}

/// The records behind a position, in order.
pub type Records = Box<dyn Iterator<Item = Result<Kept, JournalError>> + Send>;

/// Where records are kept.
pub trait Journal: Send {
    /// Writes the batch behind `after` and makes it durable: when this returns, it is kept; all of it, in order.
    ///
    /// # Errors
    /// [`JournalError::Conflict`] when `after` is not the end; [`JournalError::Unavailable`] when it could not be made
    /// durable: then nothing of it will ever be read, and later appends may work again.
    fn append(&mut self, batch: &[Record], after: Position) -> Result<Appended, JournalError>;

    /// Behind the last record.
    fn end(&self) -> Position;

    /// Everything behind `from`, up to what was the end when this was called.
    ///
    /// # Errors
    /// [`JournalError::Damaged`] when `from` is no place where a record ends; the iterator says the same of bad records.
    fn read(&self, from: Position) -> Result<Records, JournalError>;

    /// A cheap handle to read raw bytes from any thread.
    fn reader(&self) -> Arc<dyn RawReader>;
}

/// Reads raw bytes while the committer writes.
pub trait RawReader: Send + Sync {
    /// The bytes that `raw` points at, unchecked.
    ///
    /// # Errors
    /// When they are not there or cannot be read.
    fn raw(&self, raw: &RawRef) -> std::io::Result<Bytes>;
}
