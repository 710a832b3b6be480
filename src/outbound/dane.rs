//! DANE when sending by MX: where DNSSEC proves who serves a domain, its DNS may name the certificates of those servers, and
//! then letters go to them through TLS with one of these or not at all. RFC 7672, RFC 7671, RFC 6698.
//!
//! What is named is found here; `dane_match` compares it with what a server shows.

use std::sync::Arc;

use mail_auth::hickory_resolver::proto::rr::{
    RData, RecordType,
    rdata::{
        TLSA,
        tlsa::{CertUsage, Matching as WireMatching, Selector as WireSelector},
    },
};

use super::{DnsFault, Validating};

/// Records of one server that count: each is compared with each certificate it shows.
const RECORDS_MAX: usize = 100;

/// Octets of SHA2-256 and SHA2-512. RFC 6234.
const SHA256_OCTETS: usize = 32;
const SHA512_OCTETS: usize = 64;

/// What DNS names for the certificate of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tlsa {
    pub(super) base: String,
    /// The names that its certificate may be for where an issuer is named. RFC 7672 §3.2.2.
    pub(super) names: Vec<String>,
    pub(super) records: Vec<Record>,
}

/// A TLSA record that SMTP can use. RFC 7672 §3.1, RFC 7218.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    pub(super) usage: Usage,
    pub(super) selector: Selector,
    pub(super) matching: Matching,
    pub(super) octets: Vec<u8>,
}

/// Whose certificate is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Usage {
    /// DANE-TA(2): of somebody who vouches for it.
    Issuer,
    /// DANE-EE(3): the server's own.
    Server,
}

/// What of a certificate is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Selector {
    /// Cert(0).
    Certificate,
    /// SPKI(1).
    PublicKey,
}

/// How it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Matching {
    /// Full(0).
    Whole,
    /// SHA2-256(1).
    Sha256,
    /// SHA2-512(2).
    Sha512,
}

impl Tlsa {
    /// `base`: where the records stand. `names`: by which the server may go too.
    pub(super) fn new(base: &str, names: [&str; 2], records: &[TLSA]) -> Self {
        let mut names = vec![base.to_owned(), names[0].to_owned(), names[1].to_owned()];
        names.dedup();
        let mut records: Vec<Record> = records.iter().filter_map(Record::read).collect();
        // So that the same records in another order are the same.
        records.sort();
        records.dedup();
        // RFC 7671 §9: beside a stronger digest a weaker one says nothing.
        let stronger: Vec<_> =
            records.iter().filter(|record| record.matching == Matching::Sha512).map(Record::about).collect();
        records.retain(|record| record.matching != Matching::Sha256 || !stronger.contains(&record.about()));
        records.truncate(RECORDS_MAX);
        Self { base: base.to_owned(), names, records }
    }

    /// The name that the server is asked for (SNI). RFC 7672 §8.1.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Whether there is anything to compare; where not, TLS is demanded and nothing of the certificate. RFC 7672 §2.2.
    pub(super) fn names_any(&self) -> bool {
        !self.records.is_empty()
    }
}

impl Record {
    /// `None` for what cannot be used. PKIX-TA(0) and PKIX-EE(1) cannot, as there are no roots that all agree on. RFC 7672 §3.1.3.
    fn read(record: &TLSA) -> Option<Self> {
        let usage = match record.cert_usage {
            CertUsage::DaneTa => Usage::Issuer,
            CertUsage::DaneEe => Usage::Server,
            _ => return None,
        };
        let selector = match record.selector {
            WireSelector::Full => Selector::Certificate,
            WireSelector::Spki => Selector::PublicKey,
            _ => return None,
        };
        let octets = record.cert_data.clone();
        let matching = match (record.matching, octets.len()) {
            (WireMatching::Raw, 1..) => Matching::Whole,
            (WireMatching::Sha256, SHA256_OCTETS) => Matching::Sha256,
            (WireMatching::Sha512, SHA512_OCTETS) => Matching::Sha512,
            _ => return None,
        };
        Some(Self { usage, selector, matching, octets })
    }

    fn about(&self) -> (Usage, Selector) {
        (self.usage, self.selector)
    }
}

impl Validating {
    /// As [`super::Dns::tlsa`].
    pub(super) async fn tlsa(&self, domain: &str, host: &str) -> Result<Option<Arc<Tlsa>>, DnsFault> {
        if !self.is_proved_server(domain, host).await? {
            return Ok(None);
        }
        for base in self.bases(host).await? {
            let found = match self.ask(&format!("_25._tcp.{base}"), RecordType::TLSA).await {
                Ok(found) if found.is_secure => found,
                Ok(_) | Err(DnsFault::NoSuchName) => continue,
                Err(fault) => return Err(fault),
            };
            let records: Vec<TLSA> = found.records.into_iter().filter_map(tlsa).collect();
            if !records.is_empty() {
                return Ok(Some(Arc::new(Tlsa::new(&base, [host, domain], &records))));
            }
        }
        Ok(None)
    }

    /// RFC 7672 §2.2.1. Without MX the domain is its own server, and its addresses have to be proved all the same.
    async fn is_proved_server(&self, domain: &str, host: &str) -> Result<bool, DnsFault> {
        let servers = self.mx(domain).await?;
        let is_one = match servers.records.as_slice() {
            [] => host == domain,
            records => records.iter().any(|(_, name)| name == host),
        };
        match is_one {
            true => Ok(servers.is_secure || servers.records.is_empty()),
            false => Err(DnsFault::Trouble(format!("the servers of {domain} are others by now"))),
        }
    }

    /// Where the records of a host may stand, best first; nowhere unless its addresses, or the CNAME in its place, are proved:
    /// who is not asked cannot fail. RFC 7672 §2.2.2, §2.2.3.
    async fn bases(&self, host: &str) -> Result<Vec<String>, DnsFault> {
        let addresses = self.addresses(host).await?;
        let own = host.to_owned();
        Ok(match (addresses.is_secure, addresses.alias_of) {
            (true, Some(expanded)) => vec![expanded, own],
            (true, None) => vec![own],
            (false, Some(_)) if self.ask(host, RecordType::CNAME).await?.is_secure => vec![own],
            (false, _) => Vec::new(),
        })
    }
}

fn tlsa(record: RData) -> Option<TLSA> {
    match record {
        RData::TLSA(record) => Some(record),
        _ => None,
    }
}

#[cfg(test)]
#[path = "dane_tests.rs"]
mod tests;
