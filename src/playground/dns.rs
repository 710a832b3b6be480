//! A small DNS server on 127.0.0.1 that answers from a table.
//!
//! UDP and TCP on one port. Names can be told to fail or to stay silent, and every query is counted. The table can be
//! changed while the server runs. Names can be called proved, as by a resolver that validates; nothing is signed. No wildcards, no
//! zones.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mail_auth::hickory_resolver::proto::{
    op::{Message, OpCode, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, CNAME, MX, PTR, TXT},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinHandle,
};

use crate::types::is_within;

/// Seconds that answers may be kept.
const TTL_SECS: u32 = 300;

/// Octets of a character string. RFC 1035 §3.3.
const TXT_STRING_OCTETS_MAX: usize = 255;

/// How often a port free for TCP is sought that is free for UDP too.
const PORT_TRIES: usize = 16;

/// CNAMEs followed for one question.
const CNAME_HOPS_MAX: usize = 8;

/// What one TCP client may take for one question.
const TCP_TIMEOUT: Duration = Duration::from_secs(10);

/// What the server answers; every copy is the same table.
#[derive(Debug, Clone, Default)]
pub struct Zone(Arc<Mutex<Table>>);

#[derive(Debug, Default)]
struct Table {
    rows: HashMap<String, Vec<RData>>,
    failing: HashSet<String>,
    failing_beside_rows: HashSet<String>,
    proved: HashSet<String>,
    doubted: HashSet<String>,
    silent: HashSet<String>,
    turning: HashMap<String, VecDeque<Ipv4Addr>>,
    asked: HashMap<String, u64>,
}

impl Zone {
    /// An empty table: every name is NXDOMAIN.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a TXT record; a long value is cut into strings of 255 octets.
    pub fn txt(&self, name: &str, value: &str) -> &Self {
        let strings = value.as_bytes().chunks(TXT_STRING_OCTETS_MAX).collect();
        self.add(name, RData::TXT(TXT::from_bytes(strings)))
    }

    /// Adds an A record.
    pub fn a(&self, name: &str, ip: Ipv4Addr) -> &Self {
        self.add(name, RData::A(A(ip)))
    }

    /// Adds an AAAA record.
    pub fn aaaa(&self, name: &str, ip: Ipv6Addr) -> &Self {
        self.add(name, RData::AAAA(AAAA(ip)))
    }

    /// Adds an MX record.
    pub fn mx(&self, name: &str, preference: u16, host: &str) -> &Self {
        self.add(name, RData::MX(MX::new(preference, fqdn(host))))
    }

    /// Adds a CNAME record.
    pub fn cname(&self, name: &str, target: &str) -> &Self {
        self.add(name, RData::CNAME(CNAME(fqdn(target))))
    }

    /// Adds the PTR record of an address.
    pub fn ptr(&self, ip: IpAddr, host: &str) -> &Self {
        let name = Name::from(ip).to_ascii();
        self.add(&name, RData::PTR(PTR(fqdn(host))))
    }

    /// Adds any record.
    pub fn row(&self, name: &str, data: RData) -> &Self {
        self.add(name, data)
    }

    /// Takes away all records of a name.
    pub fn remove(&self, name: &str) -> &Self {
        self.table().rows.remove(&key(name));
        self
    }

    /// Answers SERVFAIL for that name and all below it; `"."` is every name.
    pub fn servfail(&self, name: &str) -> &Self {
        self.table().failing.insert(key(name));
        self
    }

    /// Never answers for that name and all below it; `"."` is every name.
    pub fn silent(&self, name: &str) -> &Self {
        self.table().silent.insert(key(name));
        self
    }

    /// Answers SERVFAIL for that very name where it has no record of the kind asked for.
    pub fn servfail_beside_rows(&self, name: &str) -> &Self {
        self.table().failing_beside_rows.insert(key(name));
        self
    }

    /// Answers each question for the address of that name with the next of these, not to be kept: DNS rebinding.
    pub fn turns(&self, name: &str, addresses: impl IntoIterator<Item = Ipv4Addr>) -> &Self {
        self.table().turning.insert(key(name), addresses.into_iter().collect());
        self
    }

    /// Undoes [`Zone::servfail`] and [`Zone::silent`] for all names.
    pub fn heal(&self) -> &Self {
        let mut table = self.table();
        table.failing.clear();
        table.silent.clear();
        drop(table);
        self
    }

    /// Says of that name and all below it that DNSSEC proves it, to whoever asks for such a word (AD or DO). RFC 6840 §5.7.
    pub fn proved(&self, name: &str) -> &Self {
        self.table().proved.insert(key(name));
        self
    }

    /// Says so no more of that name and all below it.
    pub fn doubted(&self, name: &str) -> &Self {
        self.table().doubted.insert(key(name));
        self
    }

    /// Queries so far.
    pub fn queries(&self) -> u64 {
        self.table().asked.values().sum()
    }

    /// Queries so far for names that contain `part`.
    pub fn queries_for(&self, part: &str) -> u64 {
        self.table().asked.iter().filter(|(name, _)| name.contains(part)).map(|(_, times)| times).sum()
    }

    fn add(&self, name: &str, data: RData) -> &Self {
        self.table().rows.entry(key(name)).or_default().push(data);
        self
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // A panic elsewhere leaves the table whole: every change is one insertion.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reply to one packet; `None` where the server stays silent or cannot read it.
    fn answer(&self, packet: &[u8], room_octets: Option<u16>) -> Option<Vec<u8>> {
        let request = Message::from_vec(packet).ok()?;
        let query = request.queries.first()?.clone();
        let name = key(&query.name().to_ascii());
        let mut table = self.table();
        *table.asked.entry(name.clone()).or_default() += 1;
        if below(&table.silent, &name) {
            return None;
        }
        let mut reply = Message::response(request.metadata.id, OpCode::Query);
        reply.metadata.recursion_desired = true;
        reply.metadata.recursion_available = true;
        reply.add_query(query.clone());
        if table.is_failing(&name, query.query_type()) {
            reply.metadata.response_code = ResponseCode::ServFail;
        } else {
            table.fill(&mut reply, query.name().clone(), query.query_type());
            let dnssec_ok = request.edns.as_ref().is_some_and(|edns| edns.flags().dnssec_ok);
            reply.metadata.authentic_data = (request.metadata.authentic_data || dnssec_ok) && table.proves(&reply);
        }
        let bytes = reply.to_vec().ok()?;
        match room_octets {
            Some(_) if bytes.len() > usize::from(request.max_payload()) => reply.truncate().to_vec().ok(),
            _ => Some(bytes),
        }
    }
}

impl Table {
    fn is_failing(&self, name: &str, kind: RecordType) -> bool {
        let has_rows = || self.rows.get(name).is_some_and(|rows| rows.iter().any(|data| data.record_type() == kind));
        below(&self.failing, name) || self.failing_beside_rows.contains(name) && !has_rows()
    }

    fn fill(&mut self, reply: &mut Message, mut name: Name, kind: RecordType) {
        if let Some(turns) = self.turning.get_mut(&key(&name.to_ascii())) {
            if kind == RecordType::A
                && let Some(address) = turns.pop_front()
            {
                turns.push_back(address);
                reply.add_answer(Record::from_rdata(name, 0, RData::A(A(address))));
            }
            return;
        }
        for _ in 0..CNAME_HOPS_MAX {
            let Some(rows) = self.rows.get(&key(&name.to_ascii())) else {
                if !self.has_names_below(&name) && reply.answers.is_empty() {
                    reply.metadata.response_code = ResponseCode::NXDomain;
                }
                return;
            };
            for data in rows.iter().filter(|data| data.record_type() == kind) {
                reply.add_answer(Record::from_rdata(name.clone(), TTL_SECS, data.clone()));
            }
            let Some(RData::CNAME(target)) = rows.iter().find(|data| data.record_type() == RecordType::CNAME) else {
                return;
            };
            if kind == RecordType::CNAME {
                return;
            }
            reply.add_answer(Record::from_rdata(name, TTL_SECS, RData::CNAME(target.clone())));
            name = target.0.clone();
        }
    }

    /// Every name of the chain, from the one that was asked for to the one that its CNAMEs lead to. RFC 4035 §3.2.3.
    fn proves(&self, reply: &Message) -> bool {
        let asked = reply.queries.iter().map(|query| query.name());
        let is_followed = reply.queries.iter().all(|query| query.query_type() != RecordType::CNAME);
        let targets = reply.answers.iter().filter_map(|record| match &record.data {
            RData::CNAME(target) if is_followed => Some(&target.0),
            _ => None,
        });
        asked
            .chain(targets)
            .map(|name| key(&name.to_ascii()))
            .all(|name| below(&self.proved, &name) && !below(&self.doubted, &name))
    }

    /// RFC 8020: a name with names below it exists, if without data.
    fn has_names_below(&self, name: &Name) -> bool {
        let suffix = format!(".{}", key(&name.to_ascii()));
        self.rows.keys().any(|other| other.ends_with(&suffix))
    }
}

/// A running server; it stops when dropped.
#[derive(Debug)]
pub struct Dns {
    addr: SocketAddr,
    zone: Zone,
    tasks: Vec<JoinHandle<()>>,
}

impl Dns {
    /// Serves `zone` on a free port of 127.0.0.1. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(zone: Zone) -> io::Result<Self> {
        let (udp, tcp) = sockets()?;
        let addr = tcp.local_addr()?;
        let tasks = vec![tokio::spawn(serve_udp(udp, zone.clone())), tokio::spawn(serve_tcp(tcp, zone.clone()))];
        Ok(Self { addr, zone, tasks })
    }

    /// Where it listens, by UDP and TCP.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What it answers.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn sockets() -> io::Result<(UdpSocket, TcpListener)> {
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..PORT_TRIES {
        let tcp = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        match std::net::UdpSocket::bind(tcp.local_addr()?) {
            Ok(udp) => {
                tcp.set_nonblocking(true)?;
                udp.set_nonblocking(true)?;
                return Ok((UdpSocket::from_std(udp)?, TcpListener::from_std(tcp)?));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn serve_udp(socket: UdpSocket, zone: Zone) {
    let mut packet = vec![0; usize::from(u16::MAX)];
    loop {
        // An error here speaks of an earlier reply nobody waited for (ICMP); the socket itself is fine.
        let Ok((octets, peer)) = socket.recv_from(&mut packet).await else { continue };
        if let Some(reply) = zone.answer(&packet[..octets], Some(512)) {
            let _ = socket.send_to(&reply, peer).await;
        }
    }
}

async fn serve_tcp(listener: TcpListener, zone: Zone) {
    while let Ok((stream, _)) = listener.accept().await {
        let zone = zone.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(TCP_TIMEOUT, serve_stream(stream, zone)).await;
        });
    }
}

/// RFC 1035 §4.2.2: each message is preceded by its length.
async fn serve_stream(mut stream: TcpStream, zone: Zone) -> io::Result<()> {
    loop {
        let octets = stream.read_u16().await?;
        let mut packet = vec![0; usize::from(octets)];
        stream.read_exact(&mut packet).await?;
        let Some(reply) = zone.answer(&packet, None) else { continue };
        let octets = u16::try_from(reply.len()).map_err(io::Error::other)?;
        stream.write_u16(octets).await?;
        stream.write_all(&reply).await?;
    }
}

fn below(names: &HashSet<String>, name: &str) -> bool {
    names.iter().any(|top| top.is_empty() || is_within(name, top))
}

fn key(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn fqdn(host: &str) -> Name {
    let mut name = Name::from_str_relaxed(host).unwrap_or_default();
    name.set_fqdn(true);
    name
}

#[cfg(test)]
#[path = "dns_tests.rs"]
mod tests;
