//! What the daemon asks the web with.

use std::net::IpAddr;

use super::StartError;
use crate::{
    auth,
    config::Config,
    fetch::{Answer, Fetcher, Names},
    outbound::{self, Dns, DnsFault},
};

/// The resolver of the daemon, behind the machine's hosts file.
struct Resolver<D>(D);

impl<D: Dns + 'static> Names for Resolver<D> {
    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, String>> {
        Box::pin(async move {
            match self.0.addresses(host).await {
                Ok(found) => Ok(found),
                Err(DnsFault::NoSuchName) => Ok(Vec::new()),
                Err(fault) => Err(fault.to_string()),
            }
        })
    }
}

/// The one fetcher: it believes the public certificate authorities.
///
/// # Errors
/// [`StartError::Roots`].
pub fn fetcher(config: &Config) -> Result<Fetcher, StartError> {
    let resolver = Resolver(auth::resolver_with_hosts_file(&config.auth));
    Ok(Fetcher::new(resolver, outbound::public_roots().map_err(StartError::Roots)?))
}
