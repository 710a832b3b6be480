//! Certificates that DNS names: records in real packets from a server that vouches for them with AD, shown by servers over real
//! TLS.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use rcgen::PublicKeyData as _;
use tokio::net::TcpListener;

use super::*;
use crate::{
    config,
    outbound::{
        Attempt, Lane, Limits, MtaSts, Outcome, RouteError, Way, plan,
        scripted::{self, Script},
        sts_world::{Authority, World, page},
        support::{RAW, address, server_tls, signed},
    },
    types::LetterId,
};

const RECORDS: &str = "_25._tcp.mx.customer.example";
const MX: &str = "mx.customer.example";

/// A mail server, and what it shows.
struct Server {
    listener: TcpListener,
    script: Script,
    /// Of its certificate.
    public_key: Vec<u8>,
}

impl Server {
    /// With a certificate of that authority for these names, which it shows alone.
    async fn of(authority: &Authority, names: &[&str]) -> Self {
        let (certificate, key) = authority.issues(names, false);
        Self::showing(&[&certificate], &key).await
    }

    async fn showing(chain: &[&rcgen::Certificate], key: &rcgen::KeyPair) -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            script: Script {
                ehlo: Some("250-mx\r\n250 STARTTLS"),
                tls: Some(server_tls(chain, key)),
                ..Script::default()
            },
            public_key: key.subject_public_key_info(),
        }
    }

    fn without_tls(mut self) -> Self {
        self.script = Script { ehlo: Some("250 mx"), tls: None, ..self.script };
        self
    }

    fn port(&self) -> u16 {
        self.listener.local_addr().unwrap().port()
    }

    /// "DANE-EE(3) SPKI(1) SHA2-256(1)", which most publish.
    fn record(&self) -> RData {
        tlsa(3, 1, 1, digest(&SHA256, &self.public_key).as_ref())
    }
}

fn tlsa(usage: u8, selector: u8, matching: u8, octets: &[u8]) -> RData {
    RData::TLSA(TLSA::new(usage.into(), selector.into(), matching.into(), octets.to_vec()))
}

/// customer.example with one server, all of it proved, and no policy.
async fn world() -> World {
    let world = World::new(page("none", MX)).await;
    world.dns.zone().remove("_mta-sts.customer.example").proved("customer.example");
    world
}

async fn started(world: &World) -> MtaSts {
    world.started_with(vec![world.dns.addr()], config::Dane::Auto).await
}

async fn route(dns: &MtaSts, port: u16) -> Result<Way, RouteError> {
    plan(&config::Route::Mx { port }, &address("ada@customer.example"), dns, 0).await
}

async fn attempt(way: Way) -> Attempt {
    let limits = Limits { connect: Duration::from_secs(5), command: Duration::from_secs(5) };
    Attempt { letter: LetterId(1), place: 0, signed: signed(RAW).await, way, hello: "mx.acme.example".into(), limits }
}

/// What became of a letter to customer.example, and what the server heard of it in its one connection.
async fn delivered_with(dns: &MtaSts, server: &Server) -> (Outcome, scripted::Heard) {
    let attempt = attempt(route(dns, server.port()).await.unwrap()).await;
    let deliver = async {
        let mut lane = Lane::default();
        let outcome = lane.deliver(attempt).await;
        // So that the server has heard all of it.
        lane.end();
        outcome
    };
    tokio::join!(deliver, scripted::serve(&server.listener, server.script.clone()))
}

async fn delivered(world: &World, server: &Server) -> (Outcome, scripted::Heard) {
    delivered_with(&started(world).await, server).await
}

fn went_out(outcome: &Outcome, heard: &scripted::Heard) -> bool {
    let is_accepted = matches!(outcome, Outcome::Accepted { .. });
    assert_eq!(is_accepted, !heard.message.is_empty(), "{outcome:?} {heard:?}");
    is_accepted
}

/// Nothing of the letter was said to the server, and it will be tried again. The words about it.
fn waits((outcome, heard): (Outcome, scripted::Heard)) -> String {
    assert!(!heard.lines.iter().any(|line| line.starts_with("MAIL")), "{:?}", heard.lines);
    match outcome {
        Outcome::Later { words } => words,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_shows_the_certificate_its_dns_names_gets_the_letter_whatever_is_compared() {
    // A certificate for nobody in particular, long expired: neither matters.
    let (certificate, key) = Authority::new().issues(&["elsewhere.example"], true);
    let (whole, public_key) = (certificate.der().to_vec(), key.subject_public_key_info());
    for (selector, octets) in [(0, whole), (1, public_key)] {
        let sha256 = digest(&SHA256, &octets).as_ref().to_vec();
        let sha512 = digest(&SHA512, &octets).as_ref().to_vec();
        for (matching, octets) in [(0, octets), (1, sha256), (2, sha512)] {
            let (world, server) = (world().await, Server::showing(&[&certificate], &key).await);
            world.dns.zone().row(RECORDS, tlsa(3, selector, matching, &octets));
            let (outcome, heard) = delivered(&world, &server).await;
            assert!(went_out(&outcome, &heard), "3 {selector} {matching}: {outcome:?}");
            assert!(heard.lines.iter().any(|line| line == "STARTTLS"), "{:?}", heard.lines);
        }
    }
}

#[tokio::test]
async fn a_server_that_shows_another_certificate_gets_nothing_and_the_words_say_so() {
    let world = world().await;
    let (named, server) = (Server::of(&world.authority, &[MX]).await, Server::of(&world.authority, &[MX]).await);
    world.dns.zone().row(RECORDS, named.record());
    let words = waits(delivered(&world, &server).await);
    assert!(words.starts_with("the certificate of mx.customer.example is none of those that its DNS names"), "{words}");
    assert!(words.contains("DANE"), "{words}");
}

#[tokio::test]
async fn a_certificate_from_the_issuer_that_dns_names_has_to_be_for_the_server_or_its_domain() {
    let words_of_others = "from the issuer that its DNS names, but for another server";
    for (names, refused) in [
        (["mx.customer.example"], None),
        (["customer.example"], None),
        (["*.customer.example"], None),
        (["mx.evil.example"], Some(words_of_others)),
        (["*.mx.customer.example"], Some(words_of_others)),
    ] {
        let world = world().await;
        let (certificate, key) = world.authority.issues(&names, false);
        let server = Server::showing(&[&certificate, &world.authority.certificate], &key).await;
        world.dns.zone().row(RECORDS, tlsa(2, 1, 1, digest(&SHA256, &world.authority.public_key).as_ref()));
        let (outcome, heard) = delivered(&world, &server).await;
        match refused {
            None => assert!(went_out(&outcome, &heard), "{names:?}: {outcome:?}"),
            Some(why) => assert!(waits((outcome, heard)).contains(why), "{names:?}"),
        }
    }
}

#[tokio::test]
async fn an_issuer_vouches_by_its_signature_and_within_its_dates() {
    // Given a world whose DNS names an issuer, whole, so that the server need not send it
    let world = world().await;
    world.dns.zone().row(RECORDS, tlsa(2, 0, 0, world.authority.certificate.der()));
    let fresh = Server::of(&world.authority, &[MX]).await;
    let (certificate, key) = world.authority.issues(&[MX], true);
    let expired = Server::showing(&[&certificate], &key).await;
    // Who sends the issuer's certificate along without having been vouched for.
    let (certificate, key) = Authority::new().issues(&[MX], false);
    let forged = Server::showing(&[&certificate, &world.authority.certificate], &key).await;

    // Then only what it signed, and still stands by, is taken
    let (outcome, heard) = delivered(&world, &fresh).await;
    assert!(went_out(&outcome, &heard), "{outcome:?}");
    for server in [expired, forged] {
        let words = waits(delivered(&world, &server).await);
        assert!(words.contains("does not follow from the issuer that its DNS names"), "{words}");
    }
}

#[tokio::test]
async fn records_that_cannot_be_used_demand_tls_and_nothing_of_the_certificate() {
    for record in [
        tlsa(0, 1, 1, &[7; 32]),
        tlsa(1, 1, 1, &[7; 32]),
        tlsa(4, 1, 1, &[7; 32]),
        tlsa(3, 2, 1, &[7; 32]),
        tlsa(3, 1, 3, &[7; 32]),
        tlsa(3, 1, 1, &[7; 31]),
        tlsa(3, 1, 2, &[7; 32]),
    ] {
        let world = world().await;
        world.dns.zone().row(RECORDS, record.clone());
        let server = Server::of(&Authority::new(), &["elsewhere.example"]).await;
        let (outcome, heard) = delivered(&world, &server).await;
        assert!(went_out(&outcome, &heard), "{record:?}: {outcome:?}");
        assert!(heard.lines.iter().any(|line| line == "STARTTLS"), "{record:?}");
        let words = waits(delivered(&world, &server.without_tls()).await);
        assert!(words.contains("does not do STARTTLS, which DANE"), "{record:?}: {words}");
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_nothing_where_dns_names_a_certificate() {
    let world = world().await;
    let server = Server::of(&world.authority, &[MX]).await.without_tls();
    world.dns.zone().row(RECORDS, server.record());
    let words = waits(delivered(&world, &server).await);
    assert!(words.contains("does not do STARTTLS, which DANE"), "{words}");
}

#[tokio::test]
async fn a_refusal_in_clear_ends_no_letter_that_must_go_through_tls() {
    for (greeting, ehlo) in [("554 5.7.1 not you", "250 mx"), ("220 mx", "550 5.7.1 not you")] {
        let (world, mut server) = (world().await, Server::of(&Authority::new(), &[MX]).await);
        server.script = Script { greeting: Some(greeting), ehlo: Some(ehlo), ..server.script };
        world.dns.zone().row(RECORDS, server.record());
        let words = waits(delivered(&world, &server).await);
        assert!(words.contains("not you"), "{words}");
    }
}

#[tokio::test]
async fn where_it_cannot_be_found_out_whether_dns_names_a_certificate_letters_wait() {
    let world = world().await;
    world.dns.zone().servfail("_tcp.mx.customer.example");
    let waits = route(&started(&world).await, 25).await.unwrap_err();
    let RouteError::Later(words) = &waits else { panic!("{waits:?}") };
    assert!(words.contains("mx.customer.example") && words.contains("DANE"), "{words}");

    // And go out when it can.
    world.dns.zone().heal();
    let server = Server::of(&world.authority, &[MX]).await;
    let (outcome, heard) = delivered(&world, &server).await;
    assert!(went_out(&outcome, &heard), "{outcome:?}");
}

#[tokio::test]
async fn what_dnssec_does_not_prove_names_nothing() {
    // Given records that fit no server, and one part of the way to them that is not proved
    for (unproved, asked) in [("customer.example", 0), ("mx.hosting.example", 0), ("_tcp.mx.hosting.example", 1)] {
        let world = world().await;
        let zone = world.dns.zone();
        zone.remove("customer.example").mx("customer.example", 10, "mx.hosting.example");
        zone.a("mx.hosting.example", Ipv4Addr::LOCALHOST).row("_25._tcp.mx.hosting.example", tlsa(3, 1, 1, &[7; 32]));
        zone.proved("hosting.example").doubted(unproved);

        // Then the letter goes out as ever, and nobody is asked in vain
        let server = Server::of(&Authority::new(), &["elsewhere.example"]).await;
        let (outcome, heard) = delivered(&world, &server).await;
        assert!(went_out(&outcome, &heard), "{unproved}: {outcome:?}");
        assert_eq!(zone.queries_for("_25._tcp"), asked, "{unproved}");
    }
}

#[tokio::test]
async fn a_resolver_elsewhere_is_not_believed_unless_the_administrator_says_so() {
    let elsewhere = SocketAddr::from(([192, 0, 2, 53], 53));
    for (dane, is_believed) in
        [(config::Dane::Auto, false), (config::Dane::Off, false), (config::Dane::TrustResolver, true)]
    {
        // Given one resolver on this machine and one that is not, and records that fit no server
        let world = world().await;
        world.dns.zone().row(RECORDS, tlsa(3, 1, 1, &[7; 32]));
        let dns = world.started_with(vec![world.dns.addr(), elsewhere], dane).await;
        let server = Server::of(&world.authority, &[MX]).await;
        let (outcome, heard) = delivered_with(&dns, &server).await;
        assert_eq!(went_out(&outcome, &heard), !is_believed, "{dane:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_server_that_fails_the_comparison_is_passed_over_for_the_next() {
    // Given a first server that shows another certificate than its DNS names, and a second that shows its own
    let world = world().await;
    let first = Server::of(&world.authority, &[MX]).await;
    let (certificate, key) = world.authority.issues(&["mx2.customer.example"], false);
    let mut second = Server::showing(&[&certificate], &key).await;
    second.listener = TcpListener::bind(("127.0.0.2", first.port())).await.unwrap();
    let zone = world.dns.zone();
    zone.row(RECORDS, tlsa(3, 1, 1, &[7; 32])).mx("customer.example", 20, "mx2.customer.example");
    zone.a("mx2.customer.example", Ipv4Addr::new(127, 0, 0, 2)).row("_25._tcp.mx2.customer.example", second.record());

    // When a letter goes out
    let attempt = attempt(route(&started(&world).await, first.port()).await.unwrap()).await;
    let mut lane = Lane::default();
    let (outcome, at_first, at_second) = tokio::join!(
        async {
            let outcome = lane.deliver(attempt).await;
            lane.end();
            outcome
        },
        scripted::serve(&first.listener, first.script.clone()),
        scripted::serve(&second.listener, second.script.clone()),
    );

    // Then the second has it
    assert!(matches!(&outcome, Outcome::Accepted { by, .. } if by.starts_with("mx2.")), "{outcome:?}");
    assert!(at_first.message.is_empty() && !at_second.message.is_empty());
}

#[tokio::test]
async fn what_dns_names_comes_before_a_policy_and_unusable_records_do_not() {
    let enforcing = async |mx: &str| {
        let world = World::new(page("enforce", mx)).await;
        world.dns.zone().proved("customer.example");
        world
    };

    // A certificate that DNS names is enough, though no policy knows its issuer or the server.
    let world = enforcing("mx.elsewhere.example").await;
    let server = Server::of(&Authority::new(), &[MX]).await;
    world.dns.zone().row(RECORDS, server.record());
    let (outcome, heard) = delivered(&world, &server).await;
    assert!(went_out(&outcome, &heard), "{outcome:?}");

    // One that the policy would take is not enough. RFC 8461 §2.
    let world = enforcing(MX).await;
    let server = Server::of(&world.authority, &[MX]).await;
    world.dns.zone().row(RECORDS, tlsa(3, 1, 1, &[7; 32]));
    assert!(waits(delivered(&world, &server).await).contains("DANE"));

    // Records without use leave the policy in force.
    let world = enforcing(MX).await;
    let server = Server::of(&Authority::new(), &[MX]).await;
    world.dns.zone().row(RECORDS, tlsa(1, 1, 1, &[7; 32]));
    assert!(waits(delivered(&world, &server).await).contains("MTA-STS"));
}

#[tokio::test]
async fn behind_cnames_records_are_sought_where_they_lead_and_at_the_name_itself() {
    // Given a server whose name is a CNAME into a zone that is proved or not
    for (real, has_records, is_proved, refused) in [
        ("mx.hosting.example", "mx.hosting.example", true, true),
        ("mx.hosting.example", "alias.customer.example", true, true),
        ("mx.hosting.example", "alias.customer.example", false, true),
        ("mx.hosting.example", "mx.hosting.example", false, false),
    ] {
        let world = world().await;
        let zone = world.dns.zone();
        zone.remove("customer.example").mx("customer.example", 10, "alias.customer.example");
        zone.cname("alias.customer.example", real).a(real, Ipv4Addr::LOCALHOST);
        if is_proved {
            zone.proved("hosting.example");
        }
        zone.row(&format!("_25._tcp.{has_records}"), tlsa(3, 1, 1, &[7; 32]));

        // Then what is named there counts
        let server = Server::of(&world.authority, &[MX]).await;
        let (outcome, heard) = delivered(&world, &server).await;
        assert_eq!(went_out(&outcome, &heard), !refused, "{has_records} {is_proved}: {outcome:?}");
        if let Outcome::Later { words } = outcome {
            assert!(words.contains(&format!("the certificate of {has_records} is none")), "{words}");
        }
    }
}

#[tokio::test]
async fn a_server_is_asked_for_by_the_name_where_its_records_stand() {
    // Given a server behind a CNAME that has TLS for its own name only
    let world = world().await;
    let zone = world.dns.zone().proved("hosting.example");
    zone.remove("customer.example").mx("customer.example", 10, "alias.customer.example");
    zone.cname("alias.customer.example", "mx.hosting.example").a("mx.hosting.example", Ipv4Addr::LOCALHOST);
    let (certificate, key) = world.authority.issues(&["mx.hosting.example"], false);
    let mut server = Server::showing(&[&certificate], &key).await;
    server.script.tls = Some(only_for("mx.hosting.example", &certificate, &key));
    zone.row("_25._tcp.mx.hosting.example", server.record());

    let (outcome, heard) = delivered(&world, &server).await;
    assert!(went_out(&outcome, &heard), "{outcome:?}");
}

/// The TLS of a server that shows its certificate to those only who ask for that name.
fn only_for(name: &str, certificate: &rcgen::Certificate, key: &rcgen::KeyPair) -> Arc<rustls::ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let certified = rustls::sign::CertifiedKey::from_der(vec![certificate.der().clone()], key, &provider).unwrap();
    let mut resolver = rustls::server::ResolvesServerCertUsingSni::new();
    resolver.add(name, certified).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_cert_resolver(Arc::new(resolver)))
}

#[tokio::test]
async fn a_connection_opened_before_other_records_carries_no_letter_after_them() {
    // Given a lane with an open connection to a server that has shown the certificate of its records
    let world = world().await;
    let server = Server::of(&world.authority, &[MX]).await;
    world.dns.zone().row(RECORDS, server.record());
    let port = server.port();
    let (listener, script) = (server.listener, server.script);
    let served = tokio::spawn(async move {
        let first = scripted::serve(&listener, script.clone()).await;
        (first, scripted::serve(&listener, script).await)
    });
    let mut lane = Lane::default();
    for _ in 0..2 {
        let attempt = attempt(route(&started(&world).await, port).await.unwrap()).await;
        assert!(matches!(lane.deliver(attempt).await, Outcome::Accepted { .. }));
    }

    // When DNS names another certificate
    world.dns.zone().remove(RECORDS).row(RECORDS, tlsa(3, 1, 1, &[7; 32]));
    let attempt = attempt(route(&started(&world).await, port).await.unwrap()).await;
    let outcome = lane.deliver(attempt).await;

    // Then the two before went through one connection, and the third does not go through it, nor through another like it
    assert!(matches!(&outcome, Outcome::Later { words } if words.contains("DANE")), "{outcome:?}");
    let (first, second) = served.await.unwrap();
    for (heard, letters) in [(first, 2), (second, 0)] {
        assert_eq!(heard.lines.iter().filter(|line| line.starts_with("MAIL")).count(), letters, "{:?}", heard.lines);
    }
}

#[tokio::test]
async fn what_dns_said_is_not_asked_again_for_each_letter() {
    let world = world().await;
    world.dns.zone().row(RECORDS, tlsa(3, 1, 1, &[7; 32]));
    let dns = started(&world).await;
    route(&dns, 25).await.unwrap();
    let queries = world.dns.zone().queries_for("mx.customer.example");
    route(&dns, 25).await.unwrap();
    // A and AAAA of the server, and its records.
    assert_eq!((queries, world.dns.zone().queries_for("mx.customer.example")), (3, 3));
}

#[test]
fn the_same_records_in_another_order_are_the_same_and_a_weaker_digest_says_nothing_beside_a_stronger_one() {
    let of = |records: &[RData]| {
        let records: Vec<TLSA> = records.iter().cloned().filter_map(super::tlsa).collect();
        Tlsa::new(MX, [MX, "customer.example"], &records)
    };
    let (sha256, sha512, issuer) = (tlsa(3, 1, 1, &[1; 32]), tlsa(3, 1, 2, &[2; 64]), tlsa(2, 1, 1, &[3; 32]));
    let one = of(&[sha256.clone(), sha512.clone(), issuer.clone()]);
    assert_eq!(one, of(&[issuer.clone(), sha512.clone(), sha256]));
    assert_eq!(one, of(&[issuer, sha512]));
    assert_eq!(one.records.len(), 2);
    assert_eq!(one.names, [MX, "customer.example"]);
}
