//! What is known of a customer whom somebody else's program names.

use super::*;
use crate::mime;

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// From and level after a mail of that class was taken as its customer's.
fn taken(raw: &str, class: Class, rule: Option<&FormRule>) -> (String, Level, String) {
    let mail = mime::parse(raw.replace('\n', "\r\n").as_bytes());
    let verdicts = Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("shop.example signed this") };
    let class = Classified { class, reasons: vec![] };
    let support = address("support@shop.example");
    let (mail, verdicts) = as_written_by_the_customer(mail, verdicts, &class, rule, &[&support]);
    (mail.from.map(|from| from.to_string()).unwrap_or_default(), verdicts.level, verdicts.sentence)
}

const FORM: &str =
    "From: robot@shop.example\nSubject: Contact\n\nName: Ada\nEmail: ada@x.example\n\nHow does it work?\n";

#[test]
fn a_form_proves_itself_and_not_whom_it_names() {
    let (from, level, sentence) = taken(FORM, Class::Form, None);
    assert_eq!((from.as_str(), level), ("ada@x.example", Level::Unproven));
    assert!(sentence.contains("proved is only the form: shop.example signed this"), "{sentence}");
}

#[test]
fn a_form_that_knows_its_users_lends_them_its_own_proof() {
    let rule = FormRule { robot: address("robot@shop.example"), vouches: true };
    assert_eq!(taken(FORM, Class::Form, Some(&rule)).1, Level::Authenticated);
    let strict = FormRule { vouches: false, ..rule };
    assert_eq!(taken(FORM, Class::Form, Some(&strict)).1, Level::Unproven);
}

#[test]
fn a_form_that_names_nobody_is_not_answered_at_its_robot() {
    let (from, level, _) = taken("From: robot@shop.example\n\nHello\n", Class::Form, None);
    assert_eq!((from.as_str(), level), ("robot@shop.example", Level::Unproven));
}

#[test]
fn a_rule_that_forwards_names_the_customer_in_its_text_alone() {
    let block = "From: Ada <ada@x.example>\nSent: Monday\nTo: support@shop.example\nSubject: Hello\n\nHow?\n";
    let mail = |from: &str| {
        format!(
            "From: {from}\nSubject: FW: Hello\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n\n{block}"
        )
    };
    let (from, level, sentence) = taken(&mail("support@shop.example"), Class::Human, None);
    assert_eq!((from.as_str(), level), ("ada@x.example", Level::Unproven));
    assert!(sentence.contains("proved is only the mailbox"), "{sentence}");
    // Of anybody else's mailbox it is a letter of theirs.
    assert_eq!(taken(&mail("bob@y.example"), Class::Human, None).0, "bob@y.example");
}
