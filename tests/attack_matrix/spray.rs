//! All five-digit numbers, tried by everybody (S-06); and how long a wrong reply key takes to be refused (S-03).

use std::{net::IpAddr, time::Instant};

use replyd::{
    config::Limits,
    conversation::{
        AnswerPolicy, Arrival, Brake, Class, Classified, Destination, Filing, Found, Key, Lookups, MailSummary,
        NumberPlace, ReplyKeys, file,
    },
    intake::{Tries, Tryer},
    playground::Customer,
    store::Place,
    types::{Address, ConversationId, Envelope, LetterId, Level, MailId, Millis, Number, Secret, Verdicts},
};

use super::world::{EVE, SUPPORT, Way, World};

/// Conversations that a guess can hit.
const CUSTOMERS: usize = 40;

/// Milliseconds between two tries: the whole spray takes half an hour.
const BETWEEN_MILLIS: u64 = 20;

fn arrival(from: &Address, level: Level, number: Number, brake: Brake) -> Arrival {
    let envelope = Envelope {
        id: MailId(1),
        arrived: Millis(0),
        peer: [203, 0, 113, 9].into(),
        helo: "mail.example".into(),
        esmtp: true,
        tls: None,
        mail_from: None,
        recipients: Vec::new(),
        smtputf8: false,
    };
    let lookups = Lookups { numbers: vec![(number, NumberPlace::Subject)], brake, ..Lookups::default() };
    Arrival {
        envelope,
        now: Millis(0),
        trace: Default::default(),
        body: Default::default(),
        mail: MailSummary { from: Some(from.clone()), ..MailSummary::default() },
        verdicts: Verdicts { level, ..Verdicts::unchecked("as the test says") },
        class: Classified { class: Class::Human, reasons: Vec::new() },
        destinations: vec![Destination {
            address: Address::parse(SUPPORT).ok(),
            lookups,
            answer: AnswerPolicy { wanted: true, quiet: Default::default(), reopen_within: Default::default() },
            named: true,
            one_of: false,
        }],
        dice: 0,
    }
}

/// What the store finds for a number.
fn found(world: &World, number: Number) -> Found {
    let row = world.store.conversation_by_number(number).unwrap();
    let candidates = row.into_iter().map(|row| row.proposed_by(Key::SubjectNumber)).collect();
    Found { candidates, ..Found::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s06_all_ninety_thousand_numbers_from_everybody_join_nothing_and_are_braked() {
    let world = World::new(Limits::default());
    for n in 0..CUSTOMERS {
        let customer = Customer::with_strict_domain("Ada", &format!("ada@c{n}.example"), &world.zone).unwrap();
        let mail = customer.writes(SUPPORT, &format!("1@c{n}.example"), "Hello", "Hello.").unwrap();
        world.receive(mail, Way::Forwarded).await;
    }
    let (eve, victim) = (Address::parse(EVE).unwrap(), Address::parse("ada@c0.example").unwrap());
    for (what, level, peer) in [
        ("fresh, aligned", Level::Authenticated, "203.0.113.1"),
        ("fresh, unproven", Level::Unproven, "203.0.113.2"),
        ("forged", Level::Unproven, "203.0.113.3"),
        ("one, aligned", Level::Authenticated, "203.0.113.4"),
    ] {
        let tries = Tries::new(&Limits::default());
        let peer: IpAddr = peer.parse().unwrap();
        let (mut hits, mut linked, mut braked, mut remembered) = (0, 0, 0, 0);
        for digits in 10_000..=99_999u64 {
            let fresh;
            let from = match what {
                "forged" => &victim,
                "one, aligned" => &eve,
                _ => {
                    fresh = Address::parse(&format!("x{digits}@evil.example")).unwrap();
                    &fresh
                }
            };
            let now = Millis(1_700_000_000_000 + (digits - 10_000) * BETWEEN_MILLIS);
            let tryer = Tryer { from: Some(from), level, peer };
            let brake = tries.brake(tryer, now);
            tries.add(tryer, 1, now);
            remembered = remembered.max(tries.remembered());
            let (arrival, found) = (arrival(from, level, Number(digits), brake), found(&world, Number(digits)));
            hits += found.candidates.len();
            braked += u32::from(brake != Brake::Off);
            match file(&arrival, &arrival.destinations[0], &found) {
                Filing::Opens { linked_to, .. } => linked += usize::from(linked_to.is_some()),
                other => panic!("{what}, {digits}: {other:?}"),
            }
        }
        println!("{what}: {hits} hits, {linked} linked, {braked} of 90000 braked, {remembered} remembered");
        assert_eq!(hits, CUSTOMERS, "every number that there is was tried");
        assert!(braked > 89_000, "{what}: {braked}");
        assert!(linked <= 1, "{what}: guesses are kept out of sight, {linked}");
        assert!(remembered <= Tries::REMEMBERED_MAX, "{remembered}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s06_a_braked_mail_is_kept_and_says_why_and_honest_customers_go_on() {
    let world =
        World::new(Limits { wrong_numbers_per_sender_max: 3, wrong_numbers_per_ip_max: 8, ..Limits::default() });
    let victim = world.victim(0).await;
    let bystander = world.victim(1).await;
    let mut places = Vec::new();
    for n in 0..6 {
        let subject = format!("Hello [{}]", victim.number);
        let mail = victim.look_alike.writes(SUPPORT, &format!("{n}@x"), &subject, &format!("Try {n}.")).unwrap();
        places.push(world.receive(mail, Way::Forwarded).await);
    }
    let linked = |place: &Place| match place {
        Place::Conversation { id, joined_by: None, .. } => world.row(*id).linked_to.is_some(),
        other => panic!("{other:?}"),
    };
    let linked: Vec<bool> = places.iter().map(|(_, place)| linked(place)).collect();
    assert_eq!(linked, [true, true, true, true, false, false]);
    let (id, place) = places.last().unwrap();
    let why = world.api("GET", &format!("/api/v1/messages/{id}/why"), Default::default()).await.to_string();
    assert!(why.contains(Brake::Sender.words()), "{why}");
    let Place::Conversation { id, .. } = place else { unreachable!() };
    let shown = world.api("GET", &format!("/api/v1/conversations/{id}"), Default::default()).await.to_string();
    assert!(shown.contains(Brake::Sender.words()), "the time line says it: {shown}");

    // More of them by the same forwarder brake it for strangers, and not for customers who prove who they are.
    for n in 0..6 {
        let from = Customer { address: format!("x{n}@evil.example"), name: "X".into(), key: Some(world.evil.clone()) };
        let mail = from.writes(SUPPORT, &format!("{n}@evil"), "Hello [99999]", "Hello.").unwrap();
        let (id, _) = world.receive(mail, Way::Forwarded).await;
        let why = world.api("GET", &format!("/api/v1/messages/{id}/why"), Default::default()).await.to_string();
        assert_eq!(why.contains(Brake::Peer.words()), n >= 3, "{n}: {why}");
    }
    let subject = format!("Hello [{}]", bystander.number);
    let honest = bystander.customer.writes(SUPPORT, "2@honest", &subject, "It is me.").unwrap();
    let (_, place) = world.receive(honest, Way::Forwarded).await;
    assert!(
        matches!(place, Place::Conversation { id, joined_by: Some(_), .. } if id == bystander.conversation),
        "{place:?}"
    );
}

/// A measurement, not a test: `cargo test --release --test attack_matrix -- --ignored --nocapture timing`.
#[test]
#[ignore = "it measures time, which says nothing on a machine that others use"]
fn s03_timing_of_wrong_reply_keys() {
    const ROUNDS: u32 = 1_000_000;
    let keys = ReplyKeys::new(&[Secret::new([7; 32])]);
    let good = format!("{}@acme.example", keys.write(LetterId(1), ConversationId(2)));
    let mac = good.find('@').unwrap() - 20;
    let wrong_at = |place: usize| {
        let mut id = good.clone().into_bytes();
        id[mac + place] = if id[mac + place] == b'0' { b'1' } else { b'0' };
        String::from_utf8(id).unwrap()
    };
    let ids = [wrong_at(0), wrong_at(10), wrong_at(19), good.clone()];
    let mut nanos = [0u128; 4];
    // In turns, so that whatever else the machine does hits all of them.
    for _ in 0..ROUNDS / 1000 {
        for (id, nanos) in ids.iter().zip(&mut nanos) {
            let began = Instant::now();
            for _ in 0..1000 {
                std::hint::black_box(keys.read(std::hint::black_box(id)));
            }
            *nanos += began.elapsed().as_nanos();
        }
    }
    let each = nanos.map(|nanos| nanos as f64 / f64::from(ROUNDS));
    println!(
        "ns a key: wrong at the first letter {:.1}, middle {:.1}, last {:.1}; right {:.1}",
        each[0], each[1], each[2], each[3]
    );
}
