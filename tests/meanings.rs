//! What texts mean, with the whole daemon: a page is found that shares no word with the question, and words alone are searched when
//! nobody says what a question means.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use replyd::playground::{AskedModel, Models, Turn};
use serde_json::{Value, json};
use support::{
    daemon::{Daemon, House, QUESTION, STOPS_WITHIN},
    names::Names,
};

/// Nothing of this stands on the page about passwords.
const OTHER_WORDS: &str = "I am locked out!";

const PAGE: &str = "password.md";

/// A model that knows one thing, and that thing in other words.
fn model_says(asked: &AskedModel) -> Turn {
    let of =
        |text: &str| if ["password", "locked out"].iter().any(|name| text.contains(name)) { [1, 0] } else { [0, 1] };
    let texts = asked.body["input"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let data: Vec<Value> = texts.enumerate().map(|(n, text)| json!({ "index": n, "embedding": of(text) })).collect();
    Turn::Status(200, Vec::new(), json!({ "data": data }).to_string())
}

/// A house that asks this model, and waits so long for it.
fn house(names: &Names, models: &Models, secs: u32) -> House {
    let house = House::plain(names);
    let server = format!("base_url = \"{}\"\nname = \"m\"\ntimeout_secs = {secs}", models.base_url());
    house.change("[log]", &format!("[knowledge.embeddings]\n{server}\n[log]"));
    house
}

/// What `replyd knowledge search` prints.
fn searched(house: &House, question: &str) -> String {
    let done = house.run(&["knowledge", "search", question]);
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).unwrap()
}

fn is_learned(daemon: &Daemon) {
    daemon.until("what the page means is learned", |_| daemon.log().contains("learned what the knowledge means"));
}

#[test]
fn a_page_is_found_in_other_words_and_by_words_alone_when_the_model_is_gone() {
    // Given a house with a page about passwords, and a model that says what texts mean
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let models = runtime.block_on(Models::start(|_, asked| model_says(asked))).unwrap();
    let names = Names::start();
    let house = house(&names, &models, 10);
    let daemon = house.start();
    is_learned(&daemon);

    // When somebody asks in other words, then the page is found, nothing supports it, and it is said how near it is
    let told = searched(&house, OTHER_WORDS);
    assert!(told.contains(PAGE) && told.contains("support 0 %") && told.contains("meaning 100 % near"), "{told}");

    // When it is asked in its own, then it is supported as before
    let told = searched(&house, QUESTION);
    assert!(told.contains(PAGE) && told.contains("support 100 %") && told.contains("meaning 100 % near"), "{told}");

    // When the model is gone, then words alone are searched
    drop(models);
    let told = searched(&house, QUESTION);
    assert!(told.contains(PAGE) && told.contains("support 100 %") && !told.contains("meaning"), "{told}");
    assert!(searched(&house, OTHER_WORDS).contains("no page has a word of it"));

    // And a daemon that starts without it serves
    daemon.stop();
    let daemon = house.start();
    assert!(searched(&house, QUESTION).contains("support 100 %"));
    daemon.stop();
}

#[test]
fn a_model_that_says_nothing_holds_up_neither_a_search_nor_the_end() {
    // Given a model that never answers, and a house that would wait for it longer than a test does
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let models = runtime.block_on(Models::of(vec![Turn::Silence])).unwrap();
    let names = Names::start();
    let waits_secs = 2 * STOPS_WITHIN.as_secs() as u32;
    let house = house(&names, &models, waits_secs);
    let daemon = house.start();
    daemon.until("what the page means is asked", |_| !models.asked().is_empty());

    // While it is asked what pages mean, questions are answered by words
    let told = searched(&house, QUESTION);
    assert!(told.contains("support 100 %") && !told.contains("meaning"), "{told}");

    // And the daemon stops without it
    daemon.stop();
}
