//! One delivery attempt against scripted servers, over real sockets on loopback.

use std::net::SocketAddr;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    config::{Smarthost, SmarthostTls},
    outbound::{
        route::Manner,
        scripted::{Heard, Script, serve},
        support::{RAW, deliver, server_tls, signed},
        transaction::QUIT_TIMEOUT,
    },
    types::Secret,
};

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

async fn attempt(host: &str, addresses: Vec<SocketAddr>, manner: Manner) -> Attempt {
    Attempt {
        letter: LetterId(1 << 30),
        place: 0,
        signed: signed(RAW).await,
        way: Way::Servers(vec![Target { host: host.into(), addresses, manner }]),
        hello: "mx.acme.example".into(),
        limits: Limits { connect: Duration::from_secs(10), command: Duration::from_secs(10) },
    }
}

/// One attempt straight to a server with that script, and what the server heard.
async fn direct(script: Script) -> (Outcome, Heard) {
    let (listener, address) = listener().await;
    let server = tokio::spawn(async move { serve(&listener, script).await });
    let outcome = deliver(attempt("mx.x", vec![address], Manner::Opportunistic).await).await;
    (outcome, server.await.unwrap())
}

/// The same, by one who does not wait long.
async fn hasty(script: Script) -> Outcome {
    let (listener, address) = listener().await;
    let _server = tokio::spawn(async move { serve(&listener, script).await });
    let mut attempt = attempt("mx.x", vec![address], Manner::Opportunistic).await;
    attempt.limits.command = HASTE;
    deliver(attempt).await
}

const HASTE: Duration = Duration::from_millis(300);

/// A server's TLS under a CA of its own, and the PEM of that CA.
fn tls(name: &str) -> (Arc<rustls::ServerConfig>, String) {
    let ca_key = rcgen::KeyPair::generate().unwrap();
    let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
    ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let ca_pem = ca.self_signed(&ca_key).unwrap().pem();
    let key = rcgen::KeyPair::generate().unwrap();
    let issuer = rcgen::Issuer::new(ca, ca_key);
    let certificate = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    (server_tls(&[&certificate], &key), ca_pem)
}

#[tokio::test]
async fn an_accepted_letter_arrives_byte_for_byte() {
    let (outcome, heard) = direct(Script::default()).await;
    let by = "mx.x (127.0.0.1)".to_owned();
    assert_eq!(outcome, Outcome::Accepted { by, words: "250 2.0.0 Ok: queued as X1".into() });
    assert_eq!(String::from_utf8(heard.message).unwrap(), std::str::from_utf8(RAW).unwrap());
    assert_eq!(
        heard.lines,
        ["EHLO mx.acme.example", "MAIL FROM:<support@acme.example>", "RCPT TO:<ada@customer.example>", "DATA", "QUIT"]
    );
}

#[tokio::test]
async fn a_server_without_tls_hears_one_ehlo_and_what_it_said_to_that_counts() {
    // OpenSMTPD answers a second one with 503.
    for ehlo in ["250-mx\r\n250 8BITMIME", "250-mx\r\n250-STARTTLS\r\n250 8BITMIME"] {
        let (listener, address) = listener().await;
        let script = Script { ehlo: Some(ehlo), starttls: Some("454 not now"), ..Script::default() };
        let server = tokio::spawn(async move { serve(&listener, script).await });
        let mut attempt = attempt("mx.x", vec![address], Manner::Opportunistic).await;
        attempt.signed = signed("Subject: Parcel\r\n\r\nGr\u{fc}\u{df}e\r\n".as_bytes()).await;
        let outcome = deliver(attempt).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let heard = server.await.unwrap();
        assert_eq!(heard.lines.iter().filter(|line| line.starts_with("EHLO")).count(), 1, "{:?}", heard.lines);
        assert!(heard.lines.iter().any(|line| line.ends_with(" BODY=8BITMIME")), "{:?}", heard.lines);
    }
}

#[tokio::test]
async fn a_server_that_knows_helo_only_gets_helo_and_nothing_that_extends_it() {
    for (unknown, helo) in [("500 5.5.1 what", "250 mx"), ("502 not here", "250-mx\r\n250-STARTTLS\r\n250 SMTPUTF8")] {
        let (outcome, heard) = direct(Script { ehlo: Some(unknown), helo: Some(helo), ..Script::default() }).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        let begun = ["EHLO mx.acme.example", "HELO mx.acme.example", "MAIL FROM:<support@acme.example>"];
        assert_eq!(heard.lines[..3], begun);
    }
    let (outcome, heard) = direct(Script { ehlo: Some("550 5.7.1 not you"), ..Script::default() }).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    assert_eq!(heard.lines[..1], ["EHLO mx.acme.example"], "who does not want us is not asked again");
    assert!(!heard.lines.iter().any(|line| line.starts_with("HELO")), "{:?}", heard.lines);
    let neither = Script { ehlo: Some("500 what"), helo: Some("421 4.3.2 later"), ..Script::default() };
    let (outcome, _) = direct(neither).await;
    assert!(matches!(&outcome, Outcome::Later { words } if words.contains("HELO")), "{outcome:?}");
}

#[tokio::test]
async fn a_4xx_waits_and_a_5xx_refuses_at_every_step() {
    type Set = fn(&mut Script, &'static str);
    let steps: [(&str, Set); 6] = [
        ("greeting", |script, reply| script.greeting = Some(reply)),
        ("EHLO", |script, reply| script.ehlo = Some(reply)),
        ("MAIL", |script, reply| script.mail = Some(reply)),
        ("RCPT", |script, reply| script.rcpt = Some(reply)),
        ("DATA", |script, reply| script.data = Some(reply)),
        ("the letter", |script, reply| script.end = Some(reply)),
    ];
    for (step, set) in steps {
        for (reply, refused) in
            [("450-4.2.0 not\r\n450 4.2.0 now", false), ("421 bye", false), ("550 5.1.1 never", true)]
        {
            let mut script = Script::default();
            set(&mut script, reply);
            let (outcome, _) = direct(script).await;
            // Only about the recipient does 5.1.1 say that there is no such mailbox.
            let is_refusal = match outcome {
                Outcome::Refused { .. } => step != "RCPT",
                Outcome::NoMailbox { .. } => step == "RCPT",
                _ => false,
            };
            assert_eq!(is_refusal, refused, "{step} {reply}: {outcome:?}");
            assert_eq!(matches!(outcome, Outcome::Later { .. }), !refused, "{step} {reply}: {outcome:?}");
            assert!(outcome.words().contains(&reply[..3]) && outcome.words().contains(step), "{step}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn a_silent_server_costs_one_deadline_at_every_step() {
    let silent: [fn(&mut Script); 6] = [
        |script| script.greeting = None,
        |script| script.ehlo = None,
        |script| script.mail = None,
        |script| script.rcpt = None,
        |script| script.data = None,
        |script| script.end = None,
    ];
    for (step, silence) in silent.into_iter().enumerate() {
        let mut script = Script::default();
        silence(&mut script);
        let outcome = hasty(script).await;
        assert!(outcome.words().contains("silent"), "{step}: {outcome:?}");
        assert_eq!(matches!(outcome, Outcome::Unknown { .. }), step == 5, "{step}: {outcome:?}");
        assert_eq!(matches!(outcome, Outcome::Later { .. }), step != 5, "{step}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_server_that_hangs_up_is_tried_again_later() {
    for verb in ["EHLO", "MAIL", "RCPT", "DATA", "."] {
        let (outcome, _) = direct(Script { hangs_up_at: verb, ..Script::default() }).await;
        assert_eq!(matches!(outcome, Outcome::Unknown { .. }), verb == ".", "{verb}: {outcome:?}");
        assert_eq!(matches!(outcome, Outcome::Later { .. }), verb != ".", "{verb}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_server_found_by_mx_is_spoken_to_in_tls_whatever_its_certificate() {
    let (config, _) = tls("some.other.name");
    let ehlo = Some("250-mx\r\n250 STARTTLS");
    let (outcome, heard) = direct(Script { ehlo, tls: Some(config), ..Script::default() }).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert_eq!(heard.lines[1], "STARTTLS");
    assert_eq!(heard.message, RAW);
}

#[tokio::test]
async fn bytes_behind_the_starttls_reply_end_the_attempt_before_anything_is_sent() {
    // S-14
    let (config, ca) = tls("mx.x");
    for manner in [Manner::Opportunistic, relay("mx.x", &ca, SmarthostTls::StartTls).0] {
        let script = Script {
            ehlo: Some("250-mx\r\n250 STARTTLS"),
            starttls: Some("220 go\r\n250-evil.injected\r\n250 AUTH PLAIN"),
            tls: Some(config.clone()),
            ..Script::default()
        };
        let (listener, address) = listener().await;
        let server = tokio::spawn(async move { serve(&listener, script).await });
        let outcome = deliver(attempt("mx.x", vec![address], manner).await).await;
        assert!(matches!(&outcome, Outcome::Later { words } if words.contains("at STARTTLS")), "{outcome:?}");
        assert_eq!(server.await.unwrap().lines, ["EHLO mx.acme.example", "STARTTLS"]);
    }
}

/// A relay with a user and a password, trusting that CA; the folder holds its file.
fn relay(host: &str, ca: &str, tls: SmarthostTls) -> (Manner, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    fs::write(&file, ca).unwrap();
    let smarthost = Smarthost {
        host: host.into(),
        port: 587,
        tls,
        user: Some("user".into()),
        password: Some(Secret::new("secret")),
        ca: Some(file),
    };
    (Manner::Relay(smarthost), folder)
}

#[tokio::test]
async fn a_relay_is_checked_against_its_ca_and_gets_the_password_only_inside_tls() {
    let (config, ca) = tls("relay.x");
    let (manner, _folder) = relay("relay.x", &ca, SmarthostTls::StartTls);
    let (listener, address) = listener().await;
    let script = Script { ehlo: Some("250-mx\r\n250 STARTTLS"), tls: Some(config), ..Script::default() };
    let server = tokio::spawn(async move { serve(&listener, script).await });
    let outcome = deliver(attempt("relay.x", vec![address], manner).await).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let heard = server.await.unwrap();
    assert_eq!(heard.lines[1..4], ["STARTTLS", "EHLO mx.acme.example", "AUTH PLAIN AHVzZXIAc2VjcmV0"]);
    assert_eq!(heard.message, RAW);
}

#[tokio::test]
async fn a_relay_with_the_wrong_certificate_or_without_starttls_gets_nothing() {
    let (config, _) = tls("relay.x");
    let (_, other_ca) = tls("relay.x");
    for ehlo in ["250-mx\r\n250 STARTTLS", "250-mx\r\n250 AUTH PLAIN"] {
        let (manner, _folder) = relay("relay.x", &other_ca, SmarthostTls::StartTls);
        let (listener, address) = listener().await;
        let script = Script { ehlo: Some(ehlo), tls: Some(config.clone()), ..Script::default() };
        let server = tokio::spawn(async move { serve(&listener, script).await });
        let outcome = deliver(attempt("relay.x", vec![address], manner).await).await;
        assert!(matches!(outcome, Outcome::Later { .. }), "{outcome:?}");
        let heard = server.await.unwrap();
        assert!(!heard.lines.iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")), "{heard:?}");
    }
}

#[tokio::test]
async fn a_relay_in_clear_that_knows_helo_only_gets_helo() {
    let smarthost = Smarthost { tls: SmarthostTls::Off, password: None, ..crate::outbound::support::relay() };
    let (listener, address) = listener().await;
    let script = Script { ehlo: Some("502 5.5.1 what"), helo: Some("250 relay"), ..Script::default() };
    let server = tokio::spawn(async move { serve(&listener, script).await });
    let outcome = deliver(attempt("relay.x", vec![address], Manner::Relay(smarthost)).await).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    let heard = server.await.unwrap();
    assert_eq!(heard.lines[..2], ["EHLO mx.acme.example", "HELO mx.acme.example"], "each once");
    assert!(heard.lines[2].starts_with("MAIL FROM:"), "{:?}", heard.lines);
}

#[tokio::test]
async fn a_relay_that_does_not_take_our_password_is_tried_again() {
    let (listener, address) = listener().await;
    let server = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        tcp.write_all(b"220 x\r\n").await.unwrap();
        let mut lines = BufReader::new(tcp);
        for reply in ["250-x\r\n250 AUTH LOGIN PLAIN\r\n", "535 5.7.8 wrong\r\n"] {
            lines.read_line(&mut String::new()).await.unwrap();
            lines.write_all(reply.as_bytes()).await.unwrap();
        }
    });
    let (manner, _folder) = relay("127.0.0.1", "", SmarthostTls::Off);
    let outcome = deliver(attempt("127.0.0.1", vec![address], manner).await).await;
    assert!(matches!(&outcome, Outcome::Later { words } if words.contains("535 5.7.8 wrong")), "{outcome:?}");
    server.await.unwrap();
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_cannot_be_reached() {
    let (gone, nobody) = listener().await;
    drop(gone);
    let (listener, address) = listener().await;
    let server = tokio::spawn(async move { serve(&listener, Script::default()).await });
    let outcome = deliver(attempt("mx.x", vec![nobody, address], Manner::Opportunistic).await).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    server.await.unwrap();
}

#[tokio::test]
async fn a_server_that_refuses_us_at_the_door_leaves_the_letter_to_the_next() {
    let (first, first_at) = listener().await;
    let (second, second_at) = listener().await;
    let closed = Script { greeting: Some("554 no mail here"), ..Script::default() };
    let _first = tokio::spawn(async move { serve(&first, closed).await });
    let server = tokio::spawn(async move { serve(&second, Script::default()).await });
    let outcome = deliver(attempt("mx.x", vec![first_at, second_at], Manner::Opportunistic).await).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    server.await.unwrap();
}

#[tokio::test]
async fn a_server_whose_tls_does_not_work_is_spoken_to_without() {
    // RFC 7435: only for servers found by MX, whose TLS anybody on the way could have taken out of the EHLO reply anyway.
    let (listener, address) = listener().await;
    let server = tokio::spawn(async move {
        let ehlo = Some("250-mx\r\n250 STARTTLS");
        serve(&listener, Script { ehlo, hangs_up_at: "STARTTLS", ..Script::default() }).await;
        serve(&listener, Script { ehlo, starttls: Some("454 not now"), ..Script::default() }).await
    });
    let mut attempt = attempt("mx.x", vec![address, address], Manner::Opportunistic).await;
    attempt.limits.connect = Duration::from_secs(5);
    let outcome = deliver(attempt).await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    assert_eq!(server.await.unwrap().message, RAW);
}

#[tokio::test]
async fn an_acceptance_in_odd_words_is_an_acceptance() {
    for end in [&b"250\r\n"[..], b"250 Gr\xfc\xdfe\r\n", b"250-a\r\n250 b\r\n", b"251 ok\r\n", b"250 ok\n"] {
        let (listener, address) = listener().await;
        let server = tokio::spawn(async move {
            let (tcp, _) = listener.accept().await.unwrap();
            let mut lines = BufReader::new(tcp);
            lines.write_all(b"220 x\r\n").await.unwrap();
            for reply in ["250 x", "250 x", "250 x", "354 x"] {
                lines.read_line(&mut String::new()).await.unwrap();
                lines.write_all(format!("{reply}\r\n").as_bytes()).await.unwrap();
            }
            let mut line = String::new();
            while line != ".\r\n" {
                line.clear();
                lines.read_line(&mut line).await.unwrap();
            }
            lines.write_all(end).await.unwrap();
        });
        let outcome = deliver(attempt("mx.x", vec![address], Manner::Opportunistic).await).await;
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn an_accepted_letter_waits_for_no_goodbye() {
    // Given a server that takes the letter and then says nothing
    let (listener, address) = listener().await;
    let server = tokio::spawn(async move { serve(&listener, Script { bye: None, ..Script::default() }).await });
    // When it is sent
    let begun = Instant::now();
    let outcome = deliver(attempt("mx.x", vec![address], Manner::Opportunistic).await).await;
    // Then that is known before the server is given up: who is killed in between would send it again
    assert!(matches!(outcome, Outcome::Accepted { .. }) && begun.elapsed() < QUIT_TIMEOUT, "{outcome:?}");
    assert_eq!(server.await.unwrap().lines.last().unwrap(), "QUIT");
}

#[tokio::test]
async fn an_attempt_whose_caller_went_away_still_ends_its_transaction() {
    let (listener, address) = listener().await;
    let attempt = attempt("mx.x", vec![address], Manner::Opportunistic).await;
    let waiting = tokio::spawn(deliver(attempt));
    let (mut tcp, _) = listener.accept().await.unwrap();
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
    tcp.write_all(b"220 x\r\n").await.unwrap();
    let mut first = [0; 4];
    tcp.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"EHLO");
}

#[tokio::test]
async fn a_reply_that_drips_in_has_one_deadline() {
    let (listener, address) = listener().await;
    let server = tokio::spawn(async move {
        let (mut tcp, _): (TcpStream, _) = listener.accept().await.unwrap();
        tcp.write_all(b"220 x\r\n").await.unwrap();
        let mut lines = BufReader::new(tcp);
        lines.read_line(&mut String::new()).await.unwrap();
        lines.write_all(b"250 x\r\n").await.unwrap();
        lines.read_line(&mut String::new()).await.unwrap();
        let mut drops = 0;
        let mut pace = tokio::time::interval(Duration::from_millis(40));
        while lines.write_all(if drops == 0 { b"250-" } else { b"xxxx" }).await.is_ok() && drops < 100 {
            drops += 1;
            pace.tick().await;
        }
        drops
    });
    let mut attempt = attempt("mx.x", vec![address], Manner::Opportunistic).await;
    attempt.limits.command = HASTE;
    let outcome = deliver(attempt).await;
    assert!(matches!(&outcome, Outcome::Later { words } if words.contains("silent at MAIL")), "{outcome:?}");
    assert!(server.await.unwrap() < 50);
}

#[tokio::test]
async fn a_letter_becomes_one_file_however_often_it_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let mut attempt = attempt("", Vec::new(), Manner::Opportunistic).await;
    attempt.way = Way::File(folder.path().join("outbox"));
    let first = deliver(attempt.clone()).await;
    let again = deliver(attempt).await;
    assert_eq!(first, again);
    let Outcome::Accepted { by, .. } = first else { panic!("{first:?}") };
    assert!(by.ends_with("outbox/0000001000000-0.eml"), "{by}");
    let names: Vec<_> = fs::read_dir(folder.path().join("outbox")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["0000001000000-0.eml"]);
    let head = "Return-Path: <support@acme.example>\r\nDelivered-To: ada@customer.example\r\n";
    assert_eq!(fs::read(by).unwrap(), [head.as_bytes(), RAW].concat());
}
