//! Calls that wait for a person, over every journal: decided once, and only while what they were wanted for is so.

use std::time::Duration;

use super::{
    testing::{Bed, NOW, address, answering, claim_late, conversation_of, end, file, letter, mail},
    *,
};
use crate::types::{Approval, Level};

const ADA: &str = "ada@customer.example";

fn wanted(generation: u64) -> WantedCall {
    WantedCall {
        id: "c0ffee".into(),
        tool: "refund".into(),
        title: "Refund".into(),
        arguments: r#"{"order":"A1"}"#.into(),
        request: "POST https://shop.acme.example/refunds".into(),
        definition_blake3: "00".into(),
        contact: address(ADA),
        address: address("support@acme.example"),
        level: Level::Confirmed,
        generation,
        asked: NOW,
        let_run: None,
    }
}

/// A conversation that the AI gave to people because it wants a call.
async fn waiting(store: &Store) -> ConversationRow {
    store.accept(mail(1, ADA), file).await.unwrap();
    let id = conversation_of(store, 1);
    claim_late(store, JobKind::Answer).await;
    let given = HandOff {
        conversation: id,
        generation: 1,
        reason: "a person must let it run".into(),
        circumstances: Circumstances::default(),
        draft: None,
        acknowledgement: None,
        wanted: Some(Box::new(wanted(1))),
        run: None,
        now: NOW,
    };
    assert_eq!(store.hand_off(given).await.unwrap(), Written::Done);
    row(store, id)
}

fn row(store: &Store, id: ConversationId) -> ConversationRow {
    store.conversation(id).unwrap().unwrap()
}

fn order(row: &ConversationRow, by: &str, ruling: Ruling) -> CallOrder {
    CallOrder { conversation: row.id, generation: row.generation, call: None, ruling, by: by.into(), now: NOW }
}

const LET_RUN: Ruling = Ruling::LetRun { keep: false };

fn refused(done: Result<Written, StoreError>) -> String {
    match done {
        Err(StoreError::Refused(words)) => words,
        other => panic!("{other:?}"),
    }
}

fn events(store: &Store, id: ConversationId) -> Vec<(String, String)> {
    let events = store.timeline(id).unwrap().into_iter().filter_map(|entry| match entry.what {
        What::Event { name, words } if name.starts_with("call_") => Some((name, words)),
        _ => None,
    });
    events.collect()
}

#[tokio::test]
async fn of_two_people_one_lets_a_call_run_and_the_answer_is_due_again() {
    for bed in Bed::all() {
        // Given a call that waits, and two people who have read it
        let store = bed.open();
        let read = waiting(&store).await;
        assert_eq!(store.work_left().unwrap(), 0);

        // When both let it run
        assert_eq!(store.rule(order(&read, "Eve", LET_RUN)).await.unwrap(), Written::Done);
        assert_eq!(store.rule(order(&read, "Bob", LET_RUN)).await.unwrap(), Written::Stale);

        // Then one has, the AI has the conversation, and who reads it again hears who it was
        let now = row(&store, read.id);
        let let_run = now.wanted.as_ref().unwrap().let_run.as_ref().unwrap();
        assert_eq!((let_run.by.as_str(), let_run.keep, &now.owner), ("Eve", false, &Owner::Ai));
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), Some(NOW));
        assert_eq!(refused(store.rule(order(&now, "Bob", LET_RUN)).await), "Eve lets it run already");
        let denied = store.rule(order(&now, "Bob", Ruling::Deny { why: String::new() })).await;
        assert_eq!(refused(denied), "Eve lets it run already");

        // and the answer that follows ends it
        let job = claim_late(&store, JobKind::Answer).await;
        assert_eq!(job.attempts, 1);
        store.reply(letter(9, read.id, Approval::by_autopilot(now.generation))).await.unwrap();
        assert_eq!((row(&store, read.id).wanted, events(&store, read.id).len()), (None, 1));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_call_that_is_denied_is_noted_and_stays_with_people() {
    for bed in Bed::all() {
        let store = bed.open();
        let read = waiting(&store).await;
        let deny = Ruling::Deny { why: "she had it already".into() };
        assert_eq!(store.rule(order(&read, "Eve", deny)).await.unwrap(), Written::Done);
        let now = row(&store, read.id);
        assert_eq!((now.wanted.as_ref(), &now.owner, store.work_left().unwrap()), (None, &Owner::Team, 0));
        let told = ("call_denied".to_owned(), "Eve does not let “Refund” run: she had it already".to_owned());
        assert_eq!(events(&store, read.id), [told]);
        let late = refused(store.rule(order(&now, "Bob", LET_RUN)).await);
        assert_eq!(late, "no call waits there any more: Eve does not let “Refund” run: she had it already");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_a_call_was_wanted_for_must_still_be_so() {
    for (words, n) in ["a newer mail came", "was answered", "was closed", "given back to the AI"].iter().zip(1..) {
        for bed in Bed::all() {
            // Given a call that waits in a conversation that goes on
            let store = bed.open();
            let read = waiting(&store).await;
            match n {
                1 => drop(store.accept(answering(mail(2, ADA), read.id), file).await.unwrap()),
                2 => {
                    let by = Approval::by_person("Eve", read.generation);
                    assert_eq!(store.reply(letter(9, read.id, by)).await.unwrap(), Written::Done);
                }
                3 => store.mark(read.id, Mark::Resolved, NOW).await.unwrap(),
                _ => store.mark(read.id, Mark::GivenBack, NOW).await.unwrap(),
            }

            // When somebody lets it run who has read it before, and one who reads what is there now
            let stale = store.rule(order(&read, "Bob", LET_RUN)).await.unwrap();
            let now = row(&store, read.id);
            let late = refused(store.rule(order(&now, "Bob", LET_RUN)).await);

            // Then neither does, and the second hears why
            assert_eq!((stale, now.wanted), (Written::Stale, None), "{words}");
            assert!(late.starts_with("no call waits there any more: ") && late.contains(words), "{late}");
            end(store, &bed).await;
        }
    }
}

#[tokio::test]
async fn a_call_is_named_and_grows_old_and_people_may_keep_the_conversation() {
    for bed in Bed::all() {
        let store = bed.open();
        let read = waiting(&store).await;
        let named = |call: &str| CallOrder { call: Some(call.into()), ..order(&read, "Eve", LET_RUN) };
        assert_eq!(refused(store.rule(named("beef")).await), "another call waits there now: c0ffee");
        let late = NOW.plus(CALL_WAITS_MAX).plus(Duration::from_secs(1));
        let old = refused(store.rule(CallOrder { now: late, ..named("c0ffee") }).await);
        assert!(old.contains("more than 7 days ago"), "{old}");

        // Who has taken it over keeps it, and the call waits on for them.
        store.mark(read.id, Mark::Taken("Eve".into()), NOW).await.unwrap();
        let taken = row(&store, read.id);
        let words = refused(store.rule(order(&taken, "Eve", LET_RUN)).await);
        assert!(words.starts_with("Eve answers this conversation"), "{words}");
        let keep = Ruling::LetRun { keep: true };
        assert_eq!(store.rule(order(&taken, "Eve", keep)).await.unwrap(), Written::Done);
        let kept = row(&store, read.id);
        assert_eq!((&kept.owner, store.work_left().unwrap()), (&Owner::Person("Eve".into()), 1));

        // Another who takes it over ends what was not begun.
        store.mark(read.id, Mark::Taken("Bob".into()), NOW).await.unwrap();
        assert_eq!((row(&store, read.id).wanted, store.work_left().unwrap()), (None, 0));
        assert!(events(&store, read.id)[1].1.contains("which Eve let run, is not begun any more: Bob took"));
        end(store, &bed).await;
    }
}
