//! The keys of `[web]`.

use super::{
    Web,
    keys::{COUNT_MAX, socket},
    reader::Section,
};
use crate::types::Network;

/// The whole table.
pub(super) fn web(s: &Section<'_, '_>) -> Web {
    let metrics_from_anywhere = s.flag("metrics_from_anywhere", Web::default().metrics_from_anywhere);
    let networks = s.texts("webhook_networks", |text| text.parse::<Network>().map_err(|fault| fault.to_string()));
    Web {
        webhook_networks: networks.unwrap_or_default(),
        listen: s.made("listen", socket),
        url: s.made("url", web_url),
        metrics: s.made("metrics", socket),
        metrics_from_anywhere,
        key_requests_per_minute: s.number(
            "key_requests_per_minute",
            Web::default().key_requests_per_minute,
            1..=COUNT_MAX,
            "requests",
        ),
    }
}

/// Where passwords travel: over TLS, or not over any network.
fn web_url(text: &str) -> Result<url::Url, String> {
    let url = url::Url::parse(text).map_err(|error| format!("no URL: {error}"))?;
    let is_here = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err("the pages stand at `/`: say scheme and host only".into());
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        "http" => Err("passwords would travel in clear: say https://, or a loopback address".into()),
        scheme => Err(format!("`{scheme}` is neither https nor http")),
    }
}
