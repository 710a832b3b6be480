//! What the registered forwarder's own envelope proves, and what it does not for its other customers.

use super::*;
use crate::config::forwarder;

const MICROSOFT_SENDER: &str = "support+SRS=AbCd=EF=a.example=ada@acme.example";
const RELAY_POOL_IP: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
const PASSED: &str = "mx.google.com; dkim=pass header.i=@a.example; dmarc=pass (p=REJECT) header.from=a.example";

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// The support mailbox at that provider, and the mail sent to its destination.
pub(super) fn way(provider: &str) -> RegisteredWay {
    RegisteredWay {
        forwarder: forwarder(provider, &[]).unwrap(),
        mailbox: address("support@acme.example"),
        destination: address("in+k@mx.acme.example"),
        to_destination: true,
    }
}

/// One of the provider's servers is at [`FORWARDER_IP`].
fn scene() -> Scene {
    let scene = Scene::new();
    for domain in ["_spf.google.com", "spf.protection.outlook.com"] {
        scene.zone.txt(domain, "v=spf1 ip4:192.0.2.0/25 -all");
    }
    scene
}

impl Scene {
    pub(super) async fn came(&self, mail: &[u8], peer: IpAddr, sender: &str, way: RegisteredWay) -> Checked {
        let mut envelope = Self::envelope(peer, sender);
        envelope.helo = "mail-out.provider.example".into();
        let registration = Registration { sealers: way.forwarder.arc_sealers.clone(), way: Some(way) };
        self.auth.check(&envelope, &Bytes::copy_from_slice(mail), &read(mail), registration).await
    }

    async fn level(&self, mail: &[u8], peer: IpAddr, sender: &str, way: RegisteredWay) -> u8 {
        self.came(mail, peer, sender, way).await.verdicts.level.as_u8()
    }

    /// Unsigned mail of the customer, as the mailbox's provider writes it down.
    fn noted(&self, results: &str) -> Vec<u8> {
        play::with_header(&self.unsigned(), "Authentication-Results", results)
    }
}

#[tokio::test]
async fn the_registered_mailboxes_own_envelope_vouches() {
    let scene = scene();
    let checked = scene.came(&scene.noted(PASSED), FORWARDER_IP, GMAIL_SENDER, way("google")).await.verdicts;
    assert_eq!(checked.level, Level::Vouched, "{checked:?}");
    let sentence = "Google forwarded this as registered and says that a.example passed (by its own envelope)";
    assert_eq!(checked.sentence, sentence);
    // Its letters in another case, as some hops leave them.
    let shouted = GMAIL_SENDER.to_uppercase();
    assert_eq!(scene.level(&scene.noted(PASSED), FORWARDER_IP, &shouted, way("google")).await, 2);
}

/// Any customer of the provider can forward anything to anybody.
#[tokio::test]
async fn an_envelope_of_another_customer_of_the_forwarder_counts_for_nothing() {
    let scene = scene();
    scene.zone.txt("gmail.example", "v=spf1 ip4:192.0.2.1 -all");
    let mail = scene.noted(PASSED);
    for sender in [
        "eve+caf_=in+k=mx.acme.example@gmail.example",
        "support+caf_=in+k=mx.acme.example@gmail.example",
        "eve+caf_=in+k=mx.acme.example@acme.example",
        "support+caf_=in+other=mx.acme.example@acme.example",
        "eve+support+caf_=in+k=mx.acme.example@acme.example",
        "support+bncABC@acme.example",
        "support@acme.example",
        "bounces+SRS=AbCd=EF@acme.example",
        "SRS1=AbCd=x.example==AbCd=EF=a.example=ada@acme.example",
        "",
    ] {
        assert_eq!(scene.level(&mail, FORWARDER_IP, sender, way("google")).await, 0, "{sender}");
    }
}

#[tokio::test]
async fn an_envelope_counts_from_the_forwarders_addresses_and_to_the_secret_destination_only() {
    let scene = scene();
    let mail = scene.noted(PASSED);
    // SPF of the company passes for its newsletter service too; that is not the forwarder.
    scene.zone.remove("acme.example").txt("acme.example", "v=spf1 ip4:192.0.2.1 ip4:198.51.100.1 -all");
    assert_eq!(scene.level(&mail, FORWARDER_IP, GMAIL_SENDER, way("google")).await, 2);
    assert_eq!(scene.level(&mail, RELAY_POOL_IP, GMAIL_SENDER, way("google")).await, 0);
    assert_eq!(scene.level(&mail, CUSTOMER_IP, GMAIL_SENDER, way("google")).await, 0);
    let elsewhere = RegisteredWay { to_destination: false, ..way("google") };
    assert_eq!(scene.level(&mail, FORWARDER_IP, GMAIL_SENDER, elsewhere).await, 0);
}

#[tokio::test]
async fn only_the_forwarders_own_results_are_read_and_only_the_topmost() {
    let scene = scene();
    let fail = "mx.google.com; dmarc=fail header.from=a.example";
    for results in [
        fail,
        "mx.google.com; dmarc=pass header.from=b.example",
        "mx.google.com; spf=pass smtp.mailfrom=a.example",
        "mx.evil.example; dmarc=pass header.from=a.example",
        "evilmx.google.com; dmarc=pass header.from=a.example",
        "mx.google.com.evil.example; dmarc=pass header.from=a.example",
        "(mx.google.com); dmarc=pass header.from=a.example",
        "dmarc=pass header.from=a.example",
    ] {
        let level = scene.level(&scene.noted(results), FORWARDER_IP, GMAIL_SENDER, way("google")).await;
        assert_eq!(level, 0, "{results}");
    }
    // The author's own lines stand below.
    let forged = play::with_header(&scene.noted(PASSED), "Authentication-Results", fail);
    assert_eq!(scene.level(&forged, FORWARDER_IP, GMAIL_SENDER, way("google")).await, 0);
    assert_eq!(scene.level(&scene.unsigned(), FORWARDER_IP, GMAIL_SENDER, way("google")).await, 0);
}

#[tokio::test]
async fn microsofts_envelope_says_whose_spf_passed() {
    let scene = scene();
    let mail = scene.unsigned();
    let checked = scene.came(&mail, FORWARDER_IP, MICROSOFT_SENDER, way("microsoft365")).await.verdicts;
    assert_eq!(checked.level, Level::Vouched, "{checked:?}");
    assert!(checked.sentence.contains("Microsoft 365 forwarded this as registered"), "{}", checked.sentence);
    for (peer, sender) in [
        // What failed SPF on its way in leaves by the relay pool.
        (RELAY_POOL_IP, MICROSOFT_SENDER),
        (FORWARDER_IP, "support+SRS=AbCd=EF=evil.example=ada@acme.example"),
        (FORWARDER_IP, "support+SRS=AbCd=EF=evil.example=x=a.example@acme.example"),
        (FORWARDER_IP, "support+SRS=AbCd=EF=a.example@acme.example"),
        (FORWARDER_IP, "sales+SRS=AbCd=EF=a.example=ada@acme.example"),
        (FORWARDER_IP, "bounces+SRS=AbCd=EF@acme.example"),
    ] {
        assert_eq!(scene.level(&mail, peer, sender, way("microsoft365")).await, 0, "{peer} {sender}");
    }
}

/// An alias on a web host passes on whatever came, with whatever sender was claimed.
#[tokio::test]
async fn srs_of_a_forwarder_that_checks_nothing_says_nothing() {
    let scene = scene();
    let sender = "SRS0=AbCd=EF=a.example=ada@acme.example";
    assert_eq!(scene.level(&scene.unsigned(), FORWARDER_IP, sender, way("cpanel")).await, 0);
    let signed = scene.came(&scene.mail(), FORWARDER_IP, sender, way("cpanel")).await.verdicts;
    let sentence = "a.example signed this (DKIM, aligned); forwarded by your mail host as registered";
    assert_eq!((signed.level, signed.sentence.as_str()), (Level::Authenticated, sentence));
}

#[tokio::test]
async fn the_sentence_says_which_registered_way_a_mail_took() {
    let scene = scene();
    let named = "a.example signed this (DKIM, aligned); forwarded by Google as registered";
    let plain = "a.example signed this (DKIM, aligned)";
    let elsewhere = RegisteredWay { to_destination: false, ..way("google") };
    for (peer, sender, way, sentence) in [
        (FORWARDER_IP, GMAIL_SENDER, way("google"), named),
        // Routing of the whole domain leaves the sender alone: its addresses and the secret destination tell.
        (FORWARDER_IP, CUSTOMER, way("google"), named),
        (RELAY_POOL_IP, CUSTOMER, way("google"), plain),
        (FORWARDER_IP, CUSTOMER, elsewhere, plain),
        (FORWARDER_IP, CUSTOMER, way("zoho"), plain),
    ] {
        let verdicts = scene.came(&scene.mail(), peer, sender, way).await.verdicts;
        assert_eq!((verdicts.level, verdicts.sentence.as_str()), (Level::Authenticated, sentence), "{peer} {sender}");
    }
}

#[tokio::test]
async fn dns_trouble_about_the_way_is_no_pass_and_no_forgery() {
    let scene = scene();
    scene.zone.servfail("_spf.google.com");
    assert_eq!(scene.level(&scene.noted(PASSED), FORWARDER_IP, GMAIL_SENDER, way("google")).await, 1);
}

/// A colleague's name is worth more than a customer's, and our provider sends for everybody who claims it.
#[tokio::test]
async fn mail_from_a_domain_of_ours_needs_its_signature() {
    let scene = scene();
    let ours = ["acme.example".to_owned(), "acme-news.example".to_owned()];
    let scene = Scene { auth: scene.auth.clone().with_our_domains(ours), ..scene };
    let google = Key::ed25519("google.com", "arc").unwrap();
    google.publish(&scene.zone);
    for domain in ["acme.example", "acme-news.example"] {
        scene.zone.remove(domain).txt(domain, "v=spf1 ip4:192.0.2.1 -all");
        let from = format!("boss@{domain}");
        let boss = Customer { address: from.clone(), name: "Boss".into(), key: None };
        let mail = boss.unsigned("support@acme.example", "1@x", "Pay", "", "Now.");
        let results = format!("mx.google.com; dmarc=pass header.from={domain}");
        let noted = play::with_header(&mail, "Authentication-Results", &results);
        let sealed = play::seal(&mail, &google, Claim::DmarcPass(domain), scene.dns.addr()).await.unwrap();
        for (mail, sender) in [(&mail, from.as_str()), (&noted, GMAIL_SENDER), (&sealed, GMAIL_SENDER)] {
            let verdicts = scene.came(mail, FORWARDER_IP, sender, way("google")).await.verdicts;
            assert_eq!(verdicts.level, Level::Forged, "{verdicts:?}");
            assert!(
                verdicts.sentence.starts_with(&format!("{domain} is a domain of ours, and mail from it must carry"))
            );
        }
        let key = Key::ed25519(domain, "s").unwrap();
        key.publish(&scene.zone);
        let signed = key.sign(&mail).unwrap();
        assert_eq!(scene.level(&signed, FORWARDER_IP, GMAIL_SENDER, way("google")).await, 3);
        // Cloudflare signs what it forwards in the name of the routed domain, whoever wrote it.
        let routed = Key::ed25519(domain, "cf2024-1").unwrap();
        routed.publish(&scene.zone);
        let resigned = routed.sign(&mail).unwrap();
        assert_eq!(scene.level(&resigned, FORWARDER_IP, CUSTOMER, way("cloudflare")).await, 0);
        // A provider that signs in our name what it forwards has written down before what it found.
        let dns = scene.dns.addr();
        let failed = play::seal(&signed, &google, Claim::DmarcFail(domain), dns).await.unwrap();
        assert_eq!(scene.level(&failed, FORWARDER_IP, GMAIL_SENDER, way("google")).await, 0);
        let passed = play::seal(&signed, &google, Claim::DmarcPass(domain), dns).await.unwrap();
        assert_eq!(scene.level(&passed, FORWARDER_IP, GMAIL_SENDER, way("google")).await, 3);
        // A stranger's broken signature is no excuse; trouble with our own key is.
        let stranger = Key::ed25519("evil.example", "s").unwrap();
        scene.zone.servfail("evil.example");
        let excused = stranger.sign(&mail).unwrap();
        assert_eq!(scene.level(&excused, FORWARDER_IP, GMAIL_SENDER, way("google")).await, 0);
        let late = Key::ed25519(domain, "late").unwrap();
        scene.zone.servfail(&late.row_name());
        let unknown = late.sign(&mail).unwrap();
        assert_eq!(scene.level(&unknown, FORWARDER_IP, GMAIL_SENDER, way("google")).await, 1);
    }
}
