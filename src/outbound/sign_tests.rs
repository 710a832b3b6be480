//! Our signatures, checked by the verifier of the mail library; no domain sends unsigned.

use std::{collections::HashMap, sync::Mutex, time::Instant};

use mail_auth::{
    AuthenticatedMessage, DkimResult, MX, MessageAuthenticator, Parameters, RecordSet, ResolverCache, Txt,
    common::{parse::TxtRecordParser, verify::DomainKey},
    hickory_resolver::config::{ResolverConfig, ResolverOpts},
};

use super::*;
use crate::{
    conversation::ReplyKeys,
    outbound::support::{RAW, letter_row, signer, signer_of_nothing},
    store::Delivery,
    types::Secret,
};

/// Published keys, without a name server.
#[derive(Default)]
struct Published(Mutex<HashMap<Box<str>, Txt>>);

impl ResolverCache<Box<str>, Txt> for Published {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        self.0.lock().unwrap().get(name).cloned()
    }
    fn remove<Q>(&self, _name: &Q) -> Option<Txt>
    where
        Box<str>: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        None
    }
    fn insert(&self, key: Box<str>, value: Txt, _until: Instant) {
        self.0.lock().unwrap().insert(key, value);
    }
}

/// Never asked.
struct Nothing;

impl<K, V> ResolverCache<K, V> for Nothing {
    fn get<Q>(&self, _name: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        None
    }
    fn remove<Q>(&self, _name: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
        Q: std::hash::Hash + Eq + ?Sized,
    {
        None
    }
    fn insert(&self, _key: K, _value: V, _until: Instant) {}
}

/// What a receiver finds: one result for each signature, in order.
async fn verified(raw: &[u8], records: &[(String, String)]) -> Vec<DkimResult> {
    let published = Published::default();
    for (name, record) in records {
        let key = DomainKey::parse(record.as_bytes()).unwrap();
        published.insert(name.as_str().into(), Txt::DomainKey(Arc::new(key)), Instant::now());
    }
    let resolver =
        MessageAuthenticator::new(ResolverConfig::from_parts(None, vec![], vec![]), ResolverOpts::default()).unwrap();
    let message = AuthenticatedMessage::parse(raw).unwrap();
    let parameters: Parameters<'_, _, _, Nothing, Nothing, Nothing, Nothing> = Parameters {
        params: &message,
        cache_txt: Some(&published),
        cache_mx: None::<&Nothing>,
        cache_ptr: None,
        cache_ipv4: None,
        cache_ipv6: None,
    };
    let _: Option<RecordSet<MX>> = ResolverCache::<Box<str>, RecordSet<MX>>::get(&Nothing, "");
    resolver.verify_dkim(parameters).await.iter().map(|output| output.result().clone()).collect()
}

async fn signed() -> (Signed, Vec<(String, String)>) {
    let (signer, records) = signer(DomainStatus::Verified, false);
    let letter = letter_row("ada@customer.example");
    let signed = signer.sign(&Bytes::from_static(RAW), &letter, &letter.recipients[0].to).await.unwrap();
    (signed, records)
}

#[tokio::test]
async fn both_signatures_verify_at_the_receiver() {
    let (signed, records) = signed().await;
    assert!(signed.bytes().ends_with(RAW));
    assert_eq!(verified(signed.bytes(), &records).await, [DkimResult::Pass, DkimResult::Pass]);
}

#[tokio::test]
async fn a_header_changed_or_added_breaks_both() {
    // S-07: oversigning.
    let (signed, records) = signed().await;
    let text = String::from_utf8(signed.bytes().to_vec()).unwrap();
    let at = text.find("From: Acme").unwrap();
    for added in
        ["From: evil@x.example\r\n", "Subject: hi\r\n", "Reply-To: evil@x.example\r\n", "Cc: evil@x.example\r\n"]
    {
        let changed = format!("{}{added}{}", &text[..at], &text[at..]);
        let results = verified(changed.as_bytes(), &records).await;
        assert_eq!(results.len(), 2);
        assert!(results.iter().all(|result| *result != DkimResult::Pass), "{added}");
    }
    let changed = text.replace("last line", "last lime");
    assert!(verified(changed.as_bytes(), &records).await.iter().all(|result| *result != DkimResult::Pass));
}

#[tokio::test]
async fn every_attempt_signs_the_same_bytes() {
    let (signer, _) = signer(DomainStatus::Verified, false);
    let letter = letter_row("ada@customer.example");
    let raw = Bytes::from_static(RAW);
    let one = signer.sign(&raw, &letter, &letter.recipients[0].to).await.unwrap();
    let two = signer.sign(&raw, &letter, &letter.recipients[0].to).await.unwrap();
    assert_eq!(one.bytes(), two.bytes());
    let text = String::from_utf8(one.bytes().to_vec()).unwrap();
    assert!(text.contains("t=1795000000"), "{text}");
}

#[tokio::test]
async fn a_domain_that_is_not_verified_may_not_send() {
    let letter = letter_row("ada@customer.example");
    let raw = Bytes::from_static(RAW);
    let (unverified, _) = signer(DomainStatus::Unverified("TXT r1._domainkey.acme.example is missing".into()), false);
    let refused = unverified.sign(&raw, &letter, &letter.recipients[0].to).await.unwrap_err();
    assert!(refused.is_final());
    assert!(refused.to_string().contains("r1._domainkey.acme.example is missing"), "{refused}");
    let (lost, _) = signer(DomainStatus::Lost("TXT r1._domainkey.acme.example is missing".into()), false);
    let waits = lost.sign(&raw, &letter, &letter.recipients[0].to).await.unwrap_err();
    assert!(!waits.is_final() && waits.to_string().contains("r1._domainkey.acme.example is missing"), "{waits}");
    let (unknown, _) = signer(DomainStatus::Unknown("no answer".into()), false);
    assert!(!unknown.sign(&raw, &letter, &letter.recipients[0].to).await.unwrap_err().is_final());
    let nobody = signer_of_nothing(false).sign(&raw, &letter, &letter.recipients[0].to).await;
    assert!(matches!(nobody, Err(SignError::NoDomain(_))));
}

#[tokio::test]
async fn nothing_leaves_by_file_so_an_unverified_domain_may_write_one() {
    let letter = letter_row("ada@customer.example");
    let raw = Bytes::from_static(RAW);
    let plain = signer_of_nothing(true).sign(&raw, &letter, &letter.recipients[0].to).await.unwrap();
    assert_eq!(plain.bytes(), RAW);
    let (signer, records) = signer(DomainStatus::Unverified("row".into()), true);
    let signed = signer.sign(&raw, &letter, &letter.recipients[0].to).await.unwrap();
    assert_eq!(verified(signed.bytes(), &records).await, [DkimResult::Pass, DkimResult::Pass]);
}

#[tokio::test]
async fn what_would_be_two_messages_is_not_signed() {
    // S-12
    let letter = letter_row("ada@customer.example");
    for raw in [
        &b"From: a@b\r\n\r\nx\n.\ny\r\n"[..],
        b"From: a@b\r\n\r\nx\r.\r\r\n",
        b"From: a@b\r\n\r\n\0\r\n",
        b"From: a@b\r\n\r\nx",
    ] {
        let refused = signer_of_nothing(true).sign(&Bytes::from_static(raw), &letter, &letter.recipients[0].to).await;
        assert!(matches!(refused, Err(SignError::Letter(_))));
    }
}

/// The selectors and dates that a letter's signatures carry.
fn signed_by(signed: &Signed) -> Vec<String> {
    let text = String::from_utf8(signed.bytes().to_vec()).unwrap();
    let tags = text.split([';', '\r', '\n']).map(str::trim);
    tags.filter_map(|tag| tag.strip_prefix("s=")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_retry_after_a_rotation_is_signed_by_the_keys_of_its_moment_and_both_copies_verify() {
    use crate::{outbound::KeyRing, types::Millis};

    // Given a letter that was tried once, and keys that wait
    let data = tempfile::tempdir().unwrap();
    let domain =
        Domain { name: "acme.example".into(), selector_rsa: Some("r1".into()), selector_ed25519: Some("e1".into()) };
    crate::outbound::Selectors::of(&domain).make_missing(data.path(), &domain.name).unwrap();
    let says = Arc::new(crate::outbound::support::Says(DomainStatus::Verified));
    let signer = Signer::load(data.path(), std::slice::from_ref(&domain), says, false).unwrap();
    let letter = letter_row("ada@customer.example");
    let raw = Bytes::from_static(RAW);
    let sign = || signer.sign(&raw, &letter, &letter.recipients[0].to);
    let first = sign().await.unwrap();
    let ring = KeyRing::begin(data.path(), &domain, "20261123", Millis(1)).unwrap();
    assert_eq!(sign().await.unwrap().bytes(), first.bytes(), "the old keys go on signing");

    // When the rotation ends and the letter is tried again
    KeyRing::switch(data.path(), &domain, &ring.next.unwrap().selectors, Millis(2)).unwrap().unwrap();
    let second = sign().await.unwrap();

    // Then it carries both new signatures and none of the old, and both copies verify with all rows published
    assert_eq!(signed_by(&first), ["e1", "r1"]);
    assert_eq!(signed_by(&second), ["replyd-ed25519-20261123", "replyd-rsa-20261123"]);
    let records: Vec<_> = ["e1", "r1", "replyd-ed25519-20261123", "replyd-rsa-20261123"]
        .map(|selector| {
            let key = keys::load(&keys::path(data.path(), &domain.name, selector).unwrap()).unwrap();
            (format!("{selector}._domainkey.acme.example."), key.record())
        })
        .into();
    for copy in [&first, &second] {
        assert_eq!(verified(copy.bytes(), &records).await, [DkimResult::Pass, DkimResult::Pass]);
    }
}

#[tokio::test]
async fn a_ring_that_cannot_be_read_puts_letters_off_and_signs_nothing() {
    let data = tempfile::tempdir().unwrap();
    let domain = Domain { name: "acme.example".into(), selector_rsa: None, selector_ed25519: Some("e1".into()) };
    crate::outbound::Selectors::of(&domain).make_missing(data.path(), &domain.name).unwrap();
    let says = Arc::new(crate::outbound::support::Says(DomainStatus::Verified));
    let signer = Signer::load(data.path(), std::slice::from_ref(&domain), says, false).unwrap();
    std::fs::write(data.path().join("dkim/acme.example/ring.json"), "half").unwrap();
    let letter = letter_row("ada@customer.example");
    let put_off = signer.sign(&Bytes::from_static(RAW), &letter, &letter.recipients[0].to).await.unwrap_err();
    assert!(!put_off.is_final() && put_off.to_string().contains("ring.json"), "{put_off}");
}

#[tokio::test]
async fn each_recipient_has_an_envelope_sender_of_its_own_and_from_stays() {
    let keys = ReplyKeys::new(&[Secret::new(*b"a secret of the install, 32 byte")]);
    let verp = keys.verp();
    let (signer, records) = signer(DomainStatus::Verified, false);
    let signer = signer.with_verp(verp.clone(), "mx.acme.example");
    let mut letter = letter_row("ada@customer.example");
    letter.recipients.push(Delivery::waiting(Address::parse("bob@customer.example").unwrap()));
    for (place, one) in (0u16..).zip(&letter.recipients) {
        let signed = signer.sign(&Bytes::from_static(RAW), &letter, &one.to).await.unwrap();
        assert_eq!(verp.read(signed.from()), Some(Sent { letter: letter.id, place }));
        assert_eq!(signed.from().domain(), "mx.acme.example");
        // DMARC rests on the signature of From's domain.
        assert!(verified(signed.bytes(), &records).await.iter().all(|result| *result == DkimResult::Pass));
    }
    let stranger = Address::parse("eve@elsewhere.example").unwrap();
    let refused = signer.sign(&Bytes::from_static(RAW), &letter, &stranger).await.unwrap_err();
    assert!(refused.is_final(), "{refused}");
}
