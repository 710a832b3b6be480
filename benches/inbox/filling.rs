//! Fills a store as years of work would: mails of many customers, most of them dealt with.

use std::{ops::Range, time::Duration};

use replyd::{
    conversation::{self, AnswerPolicy, Arrival, Class, Classified, Destination, Fingerprint, Lookups, MailSummary},
    store::{Assign, Circumstances, Draft, HandOff, Mark, Owner, Place, Snooze, Store, Tagging},
    types::{
        Address, Clock, ConversationId, Envelope, HandOffCode, Level, MailId, Millis, Recipient, Sentiment, Verdicts,
    },
};

use crate::words::Chance;

pub(crate) const ADDRESSES: [&str; 2] = ["support@acme.example", "billing@acme.example"];

/// Mails, and then what people do with them, on their way to the store at once.
const AT_ONCE: usize = 2_000;

/// How far apart two mails came.
const APART: Duration = Duration::from_secs(15);

/// Words that stand in every mail one behind the other, with a number.
pub(crate) const PHRASE: &str = "order number";

/// Writes the conversations of these places. The newest came just now.
pub(crate) async fn fill(store: &Store, places: Range<usize>) {
    let now = Clock::system().now();
    let end = places.end;
    for start in places.clone().step_by(AT_ONCE) {
        let batch = start..end.min(start + AT_ONCE);
        let at = |n: usize| Millis(now.0 - APART.as_millis() as u64 * (end - n) as u64);
        let mails = batch.clone().map(|n| accept(store.clone(), n as u64, at(n)));
        let kept = all(mails).await;
        let worked = batch.zip(kept).map(|(n, mail)| work(store.clone(), n as u64, mail, at(n)));
        all(worked).await;
    }
}

/// One mail after the other, until nobody wants more.
pub(crate) async fn arrive(store: &Store, pause: Duration) {
    let mut ticks = tokio::time::interval(pause);
    for n in (1u64 << 40).. {
        ticks.tick().await;
        accept(store.clone(), n, Clock::system().now()).await;
    }
}

async fn all<T: Send + 'static>(futures: impl Iterator<Item = impl Future<Output = T> + Send + 'static>) -> Vec<T> {
    let running: Vec<_> = futures.map(tokio::spawn).collect();
    let mut done = Vec::with_capacity(running.len());
    for one in running {
        done.push(one.await.expect("what fills the store does not panic"));
    }
    done
}

fn address(text: &str) -> Address {
    Address::parse(text).expect("it is one")
}

async fn accept(store: Store, n: u64, at: Millis) -> MailId {
    let mut chance = Chance::new(n);
    let from =
        format!("{}@{}.example", crate::words::word(chance.below(200_000)), crate::words::word(chance.below(5_000)));
    let name = chance.sentence(2);
    let subject_words = 3 + chance.below(5);
    let subject = chance.sentence(subject_words);
    let text_words = 30 + chance.below(90);
    let text = format!("{PHRASE} {n} {}", chance.sentence(text_words));
    let to = ADDRESSES[usize::from(chance.below(4) == 0)];
    let id = format!("bench-{n}-{}@customer.example", at.0);
    let body = format!(
        "From: {name} <{from}>\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\n\r\nHello,\r\n\r\n{text}\r\n"
    );
    let level = match n % 1000 {
        0 => Level::Forged,
        n if n % 30 == 1 => Level::Unproven,
        _ => Level::Authenticated,
    };
    let destination = Destination {
        address: Some(address(to)),
        lookups: Lookups { fingerprint: Fingerprint(*blake3::hash(body.as_bytes()).as_bytes()), ..Lookups::default() },
        answer: AnswerPolicy { wanted: false, quiet: Duration::ZERO, reopen_within: Duration::from_secs(86_400) },
        named: true,
        one_of: false,
    };
    let mail_id = MailId(chance.bits());
    let arrival = Arrival {
        envelope: Envelope {
            id: mail_id,
            arrived: at,
            peer: [127, 0, 0, 1].into(),
            helo: "mail.customer.example".into(),
            esmtp: true,
            tls: None,
            mail_from: Some(address(&from)),
            recipients: vec![Recipient { address: address(to) }],
            smtputf8: false,
        },
        now: at,
        trace: "Received: from mail.customer.example by mx.acme.example\r\n".into(),
        body: body.into(),
        mail: MailSummary {
            from: Some(address(&from)),
            from_name: name,
            subject,
            message_id: id,
            ..MailSummary::default()
        },
        verdicts: Verdicts { level, ..Verdicts::unchecked("made up") },
        class: Classified { class: Class::Human, reasons: Vec::new() },
        destinations: vec![destination],
        dice: chance.bits(),
    };
    store.accept(arrival, conversation::file).await.expect("the store takes mail");
    mail_id
}

/// What became of it: four of five are closed; the others lie with somebody, or nobody.
async fn work(store: Store, n: u64, mail: MailId, at: Millis) {
    let row = store.mail(mail).expect("the store answers").expect("it was kept");
    let Some(Place::Conversation { id, .. }) = row.filings.into_iter().map(|filed| filed.place).next() else { return };
    let mut chance = Chance::new(n ^ 0x5eed);
    let now = at.plus(Duration::from_secs(60 + chance.below(7_200)));
    if chance.below(10) == 0 {
        let add = vec![format!("tag-{}", chance.below(20))];
        store.tag(Tagging { conversation: id, add, remove: Vec::new(), now }).await.expect("tagged");
    }
    match chance.below(100) {
        0..5 => store.mark(id, Mark::Unresolved, now).await.expect("closed"),
        5..80 => store.mark(id, Mark::Resolved, now).await.expect("closed"),
        80..83 => assign(&store, id, Owner::Person(crate::ME.into()), now).await,
        83..86 => assign(&store, id, Owner::Person("ada".into()), now).await,
        86..89 => assign(&store, id, Owner::Ai, now).await,
        89..90 => hand_off(&store, id, Some("What the AI would say.".into()), now).await,
        90..92 => hand_off(&store, id, None, now).await,
        92..93 => {
            let until = Clock::system().now().plus(Duration::from_secs(30 * 86_400));
            let asleep = Snooze { conversation: id, until: Some(until), by: "ada".into(), now };
            store.snooze(asleep).await.expect("asleep");
        }
        _ => {}
    }
}

async fn assign(store: &Store, conversation: ConversationId, to: Owner, now: Millis) {
    store.assign(Assign { conversation, to, by: "ada".into(), now }).await.expect("assigned");
}

async fn hand_off(store: &Store, conversation: ConversationId, draft: Option<String>, now: Millis) {
    let row = store.conversation(conversation).expect("the store answers").expect("it is there");
    let generation = row.generation;
    let draft = draft.map(|markdown| Draft { markdown, sources: Vec::new(), generation, made: now, taken_back: None });
    let circumstances = Circumstances {
        code: HandOffCode::LowSupport,
        topic: Some("shipping".into()),
        sentiment: Sentiment::default(),
        summary: "made up".into(),
    };
    let (reason, acknowledgement, wanted, run) = ("nothing supports an answer".into(), None, None, None);
    let given = HandOff { conversation, generation, reason, circumstances, draft, acknowledgement, wanted, run, now };
    store.hand_off(given).await.expect("handed off");
}
