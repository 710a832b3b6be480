//! People at their terminals: what they are shown, what they may send, and that nothing a mail says can harm them.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
};

use support::{
    daemon::{Daemon, House},
    mails,
    names::Names,
    smtp::{Client, hand_in},
};

const ADA: &str = "ada@customer.example";
const SUPPORT: &str = "support@acme.example";

/// A mail of Ada comes in; its queue id.
fn ada_writes(daemon: &Daemon, id: &str, subject: &str, text: &str) -> String {
    let mail = mails::mail(ADA, SUPPORT, id, subject, "", text);
    hand_in(daemon, ADA, &[SUPPORT], &mail)
}

#[test]
fn words_written_while_a_newer_mail_came_are_not_sent() {
    // More than a pipe holds: when all of it is written, the command has read the conversation and reads us.
    const LONGER_THAN_A_PIPE: usize = 256 * 1024;
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    ada_writes(&daemon, "1@customer.example", "Parcel", "Where is it?");
    let number = daemon.api().conversations()[0]["number"].to_string();
    let mut grace = Command::new(env!("CARGO_BIN_EXE_replyd"))
        .arg("--config")
        .arg(house.config())
        .args(["conversations", "reply", &format!("#{number}"), "--by", "Grace"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut words = grace.stdin.take().unwrap();
    words.write_all("It has left.\n".repeat(LONGER_THAN_A_PIPE / 12).as_bytes()).unwrap();

    ada_writes(&daemon, "2@customer.example", &format!("Re: Parcel [{number}]"), "It has come, thank you.");
    drop(words);

    let ended = grace.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(75), "{told}");
    assert!(told.contains("read it first"), "{told}");
    assert_eq!(daemon.api().get("/api/v1/counts")["letters"], 0);
    daemon.stop();
}

#[test]
fn a_list_that_nobody_reads_to_its_end_is_no_accident() {
    let names = Names::start();
    let house = House::plain(&names);
    for command in [&["conversations", "list"][..], &["completions", "bash"], &["man"], &["check"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut run = Command::new(env!("CARGO_BIN_EXE_replyd"));
        let done = run.arg("--config").arg(house.config()).args(command).stdout(writer).output().unwrap();
        assert_eq!((done.status.code(), String::from_utf8_lossy(&done.stderr).as_ref()), (Some(0), ""), "{command:?}");
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut run = Command::new(env!("CARGO_BIN_EXE_replyd"));
        let done = run.arg("--config").arg(house.config()).args(command).arg("--json").stdout(full).output().unwrap();
        assert_eq!(done.status.code(), Some(74), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn a_subject_cannot_write_on_the_terminal() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let subject = "=?utf-8?q?one=1B]0;title=07=0A[12345]_two=9B31m=E2=80=AEthree?=";
    let id = ada_writes(&daemon, "1@customer.example", subject, "Four\u{1b}[2J.");
    let number = daemon.api().conversations()[0]["number"].to_string();
    for command in [&["conversations", "list"][..], &["conversations", "show", &number], &["why", &id]] {
        let done = house.run(command);
        let out = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success() && !out.is_empty());
        assert!(out.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{command:?}: {out:?}");
        assert!(!out.lines().any(|line| line.starts_with("[12345]")), "a line was forged: {out}");
    }
    daemon.stop();
}

#[test]
fn whom_a_mail_forwarded_by_hand_names_is_shown_as_a_claim_and_is_nobody() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let text = "Can you help him?\r\n\r\n---------- Forwarded message ---------\r\nFrom: Bob <bob@elsewhere.example>\r\n\
                Date: Mon, 4 May 2026 at 10:00\r\nSubject: Broken lamp\r\nTo: Ada <ada@customer.example>\r\n\r\n\
                My lamp broke.";
    ada_writes(&daemon, "1@customer.example", "Fwd: Broken lamp", text);

    let row = &daemon.api().conversations()[0];
    let view = daemon.api().conversation(row["id"].as_str().unwrap());
    assert_eq!(view["contact"], ADA);
    let mail = view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "mail").unwrap();
    assert_eq!(mail["forwarded"]["from"], "Bob <bob@elsewhere.example>");
    assert_eq!(mail["forwarded"]["subject"], "Broken lamp");
    assert!(mail["new_text"].as_str().unwrap().contains("My lamp broke."), "{mail:#}");
    let kinds: Vec<_> = mail["segments"].as_array().unwrap().iter().map(|segment| segment["kind"].clone()).collect();
    assert_eq!(kinds, ["new", "forwarded"]);
    let last = &mail["segments"][1];
    assert_eq!(last["end"].as_u64().unwrap() as usize, mail["text"].as_str().unwrap().len(), "{last}");

    let shown = house.run(&["conversations", "show", &format!("#{}", row["number"])]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("forwards a mail, as it says from Bob <bob@elsewhere.example>"), "{shown}");
    daemon.stop();
}

#[test]
fn every_command_that_changes_a_conversation_can_say_it_in_json() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    ada_writes(&daemon, "1@customer.example", "Parcel", "Where is it?");
    let number = daemon.api().conversations()[0]["number"].to_string();
    for (verb, key, value) in
        [("close", "status", "resolved"), ("close", "status", "resolved"), ("give-back", "owner", "ai")]
    {
        let done = house.run(&["conversations", verb, &format!("#{number}"), "--json"]);
        let row: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(row[key], value, "{verb}: {row:#}");
    }
    let closed = daemon.api().conversation(&number);
    let events = closed["timeline"].as_array().unwrap().iter().filter(|line| line["name"] == "closed").count();
    assert_eq!(events, 1, "closed is closed: {closed:#}");
    // A local part may hold what means something else in a query.
    let none = house.run(&["conversations", "list", "--json", "--address", "r&d+50%@acme.example"]);
    assert_eq!(String::from_utf8_lossy(&none.stdout), "[]\n", "{}", String::from_utf8_lossy(&none.stderr));
    let hers = house.run(&["conversations", "list", "--json", "--address", SUPPORT]);
    assert!(hers.stdout.starts_with(b"[\n"));
    daemon.stop();
}

#[test]
fn people_tag_conversations_and_find_them_by_it() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    ada_writes(&daemon, "1@customer.example", "Parcel", "Where is it?");
    let number = daemon.api().conversations()[0]["number"].to_string();
    let tag = |changes: &[&str]| house.run(&[&["conversations", "tag", &number], changes].concat());

    assert!(tag(&["+refund", "+eu:b2b"]).status.success());
    assert!(tag(&["-refund", "+vip"]).status.success());

    assert_eq!(daemon.api().conversation(&number)["tags"], serde_json::json!(["eu:b2b", "vip"]));
    let listed = |tag: &str| String::from_utf8(house.run(&["conversations", "list", "--tag", tag]).stdout).unwrap();
    assert!(listed("vip").contains("  #eu:b2b  #vip"), "{}", listed("vip"));
    assert_eq!(listed("refund"), "");
    for (changes, words) in [(&["vip"][..], "say +vip to add it"), (&["+two words"], "is no tag")] {
        let refused = tag(changes);
        assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains(words), "{refused:?}");
    }
    daemon.stop();
}

#[test]
fn commands_reach_a_daemon_that_runs_though_its_configuration_is_broken_since() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    ada_writes(&daemon, "1@customer.example", "Parcel", "Where is it?");
    house.change("[agent]\n", "[agent]\nquiet_periods = 7\n");

    let listed = house.run(&["conversations", "list"]);
    let (told, warned) = (String::from_utf8_lossy(&listed.stdout), String::from_utf8_lossy(&listed.stderr));
    assert!(listed.status.success() && told.contains("Parcel"), "{listed:?}");
    assert!(warned.contains("agent.quiet_periods"), "{warned}");

    // Without a daemon nothing is opened with a configuration that is not right.
    daemon.stop();
    assert_eq!(house.run(&["conversations", "list"]).status.code(), Some(78));
}

#[test]
fn a_daemon_whose_log_nobody_takes_goes_on() {
    let names = Names::start();
    let house = House::plain(&names);
    let mut run = Command::new(env!("CARGO_BIN_EXE_replyd"));
    let mut daemon = run
        .arg("--config")
        .arg(house.config())
        .arg("serve")
        .stderr(Stdio::piped())
        .env_remove("REPLYD_LOG")
        .spawn()
        .unwrap();
    let log = BufReader::new(daemon.stderr.take().unwrap());
    let address = log.lines().find_map(|line| Some(line.unwrap().split_once("taking mail at ")?.1.parse().unwrap()));

    let mail = mails::mail(ADA, SUPPORT, "1@customer.example", "Parcel", "", "Where is it?");
    let said = Client::greeted(address.unwrap()).and_then(|mut client| client.mail(ADA, &[SUPPORT], &mail));

    daemon.kill().unwrap();
    daemon.wait().unwrap();
    let said = said.unwrap();
    assert!(said.starts_with("250"), "{said}");
}

#[test]
fn two_conversations_become_one_by_one_command_and_stay_one() {
    let names = Names::start();
    let house = House::plain(&names);
    let daemon = house.start();
    let api = daemon.api();
    let writes = |from: &str, to: &str, id: &str, subject: &str, text: &str| {
        let mail = mails::mail(from, to, id, subject, "", text);
        hand_in(&daemon, from, &[to], &mail);
    };
    let number_of = |contact: &str| {
        let rows = api.conversations();
        rows.iter().find(|row| row["contact"] == contact).unwrap()["number"].to_string()
    };
    writes(ADA, SUPPORT, "1@customer.example", "Parcel", "Where is the blue parcel?");
    let ada = number_of(ADA);
    // Her colleague answers with her number from an address that takes no part.
    let (bob, subject) = ("bob@customer.example", format!("Re: Parcel [{ada}]"));
    writes(bob, SUPPORT, "2@customer.example", &subject, "We also miss the red one.");
    writes(bob, "billing@acme.example", "3@customer.example", "Invoice", "Which one?");
    let bill =
        api.conversations().iter().find(|row| row["address"] == "billing@acme.example").unwrap()["number"].to_string();
    let bobs =
        api.conversations().iter().find(|row| row["contact"] == bob && row["address"] == SUPPORT).unwrap().clone();
    assert!(!bobs["linked_to"].is_null(), "{bobs:#}");
    let bobs = bobs["number"].to_string();

    let refused = house.run(&["conversations", "merge", &ada, &bill]);
    assert_eq!(refused.status.code(), Some(64), "{}", String::from_utf8_lossy(&refused.stderr));
    let done = house.run(&["conversations", "merge", &format!("#{ada}"), &format!("#{bobs}"), "--json"]);
    let one: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();

    assert_eq!(one["number"].to_string(), ada);
    let line = one["timeline"].to_string();
    assert!(line.contains("the blue parcel") && line.contains("the red one"), "{one:#}");
    assert_eq!(api.conversation(&bobs)["number"].to_string(), ada, "his number leads there");
    writes(bob, SUPPORT, "4@customer.example", &format!("Re: Parcel [{bobs}]"), "Any news?");
    assert!(api.conversation(&ada)["timeline"].to_string().contains("Any news?"));
    // Both get the letter, which quotes his mail and nothing from before he took part.
    let path = format!("/api/v1/conversations/{ada}/replies");
    let sent = api.send("POST", &path, &serde_json::json!({ "markdown": "Both are found.", "by": "Grace" }));
    let letter = sent["timeline"].as_array().unwrap().iter().rfind(|line| line["kind"] == "letter").unwrap();
    let to: Vec<&str> =
        letter["recipients"].as_array().unwrap().iter().map(|one| one["to"].as_str().unwrap()).collect();
    assert_eq!(to, [ADA, bob]);
    let text = letter["text"].as_str().unwrap();
    assert!(text.contains("Any news?") && !text.contains("the blue parcel"), "{text}");
    daemon.stop();
    house.verify();
}
