//! Runs over every journal: of what was redacted nothing can be read, in whatever way somebody asks.

use std::time::Duration;

use super::{
    super::super::{
        runs_tests::run,
        testing::{Bed, LEASE, NOW, answering, conversation_of, end, file, letter, mail},
        *,
    },
    *,
};
use crate::types::{Approval, HandOffCode, JobKind, Sentiment};

const ADA: &str = "ada@customer.example";

/// Stands in the message that is redacted, and in what was made of it.
const SECRET: &str = "4111-1111";

fn redact(message: Message) -> Redact {
    Redact { message, by: "eve".into(), why: "a card number".into(), now: NOW.plus(Duration::from_secs(60)) }
}

/// All that can be asked about a conversation, as one text.
async fn told(store: &Store, id: ConversationId) -> String {
    let row = store.conversation(id).unwrap().unwrap();
    let mut told = format!("{row:?}{:?}{:?}", store.runs(id, 100).unwrap(), store.unfinished(&row, "max").unwrap());
    for entry in store.timeline(id).unwrap() {
        told += &format!("{entry:?}");
        let raw = match entry.what {
            What::Mail(id) => {
                let mail = store.mail(id).unwrap().unwrap();
                told += &format!("{mail:?}");
                mail.raw
            }
            What::Letter(id) => {
                let letter = store.letter(id).unwrap().unwrap();
                told += &format!("{letter:?}");
                letter.raw
            }
            What::Note(_) | What::Event { .. } => continue,
        };
        told += &String::from_utf8_lossy(&store.raw(&raw).await.unwrap());
    }
    told
}

/// A mail with the secret everywhere in it.
fn secret_mail(n: u64) -> crate::conversation::Arrival {
    let mut secret = mail(n, ADA);
    secret.body = format!("From: <{ADA}>\r\nSubject: {SECRET}\r\n\r\nmy card is {SECRET}\r\n").into();
    secret.mail.subject = format!("card {SECRET}");
    secret.mail.attachments = 2;
    secret
}

/// The AI gives it to people, and says in every way what it read.
async fn hand_off(store: &Store, id: ConversationId) {
    store.claim(JobKind::Answer, NOW.plus(Duration::from_secs(30)), LEASE).await.unwrap().unwrap();
    let mut thought = run(8, id, 1, RunDecision::HandedOff);
    thought.reason = format!("asks about {SECRET}");
    thought.started = NOW;
    let circumstances = Circumstances {
        code: HandOffCode::AsksForPerson,
        topic: None,
        sentiment: Sentiment::Neutral,
        summary: format!("names {SECRET}"),
    };
    let given = HandOff {
        conversation: id,
        generation: 1,
        reason: format!("asks about {SECRET}"),
        circumstances,
        draft: None,
        acknowledgement: None,
        wanted: None,
        run: Some(Box::new(thought)),
        now: NOW,
    };
    assert_eq!(store.hand_off(given).await.unwrap(), Written::Done);
}

#[tokio::test]
async fn nothing_of_a_redacted_mail_can_be_read_after_any_restart() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(secret_mail(1), file).await.unwrap();
        let id = conversation_of(&store, 1);
        hand_off(&store, id).await;
        let begun = UnfinishedRow { person: "max".into(), conversation: id, markdown: SECRET.into(), at: NOW };
        store.keep_unfinished(begun).await.unwrap();
        assert!(told(&store, id).await.matches(SECRET).count() >= 8);
        let before = store.mail(MailId(1)).unwrap().unwrap();

        store.redact(redact(Message::Mail(MailId(1)))).await.unwrap();

        let after = told(&store, id).await;
        assert!(!after.contains(SECRET), "{after}");
        let mail = store.mail(MailId(1)).unwrap().unwrap();
        assert_eq!((mail.mail.subject.as_str(), mail.mail.attachments), (REDACTED, 0));
        assert_eq!((&mail.mail.from, &mail.mail.message_id), (&before.mail.from, &before.mail.message_id));
        assert!(after.contains("eve redacted mail"), "{after}");
        assert!(after.contains("a card number"), "{after}");
        assert!(matches!(store.redact(redact(Message::Mail(MailId(1)))).await, Err(StoreError::Refused(_))));
        // It still joins what it belongs to, and a copy is still known.
        store.accept(answering(super::super::super::testing::mail(2, ADA), id), file).await.unwrap();
        assert_eq!(conversation_of(&store, 2), id);
        let mut copy = secret_mail(1);
        copy.envelope.id = MailId(5);
        assert!(store.accept(copy, file).await.unwrap().is_duplicate());
        drop(store);
        let store = bed.open();
        assert!(!told(&store, id).await.contains(SECRET));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_letter_is_redacted_when_nothing_is_left_to_do_with_it() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let mut words = letter(3, id, Approval::by_person("max", 1));
        (words.subject, words.raw) = (SECRET.into(), format!("Subject: {SECRET}\r\n\r\n{SECRET}\r\n").into());
        store.reply(words).await.unwrap();
        let refused = store.redact(redact(Message::Letter(LetterId(3)))).await;
        assert!(matches!(&refused, Err(StoreError::Refused(words)) if words.contains("still leave")), "{refused:?}");

        let drop_it = Steering {
            letter: LetterId(3),
            recipient: None,
            steer: Steer::Drop { why: String::new() },
            by: "max".into(),
            now: NOW,
        };
        assert_eq!(store.steer(drop_it).await.unwrap(), Steered::Done);
        store.redact(redact(Message::Letter(LetterId(3)))).await.unwrap();
        assert!(!told(&store, id).await.contains(SECRET));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_note_is_redacted_however_long_it_was() {
    for bed in Bed::all() {
        let store = bed.open();
        store.accept(mail(1, ADA), file).await.unwrap();
        let id = conversation_of(&store, 1);
        let markdown = format!("@max {SECRET} ").repeat(2_000);
        store.note(NewNote { conversation: id, by: "eve".into(), markdown, now: NOW }).await.unwrap();
        for missing in
            [Message::Note(id, 0), Message::Note(id, 7), Message::Mail(MailId(9)), Message::Letter(LetterId(9))]
        {
            assert!(matches!(store.redact(redact(missing)).await, Err(StoreError::NotFound(_))), "{missing}");
        }
        store.redact(redact(Message::Note(id, 1))).await.unwrap();
        assert!(!told(&store, id).await.contains(SECRET));
        let found = store.mentions("max", None, 10).unwrap();
        assert!(matches!(&found[0].what, What::Note(note) if note.markdown == REDACTED), "{found:?}");
        end(store, &bed).await;
    }
}
