//! DNS: what it costs, what is remembered, and what its trouble does.

use super::*;

/// S-18.
#[tokio::test]
async fn dns_trouble_is_never_a_pass_and_never_level_0() {
    for name in ["mail._domainkey.a.example", "_dmarc.a.example", "a.example", "."] {
        for silent in [false, true] {
            let scene = if silent { Scene::in_a_hurry() } else { Scene::new() };
            let zone = if silent { scene.zone.silent(name) } else { scene.zone.servfail(name) };
            let begun = std::time::Instant::now();
            let mail = if name.contains('_') { scene.mail() } else { scene.unsigned() };
            let verdicts = scene.direct(&mail).await;
            assert!(begun.elapsed() < Duration::from_secs(2));
            assert!(zone.queries() > 0);
            if name == "a.example" || name == "." {
                assert_eq!(verdicts.level, Level::Unproven, "{name} {silent} {verdicts:?}");
                assert_eq!(verdicts.spf, Verdict::TempError);
            } else if name.starts_with("mail") {
                assert_eq!(verdicts.dkim[0].verdict, Verdict::TempError);
                assert_eq!(verdicts.level, Level::Authenticated, "by SPF");
            } else {
                assert_eq!((verdicts.dmarc, verdicts.level), (Verdict::TempError, Level::Authenticated));
            }
        }
    }
}

/// S-18.
#[tokio::test]
async fn a_key_that_cannot_be_had_now_is_not_held_against_a_forwarded_mail() {
    let scene = Scene::new();
    scene.zone.servfail("_domainkey.a.example");
    let verdicts = scene.forwarded(&scene.mail(), &[]).await;
    assert_eq!((verdicts.dmarc, verdicts.level), (Verdict::TempError, Level::Unproven), "{verdicts:?}");
}

#[tokio::test]
async fn addresses_of_a_failing_name_make_spf_a_temporary_error() {
    let scene = Scene::new();
    scene.zone.remove("a.example").txt("a.example", "v=spf1 exists:out.a.example mx -all").servfail("out.a.example");
    let verdicts = scene.direct(&scene.unsigned()).await;
    assert_eq!((verdicts.spf, verdicts.level), (Verdict::TempError, Level::Unproven), "{verdicts:?}");
}

#[tokio::test]
async fn spf_follows_includes_hosts_and_what_exists() {
    let scene = Scene::new();
    let zone = scene.zone.txt("_spf.b.example", "v=spf1 mx a:gone.b.example exists:%{ir}.no.b.example -all");
    zone.mx("_spf.b.example", 10, "mx.b.example").a("mx.b.example", Ipv4Addr::new(192, 0, 2, 9));
    zone.a("1.2.0.192.yes.b.example", Ipv4Addr::new(127, 0, 0, 2));
    for (record, peer, spf) in [
        ("v=spf1 include:_spf.b.example -all", [192, 0, 2, 9], Verdict::Pass),
        ("v=spf1 redirect=_spf.b.example", [192, 0, 2, 8], Verdict::Fail),
        ("v=spf1 exists:%{ir}.yes.b.example -all", [192, 0, 2, 1], Verdict::Pass),
        ("v=spf1 exists:%{ir}.no.b.example ~all", [192, 0, 2, 1], Verdict::SoftFail),
        ("v=spf1 include:loop.b.example", [192, 0, 2, 1], Verdict::PermError),
    ] {
        let domain = format!("d{}.example", record.len());
        scene.zone.txt(&domain, record).txt("loop.b.example", "v=spf1 include:loop.b.example");
        let verdicts = scene.check(&scene.unsigned(), peer.into(), &format!("x@{domain}"), &[]).await;
        assert_eq!(verdicts.spf, spf, "{record}");
        scene.zone.remove("loop.b.example");
    }
    let two = scene.zone.txt("two.example", "v=spf1 +all").txt("two.example", "v=spf1 -all");
    assert!(two.queries() > 0);
    assert_eq!(scene.check(&scene.unsigned(), CUSTOMER_IP, "x@two.example", &[]).await.spf, Verdict::PermError);
}

/// S-18.
#[tokio::test]
async fn two_hundred_signatures_cost_ten_queries() {
    let scene = Scene::new();
    let real = String::from_utf8(scene.mail()).unwrap();
    let value = real.strip_prefix("DKIM-Signature:").unwrap().split("\r\nFrom:").next().unwrap().to_owned();
    let fakes: String = (0..200)
        .map(|i| {
            format!(
                "DKIM-Signature:{}\r\n",
                value.replace("d=a.example", "d=evil.example").replace("s=mail", &format!("s=s{i}"))
            )
        })
        .collect();
    let verdicts = scene.forwarded(format!("{fakes}{real}").as_bytes(), &[]).await;
    assert_eq!((verdicts.level, verdicts.dkim.len()), (Level::Authenticated, 10), "the aligned one is looked at first");
    assert!(scene.zone.queries_for("_domainkey") <= 10);
}

#[tokio::test]
async fn a_thousand_mails_of_one_domain_ask_dns_once() {
    let scene = Scene::new();
    let mail = scene.mail();
    let mut checks = tokio::task::JoinSet::new();
    let scene = Arc::new(scene);
    for _ in 0..1000 {
        let (scene, mail) = (scene.clone(), mail.clone());
        checks.spawn(async move { scene.forwarded(&mail, &[]).await.level });
    }
    for level in checks.join_all().await {
        assert_eq!(level, Level::Authenticated);
    }
    assert!(scene.zone.queries() <= 8, "{}", scene.zone.queries());
}

/// S-18: what is not there, and who does not answer, is remembered too.
#[tokio::test]
async fn absences_and_trouble_are_remembered() {
    let broken: [fn(&Zone); 4] = [
        |zone| {
            zone.remove("a.example").remove("_dmarc.a.example").remove("mail._domainkey.a.example");
        },
        |zone| {
            zone.servfail(".");
        },
        |zone| {
            zone.silent(".");
        },
        |zone| {
            zone.remove("a.example").txt("a.example", "v=spf1 a:gone.example exists:gone.example mx -all");
        },
    ];
    for prepare in broken {
        let scene = Scene::in_a_hurry();
        prepare(&scene.zone);
        let mail = scene.mail();
        let first = scene.direct(&mail).await;
        scene.direct(&mail).await;
        let queries = scene.zone.queries();
        for _ in 0..20 {
            assert_eq!(scene.direct(&mail).await.level, first.level);
        }
        assert_eq!(scene.zone.queries(), queries);
    }
}

/// S-18: ten MX of ten hosts each is what SPF allows, and more than one mail may ask.
#[tokio::test]
async fn a_sender_cannot_make_us_ask_without_end_nor_hide_a_failure_behind_it() {
    let scene = Scene::new();
    let terms: String = (0..10).map(|i| format!("mx:m{i}.evil.example ")).collect();
    scene.zone.txt("evil.example", &format!("v=spf1 {terms}-all"));
    for i in 0..10 {
        for host in 0..10 {
            let name = format!("h{host}.m{i}.evil.example");
            scene.zone.mx(&format!("m{i}.evil.example"), 10, &name).a(&name, Ipv4Addr::new(198, 51, 100, 1));
        }
    }
    let verdicts = scene.check(&scene.unsigned(), FORWARDER_IP, "x@evil.example", &[]).await;
    assert_eq!((verdicts.spf, verdicts.level), (Verdict::TempError, Level::Forged), "{verdicts:?}");
    assert!(scene.zone.queries() <= 80, "{}", scene.zone.queries());
}
