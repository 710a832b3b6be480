//! Asks a resolver that validates, and keeps its word on what DNSSEC proves: the AD bit of its answers. RFC 6840 §5.7.
//!
//! The signatures are not looked at again here. So only a resolver on this machine is believed, or one that the administrator
//! vouches for: anybody could set that bit on the way. hickory's own lookups do not ask for it, so that what is asked is
//! written here and the rest (servers, deadlines, TCP, the cache) is its.

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Instant,
};

use mail_auth::hickory_resolver::{
    NameServerPool, PoolContext, ResponseCache, TlsConfig, TtlConfig,
    config::{ResolverConfig, ResolverOpts},
    net::{
        DnsError, NetError,
        runtime::TokioRuntimeProvider,
        xfer::{DnsHandle, FirstAnswer, RetryDnsHandle},
    },
    proto::{
        op::{DnsRequest, DnsRequestOptions, Edns, Message, Query, ResponseCode},
        rr::{Name, RData, RecordType},
    },
};
use tracing::info;

use super::DnsFault;
use crate::config;

/// Docker's resolver. It passes on what another machine said, with its AD bit.
const OF_CONTAINERS: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 11));

/// A resolver whose word on DNSSEC is believed.
pub struct Validating {
    servers: RetryDnsHandle<NameServerPool<TokioRuntimeProvider>>,
    cache: ResponseCache,
    payload_octets: u16,
}

/// What a name has.
#[derive(Debug, Clone)]
pub(super) struct Found<T> {
    /// Empty when the name exists without such records.
    pub(super) records: Vec<T>,
    /// Where the CNAMEs led to, without the last dot; `None` without any.
    pub(super) alias_of: Option<String>,
    /// The whole answer, CNAMEs included, is proved.
    pub(super) is_secure: bool,
}

impl Validating {
    /// `None`, and a line in the log, where these servers are not to be believed.
    pub fn new(servers: ResolverConfig, options: ResolverOpts, dane: config::Dane) -> Option<Self> {
        let is_believed = match dane {
            config::Dane::Off => return None,
            config::Dane::TrustResolver => true,
            config::Dane::Auto => servers.name_servers().iter().all(|server| is_here(server.ip)),
        };
        if !is_believed {
            info!(
                "the DNS resolver is not on this machine: its word on DNSSEC does not count, and DANE is not looked for"
            );
            return None;
        }
        let (attempts, payload_octets) = (options.attempts, options.edns_payload_len);
        let cache = ResponseCache::new(options.cache_size, TtlConfig::from_opts(&options));
        let tls =
            TlsConfig::new().expect("a configuration that no server uses reads and opens nothing that could fail");
        let (_, _, servers) = servers.into_parts();
        let context = Arc::new(PoolContext::new(options, tls));
        let pool = NameServerPool::from_config(servers, context, TokioRuntimeProvider::default());
        Some(Self { servers: RetryDnsHandle::new(pool, attempts), cache, payload_octets })
    }

    /// Records of one kind, behind CNAMEs too. Empty when the name exists without them.
    pub(super) async fn ask(&self, name: &str, kind: RecordType) -> Result<Found<RData>, DnsFault> {
        let name = Name::from_str_relaxed(format!("{name}.")).map_err(|_| DnsFault::NoSuchName)?;
        let query = Query::query(name, kind);
        let now = Instant::now();
        let answer = match self.cache.get(&query, now) {
            Some(known) => known,
            None => {
                let answer = self.servers.send(self.request(query.clone())).first_answer().await;
                let answer = answer.map(|response| response.into_message());
                self.cache.insert(query.clone(), answer.clone(), now);
                answer
            }
        };
        match answer {
            Ok(message) => read(&query, &message),
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) if none.response_code == ResponseCode::NoError => {
                Ok(Found { records: Vec::new(), alias_of: None, is_secure: false })
            }
            Err(NetError::Dns(DnsError::NoRecordsFound(none))) if none.response_code == ResponseCode::NXDomain => {
                Err(DnsFault::NoSuchName)
            }
            Err(fault) => Err(DnsFault::Trouble(fault.to_string())),
        }
    }

    /// As [`super::Dns::mx`].
    pub(super) async fn mx(&self, domain: &str) -> Result<Found<(u16, String)>, DnsFault> {
        Ok(self.ask(domain, RecordType::MX).await?.map(|record| match record {
            RData::MX(mx) => Some((mx.preference, text(&mx.exchange))),
            _ => None,
        }))
    }

    /// As [`super::Dns::addresses`].
    pub(super) async fn addresses(&self, host: &str) -> Result<Found<IpAddr>, DnsFault> {
        let (four, six) = tokio::join!(self.ask(host, RecordType::A), self.ask(host, RecordType::AAAA));
        let found = match (four, six) {
            (Ok(four), Ok(six)) => four.and(six),
            // One family's trouble does not hide what the other has.
            (Ok(found), Err(_)) | (Err(_), Ok(found)) if !found.records.is_empty() => found,
            (Err(DnsFault::NoSuchName), Err(fault)) | (Err(fault), _) | (_, Err(fault)) => return Err(fault),
        };
        Ok(found.map(|record| match record {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
            _ => None,
        }))
    }

    /// RFC 6840 §5.7, RFC 3225 §3: some answer AD only to AD, others only to DO.
    fn request(&self, query: Query) -> DnsRequest {
        let mut message = Message::query();
        message.add_query(query);
        message.metadata.recursion_desired = true;
        message.metadata.authentic_data = true;
        message.edns.get_or_insert_with(Edns::new).set_max_payload(self.payload_octets).set_dnssec_ok(true);
        DnsRequest::new(message, DnsRequestOptions::default())
    }
}

impl<T> Found<T> {
    fn map<U>(self, read: impl FnMut(T) -> Option<U>) -> Found<U> {
        let records = self.records.into_iter().filter_map(read).collect();
        Found { records, alias_of: self.alias_of, is_secure: self.is_secure }
    }

    /// Both together are proved where each is that has something.
    fn and(mut self, other: Self) -> Self {
        if self.records.is_empty() {
            return other;
        }
        self.is_secure &= other.is_secure || other.records.is_empty();
        self.records.extend(other.records);
        self
    }
}

fn is_here(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    ip.is_loopback() && ip != OF_CONTAINERS
}

/// Follows the CNAMEs of an answer, in whatever order they stand, and as many as there are, so that a ring ends.
fn read(query: &Query, message: &Message) -> Result<Found<RData>, DnsFault> {
    let mut name = query.name();
    let next = |name: &Name| {
        message.answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == *name => Some(&target.0),
            _ => None,
        })
    };
    if query.query_type() != RecordType::CNAME {
        for _ in 0..message.answers.len() {
            name = next(name).unwrap_or(name);
        }
    }
    let of_name = message.answers.iter().filter(|record| &record.name == name);
    let records = of_name.map(|record| &record.data).filter(|data| data.record_type() == query.query_type());
    let found = Found {
        records: records.cloned().collect(),
        alias_of: (name != query.name()).then(|| text(name)),
        is_secure: message.metadata.authentic_data,
    };
    if found.records.is_empty() && message.metadata.response_code == ResponseCode::NXDomain {
        return Err(DnsFault::NoSuchName);
    }
    Ok(found)
}

fn text(name: &Name) -> String {
    name.to_lowercase().to_ascii().trim_end_matches('.').to_owned()
}
