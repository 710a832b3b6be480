//! Articles: knowledge that people write into a running daemon, as customers and the command line see it.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    fs,
    io::Write,
    process::{Command, Output, Stdio},
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
const QUESTION: &str = "How many days do I have to return a kayak?";

/// Hands in the question; its conversation, once the AI or people have it.
fn asked(daemon: &Daemon, n: u32) -> Value {
    let (id, subject) = (format!("{n}@customer.example"), format!("Kayak {n}"));
    hand_in(daemon, ADA, &[SUPPORT], &mails::mail(ADA, SUPPORT, &id, &subject, "", QUESTION));
    let all = daemon.api().conversations();
    let id = all.iter().find(|row| row["title"] == subject).unwrap()["id"].as_str().unwrap().to_owned();
    let decided = |view: &Value| view["handed_off"].is_object() || letter(view).is_some();
    daemon.until("it is decided", |api| decided(&api.conversation(&id)));
    daemon.api().conversation(&id)
}

fn letter(view: &Value) -> Option<&Value> {
    view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "letter")
}

fn was_handed_to_people(view: &Value) -> bool {
    view["handed_off"].is_object() && letter(view).is_none()
}

/// The letter was carried by the article, and says this.
fn was_answered(view: &Value, words: &str) {
    let letter = letter(view).unwrap_or_else(|| panic!("no answer: {view:#}"));
    let source = "article:returns: Returns › How many days do I have to return a kayak?";
    assert_eq!(letter["sources"], json!([source]), "{letter:#}");
    assert!(letter["text"].as_str().unwrap().contains(words), "{letter:#}");
}

fn run_with(house: &House, args: &[&str], stdin: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_replyd"));
    command.arg("--config").arg(house.config()).args(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Runs a command of `knowledge`, which must succeed; what it printed.
fn knowledge(house: &House, args: &[&str], stdin: &str) -> String {
    let done = run_with(house, &[&["knowledge"], args].concat(), stdin);
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn page(days: &str) -> String {
    format!(
        "# Returns\n\n## How many days do I have to return a kayak?\n\nYou may return a kayak within {days} days.\n"
    )
}

#[test]
fn an_article_answers_once_it_is_published_and_the_old_answer_comes_back() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();

    // Given a question that no page answers.
    assert!(was_handed_to_people(&asked(&daemon, 1)));

    // A draft does not either; it is listed, and not found.
    let told = knowledge(&house, &["add", "returns", "-", "--by", "Eve"], &page("thirty"));
    assert_eq!(told, "returns  version 1, a draft\n");
    assert!(was_handed_to_people(&asked(&daemon, 2)));
    assert!(knowledge(&house, &["list"], "").contains("article:returns  passages: 1  draft"));
    assert!(!knowledge(&house, &["search", QUESTION], "").contains("article:returns"));

    // Published, the very next mail is answered from it.
    assert_eq!(knowledge(&house, &["publish", "returns"], ""), "returns  version 1, published\n");
    was_answered(&asked(&daemon, 3), "within thirty days");
    assert!(knowledge(&house, &["search", QUESTION], "").contains("1. article:returns"));

    // A newer draft waits beside it.
    let told = knowledge(&house, &["edit", "returns", "--version", "1", "--by", "Eve"], &page("three"));
    assert_eq!(told, "returns  version 1 is published; version 2 waits as a draft\n");
    was_answered(&asked(&daemon, 4), "within thirty days");
    assert!(knowledge(&house, &["list"], "").contains("article:returns  passages: 1  a newer draft waits"));

    // It was wrong, and is rolled back.
    knowledge(&house, &["publish", "returns", "--version", "2"], "");
    was_answered(&asked(&daemon, 5), "within three days");
    let told = knowledge(&house, &["rollback", "returns", "1", "--by", "Eve"], "");
    assert_eq!(told, "returns  version 3, published\n");
    was_answered(&asked(&daemon, 6), "within thirty days");

    // Killed and started again it is the same, with all of its history.
    daemon.kill();
    let daemon = house.start();
    was_answered(&asked(&daemon, 7), "within thirty days");
    let history = knowledge(&house, &["history", "returns"], "");
    assert_eq!(history.lines().count(), 4, "{history}");
    assert!(history.lines().nth(1).unwrap().contains("the text of version 1 again  published by Eve"), "{history}");
    assert_eq!(knowledge(&house, &["show", "returns", "--version", "2"], ""), page("three"));

    // Unpublished and removed, it answers nobody.
    knowledge(&house, &["unpublish", "returns"], "");
    assert!(was_handed_to_people(&asked(&daemon, 8)));
    knowledge(&house, &["publish", "returns"], "");
    was_answered(&asked(&daemon, 9), "within thirty days");
    knowledge(&house, &["remove", "returns"], "");
    assert!(was_handed_to_people(&asked(&daemon, 10)));
    daemon.stop();
    house.verify();
}

#[test]
fn what_is_no_article_is_refused_with_words_and_nothing_changes() {
    let names = Names::start();
    let house = House::plain(&names);
    let folder = house.data().with_file_name("pages");
    fs::create_dir(&folder).unwrap();
    let file = |name: &str, octets: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, octets).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let good = file("good.md", page("thirty").as_bytes());
    let refused = |args: &[&str], code: i32, words: &str| {
        let done = house.run(&[&["knowledge"], args].concat());
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(code), "{args:?}: {told}");
        assert!(told.contains(words), "{args:?}: {told}");
    };

    // Without a daemon as with one.
    for round in 0..2 {
        let daemon = (round == 1).then(|| house.start());
        refused(&["add", "../x", &good], 65, "the name of an article is 1 to 64");
        refused(&["show", "../x"], 65, "the name of an article is 1 to 64");
        for (name, octets, words) in [
            ("empty.md", &b""[..], "it is empty"),
            ("huge.md", &vec![b'a'; 10_000_000], "larger than the 64 KiB"),
            ("latin1.md", b"# K\xe4se\n", "not UTF-8 from octet 3 on"),
            ("bare.md", b"---\ntitle: Bare\n---\n", "nothing to read"),
            (
                "slip.md",
                b"---\nsegments: [partners\n---\nTen.\n",
                "its top cannot be read: `segments`: the list has no end",
            ),
            ("press.md", b"---\nsegments: [press]\n---\nTen.\n", "no [[segment]] is named press"),
        ] {
            let path = file(name, octets);
            refused(&["add", "page", &path], 65, words);
            refused(&["add", "page", &path, "--publish"], 65, words);
        }
        refused(&["edit", "page", &good], 65, "there is no article page");
        refused(&["history", "page"], 65, "there is no article page");
        assert_eq!(knowledge(&house, &["list", "--json"], "").matches("article:").count(), round);

        if let Some(daemon) = daemon {
            // A name is taken once, and an edit is made from the newest version.
            refused(&["add", "kept", &good], 64, "there is an article kept already");
            refused(&["edit", "kept", &good, "--version", "7"], 75, "the newest version of article kept is 1");
            refused(&["rollback", "kept", "2"], 65, "there is no version 2 of article kept");
            // Whoever asks the socket hears the same.
            let asked = |name: &str, text: &str| {
                let body = json!({ "name": name, "text": text, "by": "Eve" });
                daemon.api().attempt("POST", "/api/v1/knowledge/articles", Some(&body)).unwrap()
            };
            for (name, text) in [("../x", "Ten."), ("page", ""), ("page", &"x".repeat(65 * 1024)[..])] {
                let (status, problem) = asked(name, text);
                assert_eq!((status, &problem["status"]), (422, &json!(422)), "{problem}");
            }
            daemon.stop();
        } else {
            knowledge(&house, &["add", "kept", &good], "");
        }
    }
    house.verify();
}

#[test]
fn past_mail_is_rehearsed_with_the_articles_of_today() {
    // Given a customer's question that a person answered, and an article that says the same.
    let names = Names::start();
    let house = House::plain(&names);
    let mail = |from: &str, to: &str, subject: &str, fields: &str, text: &str| {
        format!("From x Mon Nov 23 10:00:00 2026\nFrom: {from}\nTo: {to}\nSubject: {subject}\n{fields}\n\n{text}\n\n")
    };
    let asked = "Date: Mon, 23 Nov 2026 10:01:00 +0000\nMessage-ID: <1@customer.example>";
    let answered = "Date: Mon, 23 Nov 2026 10:02:00 +0000\nIn-Reply-To: <1@customer.example>";
    let past = [
        mail(ADA, SUPPORT, "Kayak", asked, QUESTION),
        mail("grace@acme.example", ADA, "Re: Kayak", answered, "You may return a kayak within thirty days."),
    ];
    let path = house.data().with_file_name("past.mbox");
    fs::write(&path, past.concat()).unwrap();
    let rehearsed = || {
        let done = house.run(&["rehearse", "--json", "--from", path.to_str().unwrap(), "--address", SUPPORT]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let told: Value = serde_json::from_slice(&done.stdout).unwrap();
        told["report"]["all"]["agreed"].clone()
    };
    assert_eq!(rehearsed(), 0);
    assert!(!house.data().exists(), "a rehearsal makes no data folder");

    // When it is a draft nothing changes; once it is published it would have answered, whether or not a daemon runs.
    knowledge(&house, &["add", "returns", "-"], &page("thirty"));
    assert_eq!(rehearsed(), 0);
    knowledge(&house, &["publish", "returns"], "");
    assert_eq!(rehearsed(), 1);
    let daemon = house.start();
    assert_eq!(rehearsed(), 1);
    daemon.stop();
}
