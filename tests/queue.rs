//! Letters on their way out, as people see them at a terminal: what waits, what was refused, what they do about it.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, TcpListener},
    process::{Command, Stdio},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};
use support::{
    daemon::{Daemon, House, QUESTION, TO_FILES},
    mails,
    names::Names,
    smtp::{hand_in, receive},
};

const ADA: &str = "ada@customer.example";
const SUPPORT: &str = "support@acme.example";
/// Autopilot is off there.
const BILLING: &str = "billing@acme.example";

/// Letters leave, but acme.example has no DNS rows.
const BY_MX: &str = "route = \"mx\"\nport = 25";

/// A mail of Ada's, answered by Eve with these words; the conversation's number.
fn eve_answers(daemon: &Daemon, n: u32, words: &str) -> String {
    let mail = mails::mail(ADA, BILLING, &format!("{n}@customer.example"), &format!("Bill {n}"), "", QUESTION);
    hand_in(daemon, ADA, &[BILLING], &mail);
    let number = daemon.api().conversations()[0]["number"].to_string();
    let path = format!("/api/v1/conversations/{number}/replies");
    daemon.api().send("POST", &path, &json!({ "markdown": words, "by": "Eve" }));
    number
}

fn succeeds(house: &House, args: &[&str]) -> String {
    let done = house.run(args);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// Ada's server: takes one letter and gives what it heard.
fn server() -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, thread::spawn(move || receive(listener.accept().unwrap().0)))
}

fn refused(row: &Value) -> bool {
    row["state"] == "refused"
}

#[test]
fn a_letter_refused_for_missing_dns_rows_is_listed_tried_again_or_dropped() {
    let names = Names::start();
    let house = House::plain(&names);
    house.change(TO_FILES, BY_MX);
    let daemon = house.start();
    let first = eve_answers(&daemon, 1, "You paid twice.");
    daemon.until("it is refused", |api| api.queue().iter().any(refused));
    let second = eve_answers(&daemon, 2, "You paid once.");
    daemon.until("both are refused", |api| api.queue().iter().filter(|row| refused(row)).count() == 2);

    let listed = succeeds(&house, &["queue", "list"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].contains(&second) && lines[1].contains(&first), "newest first: {listed}");
    assert!(lines.iter().all(|line| line.contains(ADA) && line.contains("acme.example")), "{listed}");
    let [dropped, retried] = [0, 1].map(|n| lines[n].split(' ').next().unwrap().to_owned());
    let shown = succeeds(&house, &["queue", "show", &retried]);
    assert!(shown.contains("You paid twice.") && shown.contains("refused"), "{shown}");
    let at_once = succeeds(&house, &["conversations", "show", &first]);
    assert!(at_once.contains("refused") && !at_once.contains(": sent "), "{at_once}");
    let nameless = house.run(&["queue", "drop", &dropped, "--why", "she called"]);
    assert_eq!(nameless.status.code(), Some(64), "who drops it must be said");
    succeeds(&house, &["queue", "drop", &dropped, "--by", "Eve", "--why", "she called"]);
    let told = succeeds(&house, &["conversations", "show", &second]);
    assert!(told.contains("Eve dropped the letter to ada@customer.example: she called"), "{told}");
    daemon.stop();

    house.change(BY_MX, TO_FILES);
    let daemon = house.start();
    assert_eq!(daemon.api().queue().len(), 1, "dropped for good, and the other waits for a person");
    let letter: Value = serde_json::from_str(&succeeds(&house, &["queue", "show", &retried, "--json"])).unwrap();
    succeeds(&house, &["queue", "retry", &retried, "--by", "Eve"]);
    daemon.until("it has left", |api| api.queue().is_empty());
    let file = house.outbox().join(format!("{retried}.eml"));
    let sent = fs::read_to_string(file).unwrap();
    assert!(sent.contains(letter["message_id"].as_str().unwrap()), "{sent}");
    assert!(succeeds(&house, &["conversations", "show", &first]).contains(": sent "));
    let late = house.run(&["queue", "drop", &retried, "--by", "Eve", "--why", "too late"]);
    assert_eq!(late.status.code(), Some(75), "{}", String::from_utf8_lossy(&late.stderr));
    assert_eq!(house.run(&["queue", "show", "nothing"]).status.code(), Some(65));
    daemon.stop();
    house.verify();
}

#[test]
fn a_reply_can_be_recalled_until_it_leaves_and_its_words_are_a_draft_again() {
    let names = Names::start();
    let house = House::plain(&names);
    house.change("undo_secs = 0", "undo_secs = 600");
    let daemon = house.start();
    let number = eve_answers(&daemon, 1, "You paid **twice**.");
    let waiting = &daemon.api().queue()[0];
    assert_eq!((&waiting["state"], &waiting["tries"]), (&json!("waiting"), &json!(0)), "{waiting:#}");
    let id = waiting["letter"].as_str().unwrap().to_owned();

    let shown = succeeds(&house, &["conversations", "recall", &format!("#{number}"), "--by", "Eve"]);

    assert!(shown.contains("recalled") && !shown.contains(": sent "), "{shown}");
    assert_eq!(daemon.api().conversation(&number)["draft"]["markdown"], "You paid **twice**.");
    assert_eq!(daemon.api().queue(), Vec::<Value>::new());
    let again = house.run(&["queue", "recall", &id, "--by", "Eve"]);
    assert_eq!(again.status.code(), Some(75), "{}", String::from_utf8_lossy(&again.stderr));
    // She sends the draft after all, and does not want to wait.
    succeeds(&house, &["conversations", "reply", &number, "--by", "Eve", "--draft"]);
    let second = daemon.api().queue()[0]["letter"].as_str().unwrap().to_owned();
    succeeds(&house, &["queue", "retry", &second]);
    daemon.until("it has left", |api| api.queue().is_empty());
    assert!(!house.outbox().join(format!("{id}-0.eml")).exists());
    assert!(house.outbox().join(format!("{second}-0.eml")).exists());
    let late = house.run(&["conversations", "recall", &number, "--by", "Eve"]);
    assert_eq!(late.status.code(), Some(75), "{}", String::from_utf8_lossy(&late.stderr));
    daemon.stop();
    house.verify();
}

#[test]
fn the_ai_takes_a_recalled_letter_for_no_answer() {
    let names = Names::start();
    let house = House::plain(&names);
    house.change("undo_secs = 0", "undo_secs = 600");
    let daemon = house.start();
    let unanswerable = mails::mail(ADA, SUPPORT, "1@customer.example", "Piano", "", "Who tunes the piano on Sundays?");
    hand_in(&daemon, ADA, &[SUPPORT], &unanswerable);
    let number = daemon.api().conversations()[0]["number"].to_string();
    let handed_off = |n: usize| {
        let number = number.clone();
        move |api: &support::api::Api| {
            let view = api.conversation(&number);
            view["timeline"].as_array().unwrap().iter().filter(|line| line["name"] == "handed_off").count() == n
        }
    };
    daemon.until("the AI has handed it over", handed_off(1));
    let path = format!("/api/v1/conversations/{number}/replies");
    daemon.api().send("POST", &path, &json!({ "markdown": "Bob does.", "by": "Eve" }));
    succeeds(&house, &["conversations", "recall", &number, "--by", "Eve"]);

    succeeds(&house, &["conversations", "give-back", &number]);

    daemon.until("the AI has thought about it once more", handed_off(2));
    daemon.stop();
}

#[test]
fn a_row_that_was_just_published_lets_a_refused_letter_go_at_once() {
    let names = Names::start();
    names.zone().mx("customer.example", 10, "mx.customer.example").a("mx.customer.example", Ipv4Addr::LOCALHOST);
    let (port, served) = server();
    let house = House::plain(&names);
    house.change(TO_FILES, &format!("route = \"mx\"\nport = {port}"));
    let rows = house.add_domain();
    let daemon = house.start();
    let number = eve_answers(&daemon, 1, "You paid twice.");
    daemon.until("it is refused", |api| api.queue().iter().any(refused));
    let letter = daemon.api().queue()[0]["letter"].as_str().unwrap().to_owned();
    let waits = daemon.api().conversation(&number)["waits_because"].to_string();
    assert!(waits.contains("_domainkey.acme.example"), "{waits}");

    names.publish(&rows);
    succeeds(&house, &["queue", "retry", &letter, "--by", "Eve"]);

    daemon.until("it has left", |api| api.queue().is_empty());
    let shown: Value = serde_json::from_str(&succeeds(&house, &["queue", "show", &letter, "--json"])).unwrap();
    let one = &shown["deliveries"][0];
    assert_eq!((&one["state"], &one["tries"]), (&json!("accepted"), &json!(2)), "{shown:#}");
    assert!(one["words"].as_str().unwrap().ends_with("250 2.0.0 Ok: queued as 4f2"), "{one}");
    assert_eq!(daemon.api().conversation(&number)["waits_because"], "");
    let heard = served.join().unwrap();
    assert!(heard.contains("DKIM-Signature:") && heard.contains(shown["message_id"].as_str().unwrap()), "{heard}");
    daemon.stop();
    house.verify();
}

#[test]
fn what_a_person_wrote_leaves_by_itself_and_what_the_ai_wrote_does_not_wait() {
    let names = Names::start();
    let house = House::plain(&names);
    house.change("undo_secs = 0", "undo_secs = 600");
    let daemon = house.start();
    let question = mails::mail(ADA, SUPPORT, "1@customer.example", "Password", "", QUESTION);
    hand_in(&daemon, ADA, &[SUPPORT], &question);
    daemon.until("the AI's answer has left", |api| api.queue().is_empty() && api.get("/api/v1/counts")["letters"] == 1);
    daemon.stop();

    house.change("undo_secs = 600", "undo_secs = 1");
    let daemon = house.start();
    eve_answers(&daemon, 2, "You paid twice.");
    daemon.until("hers has left", |api| api.queue().is_empty());
    assert_eq!(fs::read_dir(house.outbox()).unwrap().count(), 2);
    daemon.stop();
}

/// `replyd conversations reply`, the words on standard input.
fn replies(house: &House, args: &[&str], words: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replyd"));
    command.arg("--config").arg(house.config()).args(["conversations", "reply"]).args(args);
    let mut run = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    run.stdin.take().unwrap().write_all(words.as_bytes()).unwrap();
    let done = run.wait_with_output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

#[test]
fn a_refused_letter_is_written_anew_to_another_address_with_its_file() {
    let names = Names::start();
    let house = House::plain(&names);
    house.change(TO_FILES, BY_MX);
    let daemon = house.start();
    let mail = mails::mail(ADA, BILLING, "1@customer.example", "Bill", "", QUESTION);
    hand_in(&daemon, ADA, &[BILLING], &mail);
    let number = daemon.api().conversations()[0]["number"].to_string();
    let bill = house.data().join("bill.csv");
    fs::write(&bill, "date,amount\n2026-11-22,12.50\n").unwrap();
    let copy = "bob@customer.example";
    let with = [&number, "--by", "Eve", "--attach", bill.to_str().unwrap(), "--cc", copy];
    let told = replies(&house, &with, "You paid twice.");
    assert!(told.contains("with bill.csv (text/csv, 29 octets)") && told.contains("copies to bob@"), "{told}");
    daemon.until("both are refused", |api| api.queue().iter().filter(|row| refused(row)).count() == 2);
    let rows = daemon.api().queue();
    let adas = rows.iter().find(|row| row["to"] == ADA).unwrap()["id"].as_str().unwrap().to_owned();

    let told = succeeds(&house, &["queue", "edit", &adas, "--by", "Eve"]);
    assert!(told.contains(&format!("reply {number} --by Eve --draft")), "{told}");
    let right = "ada.l@customer.example";
    let again = succeeds(&house, &["conversations", "reply", &number, "--by", "Eve", "--draft", "--to", right]);
    assert!(again.contains("takes letter") && again.matches("You paid twice.").count() == 2, "{again}");

    let view = daemon.api().conversation(&number);
    let line = view["timeline"].as_array().unwrap();
    let letters: Vec<&Value> = line.iter().filter(|line| line["kind"] == "letter").collect();
    let to = |letter: &Value| {
        letter["deliveries"].as_array().unwrap().iter().map(|one| one["to"].clone()).collect::<Vec<_>>()
    };
    assert_eq!((to(letters[0]), to(letters[1])), (vec![json!(ADA), json!(copy)], vec![json!(right)]));
    assert_eq!(letters[0]["deliveries"][0]["state"], "refused", "what became of it stays");
    assert_eq!(letters[0]["enclosed"], letters[1]["enclosed"]);
    assert_ne!(letters[0]["message_id"], letters[1]["message_id"]);
    daemon.stop();
}
