//! `why` tells every rule that was tried on a mail, and the command it prints has `inspect` decide the same again.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod support;

use replyd::playground::Customer;
use serde_json::Value;
use support::{
    daemon::{Daemon, House},
    mails,
    names::Names,
    smtp::hand_in,
};

const SUPPORT: &str = "support@acme.example";
const BILLING: &str = "billing@acme.example";
const SHARED: &str = "in@mx.acme.example";

struct Scene {
    house: House,
    daemon: Daemon,
}

impl Scene {
    /// Sends a mail through the door; its queue id.
    fn send(&self, envelope_from: &str, to: &[&str], body: &[u8]) -> String {
        hand_in(&self.daemon, envelope_from, to, body)
    }

    /// What `why` says of it, and what the command that it prints makes of the bytes that were kept.
    fn why_and_again(&self, id: &str) -> (Value, Value) {
        let done = self.house.run(&["why", id, "--json"]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let why: Value = serde_json::from_slice(&done.stdout).unwrap();
        let file = self.house.config().with_file_name(format!("{id}.eml"));
        std::fs::write(&file, self.daemon.api().raw(id)).unwrap();
        let command = steps(&why).find_map(|step| step.strip_prefix("to see it judged again: replyd ")).unwrap();
        let words = command.split(' ').map(|word| if word == "FILE" { file.to_str().unwrap() } else { word });
        let done = self.house.run(&words.chain(["--json"]).collect::<Vec<_>>());
        assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
        (why, serde_json::from_slice(&done.stdout).unwrap())
    }
}

fn steps(told: &Value) -> impl Iterator<Item = &str> {
    told["steps"].as_array().unwrap().iter().map(|step| step.as_str().unwrap())
}

#[track_caller]
fn tells(told: &Value, words: &[&str]) {
    for words in words {
        assert!(steps(told).any(|step| step.contains(words)), "{words}\n{:#}", told["steps"]);
    }
}

fn mail(from: &str, to: &str, id: &str, subject: &str, extra: &str) -> Vec<u8> {
    mails::mail(from, to, &format!("{id}@mail"), subject, extra, "Where is my parcel?")
}

#[test]
fn inspect_decides_again_what_the_daemon_decided() {
    let mut signing = None;
    let names = Names::with(|zone| {
        signing = Some(Customer::with_strict_domain("Bo", "bo@signed.example", zone).unwrap());
    });
    let house = House::plain(&names);
    let scene = Scene { daemon: house.start(), house };
    let (ada, forged, eve) = ("ada@customer.example", "ceo@strict.example", "eve@nobody.example");
    let signed = signing.unwrap().writes(SUPPORT, "signed@mail", "parcel", "Where is my parcel?").unwrap();
    let delivered = format!("Delivered-To: team@acme.example\r\nDelivered-To: {BILLING}\r\n");
    let report = "From: MAILER-DAEMON@customer.example\r\nSubject: failed\r\nContent-Type: multipart/report; \
        report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n\
        Final-Recipient: rfc822; x@y.example\r\nAction: failed\r\n--b--\r\n";
    let auto = "Auto-Submitted: auto-replied\r\n";
    let list = "List-Id: <l.customer.example>\r\nList-Unsubscribe: <mailto:u@customer.example>\r\n";
    // level, class, address: what the daemon must have decided, so that nothing is equal by being nothing.
    type Case<'a> = (&'a str, &'a [&'a str], Vec<u8>, (u8, &'a str, Option<&'a str>));
    let cases: [Case<'_>; 10] = [
        (ada, &[SUPPORT], mail(ada, SUPPORT, "direct", "parcel", ""), (3, "human", Some(SUPPORT))),
        ("bounce@relay.example", &[SUPPORT], signed, (3, "human", Some(SUPPORT))),
        (forged, &[BILLING], mail(forged, BILLING, "forged", "pay", ""), (0, "human", Some(BILLING))),
        (eve, &[BILLING], mail(eve, BILLING, "eve", "hello", ""), (1, "human", Some(BILLING))),
        (ada, &[BILLING], mail(ada, BILLING, "auto", "away", auto), (3, "automatic_reply", Some(BILLING))),
        (ada, &[BILLING], mail(ada, BILLING, "list", "news", list), (3, "list", Some(BILLING))),
        (ada, &[SHARED], mail(ada, SUPPORT, "to", "by header", ""), (3, "human", Some(SUPPORT))),
        (eve, &[SHARED], mail(eve, "x@y.example", "path", "by path", &delivered), (1, "human", Some(BILLING))),
        (eve, &[SHARED], mail(eve, "x@y.example", "none", "by nothing", ""), (1, "human", None)),
        ("", &[SUPPORT, BILLING], report.as_bytes().to_vec(), (0, "bounce", Some(SUPPORT))),
    ];
    for (from, to, body, (level, class, address)) in cases {
        let id = scene.send(from, to, &body);
        let (why, again) = scene.why_and_again(&id);
        let decided = (&why["verdicts"]["level"], &why["class"]["class"], &why["filings"][0]["address"]);
        assert_eq!(decided, (&level.into(), &class.into(), &address.into()), "{:#}", why["steps"]);
        assert_eq!((&again["level"], &again["class"], &again["address"]), decided, "{:#}", again["steps"]);
        // Where it was looked for, and every proof, are told in the same words.
        let rules = |told: &Value| -> Vec<String> {
            let kinds = ["address: ", "SPF ", "DKIM ", "DMARC", "ARC", "level ", "not level "];
            steps(told).filter(|step| kinds.iter().any(|kind| step.starts_with(kind))).map(str::to_owned).collect()
        };
        assert_eq!(rules(&why), rules(&again));
    }
    scene.daemon.stop();
    scene.house.verify();
}

#[test]
fn why_tells_every_rule_that_was_tried() {
    let names = Names::start();
    let house = House::plain(&names);
    let scene = Scene { daemon: house.start(), house };
    let (ada, eve) = ("ada@customer.example", "eve@nobody.example");
    let first = scene.send(ada, &[BILLING], &mail(ada, BILLING, "first", "parcel", ""));
    let (why, _) = scene.why_and_again(&first);
    let conversation = why["filings"][0]["place"]["conversation"]["id"].as_str().unwrap();
    let number = scene.daemon.api().conversation(conversation)["number"].to_string();
    tells(
        &why,
        &[
            "address: RCPT TO billing@acme.example: found billing@acme.example",
            "SPF of customer.example: pass",
            "DKIM: it carries no signature",
            "DMARC: pass: the domain of From asks for reject",
            "ARC: nobody sealed it",
            "level 3 (authenticated)",
            "not level 4 by itself",
            "class human, because: nothing says clearly that a machine wrote it",
            "at billing@acme.example: no key in it names a conversation there",
            "at billing@acme.example: opened conversation",
            "Autopilot, now: met: a person wrote it",
            "Autopilot, now: not met: Autopilot is not off for the address",
            "Autopilot, now: the AI is silent: Autopilot is off for this address",
            "waits: Autopilot is off for this address",
        ],
    );

    // A stranger names the number: it proposes, and is not taken. So does she, unproven.
    let subject = format!("Re: parcel [{number}]");
    let named = format!("the number in the subject names conversation {number}: not taken:");
    let (why, again) = scene.why_and_again(&scene.send(eve, &[BILLING], &mail(eve, BILLING, "eve", &subject, "")));
    tells(&why, &[&format!("{named} its sender takes no part in it"), "not level 2:", "not level 3:"]);
    tells(&again, &[&format!("key: the subject names number {number}")]);
    assert_eq!(why["filings"][0]["keys"][0]["outcome"], "no_part");

    // Her answer joins by the number; that it refers to her first mail as well is not needed any more.
    let refers = "In-Reply-To: <first@mail>\r\n";
    let reply = scene.send(ada, &[BILLING], &mail(ada, BILLING, "second", &subject, refers));
    let (why, again) = scene.why_and_again(&reply);
    tells(&why, &[&format!("the number in the subject names conversation {number}: taken"), "joined conversation"]);
    tells(&again, &["key: it refers to the message <first@mail>"]);
    let text = scene.house.run(&["why", &reply]);
    assert_eq!(String::from_utf8_lossy(&text.stdout).lines().count(), steps(&why).count(), "one step a line");
    scene.daemon.stop();
    scene.house.verify();
}
