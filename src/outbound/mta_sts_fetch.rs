//! Fetches the MTA-STS policy of a domain: one fixed path of one fixed host, over HTTPS. RFC 8461 §3.3.
//!
//! Nothing is said before the certificate has proved that name, no redirect is followed, and what comes is bounded, so that
//! whoever names a domain reaches nothing else by us (S-24).

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{Request, StatusCode, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{net::TcpStream, task::JoinSet, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// For all of it, the handshake included. A letter waits for it, and its lease has room for a minute.
const FETCH_TIMEOUT: Duration = Duration::from_secs(20);

/// For one of the host's addresses.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Addresses of the host that are tried.
const ADDRESSES_MAX: usize = 4;

/// Octets of a policy. RFC 8461 §3.3 names 64 kilobytes.
const POLICY_OCTETS_MAX: usize = 64 * 1024;

/// RFC 8461 §3.3.
const PATH: &str = "/.well-known/mta-sts.txt";

/// The text at that host, which has these addresses.
///
/// `tls`: whom to believe that a host is who it says.
///
/// # Errors
/// Why there is none, in words.
pub(super) async fn fetch(
    host: &str,
    addresses: &[IpAddr],
    port: u16,
    tls: Arc<ClientConfig>,
) -> Result<String, String> {
    let fetched = async {
        let stream = connected(host, addresses, port, tls).await?;
        got(host, stream).await
    };
    timeout(FETCH_TIMEOUT, fetched)
        .await
        .map_err(|_| format!("it took more than {} seconds", FETCH_TIMEOUT.as_secs()))?
}

async fn connected(
    host: &str,
    addresses: &[IpAddr],
    port: u16,
    tls: Arc<ClientConfig>,
) -> Result<TlsStream<TcpStream>, String> {
    let name = ServerName::try_from(host.to_owned()).map_err(|_| "it is no name for a certificate".to_owned())?;
    let mut why = "it has no address".to_owned();
    for address in addresses.iter().take(ADDRESSES_MAX) {
        let connecting = TcpStream::connect(SocketAddr::new(*address, port));
        match timeout(CONNECT_TIMEOUT, connecting).await {
            Ok(Ok(tcp)) => {
                let secured = TlsConnector::from(tls).connect(name, tcp).await;
                return secured.map_err(|fault| format!("TLS: {fault}"));
            }
            Ok(Err(fault)) => why = fault.to_string(),
            Err(_) => why = "it does not answer".to_owned(),
        }
    }
    Err(why)
}

async fn got(host: &str, stream: TlsStream<TcpStream>) -> Result<String, String> {
    let (mut sender, connection) =
        http1::handshake(TokioIo::new(stream)).await.map_err(|fault: hyper::Error| fault.to_string())?;
    // Ends with this function.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let request = Request::get(PATH).header(header::HOST, host).body(Empty::<Bytes>::new());
    let response = sender.send_request(request.map_err(|fault| fault.to_string())?).await;
    let response = response.map_err(|fault| fault.to_string())?;
    // RFC 8461 §3.3: redirects are not followed.
    if response.status() != StatusCode::OK {
        return Err(format!("it answered {}", response.status().as_u16()));
    }
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("text/plain")) {
        return Err("what it serves is not text/plain".to_owned());
    }
    let body = Limited::new(response.into_body(), POLICY_OCTETS_MAX).collect().await;
    let octets = body.map_err(|fault| fault.to_string())?.to_bytes();
    String::from_utf8(octets.into()).map_err(|_| "what it serves is no text".to_owned())
}
