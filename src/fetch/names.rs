//! From a host's name to its addresses.

use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    pin::Pin,
};

use super::{FetchError, Place};
use crate::types::is_within;

/// An answer on its way.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever knows the addresses of names: the resolver of the daemon.
pub trait Names: Send + Sync + 'static {
    /// A and AAAA of a host, IPv4 first; empty when it has none.
    ///
    /// # Errors
    /// Why that is not known now, in words.
    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, String>>;
}

/// The addresses of a place, asked for once.
pub(super) async fn addresses(place: &Place, names: &dyn Names) -> Result<Vec<IpAddr>, FetchError> {
    if let Some(address) = place.address() {
        return Ok(vec![address]);
    }
    let host = place.host();
    // RFC 6761 §6.3: these are always this machine, whatever DNS says.
    if is_within(&host, "localhost") {
        return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    match names.addresses(&host).await {
        Ok(found) if found.is_empty() => Err(FetchError::NoAddress(host)),
        Ok(found) => Ok(found),
        Err(words) => Err(FetchError::Dns { host, words }),
    }
}
