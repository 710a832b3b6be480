//! S-13: whatever stands at the end of a body, one transaction is one mail or none, over a real socket.

use tokio::io::AsyncWriteExt;

use super::support::{self, ADDRESS, Client, GREET, Recorder, loopback};
use crate::config::{Limits, TlsMode};

/// What some server somewhere took for the end of a mail, and its neighbours. `true`: it is one, by RFC 5321.
const ENDINGS: [(&[u8], bool); 20] = [
    (b"\r\n.\r\n", true),
    (b"\n.\n", false),
    (b"\n.\r\n", false),
    (b"\r\n.\n", false),
    (b"\r.\r", false),
    (b"\r.\r\n", false),
    (b"\r\n.\r", false),
    (b"\r.\n", false),
    (b"\n.\r", false),
    (b"\r\n.\r\r\n", false),
    (b"\r\r\n.\r\r\n", false),
    (b"\r\n\r.\r\n", false),
    (b"\r\n.\n\r\n", false),
    (b"\n\r.\n\r", false),
    (b"\r\n\0.\r\n", false),
    (b"\r\n.\0\r\n", false),
    (b"\r\n..\r\n", false),
    (b"\r\n. \r\n", false),
    (b"\r\n.\x0b\r\n", false),
    (b"\r\n.\xc2\x85\r\n", false),
];

const FIRST: &[u8] = b"Subject: first\r\n\r\nhello";
const SMUGGLED: &str =
    "MAIL FROM:<evil@x.example>\r\nRCPT TO:<support@acme.example>\r\nDATA\r\nSubject: second\r\n\r\nbad\r\n.\r\n";

fn smuggled_after(ending: &[u8]) -> Vec<u8> {
    [FIRST, ending, SMUGGLED.as_bytes()].concat()
}

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
    for (ending, real) in ENDINGS {
        let body = smuggled_after(ending);
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
            if real {
                // The peer itself ended its mail: what follows are its own commands.
                assert_eq!(mails.len(), 2, "{name} at {split}: {said:?}");
                continue;
            }
            assert!(mails.len() <= 1, "{name} at {split}: {said:?}");
            let bare = said[0].starts_with("554 5.6.0");
            assert_eq!(bare, mails.is_empty(), "{name} at {split}: {said:?}");
            if let Some(mail) = mails.first() {
                assert!(mail.contains("MAIL FROM:<evil@x.example>"), "{name} at {split}: {mail}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_ends_a_chunk_but_its_length() {
    let server = support::serve(Recorder::open(), Limits::default(), vec![loopback(TlsMode::Off)]);
    for (ending, _) in ENDINGS {
        let body = smuggled_after(ending);
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
