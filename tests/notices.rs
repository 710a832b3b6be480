//! Mail that asks to prove an address, and mail that somebody else's program sent for a customer: through the whole daemon.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use replyd::playground::Key;
use serde_json::Value;
use support::{
    daemon::{Daemon, House, QUESTION},
    mails,
    names::Names,
    smtp::hand_in,
};

const ADA: &str = "ada@customer.example";
const SUPPORT: &str = "support@acme.example";

/// Hands the mail in; its queue id.
fn comes_in(daemon: &Daemon, from: &str, mail: &[u8]) -> String {
    hand_in(daemon, from, &[SUPPORT], mail)
}

/// What `held show` prints.
fn shown(house: &House, id: &str) -> String {
    let done = house.run(&["held", "show", id]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn held_reasons(daemon: &Daemon) -> Vec<Value> {
    daemon.api().held().iter().map(|mail| mail["filings"][0]["place"]["held"].clone()).collect()
}

#[test]
fn s02_codes_sent_to_us_wait_for_the_owners_of_the_address() {
    let names = Names::start();
    let slack = Key::ed25519("slack.com", "mail").unwrap();
    slack.publish(names.zone());
    let house = House::plain(&names);
    let daemon = house.start();
    comes_in(&daemon, ADA, &mails::mail(ADA, SUPPORT, "1@customer.example", "Login", "", QUESTION));
    let number = daemon.api().conversations()[0]["number"].to_string();

    // Whoever registered at Slack with our address names a conversation of theirs, in the ways that would join one.
    let subject = format!("Slack confirmation code: A7B-9QZ [{number}]");
    let mail = mails::mail(
        "no-reply@slack.com",
        SUPPORT,
        "1@slack.com",
        &subject,
        "In-Reply-To: <1@customer.example>\r\n",
        "Enter this code in your browser:\r\n\r\nA7B-9QZ\r\n\r\nOr open https://slack.com/confirm/abc",
    );
    let id = comes_in(&daemon, "no-reply@slack.com", &slack.sign(&mail).unwrap());

    assert_eq!(held_reasons(&daemon), ["verification_code"]);
    assert_eq!(daemon.api().conversations().len(), 1);
    let conversation = daemon.api().conversation(&number).to_string();
    assert!(!conversation.contains("A7B-9QZ"), "{conversation}");
    let shown = shown(&house, &id);
    for line in ["    asks: Slack\n", "    code: A7B-9QZ\n", "    link: https://slack.com/confirm/abc\n"] {
        assert!(shown.contains(line), "{line:?} is missing in\n{shown}");
    }
    let why = daemon.api().why(&id)["steps"].to_string();
    assert!(why.contains("+1 it comes from a service that people register with"), "{why}");
    daemon.stop();
}

#[test]
fn gmails_confirmation_is_shown_when_gmail_signed_it_and_else_it_is_nobodys() {
    let names = Names::start();
    let google = Key::ed25519("google.com", "mail").unwrap();
    google.publish(names.zone());
    let house = House::plain(&names);
    let daemon = house.start();
    let asks = |id: &str| {
        mails::mail(
            "forwarding-noreply@google.com",
            SUPPORT,
            id,
            "(#482913579) Gmail Forwarding Confirmation - Receive Mail from support@acme.example",
            "X-Google-Address-Confirmation: abcdefghijklmnopqrstuvwxyz1\r\nAuto-Submitted: auto-generated\r\n",
            "Yes: https://mail-settings.google.com/mail/vf-%5Bab-uf%5D-x\r\nNo: https://mail-settings.google.com/mail/uf-%5Bab%5D-y",
        )
    };

    let genuine = comes_in(&daemon, "forwarding-noreply@google.com", &google.sign(&asks("1@google.com")).unwrap());
    let forged = comes_in(&daemon, "forwarding-noreply@google.com", &asks("2@google.com"));

    assert_eq!(held_reasons(&daemon), ["forwarding_confirmation"]);
    let shown = shown(&house, &genuine);
    for line in [
        "    asks: Gmail\n",
        "     for: support@acme.example\n",
        "    code: 482913579\n",
        "    link: https://mail-settings.google.com/mail/vf-%5Bab-uf%5D-x\n",
        "  cancel: https://mail-settings.google.com/mail/uf-%5Bab%5D-y\n",
    ] {
        assert!(shown.contains(line), "{line:?} is missing in\n{shown}");
    }
    let why = daemon.api().why(&forged)["steps"].to_string();
    assert!(why.contains("no signature of its sender passes"), "{why}");
    assert_eq!(house.run(&["held", "show", &forged]).status.code(), Some(65), "it is not held");
    daemon.stop();
}

#[test]
fn a_form_of_the_configuration_speaks_for_its_customer_and_proves_only_itself() {
    let names = Names::start();
    let house = House::plain(&names);
    let text = std::fs::read_to_string(house.config()).unwrap();
    let rule = "address = \"support@acme.example\"\nform = \"robot@customer.example\"\n";
    for (vouches, level) in [("", 1), ("form_vouches = true\n", 3)] {
        let with_form = text.replace("address = \"support@acme.example\"\n", &format!("{rule}{vouches}"));
        std::fs::write(house.config(), with_form).unwrap();
        let daemon = house.start();
        let id = format!("{level}@customer.example");
        let says = format!("Name: Bob\r\nEmail: bob{level}@y.example\r\n\r\nWhere is my parcel?");
        let robot = "robot@customer.example";
        let kept = comes_in(&daemon, robot, &mails::mail(robot, SUPPORT, &id, "Contact", "", &says));

        let why = daemon.api().why(&kept);
        assert_eq!(
            (&why["class"]["class"], &why["mail"]["from"]),
            (&"form".into(), &format!("bob{level}@y.example").into())
        );
        assert_eq!(why["verdicts"]["level"], level, "{}", why["verdicts"]["sentence"]);
        daemon.stop();
    }
}
