//! Websites as knowledge: what is known of each, and what a crawl makes of it.
//!
//! ```text
//! crawler   when, and one at a time ─ crawl   robots.txt, sitemap, pages ─ asker    one request, politely
//! kept      on the disk               listing what the sitemaps name       page     octets → text
//!                                     robots, sitemap, scope (pure)        content  without menus and footers
//! ```

mod asker;
mod content;
mod crawl;
mod crawler;
mod kept;
mod listing;
mod page;
mod robots;
mod scope;
mod sitemap;

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;
use url::Url;

use super::{Audience, Page, folder::PageKind, pieces};
use crate::{agent::words::Tongue, config::KnowledgeSite, types::Millis};
use kept::{Kept, KeptPage};
use page::Written;
use scope::Scope;

pub use crawler::{CrawlError, Crawler};
pub use kept::{FOLDER, Refused, Tally};

/// The sites of the configuration and what is known of them. Blocks on files when first asked.
#[derive(Debug)]
pub struct Sites {
    data: PathBuf,
    all: Vec<Arc<Site>>,
}

#[derive(Debug)]
struct Site {
    settings: KnowledgeSite,
    scope: Scope,
    /// With its digest; read when first asked for.
    kept: Mutex<Option<(Arc<Kept>, [u8; 32])>>,
}

/// How it stands with a site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SiteRow {
    /// Its sitemap, which names it.
    pub sitemap: String,
    /// When a crawl last came to its end.
    pub crawled: Option<Millis>,
    /// When one was last tried.
    pub tried: Option<Millis>,
    /// When one is due; now or earlier is at once.
    pub next: Millis,
    /// Why the last one failed; empty when it did not.
    pub trouble: String,
    /// Pages that are known.
    pub pages: usize,
    /// What became of the pages in the last one.
    pub tally: Tally,
    /// Pages that are not known, with the reasons; the first of them.
    pub refused: Vec<Refused>,
}

impl Sites {
    /// The sites of the configuration, as they lie in that data folder.
    pub fn new(data: &Path, settings: &[KnowledgeSite]) -> Self {
        let site = |settings: &KnowledgeSite| {
            let scope = Scope::of(settings)?;
            Some(Arc::new(Site { settings: settings.clone(), scope, kept: Mutex::default() }))
        };
        Self { data: data.to_owned(), all: settings.iter().filter_map(site).collect() }
    }

    /// How it stands with each.
    pub fn rows(&self) -> Vec<SiteRow> {
        self.all.iter().map(|site| site.row(&site.kept(&self.data))).collect()
    }

    /// What went wrong with the last crawls, a line each.
    pub fn warnings(&self) -> Vec<String> {
        let troubles = self.all.iter().map(|site| (&site.settings.sitemap, site.kept(&self.data)));
        troubles
            .filter(|(_, kept)| !kept.trouble.is_empty())
            .map(|(name, kept)| format!("{name}: {}", kept.trouble))
            .collect()
    }

    /// A digest of what is known.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        let digests: Vec<[u8; 32]> = self.all.iter().map(|site| site.with_digest(&self.data).1).collect();
        *blake3::hash(&digests.concat()).as_bytes()
    }

    /// Every page that is known, cut into pieces. What it says of itself on its top is text: whoever may edit a public page may not
    /// say to whom it is shown, nor what a model is to do (S-22).
    pub(super) fn pages(&self) -> Vec<Page> {
        let mut pages = Vec::new();
        for site in &self.all {
            let (kept, audience) = (site.kept(&self.data), site.audience());
            pages.extend(site.known(&kept).map(|page| cut(page, &audience)));
        }
        pages
    }
}

impl Site {
    fn kept(&self, data: &Path) -> Arc<Kept> {
        self.with_digest(data).0
    }

    fn with_digest(&self, data: &Path) -> (Arc<Kept>, [u8; 32]) {
        let read = || {
            let kept = Kept::read(data, &self.settings);
            let digest = kept.digest();
            (Arc::new(kept), digest)
        };
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(read).clone()
    }

    /// What is known from now on, also when it cannot be written down.
    fn put(&self, data: &Path, kept: Kept) -> io::Result<()> {
        let written = kept.write(data, &self.settings);
        let digest = kept.digest();
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((Arc::new(kept), digest));
        written
    }

    /// The pages that are shown: those of today's configuration, and of copies the first.
    fn known<'a>(&'a self, kept: &'a Kept) -> impl Iterator<Item = &'a KeptPage> {
        let may = |page: &&KeptPage| page.refused.is_none() && self.scope.page(&page.url).is_ok();
        let originals = kept.pages.iter().filter(may).filter(|page| page.copy_of.is_none());
        let originals: HashSet<&str> = originals.map(|page| page.url.as_str()).collect();
        let mut texts = HashSet::new();
        kept.pages.iter().filter(may).filter(move |page| {
            let is_copy = page.copy_of.as_deref().is_some_and(|original| originals.contains(original));
            !is_copy && texts.insert(page.text.as_str())
        })
    }

    fn audience(&self) -> Audience {
        let KnowledgeSite { addresses, segments, .. } = &self.settings;
        Audience {
            draft: false,
            addresses: (!addresses.is_empty()).then(|| addresses.iter().map(|address| address.key()).collect()),
            segments: (!segments.is_empty()).then(|| segments.iter().cloned().collect()),
        }
    }

    fn row(&self, kept: &Kept) -> SiteRow {
        SiteRow {
            sitemap: self.settings.sitemap.clone(),
            crawled: kept.crawled,
            tried: kept.tried,
            next: kept.next(&self.settings),
            trouble: kept.trouble.clone(),
            pages: self.known(kept).count(),
            tally: kept.tally,
            refused: kept.refused.clone(),
        }
    }
}

fn cut(page: &KeptPage, audience: &Audience) -> Page {
    let kind = match page.written {
        Written::Markdown => PageKind::Markdown,
        Written::Text => PageKind::Text,
    };
    let title = Some(page.title.clone()).filter(|title| !title.is_empty());
    let pieces = pieces::cut(&page.url, title.or_else(|| name_of(&page.url)), &page.text, kind);
    let sample: String = pieces.iter().map(|piece| piece.markdown.as_str()).take(8).collect();
    let (file, tongue) = (page.url.clone(), Tongue::of(&sample));
    let pieces = pieces.into_iter().map(Arc::new).collect();
    Page { file, tongue, audience: audience.clone(), instructions: false, newer_draft: false, pieces }
}

/// What a page without any title is called: its host.
fn name_of(url: &str) -> Option<String> {
    Url::parse(url).ok().filter(|url| url.path().ends_with('/'))?.host_str().map(str::to_owned)
}
