//! The DNS rows of a sending domain: which there must be, and whether they are there.
//!
//! Making the rows is pure; the status asks a [`Lookup`]. Keys are made in `outbound::keys`.

use std::collections::BTreeMap;

use super::dns::{Lookup, LookupError};
use crate::config::{Domain, Route};

/// The type of a row, as a DNS console calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Text.
    Txt,
    /// Mail exchanger.
    Mx,
}

impl RowKind {
    /// As it is written in a zone.
    pub fn word(self) -> &'static str {
        match self {
            Self::Txt => "TXT",
            Self::Mx => "MX",
        }
    }
}

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A public key. RFC 6376. Without it nothing leaves.
    Dkim,
    /// Which hosts send for the domain. RFC 7208.
    Spf,
    /// The same, where a smarthost sends: only its provider can say what its row must be.
    SpfOfSmarthost,
    /// What receivers do with mail that proves nothing. RFC 7489.
    Dmarc,
    /// The way to us: destinations and keyed reply addresses are at our host name.
    Replies,
}

impl Purpose {
    /// For the person who publishes the row.
    pub fn words(self) -> &'static str {
        match self {
            Self::Dkim => "proves that an answer is yours; nothing leaves before it is there",
            Self::Spf => {
                "lets our host send for the domain; where there is a v=spf1 row already, add the middle part to that one"
            }
            Self::SpfOfSmarthost => {
                "lets the smarthost send for the domain; its provider may ask for an include: instead of this"
            }
            Self::Dmarc => "tells receivers what to do with mail that is not yours; any policy will do for us",
            Self::Replies => "leads forwarded mail and replies to us; an A or AAAA row of that name does as well",
        }
    }
}

/// A row to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRow {
    /// Its type.
    pub kind: RowKind,
    /// The whole name, without a last dot.
    pub name: String,
    /// The value, as a DNS console takes it: long TXT values are not cut.
    pub value: String,
    /// What for.
    pub purpose: Purpose,
}

/// A DKIM key's public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimRow {
    /// `s=`.
    pub selector: String,
    /// `v=DKIM1; k=…; p=…`. RFC 6376 §3.6.1.
    pub record: String,
}

/// Whether a row is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is there.
    Verified,
    /// There is nothing.
    Missing,
    /// There is something else.
    Wrong {
        /// What, as DNS gives it.
        seen: String,
    },
    /// It cannot be said now; why, in words. Never counts as verified.
    Unknown(String),
}

impl Status {
    /// One word for lists.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Missing => "missing",
            Self::Wrong { .. } => "wrong",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// A row and its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The row.
    pub row: DnsRow,
    /// Its status.
    pub status: Status,
}

/// The rows that the domain needs: its DKIM keys, SPF, DMARC, and the way to our host.
pub fn rows(domain: &Domain, keys: &[DkimRow], hostname: &str, route: &Route) -> Vec<DnsRow> {
    let txt = |name, value, purpose| DnsRow { kind: RowKind::Txt, name, value, purpose };
    let name = &domain.name;
    let mut rows: Vec<DnsRow> = keys
        .iter()
        .map(|key| txt(format!("{}._domainkey.{name}", key.selector), key.record.clone(), Purpose::Dkim))
        .collect();
    let (sender, purpose) = match route {
        Route::Smarthost(smarthost) => (smarthost.host.as_str(), Purpose::SpfOfSmarthost),
        Route::File { .. } | Route::Mx { .. } => (hostname, Purpose::Spf),
    };
    let mechanism = match sender.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => format!("ip4:{ip}"),
        Ok(std::net::IpAddr::V6(ip)) => format!("ip6:{ip}"),
        Err(_) => format!("a:{sender}"),
    };
    rows.push(txt(name.clone(), format!("v=spf1 {mechanism} ~all"), purpose));
    rows.push(txt(format!("_dmarc.{name}"), "v=DMARC1; p=none".to_owned(), Purpose::Dmarc));
    rows.push(DnsRow {
        kind: RowKind::Mx,
        name: hostname.to_owned(),
        value: format!("10 {hostname}."),
        purpose: Purpose::Replies,
    });
    rows
}

/// What DNS says about each row, in their order.
pub async fn status(rows: Vec<DnsRow>, dns: &impl Lookup) -> Vec<Checked> {
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let status = match row.purpose {
            Purpose::Dkim => judged(dns.txt(&row.name).await, |seen| dkim(&row.value, seen)),
            Purpose::Spf | Purpose::SpfOfSmarthost => judged(dns.txt(&row.name).await, |seen| spf(&row, seen)),
            Purpose::Dmarc => judged(dns.txt(&row.name).await, dmarc),
            Purpose::Replies => way_to_us(&row.name, dns).await,
        };
        all.push(Checked { row, status });
    }
    all
}

/// Whether the domain may send: it has DKIM rows, and every one of them is there.
pub fn verified(checked: &[Checked]) -> bool {
    let mut dkim = checked.iter().filter(|one| one.row.purpose == Purpose::Dkim).peekable();
    dkim.peek().is_some() && dkim.all(|one| one.status == Status::Verified)
}

/// Whether a domain may send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainState {
    /// Both keys are published.
    Verified,
    /// One is not, or there is none; which, in words.
    Unverified(String),
    /// DNS could not be asked; why. Trying again can help.
    Unknown(String),
}

/// Asks for the DKIM rows only, and says what is the matter with the first that is not there.
pub async fn domain_state(domain: &Domain, keys: &[DkimRow], dns: &impl Lookup) -> DomainState {
    let mut rows = rows(domain, keys, "", &Route::Mx { port: 0 });
    rows.retain(|row| row.purpose == Purpose::Dkim);
    let checked = status(rows, dns).await;
    if verified(&checked) {
        return DomainState::Verified;
    }
    let mut unverified = format!("{} has no DKIM key", domain.name);
    for Checked { row, status } in checked.iter().rev() {
        match status {
            Status::Verified => {}
            Status::Missing => unverified = format!("TXT {} is missing", row.name),
            Status::Wrong { seen } => unverified = format!("TXT {} holds another key: {seen}", row.name),
            Status::Unknown(words) => return DomainState::Unknown(format!("TXT {}: {words}", row.name)),
        }
    }
    DomainState::Unverified(unverified)
}

fn judged(answer: Result<Vec<String>, LookupError>, judge: impl FnOnce(&[String]) -> Status) -> Status {
    match answer {
        Ok(seen) if seen.is_empty() => Status::Missing,
        Ok(seen) => judge(&seen),
        Err(LookupError::NoRecord) => Status::Missing,
        Err(LookupError::Failed(words)) => Status::Unknown(words),
    }
}

fn wrong<S: AsRef<str>>(seen: &[S]) -> Status {
    Status::Wrong { seen: seen.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" | ") }
}

/// RFC 6376 §3.6.2.2: one record for a selector; what verifiers do with two differs.
fn dkim(ours: &str, seen: &[String]) -> Status {
    match seen {
        [one] if same_key(ours, one) => Status::Verified,
        _ => wrong(seen),
    }
}

/// Whether two key records hold the same key. Order of tags and white space do not matter. RFC 6376 §3.6.1.
fn same_key(ours: &str, theirs: &str) -> bool {
    let (ours, theirs) = (tags(ours), tags(theirs));
    let key_type = |tags: &BTreeMap<String, String>| tags.get("k").map_or("rsa".to_owned(), |k| k.to_lowercase());
    let version_ok = theirs.get("v").is_none_or(|v| v == "DKIM1");
    let key = ours.get("p").filter(|key| !key.is_empty());
    version_ok && key.is_some() && key == theirs.get("p") && key_type(&ours) == key_type(&theirs)
}

/// `a=b; c=d` with all white space taken out of the values. RFC 6376 §3.2.
fn tags(record: &str) -> BTreeMap<String, String> {
    let tag = |part: &str| {
        let (name, value) = part.split_once('=')?;
        Some((name.trim().to_lowercase(), value.chars().filter(|c| !c.is_whitespace()).collect()))
    };
    record.split(';').filter_map(tag).collect()
}

fn spf(row: &DnsRow, seen: &[String]) -> Status {
    let is_spf = |text: &&String| {
        let text = text.trim().to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    };
    let records: Vec<&String> = seen.iter().filter(is_spf).collect();
    let mechanism = row.value.split(' ').nth(1).unwrap_or_default();
    match records.as_slice() {
        [] => Status::Missing,
        [one]
            if one
                .split_ascii_whitespace()
                .any(|term| term.trim_start_matches('+').eq_ignore_ascii_case(mechanism)) =>
        {
            Status::Verified
        }
        [one] if row.purpose == Purpose::SpfOfSmarthost => {
            Status::Unknown(format!("whether this covers the smarthost is for its provider to say: {one}"))
        }
        // RFC 7208 §4.5: more than one record is a permanent error.
        _ => wrong(&records),
    }
}

/// RFC 7489 §6.6.3: one record that begins with its version; any policy.
fn dmarc(seen: &[String]) -> Status {
    let records: Vec<&String> = seen.iter().filter(|text| tags(text).get("v").is_some_and(|v| v == "DMARC1")).collect();
    match records.as_slice() {
        [] => Status::Missing,
        [one] if tags(one).contains_key("p") => Status::Verified,
        _ => wrong(&records),
    }
}

/// An MX that names us, or no MX and an address. RFC 5321 §5.1.
async fn way_to_us(hostname: &str, dns: &impl Lookup) -> Status {
    match dns.mx(hostname).await {
        Ok(hosts) if hosts.iter().any(|host| host.eq_ignore_ascii_case(hostname)) => {}
        Ok(hosts) if !hosts.is_empty() => return wrong(&hosts),
        Ok(_) | Err(LookupError::NoRecord) => {}
        Err(LookupError::Failed(words)) => return Status::Unknown(words),
    }
    match dns.addresses(hostname).await {
        Ok(addresses) if !addresses.is_empty() => Status::Verified,
        Ok(_) | Err(LookupError::NoRecord) => Status::Missing,
        Err(LookupError::Failed(words)) => Status::Unknown(words),
    }
}

#[cfg(test)]
#[path = "domains_tests.rs"]
mod tests;
