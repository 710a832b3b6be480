//! One crawl: robots.txt, the sitemap, and the pages that may have changed.
//!
//! What was known is given up only for what the site itself says: a page that is gone, or no longer listed, or that it does not
//! want to be known. Trouble of any kind leaves it as it was.

use std::collections::{HashMap, HashSet};

use tokio::task::spawn_blocking;

use super::{
    asker::{Ask, Asker, NoAnswer},
    kept::{Kept, KeptPage, Refused, Tally, refuse},
    listing::{self, Listing},
    page::{self, PAGE_OCTETS_MAX},
    robots::Robots,
    scope::{Scope, target},
    sitemap::Entry,
};
use crate::{
    config::KnowledgeSite,
    fetch::{Fetcher, HeaderMap, HeaderName, HeaderValue, Reach, Response, header},
    types::{Clock, Millis},
};

/// Octets of robots.txt that are read. RFC 9309 §2.5: 500 KiB at least.
const ROBOTS_OCTETS_MAX: usize = 500 << 10;

/// Octets of the text of all pages: it is kept in memory.
const TEXT_OCTETS_MAX: usize = 32 << 20;

/// A page whose `lastmod` is what it was is asked for all the same when it was last so long ago.
const BELIEVED_FOR: std::time::Duration = std::time::Duration::from_secs(7 * 24 * 3600);

/// What a crawl needs.
pub(super) struct Crawl<'a> {
    pub(super) site: &'a KnowledgeSite,
    pub(super) scope: &'a Scope,
    pub(super) fetcher: &'a Fetcher,
    pub(super) clock: &'a Clock,
    pub(super) before: &'a Kept,
}

/// What comes of a crawl, as it goes on.
#[derive(Default)]
struct Harvest {
    pages: HashMap<String, KeptPage>,
    tally: Tally,
    refused: Vec<Refused>,
    /// Why it ended before its end.
    over: Option<String>,
}

impl Crawl<'_> {
    /// Crawls, and gives what is known afterwards. Never fails: what went wrong stands in it.
    pub(super) async fn run(&self) -> Kept {
        let reach = Reach::listed(&self.site.networks);
        let mut asker = Asker::new(self.fetcher, self.scope, reach, self.site.pause);
        let robots = match self.robots(&mut asker).await {
            Ok(robots) => robots,
            Err(words) => return self.failed(&asker, &Robots::default(), format!("robots.txt: {words}")),
        };
        asker.pause = asker.pause.max(robots.crawl_delay.unwrap_or_default());
        match listing::read(&mut asker, &robots, self.site, self.scope).await {
            Ok(listing) => self.pages(asker, &robots, listing).await,
            Err(words) => self.failed(&asker, &robots, words),
        }
    }

    async fn robots(&self, asker: &mut Asker<'_>) -> Result<Robots, String> {
        let url = self
            .scope
            .place(&self.site.sitemap)
            .and_then(|url| url.join("/robots.txt").map_err(|_| "it has no URL"))?;
        let ask = Ask { url: &url, robots: None, headers: HeaderMap::new(), octets_max: ROBOTS_OCTETS_MAX };
        match asker.ask(ask).await {
            // RFC 9309 §2.3.1.3: what is not there forbids nothing; §2.3.1.4: what cannot be had forbids everything.
            Ok((_, response)) if response.status == 200 => Ok(Robots::read(&response.body)),
            Ok(_) => Ok(Robots::default()),
            Err(why) => Err(why.words()),
        }
    }

    /// Asks for the pages, those first that were asked longest ago.
    async fn pages(&self, mut asker: Asker<'_>, robots: &Robots, listing: Listing) -> Kept {
        let known: HashMap<&str, &KeptPage> = self.before.pages.iter().map(|page| (page.url.as_str(), page)).collect();
        let mut harvest = Harvest { refused: listing.refused, ..Harvest::default() };
        let mut turns: Vec<&Entry> = listing.entries.iter().collect();
        turns.sort_by_key(|entry| known.get(entry.loc.as_str()).map(|page| page.asked));
        for entry in turns {
            let earlier = known.get(entry.loc.as_str()).copied();
            let seen = self.page(&mut asker, robots, entry, earlier).await;
            harvest.take(&entry.loc, earlier, seen);
        }
        let listed: HashSet<&str> = listing.entries.iter().map(|entry| entry.loc.as_str()).collect();
        let mut pages: Vec<KeptPage> = Vec::with_capacity(listing.entries.len());
        let mut room = TEXT_OCTETS_MAX;
        for entry in &listing.entries {
            let Some(page) = harvest.pages.remove(&entry.loc) else { continue };
            match room.checked_sub(page.text.len()) {
                Some(left) => room = left,
                None => {
                    let why = format!("the site has more than {} MiB of text", TEXT_OCTETS_MAX >> 20);
                    refuse(&mut harvest.refused, &entry.loc, why);
                    continue;
                }
            }
            pages.push(page);
        }
        for page in self.before.pages.iter().filter(|page| !listed.contains(page.url.as_str())) {
            if listing.is_partial && self.still_may(robots, page) {
                pages.push(page.clone());
            } else if page.refused.is_none() {
                harvest.tally.gone += 1;
            }
        }
        let is_known = |page: &KeptPage| page.refused.is_none();
        if harvest.tally.gone > 0 && !pages.iter().any(is_known) {
            // Far more often that is a site with a fault than one that has given up everything.
            return self.failed(&asker, robots, "none of its pages is there any more".to_owned());
        }
        let now = self.clock.now();
        let trouble = harvest.over.unwrap_or_default();
        Kept {
            crawled: if trouble.is_empty() { Some(now) } else { self.before.crawled },
            tried: Some(now),
            trouble,
            tally: cost(&asker, harvest.tally),
            refused: harvest.refused,
            pages,
            ..Kept::none(self.site)
        }
    }

    /// One page. `None`: it is gone.
    async fn page(
        &self,
        asker: &mut Asker<'_>,
        robots: &Robots,
        entry: &Entry,
        earlier: Option<&KeptPage>,
    ) -> Result<Option<KeptPage>, NoAnswer> {
        let now = self.clock.now();
        if let Some(earlier) = earlier.filter(|earlier| is_believed(earlier, entry, now)) {
            let may = self.still_may(robots, earlier);
            let refused = || NoAnswer::Refused("robots.txt forbids it".to_owned());
            return if may { Ok(Some(earlier.clone())) } else { Err(refused()) };
        }
        let url = self.scope.page(&entry.loc).map_err(|why| NoAnswer::Refused(why.to_owned()))?;
        let ask = Ask { url: &url, robots: Some(robots), headers: conditions(earlier), octets_max: PAGE_OCTETS_MAX };
        let (from, response) = asker.ask(ask).await?;
        if matches!(response.status, 404 | 410) {
            return Ok(None);
        }
        if response.status == 304 {
            let Some(earlier) = earlier else {
                return Err(NoAnswer::Failed("the site answers 304, and nobody asked whether it changed".to_owned()));
            };
            return Ok(Some(KeptPage { asked: now, lastmod: entry.lastmod.clone(), ..earlier.clone() }));
        }
        let from =
            self.scope.page(from.as_str()).map_err(|why| NoAnswer::Refused(format!("it is a redirect: {why}")))?;
        let (etag, last_modified) = (field(&response, header::ETAG), field(&response, header::LAST_MODIFIED));
        let scope = self.scope.clone();
        let read = spawn_blocking(move || page::read(&from, &response, &scope)).await;
        let read = read.unwrap_or_else(|_| Err("reading it broke".to_owned()));
        let (read, refused) = match read {
            Ok(read) => (read, None),
            Err(why) => (page::Read::nothing(), Some(why)),
        };
        Ok(Some(KeptPage {
            url: entry.loc.clone(),
            etag,
            last_modified,
            lastmod: entry.lastmod.clone(),
            asked: now,
            title: read.title,
            written: read.written,
            text: read.text,
            copy_of: read.copy_of.map(String::from),
            refused,
        }))
    }

    /// Whether a page that was not asked for may go on being known.
    fn still_may(&self, robots: &Robots, page: &KeptPage) -> bool {
        self.scope.page(&page.url).is_ok_and(|url| robots.allows(target(&url)))
    }

    /// Nothing could be learned: what was known stays, as far as the site allows it.
    fn failed(&self, asker: &Asker<'_>, robots: &Robots, trouble: String) -> Kept {
        let pages = self.before.pages.iter().filter(|page| self.still_may(robots, page)).cloned();
        Kept {
            tried: Some(self.clock.now()),
            trouble,
            tally: cost(asker, Tally::default()),
            pages: pages.collect(),
            settings: Kept::none(self.site).settings,
            ..self.before.clone()
        }
    }
}

impl Harvest {
    fn take(&mut self, url: &str, earlier: Option<&KeptPage>, seen: Result<Option<KeptPage>, NoAnswer>) {
        let was_known = earlier.filter(|earlier| earlier.refused.is_none());
        match seen {
            Ok(None) => {
                self.tally.gone += usize::from(was_known.is_some());
                refuse(&mut self.refused, url, "it is not there".to_owned());
            }
            Ok(Some(page)) => {
                match (&page.refused, was_known) {
                    (Some(why), _) => {
                        self.tally.refused += 1;
                        refuse(&mut self.refused, url, why.clone());
                    }
                    (None, None) => self.tally.new += 1,
                    (None, Some(earlier)) if earlier.text == page.text => self.tally.unchanged += 1,
                    (None, Some(_)) => self.tally.changed += 1,
                }
                self.pages.insert(url.to_owned(), page);
            }
            Err(NoAnswer::Refused(why)) => {
                self.tally.refused += 1;
                refuse(&mut self.refused, url, why);
            }
            Err(NoAnswer::Failed(why)) => {
                refuse(&mut self.refused, url, why);
                self.keep(url, earlier);
            }
            Err(NoAnswer::Over(why)) => {
                self.over = Some(why);
                self.keep(url, earlier);
            }
        }
    }

    /// Could not be asked.
    fn keep(&mut self, url: &str, earlier: Option<&KeptPage>) {
        self.tally.failed += 1;
        if let Some(earlier) = earlier {
            self.pages.insert(url.to_owned(), earlier.clone());
        }
    }
}

/// Whether the sitemap's word that nothing changed is enough.
fn is_believed(earlier: &KeptPage, entry: &Entry, now: Millis) -> bool {
    entry.lastmod.is_some() && entry.lastmod == earlier.lastmod && now.since(earlier.asked) < BELIEVED_FOR
}

/// Asks for what changed only. RFC 9110 §13.1.
fn conditions(earlier: Option<&KeptPage>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("text/html, application/xhtml+xml, text/plain;q=0.9"));
    let mut put = |name: HeaderName, value: Option<&String>| {
        if let Some(value) = value.and_then(|value| HeaderValue::from_str(value).ok()) {
            headers.insert(name, value);
        }
    };
    put(header::IF_NONE_MATCH, earlier.and_then(|page| page.etag.as_ref()));
    put(header::IF_MODIFIED_SINCE, earlier.and_then(|page| page.last_modified.as_ref()));
    headers
}

fn field(response: &Response, name: HeaderName) -> Option<String> {
    response.headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn cost(asker: &Asker<'_>, tally: Tally) -> Tally {
    Tally { requests: asker.requests, octets: asker.octets, seconds: asker.took().as_secs(), ..tally }
}

#[cfg(test)]
#[path = "crawl_tests.rs"]
mod tests;
