//! S-13, S-14 without sockets and without chance: the whole door, given its bytes in exactly these pieces.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{
    Server,
    connection::{Connection, Ended},
    endings::{FIRST, Outcome, SMUGGLED, endings, has_bare_line_ending, naive},
    server::Shared,
    session::Rules,
    support::{self, ADDRESS, GREET, Recorder, ip},
};
use crate::config::Limits;

/// A peer whose every segment is told. Then it closes.
struct Pieces {
    waiting: VecDeque<Vec<u8>>,
    said: Vec<u8>,
}

impl AsyncRead for Pieces {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, room: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Some(mut piece) = this.waiting.pop_front() {
            let rest = piece.split_off(piece.len().min(room.remaining()));
            room.put_slice(&piece);
            if !rest.is_empty() {
                this.waiting.push_front(rest);
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Pieces {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.get_mut().said.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// The door without its listener.
struct Inside {
    shared: Arc<Shared<Recorder>>,
    recorder: Arc<Recorder>,
    rules: Arc<Rules>,
    _folder: tempfile::TempDir,
}

/// What became of a dialogue.
struct Told {
    ended: Ended,
    commands: u32,
    replies: Vec<String>,
    mails: Vec<Vec<u8>>,
}

impl Inside {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::open();
        let settings = support::settings(folder.path(), Limits::default(), Vec::new());
        let shared = Server::bind(settings, recorder.clone()).unwrap().shared();
        let rules = Rules {
            hostname: "mx.acme.example".into(),
            message_bytes_max: 1 << 20,
            recipients_max: 100,
            commands_max: 1000,
            bad_commands_max: 10,
            unknown_recipients_max: 10,
            starttls: true,
            require_tls: false,
        };
        Self { shared, recorder, rules: Arc::new(rules), _folder: folder }
    }

    async fn hears<'a>(&self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Told {
        self.recorder.mails.lock().unwrap().clear();
        let waiting = pieces.into_iter().filter(|piece| !piece.is_empty()).map(<[u8]>::to_vec).collect();
        let mut peer = Pieces { waiting, said: Vec::new() };
        let mut connection = Connection::new(self.shared.clone(), self.rules.clone(), ip("192.0.2.1"), None);
        let ended = connection.converse(&mut peer).await;
        let replies = String::from_utf8(peer.said).unwrap();
        let replies = replies.lines().filter(|line| line.as_bytes().get(3) == Some(&b' ')).map(str::to_owned).collect();
        let mails = self.recorder.mails.lock().unwrap();
        let mails = mails.iter().map(|(_, body)| body.to_vec()).collect();
        Told { ended, commands: connection.counts().0, replies, mails }
    }

    /// In one segment, in two at every byte, and byte by byte.
    async fn in_every_split(&self, sent: &[u8], check: impl Fn(Told, &str)) {
        for split in 0..sent.len() {
            let (head, tail) = sent.split_at(split);
            check(self.hears([head, tail]).await, &format!("split at {split}"));
        }
        check(self.hears(sent.chunks(1)).await, "byte by byte");
    }
}

#[tokio::test]
async fn one_transaction_by_data_is_one_mail_or_none_split_at_every_byte() {
    let door = Inside::open();
    for ending in endings() {
        let body = [FIRST, &ending, SMUGGLED].concat();
        let sent = [GREET.as_bytes(), ADDRESS.as_bytes(), b"DATA\r\n", &body].concat();
        let expected = naive(&body);
        door.in_every_split(&sent, |told, split| {
            let name = format!("{} {split}: {:?}", ending.escape_ascii(), told.replies);
            match &expected {
                // Refused, and whatever follows is not looked at.
                Outcome::Bare => {
                    assert_eq!((told.mails.len(), told.ended), (0, Ended::ByUs), "{name}");
                    assert!(told.replies.last().unwrap().starts_with("554 5.6.0"), "{name}");
                }
                Outcome::Mail(mail, rest) if rest.is_empty() => {
                    assert_eq!(told.mails, std::slice::from_ref(mail), "{name}")
                }
                // The peer itself ended its mail: what follows are its own commands.
                Outcome::Mail(mail, _) => {
                    assert_eq!(ending, b"\r\n.\r\n", "{name}");
                    assert_eq!((told.mails.len(), &told.mails[0]), (2, mail), "{name}");
                }
                Outcome::More => panic!("{name}: the body has an end"),
            }
        })
        .await;
    }
}

#[tokio::test]
async fn one_transaction_by_bdat_is_one_mail_or_none_split_at_every_byte() {
    let door = Inside::open();
    for ending in endings() {
        let body = [FIRST, &ending, SMUGGLED].concat();
        let sent = format!("{GREET}{ADDRESS}BDAT {} LAST\r\n", body.len());
        let sent = [sent.as_bytes(), &body].concat();
        door.in_every_split(&sent, |told, split| one_or_none(&told, &body, &ending, split)).await;
    }
}

/// Where one chunk ends and the next begins, nothing ends and nothing begins.
#[tokio::test]
async fn a_mail_in_two_chunks_is_one_mail_or_none_wherever_they_meet() {
    let door = Inside::open();
    for ending in endings() {
        let body = [FIRST, &ending, SMUGGLED].concat();
        for split in 0..=body.len() {
            let (one, two) = body.split_at(split);
            let first = [format!("{GREET}{ADDRESS}BDAT {}\r\n", one.len()).as_bytes(), one].concat();
            let last = [format!("BDAT {} LAST\r\n", two.len()).as_bytes(), two].concat();
            let name = format!("chunks meet at {split}");
            one_or_none(&door.hears([&first[..], &last]).await, &body, &ending, &name);
            one_or_none(&door.hears([&[first, last].concat()[..]]).await, &body, &ending, &name);
        }
    }
}

/// In chunks a lone dot is text: either all of the body is the mail, or there is none.
fn one_or_none(told: &Told, body: &[u8], ending: &[u8], split: &str) {
    let name = format!("{} {split}: {:?}", ending.escape_ascii(), told.replies);
    let bare = has_bare_line_ending(body);
    assert_eq!(told.mails.len(), usize::from(!bare), "{name}");
    assert!(told.mails.iter().all(|mail| mail == body), "{name}");
    assert_eq!(told.replies.iter().filter(|reply| reply.starts_with("250 2.1.0")).count(), 1, "{name}");
}

/// S-14: nothing that came with STARTTLS is executed, whole or half, wherever the segments are cut.
#[tokio::test]
async fn nothing_behind_starttls_is_executed_split_at_every_byte() {
    let door = Inside::open();
    let begin = [GREET, "STARTTLS\r\n"].concat();
    let mail = [GREET, ADDRESS, "DATA\r\nx\r\n.\r\n"].concat();
    for behind in [&mail[..], "RSET\r\n", "QUIT\r\n", "STARTTLS\r\n", "EH", "\r\n", "\n", "\0", "\x16\x03\x01"] {
        let sent = [&begin, behind].concat();
        for split in 0..=sent.len() {
            let (head, tail) = sent.as_bytes().split_at(split);
            let told = door.hears([head, tail]).await;
            let name = format!("{} at {split}: {:?}", behind.escape_debug(), told.replies);
            assert_eq!((told.commands, told.mails.len()), (2, 0), "{name}");
            // In a segment of its own it is not read at all: the TLS handshake gets it, and it is none.
            let apart = split == begin.len();
            let last = told.replies.last().unwrap();
            assert_eq!(told.ended, if apart { Ended::StartTls } else { Ended::ByUs }, "{name}");
            assert!(last.starts_with(if apart { "220 2.0.0" } else { "554 5.5.1" }), "{name}");
        }
    }
}

/// S-14: half a command that came before STARTTLS is not finished by what comes after it.
#[tokio::test]
async fn half_a_command_does_not_survive_into_tls() {
    let door = Inside::open();
    let rules = door.rules.clone();
    let mut connection = Connection::new(door.shared.clone(), rules, ip("192.0.2.1"), None);
    let clear = [GREET.as_bytes(), ADDRESS.as_bytes(), b"STARTTLS\r\n"].concat();
    let mut peer = Pieces { waiting: VecDeque::from([clear]), said: Vec::new() };
    assert_eq!(connection.converse(&mut peer).await, Ended::StartTls);
    // When TLS has begun, the transaction that was under way, and the greeting, are gone.
    connection.tls_began(crate::types::TlsSession { protocol: "TLSv1.3".into(), cipher: "any".into() });
    let mut inside =
        Pieces { waiting: VecDeque::from([b"DATA\r\nMAIL FROM:<e@x.example>\r\n".to_vec()]), said: Vec::new() };
    connection.converse(&mut inside).await;
    let said = String::from_utf8(inside.said).unwrap();
    assert!(said.lines().count() == 2 && said.lines().all(|line| line.starts_with("503 ")), "{said}");
    assert_eq!(door.recorder.count(), 0);
}
