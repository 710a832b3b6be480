//! The memory of signatures, with the real filing rules: every test ends by checking the legal states and a rebuilt index.

use std::time::Duration;

use super::*;
use crate::{
    conversation::{self, Class},
    store::{Place, Store, testing::*},
    types::{JobId, Level},
};

const ADA: &str = "ada@customer.example";
const SIGNATURE: &str = "00112233445566778899aabbccddeeff";

/// The first mail, signed, as it comes with that queue id at that address.
fn signed(id: u64, at: &str, named: bool) -> Arrival {
    let mut arrival = mail(1, ADA);
    arrival.envelope.id = MailId(id);
    arrival.dice = id;
    arrival.verdicts.signatures = vec![SIGNATURE.into()];
    arrival.destinations[0].address = Some(address(at));
    arrival.destinations[0].named = named;
    arrival
}

/// Signed alike, but with other words.
fn other_words(id: u64) -> Arrival {
    let mut arrival = signed(id, "support@acme.example", true);
    arrival.destinations[0].lookups.fingerprint = mail(id, ADA).destinations[0].lookups.fingerprint;
    arrival
}

async fn accept(store: &Store, arrival: Arrival) {
    store.accept(arrival, conversation::file).await.unwrap();
}

/// The level a mail has where it opened a conversation, and whether the AI is to answer that.
fn opened(store: &Store, id: u64) -> (Level, bool) {
    let Place::Conversation { id, joined_by: None, level, .. } = place(store, id) else { panic!("it opened nothing") };
    let row = store.conversation(id).unwrap().unwrap();
    assert_eq!(row.level, level);
    let waits = !row.waits_because.is_empty();
    let has_job = store.job(JobId::Answer(id)).unwrap().is_some();
    assert_ne!(waits, has_job);
    (level, has_job)
}

fn remembered(store: &Store) -> (usize, usize) {
    (store.index().scan(b"S").count(), store.index().scan(b"Q").count())
}

#[tokio::test]
async fn the_same_signed_mail_at_three_addresses_counts_where_its_author_named_them() {
    for bed in Bed::all() {
        let store = bed.open();
        accept(&store, signed(1, "support@acme.example", true)).await;
        accept(&store, signed(2, "sales@acme.example", true)).await;
        accept(&store, signed(3, "billing@acme.example", false)).await;
        assert_eq!(opened(&store, 1), (Level::Authenticated, true));
        assert_eq!(opened(&store, 2), (Level::Authenticated, true));
        assert_eq!(opened(&store, 3), (Level::Unproven, false));
        let row = store.mail(MailId(3)).unwrap().unwrap();
        assert_eq!(row.verdicts.level, Level::Unproven);
        let sentence = format!("DKIM passes, but its signature came before, with mail {}: ", MailId(1));
        assert!(row.verdicts.sentence.starts_with(&sentence), "{}", row.verdicts.sentence);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_same_address_has_it_as_a_duplicate() {
    for bed in Bed::all() {
        let store = bed.open();
        accept(&store, signed(1, "support@acme.example", false)).await;
        let again = store.accept(signed(2, "support@acme.example", false), conversation::file).await.unwrap();
        assert_eq!((again.id(), again.is_duplicate()), (MailId(1), true));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn other_words_under_the_same_signature_join_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        accept(&store, signed(1, "support@acme.example", true)).await;
        let first = conversation_of(&store, 1);
        // With a valid reply key: without the memory of signatures it would join.
        accept(&store, answering(other_words(2), first)).await;
        assert_eq!(opened(&store, 2), (Level::Unproven, false));
        let mut fresh = answering(other_words(3), first);
        fresh.verdicts.signatures = vec!["ff".repeat(16)];
        accept(&store, fresh).await;
        assert_eq!(conversation_of(&store, 3), first);
        end(store, &bed).await;
    }
}

/// Of several signatures one may be left out.
#[tokio::test]
async fn any_signature_that_came_before_tells() {
    for bed in Bed::all() {
        let store = bed.open();
        let mut first = signed(1, "support@acme.example", true);
        first.verdicts.signatures = vec!["aa".repeat(16), SIGNATURE.into()];
        accept(&store, first).await;
        accept(&store, other_words(2)).await;
        assert_eq!(opened(&store, 2), (Level::Unproven, false));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn of_copies_that_come_at_once_one_is_the_first() {
    for bed in Bed::all() {
        let store = bed.open();
        let copies = (1..=8).map(|id| {
            let store = store.clone();
            tokio::spawn(async move { accept(&store, other_words(id)).await })
        });
        for copy in copies.collect::<Vec<_>>() {
            copy.await.unwrap();
        }
        let levels: Vec<Level> = (1..=8).map(|id| opened(&store, id).0).collect();
        assert_eq!(levels.iter().filter(|level| **level == Level::Authenticated).count(), 1, "{levels:?}");
        end(store, &bed).await;
    }
}

/// A delivery report that is sent again joins nothing and is held; what is no proof is not remembered.
#[tokio::test]
async fn a_report_sent_again_is_held() {
    for bed in Bed::all() {
        let store = bed.open();
        accept(&store, signed(1, "support@acme.example", true)).await;
        let mut report = answering(other_words(2), conversation_of(&store, 1));
        report.class.class = Class::Bounce;
        accept(&store, report).await;
        assert!(matches!(place(&store, 2), Place::Held(_)));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn it_is_remembered_over_a_restart_for_seven_days_and_then_forgotten() {
    for bed in Bed::all() {
        let store = bed.open();
        accept(&store, signed(1, "support@acme.example", true)).await;
        store.clone().close().await;
        drop(store);
        let store = bed.open();
        let after = |mut arrival: Arrival, time: Duration| {
            arrival.now = NOW.plus(time);
            arrival
        };
        accept(&store, after(other_words(2), REPLAY_MEMORY)).await;
        assert_eq!(opened(&store, 2), (Level::Unproven, false));
        assert_eq!(remembered(&store), (1, 1));
        // A moment later it counts as new, and is remembered from then on.
        accept(&store, after(other_words(3), REPLAY_MEMORY + Duration::from_millis(1))).await;
        assert_eq!(opened(&store, 3), (Level::Authenticated, true));
        accept(&store, after(other_words(4), REPLAY_MEMORY * 2)).await;
        assert_eq!(opened(&store, 4), (Level::Unproven, false));
        assert_eq!(remembered(&store), (1, 1));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_memory_holds_seven_days_and_not_more() {
    let bed = Bed::segments();
    let store = bed.open();
    let day = Duration::from_secs(24 * 3600);
    for n in 0..60u64 {
        let mut arrival = mail(n + 1, ADA);
        arrival.verdicts.signatures = vec![format!("{n:032x}"), format!("{:032x}", n + 1000)];
        arrival.now = NOW.plus(day / 2 * u32::try_from(n).unwrap());
        accept(&store, arrival).await;
    }
    // Two a mail, two mails a day, the first and the last day of seven included.
    assert_eq!(remembered(&store), (30, 30));
    end(store, &bed).await;
}
