//! The index can be lost: it is made again from the journal, equal key by key, and the daemon shows the same.
//!
//! - `REPLYD_REBUILD_CONVERSATIONS`: conversations in the store, 2,000 when not said; 20,000 for the long run.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod support;

use std::{
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use replyd::{
    config,
    conversation::{self, AnswerPolicy, Arrival, Class, Classified, Destination, Fingerprint, Lookups, MailSummary},
    store::Store,
    types::{Address, Clock, Envelope, IdMaker, Level, Recipient, Verdicts},
};
use serde_json::{Value, json};
use support::{
    api::Api,
    daemon::{Daemon, House},
    mails::{self, Chance},
    names::Names,
};

const CONVERSATIONS: usize = 2_000;

/// Mails on their way to the store at once.
const AT_ONCE: usize = 200;

/// Conversations whose whole time line is compared; all are compared by row.
const LOOKED_INTO: usize = 200;

const BILLING: &str = "billing@acme.example";

/// Makes mails as the inbound line hands them over.
struct Writer {
    ids: IdMaker,
    clock: Clock,
    chance: Chance,
}

impl Writer {
    fn again(&self, mut mail: Arrival) -> Arrival {
        mail.envelope.id = self.ids.mail();
        mail
    }

    /// The `n`-th customer's mail; `reply` follows her first one.
    fn arrival(&mut self, n: usize, reply: bool, level: Level) -> Arrival {
        let (from, first) = (format!("c{n}@customer.example"), format!("first-{n}@mail.customer.example"));
        let id = if reply { format!("second-{n}@mail.customer.example") } else { first.clone() };
        let subject = format!("matter {n}");
        let size = 200 + self.chance.below(3_000) as usize;
        let text = mails::filler(&mut self.chance, size);
        let body = mails::mail(&from, BILLING, &id, &subject, "", &text);
        let from = Address::parse(&from).unwrap();
        let now = self.clock.now();
        let lookups = Lookups {
            message_ids: if reply { vec![first] } else { Vec::new() },
            fingerprint: Fingerprint(*blake3::hash(&body).as_bytes()),
            ..Lookups::default()
        };
        Arrival {
            envelope: Envelope {
                id: self.ids.mail(),
                arrived: now,
                peer: [127, 0, 0, 1].into(),
                helo: "mail.customer.example".into(),
                esmtp: true,
                tls: None,
                mail_from: Some(from.clone()),
                recipients: vec![Recipient { address: Address::parse(BILLING).unwrap() }],
                smtputf8: false,
            },
            now,
            trace: "Received: from mail.customer.example by mx.acme.example\r\n".into(),
            body: body.into(),
            mail: MailSummary { from: Some(from), subject, message_id: id, ..MailSummary::default() },
            verdicts: Verdicts { level, ..Verdicts::unchecked("as the test wants it") },
            class: Classified { class: Class::Human, reasons: Vec::new() },
            destinations: vec![Destination {
                address: Some(Address::parse(BILLING).unwrap()),
                lookups,
                answer: AnswerPolicy {
                    wanted: false,
                    quiet: Duration::ZERO,
                    reopen_within: Duration::from_secs(86_400),
                },
                named: true,
                one_of: false,
            }],
            dice: self.chance.bits(),
        }
    }
}

/// So many conversations; every tenth with a second mail, every fiftieth first mail twice, every twentieth forged one held.
async fn fill(house: &House, conversations: usize) {
    let settings = config::Store { path: house.data(), segment_bytes: 4 << 20, ..config::Store::default() };
    let clock = Clock::system();
    let store = Store::open(&settings, clock.clone()).unwrap();
    let mut writer = Writer { ids: IdMaker::new(clock.clone(), 0), clock, chance: Chance::new(20_000) };
    let store = Arc::new(store);
    for start in (0..conversations).step_by(AT_ONCE) {
        let batch = start..conversations.min(start + AT_ONCE);
        let mut first: Vec<Arrival> = batch.clone().map(|n| writer.arrival(n, false, Level::Authenticated)).collect();
        // A second copy is the same mail in another transaction.
        let copies: Vec<Arrival> = first.iter().step_by(50).cloned().map(|copy| writer.again(copy)).collect();
        let forged = batch.clone().step_by(20).map(|n| writer.arrival(n, false, Level::Forged));
        first.extend(forged.collect::<Vec<_>>());
        accept(&store, first).await;
        let mut second: Vec<Arrival> =
            batch.step_by(10).map(|n| writer.arrival(n, true, Level::Authenticated)).collect();
        second.extend(copies);
        accept(&store, second).await;
    }
    Arc::into_inner(store).unwrap().close().await;
}

async fn accept(store: &Arc<Store>, mails: Vec<Arrival>) {
    let mut running = tokio::task::JoinSet::new();
    for mail in mails {
        let store = store.clone();
        running.spawn(async move { store.accept(mail, conversation::file).await.unwrap() });
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
}

/// People answer, take and close some, so that there are letters and every kind of mark.
fn people_work(daemon: &Daemon) {
    let api = daemon.api();
    for (at, row) in api.conversations().iter().take(40).enumerate() {
        let path = format!("/api/v1/conversations/{}", row["id"].as_str().unwrap());
        match at % 4 {
            0 => api.send("POST", &format!("{path}/replies"), &json!({ "markdown": "We are *on it*.", "by": "Eve" })),
            1 => api.send("PATCH", &path, &json!({ "status": "resolved" })),
            2 => api.send("PATCH", &path, &json!({ "owner": "Eve" })),
            _ => api.send("PATCH", &path, &json!({ "status": "unresolved" })),
        };
    }
    let until = Instant::now() + Duration::from_secs(30);
    while !api.queue().is_empty() {
        assert!(Instant::now() < until, "letters were not delivered:\n{}", daemon.log());
    }
}

/// Everything that people see of a store.
#[derive(Debug, PartialEq)]
struct Shown {
    conversations: Vec<Value>,
    timelines: Vec<Value>,
    held: Vec<Value>,
    counts: Value,
}

impl Shown {
    fn of(api: &Api) -> Self {
        let conversations = api.conversations();
        let some = conversations.iter().take(LOOKED_INTO);
        let timelines = some.map(|row| api.conversation(row["id"].as_str().unwrap())).collect();
        Self { timelines, conversations, held: api.held(), counts: api.get("/api/v1/counts") }
    }
}

#[test]
fn a_lost_index_is_made_again_and_shows_the_same() {
    let conversations =
        std::env::var("REPLYD_REBUILD_CONVERSATIONS").map_or(CONVERSATIONS, |text| text.parse().unwrap());
    let names = Names::start();
    let house = House::plain(&names);
    let filling = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(fill(&house, conversations));
    println!("{conversations} conversations were written in {:?}", filling.elapsed());

    let daemon = house.start();
    println!("the daemon started in {:?}", daemon.took);
    people_work(&daemon);
    let before = Shown::of(&daemon.api());
    assert_eq!(before.conversations.len(), conversations);
    assert_eq!(before.held.len(), conversations.div_ceil(20));
    daemon.stop();

    let comparing = Instant::now();
    let report = house.verified(&["verify", "--rebuild", "--json"]);
    println!("verify --rebuild took {:?}: {} records, {} keys", comparing.elapsed(), report["records"], report["keys"]);
    assert!(report["index_was_rebuilt"].is_null(), "the live index itself was compared: {report}");
    assert!(report["keys"].as_u64().unwrap() > 5 * conversations as u64, "{report}");
    let checking = Instant::now();
    house.verified(&["verify", "--json"]);
    println!("verify took {:?}", checking.elapsed());

    fs::remove_dir_all(house.data().join("index")).unwrap();
    let daemon = house.start();
    println!("without an index the daemon started in {:?}", daemon.took);
    assert!(before == Shown::of(&daemon.api()), "what is shown has changed");
    daemon.stop();
    house.verify();
}
