//! The parts of the daemon, put together and not yet running. Commands use them without the rest.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio_util::sync::CancellationToken;

use super::{domain_watch::DomainWatch, thinking};
use crate::{
    agent::{self, Knowledge, Topics, knowledge::site::Crawler, tools::Toolbox},
    attachments::Attachments,
    auth::{self, Authenticator},
    config::{Config, Domain, Route},
    conversation::{Directory, Registered, ReplyKeys},
    fetch::{Fetcher, Reach},
    intake::Judge,
    outbound::{self, HTTPS_PORT, KeyRing, MtaSts, Queue, Signer, Validating, Writer},
    people::Doorkeeper,
    setup, smtp,
    store::{OpenError, Store, StoreError},
    types::{Address, Clock, IdMaker, Secret},
    web::{self, Gauges, Hall, Office, Premises, Site, Webhooks},
    webhooks::{Seal, Sender},
};

/// The folder of attachments in the data folder. It may be deleted while nothing runs: it is made from the journal.
const ATTACHMENTS: &str = "attachments";

/// Why the daemon does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another one runs on the same data folder.
    #[error("{0}")]
    Busy(OpenError),
    /// The store cannot be opened.
    #[error("the store cannot be opened: {0}")]
    Store(OpenError),
    /// The store cannot write.
    #[error(transparent)]
    Write(#[from] StoreError),
    /// The data folder cannot be made.
    #[error("the data folder {path}: {source}")]
    Data {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The install secret is missing or broken.
    #[error(transparent)]
    Secret(#[from] setup::SecretError),
    /// The reply keys are broken.
    #[error(transparent)]
    ReplyKeys(#[from] setup::ReplyKeyError),
    /// `hostname` makes no addresses.
    #[error("[smtp] hostname makes no address: {0}")]
    Hostname(#[from] crate::types::AddressError),
    /// A DKIM key cannot be read.
    #[error(transparent)]
    Key(#[from] outbound::KeyError),
    /// No DNS resolver.
    #[error("DNS: {0}")]
    Dns(String),
    /// TLS as a client is not to be had.
    #[error("TLS: {0}")]
    Roots(String),
    /// Certificate and key.
    #[error(transparent)]
    Tls(#[from] smtp::TlsError),
    /// A listener cannot be opened.
    #[error("{0}")]
    Listen(std::io::Error),
    /// The control socket cannot be opened.
    #[error("the control socket {path}: {source}")]
    Socket {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The knowledge folder cannot be read.
    #[error("the knowledge cannot be read: {0}")]
    Knowledge(String),
}

/// Everything, not yet running.
pub(super) struct Parts {
    pub(super) config: Config,
    pub(super) clock: Clock,
    pub(super) ids: Arc<IdMaker>,
    pub(super) store: Store,
    pub(super) judge: Arc<Judge>,
    keys: ReplyKeys,
    pub(super) writer: Writer,
    pub(super) attachments: Attachments,
    /// What the AI may ask of other systems.
    pub(super) toolbox: Arc<Toolbox>,
    /// What the web is asked with, whoever asks.
    fetcher: Fetcher,
    pub(super) knowledge: Arc<Knowledge>,
    /// What reads websites as knowledge.
    pub(super) crawler: Arc<Crawler>,
    /// Who may come in.
    pub(super) door: Doorkeeper,
    /// What makes and opens the secrets of webhooks.
    seal: Seal,
}

impl Parts {
    pub(super) async fn assemble(config: Config, clock: Clock) -> Result<Self, StartError> {
        let data = &config.store.path;
        let fault = |source| StartError::Data { path: data.clone(), source };
        tokio::fs::create_dir_all(data).await.map_err(fault)?;
        let secret = setup::secret_in(data)?;
        let keys = reply_keys(data, &secret)?;
        let (settings, open_clock) = (config.store.clone(), clock.clone());
        // Replaying or rebuilding may take a while: not on a thread that serves.
        let opened = tokio::task::spawn_blocking(move || Store::open(&settings, open_clock)).await;
        let store = opened.expect("opening the store does not panic").map_err(|error| match error {
            OpenError::Locked { .. } => StartError::Busy(error),
            error => StartError::Store(error),
        })?;
        let ids = super::ids(&clock);
        let judge = Arc::new(judge(&config, &secret, keys.clone())?.with_store(store.clone()));
        let writer = Writer::new(&config, store.clone(), keys.clone(), ids.clone(), clock.clone());
        // The store's lock is held: nobody else writes there.
        let folder = config.store.path.join(ATTACHMENTS);
        let attachments = Attachments::new(folder, config.limits.extraction, Arc::new(store.clone()));
        let fetcher = super::fetcher(&config)?;
        let toolbox = Toolbox::new(config.tools.clone(), fetcher.clone(), clock.clone());
        let toolbox = Arc::new(toolbox.with_segments(config.segments.clone()).with_tags(config.agent.tags.clone()));
        let sites = thinking::sites(&config);
        let knowledge = thinking::knowledge(&config, &fetcher, &clock, sites.clone(), Arc::new(store.clone()))?;
        let crawler = Arc::new(Crawler::new(sites, knowledge.clone(), fetcher.clone(), clock.clone()));
        let (door, seal) = (Doorkeeper::new(store.clone(), &secret, clock.clone()), Seal::new(&secret));
        Ok(Self {
            config,
            clock,
            ids,
            store,
            judge,
            keys,
            writer,
            attachments,
            toolbox,
            fetcher,
            knowledge,
            crawler,
            door,
            seal,
        })
    }

    pub(super) fn office(&self) -> Office {
        let (config, store, writer) = (&self.config, self.store.clone(), self.writer.clone());
        let desk = agent::StoreDesk::new(store.clone(), writer.clone(), &config.addresses, config.agent.brakes);
        let topics = agent::Topics::new(&config.addresses);
        let rules = web::Rules { directory: self.judge.directory().clone(), agent: config.agent.clone(), desk, topics };
        let attachments = self.attachments.clone();
        Office { store, writer, clock: self.clock.clone(), rules: Arc::new(rules), attachments }
    }

    /// The pages, the API, with the verbs of tools, of calls that wait for people, of knowledge, and of people. Who serves them
    /// says who asks.
    pub(super) fn routes(&self, stop: &CancellationToken) -> axum::Router {
        let tools = web::tools(self.office(), self.toolbox.clone());
        let knowledge = web::knowledge(self.office(), self.knowledge.clone()).merge(web::sites(self.crawler.clone()));
        let approvals = web::approvals(self.office(), self.toolbox.clone()).merge(web::people(self.hall()));
        let approvals = approvals.merge(web::webhooks(self.webhooks()));
        let more = tools.merge(approvals).merge(knowledge);
        let all = web::whole_router(self.office(), more, self.config.web.key_requests_per_minute);
        let pages = web::inbox(self.office(), all.clone(), self.premises(), stop.clone());
        all.merge(pages)
    }

    /// The same for the control socket: whoever opens it is the operator.
    pub(super) fn router(&self, stop: &CancellationToken) -> axum::Router {
        self.routes(stop).layer(axum::Extension(web::Visitor::operator()))
    }

    /// What the set-up pages show.
    fn premises(&self) -> Premises {
        let config = Arc::new(self.config.clone());
        let destinations = config.addresses.iter().filter_map(|one| {
            let destination = self.judge.directory().destination_of(&one.address)?;
            Some((one.address.clone(), destination.clone()))
        });
        let (known, clock) = (config.clone(), self.clock.clone());
        let rows = move |domain: &Domain| {
            let ring = KeyRing::read(&known.store.path, domain);
            let rows = ring.and_then(|ring| super::domain_rows(&known, domain, &ring, clock.now()));
            rows.unwrap_or_default()
        };
        Premises { destinations: Arc::new(destinations.collect()), rows: Arc::new(rows), config }
    }

    /// What the front door works with.
    pub(super) fn hall(&self) -> Hall {
        let (config, store) = (&self.config, self.store.clone());
        let addresses = config.addresses.iter().map(|address| address.address.clone()).collect();
        let site = Site::new(config.web.url.clone(), config.web.listen);
        Hall { store, door: self.door.clone(), site, addresses, clock: self.clock.clone() }
    }

    /// What the verbs of webhooks work with.
    fn webhooks(&self) -> Webhooks {
        let reach = Reach::listed(&self.config.web.webhook_networks);
        Webhooks { store: self.store.clone(), seal: self.seal.clone(), reach, clock: self.clock.clone() }
    }

    /// What tells webhooks.
    pub(super) fn webhook_sender(&self) -> Sender {
        let Webhooks { store, seal, reach, clock } = self.webhooks();
        Sender::new(store, self.fetcher.clone(), seal, reach, clock)
    }

    /// What the metrics are read from.
    pub(super) fn gauges(&self) -> Gauges {
        let judge = self.judge.clone();
        let (data, domains) = (self.config.store.path.clone(), self.config.domains.clone());
        let domain = move |domain: &Domain| web::DomainGauge {
            name: domain.name.clone(),
            is_verified: setup::seen(&data, &domain.name).word() == "verified",
            alarms: setup::seen(&data, &domain.name).alarms().count() as u64,
        };
        Gauges {
            office: self.office(),
            dmarc: Arc::new(move || dmarc_rows(judge.dmarc_counts())),
            domains: Arc::new(move || domains.iter().map(&domain).collect()),
        }
    }

    /// What knows which domains may send.
    pub(super) fn domain_watch(&self) -> Result<DomainWatch, StartError> {
        let dns = setup::Dns::of(&self.config.auth).map_err(|error| StartError::Dns(error.to_string()))?;
        Ok(DomainWatch::new(self.config.clone(), dns, self.clock.clone()))
    }

    /// What the delivery queue works with.
    pub(super) fn queue(&self, check: Arc<DomainWatch>) -> Result<Queue, StartError> {
        let config = &self.config;
        let nothing_leaves = outbound::nothing_leaves(&config.outbound.route);
        let signer = Signer::load(&config.store.path, &config.domains, check, nothing_leaves)?;
        let mut signer = signer.with_codes(self.keys.codes().clone());
        let hostname = &config.smtp.hostname;
        if config.outbound.envelope.is_verp(&config.outbound.route, hostname) {
            signer = signer.with_verp(self.keys.verp().clone(), hostname);
        }
        let (resolver, roots) = (auth::resolver(&config.auth), outbound::public_roots().map_err(StartError::Roots)?);
        let dns = MtaSts::new(resolver, roots, HTTPS_PORT, &config.store.path, self.clock.clone());
        let validating = match config.outbound.route {
            Route::Mx { .. } => {
                let (servers, options) = auth::name_servers(&config.auth);
                Validating::new(servers, options, config.outbound.dane)
            }
            Route::File { .. } | Route::Smarthost(_) => None,
        };
        Ok(Queue {
            signer,
            dns: Arc::new(dns.with_dane(validating)),
            hello: config.smtp.hostname.as_str().into(),
            settings: config.outbound.clone(),
            clock: self.clock.clone(),
        })
    }

    /// Whoever thinks, and what is looked for before.
    pub(super) fn answerer(&self) -> Result<(Arc<dyn agent::Answerer>, Topics), StartError> {
        self.knowledge.reload().map_err(|error| StartError::Knowledge(error.to_string()))?;
        let support_min_percent = self.config.knowledge.support_min_percent;
        let (knowledge, fetcher, tools) = (self.knowledge.clone(), self.fetcher.clone(), self.toolbox.clone());
        Ok(thinking::answerer(&self.config, knowledge, fetcher, tools, support_min_percent, &self.clock))
    }
}

/// The parts that a command needs when no daemon runs: the store and the API over it. Nothing thinks, nothing leaves.
pub struct Quiet(Parts);

impl Quiet {
    /// Opens the store of this configuration.
    ///
    /// # Errors
    /// See [`StartError`].
    pub async fn open(config: Config) -> Result<Self, StartError> {
        Parts::assemble(config, Clock::system()).await.map(Self)
    }

    /// The API for the operator.
    pub fn router(&self) -> axum::Router {
        self.0.router(&CancellationToken::new())
    }

    /// The API before anybody has said who asks.
    pub fn routes(&self) -> axum::Router {
        self.0.routes(&CancellationToken::new())
    }

    /// What lies behind it.
    pub fn store(&self) -> &Store {
        &self.0.store
    }
}

/// Domain, result and mails; the domains that had to make room stand together under no name.
fn dmarc_rows(counts: auth::DmarcCounts) -> Vec<(String, &'static str, u64)> {
    let others = (String::new(), counts.others);
    let rows = counts.domains.into_iter().chain([others]).flat_map(|(domain, count)| {
        let results = [
            ("pass", count.pass),
            ("fail", count.fail),
            ("none", count.none),
            ("temperror", count.temp_error),
            ("permerror", count.perm_error),
        ];
        results.map(|(result, mails)| (domain.clone(), result, mails))
    });
    rows.filter(|(_, _, mails)| *mails > 0).collect()
}

/// A judge for this configuration, without a store.
///
/// # Errors
/// When the host name makes no addresses.
pub(crate) fn judge(config: &Config, secret: &Secret, keys: ReplyKeys) -> Result<Judge, StartError> {
    let hostname = &config.smtp.hostname;
    let registered = config.addresses.iter().map(|address| {
        let destination = setup::destination(secret, &address.address, hostname)?;
        Ok(Registered { address: address.address.clone(), destination })
    });
    let registered = registered.collect::<Result<Vec<_>, crate::types::AddressError>>()?;
    let shared = Address::parse(&format!("{}@{hostname}", config.smtp.shared_destination))?;
    let supported = config.addresses.iter().map(|address| address.address.domain().to_owned());
    let ours = supported.chain(config.domains.iter().map(|domain| domain.name.clone()));
    let authenticator = Authenticator::new(&config.auth, config.forwarders.clone()).with_our_domains(ours);
    let directory = Directory::new(registered, shared).with_reply_keys(keys.clone());
    Ok(Judge::new(config, directory, authenticator, keys))
}

/// What writes and reads the reply keys of that data folder.
pub(crate) fn reply_keys(data: &Path, install: &Secret) -> Result<ReplyKeys, setup::ReplyKeyError> {
    let secrets: Vec<Secret> = setup::reply_keys(data, install)?.into_iter().map(|key| key.secret).collect();
    Ok(ReplyKeys::new(&secrets))
}
