//! Rows and their statuses against a zone in memory.

use std::{collections::HashMap, net::IpAddr};

use super::*;
use crate::config::{Smarthost, SmarthostTls};

/// A zone: `TXT name` → values. A name with the value `!` is in trouble.
#[derive(Default)]
struct Zone(HashMap<String, Vec<String>>);

impl Zone {
    fn with(mut self, kind: &str, name: &str, value: &str) -> Self {
        self.0.entry(format!("{kind} {name}")).or_default().push(value.to_owned());
        self
    }

    fn ask(&self, kind: &str, name: &str) -> Result<Vec<String>, LookupError> {
        match self.0.get(&format!("{kind} {name}")) {
            Some(values) if values == &["!"] => Err(LookupError::Failed("SERVFAIL".into())),
            Some(values) => Ok(values.clone()),
            None => Err(LookupError::NoRecord),
        }
    }
}

impl Lookup for Zone {
    async fn txt(&self, name: &str) -> Result<Vec<String>, LookupError> {
        self.ask("TXT", name)
    }
    async fn mx(&self, name: &str) -> Result<Vec<String>, LookupError> {
        self.ask("MX", name)
    }
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        Ok(self.ask("A", name)?.iter().map(|ip| ip.parse().unwrap()).collect())
    }
}

fn acme() -> Domain {
    Domain { name: "acme.example".into(), selector_rsa: Some("r".into()), selector_ed25519: Some("e".into()) }
}

fn keys() -> Vec<DkimRow> {
    vec![
        DkimRow { selector: "r".into(), record: "v=DKIM1; k=rsa; p=AAAA".into() },
        DkimRow { selector: "e".into(), record: "v=DKIM1; k=ed25519; p=BBBB".into() },
    ]
}

fn direct() -> Vec<DnsRow> {
    rows(&acme(), &keys(), "mx.acme.example", &Route::Mx { port: 25 })
}

fn smarthost() -> Route {
    Route::Smarthost(Smarthost {
        host: "relay.example".into(),
        port: 587,
        tls: SmarthostTls::StartTls,
        user: None,
        password: None,
        ca: None,
    })
}

fn published() -> Zone {
    direct().iter().fold(Zone::default(), |zone, row| match row.kind {
        RowKind::Txt => zone.with("TXT", &row.name, &row.value),
        RowKind::Mx => zone.with("MX", &row.name, &row.name).with("A", &row.name, "192.0.2.1"),
    })
}

async fn words(rows: Vec<DnsRow>, zone: &Zone) -> Vec<&'static str> {
    status(rows, zone).await.iter().map(|one| one.status.word()).collect()
}

/// The status of the only row with that purpose.
async fn status_of(purpose: Purpose, zone: &Zone) -> Status {
    let rows = direct().into_iter().filter(|row| row.purpose == purpose).take(1).collect();
    status(rows, zone).await.remove(0).status
}

#[test]
fn a_domain_has_two_keys_spf_dmarc_and_the_way_to_us() {
    let lines: Vec<_> = direct().iter().map(|row| format!("{} {} {}", row.kind.word(), row.name, row.value)).collect();
    assert_eq!(
        lines,
        [
            "TXT r._domainkey.acme.example v=DKIM1; k=rsa; p=AAAA",
            "TXT e._domainkey.acme.example v=DKIM1; k=ed25519; p=BBBB",
            "TXT acme.example v=spf1 a:mx.acme.example ~all",
            "TXT _dmarc.acme.example v=DMARC1; p=none",
            "MX mx.acme.example 10 mx.acme.example.",
        ]
    );
    let relayed = rows(&acme(), &keys(), "mx.acme.example", &smarthost());
    assert_eq!(relayed[2].value, "v=spf1 a:relay.example ~all");
}

#[tokio::test]
async fn what_is_published_as_printed_is_verified() {
    let checked = status(direct(), &published()).await;
    assert!(checked.iter().all(|one| one.status == Status::Verified), "{checked:#?}");
    assert!(verified(&checked));
}

#[tokio::test]
async fn an_empty_zone_misses_everything() {
    assert_eq!(words(direct(), &Zone::default()).await, ["missing"; 5]);
    assert!(!verified(&status(direct(), &Zone::default()).await));
}

#[tokio::test]
async fn white_space_and_the_order_of_tags_do_not_matter_in_a_key() {
    let zone = Zone::default().with("TXT", "r._domainkey.acme.example", " p = AA\tAA ;k=RSA ; v=DKIM1;");
    assert_eq!(status_of(Purpose::Dkim, &zone).await, Status::Verified);
    let zone = Zone::default().with("TXT", "r._domainkey.acme.example", "p=AAAA");
    assert_eq!(status_of(Purpose::Dkim, &zone).await, Status::Verified, "v and k have defaults");
}

#[tokio::test]
async fn another_key_a_revoked_key_and_two_keys_are_wrong() {
    for value in ["v=DKIM1; k=rsa; p=CCCC", "v=DKIM1; k=rsa; p=", "v=DKIM1; k=ed25519; p=AAAA", "hello"] {
        let zone = Zone::default().with("TXT", "r._domainkey.acme.example", value);
        assert_eq!(status_of(Purpose::Dkim, &zone).await, Status::Wrong { seen: value.into() });
    }
    let zone = published().with("TXT", "r._domainkey.acme.example", "v=DKIM1; p=CCCC");
    assert_eq!(status_of(Purpose::Dkim, &zone).await.word(), "wrong");
}

#[tokio::test]
async fn dns_trouble_is_unknown_and_never_verified() {
    let zone = Zone::default().with("TXT", "r._domainkey.acme.example", "!");
    assert_eq!(status_of(Purpose::Dkim, &zone).await, Status::Unknown("SERVFAIL".into()));
    let state = domain_state(&acme(), &keys(), &zone).await;
    assert_eq!(state, DomainState::Unknown("TXT r._domainkey.acme.example: SERVFAIL".into()));
}

#[tokio::test]
async fn a_domain_is_verified_by_all_its_keys_and_never_without_one() {
    let unverified = |words: &str| DomainState::Unverified(words.into());
    assert_eq!(domain_state(&acme(), &keys(), &published()).await, DomainState::Verified);
    let half = Zone::default().with("TXT", "r._domainkey.acme.example", "v=DKIM1; p=AAAA");
    assert_eq!(domain_state(&acme(), &keys(), &half).await, unverified("TXT e._domainkey.acme.example is missing"));
    assert_eq!(domain_state(&acme(), &[], &published()).await, unverified("acme.example has no DKIM key"));
}

#[tokio::test]
async fn our_host_may_stand_in_an_spf_row_among_others() {
    let spf = |value: &str| Zone::default().with("TXT", "acme.example", "other=1").with("TXT", "acme.example", value);
    let good = spf("v=spf1 include:_spf.google.com +A:MX.acme.example -all");
    assert_eq!(status_of(Purpose::Spf, &good).await, Status::Verified);
    let without = "v=spf1 include:_spf.google.com -all";
    assert_eq!(status_of(Purpose::Spf, &spf(without)).await, Status::Wrong { seen: without.into() });
    let twice = spf("v=spf1 a:mx.acme.example -all").with("TXT", "acme.example", "v=spf1 -all");
    assert_eq!(status_of(Purpose::Spf, &twice).await.word(), "wrong");
    assert_eq!(status_of(Purpose::Spf, &spf("v=spf10 a:mx.acme.example")).await, Status::Missing);
}

#[tokio::test]
async fn the_spf_row_of_a_smarthost_is_left_to_its_provider() {
    let zone = Zone::default().with("TXT", "acme.example", "v=spf1 include:relay.example -all");
    let rows = rows(&acme(), &[], "mx.acme.example", &smarthost());
    let checked = status(rows, &zone).await;
    assert_eq!(checked[0].status.word(), "unknown");
}

#[tokio::test]
async fn any_dmarc_policy_will_do_but_there_is_one() {
    let dmarc = |value: &str| Zone::default().with("TXT", "_dmarc.acme.example", value);
    assert_eq!(status_of(Purpose::Dmarc, &dmarc("v=DMARC1;p=reject;rua=mailto:a@b")).await, Status::Verified);
    assert_eq!(status_of(Purpose::Dmarc, &dmarc("v=DMARC1")).await.word(), "wrong");
    assert_eq!(status_of(Purpose::Dmarc, &dmarc("hello")).await, Status::Missing);
}

#[tokio::test]
async fn mail_reaches_us_by_mx_or_by_address() {
    let host = "mx.acme.example";
    let address_only = Zone::default().with("A", host, "192.0.2.1");
    assert_eq!(status_of(Purpose::Replies, &address_only).await, Status::Verified);
    let elsewhere = Zone::default().with("MX", host, "other.example");
    assert_eq!(status_of(Purpose::Replies, &elsewhere).await, Status::Wrong { seen: "other.example".into() });
    let nowhere = Zone::default().with("MX", host, host);
    assert_eq!(status_of(Purpose::Replies, &nowhere).await, Status::Missing, "an MX that leads to no address");
    let trouble = Zone::default().with("MX", host, "!");
    assert_eq!(status_of(Purpose::Replies, &trouble).await.word(), "unknown");
}
