//! For tests of any room: websites on loopback that say what they are told to, in clear or by TLS, and count who comes.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
};

use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::aws_lc_rs};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

use super::{Answer, Fetcher, Names};
use crate::playground;

/// What a site was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// `GET /path?query HTTP/1.1`.
    pub(crate) line: String,
    /// The fields as they came, `name: value` each.
    pub(crate) headers: Vec<String>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// What a site says.
pub(crate) enum Said {
    /// These octets, and then it hangs up.
    Whole(String),
    /// These octets first, and then the others again and again.
    Endless(String, String),
    /// These octets, and then nothing more.
    Silent(String),
}

/// An answer with this status and this body.
pub(crate) fn says(status: &str, kind: &str, body: &str) -> Said {
    let octets = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {octets}\r\nConnection: close");
    Said::Whole(format!("{head}\r\n\r\n{body}"))
}

/// A redirect to there.
pub(crate) fn sends_on(status: &str, location: &str) -> Said {
    Said::Whole(format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
}

/// A website; it ends when dropped.
pub(crate) struct Site {
    pub(crate) addr: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<Mutex<usize>>,
    task: JoinHandle<()>,
}

impl Site {
    /// At 127.0.0.1, in clear.
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Self {
        Self::at(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), None, answer).await
    }

    pub(crate) async fn at(
        addr: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&Asked) -> Said + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(addr).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (asked, connections): (Arc<Mutex<Vec<Asked>>>, Arc<Mutex<usize>>) = Default::default();
        let (seen, counted, answer) = (asked.clone(), connections.clone(), Arc::new(answer));
        let task = tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                *counted.lock().unwrap() += 1;
                let (tls, seen, answer) = (tls.clone(), seen.clone(), answer.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(tcp, &seen, answer.as_ref()).await,
                        Some(tls) => match TlsAcceptor::from(tls).accept(tcp).await {
                            Ok(stream) => serve(stream, &seen, answer.as_ref()).await,
                            Err(_) => None,
                        },
                    }
                });
            }
        });
        Self { addr, asked, connections, task }
    }

    /// A URL of the site by its address.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// What it was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Connections so far, whether or not anything was asked.
    pub(crate) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    seen: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked) -> Said + Send + Sync),
) -> Option<()> {
    let mut octets = Vec::new();
    let head = loop {
        if let Some(end) = octets.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        (stream.read_buf(&mut octets).await.ok()? > 0).then_some(())?;
    };
    let text = String::from_utf8(octets[..head].to_vec()).ok()?;
    let mut lines = text.split("\r\n").map(str::to_owned);
    let mut asked = Asked { line: lines.next()?, headers: lines.collect(), body: String::new() };
    let length: usize = asked.header("content-length").map_or(Some(0), |value| value.parse().ok())?;
    while octets.len() < head + 4 + length {
        (stream.read_buf(&mut octets).await.ok()? > 0).then_some(())?;
    }
    asked.body = String::from_utf8(octets[head + 4..].to_vec()).ok()?;
    seen.lock().unwrap().push(asked.clone());
    match answer(&asked) {
        Said::Whole(text) => stream.write_all(text.as_bytes()).await.ok()?,
        Said::Endless(first, again) => {
            stream.write_all(first.as_bytes()).await.ok()?;
            loop {
                stream.write_all(again.as_bytes()).await.ok()?;
            }
        }
        Said::Silent(first) => {
            stream.write_all(first.as_bytes()).await.ok()?;
            std::future::pending().await
        }
    }
    stream.shutdown().await.ok()
}

/// Whoever our tests believe, and what it vouches for.
pub(crate) struct Authority {
    issuer: rcgen::Issuer<'static, rcgen::KeyPair>,
    der: rustls::pki_types::CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let der = parameters.self_signed(&key).unwrap().der().clone();
        Self { issuer: rcgen::Issuer::new(parameters, key), der }
    }

    /// The TLS of a server with a certificate for that name or address.
    pub(crate) fn server(&self, name: &str) -> Arc<ServerConfig> {
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = parameters.signed_by(&key, &self.issuer).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            );
        Arc::new(config.unwrap())
    }

    /// Believes this authority and nobody else.
    pub(crate) fn believed(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Arc::new(config)
    }
}

/// The resolver of the daemon, asking a server on loopback.
struct Resolver(mail_auth::MessageAuthenticator);

impl Names for Resolver {
    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, String>> {
        Box::pin(async move {
            match crate::outbound::Dns::addresses(&self.0, host).await {
                Ok(found) => Ok(found),
                Err(crate::outbound::DnsFault::NoSuchName) => Ok(Vec::new()),
                Err(fault) => Err(fault.to_string()),
            }
        })
    }
}

/// A fetcher that asks this DNS and believes this authority.
pub(crate) fn fetcher(dns: &playground::Dns, authority: &Authority) -> Fetcher {
    let settings = crate::config::Auth {
        resolvers: vec![dns.addr()],
        query_timeout: std::time::Duration::from_millis(500),
        ..crate::config::Auth::default()
    };
    Fetcher::new(Resolver(crate::auth::resolver(&settings)), authority.believed())
}
