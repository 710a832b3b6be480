//! Ten thousand mails at the conversations of others: who joins, who is answered, who is shown what (S-01, S-03, S-06).
//!
//! Every combination of number, From, DKIM, ARC, reply key and Cc, six times over, with real signatures and real DNS over
//! loopback, through the inbound line into a store. What must become of each says an oracle of its own
//! (`attack_matrix/cells.rs`).
//!
//! - `REPLYD_MATRIX_SHARE`: of so many mails one is sent; 1, all, when not said.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "attack_matrix/cells.rs"]
mod cells;
#[path = "attack_matrix/spray.rs"]
mod spray;
#[path = "attack_matrix/world.rs"]
mod world;

use std::sync::Arc;

use cells::{Arc as Chain, Cell, Dkim, From, KeyCarried, NumberNamed};
use replyd::{
    agent::{Desk, autopilot},
    config::Limits,
    playground::{Claim, with_header},
    store::{ConversationFilter, Place, What},
    types::{Clock, MailId},
};
use serde_json::Value;
use world::{BILLING, EVE, SUPPORT, Victim, Way, World};

/// Customers, and so repetitions: half of their domains ask to reject what they did not sign.
const VICTIMS: usize = 6;

/// Conversations whose letter is read for words of others, of each victim's attackers.
const LETTERS_READ: usize = 20;

/// What was counted of one victim's mails.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    mails: u64,
    held: u64,
    opened: u64,
    joined: u64,
    answerable: u64,
    stolen_keys: u64,
    replays: u64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn s01_ten_thousand_mails_join_what_they_may_and_nothing_else() {
    let share: usize = std::env::var("REPLYD_MATRIX_SHARE").map_or(1, |text| text.parse().unwrap());
    // The wall without the brake: numbers are followed however many were wrong.
    let open =
        Limits { wrong_numbers_per_sender_max: 1_000_000, wrong_numbers_per_ip_max: 1_000_000, ..Limits::default() };
    let world = Arc::new(World::new(open));
    let mut victims = Vec::new();
    for n in 0..VICTIMS {
        victims.push(world.victim(n).await);
    }
    let victims = Arc::new(victims);
    let mut running = tokio::task::JoinSet::new();
    for n in 0..VICTIMS {
        let (world, victims) = (world.clone(), victims.clone());
        running.spawn(async move { attack(&world, &victims, n, share).await });
    }
    let mut sum = Tally::default();
    while let Some(done) = running.join_next().await {
        let tally = done.unwrap();
        sum.mails += tally.mails;
        sum.held += tally.held;
        sum.opened += tally.opened;
        sum.joined += tally.joined;
        sum.answerable += tally.answerable;
        sum.stolen_keys += tally.stolen_keys;
        sum.replays += tally.replays;
    }
    println!("{sum:?}");
    assert!(share > 1 || sum.mails >= 10_000, "{sum:?}");
    assert!(sum.joined > 0 && sum.held > 0 && sum.opened > 0 && sum.answerable > 0, "nothing happened: {sum:?}");
    let counts = world.store.counts().unwrap();
    assert!(counts.balance(), "{counts:?}");
    // Of mail sent again there are two.
    assert_eq!(counts.accepted, sum.mails + sum.replays + VICTIMS as u64);
    assert_eq!((counts.ignored, counts.duplicates), (0, 0), "{counts:?}");
    nothing_of_the_victims_is_shown(&world, &victims).await;
}

/// Every cell, in this victim's place; each is judged right after it was kept.
async fn attack(world: &World, victims: &[Victim], n: usize, share: usize) -> Tally {
    let victim = &victims[n];
    let mut tally = Tally::default();
    for (at, cell) in cells::all().into_iter().enumerate().skip(n % share).step_by(share) {
        let banner = cell.arc == Chain::Registered && cell.is_signed_by_from() && (at / 2 + n) % 2 == 1;
        let by_id = cell.number == NumberNamed::Known && at / 2 % 4 == 3;
        let expected = cell.expected(victim.strict, banner, cell.key != KeyCarried::Absent || by_id);
        let mail = written(world, victims, n, at, cell, banner).await;
        let straight = cell.from != From::Same && cell.arc != Chain::Registered && at % 2 == 0;
        let way = if straight { Way::Straight } else { Way::Forwarded };
        let (id, place) = world.receive(mail, way).await;
        let what = format!("mail {at} at victim {n} (strict: {}): {cell:?} {expected:?}: {place:?}", victim.strict);
        tally.mails += 1;
        visible(world, id, &place, &what);
        tally.held += u64::from(matches!(place, Place::Held(_)));
        let Place::Conversation { id: conversation, joined_by, .. } = place else {
            assert_eq!(expected.level, 0, "held for nothing: {what}");
            tally.replays += u64::from(cell.dkim == Dkim::Replayed);
            continue;
        };
        let row = world.row(conversation);
        assert_eq!(row.contact.to_string(), from_address(victim, cell), "{what}");
        assert!(world.row(victim.conversation).participants.is_empty(), "somebody was added: {what}");
        let verdicts = world.mail(id).verdicts;
        assert_eq!(verdicts.level.as_u8(), expected.level, "{what}: {}", verdicts.sentence);
        tally.replays += u64::from(cell.dkim == Dkim::Replayed);
        assert_eq!(conversation == victim.conversation, expected.joins, "{what}");
        let case = world.desk.read(conversation, Clock::system().now()).await.unwrap().unwrap();
        let answered = autopilot::may_think(&case, &world.config.agent);
        assert_eq!(answered.is_ok(), expected.answerable, "{what}: {answered:?}");
        tally.opened += u64::from(joined_by.is_none());
        tally.joined += u64::from(expected.joins);
        tally.answerable += u64::from(expected.answerable);
        tally.stolen_keys += u64::from(cell.has_a_stolen_key(expected));
    }
    tally
}

fn from_address(victim: &Victim, cell: Cell) -> &str {
    if cell.from == From::LookAlike { &victim.look_alike.address } else { &victim.customer.address }
}

/// In one place that people look at.
fn visible(world: &World, id: MailId, place: &Place, what: &str) {
    match place {
        Place::Conversation { id: conversation, .. } => {
            let line = world.store.timeline(*conversation).unwrap();
            assert!(line.iter().rev().any(|entry| entry.what == What::Mail(id)), "not shown: {what}");
        }
        Place::Held(reason) => assert!(!reason.words().is_empty(), "{what}"),
        other => panic!("{other:?}: {what}"),
    }
}

/// The mail of a cell. What a provider of From's domain writes is signed as it is; what is put on after that is not.
async fn written(world: &World, victims: &[Victim], n: usize, at: usize, cell: Cell, banner: bool) -> Vec<u8> {
    let victim = &victims[n];
    let writer = if cell.from == From::LookAlike { &victim.look_alike } else { &victim.customer };
    let key = writer.key.as_ref().unwrap();
    let number = match cell.number {
        NumberNamed::Known => Some(victim.number),
        NumberNamed::Unknown => None,
        NumberNamed::Guessed => Some(guess(victims, at)),
    };
    let (mut subject, mut text) = (format!("Question {at}"), format!("A question, {at} of many.\n"));
    let mut references = Vec::new();
    match (number, at / 2 % 4) {
        (Some(number), 0) => subject += &format!(" [{number}]"),
        (Some(number), 1) => text += &format!("\nRef: #{number}\n"),
        (Some(number), 2) => text += &format!("\nOn Monday you wrote:\n> Reference: Ticket #{number}\n"),
        (Some(_), _) if cell.number == NumberNamed::Known => references.push(victim.first_id.clone()),
        (Some(number), _) => subject = format!("[#{number}] {subject}"),
        (None, _) => {}
    }
    references.extend(match cell.key {
        KeyCarried::Valid => Some(victim.letter_id.clone()),
        KeyCarried::Flipped => Some(flipped(&victim.letter_id, at)),
        KeyCarried::Absent => None,
        KeyCarried::Other => Some(victims[(n + 1) % VICTIMS].letter_id.clone()),
    });
    let name = if at.is_multiple_of(3) { "References" } else { "In-Reply-To" };
    let list = references.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>().join(" ");
    let extra = if list.is_empty() { String::new() } else { format!("{name}: {list}\r\n") };
    let (to, extra) = match cell.dkim {
        // What she wrote to another address carries no key of this one; who sends it again puts one on.
        Dkim::Replayed => (BILLING, String::new()),
        _ => (SUPPORT, extra),
    };
    let plain = writer.unsigned(to, &format!("{n}.{at}@{}", key.domain), &subject, &extra, &text);
    let mut mail = match cell.dkim {
        Dkim::None => plain,
        Dkim::Fail => [key.sign(&plain).unwrap(), b"Send the money elsewhere.\r\n".to_vec()].concat(),
        Dkim::Aligned if cell.from == From::Forged => victim.fake.sign(&plain).unwrap(),
        Dkim::Aligned => key.sign(&plain).unwrap(),
        Dkim::Other => world.evil.sign(&plain).unwrap(),
        Dkim::Length => {
            [key.sign_leaving_the_end_open(&plain).unwrap(), b"Send the money elsewhere.\r\n".to_vec()].concat()
        }
        Dkim::Replayed => {
            let signed = key.sign(&plain).unwrap();
            world.receive(signed.clone(), Way::ForwardedBilling).await;
            if list.is_empty() { signed } else { with_header(&signed, name, &list) }
        }
    };
    if cell.cc {
        mail = with_header(&mail, "Cc", EVE);
    }
    // A field that is signed as absent cannot be put on: the forwarder sees that.
    let passes = cell.is_signed_by_from() || (cell.dkim == Dkim::Replayed && list.is_empty());
    let truth = match cell.dkim {
        _ if passes => Claim::DmarcPass(&key.domain),
        Dkim::Other => Claim::DkimPass("evil.example"),
        _ => Claim::DmarcFail(&key.domain),
    };
    sealed(world, mail, cell.arc, &key.domain, truth, banner).await
}

async fn sealed(world: &World, mut mail: Vec<u8>, arc: Chain, domain: &str, truth: Claim<'_>, banner: bool) -> Vec<u8> {
    if banner {
        mail.extend_from_slice(b"-- \r\nScanned for viruses.\r\n");
    }
    match arc {
        Chain::None => mail,
        Chain::Registered => world.sealer.seal(&mail, &world.google, truth).await.unwrap(),
        Chain::Foreign => world.sealer.seal(&mail, &world.evil, Claim::DmarcPass(domain)).await.unwrap(),
        Chain::Broken => {
            let honest = world.sealer.seal(&mail, &world.google, Claim::DmarcFail(domain)).await.unwrap();
            let text = String::from_utf8(honest).unwrap();
            assert!(text.contains("dmarc=fail"));
            text.replacen("dmarc=fail", "dmarc=pass", 1).into_bytes()
        }
    }
}

/// A number that is no victim's, as a guesser draws it.
fn guess(victims: &[Victim], at: usize) -> u64 {
    let drawn = 10_000 + (at as u64).wrapping_mul(7919) % 90_000;
    if victims.iter().any(|victim| victim.number == drawn) { drawn + 1 } else { drawn }
}

/// The same id with one letter of letter id, conversation id or MAC changed.
fn flipped(id: &str, at: usize) -> String {
    let (local, domain) = id.split_once('@').unwrap();
    let mut letters = local.as_bytes().to_vec();
    // Behind `rd.`: the ids and the MAC.
    let place = 3 + at % (letters.len() - 3);
    letters[place] = if letters[place] == b'7' { b'8' } else { b'7' };
    format!("{}@{domain}", String::from_utf8(letters).unwrap())
}

/// What people write into the conversations goes to the customers alone, and what they write to others tells nothing.
async fn nothing_of_the_victims_is_shown(world: &World, victims: &[Victim]) {
    let all = ConversationFilter { limit: 1_000_000, ..ConversationFilter::default() };
    let rows = world.store.conversations(&all).unwrap();
    for victim in victims {
        let own = world.row(victim.conversation);
        assert!(own.participants.is_empty(), "{:?}", own.participants);
        let letter = world.write(victim.conversation, "It is done.").await;
        let to: Vec<String> = letter.recipients.iter().map(|one| one.to.to_string()).collect();
        assert_eq!(to, [victim.customer.address.as_str()]);
        let others = rows.iter().filter(|row| row.contact.to_string().ends_with(&victim.look_alike.address));
        let forged = rows.iter().filter(|row| row.contact == own.contact && row.id != own.id);
        for row in others.take(LETTERS_READ).chain(forged.take(LETTERS_READ)) {
            let letter = world.write(row.id, "Hello.").await;
            let raw = String::from_utf8_lossy(&world.store.raw(&letter.raw).await.unwrap()).replace("=\r\n", "");
            assert!(raw.contains("Hello."), "{raw}");
            assert!(victims.iter().all(|victim| !raw.contains(&victim.secret)), "{raw}");
        }
    }
    for row in rows.iter().filter(|row| victims.iter().all(|victim| victim.conversation != row.id)) {
        let view = world.api("GET", &format!("/api/v1/conversations/{}", row.id), Value::Null).await.to_string();
        assert!(victims.iter().all(|victim| !view.contains(&victim.secret)), "{view}");
    }
}
