//! What every journal must give the store. Each test ends by checking the table of legal states and the rebuilt index.

use std::time::Duration;

use super::testing::*;
use crate::{
    conversation::{Filing, Key},
    store::{
        AiLetters, Circumstances, ConversationFilter, DeliveryState, Draft, HandOff, Mark, NewLetter, Origin, Owner,
        Place, Settled, Status, Store, What, Written,
    },
    types::{Approval, HandOffCode, JobId, JobKind, JobState, LetterId, Level, MailId, Millis},
};

const ADA: &str = "ada@customer.example";

/// What happened in a conversation, one word each.
fn words(store: &Store, conversation: crate::types::ConversationId) -> Vec<String> {
    let line = store.timeline(conversation).unwrap();
    line.into_iter()
        .map(|entry| match entry.what {
            What::Mail(_) => "mail".to_owned(),
            What::Letter(_) => "letter".to_owned(),
            What::Note(_) => "note".to_owned(),
            What::Event { name, .. } => name,
        })
        .collect()
}

/// The sentences of its events.
fn sentences(store: &Store, conversation: crate::types::ConversationId) -> Vec<String> {
    let line = store.timeline(conversation).unwrap().into_iter();
    let words = line.filter_map(|entry| match entry.what {
        What::Event { words, .. } => Some(words),
        _ => None,
    });
    words.collect()
}

#[tokio::test]
async fn a_mail_is_kept_with_everything_that_belongs_to_it() {
    for bed in Bed::all() {
        let store = bed.open();
        let accepted = store.accept(mail(1, ADA), file).await.unwrap();
        assert_eq!((accepted.id(), accepted.is_duplicate()), (MailId(1), false));

        let id = conversation_of(&store, 1);
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.contact, row.title.as_str(), row.generation), (address(ADA), "number 1", 1));
        assert_eq!((row.status, row.owner, row.last_mail), (Status::Open, Owner::Nobody, Some(MailId(1))));
        assert_eq!(row.number.to_string().len(), 5);
        assert_eq!(store.conversation_by_number(row.number).unwrap().unwrap().id, id);
        assert_eq!(words(&store, id), ["mail"]);
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), Some(NOW.plus(QUIET)));
        let raw = store.raw(&store.mail(MailId(1)).unwrap().unwrap().raw).await.unwrap();
        assert!(raw.starts_with(b"Received: by mx.example\r\nFrom: <ada@customer.example>"));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_mail_sent_twice_is_kept_once() {
    for bed in Bed::all() {
        let store = bed.open();
        let mut copy = mail(1, ADA);
        copy.envelope.id = MailId(2);
        store.accept(mail(1, ADA), file).await.unwrap();
        let again = store.accept(copy, file).await.unwrap();
        assert_eq!((again.id(), again.is_duplicate()), (MailId(1), true));
        let counts = store.counts().unwrap();
        assert_eq!((counts.accepted, counts.shown, counts.duplicates), (2, 1, 1));
        assert_eq!(store.mail(MailId(2)).unwrap(), None);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn copies_that_come_at_once_are_kept_once() {
    let bed = Bed::segments();
    let store = bed.open();
    let copies = (1..=20).map(|n| {
        let store = store.clone();
        let mut copy = mail(1, ADA);
        copy.envelope.id = MailId(n);
        async move { store.accept(copy, file).await.unwrap() }
    });
    let mut tasks = tokio::task::JoinSet::new();
    copies.for_each(|copy| {
        tasks.spawn(copy);
    });
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| !answer.is_duplicate()).count(), 1);
    assert!(answers.iter().all(|answer| answer.id() == answers[0].id()));
    end(store, &bed).await;
}

#[tokio::test]
async fn a_copy_for_a_further_address_is_kept_there() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let mut both = mail(1, ADA);
        both.envelope.id = MailId(2);
        let mut sales = both.destinations[0].clone();
        sales.address = Some(address("sales@acme.example"));
        both.destinations.push(sales);
        let accepted = store.accept(both, file).await.unwrap();
        assert!(!accepted.is_duplicate());
        let row = store.mail(MailId(2)).unwrap().unwrap();
        assert_eq!(row.filings[0].place, Place::Duplicate(MailId(1)));
        assert!(matches!(row.filings[1].place, Place::Conversation { .. }));
        end(store, &bed).await;
    }
}

/// A copy changes no key, only how far the index is.
#[tokio::test]
async fn copies_are_counted_over_a_restart() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        store.close().await;
        let store = bed.open();
        let mut copy = mail(1, ADA);
        copy.envelope.id = MailId(2);
        assert!(store.accept(copy, file).await.unwrap().is_duplicate());
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_held_mail_that_comes_again_with_a_better_proof_is_filed() {
    for bed in Bed::all() {
        let store = bed.open();
        let again = |n, level| {
            let mut copy = mail(1, ADA);
            copy.envelope.id = MailId(n);
            copy.verdicts.level = level;
            copy
        };
        store.accept(again(1, Level::Forged), file).await.unwrap();
        assert!(store.accept(again(2, Level::Forged), file).await.unwrap().is_duplicate());
        assert_eq!(store.held().unwrap().len(), 1);
        assert!(!store.accept(again(3, Level::Vouched), file).await.unwrap().is_duplicate());
        assert!(matches!(place(&store, 3), Place::Conversation { .. }));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn every_key_proposes_its_conversation_and_only_at_its_address() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let row = store.conversation(conversation_of(&store, 1)).unwrap().unwrap();
        let by = |n: u64, change: &dyn Fn(&mut crate::conversation::Lookups)| {
            let mut next = mail(n, ADA);
            change(&mut next.destinations[0].lookups);
            next
        };
        let number = row.number;
        use crate::conversation::NumberPlace::{NewText, Quoted, Subject};
        let cases = [
            (by(2, &|l| l.reply_keys = vec![row.id]), Key::ReplyKey),
            (by(3, &|l| l.numbers = vec![(number, Quoted), (number, Subject)]), Key::SubjectNumber),
            (by(4, &|l| l.numbers = vec![(number, NewText)]), Key::NewTextNumber),
            (by(5, &|l| l.numbers = vec![(number, Quoted)]), Key::QuotedNumber),
            (by(6, &|l| l.message_ids = vec!["mail-1@customer.example".into()]), Key::Reference),
        ];
        for (next, key) in cases {
            let n = next.envelope.id.0;
            store.accept(next, file).await.unwrap();
            let Place::Conversation { id, joined_by, .. } = place(&store, n) else { panic!() };
            assert_eq!((id, joined_by), (row.id, Some(key)));
        }
        let mut elsewhere = answering(mail(7, ADA), row.id);
        elsewhere.destinations[0].address = Some(address("sales@acme.example"));
        store.accept(elsewhere, file).await.unwrap();
        assert_ne!(conversation_of(&store, 7), row.id);
        end(store, &bed).await;
    }
}

/// S-11.
#[tokio::test]
async fn mail_of_a_machine_is_shown_and_moves_nothing() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        store.mark(id, Mark::Resolved, NOW).await.unwrap();
        let before = store.conversation(id).unwrap().unwrap();
        let mut late = automatic(answering(mail(2, ADA), id));
        late.now = NOW.plus(Duration::from_secs(60));
        store.accept(late, file).await.unwrap();
        let mut after = store.conversation(id).unwrap().unwrap();
        assert_eq!(after.entries, before.entries + 1);
        after.entries = before.entries;
        assert_eq!(after, before);
        assert_eq!(store.work_left().unwrap(), 0);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_burst_has_one_answer_job_and_a_running_answer_turns_stale() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let claimed = claim_late(&store, JobKind::Answer).await;
        assert_eq!((claimed.id, claimed.attempts), (JobId::Answer(id), 1));
        let mut second = answering(mail(2, ADA), id);
        second.now = NOW.plus(Duration::from_secs(5));
        store.accept(second, file).await.unwrap();

        let stale = store.reply(letter(1, id, Approval::by_autopilot(1))).await.unwrap();
        assert_eq!(stale, Written::Stale);
        assert_eq!(store.letter(LetterId(1)).unwrap(), None);
        // The runner that was overtaken says it is done: the newer mail still wants its answer.
        store.done(claimed.id).await.unwrap();
        assert_eq!(store.jobs().unwrap().len(), 1);
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), Some(NOW.plus(Duration::from_secs(25))));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_letter_is_written_once_and_delivered_once() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        claim_late(&store, JobKind::Answer).await;
        assert_eq!(store.reply(letter(1, id, Approval::by_autopilot(1))).await.unwrap(), Written::Done);
        assert_eq!(store.reply(letter(2, id, Approval::by_autopilot(1))).await.unwrap(), Written::Stale);
        assert_eq!(store.conversation(id).unwrap().unwrap().owner, Owner::Ai);

        let job = claim_late(&store, JobKind::Deliver).await;
        assert_eq!(job.id, JobId::Deliver(LetterId(1), 0));
        let next = Millis(NOW.0 + 60_000);
        let deferred = DeliveryState::Deferred { attempts: 1, next, words: "450 later".into() };
        store
            .settle(Settled {
                job: job.id,
                claim: job.claim(),
                delivery: deferred,
                uncertain: false,
                no_mailbox: false,
                now: NOW,
            })
            .await
            .unwrap();
        assert_eq!(store.next_due(JobKind::Deliver).unwrap(), Some(next));
        let by = || DeliveryState::Accepted { by: "mx.customer.example".into(), words: "250 ok".into(), at: NOW };
        store
            .settle(Settled { job: job.id, claim: None, delivery: by(), uncertain: false, no_mailbox: false, now: NOW })
            .await
            .unwrap();
        let refused = DeliveryState::Refused { words: "550 no".into(), at: NOW };
        store
            .settle(Settled {
                job: job.id,
                claim: None,
                delivery: refused,
                uncertain: false,
                no_mailbox: false,
                now: NOW,
            })
            .await
            .unwrap();
        let row = store.letter(LetterId(1)).unwrap().unwrap();
        assert_eq!(row.recipients[0].state, by());
        assert_eq!(words(&store, id), ["mail", "letter", "deferred", "delivered"]);
        assert!(store.raw(&row.raw).await.unwrap().ends_with(b"letter 1\r\n"));
        assert_eq!(store.work_left().unwrap(), 0);

        let mut reply = mail(2, ADA);
        reply.destinations[0].lookups.message_ids = vec!["letter-1@mx.example".into()];
        store.accept(reply, file).await.unwrap();
        assert_eq!(conversation_of(&store, 2), id);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_letter_that_may_have_arrived_says_so_for_good() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        store.reply(letter(1, id, Approval::by_person("Eve", 1))).await.unwrap();
        let mut states = Vec::new();
        let accepted = DeliveryState::Accepted { by: "mx".into(), words: "250 queued as 4f2".into(), at: NOW };
        let later = |attempts| DeliveryState::Deferred { attempts, next: NOW, words: "the connection broke".into() };
        for (delivery, uncertain) in [(later(1), true), (later(2), false), (accepted, false)] {
            let job = claim_late(&store, JobKind::Deliver).await;
            store
                .settle(Settled { job: job.id, claim: job.claim(), delivery, uncertain, no_mailbox: false, now: NOW })
                .await
                .unwrap();
            let one = store.letter(LetterId(1)).unwrap().unwrap().recipients.remove(0);
            states.push((one.tries, one.uncertain));
        }
        assert_eq!(states, [(1, true), (2, true), (3, true)]);
        assert_eq!(words(&store, id), ["mail", "letter", "uncertain", "deferred", "delivered"]);
        let told = sentences(&store, id);
        assert!(told[0].contains("may have arrived already, and is tried again with the same Message-ID"), "{told:?}");
        assert!(told[2].ends_with("250 queued as 4f2; an earlier attempt may have brought it as well"), "{told:?}");
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_delivery_that_a_crash_or_a_lost_lease_broke_off_may_have_arrived() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        store.reply(letter(1, id, Approval::by_person("Eve", 1))).await.unwrap();
        store.claim(JobKind::Deliver, NOW, LEASE).await.unwrap().unwrap();
        drop(store);
        let store = bed.open();
        assert_eq!(store.free_claims(NOW).await.unwrap(), 1);
        assert_eq!(store.free_claims(NOW).await.unwrap(), 0);
        assert!(store.letter(LetterId(1)).unwrap().unwrap().recipients[0].uncertain);
        store.claim(JobKind::Deliver, NOW, LEASE).await.unwrap().unwrap();
        let third = store.claim(JobKind::Deliver, NOW.plus(LEASE), LEASE).await.unwrap().unwrap();
        assert_eq!(third.attempts, 3);
        assert_eq!(store.letter(LetterId(1)).unwrap().unwrap().recipients[0].tries, 2, "the third goes on");
        assert_eq!(words(&store, id), ["mail", "letter", "uncertain", "uncertain"]);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_refused_letter_opens_its_conversation_again_and_waits() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        store.reply(letter(1, id, Approval::by_person("Eve", 1))).await.unwrap();
        store.mark(id, Mark::Resolved, NOW).await.unwrap();
        let delivery = DeliveryState::Refused { words: "550 5.1.1 unknown".into(), at: NOW };
        store
            .settle(Settled {
                job: JobId::Deliver(LetterId(1), 0),
                claim: None,
                delivery,
                uncertain: false,
                no_mailbox: false,
                now: NOW,
            })
            .await
            .unwrap();
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.status, row.owner), (Status::Open, Owner::Person("Eve".into())));
        assert!(row.waits_because.contains("550 5.1.1 unknown"));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_people_have_is_not_answered_until_they_give_it_back() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let given = |generation| HandOff {
            circumstances: Circumstances { code: HandOffCode::LowSupport, ..Circumstances::default() },
            conversation: id,
            generation,
            reason: "nothing supports an answer".into(),
            draft: None,
            acknowledgement: None,
            wanted: None,
            run: None,
            now: NOW,
        };
        assert_eq!(store.hand_off(given(7)).await.unwrap(), Written::Stale);
        assert_eq!(store.hand_off(given(1)).await.unwrap(), Written::Done);
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.owner, row.waits_because.as_str()), (Owner::Team, "nothing supports an answer"));
        assert_eq!(row.handed_off.map(|handed| handed.circumstances.code), Some(HandOffCode::LowSupport));
        let handed_off = |code| ConversationFilter { handed_off: Some(code), ..ConversationFilter::default() };
        assert_eq!(store.conversations(&handed_off(HandOffCode::LowSupport)).unwrap().len(), 1);
        assert_eq!(store.conversations(&handed_off(HandOffCode::Brake)).unwrap().len(), 0);
        store.accept(answering(mail(2, ADA), id), file).await.unwrap();
        assert_eq!(store.work_left().unwrap(), 0);
        store.mark(id, Mark::Taken("Eve".into()), NOW).await.unwrap();
        store.mark(id, Mark::GivenBack, NOW).await.unwrap();
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), Some(NOW));
        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.waits_because.as_str(), row.handed_off), ("", None));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_hand_off_and_the_letter_that_acknowledges_it_are_one_record() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let given = |generation| {
            let letter = letter(1, id, Approval::by_autopilot(generation));
            HandOff {
                conversation: id,
                generation,
                reason: "the customer asks for a person".into(),
                circumstances: Circumstances::default(),
                draft: None,
                acknowledgement: Some(Box::new(NewLetter { origin: Origin::Acknowledgement, ..letter })),
                wanted: None,
                run: None,
                now: NOW,
            }
        };
        // Too late is neither.
        assert_eq!(store.hand_off(given(7)).await.unwrap(), Written::Stale);
        assert_eq!((store.letter(LetterId(1)).unwrap(), store.counts().unwrap().letters), (None, 0));

        assert_eq!(store.hand_off(given(1)).await.unwrap(), Written::Done);

        let row = store.conversation(id).unwrap().unwrap();
        assert_eq!((row.owner, row.waits_because.as_str()), (Owner::Team, "the customer asks for a person"));
        assert_eq!(words(&store, id), ["mail", "handed_off", "letter"]);
        assert_eq!(store.ai_letters(AiLetters::All, Millis(0), 9).unwrap(), 1, "the brakes count it");
        assert_eq!(
            (store.next_due(JobKind::Answer).unwrap(), store.next_due(JobKind::Deliver).unwrap()),
            (None, Some(NOW))
        );
        // It answered nothing.
        store.mark(id, Mark::GivenBack, NOW).await.unwrap();
        assert_eq!(store.next_due(JobKind::Answer).unwrap(), Some(NOW));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn an_answer_that_leaves_nothing_to_do_closes_the_conversation_in_its_own_record() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let given = |generation| NewLetter { resolves: true, ..letter(1, id, Approval::by_autopilot(generation)) };
        // Too late is neither.
        assert_eq!(store.reply(given(7)).await.unwrap(), Written::Stale);
        assert_eq!(store.conversation(id).unwrap().unwrap().status, Status::Open);

        assert_eq!(store.reply(given(1)).await.unwrap(), Written::Done);

        assert_eq!(store.conversation(id).unwrap().unwrap().status, Status::Resolved);
        assert_eq!(words(&store, id), ["mail", "letter", "closed"]);
        // It opens again when they write.
        store.accept(answering(mail(2, ADA), id), file).await.unwrap();
        assert_eq!(store.conversation(id).unwrap().unwrap().status, Status::Open);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_newer_mail_takes_the_draft_away_and_asks_for_another() {
    let bed = Bed::segments();
    let store = bed.open();
    store.accept(mail(1, ADA), file).await.unwrap();
    let id = conversation_of(&store, 1);
    let draft = Draft { markdown: "Perhaps.".into(), sources: Vec::new(), generation: 1, made: NOW, taken_back: None };
    let reason = "a draft is ready".to_owned();
    let given = HandOff {
        conversation: id,
        generation: 1,
        reason,
        circumstances: Circumstances::default(),
        draft: Some(draft),
        acknowledgement: None,
        wanted: None,
        run: None,
        now: NOW,
    };
    assert_eq!(store.hand_off(given).await.unwrap(), Written::Done);
    let row = store.conversation(id).unwrap().unwrap();
    assert_eq!((row.owner, row.waits_because.as_str()), (Owner::Ai, "a draft is ready"));
    assert_eq!(row.draft.unwrap().generation, row.generation);
    assert_eq!(store.work_left().unwrap(), 0);

    store.accept(answering(mail(2, ADA), id), file).await.unwrap();

    let row = store.conversation(id).unwrap().unwrap();
    assert_eq!((row.draft, row.waits_because.as_str()), (None, ""));
    assert_eq!(store.next_due(JobKind::Answer).unwrap(), Some(NOW.plus(QUIET)));
    end(store, &bed).await;
}

#[tokio::test]
async fn with_autopilot_off_a_conversation_says_why_it_waits() {
    let bed = Bed::segments();
    let store = bed.open();
    let mut quiet = mail(1, ADA);
    quiet.destinations[0].answer.wanted = false;
    store.accept(quiet, file).await.unwrap();
    let row = store.conversation(conversation_of(&store, 1)).unwrap().unwrap();
    assert_eq!(row.waits_because, "Autopilot is off for this address");
    assert_eq!(store.work_left().unwrap(), 0);
    end(store, &bed).await;
}

#[tokio::test]
async fn a_claim_ends_with_its_lease_and_survives_a_restart() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        assert_eq!(store.claim(JobKind::Answer, NOW, LEASE).await.unwrap(), None);
        let due = NOW.plus(QUIET);
        assert!(store.claim(JobKind::Answer, due, LEASE).await.unwrap().is_some());
        drop(store);
        let store = bed.open();
        assert_eq!(store.claim(JobKind::Answer, due, LEASE).await.unwrap(), None);
        let again = store.claim(JobKind::Answer, due.plus(LEASE), LEASE).await.unwrap().unwrap();
        assert_eq!(again.attempts, 2);
        store.defer(again.id, Millis(NOW.0 + 500_000), "the model is away").await.unwrap();
        let job = claim_late(&store, JobKind::Answer).await;
        assert_eq!(job.last_words, "the model is away");
        store.park(job.id, "given up").await.unwrap();
        assert_eq!(store.job(job.id).unwrap().unwrap().state, JobState::Parked);
        assert_eq!(store.work_left().unwrap(), 0);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn lists_are_newest_first_and_go_on_where_they_stopped() {
    let bed = Bed::segments();
    let store = bed.open();
    for n in 1..=10u64 {
        let mut next = mail(n, ADA);
        next.now = Millis(NOW.0 + n);
        if n % 2 == 0 {
            next.destinations[0].address = Some(address("sales@acme.example"));
        }
        store.accept(next, file).await.unwrap();
    }
    let list = |filter: ConversationFilter| {
        let rows = store.conversations(&filter).unwrap();
        rows.into_iter().map(|row| row.updated.0 - NOW.0).collect::<Vec<_>>()
    };
    let sales = Some(address("sales@acme.example"));
    assert_eq!(list(ConversationFilter { limit: 3, ..Default::default() }), [10, 9, 8]);
    assert_eq!(list(ConversationFilter { address: sales.clone(), ..Default::default() }), [10, 8, 6, 4, 2]);
    let before = Some(Millis(NOW.0 + 8));
    assert_eq!(list(ConversationFilter { before, limit: 2, ..Default::default() }), [7, 6]);
    assert_eq!(list(ConversationFilter { address: sales, before, limit: 2, ..Default::default() }), [6, 4]);
    end(store, &bed).await;
}

#[tokio::test]
async fn a_long_row_is_kept_in_pieces_and_no_value_is_long() {
    let bed = Bed::segments();
    let store = bed.open();
    let mut long = mail(1, ADA);
    long.mail.notes = (0..2000).map(|n| format!("an odd thing, the {n}th of many")).collect();
    let notes = long.mail.notes.clone();
    store.accept(long, file).await.unwrap();
    assert_eq!(store.mail(MailId(1)).unwrap().unwrap().mail.notes, notes);
    let id = conversation_of(&store, 1);
    for (generation, octets) in [(1, 50_000), (2, 20_000)] {
        let draft =
            Draft { markdown: "x".repeat(octets), sources: Vec::new(), generation, made: NOW, taken_back: None };
        let given = HandOff {
            conversation: id,
            generation,
            reason: "r".into(),
            circumstances: Circumstances::default(),
            draft: Some(draft),
            acknowledgement: None,
            wanted: None,
            run: None,
            now: NOW,
        };
        assert_eq!(store.hand_off(given).await.unwrap(), Written::Done);
    }
    let longest = store.index().scan(&[]).map(|found| found.unwrap().1.len()).max().unwrap();
    assert!(longest <= crate::store::index::VALUE_OCTETS_MAX, "{longest}");
    end(store, &bed).await;
}

#[tokio::test]
async fn a_mail_that_cannot_be_filed_is_held() {
    for bed in Bed::all() {
        let store = bed.open();
        let mut nowhere = mail(1, ADA);
        nowhere.destinations.clear();
        store.accept(nowhere, file).await.unwrap();
        let mut nobody = mail(2, ADA);
        nobody.mail.from = None;
        store.accept(nobody, |_, _, _| Filing::Opens { linked_to: None, why: String::new() }).await.unwrap();
        assert_eq!(store.held().unwrap().len(), 2);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_the_ai_sent_is_counted_by_whom_it_went_to_and_a_restart_forgets_nothing_s11() {
    for bed in Bed::all() {
        let store = bed.open();
        for n in 1..=3 {
            store.accept(mail(n, ADA), file).await.unwrap();
            let conversation = conversation_of(&store, n);
            let mut written = letter(n, conversation, Approval::by_autopilot(1));
            written.now = Millis(NOW.0 + n * 1000);
            written.recipients.push(address(&format!("colleague-{n}@customer.example")));
            assert_eq!(store.reply(written).await.unwrap(), Written::Done);
        }
        store.accept(mail(4, ADA), file).await.unwrap();
        let by_a_person = letter(4, conversation_of(&store, 4), Approval::by_person("Eve", 1));
        store.reply(by_a_person).await.unwrap();
        if let Bed::Segments(_) = bed {
            store.clone().close().await;
        }
        drop(store);

        let store = bed.open();
        let count = |to, since| store.ai_letters(to, since, u32::MAX).unwrap();
        let (ada, colleague) = (address(ADA), address("colleague-1@customer.example"));
        assert_eq!(count(AiLetters::To(&ada), NOW), 3);
        assert_eq!(count(AiLetters::To(&ada), Millis(NOW.0 + 2000)), 2);
        assert_eq!(count(AiLetters::To(&colleague), NOW), 1);
        assert_eq!(count(AiLetters::ToDomain("customer.example"), NOW), 3, "one letter to two of them is one");
        assert_eq!(count(AiLetters::ToDomain("other.example"), NOW), 0);
        assert_eq!(count(AiLetters::All, NOW), 3);
        assert_eq!(store.ai_letters(AiLetters::All, NOW, 2).unwrap(), 2, "no further than asked");
        end(store, &bed).await;
    }
}
