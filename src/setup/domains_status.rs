//! Whether the DNS rows of a domain are there, as the resolver sees them now, and what to change where they are not right.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
};

use super::{
    dns::{Dns, LookupError},
    domains::{DkimRow, DnsRow, Purpose, key_rows},
};
use crate::{config::Domain, types::Verdict};

/// Letters of what DNS has that are shown: a whole key of 2048 bits.
const SEEN_CHARS_MAX: usize = 450;

/// Whether a row is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It is there.
    Verified,
    /// There is nothing.
    Pending,
    /// There is something else.
    Failing {
        /// What, as DNS gives it, cut to a length.
        seen: String,
        /// What to do about it.
        change: String,
    },
    /// It cannot be said now; why, in words. Never counts as verified.
    Unknown(String),
}

impl Status {
    /// One word for lists and scripts.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Pending => "pending",
            Self::Failing { .. } => "failing",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why it is not verified; empty when it is.
    pub fn why(&self) -> String {
        match self {
            Self::Verified => String::new(),
            Self::Pending => "DNS has no such row".to_owned(),
            Self::Failing { seen, change } => format!("DNS has `{seen}`: {change}"),
            Self::Unknown(words) => words.clone(),
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

/// What DNS says about each row, in their order. They are asked for all at once.
pub async fn status(rows: Vec<DnsRow>, dns: &Dns) -> Vec<Checked> {
    let asked: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let (dns, of) = (dns.clone(), row.clone());
            (row, tokio::spawn(async move { status_of(&of, &dns).await }))
        })
        .collect();
    let mut all = Vec::with_capacity(asked.len());
    for (row, answer) in asked {
        let status = answer.await.unwrap_or_else(|_| Status::Unknown("the question broke off".to_owned()));
        all.push(Checked { row, status });
    }
    all
}

async fn status_of(row: &DnsRow, dns: &Dns) -> Status {
    match row.purpose {
        Purpose::Replies => way_to_us(&row.name, dns).await,
        Purpose::ReplyHost => addresses(&row.name, dns).await,
        _ => match dns.txt(&row.name).await {
            Ok(seen) => text(row, &seen, dns).await,
            Err(fault) => not_found(fault),
        },
    }
}

async fn text(row: &DnsRow, seen: &[String], dns: &Dns) -> Status {
    match row.purpose {
        Purpose::Dkim | Purpose::NextDkim | Purpose::OldDkim { .. } => dkim(&row.value, seen),
        Purpose::Spf | Purpose::SpfOfSmarthost => spf(row, seen, dns).await,
        Purpose::Dmarc => one_of_version(seen, "DMARC1", "p", "a policy, as in `p=none`"),
        Purpose::TlsReports => one_of_version(seen, "TLSRPTv1", "rua", "where reports go, as in `rua=mailto:…`"),
        Purpose::MtaSts => one_of_version(seen, "STSv1", "id", "an `id=`"),
        Purpose::Replies | Purpose::ReplyHost => Status::Unknown("it is no text".to_owned()),
    }
}

/// Whether the domain may send: it has DKIM rows, and every one of them is there.
pub fn verified(checked: &[Checked]) -> bool {
    all_verified(checked, |purpose| purpose == Purpose::Dkim)
}

/// Whether the next keys may sign.
pub fn next_verified(checked: &[Checked]) -> bool {
    all_verified(checked, |purpose| purpose == Purpose::NextDkim)
}

fn all_verified(checked: &[Checked], of: impl Fn(Purpose) -> bool) -> bool {
    let mut rows = checked.iter().filter(|one| of(one.row.purpose)).peekable();
    rows.peek().is_some() && rows.all(|one| one.status == Status::Verified)
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

/// Asks for the rows of those keys only. See [`state_of`].
pub async fn domain_state(domain: &Domain, keys: &[DkimRow], dns: &Dns) -> (DomainState, Vec<Checked>) {
    let checked = status(key_rows(domain, keys), dns).await;
    (state_of(domain, &checked), checked)
}

/// What is the matter with the first row that sending needs and that is not there.
pub fn state_of(domain: &Domain, checked: &[Checked]) -> DomainState {
    if verified(checked) {
        return DomainState::Verified;
    }
    let mut of_keys = checked.iter().filter(|one| one.row.purpose == Purpose::Dkim);
    let trouble = of_keys.clone().find_map(|one| match &one.status {
        Status::Unknown(words) => Some(format!("TXT {}: {words}", one.row.name)),
        Status::Verified | Status::Pending | Status::Failing { .. } => None,
    });
    if let Some(words) = trouble {
        return DomainState::Unknown(words);
    }
    let lacking = of_keys.find_map(|Checked { row, status }| match status {
        Status::Verified | Status::Unknown(_) => None,
        Status::Pending => Some(format!("TXT {} is missing", row.name)),
        Status::Failing { seen, .. } => Some(format!("TXT {} holds another key: {seen}", row.name)),
    });
    let no_keys = || format!("{0} has no DKIM key: `replyd domain add {0}` makes them", domain.name);
    DomainState::Unverified(lacking.unwrap_or_else(no_keys))
}

fn not_found(fault: LookupError) -> Status {
    match fault {
        LookupError::NoRecord => Status::Pending,
        LookupError::Failed(words) => Status::Unknown(words),
    }
}

fn failing<S: AsRef<str>>(seen: &[S], change: impl Into<String>) -> Status {
    let seen = seen.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" | ");
    // Anybody can put anything into DNS, and this goes to a terminal.
    let seen = seen.chars().filter(|c| !c.is_control()).take(SEEN_CHARS_MAX).collect();
    Status::Failing { seen, change: change.into() }
}

/// RFC 6376 §3.6.2.2: one record for a selector; what verifiers do with two differs.
fn dkim(ours: &str, seen: &[String]) -> Status {
    match seen {
        [] => Status::Pending,
        [one] if same_key(ours, one) => Status::Verified,
        [one] if tags(one).get("p").is_some_and(String::is_empty) => {
            failing(seen, "an empty p= revokes the key; publish the value as it is printed")
        }
        [_] => failing(seen, "that is not our key; publish the value as it is printed"),
        _ => failing(seen, "a selector has one row; take away those that are not as printed"),
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

async fn spf(row: &DnsRow, seen: &[String], dns: &Dns) -> Status {
    let is_spf = |text: &&String| {
        let text = text.to_ascii_lowercase();
        text == "v=spf1" || text.starts_with("v=spf1 ")
    };
    let records: Vec<&String> = seen.iter().filter(is_spf).collect();
    match records.as_slice() {
        [] => Status::Pending,
        [one] => spf_record(row, one, dns).await,
        // RFC 7208 §4.5.
        _ => failing(&records, "two v=spf1 rows are an error to receivers, who use neither: make one of them"),
    }
}

async fn spf_record(row: &DnsRow, record: &str, dns: &Dns) -> Status {
    let term = row.value.split(' ').nth(1).unwrap_or_default();
    let senders = match senders(term, dns).await {
        Ok(senders) => senders,
        Err(words) => return Status::Unknown(words),
    };
    let are_known = !senders.is_empty();
    // Any address finds the mistakes in a record.
    let asked = if are_known { senders } else { vec![Ipv4Addr::UNSPECIFIED.into()] };
    for sender in asked {
        match dns.may_send(&row.name, sender).await {
            Verdict::PermError => {
                let change = "receivers cannot use it: a mistake in it or in a record that it includes, or more than ten \
                              lookups (RFC 7208 §4.6.4)";
                return failing(&[record], change);
            }
            Verdict::TempError => return Status::Unknown(format!("DNS gave no answer to what `{record}` asks for")),
            Verdict::Pass => {}
            _ if are_known => return spf_without_us(row, record, &format!("it does not let {sender} send")),
            _ => {}
        }
    }
    let same = |other: &str| other.trim_start_matches('+').eq_ignore_ascii_case(term);
    if are_known || record.split_ascii_whitespace().any(same) {
        Status::Verified
    } else {
        spf_without_us(row, record, &format!("`{term}` is not in it"))
    }
}

fn spf_without_us(row: &DnsRow, record: &str, why: &str) -> Status {
    let term = row.value.split(' ').nth(1).unwrap_or_default();
    if row.purpose == Purpose::SpfOfSmarthost {
        return Status::Unknown(format!(
            "whether `{record}` lets the smarthost send is for its provider to say: {why}"
        ));
    }
    failing(&[record], format!("{why}; put `{term}` before its `all`"))
}

/// The addresses that a term of ours speaks of; none where only its provider knows them.
async fn senders(term: &str, dns: &Dns) -> Result<Vec<IpAddr>, String> {
    match term.split_once(':') {
        Some(("a", host)) => match dns.addresses(host).await {
            Ok(addresses) => Ok(addresses),
            Err(LookupError::NoRecord) => Ok(Vec::new()),
            Err(LookupError::Failed(words)) => Err(words),
        },
        Some(("ip4" | "ip6", ip)) => Ok(ip.parse().into_iter().collect()),
        _ => Ok(Vec::new()),
    }
}

/// RFC 7489 §6.6.3, RFC 8460 §3, RFC 8461 §3.1: one record that begins with its version, and says what it is for.
fn one_of_version(seen: &[String], version: &str, tag: &str, needs: &str) -> Status {
    let records: Vec<&String> = seen.iter().filter(|text| tags(text).get("v").is_some_and(|v| v == version)).collect();
    match records.as_slice() {
        [] => Status::Pending,
        [one] if tags(one).get(tag).is_some_and(|value| !value.is_empty()) => Status::Verified,
        [_] => failing(&records, format!("it needs {needs}")),
        _ => failing(&records, format!("two v={version} rows count as none: take one away")),
    }
}

/// An MX that names us, or no MX and an address. RFC 5321 §5.1.
async fn way_to_us(hostname: &str, dns: &Dns) -> Status {
    match dns.mx(hostname).await {
        Ok(hosts) if hosts.iter().any(|host| host.eq_ignore_ascii_case(hostname)) => Status::Verified,
        Ok(hosts) if !hosts.is_empty() => failing(&hosts, "mail for us goes to that host; name ours"),
        Ok(_) | Err(LookupError::NoRecord) => addresses(hostname, dns).await,
        Err(LookupError::Failed(words)) => Status::Unknown(words),
    }
}

async fn addresses(hostname: &str, dns: &Dns) -> Status {
    match dns.addresses(hostname).await {
        Ok(addresses) if !addresses.is_empty() => Status::Verified,
        Ok(_) => Status::Pending,
        Err(fault) => not_found(fault),
    }
}

#[cfg(test)]
#[path = "domains_tests.rs"]
mod tests;
