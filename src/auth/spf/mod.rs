//! Whether a server may send for a domain. RFC 7208, all of it but the explanation, which nobody would read.
//!
//! The record is parsed by `record`, names with macros by `template`; here it is evaluated, over what is known of DNS:
//! nothing waits. What is not known yet is noted by [`Lookups`], and the result thrown away.

mod record;
mod template;

use std::{net::IpAddr, sync::Arc};

pub(super) use record::{Broken, Record, select};

use super::{
    dns::{Answer, Question},
    lookups::Lookups,
};
use crate::types::{self, Verdict};
use record::{Masks, Mechanism};
use template::{Macros, Template, VALIDATED_NAME_UNKNOWN};

/// Terms that ask DNS. RFC 7208 §4.6.4.
const TERMS_MAX: usize = 10;

/// Lookups of these terms that find nothing. RFC 7208 §4.6.4.
const VOIDS_MAX: usize = 2;

/// Hosts of one MX lookup, and names of the client's address. RFC 7208 §4.6.4.
const HOSTS_MAX: usize = 10;

/// Octets of a domain name as text, without the final dot. RFC 1035 §3.1.
const NAME_OCTETS_MAX: usize = 253;

/// Octets of a label. RFC 1035 §3.1.
const LABEL_OCTETS_MAX: usize = 63;

/// Who sends, as the SMTP session knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Client<'a> {
    pub(super) peer: IpAddr,
    pub(super) helo: &'a str,
    /// The envelope sender's parts; the null sender stands for `postmaster@` the HELO name. RFC 7208 §2.4.
    pub(super) local: &'a str,
    pub(super) domain: &'a str,
}

/// What the domain of the sender says about that client. RFC 7208 §4.
pub(super) fn check(lookups: &Lookups, client: Client<'_>) -> Verdict {
    let client = Client { peer: client.peer.to_canonical(), ..client };
    let mut evaluation = Evaluation { lookups, client, terms: 0, voids: 0 };
    match evaluation.check_host(client.domain) {
        Ok(verdict) => verdict,
        Err(Stop::Temporary) => Verdict::TempError,
        Err(Stop::Permanent) => Verdict::PermError,
    }
}

/// What ends an evaluation at once. RFC 7208 §2.6.6, §2.6.7.
enum Stop {
    Temporary,
    Permanent,
}

struct Evaluation<'a> {
    lookups: &'a Lookups,
    client: Client<'a>,
    terms: usize,
    voids: usize,
}

impl Evaluation<'_> {
    /// RFC 7208 §4. Calls itself for `include` and `redirect`, as deep as terms are allowed.
    fn check_host(&mut self, domain: &str) -> Result<Verdict, Stop> {
        if !is_checkable(domain) {
            return Ok(Verdict::None);
        }
        let Some(record) = self.record(domain)? else { return Ok(Verdict::None) };
        for directive in &record.directives {
            if self.matches(&directive.mechanism, domain)? {
                return Ok(directive.verdict);
            }
        }
        let Some(redirect) = &record.redirect else { return Ok(Verdict::Neutral) };
        self.count_term()?;
        let target = self.expand(redirect, domain);
        match self.check_host(&target)? {
            // RFC 7208 §6.1.
            Verdict::None => Err(Stop::Permanent),
            verdict => Ok(verdict),
        }
    }

    fn record(&self, domain: &str) -> Result<Option<Arc<Record>>, Stop> {
        match self.lookups.recall(&Question::new(Question::SPF, domain)) {
            Answer::Spf(Ok(record)) => Ok(Some(record)),
            Answer::Spf(Err(_)) => Err(Stop::Permanent),
            Answer::Missing => Ok(None),
            _ => Err(Stop::Temporary),
        }
    }

    /// RFC 7208 §5.
    fn matches(&mut self, mechanism: &Mechanism, domain: &str) -> Result<bool, Stop> {
        if mechanism.asks_dns() {
            self.count_term()?;
        }
        let peer = self.client.peer;
        match mechanism {
            Mechanism::All => Ok(true),
            Mechanism::Ip4(network, bits) => Ok(within(peer, IpAddr::V4(*network), Masks { v4: *bits, v6: 128 })),
            Mechanism::Ip6(network, bits) => Ok(within(peer, IpAddr::V6(*network), Masks { v4: 32, v6: *bits })),
            Mechanism::Include(target) => {
                let target = self.expand(target, domain);
                match self.check_host(&target)? {
                    Verdict::Pass => Ok(true),
                    // RFC 7208 §5.2.
                    Verdict::None => Err(Stop::Permanent),
                    _ => Ok(false),
                }
            }
            Mechanism::A(target, masks) => {
                let name = self.target(target.as_ref(), domain);
                let rows = self.addresses(&name)?;
                Ok(rows.iter().any(|row| within(peer, *row, *masks)))
            }
            Mechanism::Mx(target, masks) => {
                let name = self.target(target.as_ref(), domain);
                self.mx_matches(&name, *masks)
            }
            Mechanism::Exists(target) => {
                let name = self.expand(target, domain);
                // RFC 7208 §5.7: A rows, whatever the client's kind of address.
                let answer = self.recall(Question::V4, &name);
                Ok(!self.rows(answer)?.is_empty())
            }
            Mechanism::Ptr(target) => {
                let name = self.target(target.as_ref(), domain);
                Ok(self.validated_names().iter().any(|validated| is_within(validated, &name)))
            }
        }
    }

    /// RFC 7208 §5.4.
    fn mx_matches(&mut self, name: &str, masks: Masks) -> Result<bool, Stop> {
        let hosts = match self.recall(Question::MX, name) {
            Answer::Hosts(hosts) => hosts,
            Answer::Missing => {
                self.count_void()?;
                return Ok(false);
            }
            _ => return Err(Stop::Temporary),
        };
        if hosts.len() > HOSTS_MAX {
            return Err(Stop::Permanent);
        }
        // All are recalled before the first is looked at, so that what is missed is fetched at once.
        let answers: Vec<Answer> = hosts.iter().map(|host| self.recall(self.address_kind(), host)).collect();
        for answer in answers {
            if self.rows(answer)?.iter().any(|row| within(self.client.peer, *row, masks)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The names of the client's address that have that address themselves. RFC 7208 §5.5: trouble makes no match.
    fn validated_names(&self) -> Vec<Box<str>> {
        let peer = self.client.peer;
        let Answer::Hosts(names) = self.lookups.recall(&Question::ptr(peer)) else { return Vec::new() };
        let looked_at = names.iter().take(HOSTS_MAX);
        let answers: Vec<_> = looked_at.map(|name| (name, self.recall(self.address_kind(), name))).collect();
        let has_peer = |answer: &Answer| matches!(answer, Answer::Addresses(rows) if rows.contains(&peer));
        answers.into_iter().filter(|(_, answer)| has_peer(answer)).map(|(name, _)| name.clone()).collect()
    }

    fn addresses(&mut self, name: &str) -> Result<Arc<[IpAddr]>, Stop> {
        let answer = self.recall(self.address_kind(), name);
        self.rows(answer)
    }

    fn rows(&mut self, answer: Answer) -> Result<Arc<[IpAddr]>, Stop> {
        match answer {
            Answer::Addresses(rows) if !rows.is_empty() => Ok(rows),
            Answer::Addresses(_) | Answer::Missing => {
                self.count_void()?;
                Ok(Arc::new([]))
            }
            _ => Err(Stop::Temporary),
        }
    }

    /// What is known of a name; one that cannot be asked for is not there. RFC 7208 §4.3, §4.8.
    fn recall(&self, kind: u8, name: &str) -> Answer {
        if has_good_labels(name) { self.lookups.recall(&Question::new(kind, name)) } else { Answer::Missing }
    }

    fn address_kind(&self) -> u8 {
        if self.client.peer.is_ipv4() { Question::V4 } else { Question::V6 }
    }

    fn target(&self, template: Option<&Template>, domain: &str) -> String {
        template.map_or_else(|| domain.to_owned(), |template| self.expand(template, domain))
    }

    /// RFC 7208 §7.3: names too long lose labels on the left.
    fn expand(&self, template: &Template, domain: &str) -> String {
        let validated = if template.wants_validated_name() { self.validated_name(domain) } else { String::new() };
        let Client { peer, helo, local, domain: sender_domain } = self.client;
        let full = template.expand(&Macros { local, sender_domain, domain, peer, helo, validated: &validated });
        let mut name = full.strip_suffix('.').unwrap_or(&full);
        while name.len() > NAME_OCTETS_MAX {
            match name.split_once('.') {
                Some((_, rest)) => name = rest,
                None => break,
            }
        }
        name.to_owned()
    }

    /// `%{p}`, RFC 7208 §7.3: the domain itself, else a name below it, else any.
    fn validated_name(&self, domain: &str) -> String {
        let names = self.validated_names();
        let trimmed = || names.iter().map(|name| name.strip_suffix('.').unwrap_or(name));
        let best = trimmed()
            .find(|name| name.eq_ignore_ascii_case(domain))
            .or_else(|| trimmed().find(|name| is_within(name, domain)))
            .or_else(|| trimmed().next());
        best.unwrap_or(VALIDATED_NAME_UNKNOWN).to_owned()
    }

    fn count_term(&mut self) -> Result<(), Stop> {
        self.terms += 1;
        if self.terms > TERMS_MAX { Err(Stop::Permanent) } else { Ok(()) }
    }

    fn count_void(&mut self) -> Result<(), Stop> {
        self.voids += 1;
        if self.voids > VOIDS_MAX { Err(Stop::Permanent) } else { Ok(()) }
    }
}

/// RFC 7208 §4.3: a name of several labels, each of a length DNS can carry.
fn is_checkable(domain: &str) -> bool {
    domain.contains('.') && domain.len() <= NAME_OCTETS_MAX && !domain.starts_with('[') && has_good_labels(domain)
}

fn has_good_labels(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= NAME_OCTETS_MAX && name.split('.').all(|label| !label.is_empty() && label.len() <= LABEL_OCTETS_MAX)
}

/// As names stand in records and in answers: in any letter case, with or without the dot of the root.
fn is_within(name: &str, top: &str) -> bool {
    let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
    types::is_within(&plain(name), &plain(top))
}

/// Whether both are of one kind and agree in their first bits.
fn within(peer: IpAddr, network: IpAddr, masks: Masks) -> bool {
    match (peer, network) {
        (IpAddr::V4(peer), IpAddr::V4(network)) => {
            (peer.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(masks.v4)
        }
        (IpAddr::V6(peer), IpAddr::V6(network)) => {
            (peer.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(masks.v6)
        }
        _ => false,
    }
}
