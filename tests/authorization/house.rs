//! The whole API over a store of two support addresses, asked by whomever a test names.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

use axum::{Extension, Router, body::Body, http::Request};
use replyd::{
    config::{Autopilot, Config, SupportAddress},
    conversation::{AnswerPolicy, Arrival, Class, Classified, Destination, Fingerprint, Lookups, MailSummary, file},
    daemon::Quiet,
    people::Actor,
    store::Place,
    types::{Address, Clock, ConversationId, Envelope, Grants, MailId, Recipient, Verb, Verdicts},
    web::Visitor,
};
use serde_json::{Value, json};
use tower::ServiceExt;

pub(crate) const A: &str = "help@acme.example";
pub(crate) const B: &str = "sales@acme.example";

pub(crate) struct House {
    quiet: Quiet,
    routes: Router,
    clock: Clock,
    mails: u64,
    _folder: tempfile::TempDir,
}

/// What lies at one address.
pub(crate) struct Objects {
    pub(crate) conversation: String,
    pub(crate) mail: String,
    pub(crate) held: String,
    pub(crate) letter: String,
}

impl Objects {
    /// Ids of nothing.
    pub(crate) fn missing() -> Self {
        let nothing = || "0000000000001".to_owned();
        Self { conversation: nothing(), mail: nothing(), held: nothing(), letter: nothing() }
    }
}

/// An answer: its status, type and text.
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) media_type: String,
    pub(crate) text: String,
}

impl House {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let addresses =
            [A, B].map(|text| SupportAddress { autopilot: Autopilot::Off, ..SupportAddress::of(address(text)) });
        let mut config = Config { addresses: addresses.into(), ..Config::default() };
        config.store.path = folder.path().join("data");
        // The matrix asks with one key more often than a program may.
        config.web.key_requests_per_minute = 1_000_000;
        let quiet = Quiet::open(config).await.unwrap();
        Self { routes: quiet.routes(), quiet, clock: Clock::system(), mails: 0, _folder: folder }
    }

    /// New ones at an address.
    pub(crate) async fn objects(&mut self, at: &str) -> Objects {
        let prepared = json!({ "title": "Shipping", "markdown": "Two days.", "by": "Eve" });
        self.ask(Some(Actor::Operator), "PUT", "/api/v1/canned/shipping", Some(&prepared)).await;
        let (mail, conversation) = self.keep(at, Class::Human).await;
        let (held, _) = self.keep(at, Class::VerificationCode).await;
        let conversation = conversation.unwrap().to_string();
        let path = format!("/api/v1/conversations/{conversation}/replies");
        let file = json!({ "name": "list.txt", "content": "Zm9vYg==" });
        let reply = json!({ "markdown": "It has left.", "by": "Eve", "attachments": [file] });
        let said = self.ask(Some(Actor::Operator), "POST", &path, Some(&reply)).await;
        assert_eq!(said.status, 200, "{}", said.text);
        let told: Value = serde_json::from_str(&said.text).unwrap();
        let letter = told["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "letter").unwrap();
        Objects { letter: letter["id"].as_str().unwrap().to_owned(), conversation, mail, held }
    }

    /// Keeps a mail; its id, and its conversation when it has one.
    async fn keep(&mut self, at: &str, class: Class) -> (String, Option<ConversationId>) {
        self.mails += 1;
        let n = self.mails;
        let contact = address(&format!("ada{n}@customer.example"));
        let envelope = Envelope {
            id: MailId(n + 100),
            arrived: self.clock.now(),
            peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
            helo: "mail.customer.example".into(),
            esmtp: true,
            tls: None,
            mail_from: Some(contact.clone()),
            recipients: vec![Recipient { address: address(at) }],
            smtputf8: false,
        };
        let destination = Destination {
            address: Some(address(at)),
            lookups: Lookups {
                fingerprint: Fingerprint(*blake3::hash(&n.to_be_bytes()).as_bytes()),
                ..Lookups::default()
            },
            answer: AnswerPolicy { wanted: false, quiet: Default::default(), reopen_within: Default::default() },
            named: true,
            one_of: false,
        };
        let arrival = Arrival {
            now: self.clock.now(),
            trace: Vec::new().into(),
            body: raw(&contact, at).into(),
            mail: MailSummary { from: Some(contact), ..MailSummary::default() },
            verdicts: Verdicts { level: replyd::types::Level::Authenticated, ..Verdicts::unchecked("a test") },
            class: Classified { class, reasons: Vec::new() },
            destinations: vec![destination],
            dice: n.wrapping_mul(7919),
            envelope,
        };
        let store = self.quiet.store();
        let id = store.accept(arrival, file).await.unwrap().id();
        let place = store.mail(id).unwrap().unwrap().filings[0].place.clone();
        let conversation = match place {
            Place::Conversation { id, .. } => Some(id),
            _ => None,
        };
        (id.to_string(), conversation)
    }

    /// Asks as somebody, or as nobody.
    pub(crate) async fn ask(&self, who: Option<Actor>, method: &str, path: &str, body: Option<&Value>) -> Said {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        self.send(who, request.body(body).unwrap()).await
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, who: Option<Actor>, request: Request<Body>) -> Said {
        let routes = self.routes.clone();
        let routes = match who {
            Some(actor) => routes.layer(Extension(Visitor { actor, csrf: None })),
            None => routes,
        };
        let answer = routes.oneshot(request).await.unwrap();
        let status = answer.status().as_u16();
        let media_type = answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let octets = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        Said { status, media_type: media_type.unwrap_or_default(), text: String::from_utf8_lossy(&octets).into_owned() }
    }
}

/// A person of these roles.
pub(crate) fn person(grants: Grants) -> Actor {
    Actor::Person { name: "Grace".into(), grants: grants.into() }
}

/// A key of these roles for these verbs.
pub(crate) fn key(grants: Grants, verbs: impl IntoIterator<Item = Verb>) -> Actor {
    Actor::Key {
        name: "report".into(),
        grants: grants.into(),
        verbs: verbs.into_iter().collect::<BTreeSet<_>>().into(),
    }
}

pub(crate) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn raw(from: &Address, to: &str) -> Vec<u8> {
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: Parcel\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nWhere is it?\r\n\
         --b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.bin\r\n\r\nabc\r\n--b--\r\n"
    )
    .into_bytes()
}
