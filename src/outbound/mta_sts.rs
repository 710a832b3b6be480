//! MTA-STS when sending by MX: a domain that publishes a policy gets mail only at the servers that the policy names, through TLS
//! with a certificate that proves them. RFC 8461.
//!
//! A policy is kept in `mta-sts/DOMAIN.json` in the data folder for as long as it says, also over a restart, and whether or not its
//! row and host can be reached meanwhile: that is what keeps somebody who stands between us and DNS from taking it away.

use std::{
    collections::HashMap,
    fs, io,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mail_auth::{MessageAuthenticator, hickory_resolver::proto::rr::RData};
use rustls::ClientConfig;
use serde::{Deserialize, Serialize};
use tracing::{info, warn};

use super::{
    Answer, Dns, DnsFault, Tlsa, Validating, keys,
    mta_sts_fetch::fetch,
    mta_sts_policy::{Mode, Policy, record_id},
};
use crate::types::{Clock, Millis};

/// The port of HTTPS.
pub const HTTPS_PORT: u16 = 443;

/// A policy is fetched again after so long although its id is the same, so that it is not left to run out. RFC 8461 §5.1.
const REFETCH_AFTER: Duration = Duration::from_secs(24 * 3600);

/// A policy that could not be fetched is not asked for again for so long. RFC 8461 §3.3.
const FAILURE_REST: Duration = Duration::from_secs(300);

/// Domains that are remembered in memory; beyond that the files are read again.
const DOMAINS_MAX: usize = 10_000;

/// What a domain demands of connections to its servers.
#[derive(Debug, Clone)]
pub struct Demand {
    policy: Policy,
    /// Who may say that a server is who it says.
    pub(super) tls: Arc<ClientConfig>,
}

impl Demand {
    /// Whether the policy names that host.
    pub(super) fn names(&self, host: &str) -> bool {
        self.policy.names(host)
    }
}

/// A policy and how long it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    id: String,
    policy: Policy,
    fetched: Millis,
}

impl Kept {
    fn until(&self) -> Millis {
        self.fetched.plus(self.policy.max_age)
    }
}

/// What is known of one domain.
#[derive(Debug, Clone, Default)]
struct Known {
    kept: Option<Kept>,
    /// The id that could not be fetched, and when.
    failed: Option<(String, Millis)>,
}

/// DNS for routes, and what the domains demand beyond it.
pub struct MtaSts {
    dns: MessageAuthenticator,
    /// Asked for routes where there is one, so that DANE rests on the answers that routes are made of.
    validating: Option<Validating>,
    tls: Arc<ClientConfig>,
    https_port: u16,
    folder: PathBuf,
    clock: Clock,
    known: Mutex<HashMap<String, Known>>,
}

impl MtaSts {
    /// Policies kept in the `data` folder; those that ended go.
    ///
    /// `tls`: who is believed, for policy hosts and mail servers alike. `https_port`: [`HTTPS_PORT`]; another in tests only.
    pub fn new(dns: MessageAuthenticator, tls: Arc<ClientConfig>, https_port: u16, data: &Path, clock: Clock) -> Self {
        let folder = data.join("mta-sts");
        sweep(&folder, clock.now());
        Self { dns, validating: None, tls, https_port, folder, clock, known: Mutex::default() }
    }

    /// The same, looking for DANE too where there is a resolver whose word counts.
    pub fn with_dane(self, validating: Option<Validating>) -> Self {
        Self { validating, ..self }
    }

    /// What that domain demands now; `None` without a policy, or with one that enforces nothing.
    pub async fn demand(&self, domain: &str) -> Option<Arc<Demand>> {
        let now = self.clock.now();
        let known = self.known_of(domain);
        let kept = known.kept.filter(|kept| kept.until() > now);
        // RFC 8461 §3.1: without a usable row, what is kept goes on to count.
        let fresh = match self.published_id(domain).await {
            Some(id) if kept.as_ref().is_some_and(|kept| kept.id == id && now.since(kept.fetched) < REFETCH_AFTER) => {
                None
            }
            Some(id) if known.failed.is_some_and(|(failed, at)| failed == id && now.since(at) < FAILURE_REST) => None,
            Some(id) => self.fetched(domain, id, now).await,
            None => None,
        };
        let policy = fresh.or(kept)?.policy;
        (policy.mode == Mode::Enforce).then(|| Arc::new(Demand { policy, tls: self.tls.clone() }))
    }

    async fn published_id(&self, domain: &str) -> Option<String> {
        let answer = self.dns.resolver().txt_lookup(format!("_mta-sts.{domain}.")).await.ok()?;
        let texts = answer.answers().iter().filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
        record_id(&texts.collect::<Vec<_>>())
    }

    /// The policy as its host serves it now, kept from here on.
    async fn fetched(&self, domain: &str, id: String, now: Millis) -> Option<Kept> {
        let host = format!("mta-sts.{domain}");
        let read = match self.dns.addresses(&host).await {
            Ok(addresses) => fetch(&host, &addresses, self.https_port, self.tls.clone()).await,
            Err(fault) => Err(fault.to_string()),
        };
        match read.and_then(|text| Policy::parse(&text)) {
            Ok(policy) => {
                let kept = Kept { id, policy, fetched: now };
                if let Err(fault) = self.keep(domain, &kept) {
                    warn!(domain, "the MTA-STS policy of {domain} is not kept over a restart: {fault}");
                }
                self.remember(domain, Known { kept: Some(kept.clone()), failed: None });
                Some(kept)
            }
            Err(why) => {
                info!(domain, "the MTA-STS policy of {domain} cannot be fetched from {host}: {why}");
                let kept = self.known_of(domain).kept;
                self.remember(domain, Known { kept, failed: Some((id, now)) });
                None
            }
        }
    }

    fn known_of(&self, domain: &str) -> Known {
        if let Some(known) = self.memory().get(domain) {
            return known.clone();
        }
        let known = Known { kept: self.file(domain).and_then(|path| read(&path)), failed: None };
        self.remember(domain, known.clone());
        known
    }

    fn remember(&self, domain: &str, known: Known) {
        let mut memory = self.memory();
        if memory.len() >= DOMAINS_MAX && !memory.contains_key(domain) {
            memory.clear();
        }
        memory.insert(domain.to_owned(), known);
    }

    fn memory(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` for what cannot be the name of a file.
    fn file(&self, domain: &str) -> Option<PathBuf> {
        Some(self.folder.join(format!("{}.json", keys::safe(domain).ok()?)))
    }

    fn keep(&self, domain: &str, kept: &Kept) -> io::Result<()> {
        let Some(path) = self.file(domain) else { return Ok(()) };
        fs::create_dir_all(&self.folder)?;
        keys::replace(&path, &serde_json::to_vec(kept).map_err(io::Error::other)?)
    }
}

impl Dns for MtaSts {
    fn mx<'a>(&'a self, domain: &'a str) -> Answer<'a, Result<Vec<(u16, String)>, DnsFault>> {
        match &self.validating {
            None => self.dns.mx(domain),
            Some(validating) => Box::pin(async { validating.mx(domain).await.map(|found| found.records) }),
        }
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, DnsFault>> {
        match &self.validating {
            None => self.dns.addresses(host),
            Some(validating) => Box::pin(async { validating.addresses(host).await.map(|found| found.records) }),
        }
    }

    fn demand<'a>(&'a self, domain: &'a str) -> Answer<'a, Option<Arc<Demand>>> {
        Box::pin(self.demand(domain))
    }

    fn tlsa<'a>(&'a self, domain: &'a str, host: &'a str) -> Answer<'a, Result<Option<Arc<Tlsa>>, DnsFault>> {
        match &self.validating {
            None => Box::pin(async { Ok(None) }),
            Some(validating) => Box::pin(validating.tlsa(domain, host)),
        }
    }
}

/// A file that is not as we wrote it counts as none: the policy is fetched again.
fn read(path: &Path) -> Option<Kept> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Takes away what has ended or cannot be read.
fn sweep(folder: &Path, now: Millis) {
    let Ok(files) = fs::read_dir(folder) else { return };
    for path in files.flatten().map(|file| file.path()) {
        if read(&path).is_none_or(|kept| kept.until() <= now) {
            // What stays is looked at again at the next start.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
#[path = "mta_sts_tests.rs"]
mod tests;
