//! What reports say of our letters, and which of them are believed.

use super::*;
use crate::{
    mime,
    types::{ConversationId, Secret},
};

const LETTER: LetterId = LetterId(77);
const SENT: Sent = Sent { letter: LETTER, place: 1 };

fn keys() -> ReplyKeys {
    ReplyKeys::new(&[Secret::new(*b"a secret of the install, 32 byte")])
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Ada's delivery, which something came back to.
fn to_ada() -> Returned {
    Returned { sent: SENT, to: address("ada@customer.example") }
}

fn our_message_id() -> String {
    format!("{}@acme.example", keys().write(LETTER, ConversationId(9)))
}

/// A report of RFC 3464 with these groups of fields about recipients, on a letter with this Message-ID.
fn report(groups: &[&str], message_id: &str) -> Mail {
    let groups = groups.join("\r\n\r\n");
    let text = format!(
        "From: MAILER-DAEMON@customer.example\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\nContent-Type: \
         multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nIt could not be delivered.\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n{groups}\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
    );
    mime::parse(text.as_bytes())
}

fn about(recipient: &str, rest: &str) -> String {
    format!("Final-Recipient: rfc822; {recipient}\r\n{rest}")
}

fn told(mail: &Mail, returned: Option<&Returned>) -> Vec<Reported> {
    reported(mail, Class::Bounce, returned, &keys())
}

/// What a report about Ada that came to its envelope sender says.
fn fate_of(rest: &str) -> Fate {
    let said = told(&report(&[&about("ada@customer.example", rest)], ""), Some(&to_ada()));
    assert_eq!((said.len(), said[0].letter, &said[0].whom), (1, LETTER, &Whom::Place(1)), "{said:?}");
    said[0].fate
}

#[test]
fn only_an_address_that_is_none_is_a_mailbox_that_is_none() {
    let failed = |status: &str| fate_of(&format!("Action: failed\r\nStatus: {status}"));
    for status in ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"] {
        assert_eq!(failed(status), Fate::Failed { no_mailbox: true }, "{status}");
    }
    for status in ["5.1.0", "5.1.7", "5.1.8", "5.2.1", "5.2.2", "5.3.4", "5.4.1", "5.7.1", "5.0.0", "4.4.7", ""] {
        assert_eq!(failed(status), Fate::Failed { no_mailbox: false }, "{status}");
    }
}

#[test]
fn what_waits_or_arrived_has_not_failed() {
    assert_eq!(fate_of("Action: delayed\r\nStatus: 4.2.2"), Fate::Delayed);
    assert_eq!(fate_of("Action: delayed\r\nStatus: 5.1.1"), Fate::Delayed);
    assert_eq!(fate_of("Status: 4.2.2"), Fate::Delayed, "where nothing is said of giving up");
    for action in ["delivered", "relayed", "expanded"] {
        assert_eq!(fate_of(&format!("Action: {action}\r\nStatus: 2.0.0")), Fate::Arrived, "{action}");
    }
}

#[test]
fn the_code_of_the_other_server_counts_where_a_gateway_says_nothing() {
    let of = |words: &str| fate_of(&format!("Action: failed\r\nStatus: 5.0.0\r\nDiagnostic-Code: smtp; {words}"));
    assert_eq!(of("550 5.1.1 no such user"), Fate::Failed { no_mailbox: true });
    assert_eq!(of("550 5.7.1 we do not like you"), Fate::Failed { no_mailbox: false });
    assert_eq!(of("550 no such user"), Fate::Failed { no_mailbox: false }, "550 may be a policy, RFC 5321 §4.2.3");
}

#[test]
fn the_envelope_tells_whom_it_is_about_whatever_the_report_names() {
    let rewritten = report(&[&about("x93@internal.customer.example", "Action: failed\r\nStatus: 5.1.1")], "");
    assert_eq!(told(&rewritten, Some(&to_ada()))[0].whom, Whom::Place(1));
    let nobody =
        mime::parse(b"From: MAILER-DAEMON@x.example\r\nSubject: failure notice\r\n\r\nIt failed: 550 5.1.1.\r\n");
    let said = &told(&nobody, Some(&to_ada()))[0];
    assert_eq!((&said.whom, said.fate), (&Whom::Place(1), Fate::Failed { no_mailbox: true }), "{said:?}");
    let late = mime::parse(
        b"From: MAILER-DAEMON@x.example\r\nSubject: Warning: message delayed\r\n\r\nIt has not yet been delivered: 421.\r\n",
    );
    assert_eq!(told(&late, Some(&to_ada()))[0].fate, Fate::Delayed);
}

#[test]
fn of_several_she_is_found_and_else_the_best_is_believed() {
    let ada = about("ada@customer.example", "Action: failed\r\nStatus: 5.2.2");
    let bob = about("bob@customer.example", "Action: failed\r\nStatus: 5.1.1");
    let list = about("team@customer.example", "Action: expanded\r\nStatus: 2.0.0");
    assert_eq!(told(&report(&[&bob, &ada], ""), Some(&to_ada()))[0].fate, Fate::Failed { no_mailbox: false });
    assert_eq!(told(&report(&[&bob, &list], ""), Some(&to_ada()))[0].fate, Fate::Arrived);
}

#[test]
fn without_the_envelope_a_report_speaks_of_whom_it_names_under_our_message_id_only() {
    let ada = about("ada@customer.example", "Action: failed\r\nStatus: 5.1.1");
    let said = told(&report(&[&ada], &our_message_id()), None);
    assert_eq!(said[0].whom, Whom::Named(address("ada@customer.example")));
    let forged = our_message_id().replace("@acme", "0@acme");
    assert_eq!(told(&report(&[&ada], &forged), None), []);
    assert_eq!(told(&report(&[&ada], ""), None), []);
}

#[test]
fn what_is_no_report_reports_nothing() {
    let note = report(&[&about("ada@customer.example", "Action: failed\r\nStatus: 5.1.1")], &our_message_id());
    for class in [Class::AutomaticReply, Class::Human, Class::List] {
        assert_eq!(reported(&note, class, Some(&to_ada()), &keys()), [], "{class:?}");
    }
    assert_eq!(proven(&note, Class::AutomaticReply, Some(&to_ada()), &keys()), Some(SENT));
    assert_eq!(proven(&note, Class::Human, Some(&to_ada()), &keys()), None, "a person writes as to any address");
}

/// A complaint of RFC 5965 with these fields about a letter with this Message-ID.
fn feedback(fields: &str, message_id: &str) -> Mail {
    let text = format!(
        "From: fbl@provider.example\r\nSubject: complaint\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; \
         report-type=feedback-report; boundary=b\r\n\r\n--b\r\n\r\nA complaint.\r\n--b\r\nContent-Type: \
         message/feedback-report\r\n\r\n{fields}\r\nVersion: 1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n\
         Message-ID: <{message_id}>\r\nSubject: Re: piano\r\n\r\nhello\r\n--b--\r\n"
    );
    mime::parse(text.as_bytes())
}

fn complained(mail: &Mail) -> Vec<(LetterId, Whom, Fate)> {
    let said = reported(mail, Class::Complaint, None, &keys());
    said.into_iter().map(|one| (one.letter, one.whom, one.fate)).collect()
}

#[test]
fn a_complaint_is_about_the_letter_whose_envelope_sender_or_message_id_it_repeats() {
    let sender = keys().verp().write(SENT, "mx.acme.example").unwrap();
    let by_sender = feedback(&format!("Feedback-Type: abuse\r\nOriginal-Mail-From: <{sender}>"), "other@x");
    assert_eq!(complained(&by_sender), [(LETTER, Whom::Place(1), Fate::Complained)]);
    assert_eq!(proven(&by_sender, Class::Complaint, None, &keys()), Some(SENT));
    let by_id = feedback("Feedback-Type: abuse", &our_message_id());
    assert_eq!(complained(&by_id), [(LETTER, Whom::Only, Fate::Complained)]);
    let named = "Feedback-Type: fraud\r\nOriginal-Rcpt-To: <ada@customer.example>";
    let named = feedback(named, &our_message_id());
    assert_eq!(complained(&named), [(LETTER, Whom::Named(address("ada@customer.example")), Fate::Complained)]);
}

#[test]
fn what_is_no_complaint_or_about_no_letter_of_ours_is_none() {
    for kind in ["not-spam", "auth-failure", "virus"] {
        let mail = feedback(&format!("Feedback-Type: {kind}"), &our_message_id());
        assert_eq!(complained(&mail), [], "{kind}");
    }
    let forged =
        "Feedback-Type: abuse\r\nOriginal-Mail-From: <bounce.0000000000025.1.00000000000000000000@mx.acme.example>";
    assert_eq!(complained(&feedback(forged, "forged@acme.example")), []);
}
