//! The server over real sockets on loopback: limits, deadlines, leaving.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    Server,
    support::{self, ADDRESS, Client, GREET, PATIENCE, Recorder, Running, ip, loopback, with_limits},
};
use crate::config::{Limits, Listener, TlsMode};

const MIB: usize = 1024 * 1024;

fn serve_with(change: impl FnOnce(&mut Limits)) -> Running {
    support::serve(Recorder::open(), with_limits(change), vec![loopback(TlsMode::StartTls)])
}

async fn mail(client: &mut Client<TcpStream>, body: &[u8]) -> String {
    client.say([ADDRESS, "DATA\r\n"].concat(), &["250", "250", "354"]).await;
    client.send(body).await;
    client.send("\r\n.\r\n").await;
    client.reply().await.unwrap()
}

#[tokio::test]
async fn the_envelope_says_what_the_dialogue_said() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.say(GREET, &["220", "250"]).await;
    let said = mail(&mut client, b"Subject: x").await;
    let mails = server.recorder.mails.lock().unwrap();
    let (envelope, body) = &mails[0];
    assert_eq!(said, format!("250 2.0.0 Ok: queued as {}", envelope.id));
    assert_eq!((envelope.peer, envelope.helo.as_str()), (ip("127.0.0.1"), "client.example"));
    assert_eq!(envelope.arrived.0, 1_700_000_000_000);
    assert_eq!(envelope.mail_from.as_ref().unwrap().to_string(), "ada@x.example");
    assert_eq!(envelope.recipients[0].address.to_string(), "support@acme.example");
    assert_eq!((envelope.tls.clone(), envelope.esmtp), (None, true));
    assert_eq!(&body[..], b"Subject: x\r\n");
}

#[tokio::test]
async fn a_pipelined_group_is_answered_in_one_write() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.say(GREET, &["220", "250"]).await;
    client.send([ADDRESS, "RCPT TO:<no@else.example>\r\nDATA\r\n"].concat()).await;
    let mut piece = [0; 4096];
    let count = client.stream.read(&mut piece).await.unwrap();
    assert_eq!(piece[..count].iter().filter(|b| **b == b'\n').count(), 4);
}

#[tokio::test]
async fn mails_in_a_row_need_one_connection() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.say(GREET, &["220", "250"]).await;
    for body in [&b"one"[..], &vec![b'x'; 300_000], b"three", &vec![b'y'; 70_000]] {
        assert!(mail(&mut client, body).await.starts_with("250"));
    }
    let lengths: Vec<usize> = server.recorder.bodies().iter().map(String::len).collect();
    assert_eq!(lengths, [5, 300_002, 7, 70_002]);
}

// ---- limits

#[tokio::test]
async fn too_many_connections_are_turned_away_at_the_door() {
    let server = serve_with(|limits| limits.connections_max = 1);
    let mut first = server.client().await;
    first.expect(&["220"]).await;
    let mut second = server.client().await;
    second.expect(&["421 4.7.0"]).await;
    second.expect_closed().await;
    first.say("QUIT\r\n", &["221"]).await;
    first.expect_closed().await;
}

#[tokio::test]
async fn too_many_connections_from_one_address_are_turned_away() {
    let server = serve_with(|limits| limits.connections_per_ip_max = 1);
    let mut first = server.client().await;
    first.expect(&["220"]).await;
    let mut second = server.client().await;
    second.expect(&["421 4.7.0"]).await;
    first.say("NOOP\r\n", &["250"]).await;
}

#[tokio::test]
async fn too_many_commands_end_the_connection() {
    let server = serve_with(|limits| limits.commands_max = 2);
    let mut client = server.client().await;
    client.say("NOOP\r\nNOOP\r\nNOOP\r\nNOOP\r\n", &["220", "250", "250", "421 4.7.0"]).await;
    client.expect_closed().await;
}

#[tokio::test]
async fn a_line_without_end_is_refused_and_the_session_goes_on() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.send(vec![b'x'; 3 * MIB]).await;
    client.say("\r\nNOOP\r\n", &["220", "500 5.5.2", "250"]).await;
}

#[tokio::test]
async fn bytes_of_another_protocol_are_answered_and_the_connection_closed() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.send([b"\x16\x03\x01\x02\0\x01\0\n".repeat(30), b"\xff\xfe\n".to_vec()].concat()).await;
    let said = client.rest().await;
    assert_eq!(said.len(), 12, "{said:?}");
    assert!(said[1..11].iter().all(|line| line.starts_with("500")));
    assert!(said[11].starts_with("421 4.7.0"));
}

#[tokio::test]
async fn sixty_mib_to_a_limit_of_fifty_are_refused_and_cost_no_memory() {
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.say([GREET, ADDRESS, "DATA\r\n"].concat(), &["220", "250", "250", "250", "354"]).await;
    let line = [&[b'x'; 1022][..], b"\r\n"].concat();
    let piece = line.repeat(1024);
    for _ in 0..60 {
        client.send(&piece).await;
    }
    client.say(".\r\n", &["552 5.3.4"]).await;
    client.say(ADDRESS, &["250", "250"]).await;
    assert_eq!(server.recorder.count(), 0);
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken_and_one_octet_more_is_not() {
    let server = serve_with(|limits| limits.message_bytes_max = 1000);
    let mut client = server.client().await;
    client.say(GREET, &["220", "250"]).await;
    assert!(mail(&mut client, &[b'x'; 998]).await.starts_with("250"));
    assert!(mail(&mut client, &[b'x'; 999]).await.starts_with("552"));
    client.say([ADDRESS, "BDAT 1001 LAST\r\n", &"x".repeat(1001)].concat(), &["250", "250", "552"]).await;
    // Chunks pipelined behind a failed one are skipped, each with its own refusal. RFC 3030 §2.
    let chunks = ["BDAT 1001\r\n", &"x".repeat(1001), "BDAT 4\r\nQUITBDAT 4 LAST\r\nQUIT"].concat();
    client.say([ADDRESS, &chunks].concat(), &["250", "250", "552", "503", "503"]).await;
    client.say("NOOP\r\n", &["250"]).await;
    assert_eq!(server.recorder.count(), 1);
}

#[tokio::test]
async fn a_bare_line_ending_is_told_before_the_connection_closes() {
    // Given a peer that sends on for long after its mistake and reads only then,
    let server = support::serve_plain();
    let mut client = server.client().await;
    client.say([GREET, ADDRESS, "DATA\r\n"].concat(), &["220", "250", "250", "250", "354"]).await;
    client.send("a\nb\r\n").await;
    for _ in 0..100 {
        client.send(vec![b'x'; 64 * 1024]).await;
    }
    client.send("\r\n.\r\nNOOP\r\n").await;
    // Then it reads why, and nothing of what it sent was a command.
    client.expect(&["554 5.6.0"]).await;
    client.expect_closed().await;
    assert_eq!(server.recorder.count(), 0);
}

#[tokio::test]
async fn a_full_disk_puts_the_mail_off_and_the_session_goes_on() {
    let server = support::serve_plain();
    std::fs::remove_dir(server.folder.path().join("spool")).unwrap();
    let mut client = server.client().await;
    client.say(GREET, &["220", "250"]).await;
    assert!(mail(&mut client, &[b'x'; 2 * MIB]).await.starts_with("452 4.3.1"));
    assert!(mail(&mut client, b"small").await.starts_with("250"));
}

#[tokio::test]
async fn an_idle_connection_is_small() {
    // Its buffer has 8 KiB; the future of its task must not be what thousands of them cost.
    let folder = tempfile::tempdir().unwrap();
    let settings = support::settings(folder.path(), Limits::default(), vec![loopback(TlsMode::StartTls)]);
    let bytes = super::server::idle_connection_bytes(settings, Recorder::open()).await.unwrap();
    assert!(bytes < 8 * 1024, "{bytes}");
}

// ---- deadlines: short ones, and a client that only waits

const SHORT: Duration = Duration::from_millis(30);

#[tokio::test]
async fn a_silent_peer_is_let_go() {
    let server = serve_with(|limits| limits.timeouts.command = SHORT);
    let mut client = server.client().await;
    client.expect(&["220", "421 4.4.2"]).await;
    client.expect_closed().await;
}

#[tokio::test]
async fn a_body_that_stops_coming_is_let_go() {
    let server = serve_with(|limits| limits.timeouts.data = SHORT);
    let mut client = server.client().await;
    client.say([GREET, ADDRESS, "DATA\r\nhalf a bo"].concat(), &["220", "250", "250", "250", "354"]).await;
    client.expect(&["421 4.4.2"]).await;
    client.expect_closed().await;
    assert_eq!(server.recorder.count(), 0);
}

/// Sends `x` without end, and expects to be told that it took too long.
async fn flood_until_let_go(stream: TcpStream) {
    let (mut reading, mut writing) = stream.into_split();
    // The loop ends when the server closes.
    let flood = tokio::spawn(async move { while writing.write_all(&[b'x'; 4096]).await.is_ok() {} });
    let mut said = vec![0; 4096];
    let read = tokio::time::timeout(PATIENCE, reading.read(&mut said)).await.expect("it is never let go");
    assert!(said[..read.unwrap()].starts_with(b"421 4.4.2"), "{}", said.escape_ascii());
    flood.abort();
}

#[tokio::test]
async fn a_body_that_never_ends_is_let_go_however_fast_it_comes() {
    let server = serve_with(|limits| limits.timeouts.message = SHORT);
    let mut client = server.client().await;
    client.say([GREET, ADDRESS, "DATA\r\n"].concat(), &["220", "250", "250", "250", "354"]).await;
    flood_until_let_go(client.stream).await;
}

#[tokio::test]
async fn a_command_that_never_ends_is_let_go_however_fast_it_comes() {
    let server = serve_with(|limits| limits.timeouts.command = SHORT);
    let mut client = server.client().await;
    client.expect(&["220"]).await;
    flood_until_let_go(client.stream).await;
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_let_go() {
    let server = serve_with(|limits| limits.timeouts.tls = SHORT);
    let mut client = server.client().await;
    client.say("STARTTLS\r\n", &["220", "220"]).await;
    client.expect_closed().await;
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_let_go() {
    let server = serve_with(|limits| {
        limits.timeouts.write = SHORT;
        limits.commands_max = u32::MAX;
    });
    let client = server.client().await;
    let (_reading, mut writing) = client.stream.into_split();
    let helps = "HELP\r\n".repeat(1000);
    let flood = async { while writing.write_all(helps.as_bytes()).await.is_ok() {} };
    tokio::time::timeout(PATIENCE, flood).await.expect("it is never let go");
}

// ---- leaving

#[tokio::test]
async fn leaving_ends_idle_sessions_and_lets_a_running_mail_finish() {
    // Given an idle session and one in the middle of a body,
    let server = support::serve_plain();
    let mut idle = server.client().await;
    idle.say(GREET, &["220", "250"]).await;
    let mut busy = server.client().await;
    busy.say([GREET, ADDRESS, "DATA\r\nhalf"].concat(), &["220", "250", "250", "250", "354"]).await;
    // When we are told to leave,
    server.shutdown.cancel();
    // Then the idle one hears so, the other ends its mail first,
    idle.expect(&["421 4.3.2"]).await;
    idle.expect_closed().await;
    busy.say("\r\n.\r\n", &["250 2.0.0", "421 4.3.2"]).await;
    busy.expect_closed().await;
    drop((idle, busy));
    // and nobody else comes in.
    tokio::time::timeout(PATIENCE, server.task).await.unwrap().unwrap();
    assert!(TcpStream::connect(server.addresses[0]).await.is_err());
    assert_eq!(server.recorder.count(), 1);
}

#[tokio::test]
async fn a_mail_that_does_not_end_does_not_keep_us() {
    let server = serve_with(|limits| limits.timeouts.shutdown = SHORT);
    let mut busy = server.client().await;
    busy.say([GREET, ADDRESS, "DATA\r\nhalf"].concat(), &["220", "250", "250", "250", "354"]).await;
    server.shutdown.cancel();
    busy.expect(&["421 4.3.2"]).await;
    busy.expect_closed().await;
    drop(busy);
    tokio::time::timeout(PATIENCE, server.task).await.unwrap().unwrap();
    assert_eq!(server.recorder.count(), 0);
}

// ---- listeners

#[tokio::test]
async fn several_listeners_of_both_families_serve_at_once() {
    let six = Listener { listen: "[::1]:0".parse().unwrap(), ..loopback(TlsMode::Off) };
    let server = support::serve(Recorder::open(), Limits::default(), vec![loopback(TlsMode::Off), six]);
    for address in &server.addresses {
        let mut client = Client::connect(*address).await;
        client.say([GREET, ADDRESS, "BDAT 1 LAST\r\nx"].concat(), &["220", "250", "250", "250", "250"]).await;
    }
    let peers: Vec<_> = server.recorder.mails.lock().unwrap().iter().map(|(envelope, _)| envelope.peer).collect();
    assert_eq!(peers, [ip("127.0.0.1"), ip("::1")]);
}

#[tokio::test]
async fn an_address_in_use_is_named() {
    let server = support::serve_plain();
    let taken = Listener { listen: server.addresses[0], ..loopback(TlsMode::Off) };
    let settings = support::settings(server.folder.path(), Limits::default(), vec![taken]);
    let Err(error) = Server::bind(settings, Recorder::open()) else { panic!("bound twice") };
    assert!(error.to_string().contains(&server.addresses[0].to_string()), "{error}");
}

#[tokio::test]
async fn a_listener_that_needs_tls_and_has_none_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let listener = Listener { require_tls: true, ..loopback(TlsMode::Off) };
    let settings = support::settings(folder.path(), Limits::default(), vec![listener]);
    assert!(Server::bind(settings, Recorder::open()).is_err());
}
