//! Runs over every journal: what people do with conversations is there after each of them, and moves nothing else.

use std::time::Duration;

use super::{
    super::{
        testing::{Bed, NOW, claim_late, conversation_of, end, file, letter, mail},
        *,
    },
    *,
};
use crate::types::{Approval, ConversationId, JobId, JobKind, Level, MailId, Millis};

const ADA: &str = "ada@customer.example";

fn later(secs: u64) -> Millis {
    NOW.plus(Duration::from_secs(secs))
}

/// A store with one conversation.
async fn opened(bed: &Bed) -> (Store, ConversationId) {
    let store = bed.open();
    store.accept(mail(1, ADA), file).await.unwrap();
    let id = conversation_of(&store, 1);
    (store, id)
}

fn row(store: &Store, id: ConversationId) -> ConversationRow {
    store.conversation(id).unwrap().unwrap()
}

/// Name and words of the newest event.
fn newest_event(store: &Store, id: ConversationId) -> (String, String) {
    let line = store.timeline(id).unwrap();
    let events = line.into_iter().rev().filter_map(|entry| match entry.what {
        What::Event { name, words } => Some((name, words)),
        _ => None,
    });
    events.into_iter().next().expect("there is an event")
}

fn note(conversation: ConversationId, markdown: &str, now: Millis) -> NewNote {
    NewNote { conversation, by: "grace".into(), markdown: markdown.into(), now }
}

#[tokio::test]
async fn a_note_is_kept_and_whom_it_mentions_finds_it() {
    for bed in Bed::all() {
        let (store, id) = opened(&bed).await;
        let before = row(&store, id);

        store.note(note(id, "she called, @Eve and @max", NOW)).await.unwrap();
        store.note(note(id, &format!("@eve again\n{}", "x".repeat(40_000)), later(5))).await.unwrap();

        let after = row(&store, id);
        assert_eq!(
            (after.generation, &after.owner, &after.waits_because),
            (before.generation, &before.owner, &before.waits_because)
        );
        assert_eq!((after.entries, after.heard, after.updated), (before.entries + 2, before.entries + 2, later(5)));
        let to_eve: Vec<u32> = store.mentions("eve", None, 10).unwrap().into_iter().map(|entry| entry.seq).collect();
        assert_eq!(to_eve, [2, 1], "newest first");
        assert_eq!(store.mentions("eve", None, 1).unwrap().len(), 1);
        assert_eq!(store.mentions("eve", Some(later(5)), 10).unwrap()[0].seq, 1);
        let What::Note(first) = &store.mentions("max", None, 10).unwrap()[0].what else { panic!("a note") };
        assert_eq!((first.by.as_str(), first.markdown.as_str()), ("grace", "she called, @Eve and @max"));
        assert_eq!(store.mentions("ev", None, 10).unwrap(), []);

        for empty in ["", " \n", &"x".repeat(NOTE_OCTETS_MAX + 1)] {
            assert!(matches!(store.note(note(id, empty, NOW)).await, Err(StoreError::Refused(_))));
        }
        assert_eq!(row(&store, id), after);
        end(store, &bed).await;
    }
}

fn assign(conversation: ConversationId, to: Owner, by: &str) -> Assign {
    Assign { conversation, to, by: by.into(), now: NOW }
}

#[tokio::test]
async fn a_conversation_goes_from_hand_to_hand_and_each_is_named() {
    for bed in Bed::all() {
        let (store, id) = opened(&bed).await;
        let eve = || Owner::Person("eve".into());
        for (to, by, name, words) in [
            (eve(), "grace", "assigned", "grace gives it to eve, who answers from now on"),
            (Owner::Person("max".into()), "max", "taken", "max answers from now on; eve had it"),
            (Owner::Team, "grace", "assigned", "grace gives it to the team; max had it"),
            (Owner::Nobody, "eve", "assigned", "eve gives it to nobody in particular"),
            (Owner::Ai, "eve", "given_back", "eve gives it to the AI, which may answer again"),
            (eve(), "eve", "taken", "eve answers from now on; the AI had it"),
        ] {
            let before = row(&store, id);
            store.assign(assign(id, to.clone(), by)).await.unwrap();
            let after = row(&store, id);
            assert_eq!((after.owner.clone(), after.generation), (to.clone(), before.generation + 1));
            assert_eq!(newest_event(&store, id), (name.to_owned(), words.to_owned()));
            // The AI thinks about it only while it may answer.
            let thinks = store.job(JobId::Answer(id)).unwrap().is_some();
            assert_eq!(thinks, after.owner == Owner::Ai, "{words}");
            assert_eq!(after.waits_because.is_empty(), after.owner == Owner::Ai, "{words}");
            // Whoever has it keeps it, and nothing is written.
            store.assign(assign(id, to, by)).await.unwrap();
            assert_eq!(row(&store, id), after);
        }
        assert_eq!(row(&store, id).waits_because, "eve answers this conversation");
        store.assign(assign(id, Owner::Person("max".into()), "eve")).await.unwrap();
        assert_eq!(row(&store, id).waits_because, "max answers this conversation");
        let nameless = store.assign(assign(id, Owner::Person(" ".into()), "eve")).await;
        assert!(matches!(nameless, Err(StoreError::Refused(_))));
        end(store, &bed).await;
    }
}

fn snooze(conversation: ConversationId, until: Option<Millis>) -> Snooze {
    Snooze { conversation, until, by: "grace".into(), now: NOW }
}

#[tokio::test]
async fn what_was_put_off_comes_back_when_its_time_has_come() {
    for bed in Bed::all() {
        let (store, id) = opened(&bed).await;
        store.accept(mail(2, "bob@customer.example"), file).await.unwrap();
        let other = conversation_of(&store, 2);
        assert_eq!(store.next_waking().unwrap(), None);

        store.snooze(snooze(id, Some(later(3600)))).await.unwrap();
        store.snooze(snooze(other, Some(later(7200)))).await.unwrap();
        assert_eq!(newest_event(&store, id), ("snoozed".into(), "grace puts it off until 2023-11-14T23:13:20Z".into()));
        assert_eq!(store.next_waking().unwrap(), Some(later(3600)));
        assert_eq!(store.wake_snoozed(later(3599)).await.unwrap(), 0);

        // Nobody looked for some while: it is as if somebody had.
        assert_eq!(store.wake_snoozed(later(3660)).await.unwrap(), 1);
        let woken = row(&store, id);
        assert_eq!((woken.snoozed_until, woken.updated), (None, later(3660)));
        assert_eq!(woken.waits_because, "it was put off until now");
        let listed = store.conversations(&ConversationFilter::default()).unwrap();
        assert_eq!(listed.iter().map(|row| row.id).collect::<Vec<_>>(), [id, other], "it is the newest");
        let line = store.timeline(id).unwrap();
        let woke = line.iter().filter(|entry| matches!(&entry.what, What::Event { name, .. } if name == "woke"));
        assert_eq!(woke.count(), 1);
        assert_eq!(store.wake_snoozed(later(3660)).await.unwrap(), 0);

        // Another moment counts instead of the first; none ends it.
        store.snooze(snooze(other, Some(later(9000)))).await.unwrap();
        assert_eq!(store.next_waking().unwrap(), Some(later(9000)));
        store.snooze(snooze(other, None)).await.unwrap();
        assert_eq!((store.next_waking().unwrap(), row(&store, other).snoozed_until), (None, None));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_mail_of_the_customer_and_the_end_of_the_conversation_end_it_at_once() {
    for bed in Bed::all() {
        let (store, id) = opened(&bed).await;
        store.snooze(snooze(id, Some(later(3600)))).await.unwrap();
        // A machine's mail moves nothing.
        let absent = super::super::testing::automatic(super::super::testing::answering(mail(2, ADA), id));
        store.accept(absent, file).await.unwrap();
        assert_eq!(row(&store, id).snoozed_until, Some(later(3600)));
        store.accept(super::super::testing::answering(mail(3, ADA), id), file).await.unwrap();
        assert_eq!((row(&store, id).snoozed_until, store.next_waking().unwrap()), (None, None));
        let woke = ("woke".to_owned(), "it is no longer put off: a new mail came".to_owned());
        assert_eq!(newest_event(&store, id), woke);

        store.snooze(snooze(id, Some(later(3600)))).await.unwrap();
        store.mark(id, Mark::Resolved, NOW).await.unwrap();
        assert_eq!((row(&store, id).snoozed_until, store.next_waking().unwrap()), (None, None));

        for (id, until) in [(id, later(60)), (conversation_of(&store, 1), NOW)] {
            assert!(matches!(store.snooze(snooze(id, Some(until))).await, Err(StoreError::Refused(_))));
        }
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_moment_past_or_too_far_away_is_none() {
    let bed = Bed::segments();
    let (store, id) = opened(&bed).await;
    for until in [NOW, Millis(0), NOW.plus(SNOOZE_MAX).plus(Duration::from_millis(1)), Millis(u64::MAX)] {
        assert!(matches!(store.snooze(snooze(id, Some(until))).await, Err(StoreError::Refused(_))), "{until:?}");
    }
    store.snooze(snooze(id, Some(NOW.plus(SNOOZE_MAX)))).await.unwrap();
    end(store, &bed).await;
}

fn read(person: &str, conversation: ConversationId, entries: u32) -> SeenMark {
    SeenMark { person: person.into(), conversation, entries, now: NOW }
}

#[tokio::test]
async fn each_person_has_read_so_far_and_nothing_is_written_twice() {
    for bed in Bed::all() {
        let (store, id) = opened(&bed).await;
        store.accept(mail(2, "bob@customer.example"), file).await.unwrap();
        let other = conversation_of(&store, 2);
        assert_eq!(store.seen("eve", &[id, other]).unwrap(), [0, 0]);

        store.mark_seen(read("eve", id, 1)).await.unwrap();
        let written = store.journal_records().unwrap();
        store.mark_seen(read("eve", id, 1)).await.unwrap();
        // More entries than there are: those that there are.
        store.mark_seen(read("eve", id, 99)).await.unwrap();
        assert_eq!(store.journal_records().unwrap(), written);
        assert_eq!(store.seen("eve", &[other, id]).unwrap(), [0, 1]);
        assert_eq!(store.seen("max", &[id]).unwrap(), [0]);

        // An event is nothing to read; what somebody says is.
        store.snooze(snooze(id, Some(later(3600)))).await.unwrap();
        assert_eq!((row(&store, id).heard, row(&store, id).entries), (1, 2));
        store.note(note(id, "well", NOW)).await.unwrap();
        assert_eq!(row(&store, id).heard, 3);
        store.mark_seen(read("eve", id, 3)).await.unwrap();
        assert_eq!(store.seen("eve", &[id]).unwrap(), [3]);
        // She wants to see it again.
        store.mark_seen(read("eve", id, 0)).await.unwrap();
        assert_eq!(store.seen("eve", &[id]).unwrap(), [0]);
        assert!(store.mark_seen(read("eve", ConversationId(1), 1)).await.is_err(), "there is no such conversation");
        end(store, &bed).await;
    }
}

fn canned(name: &str, verb: CannedVerb) -> CannedChange {
    CannedChange { name: name.into(), verb, by: "grace".into(), now: NOW }
}

fn put(title: &str, markdown: &str, at: Option<&str>) -> CannedVerb {
    let address = at.map(super::super::testing::address);
    CannedVerb::Put { title: title.into(), markdown: markdown.into(), address }
}

#[tokio::test]
async fn prepared_replies_are_kept_changed_and_removed() {
    for bed in Bed::all() {
        let store = bed.open();
        let long = format!("Hello {{{{contact.name}}}}, {}", "word ".repeat(10_000));
        store.change_canned(canned("refund", put("Refund", &long, None))).await.unwrap();
        store.change_canned(canned("hours", put("Hours", "{{address}}", Some("a@acme.example")))).await.unwrap();
        let names = |store: &Store| store.canned().unwrap().into_iter().map(|row| row.name).collect::<Vec<_>>();
        assert_eq!(names(&store), ["hours", "refund"]);
        assert_eq!(store.canned_reply("refund").unwrap().unwrap().markdown, long);
        let hours = store.canned_reply("hours").unwrap().unwrap();
        let is_for = |text| hours.is_for(&super::super::testing::address(text));
        assert!(is_for("A@acme.example") && !is_for("b@acme.example"));

        store.change_canned(canned("refund", put("Money back", "short", None))).await.unwrap();
        assert_eq!(store.canned_reply("refund").unwrap().unwrap().markdown, "short");
        for (name, verb) in [
            ("refund", put("Refund", "{{contact.password}}", None)),
            ("refund", put("Refund", " ", None)),
            ("refund", put("two\nlines", "words", None)),
            ("Refund", put("Refund", "words", None)),
            ("", put("Refund", "words", None)),
        ] {
            assert!(
                matches!(store.change_canned(canned(name, verb.clone())).await, Err(StoreError::Refused(_))),
                "{verb:?}"
            );
        }
        assert_eq!(store.canned_reply("refund").unwrap().unwrap().title, "Money back");
        store.change_canned(canned("refund", CannedVerb::Remove)).await.unwrap();
        assert_eq!(names(&store), ["hours"]);
        let gone = store.change_canned(canned("refund", CannedVerb::Remove)).await;
        assert!(matches!(gone, Err(StoreError::NotFound(_))));
        end(store, &bed).await;
    }
}

fn begun(conversation: ConversationId, person: &str, markdown: &str, at: Millis) -> UnfinishedRow {
    UnfinishedRow { person: person.into(), conversation, markdown: markdown.into(), at }
}

fn words(store: &Store, id: ConversationId, person: &str) -> Option<String> {
    store.unfinished(&row(store, id), person).unwrap().map(|row| row.markdown)
}

#[tokio::test]
async fn what_somebody_has_not_finished_survives_and_is_gone_when_it_was_sent() {
    for bed in Bed::all() {
        let (mut store, id) = opened(&bed).await;
        let long = "Dear Ada, ".repeat(6_000);
        store.keep_unfinished(begun(id, "eve", &long, NOW)).await.unwrap();
        store.keep_unfinished(begun(id, "max", "Hello", NOW)).await.unwrap();
        let written = store.journal_records().unwrap();
        store.keep_unfinished(begun(id, "max", "Hello", later(1))).await.unwrap();
        assert_eq!(store.journal_records().unwrap(), written, "the same words are not written again");
        drop(store);
        store = bed.open();
        assert_eq!(words(&store, id, "eve"), Some(long), "after a restart too");
        store.keep_unfinished(begun(id, "eve", "Dear Ada,", later(2))).await.unwrap();
        assert_eq!(words(&store, id, "eve").as_deref(), Some("Dear Ada,"));
        let too_long = begun(id, "eve", &"x".repeat(UNFINISHED_OCTETS_MAX + 1), later(3));
        assert!(matches!(store.keep_unfinished(too_long).await, Err(StoreError::Refused(_))));
        assert_eq!(row(&store, id).draft, None, "it is none of the AI's drafts");

        let generation = row(&store, id).generation;
        store.reply(letter(1, id, Approval::by_person("eve", generation))).await.unwrap();
        assert_eq!((words(&store, id, "eve"), words(&store, id, "max")), (None, Some("Hello".into())));
        store.keep_unfinished(begun(id, "max", "", later(4))).await.unwrap();
        assert_eq!(words(&store, id, "max"), None);
        claim_late(&store, JobKind::Deliver).await;
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn after_a_merge_the_newest_of_both_is_gone_on_with() {
    let bed = Bed::segments();
    let (store, id) = opened(&bed).await;
    store.accept(mail(2, "bob@customer.example"), file).await.unwrap();
    let other = conversation_of(&store, 2);
    store.keep_unfinished(begun(id, "eve", "older", NOW)).await.unwrap();
    store.keep_unfinished(begun(other, "eve", "newer", later(1))).await.unwrap();
    store.snooze(snooze(other, Some(later(60)))).await.unwrap();
    store.merge(id, other, later(2)).await.unwrap();
    assert_eq!((words(&store, id, "eve").as_deref(), store.next_waking().unwrap()), (Some("newer"), None));
    store.keep_unfinished(begun(id, "eve", "newest", later(3))).await.unwrap();
    assert_eq!(words(&store, id, "eve").as_deref(), Some("newest"));
    store.keep_unfinished(begun(id, "eve", "", later(4))).await.unwrap();
    assert_eq!(words(&store, id, "eve"), None, "of both nothing is left");
    end(store, &bed).await;
}

fn block(who: &str, why: Option<&str>) -> Block {
    Block { who: Who::parse(who).unwrap(), why: why.map(str::to_owned), by: "eve".into(), now: NOW }
}

/// Keeps a mail of a customer who proves so much; where it lies.
async fn keeps(store: &Store, n: u64, from: &str, level: Level) -> Place {
    let mut sent = mail(n, from);
    sent.verdicts.level = level;
    store.accept(sent, crate::conversation::file).await.unwrap();
    super::super::testing::place(store, n)
}

#[tokio::test]
async fn who_is_blocked_is_held_and_whoever_uses_their_name_is_not() {
    for bed in Bed::all() {
        let store = bed.open();
        store.block(block("mallory@evil.example", Some("threats"))).await.unwrap();
        store.block(block("spam.example", Some("only spam"))).await.unwrap();
        let held = |words: &str| Place::Held(crate::conversation::HeldReason::Blocked(words.into()));
        for (n, from, words) in [
            (1, "Mallory@EVIL.example", "eve blocked its sender: threats"),
            (2, "anybody@spam.example", "eve blocked its sender: only spam"),
            (3, "anybody@mail.spam.example", "eve blocked its sender: only spam"),
        ] {
            assert_eq!(keeps(&store, n, from, Level::Authenticated).await, held(words), "{from}");
        }
        for (n, from, level) in [
            (4, "mallory@evil.example", Level::Unproven),
            (5, "eve@evil.example", Level::Authenticated),
            (6, "anybody@notspam.example", Level::Authenticated),
        ] {
            assert!(matches!(keeps(&store, n, from, level).await, Place::Conversation { .. }), "{from}");
        }
        assert_eq!((store.counts().unwrap().held, store.counts().unwrap().conversations), (3, 3));
        assert_eq!(store.blocked().unwrap().len(), 2);

        assert!(matches!(store.block(block("spam.example", Some("again"))).await, Err(StoreError::Refused(_))));
        store.block(block("spam.example", None)).await.unwrap();
        assert!(matches!(store.block(block("spam.example", None)).await, Err(StoreError::NotFound(_))));
        assert!(matches!(keeps(&store, 7, "anybody@spam.example", Level::Vouched).await, Place::Conversation { .. }));
        // What is held waits for a person, who may let it in.
        let release = Release {
            mail: MailId(1),
            address: None,
            to: ReleaseTo::Opens,
            by: "eve".into(),
            answer: true,
            learn: false,
            now: NOW,
            dice: 5,
        };
        let released = store.release(release).await.unwrap();
        assert!(store.conversation(released).unwrap().is_some());
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn the_ai_does_not_answer_who_was_blocked_meanwhile() {
    for bed in Bed::all() {
        let (store, id) = opened(&bed).await;
        assert!(store.job(JobId::Answer(id)).unwrap().is_some());
        store.block(block(ADA, Some("threats"))).await.unwrap();
        assert_eq!(store.claim(JobKind::Answer, later(3600), Duration::from_secs(60)).await.unwrap(), None);
        assert_eq!(store.job(JobId::Answer(id)).unwrap(), None);
        assert_eq!(row(&store, id).waits_because, "the AI does not answer: eve blocked the contact: threats");
        end(store, &bed).await;
    }
}

#[test]
fn a_contact_or_a_domain_is_blocked_and_nothing_else() {
    let read = |text: &str| Who::parse(text).map(|who| who.to_string());
    assert_eq!(read("Ada@Customer.example").as_deref(), Ok("Ada@customer.example"));
    assert_eq!(read("Spam.EXAMPLE").as_deref(), Ok("spam.example"));
    assert_eq!(read("@spam.example").as_deref(), Ok("spam.example"));
    for bad in ["", "@", "com", "a b.example", "a@b@", "x..example"] {
        assert!(read(bad).is_err(), "{bad}");
    }
}
