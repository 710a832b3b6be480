//! What people do with conversations besides answering them, by API and command line, on a daemon that is killed meanwhile.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    io::Write,
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use serde_json::{Value, json};
use support::{
    daemon::{Daemon, House},
    mails,
    names::Names,
    smtp::hand_in,
};

const ADA: &str = "ada@customer.example";
const SUPPORT: &str = "support@acme.example";

/// Words that stand nowhere but in a note.
const SECRET: &str = "Zwetschgenknödel";

/// Ada writes; the path of her conversation.
fn opened(daemon: &Daemon) -> String {
    let mail = mails::mail(ADA, SUPPORT, "1@customer.example", "Parcel", "", "Where is it?");
    hand_in(daemon, ADA, &[SUPPORT], &mail);
    let conversation = format!("/api/v1/conversations/{}", daemon.api().conversations()[0]["id"].as_str().unwrap());
    // What the AI makes of it is over: a reply that came meanwhile would be told to read it first.
    daemon.until("it waits for a person", |api| api.get(&conversation)["waits_because"] != "");
    conversation
}

fn status(daemon: &Daemon, verb: &str, path: &str, value: &Value) -> (u16, String) {
    let (status, body) = daemon.api().attempt(verb, path, Some(value)).expect("a whole answer");
    (status, body["detail"].as_str().unwrap_or_default().to_owned())
}

/// Runs a command, which must succeed.
fn run_with(house: &House, args: &[&str], stdin: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replyd"));
    command.arg("--config").arg(house.config()).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_note_is_seen_by_the_house_and_stands_in_no_letter() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let conversation = opened(&daemon);
    let number = daemon.api().get(&conversation)["number"].to_string();

    let note = format!("@Grace knows {SECRET}");
    let view = daemon.api().send("POST", &format!("{conversation}/notes"), &json!({ "markdown": note, "by": "eve" }));
    let line = view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "note").unwrap();
    assert_eq!((&line["by"], &line["markdown"]), (&json!("eve"), &json!(note)));
    let shown = run_with(&house, &["conversations", "note", &number, "--by", "grace"], "so do I, @eve");
    assert!(shown.contains("note of eve") && shown.contains(SECRET), "{shown}");

    let mentions = daemon.api().get("/api/v1/mentions/grace");
    assert_eq!((mentions.as_array().unwrap().len(), &mentions[0]["number"]), (1, &view["number"]));
    assert_eq!(daemon.api().get("/api/v1/mentions/@eve")[0]["markdown"], "so do I, @eve");

    let reply = json!({ "markdown": "It has left.", "by": "grace" });
    daemon.api().send("POST", &format!("{conversation}/replies"), &reply);
    let sent = || std::fs::read_dir(house.outbox()).unwrap().map(|file| file.unwrap().path()).collect::<Vec<_>>();
    daemon.until("the letter is out", |_| house.outbox().exists() && !sent().is_empty());
    for file in sent() {
        let letter = String::from_utf8_lossy(&std::fs::read(file).unwrap()).into_owned();
        assert!(letter.contains("It has left.") && !letter.contains("knows"), "{letter}");
    }

    let bad = json!({ "markdown": " ", "by": "eve" });
    assert_eq!(status(&daemon, "POST", &format!("{conversation}/notes"), &bad), (400, "a note says something".into()));
    let nobody = status(&daemon, "POST", &format!("{conversation}/notes"), &json!({ "markdown": "x" }));
    assert_eq!(nobody, (400, "say who decides".into()));
    daemon.stop();
    assert_eq!(house.verify()["troubles"], json!([]));
}

#[test]
fn hands_change_and_are_named() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let conversation = opened(&daemon);
    let number = daemon.api().get(&conversation)["number"].to_string();
    let assign = |to: Value| daemon.api().send("POST", &format!("{conversation}/assign"), &to);

    assert_eq!(assign(json!({ "by": "eve" }))["owner"], json!({ "person": "eve" }), "she takes it herself");
    assert_eq!(assign(json!({ "to": { "person": "max" }, "by": "eve" }))["owner"], json!({ "person": "max" }));
    run_with(&house, &["conversations", "assign", &number, "team", "--by", "max"], "");
    assert_eq!(daemon.api().get(&conversation)["owner"], "team");
    let told: Vec<String> = daemon.api().get(&conversation)["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["name"] == "assigned" || line["name"] == "taken")
        .map(|line| line["words"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(told[0].starts_with("eve answers from now on"), "{told:?}");
    assert_eq!(
        told[1..],
        ["eve gives it to max, who answers from now on".to_owned(), "max gives it to the team".to_owned()]
    );
    daemon.stop();
}

#[test]
fn what_is_put_off_wakes_though_the_daemon_was_killed() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let conversation = opened(&daemon);
    let number = daemon.api().get(&conversation)["number"].to_string();
    let snooze = format!("{conversation}/snooze");

    run_with(&house, &["conversations", "snooze", &number, "3h", "--by", "eve"], "");
    assert!(daemon.api().get(&conversation)["snoozed_until"].is_u64());
    let soon = SystemTime::now() + Duration::from_secs(2);
    let soon = jiff::Timestamp::try_from(soon).unwrap().to_string();
    daemon.api().send("POST", &snooze, &json!({ "until": soon, "by": "eve" }));
    for bad in ["soon", "2020-01-01T00:00:00Z", "9000d"] {
        let (code, words) = status(&daemon, "POST", &snooze, &json!({ "until": bad, "by": "eve" }));
        assert_eq!(code, 400, "{bad}: {words}");
    }
    daemon.kill();

    let daemon = house.start();
    daemon.until("it is back", |api| api.get(&conversation)["snoozed_until"].is_null());
    let view = daemon.api().get(&conversation);
    let woke = view["timeline"].as_array().unwrap().iter().filter(|line| line["name"] == "woke").count();
    assert_eq!(woke, 1, "{view:#}");
    assert!(!view["waits_because"].as_str().unwrap().is_empty());

    daemon.api().send("POST", &snooze, &json!({ "until": "1d", "by": "eve" }));
    let mail = mails::mail(ADA, SUPPORT, "2@customer.example", &format!("Re: Parcel [{number}]"), "", "Hello?");
    hand_in(&daemon, ADA, &[SUPPORT], &mail);
    let view = daemon.api().get(&conversation);
    assert!(view["snoozed_until"].is_null(), "{view:#}");
    daemon.stop();
    assert_eq!(house.verify()["troubles"], json!([]));
}

#[test]
fn what_was_read_and_what_was_begun_is_each_persons_own_and_survives() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let conversation = opened(&daemon);
    let id = conversation.rsplit('/').next().unwrap().to_owned();
    let seen =
        |daemon: &Daemon, by: &str| daemon.api().get(&format!("/api/v1/seen?by={by}&conversations={id}"))[0].clone();

    assert_eq!(seen(&daemon, "eve")["unread"], true);
    daemon.api().send("PUT", &format!("{conversation}/seen"), &json!({ "by": "eve" }));
    let mine = format!("{conversation}/drafts/mine");
    let dear = json!({ "markdown": "Dear Ada,\n\n", "by": "eve" });
    daemon.api().send("PUT", &mine, &dear);
    let long = json!({ "markdown": "x".repeat(64 * 1024 + 1), "by": "eve" });
    assert_eq!(status(&daemon, "PUT", &mine, &long).0, 400);
    daemon.kill();

    let daemon = house.start();
    assert_eq!((&seen(&daemon, "eve")["unread"], &seen(&daemon, "max")["unread"]), (&json!(false), &json!(true)));
    assert_eq!(daemon.api().get(&format!("{mine}?by=eve"))["markdown"], dear["markdown"]);
    assert_eq!(daemon.api().get(&format!("{mine}?by=max"))["markdown"], "");
    assert!(daemon.api().get(&conversation)["draft"].is_null());
    daemon.api().send(
        "POST",
        &format!("{conversation}/replies"),
        &json!({ "markdown": "Dear Ada, hello", "by": "eve" }),
    );
    assert_eq!(daemon.api().get(&format!("{mine}?by=eve"))["markdown"], "");
    assert_eq!(seen(&daemon, "eve")["unread"], true, "her own letter is new too, until the page is opened");

    daemon.api().send("PUT", &mine, &json!({ "markdown": "P.S.", "by": "eve" }));
    daemon.api().send("DELETE", &format!("{mine}?by=eve"), &json!(null));
    assert_eq!(daemon.api().get(&format!("{mine}?by=eve"))["at"], json!(null));
    daemon.stop();
    assert_eq!(house.verify()["troubles"], json!([]));
}

#[test]
fn prepared_replies_are_filled_from_the_conversation() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let conversation = opened(&daemon);
    let number = daemon.api().get(&conversation)["number"].to_string();
    let put = |name: &str, markdown: &str, address: Value| {
        let body = json!({ "title": "Hello", "markdown": markdown, "address": address, "by": "eve" });
        status(&daemon, "PUT", &format!("/api/v1/canned/{name}"), &body)
    };
    assert_eq!(put("hello", "{{contact.name}}, {{number}} at {{address}}: {{agent.name}}", json!(null)).0, 200);
    assert_eq!(put("other", "x", json!("billing@acme.example")).0, 200);
    let (code, words) = put("hello", "{{contact.phone}}", json!(null));
    assert_eq!(code, 400);
    assert!(words.contains("`{{contact.phone}}` is no variable"), "{words}");

    let filled = daemon.api().get(&format!("{conversation}/canned/hello?by=max"));
    assert_eq!(filled["markdown"], format!("Customer, {number} at {SUPPORT}: max"));
    let here = daemon.api().get(&format!("/api/v1/canned?address={SUPPORT}"));
    assert_eq!(here.as_array().unwrap().iter().map(|row| &row["name"]).collect::<Vec<_>>(), ["hello"]);
    assert_eq!(daemon.api().get("/api/v1/canned").as_array().unwrap().len(), 2);
    let (code, _) = status(&daemon, "GET", &format!("{conversation}/canned/other?by=max"), &json!(null));
    assert_eq!(code, 400);
    daemon.api().send("DELETE", "/api/v1/canned/other?by=eve", &json!(null));
    assert_eq!(status(&daemon, "GET", "/api/v1/canned/other", &json!(null)).0, 404);
    daemon.stop();
}

#[test]
fn a_domain_is_blocked_and_let_in_again_and_nothing_is_lost() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let (api, none) = (daemon.api(), json!(null));
    let block = json!({ "who": "Spam.example", "why": "only spam", "by": "eve" });
    assert_eq!(api.send("POST", "/api/v1/blocked", &block)["who"], json!({ "domain": "spam.example" }));
    assert_eq!(status(&daemon, "POST", "/api/v1/blocked", &block).0, 400, "it is blocked already");
    for bad in
        [json!({ "who": "com", "why": "x", "by": "eve" }), json!({ "who": "a.example", "why": " ", "by": "eve" })]
    {
        assert_eq!(status(&daemon, "POST", "/api/v1/blocked", &bad).0, 400, "{bad}");
    }
    assert_eq!(api.get("/api/v1/blocked").as_array().unwrap().len(), 1);
    let gone = api.send("DELETE", "/api/v1/blocked/spam.example?by=eve", &none);
    assert_eq!(gone["why"], "only spam");
    assert_eq!(status(&daemon, "DELETE", "/api/v1/blocked/spam.example?by=eve", &none).0, 404);
    daemon.stop();
    assert_eq!(house.verify()["troubles"], json!([]));
}

#[test]
fn mails_about_something_else_are_split_by_command() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let conversation = opened(&daemon);
    let number = daemon.api().get(&conversation)["number"].to_string();
    let subject = format!("Re: Parcel [{number}]");
    let mail = mails::mail(ADA, SUPPORT, "2@customer.example", &subject, "", "And my invoice is wrong.");
    let id = hand_in(&daemon, ADA, &[SUPPORT], &mail);
    let before = daemon.api().conversations().len();

    // What proves nothing opens one of its own: it is brought home first.
    let all = daemon.api().conversations();
    let own: u64 = number.parse().unwrap();
    if let Some(other) = all.iter().find(|row| row["number"] != own) {
        daemon.api().send("POST", &format!("{conversation}/merge"), &json!({ "from": other["id"] }));
    }
    let shown = run_with(&house, &["--json", "conversations", "split", &number, &id, "--by", "eve"], "");
    let new: Value = serde_json::from_str(&shown).unwrap();
    assert_ne!(new["number"].to_string(), number);
    assert_eq!(new["split_from"], daemon.api().get(&conversation)["id"]);
    let kinds =
        |view: &Value| view["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "mail").count();
    assert_eq!((kinds(&new), kinds(&daemon.api().get(&conversation))), (1, 1));
    assert_eq!(daemon.api().conversations().len(), 2, "{before}");
    let again = json!({ "mails": [id], "by": "eve" });
    assert_eq!(status(&daemon, "POST", &format!("{conversation}/split"), &again).0, 404);
    daemon.stop();
    assert_eq!(house.verify()["troubles"], json!([]));
}

#[test]
fn what_was_redacted_is_read_nowhere_and_said_by_whom() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let words = format!("My card number is {SECRET}, please hurry.");
    let parts = format!(
        "From: Ada <{ADA}>\r\nTo: {SUPPORT}\r\nSubject: {SECRET}\r\nDate: Sun, 22 Nov 2026 12:00:00 +0000\r\n\
         Message-ID: <1@customer.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n--b\r\n\
         Content-Type: text/plain; charset=utf-8; name=card.txt\r\nContent-Disposition: attachment; filename=card.txt\r\n\r\n\
         {SECRET}\r\n--b--\r\n"
    );
    let id = hand_in(&daemon, ADA, &[SUPPORT], parts.as_bytes());
    let conversation = format!("/api/v1/conversations/{}", daemon.api().conversations()[0]["id"].as_str().unwrap());
    let view = daemon.api().get(&conversation);
    let file =
        view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "mail").unwrap()["attached"][0].clone();
    assert_eq!(
        daemon.api().answer("GET", &format!("/api/v1/attachments/{}", file["id"].as_str().unwrap())).1.len(),
        SECRET.len()
    );

    let path = format!("/api/v1/messages/{id}/redact");
    assert_eq!(status(&daemon, "POST", &path, &json!({ "why": " ", "by": "eve" })).0, 400);
    let done = daemon.api().send("POST", &path, &json!({ "why": "a card number", "by": "eve" }));
    assert_eq!(done["quoted_by"], json!([]));
    assert!(done["stays"].as_str().unwrap().contains("journal"), "{done}");
    let nowhere = |daemon: &Daemon| {
        let told = [daemon.api().get(&conversation), daemon.api().why(&id)].map(|value| value.to_string()).concat();
        assert!(!told.contains(SECRET) && told.contains("[redacted]"), "{told}");
        assert!(!String::from_utf8_lossy(&daemon.api().raw(&id)).contains(SECRET));
    };
    nowhere(&daemon);
    assert!(daemon.api().get(&conversation).to_string().contains("eve redacted mail"));
    let derived = Command::new("grep").args(["-rl", SECRET]).arg(house.data().join("attachments")).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&derived.stdout), "");
    assert_eq!(status(&daemon, "POST", &path, &json!({ "why": "again", "by": "eve" })).0, 400);
    daemon.kill();
    let daemon = house.start();
    nowhere(&daemon);
    daemon.stop();
    assert_eq!(house.verify()["troubles"], json!([]));
}
