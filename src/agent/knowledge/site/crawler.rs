//! Crawls sites when they are due or somebody asks for it, one at a time, beside everything else: no answer waits for a crawl.

use std::{sync::Arc, time::Duration};

use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    Site, SiteRow, Sites,
    crawl::Crawl,
    kept::{Kept, forget_others},
};
use crate::{agent::Knowledge, fetch::Fetcher, types::Clock};

/// How often it is seen whether a site is due.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Why a site is not crawled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrawlError {
    /// None of that name.
    #[error("no [[knowledge.site]] has the sitemap or host {0}")]
    NoSuchSite(String),
    /// There are none at all.
    #[error("there is no [[knowledge.site]] in smtpd.toml")]
    NoSites,
    /// Another crawl goes on. Trying again can help.
    #[error("a site is being crawled already; try again when that has ended")]
    Busy,
    /// We stop.
    #[error("the daemon stops")]
    Stopping,
    /// What was read could not be kept. Trying again can help.
    #[error("what was read could not be kept: {0}")]
    Disk(String),
}

/// Crawls the sites of the configuration.
pub struct Crawler {
    sites: Arc<Sites>,
    knowledge: Arc<Knowledge>,
    fetcher: Fetcher,
    clock: Clock,
    /// Held while a site is crawled: one connection at a time, whatever the host.
    turn: Mutex<()>,
    stopping: CancellationToken,
}

impl Crawler {
    /// Crawls `sites`, whose pages are found in `knowledge`.
    pub fn new(sites: Arc<Sites>, knowledge: Arc<Knowledge>, fetcher: Fetcher, clock: Clock) -> Self {
        Self { sites, knowledge, fetcher, clock, turn: Mutex::default(), stopping: CancellationToken::new() }
    }

    /// The sites.
    pub fn sites(&self) -> &Arc<Sites> {
        &self.sites
    }

    /// Crawls what is due until `stop`. A crawl that is under way ends then without a trace, also one that somebody asked for.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let settings: Vec<_> = self.sites.all.iter().map(|site| site.settings.clone()).collect();
        let data = self.sites.data.clone();
        // Only untidy when it fails, and it has said so.
        let _ = tokio::task::spawn_blocking(move || forget_others(&data, &settings)).await;
        while !stop.is_cancelled() && !self.sites.all.is_empty() {
            if stop.run_until_cancelled(self.round()).await.is_none() {
                break;
            }
            stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
        }
        stop.cancelled().await;
        self.stopping.cancel();
    }

    /// Crawls the sites that are due, one after the other.
    async fn round(&self) {
        for site in &self.sites.all {
            let is_due = || site.kept(&self.sites.data).next(&site.settings) <= self.clock.now();
            if !is_due() {
                continue;
            }
            let _turn = self.turn.lock().await;
            // Somebody may have had it crawled while we waited.
            if is_due()
                && let Err(fault) = self.crawl(site).await
            {
                warn!("a crawl came to nothing: {fault}");
            }
        }
    }

    /// Crawls the site that `name` says by its sitemap or host, or all of them, and says how it stands with them afterwards.
    ///
    /// # Errors
    /// [`CrawlError`]. That a site could not be read is none: its row says so.
    pub async fn crawl_now(&self, name: Option<&str>) -> Result<Vec<SiteRow>, CrawlError> {
        let is_meant = |site: &&Arc<Site>| name.is_none_or(|name| site.is_called(name));
        let meant: Vec<&Arc<Site>> = self.sites.all.iter().filter(is_meant).collect();
        if meant.is_empty() {
            return Err(name.map_or(CrawlError::NoSites, |name| CrawlError::NoSuchSite(name.to_owned())));
        }
        let _turn = self.turn.try_lock().map_err(|_| CrawlError::Busy)?;
        for site in &meant {
            self.stopping.run_until_cancelled(self.crawl(site)).await.unwrap_or(Err(CrawlError::Stopping))?;
        }
        Ok(meant.iter().map(|site| site.row(&site.kept(&self.sites.data))).collect())
    }

    /// One site, with the turn in hand.
    async fn crawl(&self, site: &Arc<Site>) -> Result<(), CrawlError> {
        let before = site.kept(&self.sites.data);
        let (settings, scope) = (&site.settings, &site.scope);
        let crawl = Crawl { site: settings, scope, fetcher: &self.fetcher, clock: &self.clock, before: &before };
        let kept = crawl.run().await;
        let (site, data, knowledge) = (Arc::clone(site), self.sites.data.clone(), Arc::clone(&self.knowledge));
        // Not on the threads that keep connections alive. The pages are cut and indexed here, so that the next question does not wait.
        let done = tokio::task::spawn_blocking(move || {
            told(&site, &kept);
            let written = site.put(&data, kept).map_err(|fault| CrawlError::Disk(fault.to_string()));
            if let Err(fault) = knowledge.reload() {
                warn!("the pages of a crawl are not found yet: {fault}");
            }
            written
        });
        done.await.unwrap_or_else(|_| Err(CrawlError::Disk("that broke on the way".to_owned())))
    }
}

impl Site {
    fn is_called(&self, name: &str) -> bool {
        let sitemap = &self.settings.sitemap;
        let authority = sitemap.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
        sitemap == name || authority.eq_ignore_ascii_case(name)
    }
}

/// The one line of a crawl.
fn told(site: &Site, kept: &Kept) {
    let (sitemap, tally, pages) = (&site.settings.sitemap, kept.tally, site.known(kept).count());
    let (requests, octets, seconds) = (tally.requests, tally.octets, tally.seconds);
    if kept.trouble.is_empty() {
        info!(
            pages,
            tally.new,
            tally.changed,
            tally.unchanged,
            tally.gone,
            tally.refused,
            tally.failed,
            requests,
            octets,
            seconds,
            "crawled {sitemap}"
        );
    } else {
        warn!(
            pages,
            tally.new,
            tally.changed,
            tally.failed,
            requests,
            octets,
            seconds,
            "the crawl of {sitemap} failed, what was known stays: {}",
            kept.trouble
        );
    }
}
