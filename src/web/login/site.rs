//! Under which address people reach the pages, and what follows from it.

use std::net::SocketAddr;

use axum::http::{HeaderMap, header};
use url::Url;

/// See the module.
#[derive(Debug, Clone)]
pub struct Site {
    /// `[web] url`, if it is said.
    url: Option<Url>,
    /// What stands in links without it; nothing where nobody listens.
    fallback: String,
}

impl Site {
    /// `url`: what the configuration says; `listen`: where the listener stands.
    pub fn new(url: Option<Url>, listen: Option<SocketAddr>) -> Self {
        Self { url, fallback: listen.map(|listen| format!("http://{listen}")).unwrap_or_default() }
    }

    /// Whether browsers reach us over TLS only.
    pub(super) fn is_secure(&self) -> bool {
        self.url.as_ref().is_some_and(|url| url.scheme() == "https")
    }

    /// Whether a proxy stands before us: then a loopback peer is it.
    pub(super) fn has_proxy(&self) -> bool {
        self.url.is_some()
    }

    /// The address of a path.
    pub fn link(&self, path: &str) -> String {
        let base = self.url.as_ref().map_or(self.fallback.as_str(), Url::as_str);
        format!("{}{path}", base.trim_end_matches('/'))
    }

    /// What an app shows beside a second factor.
    pub(super) fn issuer(&self) -> &str {
        self.url.as_ref().and_then(Url::host_str).unwrap_or("replyd")
    }

    /// Whether an `Origin` is ours: the configured one, or the host that the request itself names.
    pub(super) fn is_own_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        let configured = self.url.as_ref().is_some_and(|url| url.origin().ascii_serialization() == origin);
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let named = host.is_some_and(|host| origin.split_once("://").is_some_and(|(_, of)| of == host));
        configured || named
    }
}
