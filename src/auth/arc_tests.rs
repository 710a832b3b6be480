//! Whose seal counts.

use super::*;

/// The customer's signature does not survive a banner; then the seal of the registered forwarder counts.
#[tokio::test]
async fn a_registered_sealer_vouches() {
    let scene = Scene::new();
    let google = Key::ed25519("google.com", "arc").unwrap();
    google.publish(&scene.zone);
    let broken = play::with_body(&scene.mail(), "It is broken.\r\n-- \r\nbanner\r\n");
    for claim in [Claim::DmarcPass("a.example"), Claim::DkimPass("a.example")] {
        let sealed = play::seal(&broken, &google, claim, scene.dns.addr()).await.unwrap();
        let verdicts = scene.forwarded(&sealed, &["google.com"]).await;
        assert_eq!((verdicts.level, verdicts.arc.vouched), (Level::Vouched, true), "{verdicts:?}");
        // S-08: the same seal counts for nothing where that forwarder is not registered.
        let verdicts = scene.forwarded(&sealed, &["microsoft.com"]).await;
        assert_eq!((verdicts.level, verdicts.arc.verdict), (Level::Forged, Verdict::Pass));
    }
    for claim in [Claim::DmarcFail("a.example"), Claim::DmarcPass("b.example"), Claim::Nothing] {
        let sealed = play::seal(&broken, &google, claim, scene.dns.addr()).await.unwrap();
        assert_eq!(scene.forwarded(&sealed, &["google.com"]).await.level, Level::Forged, "{claim:?}");
    }
}

/// S-08.
#[tokio::test]
async fn forged_and_broken_chains_vouch_for_nothing() {
    let scene = Scene::new();
    let google = Key::ed25519("google.com", "arc").unwrap();
    google.publish(&scene.zone);
    let evil = Key::ed25519("evil.example", "arc").unwrap();
    evil.publish(&scene.zone);
    let dns = scene.dns.addr();
    let unsigned = scene.unsigned();
    let lie = play::seal(&unsigned, &evil, Claim::DmarcPass("a.example"), dns).await.unwrap();
    let honest = play::seal(&unsigned, &google, Claim::DmarcFail("a.example"), dns).await.unwrap();
    let text = String::from_utf8(honest.clone()).unwrap();
    let over_lie = play::seal(&lie, &google, Claim::DmarcFail("a.example"), dns).await.unwrap();
    let under_stranger = play::seal(
        &play::seal(&unsigned, &google, Claim::DmarcPass("a.example"), dns).await.unwrap(),
        &evil,
        Claim::DmarcPass("a.example"),
        dns,
    )
    .await
    .unwrap();
    let laundered = play::seal(&honest, &google, Claim::DmarcPass("a.example"), dns).await.unwrap();
    for (what, mail) in [
        ("a stranger's chain", lie),
        ("forged results", text.replace("dmarc=fail", "dmarc=pass").into_bytes()),
        ("a gap", text.replace("i=1", "i=2").into_bytes()),
        ("a stranger's word under a trusted seal", over_lie),
        ("a stranger's seal over a trusted one", under_stranger),
        ("a second set of the same sealer", laundered),
        (
            "results of nobody",
            play::with_header(&unsigned, "Authentication-Results", "mx.acme.example; dmarc=pass header.from=a.example"),
        ),
        (
            "results without seal",
            play::with_header(
                &unsigned,
                "ARC-Authentication-Results",
                "i=1; google.com; dmarc=pass header.from=a.example",
            ),
        ),
    ] {
        let verdicts = scene.forwarded(&mail, &["google.com"]).await;
        assert_eq!((verdicts.level, verdicts.arc.vouched), (Level::Forged, false), "{what} {verdicts:?}");
    }
}

#[tokio::test]
async fn dns_trouble_with_a_registered_sealers_key_is_not_held_against_the_author() {
    let scene = Scene::new();
    let google = Key::ed25519("google.com", "arc").unwrap();
    google.publish(&scene.zone);
    let sealed = play::seal(&scene.unsigned(), &google, Claim::DmarcPass("a.example"), scene.dns.addr()).await.unwrap();
    scene.zone.servfail("google.com");
    let verdicts = scene.forwarded(&sealed, &["google.com"]).await;
    assert_eq!((verdicts.level, verdicts.arc.verdict), (Level::Unproven, Verdict::TempError), "{verdicts:?}");
}
