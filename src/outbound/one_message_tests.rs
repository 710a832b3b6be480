//! Whatever stands in a letter, the far side sees exactly one message (S-12, S-13): a strict server, which is ours, and lax
//! ones that take LF.LF, CR.CR or anything for the end.
//!
//! - `REPLYD_BODIES`: how many letters are made up, 10,000 when not said; on all cores. The same number makes the same letter.

use std::{net::SocketAddr, thread, time::Duration};

use bytes::Bytes;
use tokio::{net::TcpListener, time::Instant};

use super::{
    Answered, Attempt, Composition, Limits, Manner, Named, Outcome, Signer, Target, Wanted, Way, compose,
    connection::{GREETING_AGAIN, lend, wire_safe},
    scripted::{Heard, Lines, Script, converse, serve},
    support::{NOW, address, conversation, deliver, letter_row, settings, signer_of_nothing},
    timed::{Deadline, Timed},
};
use crate::{
    playground::Mailbox,
    types::{Address, Approval, Chance, LetterId, Millis, Signed},
};

/// Letters that are made up when nobody says how many.
const BODIES: u64 = 10_000;

/// Each so-many-th goes to a server over a socket too, and to our own.
const TO_SOCKETS_EVERY: u64 = 100;

/// Octets between us and a server in memory.
const PIPE_OCTETS: usize = 1 << 20;

/// More than any test needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// What is put together: whatever ends a line or a message somewhere, commands, and marks of Markdown and of encodings.
const PIECES: [&str; 40] = [
    "\n.\n",
    "\r.\r",
    "\r\n.\r\n",
    "\r\n.",
    ".\r\n",
    "\n.\r\n",
    "\r\n.\n",
    "\r.\n",
    "\n.\r",
    "\r\r\n.\r\r\n",
    "\r\n\0.\r\n",
    "\r\n.\0\r\n",
    "\r\n..\r\n",
    "\n",
    "\r",
    "\r\n",
    "\r\n\r\n",
    ".",
    "..",
    "\0",
    "\x0b.\x0b",
    "\u{85}.\u{85}",
    "\u{2028}.\u{2028}",
    "=",
    "=\r\n.\r\n",
    "=0D=0A.=0D=0A",
    " ",
    "\t",
    "a",
    "ö",
    "件名",
    "> ",
    "# ",
    "- ",
    "```\n",
    "<b>",
    "<br>",
    "MAIL FROM:<evil@x.example>\r\n",
    "RCPT TO:<victim@y.example>\r\nDATA\r\n",
    "QUIT\r\n",
];

/// Text of pieces that end lines and messages, or nearly.
fn text(chance: &mut Chance) -> String {
    let count = chance.below(24);
    let mut text: String = (0..count).map(|_| chance.of(&PIECES)).collect();
    // The longest line SMTP has, with a dot where it is folded.
    if chance.below(20) == 0 {
        text.push_str(&"x".repeat(990 + chance.below(20) as usize));
        text.push_str(chance.of(&PIECES));
    }
    text
}

/// A letter that the AI or a person wrote, every text in it made up.
fn composed(chance: &mut Chance) -> Option<Bytes> {
    let mut conversation = conversation(&text(chance));
    conversation.contact_name = text(chance);
    let answered = Answered {
        message_id: text(chance),
        references: vec![text(chance), "q1@customer.example".into()],
        date: Some(1_794_990_000_000),
        kept: Millis(1_794_990_000_500),
        from_name: text(chance),
        new_text: text(chance),
        thread: vec![text(chance), "q0@customer.example".into()],
        subject: text(chance),
        thread_topic: text(chance),
        thread_index: text(chance).into_bytes(),
    };
    let markdown = text(chance);
    let copy = Named { name: text(chance), address: recipient(chance) };
    let letter = Composition {
        letter: LetterId(1 << 30),
        message_id: "k.1@mx.acme.example",
        conversation: &conversation,
        settings: &settings(),
        disclosure: true,
        markdown: &markdown,
        enclosed: &[],
        wanted: &Wanted { to: None, copies: Some(vec![copy]) },
        language: None,
        answered: Some(&answered),
        reply_to: None,
        now: NOW,
    };
    let written = compose(&letter, &Approval::by_person("Grace", 1));
    let empty = markdown.chars().all(|c| c.is_control() || c.is_whitespace());
    assert!(written.is_ok() || empty, "{markdown:?}: {written:?}");
    written.ok().map(|letter| letter.raw)
}

/// Bytes that no code of ours wrote, as if `compose` had failed. Half of them have whole line ends.
fn made_up(chance: &mut Chance) -> Bytes {
    let mut body = text(chance);
    if chance.below(2) == 0 {
        body = body.replace("\r\n", "\n").replace(['\r', '\0'], "").replace('\n', "\r\n") + "\r\n";
    }
    format!("From: support@acme.example\r\nSubject: x\r\n\r\n{body}").into()
}

/// An address that a customer chose, with as much of the pieces as an address can have.
fn recipient(chance: &mut Chance) -> Address {
    let local: String = (0..1 + chance.below(6)).map(|_| chance.of(&PIECES)).collect();
    let written = if chance.below(2) == 0 { format!("\"{local}\"") } else { local };
    Address::parse(&format!("{written}@customer.example")).unwrap_or_else(|_| address("ada@customer.example"))
}

async fn sign(signer: &Signer, raw: &Bytes, to: &Address) -> Option<Signed> {
    signer.sign(raw, &letter_row("ada@customer.example"), to).await.ok()
}

async fn send(signed: &Signed, server: SocketAddr) -> Outcome {
    let target = Target { host: "mx.x".into(), addresses: vec![server], manner: Manner::Opportunistic };
    deliver(Attempt {
        letter: LetterId(1 << 30),
        place: 0,
        signed: signed.clone(),
        way: Way::Servers(vec![target]),
        hello: "mx.acme.example".into(),
        limits: Limits { connect: PATIENCE, command: PATIENCE },
    })
    .await
}

/// Takes whatever address there is.
fn script(lines: Lines) -> Script {
    Script { ehlo: Some("250-mx\r\n250-8BITMIME\r\n250 SMTPUTF8"), lines, ..Script::default() }
}

/// Sends over a socket to a server that reads lines that way; what it heard.
async fn heard(signed: &Signed, listener: &TcpListener, lines: Lines) -> Heard {
    let (outcome, heard) = tokio::join!(send(signed, listener.local_addr().unwrap()), serve(listener, script(lines)));
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{lines:?} {signed:?}: {outcome:?}");
    heard
}

/// The same in memory: the true transaction, without sockets, thousands a second.
async fn heard_in_memory(signed: &Signed, lines: Lines) -> Heard {
    let (ours, theirs) = tokio::io::duplex(PIPE_OCTETS);
    let nowhere = SocketAddr::from(([127, 0, 0, 1], 25));
    let sending = async {
        let deadline = Deadline::new(Instant::now() + PATIENCE);
        let timed = Timed::new(ours, nowhere, GREETING_AGAIN, PATIENCE, deadline.clone());
        let mut open = lend(timed, "mx.x", "mx.acme.example", deadline).await.ok().unwrap();
        let ended = open.transaction(signed).await;
        open.goodbye();
        ended
    };
    let (ended, heard) = tokio::join!(sending, converse(Box::new(theirs), Script { greeting: None, ..script(lines) }));
    assert!(matches!(ended, Ok(Outcome::Accepted { .. })), "{lines:?} {signed:?}: {ended:?}");
    heard
}

/// One envelope, ours to the octet, one message, whole, and the goodbye.
fn is_one_message(heard: &Heard, signed: &Signed, name: &str) {
    let hello = "EHLO mx.acme.example\r\n";
    let eight_bit = if signed.bytes().is_ascii() { "" } else { " BODY=8BITMIME" };
    let utf8 = if signed.to().needs_utf8() { " SMTPUTF8" } else { "" };
    let commands = format!(
        "{hello}MAIL FROM:<support@acme.example>{eight_bit}{utf8}\r\nRCPT TO:<{}>\r\nDATA\r\nQUIT\r\n",
        signed.to()
    );
    // To whom a CR ends a line, the LF behind our dot is an empty one.
    let said = heard.commands.replace("DATA\r\n\n", "DATA\r\n");
    let twice = said.strip_prefix(hello).filter(|rest| rest.starts_with(hello));
    assert_eq!(twice.unwrap_or(&said), commands, "{name}");
    assert!(!commands.replace("\r\n", "").contains(['\r', '\n', '\0']), "{name}: {commands:?}");
    assert_eq!(heard.wire.len(), 1, "{name}");
    assert!(heard.message == signed.bytes()[..] || heard.wire[0].ends_with(b"\r"), "{name}");
    // The same octets, read as every other server reads them; a lone LF behind it is the second half of the last line end.
    for lines in Lines::ALL {
        let wire = heard.wire[0].len();
        let first = lines.first_message(&heard.wire[0]).unwrap_or(wire);
        assert!(first + 1 >= wire, "{name}: {lines:?} sees an end after {first} of {wire} octets");
    }
}

#[tokio::test]
async fn the_lax_servers_of_these_tests_are_lax() {
    use Lines::{Any, Cr, Lf, Strict};
    let cases: [(&[u8], &[Lines]); 8] = [
        (b"a\r\n.\r\nMAIL", &[Strict, Lf, Cr, Any]),
        (b"a\n.\nMAIL", &[Lf, Any]),
        (b"a\r.\rMAIL", &[Cr, Any]),
        (b"a\n.\r\nMAIL", &[Lf, Any]),
        (b"a\r\n.\nMAIL", &[Lf, Any]),
        (b"a\r\n.\rMAIL", &[Cr, Any]),
        (b"a\r\n\0.\r\nMAIL", &[Any]),
        (b"a\r\n..\r\nMAIL", &[]),
    ];
    for (wire, ended_for) in cases {
        let seen: Vec<Lines> = Lines::ALL.into_iter().filter(|lines| lines.first_message(wire).is_some()).collect();
        assert_eq!(seen, ended_for, "{}", wire.escape_ascii());
    }
}

/// Each ending alone, to every server over a socket: one message, or refused before anything is sent.
#[tokio::test]
async fn every_server_sees_one_message_whatever_ends_a_line_in_it() {
    let (signer, folder) = (signer_of_nothing(true), tempfile::tempdir().unwrap());
    let ours = Mailbox::start("mx.strict.example", folder.path().join("spool")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut sent, mut refused) = (0, 0);
    for piece in PIECES {
        let smuggled =
            format!("hello{piece}MAIL FROM:<evil@x.example>\r\nRCPT TO:<victim@y.example>\r\nDATA\r\n\r\nbad\r\n");
        let raw = Bytes::from(format!("From: support@acme.example\r\n\r\n{smuggled}"));
        let Some(signed) = sign(&signer, &raw, &address("ada@customer.example")).await else {
            assert!(wire_safe(&raw).is_err(), "{piece:?}");
            refused += 1;
            continue;
        };
        for lines in Lines::ALL {
            is_one_message(&heard(&signed, &listener, lines).await, &signed, &format!("{piece:?} to {lines:?}"));
        }
        our_server_has_it(&ours, &signed, sent).await;
        sent += 1;
    }
    assert!(sent > 20 && refused > 10, "{sent} sent, {refused} refused");
}

async fn our_server_has_it(ours: &Mailbox, signed: &Signed, before: usize) {
    let outcome = send(signed, ours.addr()).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{signed:?}: {outcome:?}");
    assert_eq!(ours.count(), before + 1, "{signed:?}");
    let mail = ours.nth(before, Duration::from_secs(20)).await.unwrap();
    assert_eq!(mail.bytes, signed.bytes());
    assert_eq!(mail.envelope.mail_from.unwrap(), address("support@acme.example"));
}

/// The letters that fall to one core of several; how many there were, and how many went out.
async fn made_up_letters(count: u64, first: u64, step: usize) -> (u64, u64) {
    let (signer, folder) = (signer_of_nothing(true), tempfile::tempdir().unwrap());
    let ours = Mailbox::start("mx.strict.example", folder.path().join("spool")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (mut made, mut sent, mut to_ours) = (0, 0, 0);
    for number in (first..count).step_by(step) {
        let mut chance = Chance::new(number);
        let by_compose = chance.below(2) == 0;
        let raw = if by_compose { composed(&mut chance) } else { Some(made_up(&mut chance)) };
        let Some(raw) = raw else { continue };
        made += 1;
        let Some(signed) = sign(&signer, &raw, &recipient(&mut chance)).await else {
            assert!(!by_compose && wire_safe(&raw).is_err(), "letter {number}: {}", raw.escape_ascii());
            continue;
        };
        let (name, lines) = (format!("letter {number}"), chance.of(&Lines::ALL));
        is_one_message(&heard_in_memory(&signed, lines).await, &signed, &name);
        sent += 1;
        if number % TO_SOCKETS_EVERY < step as u64 && !signed.to().needs_utf8() {
            is_one_message(&heard(&signed, &listener, Lines::Strict).await, &signed, &name);
            our_server_has_it(&ours, &signed, to_ours).await;
            to_ours += 1;
        }
    }
    (made, sent)
}

#[test]
fn ten_thousand_made_up_letters_are_one_message_each() {
    let count = std::env::var("REPLYD_BODIES").map_or(BODIES, |text| text.parse().unwrap());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (made, sent) = thread::scope(|scope| {
        let on_core = |core| {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(made_up_letters(count, core as u64, cores))
            })
        };
        let all: Vec<_> = (0..cores).map(on_core).collect();
        let each = all.into_iter().map(|one| one.join().unwrap());
        each.fold((0, 0), |(made, sent), (more_made, more_sent)| (made + more_made, sent + more_sent))
    });
    println!("{made} letters were made up, and {sent} of them went out");
    assert!(made > count / 2 && sent > made / 2, "{sent} of {made}");
}
