//! The company's own pages, as passages that can be found and quoted.
//!
//! Everything is kept in memory. A change of the folder is noticed before the next search, without a restart.

mod folder;
mod html;
mod kin;
mod lexicon;
mod pieces;
mod shelf;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use tracing::{info, warn};

use self::shelf::Shelf;
use super::words::Tongue;
use crate::types::{Clock, Millis};

pub use folder::{FILE_BYTES_MAX, FILES_MAX, FOLDER_BYTES_MAX};
pub(in crate::agent) use pieces::options as markdown_options;

/// How often, at most, the folder is looked at for changes.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why there is no knowledge. Trouble with a single file is a warning, never this.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// The folder is missing, no folder, or may not be read. Trying again can help.
    #[error("the knowledge folder {folder} cannot be read: {source}")]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The index could not be made or searched. Trying again can help.
    #[error("the knowledge index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
}

/// A piece of a page that speaks to a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// Path of its file within the folder.
    pub file: String,
    /// The headings above it, outermost first, joined by ` › `.
    pub heading: String,
    /// Markdown without pictures, HTML and relative links.
    pub text: String,
    /// The language of its page.
    pub tongue: Tongue,
    /// BM25 of the search: comparable within one search only.
    pub score: f32,
    /// The share of the question's words that it has, rare words weighing more, 0 to 100.
    pub support_percent: u32,
}

/// What is known.
pub struct Knowledge {
    folder: Option<PathBuf>,
    clock: Clock,
    shelf: RwLock<Arc<Shelf>>,
    looked: Mutex<Looked>,
}

struct Looked {
    at: Millis,
    fingerprint: [u8; 32],
    warnings: Vec<String>,
    files: usize,
}

impl Knowledge {
    /// Reads the folder; without one nothing is known. Blocks on files.
    ///
    /// # Errors
    /// When the folder cannot be listed. A file that cannot be read is named in the log and in [`Knowledge::warnings`].
    pub fn load(folder: Option<&Path>, clock: Clock) -> Result<Self, KnowledgeError> {
        let listing = listed(folder)?;
        let looked = Looked { at: clock.now(), fingerprint: listing.fingerprint(), warnings: vec![], files: 0 };
        let empty = RwLock::new(Arc::new(Shelf::new(Vec::new())?));
        let knowledge = Self { folder: folder.map(Path::to_owned), clock, shelf: empty, looked: Mutex::new(looked) };
        knowledge.take_in(&listing, &mut knowledge.looked.lock().unwrap_or_else(PoisonError::into_inner))?;
        Ok(knowledge)
    }

    /// The passages that speak most to `question`, best support first. Looks for changes of the folder first, so it
    /// blocks on files: call it where that is allowed.
    ///
    /// # Errors
    /// When the index fails. A folder that cannot be read just now leaves us with what was read before.
    pub fn search(&self, question: &str, limit: usize) -> Result<Vec<Passage>, KnowledgeError> {
        self.look_for_changes();
        let shelf = Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner));
        Ok(shelf.search(question, limit)?)
    }

    /// Reads the folder again when its names, sizes or times changed. Says whether they had.
    ///
    /// # Errors
    /// When the folder or the index fails; what was known before stays.
    pub fn reload(&self) -> Result<bool, KnowledgeError> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        self.look(&mut looked)
    }

    /// Files and passages that are known.
    pub fn size(&self) -> (usize, usize) {
        let files = self.looked.lock().unwrap_or_else(PoisonError::into_inner).files;
        (files, self.shelf.read().unwrap_or_else(PoisonError::into_inner).len())
    }

    /// What was passed over when the folder was last read, each with its name and why.
    pub fn warnings(&self) -> Vec<String> {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).warnings.clone()
    }

    fn look_for_changes(&self) {
        // Somebody else is looking already: what was known before does for this search.
        let Ok(mut looked) = self.looked.try_lock() else { return };
        if self.clock.now().since(looked.at) < LOOK_EVERY {
            return;
        }
        if let Err(err) = self.look(&mut looked) {
            warn!("answering from what was read before: {err}");
        }
    }

    fn look(&self, looked: &mut Looked) -> Result<bool, KnowledgeError> {
        looked.at = self.clock.now();
        let listing = listed(self.folder.as_deref())?;
        let fingerprint = listing.fingerprint();
        if fingerprint == looked.fingerprint {
            return Ok(false);
        }
        self.take_in(&listing, looked)?;
        looked.fingerprint = fingerprint;
        Ok(true)
    }

    fn take_in(&self, listing: &folder::Listing, looked: &mut Looked) -> Result<(), KnowledgeError> {
        let mut warnings = listing.warnings.clone();
        let mut pages = Vec::with_capacity(listing.files.len());
        for file in &listing.files {
            match file.read() {
                Ok(text) => {
                    let pieces = pieces::cut(&file.name, &text, file.kind);
                    let sample: String = pieces.iter().map(|piece| piece.markdown.as_str()).take(8).collect();
                    pages.push((file.name.clone(), Tongue::of(&sample), pieces));
                }
                Err(words) => warnings.push(format!("{}: {words}", file.name)),
            }
        }
        for warning in &warnings {
            warn!("passed over in the knowledge folder: {warning}");
        }
        let files = pages.len();
        let shelf = Shelf::new(pages)?;
        info!(files, passages = shelf.len(), "read the knowledge folder");
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shelf);
        looked.warnings = warnings;
        looked.files = files;
        Ok(())
    }
}

fn listed(folder: Option<&Path>) -> Result<folder::Listing, KnowledgeError> {
    let Some(folder) = folder else { return Ok(folder::Listing::default()) };
    folder::list(folder).map_err(|source| KnowledgeError::Folder { folder: folder.to_owned(), source })
}

#[cfg(test)]
#[path = "questions_tests.rs"]
mod question_tests;
#[cfg(test)]
#[path = "tests.rs"]
mod tests;
