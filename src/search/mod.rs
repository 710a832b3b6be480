//! Words, contacts and names of files, found in conversations. The index of it lies in `DATA/search`, is made from the store
//! and may be deleted.

mod asked;
mod finding;
mod following;
mod indexed;
mod snippet;
#[cfg(test)]
mod tests;
mod words;

use std::{collections::BTreeSet, path::Path, sync::Arc};

use tantivy::IndexReader;
use tokio::sync::Mutex;

use self::{asked::Asked, following::WRITER_OCTETS, indexed::Fields};
pub use self::{finding::FOUND_MAX, following::Follower, snippet::Snippet};
use crate::{
    store::{Store, StoreError},
    types::{Address, ConversationId, Millis, Number},
};

/// Why nothing could be found, or the index not be made.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Its folder cannot be made.
    #[error("the folder of the search index cannot be made: {0}")]
    Folder(#[source] std::io::Error),
    /// The index cannot be read or written.
    #[error("the search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// One of its files cannot be read.
    #[error("the search index: {0}")]
    Io(#[from] std::io::Error),
    /// What it is made from cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is being stopped.
    #[error("the search is stopping")]
    Stopping,
}

/// What finds conversations. Copies are cheap and share it.
#[derive(Clone)]
pub struct Search {
    fields: Fields,
    reader: IndexReader,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").finish_non_exhaustive()
    }
}

/// A conversation that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Which. Its row says what holds now.
    pub id: ConversationId,
    /// Where the words stand.
    pub snippet: Snippet,
}

/// What was found, the best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The question is a number of a conversation, and nothing else. Whether there is one the store knows.
    pub number: Option<Number>,
    /// Conversations.
    pub hits: Vec<Hit>,
    /// How many to skip for the next ones; `None` when there are none, or [`FOUND_MAX`] were shown.
    pub next: Option<usize>,
}

/// What to look for.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// As somebody typed it. All words must be there, the last one may be a beginning; `"words one behind the other"`, `from:`,
    /// `subject:`, `tag:`, `address:`, `is:open` and `is:closed`. Nothing in it is a mistake.
    pub words: String,
    /// Only of these support addresses; `None`: of all.
    pub addresses: Option<BTreeSet<Address>>,
    /// How many to skip.
    pub skip: usize,
    /// How many to find.
    pub limit: usize,
    /// What is newer counts more.
    pub now: Millis,
}

impl Search {
    /// Opens the index in a folder, or begins one there; what follows the store is to be run. One at a time: the data folder
    /// is locked by the store.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn open(folder: &Path, store: &Store) -> Result<(Self, Follower), SearchError> {
        let (index, fields, progress) = indexed::open(folder)?;
        let reader = indexed::reader(&index)?;
        let writer = Arc::new(Mutex::new(index.writer_with_num_threads(1, WRITER_OCTETS)?));
        let follower = Follower { store: store.clone(), fields, writer, reader: reader.clone(), progress };
        Ok((Self { fields, reader }, follower))
    }

    /// Finds conversations, the best first. Blocks for as long as the index is read.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn find(&self, question: &Question) -> Result<Found, SearchError> {
        let asked = Asked::of(&question.words);
        let Question { addresses, skip, limit, now, .. } = question;
        finding::find(&self.reader.searcher(), &self.fields, &asked, addresses.as_ref(), *now, *skip, *limit)
    }
}
