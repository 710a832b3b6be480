//! The session without a socket: line in, reply out.

use super::*;

/// Takes `*@acme.example`; every mail is number 7.
struct Desk;

impl Outside for Desk {
    fn recipient(&self, address: &Address) -> RecipientVerdict {
        match address.domain() {
            "acme.example" => RecipientVerdict::Ours,
            "slow.example" => RecipientVerdict::TryLater,
            _ => RecipientVerdict::Unknown,
        }
    }

    fn begin(&self) -> (MailId, Millis) {
        (MailId(7), Millis(1000))
    }
}

fn rules() -> Rules {
    Rules {
        hostname: "mx.acme.example".into(),
        message_bytes_max: 1000,
        recipients_max: 2,
        commands_max: 100,
        bad_commands_max: 3,
        unknown_recipients_max: 2,
        starttls: true,
        require_tls: false,
    }
}

fn session(rules: Rules) -> Session {
    Session::new(Arc::new(rules), "192.0.2.9".parse().unwrap(), None)
}

fn step(session: &mut Session, line: &str) -> Step {
    session.step(super::super::command::parse(line.as_bytes(), "mx.acme.example"), &Desk)
}

fn words(step: &Step) -> String {
    let mut out = Vec::new();
    match step {
        Step::Say(reply) | Step::StartTls(reply) | Step::ReadData { reply, .. } => reply.write_to(&mut out),
        Step::SkipChunk { then, .. } => then.write_to(&mut out),
        Step::ReadChunk { .. } => out.extend_from_slice(b"chunk"),
    }
    String::from_utf8(out).unwrap()
}

/// Says each line and holds the reply to its beginning.
fn talk(session: &mut Session, lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        let step = step(session, line);
        assert!(words(&step).starts_with(expected), "{line}: {} instead of {expected}", words(&step));
    }
}

#[test]
fn a_mail_is_addressed_and_its_envelope_made() {
    let mut session = session(rules());
    talk(
        &mut session,
        &[
            ("EHLO client.example", "250-"),
            ("MAIL FROM:<ada@x.example> SMTPUTF8", "250 2.1.0"),
            ("RCPT TO:<support@acme.example>", "250 2.1.5"),
            ("RCPT TO:<Support@ACME.example>", "250 2.1.5"),
        ],
    );
    assert!(session.is_in_transaction());
    let Step::ReadData { envelope, .. } = step(&mut session, "DATA") else { panic!("no body asked for") };
    assert_eq!((envelope.id, envelope.arrived), (MailId(7), Millis(1000)));
    assert_eq!((envelope.helo.as_str(), envelope.esmtp, envelope.smtputf8), ("client.example", true, true));
    assert_eq!(envelope.recipients.len(), 1, "the same recipient twice is one");
    assert!(!session.is_in_transaction());
}

#[test]
fn commands_out_of_order_are_refused() {
    let mut session = session(Rules { bad_commands_max: 99, ..rules() });
    talk(
        &mut session,
        &[
            ("MAIL FROM:<>", "503 5.5.1"),
            ("HELO client.example", "250 mx"),
            ("RCPT TO:<support@acme.example>", "503 5.5.1"),
            ("DATA", "503 5.5.1"),
            ("BDAT 3 LAST", "503 5.5.1"),
            ("MAIL FROM:<>", "250"),
            ("MAIL FROM:<>", "503 5.5.1"),
            ("DATA", "554 5.5.1"),
            ("BDAT 3 LAST", "554 5.5.1"),
            ("RSET", "250"),
            ("RCPT TO:<support@acme.example>", "503 5.5.1"),
            ("MAIL FROM:<>", "250"),
            ("EHLO again.example", "250-"),
            ("DATA", "503 5.5.1"),
            ("NOOP", "250"),
            ("VRFY ada", "252 2"),
            ("HELP", "214 2"),
            ("QUIT", "221 2"),
        ],
    );
}

#[test]
fn recipients_are_asked_for_and_counted() {
    let mut session = session(rules());
    talk(
        &mut session,
        &[
            ("EHLO c", "250-"),
            ("MAIL FROM:<>", "250"),
            ("RCPT TO:<a@slow.example>", "451 4.3.0"),
            ("RCPT TO:<a@else.example>", "550 5.1.1"),
            ("RCPT TO:<a@acme.example>", "250"),
            ("RCPT TO:<b@acme.example>", "250"),
            ("RCPT TO:<c@acme.example>", "452 4.5.3"),
            ("RCPT TO:<a@acme.example>", "250"),
            ("RCPT TO:<ä@acme.example>", "553 5.6.7"),
        ],
    );
}

#[test]
fn guessing_recipients_ends_the_connection() {
    let mut session = session(rules());
    talk(&mut session, &[("EHLO c", "250-"), ("MAIL FROM:<>", "250")]);
    talk(&mut session, &[("RCPT TO:<a@else.example>", "550"), ("RCPT TO:<b@else.example>", "550")]);
    let last = step(&mut session, "RCPT TO:<c@else.example>");
    assert!(matches!(&last, Step::Say(reply) if reply.closes()), "{last:?}");
}

#[test]
fn bad_commands_and_too_many_commands_end_the_connection() {
    let mut bad = session(rules());
    talk(&mut bad, &[("X", "500 5.5.2"), ("AUTH PLAIN", "502"), ("DATA", "503"), ("NOOP", "250"), ("X", "421 4.7.0")]);
    let mut many = session(Rules { commands_max: 2, ..rules() });
    talk(&mut many, &[("NOOP", "250"), ("NOOP", "250"), ("NOOP", "421 4.7.0")]);
}

#[test]
fn a_mail_declared_too_big_is_refused_before_it_is_sent() {
    let mut session = session(rules());
    talk(
        &mut session,
        &[("EHLO c", "250-"), ("MAIL FROM:<> SIZE=1001", "552 5.3.4"), ("MAIL FROM:<> SIZE=1000", "250")],
    );
}

#[test]
fn tls_forgets_what_was_said_before_it() {
    let mut session = session(Rules { require_tls: true, ..rules() });
    talk(&mut session, &[("EHLO c", "250-"), ("MAIL FROM:<>", "530 5.7.0"), ("STARTTLS", "220 2.0.0")]);
    session.tls_began(TlsSession { protocol: "TLSv1.3".into(), cipher: "x".into() });
    talk(&mut session, &[("MAIL FROM:<>", "503")]);
    let ehlo = step(&mut session, "EHLO c");
    assert!(!words(&ehlo).contains("STARTTLS"));
    talk(&mut session, &[("STARTTLS", "503"), ("MAIL FROM:<>", "250")]);
}

#[test]
fn chunks_run_until_the_last_and_do_not_mix_with_data() {
    let mut session = session(rules());
    talk(&mut session, &[("EHLO c", "250-"), ("MAIL FROM:<>", "250"), ("RCPT TO:<a@acme.example>", "250")]);
    assert!(matches!(step(&mut session, "BDAT 3"), Step::ReadChunk { begin: Some(_), bytes: 3, last: false }));
    assert!(session.is_chunking());
    talk(&mut session, &[("DATA", "503"), ("RCPT TO:<b@acme.example>", "503"), ("MAIL FROM:<>", "503")]);
    assert!(matches!(step(&mut session, "BDAT 0 LAST"), Step::ReadChunk { begin: None, bytes: 0, last: true }));
    talk(&mut session, &[("MAIL FROM:<>", "250")]);
}

#[test]
fn after_a_failed_chunk_the_others_are_skipped() {
    let mut session = session(rules());
    talk(&mut session, &[("EHLO c", "250-"), ("MAIL FROM:<>", "250"), ("RCPT TO:<a@acme.example>", "250")]);
    talk(&mut session, &[("BDAT 3", "chunk")]);
    session.abandon();
    assert!(matches!(step(&mut session, "BDAT 5 LAST"), Step::SkipChunk { bytes: 5, .. }));
    talk(&mut session, &[("MAIL FROM:<>", "250")]);
}
