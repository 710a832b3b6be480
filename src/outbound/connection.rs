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
    dane_match,
    deliver::Limits,
    outcome::{Fault, fault_of},
    refusal::is_final,
    route::{Manner, Target},
    timed::{Deadline, REPLY_OCTETS_MAX, Timed},
    tls,
    transaction::{Open, Proof},
};
use crate::{
    config::{Smarthost, SmarthostTls},
    types::one_line,
};

/// What the library reads first when the true greeting was ours to read.
pub(super) const GREETING_AGAIN: &[u8] = b"220 ready\r\n";

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
) -> Result<Open, Fault> {
    let dial = Dial { target, address, hello, limits, deadline };
    match &target.manner {
        Manner::Opportunistic => match dial.opportunistic(true).await {
            // RFC 7435 §4.1: a server whose TLS does not work is spoken to as if it had none.
            Err(Opening::Handshake(_)) => dial.opportunistic(false).await.map_err(Opening::into_fault),
            other => other.map_err(Opening::into_fault),
        },
        Manner::Enforced(demand) => {
            let open = dial.secured(demand.tls.clone(), "the MTA-STS policy of its domain demands").await?;
            Ok(open.proved(Proof::Name))
        }
        Manner::Dane(tlsa) => {
            let config = dane_match::config(tlsa.clone()).map_err(Fault::Later)?;
            Ok(dial.secured(config, "DANE in its DNS demands").await?.proved(Proof::Dane(tlsa.clone())))
        }
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
    async fn opportunistic(&self, with_tls: bool) -> Result<Open, Opening> {
        let mut stream = self.greeted(self.tcp().await?).await?;
        let said = self.ehlo(&mut stream).await?;
        if with_tls && said.offers_starttls() && self.starttls(&mut stream).await?.code == 220 {
            let config = tls::any_certificate().map_err(Fault::Later)?;
            let stream = self.handshake(stream, config).await.map_err(Opening::Handshake)?;
            return Ok(self.lend(stream).await?);
        }
        Ok(self.in_clear(stream, &said).await?)
    }

    /// A connection that stays as it is: `said` is what EHLO, or HELO, was answered with.
    async fn in_clear(&self, stream: TcpStream, said: &Reply) -> Result<Open, Fault> {
        let (timed, deadline) = self.timed(stream);
        lend(timed.that_heard_ehlo(&said.to_bytes()), &self.target.host, self.hello, deadline).await
    }

    /// RFC 8461 §5, RFC 7672 §2.2: through TLS with a certificate that `config` takes, or later. `demanded`: by whom.
    async fn secured(&self, config: Arc<ClientConfig>, demanded: &str) -> Result<Open, Fault> {
        // What is said in clear anybody on the way may have said: it ends no letter for good.
        let stream = self.willing(demanded).await.map_err(|fault| Fault::Later(fault.words().to_owned()))?;
        let secured = self.handshake(stream, config).await;
        let secured = secured.map_err(|fault| Fault::Later(format!("{} ({demanded} it)", fault.words())))?;
        self.lend(secured).await
    }

    /// A server that waits for a handshake.
    async fn willing(&self, demanded: &str) -> Result<TcpStream, Fault> {
        let mut stream = self.greeted(self.tcp().await?).await?;
        if !self.ehlo(&mut stream).await?.offers_starttls() || self.starttls(&mut stream).await?.code != 220 {
            return Err(self.later(&format!("does not do STARTTLS, which {demanded}")));
        }
        Ok(stream)
    }

    /// A relay that will not have us, or does not take our password, is ours to mend: the letter waits, whatever the code.
    async fn relay(&self, smarthost: &Smarthost) -> Result<Open, Fault> {
        self.relay_at_once(smarthost).await.map_err(|fault| Fault::Later(fault.words().to_owned()))
    }

    async fn relay_at_once(&self, smarthost: &Smarthost) -> Result<Open, Fault> {
        let mut connection = match smarthost.tls {
            SmarthostTls::Off => {
                let mut stream = self.greeted(self.tcp().await?).await?;
                let said = self.ehlo(&mut stream).await?;
                self.in_clear(stream, &said).await?
            }
            SmarthostTls::Implicit => {
                let config = tls::checked(smarthost.ca.as_deref()).await.map_err(Fault::Later)?;
                let stream = self.handshake(self.tcp().await?, config).await?;
                self.lend(self.greeted(stream).await?).await?
            }
            SmarthostTls::StartTls => {
                let config = tls::checked(smarthost.ca.as_deref()).await.map_err(Fault::Later)?;
                let mut stream = self.greeted(self.tcp().await?).await?;
                // S-14: without TLS nothing goes to the relay, least of all the password.
                if !self.ehlo(&mut stream).await?.offers_starttls() {
                    return Err(self.later("does not do STARTTLS, and without it nothing is sent"));
                }
                self.positive(&self.starttls(&mut stream).await?, "STARTTLS")?;
                self.lend(self.handshake(stream, config).await?).await?
            }
        };
        if let Some(user) = &smarthost.user {
            let password = smarthost.password.as_ref().map_or("", |secret| secret.expose_str());
            let credentials = Credentials::new(user.clone(), password.to_owned());
            let answer = connection.smtp.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await;
            answer.map_err(|fault| fault_of(&fault, &self.target.host, "AUTH"))?;
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
        let name = match &self.target.manner {
            // RFC 7672 §8.1.
            Manner::Dane(tlsa) => tlsa.base(),
            _ => self.target.host.trim_start_matches('[').trim_end_matches(']'),
        };
        let name = ServerName::try_from(name.to_owned()).map_err(|_| self.later("is not a name for a certificate"))?;
        match timeout(self.at_most(self.limits.connect), TlsConnector::from(config).connect(name, tcp)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(fault)) => Err(match dane_match::mismatch(&fault) {
                Some(mismatch) => Fault::Later(mismatch.to_string()),
                None => self.later(&format!("failed to set up TLS: {fault}")),
            }),
            Err(_) => Err(self.later("did not finish setting up TLS in time")),
        }
    }

    /// Reads the greeting.
    async fn greeted<S: AsyncRead + Unpin>(&self, mut stream: S) -> Result<S, Fault> {
        self.positive(&self.reply(&mut stream, "greeting").await?, "greeting")?;
        Ok(stream)
    }

    /// Says EHLO; HELO to a server that does not know it. RFC 5321 §3.2.
    async fn ehlo(&self, tcp: &mut TcpStream) -> Result<Reply, Fault> {
        self.say(tcp, &format!("EHLO {}\r\n", self.hello)).await?;
        let reply = self.reply(tcp, "EHLO").await?;
        if !reply.knows_no_such_command() {
            self.positive(&reply, "EHLO")?;
            return Ok(reply);
        }
        self.say(tcp, &format!("HELO {}\r\n", self.hello)).await?;
        let reply = self.reply(tcp, "HELO").await?;
        self.positive(&reply, "HELO")?;
        Ok(reply.without_extensions())
    }

    /// Asks for TLS; the server may say no after all, and go on.
    async fn starttls(&self, tcp: &mut TcpStream) -> Result<Reply, Fault> {
        self.say(tcp, "STARTTLS\r\n").await?;
        let reply = self.reply(tcp, "STARTTLS").await?;
        // RFC 5321 §3.8: it closes the connection.
        if reply.code == 421 {
            self.positive(&reply, "STARTTLS")?;
        }
        Ok(reply)
    }

    async fn say(&self, tcp: &mut TcpStream, line: &str) -> Result<(), Fault> {
        match timeout(self.at_most(self.limits.command), tcp.write_all(line.as_bytes())).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fault)) => Err(self.later(&format!("cannot be written to: {fault}"))),
            Err(_) => Err(self.later("does not read what we write")),
        }
    }

    async fn reply<S: AsyncRead + Unpin>(&self, stream: &mut S, step: &str) -> Result<Reply, Fault> {
        let read = async {
            let mut bytes = Vec::new();
            loop {
                match Reply::read(&bytes)? {
                    Some((reply, len)) if len == bytes.len() => return Ok(reply),
                    // RFC 3207 §6, S-14: what came in clear behind a reply would be taken for the next one.
                    Some(_) => return Err("it sent more behind its reply".to_owned()),
                    None if bytes.len() > REPLY_OCTETS_MAX => return Err("its reply does not end".to_owned()),
                    None => {}
                }
                match stream.read_buf(&mut bytes).await {
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
        let text = one_line(&reply.lines.join(" "));
        let words = format!("{} said at {step}: {} {text}", self.target.host, reply.code);
        match reply.code {
            200..=299 => Ok(()),
            code if is_final(step, code, &text) => Err(Fault::Refused(words)),
            _ => Err(Fault::Later(words)),
        }
    }

    /// Lends a stream whose greeting was read.
    async fn lend<S>(&self, stream: S) -> Result<Open, Fault>
    where
        S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + 'static,
    {
        let (timed, deadline) = self.timed(stream);
        lend(timed, &self.target.host, self.hello, deadline).await
    }

    fn timed<S>(&self, stream: S) -> (Timed<S>, Deadline) {
        let deadline = Deadline::new(self.deadline);
        (Timed::new(stream, self.address, GREETING_AGAIN, self.limits.command, deadline.clone()), deadline)
    }
}

/// Lends a stream that begins with a greeting; the library says EHLO.
pub(super) async fn lend<S>(stream: Timed<S>, host: &str, hello: &str, deadline: Deadline) -> Result<Open, Fault>
where
    S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug + 'static,
{
    let hello = ClientId::Domain(hello.to_owned());
    let address = stream.peer();
    let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await;
    let smtp = connected.map_err(|fault| fault_of(&fault, host, "EHLO"))?;
    Ok(Open::new(smtp, host, address, deadline))
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
            // Tolerated: words that are not ASCII. Nobody is shown them.
            let shown = |b: &u8| if b.is_ascii() { char::from(*b) } else { '?' };
            let line: String = bytes[at..at + end].iter().map(shown).collect();
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

    /// The same reply in its proper form.
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (n, line) in self.lines.iter().enumerate() {
            let mark = if n + 1 == self.lines.len() { ' ' } else { '-' };
            bytes.extend_from_slice(format!("{}{mark}{line}\r\n", self.code).as_bytes());
        }
        bytes
    }

    /// RFC 5321 §4.2.4. A server that does not want us says so otherwise.
    fn knows_no_such_command(&self) -> bool {
        matches!(self.code, 500 | 502)
    }

    /// What follows the first line is no list of extensions.
    fn without_extensions(mut self) -> Self {
        self.lines.truncate(1);
        self
    }

    fn offers_starttls(&self) -> bool {
        self.lines.iter().skip(1).any(|line| line.trim().eq_ignore_ascii_case("STARTTLS"))
    }
}
