//! The company's own pages, of a folder and of websites, as passages that can be found and quoted.
//!
//! Everything is kept in memory. A change of the folder, an article or what is known of a site is noticed before the next search,
//! without a restart. What is written for some readers only is found by nobody else.

mod articles;
pub mod audience;
mod folder;
mod found;
mod fused;
mod html;
mod kin;
mod lexicon;
mod meanings;
mod page;
mod pdf;
mod pieces;
mod shelf;
pub mod site;
mod whole_file;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use tracing::{info, warn};

use self::{
    articles::Watched,
    meanings::Meanings,
    page::{Page, Pages, page},
    shelf::{Meant, Shelf},
};
use crate::{
    config::Segment,
    store::StoreError,
    types::{Clock, Millis},
};

pub use articles::{ARTICLE_PREFIX, Article, Articles};
pub use audience::{Audience, Reader, SEGMENT_LEVEL_MIN};
pub use folder::{FILE_BYTES_MAX, FILES_MAX, FOLDER_BYTES_MAX, PDF_BYTES_MAX};
pub use found::{Explained, PageRow, Passage, WordSeen};
pub use meanings::{BATCH, DIMENSIONS_MAX, Embed};
pub use pdf::Extract;
pub(in crate::agent) use pieces::options as markdown_options;
use site::Sites;

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
    /// The articles cannot be read now. Trying again can help.
    #[error("the articles cannot be read: {0}")]
    Articles(#[from] StoreError),
}

/// What is known.
pub struct Knowledge {
    folder: Option<PathBuf>,
    segments: Vec<Segment>,
    pdfs: pdf::Pdfs,
    meanings: Option<Meanings>,
    articles: Option<Watched>,
    sites: Option<Arc<Sites>>,
    clock: Clock,
    shelf: RwLock<Arc<Shelf>>,
    looked: Mutex<Looked>,
}

#[derive(Default)]
struct Looked {
    at: Option<Millis>,
    fingerprint: Option<[u8; 32]>,
    folder: Pages,
    sites_fingerprint: Option<[u8; 32]>,
    sites: Pages,
    articles: Pages,
    /// How often articles were changed when they were read, until they are on the shelf.
    changes: Option<u64>,
    /// Pages have changed since the shelf was filled.
    unshelved: bool,
}

impl Looked {
    fn sources(&self) -> [&Pages; 3] {
        [&self.articles, &self.folder, &self.sites]
    }

    fn pages(&self) -> impl Iterator<Item = &Page> {
        self.sources().into_iter().flat_map(|source| &source.pages)
    }
}

impl Knowledge {
    /// Reads the folder; without one nothing is known. Blocks on files.
    ///
    /// # Errors
    /// When the folder cannot be listed. A file that cannot be read is named in the log and in [`Knowledge::warnings`].
    pub fn load(folder: Option<&Path>, clock: Clock) -> Result<Self, KnowledgeError> {
        let knowledge = Self::unread(folder, Vec::new(), clock)?;
        knowledge.reload()?;
        Ok(knowledge)
    }

    /// A folder that is read at the first question. `segments` is `[[segment]]`.
    ///
    /// # Errors
    /// When no index can be made.
    pub fn unread(folder: Option<&Path>, segments: Vec<Segment>, clock: Clock) -> Result<Self, KnowledgeError> {
        let empty = RwLock::new(Arc::new(Shelf::new(&[])?));
        Ok(Self {
            folder: folder.map(Path::to_owned),
            segments,
            pdfs: pdf::Pdfs::default(),
            meanings: None,
            articles: None,
            sites: None,
            clock,
            shelf: empty,
            looked: Mutex::default(),
        })
    }

    /// Reads PDFs too, their text by way of `extract`.
    #[must_use]
    pub fn with_pdfs(self, extract: Extract) -> Self {
        Self { pdfs: pdf::Pdfs::new(extract), ..self }
    }

    /// Searches by meaning too: `embed` makes the vectors of the model with this name, and `folder` keeps those of pieces.
    #[must_use]
    pub fn with_meanings(self, embed: Embed, model: &str, folder: &Path) -> Self {
        let meanings = Meanings::new(embed, model, Some(folder), self.clock.clone());
        Self { meanings: Some(meanings), ..self }
    }

    /// Asks for the meanings of new pieces, which takes its time. Says how many are missing still.
    pub fn learn_meanings(&self) -> usize {
        self.look_for_changes();
        let shelf = self.shelf();
        self.meanings.as_ref().map_or(0, |meanings| meanings.learn(&shelf.by_hash()))
    }

    /// Reads articles too.
    #[must_use]
    pub fn with_articles(self, articles: Arc<dyn Articles>) -> Self {
        Self { articles: Some(Watched::new(articles)), ..self }
    }

    /// Whether the text would be found as an article of that name, once it is published.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn check_article(&self, name: &str, text: &str) -> Result<(), String> {
        let page = articles::readable(name, text)?;
        self.unknown_segment(&page).map_or(Ok(()), Err)
    }

    /// Knows the pages of these sites too.
    #[must_use]
    pub fn with_sites(self, sites: Arc<Sites>) -> Self {
        Self { sites: Some(sites), ..self }
    }

    /// The passages open to everybody that speak most to `question`, best first. Looks for changes of the folder first, so it
    /// blocks on files: call it where that is allowed.
    ///
    /// # Errors
    /// When the index fails. A folder that cannot be read just now leaves us with what was read before.
    pub fn search(&self, question: &str, limit: usize) -> Result<Vec<Passage>, KnowledgeError> {
        self.search_for(&Reader::default(), question, limit)
    }

    /// The same of all that may be shown to that reader.
    ///
    /// # Errors
    /// As [`Knowledge::search`].
    pub fn search_for(&self, reader: &Reader, question: &str, limit: usize) -> Result<Vec<Passage>, KnowledgeError> {
        Ok(self.explain(reader, question, limit)?.into_iter().map(|found| found.passage).collect())
    }

    /// The same with the reasons.
    ///
    /// # Errors
    /// As [`Knowledge::search`].
    pub fn explain(&self, reader: &Reader, question: &str, limit: usize) -> Result<Vec<Explained>, KnowledgeError> {
        self.look_for_changes();
        let segments = reader.segments(&self.segments);
        let admitted = |audience: &Audience| audience.admits(reader, &segments);
        let meant = self.meanings.as_ref().and_then(|meanings| Some((meanings, meanings.of_question(question)?)));
        let Some((meanings, meaning)) = meant else {
            return Ok(self.shelf().search(question, limit, &admitted, None)?);
        };
        let meant = Meant { question: meaning, of_piece: &|hash| meanings.of_piece(hash) };
        Ok(self.shelf().search(question, limit, &admitted, Some(&meant))?)
    }

    /// Words of the house to a model that answers that reader: Markdown, by the names of their pages. They steer, and support
    /// nothing: no answer can be carried by them.
    pub fn instructions(&self, reader: &Reader) -> Vec<String> {
        self.look_for_changes();
        let segments = reader.segments(&self.segments);
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = |page: &&Page| page.instructions && page.audience.admits(reader, &segments);
        looked.pages().filter(admitted).map(Page::words).collect()
    }

    /// Reads the folder again when its names, sizes or times changed, and the articles when one did. Says whether they had.
    ///
    /// # Errors
    /// When the folder or the index fails; what was known before stays.
    pub fn reload(&self) -> Result<bool, KnowledgeError> {
        let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        self.look(&mut looked, true)
    }

    /// Files and passages that somebody may be shown.
    pub fn size(&self) -> (usize, usize) {
        let files = self.pages().iter().filter(|page| !page.audience.draft && !page.instructions).count();
        (files, self.shelf().len())
    }

    fn shelf(&self) -> Arc<Shelf> {
        Arc::clone(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// All pages, by name.
    pub fn pages(&self) -> Vec<PageRow> {
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.pages().map(Page::row).collect()
    }

    /// What was passed over when the folder was last read, and sites that could not be, each with its name and why.
    pub fn warnings(&self) -> Vec<String> {
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        let read = looked.sources().into_iter().flat_map(|source| source.warnings.clone());
        read.chain(self.sites.iter().flat_map(|sites| sites.warnings())).collect()
    }

    fn look_for_changes(&self) {
        let looked = if self.articles.as_ref().is_some_and(Watched::has_changed) {
            // Whoever changed one was told that it is in force.
            Some(self.looked.lock().unwrap_or_else(PoisonError::into_inner))
        } else {
            self.looked.try_lock().ok()
        };
        // Somebody else is looking already: what was known before does for this search.
        let Some(mut looked) = looked else { return };
        let is_due = looked.at.is_none_or(|at| self.clock.now().since(at) >= LOOK_EVERY);
        if let Err(err) = self.look(&mut looked, is_due) {
            warn!("answering from what was read before: {err}");
        }
    }

    /// Looks at the articles, and at the folder when that is due. Says whether any of them had changed.
    fn look(&self, looked: &mut Looked, is_due: bool) -> Result<bool, KnowledgeError> {
        let folder = if is_due { self.look_at_folder(looked) } else { Ok(()) };
        let articles = self.look_at_articles(looked);
        if is_due {
            self.look_at_sites(looked);
        }
        let changed = looked.unshelved;
        if changed {
            self.fill_shelf(looked)?;
        }
        folder.and(articles).map(|()| changed)
    }

    fn look_at_articles(&self, looked: &mut Looked) -> Result<(), KnowledgeError> {
        let Some(watched) = &self.articles else { return Ok(()) };
        let Some(changes) = watched.changed()? else { return Ok(()) };
        let mut read = watched.read()?;
        for page in &read.pages {
            read.warnings.extend(self.unknown_segment(page).map(|words| format!("{}: {words}", page.file)));
        }
        (looked.articles, looked.changes, looked.unshelved) = (read, Some(changes), true);
        Ok(())
    }

    fn look_at_folder(&self, looked: &mut Looked) -> Result<(), KnowledgeError> {
        looked.at = Some(self.clock.now());
        let listing = listed(self.folder.as_deref())?;
        let fingerprint = Some(listing.fingerprint());
        if fingerprint != looked.fingerprint {
            looked.folder = self.read_folder(&listing);
            (looked.fingerprint, looked.unshelved) = (fingerprint, true);
        }
        Ok(())
    }

    fn look_at_sites(&self, looked: &mut Looked) {
        let Some(sites) = &self.sites else { return };
        let fingerprint = Some(sites.fingerprint());
        if fingerprint != looked.sites_fingerprint {
            looked.sites = Pages { pages: sites.pages(), ..Pages::default() };
            (looked.sites_fingerprint, looked.unshelved) = (fingerprint, true);
        }
    }

    fn read_folder(&self, listing: &folder::Listing) -> Pages {
        let mut read = Pages { warnings: listing.warnings.clone(), ..Pages::default() };
        for file in &listing.files {
            match self.text_of(file) {
                Ok(text) => {
                    let (page, trouble) = page(&file.name, file.kind, &text);
                    let troubles = trouble.into_iter().chain(self.unknown_segment(&page));
                    read.warnings.extend(troubles.map(|words| format!("{}: {words}", file.name)));
                    read.pages.push(page);
                }
                Err(words) => read.warnings.push(format!("{}: {words}", file.name)),
            }
        }
        self.pdfs.forget_others();
        for warning in &read.warnings {
            warn!("in the knowledge folder: {warning}");
        }
        read
    }

    /// Puts what somebody may be shown where it is found.
    fn fill_shelf(&self, looked: &mut Looked) -> Result<(), KnowledgeError> {
        let shown: Vec<&Page> = looked.pages().filter(|page| !page.audience.draft && !page.instructions).collect();
        let shelf = Shelf::new(&shown)?;
        info!(pages = shown.len(), passages = shelf.len(), "read the knowledge");
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(shelf);
        looked.unshelved = false;
        if let (Some(watched), Some(changes)) = (&self.articles, looked.changes.take()) {
            watched.mark(changes);
        }
        Ok(())
    }

    fn text_of(&self, file: &folder::PageFile) -> Result<String, String> {
        if file.kind == folder::PageKind::Pdf { self.pdfs.text(file.open()?) } else { file.read() }
    }

    fn unknown_segment(&self, page: &Page) -> Option<String> {
        let known = |name: &str| self.segments.iter().any(|segment| segment.name == name);
        let unknown = page.audience.segments.iter().flatten().find(|name| !known(name))?;
        Some(format!("no [[segment]] is named {unknown}: nobody is in it"))
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
