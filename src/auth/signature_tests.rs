//! Signatures that could be made, kept or changed so that they prove more than their signer meant (S-07).

use super::{super::old_signatures::*, *};

/// What [`Customer::unsigned`] writes and signers sign.
const ALL_FIELDS: [&str; 5] = ["From", "To", "Subject", "Date", "Message-ID"];

impl Scene {
    fn oddly(&self, fields: &[&str], tags: &str, body_octets: Option<usize>) -> Vec<u8> {
        self.key().sign_oddly(&self.unsigned(), fields, tags, body_octets).unwrap()
    }
}

fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// S-07: a field added to the signed ones would be the one people see.
#[tokio::test]
async fn an_added_or_unsigned_subject_takes_the_signatures_force() {
    let scene = Scene::new();
    let added = play::with_header(&scene.mail(), "Subject", "[12345] mine");
    let verdicts = scene.forwarded(&added, &[]).await;
    assert_eq!(verdicts.level, Level::Unproven, "{verdicts:?}");
    let unsigned = scene.key().sign_fields(&scene.unsigned(), &["From", "Date"]).unwrap();
    let verdicts = scene.forwarded(&unsigned, &[]).await;
    assert_eq!((verdicts.dmarc, verdicts.level), (Verdict::Pass, Level::Unproven));
    assert_eq!(verdicts.sentence, "a.example signed this, but not the Subject it now has");
}

/// S-07.
#[tokio::test]
async fn weak_old_and_partial_signatures_are_no_pass() {
    let scene = Scene::new();
    scene.policy("v=DMARC1; p=none");
    for (selector, key) in [("weak", WEAK_KEY), ("least", LEAST_KEY), ("sha1", SHA1_KEY)] {
        scene.zone.txt(&format!("{selector}._domainkey.a.example"), &format!("v=DKIM1; k=rsa; p={key}"));
    }
    let good = scene.forwarded(&with_signature(LEAST, OLD_MAIL), &[]).await;
    assert_eq!(good.level, Level::Authenticated, "{good:?}");
    for signature in [WEAK, SHA1, EXPIRED, FUTURE] {
        let verdicts = scene.forwarded(&with_signature(signature, OLD_MAIL), &[]).await;
        assert_eq!(verdicts.level, Level::Unproven, "{verdicts:?}");
        assert_ne!(verdicts.dkim[0].verdict, Verdict::Pass);
        assert!(!verdicts.dkim[0].reason.is_empty());
    }
}

/// S-07.
#[tokio::test]
async fn a_signature_over_a_part_of_the_body_counts_as_none() {
    let scene = Scene::new();
    let signer = mail_auth::dkim::DkimSigner::from_key(scene.key().signing_key().unwrap())
        .domain("a.example")
        .selector("mail")
        .headers(["From", "Subject", "Date"])
        .body_length(true);
    let mail = scene.unsigned();
    let signature = mail_auth::common::headers::HeaderWriter::to_header(&signer.sign(&mail).unwrap());
    let mail = [signature.as_bytes(), &mail].concat();
    let verdicts = scene.forwarded(&mail, &[]).await;
    assert_eq!(verdicts.level, Level::Forged);
    assert_eq!(verdicts.dkim[0].reason, "it covers only a part of the body (l=)");
    assert_eq!(verdicts.dkim[0].domain, "a.example");
}

/// The whole body or none of it: any length is refused, and nothing said of zero.
#[tokio::test]
async fn whatever_length_is_covered_it_counts_as_none() {
    let scene = Scene::new();
    let body = String::from_utf8(scene.unsigned()).unwrap().split_once("\r\n\r\n").unwrap().1.len();
    for covered in [0, 1, body - 1, body] {
        let mail = scene.oddly(&ALL_FIELDS, &format!("l={covered}"), Some(covered));
        let longer = [mail.as_slice(), b"Pay to account 1.\r\n"].concat();
        for mail in [mail, longer] {
            let verdicts = scene.forwarded(&mail, &[]).await;
            assert_eq!((verdicts.level, verdicts.dkim[0].verdict), (Level::Forged, Verdict::Neutral), "{covered}");
            assert_eq!(verdicts.dkim[0].reason, "it covers only a part of the body (l=)");
        }
    }
}

#[tokio::test]
async fn the_critical_fields_must_be_signed_and_none_may_be_added() {
    let scene = Scene::new();
    let good = scene.forwarded(&scene.oddly(&ALL_FIELDS, "t=1", None), &[]).await;
    assert_eq!(good.level, Level::Authenticated, "{good:?}");
    for unsigned in ALL_FIELDS {
        let fields: Vec<&str> = ALL_FIELDS.into_iter().filter(|field| *field != unsigned).collect();
        let verdicts = scene.forwarded(&scene.oddly(&fields, "t=1", None), &[]).await;
        let level = match unsigned {
            // RFC 6376 §5.4: without From it is no signature at all.
            "From" => Level::Forged,
            "Subject" | "Date" => Level::Unproven,
            // Large providers leave these out; that a mail is sent again is told by the memory of signatures.
            _ => Level::Authenticated,
        };
        assert_eq!(verdicts.level, level, "{unsigned} {verdicts:?}");
    }
    for added in ["To", "Subject", "Date", "Message-ID"] {
        let mail = play::with_header(&scene.oddly(&ALL_FIELDS, "t=1", None), added, "other");
        let verdicts = scene.forwarded(&mail, &[]).await;
        assert!(verdicts.level <= Level::Unproven, "{added} {verdicts:?}");
    }
}

/// A field named once more than it stands there: adding one breaks the signature itself.
#[tokio::test]
async fn an_oversigned_field_passes_and_cannot_be_added() {
    let scene = Scene::new();
    let fields = ["From", "From", "To", "Subject", "Subject", "Date", "Message-ID", "Reply-To"];
    let mail = scene.oddly(&fields, "t=1", None);
    assert_eq!(scene.forwarded(&mail, &[]).await.level, Level::Authenticated);
    for (name, value) in [("Subject", "other"), ("Reply-To", "eve@evil.example")] {
        let verdicts = scene.forwarded(&play::with_header(&mail, name, value), &[]).await;
        assert_eq!((verdicts.level, verdicts.dkim[0].verdict), (Level::Forged, Verdict::Fail), "{name}");
    }
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes_and_no_more() {
    let scene = Scene::new();
    for (tags, level) in [
        (format!("t={}", now() + 240), Level::Authenticated),
        (format!("t={}", now() + 900), Level::Forged),
        (format!("t={}; x={}", now() - 600, now() + 600), Level::Authenticated),
        (format!("t={}; x={}", now() - 600, now() - 10), Level::Forged),
        (format!("t={}; x={}", now(), now() - 10), Level::Forged),
    ] {
        let verdicts = scene.forwarded(&scene.oddly(&ALL_FIELDS, &tags, None), &[]).await;
        assert_eq!(verdicts.level, level, "{tags} {verdicts:?}");
    }
}

/// Two values of one tag can be read two ways; tags that mean nothing to us mean nothing.
#[tokio::test]
async fn a_tag_that_stands_twice_takes_the_signatures_force_and_an_unknown_one_does_not() {
    let scene = Scene::new();
    let unknown = scene.forwarded(&scene.oddly(&ALL_FIELDS, "darn=k4c9xq27; t=1", None), &[]).await;
    assert_eq!(unknown.level, Level::Authenticated, "{unknown:?}");
    for twice in ["t=1; t=2", "d=evil.example", "x=99999999999; t=1; x=1"] {
        let verdicts = scene.forwarded(&scene.oddly(&ALL_FIELDS, twice, None), &[]).await;
        assert_eq!((verdicts.level, verdicts.dkim[0].verdict), (Level::Forged, Verdict::PermError), "{twice}");
        assert_eq!(verdicts.dkim[0].reason, "its list of tags is broken");
    }
}

/// As sent by a provider that signs for itself too, in either order.
#[tokio::test]
async fn of_two_signatures_the_customers_speaks() {
    let scene = Scene::new();
    let provider = Key::rsa("provider.example", "p1").unwrap();
    provider.publish(&scene.zone);
    let customer_last = scene.key().sign(&provider.sign(&scene.unsigned()).unwrap()).unwrap();
    let provider_last = provider.sign(&scene.mail()).unwrap();
    for mail in [customer_last, provider_last] {
        let verdicts = scene.forwarded(&mail, &[]).await;
        assert_eq!((verdicts.level, verdicts.dkim.len()), (Level::Authenticated, 2), "{verdicts:?}");
        assert_eq!(verdicts.sentence, "a.example signed this (DKIM, aligned)");
        assert!(verdicts.dkim.iter().all(|signature| signature.verdict == Verdict::Pass));
    }
    // The provider alone does not speak for the customer.
    let alone = scene.forwarded(&provider.sign(&scene.unsigned()).unwrap(), &[]).await;
    assert_eq!(alone.level, Level::Forged);
}
