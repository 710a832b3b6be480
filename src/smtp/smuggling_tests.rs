//! S-13: whatever stands at the end of a body, one transaction is one mail or none, over a real socket. Every other split
//! is tried in `pieces_tests`.

use tokio::io::AsyncWriteExt;

use super::{
    endings::{FIRST, SMUGGLED, endings, has_bare_line_ending},
    support::{self, ADDRESS, Client, GREET, Recorder, loopback},
};
use crate::config::{Limits, TlsMode};

/// Sends in two segments, waiting between them until the first is answered or taken.
async fn send_split(client: &mut Client<tokio::net::TcpStream>, bytes: &[u8], split: usize) {
    client.stream.set_nodelay(true).unwrap();
    let (head, tail) = bytes.split_at(split);
    client.send(head).await;
    tokio::task::yield_now().await;
    client.send(tail).await;
}

#[tokio::test]
async fn nothing_but_crlf_dot_crlf_ends_data() {
    let server = support::serve(Recorder::open(), Limits::default(), vec![loopback(TlsMode::Off)]);
    for ending in endings() {
        let body = [FIRST, &ending, SMUGGLED].concat();
        let around = FIRST.len()..=FIRST.len() + ending.len();
        for split in around {
            server.recorder.mails.lock().unwrap().clear();
            let mut client = server.client().await;
            client.say([GREET, ADDRESS, "DATA\r\n"].concat(), &["220", "250", "250", "250", "354"]).await;
            send_split(&mut client, &body, split).await;
            client.stream.shutdown().await.unwrap();
            let said = client.rest().await;
            let name = ending.escape_ascii();
            let mails = server.recorder.bodies();
            if ending == b"\r\n.\r\n" {
                // The peer itself ended its mail: what follows are its own commands.
                assert_eq!(mails.len(), 2, "{name} at {split}: {said:?}");
                continue;
            }
            assert!(mails.len() <= 1, "{name} at {split}: {said:?}");
            assert_eq!(said[0].starts_with("554 5.6.0"), has_bare_line_ending(&body), "{name} at {split}: {said:?}");
            assert_eq!(has_bare_line_ending(&body), mails.is_empty(), "{name} at {split}: {said:?}");
            if let Some(mail) = mails.first() {
                assert!(mail.contains("MAIL FROM:<evil@x.example>"), "{name} at {split}: {mail}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_ends_a_chunk_but_its_length() {
    let server = support::serve(Recorder::open(), Limits::default(), vec![loopback(TlsMode::Off)]);
    for ending in endings() {
        let body = [FIRST, &ending, SMUGGLED].concat();
        let line = format!("BDAT {} LAST\r\n", body.len());
        let sent = [line.as_bytes(), &body].concat();
        for split in (0..=ending.len()).map(|place| line.len() + FIRST.len() + place) {
            server.recorder.mails.lock().unwrap().clear();
            let mut client = server.client().await;
            client.say([GREET, ADDRESS].concat(), &["220", "250", "250", "250"]).await;
            send_split(&mut client, &sent, split).await;
            client.stream.shutdown().await.unwrap();
            let said = client.rest().await;
            assert_eq!(said.len(), 1, "{}: {said:?}", ending.escape_ascii());
            assert!(server.recorder.count() <= 1, "{}", ending.escape_ascii());
            assert_eq!(said[0].starts_with("250"), server.recorder.count() == 1, "{said:?}");
        }
    }
}

#[tokio::test]
async fn what_is_pipelined_behind_a_mail_waits_for_our_word() {
    // Given an intake that does not answer yet, and a peer that sent two mails at once,
    let server = support::serve(Recorder::gated(), Limits::default(), vec![loopback(TlsMode::Off)]);
    let mut client = server.client().await;
    let mail = [ADDRESS, "BDAT 3 LAST\r\nabc"].concat();
    client.expect(&["220"]).await;
    client.send([GREET, &mail, &mail].concat()).await;
    server.recorder.arrived.acquire().await.unwrap().forget();
    // When the first is answered, then and not before is the second begun.
    assert_eq!(server.recorder.arrived.available_permits(), 0);
    server.recorder.gate.add_permits(1);
    client.expect(&["250", "250 2.1.0", "250 2.1.5", "250 2.0.0 Ok: queued"]).await;
    server.recorder.gate.add_permits(1);
    client.expect(&["250 2.1.0", "250 2.1.5", "250 2.0.0 Ok: queued"]).await;
    assert_eq!(server.recorder.count(), 2);
}
