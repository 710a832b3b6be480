//! Runs over every journal: mails that are split lie in one place, and what refers to them goes there.

use std::time::Duration;

use super::{
    super::super::{
        testing::{Bed, NOW, address, answering, automatic, end, file, mail, place},
        *,
    },
    Split,
};
use crate::{
    conversation::Arrival,
    types::{ConversationId, JobId, MailId, Millis},
};

const ADA: &str = "ada@customer.example";
const BOB: &str = "bob@customer.example";

fn later(secs: u64) -> Millis {
    NOW.plus(Duration::from_secs(secs))
}

fn at(mut mail: Arrival, secs: u64) -> Arrival {
    mail.now = later(secs);
    mail
}

/// The same mail, referring to the `n`-th.
fn referring(mut mail: Arrival, n: u64) -> Arrival {
    mail.destinations[0].lookups.message_ids.push(format!("mail-{n}@customer.example"));
    mail
}

/// Where the real rules file the `n`-th mail.
async fn keep(store: &Store, mail: Arrival) -> ConversationId {
    let n = mail.envelope.id;
    store.accept(mail, crate::conversation::file).await.unwrap();
    match place(store, n.0) {
        Place::Conversation { id, .. } => id,
        other => panic!("mail {n} lies in {other:?}"),
    }
}

fn row(store: &Store, id: ConversationId) -> ConversationRow {
    store.conversation(id).unwrap().unwrap()
}

fn mails(store: &Store, id: ConversationId) -> Vec<u64> {
    let line = store.timeline(id).unwrap().into_iter();
    line.filter_map(|entry| if let What::Mail(mail) = entry.what { Some(mail.0) } else { None }).collect()
}

fn split(conversation: ConversationId, mails: &[u64]) -> Split {
    let mails = mails.iter().map(|id| MailId(*id)).collect();
    Split { conversation, mails, by: "eve".into(), now: later(100), dice: 77 }
}

/// Ada writes, Bob joins in, and Ada writes about something else, twice.
async fn mixed(store: &Store) -> ConversationId {
    let mut first = mail(1, ADA);
    first.mail.named = vec![address(BOB)];
    let id = keep(store, first).await;
    for other in [at(mail(2, BOB), 10), at(mail(3, ADA), 20), at(mail(4, BOB), 30)] {
        assert_eq!(keep(store, answering(other, id)).await, id);
    }
    id
}

#[tokio::test]
async fn what_is_about_something_else_becomes_a_conversation_of_its_own() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = mixed(&store).await;
        let before = row(&store, id);

        let new = store.split(split(id, &[3, 4])).await.unwrap();

        let (old, own) = (row(&store, id), row(&store, new));
        assert_eq!((mails(&store, id), mails(&store, new)), (vec![1, 2], vec![3, 4]));
        assert_ne!((own.number, own.id), (old.number, old.id));
        assert_eq!((own.contact, own.title.as_str(), own.last_mail), (address(ADA), "number 3", Some(MailId(4))));
        assert_eq!(own.participants.iter().map(|one| &one.address).collect::<Vec<_>>(), [&address(BOB)]);
        assert_eq!((own.split_from, own.linked_to, own.opened), (Some(id), Some(id), later(20)));
        assert!(own.waits_because.contains(&format!("eve split it from conversation {}", old.number)));
        assert_eq!((old.last_mail, old.generation), (Some(MailId(2)), before.generation + 1));
        let told: Vec<String> = store
            .timeline(id)
            .unwrap()
            .into_iter()
            .filter_map(|entry| match entry.what {
                What::Event { name, words } if name == "split" => Some(words),
                _ => None,
            })
            .collect();
        assert_eq!(told.len(), 3, "{told:?}");
        assert!(told.iter().all(|words| words.contains(&own.number.to_string())), "{told:?}");
        // What was to be answered has gone, and falls asleep on neither side.
        assert_eq!(store.job(JobId::Answer(id)).unwrap(), None);
        assert!(!old.waits_because.is_empty());
        assert_eq!(store.counts().unwrap().shown, 4);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_answers_a_mail_that_was_split_goes_where_it_went() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = mixed(&store).await;
        let new = store.split(split(id, &[3])).await.unwrap();
        // Her program names the whole thread: a letter of ours in the old one, and her own mail that was split.
        let both = |n| referring(answering(mail(n, ADA), id), 3);
        assert_eq!(keep(&store, both(10)).await, new);
        assert_eq!(keep(&store, referring(mail(11, ADA), 3)).await, new);
        // What names only what stayed goes there.
        assert_eq!(keep(&store, referring(answering(mail(12, ADA), id), 1)).await, id);
        assert_eq!(keep(&store, answering(mail(13, ADA), id)).await, id);
        // Whoever proves nothing joins the new one no more than the old.
        let mut forged = referring(mail(14, ADA), 3);
        forged.verdicts.level = crate::types::Level::Unproven;
        let opened = keep(&store, forged).await;
        assert!(opened != new && opened != id);
        // A merge brings both together again.
        assert_eq!(store.merge(id, new, later(200)).await.unwrap(), Merged::Into(id));
        assert_eq!(keep(&store, both(15)).await, id);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn mails_of_what_was_merged_into_it_are_split_as_well() {
    for bed in Bed::all() {
        let store = bed.open();
        let (id, gone) = (keep(&store, mail(1, ADA)).await, keep(&store, at(mail(2, BOB), 5)).await);
        store.merge(id, gone, later(50)).await.unwrap();
        let new = store.split(split(gone, &[2])).await.unwrap();
        assert_eq!((mails(&store, id), mails(&store, new)), (vec![1], vec![2]));
        assert_eq!(row(&store, new).contact, address(BOB));
        assert_eq!(keep(&store, referring(at(mail(3, BOB), 300), 2)).await, new);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_cannot_be_split_stays_whole() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = mixed(&store).await;
        store.accept(automatic(answering(at(mail(5, "x@machine.example"), 40), id)), file).await.unwrap();
        store.accept(mail(6, BOB), file).await.unwrap();
        let before = row(&store, id);
        assert!(matches!(store.split(split(id, &[])).await, Err(StoreError::Refused(_))));
        assert!(matches!(store.split(split(id, &[1, 2, 3, 4, 5])).await, Err(StoreError::Refused(_))));
        for elsewhere in [&[6][..], &[3, 6], &[999]] {
            assert!(matches!(store.split(split(id, elsewhere)).await, Err(StoreError::NotFound(_))), "{elsewhere:?}");
        }
        assert_eq!(row(&store, id), before);
        // A machine takes no part, and nothing of it is to be answered.
        let new = store.split(split(id, &[3, 5])).await.unwrap();
        assert_eq!((row(&store, new).participants, row(&store, new).last_mail), (vec![], Some(MailId(3))));
        assert_eq!(row(&store, id).last_mail, Some(MailId(4)));
        assert!(store.job(JobId::Answer(id)).unwrap().is_some(), "what is to be answered is still there");
        end(store, &bed).await;
    }
}
