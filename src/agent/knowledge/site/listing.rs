//! The pages that a site lists: its sitemap, and those that an index names, one level deep.

use std::collections::HashSet;

use tokio::task::spawn_blocking;
use url::Url;

use super::{
    asker::{Ask, Asker, NoAnswer},
    kept::{Refused, refuse},
    robots::Robots,
    scope::Scope,
    sitemap::{self, Entry, Kind},
};
use crate::{config::KnowledgeSite, fetch::HeaderMap};

/// Octets of one sitemap on the wire.
const SITEMAP_OCTETS_MAX: usize = 16 << 20;

/// Sitemaps that an index may name.
const SITEMAPS_MAX: usize = 50;

/// What is listed.
#[derive(Default)]
pub(super) struct Listing {
    /// The pages that are to be known, each once, in order.
    pub(super) entries: Vec<Entry>,
    /// Whether something of it could not be read, so that a page that is missing may be there all the same.
    pub(super) is_partial: bool,
    /// What is not read, and why.
    pub(super) refused: Vec<Refused>,
    known: HashSet<String>,
    /// Listed beyond `pages_max`.
    more: usize,
    /// Listed and not among `include`, or among `exclude`.
    left_out: usize,
}

/// Reads the sitemap of a site.
///
/// # Errors
/// Why nothing is known of what it lists, in words.
pub(super) async fn read(
    asker: &mut Asker<'_>,
    robots: &Robots,
    site: &KnowledgeSite,
    scope: &Scope,
) -> Result<Listing, String> {
    let mut listing = Listing::default();
    let bounds = Bounds { scope, pages_max: site.pages_max };
    let told = |words: String| format!("the sitemap: {words}");
    let url = scope.place(&site.sitemap)?;
    let (kind, others) = one(asker, robots, &url, bounds, &mut listing).await.map_err(told)?;
    if kind == Kind::Index {
        for loc in others.iter().take(SITEMAPS_MAX) {
            let read = match scope.place(loc) {
                Ok(url) => one(asker, robots, &url, bounds, &mut listing).await,
                Err(why) => Err(why.to_owned()),
            };
            match read {
                Ok((Kind::Pages, _)) => continue,
                Ok((Kind::Index, _)) => refuse(&mut listing.refused, loc, "it is an index within an index".to_owned()),
                Err(words) => refuse(&mut listing.refused, loc, words),
            }
            listing.is_partial = true;
        }
        listing.is_partial |= others.len() > SITEMAPS_MAX;
    }
    listing.tell(others.len().saturating_sub(SITEMAPS_MAX), site.pages_max);
    if listing.entries.is_empty() {
        let first = listing.refused.first().map(|first| format!("; {} {}", first.url, first.why));
        return Err(told(format!("it lists no page that is to be known{}", first.unwrap_or_default())));
    }
    Ok(listing)
}

#[derive(Clone, Copy)]
struct Bounds<'a> {
    scope: &'a Scope,
    pages_max: usize,
}

/// One sitemap: its pages go to the listing; the sitemaps of an index come back.
async fn one(
    asker: &mut Asker<'_>,
    robots: &Robots,
    url: &Url,
    bounds: Bounds<'_>,
    listing: &mut Listing,
) -> Result<(Kind, Vec<String>), String> {
    let ask = Ask { url, robots: Some(robots), headers: HeaderMap::new(), octets_max: SITEMAP_OCTETS_MAX };
    let (_, response) = asker.ask(ask).await.map_err(NoAnswer::words)?;
    if response.status != 200 {
        return Err(format!("the site answers {}", response.status));
    }
    if response.cut {
        return Err(format!("it is larger than {} MiB", SITEMAP_OCTETS_MAX >> 20));
    }
    let (mut taken, scope, pages_max) = (std::mem::take(listing), bounds.scope.clone(), bounds.pages_max);
    let read = spawn_blocking(move || {
        let mut others = Vec::new();
        let read = sitemap::read(&response.body, |kind, entry| match kind {
            Kind::Pages => taken.take(entry, &scope, pages_max),
            Kind::Index => others.push(entry.loc),
        });
        (taken, others, read)
    });
    let (taken, others, read) = read.await.map_err(|_| "reading it broke".to_owned())?;
    *listing = taken;
    let (kind, is_whole) = read.map_err(|fault| fault.to_string())?;
    listing.is_partial |= !is_whole;
    Ok((kind, others))
}

impl Listing {
    fn take(&mut self, entry: Entry, scope: &Scope, pages_max: usize) {
        let url = match scope.place(&entry.loc) {
            Ok(url) => url,
            Err(why) => return refuse(&mut self.refused, &entry.loc, why.to_owned()),
        };
        if scope.page(url.as_str()).is_err() {
            self.left_out += 1;
        } else if self.entries.len() >= pages_max {
            self.more += 1;
        } else if self.known.insert(url.as_str().to_owned()) {
            self.entries.push(Entry { loc: url.into(), ..entry });
        }
    }

    /// What is not read only because the administrator, or we, do not want so much.
    fn tell(&mut self, sitemaps: usize, pages_max: usize) {
        for (count, words) in [
            (sitemaps, format!("sitemaps beyond the first {SITEMAPS_MAX} are not read")),
            (self.more, format!("pages beyond pages_max = {pages_max} are not read")),
            (self.left_out, "pages are left out by include and exclude".to_owned()),
        ] {
            if count > 0 {
                refuse(&mut self.refused, "", format!("{count} {words}"));
            }
        }
    }
}
