//! What waits with a doubt, over the real door and the real control socket: seen, let in, thrown out, learned from.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use replyd::playground::Key;
use serde_json::{Value, json};
use support::{
    daemon::{Daemon, House, QUESTION},
    mails,
    names::Names,
    smtp::hand_in,
};

const SUPPORT: &str = "support@acme.example";
/// Its domain sends from nowhere and asks to reject.
const STRICT: &str = "bob@strict.example";

/// A mail that says it is Bob's, in an envelope of `sender`; its queue id.
fn arrives(daemon: &Daemon, sender: &str, n: u32, text: &str) -> String {
    let mail = mails::mail(STRICT, SUPPORT, &format!("{n}@strict.example"), "Parcel", "", text);
    hand_in(daemon, sender, &[SUPPORT], &mail)
}

fn held(daemon: &Daemon) -> Vec<Value> {
    daemon.api().held()
}

fn succeeds(house: &House, args: &[&str]) -> String {
    let done = house.run(args);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_held_mail_is_seen_with_reason_and_preview_and_let_in_by_hand() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let id = arrives(&daemon, STRICT, 1, QUESTION);
    let listed = held(&daemon);
    assert_eq!(listed.len(), 1);
    assert!(listed[0]["reasons"][0].as_str().unwrap().contains("strict.example"), "{listed:#?}");
    assert_eq!(listed[0]["preview"], QUESTION);
    let line = succeeds(&house, &["held", "list"]);
    assert!(line.contains(&id) && line.contains(QUESTION) && line.contains("strict.example"), "{line}");
    let shown = succeeds(&house, &["held", "show", &id]);
    assert!(shown.contains("level 0") && shown.contains(QUESTION), "{shown}");

    let told = succeeds(&house, &["held", "release", &id, "--by", "Eve"]);
    assert!(told.starts_with("it lies in conversation "), "{told}");
    let conversations = daemon.api().conversations();
    assert_eq!(conversations[0]["waits_because"], "Eve released it from the held list");
    assert!(held(&daemon).is_empty());
    assert_eq!(daemon.api().get("/api/v1/counts")["letters"], 0, "nobody asked the AI");
    let why = succeeds(&house, &["why", &id]);
    assert!(why.contains("Eve released it from the held list"), "{why}");
    let again = house.run(&["held", "release", &id, "--by", "Eve"]);
    assert!(String::from_utf8_lossy(&again.stderr).contains("is not held"), "{again:?}");
    daemon.stop();
    let counts = &house.verify()["counts"];
    assert_eq!((&counts["accepted"], &counts["shown"], &counts["held"]), (&json!(1), &json!(1), &json!(0)));
}

#[test]
fn who_vouches_for_a_held_mail_lets_the_ai_answer_it() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let id = arrives(&daemon, STRICT, 1, QUESTION);
    let row: Value =
        serde_json::from_str(&succeeds(&house, &["held", "release", &id, "--by", "Eve", "--answer", "--json"]))
            .unwrap();
    let number = row["number"].to_string();
    daemon.until("the AI has answered", |api| api.get("/api/v1/counts")["letters"] == 1);
    let conversation = daemon.api().conversation(&number);
    assert_eq!(conversation["level"], 1, "a person's word is no proof: {conversation:#}");
    daemon.stop();
}

#[test]
fn a_discarded_mail_can_be_explained() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let id = arrives(&daemon, STRICT, 1, "You have won.");
    let silent = house.run(&["held", "discard", &id, "--by", "Eve", "--why", " "]);
    assert!(!silent.status.success(), "nothing is thrown out without a reason");
    succeeds(&house, &["held", "discard", &id, "--by", "Eve", "--why", "spam"]);
    assert!(held(&daemon).is_empty());
    let why = succeeds(&house, &["why", &id]);
    assert!(why.contains("discarded from the held list by Eve") && why.contains(": spam"), "{why}");
    daemon.stop();
    assert_eq!(house.verify()["counts"]["discarded"], 1);
}

#[test]
fn a_forwarder_that_was_learned_is_heard_at_its_address_only_until_it_is_forgotten() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    // customer.example may send from here: as an envelope it is a forwarder that SPF knows.
    let relay = "srs0=hash=bob@customer.example";
    let first = arrives(&daemon, relay, 1, "First.");
    assert_eq!(held(&daemon).len(), 1);
    succeeds(&house, &["held", "release", &first, "--by", "Eve", "--always-from-this-forwarder"]);
    let learned = succeeds(&house, &["held", "learned"]);
    assert!(learned.contains("envelope_domain  customer.example") && learned.contains("by Eve"), "{learned}");

    let second = arrives(&daemon, relay, 2, "Second.");
    assert!(held(&daemon).is_empty(), "it is not held any more");
    let why = daemon.api().why(&second);
    assert_eq!(why["verdicts"]["level"], 1, "and proves nothing");
    assert!(why["verdicts"]["sentence"].as_str().unwrap().contains("Eve said so"), "{why:#}");
    assert!(daemon.api().get("/api/v1/counts")["letters"] == 0);
    // Straight from anywhere else it is what it was.
    arrives(&daemon, STRICT, 3, "Third.");
    assert_eq!(held(&daemon).len(), 1);

    succeeds(&house, &["held", "forget", "--address", SUPPORT, "--envelope-domain", "customer.example"]);
    arrives(&daemon, relay, 4, "Fourth.");
    assert_eq!(held(&daemon).len(), 2);
    daemon.stop();
    house.verify();
}

#[test]
fn a_seal_that_was_learned_is_believed_at_its_address_and_nowhere_else() {
    let names = Names::start();
    let relay = Key::ed25519("relay.example", "arc").unwrap();
    relay.publish(names.zone());
    let house = House::plain(&names);
    let daemon = house.start();
    let arrives = |n: u32, to: &str, passed: bool| {
        let mail = mails::mail(STRICT, to, &format!("{n}@strict.example"), "Password", "", QUESTION);
        let sealed = names.sealed(&mail, &relay, "strict.example", passed);
        hand_in(&daemon, "bounce@relay.example", &[to], &sealed)
    };
    let first = arrives(1, SUPPORT, true);
    assert_eq!(held(&daemon).len(), 1, "anybody can seal");
    succeeds(&house, &["held", "release", &first, "--by", "Eve", "--always-from-this-forwarder"]);
    assert!(succeeds(&house, &["held", "learned"]).contains("arc_sealer  relay.example"));

    let second = arrives(2, SUPPORT, true);
    let why = daemon.api().why(&second);
    assert_eq!(why["verdicts"]["level"], 2, "{why:#}");
    assert!(why["verdicts"]["sentence"].as_str().unwrap().contains("its seal counts because Eve said so"), "{why:#}");
    // What the forwarder itself says failed, and what reaches another address, is as doubtful as before.
    arrives(3, SUPPORT, false);
    arrives(4, "billing@acme.example", true);
    assert_eq!(held(&daemon).len(), 2);
    succeeds(&house, &["held", "forget", "--address", SUPPORT, "--arc-sealer", "relay.example"]);
    arrives(5, SUPPORT, true);
    assert_eq!(held(&daemon).len(), 3);
    daemon.stop();
    house.verify();
}
