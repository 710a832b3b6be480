//! Where a letter goes: a folder, the relay, or the recipient's servers in their order.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use super::{Demand, Dns, DnsFault, Tlsa};
use crate::{
    config::{Route, Smarthost, SmarthostTls},
    types::Address,
};

/// Servers tried in one attempt.
const SERVERS_MAX: usize = 5;

/// Servers looked at for one attempt.
const SERVERS_SEEN_MAX: usize = 20;

/// Addresses of one server tried in one attempt.
const ADDRESSES_MAX: usize = 4;

/// How a letter leaves.
#[derive(Debug, Clone)]
pub enum Way {
    /// Into this folder.
    File(PathBuf),
    /// To the first of these that takes it.
    Servers(Vec<Target>),
}

/// One server.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name, for words and certificates.
    pub host: String,
    /// Where it listens, in the order to try.
    pub addresses: Vec<SocketAddr>,
    /// How it is spoken to.
    pub manner: Manner,
}

/// How a server is spoken to.
#[derive(Debug, Clone)]
pub enum Manner {
    /// TLS when it can, whoever it is. RFC 7435.
    Opportunistic,
    /// TLS with a certificate that proves its name, or not at all. RFC 8461.
    Enforced(Arc<Demand>),
    /// TLS with a certificate that DNS names, if with any that can be compared, or not at all. RFC 7672.
    Dane(Arc<Tlsa>),
    /// As the smarthost's settings say.
    Relay(Smarthost),
}

/// Why there is no way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// There never will be one.
    #[error("{0}")]
    Never(String),
    /// There may be one later.
    #[error("{0}")]
    Later(String),
}

/// Plans the way of one attempt. `dice` spreads load over servers of one preference. RFC 5321 §5.1.
///
/// # Errors
/// [`RouteError::Never`] when the recipient's domain does not exist or takes no mail.
pub async fn plan(route: &Route, to: &Address, dns: &dyn Dns, dice: u64) -> Result<Way, RouteError> {
    match route {
        Route::File { path } => Ok(Way::File(path.clone())),
        Route::Smarthost(smarthost) => Ok(Way::Servers(vec![relay(smarthost, dns).await?])),
        Route::Mx { port } => servers_of(to.domain(), *port, dns, dice).await.map(Way::Servers),
    }
}

/// Trouble with our own relay is never the recipient's: always later.
async fn relay(smarthost: &Smarthost, dns: &dyn Dns) -> Result<Target, RouteError> {
    let host = smarthost.host.clone();
    let later = |words: String| RouteError::Later(format!("the smarthost {host}: {words}"));
    let addresses = lookup(&host, dns).await.map_err(|fault| later(fault.to_string()))?;
    if addresses.is_empty() {
        return Err(later("has no address".into()));
    }
    if smarthost.tls == SmarthostTls::Off && smarthost.password.is_some() && !addresses.iter().all(IpAddr::is_loopback)
    {
        return Err(later("a password does not go out in clear text".into()));
    }
    let addresses = on_port(&addresses, smarthost.port);
    Ok(Target { host, addresses, manner: Manner::Relay(smarthost.clone()) })
}

async fn servers_of(domain: &str, port: u16, dns: &dyn Dns, dice: u64) -> Result<Vec<Target>, RouteError> {
    if domain.starts_with('[') {
        // RFC 5321 §4.1.3: an address literal is its own server.
        let addresses = lookup(domain, dns).await.map_err(|fault| RouteError::Never(fault.to_string()))?;
        return Ok(vec![direct(domain, &addresses, port, Manner::Opportunistic)]);
    }
    let mut records = match dns.mx(domain).await {
        Ok(records) => records,
        Err(fault @ DnsFault::NoSuchName) => return Err(RouteError::Never(format!("{domain}: {fault}"))),
        Err(fault) => return Err(RouteError::Later(format!("{domain}: {fault}"))),
    };
    // RFC 7505 §3: a single `.` says that the domain takes no mail.
    if records.iter().any(|(_, host)| host.is_empty()) {
        return Err(RouteError::Never(format!("{domain} takes no mail (null MX)")));
    }
    if records.is_empty() {
        // RFC 5321 §5.1: without MX, the domain itself is the server.
        records.push((0, domain.to_owned()));
    }
    let search = Search { domain, port, dns, demand: dns.demand(domain).await };
    search.targets(in_order(records, dice)).await
}

/// The servers of one domain that letters may go to.
struct Search<'a> {
    domain: &'a str,
    port: u16,
    dns: &'a dyn Dns,
    demand: Option<Arc<Demand>>,
}

impl Search<'_> {
    async fn targets(&self, hosts: Vec<String>) -> Result<Vec<Target>, RouteError> {
        let (mut targets, mut trouble) = (Vec::new(), None);
        for host in hosts.iter().take(SERVERS_SEEN_MAX) {
            match self.target(host).await {
                Ok(target) => targets.extend(target),
                Err(words) => trouble = Some(format!("{host}: {words}")),
            }
            if targets.len() == SERVERS_MAX {
                break;
            }
        }
        let domain = self.domain;
        match (targets.is_empty(), trouble) {
            (false, _) => Ok(targets),
            (true, Some(words)) => Err(RouteError::Later(words)),
            // Later the domain may have mended the one or the other.
            (true, None) if !hosts.iter().any(|host| self.is_named(host)) => {
                Err(RouteError::Later(format!("the MTA-STS policy of {domain} names none of its mail servers")))
            }
            (true, None) => Err(RouteError::Never(format!("none of the mail servers of {domain} has an address"))),
        }
    }

    /// `None`: it has no address, or it is passed over.
    async fn target(&self, host: &str) -> Result<Option<Target>, String> {
        let tlsa = match literal(host) {
            Some(_) => None,
            None => match self.dns.tlsa(self.domain, host).await {
                Ok(tlsa) => tlsa,
                Err(DnsFault::NoSuchName) => return Ok(None),
                // RFC 7672 §2.1.2: what cannot be found out is not taken for nothing.
                Err(fault) => {
                    return Err(format!("whether DNS names its certificate (DANE) cannot be found out: {fault}"));
                }
            },
        };
        let manner = match (tlsa, &self.demand) {
            // RFC 8461 §2: a policy does not override DANE.
            (Some(tlsa), _) if tlsa.names_any() => Manner::Dane(tlsa),
            // RFC 8461 §5: a server that the policy does not name is passed over.
            (_, Some(_)) if !self.is_named(host) => return Ok(None),
            (_, Some(demand)) => Manner::Enforced(demand.clone()),
            (Some(tlsa), None) => Manner::Dane(tlsa),
            (None, None) => Manner::Opportunistic,
        };
        match lookup(host, self.dns).await {
            Ok(addresses) if addresses.is_empty() => Ok(None),
            Ok(addresses) => Ok(Some(direct(host, &addresses, self.port, manner))),
            Err(DnsFault::NoSuchName) => Ok(None),
            Err(fault) => Err(fault.to_string()),
        }
    }

    fn is_named(&self, host: &str) -> bool {
        self.demand.as_ref().is_none_or(|demand| demand.names(host))
    }
}

/// By preference; those of one preference turned by the dice.
fn in_order(mut records: Vec<(u16, String)>, dice: u64) -> Vec<String> {
    records.sort();
    records.dedup();
    let mut hosts = Vec::with_capacity(records.len());
    for equals in records.chunk_by(|a, b| a.0 == b.0) {
        let first = (dice % equals.len() as u64) as usize;
        hosts.extend(equals[first..].iter().chain(&equals[..first]).map(|(_, host)| host.clone()));
    }
    hosts
}

async fn lookup(host: &str, dns: &dyn Dns) -> Result<Vec<IpAddr>, DnsFault> {
    match literal(host) {
        Some(ip) => Ok(vec![ip]),
        None => dns.addresses(host).await,
    }
}

fn literal(host: &str) -> Option<IpAddr> {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    literal.strip_prefix("IPv6:").unwrap_or(literal).parse().ok()
}

fn direct(host: &str, addresses: &[IpAddr], port: u16, manner: Manner) -> Target {
    Target { host: host.to_owned(), addresses: on_port(addresses, port), manner }
}

fn on_port(addresses: &[IpAddr], port: u16) -> Vec<SocketAddr> {
    addresses.iter().take(ADDRESSES_MAX).map(|ip| SocketAddr::new(*ip, port)).collect()
}

#[cfg(test)]
#[path = "route_tests.rs"]
mod tests;
