//! Letters that have not arrived, in the hands of people. Each test ends by checking the table of legal states and the
//! rebuilt index.

use std::time::Duration;

use super::testing::*;
use crate::{
    store::{DeliveryState, Settled, Steer, Steered, Steering, Store, StoreError, What},
    types::{Approval, ConversationId, JobId, JobKind, JobState, LetterId, Millis},
};

const ADA: &str = "ada@customer.example";
const LATER: Millis = Millis(NOW.0 + 600_000);

fn eve(steer: Steer) -> Steering {
    Steering { letter: LetterId(1), recipient: None, steer, by: "Eve".into(), now: LATER }
}

fn dropping() -> Steer {
    Steer::Drop { why: "she was called".into() }
}

/// A letter of Eve's to Ada and Bob waits.
async fn written(store: &Store) -> ConversationId {
    store.accept(mail(1, ADA), file).await.unwrap();
    let id = conversation_of(store, 1);
    let mut letter = letter(1, id, Approval::by_person("Eve", 1));
    letter.recipients.push(address("bob@customer.example"));
    store.reply(letter).await.unwrap();
    id
}

async fn settle(store: &Store, place: u16, delivery: DeliveryState) {
    let job = JobId::Deliver(LetterId(1), place);
    store.settle(Settled { job, delivery, uncertain: false, now: NOW }).await.unwrap();
}

fn refused() -> DeliveryState {
    DeliveryState::Refused { words: "TXT r1._domainkey.acme.example is missing".into(), at: NOW }
}

fn accepted() -> DeliveryState {
    DeliveryState::Accepted { by: "mx".into(), words: "250 queued as 4f2".into(), at: LATER }
}

fn state(store: &Store, place: usize) -> DeliveryState {
    store.letter(LetterId(1)).unwrap().unwrap().recipients.remove(place).state
}

/// The newest event of a conversation.
fn last_event(store: &Store, id: ConversationId) -> (String, String) {
    match store.timeline(id).unwrap().pop().unwrap().what {
        What::Event { name, words } => (name, words),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refused_letter_is_tried_again_with_the_same_bytes_and_message_id() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = written(&store).await;
        let before = store.letter(LetterId(1)).unwrap().unwrap();
        let bytes = store.raw(&before.raw).await.unwrap();
        settle(&store, 0, refused()).await;
        settle(&store, 1, accepted()).await;
        assert!(store.conversation(id).unwrap().unwrap().waits_because.contains("r1._domainkey"));
        assert_eq!(store.refused(NOW).unwrap(), [(LetterId(1), 0)]);
        assert_eq!(store.refused(LATER).unwrap(), []);

        assert_eq!(store.steer(eve(Steer::Retry)).await.unwrap(), Steered::Done);

        assert_eq!(store.refused(NOW).unwrap(), []);
        assert_eq!(last_event(&store, id).0, "retried");
        assert_eq!(store.conversation(id).unwrap().unwrap().waits_because, "");
        drop(store);
        let store = bed.open();
        let job = store.claim(JobKind::Deliver, LATER, LEASE).await.unwrap().unwrap();
        assert_eq!(
            (job.id, job.attempts, job.made),
            (JobId::Deliver(LetterId(1), 0), 1, LATER),
            "its time begins anew"
        );
        let again = store.letter(LetterId(1)).unwrap().unwrap();
        assert_eq!((again.message_id, store.raw(&again.raw).await.unwrap()), (before.message_id, bytes));
        settle(&store, 0, accepted()).await;
        assert_eq!((state(&store, 0), state(&store, 1)), (accepted(), accepted()));
        assert_eq!(store.letter(LetterId(1)).unwrap().unwrap().recipients[0].tries, 2);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_letter_that_waits_for_its_next_try_is_due_at_once() {
    for bed in Bed::all() {
        let store = bed.open();
        written(&store).await;
        let claimed = store.claim(JobKind::Deliver, NOW, LEASE).await.unwrap().unwrap();
        let far = NOW.plus(Duration::from_secs(14_400));
        settle(&store, 0, DeliveryState::Deferred { attempts: 1, next: far, words: "450 later".into() }).await;
        settle(&store, 1, accepted()).await;
        assert_eq!(store.claim(JobKind::Deliver, LATER, LEASE).await.unwrap(), None);

        let only = Steering { recipient: Some(0), ..eve(Steer::Retry) };
        assert_eq!(store.steer(only).await.unwrap(), Steered::Done);

        let again = store.claim(JobKind::Deliver, LATER, LEASE).await.unwrap().unwrap();
        assert_eq!((again.id, again.attempts, again.made), (claimed.id, 2, claimed.made), "attempts go on counting");
        assert!(matches!(state(&store, 0), DeliveryState::Deferred { next: LATER, words, .. } if words == "450 later"));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_dropped_letter_is_never_tried_again_and_says_who_and_why() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = written(&store).await;
        settle(&store, 0, refused()).await;

        assert_eq!(store.steer(eve(dropping())).await.unwrap(), Steered::Done);

        let dropped = DeliveryState::Dropped { by: "Eve".into(), why: "she was called".into(), at: LATER };
        let (name, words) = last_event(&store, id);
        assert_eq!(name, "dropped");
        assert_eq!(words, "Eve dropped the letter to bob@customer.example: she was called");
        assert_eq!(store.conversation(id).unwrap().unwrap().waits_because, "", "somebody has taken care of it");
        drop(store);
        let store = bed.open();
        assert_eq!((state(&store, 0), state(&store, 1)), (dropped.clone(), dropped));
        assert_eq!((store.refused(NOW).unwrap(), store.work_left().unwrap()), (vec![], 0));
        for steer in [Steer::Retry, dropping()] {
            assert!(matches!(store.steer(eve(steer)).await.unwrap(), Steered::TooLate(_)));
        }
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn nobody_meddles_with_an_attempt_that_is_under_way_nor_with_what_arrived() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = written(&store).await;
        let claimed = store.claim(JobKind::Deliver, LATER, LEASE).await.unwrap().unwrap();
        let entries = store.conversation(id).unwrap().unwrap().entries;
        for steer in [Steer::Retry, dropping()] {
            let told = store.steer(eve(steer)).await.unwrap();
            assert!(matches!(&told, Steered::TooLate(why) if why.contains("under way")), "{told:?}");
        }
        assert_eq!(store.conversation(id).unwrap().unwrap().entries, entries, "nothing was written");
        assert_eq!(store.job(claimed.id).unwrap().unwrap().state, JobState::Claimed(LATER.plus(LEASE)));
        settle(&store, 0, accepted()).await;
        let arrived = Steering { recipient: Some(0), ..eve(dropping()) };
        assert!(matches!(store.steer(arrived).await.unwrap(), Steered::TooLate(_)));
        // The other one waits, and nobody has it.
        assert_eq!(store.steer(eve(dropping())).await.unwrap(), Steered::Done);
        assert_eq!(state(&store, 0), accepted());
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn whose_lease_ran_out_holds_nobody_up() {
    for bed in Bed::all() {
        let store = bed.open();
        written(&store).await;
        store.claim(JobKind::Deliver, NOW, LEASE).await.unwrap().unwrap();
        assert_eq!(store.steer(eve(dropping())).await.unwrap(), Steered::Done);
        // The attempts end after all: what the far side took it has, and what it refused changes nothing.
        settle(&store, 0, accepted()).await;
        settle(&store, 1, refused()).await;
        assert_eq!(state(&store, 0), accepted());
        assert!(matches!(state(&store, 1), DeliveryState::Dropped { .. }));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let bed = Bed::segments();
    let store = bed.open();
    written(&store).await;
    let nowhere =
        [Steering { letter: LetterId(2), ..eve(Steer::Retry) }, Steering { recipient: Some(2), ..eve(Steer::Retry) }];
    for steering in nowhere {
        assert!(matches!(store.steer(steering).await, Err(StoreError::NotFound(_))));
    }
    end(store, &bed).await;
}
