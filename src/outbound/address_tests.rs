//! Two thousand nasty addresses on the whole way: From, journal, contact, `RCPT TO` (S-05).

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::net::TcpListener;

use super::{
    Attempt, Limits, Outcome, Signer, Target, Way,
    route::Manner,
    scripted::{Script, serve},
    support::{NOW, RAW, address, deliver, letter_row, signer_of_nothing},
};
use crate::{
    conversation::{self, AnswerPolicy, Arrival, Class, Classified, Destination, Fingerprint, Lookups, MailSummary},
    mime,
    store::{ConversationRow, Place, Store},
    types::{Address, Clock, Envelope, LetterId, Level, MailId, Recipient, Verdicts},
};

const LOCALS: [&str; 34] = [
    "ada",
    "A",
    "a.b",
    "..",
    "a.",
    "-a",
    "a+b",
    "+",
    "=",
    "a=b",
    "=?utf-8?q?a?=",
    "o'hara",
    "a`b",
    "{a}",
    "a|b",
    "a/b",
    "!#$%&*?^_~",
    "a%b",
    "\"a b\"",
    "\" \"",
    "\"a@b\"",
    "\"a\\\"b\"",
    "\"\\\\\"",
    "\"<a>\"",
    "\"a,b\"",
    "\"(c)\"",
    "\"a:b;\"",
    "\u{e9}",
    "\u{430}\u{434}\u{430}",
    "\u{65e5}\u{672c}",
    "a\u{200b}b",
    "\u{202e}a",
    "a b",
    "a\r\nRCPT TO:<x@y>",
];
const DOMAINS: [&str; 24] = [
    "x.example",
    "X.Example",
    "x.example.",
    "b\u{fc}cher.example",
    "B\u{dc}CHER.example",
    "xn--bcher-kva.example",
    "\u{ff58}.example",
    "x\u{3002}example",
    "fa\u{df}.example",
    "\u{130}.example",
    "\u{43f}\u{440}\u{438}\u{43c}\u{435}\u{440}.example",
    "\u{430}cme.example",
    "[192.0.2.1]",
    "[IPv6:2001:DB8::1]",
    "a_b.example",
    "1.example",
    "x..example",
    "x.example..",
    "xn--a.example",
    "x.example>",
    "x example",
    "x.example\0",
    "[1.2.3]",
    "\u{200b}x.example",
];

/// Every local part with every domain, some twice over, some long.
fn nasty() -> Vec<String> {
    let mut all = Vec::new();
    for (round, joint) in ["", ".", "+", "\""].into_iter().enumerate() {
        for local in LOCALS {
            for domain in DOMAINS {
                let local = match round {
                    0 => local.to_owned(),
                    3 => format!("\"{}\"", local.trim_matches('"')),
                    _ => format!("{local}{joint}{}", "x".repeat(60 * round)),
                };
                all.push(format!("{local}@{domain}"));
            }
        }
    }
    all.truncate(2_000);
    all
}

fn arrival(n: u64, from: &Address) -> Arrival {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&n.to_be_bytes());
    Arrival {
        envelope: Envelope {
            id: MailId(n),
            arrived: NOW,
            peer: Ipv4Addr::LOCALHOST.into(),
            helo: "x".into(),
            esmtp: true,
            tls: None,
            mail_from: Some(from.clone()),
            recipients: vec![Recipient { address: address("support@acme.example") }],
            smtputf8: true,
        },
        now: NOW,
        trace: Bytes::new(),
        body: Bytes::from(format!("{n}")),
        mail: MailSummary { from: Some(from.clone()), subject: format!("{n}"), ..MailSummary::default() },
        verdicts: Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("as the test says") },
        class: Classified { class: Class::Human, reasons: Vec::new() },
        destinations: vec![Destination {
            address: Some(address("support@acme.example")),
            lookups: Lookups { fingerprint: Fingerprint(digest), ..Lookups::default() },
            answer: AnswerPolicy { wanted: false, quiet: Duration::ZERO, reopen_within: Duration::ZERO },
            named: true,
            one_of: false,
        }],
        dice: n.wrapping_mul(7919),
    }
}

/// The conversation that a mail from there opens.
async fn opened(store: &Store, n: u64, from: &Address) -> ConversationRow {
    let accepted = store.accept(arrival(n, from), conversation::file).await.unwrap();
    let row = store.mail(accepted.id()).unwrap().unwrap();
    let Place::Conversation { id, .. } = row.filings[0].place else { panic!("{row:?}") };
    store.conversation(id).unwrap().unwrap()
}

/// What a server hears as recipient.
async fn heard(listener: &TcpListener, signer: &Signer, to: &Address) -> Vec<String> {
    let script = Script { ehlo: Some("250-mx\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 1000"), ..Script::default() };
    let signed = signer.sign(&Bytes::from_static(RAW), &letter_row("x@y.example"), to).await.unwrap();
    let at = listener.local_addr().unwrap();
    let target = Target { host: "mx.x".into(), addresses: vec![at], manner: Manner::Opportunistic };
    let deadlines = Limits { connect: Duration::from_secs(10), command: Duration::from_secs(10) };
    let way = Way::Servers(vec![target]);
    let attempt =
        Attempt { letter: LetterId(1), place: 0, signed, way, hello: Arc::from("mx.acme.example"), limits: deadlines };
    let (outcome, heard) = tokio::join!(deliver(attempt), serve(listener, script));
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{to}: {outcome:?}");
    heard.lines.into_iter().filter(|line| line.starts_with("RCPT")).collect()
}

#[tokio::test]
async fn s05_two_thousand_nasty_addresses_are_answered_as_they_are_shown_or_not_taken() {
    let store = Store::testing_memory(Clock::testing_fixed(NOW.0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let signer = signer_of_nothing(true);
    let (mut taken, mut refused) = (0, 0);
    let all = nasty();
    assert_eq!(all.len(), 2_000);
    for (n, text) in all.iter().enumerate() {
        let Ok(parsed) = Address::parse(text) else {
            refused += 1;
            continue;
        };
        taken += 1;
        let shown = parsed.to_string();
        assert_eq!(Address::parse(&shown).as_ref(), Ok(&parsed), "{text:?}");
        // From is read stricter: the same address, or none.
        let mail = mime::parse(format!("From: <{text}>\r\nSubject: x\r\n\r\nx\r\n").as_bytes());
        assert!(mail.from.is_none_or(|from| from.to_string() == shown), "{text:?}");
        let row = opened(&store, n as u64 + 1, &parsed).await;
        assert_eq!((row.contact.to_string(), &row.contact), (shown.clone(), &parsed), "{text:?}");
        assert_eq!(heard(&listener, &signer, &row.contact).await, [format!("RCPT TO:<{shown}>")], "{text:?}");
    }
    assert!(taken > 800 && refused > 400, "{taken} taken, {refused} refused");
}
