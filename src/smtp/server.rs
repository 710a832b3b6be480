//! The listeners: who may come in, TLS, PROXY, and leaving in order. Sockets are opened only here.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::{debug, info, warn};

use super::{
    connection::{Connection, Ended},
    door::Door,
    proxy,
    reply::Reply,
    seam::Intake,
    session::Rules,
    spool::Spool,
    tls::{self, ServerTls},
};
use crate::{
    config::{Limits, Listener, Smtp, TlsMode},
    types::{Clock, IdMaker},
};

/// Connections the kernel holds for us before we take them.
const BACKLOG: u32 = 1024;

/// How long we wait after a connection could not be taken: no file handle is free, and trying at once would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long connections have to say their last words after `timeouts.shutdown`.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// What the server is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `[smtp]`.
    pub smtp: Smtp,
    /// `[limits]`.
    pub limits: Limits,
    /// Needed when a listener speaks TLS; a STARTTLS listener without it does not offer it.
    pub tls: Option<Arc<ServerTls>>,
    /// A folder of ours for bodies while they arrive.
    pub spool: PathBuf,
    /// Makes queue ids.
    pub ids: Arc<IdMaker>,
    /// Tells when a mail arrived.
    pub clock: Clock,
}

/// What all connections share.
pub(crate) struct Shared<I> {
    pub(crate) intake: Arc<I>,
    pub(crate) limits: Limits,
    pub(crate) spool: Arc<Spool>,
    pub(crate) ids: Arc<IdMaker>,
    pub(crate) clock: Clock,
    /// Idle sessions end, running mails go on.
    pub(crate) leaving: CancellationToken,
    /// Everything ends.
    pub(crate) left: CancellationToken,
    tls: Option<Arc<ServerTls>>,
    door: Arc<Door>,
}

/// One open listener.
struct Entrance {
    socket: TcpListener,
    listener: Listener,
    rules: Arc<Rules>,
}

/// The SMTP server, bound and not yet running.
pub struct Server<I> {
    entrances: Vec<Entrance>,
    shared: Arc<Shared<I>>,
}

impl<I: Intake> Server<I> {
    /// Opens all listeners. Must be called inside a Tokio runtime.
    ///
    /// `[::]` takes IPv4 as well where the system says so, as Linux does.
    ///
    /// # Errors
    /// When an address cannot be bound, the spool folder cannot be made, or a listener needs TLS and has none.
    pub fn bind(settings: Settings, intake: Arc<I>) -> io::Result<Self> {
        let Settings { smtp, limits, tls, spool, ids, clock } = settings;
        let mut entrances = Vec::with_capacity(smtp.listeners.len());
        for listener in &smtp.listeners {
            let starttls = listener.tls == TlsMode::StartTls && tls.is_some();
            let needs_tls = listener.tls == TlsMode::Implicit || listener.require_tls;
            if needs_tls && (tls.is_none() || listener.tls == TlsMode::Off) {
                let words = format!("the listener on {} needs TLS and has none", listener.listen);
                return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
            }
            let rules = Arc::new(rules(&smtp, &limits, listener, starttls));
            let socket = listen(listener.listen).map_err(|error| {
                io::Error::new(error.kind(), format!("cannot listen on {}: {error}", listener.listen))
            })?;
            entrances.push(Entrance { socket, listener: listener.clone(), rules });
        }
        let shared = Arc::new(Shared {
            intake,
            spool: Arc::new(Spool::open(spool, limits.spool_above_bytes, limits.bodies_bytes_max)?),
            ids,
            clock,
            leaving: CancellationToken::new(),
            left: CancellationToken::new(),
            tls,
            door: Arc::new(Door::new(limits.connections_max, limits.connections_per_ip_max)),
            limits,
        });
        Ok(Self { entrances, shared })
    }

    /// Where we listen, in the order of the settings: the port that was taken, when 0 was asked for.
    pub fn local_addrs(&self) -> Vec<SocketAddr> {
        // A bound socket knows its address; should the system not say, what was asked for is the best answer.
        self.entrances.iter().map(|open| open.socket.local_addr().unwrap_or(open.listener.listen)).collect()
    }

    /// What connections share, for tests that drive one without a socket.
    #[cfg(test)]
    pub(super) fn shared(&self) -> Arc<Shared<I>> {
        self.shared.clone()
    }

    /// Serves until `shutdown`, then leaves in order: no new connections, idle ones get 421 at once, running mails get
    /// `timeouts.shutdown` to end, then 421 too. Returns when every connection is closed.
    pub async fn run(self, shutdown: CancellationToken) {
        let connections = TaskTracker::new();
        let entrances = TaskTracker::new();
        for entrance in self.entrances {
            entrances.spawn(take_all(entrance, self.shared.clone(), shutdown.clone(), connections.clone()));
        }
        entrances.close();
        shutdown.cancelled().await;
        self.shared.leaving.cancel();
        entrances.wait().await;
        connections.close();
        if timeout(self.shared.limits.timeouts.shutdown, connections.wait()).await.is_err() {
            self.shared.left.cancel();
            if timeout(LAST_WORDS, connections.wait()).await.is_err() {
                warn!(connections = connections.len(), "connections were still busy when the server stopped");
            }
        }
    }
}

fn rules(smtp: &Smtp, limits: &Limits, listener: &Listener, starttls: bool) -> Rules {
    Rules {
        hostname: smtp.hostname.clone(),
        message_bytes_max: limits.message_bytes_max,
        recipients_max: limits.recipients_max,
        commands_max: limits.commands_max,
        bad_commands_max: limits.bad_commands_max,
        unknown_recipients_max: limits.unknown_recipients_max,
        starttls,
        require_tls: listener.require_tls,
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart must not wait for connections of the daemon before it.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn take_all<I: Intake>(
    entrance: Entrance,
    shared: Arc<Shared<I>>,
    shutdown: CancellationToken,
    connections: TaskTracker,
) {
    let listener = Arc::new(entrance.listener);
    loop {
        let taken = tokio::select! {
            biased;
            () = shutdown.cancelled() => return,
            taken = entrance.socket.accept() => taken,
        };
        let (stream, peer) = match taken {
            Ok(taken) => taken,
            Err(error) => {
                warn!(%error, "a connection could not be taken");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let Some(permit) = shared.door.enter() else {
            turn_away(&stream, peer, &listener, "too many connections");
            continue;
        };
        let (listener, rules, shared) = (listener.clone(), entrance.rules.clone(), shared.clone());
        connections.spawn(async move {
            serve(stream, peer, &listener, rules, shared).await;
            drop(permit);
        });
    }
}

/// 421 into the empty send buffer of a fresh socket: this cannot wait. Where TLS comes first there is nothing to say.
fn turn_away(stream: &TcpStream, peer: SocketAddr, listener: &Listener, why: &'static str) {
    if listener.tls != TlsMode::Implicit {
        let mut words = Vec::new();
        Reply::busy().write_to(&mut words);
        // A peer that is gone already needs no words.
        let _ = stream.try_write(&words);
    }
    info!(peer = %peer.ip(), why, "a connection was turned away: {why}");
}

/// One connection from its first byte to its last.
async fn serve<I: Intake>(
    mut stream: TcpStream,
    peer: SocketAddr,
    listener: &Listener,
    rules: Arc<Rules>,
    shared: Arc<Shared<I>>,
) {
    let began = Instant::now();
    // Without it a reply may wait for the peer's acknowledgement; should it fail, mail is only slower.
    let _ = stream.set_nodelay(true);
    let client = match client_of(&mut stream, peer.ip().to_canonical(), listener, &shared).await {
        Ok(client) => client,
        Err(error) => {
            info!(peer = %peer.ip(), %error, "a connection was closed before its first word");
            return;
        }
    };
    let Some(_place) = shared.door.enter_from(client) else {
        turn_away(&stream, SocketAddr::new(client, peer.port()), listener, "too many connections from there");
        return;
    };
    if let Some(tls) = &shared.tls {
        tls.reload_if_changed();
    }
    let (ended, (commands, mails)) = if listener.tls == TlsMode::Implicit {
        serve_tls(stream, client, rules, shared).await
    } else {
        serve_plain(stream, client, rules, shared).await
    };
    let millis = began.elapsed().as_millis() as u64;
    debug!(peer = %client, ?ended, commands, mails, millis, "a connection ended");
}

/// Who is at the other end, behind a balancer where one is trusted.
async fn client_of<I: Intake>(
    stream: &mut TcpStream,
    peer: IpAddr,
    listener: &Listener,
    shared: &Shared<I>,
) -> io::Result<IpAddr> {
    if !listener.proxy_from.contains(&peer) {
        return Ok(peer);
    }
    // It comes before a handshake would, and gets as long.
    let header = timeout(shared.limits.timeouts.tls, proxy::read(stream));
    tokio::select! {
        read = header => Ok(read.map_err(|_| io::ErrorKind::TimedOut)??.map_or(peer, |client| client.to_canonical())),
        () = shared.leaving.cancelled() => Err(io::ErrorKind::Interrupted.into()),
    }
}

type Counts = (u32, u32);

async fn serve_plain<I: Intake>(
    mut stream: TcpStream,
    client: IpAddr,
    rules: Arc<Rules>,
    shared: Arc<Shared<I>>,
) -> (Ended, Counts) {
    let mut connection = Connection::new(shared.clone(), rules, client, None);
    connection.greet();
    let ended = connection.converse(&mut stream).await;
    if ended != Ended::StartTls {
        return (ended, connection.counts());
    }
    let ended = Box::pin(async {
        // The plain stream ends here: only what TLS decrypts is ever read again (S-14).
        let Some(mut stream) = handshake(stream, client, &shared).await else { return Ended::ByPeer };
        connection.tls_began(tls::describe(stream.get_ref().1));
        connection.converse(&mut stream).await
    });
    (ended.await, connection.counts())
}

async fn serve_tls<I: Intake>(
    stream: TcpStream,
    client: IpAddr,
    rules: Arc<Rules>,
    shared: Arc<Shared<I>>,
) -> (Ended, Counts) {
    let Some(mut stream) = Box::pin(handshake(stream, client, &shared)).await else {
        return (Ended::ByPeer, (0, 0));
    };
    let agreed = tls::describe(stream.get_ref().1);
    let mut connection = Connection::new(shared, rules, client, Some(agreed));
    connection.greet();
    let ended = Box::pin(connection.converse(&mut stream)).await;
    (ended, connection.counts())
}

async fn handshake<I: Intake>(
    stream: TcpStream,
    client: IpAddr,
    shared: &Shared<I>,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    let acceptor = shared.tls.as_ref()?.acceptor();
    let deadline = shared.limits.timeouts.tls;
    let agreed = tokio::select! {
        agreed = timeout(deadline, acceptor.accept(stream)) => agreed,
        () = shared.left.cancelled() => return None,
    };
    match agreed {
        Ok(Ok(stream)) => Some(stream),
        Ok(Err(error)) => {
            info!(peer = %client, %error, "a TLS handshake failed");
            None
        }
        Err(_) => {
            info!(peer = %client, "a TLS handshake took too long");
            None
        }
    }
}

#[cfg(test)]
pub(crate) async fn idle_connection_bytes<I: Intake>(settings: Settings, intake: Arc<I>) -> io::Result<usize> {
    let server = Server::bind(settings, intake)?;
    let address = server.local_addrs()[0];
    let stream = TcpStream::connect(address).await?;
    let Entrance { listener, rules, .. } = &server.entrances[0];
    Ok(std::mem::size_of_val(&serve(stream, address, listener, rules.clone(), server.shared.clone())))
}
