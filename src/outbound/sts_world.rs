//! A domain with a policy host for MTA-STS on a real TLS listener, and its names from a DNS server on loopback.

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::PublicKeyData as _;
use rustls::ClientConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::{
    MtaSts, Validating,
    support::{NOW, server_tls},
    tls,
};
use crate::{
    auth,
    config::{self, Auth},
    playground,
    types::Clock,
};

const WEEK_SECS: u64 = 604_800;

/// Whoever our tests believe, and what it vouches for.
pub(super) struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    pub(super) certificate: rcgen::Certificate,
    /// Its public key, as DNS names it (SPKI).
    pub(super) public_key: Vec<u8>,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap();
        let public_key = key.subject_public_key_info();
        Self { issuer: rcgen::Issuer::new(parameters, key), certificate, public_key }
    }

    /// A certificate for these names, and its key.
    pub(super) fn issues(&self, names: &[&str], is_expired: bool) -> (rcgen::Certificate, rcgen::KeyPair) {
        let key = rcgen::KeyPair::generate().unwrap();
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = rcgen::CertificateParams::new(names).unwrap();
        if is_expired {
            parameters.not_after = rcgen::date_time_ymd(2020, 1, 1);
        }
        (parameters.signed_by(&key, &self.issuer).unwrap(), key)
    }

    pub(super) fn server(&self, name: &str) -> Arc<rustls::ServerConfig> {
        let (certificate, key) = self.issues(&[name], false);
        server_tls(&[&certificate], &key)
    }

    pub(super) async fn believed(&self) -> Arc<ClientConfig> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        fs::write(&path, self.certificate.pem()).unwrap();
        tls::checked(Some(&path)).await.unwrap()
    }
}

/// What the policy host says, whole; it may be changed.
pub(super) type Page = Arc<Mutex<String>>;

pub(super) fn page(mode: &str, mx: &str) -> String {
    let text = format!("version: STSv1\r\nmode: {mode}\r\nmx: {mx}\r\nmax_age: {WEEK_SECS}\r\n");
    serving("200 OK", "text/plain; charset=utf-8", &text)
}

pub(super) fn serving(status: &str, kind: &str, text: &str) -> String {
    let octets = text.len();
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {octets}\r\nConnection: close\r\n\r\n{text}")
}

/// customer.example with its policy host.
pub(super) struct World {
    pub(super) dns: playground::Dns,
    pub(super) data: tempfile::TempDir,
    pub(super) authority: Authority,
    pub(super) clock: Clock,
    https: SocketAddr,
    page: Page,
    /// How often the policy was asked for.
    asked: Arc<AtomicUsize>,
}

impl World {
    pub(super) async fn new(page: String) -> Self {
        Self::with(page, "mta-sts.customer.example").await
    }

    /// The policy host has a certificate for that name.
    pub(super) async fn with(page: String, certified: &str) -> Self {
        let dns = playground::Dns::start(playground::Zone::new()).unwrap();
        dns.zone().a("mta-sts.customer.example", Ipv4Addr::LOCALHOST).mx("customer.example", 10, "mx.customer.example");
        dns.zone().a("mx.customer.example", Ipv4Addr::LOCALHOST);
        let (authority, page) = (Authority::new(), Arc::new(Mutex::new(page)));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (https, asked) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
        tokio::spawn(serve(listener, authority.server(certified), page.clone(), asked.clone()));
        let (data, clock) = (tempfile::tempdir().unwrap(), Clock::testing_fixed(NOW.0));
        let world = Self { dns, data, authority, clock, https, page, asked };
        world.publish("1");
        world
    }

    pub(super) fn publish(&self, id: &str) {
        let name = "_mta-sts.customer.example";
        self.dns.zone().remove(name).txt(name, &format!("v=STSv1; id={id};"));
    }

    pub(super) fn serves(&self, page: String) {
        *self.page.lock().unwrap() = page;
    }

    /// A daemon that has just been started. It has asked DNS nothing yet.
    pub(super) async fn started(&self) -> MtaSts {
        self.started_with(vec![self.dns.addr()], config::Dane::Off).await
    }

    /// The same with these resolvers, of which the DNS server has to be one.
    pub(super) async fn started_with(&self, resolvers: Vec<SocketAddr>, dane: config::Dane) -> MtaSts {
        let settings = Auth { resolvers, ..Auth::default() };
        let (servers, options) = auth::name_servers(&settings);
        let (resolver, validating) = (auth::resolver(&settings), Validating::new(servers, options, dane));
        let tls = self.authority.believed().await;
        MtaSts::new(resolver, tls, self.https.port(), self.data.path(), self.clock.clone()).with_dane(validating)
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Answers every request with the page.
async fn serve(listener: TcpListener, config: Arc<rustls::ServerConfig>, page: Page, asked: Arc<AtomicUsize>) {
    loop {
        let (tcp, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = TlsAcceptor::from(config.clone()).accept(tcp).await else { continue };
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") && stream.read_buf(&mut request).await.unwrap_or(0) > 0 {}
        let request = String::from_utf8(request).unwrap().to_ascii_lowercase();
        assert!(request.starts_with("get /.well-known/mta-sts.txt http/1.1\r\n"), "{request}");
        assert!(request.contains("host: mta-sts.customer.example\r\n"), "{request}");
        asked.fetch_add(1, Ordering::Relaxed);
        let answer = page.lock().unwrap().clone();
        // Whoever has read enough hangs up.
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.shutdown().await;
    }
}
