//! Somebody else's verifier checks our signatures: dkimpy, in the Python that `deploy/test.sh` names.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "support/dkimpy.rs"]
mod dkimpy;

use std::sync::Arc;

use replyd::{
    config::Domain,
    outbound::{self, Answer, DomainCheck, DomainStatus, KeyKind, Signer},
    store::{LetterRow, Origin, RawRef},
    types::{Address, Author, ConversationId, LetterId, Millis},
};

const LETTER: &[u8] =
    b"From: Acme Support <support@acme.example>\r\nTo: ada@customer.example\r\nSubject: Re: Delivery [12345]\r\n\
Date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <rd.1.2.3@acme.example>\r\nMIME-Version: 1.0\r\n\
Content-Type: text/plain; charset=utf-8\r\n\r\nTwo to three working days.\r\n\r\n.\r\n-- \r\nAcme\r\n";

struct Verified;

impl DomainCheck for Verified {
    fn status<'a>(&'a self, _domain: &'a str) -> Answer<'a, DomainStatus> {
        Box::pin(std::future::ready(DomainStatus::Verified))
    }
}

fn row() -> LetterRow {
    LetterRow {
        id: LetterId(1),
        conversation: ConversationId(2),
        made: Millis(1_795_000_000_000),
        message_id: "rd.1.2.3@acme.example".into(),
        from: Address::parse("support@acme.example").unwrap(),
        author: Author::Ai,
        subject: "Re: Delivery [12345]".into(),
        raw: RawRef { segment: 1, offset: 0, len: LETTER.len() as u64, blake3: String::new() },
        sources: vec![],
        origin: Origin::Written,
        digests: vec![],
        enclosed: Vec::new(),
        draft: None,
        recipients: vec![],
    }
}

#[tokio::test]
async fn dkimpy_verifies_both_signatures_and_notices_a_changed_letter() {
    let Some(python) = std::env::var_os("REPLYD_TEST_PYTHON") else {
        eprintln!("skipped: REPLYD_TEST_PYTHON names no Python with dkim; deploy/test.sh sets it");
        return;
    };
    let data = tempfile::tempdir().unwrap();
    let domain =
        Domain { name: "acme.example".into(), selector_rsa: Some("rsa".into()), selector_ed25519: Some("ed".into()) };
    let mut rows = Vec::new();
    for (selector, kind) in [("rsa", KeyKind::Rsa), ("ed", KeyKind::Ed25519)] {
        let key = outbound::make_key(data.path(), "acme.example", selector, kind).unwrap();
        rows.push(format!("{selector}._domainkey.acme.example={}", key.record()));
    }
    let signer = Signer::load(data.path(), &[domain], Arc::new(Verified), false).unwrap();
    let to = Address::parse("ada@customer.example").unwrap();
    let signed = signer.sign(&LETTER.into(), &row(), &to).await.unwrap();
    assert_eq!(dkimpy::opinion(&python, &rows, signed.bytes()), ["pass", "pass"]);
    let text = String::from_utf8(signed.bytes().to_vec()).unwrap();
    let changed = text.replace("Two to three", "Ten to twelve");
    assert_eq!(dkimpy::opinion(&python, &rows, changed.as_bytes()), ["fail", "fail"]);
}
