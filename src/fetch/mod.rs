//! The one way in which replyd asks something of the web: tools, models, websites that are read as knowledge (S-24).
//!
//! A name is looked up once, every address it has is judged, and the connection goes to one of those and to nothing else, so
//! that no name can point elsewhere between the look and the connection. Redirects stay on their host, proxies of the
//! environment are not asked, certificates must prove the name, and all of it has one deadline and one size.
//!
//! What a request may *say* is for others: this room knows no tool, no model and no customer.

mod error;
mod exchange;
mod fetcher;
mod names;
mod place;
mod reach;
#[cfg(test)]
pub(crate) mod testing;

pub use error::FetchError;
pub use fetcher::Fetcher;
pub use hyper::{
    Method,
    header::{self, HeaderMap, HeaderName, HeaderValue},
};
pub use names::{Answer, Names};
pub use place::{Place, URL_OCTETS_MAX};
pub use reach::Reach;

use std::time::Duration;

use bytes::Bytes;

/// For all of a request, where nobody says otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(20);

/// Octets of a response that are kept, where nobody says otherwise.
pub const RESPONSE_BYTES_MAX: usize = 256 * 1024;

/// What is asked, of whom, and how long and how much may come of it.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method. Redirects are followed for GET and HEAD only.
    pub method: Method,
    /// `https://…` or `http://…`; see [`Place`].
    pub url: String,
    /// Beyond those that replyd sets itself: Host, User-Agent, Accept-Encoding, and what frames the body.
    pub headers: HeaderMap,
    /// The body; empty for none.
    pub body: Bytes,
    /// For all of it: names, connection, TLS, request, response, redirects.
    pub timeout: Duration,
    /// Octets of the body that are kept; what comes after them is left on the wire.
    pub response_bytes_max: usize,
    /// Redirects to the same scheme, host and port that are followed; with 0 the redirect itself is the response.
    pub redirects_max: u8,
    /// Which addresses may be connected to.
    pub reach: Reach,
}

impl Request {
    /// A request without headers and body, with the limits of this room and no redirects.
    pub fn new(method: Method, url: impl Into<String>, reach: Reach) -> Self {
        Self {
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: TIMEOUT,
            response_bytes_max: RESPONSE_BYTES_MAX,
            redirects_max: 0,
            reach,
        }
    }
}

/// What came back, whatever its status says.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body, or its beginning.
    pub body: Bytes,
    /// Whether more would have come.
    pub cut: bool,
}
