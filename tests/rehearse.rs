//! `replyd rehearse`: past mail from a mailbox and from the daemon's own conversations, beside what people answered.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::fs;

use serde_json::{Value, json};
use support::{daemon::House, mails, names::Names, smtp::hand_in};

const ADA: &str = "ada@customer.example";
const BILLING: &str = "billing@acme.example";
const ASKED: &str = "Hello, how do I reset my password? Ada";
const ANSWERED: &str =
    "Hello Ada, choose \"Reset my password\", enter your mail address, and you receive a link that is valid.";

fn rehearsed(house: &House, arguments: &[&str]) -> Value {
    let done = house.run(&[&["rehearse", "--json"], arguments].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

#[test]
fn a_mailbox_of_the_past_tells_what_would_have_been_answered_and_touches_nothing() {
    // Given a mailbox in which a colleague answered one question as the pages do and another otherwise.
    let names = Names::start();
    let house = House::plain(&names);
    let mail = |from: &str, to: &str, fields: &str, text: &str| {
        format!(
            "From x Mon Nov 23 10:00:00 2026\nFrom: {from}\nTo: {to}\nSubject: {}Password\n{fields}\n{text}\n\n",
            if from == ADA { "" } else { "Re: " }
        )
    };
    let exchange = |n: u32, answer: &str| {
        let date = |minute| format!("Date: Mon, 23 Nov 2026 1{n}:0{minute}:00 +0000\n");
        let asked = mail(ADA, BILLING, &format!("{}Message-ID: <{n}@customer.example>\n", date(1)), ASKED);
        let quoted = format!("{answer}\n\nOn Monday, Ada wrote:\n> {ASKED}");
        let fields = format!("{}In-Reply-To: <{n}@customer.example>\n", date(2));
        asked + &mail("Grace <grace@acme.example>", ADA, &fields, &quoted)
    };
    let away = "Date: Mon, 23 Nov 2026 10:05:00 +0000\nAuto-Submitted: auto-replied\n";
    let mbox = [
        exchange(1, ANSWERED),
        exchange(2, "Passwords are kept by our partner; their hotline opens at noon and sends letters by post."),
        mail(ADA, BILLING, away, "I am away."),
    ];
    let path = house.data().with_file_name("past.mbox");
    fs::write(&path, mbox.concat()).unwrap();

    let told = rehearsed(&house, &["--from", path.to_str().unwrap(), "--address", BILLING]);

    let all = &told["report"]["all"];
    assert_eq!((&all["exchanges"], &all["answered"]), (&json!(2), &json!(2)), "{told:#}");
    assert_eq!((&all["agreed"], &all["erred"]), (&json!(1), &json!(1)), "{told:#}");
    assert_eq!(told["report"]["topics"][0]["name"], "password.md", "{told:#}");
    assert!(told["examples"][0]["a_person_said"].as_str().unwrap().starts_with("Passwords are kept"), "{told:#}");
    assert!(!house.data().join("replyd.sock").exists() && !house.outbox().exists());

    // What holds no answer of a person is no past to learn from.
    fs::write(&path, &mbox[2]).unwrap();
    let done = house.run(&["rehearse", "--from", path.to_str().unwrap(), "--address", BILLING]);
    assert_eq!(done.status.code(), Some(65), "{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn conversations_that_people_answered_are_rehearsed_while_the_daemon_runs() {
    // Given an address at which Autopilot is off, with a sign that means another in a query, and a person who answered there.
    const BILLING: &str = "billing+eu@acme.example";
    let names = Names::start();
    let house = House::plain(&names);
    house.change("billing@acme.example", BILLING);
    let daemon = house.start();
    hand_in(&daemon, ADA, &[BILLING], &mails::mail(ADA, BILLING, "1@customer.example", "Password", "", ASKED));
    let id = daemon.api().conversations()[0]["id"].as_str().unwrap().to_owned();
    let reply = json!({ "by": "Grace", "markdown": ANSWERED });
    daemon.api().send("POST", &format!("/api/v1/conversations/{id}/replies"), &reply);

    let told = rehearsed(&house, &["--from", "conversations", "--address", BILLING]);

    let all = &told["report"]["all"];
    assert_eq!((&all["exchanges"], &all["answered"], &all["agreed"]), (&json!(1), &json!(1), &json!(1)), "{told:#}");
    // Shadow: nothing was written but Grace's letter.
    assert_eq!(daemon.api().get("/api/v1/counts")["letters"], 1);
    daemon.stop();
    house.verify();
}
