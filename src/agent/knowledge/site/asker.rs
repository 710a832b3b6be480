//! Asks a website one thing after another: politely, within bounds, and never another place than the site.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use url::Url;

use super::{
    robots::Robots,
    scope::{Scope, target},
};
use crate::fetch::{FetchError, Fetcher, HeaderMap, Method, Reach, Request, Response, header};

/// For one request.
const TIMEOUT: Duration = Duration::from_secs(20);

/// For a whole crawl.
const CRAWL_WITHIN: Duration = Duration::from_secs(2 * 3600);

/// Octets of all answers of a crawl.
const CRAWL_OCTETS_MAX: u64 = 256 << 20;

/// Redirects from one page to the next. RFC 9309 §2.3.1.2: five at least.
const REDIRECTS_MAX: usize = 5;

/// Failures one behind the other before the site is left in peace.
const FAILURES_MAX: u32 = 5;

/// Who asks, and what it cost so far.
pub(super) struct Asker<'a> {
    fetcher: &'a Fetcher,
    scope: &'a Scope,
    reach: Reach,
    pub(super) pause: Duration,
    began: Instant,
    pub(super) requests: usize,
    pub(super) octets: u64,
    failures: u32,
    /// Why nothing more is asked.
    over: Option<String>,
}

/// What is asked for.
pub(super) struct Ask<'a> {
    pub(super) url: &'a Url,
    /// What may be read; `None` for robots.txt itself.
    pub(super) robots: Option<&'a Robots>,
    pub(super) headers: HeaderMap,
    pub(super) octets_max: usize,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The site does not want it read, or it is not at the site.
    Refused(String),
    /// It cannot be had now.
    Failed(String),
    /// Nothing more is asked in this crawl.
    Over(String),
}

impl NoAnswer {
    /// Why, whatever follows from it.
    pub(super) fn words(self) -> String {
        match self {
            Self::Refused(words) | Self::Failed(words) | Self::Over(words) => words,
        }
    }
}

impl<'a> Asker<'a> {
    pub(super) fn new(fetcher: &'a Fetcher, scope: &'a Scope, reach: Reach, pause: Duration) -> Self {
        Self { fetcher, scope, reach, pause, began: Instant::now(), requests: 0, octets: 0, failures: 0, over: None }
    }

    /// Since the beginning.
    pub(super) fn took(&self) -> Duration {
        self.began.elapsed()
    }

    /// Asks, follows redirects within the site, and gives what came with where it came from. The answer is 200, 304, 404 or 410, or
    /// for robots.txt another of 4xx.
    pub(super) async fn ask(&mut self, ask: Ask<'_>) -> Result<(Url, Response), NoAnswer> {
        let answer = self.answer(ask).await;
        if let Err(NoAnswer::Over(words)) = &answer {
            self.over = Some(words.clone());
        }
        answer
    }

    async fn answer(&mut self, ask: Ask<'_>) -> Result<(Url, Response), NoAnswer> {
        let mut url = ask.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            if ask.robots.is_some_and(|robots| !robots.allows(target(&url))) {
                return Err(NoAnswer::Refused("robots.txt forbids it".to_owned()));
            }
            let response = self.once(&url, &ask).await?;
            let location = match response.status {
                200 | 304 | 404 | 410 => return Ok((url, response)),
                301 | 302 | 303 | 307 | 308 => response.headers.get(header::LOCATION),
                // RFC 9309 §2.3.1.3: there are no rules then. Whoever is asked to come later comes later.
                status @ 400..=499 if ask.robots.is_none() && status != 429 => return Ok((url, response)),
                status => return Err(self.failed(status)),
            };
            let next = location.and_then(|location| url.join(location.to_str().ok()?).ok());
            let next = next.ok_or_else(|| NoAnswer::Refused("it is a redirect to nowhere".to_owned()))?;
            url =
                self.scope.place(next.as_str()).map_err(|why| NoAnswer::Refused(format!("it is a redirect: {why}")))?;
        }
        Err(NoAnswer::Refused(format!("it is a redirect more than {REDIRECTS_MAX} times")))
    }

    /// One request, after a pause.
    async fn once(&mut self, url: &Url, ask: &Ask<'_>) -> Result<Response, NoAnswer> {
        // Whoever was asked to come later asks for no other page either.
        if let Some(words) = &self.over {
            return Err(NoAnswer::Over(words.clone()));
        }
        if self.requests > 0 && !self.pause.is_zero() {
            sleep(self.pause).await;
        }
        if self.took() > CRAWL_WITHIN {
            return Err(NoAnswer::Over(format!("the crawl took longer than {} minutes", CRAWL_WITHIN.as_secs() / 60)));
        }
        if self.octets > CRAWL_OCTETS_MAX {
            return Err(NoAnswer::Over(format!("the site said more than {} MiB", CRAWL_OCTETS_MAX >> 20)));
        }
        let mut request = Request::new(Method::GET, url.as_str(), self.reach.clone());
        request.headers = ask.headers.clone();
        request.timeout = TIMEOUT;
        request.response_bytes_max = ask.octets_max;
        self.requests += 1;
        match self.fetcher.fetch(request).await {
            Ok(response) => {
                self.octets += response.body.len() as u64;
                if response.status < 400 || matches!(response.status, 404 | 410) {
                    self.failures = 0;
                }
                Ok(response)
            }
            Err(fault) => Err(self.broken(&fault)),
        }
    }

    fn failed(&mut self, status: u16) -> NoAnswer {
        if matches!(status, 429 | 503) {
            return NoAnswer::Over(format!("the site asks us to come later, with {status}"));
        }
        self.counted(format!("the site answers {status}"))
    }

    fn broken(&mut self, fault: &FetchError) -> NoAnswer {
        match fault {
            // Where the site is now may not be asked, and the next page is there too.
            FetchError::Forbidden { .. } => NoAnswer::Over(fault.to_string()),
            FetchError::Url(words) => NoAnswer::Refused((*words).to_owned()),
            _ => self.counted(fault.to_string()),
        }
    }

    fn counted(&mut self, words: String) -> NoAnswer {
        self.failures += 1;
        if self.failures >= FAILURES_MAX { NoAnswer::Over(words) } else { NoAnswer::Failed(words) }
    }
}
