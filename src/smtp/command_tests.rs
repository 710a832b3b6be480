//! Command lines as clients write them, tolerated and refused.

use super::*;

fn read(line: &str) -> Result<Command, CommandError> {
    parse(line.as_bytes(), "mx.acme.example")
}

fn mail(line: &str) -> MailFrom {
    match read(line) {
        Ok(Command::Mail(mail)) => mail,
        other => panic!("{line}: {other:?}"),
    }
}

fn rcpt(line: &str) -> String {
    match read(line) {
        Ok(Command::Rcpt(to)) => to.to_string(),
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn verbs_are_known_in_any_case_and_trailing_space_is_nothing() {
    assert_eq!(read("ehlo Mail_1.example"), Ok(Command::Ehlo("Mail_1.example".into())));
    assert_eq!(read("HELO [192.0.2.1] and more"), Ok(Command::Helo("[192.0.2.1]".into())));
    assert_eq!(read("dAtA  \t"), Ok(Command::Data));
    assert_eq!(read("starttls"), Ok(Command::StartTls));
    assert_eq!(read("NOOP anything"), Ok(Command::Noop));
}

#[test]
fn mail_is_read_with_its_parameters() {
    let read = mail("MAIL FROM:<ada@x.example> SIZE=1234 body=8bitmime SMTPUTF8");
    assert_eq!(read.from.unwrap().to_string(), "ada@x.example");
    assert_eq!((read.size, read.smtputf8), (Some(1234), true));
    assert_eq!(mail("MAIL FROM:<>"), MailFrom { from: None, size: None, smtputf8: false });
    assert_eq!(mail("MAIL FROM:<> SIZE=99999999999999999999999").size, Some(u64::MAX));
}

#[test]
fn what_old_devices_write_is_tolerated() {
    assert_eq!(mail("MAIL FROM: <ada@x.example>").from.unwrap().to_string(), "ada@x.example");
    assert_eq!(mail("mail from:ada@x.example SIZE=1").from.unwrap().to_string(), "ada@x.example");
    assert_eq!(rcpt("RCPT TO:  ada@x.example"), "ada@x.example");
}

#[test]
fn a_source_route_is_ignored() {
    assert_eq!(rcpt("RCPT TO:<@a.example,@b.example:ada@x.example>"), "ada@x.example");
    assert_eq!(read("RCPT TO:<@a.example>"), Err(CommandError::Form("RCPT TO:<address>")));
}

#[test]
fn long_and_quoted_local_parts_are_taken() {
    let long = format!("support+caf_={}=mx.acme.example@acme.example", "k".repeat(100));
    assert_eq!(rcpt(&format!("RCPT TO:<{long}>")), long);
    assert_eq!(rcpt("RCPT TO:<\"a > \\\"b\"@x.example>"), "\"a > \\\"b\"@x.example");
}

#[test]
fn postmaster_needs_no_domain() {
    assert_eq!(rcpt("RCPT TO:<Postmaster>"), "Postmaster@mx.acme.example");
}

#[test]
fn chunks_say_their_length() {
    assert_eq!(read("BDAT 12"), Ok(Command::Bdat { bytes: 12, last: false }));
    assert_eq!(read("bdat 0 last"), Ok(Command::Bdat { bytes: 0, last: true }));
    for line in ["BDAT", "BDAT -1", "BDAT +1", "BDAT x LAST", "BDAT 1 LAST x", "BDAT 1 FIRST"] {
        assert_eq!(read(line), Err(CommandError::Form("BDAT octets [LAST]")), "{line}");
    }
}

#[test]
fn what_is_not_offered_is_named() {
    assert_eq!(read("AUTH PLAIN AAAA"), Err(CommandError::NotOffered));
    assert_eq!(read("MAIL FROM:<a@x> BODY=BINARYMIME"), Err(CommandError::Parameter));
    assert_eq!(read("MAIL FROM:<a@x> AUTH=<>"), Err(CommandError::Parameter));
    assert_eq!(read("MAIL FROM:<a@x> SMTPUTF8=yes"), Err(CommandError::Parameter));
    assert_eq!(read("RCPT TO:<a@x> NOTIFY=NEVER"), Err(CommandError::Parameter));
    assert_eq!(read("GET / HTTP/1.1"), Err(CommandError::OtherProtocol));
    assert_eq!(read(""), Err(CommandError::Unknown));
    assert_eq!(read("MAILFROM:<a@x>"), Err(CommandError::Unknown));
}

#[test]
fn what_is_no_command_is_refused() {
    assert_eq!(read("NO\0OP"), Err(CommandError::Characters));
    assert_eq!(read("RSET\rQUIT"), Err(CommandError::Characters));
    assert_eq!(parse(b"EHLO \xff", "x"), Err(CommandError::Characters));
    assert_eq!(read("EHLO"), Err(CommandError::Form("EHLO name")));
    assert_eq!(read("STARTTLS now"), Err(CommandError::Form("STARTTLS")));
    for line in ["MAIL", "MAIL FROM", "MAIL FROM:", "MAIL <a@x>", "MAIL FROM:<a@x", "MAIL FROM:<a@x>SIZE=1"] {
        assert_eq!(read(line), Err(CommandError::Form("MAIL FROM:<address>")), "{line}");
    }
    assert_eq!(read("MAIL FROM:<a@x> SIZE=-1"), Err(CommandError::Form("SIZE=octets")));
    assert_eq!(read("MAIL FROM:<a b@x>"), Err(CommandError::Sender));
    assert_eq!(read("MAIL FROM:é"), Err(CommandError::Sender));
    for line in ["RCPT TO:<>", "RCPT TO:<a>", "RCPT TO:Ada <a@x>", "RCPT TO:<a@x,b@x>"] {
        let wrong = matches!(read(line), Err(CommandError::Recipient | CommandError::Parameter));
        assert!(wrong, "{line}: {:?}", read(line));
    }
}
