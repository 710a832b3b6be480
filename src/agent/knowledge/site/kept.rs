//! What a crawl brought home, on the disk: one file a site in `DATA/sites`, there whole or not at all.
//!
//! It may be deleted: the next crawl makes it anew. As long as it is there, a restart knows what was known before.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tracing::warn;

use super::{super::whole_file::replace, page::Written};
use crate::{config::KnowledgeSite, types::Millis};

/// The folder in the data folder.
pub const FOLDER: &str = "sites";

/// Of the form of the files, and of how pages are read: what another one wrote is crawled anew.
const VERSION: u32 = 1;

/// After a crawl that failed, whatever `every_hours` says above it.
pub(super) const AGAIN_AFTER: Duration = Duration::from_secs(3600);

/// Pages that are told not to be known, each with its reason.
const REFUSED_MAX: usize = 200;

/// What is known of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) version: u32,
    /// As `smtpd.toml` has it.
    pub(super) sitemap: String,
    /// What of the configuration decides which pages are asked.
    pub(super) settings: String,
    /// When a crawl last came to its end.
    pub(super) crawled: Option<Millis>,
    /// When one was last begun.
    pub(super) tried: Option<Millis>,
    /// Why the last one failed as a whole; empty when it did not.
    pub(super) trouble: String,
    pub(super) tally: Tally,
    /// Pages that are not known, and why; those that count first.
    pub(super) refused: Vec<Refused>,
    /// In the order of the sitemap.
    pub(super) pages: Vec<KeptPage>,
}

/// A page that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct KeptPage {
    /// As the sitemap has it.
    pub(super) url: String,
    /// `ETag` and `Last-Modified` of the answer. RFC 9110 §8.8.
    pub(super) etag: Option<String>,
    pub(super) last_modified: Option<String>,
    /// `<lastmod>` of the sitemap.
    pub(super) lastmod: Option<String>,
    /// When the site last said that it is so.
    pub(super) asked: Millis,
    pub(super) title: String,
    pub(super) written: Written,
    /// Empty for a page that is not known.
    pub(super) text: String,
    /// The page of the site that it says it is a copy of.
    pub(super) copy_of: Option<String>,
    /// Why it is not known.
    pub(super) refused: Option<String>,
}

/// A page that is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Refused {
    /// Which; empty when it is about the whole site.
    pub url: String,
    /// In words.
    pub why: String,
}

/// What became of the pages in one crawl.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Tally {
    /// Not known before.
    pub new: usize,
    /// Known with another text before.
    pub changed: usize,
    /// As before: the site said so, or its sitemap.
    pub unchanged: usize,
    /// Known before and gone.
    pub gone: usize,
    /// Known no longer, or never: forbidden, no text, a copy.
    pub refused: usize,
    /// Could not be had; what was known of them before stays.
    pub failed: usize,
    /// Requests that were made.
    pub requests: usize,
    /// Octets of their answers.
    pub octets: u64,
    /// From the first to the last.
    pub seconds: u64,
}

impl Kept {
    /// Nothing yet.
    pub(super) fn none(site: &KnowledgeSite) -> Self {
        Self { version: VERSION, sitemap: site.sitemap.clone(), settings: settings(site), ..Self::default() }
    }

    /// What lies in that data folder. What cannot be read is as good as nothing: a crawl makes it anew.
    pub(super) fn read(data: &Path, site: &KnowledgeSite) -> Self {
        let path = path(data, site);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Self::none(site),
            Err(err) => {
                warn!("what is known of a site cannot be read, it is crawled anew: {}: {err}", path.display());
                return Self::none(site);
            }
        };
        match serde_json::from_slice::<Self>(&text) {
            Ok(kept) if kept.version == VERSION && kept.sitemap == site.sitemap => kept,
            Ok(_) => Self::none(site),
            Err(err) => {
                warn!("what is known of a site is damaged, it is crawled anew: {}: {err}", path.display());
                Self::none(site)
            }
        }
    }

    /// Writes it down; when this returns it survives a crash, and before that what lay there does.
    ///
    /// # Errors
    /// What the file system says.
    pub(super) fn write(&self, data: &Path, site: &KnowledgeSite) -> io::Result<()> {
        replace(&path(data, site), &serde_json::to_vec(self)?)
    }

    /// A digest of what is known.
    pub(super) fn digest(&self) -> [u8; 32] {
        let mut digest = blake3::Hasher::new();
        for page in &self.pages {
            for part in [&page.url, &page.title, &page.text] {
                digest.update(&(part.len() as u64).to_le_bytes());
                digest.update(part.as_bytes());
            }
        }
        *digest.finalize().as_bytes()
    }

    /// When it is to be crawled next.
    pub(super) fn next(&self, site: &KnowledgeSite) -> Millis {
        match (self.tried, self.crawled) {
            _ if self.settings != settings(site) => Millis(0),
            (Some(tried), _) if !self.trouble.is_empty() => tried.plus(site.every.min(AGAIN_AFTER)),
            (_, Some(crawled)) => crawled.plus(site.every),
            (Some(tried), None) => tried.plus(site.every.min(AGAIN_AFTER)),
            (None, None) => Millis(0),
        }
    }
}

/// Tells of a page that it is not known.
pub(super) fn refuse(all: &mut Vec<Refused>, url: &str, why: String) {
    if all.len() < REFUSED_MAX {
        all.push(Refused { url: url.to_owned(), why });
    }
}

/// Deletes what lies there of sites that are configured no longer.
pub(super) fn forget_others(data: &Path, sites: &[KnowledgeSite]) {
    let Ok(files) = fs::read_dir(data.join(FOLDER)) else { return };
    let known: Vec<PathBuf> = sites.iter().map(|site| path(data, site)).collect();
    for file in files.flatten().map(|file| file.path()) {
        // What somebody else put there is theirs.
        let is_ours = file.file_stem().and_then(|name| name.to_str()).is_some_and(is_name);
        if is_ours && !known.contains(&file) && fs::remove_file(&file).is_err() {
            warn!("what is known of a site that is configured no longer cannot be deleted: {}", file.display());
        }
    }
}

fn path(data: &Path, site: &KnowledgeSite) -> PathBuf {
    let name = blake3::hash(site.sitemap.as_bytes()).to_hex();
    data.join(FOLDER).join(format!("{name}.json"))
}

fn is_name(stem: &str) -> bool {
    stem.len() == 64 && stem.bytes().all(|octet| octet.is_ascii_hexdigit())
}

/// For whom pages are, and how often they are asked for, change nothing of what was read.
fn settings(site: &KnowledgeSite) -> String {
    format!("{} {:?} {:?}", site.pages_max, site.include, site.exclude)
}
