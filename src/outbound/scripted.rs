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
    pub(super) starttls: Option<&'static str>,
    pub(super) mail: Option<&'static str>,
    pub(super) rcpt: Option<&'static str>,
    pub(super) data: Option<&'static str>,
    pub(super) end: Option<&'static str>,
    /// Closes without a word when this command comes; `.` is the end of the data.
    pub(super) hangs_up_at: &'static str,
    pub(super) tls: Option<Arc<rustls::ServerConfig>>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            greeting: Some("220 mx ready"),
            ehlo: Some("250-mx\r\n250-8BITMIME\r\n250 SIZE 1000"),
            starttls: Some("220 go"),
            mail: Some("250 ok"),
            rcpt: Some("250 ok"),
            data: Some("354 go"),
            end: Some("250 2.0.0 Ok: queued as X1"),
            hangs_up_at: "never",
            tls: None,
        }
    }
}

/// What the server heard, line by line, and the message as it undid the dots.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) lines: Vec<String>,
    pub(super) message: Vec<u8>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

pub(super) async fn serve(listener: &TcpListener, script: Script) -> Heard {
    let (tcp, _) = listener.accept().await.unwrap();
    let mut heard = Heard::default();
    let mut stream: BufReader<Box<dyn Stream>> = BufReader::new(Box::new(tcp));
    say(&mut stream, script.greeting).await;
    let mut encrypted = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return heard;
        }
        let line = line.trim_end().to_owned();
        let verb = line.split([' ', ':']).next().unwrap_or("").to_owned();
        heard.lines.push(line);
        if verb == script.hangs_up_at {
            return heard;
        }
        match verb.as_str() {
            "EHLO" if encrypted => say(&mut stream, Some("250-mx\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME")).await,
            "EHLO" => say(&mut stream, script.ehlo).await,
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
                    heard.message = message(&mut stream).await;
                    if script.hangs_up_at == "." {
                        return heard;
                    }
                    say(&mut stream, script.end).await;
                }
            }
            _ => say(&mut stream, Some("221 bye")).await,
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

async fn message(stream: &mut BufReader<Box<dyn Stream>>) -> Vec<u8> {
    let mut message = Vec::new();
    loop {
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).await.unwrap_or(0) == 0 || line == b".\r\n" {
            return message;
        }
        message.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
