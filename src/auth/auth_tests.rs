//! The whole room against a DNS server over loopback.

#[path = "arc_tests.rs"]
mod arc;
#[path = "composition_tests.rs"]
mod composition;
#[path = "dmarc_tests.rs"]
mod dmarc;
#[path = "dns_tests.rs"]
mod dns;
#[path = "forwarded_tests.rs"]
mod forwarded;
#[path = "group_tests.rs"]
mod group;
#[path = "hostile_zone_tests.rs"]
mod hostile_zones;
#[path = "signature_tests.rs"]
mod signatures;

use std::net::{IpAddr, Ipv4Addr};

use super::*;
use crate::{
    mime::Mail,
    playground::{self as play, Claim, Customer, Dns as DnsServer, Key, Zone},
    types::{Address, Clock, IdMaker, Level, Recipient},
};

const CUSTOMER: &str = "ada@a.example";
const CUSTOMER_IP: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const FORWARDER_IP: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const GMAIL_SENDER: &str = "support+caf_=in+k=mx.acme.example@acme.example";

/// A customer with a strict domain, the DNS server that knows it, and the one who checks.
struct Scene {
    zone: Zone,
    dns: DnsServer,
    customer: Customer,
    auth: Authenticator,
}

impl Scene {
    /// With the deadlines of the daemon, which nothing here comes near.
    fn new() -> Self {
        Self::with(config::Auth::default())
    }

    /// For servers that never answer.
    fn in_a_hurry() -> Self {
        let (query_timeout, deadline) = (Duration::from_millis(100), Duration::from_millis(600));
        Self::with(config::Auth { query_timeout, deadline, ..config::Auth::default() })
    }

    fn with(settings: config::Auth) -> Self {
        let zone = Zone::new();
        let customer = Customer::with_strict_domain("Ada", CUSTOMER, &zone).unwrap();
        zone.txt("acme.example", "v=spf1 ip4:192.0.2.1 -all");
        let dns = DnsServer::start(zone.clone()).unwrap();
        let settings = config::Auth { resolvers: vec![dns.addr()], ..settings };
        let auth = Authenticator::new(&settings, Vec::new());
        Self { zone, dns, customer, auth }
    }

    /// The same DNS server with another DMARC row.
    fn policy(&self, record: &str) {
        self.zone.remove("_dmarc.a.example");
        if !record.is_empty() {
            self.zone.txt("_dmarc.a.example", record);
        }
    }

    fn mail(&self) -> Vec<u8> {
        self.customer.writes("support@acme.example", "1@a.example", "Broken", "It is broken.").unwrap()
    }

    fn unsigned(&self) -> Vec<u8> {
        self.customer.unsigned("support@acme.example", "1@a.example", "Broken", "", "It is broken.")
    }

    fn key(&self) -> &Key {
        self.customer.key.as_ref().unwrap()
    }

    /// As forwarded by Gmail.
    async fn forwarded(&self, mail: &[u8], trusted: &[&str]) -> Verdicts {
        self.check(mail, FORWARDER_IP, GMAIL_SENDER, trusted).await
    }

    /// As sent by the customer's own server.
    async fn direct(&self, mail: &[u8]) -> Verdicts {
        self.check(mail, CUSTOMER_IP, CUSTOMER, &[]).await
    }

    async fn check(&self, mail: &[u8], peer: IpAddr, sender: &str, trusted: &[&str]) -> Verdicts {
        let envelope = Self::envelope(peer, sender);
        let sealers = trusted.iter().map(|&domain| domain.to_owned()).collect();
        let registered = Registration { sealers, way: None };
        self.auth.check(&envelope, &Bytes::copy_from_slice(mail), &read(mail), registered).await.verdicts
    }

    fn envelope(peer: IpAddr, sender: &str) -> Envelope {
        let mail_from = (!sender.is_empty()).then(|| Address::parse(sender).unwrap());
        Envelope {
            id: IdMaker::new(Clock::testing_fixed(1), 0).mail(),
            arrived: crate::types::Millis(1),
            peer,
            helo: "out.a.example".into(),
            esmtp: true,
            tls: None,
            mail_from,
            recipients: vec![Recipient { address: Address::parse("in+k@mx.acme.example").unwrap() }],
            smtputf8: false,
        }
    }
}

/// What `mime` would make of these simple mails.
fn read(mail: &[u8]) -> Mail {
    let text = String::from_utf8_lossy(mail).into_owned();
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let mut froms = head.split("\r\n").filter_map(|line| line.strip_prefix("From: "));
    let (first, second) = (froms.next(), froms.next());
    let address = first.map(|line| line.rsplit('<').next().unwrap_or(line).trim_end_matches('>'));
    let from = if second.is_none() { address.and_then(|text| Address::parse(text).ok()) } else { None };
    let from_trouble = if from.is_none() { "there is more than one From".to_owned() } else { String::new() };
    Mail { from, from_trouble, ..Mail::default() }
}

fn with_signature(value: &str, mail: &str) -> Vec<u8> {
    format!("DKIM-Signature: {value}\r\n{mail}").into_bytes()
}

#[tokio::test]
async fn an_aligned_signature_makes_level_3_with_either_kind_of_key() {
    let scene = Scene::new();
    let rsa = Key::rsa("a.example", "rsa").unwrap();
    rsa.publish(&scene.zone);
    for mail in [scene.mail(), rsa.sign(&scene.unsigned()).unwrap()] {
        let verdicts = scene.forwarded(&mail, &[]).await;
        assert_eq!(verdicts.level, Level::Authenticated, "{verdicts:?}");
        assert_eq!(verdicts.dkim[0].verdict, Verdict::Pass);
        assert_eq!(verdicts.sentence, "a.example signed this (DKIM, aligned)");
        assert_eq!((verdicts.dmarc, verdicts.dmarc_policy.as_str()), (Verdict::Pass, "reject"));
    }
}

#[tokio::test]
async fn forwarding_breaks_spf_and_not_the_signature() {
    let scene = Scene::new();
    let verdicts = scene.check(&scene.mail(), FORWARDER_IP, CUSTOMER, &[]).await;
    assert_eq!((verdicts.spf, verdicts.level), (Verdict::Fail, Level::Authenticated));
}

#[tokio::test]
async fn an_altered_mail_fails_under_reject() {
    let scene = Scene::new();
    let banner = play::with_body(&scene.mail(), "It is fine.\r\n");
    let verdicts = scene.forwarded(&banner, &[]).await;
    assert_eq!((verdicts.level, verdicts.dmarc), (Level::Forged, Verdict::Fail));
    assert_eq!(verdicts.dkim[0].reason, "the body was changed after signing");
    let subject = String::from_utf8(scene.mail()).unwrap().replace("Subject: Broken", "Subject: Pay");
    assert_eq!(scene.forwarded(subject.as_bytes(), &[]).await.level, Level::Forged);
}

#[tokio::test]
async fn what_fails_is_level_0_under_a_strict_policy_and_1_without() {
    for (record, level, policy) in [
        ("v=DMARC1; p=reject", Level::Forged, "reject"),
        ("v=DMARC1; p=quarantine", Level::Forged, "quarantine"),
        ("v=DMARC1; p=none", Level::Unproven, "none"),
        ("", Level::Unproven, ""),
    ] {
        let scene = Scene::new();
        scene.policy(record);
        let verdicts = scene.forwarded(&scene.unsigned(), &[]).await;
        assert_eq!((verdicts.level, verdicts.dmarc_policy.as_str()), (level, policy), "{record}: {verdicts:?}");
    }
}

#[tokio::test]
async fn without_a_dmarc_record_an_aligned_signature_is_enough() {
    let scene = Scene::new();
    scene.policy("");
    let verdicts = scene.forwarded(&scene.mail(), &[]).await;
    assert_eq!((verdicts.level, verdicts.dmarc), (Level::Authenticated, Verdict::None));
}

#[tokio::test]
async fn a_strangers_signature_proves_nothing() {
    let scene = Scene::new();
    let stranger = Key::ed25519("evil.example", "mail").unwrap();
    stranger.publish(&scene.zone);
    let mail = stranger.sign(&scene.unsigned()).unwrap();
    let verdicts = scene.forwarded(&mail, &[]).await;
    assert_eq!((verdicts.dkim[0].verdict, verdicts.dkim[0].aligned), (Verdict::Pass, false));
    assert_eq!(verdicts.level, Level::Forged);
}

#[tokio::test]
async fn a_subdomain_signs_for_its_organization_unless_that_is_strict() {
    for (record, level) in [("v=DMARC1; p=reject", 3), ("v=DMARC1; p=reject; adkim=s", 0)] {
        let scene = Scene::new();
        scene.policy(record);
        let key = Key::ed25519("news.a.example", "mail").unwrap();
        key.publish(&scene.zone);
        let verdicts = scene.forwarded(&key.sign(&scene.unsigned()).unwrap(), &[]).await;
        assert_eq!(verdicts.level.as_u8(), level, "{verdicts:?}");
    }
}

#[tokio::test]
async fn aligned_spf_counts_on_direct_mail_only() {
    let scene = Scene::new();
    let verdicts = scene.direct(&scene.unsigned()).await;
    assert_eq!((verdicts.level, verdicts.spf), (Level::Authenticated, Verdict::Pass), "{verdicts:?}");
    let null = scene.zone.txt("out.a.example", "v=spf1 ip4:127.0.0.1 -all");
    assert_eq!(null.queries_for("out.a.example"), 0);
    let verdicts = scene.check(&scene.unsigned(), CUSTOMER_IP, "", &[]).await;
    assert_eq!((verdicts.spf_domain.as_str(), verdicts.level), ("out.a.example", Level::Authenticated));
}

/// A forwarder's envelope is aligned with every forged colleague.
#[tokio::test]
async fn aligned_spf_of_a_forwarder_is_not_the_authors() {
    let scene = Scene::new();
    let boss = Customer { address: "boss@acme.example".into(), name: "Boss".into(), key: None };
    let mail = boss.unsigned("support@acme.example", "1@x", "Pay", "", "Now.");
    let verdicts = scene.forwarded(&mail, &[]).await;
    assert_eq!((verdicts.spf, verdicts.level), (Verdict::Pass, Level::Unproven));
    let marked = play::with_header(&mail, "X-Forwarded-To", "in+k@mx.acme.example");
    assert_eq!(scene.check(&marked, FORWARDER_IP, "boss@acme.example", &[]).await.level, Level::Unproven);
    let plain = Scene { auth: scene.auth.clone().with_our_domains(["Acme.example".into()]), ..scene };
    assert_eq!(plain.check(&mail, FORWARDER_IP, "boss@acme.example", &[]).await.level, Level::Forged);
}

/// S-04.
#[tokio::test]
async fn two_from_are_level_0_even_when_signed() {
    let scene = Scene::new();
    let second = play::with_header(&scene.mail(), "From", "Boss <boss@acme.example>");
    assert_eq!(scene.forwarded(&second, &[]).await.level, Level::Forged);
    // Even where our own parser saw only one: "from" in another case hides from the simple one of this test.
    let hidden = play::with_header(&scene.mail(), "from ", "boss@acme.example");
    let verdicts = scene.forwarded(&hidden, &[]).await;
    assert_eq!((verdicts.level, verdicts.sentence.as_str()), (Level::Forged, "there is not exactly one From"));
}

#[tokio::test]
async fn lines_of_white_space_at_the_end_do_not_break_a_signature() {
    let scene = Scene::new();
    // Relaxed canonicalization makes all three the same, so the signature of the first must hold for the others.
    let mail = scene.mail();
    for end in ["", " \t\r\n", "\r\n   \r\n\t\r\n"] {
        let padded = [mail.as_slice(), end.as_bytes()].concat();
        let verdicts = scene.forwarded(&padded, &[]).await;
        assert_eq!(verdicts.level, Level::Authenticated, "{end:?} {verdicts:?}");
    }
}

#[tokio::test]
async fn a_missing_key_is_permanent_and_dns_trouble_is_not() {
    let scene = Scene::new();
    scene.zone.remove("mail._domainkey.a.example");
    let verdicts = scene.forwarded(&scene.mail(), &[]).await;
    assert_eq!((verdicts.dkim[0].verdict, verdicts.level), (Verdict::PermError, Level::Forged));
}

#[tokio::test]
async fn a_large_mail_is_checked_off_the_runtimes_threads() {
    let scene = Scene::new();
    let text = "0123456789\n".repeat(40_000);
    let mail = scene.customer.writes("support@acme.example", "1@a.example", "Log", &text).unwrap();
    assert!(mail.len() > BLOCKING_ABOVE_OCTETS);
    assert_eq!(scene.forwarded(&mail, &[]).await.level, Level::Authenticated);
}

#[tokio::test]
async fn hostile_mails_get_a_verdict() {
    let scene = Scene::new();
    for mail in
        [&b""[..], b"\r\n", b"\0\0\0", b"From: ada@a.example", b"DKIM-Signature: =;;=\r\nFrom: ada@a.example\r\n\r\n"]
    {
        assert!(scene.forwarded(mail, &[]).await.level <= Level::Unproven);
    }
}

#[tokio::test]
async fn the_header_we_write_says_what_was_found() {
    let scene = Scene::new();
    let mail = scene.mail();
    let verdicts = scene.direct(&mail).await;
    let envelope = Envelope {
        id: IdMaker::new(Clock::testing_fixed(1), 0).mail(),
        arrived: crate::types::Millis(1),
        peer: CUSTOMER_IP,
        helo: "x".into(),
        esmtp: true,
        tls: None,
        mail_from: Address::parse(CUSTOMER).ok(),
        recipients: Vec::new(),
        smtputf8: false,
    };
    let field = authentication_results("mx.acme.example", &verdicts, &envelope);
    assert_eq!(
        field,
        "Authentication-Results: mx.acme.example;\r\n\tdkim=pass header.d=a.example header.s=mail;\r\n\tspf=pass \
         smtp.mailfrom=a.example;\r\n\tdmarc=pass (p=reject);\r\n\tarc=none\r\n"
    );
}
