//! Reports of our letters and the addresses that are not written to any more. Each test ends by checking the table of legal
//! states and the rebuilt index.

use super::testing::*;
use crate::{
    conversation::{Arrival, Class, Fate, Reported, Whom},
    store::{
        DeliveryState, Lift, Owner, Settled, Status, Steer, Steered, Steering, Store, StoreError, Suppress,
        SuppressionReason, What,
    },
    types::{Address, Approval, ConversationId, JobId, JobKind, LetterId, MailId, Millis},
};

const ADA: &str = "ada@customer.example";
const BOB: &str = "bob@customer.example";
const GONE: Fate = Fate::Failed { no_mailbox: true };
const FULL: Fate = Fate::Failed { no_mailbox: false };
const LATER: Millis = Millis(NOW.0 + 3_600_000);

/// Letter 1 of the AI's to Ada and Bob in a closed conversation; the servers of both accepted it.
async fn sent(store: &Store) -> ConversationId {
    let id = written(store, 1).await;
    for place in [0, 1] {
        let job = claim_late(store, JobKind::Deliver).await;
        assert_eq!(job.id, JobId::Deliver(LetterId(1), place));
        settle(store, place, accepted(), false).await;
    }
    store.mark(id, crate::store::Mark::Resolved, NOW).await.unwrap();
    id
}

/// The `n`-th letter to Ada and Bob waits, in a conversation of its own.
async fn written(store: &Store, n: u64) -> ConversationId {
    store.accept(mail(n, ADA), file).await.unwrap();
    let id = conversation_of(store, n);
    let mut letter = letter(n, id, Approval::by_autopilot(1));
    letter.recipients.push(address(BOB));
    store.reply(letter).await.unwrap();
    id
}

async fn settle(store: &Store, place: u16, delivery: DeliveryState, no_mailbox: bool) {
    let job = JobId::Deliver(LetterId(1), place);
    let claim = claim_of(store, job);
    store.settle(Settled { job, claim, delivery, uncertain: false, no_mailbox, now: NOW }).await.unwrap();
}

fn accepted() -> DeliveryState {
    DeliveryState::Accepted { by: "mx.customer.example".into(), words: "250 ok".into(), at: NOW }
}

/// The `n`-th mail: a report on letter 1.
fn report(n: u64, whom: Whom, fate: Fate) -> Arrival {
    let mut mail = mail(n, "mailer-daemon@customer.example");
    mail.class.class = if fate == Fate::Complained { Class::Complaint } else { Class::Bounce };
    let lookups = &mut mail.destinations[0].lookups;
    let words = "550 5.1.1 no such user".to_owned();
    lookups.reported = vec![Reported { letter: LetterId(1), status: "5.1.1".into(), words, whom, fate }];
    lookups.returned = Some(LetterId(1));
    mail
}

async fn reports(store: &Store, n: u64, whom: Whom, fate: Fate) {
    store.accept(report(n, whom, fate), file).await.unwrap();
}

fn state(store: &Store, place: usize) -> DeliveryState {
    store.letter(LetterId(1)).unwrap().unwrap().recipients.remove(place).state
}

fn names(store: &Store, id: ConversationId) -> Vec<String> {
    let named = |what| match what {
        What::Event { name, .. } => Some(name),
        _ => None,
    };
    store.timeline(id).unwrap().into_iter().filter_map(|entry| named(entry.what)).collect()
}

fn suppressed(store: &Store) -> Vec<(Address, SuppressionReason)> {
    store.suppressions().unwrap().into_iter().map(|row| (row.recipient, row.reason)).collect()
}

#[tokio::test]
async fn what_came_back_says_so_for_that_recipient_opens_the_conversation_and_ends_further_letters() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = sent(&store).await;

        reports(&store, 9, Whom::Place(1), GONE).await;

        let (status, words) = ("5.1.1".to_owned(), "550 5.1.1 no such user".to_owned());
        assert_eq!(
            state(&store, 1),
            DeliveryState::Bounced { status, words, report: MailId(9), proven: true, at: NOW }
        );
        assert_eq!(state(&store, 0), accepted(), "of Ada it says nothing");
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!(row.status, Status::Open);
        assert_eq!(row.waits_because, "our letter did not reach bob@customer.example: 550 5.1.1 no such user");
        assert!(names(&store, id).ends_with(&["bounced", "reopened", "suppressed"].map(str::to_owned)));
        assert_eq!(suppressed(&store), [(address(BOB), SuppressionReason::Bounced(LetterId(1)))]);
        assert_eq!(store.suppressions_count().unwrap(), 1);
        assert_eq!(store.refused(NOW).unwrap(), [(LetterId(1), 1)], "it is listed with the refusals");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_report_that_comes_again_or_late_changes_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = sent(&store).await;
        reports(&store, 9, Whom::Place(1), GONE).await;
        let (before, events) = (state(&store, 1), names(&store, id));

        for (n, fate) in [(10, GONE), (11, FULL), (12, Fate::Delayed), (13, Fate::Arrived)] {
            reports(&store, n, Whom::Place(1), fate).await;
        }
        // Our own word of the attempt comes after the report.
        settle(&store, 1, accepted(), false).await;

        assert_eq!((state(&store, 1), names(&store, id)), (before, events));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_full_mailbox_is_written_to_again_and_a_delay_is_only_shown() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = sent(&store).await;

        reports(&store, 9, Whom::Place(0), Fate::Delayed).await;
        reports(&store, 10, Whom::Place(1), FULL).await;

        let ada = store.letter(LetterId(1)).unwrap().unwrap().recipients.remove(0);
        assert_eq!((&ada.state, ada.delayed.is_some()), (&accepted(), true));
        assert!(matches!(state(&store, 1), DeliveryState::Bounced { .. }));
        assert_eq!(suppressed(&store), []);
        reports(&store, 11, Whom::Place(0), Fate::Arrived).await;
        let ada = store.letter(LetterId(1)).unwrap().unwrap().recipients.remove(0);
        assert_eq!((&ada.state, ada.delayed), (&accepted(), None));
        assert!(names(&store, id).contains(&"arrived".to_owned()));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_report_that_only_knows_the_message_id_suppresses_nobody_and_stops_no_attempt() {
    for bed in Bed::all() {
        let store = bed.open();
        written(&store, 1).await;
        let named = |who| Whom::Named(address(who));

        reports(&store, 9, named(BOB), GONE).await;
        assert_eq!(state(&store, 1), DeliveryState::Waiting);
        claim_late(&store, JobKind::Deliver).await;
        settle(&store, 0, accepted(), false).await;
        reports(&store, 10, named("eve@elsewhere.example"), GONE).await;
        assert_eq!(state(&store, 0), accepted());
        reports(&store, 11, named(ADA), GONE).await;

        assert!(matches!(state(&store, 0), DeliveryState::Bounced { proven: false, .. }));
        assert_eq!(suppressed(&store), []);
        assert_eq!(claim_late(&store, JobKind::Deliver).await.id, JobId::Deliver(LetterId(1), 1), "Bob gets his");
        settle(&store, 1, accepted(), false).await;
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_report_on_an_attempt_whose_end_nobody_knows_ends_it() {
    for bed in Bed::all() {
        let store = bed.open();
        written(&store, 1).await;
        claim_late(&store, JobKind::Deliver).await;

        // Faster than the reply to our dot.
        reports(&store, 9, Whom::Place(0), GONE).await;
        settle(&store, 0, accepted(), false).await;

        assert!(matches!(state(&store, 0), DeliveryState::Bounced { .. }));
        assert_eq!(store.job(JobId::Deliver(LetterId(1), 0)).unwrap(), None);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_report_speaks_of_letters_of_the_conversation_it_joins_only() {
    for bed in Bed::all() {
        let store = bed.open();
        sent(&store).await;
        store.accept(mail(2, "eve@elsewhere.example"), file).await.unwrap();
        let mut stray = report(9, Whom::Place(0), GONE);
        stray.destinations[0].lookups.returned = None;

        store.accept(answering(stray, conversation_of(&store, 2)), file).await.unwrap();

        assert_eq!((state(&store, 0), suppressed(&store)), (accepted(), Vec::new()));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_server_that_knows_no_such_mailbox_suppresses_it_and_a_policy_does_not() {
    for (no_mailbox, expected) in
        [(true, vec![(address(ADA), SuppressionReason::Refused(LetterId(1)))]), (false, Vec::new())]
    {
        for bed in Bed::all() {
            let store = bed.open();
            written(&store, 1).await;
            claim_late(&store, JobKind::Deliver).await;
            let words = "mx said to RCPT: 550 5.1.1 no such user".to_owned();

            settle(&store, 0, DeliveryState::Refused { words, at: NOW }, no_mailbox).await;

            assert_eq!(suppressed(&store), expected);
            end(store, &bed).await;
        }
    }
}

#[tokio::test]
async fn letters_to_who_is_suppressed_are_refused_with_the_reason_until_a_person_lifts_it() {
    for bed in Bed::all() {
        let store = bed.open();
        let first = sent(&store).await;
        reports(&store, 9, Whom::Place(0), GONE).await;

        let second = written(&store, 2).await;
        let job = claim_late(&store, JobKind::Deliver).await;

        assert_eq!(job.id, JobId::Deliver(LetterId(2), 1), "Ada's was never handed to anybody");
        let ada = store.letter(LetterId(2)).unwrap().unwrap().recipients.remove(0);
        let DeliveryState::Refused { words, at } = ada.state else { panic!("{:?}", ada.state) };
        assert_eq!(at, LATER);
        assert!(
            words.starts_with("not sent, the address is suppressed: letter 0000000000001 came back 2023-"),
            "{words}"
        );
        assert!(words.ends_with("550 5.1.1 no such user"), "{words}");
        assert!(store.conversation(second).unwrap().unwrap().waits_because.contains("suppressed"));

        let lift = Lift { recipient: address("Ada@Customer.example"), by: "Eve".into(), now: LATER };
        store.lift(lift.clone()).await.unwrap();
        assert!(matches!(store.lift(lift).await, Err(StoreError::NotFound(_))));
        assert_eq!(names(&store, first).last().unwrap(), "lifted");
        assert_eq!(store.suppressions_count().unwrap(), 0);
        let retry =
            Steering { letter: LetterId(2), recipient: Some(0), steer: Steer::Retry, by: "Eve".into(), now: LATER };
        assert_eq!(store.steer(retry).await.unwrap(), Steered::Done);
        assert_eq!(claim_late(&store, JobKind::Deliver).await.id, JobId::Deliver(LetterId(2), 0));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_person_may_suppress_once_and_the_first_reason_stays() {
    for bed in Bed::all() {
        let store = bed.open();
        sent(&store).await;
        let asked = Suppress { recipient: address(ADA), by: "Eve".into(), why: "she left".into(), now: NOW };
        store.suppress(asked.clone()).await.unwrap();

        assert!(matches!(store.suppress(asked).await, Err(StoreError::Refused(_))));
        reports(&store, 9, Whom::Place(0), GONE).await;

        let row = store.suppression(&address(ADA)).unwrap().unwrap();
        assert_eq!((row.reason, row.words), (SuppressionReason::Person("Eve".into()), "she left".into()));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn who_complains_gets_no_letters_and_the_ai_is_silent_there() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = sent(&store).await;
        store.accept(answering(mail(8, ADA), id), file).await.unwrap();
        assert!(store.job(JobId::Answer(id)).unwrap().is_some());

        reports(&store, 9, Whom::Place(0), Fate::Complained).await;

        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.owner, store.job(JobId::Answer(id)).unwrap()), (Owner::Team, None));
        assert!(row.waits_because.starts_with(ADA), "{}", row.waits_because);
        assert_eq!(suppressed(&store), [(address(ADA), SuppressionReason::Complained(LetterId(1)))]);
        store.accept(answering(mail(10, ADA), id), file).await.unwrap();
        assert_eq!(store.job(JobId::Answer(id)).unwrap(), None, "nor does it answer what comes later");
        // Two took part, and the report names neither; or it names one, and knows no more than who has the letter.
        let lift = Lift { recipient: address(ADA), by: "Eve".into(), now: LATER };
        store.lift(lift).await.unwrap();
        reports(&store, 11, Whom::Only, Fate::Complained).await;
        assert_eq!(suppressed(&store), []);
        reports(&store, 12, Whom::Named(address(ADA)), Fate::Complained).await;
        assert_eq!(suppressed(&store), [], "nobody is suppressed on a guess or a forgery");
        assert!(names(&store, id).ends_with(&["complained".to_owned()]), "and people are told");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_letter_to_who_is_suppressed_that_is_written_while_others_are_claimed_is_refused_and_stays_whole() {
    for bed in Bed::all() {
        let store = bed.open();
        written(&store, 1).await;
        store.accept(mail(2, ADA), file).await.unwrap();
        let asked = Suppress { recipient: address(ADA), by: "Eve".into(), why: "she left".into(), now: NOW };
        store.suppress(asked).await.unwrap();
        let new = letter(2, conversation_of(&store, 2), Approval::by_autopilot(1));
        let claim = || store.claim(JobKind::Deliver, LATER, LEASE);

        // In one batch of the committer or in several: who claims may see a letter whose bytes have no place yet.
        let (written, first, second, third) = tokio::join!(store.reply(new), claim(), claim(), claim());

        written.unwrap();
        let claimed: Vec<JobId> = [first, second, third].into_iter().filter_map(|job| Some(job.unwrap()?.id)).collect();
        assert_eq!(claimed, [JobId::Deliver(LetterId(1), 1)], "Bob's, and nothing of Ada's");
        assert_eq!(store.claim(JobKind::Deliver, LATER, LEASE).await.unwrap(), None);
        let row = store.letter(LetterId(2)).unwrap().unwrap();
        assert!(matches!(row.recipients[0].state, DeliveryState::Refused { .. }), "{row:?}");
        let raw = store.raw(&row.raw).await.unwrap();
        assert_eq!(raw, "Subject: Re: number 1\r\n\r\nletter 2\r\n");
        end(store, &bed).await;
    }
}
