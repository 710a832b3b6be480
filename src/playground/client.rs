//! A plain SMTP client that keeps every reply.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::outbound::any_certificate;

/// How long one reply may take.
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);

/// Lines of one reply.
const REPLY_LINES_MAX: usize = 100;

/// What a dialogue needs to know.
#[derive(Debug, Clone, Copy)]
pub struct Dialogue<'a> {
    /// What the client calls itself.
    pub helo: &'a str,
    /// Without angle brackets; empty is the null sender.
    pub mail_from: &'a str,
    /// Without angle brackets.
    pub rcpts: &'a [&'a str],
    /// The mail, CRLF line ends, not dot-stuffed.
    pub bytes: &'a [u8],
}

/// Delivers a mail in clear text and returns every reply from the greeting on, line ends taken off, lines of one reply
/// joined by LF.
///
/// Stops after a refusal of MAIL, or when no recipient was taken; the last reply then is the refusal. QUIT is said
/// either way, and its reply is not among those returned.
///
/// # Errors
/// Of the connection, and when a reply takes longer than half a minute.
pub async fn send(addr: SocketAddr, dialogue: Dialogue<'_>) -> io::Result<Vec<String>> {
    let mut peer = Peer::new(BufReader::new(TcpStream::connect(addr).await?));
    peer.greet(dialogue.helo).await?;
    peer.deliver(dialogue).await?;
    Ok(peer.replies)
}

/// Like [`send`], as a load balancer that speaks for a client at `client`.
///
/// # Errors
/// As [`send`].
pub async fn send_behind_a_proxy(
    addr: SocketAddr,
    client: Ipv4Addr,
    dialogue: Dialogue<'_>,
) -> io::Result<Vec<String>> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.write_all(format!("PROXY TCP4 {client} 127.0.0.1 40000 25\r\n").as_bytes()).await?;
    let mut peer = Peer::new(BufReader::new(stream));
    peer.greet(dialogue.helo).await?;
    peer.deliver(dialogue).await?;
    Ok(peer.replies)
}

/// Like [`send`], after STARTTLS, whatever the certificate says: for playgrounds, whose certificates nobody signed.
///
/// # Errors
/// As [`send`], and when the server does not agree to TLS.
pub async fn send_over_tls_without_checking_the_certificate(
    addr: SocketAddr,
    dialogue: Dialogue<'_>,
) -> io::Result<Vec<String>> {
    let mut plain = Peer::new(BufReader::new(TcpStream::connect(addr).await?));
    plain.greet(dialogue.helo).await?;
    if !plain.command("STARTTLS").await?.starts_with("220") {
        return Err(io::Error::other("the server does not offer STARTTLS"));
    }
    let name = ServerName::IpAddress(addr.ip().into());
    let stream = TlsConnector::from(any_certificate().map_err(io::Error::other)?)
        .connect(name, plain.stream.into_inner())
        .await?;
    let mut peer = Peer { stream: BufReader::new(stream), replies: plain.replies };
    // RFC 3207 §4.2: what was said before TLS is forgotten.
    peer.command(&format!("EHLO {}", dialogue.helo)).await?;
    peer.deliver(dialogue).await?;
    Ok(peer.replies)
}

struct Peer<S> {
    stream: BufReader<S>,
    replies: Vec<String>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    fn new(stream: BufReader<S>) -> Self {
        Self { stream, replies: Vec::new() }
    }

    async fn greet(&mut self, helo: &str) -> io::Result<()> {
        self.reply().await?;
        self.command(&format!("EHLO {helo}")).await?;
        Ok(())
    }

    async fn deliver(&mut self, dialogue: Dialogue<'_>) -> io::Result<()> {
        let utf8 = if dialogue.rcpts.iter().all(|r| r.is_ascii()) { "" } else { " SMTPUTF8" };
        if self.command(&format!("MAIL FROM:<{}>{utf8}", dialogue.mail_from)).await?.starts_with('2') {
            let mut taken = false;
            for rcpt in dialogue.rcpts {
                taken |= self.command(&format!("RCPT TO:<{rcpt}>")).await?.starts_with('2');
            }
            if taken && self.command("DATA").await?.starts_with('3') {
                self.stream.write_all(&dot_stuffed(dialogue.bytes)).await?;
                self.stream.flush().await?;
                self.reply().await?;
            }
        }
        // The far side may be gone by now; the replies that matter are in.
        let _ = self.stream.write_all(b"QUIT\r\n").await;
        let _ = self.stream.flush().await;
        Ok(())
    }

    async fn command(&mut self, line: &str) -> io::Result<String> {
        self.stream.write_all(format!("{line}\r\n").as_bytes()).await?;
        self.stream.flush().await?;
        self.reply().await
    }

    async fn reply(&mut self) -> io::Result<String> {
        let reply = timeout(REPLY_TIMEOUT, self.read_reply()).await.map_err(io::Error::other)??;
        self.replies.push(reply.clone());
        Ok(reply)
    }

    /// RFC 5321 §4.2.1: a hyphen after the code says that more lines follow.
    async fn read_reply(&mut self) -> io::Result<String> {
        let mut lines = Vec::new();
        while lines.len() < REPLY_LINES_MAX {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end_matches(['\r', '\n']).to_owned();
            let last = line.as_bytes().get(3) != Some(&b'-');
            lines.push(line);
            if last {
                break;
            }
        }
        Ok(lines.join("\n"))
    }
}

/// RFC 5321 §4.5.2: leading dots are doubled; the lone dot ends it.
fn dot_stuffed(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 64);
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        if line.first() == Some(&b'.') {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    if !out.is_empty() && !out.ends_with(b"\r\n") {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leading_dots_are_doubled_and_the_end_is_a_lone_dot() {
        assert_eq!(dot_stuffed(b".a\r\n..\r\nb"), b"..a\r\n...\r\nb\r\n.\r\n");
        assert_eq!(dot_stuffed(b""), b".\r\n");
    }
}
