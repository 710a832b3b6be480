//! Wiring: what is started in which order, and stopped in the other.
//!
//! Starting: store, what leaves, what thinks, the control socket, and last the door. Stopping: the door first, so that
//! running mails end with their 250; then what thinks, what leaves, the socket; last the store.

mod asking;
mod domain_check;
mod domain_watch;
mod parts;
mod secrets;
mod socket;
mod thinking;
mod waking;

pub use asking::fetcher;
pub(crate) use domain_check::{Look, look, rows as domain_rows};
pub use parts::{Quiet, StartError};
pub(crate) use parts::{judge, reply_keys};
pub use socket::socket_path;
pub(crate) use thinking::rehearsing;

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use tokio::{signal::unix::SignalKind, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::{
    agent,
    config::Config,
    intake::Line,
    outbound,
    search::Search,
    setup, smtp,
    store::Store,
    types::{Clock, IdMaker, Secret},
    web,
};
use parts::Parts;

/// How long what thinks and what leaves may take to end what they began.
const WORK_ENDS_WITHIN: Duration = Duration::from_secs(60);

/// The folder of the search index in the data folder. It may be deleted while nothing runs: it is made from the store.
const SEARCH: &str = "search";

/// A running daemon.
#[derive(Debug)]
pub struct Daemon {
    smtp_addrs: Vec<SocketAddr>,
    store: Store,
    tls: Arc<smtp::ServerTls>,
    data: std::path::PathBuf,
    first_link: Option<Secret>,
    /// One token for each stretch of the line, in the order of stopping.
    stops: [CancellationToken; 3],
    tasks: [Vec<JoinHandle<()>>; 3],
}

impl Daemon {
    /// Starts everything. When this returns, the listeners take mail.
    ///
    /// # Errors
    /// See [`StartError`]: nothing runs then.
    pub async fn start(config: Config, clock: Clock) -> Result<Self, StartError> {
        let parts = Parts::assemble(config, clock.clone()).await?;
        let freed = parts.store.free_claims(clock.now()).await?;
        if freed > 0 {
            info!(jobs = freed, "work that a crash interrupted goes on");
        }
        let config = &parts.config;
        let data = config.store.path.clone();
        let tls = Arc::new(smtp::ServerTls::load(&config.tls, &data, &config.smtp.hostname)?);
        if tls.is_self_signed() {
            warn!("no [tls] certificate is configured: a self-signed one in {} is used", data.join("tls").display());
        }
        let server = smtp::Server::bind(
            smtp::Settings {
                smtp: config.smtp.clone(),
                limits: config.limits.clone(),
                tls: Some(tls.clone()),
                spool: data.join("spool"),
                ids: parts.ids.clone(),
                clock: clock.clone(),
            },
            Arc::new(Line::new(parts.judge.clone(), parts.store.clone(), clock.clone(), &config.limits)),
        )
        .map_err(StartError::Listen)?;
        let smtp_addrs = server.local_addrs();
        let stops: [CancellationToken; 3] = std::array::from_fn(|_| CancellationToken::new());
        let [door, work, office] = stops.clone();
        let offices = parts.serve_offices(&office).await?;
        let first_link = parts.first_link()?;
        let tasks = [vec![tokio::spawn(server.run(door))], parts.spawn_work(&work)?, offices];
        for addr in &smtp_addrs {
            info!("taking mail at {addr}");
        }
        Ok(Self { smtp_addrs, store: parts.store.clone(), tls, data, first_link, stops, tasks })
    }

    /// Where mail is taken, in the order of the listeners.
    pub fn smtp_addrs(&self) -> &[SocketAddr] {
        &self.smtp_addrs
    }

    /// The link by which somebody becomes the first administrator, while nobody has an account: for [`INVITE_LASTS`](crate::people::INVITE_LASTS),
    /// once, and until the daemon stops. It belongs into no log.
    pub fn first_link(&self) -> Option<&Secret> {
        self.first_link.as_ref()
    }

    /// The store, to look at.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Runs until SIGTERM or SIGINT; SIGHUP reads the certificate again.
    ///
    /// # Errors
    /// When signals cannot be listened for.
    pub async fn run_until_signalled(self) -> std::io::Result<()> {
        let mut terminate = tokio::signal::unix::signal(SignalKind::terminate())?;
        let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt())?;
        let mut hangup = tokio::signal::unix::signal(SignalKind::hangup())?;
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => match self.tls.reload() {
                    Ok(()) => info!("the TLS certificate was read again"),
                    Err(error) => warn!("the TLS certificate could not be read again, the old one stays: {error}"),
                },
            }
        }
        info!("shutting down");
        self.stop().await;
        Ok(())
    }

    /// Stops in order; returns when everything kept is on disk.
    pub async fn stop(self) {
        for (stop, tasks) in self.stops.into_iter().zip(self.tasks) {
            stop.cancel();
            for mut task in tasks {
                if tokio::time::timeout(WORK_ENDS_WITHIN, &mut task).await.is_err() {
                    warn!("a part of the daemon did not end in time");
                    task.abort();
                }
            }
        }
        self.store.close().await;
        info!("stopped");
    }
}

impl Parts {
    /// What leaves and what thinks.
    fn spawn_work(&self, stop: &CancellationToken) -> Result<Vec<JoinHandle<()>>, StartError> {
        let watch = Arc::new(self.domain_watch()?);
        let queue = Arc::new(self.queue(watch.clone())?);
        let leaving = tokio::spawn(outbound::run(Arc::new(self.store.clone()), queue, stop.clone()));
        let desk = agent::StoreDesk::new(
            self.store.clone(),
            self.writer.clone(),
            &self.config.addresses,
            self.config.agent.brakes,
        );
        let (answerer, topics) = self.answerer()?;
        let autopilot = agent::Autopilot::new(
            Arc::new(desk),
            answerer,
            self.config.agent.clone(),
            self.config.knowledge.support_min_percent,
            self.clock.clone(),
        )
        .with_topics(topics)
        .calling(self.toolbox.clone())
        .paying(&self.config.model)
        .keeping_prompts(agent::prompts::Prompts::new(&self.config.store.path, self.config.agent.keep_prompts_days));
        let own_hosts = self.config.domains.iter().map(|domain| domain.name.clone()).collect();
        let install = setup::secret_in(&self.config.store.path)?;
        let autopilot = autopilot.keeping(secrets::of(&self.config, &install)?, own_hosts);
        let watching = tokio::spawn(watch.run(stop.clone()));
        let (toolbox, stopped) = (self.toolbox.clone(), stop.clone());
        let looking = tokio::spawn(async move {
            stopped.run_until_cancelled(toolbox.look_at_pins()).await;
        });
        let mut tasks = vec![leaving, tokio::spawn(autopilot.run(stop.clone())), watching, looking];
        tasks.push(tokio::spawn(self.crawler.clone().run(stop.clone())));
        tasks.push(tokio::spawn(waking::run(self.store.clone(), self.clock.clone(), stop.clone())));
        tasks.push(tokio::spawn(self.webhook_sender().run(stop.clone())));
        if self.config.knowledge.embeddings.is_some() {
            let (learning, stopped) = (thinking::learn_meanings(self.knowledge.clone()), stop.clone());
            tasks.push(tokio::spawn(async move { stopped.run_until_cancelled(learning).await.unwrap_or_default() }));
        }
        Ok(tasks)
    }

    /// See [`Daemon::first_link`].
    fn first_link(&self) -> Result<Option<Secret>, StartError> {
        if self.config.web.listen.is_none() {
            return Ok(None);
        }
        let token = self.door.invite_first().map_err(|error| StartError::Data {
            path: self.config.store.path.clone(),
            source: std::io::Error::other(error),
        })?;
        if token.is_some() {
            info!(
                "nobody has an account yet: `serve` prints a link that makes the first one, and so does `replyd user add`"
            );
        }
        let link = |token: Secret| Secret::new(self.hall().site.link(&format!("/invite/{}", token.expose_str())));
        Ok(token.map(link))
    }

    /// The control socket, and over TCP what is wanted there.
    async fn serve_offices(&self, stop: &CancellationToken) -> Result<Vec<JoinHandle<()>>, StartError> {
        let (mut search, mut tasks) = (None, Vec::new());
        // Without it everything goes on but the search.
        match Search::open(&self.config.store.path.join(SEARCH), &self.store) {
            Ok((opened, follower)) => {
                search = Some(axum::Extension(opened));
                tasks.push(tokio::spawn(follower.run(stop.clone())));
            }
            Err(error) => warn!("nothing can be searched: {error}"),
        }
        let searched = |router: axum::Router| match &search {
            Some(search) => router.layer(search.clone()),
            None => router,
        };
        tasks.push(socket::serve(&self.config, searched(self.router(stop)), stop.clone())?);
        if let Some(listen) = self.config.web.listen {
            let router = web::front_door(searched(self.routes(stop)), self.hall());
            let (addr, task) = socket::serve_tcp(listen, router, stop.clone()).await?;
            info!("serving the inbox at {addr}");
            tasks.push(task);
        }
        if let Some(listen) = self.config.web.metrics {
            let router = web::metrics(self.gauges());
            let (addr, task) = socket::serve_tcp(listen, router, stop.clone()).await?;
            info!("showing metrics at {addr}");
            tasks.push(task);
        }
        Ok(tasks)
    }
}

/// Ids of one daemon. The node is 0: several daemons on one journal come with the shared journal.
fn ids(clock: &Clock) -> Arc<IdMaker> {
    Arc::new(IdMaker::new(clock.clone(), 0))
}
