//! Rows, and their statuses against a DNS server on loopback whose zone changes.

use std::time::Duration;

use super::*;
use crate::{
    config::{Auth, Config, EnvelopeSender, Listener, Route, Smarthost, SmarthostTls},
    playground,
    setup::{KeyRole, MtaStsPolicy, Need, RowKind, rows},
};

const HOST: &str = "mx.acme.example";

fn acme() -> Domain {
    Domain { name: "acme.example".into(), selector_rsa: Some("r".into()), selector_ed25519: Some("e".into()) }
}

fn keys() -> Vec<DkimRow> {
    let key = |selector: &str, record: &str| DkimRow {
        selector: selector.into(),
        record: record.into(),
        role: KeyRole::Signs,
    };
    vec![key("r", "v=DKIM1; k=rsa; p=AAAA"), key("e", "v=DKIM1; k=ed25519; p=BBBB")]
}

fn sends(route: Route) -> Config {
    let mut config = Config::default();
    config.smtp.hostname = HOST.into();
    config.outbound.route = route;
    config
}

fn direct() -> Vec<DnsRow> {
    rows(&sends(Route::Mx { port: 25 }), &acme(), &keys())
}

fn smarthost(host: &str) -> Vec<DnsRow> {
    let (host, tls) = (host.to_owned(), SmarthostTls::StartTls);
    rows(
        &sends(Route::Smarthost(Smarthost { host, port: 587, tls, user: None, password: None, ca: None })),
        &acme(),
        &[],
    )
}

/// A server and who asks it.
struct World {
    server: playground::Dns,
    dns: Dns,
}

impl World {
    fn new() -> Self {
        let server = playground::Dns::start(playground::Zone::new()).unwrap();
        let auth = Auth {
            resolvers: vec![server.addr()],
            query_timeout: Duration::from_millis(200),
            deadline: Duration::from_secs(2),
            ..Auth::default()
        };
        Self { server, dns: Dns::of(&auth).unwrap() }
    }

    /// One with these texts.
    fn with(texts: &[(&str, &str)]) -> Self {
        let world = Self::new();
        for (name, value) in texts {
            world.zone().txt(name, value);
        }
        world
    }

    fn zone(&self) -> &playground::Zone {
        self.server.zone()
    }

    fn publish(&self, rows: &[DnsRow]) {
        for row in rows {
            match row.kind {
                RowKind::Txt => self.zone().txt(&row.name, &row.value),
                RowKind::Mx => self.zone().mx(&row.name, 10, &row.name),
                RowKind::A => self.zone().a(&row.name, Ipv4Addr::new(192, 0, 2, 1)),
            };
        }
    }

    async fn words(&self) -> Vec<&'static str> {
        status(direct(), &self.dns).await.iter().map(|one| one.status.word()).collect()
    }

    /// The status of the first of `rows` with that purpose.
    async fn of(&self, rows: Vec<DnsRow>, purpose: Purpose) -> Status {
        let rows = rows.into_iter().filter(|row| row.purpose == purpose).take(1).collect();
        status(rows, &self.dns).await.remove(0).status
    }

    async fn status_of(&self, purpose: Purpose) -> Status {
        self.of(direct(), purpose).await
    }
}

/// Holds when it fails because of what was seen, with words about the change.
fn fails(status: &Status, seen_part: &str, change_part: &str) {
    let Status::Failing { seen, change } = status else { panic!("{status:?}") };
    assert!(seen.contains(seen_part) && change.contains(change_part), "{status:?}");
}

#[test]
fn a_domain_has_keys_spf_dmarc_the_way_to_us_and_what_senders_to_us_are_told_about_tls() {
    let lines: Vec<_> = direct()
        .iter()
        .map(|row| format!("{} {} {} {}", row.purpose.need().word(), row.kind.word(), row.name, row.value))
        .collect();
    let id = MtaStsPolicy::of(HOST).id;
    assert_eq!(
        lines,
        [
            "sending TXT r._domainkey.acme.example v=DKIM1; k=rsa; p=AAAA",
            "sending TXT e._domainkey.acme.example v=DKIM1; k=ed25519; p=BBBB",
            "recommended TXT acme.example v=spf1 a:mx.acme.example ~all",
            "recommended TXT mx.acme.example v=spf1 a:mx.acme.example ~all",
            "recommended TXT _dmarc.acme.example v=DMARC1; p=none",
            "recommended MX mx.acme.example 10 mx.acme.example.",
            "arriving A mx.acme.example the public IP address of this machine",
            "recommended TXT _smtp._tls.mx.acme.example v=TLSRPTv1; rua=mailto:postmaster@acme.example",
            &format!("recommended TXT _mta-sts.mx.acme.example v=STSv1; id={id};"),
        ]
    );
}

#[test]
fn the_policy_is_for_our_host_name_and_its_id_changes_with_it() {
    let policy = MtaStsPolicy::of(HOST);
    assert_eq!(policy.url, "https://mta-sts.mx.acme.example/.well-known/mta-sts.txt");
    assert_eq!(policy.text, "version: STSv1\nmode: testing\nmx: mx.acme.example\nmax_age: 604800\n");
    assert!(policy.id.len() <= 32 && policy.id.bytes().all(|b| b.is_ascii_alphanumeric()), "{}", policy.id);
    assert_ne!(policy.id, MtaStsPolicy::of("other.example").id);
}

#[test]
fn the_address_of_our_host_is_that_of_a_listener_others_can_reach() {
    let mut config = sends(Route::Mx { port: 25 });
    let listener = |listen: &str| Listener { listen: listen.parse().unwrap(), ..Listener::default() };
    config.smtp.listeners = ["127.0.0.1:25", "0.0.0.0:25", "192.0.2.7:25"].map(listener).into();
    let row = rows(&config, &acme(), &[]).into_iter().find(|row| row.kind == RowKind::A).unwrap();
    assert_eq!((row.value.as_str(), row.purpose.need()), ("192.0.2.7", Need::Arriving));
}

#[test]
fn our_host_name_has_an_spf_row_of_its_own_where_envelope_senders_are_in_it() {
    let rows_of = |change: fn(&mut Config)| {
        let mut config = sends(Route::Mx { port: 25 });
        change(&mut config);
        let rows = rows(&config, &acme(), &[]);
        rows.into_iter().filter(|row| row.purpose == Purpose::Spf).map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(rows_of(|_| ()), ["acme.example", "mx.acme.example"]);
    assert_eq!(rows_of(|config| config.outbound.envelope = EnvelopeSender::From), ["acme.example"]);
    assert_eq!(rows_of(|config| config.smtp.hostname = "acme.example".into()), ["acme.example"]);
}

#[test]
fn a_smarthost_is_let_send_by_the_record_its_provider_names() {
    for (host, term) in [
        ("relay.example", "a:relay.example"),
        ("192.0.2.9", "ip4:192.0.2.9"),
        ("2001:db8::9", "ip6:2001:db8::9"),
        ("email-smtp.eu-west-1.amazonaws.com", "include:amazonses.com"),
        ("smtp-relay.gmail.com", "include:_spf.google.com"),
        ("notgmail.com", "a:notgmail.com"),
    ] {
        assert_eq!(smarthost(host)[0].value, format!("v=spf1 {term} ~all"));
    }
}

#[tokio::test]
async fn rows_are_pending_until_they_are_published_as_printed() {
    let world = World::new();
    assert_eq!(world.words().await, ["pending"; 9]);
    assert!(!verified(&status(direct(), &world.dns).await));
    world.publish(&direct()[..2]);
    assert_eq!(world.words().await[..3], ["verified", "verified", "pending"]);
    assert!(verified(&status(direct(), &world.dns).await), "the keys are enough to send");
    world.publish(&direct()[2..]);
    let checked = status(direct(), &world.dns).await;
    assert!(checked.iter().all(|one| one.status == Status::Verified), "{checked:#?}");
    world.zone().remove("r._domainkey.acme.example");
    assert_eq!(world.words().await[0], "pending");
}

#[tokio::test]
async fn a_long_key_comes_in_pieces_and_white_space_and_order_do_not_matter() {
    let world = World::with(&[("r._domainkey.acme.example", " p = AA\tAA ;k=RSA ; v=DKIM1;")]);
    assert_eq!(world.status_of(Purpose::Dkim).await, Status::Verified);
    let world = World::with(&[("r._domainkey.acme.example", "p=AAAA")]);
    assert_eq!(world.status_of(Purpose::Dkim).await, Status::Verified, "v and k have defaults");
    let long = format!("v=DKIM1; k=rsa; p={}", "A".repeat(392));
    let key = DkimRow { selector: "r".into(), record: long.clone(), role: KeyRole::Signs };
    let world = World::with(&[("r._domainkey.acme.example", &long)]);
    assert_eq!(status(key_rows(&acme(), &[key]), &world.dns).await[0].status, Status::Verified);
}

#[tokio::test]
async fn another_key_a_revoked_key_and_two_keys_are_failing_and_say_what_to_change() {
    for (value, change) in [
        ("v=DKIM1; k=rsa; p=CCCC", "not our key"),
        ("v=DKIM1; k=rsa; p=", "revokes"),
        ("v=DKIM1; k=ed25519; p=AAAA", "not our key"),
        ("hello", "not our key"),
    ] {
        let world = World::with(&[("r._domainkey.acme.example", value)]);
        fails(&world.status_of(Purpose::Dkim).await, value, change);
    }
    let world = World::new();
    world.publish(&direct());
    world.zone().txt("r._domainkey.acme.example", "v=DKIM1; p=CCCC");
    fails(&world.status_of(Purpose::Dkim).await, " | ", "one row");
}

#[tokio::test]
async fn what_a_stranger_put_into_dns_is_shown_short_and_without_control_characters() {
    let value = format!("\u{1b}[2J{}", "x".repeat(3000));
    let Status::Failing { seen, .. } = dkim("v=DKIM1; p=AAAA", &[value]) else { panic!("it fails") };
    assert!(seen.chars().count() <= SEEN_CHARS_MAX && !seen.contains('\u{1b}'), "{seen:?}");
}

#[tokio::test]
async fn dns_trouble_is_unknown_and_never_verified() {
    let world = World::new();
    world.publish(&direct());
    world.zone().servfail("acme.example");
    assert_eq!(world.words().await, ["unknown"; 9]);
    let (state, _) = domain_state(&acme(), &keys(), &world.dns).await;
    assert!(matches!(&state, DomainState::Unknown(words) if words.starts_with("TXT r._domainkey")), "{state:?}");
    world.zone().heal();
    assert_eq!(domain_state(&acme(), &keys(), &world.dns).await.0, DomainState::Verified);
}

#[tokio::test]
async fn a_domain_is_verified_by_all_its_keys_and_never_without_one() {
    let world = World::with(&[("r._domainkey.acme.example", "v=DKIM1; p=AAAA")]);
    let unverified = |words: &str| DomainState::Unverified(words.into());
    let (state, _) = domain_state(&acme(), &keys(), &world.dns).await;
    assert_eq!(state, unverified("TXT e._domainkey.acme.example is missing"));
    let (state, _) = domain_state(&acme(), &[], &world.dns).await;
    assert_eq!(state, unverified("acme.example has no DKIM key: `replyd domain add acme.example` makes them"));
}

#[tokio::test]
async fn next_keys_count_when_both_are_there_and_old_ones_do_not_stop_a_domain() {
    let until = crate::types::Millis(9);
    let parts = [KeyRole::Next, KeyRole::Next, KeyRole::Signs, KeyRole::Old { until }];
    let keys: Vec<DkimRow> = parts
        .iter()
        .enumerate()
        .map(|(n, role)| DkimRow { selector: format!("s{n}"), record: format!("p=AAA{n}"), role: *role })
        .collect();
    let world = World::with(&[("s0._domainkey.acme.example", "p=AAA0"), ("s2._domainkey.acme.example", "p=AAA2")]);
    let checked = status(key_rows(&acme(), &keys), &world.dns).await;
    assert_eq!((verified(&checked), next_verified(&checked)), (true, false));
    world.zone().txt("s1._domainkey.acme.example", "p=AAA1");
    assert!(next_verified(&status(key_rows(&acme(), &keys), &world.dns).await));
    assert!(!next_verified(&status(key_rows(&acme(), &keys[2..]), &world.dns).await), "there are none");
}

#[tokio::test]
async fn spf_is_verified_when_receivers_let_our_host_send_however_it_is_written() {
    for record in [
        "v=spf1 include:_spf.other.example +A:MX.acme.example -all",
        "v=spf1 ip4:192.0.2.0/24 -all",
        "v=spf1 include:_spf.ours.example -all",
        "v=spf1 redirect=_spf.ours.example",
    ] {
        let world = World::with(&[("acme.example", "other=1"), ("acme.example", record)]);
        world.zone().a(HOST, Ipv4Addr::new(192, 0, 2, 1)).txt("_spf.other.example", "v=spf1 -all");
        world.zone().txt("_spf.ours.example", "v=spf1 a:mx.acme.example -all");
        assert_eq!(world.status_of(Purpose::Spf).await, Status::Verified, "{record}");
    }
}

#[tokio::test]
async fn spf_that_does_not_let_one_of_our_addresses_send_is_failing_and_names_it() {
    let world = World::with(&[("acme.example", "v=spf1 ip4:192.0.2.1 -all")]);
    world.zone().a(HOST, Ipv4Addr::new(192, 0, 2, 1)).aaaa(HOST, "2001:db8::1".parse().unwrap());
    fails(&world.status_of(Purpose::Spf).await, "ip4:192.0.2.1", "2001:db8::1 send; put `a:mx.acme.example` before");
}

#[tokio::test]
async fn two_spf_rows_mistakes_and_too_many_lookups_are_failing_and_trouble_is_unknown() {
    let spf = |records: &[&str]| {
        let world = World::with(&records.iter().map(|record| ("acme.example", *record)).collect::<Vec<_>>());
        world.zone().a(HOST, Ipv4Addr::new(192, 0, 2, 1));
        world
    };
    let twice = spf(&["v=spf1 a:mx.acme.example -all", "v=spf1 -all"]).status_of(Purpose::Spf).await;
    fails(&twice, " | v=spf1 -all", "make one of them");
    let mistake = spf(&["v=spf1 a:mx.acme.example ipv4:192.0.2.1 -all"]).status_of(Purpose::Spf).await;
    fails(&mistake, "ipv4:", "a mistake in it");
    let deep = spf(&["v=spf1 include:0.example -all"]);
    for n in 0..12 {
        deep.zone().txt(&format!("{n}.example"), &format!("v=spf1 include:{}.example -all", n + 1));
    }
    fails(&deep.status_of(Purpose::Spf).await, "include:0", "more than ten lookups");
    let trouble = spf(&["v=spf1 include:_spf.broken.example -all"]);
    trouble.zone().servfail("broken.example");
    assert_eq!(trouble.status_of(Purpose::Spf).await.word(), "unknown");
    assert_eq!(spf(&["v=spf10 a:mx.acme.example"]).status_of(Purpose::Spf).await, Status::Pending);
}

#[tokio::test]
async fn spf_can_be_published_before_our_host_has_an_address() {
    let world = World::with(&[("acme.example", "v=spf1 a:mx.acme.example -all")]);
    assert_eq!(world.status_of(Purpose::Spf).await, Status::Verified);
    let world = World::with(&[("acme.example", "v=spf1 -all")]);
    fails(&world.status_of(Purpose::Spf).await, "v=spf1 -all", "put `a:mx.acme.example`");
}

#[tokio::test]
async fn the_spf_row_of_a_smarthost_is_its_providers_to_say_but_mistakes_are_mistakes() {
    let spf = async |record: &str| {
        let world = World::with(&[("acme.example", record), ("relay.example", "v=spf1 ip4:192.0.2.8 -all")]);
        world.zone().a("relay.example", Ipv4Addr::new(192, 0, 2, 9));
        world.of(smarthost("relay.example"), Purpose::SpfOfSmarthost).await.word()
    };
    assert_eq!(spf("v=spf1 include:relay.example -all").await, "unknown");
    assert_eq!(spf("v=spf1 a:relay.example -all").await, "verified");
    assert_eq!(spf("v=spf1 a:relay.example a:relay.example:25 -all").await, "failing");
    let world = World::with(&[("acme.example", "v=spf1 include:sendgrid.net -all"), ("sendgrid.net", "v=spf1 -all")]);
    assert_eq!(world.of(smarthost("smtp.sendgrid.net"), Purpose::SpfOfSmarthost).await, Status::Verified);
}

#[tokio::test]
async fn dmarc_tls_reports_and_the_tls_policy_have_one_row_each_that_says_what_it_must() {
    for (purpose, name, good, short) in [
        (Purpose::Dmarc, "_dmarc.acme.example", "v=DMARC1;p=reject;rua=mailto:a@b", "v=DMARC1"),
        (Purpose::TlsReports, "_smtp._tls.mx.acme.example", "v=TLSRPTv1;rua=https://r.example", "v=TLSRPTv1; rua="),
        (Purpose::MtaSts, "_mta-sts.mx.acme.example", "v=STSv1; id=20261123", "v=STSv1;"),
    ] {
        assert_eq!(World::with(&[(name, good)]).status_of(purpose).await, Status::Verified);
        fails(&World::with(&[(name, short)]).status_of(purpose).await, short, "it needs");
        fails(&World::with(&[(name, good), (name, short)]).status_of(purpose).await, " | ", "take one away");
        assert_eq!(World::with(&[(name, "hello")]).status_of(purpose).await, Status::Pending);
    }
}

#[tokio::test]
async fn mail_reaches_us_by_mx_or_by_address() {
    let world = World::new();
    world.zone().a(HOST, Ipv4Addr::new(192, 0, 2, 1));
    assert_eq!(world.status_of(Purpose::Replies).await, Status::Verified, "RFC 5321: an address alone will do");
    world.zone().mx(HOST, 10, "other.example");
    fails(&world.status_of(Purpose::Replies).await, "other.example", "name ours");
    let nowhere = World::new();
    nowhere.zone().mx(HOST, 10, HOST);
    assert_eq!(nowhere.status_of(Purpose::ReplyHost).await, Status::Pending, "an MX that leads to no address");
}
