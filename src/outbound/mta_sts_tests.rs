//! Policies from a real policy host over TLS, and servers that fit them or do not.

use std::net::Ipv4Addr;

use tokio::net::TcpListener;

use super::*;
use crate::{
    config::Route,
    outbound::{
        Attempt, Lane, Limits, Outcome, RouteError, Way, plan,
        scripted::{self, Script},
        sts_world::{Authority, World, page, serving},
        support::{RAW, address, signed},
    },
    types::LetterId,
};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn demands(mta_sts: &MtaSts) -> bool {
    mta_sts.demand("customer.example").await.is_some()
}

async fn route(mta_sts: &MtaSts, port: u16) -> Result<Way, RouteError> {
    plan(&Route::Mx { port }, &address("ada@customer.example"), mta_sts, 0).await
}

#[tokio::test]
async fn a_policy_that_enforces_is_fetched_once_and_passes_over_servers_that_it_does_not_name() {
    let world = World::new(page("enforce", "*.customer.example")).await;
    world.dns.zone().mx("customer.example", 5, "mx.evil.example").a("mx.evil.example", Ipv4Addr::LOCALHOST);
    let mta_sts = world.started().await;
    let Way::Servers(targets) = route(&mta_sts, 25).await.unwrap() else { panic!("a file") };
    let hosts: Vec<_> = targets.iter().map(|target| target.host.as_str()).collect();
    assert_eq!(hosts, ["mx.customer.example"]);
    assert!(demands(&mta_sts).await);
    assert_eq!(world.asked(), 1);
}

#[tokio::test]
async fn where_the_policy_names_no_server_of_the_domain_letters_wait_and_say_why() {
    let world = World::new(page("enforce", "mx.elsewhere.example")).await;
    let waits = route(&world.started().await, 25).await.unwrap_err();
    let RouteError::Later(words) = &waits else { panic!("{waits:?}") };
    assert!(words.contains("MTA-STS policy of customer.example"), "{words}");
}

#[tokio::test]
async fn testing_none_and_no_row_enforce_nothing() {
    for mode in ["testing", "none"] {
        let world = World::new(page(mode, "mx.elsewhere.example")).await;
        assert!(!demands(&world.started().await).await, "{mode}");
        assert_eq!(world.asked(), 1);
    }
    let world = World::new(page("enforce", "mx.customer.example")).await;
    world.dns.zone().remove("_mta-sts.customer.example");
    assert!(!demands(&world.started().await).await);
    assert_eq!(world.asked(), 0);
}

#[tokio::test]
async fn a_policy_outlives_a_restart_its_row_and_its_host_for_as_long_as_it_said() {
    // Given a policy that was fetched
    let world = World::new(page("enforce", "mx.customer.example")).await;
    assert!(demands(&world.started().await).await);

    // When its row is gone and its host says nothing of use, and the daemon starts anew
    world.dns.zone().remove("_mta-sts.customer.example");
    world.serves(serving("404 Not Found", "text/plain", ""));

    // Then it counts until its age is over
    world.clock.testing_advance(6 * DAY);
    assert!(demands(&world.started().await).await);
    world.clock.testing_advance(DAY);
    assert!(!demands(&world.started().await).await);
    assert_eq!(fs::read_dir(world.data.path().join("mta-sts")).unwrap().count(), 0, "what ended is taken away");
}

#[tokio::test]
async fn a_new_id_brings_the_new_policy_and_a_day_the_same_one_anew() {
    let world = World::new(page("enforce", "mx.customer.example")).await;
    assert!(demands(&world.started().await).await);
    world.serves(page("none", "mx.customer.example"));
    assert!(demands(&world.started().await).await, "the id is the same");
    world.publish("2");
    assert!(!demands(&world.started().await).await);
    assert_eq!(world.asked(), 2);
    world.clock.testing_advance(DAY);
    demands(&world.started().await).await;
    assert_eq!(world.asked(), 3);
}

#[tokio::test]
async fn what_is_no_policy_counts_as_none_and_takes_no_kept_one_away() {
    let good = page("enforce", "mx.customer.example");
    let long = format!("version: STSv1\nmode: none\nmax_age: 1\n{}", "x: y\n".repeat(20_000));
    for bad in [
        serving(
            "301 Moved\r\nLocation: https://mta-sts.customer.example/other",
            "text/plain",
            "version: STSv1\nmode: none\nmax_age: 1\n",
        ),
        serving("404 Not Found", "text/plain", ""),
        serving("200 OK", "text/html", "version: STSv1\nmode: none\nmax_age: 1\n"),
        serving("200 OK", "text/plain", "hello"),
        serving("200 OK", "text/plain", &long),
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 90\r\n\r\nversion: STSv1".to_owned(),
        "220 mx ESMTP\r\n".to_owned(),
    ] {
        let world = World::new(bad.clone()).await;
        assert!(!demands(&world.started().await).await, "{bad}");
        world.serves(good.clone());
        assert!(demands(&world.started().await).await, "{bad}");
        world.serves(bad.clone());
        world.publish("2");
        assert!(demands(&world.started().await).await, "{bad}");
    }
}

#[tokio::test]
async fn s24_a_policy_host_that_does_not_prove_its_name_is_not_asked() {
    let world = World::with(page("enforce", "mx.customer.example"), "customer.example").await;
    assert!(!demands(&world.started().await).await);
    assert_eq!(world.asked(), 0);
    let mut world = World::new(page("enforce", "mx.customer.example")).await;
    world.authority = Authority::new();
    assert!(!demands(&world.started().await).await);
    assert_eq!(world.asked(), 0);
}

#[tokio::test]
async fn a_policy_that_cannot_be_fetched_is_asked_for_again_after_a_while() {
    let world = World::new(serving("500 Oh", "text/plain", "")).await;
    let mta_sts = world.started().await;
    assert!(!demands(&mta_sts).await && !demands(&mta_sts).await);
    assert_eq!(world.asked(), 1);
    world.serves(page("enforce", "mx.customer.example"));
    world.clock.testing_advance(FAILURE_REST);
    assert!(demands(&mta_sts).await);
}

#[tokio::test]
async fn s24_a_domain_that_is_no_file_name_names_no_file() {
    let world = World::new(page("enforce", "mx.customer.example")).await;
    let mta_sts = world.started().await;
    assert!(mta_sts.file("../customer.example").is_none() && mta_sts.file(".x").is_none());
    assert!(mta_sts.demand("../customer.example").await.is_none());
}

/// Letters to mx.customer.example, which has a certificate for some name or none.
struct Server {
    listener: TcpListener,
    script: Script,
}

impl Server {
    async fn new(authority: &Authority, certified: Option<&str>) -> Self {
        let tls = certified.map(|name| authority.server(name));
        let ehlo = Some(if tls.is_some() { "250-mx\r\n250 STARTTLS" } else { "250 mx" });
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            script: Script { ehlo, tls, ..Script::default() },
        }
    }

    /// What it hears in one connection, in which a lane makes attempts as the policy of now demands.
    async fn hears(&self, world: &World, lane: &mut Lane) -> (Outcome, scripted::Heard) {
        tokio::join!(self.attempt(world, lane), scripted::serve(&self.listener, self.script.clone()))
    }

    async fn attempt(&self, world: &World, lane: &mut Lane) -> Outcome {
        let way = route(&world.started().await, self.listener.local_addr().unwrap().port()).await.unwrap();
        let limits = Limits { connect: Duration::from_secs(5), command: Duration::from_secs(5) };
        let (signed, hello) = (signed(RAW).await, "mx.acme.example".into());
        let outcome = lane.deliver(Attempt { letter: LetterId(1), place: 0, signed, way, hello, limits }).await;
        // So that the server has heard all of it.
        std::mem::take(lane).end();
        outcome
    }
}

async fn delivered(certified: Option<&str>) -> (Outcome, scripted::Heard) {
    let world = World::new(page("enforce", "mx.customer.example")).await;
    Server::new(&world.authority, certified).await.hears(&world, &mut Lane::default()).await
}

#[tokio::test]
async fn a_connection_opened_before_the_policy_carries_no_letter_after_it() {
    // Given a lane with an open connection to a server that has not proved its name
    let world = World::new(page("testing", "mx.customer.example")).await;
    let server = Server::new(&world.authority, Some("mx.evil.example")).await;
    let port = server.listener.local_addr().unwrap().port();
    let limits = Limits { connect: Duration::from_secs(5), command: Duration::from_secs(5) };
    let attempt = async |letter: u64| {
        let (signed, way) = (signed(RAW).await, route(&world.started().await, port).await.unwrap());
        Attempt { letter: LetterId(letter), place: 0, signed, way, hello: "mx.acme.example".into(), limits }
    };
    let mut lane = Lane::default();
    let (listener, script) = (server.listener, server.script);
    let served = tokio::spawn(async move {
        let first = scripted::serve(&listener, script.clone()).await;
        (first, scripted::serve(&listener, script).await)
    });
    assert!(matches!(lane.deliver(attempt(1).await).await, Outcome::Accepted { .. }));

    // When its domain enforces the policy from now on
    world.serves(page("enforce", "mx.customer.example"));
    world.publish("2");
    let outcome = lane.deliver(attempt(2).await).await;

    // Then the second letter does not go through that connection, nor through another like it
    assert!(matches!(&outcome, Outcome::Later { words } if words.contains("MTA-STS")), "{outcome:?}");
    let (first, second) = served.await.unwrap();
    for (heard, letters) in [(first, 1), (second, 0)] {
        assert_eq!(heard.lines.iter().filter(|line| line.starts_with("MAIL")).count(), letters, "{:?}", heard.lines);
    }
}

#[tokio::test]
async fn a_server_with_a_certificate_for_its_name_gets_the_letter_through_tls() {
    let (outcome, heard) = delivered(Some("mx.customer.example")).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert!(heard.lines.iter().any(|line| line == "STARTTLS") && !heard.message.is_empty());
}

#[tokio::test]
async fn a_server_without_tls_or_with_another_certificate_gets_nothing_and_the_words_say_mta_sts() {
    for certified in [None, Some("mx.evil.example")] {
        let (outcome, heard) = delivered(certified).await;
        let Outcome::Later { words } = &outcome else { panic!("{certified:?}: {outcome:?}") };
        assert!(words.contains("MTA-STS"), "{words}");
        assert!(!heard.lines.iter().any(|line| line.starts_with("MAIL")), "{:?}", heard.lines);
    }
}
