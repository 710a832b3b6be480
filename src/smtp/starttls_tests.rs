//! TLS and PROXY over real sockets on loopback: what comes before a session, and what must not survive into it (S-14).

use tokio::net::TcpStream;

use super::support::{self, ADDRESS, Client, GREET, Recorder, begin_tls, ip, loopback};
use crate::config::{Limits, Listener, TlsMode};

#[tokio::test]
async fn starttls_begins_a_new_session_over_tls() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.say([GREET, ADDRESS, "STARTTLS\r\n"].concat(), &["220", "250", "250", "250", "220 2.0.0"]).await;
    let mut client = Client::over(begin_tls(client.stream).await.unwrap());
    client.say("DATA\r\n", &["503"]).await;
    client.say(GREET, &["250"]).await;
    client.say([ADDRESS, "DATA\r\n"].concat(), &["250", "250", "354"]).await;
    client.say("x\r\n.\r\nQUIT\r\n", &["250", "221"]).await;
    client.expect_closed().await;
    let tls = server.recorder.mails.lock().unwrap()[0].0.tls.clone().unwrap();
    assert_eq!((tls.protocol.as_str(), tls.cipher.starts_with("TLS_")), ("TLSv1.3", true));
}

#[tokio::test]
async fn implicit_tls_speaks_first_inside_tls() {
    let server = support::serve(Recorder::open(), Limits::default(), vec![loopback(TlsMode::Implicit)]);
    let stream = TcpStream::connect(server.addresses[0]).await.unwrap();
    let mut client = Client::over(begin_tls(stream).await.unwrap());
    client.say([GREET, ADDRESS, "DATA\r\n"].concat(), &["220", "250", "250", "250", "354"]).await;
    client.say("x\r\n.\r\n", &["250"]).await;
    assert!(server.recorder.mails.lock().unwrap()[0].0.tls.is_some());
}

#[tokio::test]
async fn require_tls_refuses_mail_in_the_clear() {
    let listener = Listener { require_tls: true, ..loopback(TlsMode::StartTls) };
    let server = support::serve(Recorder::open(), Limits::default(), vec![listener]);
    let mut client = server.client().await;
    client.say([GREET, "MAIL FROM:<>\r\nSTARTTLS\r\n"].concat(), &["220", "250", "530 5.7.0", "220"]).await;
    let mut client = Client::over(begin_tls(client.stream).await.unwrap());
    client.say([GREET, "MAIL FROM:<>\r\n"].concat(), &["250", "250"]).await;
}

/// S-14: one segment, and half a command.
#[tokio::test]
async fn what_stands_behind_starttls_is_never_executed() {
    let server = support::serve_plain();
    for behind in [[GREET, ADDRESS].concat().as_str(), "RSET\r\n", "EH", "\r\n", "\x16"] {
        let mut client = server.client().await;
        client.say([GREET, "STARTTLS\r\n", behind].concat(), &["220", "250", "554 5.5.1"]).await;
        client.expect_closed().await;
    }
}

/// S-14: in a second segment, before and after our 220. It is read as TLS, and is none.
#[tokio::test]
async fn what_comes_in_the_clear_after_starttls_ends_the_connection() {
    let server = support::serve_plain();
    for behind in [[GREET, ADDRESS].concat().as_str(), "EH"] {
        let mut client = server.client().await;
        client.say([GREET, "STARTTLS\r\n"].concat(), &["220", "250", "220"]).await;
        client.send(behind).await;
        // A TLS hello after it does not mend it.
        assert!(begin_tls(client.stream).await.is_err());
    }
    assert_eq!(server.recorder.count(), 0);
}

#[tokio::test]
async fn what_was_sent_inside_tls_with_the_hello_is_not_lost() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.say("STARTTLS\r\n", &["220", "220"]).await;
    let mut client = Client::over(begin_tls(client.stream).await.unwrap());
    client.say([GREET, ADDRESS, "DATA\r\n"].concat(), &["250", "250", "250", "354"]).await;
}

// ---- PROXY

async fn proxied_peer(header: &[u8]) -> std::net::IpAddr {
    let listener = Listener { proxy_from: vec![ip("127.0.0.1")], ..loopback(TlsMode::StartTls) };
    let server = support::serve(Recorder::open(), Limits::default(), vec![listener]);
    let mut client = server.client().await;
    // The header in two segments, the second with the first command.
    let (head, tail) = header.split_at(header.len() / 2);
    client.send(head).await;
    tokio::task::yield_now().await;
    client.send([tail, GREET.as_bytes()].concat()).await;
    client.say([ADDRESS, "BDAT 1 LAST\r\nx"].concat(), &["220", "250", "250", "250", "250"]).await;
    let mails = server.recorder.mails.lock().unwrap();
    mails[0].0.peer
}

#[tokio::test]
async fn behind_a_balancer_the_peer_is_the_client() {
    assert_eq!(proxied_peer(b"PROXY TCP4 192.0.2.7 198.51.100.1 5000 25\r\n").await, ip("192.0.2.7"));
    let v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xc0\0\x02\x08\xc6\x33\x64\x01\x13\x88\0\x19";
    assert_eq!(proxied_peer(v2).await, ip("192.0.2.8"));
    assert_eq!(proxied_peer(b"PROXY UNKNOWN\r\n").await, ip("127.0.0.1"));
}

#[tokio::test]
async fn a_trusted_balancer_without_header_is_not_served_and_others_have_none() {
    let listener = Listener { proxy_from: vec![ip("127.0.0.1")], ..loopback(TlsMode::StartTls) };
    let server = support::serve(Recorder::open(), Limits::default(), vec![listener, loopback(TlsMode::StartTls)]);
    let mut client = server.client().await;
    client.send(GREET).await;
    client.expect_closed().await;
    let mut other = Client::connect(server.addresses[1]).await;
    other.say("PROXY TCP4 192.0.2.7 198.51.100.1 5000 25\r\n", &["220", "500"]).await;
}
