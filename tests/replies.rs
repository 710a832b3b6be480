//! What people send with their words: files, pictures in the text, copies; and what does not leave.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]
#![allow(dead_code, reason = "it uses a part of what the other tests use")]

#[path = "threads/world.rs"]
mod world;

use replyd::{
    mime::{self, Mail},
    store::{DeliveryState, Place},
    types::ConversationId,
};
use serde_json::{Value, json};
use world::{ADA, BOB, SUPPORT, World};

/// Of eight octets.
const PNG: &str = "iVBORw0KGgo=";

async fn opened(world: &World, fields: &str, text: &str) -> ConversationId {
    let id = world.next_id();
    let mail = format!(
        "From: Ada <{ADA}>\r\nTo: {SUPPORT}\r\n{fields}Subject: Parcel\r\nDate: Sun, 22 Nov 2026 20:00:00 +0000\r\n\
         Message-ID: <{id}>\r\n\r\n{text}\r\n"
    );
    let Place::Conversation { id, .. } = world.receive(mail.as_bytes()).await else { panic!("it opens or joins") };
    id
}

fn named(mail: &Mail) -> Vec<String> {
    mail.to.iter().chain(&mail.cc).map(ToString::to_string).collect()
}

#[tokio::test]
async fn files_and_pictures_go_with_a_letter_and_stand_in_its_row_by_content() {
    let world = World::new(|_| ());
    let id = opened(&world, "", "Where is it?").await;
    let body = json!({
        "by": "Grace", "markdown": "Here: ![the plan](cid:plan.png)",
        "attachments": [
            { "name": "../../Größe, \"neu\".pdf", "content": "JVBERi0xLjcK" },
            { "name": "plan.png", "content": PNG, "shown_as": "plan.png" },
        ],
    });
    let (status, answer) = world.reply(id, &body).await;
    assert_eq!(status, 200, "{answer}");

    let (row, raw) = world.newest_letter(id).await;
    let mail = mime::parse(&raw);
    let found: Vec<_> = mail.attachments.iter().map(|one| (one.name.as_str(), one.kind.as_str(), one.inline)).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&("plan.png", "image/png", true)), "{found:?}");
    assert!(found.contains(&("Größe, \"neu\".pdf", "application/pdf", false)), "{found:?}");
    let picture = mail.attachments.iter().find(|one| one.inline).unwrap();
    assert!(mail.html.contains(&format!("<img src=\"cid:{}\" alt=\"the plan\">", picture.content_id)), "{}", mail.html);
    assert!(mail.text.contains("the plan") && mail.text.contains("Where is it?"), "{}", mail.text);
    assert!(raw.is_ascii() && raw.split(|octet| *octet == b'\n').all(|line| line.len() <= 999));

    let rows: Vec<_> = row.enclosed.iter().map(|one| (one.name.as_str(), one.size, one.inline)).collect();
    assert_eq!(rows, [("Größe, \"neu\".pdf", 9, false), ("plan.png", 8, true)]);
    assert_eq!(row.enclosed[1].hash, picture.digest.to_hex().to_string());
    let (status, slip) = world.ask("GET", &format!("/api/v1/letters/{}/attachments/0", row.id), &Value::Null).await;
    assert_eq!((status, slip), (200, json!("%PDF-1.7\n")));
    let (status, _) = world.ask("GET", &format!("/api/v1/letters/{}/attachments/2", row.id), &Value::Null).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn what_may_not_leave_is_refused_in_words_and_nothing_is_written() {
    let world = World::new(|address| address.letter_bytes_max = 100_000);
    let id = opened(&world, "", "Where is it?").await;
    let reply = |files: Value| json!({ "by": "Grace", "markdown": "Here.", "attachments": files });
    let large = "A".repeat(100_000);
    for (files, words) in [
        (json!([{ "name": "a.exe", "content": PNG }]), "files that end in .exe are denied"),
        (json!([{ "name": "a.txt", "content": "TVqQAAMA" }]), "it is a Windows program"),
        (json!([{ "name": "a.txt", "content": large }]), "at most 100000 leave from this address"),
        (json!([{ "name": "a.txt", "content": "no base64" }]), "does not come as base64"),
        (json!([{ "name": "a.txt", "content": "aGVsbG8=", "shown_as": "a" }]), "cannot be shown"),
        (json!([{ "name": "a.png", "content": PNG, "shown_as": "a\r\nBcc: x@y" }]), "cannot be shown"),
    ] {
        let (status, answer) = world.reply(id, &reply(files)).await;
        assert!(status == 400 && answer["detail"].as_str().unwrap().contains(words), "{words}: {status} {answer}");
    }
    assert!(!world.has_letter(id));
    let (status, answer) = world.reply(id, &reply(json!([{ "name": "a.txt", "content": "A".repeat(60_000) }]))).await;
    assert_eq!(status, 200, "{answer}");
}

#[tokio::test]
async fn who_takes_part_is_kept_in_copy_until_a_person_says_otherwise() {
    let world = World::new(|_| ());
    let id = opened(&world, &format!("Cc: {BOB}\r\n"), "Where is it?").await;
    let sent = |raw: &[u8]| named(&mime::parse(raw));
    assert_eq!(sent(&world.answer(id, "Soon.").await), [ADA, BOB]);

    let (status, answer) = world.reply(id, &json!({ "by": "Grace", "markdown": "For you.", "cc": [] })).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(sent(&world.newest_letter(id).await.1), [ADA]);

    let carl = "carl@carrier.example";
    let (status, answer) =
        world.reply(id, &json!({ "by": "Grace", "markdown": "Carl?", "cc": [carl, ADA, carl] })).await;
    assert_eq!(status, 200, "{answer}");
    let raw = world.newest_letter(id).await.1;
    assert_eq!(sent(&raw), [ADA, carl]);
    // S-01: who is only now written to is shown nothing older.
    assert!(!mime::parse(&raw).text.contains("Where is it?"));
    let part: Vec<&str> =
        answer["participants"].as_array().unwrap().iter().map(|one| one["address"].as_str().unwrap()).collect();
    assert_eq!(part, [BOB, carl]);
    assert_eq!(sent(&world.answer(id, "All of you.").await), [ADA, BOB, carl]);

    // By name too, which is no place to hide a field in.
    let cc = json!(["\"Löwe, Bob\"\r\nBcc: eve@x.example <bob@customer.example>", "Carl C. <carl@carrier.example>"]);
    let (status, answer) = world.reply(id, &json!({ "by": "Grace", "markdown": "Both.", "cc": cc })).await;
    assert_eq!(status, 200, "{answer}");
    let raw = world.newest_letter(id).await.1;
    assert_eq!(sent(&raw), [ADA, BOB, carl]);
    assert!(String::from_utf8_lossy(&raw).lines().all(|line| !line.starts_with("Bcc")));
    let text = mime::parse(&raw).header("Cc").next().unwrap().to_owned();
    assert!(text.contains("\"Carl C.\" <carl@carrier.example>") && text.contains("=?utf-8?"), "{text}");

    for (body, words) in [
        (json!({ "by": "Grace", "markdown": "x", "cc": [SUPPORT] }), "is the address the letter leaves from"),
        (json!({ "by": "Grace", "markdown": "x", "to": SUPPORT }), "is the address the letter leaves from"),
        (json!({ "by": "Grace", "markdown": "x", "cc": ["nobody"] }), "nobody"),
        (json!({ "by": "Grace", "markdown": "x", "bcc": [carl] }), "bcc"),
    ] {
        let (status, answer) = world.reply(id, &body).await;
        assert!((400..=422).contains(&status) && answer.to_string().contains(words), "{words}: {status} {answer}");
    }
}

#[tokio::test]
async fn a_blind_copy_of_hers_is_named_nowhere_in_what_we_write() {
    let world = World::new(|_| ());
    let secret = "boss@customer.example";
    let fields = format!("Cc: {BOB}\r\nBcc: {secret}\r\nResent-Bcc: {secret}\r\n");
    let id = opened(&world, &fields, "Where is it?").await;
    for words in ["Soon.", "Now."] {
        let raw = world.answer(id, words).await;
        assert!(!String::from_utf8_lossy(&raw).contains("boss"), "{}", String::from_utf8_lossy(&raw));
        let (row, _) = world.newest_letter(id).await;
        let to: Vec<String> = row.recipients.iter().map(|one| one.to.to_string()).collect();
        assert_eq!(to, [ADA, BOB]);
    }
}

#[tokio::test]
async fn a_letter_that_was_taken_back_goes_with_its_files_to_whom_it_did_not_reach() {
    let world = World::new(|_| ());
    let id = opened(&world, &format!("Cc: {BOB}\r\n"), "Where is it?").await;
    let files = json!([
        { "name": "plan.png", "content": PNG, "shown_as": "plan.png" }, { "name": "slip.pdf", "content": "JVBERi0xLjcK" },
    ]);
    let body = json!({ "by": "Grace", "markdown": "Here: ![plan](cid:plan.png)", "attachments": files });
    assert_eq!(world.reply(id, &body).await.0, 200);
    let (first, _) = world.newest_letter(id).await;
    let edit = format!("/api/v1/queue/{}/edit", first.id);
    let (status, answer) = world.ask("POST", &edit, &json!({ "by": "Grace" })).await;
    assert!(status == 409 && answer["detail"].as_str().unwrap().contains("nobody refused it"), "{answer}");
    world.refuses(&first, 1).await;
    assert_eq!(world.ask("POST", &edit, &json!({ "by": "Grace" })).await.0, 200);

    let (status, answer) = world.reply(id, &json!({ "by": "Grace" })).await;
    assert_eq!(status, 200, "{answer}");

    let (second, raw) = world.newest_letter(id).await;
    let mail = mime::parse(&raw);
    assert_eq!(named(&mail), [BOB], "Ada has it");
    assert_eq!(second.enclosed, first.enclosed);
    let picture = mail.attachments.iter().find(|one| one.inline).unwrap();
    assert!(mail.html.contains(&format!("src=\"cid:{}\"", picture.content_id)), "{}", mail.html);
    assert_eq!(picture.content_id, format!("plan.png.{}@acme.example", second.id));

    world.refuses(&second, 0).await;
    let edit = format!("/api/v1/queue/{}-0/edit", second.id);
    assert_eq!(world.ask("POST", &edit, &json!({ "by": "Grace" })).await.0, 200);
    let right = "bob@other.example";
    let anew = json!({ "by": "Grace", "markdown": "Once more.", "to": right, "attachments": [] });
    assert_eq!(world.reply(id, &anew).await.0, 200);
    let (third, raw) = world.newest_letter(id).await;
    assert_eq!((named(&mime::parse(&raw)), third.enclosed.len()), (vec![right.to_owned()], 0));
    let (second, _) = world.letter(second.id).await;
    assert!(matches!(second.recipients[0].state, DeliveryState::Refused { .. }), "what became of it stays");
}
