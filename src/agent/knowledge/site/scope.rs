//! Which pages belong to a site: those at the scheme, host and port of its sitemap, under the paths that the administrator named.

use url::{Origin, Url};

use super::robots::normal;
use crate::{config::KnowledgeSite, fetch::Place};

/// What belongs to a site.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    origin: Origin,
    include: Vec<String>,
    exclude: Vec<String>,
}

impl Scope {
    /// That of a site; `None` when its sitemap is no URL, which the configuration does not let through.
    pub(super) fn of(site: &KnowledgeSite) -> Option<Self> {
        let origin = Url::parse(&site.sitemap).ok()?.origin();
        Some(Self { origin, include: normals(&site.include), exclude: normals(&site.exclude) })
    }

    /// The URL of something at the site, whatever its path: a page, a sitemap, where a redirect leads.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub(super) fn place(&self, text: &str) -> Result<Url, &'static str> {
        Place::read(text).map_err(|_| "it is no URL that is asked")?;
        let mut url = Url::parse(text).map_err(|_| "it is no URL that is asked")?;
        url.set_fragment(None);
        if url.origin() == self.origin { Ok(url) } else { Err("it is at another place than the sitemap") }
    }

    /// The URL of a page that is to be known.
    ///
    /// # Errors
    /// As [`Scope::place`], and when its path is left out.
    pub(super) fn page(&self, text: &str) -> Result<Url, &'static str> {
        let url = self.place(text)?;
        if self.has(url.path()) { Ok(url) } else { Err("its path is left out in smtpd.toml") }
    }

    fn has(&self, path: &str) -> bool {
        let path = normal(path);
        let begins = |starts: &[String]| starts.iter().any(|start| path.starts_with(start.as_str()));
        (self.include.is_empty() || begins(&self.include)) && !begins(&self.exclude)
    }
}

fn normals(starts: &[String]) -> Vec<String> {
    starts.iter().map(|start| normal(start)).collect()
}

/// Path and query, as a request has them and rules speak of them.
pub(super) fn target(url: &Url) -> &str {
    &url[url::Position::BeforePath..url::Position::AfterQuery]
}
