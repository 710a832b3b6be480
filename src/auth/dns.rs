//! Asks DNS: one query for all who want to know the same, a deadline for each, and every outcome remembered.
//!
//! mail-auth's own lookups remember only what was found. Under load a missing row or a broken server would cost a query
//! for every mail; so all questions are asked here, and mail-auth gets its answers through `lookups::Lookups`.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use mail_auth::{
    DnsError, Error, MessageAuthenticator, Txt,
    common::{parse::TxtRecordParser, verify::DomainKey},
    dmarc::Dmarc,
    hickory_resolver::{
        net::NetError,
        proto::{
            op::ResponseCode,
            rr::{Name, RData, RecordType},
        },
    },
};
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};

use super::{cache::Cache, resolver::resolver, spf};
use crate::config;

/// Query timeouts that a whole lookup may take: two attempts by UDP, and TCP after a cut answer.
const TIMEOUTS_PER_LOOKUP: u32 = 3;

/// Found rows are kept as long as they say, within these bounds.
const FOUND_AT_LEAST: Duration = Duration::from_secs(30);
const FOUND_AT_MOST: Duration = Duration::from_secs(3600);

/// How long "there is no such row" is believed. RFC 2308 §5 leaves it to the zone; new customers fix their zones.
pub(super) const MISSING_FOR: Duration = Duration::from_secs(60);

/// How long a failing or silent server is not asked again. RFC 2308 §7 allows up to five minutes.
const TROUBLE_FOR: Duration = Duration::from_secs(10);

/// Octets of one TXT record; longer ones are taken for broken (S-18).
const TXT_OCTETS_MAX: usize = 8 * 1024;

/// Records of one answer that are looked at (S-18).
const RECORDS_MAX: usize = 256;

/// Lookups on their way or waiting for their turn, all mails together; beyond that the answer is trouble (S-18).
const FLIGHTS_MAX: usize = 4096;

/// Lookups on their way: each holds a socket.
pub(super) const QUERIES_AT_ONCE_MAX: usize = 256;

/// What DNS said.
#[derive(Clone)]
pub(super) enum Answer {
    /// A key or a policy, as mail-auth reads it; absence and trouble too.
    Txt(Txt),
    /// The one SPF record of a name, or what is wrong with it.
    Spf(Result<Arc<spf::Record>, spf::Broken>),
    Addresses(Arc<[IpAddr]>),
    /// Hosts of an MX lookup, best first, or the names of an address.
    Hosts(Arc<[Box<str>]>),
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
    pub(super) const SPF: u8 = b'S';
    pub(super) const MX: u8 = b'M';
    pub(super) const V4: u8 = b'4';
    pub(super) const V6: u8 = b'6';
    pub(super) const PTR: u8 = b'P';

    pub(super) fn new(kind: u8, name: &str) -> Self {
        let mut question = Vec::with_capacity(name.len() + 2);
        question.push(kind);
        question.extend_from_slice(name.as_bytes());
        question.make_ascii_lowercase();
        question[0] = kind;
        if !name.ends_with('.') {
            question.push(b'.');
        }
        Self(question.into())
    }

    pub(super) fn txt(name: &str) -> Self {
        Self::new(Self::TXT, name)
    }

    pub(super) fn ptr(address: IpAddr) -> Self {
        Self::new(Self::PTR, &Name::from(address).to_ascii())
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
        let record_type = match kind {
            Question::TXT | Question::SPF => RecordType::TXT,
            Question::MX => RecordType::MX,
            Question::V4 => RecordType::A,
            Question::V6 => RecordType::AAAA,
            _ => RecordType::PTR,
        };
        let Some(wire_name) = wire_name(name) else { return (missing(kind, ResponseCode::NXDomain), MISSING_FOR) };
        let lookup = self.resolver.resolver().lookup(wire_name, record_type);
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

/// A sender may put any octet into a name (macros of SPF), so it is taken label by label. `None` for what DNS cannot carry.
fn wire_name(name: &str) -> Option<Name> {
    let mut wire = Name::from_labels(name.strip_suffix('.')?.split('.').map(str::as_bytes)).ok()?;
    wire.set_fqdn(true);
    Some(wire)
}

/// The text of a name, so that [`wire_name`] makes the same of it.
fn name_text(name: &Name) -> Box<str> {
    let mut text = String::new();
    for label in name {
        text.push_str(&String::from_utf8_lossy(label).to_ascii_lowercase());
        text.push('.');
    }
    text.into()
}

fn read<'a>(kind: u8, name: &str, rows: impl Iterator<Item = &'a RData>) -> Answer {
    match kind {
        Question::TXT => Answer::Txt(read_txt(name, &texts(rows))),
        Question::SPF => read_spf(&texts(rows)),
        Question::MX => Answer::Hosts(read_mx(rows)),
        Question::PTR => Answer::Hosts(pick(rows, |row| match row {
            RData::PTR(host) => Some(name_text(host)),
            _ => None,
        })),
        _ => Answer::Addresses(pick(rows, |row| match row {
            RData::A(a) => Some(IpAddr::V4(a.0)),
            RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
            _ => None,
        })),
    }
}

/// The rows of the kind asked for; a CNAME on the way there is passed over.
fn pick<'a, T, C: FromIterator<T>>(rows: impl Iterator<Item = &'a RData>, of: impl Fn(&RData) -> Option<T>) -> C {
    rows.filter_map(of).collect()
}

/// The character strings of a row belong together. RFC 7208 §3.3, RFC 6376 §3.6.2.2.
fn texts<'a>(rows: impl Iterator<Item = &'a RData>) -> Vec<Vec<u8>> {
    pick(rows, |row| match row {
        RData::TXT(txt) => Some(txt.txt_data.concat()),
        _ => None,
    })
}

/// The name says what a row is read as: the same name is never asked for as two things by honest records.
fn read_txt(name: &str, texts: &[Vec<u8>]) -> Txt {
    if texts.iter().any(|text| text.len() > TXT_OCTETS_MAX) {
        return Txt::Error(Error::ParseError);
    }
    if name.contains("._domainkey.") {
        // RFC 6376 §3.6.2.2: several records are undefined; the first that can be read counts.
        return first::<DomainKey>(texts).into();
    }
    // RFC 9989 §4.10: more than one record is as good as none.
    let record = single::<Dmarc>(texts, b"v=DMARC1", Error::Dns(DnsError::InvalidRecordType));
    record.map(|record| Dmarc { t: record.t || texts.iter().any(|text| is_for_a_part(text)), ..record }).into()
}

/// Whether the policy is meant for a part of the mails only: RFC 7489 §6.3 `pct`. Which part, nobody can say of a mail, so
/// it is treated as a test (RFC 9989 §4.7 `t=y`), which stands in its place today: one step milder, for all mails alike.
fn is_for_a_part(record: &[u8]) -> bool {
    let tags = record.split(|&b| b == b';').filter_map(|tag| std::str::from_utf8(tag).ok()?.split_once('='));
    let mut pct = tags.filter(|(name, _)| name.trim().eq_ignore_ascii_case("pct"));
    pct.next().and_then(|(_, value)| value.trim().parse::<u8>().ok()).is_some_and(|pct| pct < 100)
}

fn read_spf(texts: &[Vec<u8>]) -> Answer {
    if texts.iter().any(|text| text.len() > TXT_OCTETS_MAX) {
        return Answer::Spf(Err(spf::Broken));
    }
    match spf::select(texts) {
        Ok(Some(record)) => Answer::Spf(Ok(Arc::new(record))),
        Ok(None) => Answer::Missing,
        Err(broken) => Answer::Spf(Err(broken)),
    }
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

/// Lowest preference first. RFC 7505: the host `.` says that there is none.
fn read_mx<'a>(rows: impl Iterator<Item = &'a RData>) -> Arc<[Box<str>]> {
    let mut rows: Vec<(u16, Box<str>)> = pick(rows, |row| match row {
        RData::MX(mx) if !mx.exchange.is_root() => Some((mx.preference, name_text(&mx.exchange))),
        _ => None,
    });
    rows.sort();
    rows.into_iter().map(|(_, host)| host).collect()
}

fn missing(kind: u8, code: ResponseCode) -> Answer {
    match kind {
        Question::TXT => Answer::Txt(Txt::Error(Error::Dns(DnsError::RecordNotFound(code)))),
        _ => Answer::Missing,
    }
}

/// RFC 2308 §2: absence is NXDOMAIN, or no error and no row; everything else is trouble.
fn absence(kind: u8, error: &NetError) -> (Answer, Duration) {
    use mail_auth::hickory_resolver::net::DnsError::NoRecordsFound;
    match error {
        NetError::Dns(NoRecordsFound(none))
            if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
        {
            (missing(kind, none.response_code), MISSING_FOR)
        }
        _ => trouble(kind),
    }
}

fn trouble(kind: u8) -> (Answer, Duration) {
    match kind {
        Question::TXT => (Answer::Txt(no_answer()), TROUBLE_FOR),
        _ => (Answer::Trouble, TROUBLE_FOR),
    }
}

/// What mail-auth takes for DNS trouble.
pub(super) fn no_answer() -> Txt {
    Txt::Error(Error::Dns(DnsError::Resolver(String::new())))
}
