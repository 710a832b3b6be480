//! A mail server that does what a test tells it, step by step.

use std::sync::Arc;

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

/// How a scripted server behaves; each step's reply, `None` is silence.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) greeting: Option<&'static str>,
    pub(super) ehlo: Option<&'static str>,
    pub(super) helo: Option<&'static str>,
    pub(super) starttls: Option<&'static str>,
    pub(super) mail: Option<&'static str>,
    pub(super) rcpt: Option<&'static str>,
    pub(super) data: Option<&'static str>,
    pub(super) end: Option<&'static str>,
    pub(super) bye: Option<&'static str>,
    /// Closes without a word when this command comes; `.` is the end of the data.
    pub(super) hangs_up_at: &'static str,
    pub(super) tls: Option<Arc<rustls::ServerConfig>>,
    /// What it takes for the end of a message.
    pub(super) lines: Lines,
}

/// What a server takes for the end of a line, and so for the end of a message (S-13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    /// CRLF only. RFC 5321 §2.3.8.
    Strict,
    /// LF, with a CR before it or not: LF.LF ends.
    Lf,
    /// CR, with an LF behind it or not: CR.CR ends.
    Cr,
    /// Whichever comes; NULs are not seen at all.
    Any,
}

impl Lines {
    pub(super) const ALL: [Self; 4] = [Self::Strict, Self::Lf, Self::Cr, Self::Any];

    /// The length of the first message in `bytes`, its final dot included; `None` while it has not ended.
    pub(super) fn first_message(self, bytes: &[u8]) -> Option<usize> {
        let mut line: Vec<u8> = Vec::new();
        let mut before = b'\n';
        for (at, &byte) in bytes.iter().enumerate() {
            let ends = match self {
                Self::Strict => byte == b'\n' && before == b'\r',
                Self::Lf => byte == b'\n',
                Self::Cr => byte == b'\r',
                Self::Any => byte == b'\r' || byte == b'\n',
            };
            // The LF of a line that ended with its CR; and what this server does not see.
            let second_half = matches!(self, Self::Cr | Self::Any) && byte == b'\n' && before == b'\r';
            before = byte;
            if second_half || (self == Self::Any && byte == 0) {
                continue;
            }
            if ends {
                let text = if matches!(self, Self::Strict | Self::Lf) { line.strip_suffix(b"\r") } else { None };
                if text.unwrap_or(&line) == b"." {
                    return Some(at + 1);
                }
                line.clear();
            } else if line.len() < 3 {
                line.push(byte);
            }
        }
        None
    }
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: Some("220 mx ready"),
            ehlo: Some("250-mx\r\n250-8BITMIME\r\n250 SIZE 1000"),
            helo: Some("250 mx"),
            starttls: Some("220 go"),
            mail: Some("250 ok"),
            rcpt: Some("250 ok"),
            data: Some("354 go"),
            end: Some("250 2.0.0 Ok: queued as X1"),
            bye: Some("221 bye"),
            hangs_up_at: "never",
            tls: None,
            lines: Lines::Strict,
        }
    }
}

/// What the server heard, line by line, its messages as they came with their final dots, and the last as it undid the dots.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) lines: Vec<String>,
    /// The same as it came, octet for octet.
    pub(super) commands: String,
    pub(super) wire: Vec<Vec<u8>>,
    pub(super) message: Vec<u8>,
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(super) async fn serve(listener: &TcpListener, script: Script) -> Heard {
    let (tcp, _) = listener.accept().await.unwrap();
    converse(Box::new(tcp), script).await
}

/// The same over whatever is open already.
pub(super) async fn converse(stream: Box<dyn Stream>, script: Script) -> Heard {
    let mut heard = Heard::default();
    let mut stream = BufReader::new(stream);
    say(&mut stream, script.greeting).await;
    let mut encrypted = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return heard;
        }
        heard.commands.push_str(&line);
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            continue;
        }
        let verb = line.split([' ', ':']).next().unwrap_or("").to_owned();
        heard.lines.push(line);
        if verb == script.hangs_up_at {
            return heard;
        }
        match verb.as_str() {
            "EHLO" if encrypted => say(&mut stream, Some("250-mx\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME")).await,
            "EHLO" => say(&mut stream, script.ehlo).await,
            "HELO" => say(&mut stream, script.helo).await,
            "STARTTLS" => {
                say(&mut stream, script.starttls).await;
                let Some(config) = script.tls.clone() else { continue };
                let Ok(tls) = TlsAcceptor::from(config).accept(stream.into_inner()).await else { return heard };
                stream = BufReader::new(Box::new(tls));
                encrypted = true;
            }
            "AUTH" => say(&mut stream, Some("235 welcome")).await,
            "MAIL" => say(&mut stream, script.mail).await,
            "RCPT" => say(&mut stream, script.rcpt).await,
            "DATA" => {
                say(&mut stream, script.data).await;
                if script.data.is_some_and(|reply| reply.starts_with("354")) {
                    let wire = message(&mut stream, script.lines).await;
                    heard.message = without_dots(&wire);
                    heard.wire.push(wire);
                    if script.hangs_up_at == "." {
                        return heard;
                    }
                    say(&mut stream, script.end).await;
                }
            }
            _ => say(&mut stream, script.bye).await,
        }
    }
}

async fn say(stream: &mut BufReader<Box<dyn Stream>>, words: Option<&str>) {
    if let Some(words) = words {
        // The far side may be gone already; what it heard is what counts.
        let _ = stream.write_all(format!("{words}\r\n").as_bytes()).await;
        let _ = stream.flush().await;
    }
}

async fn message(stream: &mut BufReader<Box<dyn Stream>>, lines: Lines) -> Vec<u8> {
    let mut wire = Vec::new();
    loop {
        let before = wire.len();
        let came = stream.fill_buf().await.unwrap_or_default();
        wire.extend_from_slice(came);
        let (ended, over) = (lines.first_message(&wire), came.is_empty());
        wire.truncate(ended.unwrap_or(wire.len()));
        let used = wire.len() - before;
        stream.consume(used);
        if ended.is_some() || over {
            return wire;
        }
    }
}

/// RFC 5321 §4.5.2.
fn without_dots(wire: &[u8]) -> Vec<u8> {
    let lines = wire.split_inclusive(|b| *b == b'\n').filter(|line| *line != b".\r\n");
    lines.flat_map(|line| line.strip_prefix(b".").unwrap_or(line)).copied().collect()
}
