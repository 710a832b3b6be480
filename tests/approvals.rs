//! People let the AI's calls of tools run, or do not: the daemon, a scripted model, a tool's server, and the terminal.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{fs, thread};

use replyd::playground::{AskedModel, Models, Turn};
use serde_json::{Value, json};
use support::{
    daemon::{Daemon, House},
    mails,
    names::Names,
    smtp::hand_in,
    tool_server::{Heard, Says, ToolServer},
};

const SUPPORT: &str = "support@acme.example";

/// What the tool says of an order, and an answer may repeat.
fn refunded(order: &str) -> String {
    format!("The refund of order {order} is on its way.")
}

/// Wants a refund of the order that the mail names; says what it gave, when it was let run.
fn model_says(asked: &AskedModel) -> Turn {
    let text = asked.text();
    let order = text.split("refund order ").nth(1).unwrap()[..2].to_owned();
    if text.contains("A person of the team let this call run: refund") {
        return Turn::Says(json!({"paragraphs": [{"markdown": refunded(&order), "source": "P1"}]}).to_string());
    }
    Turn::Calls(vec![("refund".into(), json!({"order": order}))])
}

fn refunds(heard: &Heard) -> Says {
    let body: Value = serde_json::from_str(&heard.body).unwrap();
    Says::Text(refunded(body["order"].as_str().unwrap()))
}

/// A house whose AI may want refunds.
fn house(names: &Names, models: &Models, tools: &ToolServer) -> House {
    let house = House::plain(names);
    let tool = format!(
        "[[tool]]\nname = \"refund\"\ntitle = \"Refund\"\ndescription = \"Refunds an order of a customer.\"\n\
         method = \"POST\"\nurl = \"http://{}/refunds\"\nnetworks = [\"127.0.0.1\"]\nlevel_min = 3\napproval = true\n\
         parameters = '{{\"type\":\"object\",\"properties\":{{\"order\":{{\"type\":\"string\"}}}},\"required\":[\"order\"]}}'\n",
        tools.address()
    );
    let model = format!("[model]\nbase_url = \"{}\"\nname = \"m\"\n{tool}[knowledge]", models.base_url());
    house.change("[knowledge]", &model);
    house
}

/// A customer of that name wants a refund; the number of the conversation, once people are asked.
fn wants_refund(daemon: &Daemon, name: &str, order: &str) -> String {
    let from = format!("{name}@customer.example");
    let text = format!("Please refund order {order}.");
    hand_in(daemon, &from, &[SUPPORT], &mails::mail(&from, SUPPORT, &format!("1.{from}"), name, "", &text));
    let number = daemon.api().conversations().iter().find(|row| row["title"] == name).unwrap()["number"].to_string();
    until_it_waits(daemon, &number);
    number
}

/// The call that waits there.
fn call(daemon: &Daemon, number: &str) -> String {
    daemon.api().conversation(number)["wanted"]["id"].as_str().unwrap().to_owned()
}

fn until_it_waits(daemon: &Daemon, number: &str) {
    let number = number.to_owned();
    daemon.until("a call waits", move |api| api.conversation(&number)["wanted"].is_object());
}

fn decides(house: &House, args: &[&str]) -> (i32, String) {
    let done = house.run(&[&["conversations"], args].concat());
    let said = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(said).unwrap())
}

fn letters(view: &Value) -> usize {
    view["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "letter").count()
}

fn until_answered(daemon: &Daemon, number: &str) {
    let number = number.to_owned();
    daemon.until("the AI answers", move |api| letters(&api.conversation(&number)) == 1);
}

#[test]
fn people_let_calls_run_once_or_not_at_all() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let models = runtime.block_on(Models::start(|_, asked| model_says(asked))).unwrap();
    let (names, tools) = (Names::start(), ToolServer::start(refunds));
    let house = house(&names, &models, &tools);
    let daemon = house.start();

    // Given a call that people are shown, and that was not made
    let number = wants_refund(&daemon, "ada", "A1");
    let shown = decides(&house, &["show", &number]).1;
    assert!(shown.contains("handed to people (approval") && shown.contains("“Refund” waits for a person"), "{shown}");
    assert!(shown.contains("│ {\"order\":\"A1\"}") && tools.heard().is_empty(), "{shown}");
    let (code, told) = decides(&house, &["approve", &number, "--by", "Eve"]);
    assert!(code == 64 && told.contains("--call"), "nobody lets run what they have not read: {code} {told}");
    let id = call(&daemon, &number);

    // When two people let it run at once
    let ends: Vec<(i32, String)> = thread::scope(|scope| {
        let both = ["Eve", "Bob"].map(|by| {
            let args = ["approve", number.as_str(), "--by", by, "--call", id.as_str()];
            let house = &house;
            scope.spawn(move || decides(house, &args))
        });
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });

    // Then one does, the tool hears it once, and the customer is told what it gave
    let mut codes: Vec<i32> = ends.iter().map(|(code, _)| *code).collect();
    codes.sort_unstable();
    assert!(codes[0] == 0 && matches!(codes[1], 64 | 75), "{ends:#?}");
    until_answered(&daemon, &number);
    let heard = tools.heard();
    assert_eq!((heard.len(), &heard[0].key), (1, &id));
    let view = daemon.api().conversation(&number);
    let runs = view["runs"].as_array().unwrap();
    let by = runs.last().unwrap()["let_run_by"].as_str().unwrap();
    assert!(matches!(by, "Eve" | "Bob") && view["wanted"].is_null(), "{view:#}");
    daemon.until("the letter leaves", |_| fs::read_dir(house.outbox()).is_ok_and(|files| files.count() == 1));
    let letter = fs::read_dir(house.outbox()).unwrap().next().unwrap().unwrap().path();
    assert!(String::from_utf8_lossy(&fs::read(letter).unwrap()).contains(&refunded("A1")));
    let (code, told) = decides(&house, &["approve", &number, "--by", "Eve", "--call", &id]);
    assert!(code == 64 && told.contains("no call waits there any more"), "{code} {told}");

    // Denied: noted, and people go on
    let number = wants_refund(&daemon, "bob", "B2");
    let (code, told) = decides(&house, &["deny", &number, "--by", "Eve", "--why", "he had it already"]);
    assert!(code == 0 && told.contains("Eve does not let “Refund” run: he had it already"), "{code} {told}");
    let view = daemon.api().conversation(&number);
    assert_eq!((&view["owner"], letters(&view), tools.heard().len()), (&json!("team"), 0, 1));

    // Written again: what was asked for is not what is wanted now
    let number = wants_refund(&daemon, "cleo", "C3");
    let (from, id) = ("cleo@customer.example", call(&daemon, &number));
    let again = mails::mail(from, SUPPORT, &format!("2.{from}"), &format!("Re: [{number}] cleo"), "", "Never mind!");
    hand_in(&daemon, from, &[SUPPORT], &again);
    let (code, told) = decides(&house, &["approve", &number, "--by", "Eve", "--call", &id]);
    assert!(code == 64 && told.contains("“Refund” is not run any more: a newer mail came"), "{code} {told}");

    // Kept: it is made, and people answer
    let number = wants_refund(&daemon, "dora", "D4");
    let id = call(&daemon, &number);
    assert_eq!(decides(&house, &["approve", &number, "--by", "Eve", "--call", &id, "--keep"]).0, 0);
    let kept = number.clone();
    let words = format!("“Refund”, which Eve let run, was made (done: it answered 200) and gave: {}", refunded("D4"));
    let expected = json!(words);
    daemon.until("it was made", move |api| api.conversation(&kept)["waits_because"] == expected);
    let view = daemon.api().conversation(&number);
    assert_eq!((&view["owner"], letters(&view), tools.heard().len()), (&json!("team"), 0, 2));

    // The log says that people were asked, and neither what for nor what it gave (S-27)
    let log = daemon.log();
    assert!(log.contains("a tool that a person must let run"), "{log}");
    assert!(!log.contains("/refunds") && !log.contains("\"order") && !log.contains("is on its way"), "{log}");
    daemon.stop();
    house.verify();
}

#[test]
fn a_call_of_a_tool_that_is_another_one_since_the_restart_is_refused_with_words() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let models = runtime.block_on(Models::start(|_, asked| model_says(asked))).unwrap();
    let (names, tools) = (Names::start(), ToolServer::start(refunds));
    let house = house(&names, &models, &tools);
    let daemon = house.start();
    let number = wants_refund(&daemon, "ada", "A1");
    let id = call(&daemon, &number);
    daemon.stop();
    house.change("/refunds\"", "/payments\"");
    let daemon = house.start();

    let (code, told) = decides(&house, &["approve", &number, "--by", "Eve", "--call", &id]);

    assert!(code == 64 && told.contains("the tool `refund` is configured otherwise"), "{code} {told}");
    assert_eq!((tools.heard().len(), decides(&house, &["deny", &number, "--by", "Eve"]).0), (0, 0));
    daemon.stop();
}
