//! A support address behind the inbound line, with the API beside it.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use replyd::{
    agent::{StoreDesk, Topics},
    attachments::Attachments,
    auth::Authenticator,
    config::{Config, SupportAddress},
    conversation::{Directory, Registered, ReplyKeys},
    intake::{Judge, Line},
    outbound::Writer,
    playground::{Dns, Zone},
    smtp::{self, Intake},
    store::{DeliveryState, LetterRow, Place, Settled, Store, What},
    types::{Address, Clock, ConversationId, Envelope, IdMaker, JobId, LetterId, Recipient, Secret},
    web::{self, Office},
};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const SUPPORT: &str = "support@acme.example";
pub(crate) const ADA: &str = "ada@customer.example";
pub(crate) const BOB: &str = "bob@customer.example";

/// 2026-11-22 20:00:00 UTC.
const BEGAN: u64 = 1_795_377_600_000;

/// How long DNS may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Between two mails.
const WHILE: Duration = Duration::from_secs(600);

pub(crate) struct World {
    store: Store,
    line: Line,
    office: Router,
    clock: Clock,
    ids: Arc<IdMaker>,
    written: AtomicU64,
    _dns: Dns,
}

impl World {
    /// `support@acme.example` with what `change` sets, and a customer whose mail is level 3.
    pub(crate) fn new(change: impl FnOnce(&mut SupportAddress)) -> Self {
        let zone = Zone::new();
        zone.txt("customer.example", "v=spf1 ip4:192.0.2.5 -all").txt("evil.example", "v=spf1 ip4:192.0.2.5 -all");
        let dns = Dns::start(zone).unwrap();
        let mut support = SupportAddress::of(Address::parse(SUPPORT).unwrap());
        change(&mut support);
        let mut config = Config { addresses: vec![support], ..Config::default() };
        config.smtp.hostname = "mx.acme.example".into();
        config.auth.resolvers = vec![dns.addr()];
        (config.auth.query_timeout, config.auth.deadline) = (PATIENCE, 2 * PATIENCE);
        let clock = Clock::testing_fixed(BEGAN);
        let store = Store::testing_memory(clock.clone());
        let keys = ReplyKeys::new(&[Secret::new([7; 32])]);
        let [address, destination, shared] = [SUPPORT, "in+abcdefghijklmno23456@mx.acme.example", "in@mx.acme.example"]
            .map(|text| Address::parse(text).unwrap());
        let directory = Directory::new(vec![Registered { address, destination }], shared).with_reply_keys(keys.clone());
        let auth = Authenticator::new(&config.auth, Vec::new()).with_our_domains(["acme.example".to_owned()]);
        let judge = Judge::new(&config, directory.clone(), auth, keys.clone()).with_store(store.clone());
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let writer = Writer::new(&config, store.clone(), keys, ids.clone(), clock.clone());
        let desk = StoreDesk::new(store.clone(), writer.clone(), &config.addresses, config.agent.brakes);
        let rules = Arc::new(web::Rules { directory, agent: config.agent.clone(), desk, topics: Topics::default() });
        let folder = std::env::temp_dir().join("attachments-of-nobody");
        let attachments = Attachments::new(folder, config.limits.extraction, Arc::new(store.clone()));
        let line = Line::new(Arc::new(judge), store.clone(), clock.clone(), &config.limits);
        let office = web::router(Office { store: store.clone(), writer, clock: clock.clone(), rules, attachments })
            .layer(axum::Extension(web::Visitor::operator()));
        Self { store, line, office, clock, ids, written: AtomicU64::new(0), _dns: dns }
    }

    /// A Message-ID of hers.
    pub(crate) fn next_id(&self) -> String {
        format!("{}.mail@customer.example", self.written.fetch_add(1, Ordering::Relaxed))
    }

    /// Where her mail to the support address lies then.
    pub(crate) async fn receive(&self, mail: &[u8]) -> Place {
        self.receive_from(ADA, SUPPORT, mail).await
    }

    pub(crate) async fn receive_from(&self, from: &str, to: &str, mail: &[u8]) -> Place {
        self.clock.testing_advance(WHILE);
        let recipient = Recipient { address: Address::parse(to).unwrap() };
        let envelope = Envelope {
            id: self.ids.mail(),
            arrived: self.clock.now(),
            peer: IpAddr::from([192, 0, 2, 5]),
            helo: "mail.customer.example".into(),
            esmtp: true,
            tls: None,
            mail_from: Some(Address::parse(from).unwrap()),
            recipients: vec![recipient],
            smtputf8: false,
        };
        let kept = self.line.receive(envelope, smtp::Body::uncounted(mail.to_vec())).await.unwrap();
        self.store.mail(kept.id()).unwrap().unwrap().filings[0].place.clone()
    }

    /// A person answers; the letter as it leaves.
    pub(crate) async fn answer(&self, id: ConversationId, words: &str) -> Vec<u8> {
        let (status, answer) = self.reply(id, &json!({ "markdown": words, "by": "Grace" })).await;
        assert_eq!(status, 200, "{answer}");
        self.newest_letter(id).await.1
    }

    /// What the API says to a reply.
    pub(crate) async fn reply(&self, id: ConversationId, body: &Value) -> (u16, Value) {
        self.clock.testing_advance(WHILE);
        self.ask("POST", &format!("/api/v1/conversations/{id}/replies"), body).await
    }

    /// Status and value; what is no JSON comes as a text.
    pub(crate) async fn ask(&self, verb: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = Request::builder().method(verb).uri(path).header("content-type", "application/json");
        let answer = self.office.clone().oneshot(request.body(Body::from(body.to_string())).unwrap()).await.unwrap();
        let status = answer.status().as_u16();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
    }

    /// The last letter written there, and its octets.
    pub(crate) async fn newest_letter(&self, id: ConversationId) -> (LetterRow, Vec<u8>) {
        self.letter(self.letters(id).pop().unwrap().id).await
    }

    /// As it is now.
    pub(crate) async fn letter(&self, id: LetterId) -> (LetterRow, Vec<u8>) {
        let row = self.store.letter(id).unwrap().unwrap();
        let raw = self.store.raw(&row.raw).await.unwrap().to_vec();
        (row, raw)
    }

    /// The far side refuses it for good.
    pub(crate) async fn refuses(&self, letter: &LetterRow, place: u16) {
        let now = self.clock.now();
        let delivery = DeliveryState::Refused { words: "550 5.1.1 no such user".into(), at: now };
        let settled = Settled {
            job: JobId::Deliver(letter.id, place),
            claim: None,
            delivery,
            uncertain: false,
            no_mailbox: false,
            now,
        };
        self.store.settle(settled).await.unwrap();
    }

    pub(crate) fn has_letter(&self, id: ConversationId) -> bool {
        !self.letters(id).is_empty()
    }

    fn letters(&self, id: ConversationId) -> Vec<LetterRow> {
        let line = self.store.timeline(id).unwrap();
        let letters = line.into_iter().filter_map(|entry| match entry.what {
            What::Letter(letter) => self.store.letter(letter).unwrap(),
            _ => None,
        });
        letters.collect()
    }
}
