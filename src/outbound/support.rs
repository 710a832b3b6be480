//! What the tests of this room share: a conversation, a letter, DNS from a map.

use std::{collections::HashMap, net::IpAddr, sync::Arc};

use bytes::Bytes;

use super::{Answer, Attempt, Dns, DnsFault, DomainCheck, DomainStatus, KeyKind, Lane, Outcome, Signer, make_key};
use crate::{
    config::{Autopilot, Domain, Smarthost, SmarthostTls, SupportAddress},
    store::{ConversationRow, Delivery, LetterRow, Origin, RawRef},
    types::{Address, Author, ConversationId, LetterId, Millis, Secret},
};

pub(super) const NOW: Millis = Millis(1_795_000_000_000);

pub(super) fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

pub(super) fn conversation(title: &str) -> ConversationRow {
    ConversationRow::testing_open(title, NOW)
}

pub(super) fn settings() -> SupportAddress {
    SupportAddress {
        name: Some("Acme Support".into()),
        autopilot: Autopilot::On,
        signature_markdown: "**Acme** Support\nhttps://acme.example".into(),
        ..SupportAddress::of(address("support@acme.example"))
    }
}

pub(super) fn letter_row(to: &str) -> LetterRow {
    LetterRow {
        id: LetterId(1 << 30),
        conversation: ConversationId(7),
        made: NOW,
        message_id: "k.1@mx.acme.example".into(),
        from: address("support@acme.example"),
        author: Author::Ai,
        subject: "Re: Parcel [12345]".into(),
        raw: RawRef { segment: 0, offset: 0, len: 0, blake3: String::new() },
        sources: Vec::new(),
        origin: Origin::Written,
        digests: Vec::new(),
        enclosed: Vec::new(),
        draft: None,
        recipients: vec![Delivery::waiting(address(to))],
    }
}

pub(super) const RAW: &[u8] = b"From: Acme <support@acme.example>\r\nTo: ada@customer.example\r\n\
    Subject: Re: Parcel\r\n [12345]\r\nDate: Sun, 22 Nov 2026 20:00:00 +0000\r\nMessage-ID: <k.1@mx.acme.example>\r\n\
    MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n.dot first\r\n..\r\n.\r\nlast line\r\n";

/// Says what it was told about every domain.
pub(super) struct Says(pub(super) DomainStatus);

impl DomainCheck for Says {
    fn status<'a>(&'a self, _domain: &'a str) -> Answer<'a, DomainStatus> {
        let status = self.0.clone();
        Box::pin(async move { status })
    }
}

/// A signer for acme.example with both keys, and their public records by name.
pub(super) fn signer(status: DomainStatus, nothing_leaves: bool) -> (Signer, Vec<(String, String)>) {
    let data = tempfile::tempdir().unwrap();
    let records = [("r1", KeyKind::Rsa), ("e1", KeyKind::Ed25519)].map(|(selector, kind)| {
        let key = make_key(data.path(), "acme.example", selector, kind).unwrap();
        (format!("{selector}._domainkey.acme.example."), key.record())
    });
    let domain =
        Domain { name: "acme.example".into(), selector_rsa: Some("r1".into()), selector_ed25519: Some("e1".into()) };
    let signer = Signer::load(data.path(), &[domain], Arc::new(Says(status)), nothing_leaves).unwrap();
    (signer, records.into())
}

/// A signer without any domain, for the file route.
pub(super) fn signer_of_nothing(nothing_leaves: bool) -> Signer {
    let data = tempfile::tempdir().unwrap();
    Signer::load(data.path(), &[], Arc::new(Says(DomainStatus::Verified)), nothing_leaves).unwrap()
}

pub(super) async fn signed(raw: &'static [u8]) -> crate::types::Signed {
    let letter = letter_row("ada@customer.example");
    let to = letter.recipients[0].to.clone();
    signer_of_nothing(true).sign(&Bytes::from_static(raw), &letter, &to).await.unwrap()
}

/// DNS as a map with a list of names that fail.
#[derive(Default)]
pub(super) struct DnsMap {
    pub(super) mx: HashMap<String, Vec<(u16, String)>>,
    pub(super) addresses: HashMap<String, Vec<IpAddr>>,
    pub(super) failing: Vec<String>,
}

impl DnsMap {
    fn ask<T: Clone>(&self, name: &str, map: &HashMap<String, Vec<T>>) -> Result<Vec<T>, DnsFault> {
        if self.failing.iter().any(|failing| failing == name) {
            return Err(DnsFault::Trouble("SERVFAIL".into()));
        }
        match map.get(name) {
            Some(found) => Ok(found.clone()),
            None if self.mx.contains_key(name) || self.addresses.contains_key(name) => Ok(Vec::new()),
            None => Err(DnsFault::NoSuchName),
        }
    }
}

impl Dns for DnsMap {
    fn mx<'a>(&'a self, domain: &'a str) -> Answer<'a, Result<Vec<(u16, String)>, DnsFault>> {
        Box::pin(async move { self.ask(domain, &self.mx) })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, DnsFault>> {
        Box::pin(async move { self.ask(host, &self.addresses) })
    }
}

/// One attempt in a lane of its own.
pub(super) async fn deliver(attempt: Attempt) -> Outcome {
    let mut lane = Lane::default();
    let outcome = lane.deliver(attempt).await;
    lane.end();
    outcome
}

/// Some relay.
pub(super) fn relay() -> Smarthost {
    Smarthost {
        host: "relay.x".into(),
        port: 587,
        tls: SmarthostTls::StartTls,
        user: None,
        password: Some(Secret::new("x")),
        ca: None,
    }
}

/// The TLS of a server that shows these certificates and no other, its own first.
pub(super) fn server_tls(chain: &[&rcgen::Certificate], key: &rcgen::KeyPair) -> Arc<rustls::ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            chain.iter().map(|certificate| certificate.der().clone()).collect(),
            rustls::pki_types::PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        );
    Arc::new(config.unwrap())
}
