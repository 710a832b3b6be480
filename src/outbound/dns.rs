//! What sending asks of DNS, small enough that a test answers it from a map.

use std::{net::IpAddr, sync::Arc};

use mail_auth::{
    DnsError, Error, MessageAuthenticator,
    hickory_resolver::{
        net,
        proto::{
            op::ResponseCode,
            rr::{Name, RData},
        },
    },
};

use super::{Answer, Demand, Tlsa};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DnsFault {
    /// The name does not exist.
    #[error("the name does not exist")]
    NoSuchName,
    /// No answer, a broken one, or SERVFAIL: asking again can help.
    #[error("DNS trouble: {0}")]
    Trouble(String),
}

/// Answers for routes.
pub trait Dns: Send + Sync {
    /// MX records as preference and host without the last dot; `.` alone is kept as the empty text. Empty when the name
    /// exists without them.
    fn mx<'a>(&'a self, domain: &'a str) -> Answer<'a, Result<Vec<(u16, String)>, DnsFault>>;

    /// A and AAAA of a host, IPv4 first; empty when it exists without them.
    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, DnsFault>>;

    /// What the domain demands of connections to its servers (RFC 8461); nothing where nobody looks.
    fn demand<'a>(&'a self, _domain: &'a str) -> Answer<'a, Option<Arc<Demand>>> {
        Box::pin(async { None })
    }

    /// What DNS names for the certificate of that host as a server of that domain (RFC 7672); nothing where DNSSEC does not
    /// prove it, or where nobody looks.
    ///
    /// # Errors
    /// It cannot be found out. Then nothing goes to that host: somebody may be hiding it.
    fn tlsa<'a>(&'a self, _domain: &'a str, _host: &'a str) -> Answer<'a, Result<Option<Arc<Tlsa>>, DnsFault>> {
        Box::pin(async { Ok(None) })
    }
}

/// The resolver that also checks senders.
impl Dns for MessageAuthenticator {
    fn mx<'a>(&'a self, domain: &'a str) -> Answer<'a, Result<Vec<(u16, String)>, DnsFault>> {
        Box::pin(async move {
            // With the last dot: the search list of the machine is not asked.
            let name = Name::from_str_relaxed(format!("{domain}.")).map_err(|_| DnsFault::NoSuchName)?;
            let found = match self.resolver().mx_lookup(name).await {
                Ok(found) => found,
                Err(net::NetError::Dns(net::DnsError::NoRecordsFound(none))) => {
                    return if none.response_code == ResponseCode::NXDomain {
                        Err(DnsFault::NoSuchName)
                    } else {
                        Ok(Vec::new())
                    };
                }
                Err(fault) => return Err(DnsFault::Trouble(fault.to_string())),
            };
            let records = found.answers().iter().filter_map(|record| match &record.data {
                RData::MX(mx) => {
                    let host = mx.exchange.to_lowercase().to_ascii();
                    Some((mx.preference, host.trim_end_matches('.').to_owned()))
                }
                _ => None,
            });
            Ok(records.collect())
        })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, DnsFault>> {
        Box::pin(async move {
            let name = format!("{host}.");
            let four = self.ipv4_lookup_raw(&name).await.map(|found| found.entry.to_vec());
            let six = self.ipv6_lookup_raw(&name).await.map(|found| found.entry.to_vec());
            both(four, six)
        })
    }
}

/// One family's trouble does not hide what the other has.
fn both<A: Into<IpAddr>, B: Into<IpAddr>>(
    four: Result<Vec<A>, Error>,
    six: Result<Vec<B>, Error>,
) -> Result<Vec<IpAddr>, DnsFault> {
    let (four, no_four) = split(four);
    let (six, no_six) = split(six);
    let all: Vec<IpAddr> = four.into_iter().map(Into::into).chain(six.into_iter().map(Into::into)).collect();
    match (all.is_empty(), no_four.or(no_six)) {
        (true, Some(fault)) => Err(fault),
        _ => Ok(all),
    }
}

fn split<T>(answer: Result<Vec<T>, Error>) -> (Vec<T>, Option<DnsFault>) {
    match answer {
        Ok(found) => (found, None),
        Err(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain))) => (Vec::new(), Some(DnsFault::NoSuchName)),
        Err(Error::Dns(DnsError::RecordNotFound(_))) => (Vec::new(), None),
        Err(fault) => (Vec::new(), Some(DnsFault::Trouble(fault.to_string()))),
    }
}
