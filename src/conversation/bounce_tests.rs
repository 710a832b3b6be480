//! What reports say in fields, and in free words.

use super::*;
use crate::mime;

fn read(raw: &str) -> Bounce {
    bounce(&mime::parse(raw.replace('\n', "\r\n").as_bytes()), Class::Bounce).unwrap()
}

fn failed(recipient: &str, status: &str, diagnostic: &str) -> BouncedRecipient {
    BouncedRecipient {
        recipient: recipient.into(),
        action: "failed".into(),
        status: status.into(),
        diagnostic: diagnostic.into(),
    }
}

#[test]
fn a_report_names_recipient_status_and_words() {
    let mail = Mail {
        reported_message_id: "x@y".into(),
        delivery_status:
            "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ada@x.example\r\nAction: failed\r\n\
                          Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n no such user\r\n"
                .into(),
        ..Mail::default()
    };
    let found = bounce(&mail, Class::Bounce).unwrap();
    assert_eq!(found.recipients, [failed("ada@x.example", "5.1.1", "550 5.1.1 no such user")]);
    assert_eq!((found.message_id.as_str(), found.shape), ("x@y", "rfc3464"));
    assert_eq!(bounce(&mail, Class::Human), None);
}

#[test]
fn the_address_we_wrote_to_counts_not_what_it_became() {
    let fields = "Reporting-MTA: dns; mx\n\nOriginal-Recipient: rfc822; ada@x.example\n\
                  Final-Recipient: x400; /S=ada/C=GB/\nAction: failed\nStatus: 5.0.0 (quota)\n";
    assert_eq!(report::recipients(fields), [failed("ada@x.example", "5.0.0", "")]);
    let bare = "Final-Recipient: <ada@x.example>\nAction: error\n\nFinal-Recipient: rfc822; ADA@x.example\n";
    assert_eq!(report::recipients(bare), [failed("ada@x.example", "", "")]);
}

#[test]
fn a_report_is_read_where_gateways_have_put_it() {
    let fields = "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ada@x.example\nAction: failed\nStatus: 5.1.1\n";
    let attached = format!(
        "From: MAILER-DAEMON@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nfailed\n--b\n\
         Content-Type: message/delivery-status; name=details.txt\nContent-Disposition: attachment\n\n{fields}\n--b--\n"
    );
    let enclosed = format!(
        "From: scanner@x.example\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n\
         From: postmaster@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=c\n\n--c\n\nfailed\n\
         --c\nContent-Type: message/delivery-status\n\n{fields}\n--c--\n--b--\n"
    );
    for raw in [attached, enclosed] {
        assert_eq!(read(&raw).recipients, [failed("ada@x.example", "5.1.1", "")], "{raw}");
    }
}

#[test]
fn a_report_whose_fields_name_nobody_is_read_in_its_words() {
    let found = read(
        "From: postmaster@x.example\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n\
         A message could not be delivered to:\nada@x.example\n\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mx.x.example\n--b--\n",
    );
    assert_eq!((found.shape, found.recipients[0].recipient.as_str()), ("list of addresses", "ada@x.example"));
}

#[test]
fn a_header_may_name_them() {
    let found = read(
        "From: Mailer-Daemon@x.example\nX-Failed-Recipients: ada@x.example, bob@y.example\n\nThe following address(es) \
         failed:\n\n  ada-alias@x.example\n    550 no such user\n",
    );
    let named: Vec<&str> = found.recipients.iter().map(|failed| failed.recipient.as_str()).collect();
    assert_eq!((found.shape, named), ("x-failed-recipients", vec!["ada@x.example", "bob@y.example"]));
    assert_eq!(found.recipients[0].status, "5.0.0");
}

#[test]
fn a_failure_reads_as_one_line() {
    let said = failed("ada@x.example", "5.1.1", "").to_string();
    assert_eq!(said, "ada@x.example failed 5.1.1");
}

#[test]
fn a_delay_is_no_failure() {
    let found = read(
        "From: Mailer-Daemon@x.example\nSubject: Warning: message delayed 2 days\n\nThe message has not yet been delivered to \
         the following addresses:\n\n  <ada@x.example>\n\nDelivery attempts will continue for some time.\n",
    );
    assert_eq!(found.recipients[0].action, "delayed");
}
