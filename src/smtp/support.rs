//! What the tests of this room share: a server on loopback, an intake that remembers, and a plain client.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{Body, Intake, ReceiveError, RecipientVerdict, Server, ServerTls, Settings};
use crate::{
    config::{Limits, Listener, Smtp, Tls, TlsMode},
    types::{Accepted, Address, Clock, Envelope, IdMaker},
};

/// A test that waits longer than this has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps every mail in memory. Takes `*@acme.example` and any postmaster.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) mails: Mutex<Vec<(Envelope, Bytes)>>,
    /// `receive` waits for a permit of it.
    pub(crate) gate: Semaphore,
    pub(crate) arrived: Semaphore,
}

impl Recorder {
    pub(crate) fn open() -> Arc<Self> {
        Arc::new(Self {
            mails: Mutex::default(),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
            arrived: Semaphore::new(0),
        })
    }

    /// Nothing is kept before the gate gets permits.
    pub(crate) fn gated() -> Arc<Self> {
        Arc::new(Self { mails: Mutex::default(), gate: Semaphore::new(0), arrived: Semaphore::new(0) })
    }

    pub(crate) fn bodies(&self) -> Vec<String> {
        let mails = self.mails.lock().unwrap();
        mails.iter().map(|(_, body)| String::from_utf8_lossy(body).into_owned()).collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.mails.lock().unwrap().len()
    }
}

impl Intake for Recorder {
    fn recipient(&self, address: &Address) -> RecipientVerdict {
        match (address.local(), address.domain()) {
            ("later", _) => RecipientVerdict::TryLater,
            ("postmaster" | "Postmaster", _) | (_, "acme.example") => RecipientVerdict::Ours,
            _ => RecipientVerdict::Unknown,
        }
    }

    async fn receive(&self, envelope: Envelope, body: Body) -> Result<Accepted, ReceiveError> {
        self.arrived.add_permits(1);
        self.gate.acquire().await.unwrap().forget();
        if envelope.recipients[0].address.local() == "defer" {
            return Err(ReceiveError::TryLater("the test says so".into()));
        }
        let accepted = Accepted::durable(envelope.id, false);
        self.mails.lock().unwrap().push((envelope, body.bytes().clone()));
        Ok(accepted)
    }
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) addresses: Vec<SocketAddr>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) task: JoinHandle<()>,
    pub(crate) folder: tempfile::TempDir,
}

impl Running {
    pub(crate) async fn client(&self) -> Client<TcpStream> {
        Client::connect(self.addresses[0]).await
    }
}

pub(crate) fn loopback(tls: TlsMode) -> Listener {
    Listener { listen: SocketAddr::from(([127, 0, 0, 1], 0)), tls, ..Listener::default() }
}

pub(crate) fn settings(folder: &std::path::Path, limits: Limits, listeners: Vec<Listener>) -> Settings {
    let tls = ServerTls::load(&Tls::default(), folder, "mx.acme.example").unwrap();
    let clock = Clock::testing_fixed(1_700_000_000_000);
    Settings {
        smtp: Smtp { hostname: "mx.acme.example".into(), listeners, ..Smtp::default() },
        limits,
        tls: Some(Arc::new(tls)),
        spool: folder.join("spool"),
        ids: Arc::new(IdMaker::new(clock.clone(), 0)),
        clock,
    }
}

pub(crate) fn serve(recorder: Arc<Recorder>, limits: Limits, listeners: Vec<Listener>) -> Running {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::bind(settings(folder.path(), limits, listeners), recorder.clone()).unwrap();
    let addresses = server.local_addrs();
    let shutdown = CancellationToken::new();
    let task = tokio::spawn(server.run(shutdown.clone()));
    Running { addresses, recorder, shutdown, task, folder }
}

/// One plain listener with default limits.
pub(crate) fn serve_plain() -> Running {
    serve(Recorder::open(), Limits::default(), vec![loopback(TlsMode::StartTls)])
}

pub(crate) fn with_limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// Speaks lines.
pub(crate) struct Client<S> {
    pub(crate) stream: S,
    unread: Vec<u8>,
}

impl Client<TcpStream> {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        Self { stream, unread: Vec::new() }
    }

    pub(crate) async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The next line without its CRLF; `None` when the server has closed.
    pub(crate) async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unread.iter().position(|b| *b == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return Some(String::from_utf8(line).unwrap().trim_end_matches("\r\n").to_owned());
            }
            let mut piece = [0; 4096];
            let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut piece)).await;
            match read.expect("the server says nothing") {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.unread.extend_from_slice(&piece[..count]),
            }
        }
    }

    /// The next reply: its last line.
    pub(crate) async fn reply(&mut self) -> Option<String> {
        loop {
            let line = self.line().await?;
            if line.as_bytes().get(3) != Some(&b'-') {
                return Some(line);
            }
        }
    }

    /// Sends, and expects replies that begin so.
    pub(crate) async fn say(&mut self, bytes: impl AsRef<[u8]>, expected: &[&str]) {
        self.send(bytes).await;
        self.expect(expected).await;
    }

    pub(crate) async fn expect(&mut self, expected: &[&str]) {
        for begin in expected {
            let reply = self.reply().await;
            assert!(reply.as_ref().is_some_and(|reply| reply.starts_with(begin)), "{reply:?} instead of {begin}");
        }
    }

    /// All lines until the server closes.
    pub(crate) async fn rest(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(line) = self.line().await {
            lines.push(line);
        }
        lines
    }

    pub(crate) async fn expect_closed(&mut self) {
        assert_eq!(self.rest().await, Vec::<String>::new());
    }
}

pub(crate) const GREET: &str = "EHLO client.example\r\n";
pub(crate) const ADDRESS: &str = "MAIL FROM:<ada@x.example>\r\nRCPT TO:<support@acme.example>\r\n";

/// A TLS client that believes any certificate.
pub(crate) fn tls_connector() -> tokio_rustls::TlsConnector {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(BelievesAll(provider)))
        .with_no_client_auth();
    tokio_rustls::TlsConnector::from(Arc::new(config))
}

pub(crate) async fn begin_tls(stream: TcpStream) -> std::io::Result<tokio_rustls::client::TlsStream<TcpStream>> {
    tls_connector().connect("mx.acme.example".try_into().unwrap(), stream).await
}

pub(crate) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[derive(Debug)]
struct BelievesAll(Arc<rustls::crypto::CryptoProvider>);

impl rustls::client::danger::ServerCertVerifier for BelievesAll {
    fn verify_server_cert(
        &self,
        _end: &rustls::pki_types::CertificateDer<'_>,
        _chain: &[rustls::pki_types::CertificateDer<'_>],
        _name: &rustls::pki_types::ServerName<'_>,
        _ocsp: &[u8],
        _now: rustls::pki_types::UnixTime,
    ) -> Result<rustls::client::danger::ServerCertVerified, rustls::Error> {
        Ok(rustls::client::danger::ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &rustls::pki_types::CertificateDer<'_>,
        dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &rustls::pki_types::CertificateDer<'_>,
        dss: &rustls::DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<rustls::SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
