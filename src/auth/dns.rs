//! Asks DNS: one query for all who want to know the same, a deadline for each, and every outcome remembered.
//!
//! mail-auth's own lookups remember only what was found. Under load a missing row or a broken server would cost a query
//! for every mail; so all questions are asked here, and mail-auth gets its answers through `lookups::Lookups`.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use mail_auth::{
    DnsError, DnssecStatus, Error, MX, MessageAuthenticator, RecordSet, Txt,
    common::{parse::TxtRecordParser, verify::DomainKey},
    dmarc::Dmarc,
    hickory_resolver::{
        config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
        net::NetError,
        proto::{
            op::ResponseCode,
            rr::{Name, RData, RecordType},
        },
        system_conf::read_system_conf,
    },
    spf::Spf,
};
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};
use tracing::warn;

use super::cache::Cache;
use crate::config;

/// How often a query is sent before the server counts as silent: a lost packet is worth one more.
const ATTEMPTS: usize = 2;

/// Query timeouts that a whole lookup may take: two attempts by UDP, and TCP after a cut answer.
const TIMEOUTS_PER_LOOKUP: u32 = 3;

/// Found rows are kept as long as they say, within these bounds.
const FOUND_AT_LEAST: Duration = Duration::from_secs(30);
const FOUND_AT_MOST: Duration = Duration::from_secs(3600);

/// How long "there is no such row" is believed. RFC 2308 §5 leaves it to the zone; new customers fix their zones.
const MISSING_FOR: Duration = Duration::from_secs(60);

/// How long a failing or silent server is not asked again. RFC 2308 §7 allows up to five minutes.
const TROUBLE_FOR: Duration = Duration::from_secs(10);

/// Octets of one TXT record; longer ones are taken for broken (S-18).
const TXT_OCTETS_MAX: usize = 8 * 1024;

/// Records of one answer that are looked at (S-18).
const RECORDS_MAX: usize = 256;

/// Lookups on their way or waiting for their turn, all mails together; beyond that the answer is trouble (S-18).
const FLIGHTS_MAX: usize = 4096;

/// Lookups on their way: each holds a socket.
const QUERIES_AT_ONCE_MAX: usize = 256;

/// Entries of hickory's own cache. It only serves the absences that `lookups` cannot express.
const RESOLVER_CACHE_ENTRIES: u64 = 2048;

/// What DNS said.
#[derive(Clone)]
pub(super) enum Answer {
    Txt(Txt),
    Mx(RecordSet<MX>),
    V4(RecordSet<Ipv4Addr>),
    V6(RecordSet<Ipv6Addr>),
    Ptr(RecordSet<Box<str>>),
    /// No such name, or no such row there.
    Missing,
    /// Nothing can be said now.
    Trouble,
}

/// What is asked for: a letter for the kind, then the name in lower case with its final dot (or the address).
///
/// One byte string, because that is how the cache is searched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question(pub(super) Box<[u8]>);

impl Question {
    pub(super) const TXT: u8 = b'T';
    pub(super) const MX: u8 = b'M';
    pub(super) const V4: u8 = b'4';
    pub(super) const V6: u8 = b'6';
    pub(super) const PTR: u8 = b'P';

    pub(super) fn txt(name: &str) -> Self {
        Self(format!("T{name}").into_bytes().into())
    }

    fn parts(&self) -> (u8, &str) {
        let (kind, name) = self.0.split_first().unwrap_or((&0, &[]));
        // A name that is no text cannot be asked for: the empty one is refused below.
        (*kind, std::str::from_utf8(name).unwrap_or_default())
    }
}

/// The resolver, what it said, and what it is being asked.
pub(super) struct Dns {
    /// For mail-auth, which asks it only for what is known to be missing.
    pub(super) resolver: MessageAuthenticator,
    cache: Cache<Answer>,
    flights: Mutex<HashMap<Question, watch::Receiver<Option<Answer>>>>,
    turns: Semaphore,
    lookup_timeout: Duration,
}

/// A resolver as `[auth]` asks for it. Whatever asks DNS for mail's sake asks this way: senders here, routes elsewhere.
pub fn resolver(settings: &config::Auth) -> MessageAuthenticator {
    let (servers, mut options) = servers(&settings.resolvers);
    options.timeout = settings.query_timeout;
    options.attempts = ATTEMPTS;
    options.use_hosts_file = ResolveHosts::Never;
    options.cache_size = RESOLVER_CACHE_ENTRIES;
    options.negative_min_ttl = Some(MISSING_FOR);
    options.negative_max_ttl = Some(MISSING_FOR);
    options.max_active_requests = QUERIES_AT_ONCE_MAX;
    MessageAuthenticator::new(servers, options)
        .expect("building a resolver without DNSSEC and TLS reads and opens nothing that could fail")
}

impl Dns {
    pub(super) fn new(settings: &config::Auth) -> Arc<Self> {
        Arc::new(Self {
            resolver: resolver(settings),
            cache: Cache::new(settings.cache_entries_max),
            flights: Mutex::default(),
            turns: Semaphore::new(QUERIES_AT_ONCE_MAX),
            lookup_timeout: settings.query_timeout * TIMEOUTS_PER_LOOKUP,
        })
    }

    /// What is known without asking.
    pub(super) fn known(&self, question: &[u8], now: Instant) -> Option<Answer> {
        self.cache.find(question, now)
    }

    /// Asks, or joins who is asking already. The lookup goes on when the asker no longer waits: others will want it.
    pub(super) async fn ask(self: &Arc<Self>, question: &Question) -> Answer {
        let Some(mut flight) = self.flight(question) else { return Answer::Trouble };
        // An error says that the task has ended without an answer, which only a panic can do.
        let landed = flight.wait_for(Option::is_some).await.map(|answer| answer.clone());
        landed.ok().flatten().unwrap_or(Answer::Trouble)
    }

    fn flight(self: &Arc<Self>, question: &Question) -> Option<watch::Receiver<Option<Answer>>> {
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = flights.get(question) {
            return Some(flight.clone());
        }
        if flights.len() >= FLIGHTS_MAX {
            return None;
        }
        let (land, flight) = watch::channel(None);
        flights.insert(question.clone(), flight.clone());
        drop(flights);
        let (dns, question) = (self.clone(), question.clone());
        tokio::spawn(async move {
            let landing = Landing { dns: &dns, question: &question };
            let answer = match timeout(dns.lookup_timeout, dns.turns.acquire()).await {
                Ok(Ok(_turn)) => {
                    let (answer, keep_for) = dns.look_up(&question).await;
                    dns.cache.keep(&question.0, answer.clone(), Instant::now() + keep_for);
                    answer
                }
                // We are overrun, which says nothing about the name: not remembered.
                _ => Answer::Trouble,
            };
            drop(landing);
            land.send_replace(Some(answer));
        });
        Some(flight)
    }

    async fn look_up(&self, question: &Question) -> (Answer, Duration) {
        let (kind, name) = question.parts();
        let kind = match kind {
            Question::TXT => RecordType::TXT,
            Question::MX => RecordType::MX,
            Question::V4 => RecordType::A,
            Question::V6 => RecordType::AAAA,
            _ => RecordType::PTR,
        };
        let parsed = match name.parse::<IpAddr>() {
            Ok(ip) if kind == RecordType::PTR => Ok(Name::from(ip)),
            _ => Name::from_str_relaxed(name),
        };
        let Ok(wire_name) = parsed else { return (unusable(kind), MISSING_FOR) };
        if name.is_empty() {
            return (unusable(kind), MISSING_FOR);
        }
        let lookup = self.resolver.resolver().lookup(wire_name, kind);
        match timeout(self.lookup_timeout, lookup).await {
            Ok(Ok(found)) => {
                let left = found.valid_until().saturating_duration_since(Instant::now());
                let rows = found.answers().iter().map(|record| &record.data).take(RECORDS_MAX);
                (read(kind, name, rows), left.clamp(FOUND_AT_LEAST, FOUND_AT_MOST))
            }
            Ok(Err(error)) => absence(kind, &error),
            Err(_) => trouble(kind),
        }
    }
}

/// Takes the flight off the board, also when its task panics.
struct Landing<'a> {
    dns: &'a Dns,
    question: &'a Question,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.dns.flights.lock().unwrap_or_else(PoisonError::into_inner).remove(self.question);
    }
}

fn servers(configured: &[SocketAddr]) -> (ResolverConfig, ResolverOpts) {
    if configured.is_empty() {
        match read_system_conf() {
            Ok(system) => return system,
            Err(error) => warn!(error = %error, "the machine names no DNS server; asking 127.0.0.1"),
        }
        // resolv.conf(5): without a server named, the one on the local machine.
        return (of_servers(&[SocketAddr::from(([127, 0, 0, 1], 53))]), ResolverOpts::default());
    }
    (of_servers(configured), ResolverOpts::default())
}

fn of_servers(addrs: &[SocketAddr]) -> ResolverConfig {
    let server = |addr: &SocketAddr| {
        let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
            connection.port = addr.port();
            connection
        });
        NameServerConfig::new(addr.ip(), true, connections.to_vec())
    };
    ResolverConfig::from_parts(None, Vec::new(), addrs.iter().map(server).collect())
}

fn read<'a>(kind: RecordType, name: &str, rows: impl Iterator<Item = &'a RData>) -> Answer {
    match kind {
        RecordType::TXT => Answer::Txt(read_txt(name, rows)),
        RecordType::MX => Answer::Mx(set(read_mx(rows))),
        RecordType::A => Answer::V4(set(pick(rows, |row| match row {
            RData::A(a) => Some(a.0),
            _ => None,
        }))),
        RecordType::AAAA => Answer::V6(set(pick(rows, |row| match row {
            RData::AAAA(aaaa) => Some(aaaa.0),
            _ => None,
        }))),
        _ => Answer::Ptr(set(pick(rows, |row| match row {
            RData::PTR(host) => Some(host.to_lowercase().to_ascii().into()),
            _ => None,
        }))),
    }
}

/// The rows of the kind asked for; a CNAME on the way there is passed over.
fn pick<'a, T>(rows: impl Iterator<Item = &'a RData>, of: impl Fn(&RData) -> Option<T>) -> Vec<T> {
    rows.filter_map(of).collect()
}

/// The name says what a row is read as: the same name is never asked for as two things by honest records.
fn read_txt<'a>(name: &str, rows: impl Iterator<Item = &'a RData>) -> Txt {
    let texts: Vec<Vec<u8>> = pick(rows, |row| match row {
        RData::TXT(txt) => Some(txt.txt_data.concat()),
        _ => None,
    });
    if texts.iter().any(|text| text.len() > TXT_OCTETS_MAX) {
        return Txt::Error(Error::ParseError);
    }
    if name.contains("._domainkey.") {
        // RFC 6376 §3.6.2.2: several records are undefined; the first that can be read counts.
        return first::<DomainKey>(&texts).into();
    }
    if name.starts_with("_dmarc.") {
        // RFC 7489 §6.6.3: more than one record is as good as none.
        return single::<Dmarc>(&texts, b"v=DMARC1", Error::Dns(DnsError::InvalidRecordType)).into();
    }
    // RFC 7208 §4.5: more than one record is a permanent error.
    let mut spf = single::<Spf>(&texts, b"v=spf1", Error::ParseError);
    if let Ok(spf) = &mut spf {
        // The explanation would be one more query, for words we do not show.
        spf.exp = None;
    }
    spf.into()
}

fn first<T: TxtRecordParser>(texts: &[Vec<u8>]) -> mail_auth::Result<T> {
    let mut last = Err(Error::Dns(DnsError::InvalidRecordType));
    for text in texts {
        last = T::parse(text);
        if last.is_ok() {
            break;
        }
    }
    last
}

fn single<T: TxtRecordParser>(texts: &[Vec<u8>], mark: &[u8], several: Error) -> mail_auth::Result<T> {
    let is_marked = |text: &&Vec<u8>| text.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark));
    if texts.iter().filter(is_marked).count() > 1 {
        return Err(several);
    }
    first(texts)
}

/// Grouped by preference, lowest first, as mail-auth keeps them.
fn read_mx<'a>(rows: impl Iterator<Item = &'a RData>) -> Vec<MX> {
    let mut rows: Vec<(u16, Box<str>)> = pick(rows, |row| match row {
        RData::MX(mx) => Some((mx.preference, mx.exchange.to_lowercase().to_ascii().into())),
        _ => None,
    });
    rows.sort();
    rows.chunk_by(|a, b| a.0 == b.0)
        .map(|group| MX { preference: group[0].0, exchanges: group.iter().map(|(_, host)| host.clone()).collect() })
        .collect()
}

fn set<T>(rows: Vec<T>) -> RecordSet<T> {
    RecordSet { rrset: rows.into(), dnssec_status: DnssecStatus::Indeterminate }
}

fn unusable(kind: RecordType) -> Answer {
    match kind {
        RecordType::TXT => Answer::Txt(Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)))),
        _ => Answer::Missing,
    }
}

/// RFC 2308 §2: absence is NXDOMAIN, or no error and no row; everything else is trouble.
fn absence(kind: RecordType, error: &NetError) -> (Answer, Duration) {
    use mail_auth::hickory_resolver::net::DnsError::NoRecordsFound;
    match error {
        NetError::Dns(NoRecordsFound(none))
            if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
        {
            match kind {
                RecordType::TXT => {
                    let error = Error::Dns(DnsError::RecordNotFound(none.response_code));
                    (Answer::Txt(Txt::Error(error)), MISSING_FOR)
                }
                _ => (Answer::Missing, MISSING_FOR),
            }
        }
        _ => trouble(kind),
    }
}

fn trouble(kind: RecordType) -> (Answer, Duration) {
    match kind {
        RecordType::TXT => (Answer::Txt(no_answer()), TROUBLE_FOR),
        _ => (Answer::Trouble, TROUBLE_FOR),
    }
}

/// What mail-auth takes for DNS trouble.
pub(super) fn no_answer() -> Txt {
    Txt::Error(Error::Dns(DnsError::Resolver(String::new())))
}
