//! Zones made to keep us busy (S-18): whatever a sender's DNS does, the queries, the time and the damage are bounded.
//!
//! The clock stands still and moves on only when nothing else can happen, so time is counted, not waited for.

use tokio::time::Instant;

use super::*;

/// Packets that one mail may cost: its questions, each asked twice by UDP, and once more by TCP.
const PACKETS_MAX: u64 = 80 * 3;

/// What the sender's domain is made of, and in words.
type World = (&'static str, fn(&Zone));

const WORLDS: [World; 11] = [
    ("aliases in a ring", |zone| {
        for name in ["evil.example", "_dmarc.evil.example", "s1._domainkey.evil.example", "s2._domainkey.evil.example"]
        {
            zone.cname(name, "ring.evil.example");
        }
        zone.cname("ring.evil.example", "gnir.evil.example").cname("gnir.evil.example", "ring.evil.example");
    }),
    ("aliases without end", |zone| {
        zone.cname("evil.example", "c0.evil.example").cname("_dmarc.evil.example", "c0.evil.example");
        for i in 0..500 {
            zone.cname(&format!("c{i}.evil.example"), &format!("c{}.evil.example", i + 1));
        }
    }),
    ("includes in a ring", |zone| {
        zone.txt("evil.example", "v=spf1 include:a.evil.example +all");
        zone.txt("a.evil.example", "v=spf1 include:b.evil.example +all");
        zone.txt("b.evil.example", "v=spf1 redirect=evil.example");
    }),
    ("includes that fan out", |zone| {
        let terms = |top: &str| (0..10).map(|i| format!("include:i{i}.{top} ")).collect::<String>();
        zone.txt("evil.example", &format!("v=spf1 {}+all", terms("evil.example")));
        for i in 0..10 {
            let name = format!("i{i}.evil.example");
            zone.txt(&name, &format!("v=spf1 {}-all", terms(&name)));
            for j in 0..10 {
                zone.txt(&format!("i{j}.{name}"), "v=spf1 -all");
            }
        }
    }),
    ("hosts of hosts", |zone| {
        let terms: String = (0..10).map(|i| format!("mx:m{i}.evil.example ")).collect();
        zone.txt("evil.example", &format!("v=spf1 {terms}+all"));
        for i in 0..10 {
            for host in 0..10 {
                let name = format!("h{host}.m{i}.evil.example");
                zone.mx(&format!("m{i}.evil.example"), 10, &name).a(&name, Ipv4Addr::new(198, 51, 100, 1));
            }
        }
    }),
    ("a thousand hosts", |zone| {
        zone.txt("evil.example", "v=spf1 mx +all");
        for host in 0..1000 {
            zone.mx("evil.example", 10, &format!("h{host}.evil.example"));
        }
    }),
    ("rows of 50,000 octets", |zone| {
        for name in ["evil.example", "_dmarc.evil.example", "s1._domainkey.evil.example"] {
            zone.txt(name, &format!("v=spf1 {}+all", "ip4:192.0.2.1 ".repeat(3500)));
        }
    }),
    ("more rows than an answer holds", |zone| {
        for _ in 0..300 {
            zone.txt("evil.example", &"x".repeat(250)).txt("_dmarc.evil.example", &"v=DMARC1; p=none;".repeat(12));
        }
    }),
    ("never an answer", |zone| {
        zone.silent("evil.example");
    }),
    ("an answer, and then never one", |zone| {
        let terms: String = (0..10).map(|i| format!("include:i{i}.gone.evil.example ")).collect();
        zone.txt("evil.example", &format!("v=spf1 {terms}+all")).silent("gone.evil.example");
        zone.silent("_domainkey.evil.example");
    }),
    ("a storm of names that do not exist", |zone| {
        let terms: String = (0..10).map(|i| format!("exists:%{{l}}.{i}.%{{ir}}.evil.example ")).collect();
        zone.txt("evil.example", &format!("v=spf1 {terms}+all"));
    }),
];

/// Two hundred signatures with a key each, from below twenty labels.
fn hostile_mail(scene: &Scene) -> Vec<u8> {
    let from = format!("eve@{}evil.example", "a.".repeat(20));
    let writer = Customer { address: from, name: "Eve".into(), key: None };
    let mail = writer.unsigned("support@acme.example", "1@x", "Hi", "", "Hi.");
    let real = scene.key().sign(&mail).unwrap();
    let real = String::from_utf8(real).unwrap();
    let (signature, _) = real.split_once("\r\nFrom:").unwrap();
    let forged = |i| signature.replace("d=a.example", "d=evil.example").replace("s=mail", &format!("s=s{i}")) + "\r\n";
    let mut whole: Vec<u8> = (0..200).map(forged).collect::<String>().into_bytes();
    whole.extend_from_slice(&mail);
    whole
}

#[tokio::test(start_paused = true)]
async fn whatever_a_senders_dns_does_is_bounded_and_proves_nothing() {
    for (world, prepare) in WORLDS {
        let scene = Scene::new();
        prepare(&scene.zone);
        let (mail, began) = (hostile_mail(&scene), Instant::now());
        let verdicts = scene.check(&mail, FORWARDER_IP, "eve@evil.example", &[]).await;
        let (took, packets) = (began.elapsed(), scene.zone.queries());
        println!("{world}: {packets} packets, {took:?}");
        assert!(took <= scene.auth.0.deadline, "{world}: {took:?}");
        assert!((1..=PACKETS_MAX).contains(&packets), "{world}: {packets}");
        assert!(verdicts.level <= Level::Unproven && verdicts.spf != Verdict::Pass, "{world}: {verdicts:?}");

        // The next ones ask next to nothing, and customers are not kept waiting.
        let (before, began) = (scene.zone.queries(), Instant::now());
        for _ in 0..3 {
            scene.check(&mail, FORWARDER_IP, "eve@evil.example", &[]).await;
        }
        let again = scene.zone.queries() - before;
        assert!(again <= PACKETS_MAX, "{world}: {again} packets for three mails more");
        assert!(began.elapsed() <= scene.auth.0.deadline, "{world}: three more took {:?}", began.elapsed());
        assert_eq!(scene.forwarded(&scene.mail(), &[]).await.level, Level::Authenticated, "{world}");
    }
}

/// A hundred such mails at once wait for the same answers, and an honest one among them for none of theirs.
#[tokio::test(start_paused = true)]
async fn a_hundred_mails_of_a_silent_domain_hold_up_nobody() {
    let scene = Arc::new(Scene::new());
    scene.zone.silent("evil.example");
    let mail = hostile_mail(&scene);
    let mut checks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (scene, mail) = (scene.clone(), mail.clone());
        checks.spawn(async move { scene.check(&mail, FORWARDER_IP, "eve@evil.example", &[]).await.level });
    }
    let began = Instant::now();
    assert_eq!(scene.forwarded(&scene.mail(), &[]).await.level, Level::Authenticated);
    assert_eq!(began.elapsed(), Duration::ZERO, "no clock had to move for it");
    while let Some(level) = checks.join_next().await {
        assert!(level.unwrap() <= Level::Unproven);
    }
    assert!(began.elapsed() <= scene.auth.0.deadline);
    assert!(scene.zone.queries() <= PACKETS_MAX, "{}", scene.zone.queries());
}
