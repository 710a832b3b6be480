//! A mail server that fails where and how a test says, and counts whole letters.
//!
//! It speaks over real sockets. tokio's clock stands still while it talks, and moves only while it keeps somebody waiting.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpSocket, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Where a server can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Connect,
    Greeting,
    Ehlo,
    StartTls,
    Handshake,
    /// The second EHLO, inside TLS.
    EhloAgain,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
    Quit,
}

impl Step {
    pub(crate) const ALL: [Self; 12] = [
        Self::Connect,
        Self::Greeting,
        Self::Ehlo,
        Self::StartTls,
        Self::Handshake,
        Self::EhloAgain,
        Self::Auth,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Dot,
        Self::Quit,
    ];

    /// What a good server says here.
    fn code(self) -> &'static str {
        match self {
            Self::Connect | Self::Greeting | Self::StartTls | Self::Handshake => "220",
            Self::Auth => "235",
            Self::Data => "354",
            Self::Quit => "221",
            Self::Ehlo | Self::EhloAgain | Self::Mail | Self::Rcpt | Self::Dot => "250",
        }
    }
}

/// How a server fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Nobody listens.
    Nobody,
    /// 4xx, in two lines.
    Later,
    /// 5xx, in two lines.
    Never,
    /// 421, and the connection is closed.
    Bye,
    /// Says nothing any more.
    Hang,
    /// The connection is reset.
    Reset,
    /// Closed as soon as the step is done: the reply is lost.
    LostReply,
    /// Octets that are no reply.
    Garbage,
    /// A reply of lines without end.
    Endless,
    /// A reply of one line without end.
    EndlessLine,
    /// A reply of lines without end, one now and then.
    Drip,
    /// A second reply behind the first.
    Twice,
}

impl Way {
    pub(crate) const ALL: [Self; 12] = [
        Self::Nobody,
        Self::Later,
        Self::Never,
        Self::Bye,
        Self::Hang,
        Self::Reset,
        Self::LostReply,
        Self::Garbage,
        Self::Endless,
        Self::EndlessLine,
        Self::Drip,
        Self::Twice,
    ];
}

/// Connections that wait to be accepted.
const QUEUE_MAX: u32 = 16;

/// In every refusal, with what must not reach a terminal.
pub(crate) const WORDS: &str = "zebra\u{7}\u{1b}[31m\u{202e}";

/// Between two lines of a reply that drips.
const DRIP: Duration = Duration::from_secs(20);

/// A letter that came with its final dot.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    /// As it was before its dots were doubled.
    pub(crate) bytes: Vec<u8>,
    /// Whether 250 was said.
    pub(crate) answered: bool,
}

impl Whole {
    pub(crate) fn message_id(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let line = text.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
        line.and_then(|line| line.strip_suffix('>')).expect("a Message-ID").to_owned()
    }
}

/// Keeps tokio's clock where it is: it moves on by itself only while nobody holds one of these.
struct Standstill(#[allow(dead_code, reason = "it ends when this is dropped")] mpsc::Sender<()>);

impl Standstill {
    fn new() -> Self {
        let (sender, ended) = mpsc::channel();
        // A paused clock waits for blocking work.
        tokio::task::spawn_blocking(move || ended.recv().is_ok());
        Self(sender)
    }
}

enum Door {
    /// Nobody listens.
    Shut(TcpSocket),
    /// Nobody accepts, and the queue is full of this one.
    Full(TcpListener, #[allow(dead_code, reason = "it takes the place")] std::net::TcpStream),
    Open,
}

/// What the tasks of one server share.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    fails: Mutex<Option<(Step, Way)>>,
    offers_tls: bool,
    tls: Arc<ServerConfig>,
    wholes: Mutex<Vec<Whole>>,
    /// The commands heard, of all connections.
    commands: Mutex<Vec<String>>,
    door: Mutex<Door>,
    still: Arc<Mutex<Option<Standstill>>>,
    over: CancellationToken,
}

/// Servers; they are gone when this is dropped, and the clock is free.
pub(crate) struct Peers {
    /// In the order of their addresses.
    pub(crate) all: Vec<Arc<Peer>>,
    /// The CA that their certificate is of, PEM.
    pub(crate) ca: String,
    over: CancellationToken,
}

impl Drop for Peers {
    fn drop(&mut self) {
        self.over.cancel();
        self.all.iter().for_each(|peer| peer.let_time_pass());
    }
}

/// As many servers as wanted, on one port of several loopback addresses.
pub(crate) fn peers(count: u8, offers_tls: bool) -> Peers {
    let ((tls, ca), over) = (certificate(), CancellationToken::new());
    let still = Arc::new(Mutex::new(Some(Standstill::new())));
    let sockets = loop {
        if let Ok(sockets) = bind(count) {
            break sockets;
        }
    };
    let peer = |socket: TcpSocket| {
        Arc::new(Peer {
            address: socket.local_addr().unwrap(),
            fails: Mutex::default(),
            offers_tls,
            tls: tls.clone(),
            wholes: Mutex::default(),
            commands: Mutex::default(),
            door: Mutex::new(Door::Shut(socket)),
            still: still.clone(),
            over: over.clone(),
        })
    };
    Peers { all: sockets.into_iter().map(peer).collect(), ca, over: over.clone() }
}

/// The port that the first gets may be somebody's at the address of another.
fn bind(count: u8) -> io::Result<Vec<TcpSocket>> {
    let mut port = 0;
    let sockets = (1..=count).map(|n| {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::new(127, 0, 0, n), port).into())?;
        port = socket.local_addr()?.port();
        Ok(socket)
    });
    sockets.collect()
}

fn certificate() -> (Arc<ServerConfig>, String) {
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &rcgen::Issuer::new(ca, ca_key)).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()));
    (Arc::new(config.unwrap()), ca_pem)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}
type Wire = BufReader<Box<dyn Stream>>;

/// The connection is over.
struct Over;

impl From<io::Error> for Over {
    fn from(_: io::Error) -> Self {
        Self
    }
}

impl Peer {
    /// From now on it fails there in that way.
    pub(crate) fn fails(self: &Arc<Self>, step: Step, way: Way) {
        *self.fails.lock().unwrap() = Some((step, way));
        match (step, way) {
            (Step::Connect, Way::Hang) => self.is_full(),
            (Step::Connect, _) => {}
            _ => self.listen(),
        }
    }

    /// From now on it does what a good server does.
    pub(crate) fn turns_good(self: &Arc<Self>) {
        *self.fails.lock().unwrap() = None;
        self.stop_time();
        self.listen();
    }

    pub(crate) fn wholes(&self) -> Vec<Whole> {
        self.wholes.lock().unwrap().clone()
    }

    /// The commands with that verb, of all connections.
    pub(crate) fn heard(&self, verb: &str) -> Vec<String> {
        self.commands.lock().unwrap().iter().filter(|line| line.starts_with(verb)).cloned().collect()
    }

    /// A queue of none has room for one; further connections are not answered.
    fn is_full(&self) {
        let mut door = self.door.lock().unwrap();
        let Door::Shut(socket) = std::mem::replace(&mut *door, Door::Open) else { panic!("it is open already") };
        let listener = socket.listen(0).unwrap();
        *door = Door::Full(listener, std::net::TcpStream::connect(self.address).unwrap());
        self.let_time_pass();
    }

    fn listen(self: &Arc<Self>) {
        let listener = match std::mem::replace(&mut *self.door.lock().unwrap(), Door::Open) {
            Door::Shut(socket) => socket.listen(QUEUE_MAX).unwrap(),
            Door::Full(listener, _) => listener,
            Door::Open => return,
        };
        let peer = self.clone();
        tokio::spawn(async move {
            while let Some(Ok((tcp, _))) = peer.over.run_until_cancelled(listener.accept()).await {
                let peer = peer.clone();
                tokio::spawn(async move {
                    let _ = peer.talk(tcp).await;
                    // Whatever it kept waiting is over.
                    peer.stop_time();
                });
            }
        });
    }

    fn let_time_pass(&self) {
        self.still.lock().unwrap().take();
    }

    fn stop_time(&self) {
        let mut still = self.still.lock().unwrap();
        if !self.over.is_cancelled() {
            still.get_or_insert_with(Standstill::new);
        }
    }

    async fn talk(&self, tcp: TcpStream) -> Result<(), Over> {
        let fails = *self.fails.lock().unwrap();
        if fails.is_some_and(|(_, way)| way == Way::Reset) {
            tcp.set_zero_linger()?;
        }
        let mut wire: Wire = BufReader::new(Box::new(tcp));
        let mut inside = false;
        let mut greeted_before = false;
        self.step(&mut wire, Step::Greeting, "mx ready").await?;
        loop {
            let mut line = String::new();
            if wire.read_line(&mut line).await? == 0 {
                return Err(Over);
            }
            let verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_owned();
            self.commands.lock().unwrap().push(line.trim_end().to_owned());
            match verb.as_str() {
                "EHLO" => {
                    let step = if greeted_before { Step::EhloAgain } else { Step::Ehlo };
                    greeted_before = true;
                    let offers = match (self.offers_tls, inside) {
                        (true, false) => "mx\r\n250 STARTTLS",
                        (true, true) => "mx\r\n250-AUTH PLAIN\r\n250 8BITMIME",
                        (false, _) => "mx\r\n250 SIZE 1000000",
                    };
                    self.step(&mut wire, step, offers).await?;
                }
                "STARTTLS" => {
                    if self.step(&mut wire, Step::StartTls, "go").await? {
                        wire = self.handshake(wire).await?;
                        inside = true;
                    }
                }
                "AUTH" => drop(self.step(&mut wire, Step::Auth, "welcome").await?),
                "MAIL" => drop(self.step(&mut wire, Step::Mail, "2.1.0 ok").await?),
                "RCPT" => drop(self.step(&mut wire, Step::Rcpt, "2.1.5 ok").await?),
                "DATA" => {
                    if self.step(&mut wire, Step::Data, "go").await? {
                        self.letter(&mut wire).await?;
                    }
                }
                _ => {
                    self.step(&mut wire, Step::Quit, "bye").await?;
                    return Ok(());
                }
            }
        }
    }

    async fn handshake(&self, mut wire: Wire) -> Result<Wire, Over> {
        if self.fails_at(Step::Handshake).is_some() {
            // RFC 3207 §4: the client speaks first.
            wire.fill_buf().await?;
            self.step(&mut wire, Step::Handshake, "").await?;
            return Err(Over);
        }
        let tls = TlsAcceptor::from(self.tls.clone()).accept(wire.into_inner()).await?;
        Ok(BufReader::new(Box::new(tls)))
    }

    async fn letter(&self, wire: &mut Wire) -> Result<(), Over> {
        let mut bytes = Vec::new();
        loop {
            let before = bytes.len();
            if wire.read_until(b'\n', &mut bytes).await? == 0 {
                return Err(Over);
            }
            match &bytes[before..] {
                b".\r\n" if before == 0 || bytes[..before].ends_with(b"\r\n") => {
                    bytes.truncate(before);
                    break;
                }
                // RFC 5321 §4.5.2.
                [b'.', ..] if before == 0 || bytes[..before].ends_with(b"\r\n") => drop(bytes.remove(before)),
                _ => {}
            }
        }
        let place = {
            let mut wholes = self.wholes.lock().unwrap();
            // Who says 4xx or 5xx has not taken it.
            let refused = matches!(self.fails_at(Step::Dot), Some(Way::Later | Way::Never | Way::Bye));
            if !refused {
                wholes.push(Whole { bytes, answered: false });
            }
            (!refused).then(|| wholes.len() - 1)
        };
        let answered = self.step(wire, Step::Dot, "2.0.0 Ok: queued as X1").await?;
        if let (Some(place), true) = (place, answered) {
            self.wholes.lock().unwrap()[place].answered = true;
        }
        Ok(())
    }

    fn fails_at(&self, step: Step) -> Option<Way> {
        self.fails.lock().unwrap().filter(|(at, _)| *at == step).map(|(_, way)| way)
    }

    /// Answers, or fails as it was told; whether it said yes.
    async fn step(&self, wire: &mut Wire, step: Step, words: &str) -> Result<bool, Over> {
        let code = step.code();
        let Some(way) = self.fails_at(step) else {
            let dash = if words.contains("\r\n") { '-' } else { ' ' };
            say(wire, &format!("{code}{dash}{words}\r\n")).await?;
            return Ok(true);
        };
        match way {
            Way::Later => say(wire, &format!("450-4.2.0 {WORDS}\r\n450 4.2.0 come back\r\n")).await?,
            Way::Never => say(wire, &format!("550-5.7.1 {WORDS}\r\n550 5.7.1 for good\r\n")).await?,
            Way::Twice => {
                let dash = if words.contains("\r\n") { '-' } else { ' ' };
                say(wire, &format!("{code}{dash}{words}\r\n250 2.0.0 unasked\r\n")).await?;
                return Ok(true);
            }
            Way::Bye => {
                say(wire, &format!("421 4.3.2 {WORDS}\r\n")).await?;
                return Err(Over);
            }
            Way::Reset | Way::LostReply => return Err(Over),
            Way::Nobody | Way::Hang => return self.waits_for_the_end(wire).await,
            Way::Garbage => {
                say(wire, "HTTP/1.1 \u{1b}[2J zebra\u{7}\r\n\u{0}\u{0}\r\n").await?;
                return self.waits_for_the_end(wire).await;
            }
            Way::Endless => return self.goes_on(wire, &format!("{code}-{WORDS}\r\n"), None).await,
            Way::EndlessLine => {
                say(wire, &format!("{code} ")).await?;
                return self.goes_on(wire, &"x".repeat(997), None).await;
            }
            Way::Drip => return self.goes_on(wire, &format!("{code}-{WORDS}\r\n"), Some(DRIP)).await,
        }
        Ok(false)
    }

    async fn waits_for_the_end(&self, wire: &mut Wire) -> Result<bool, Over> {
        self.let_time_pass();
        wire.read_to_end(&mut Vec::new()).await?;
        Err(Over)
    }

    async fn goes_on(&self, wire: &mut Wire, with: &str, every: Option<Duration>) -> Result<bool, Over> {
        self.let_time_pass();
        loop {
            say(wire, with).await?;
            match every {
                Some(pause) => tokio::time::sleep(pause).await,
                None => tokio::task::yield_now().await,
            }
        }
    }
}

async fn say(wire: &mut Wire, words: &str) -> Result<(), Over> {
    wire.write_all(words.as_bytes()).await?;
    Ok(wire.flush().await?)
}
