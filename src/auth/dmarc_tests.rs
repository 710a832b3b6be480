//! DMARC over loopback DNS: which record counts, how strictly, and the counters.

use super::*;

/// Mail from below `a.example`, unsigned, sent by nobody's server.
async fn level_below(scene: &Scene, from: &str) -> Level {
    let writer = Customer { address: from.into(), name: "Ada".into(), key: None };
    let mail = writer.unsigned("support@acme.example", "1@x", "Hi", "", "Hi.");
    scene.forwarded(&mail, &[]).await.level
}

/// RFC 9989 §4.7: `sp` for subdomains, `np` for those that do not exist, else `p`.
#[tokio::test]
async fn a_subdomain_without_a_record_has_the_policy_that_its_organization_says() {
    for (record, existing, missing) in [
        ("v=DMARC1; p=reject", Level::Forged, Level::Forged),
        ("v=DMARC1; p=none; sp=reject", Level::Forged, Level::Forged),
        ("v=DMARC1; p=reject; sp=none", Level::Unproven, Level::Unproven),
        ("v=DMARC1; p=none; np=reject", Level::Unproven, Level::Forged),
        ("v=DMARC1; p=reject; sp=reject; np=none", Level::Forged, Level::Unproven),
    ] {
        let scene = Scene::new();
        scene.policy(record);
        scene.zone.a("shop.a.example", Ipv4Addr::new(192, 0, 2, 80));
        assert_eq!(level_below(&scene, "ada@shop.a.example").await, existing, "{record}");
        assert_eq!(level_below(&scene, "ada@gone.a.example").await, missing, "{record}");
    }
    let own = Scene::new();
    own.policy("v=DMARC1; p=reject");
    own.zone.txt("_dmarc.shop.a.example", "v=DMARC1; p=none");
    assert_eq!(level_below(&own, "ada@shop.a.example").await, Level::Unproven, "its own record comes first");
}

/// S-18: whether a subdomain exists is asked once, like everything else.
#[tokio::test]
async fn the_question_whether_a_subdomain_exists_is_remembered() {
    let scene = Scene::new();
    scene.policy("v=DMARC1; p=none; np=reject");
    assert_eq!(level_below(&scene, "ada@gone.a.example").await, Level::Forged);
    let queries = scene.zone.queries();
    for _ in 0..5 {
        assert_eq!(level_below(&scene, "ada@gone.a.example").await, Level::Forged);
    }
    assert_eq!(scene.zone.queries(), queries);
}

/// RFC 7489 §6.3 `pct` and RFC 9989 §4.7 `t`: a policy that is tried out is one step milder, for every mail.
#[tokio::test]
async fn a_policy_that_is_only_tried_out_is_one_step_milder() {
    for (record, level, policy) in [
        ("v=DMARC1; p=quarantine; pct=100", Level::Forged, "quarantine"),
        ("v=DMARC1; p=quarantine; pct=99", Level::Unproven, "none"),
        ("v=DMARC1; p=quarantine; PCT = 0", Level::Unproven, "none"),
        ("v=DMARC1; p=quarantine; t=y", Level::Unproven, "none"),
        ("v=DMARC1; p=reject; pct=50", Level::Forged, "quarantine"),
        ("v=DMARC1; p=reject; pct=lots", Level::Forged, "reject"),
    ] {
        let scene = Scene::new();
        scene.policy(record);
        let verdicts = scene.forwarded(&scene.unsigned(), &[]).await;
        assert_eq!((verdicts.level, verdicts.dmarc_policy.as_str()), (level, policy), "{record} {verdicts:?}");
    }
}

/// RFC 9989 §4.10.2.
#[tokio::test]
async fn an_envelope_of_a_subdomain_is_aligned_unless_that_is_strict() {
    for (record, level) in [("v=DMARC1; p=reject", Level::Authenticated), ("v=DMARC1; p=reject; aspf=s", Level::Forged)]
    {
        let scene = Scene::new();
        scene.policy(record);
        scene.zone.txt("out.a.example", "v=spf1 ip4:127.0.0.1 -all");
        let verdicts = scene.check(&scene.unsigned(), CUSTOMER_IP, "bounces@out.a.example", &[]).await;
        assert_eq!((verdicts.spf, verdicts.level), (Verdict::Pass, level), "{record} {verdicts:?}");
    }
}

/// The organizational domain is found by walking up (RFC 9989 §4.10), not in a list of suffixes that ages with the binary.
#[tokio::test]
async fn neighbours_below_a_public_suffix_do_not_speak_for_one_another() {
    for (record, neighbour) in
        [("v=DMARC1; p=none; psd=y", Level::Unproven), ("v=DMARC1; p=none", Level::Authenticated)]
    {
        let scene = Scene::new();
        scene.zone.txt("_dmarc.hosting.example", record);
        let key = Key::ed25519("eve.hosting.example", "mail").unwrap();
        key.publish(&scene.zone);
        let writer = Customer { address: "ada@shop.hosting.example".into(), name: "Ada".into(), key: Some(key) };
        let mail = writer.writes("support@acme.example", "1@x", "Hi", "Hi.").unwrap();
        let verdicts = scene.forwarded(&mail, &[]).await;
        assert_eq!(verdicts.level, neighbour, "{record} {verdicts:?}");
    }
}

#[tokio::test]
async fn every_mail_is_counted_for_its_domain() {
    let scene = Scene::new();
    scene.forwarded(&scene.mail(), &[]).await;
    scene.forwarded(&scene.mail(), &[]).await;
    scene.forwarded(&scene.unsigned(), &[]).await;
    level_below(&scene, "eve@evil.example").await;
    scene.zone.servfail("b.example");
    level_below(&scene, "bob@b.example").await;
    // A mail without a usable From has no domain.
    scene.forwarded(b"Subject: x\r\n\r\n", &[]).await;
    let counts = scene.auth.dmarc_counts();
    let count = |pass, fail, none, temp_error| DmarcCount { pass, fail, none, temp_error, perm_error: 0 };
    let expected =
        [("a.example", count(2, 1, 0, 0)), ("b.example", count(0, 0, 0, 1)), ("evil.example", count(0, 0, 1, 0))];
    assert_eq!(counts.domains, expected.map(|(domain, count)| (domain.to_owned(), count)));
    assert_eq!(counts.others, DmarcCount::default());
}
