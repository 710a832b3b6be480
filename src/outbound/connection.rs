//! One connection to another server: opened by us up to TLS, then lent to the library that speaks SMTP.
//!
//! The library has no deadline after connecting and reads bytes that were sent in clear behind the STARTTLS reply as if
//! they had come through TLS (S-14). So greeting, EHLO and STARTTLS are ours, and what it is given afterwards is a stream
//! that has every deadline built in and begins with a greeting of our own.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use lettre::transport::smtp::{
    authentication::{Credentials, Mechanism},
    client::AsyncSmtpConnection,
    extension::ClientId,
};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, timeout},
};
use tokio_rustls::TlsConnector;

use super::{
    deliver::{Fault, Limits, fault_of, one_line},
    route::{Manner, Target},
    timed::Timed,
    tls,
};
use crate::config::{Smarthost, SmarthostTls};

/// Octets of one reply. RFC 5321 §4.5.3.1.5 has lines of 512; an EHLO reply has a few dozen at most.
const REPLY_OCTETS_MAX: usize = 16 * 1024;

/// What the library reads first when the true greeting was ours to read.
const GREETING_AGAIN: &[u8] = b"220 ready\r\n";

/// Whether bytes may go on a wire: every line ends in CRLF, and there is no other CR, LF or NUL (S-12, S-13).
pub(super) fn wire_safe(raw: &[u8]) -> Result<(), &'static str> {
    if memchr::memchr(0, raw).is_some() {
        return Err("a NUL stands in it");
    }
    let lone = memchr::memchr2_iter(b'\r', b'\n', raw).any(|at| match raw[at] {
        b'\r' => raw.get(at + 1) != Some(&b'\n'),
        _ => at == 0 || raw[at - 1] != b'\r',
    });
    if lone {
        return Err("a CR or LF stands in it alone");
    }
    if !raw.ends_with(b"\r\n") {
        return Err("its last line does not end");
    }
    Ok(())
}

/// Opens a connection that is ready for MAIL.
///
/// `deadline`: when the whole attempt must be over; the connection stops working then.
pub(super) async fn open(
    target: &Target,
    address: SocketAddr,
    hello: &str,
    limits: &Limits,
    deadline: Instant,
) -> Result<AsyncSmtpConnection, Fault> {
    let dial = Dial { target, address, hello, limits, deadline };
    match &target.manner {
        Manner::Opportunistic => match dial.opportunistic(true).await {
            // RFC 7435 §4.1: a server whose TLS does not work is spoken to as if it had none.
            Err(Opening::Handshake(_)) => dial.opportunistic(false).await.map_err(Opening::into_fault),
            other => other.map_err(Opening::into_fault),
        },
        Manner::Relay(smarthost) => dial.relay(smarthost).await,
    }
}

struct Dial<'a> {
    target: &'a Target,
    address: SocketAddr,
    hello: &'a str,
    limits: &'a Limits,
    deadline: Instant,
}

enum Opening {
    Handshake(Fault),
    Other(Fault),
}

impl Opening {
    fn into_fault(self) -> Fault {
        match self {
            Self::Handshake(fault) | Self::Other(fault) => fault,
        }
    }
}

impl From<Fault> for Opening {
    fn from(fault: Fault) -> Self {
        Self::Other(fault)
    }
}

impl Dial<'_> {
    async fn opportunistic(&self, with_tls: bool) -> Result<AsyncSmtpConnection, Opening> {
        let mut greeted = self.greeted().await?;
        if with_tls && greeted.offers_starttls && self.starttls(&mut greeted).await? {
            let config = tls::any_certificate().map_err(Fault::Later)?;
            let stream = self.handshake(greeted.tcp, config).await.map_err(Opening::Handshake)?;
            return Ok(self.lend(stream, GREETING_AGAIN).await?);
        }
        Ok(self.lend(greeted.tcp, GREETING_AGAIN).await?)
    }

    async fn relay(&self, smarthost: &Smarthost) -> Result<AsyncSmtpConnection, Fault> {
        let mut connection = match smarthost.tls {
            SmarthostTls::Off => self.lend(self.tcp().await?, b"").await?,
            SmarthostTls::Implicit => {
                let config = tls::checked(smarthost.ca.as_deref()).await.map_err(Fault::Later)?;
                let stream = self.handshake(self.tcp().await?, config).await?;
                self.lend(stream, b"").await?
            }
            SmarthostTls::StartTls => {
                let config = tls::checked(smarthost.ca.as_deref()).await.map_err(Fault::Later)?;
                let mut greeted = self.greeted().await?;
                // S-14: without TLS nothing goes to the relay, least of all the password.
                if !greeted.offers_starttls || !self.starttls(&mut greeted).await? {
                    return Err(self.later("does not do STARTTLS, and without it nothing is sent"));
                }
                let stream = self.handshake(greeted.tcp, config).await?;
                self.lend(stream, GREETING_AGAIN).await?
            }
        };
        if let Some(user) = &smarthost.user {
            let password = smarthost.password.as_ref().map_or("", |secret| secret.expose_str());
            let credentials = Credentials::new(user.clone(), password.to_owned());
            let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            // A wrong password is ours to mend: the letter waits, whatever the code.
            answer.map_err(|fault| Fault::Later(fault_of(&fault, &self.target.host, "AUTH").words().to_owned()))?;
        }
        Ok(connection)
    }

    /// A wait, cut where the whole attempt ends.
    fn at_most(&self, wait: Duration) -> Duration {
        wait.min(self.deadline.saturating_duration_since(Instant::now()))
    }

    fn later(&self, words: &str) -> Fault {
        Fault::Later(format!("{} {words}", self.target.host))
    }

    async fn tcp(&self) -> Result<TcpStream, Fault> {
        let tcp = match timeout(self.at_most(self.limits.connect), TcpStream::connect(self.address)).await {
            Ok(Ok(tcp)) => tcp,
            Ok(Err(fault)) => return Err(self.later(&format!("({}) cannot be reached: {fault}", self.address))),
            Err(_) => return Err(self.later(&format!("({}) does not answer", self.address))),
        };
        // Commands are small and each waits for its answer. A socket that refuses the option is only slower.
        let _ = tcp.set_nodelay(true);
        Ok(tcp)
    }

    async fn handshake(
        &self,
        tcp: TcpStream,
        config: Arc<ClientConfig>,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Fault> {
        let bare = self.target.host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(bare.to_owned()).map_err(|_| self.later("is not a name for a certificate"))?;
        match timeout(self.at_most(self.limits.connect), TlsConnector::from(config).connect(name, tcp)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(fault)) => Err(self.later(&format!("failed to set up TLS: {fault}"))),
            Err(_) => Err(self.later("did not finish setting up TLS in time")),
        }
    }

    /// Connects, reads the greeting and says EHLO.
    async fn greeted(&self) -> Result<Greeted, Fault> {
        let mut greeted = Greeted { tcp: self.tcp().await?, unread: Vec::new(), offers_starttls: false };
        let greeting = self.reply(&mut greeted, "greeting").await?;
        self.positive(&greeting, "greeting")?;
        self.say(&mut greeted, &format!("EHLO {}\r\n", self.hello)).await?;
        let offered = self.reply(&mut greeted, "EHLO").await?;
        self.positive(&offered, "EHLO")?;
        greeted.offers_starttls = offered.lines.iter().skip(1).any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"));
        Ok(greeted)
    }

    /// Asks for TLS; `false` when the server says no after all.
    async fn starttls(&self, greeted: &mut Greeted) -> Result<bool, Fault> {
        self.say(greeted, "STARTTLS\r\n").await?;
        let reply = self.reply(greeted, "STARTTLS").await?;
        // RFC 3207 §6, S-14: whatever came in clear behind the reply would be taken for the server's own words.
        if !greeted.unread.is_empty() {
            return Err(self.later("sent more in clear behind its STARTTLS reply"));
        }
        Ok(reply.code == 220)
    }

    async fn say(&self, greeted: &mut Greeted, line: &str) -> Result<(), Fault> {
        match timeout(self.at_most(self.limits.command), greeted.tcp.write_all(line.as_bytes())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err(self.later(&format!("cannot be written to: {fault}"))),
            Err(_) => Err(self.later("does not read what we write")),
        }
    }

    async fn reply(&self, greeted: &mut Greeted, step: &str) -> Result<Reply, Fault> {
        let read = async {
            loop {
                if let Some((reply, len)) = Reply::read(&greeted.unread)? {
                    greeted.unread.drain(..len);
                    return Ok(reply);
                }
                if greeted.unread.len() > REPLY_OCTETS_MAX {
                    return Err("its reply does not end".to_owned());
                }
                match greeted.tcp.read_buf(&mut greeted.unread).await {
                    Ok(0) => return Err("it closed the connection".to_owned()),
                    Ok(_) => {}
                    Err(fault) => return Err(fault.to_string()),
                }
            }
        };
        match timeout(self.at_most(self.limits.command), read).await {
            Ok(reply) => reply.map_err(|words| self.later(&format!("failed at {step}: {words}"))),
            Err(_) => Err(self.later(&format!("was silent at {step}"))),
        }
    }

    fn positive(&self, reply: &Reply, step: &str) -> Result<(), Fault> {
        let words =
            || format!("{} said at {step}: {} {}", self.target.host, reply.code, one_line(&reply.lines.join(" ")));
        match reply.code {
            200..=299 => Ok(()),
            500..=599 => Err(Fault::Refused(words())),
            _ => Err(Fault::Later(words())),
        }
    }

    async fn lend<S>(&self, stream: S, greeting: &'static [u8]) -> Result<AsyncSmtpConnection, Fault>
    where
        S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + 'static,
    {
        let timed = Timed::new(stream, self.address, greeting, self.limits.command, self.deadline);
        AsyncSmtpConnection::connect_with_transport(Box::new(timed), &ClientId::Domain(self.hello.to_owned()))
            .await
            .map_err(|fault| fault_of(&fault, &self.target.host, "greeting"))
    }
}

struct Greeted {
    tcp: TcpStream,
    /// What was read beyond the last reply.
    unread: Vec<u8>,
    offers_starttls: bool,
}

struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    /// The reply that `bytes` begin with and its length; `None` while it is incomplete. RFC 5321 §4.2.
    fn read(bytes: &[u8]) -> Result<Option<(Self, usize)>, String> {
        let mut lines = Vec::new();
        let mut at = 0;
        while let Some(end) = memchr::memchr(b'\n', &bytes[at..]) {
            let line = String::from_utf8_lossy(&bytes[at..at + end]);
            let line = line.trim_end_matches('\r');
            at += end + 1;
            let digits = line.get(..3).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
            let code: u16 = digits.and_then(|d| d.parse().ok()).ok_or_else(|| format!("`{}`", one_line(line)))?;
            lines.push(line.get(4..).unwrap_or("").to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Some((Self { code, lines }, at)));
            }
        }
        Ok(None)
    }
}
