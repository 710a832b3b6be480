//! Asks: judges where a request goes, connects there, and follows what may be followed.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use hyper::{HeaderMap, Method, header};
use rustls::ClientConfig;
use tokio::{
    net::TcpStream,
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{FetchError, Names, Place, Reach, Request, Response, exchange, names};

/// Requests on their way at once, whoever makes them.
const AT_ONCE_MAX: usize = 64;

/// For one of the host's addresses.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Addresses of a host that are tried. All are judged.
const ADDRESSES_MAX: usize = 4;

/// Fields that say who is asked and where a message ends: whoever could set them could ask two things at once.
const OWN_HEADERS: &[&str] = &[
    "host",
    "user-agent",
    "accept-encoding",
    "content-length",
    "transfer-encoding",
    "te",
    "trailer",
    "connection",
    "keep-alive",
    "upgrade",
    "expect",
    "proxy-authorization",
    "proxy-connection",
];

/// What asks. One for the whole daemon; copies are the same one.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    names: Box<dyn Names>,
    tls: Arc<ClientConfig>,
    turns: Semaphore,
}

impl Fetcher {
    /// `names`: who knows addresses. `tls`: whom to believe that a host is who it says.
    pub fn new(names: impl Names, tls: Arc<ClientConfig>) -> Self {
        Self(Arc::new(Inner { names: Box::new(names), tls, turns: Semaphore::new(AT_ONCE_MAX) }))
    }

    /// Asks, and gives back whatever status the answer has.
    ///
    /// # Errors
    /// [`FetchError`], when there is no answer.
    pub async fn fetch(&self, request: Request) -> Result<Response, FetchError> {
        let place = Place::read(&request.url)?;
        own_headers_only(&request.headers)?;
        let (host, within) = (place.host(), request.timeout);
        let fetched = timeout(within, self.followed(place, &request)).await;
        fetched.unwrap_or(Err(FetchError::Timeout { host, within }))
    }

    async fn followed(&self, mut place: Place, request: &Request) -> Result<Response, FetchError> {
        let _turn = self.turn(&place).await?;
        let is_followed = matches!(request.method, Method::GET | Method::HEAD) && request.redirects_max > 0;
        for _ in 0..=request.redirects_max {
            let response = self.asked(&place, request).await?;
            let location = response.headers.get(header::LOCATION).filter(|_| is_followed);
            let Some(location) = location.filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308)) else {
                return Ok(response);
            };
            let next = location.to_str().ok().and_then(|location| place.within(location));
            place = next.ok_or_else(|| FetchError::Redirected { host: place.host() })?;
        }
        Err(FetchError::RedirectedTooOften { host: place.host(), most: request.redirects_max })
    }

    async fn turn(&self, place: &Place) -> Result<SemaphorePermit<'_>, FetchError> {
        self.0.turns.acquire().await.map_err(|_| FetchError::Busy(place.host()))
    }

    /// One request and its answer, over a connection of its own.
    async fn asked(&self, place: &Place, request: &Request) -> Result<Response, FetchError> {
        let addresses = self.judged(place, &request.reach).await?;
        let tcp = connected(place, &addresses, &request.reach).await?;
        if !place.is_tls() {
            return exchange::exchange(tcp, place, request).await;
        }
        let secured = TlsConnector::from(self.0.tls.clone()).connect(place.certified()?, tcp).await;
        let tls = secured.map_err(|fault| FetchError::Tls { host: place.host(), words: fault.to_string() })?;
        exchange::exchange(tls, place, request).await
    }

    /// Where the host is, looked up once. One address that may not be asked spoils all: an honest host has none.
    async fn judged(&self, place: &Place, reach: &Reach) -> Result<Vec<IpAddr>, FetchError> {
        let addresses = names::addresses(place, self.0.names.as_ref()).await?;
        for address in &addresses {
            reach.judge(*address).map_err(|why| forbidden(place, *address, why))?;
        }
        Ok(addresses)
    }
}

fn own_headers_only(headers: &HeaderMap) -> Result<(), FetchError> {
    match headers.keys().find(|name| OWN_HEADERS.contains(&name.as_str())) {
        Some(name) => Err(FetchError::Header(name.to_string())),
        None => Ok(()),
    }
}

fn forbidden(place: &Place, address: IpAddr, why: &'static str) -> FetchError {
    FetchError::Forbidden { host: place.host(), address, why }
}

/// To the first of these addresses that takes the connection.
async fn connected(place: &Place, addresses: &[IpAddr], reach: &Reach) -> Result<TcpStream, FetchError> {
    let failed = |words: String| FetchError::Connect { host: place.host(), words };
    let mut last = failed("it has no address".to_owned());
    for address in addresses.iter().take(ADDRESSES_MAX) {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(SocketAddr::new(*address, place.port()))).await {
            Ok(Ok(tcp)) => {
                // Before a single octet is said.
                let ends = tcp.local_addr().and_then(|ours| Ok((ours.ip(), tcp.peer_addr()?.ip())));
                let (ours, theirs) = ends.map_err(|fault| failed(fault.to_string()))?;
                reach.judge_connected(ours, theirs).map_err(|why| forbidden(place, theirs, why))?;
                return Ok(tcp);
            }
            Ok(Err(fault)) => last = failed(fault.to_string()),
            Err(_) => last = failed("it does not answer".to_owned()),
        }
    }
    Err(last)
}

#[cfg(test)]
#[path = "fetch_tests.rs"]
mod tests;
