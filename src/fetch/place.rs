//! A URL, read once and in one way: by the rules of browsers, and without what those forgive.

use std::net::IpAddr;

use hyper::Uri;
use rustls::pki_types::{DnsName, ServerName};
use url::{Host, Url};

use super::FetchError;

/// Octets of a URL.
pub const URL_OCTETS_MAX: usize = 8 * 1024;

/// Where a request goes. However its address is spelled (`0x7f.1`, `2130706433`, `①27.0.0.1`), here it is an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    url: Url,
    host: Host<String>,
    port: u16,
    is_tls: bool,
}

impl Place {
    /// Reads a URL: `http` or `https`, a host, no user, nothing that a lenient reader passes over.
    ///
    /// # Errors
    /// [`FetchError::Url`].
    pub fn read(text: &str) -> Result<Self, FetchError> {
        if text.len() > URL_OCTETS_MAX {
            return Err(FetchError::Url("it is too long"));
        }
        // Readers of URLs drop some of these and take others for slashes: each for different ones.
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(FetchError::Url("it holds blanks, control characters or backslashes"));
        }
        let scheme = |name: &str| text.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        let start = ["https://", "http://"].into_iter().find(|name| scheme(name));
        let start = start.ok_or(FetchError::Url("it begins neither with https:// nor with http://"))?;
        let authority = text[start.len()..].split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return Err(FetchError::Url("it names no host"));
        }
        if authority.contains('@') {
            return Err(FetchError::Url("it holds a user or a password"));
        }
        let mut url = Url::parse(text).map_err(|_| FetchError::Url("it is none"))?;
        url.set_fragment(None);
        Self::of(url)
    }

    fn of(url: Url) -> Result<Self, FetchError> {
        let is_tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(FetchError::Url("it begins neither with https:// nor with http://")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Url("it holds a user or a password"));
        }
        let host = url.host().ok_or(FetchError::Url("it names no host"))?.to_owned();
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(FetchError::Url("it names no port"))?;
        if let Host::Domain(name) = &host
            && DnsName::try_from(name.trim_end_matches('.')).is_err()
        {
            return Err(FetchError::Url("its host is no name of DNS"));
        }
        Ok(Self { url, host, port, is_tls })
    }

    /// Where a `Location` leads from here; `None` when that is another scheme, host or port, or nothing to fetch.
    pub(super) fn within(&self, location: &str) -> Option<Self> {
        let next = Self::of(self.url.join(location).ok()?).ok()?;
        let same = (next.is_tls, &next.host, next.port) == (self.is_tls, &self.host, self.port);
        same.then_some(next)
    }

    /// The address that the URL spells out, if it is no name.
    pub fn address(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
        }
    }

    /// The host for words and for DNS, in A-labels and lower case, without the last dot.
    pub fn host(&self) -> String {
        self.host.to_string().trim_end_matches('.').to_owned()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is asked by TLS.
    pub fn is_tls(&self) -> bool {
        self.is_tls
    }

    /// Whose certificate must be shown.
    pub(super) fn certified(&self) -> Result<ServerName<'static>, FetchError> {
        match self.address() {
            Some(address) => Ok(ServerName::IpAddress(address.into())),
            None => ServerName::try_from(self.host()).map_err(|_| FetchError::Url("its host is no name of DNS")),
        }
    }

    /// The `Host` field. RFC 9110 §7.2.
    pub(super) fn authority(&self) -> String {
        let host = self.host();
        // `Url` keeps a port only where it is not the scheme's own.
        self.url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"))
    }

    /// The request target: path and query. RFC 9112 §3.2.1.
    pub(super) fn target(&self) -> Result<Uri, FetchError> {
        let path = &self.url[url::Position::BeforePath..url::Position::AfterQuery];
        path.parse().map_err(|_| FetchError::Url("its path cannot be sent"))
    }
}
