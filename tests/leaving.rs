//! A letter on its way to a server that fails at every step in every way: it waits with words, is refused with words, or
//! arrives; it is never forgotten, and never sent again once the far side said that it has it.
//!
//! The real queue over a store in a folder, real sockets on loopback. What must become of each cell says an oracle that
//! knows only the step, the way and the road.
//!
//! - `REPLYD_LEAVING_SEEDS`: letters that meet one failure after the other, 30 when not said.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../src/types/chance.rs"]
#[allow(dead_code, reason = "other tests need all of it")]
mod chance;
#[path = "leaving/peer.rs"]
mod peer;
#[path = "leaving/world.rs"]
mod world;

use std::{
    net::Ipv4Addr,
    panic::{AssertUnwindSafe, catch_unwind},
};

use chance::Chance;
use peer::{Peer, Peers, Step, Way, peers};
use replyd::{
    config::{Route, Smarthost, SmarthostTls},
    store::{DeliveryState, LetterRow, Settled},
    types::Secret,
};
use world::World;

const ADA: &str = "ada@customer.example";

const SEEDS: u64 = 30;

/// Of every letter: dots alone, and what is not ASCII.
const WORDS: &str = ".\n\nIt is on its way. Grüße, 敬具\n\n.";

/// How a letter gets to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Road {
    /// A server found by MX that knows no TLS.
    Clear,
    /// One that does.
    Tls,
    /// The relay, with TLS and a password.
    Relay,
}

impl Road {
    fn route(self, port: u16, ca: &std::path::Path) -> Route {
        match self {
            Self::Clear | Self::Tls => Route::Mx { port },
            Self::Relay => Route::Smarthost(Smarthost {
                host: "127.0.0.1".into(),
                port,
                tls: SmarthostTls::StartTls,
                user: Some("replyd".into()),
                password: Some(Secret::new("secret")),
                ca: Some(ca.to_owned()),
            }),
        }
    }

    fn has(self, step: Step) -> bool {
        match step {
            Step::StartTls | Step::Handshake | Step::EhloAgain => self != Self::Clear,
            Step::Auth => self == Self::Relay,
            _ => true,
        }
    }
}

/// Whether a step can fail in that way.
fn can_be(step: Step, way: Way) -> bool {
    match step {
        Step::Connect => matches!(way, Way::Nobody | Way::Hang),
        // There are no replies yet.
        Step::Handshake => matches!(way, Way::Never | Way::Hang | Way::Reset | Way::LostReply | Way::Garbage),
        _ => way != Way::Nobody,
    }
}

/// How an attempt ended, whatever its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// To be tried again.
    Waits,
    /// Never.
    Refused,
    /// The far side has it and said so.
    Accepted,
    /// The far side may have it.
    Uncertain,
}

/// What RFC 5321 §4.2.1, §4.5.3.2.6 and RFC 7435 ask for.
fn expected(road: Road, step: Step, way: Way) -> End {
    let refused = if way == Way::Never { End::Refused } else { End::Waits };
    match step {
        Step::Connect => End::Waits,
        // A relay that is closed to us, or does not know us, is ours to mend.
        Step::Greeting | Step::Ehlo | Step::EhloAgain if road == Road::Relay => End::Waits,
        Step::Auth => End::Waits,
        Step::StartTls if road == Road::Tls && matches!(way, Way::Later | Way::Never) => End::Accepted,
        Step::StartTls => End::Waits,
        Step::Handshake if road == Road::Tls => End::Accepted,
        Step::Handshake => End::Waits,
        Step::Greeting | Step::Ehlo | Step::EhloAgain | Step::Mail | Step::Rcpt | Step::Data => refused,
        Step::Dot if matches!(way, Way::Later | Way::Never | Way::Bye) => refused,
        Step::Dot if way == Way::Twice => End::Accepted,
        Step::Dot => End::Uncertain,
        Step::Quit => End::Accepted,
    }
}

fn end(settled: &Settled) -> (End, &str) {
    match &settled.delivery {
        DeliveryState::Accepted { words, .. } => (End::Accepted, words),
        DeliveryState::Refused { words, .. } => (End::Refused, words),
        DeliveryState::Deferred { words, .. } if settled.uncertain => (End::Uncertain, words),
        DeliveryState::Deferred { words, .. } => (End::Waits, words),
        other => panic!("no attempt ends like that: {other:?}"),
    }
}

/// Letters of what is shown: 500 of the far side's, its name and ours around them.
const SHOWN_CHARS_MAX: usize = 900;

/// The words are the far side's where it said any, and fit for a terminal.
fn words_are_fit(words: &str, told: bool, cell: &str) {
    assert!(!words.is_empty() && words.chars().count() <= SHOWN_CHARS_MAX, "{cell}: {words:?}");
    let unfit = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!words.contains(unfit), "{cell}: {words:?}");
    assert!(!told || words.contains("zebra"), "{cell}: {words:?}");
}

/// A server, and a queue whose letters go there.
async fn given(road: Road) -> (Peers, World) {
    let (servers, folder) = (peers(1, road != Road::Clear), tempfile::tempdir().unwrap());
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, &servers.ca).unwrap();
    let route = road.route(servers.all[0].address.port(), &ca);
    (servers, World::new(ADA, route, vec![Ipv4Addr::LOCALHOST], folder).await)
}

/// One attempt at a server that fails so ends as it must, with words.
fn ends_as_it_must(settled: &Settled, world: &World, road: Road, (step, way): (Step, Way)) -> End {
    let cell = format!("{road:?} {step:?} {way:?}");
    let (end, words) = end(settled);
    assert_eq!(end, expected(road, step, way), "{cell}: {words}");
    let told = matches!(way, Way::Later | Way::Never | Way::Bye) && matches!(end, End::Waits | End::Refused);
    words_are_fit(words, told && step != Step::Handshake, &cell);
    let shown = world.row().waits_because;
    assert!(end != End::Refused || shown.contains(words), "{cell}: a person reads `{shown}`");
    end
}

/// What the server has: the letter as it was written below its signature, and no more often than cannot be helped.
///
/// `taken`: how often it said so. `uncertain`: how often it took it without a word.
async fn arrived(peer: &Peer, world: &World, letter: &LetterRow, (taken, uncertain): (usize, usize)) {
    let (wholes, raw) = (peer.wholes(), world.store.raw(&letter.raw).await.unwrap());
    let answered = wholes.iter().filter(|whole| whole.answered).count();
    assert_eq!(answered, taken, "sent again after it was taken, or never");
    // RFC 1047: one that was taken without a word may come twice, and is then the same to the octet.
    assert_eq!(wholes.len() - answered, uncertain);
    for whole in &wholes {
        assert_eq!(whole.message_id(), letter.message_id);
        assert!(whole.bytes.ends_with(&raw), "other words arrived");
        assert_eq!(whole.bytes, wholes[0].bytes);
    }
}

/// One letter through one cell of the matrix, to its end.
async fn through(road: Road, step: Step, way: Way) {
    // Given a server that fails there
    let (servers, mut world) = given(road).await;
    let peer = &servers.all[0];
    peer.fails(step, way);

    // When a letter is written
    let letter = world.write(WORDS).await;
    let settled = world.settled().await;

    // Then it ends as it must
    let end = ends_as_it_must(&settled, &world, road, (step, way));
    assert_eq!(world.letter(letter.id).recipients[0].state, settled.delivery, "the row says something else");

    // And when the server is good again and the time has come, it arrives
    peer.turns_good();
    if let DeliveryState::Deferred { attempts, next, .. } = &settled.delivery {
        assert!(*attempts == 1 && *next > world.clock.now(), "{settled:?}");
        world.now_is(*next);
        let again = world.settled().await.delivery;
        assert!(matches!(again, DeliveryState::Accepted { .. }), "{again:?}");
    }
    let counts = (usize::from(end != End::Refused), usize::from(end == End::Uncertain));
    arrived(peer, &world, &letter, counts).await;
    world.ends().await;
    arrived_nothing_more(peer, counts);
}

fn arrived_nothing_more(peer: &Peer, (taken, uncertain): (usize, usize)) {
    assert_eq!(peer.wholes().len(), taken + uncertain, "something was sent after the end");
}

/// A way that step can fail in on that road, without its door being shut.
fn some_failure(chance: &mut Chance, road: Road) -> (Step, Way) {
    loop {
        let (step, way) = (chance.of(&Step::ALL), chance.of(&Way::ALL));
        if step != Step::Connect && road.has(step) && can_be(step, way) {
            return (step, way);
        }
    }
}

/// One letter through one failure after the other, until it is taken or refused.
async fn through_many(road: Road, seed: u64) {
    let mut chance = Chance::new(seed);
    let (servers, mut world) = given(road).await;
    let (peer, mut uncertain, mut tried) = (&servers.all[0], 0, Vec::new());
    let mut failure = some_failure(&mut chance, road);
    peer.fails(failure.0, failure.1);
    let letter = world.write(WORDS).await;
    let taken = loop {
        let settled = world.settled().await;
        tried.push(failure);
        let end = ends_as_it_must(&settled, &world, road, failure);
        uncertain += usize::from(end == End::Uncertain);
        let DeliveryState::Deferred { attempts, next, .. } = settled.delivery else { break end == End::Accepted };
        assert_eq!(attempts as usize, tried.len(), "{tried:?}");
        failure = some_failure(&mut chance, road);
        peer.fails(failure.0, failure.1);
        world.now_is(next);
    };
    println!("{seed}: {tried:?}");
    let counts = (usize::from(taken), uncertain);
    arrived(peer, &world, &letter, counts).await;
    peer.turns_good();
    world.ends().await;
    arrived_nothing_more(peer, counts);
}

/// Runs something on a clock that stands still; whether it went well.
fn went_well(run: impl Future<Output = ()>) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    catch_unwind(AssertUnwindSafe(|| runtime.block_on(run))).is_ok()
}

/// Runs every cell by itself, and names those that are not as they must be.
fn every_cell(road: Road) {
    let (mut cells, mut broken) = (0, Vec::new());
    for step in Step::ALL.into_iter().filter(|step| road.has(*step)) {
        for way in Way::ALL.into_iter().filter(|way| can_be(step, *way)) {
            if !went_well(through(road, step, way)) {
                broken.push((step, way));
            }
            cells += 1;
        }
    }
    println!("{cells} cells of {road:?}");
    assert!(broken.is_empty(), "{road:?}: {} of {cells} cells: {broken:?}", broken.len());
}

#[test]
fn a_server_in_clear_that_fails_anywhere_loses_and_doubles_nothing() {
    every_cell(Road::Clear);
}

#[test]
fn a_server_with_tls_that_fails_anywhere_loses_and_doubles_nothing() {
    every_cell(Road::Tls);
}

#[test]
fn a_relay_that_fails_anywhere_loses_and_doubles_nothing() {
    every_cell(Road::Relay);
}

#[test]
fn a_letter_that_meets_one_failure_after_the_other_is_taken_once_or_refused() {
    let seeds = std::env::var("REPLYD_LEAVING_SEEDS").map_or(SEEDS, |text| text.parse().unwrap());
    for seed in 0..seeds {
        let road = [Road::Clear, Road::Tls, Road::Relay][seed as usize % 3];
        assert!(went_well(through_many(road, seed)), "seed {seed}");
    }
}

/// What the second server of a domain is left with when the first fails so: until the letter was handed over, it is asked
/// wherever the first may only speak for itself. RFC 5321 §5.1.
const SECOND: [(Step, Way, Option<End>); 13] = [
    (Step::Connect, Way::Nobody, Some(End::Accepted)),
    (Step::Greeting, Way::Never, Some(End::Accepted)),
    (Step::Greeting, Way::Later, Some(End::Accepted)),
    (Step::Ehlo, Way::Never, Some(End::Accepted)),
    (Step::Mail, Way::Bye, Some(End::Accepted)),
    (Step::Mail, Way::Hang, Some(End::Accepted)),
    (Step::Rcpt, Way::Later, Some(End::Accepted)),
    (Step::Data, Way::Reset, Some(End::Accepted)),
    (Step::Mail, Way::Never, None),
    (Step::Rcpt, Way::Never, None),
    (Step::Data, Way::Never, None),
    (Step::Dot, Way::LostReply, None),
    (Step::Dot, Way::Later, None),
];

#[tokio::test(start_paused = true)]
async fn the_second_server_is_asked_until_the_letter_was_handed_over() {
    for (step, way, second) in SECOND {
        // Given a domain whose first server fails
        let servers = peers(2, false);
        let [one, two] = &servers.all[..] else { panic!("two servers") };
        one.fails(step, way);
        two.turns_good();
        let route = Route::Mx { port: one.address.port() };
        let at = vec![Ipv4Addr::LOCALHOST, Ipv4Addr::new(127, 0, 0, 2)];
        let mut world = World::new(ADA, route, at, tempfile::tempdir().unwrap()).await;

        // When a letter is written
        world.write(WORDS).await;
        let settled = world.settled().await;

        // Then the second takes it, or hears nothing of it
        let wanted = second.unwrap_or(expected(Road::Clear, step, way));
        assert_eq!(end(&settled).0, wanted, "{step:?} {way:?}: {settled:?}");
        assert_eq!(two.wholes().len(), usize::from(second.is_some()), "{step:?} {way:?}: {settled:?}");
        assert_eq!(two.heard("EHLO").is_empty(), second.is_none(), "{step:?} {way:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_for_ascii_gets_every_letter_but_one_to_a_name_that_is_not() {
    for (contact, heard) in
        [("ada@b\u{fc}cher.example", Some("RCPT TO:<ada@xn--bcher-kva.example>")), ("\u{e4}da@customer.example", None)]
    {
        // Given a server without 8BITMIME and SMTPUTF8
        let servers = peers(1, false);
        let peer = &servers.all[0];
        peer.turns_good();
        let route = Route::Mx { port: peer.address.port() };
        let mut world = World::new(contact, route, vec![Ipv4Addr::LOCALHOST], tempfile::tempdir().unwrap()).await;

        // When a letter is written that is full of what is not ASCII
        world.write(WORDS).await;
        let state = world.settled().await.delivery;

        // Then it arrives as ASCII, or is refused before it is offered
        match (heard, &state) {
            (Some(heard), DeliveryState::Accepted { .. }) => {
                assert_eq!(peer.heard("RCPT"), [heard]);
                assert_eq!(peer.heard("MAIL"), ["MAIL FROM:<support@acme.example>"]);
                assert!(peer.wholes()[0].bytes.is_ascii());
            }
            (None, DeliveryState::Refused { words, .. }) => {
                assert_eq!(words, "mx0.customer.example takes no mail for an address that is not ASCII (SMTPUTF8)");
                assert!(peer.heard("MAIL").is_empty(), "{:?}", peer.heard("MAIL"));
            }
            _ => panic!("{contact}: {state:?}"),
        }
    }
}
