//! What is found, for whom, and that the index is made again when it is gone.

use std::{collections::BTreeSet, path::Path, time::Duration};

use bytes::Bytes;

use super::{Found, Question, Search};
use crate::{
    conversation::{self, AnswerPolicy, Arrival, Class, Classified, Destination, Fingerprint, Lookups, MailSummary},
    store::{InboxView, Listing, Mark, NewNote, Store, Tagging},
    types::{Address, Clock, ConversationId, Envelope, Level, MailId, Millis, Recipient, Verdicts},
};

const NOW: Millis = Millis(1_700_000_000_000);
const SUPPORT: &str = "support@acme.example";
const SALES: &str = "sales@acme.example";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// The `n`-th mail, to one of our addresses, a second after the one before.
fn mail(n: u64, to: &str, from: (&str, &str), subject: &str, body: &str) -> Arrival {
    let (name, who) = from;
    let now = NOW.plus(Duration::from_secs(n));
    let body = format!(
        "From: {name} <{who}>\r\nSubject: {subject}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    );
    Arrival {
        envelope: Envelope {
            id: MailId(n),
            arrived: now,
            peer: [127, 0, 0, 1].into(),
            helo: "mail.example".into(),
            esmtp: true,
            tls: None,
            mail_from: Some(address(who)),
            recipients: vec![Recipient { address: address("in@mx.example") }],
            smtputf8: false,
        },
        now,
        trace: Bytes::new(),
        mail: MailSummary {
            from: Some(address(who)),
            from_name: name.into(),
            subject: subject.into(),
            message_id: format!("mail-{n}@customer.example"),
            named: Vec::new(),
            attachments: 0,
            notes: Vec::new(),
        },
        verdicts: Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("DKIM passes") },
        class: Classified { class: Class::Human, reasons: Vec::new() },
        destinations: vec![Destination {
            address: Some(address(to)),
            lookups: Lookups {
                fingerprint: Fingerprint(*blake3::hash(body.as_bytes()).as_bytes()),
                ..Lookups::default()
            },
            answer: AnswerPolicy { wanted: false, quiet: Duration::ZERO, reopen_within: Duration::ZERO },
            named: true,
            one_of: false,
        }],
        dice: n.wrapping_mul(7919),
        body: body.into(),
    }
}

struct World {
    store: Store,
    folder: tempfile::TempDir,
}

impl World {
    /// Five conversations.
    async fn new() -> (Self, [ConversationId; 5]) {
        let store = Store::testing_memory(Clock::testing_fixed(NOW.0));
        let (ada, bob) = (("Ada Löwe", "ada@customer.example"), ("Bob", "bob@other.example"));
        let mails = [
            mail(1, SUPPORT, ada, "Where is my parcel?", "The parcel with the lamp has not arrived."),
            mail(2, SUPPORT, bob, "Refund", "Please refund my order, the lamp is broken."),
            mail(3, SALES, bob, "Lamp prices", "What does the big lamp cost? An order of ten."),
            mail(4, SUPPORT, ada, "返金", "注文を返金してください。"),
            mail(5, SUPPORT, bob, "Invoice", "I refunded nothing. My order arrived broken, not the parcel."),
        ];
        let mut ids = [ConversationId(0); 5];
        for (id, mail) in ids.iter_mut().zip(mails) {
            store.accept(mail, conversation::file).await.unwrap();
            *id = store.listed(&Listing { limit: 1, ..Listing::default() }).unwrap().rows[0].id;
        }
        (Self { store, folder: tempfile::tempdir().unwrap() }, ids)
    }

    /// What is there now, opened anew and caught up.
    async fn search(&self) -> Search {
        let (search, mut follower) = Search::open(&self.folder.path().join("search"), &self.store).unwrap();
        follower.catch_up().await.unwrap();
        search
    }
}

fn asked(search: &Search, words: &str) -> Found {
    search.find(&Question { words: words.into(), limit: 10, now: NOW, ..Question::default() }).unwrap()
}

fn ids(search: &Search, words: &str) -> BTreeSet<ConversationId> {
    asked(search, words).hits.into_iter().map(|hit| hit.id).collect()
}

#[tokio::test]
async fn words_phrases_beginnings_and_fields_find_what_they_say() {
    let (world, [parcel, refund, prices, yen, invoice]) = World::new().await;
    let tag = Tagging { conversation: refund, add: ["vip".to_owned()].into(), remove: [].into(), now: NOW };
    world.store.tag(tag).await.unwrap();
    world.store.mark(invoice, Mark::Resolved, NOW).await.unwrap();
    let note = NewNote { conversation: prices, by: "eve".into(), markdown: "Ask the warehouse.".into(), now: NOW };
    world.store.note(note).await.unwrap();
    let search = world.search().await;
    let found = |words: &str, expected: &[ConversationId]| {
        assert_eq!(ids(&search, words), expected.iter().copied().collect(), "{words}");
    };
    found("lamp broken ", &[refund]);
    found("refund ", &[refund]);
    found("refun", &[refund, invoice]);
    found("\"arrived broken\"", &[invoice]);
    found("\"broken arrived\"", &[]);
    found("from:bob lamp ", &[refund, prices]);
    found("from:customer.example ", &[parcel, yen]);
    found("subject:lamp ", &[prices]);
    found("LOEWE", &[]);
    found("lowe", &[parcel, yen]);
    found("tag:VIP", &[refund]);
    found("is:closed", &[invoice]);
    found("is:open order ", &[refund, prices]);
    found("address:sales@acme.example", &[prices]);
    found("warehouse", &[prices]);
    found("返金", &[yen]);
    found("金してく", &[yen]);
    found("円", &[]);
    found("\" ( AND - lamp broken", &[]);
    for odd in ["", "   ", "from:", "\"\"", "+-(){}[]^~*?:\\/", "is:", "tag:\"", "\u{0}"] {
        asked(&search, odd);
    }
}

#[tokio::test]
async fn nothing_of_another_address_is_found_s26() {
    let (world, [.., prices, _, _]) = World::new().await;
    let search = world.search().await;
    let at = |addresses: &[&str]| {
        let addresses = Some(addresses.iter().map(|text| address(text)).collect());
        let question = Question { words: "lamp ".into(), addresses, limit: 10, now: NOW, skip: 0 };
        search.find(&question).unwrap().hits.into_iter().map(|hit| hit.id).collect::<Vec<_>>()
    };
    assert_eq!(at(&[SALES]), [prices]);
    assert_eq!(at(&[]), []);
    assert_eq!(at(&[SALES, SUPPORT]).len(), 3);
}

#[tokio::test]
async fn results_come_in_pages_with_the_words_marked() {
    let (world, [_, refund, ..]) = World::new().await;
    let search = world.search().await;
    let page = |skip| search.find(&Question { words: "lamp ".into(), skip, limit: 2, now: NOW, ..Question::default() });
    let (first, second) = (page(0).unwrap(), page(2).unwrap());
    assert_eq!((first.hits.len(), first.next, second.hits.len(), second.next), (2, Some(2), 1, None));
    let snippet = &asked(&search, "refund broken ").hits[0].snippet;
    let marked: Vec<_> = snippet.marks.iter().map(|(from, to)| &snippet.text[*from..*to]).collect();
    assert_eq!((asked(&search, "refund broken ").hits[0].id, marked), (refund, vec!["refund", "broken"]));
    let row = world.store.conversation(refund).unwrap().unwrap();
    assert_eq!(asked(&search, &format!("[{}]", row.number)).number, Some(row.number));
}

#[tokio::test]
async fn what_changed_while_nobody_followed_is_there_and_what_was_merged_is_found_in_the_other() {
    let (world, [parcel, refund, ..]) = World::new().await;
    drop(world.search().await);
    let later = mail(6, SUPPORT, ("Carl", "carl@third.example"), "Socket", "The umbrella is missing.");
    world.store.accept(later, conversation::file).await.unwrap();
    world.store.merge(parcel, refund, NOW.plus(Duration::from_secs(60))).await.unwrap();

    let search = world.search().await;

    assert_eq!(ids(&search, "umbrella").len(), 1);
    assert_eq!(ids(&search, "refund "), BTreeSet::from([parcel]));
    assert_eq!(world.store.listed_count(&Listing { view: InboxView::Open, ..Listing::default() }, 9).unwrap().count, 5);
}

#[tokio::test]
async fn an_index_that_is_broken_or_gone_is_made_again() {
    let (world, _) = World::new().await;
    let folder = world.folder.path().join("search");
    let whole = ids(&world.search().await, "lamp ");
    let spoil: [fn(&Path); 3] = [
        |folder| std::fs::remove_dir_all(folder).unwrap(),
        |folder| std::fs::write(folder.join("meta.json"), "{").unwrap(),
        |folder| {
            for file in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
                if file.path().extension().is_some_and(|kind| kind == "term" || kind == "store") {
                    std::fs::write(file.path(), "").unwrap();
                }
            }
        },
    ];
    for spoil in spoil {
        spoil(&folder);
        assert_eq!(ids(&world.search().await, "lamp "), whole);
    }
}
