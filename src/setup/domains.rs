//! The DNS rows of a sending domain: which there must be, and what each is for.
//!
//! Pure. Whether they are there says `domains_status`; since when they are or are not, `domains_seen`. Keys are made in
//! `outbound::keys`.

use super::recipes::spf_include;
use crate::{
    config::{Config, Domain, Route},
    types::Millis,
};

/// How long senders keep our MTA-STS policy: a week, so that a mistake in it heals. RFC 8461 §3.2.
const POLICY_MAX_AGE_SECS: u32 = 604_800;

/// Digits of the policy's id; RFC 8461 §3.1 allows 32.
const POLICY_ID_DIGITS: usize = 16;

/// The type of a row, as a DNS console calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// Text.
    Txt,
    /// Mail exchanger.
    Mx,
    /// Address; one of IPv6 does as well.
    A,
}

impl RowKind {
    /// As it is written in a zone.
    pub fn word(self) -> &'static str {
        match self {
            Self::Txt => "TXT",
            Self::Mx => "MX",
            Self::A => "A",
        }
    }
}

/// What does not work without a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing leaves.
    Sending,
    /// Nothing reaches us.
    Arriving,
    /// The next keys do not sign.
    Rotation,
    /// All works; receivers trust us less.
    Recommended,
}

impl Need {
    /// One word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Arriving => "arriving",
            Self::Rotation => "rotation",
            Self::Recommended => "recommended",
        }
    }

    /// The same for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Sending => "needed to send",
            Self::Arriving => "needed for mail to reach us",
            Self::Rotation => "needed before the next keys sign",
            Self::Recommended => "recommended",
        }
    }
}

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A public key that signs. RFC 6376.
    Dkim,
    /// One that will.
    NextDkim,
    /// One that did.
    OldDkim {
        /// Until then letters that it signed may still be on their way.
        until: Millis,
    },
    /// Which hosts send for the domain. RFC 7208.
    Spf,
    /// The same, where a smarthost sends: only its provider can say what its row must be.
    SpfOfSmarthost,
    /// What receivers do with mail that proves nothing. RFC 7489.
    Dmarc,
    /// The way to us: destinations and keyed reply addresses are at our host name.
    Replies,
    /// Where that name is.
    ReplyHost,
    /// Where senders to us report trouble with TLS. RFC 8460.
    TlsReports,
    /// That senders to us find a policy about TLS. RFC 8461.
    MtaSts,
}

impl Purpose {
    /// What does not work without it.
    pub fn need(self) -> Need {
        match self {
            Self::Dkim => Need::Sending,
            Self::NextDkim => Need::Rotation,
            Self::ReplyHost => Need::Arriving,
            Self::OldDkim { .. }
            | Self::Spf
            | Self::SpfOfSmarthost
            | Self::Dmarc
            | Self::Replies
            | Self::TlsReports
            | Self::MtaSts => Need::Recommended,
        }
    }

    /// For the person who publishes the row.
    pub fn words(self) -> &'static str {
        match self {
            Self::Dkim => "proves that an answer is yours; nothing leaves before it is there",
            Self::NextDkim => "the next key; the old one signs until both of the next ones are there",
            Self::OldDkim { .. } => "has signed letters that may still be on their way",
            Self::Spf => {
                "lets our host send under that name; where there is a v=spf1 row already, add the middle part to that one"
            }
            Self::SpfOfSmarthost => {
                "lets the smarthost send for the domain; its provider may ask for something else instead"
            }
            Self::Dmarc => "tells receivers what to do with mail that is not yours; any policy will do for us",
            Self::Replies => "leads forwarded mail and replies to us; without it the address alone does",
            Self::ReplyHost => "where we are; an AAAA row does as well",
            Self::TlsReports => {
                "has senders to us report trouble with TLS; put in any mailbox that takes reports by mail"
            }
            Self::MtaSts => {
                "has senders to us look for the policy below; only with that policy in place and a certificate for our \
                 host name that is not self-signed. Needs a new id whenever the policy changes"
            }
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

/// Which part a key plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyRole {
    /// It signs.
    Signs,
    /// It will, when its row is seen.
    Next,
    /// It did.
    Old {
        /// Until when its row must stay.
        until: Millis,
    },
}

/// A DKIM key's public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DkimRow {
    /// `s=`.
    pub selector: String,
    /// `v=DKIM1; k=…; p=…`. RFC 6376 §3.6.1.
    pub record: String,
    /// Its part.
    pub role: KeyRole,
}

/// The rows of the keys alone.
pub fn key_rows(domain: &Domain, keys: &[DkimRow]) -> Vec<DnsRow> {
    let row = |key: &DkimRow| DnsRow {
        kind: RowKind::Txt,
        name: format!("{}._domainkey.{}", key.selector, domain.name),
        value: key.record.clone(),
        purpose: match key.role {
            KeyRole::Signs => Purpose::Dkim,
            KeyRole::Next => Purpose::NextDkim,
            KeyRole::Old { until } => Purpose::OldDkim { until },
        },
    };
    keys.iter().map(row).collect()
}

/// All rows that the domain should have: its DKIM keys, SPF and DMARC; and those of our host name, which is the mail domain
/// that destinations, envelope senders and keyed reply addresses are in: SPF, the way to us, and what its senders are told about
/// TLS.
pub fn rows(config: &Config, domain: &Domain, keys: &[DkimRow]) -> Vec<DnsRow> {
    let txt = |name, value, purpose| DnsRow { kind: RowKind::Txt, name, value, purpose };
    let (name, host) = (&domain.name, &config.smtp.hostname);
    let mut rows = key_rows(domain, keys);
    let (mechanism, purpose) = mechanism(&config.outbound.route, host);
    let spf = format!("v=spf1 {mechanism} ~all");
    rows.push(txt(name.clone(), spf.clone(), purpose));
    // RFC 7208 §2.4: it is asked of the domain in MAIL FROM.
    if config.outbound.envelope.is_verp(&config.outbound.route, host) && host != name {
        rows.push(txt(host.clone(), spf, purpose));
    }
    rows.push(txt(format!("_dmarc.{name}"), "v=DMARC1; p=none".to_owned(), Purpose::Dmarc));
    let (kind, value) = (RowKind::Mx, format!("10 {host}."));
    rows.push(DnsRow { kind, name: host.clone(), value, purpose: Purpose::Replies });
    rows.push(DnsRow { kind: RowKind::A, name: host.clone(), value: our_address(config), purpose: Purpose::ReplyHost });
    // RFC 8460 §3. RFC 5321 §4.5.1: every mail domain has a postmaster.
    let reports = format!("v=TLSRPTv1; rua=mailto:postmaster@{name}");
    rows.push(txt(format!("_smtp._tls.{host}"), reports, Purpose::TlsReports));
    let id = MtaStsPolicy::of(host).id;
    rows.push(txt(format!("_mta-sts.{host}"), format!("v=STSv1; id={id};"), Purpose::MtaSts));
    rows
}

/// What lets the sending host send, as a term of SPF.
fn mechanism(route: &Route, hostname: &str) -> (String, Purpose) {
    let (sender, purpose) = match route {
        Route::Smarthost(smarthost) => (smarthost.host.as_str(), Purpose::SpfOfSmarthost),
        Route::File { .. } | Route::Mx { .. } => (hostname, Purpose::Spf),
    };
    let mechanism = match (sender.parse(), spf_include(sender)) {
        (Ok(std::net::IpAddr::V4(ip)), _) => format!("ip4:{ip}"),
        (Ok(std::net::IpAddr::V6(ip)), _) => format!("ip6:{ip}"),
        (Err(_), Some(include)) if purpose == Purpose::SpfOfSmarthost => format!("include:{include}"),
        (Err(_), _) => format!("a:{sender}"),
    };
    (mechanism, purpose)
}

/// The address of a listener that others can reach, when the configuration names one.
fn our_address(config: &Config) -> String {
    let mut all = config.smtp.listeners.iter().map(|listener| listener.listen.ip());
    let public = all.find(|ip| ip.is_ipv4() && !ip.is_loopback() && !ip.is_unspecified());
    public.map_or_else(|| "the public IP address of this machine".to_owned(), |ip| ip.to_string())
}

/// What has to be served over HTTPS for the MTA-STS row of our host name. We serve no web pages to the world: it is one small
/// file for the company's web server. RFC 8461 §3.2, §3.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MtaStsPolicy {
    /// Where senders fetch it; the certificate there must be for this name.
    pub url: String,
    /// The whole file.
    pub text: String,
    /// The id for the row: another one for every other text.
    pub id: String,
}

impl MtaStsPolicy {
    /// For mail to addresses at that host name. Mode testing: senders report what does not hold, and deliver.
    pub fn of(hostname: &str) -> Self {
        let text = format!("version: STSv1\nmode: testing\nmx: {hostname}\nmax_age: {POLICY_MAX_AGE_SECS}\n");
        let mut id = blake3::hash(text.as_bytes()).to_hex().to_string();
        id.truncate(POLICY_ID_DIGITS);
        Self { url: format!("https://mta-sts.{hostname}/.well-known/mta-sts.txt"), text, id }
    }
}
