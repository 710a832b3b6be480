//! Articles: pages that are kept in the journal instead of in the folder. The same Markdown, the same top.
//!
//! Whoever publishes one has it answer the next mail: a look at how often they were changed stands before every search.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    folder::{PageKind, normal},
    page::{Page, Pages, page},
};
use crate::store::{Store, StoreError};

/// What stands before the name of an article where pages are named.
pub const ARTICLE_PREFIX: &str = "article:";

/// One article as it is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Which, without [`ARTICLE_PREFIX`].
    pub name: String,
    /// What is published; of one that is not, its newest draft.
    pub text: String,
    /// Whether it may be found.
    pub published: bool,
    /// Whether a newer version waits beside what is published.
    pub newer_draft: bool,
}

/// Where articles are kept.
pub trait Articles: Send + Sync {
    /// Another number whenever they are others; it is asked often.
    ///
    /// # Errors
    /// When that cannot be said now; what was read before is answered from.
    fn changes(&self) -> Result<u64, StoreError>;

    /// All of them, by name.
    ///
    /// # Errors
    /// As for [`Articles::changes`].
    fn all(&self) -> Result<Vec<Article>, StoreError>;
}

impl Articles for Store {
    fn changes(&self) -> Result<u64, StoreError> {
        self.article_changes()
    }

    fn all(&self) -> Result<Vec<Article>, StoreError> {
        let mut articles = Vec::new();
        for row in self.articles()? {
            let published = row.published_version();
            // Without a text it was changed meanwhile, and is read again.
            if let Some(text) = self.article_text(&row.name, published.unwrap_or(row.newest()))? {
                let newer_draft = published.is_some_and(|published| published != row.newest());
                articles.push(Article {
                    name: row.name.to_string(),
                    text,
                    published: published.is_some(),
                    newer_draft,
                });
            }
        }
        Ok(articles)
    }
}

/// Articles that do not change.
impl Articles for Vec<Article> {
    fn changes(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    fn all(&self) -> Result<Vec<Article>, StoreError> {
        Ok(self.clone())
    }
}

/// Articles, and how far they were read.
pub(super) struct Watched {
    source: Arc<dyn Articles>,
    read: AtomicU64,
}

/// Nothing was read yet.
const UNREAD: u64 = u64::MAX;

impl Watched {
    pub(super) fn new(source: Arc<dyn Articles>) -> Self {
        Self { source, read: AtomicU64::new(UNREAD) }
    }

    /// The number of their changes, when that is not what was [marked](Self::mark) as read.
    pub(super) fn changed(&self) -> Result<Option<u64>, StoreError> {
        let changes = self.source.changes()?;
        Ok((changes != self.read.load(Ordering::Acquire)).then_some(changes))
    }

    /// Whether they are others than was marked; what cannot be asked has not changed.
    pub(super) fn has_changed(&self) -> bool {
        self.changed().is_ok_and(|changes| changes.is_some())
    }

    /// As pages; drafts among them, which say so.
    pub(super) fn read(&self) -> Result<Pages, StoreError> {
        let mut read = Pages::default();
        for article in self.source.all()? {
            let (mut page, trouble) = article_page(&article.name, &article.text);
            page.audience.draft |= !article.published;
            page.newer_draft = article.newer_draft;
            read.warnings.extend(trouble.map(|words| format!("{}: {words}", page.file)));
            read.pages.push(page);
        }
        Ok(read)
    }

    /// They were read at that number of changes, and can be found.
    pub(super) fn mark(&self, changes: u64) {
        self.read.store(changes, Ordering::Release);
    }
}

fn article_page(name: &str, text: &str) -> (Page, Option<String>) {
    let (page, trouble) = page(name, PageKind::Markdown, &normal(text));
    (Page { file: format!("{ARTICLE_PREFIX}{name}"), ..page }, trouble)
}

/// The text as a page that somebody could find once it is published.
///
/// # Errors
/// In words: its top cannot be read or says that it is a draft, or nothing stands below.
pub(super) fn readable(name: &str, text: &str) -> Result<Page, String> {
    let (page, trouble) = article_page(name, text);
    match trouble {
        Some(words) => Err(format!("its top cannot be read: {words}")),
        None if page.audience.draft => {
            Err("its top says that it is a draft: an article is until it is published".into())
        }
        None if page.pieces.is_empty() => Err("there is nothing to read on it".into()),
        None => Ok(page),
    }
}

#[cfg(test)]
#[path = "articles_tests.rs"]
mod tests;
