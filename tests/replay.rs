//! Signed mail that comes again, with real signatures, to the daemon as it ships (S-07).

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod support;

use std::fs;

use replyd::playground::{Customer, with_header};
use serde_json::Value;
use support::{
    daemon::{Daemon, House},
    names::Names,
    smtp::hand_in,
};

const ADA: &str = "ada@signed.example";
const SUPPORT: &str = "support@acme.example";
const BILLING: &str = "billing@acme.example";
const SALES: &str = "sales@acme.example";

/// A house with a third address, where the AI is on.
fn house(names: &Names) -> House {
    let house = House::plain(names);
    let mut text = fs::read_to_string(house.config()).unwrap();
    text.push_str(&format!("[[address]]\naddress = \"{SALES}\"\nautopilot = \"on\"\n"));
    fs::write(house.config(), text).unwrap();
    house
}

/// A customer whose mail is proved by her signature only: it comes from servers of others.
fn ada(names: &Names) -> Customer {
    let ada = Customer::with_strict_domain("Ada", ADA, names.zone()).unwrap();
    names.zone().remove("signed.example").txt("signed.example", "v=spf1 -all");
    ada
}

fn send(daemon: &Daemon, to: &str, mail: &[u8]) -> String {
    hand_in(daemon, "bounces@provider.example", &[to], mail)
}

/// Where the mail went: the conversation, and what the mail proved there.
fn place(daemon: &Daemon, mail: &str) -> Value {
    let why = daemon.api().why(mail);
    let place = &why["filings"][0]["place"]["conversation"];
    assert!(place["id"].is_string(), "{why}");
    place.clone()
}

/// Shown in a conversation of its own, proving nothing, for a person only.
fn is_a_replay(daemon: &Daemon, mail: &str) {
    let place = place(daemon, mail);
    assert_eq!((&place["level"], place["joined_by"].is_null()), (&Value::from(1), true), "{place}");
    assert!(place["why"].as_str().unwrap().contains("came before"), "{place}");
    let id = place["id"].as_str().unwrap();
    let conversation = daemon.api().conversation(id);
    assert!(conversation.to_string().contains("came before"), "{conversation}");
    assert!(daemon.api().queue().iter().all(|job| job["conversation"] != id));
}

#[test]
fn the_same_signed_mail_to_three_recipients() {
    let names = Names::start();
    let house = house(&names);
    let ada = ada(&names);
    let daemon = house.start();
    let mail = ada.writes(&format!("{SUPPORT}, {BILLING}"), "1@signed.example", "Broken", "It is broken.").unwrap();
    let first = send(&daemon, SUPPORT, &mail);
    let second = send(&daemon, BILLING, &mail);
    let third = send(&daemon, SALES, &mail);
    // She named two of them.
    assert_eq!(place(&daemon, &first)["level"], 3);
    assert_eq!(place(&daemon, &second)["level"], 3);
    is_a_replay(&daemon, &third);
    // Where it was before, it is a copy.
    assert_eq!(send(&daemon, SUPPORT, &mail), first);
    daemon.stop();
    // Known after a restart.
    let daemon = house.start();
    assert_eq!(send(&daemon, SALES, &mail), third);
    daemon.stop();
    house.verify();
}

#[test]
fn the_same_signature_with_an_added_in_reply_to_joins_nothing() {
    let names = Names::start();
    let house = house(&names);
    let ada = ada(&names);
    let daemon = house.start();
    // A provider that signs neither Message-ID nor what a mail answers.
    let mail = ada.unsigned(SUPPORT, "1@signed.example", "Broken", "", "It is broken.");
    let mail = ada.key.as_ref().unwrap().sign_fields(&mail, &["From", "To", "Subject", "Date"]).unwrap();
    let first = send(&daemon, SUPPORT, &mail);
    let first_place = place(&daemon, &first);
    assert_eq!(first_place["level"], 3);
    // What a thief of that mail can do: another Message-ID, and a claim to answer what is there.
    let renamed = String::from_utf8(mail.clone()).unwrap().replace("<1@signed.example>", "<2@signed.example>");
    let forged = with_header(renamed.as_bytes(), "In-Reply-To", "<1@signed.example>");
    is_a_replay(&daemon, &send(&daemon, SUPPORT, &forged));
    // Under its own Message-ID it is a copy where it was, and a replay elsewhere.
    let marked = with_header(&mail, "In-Reply-To", "<1@signed.example>");
    assert_eq!(send(&daemon, SUPPORT, &marked), first);
    is_a_replay(&daemon, &send(&daemon, SALES, &marked));
    // She herself writes on.
    let next = ada.answers(SUPPORT, "3@signed.example", "1@signed.example", "Re: Broken", "Still broken.").unwrap();
    let joined = place(&daemon, &send(&daemon, SUPPORT, &next));
    assert_eq!((&joined["id"], &joined["level"]), (&first_place["id"], &Value::from(3)));
    daemon.stop();
    house.verify();
}
