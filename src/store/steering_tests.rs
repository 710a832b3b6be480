//! Letters that have not arrived, in the hands of people. Each test ends by checking the table of legal states and the
//! rebuilt index.

use std::{collections::BTreeSet, time::Duration};

use super::testing::*;
use crate::{
    store::{
        ConversationRow, DeliveryState, Mark, Owner, Settled, Status, Steer, Steered, Steering, Store, StoreError,
        Undo, What, Written,
    },
    types::{Approval, ConversationId, Job, JobId, JobKind, JobState, LetterId, Millis},
};

const ADA: &str = "ada@customer.example";
const LATER: Millis = Millis(NOW.0 + 600_000);
const LEAVES: Millis = Millis(NOW.0 + 10_000);
const WORDS: &str = "It has **left**.";

fn eve(steer: Steer) -> Steering {
    Steering { letter: LetterId(1), recipient: None, steer, by: "Eve".into(), now: LATER }
}

fn dropping() -> Steer {
    Steer::Drop { why: "she was called".into() }
}

/// A letter of Eve's to Ada and Bob waits.
async fn written(store: &Store) -> ConversationId {
    written_as(store, 1).await
}

/// The `n`-th of its kind, in a conversation of its own. She may think better of it for some seconds.
async fn written_as(store: &Store, n: u64) -> ConversationId {
    store.accept(mail(n, ADA), file).await.unwrap();
    let id = conversation_of(store, n);
    let mut letter = letter(n, id, Approval::by_person("Eve", 1));
    letter.recipients.push(address("bob@customer.example"));
    letter.undo = Some(Undo { until: LEAVES, markdown: WORDS.into() });
    store.reply(letter).await.unwrap();
    id
}

async fn settle(store: &Store, place: u16, delivery: DeliveryState) {
    let job = JobId::Deliver(LetterId(1), place);
    let claim = claim_of(store, job);
    store.settle(Settled { job, claim, delivery, uncertain: false, no_mailbox: false, now: NOW }).await.unwrap();
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

fn row_of(store: &Store, id: ConversationId) -> ConversationRow {
    store.conversation(id).unwrap().unwrap()
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
        let claimed = store.claim(JobKind::Deliver, LEAVES, LEASE).await.unwrap().unwrap();
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
        for steer in [Steer::Retry, dropping(), Steer::Recall] {
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
        for steer in [Steer::Retry, dropping(), Steer::Recall] {
            let told = store.steer(eve(steer)).await.unwrap();
            assert!(matches!(&told, Steered::TooLate(why) if why.contains("under way")), "{told:?}");
        }
        assert_eq!(store.conversation(id).unwrap().unwrap().entries, entries, "nothing was written");
        assert_eq!(store.job(claimed.id).unwrap().unwrap().state, JobState::Claimed(LATER.plus(LEASE)));
        settle(&store, 0, accepted()).await;
        let arrived = Steering { recipient: Some(0), ..eve(dropping()) };
        assert!(matches!(store.steer(arrived).await.unwrap(), Steered::TooLate(_)));
        // The other one waits, and nobody has it; but the letter has left.
        assert!(matches!(store.steer(eve(Steer::Recall)).await.unwrap(), Steered::TooLate(_)));
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
        store.claim(JobKind::Deliver, LEAVES, LEASE).await.unwrap().unwrap();
        assert_eq!(store.steer(eve(dropping())).await.unwrap(), Steered::Done);
        // The attempts end after all: what the far side took it has, and what it refused changes nothing.
        settle(&store, 0, accepted()).await;
        settle(&store, 1, refused()).await;
        assert_eq!(state(&store, 0), accepted());
        assert!(matches!(state(&store, 1), DeliveryState::Dropped { .. }));
        end(store, &bed).await;
    }
}

/// Two attempts overlap, as when the first outlives its lease: whatever the order in which they end, the letter is due again
/// only by the word of whoever has it, and what the far side took it has.
#[tokio::test]
async fn an_outcome_that_comes_after_its_lease_leaves_the_job_to_who_has_it_now() {
    const FIRST: Millis = LEAVES;
    let second = FIRST.plus(LEASE);
    let deferred = |n| DeliveryState::Deferred { attempts: n, next: second, words: format!("45{n} later") };
    let late = [deferred(1), refused(), accepted()];
    let ends = [deferred(2), refused(), accepted()];
    for (late, end_of_second) in late.iter().flat_map(|late| ends.iter().map(move |end| (late.clone(), end.clone()))) {
        for is_late_first in [true, false] {
            // Given a letter whose first attempt goes on while a second one has it
            let bed = Bed::segments();
            let store = bed.open();
            written(&store).await;
            let slow = store.claim(JobKind::Deliver, FIRST, LEASE).await.unwrap().unwrap();
            store.claim(JobKind::Deliver, FIRST, LEASE).await.unwrap().unwrap();
            let has_it = store.claim(JobKind::Deliver, second, LEASE).await.unwrap().unwrap();
            assert_eq!((slow.id, has_it.id), (JobId::Deliver(LetterId(1), 0), slow.id));
            assert_ne!(slow.claim(), has_it.claim());
            let ended = async |job: &Job, delivery: &DeliveryState| {
                let (job, claim, delivery) = (job.id, job.claim(), delivery.clone());
                let settled = Settled { job, claim, delivery, uncertain: false, no_mailbox: false, now: second };
                store.settle(settled).await.unwrap();
            };

            // When both end
            if is_late_first {
                ended(&slow, &late).await;
                let holds = claim_of(&store, slow.id);
                let was_taken = late == accepted();
                assert_eq!(holds, if was_taken { None } else { has_it.claim() }, "nobody else may have it: {late:?}");
                ended(&has_it, &end_of_second).await;
            } else {
                ended(&has_it, &end_of_second).await;
                ended(&slow, &late).await;
            }

            // Then the second one's word stands, unless the first brought it
            let is_taken = [&late, &end_of_second].contains(&&accepted());
            assert_eq!(state(&store, 0), if is_taken { accepted() } else { end_of_second.clone() }, "{late:?}");
            let is_due = store.jobs().unwrap().iter().any(|job| job.id == slow.id);
            assert_eq!(is_due, !is_taken && end_of_second == deferred(2), "{late:?} {end_of_second:?}");
            end(store, &bed).await;
        }
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

#[tokio::test]
async fn a_recalled_letter_never_leaves_and_its_words_are_a_draft_again() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = written(&store).await;
        store.mark(id, Mark::Resolved, NOW).await.unwrap();
        assert_eq!(store.claim(JobKind::Deliver, Millis(LEAVES.0 - 1), LEASE).await.unwrap(), None);
        assert_eq!(store.next_due(JobKind::Deliver).unwrap(), Some(LEAVES));
        drop(store);
        let store = bed.open();

        assert_eq!(store.steer(Steering { by: "Grace".into(), ..eve(Steer::Recall) }).await.unwrap(), Steered::Done);

        let recalled = DeliveryState::Recalled { by: "Grace".into(), at: LATER };
        assert_eq!((state(&store, 0), state(&store, 1)), (recalled.clone(), recalled));
        assert_eq!((store.work_left().unwrap(), last_event(&store, id).0.as_str()), (0, "reopened"));
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.status, row.owner), (Status::Open, Owner::Person("Grace".into())));
        assert!(row.waits_because.starts_with("Grace recalled letter"), "{}", row.waits_because);
        let draft = row.draft.unwrap();
        assert_eq!(
            (draft.markdown.as_str(), draft.sources, draft.generation),
            (WORDS, vec!["faq.md".into()], row.generation)
        );
        let again = letter(2, id, Approval::by_person("Grace", row.generation));
        assert_eq!(store.reply(again).await.unwrap(), Written::Done);
        for steer in [Steer::Retry, dropping(), Steer::Recall] {
            assert!(matches!(store.steer(eve(steer)).await.unwrap(), Steered::TooLate(_)));
        }
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_words_of_a_refused_letter_are_a_draft_for_whom_it_did_not_reach_and_the_refusal_stays() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = written(&store).await;
        assert!(matches!(store.steer(eve(Steer::Edit)).await.unwrap(), Steered::TooLate(_)), "nobody refused it yet");
        settle(&store, 0, accepted()).await;
        settle(&store, 1, refused()).await;
        store.mark(id, Mark::Resolved, NOW).await.unwrap();
        drop(store);
        let store = bed.open();

        assert_eq!(store.steer(eve(Steer::Edit)).await.unwrap(), Steered::Done);

        assert_eq!((state(&store, 0), state(&store, 1)), (accepted(), refused()));
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.status, row.owner), (Status::Open, Owner::Person("Eve".into())));
        assert!(row.waits_because.contains("bob@customer.example did not get"), "{}", row.waits_because);
        let draft = row.draft.unwrap();
        let again = draft.taken_back.unwrap();
        assert_eq!((draft.markdown.as_str(), draft.generation), (WORDS, row.generation));
        assert_eq!((again.letter, again.to), (LetterId(1), vec![address("bob@customer.example")]));
        let corrected = letter(2, id, Approval::by_person("Eve", row.generation));
        assert_eq!(store.reply(corrected).await.unwrap(), Written::Done);
        assert_eq!((store.conversation(id).unwrap().unwrap().draft, state(&store, 1)), (None, refused()));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_corrected_address_is_the_contact_and_what_it_writes_joins() {
    for bed in Bed::all() {
        // Given a letter that Ada's address refused and Bob's took
        let store = bed.open();
        let id = written(&store).await;
        settle(&store, 0, refused()).await;
        settle(&store, 1, accepted()).await;
        store.steer(eve(Steer::Edit)).await.unwrap();

        // When it is written anew to another address
        let mut corrected = letter(2, id, Approval::by_person("Eve", row_of(&store, id).generation));
        corrected.recipients = vec![address("ada@right.example")];
        assert_eq!(store.reply(corrected).await.unwrap(), Written::Done);

        // Then that is the contact, which is told, and the refused one takes no part
        let row = row_of(&store, id);
        assert_eq!(row.contact, address("ada@right.example"));
        assert_eq!(
            row.participants.iter().map(|one| one.address.to_string()).collect::<Vec<_>>(),
            ["bob@customer.example"]
        );
        let told = store.timeline(id).unwrap().into_iter().filter_map(|entry| match entry.what {
            What::Event { name, words } if name == "contact" => Some(words),
            _ => None,
        });
        let told: Vec<String> = told.collect();
        assert!(told.len() == 1 && told[0].contains("ada@right.example instead of ada@customer.example"), "{told:?}");

        // And it is by this that what either writes is filed
        assert!(row.takes_part(&address("ada@right.example")) && !row.takes_part(&address(ADA)));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_letter_written_anew_to_others_leaves_the_contact_as_it_is() {
    for bed in Bed::all() {
        let store = bed.open();
        for (n, refuses, to) in [
            // To the contact again, who had it mended; to somebody who takes part; and one that Bob refused, to his right address.
            (1, 0, vec![ADA, "carl@right.example"]),
            (2, 0, vec!["bob@customer.example"]),
            (3, 1, vec!["bob@right.example"]),
        ] {
            let id = written_as(&store, n).await;
            let job = JobId::Deliver(LetterId(n), refuses);
            store
                .settle(Settled {
                    job,
                    claim: None,
                    delivery: refused(),
                    uncertain: false,
                    no_mailbox: false,
                    now: NOW,
                })
                .await
                .unwrap();
            store.steer(Steering { letter: LetterId(n), ..eve(Steer::Edit) }).await.unwrap();
            let mut anew = letter(10 + n, id, Approval::by_person("Eve", row_of(&store, id).generation));
            anew.recipients = to.into_iter().map(address).collect();
            assert_eq!(store.reply(anew).await.unwrap(), Written::Done);
            assert_eq!(row_of(&store, id).contact, address(ADA), "{n}");
        }
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_recalled_letter_answers_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = written(&store).await;
        store.steer(eve(Steer::Recall)).await.unwrap();
        store.mark(id, Mark::GivenBack, LATER).await.unwrap();
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), Some(LATER));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn words_too_long_for_a_row_are_sent_and_can_be_recalled_without_a_draft() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let mut long = letter(1, id, Approval::by_person("Eve", 1));
        long.undo = Some(Undo { until: LEAVES, markdown: "\n".repeat(5_000_000) });
        assert_eq!(store.reply(long).await.unwrap(), Written::Done);
        assert_eq!(store.steer(eve(Steer::Recall)).await.unwrap(), Steered::Done);
        assert_eq!(store.conversation(id).unwrap().unwrap().draft, None);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_words_of_a_letter_are_kept_no_longer_than_they_can_come_back() {
    let bed = Bed::segments();
    let store = bed.open();
    written(&store).await;
    assert_eq!(store.letter(LetterId(1)).unwrap().unwrap().draft.unwrap().markdown, WORDS);
    settle(&store, 0, accepted()).await;
    settle(&store, 1, refused()).await;
    assert_eq!(store.letter(LetterId(1)).unwrap().unwrap().draft.unwrap().markdown, WORDS);
    store.steer(eve(dropping())).await.unwrap();
    assert_eq!(store.letter(LetterId(1)).unwrap().unwrap().draft, None);
    end(store, &bed).await;
}

/// The committer decides who was first; whatever the order, a letter is sent or recalled, and never both.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_is_either_claimed_or_recalled() {
    const LETTERS: u64 = 50;
    for bed in Bed::all() {
        let store = bed.open();
        for n in 1..=LETTERS {
            written_as(&store, n).await;
        }
        let mut running = tokio::task::JoinSet::new();
        for n in 1..=LETTERS {
            // Each letter has two recipients.
            for _ in 0..2 {
                let store = store.clone();
                running.spawn(async move {
                    let claimed = store.claim(JobKind::Deliver, LATER, LEASE).await.unwrap();
                    claimed.map(|job| (deliver(job.id), "claimed"))
                });
            }
            let store = store.clone();
            running.spawn(async move {
                let steering = Steering { letter: LetterId(n), ..eve(Steer::Recall) };
                (store.steer(steering).await.unwrap() == Steered::Done).then_some((n, "recalled"))
            });
        }
        let ended: BTreeSet<(u64, &str)> = running.join_all().await.into_iter().flatten().collect();
        let letters: Vec<u64> = ended.iter().map(|(n, _)| *n).collect();
        assert_eq!(letters, (1..=LETTERS).collect::<Vec<u64>>(), "each once: {ended:?}");
        for (n, ended) in ended {
            assert_eq!(store.letter(LetterId(n)).unwrap().unwrap().never_left(), ended == "recalled");
        }
        end(store, &bed).await;
    }
}

fn deliver(id: JobId) -> u64 {
    match id {
        JobId::Deliver(letter, _) => letter.0,
        JobId::Answer(_) => panic!("{id} is no delivery"),
    }
}
