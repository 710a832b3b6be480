//! People and the AI's drafts at a terminal, and what they are told of a conversation that the AI gave them.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use serde_json::Value;
use support::{
    daemon::{Daemon, House},
    mails,
    names::Names,
    smtp::hand_in,
};

const ADA: &str = "ada@customer.example";
const SUPPORT: &str = "support@acme.example";
const QUESTION: &str = "How do I reset my password?";

/// Ada writes at the support address; the number of her conversation.
fn ada_writes(daemon: &Daemon, id: &str, subject: &str, text: &str) -> String {
    hand_in(daemon, ADA, &[SUPPORT], &mails::mail(ADA, SUPPORT, id, subject, "", text));
    let all = daemon.api().conversations();
    all.iter().find(|row| row["title"] == subject).unwrap()["number"].to_string()
}

fn succeeds(house: &House, args: &[&str]) -> String {
    let done = house.run(args);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn waits_with_a_draft(daemon: &Daemon, number: &str) {
    let number = number.to_owned();
    daemon.until("a draft waits", move |api| api.conversation(&number)["draft"].is_object());
}

fn letters(view: &Value) -> Vec<&Value> {
    view["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "letter").collect()
}

#[test]
fn a_draft_is_sent_as_it_is_changed_written_anew_or_thrown_away() {
    let names = Names::start();
    let house = House::plain(&names);
    house.change("autopilot = \"on\"", "autopilot = \"assist\"");
    let daemon = house.start();

    // As it is.
    let number = ada_writes(&daemon, "1@customer.example", "Password", QUESTION);
    waits_with_a_draft(&daemon, &number);
    let shown = succeeds(&house, &["conversations", "reply", &number, "--by", "Eve", "--draft"]);
    assert!(shown.contains("the AI's draft as it was"), "{shown}");

    // Written anew: the built-in answerer cannot, and what waited waits on.
    let number = ada_writes(&daemon, "2@customer.example", "Password again", QUESTION);
    waits_with_a_draft(&daemon, &number);
    succeeds(&house, &["conversations", "rewrite", &number, "shorter, please", "--by", "Eve"]);
    let refused = number.clone();
    daemon.until("it could not", move |api| {
        let view = api.conversation(&refused);
        view["timeline"].as_array().unwrap().iter().any(|line| line["name"] == "not_rewritten")
    });
    let view = daemon.api().conversation(&number);
    let draft = view["draft"]["markdown"].as_str().unwrap();
    // Changed.
    let path = format!("/api/v1/conversations/{number}/replies");
    let body = serde_json::json!({ "by": "Eve", "markdown": format!("{draft}\n\nBest wishes") });
    let sent = daemon.api().send("POST", &path, &body);
    assert!(letters(&sent)[0]["origin"]["draft_edited"]["kept_percent"].as_u64().unwrap() > 90, "{sent:#}");

    // Thrown away; and a second time there is nothing.
    let number = ada_writes(&daemon, "3@customer.example", "Password, third", QUESTION);
    waits_with_a_draft(&daemon, &number);
    let shown = succeeds(&house, &["conversations", "discard", &number, "--by", "Eve", "--why", "she is a friend"]);
    assert!(shown.contains("Eve discarded the draft: she is a friend"), "{shown}");
    let again = house.run(&["conversations", "discard", &number, "--by", "Eve"]);
    assert!(!again.status.success());
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(told.contains("no draft waits"), "{told}");
    daemon.stop();
    house.verify();
}

#[test]
fn people_are_told_why_they_have_a_conversation_and_find_all_of_a_kind() {
    let names = Names::start();
    let house = House::plain(&names);
    let topic = "autopilot = \"on\"\nacknowledge_handoff = true\n[[address.topic]]\nname = \"Refunds & returns\"\n\
        examples = [\"give me my money back\"]\n";
    house.change("autopilot = \"on\"", topic);
    let daemon = house.start();
    let text = "This is ridiculous!!! Give me my money back for order 20991. When will that be?";
    let number = ada_writes(&daemon, "1@customer.example", "Order", text);
    let given = number.clone();
    daemon.until("people have it", move |api| api.conversation(&given)["handed_off"].is_object());

    let shown = succeeds(&house, &["conversations", "show", &number]);
    for words in [
        "handed to people (forbidden_topic, topic “Refunds & returns”), the customer sounds angry",
        "asks: When will that be?",
        "names: 20991",
        "acknowledges the hand-off",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
    let listed = |args: &[&str]| succeeds(&house, &[&["conversations", "list"], args].concat());
    assert!(listed(&["--handed-off", "forbidden_topic", "--topic", "Refunds & returns"]).contains(&number));
    assert_eq!(listed(&["--handed-off", "frustration"]), "");
    assert!(!house.run(&["conversations", "list", "--handed-off", "anger"]).status.success());
    let view = daemon.api().conversation(&number);
    let mail = view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "mail").unwrap();
    let why = succeeds(&house, &["why", mail["id"].as_str().unwrap()]);
    assert!(why.contains("handed to people at") && why.contains("forbidden_topic, topic “Refunds & returns”"), "{why}");
    daemon.stop();
    house.verify();
}
