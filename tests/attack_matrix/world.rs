//! A support address with a forwarder, customers with keys, and an attacker with domains: all over a DNS server on loopback,
//! through the inbound line into a store.

use std::{net::IpAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use replyd::{
    agent::{StoreDesk, Topics},
    attachments::Attachments,
    auth::Authenticator,
    config::{self, Autopilot, Config, SupportAddress},
    conversation::{Directory, Registered, ReplyKeys},
    intake::{Judge, Line},
    outbound::Writer,
    playground::{Customer, Dns, Key, Sealer, Zone},
    smtp::{self, Intake},
    store::{ConversationRow, LetterRow, MailRow, Place, Store, What},
    types::{Address, Clock, ConversationId, Envelope, IdMaker, MailId, Recipient, Secret},
    web::{self, Office},
};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const SUPPORT: &str = "support@acme.example";
const DESTINATION: &str = "in+abcdefghijklmno23456@mx.acme.example";
/// Another address of the company, where the AI is off.
pub(crate) const BILLING: &str = "billing@acme.example";
const BILLING_DESTINATION: &str = "in+zyxwvutsrqponml65432@mx.acme.example";
pub(crate) const EVE: &str = "eve@evil.example";

/// How long DNS may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Of the registered forwarder.
const FORWARDER: [u8; 4] = [192, 0, 2, 1];
/// Of the attacker.
const ATTACKER: [u8; 4] = [203, 0, 113, 9];

pub(crate) struct World {
    pub(crate) sealer: Sealer,
    pub(crate) zone: Zone,
    pub(crate) store: Store,
    pub(crate) desk: StoreDesk,
    pub(crate) config: Config,
    /// The attacker's.
    pub(crate) evil: Key,
    /// The forwarder's, for its seals.
    pub(crate) google: Key,
    _dns: Dns,
    line: Line,
    office: Router,
    ids: Arc<IdMaker>,
}

/// How a mail reaches us.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Way {
    /// By the forwarder, to the destination.
    Forwarded,
    /// By the forwarder, to that of the other address.
    ForwardedBilling,
    /// Straight from the attacker to the support address.
    Straight,
}

/// A customer who has written once and has an answer.
pub(crate) struct Victim {
    pub(crate) customer: Customer,
    pub(crate) strict: bool,
    pub(crate) look_alike: Customer,
    /// Her domain, signed by nobody who may.
    pub(crate) fake: Key,
    pub(crate) conversation: ConversationId,
    pub(crate) number: u64,
    pub(crate) first_id: String,
    /// Of our letter: a valid reply key.
    pub(crate) letter_id: String,
    /// A word of her first mail that nobody else may read.
    pub(crate) secret: String,
}

impl World {
    pub(crate) fn new(limits: config::Limits) -> Self {
        let zone = Zone::new();
        zone.txt("acme.example", "v=spf1 ip4:192.0.2.1 -all").txt("evil.example", "v=spf1 ip4:203.0.113.9 -all");
        let (evil, google) = (Key::ed25519("evil.example", "e").unwrap(), Key::ed25519("google.com", "arc").unwrap());
        evil.publish(&zone);
        google.publish(&zone);
        let dns = Dns::start(zone.clone()).unwrap();
        let support = SupportAddress {
            autopilot: Autopilot::On,
            forwarder: Some("google".into()),
            ..SupportAddress::of(Address::parse(SUPPORT).unwrap())
        };
        let billing =
            SupportAddress { address: Address::parse(BILLING).unwrap(), autopilot: Autopilot::Off, ..support.clone() };
        let mut config = Config { addresses: vec![support.clone(), billing.clone()], limits, ..Config::default() };
        config.smtp.hostname = "mx.acme.example".into();
        config.auth.resolvers = vec![dns.addr()];
        // A busy machine is no trouble with DNS: it would change levels.
        (config.auth.query_timeout, config.auth.deadline) = (PATIENCE, 2 * PATIENCE);
        let clock = Clock::system();
        let store = Store::testing_memory(clock.clone());
        let keys = ReplyKeys::new(&[Secret::new([7; 32])]);
        let registered = [(support, DESTINATION), (billing, BILLING_DESTINATION)].map(|(one, destination)| {
            Registered { address: one.address, destination: Address::parse(destination).unwrap() }
        });
        let directory = Directory::new(registered.into(), Address::parse("in@mx.acme.example").unwrap());
        let auth = Authenticator::new(&config.auth, Vec::new()).with_our_domains(["acme.example".to_owned()]);
        let judge = Arc::new(Judge::new(&config, directory.clone(), auth, keys.clone()));
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let writer = Writer::new(&config, store.clone(), keys, ids.clone(), clock.clone());
        let read = StoreDesk::new(store.clone(), writer.clone(), &config.addresses, config.agent.brakes);
        let rules = web::Rules { directory, agent: config.agent.clone(), desk: read, topics: Topics::default() };
        let attachments = Attachments::new(
            std::env::temp_dir().join("attachments-of-nobody"),
            config.limits.extraction,
            Arc::new(store.clone()),
        );
        Self {
            line: Line::new(judge, store.clone(), clock.clone(), &config.limits),
            desk: StoreDesk::new(store.clone(), writer.clone(), &config.addresses, config.agent.brakes),
            office: web::router(Office { store: store.clone(), writer, clock, rules: Arc::new(rules), attachments })
                .layer(axum::Extension(web::Visitor::operator())),
            sealer: Sealer::new(dns.addr()).unwrap(),
            _dns: dns,
            zone,
            store,
            config,
            evil,
            google,
            ids,
        }
    }

    /// Hands one mail to the inbound line; where it lies.
    pub(crate) async fn receive(&self, mail: Vec<u8>, way: Way) -> (MailId, Place) {
        let (peer, sender, recipient) = match way {
            Way::Forwarded => (FORWARDER, "support+caf_=in+k=mx.acme.example@acme.example", DESTINATION),
            Way::ForwardedBilling => (FORWARDER, "billing+caf_=in+z=mx.acme.example@acme.example", BILLING_DESTINATION),
            Way::Straight => (ATTACKER, EVE, SUPPORT),
        };
        let recipient = Address::parse(recipient).unwrap();
        let id = self.ids.mail();
        let envelope = Envelope {
            id,
            arrived: Clock::system().now(),
            peer: IpAddr::from(peer),
            helo: "mail.example".into(),
            esmtp: true,
            tls: None,
            mail_from: Some(Address::parse(sender).unwrap()),
            recipients: vec![Recipient { address: recipient }],
            smtputf8: false,
        };
        let kept = self.line.receive(envelope, smtp::Body::uncounted(mail)).await.unwrap();
        assert_eq!(kept.id(), id, "every mail of the matrix is another one");
        (id, self.mail(id).filings[0].place.clone())
    }

    pub(crate) fn mail(&self, id: MailId) -> MailRow {
        self.store.mail(id).unwrap().unwrap()
    }

    pub(crate) fn row(&self, id: ConversationId) -> ConversationRow {
        self.store.conversation(id).unwrap().unwrap()
    }

    /// A customer writes, a person answers, and the AI has the conversation again.
    pub(crate) async fn victim(&self, n: usize) -> Victim {
        let (strict, domain, twin) =
            (n.is_multiple_of(2), format!("customer{n}.example"), format!("custorner{n}.example"));
        let address = format!("ada@{domain}");
        let mut customer = Customer::with_strict_domain("Ada", &address, &self.zone).unwrap();
        if !strict {
            self.zone.remove(&format!("_dmarc.{domain}"));
        }
        // A provider that signs each thing it should.
        customer.key.as_ref().unwrap().publish(&self.zone);
        customer.name = "Ada".into();
        let twin_key = Key::ed25519(&twin, "mail").unwrap();
        twin_key.publish(&self.zone);
        let look_alike = Customer { address: format!("ada@{twin}"), name: "Ada".into(), key: Some(twin_key) };
        let (secret, first_id) = (format!("canary{n}wombat"), format!("first@{domain}"));
        let first = customer.writes(SUPPORT, &first_id, "My contract", &format!("My code is {secret}.")).unwrap();
        let (_, place) = self.receive(first, Way::Forwarded).await;
        let Place::Conversation { id, joined_by: None, .. } = place else { panic!("{place:?}") };
        let letter = self.write(id, "Thank you, we look into it.").await;
        self.api("PATCH", &format!("/api/v1/conversations/{id}"), json!({ "owner": "ai" })).await;
        Victim {
            number: self.row(id).number.0,
            fake: Key::ed25519(&domain, "mail").unwrap(),
            conversation: id,
            letter_id: letter.message_id,
            customer,
            strict,
            look_alike,
            first_id,
            secret,
        }
    }

    /// A person writes into a conversation; the letter.
    pub(crate) async fn write(&self, id: ConversationId, words: &str) -> LetterRow {
        let path = format!("/api/v1/conversations/{id}/replies");
        self.api("POST", &path, json!({ "markdown": words, "by": "Grace" })).await;
        let line = self.store.timeline(id).unwrap();
        let letter = line.iter().rev().find_map(|entry| match entry.what {
            What::Letter(letter) => Some(letter),
            _ => None,
        });
        self.store.letter(letter.unwrap()).unwrap().unwrap()
    }

    pub(crate) async fn api(&self, verb: &str, path: &str, body: Value) -> Value {
        let request = Request::builder().method(verb).uri(path).header("content-type", "application/json");
        let body = if verb == "GET" { Body::empty() } else { Body::from(body.to_string()) };
        let answer = self.office.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{verb} {path}: {}", String::from_utf8_lossy(&bytes));
        serde_json::from_slice(&bytes).unwrap()
    }
}
