//! Round trips through mail servers of others: a letter leaves to them, their customer reads and answers it, and the answer
//! comes back through them into the conversation. Two strangers verify the signatures of what was delivered.
//!
//! Each server stands in two places: as our smarthost, with AUTH and a pinned CA, and as the MX of the customer's domain.
//! OpenSMTPD does both in clear.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "mta/server.rs"]
mod server;
mod support;

use std::{env, ffi::OsString};

use serde_json::{Value, json};
use server::{HOST, PORT, Server, Talks};
use support::{
    daemon::{Daemon, House, TO_FILES},
    dkimpy, mails,
    names::Names,
};

/// Autopilot is off there.
const BILLING: &str = "billing@acme.example";

#[test]
fn a_letter_goes_through_postfix_and_its_answer_comes_back() {
    there_and_back("postfix", Talks::InTls);
}

#[test]
fn a_letter_goes_through_exim_and_its_answer_comes_back() {
    there_and_back("exim", Talks::InTls);
}

#[test]
fn a_letter_goes_through_sendmail_and_its_answer_comes_back() {
    there_and_back("sendmail", Talks::InTls);
}

#[test]
fn a_letter_goes_through_opensmtpd_in_clear_and_its_answer_comes_back() {
    there_and_back("opensmtpd", Talks::InClear);
}

/// Where the server stands.
struct Road {
    /// Lines of `[outbound]`.
    route: String,
    customer: &'static str,
    /// What the server writes into Received: TLS, and AUTH where there is one. RFC 3848.
    with: &'static str,
}

/// Each road has a server of its own: one that is left may remember a daemon that has gone.
fn there_and_back(name: &str, talks: Talks) {
    for road in [as_smarthost, as_mx] {
        let Some(server) = Server::start(name, talks) else { return };
        round_trip(&server, &road(&server));
    }
}

fn as_smarthost(server: &Server) -> Road {
    let (manner, with) = match server.talks() {
        Talks::InTls => (server.tls_and_auth(), "ESMTPSA"),
        Talks::InClear => ("smarthost_tls = \"off\"".to_owned(), "ESMTP"),
    };
    let route = format!("route = \"smarthost\"\nsmarthost_host = \"{HOST}\"\nsmarthost_port = {PORT}\n{manner}");
    Road { route, customer: "bob@elsewhere.example", with }
}

fn as_mx(server: &Server) -> Road {
    let with = match server.talks() {
        Talks::InTls => "ESMTPS",
        Talks::InClear => "ESMTP",
    };
    Road { route: format!("route = \"mx\"\nport = {PORT}"), customer: "ada@customer.example", with }
}

fn round_trip(server: &Server, road: &Road) {
    let names = Names::with(|zone| {
        zone.mx("customer.example", 10, HOST).a(HOST, server.ip());
        zone.txt("elsewhere.example", "v=spf1 ip4:127.0.0.1 -all");
    });
    let house = House::plain(&names);
    house.change("127.0.0.1:0", &format!("{}:{}", server.ip(), server::REPLYD_PORT));
    house.change(TO_FILES, &road.route);
    let rows = house.add_domain();
    names.publish(&rows);
    let daemon = house.start();
    let [asked, answered] = ["asked", "answered"].map(|name| format!("{name}.{}", road.customer));

    let mail = mails::mail(road.customer, BILLING, &asked, "Bill", "", "Did I pay twice?");
    server.submit(road.customer, BILLING, &mail);
    daemon.until("the question has come", |api| !api.conversations().is_empty());
    let number = daemon.api().conversations()[0]["number"].to_string();
    let path = format!("/api/v1/conversations/{number}/replies");
    daemon.api().send("POST", &path, &json!({ "markdown": "You paid **once**.\n\n. And a dot.", "by": "Eve" }));
    daemon.until("the letter has left", |api| api.queue().is_empty());
    let letter = letter(&daemon, &number);
    assert_eq!(letter["deliveries"][0]["state"], "accepted", "{letter:#}");
    let id = letter["message_id"].as_str().unwrap();
    daemon.until("it lies in the Maildir", |_| server.delivered(id).is_some());
    let delivered = server.delivered(id).unwrap();

    let text = String::from_utf8(delivered.clone()).unwrap();
    assert!(text.contains("You paid once."), "{text}");
    assert_eq!(server::received_with(&text), road.with, "{text}");
    assert_signed(server, &names, &rows, &delivered);

    let subject = letter["subject"].as_str().unwrap();
    let extra = format!("In-Reply-To: <{id}>\r\nReferences: <{asked}> <{id}>\r\n");
    let mail = mails::mail(road.customer, BILLING, &answered, subject, &extra, "Thank you, Eve.");
    server.submit(road.customer, BILLING, &mail);
    daemon.until("the answer has come back", |api| mails_in(&api.conversation(&number)).len() == 2);
    let both = mails_in(&daemon.api().conversation(&number));
    assert_eq!(both[1]["new_text"].as_str().unwrap().trim(), "Thank you, Eve.", "{both:#?}");
    assert_eq!(daemon.api().conversations().len(), 1);
    let kept = String::from_utf8(daemon.api().raw(both[1]["id"].as_str().unwrap())).unwrap();
    assert_eq!(server::received_with(&kept), "ESMTPS", "{kept}");
    daemon.stop();
    house.verify();
}

/// The only letter of a conversation.
fn letter(daemon: &Daemon, number: &str) -> Value {
    let view = daemon.api().conversation(number);
    let line = view["timeline"].as_array().unwrap().iter().find(|line| line["kind"] == "letter");
    line.unwrap_or_else(|| panic!("no letter: {view:#}")).clone()
}

fn mails_in(conversation: &Value) -> Vec<Value> {
    let timeline = conversation["timeline"].as_array().unwrap();
    timeline.iter().filter(|line| line["kind"] == "mail").cloned().collect()
}

/// opendkim, which asks our DNS, and dkimpy both verify both signatures, and notice a changed letter.
fn assert_signed(server: &Server, names: &Names, rows: &[Value], delivered: &[u8]) {
    let python = env::var_os("REPLYD_TEST_PYTHON").unwrap_or_else(|| OsString::from("/usr/bin/python3"));
    let rows = rows.iter().filter(|row| row["type"] == "TXT");
    let rows: Vec<String> = rows.map(|row| ["name", "value"].map(|key| row[key].as_str().unwrap()).join("=")).collect();
    let changed = String::from_utf8(delivered.to_vec()).unwrap().replace("You paid", "We paid");
    for (mail, result) in [(delivered, "pass"), (changed.as_bytes(), "fail")] {
        assert_eq!(dkimpy::opinion(&python, &rows, mail), [result; 2], "dkimpy");
        assert_eq!(server.opendkim(names.addr().port(), mail), [result; 2], "opendkim");
    }
}
