//! Who wrote it: SPF, DKIM, DMARC and ARC, and the level that follows. From is a claim; this room finds the fact.
//!
//! The cryptography, DKIM, DMARC and ARC are mail-auth's; ours are SPF, what is asked of DNS and for how long it is believed,
//! what disqualifies a signature or a chain, which forwarder's word counts, and the level. What a message *may do* with its
//! level is decided elsewhere.
//!
//! SPF is ours because mail-auth 0.13 answers 51 of the 203 cases of the public suite otherwise than the suite, and asks DNS
//! by itself for absences; a test here holds ours to all 203.

mod alignment;
mod arc;
mod cache;
mod check;
mod dkim;
mod dmarc;
mod dns;
mod forwarded;
mod group;
mod header;
mod level;
mod lookups;
mod resolver;
mod results;
mod sends;
mod spf;
mod tags;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    runtime::Handle,
    time::{Instant, timeout_at},
};
use tracing::error;

pub use dmarc::{DmarcCount, DmarcCounts};
pub use forwarded::{RegisteredWay, Registration};
pub use group::GroupAuthor;
pub use header::authentication_results;
pub use resolver::{name_servers, resolver, resolver_with_hosts_file};
pub use sends::may_send;

use check::Case;
use dns::Dns;

use crate::{
    config,
    types::{Envelope, Verdict, Verdicts},
};

/// Bodies above this are hashed on a thread for blocking work: 256 KiB take about a third of a millisecond.
const BLOCKING_ABOVE_OCTETS: usize = 256 * 1024;

/// What of the deadline waiting for DNS leaves to the last conclusions: one part in this many.
const CONCLUSION_SHARE: u32 = 10;

/// Checks mails. Cheap to clone; all copies share the DNS cache.
#[derive(Clone)]
pub struct Authenticator(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    dns: Arc<Dns>,
    dmarc: Arc<dmarc::Counters>,
    signatures_max: usize,
    deadline: Duration,
    forwarder_headers: Vec<String>,
    forwarder_selectors: Vec<String>,
    our_domains: Vec<String>,
}

impl Inner {
    fn is_ours(&self, domain: &str) -> bool {
        self.our_domains.iter().any(|ours| ours == domain)
    }

    /// Whether forwarders sign with that selector, also in the name of whom they forward for.
    fn is_forwarders_selector(&self, selector: &str) -> bool {
        let selector = selector.to_ascii_lowercase();
        self.forwarder_selectors.iter().any(|known| match known.strip_suffix('*') {
            Some(beginning) => selector.starts_with(beginning),
            None => selector == *known,
        })
    }
}

/// What was found out about a mail.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Who wrote it.
    pub verdicts: Verdicts,
    /// The author, when a group of the registered forwarder wrote its From anew; the verdicts are then about this author.
    pub group_author: Option<GroupAuthor>,
}

impl Authenticator {
    /// `forwarders`: those configured. Opens no socket yet; must be used inside a tokio runtime.
    pub fn new(settings: &config::Auth, forwarders: Vec<config::Forwarder>) -> Self {
        Self(Arc::new(Inner {
            dns: Dns::new(settings),
            dmarc: Arc::default(),
            signatures_max: settings.signatures_max,
            deadline: settings.deadline,
            forwarder_headers: config::forwarder_headers(&forwarders),
            forwarder_selectors: config::forwarder_selectors(&forwarders),
            our_domains: Vec::new(),
        }))
    }

    /// Names our own domains: those of our support addresses and those we send from.
    ///
    /// Our own provider sends, and forwards, for whoever claims to be a colleague. So SPF and the word of a forwarder prove
    /// nothing about an author there: without an aligned signature such mail is level 0.
    #[must_use]
    pub fn with_our_domains(mut self, domains: impl IntoIterator<Item = String>) -> Self {
        let our_domains = domains.into_iter().map(|domain| domain.to_ascii_lowercase()).collect();
        Arc::make_mut(&mut self.0).our_domains = our_domains;
        self
    }

    /// Our own domains, lower case.
    pub fn our_domains(&self) -> &[String] {
        &self.0.our_domains
    }

    /// Whether that is one of our own domains.
    pub fn is_ours(&self, domain: &str) -> bool {
        self.0.is_ours(domain)
    }

    /// Finds out who wrote a mail. `registered` is what the administrator said of the address reached.
    ///
    /// Never fails and never takes longer than `[auth] deadline_secs`: what is not known by then is a temporary error,
    /// which is never a pass. The level is 0 to 3; level 4 is given where reply keys are known.
    pub async fn check(
        &self,
        envelope: &Envelope,
        body: &Bytes,
        mail: &crate::mime::Mail,
        registered: Registration,
    ) -> Checked {
        let case = Case {
            envelope: envelope.clone(),
            body: body.clone(),
            from: mail.from.clone(),
            from_trouble: mail.from_trouble.clone(),
            registered,
        };
        let deadline = Instant::now() + self.0.deadline;
        let asking_until = deadline - self.0.deadline / CONCLUSION_SHARE;
        let auth = self.0.clone();
        // A panic over a hostile mail costs that mail its verdict and nothing else.
        let examined = if body.len() > BLOCKING_ABOVE_OCTETS {
            let runtime = Handle::current();
            let task = tokio::task::spawn_blocking(move || runtime.block_on(case.examine(&auth, asking_until)));
            let _abort = AbortOnDrop(task.abort_handle());
            timeout_at(deadline, task).await.map(|done| done.map_err(|failed| failed.to_string()))
        } else {
            timeout_at(deadline, caught(case.examine(&auth, asking_until))).await
        };
        let checked = match examined {
            Ok(Ok(examined)) => examined,
            Ok(Err(failed)) => {
                error!(mail.id = %envelope.id, error = %failed, "checking the sender of a mail failed");
                Checked { verdicts: unknown("checking the sender failed"), group_author: None }
            }
            Err(_) => Checked { verdicts: unknown("checking the sender took too long"), group_author: None },
        };
        if let Some(from) = &mail.from {
            self.0.dmarc.count(from.domain(), checked.verdicts.dmarc);
        }
        checked
    }

    /// How DMARC came out since the start, by domain of From. The number of domains is bounded.
    pub fn dmarc_counts(&self) -> DmarcCounts {
        self.0.dmarc.snapshot()
    }
}

/// What a future gives, or that it panicked. Cheaper than a task of its own, of which every mail would need one.
async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
            Err(_) => Poll::Ready(Err("it panicked".into())),
        }
    })
    .await
}

/// The task ends when nobody waits for it any more.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn unknown(sentence: &str) -> Verdicts {
    let mut verdicts = Verdicts::unchecked(sentence);
    verdicts.spf = Verdict::TempError;
    verdicts.dmarc = Verdict::TempError;
    verdicts.arc.verdict = Verdict::TempError;
    verdicts
}

#[cfg(test)]
mod old_signatures;

#[cfg(test)]
#[path = "suites_tests.rs"]
mod suites;

#[cfg(test)]
#[path = "auth_tests.rs"]
mod tests;
