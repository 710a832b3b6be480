//! Mail whose From a group wrote anew.

use super::{forwarded::way, *};

/// What Google's groups sign of what is read here.
const SIGNED: [&str; 7] =
    ["From", "Subject", "Date", "Message-ID", "Reply-To", "X-Original-Sender", "X-Original-Authentication-Results"];
const RESULTS: &str = "mx.google.com; dkim=pass header.i=@a.example; dmarc=pass (p=REJECT) header.from=a.example";

/// A group at the company's domain with a published key.
fn group(scene: &Scene) -> Key {
    let key = Key::ed25519("acme.example", "google").unwrap();
    key.publish(&scene.zone);
    key
}

/// Ada's mail as the group passes it on, not signed yet.
fn rewritten(sender: &str, results: &str, extra: &str) -> Vec<u8> {
    format!(
        "{extra}X-Original-Sender: {sender}\r\nX-Original-Authentication-Results: {results}\r\n\
         X-Original-From: Ada L. <ada@a.example>\r\nReply-To: Ada L. <ada@a.example>\r\n\
         From: 'Ada L.' via Support <team@acme.example>\r\nTo: team@acme.example\r\nSubject: Broken\r\n\
         Date: Mon, 02 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@a.example>\r\nX-Google-Group-Id: 1\r\n\
         List-Id: <team.acme.example>\r\nPrecedence: list\r\n\r\nIt is broken.\r\n"
    )
    .into_bytes()
}

async fn passed_on(scene: &Scene, mail: &[u8], provider: &str) -> Checked {
    scene.came(mail, FORWARDER_IP, "team+bncABC@acme.example", way(provider)).await
}

#[tokio::test]
async fn the_author_named_by_the_registered_forwarders_group_is_vouched_for() {
    let scene = Scene::new();
    let mail = group(&scene).sign_fields(&rewritten("ada@a.example", RESULTS, ""), &SIGNED).unwrap();
    let Checked { verdicts, group_author } = passed_on(&scene, &mail, "google").await;
    let author = group_author.expect("an author");
    assert_eq!((author.address.to_string().as_str(), author.name.as_str()), ("ada@a.example", "Ada L."));
    assert_eq!(verdicts.level, Level::Vouched);
    let said = "a group of acme.example passed this on and says that a.example passed; acme.example signed this";
    assert!(verdicts.sentence.starts_with(said), "{}", verdicts.sentence);
}

#[tokio::test]
async fn a_group_is_not_believed_where_it_is_not_registered_or_did_not_sign() {
    let scene = Scene::new();
    let good = rewritten("ada@a.example", RESULTS, "");
    let signed = group(&scene).sign_fields(&good, &SIGNED).unwrap();
    assert_eq!(passed_on(&scene, &signed, "microsoft365").await.group_author, None);
    assert_eq!(passed_on(&scene, &good, "google").await.group_author, None);
    let stranger = Key::ed25519("evil.example", "s").unwrap();
    stranger.publish(&scene.zone);
    let mail = stranger.sign_fields(&good, &SIGNED).unwrap();
    assert_eq!(passed_on(&scene, &mail, "google").await.group_author, None);
}

#[tokio::test]
async fn a_group_that_can_be_read_in_two_ways_is_held() {
    let scene = Scene::new();
    let key = group(&scene);
    let open: Vec<&str> = SIGNED.into_iter().filter(|field| *field != "X-Original-Sender").collect();
    let twice = rewritten("ada@a.example", RESULTS, "X-Original-Sender: eve@b.example\r\n");
    for mail in [
        key.sign_fields(&rewritten("ada@a.example", RESULTS, ""), &open).unwrap(),
        key.sign_fields(&twice, &SIGNED).unwrap(),
        key.sign_fields(&rewritten("eve@b.example", RESULTS, ""), &SIGNED).unwrap(),
        key.sign_fields(&rewritten("nobody", RESULTS, ""), &SIGNED).unwrap(),
    ] {
        let Checked { verdicts, group_author } = passed_on(&scene, &mail, "google").await;
        assert_eq!((verdicts.level, group_author), (Level::Forged, None), "{}", String::from_utf8_lossy(&mail));
    }
}

/// Google signs what a group passes on in the company's name, whoever claimed to be a colleague.
#[tokio::test]
async fn a_colleague_is_not_believed_because_the_group_signed() {
    let scene = Scene::new();
    let ours = Scene { auth: scene.auth.clone().with_our_domains(["acme.example".into()]), ..scene };
    let key = group(&ours);
    let forged = "mx.google.com; dmarc=fail header.from=acme.example";
    let real = "mx.google.com; dkim=pass header.i=@acme.example; dmarc=pass header.from=acme.example";
    for (results, level) in [(forged, Level::Forged), (real, Level::Vouched)] {
        let mail = String::from_utf8(rewritten("boss@acme.example", results, "")).unwrap();
        let mail = mail
            .replace("'Ada L.' via Support <team@acme.example>", "Boss <boss@acme.example>")
            .replace("X-Original-From: Ada L. <ada@a.example>\r\n", "");
        let mail = key.sign_fields(mail.as_bytes(), &SIGNED).unwrap();
        assert_eq!(passed_on(&ours, &mail, "google").await.verdicts.level, level, "{results}");
    }
}

/// Anybody may post to an open group under any name.
#[tokio::test]
async fn an_author_who_did_not_pass_at_the_group_is_named_and_not_believed() {
    let scene = Scene::new();
    let key = group(&scene);
    for results in
        ["mx.google.com; dmarc=fail header.from=a.example", "mx.google.com; dmarc=pass header.from=b.example"]
    {
        let mail = key.sign_fields(&rewritten("ada@a.example", results, ""), &SIGNED).unwrap();
        let Checked { verdicts, group_author } = passed_on(&scene, &mail, "google").await;
        assert_eq!((verdicts.level, group_author.is_some()), (Level::Unproven, true), "{results}");
    }
}
