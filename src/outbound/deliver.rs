//! One attempt to hand one signed letter to one recipient's server, or to the folder.
//!
//! A transaction that has begun is never abandoned half way: it runs in a task of its own, ends by itself or by the
//! deadlines of its connection, and its connection is used for nothing else.

use std::{
    error::Error as _,
    fs::{self, File},
    io::{self, Write},
    iter,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use lettre::transport::smtp::{
    client::AsyncSmtpConnection,
    commands::{Data, Mail, Rcpt},
    extension::{Extension, MailBodyParameter, MailParameter},
    response::{Response, Severity},
};
use tokio::time::{Instant, timeout};

use super::{
    connection,
    recipients::wire_address,
    refusal::{RCPT, is_final},
    route::{Target, Way},
};
use crate::{
    config,
    types::{LetterId, Signed},
};

/// Letters of the far side's words that are kept.
const WORDS_CHARS_MAX: usize = 500;

/// How long a server may take to say goodbye.
const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Deadlines of one attempt.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connecting, and setting up TLS.
    pub connect: Duration,
    /// Each answer of the far side, and each write.
    pub command: Duration,
}

impl Limits {
    /// Those of `[outbound]`.
    pub fn of(settings: &config::Outbound) -> Self {
        Self { connect: settings.connect_timeout, command: settings.command_timeout }
    }

    /// What a whole attempt gets: time for a slow server, not for every server being slow at every step.
    pub fn attempt(&self) -> Duration {
        self.connect * 2 + self.command * 2
    }
}

/// One letter for one recipient, on its way.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Which letter.
    pub letter: LetterId,
    /// The recipient's place in its list; with the letter it names the file.
    pub place: u16,
    /// The bytes and the envelope.
    pub signed: Signed,
    /// Where to.
    pub way: Way,
    /// What we call ourselves in EHLO.
    pub hello: Arc<str>,
    /// Deadlines.
    pub limits: Limits,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The far side took responsibility (or the file is on disk).
    Accepted {
        /// Which server, or which file.
        by: String,
        /// Its words.
        words: String,
    },
    /// It never will.
    Refused {
        /// Why.
        words: String,
    },
    /// To be tried again.
    Later {
        /// Why.
        words: String,
    },
    /// To be tried again, though it may have arrived: the letter was sent, and no word came back.
    Unknown {
        /// What was the last of it.
        words: String,
    },
}

/// What went wrong, and whether for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    Refused(String),
    Later(String),
}

impl Fault {
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Refused(words) | Self::Later(words) => words,
        }
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(words) => Self::Refused { words },
            Fault::Later(words) => Self::Later { words },
        }
    }
}

/// Makes one attempt. Dropping the returned future does not stop it.
pub async fn deliver(attempt: Attempt) -> Outcome {
    let running = match attempt.way.clone() {
        Way::File(folder) => tokio::task::spawn_blocking(move || to_file(&folder, &attempt)),
        Way::Servers(targets) => tokio::spawn(async move { to_servers(&targets, &attempt).await }),
    };
    running.await.unwrap_or_else(|fault| Outcome::Unknown { words: format!("the attempt broke off: {fault}") })
}

/// Tries the servers in order until one takes the letter or refuses it for good.
///
/// Until one was handed the letter, trying another can double nothing.
async fn to_servers(targets: &[Target], attempt: &Attempt) -> Outcome {
    // S-12: nothing that could end the message early goes on a wire, whoever made it.
    if let Err(words) = connection::wire_safe(attempt.signed.bytes()) {
        return Outcome::Refused { words: format!("the letter is malformed: {words}") };
    }
    let deadline = Instant::now() + attempt.limits.attempt();
    let mut fault = None;
    for target in targets {
        for address in &target.addresses {
            if Instant::now() >= deadline {
                break;
            }
            let opened = connection::open(target, *address, &attempt.hello, &attempt.limits, deadline).await;
            let (new, spoken) = match opened {
                Ok(connection) => match transaction(connection, target, *address, &attempt.signed).await {
                    Ok(outcome) => return outcome,
                    Err(new) => (new, true),
                },
                Err(new) => (new, false),
            };
            // One server may refuse us for good while another takes the letter, or was not reached yet.
            fault = Some(doubtful(fault, new));
            if spoken {
                // At its other addresses the same server would say the same.
                break;
            }
        }
    }
    fault.unwrap_or_else(|| Fault::Later("there was no time left to try a server".into())).into()
}

fn doubtful(before: Option<Fault>, new: Fault) -> Fault {
    match (before, new) {
        (Some(Fault::Later(words)), Fault::Refused(_)) => Fault::Later(words),
        (_, new) => new,
    }
}

/// MAIL, RCPT, DATA, the letter. RFC 5321 §3.3.
///
/// # Errors
/// The letter was not handed over, and another server may be asked.
pub(super) async fn transaction(
    mut connection: AsyncSmtpConnection,
    target: &Target,
    address: SocketAddr,
    signed: &Signed,
) -> Result<Outcome, Fault> {
    let host = &target.host;
    let parameters = match parameters(&connection, host, signed) {
        Ok(parameters) => parameters,
        Err(fault) => {
            goodbye(connection);
            return Err(fault);
        }
    };
    if let Err(fault) = envelope(&mut connection, host, signed, parameters).await {
        goodbye(connection);
        return match fault {
            // RFC 5321 §5.1: it speaks for the domain.
            Fault::Refused(words) => Ok(Outcome::Refused { words }),
            Fault::Later(_) => Err(fault),
        };
    }
    // The library ends the data with CRLF of its own: the last one of ours would make an empty line.
    let bytes: &Bytes = signed.bytes();
    let body = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
    // The library asks for more when all of it was written, and then writes the dot.
    let mut dot_follows = false;
    let parts = iter::once(body).chain(iter::from_fn(|| {
        dot_follows = true;
        None
    }));
    Ok(match connection.message_iter(parts).await {
        Ok(reply) if is_done(&reply) => {
            goodbye(connection);
            Outcome::Accepted { by: format!("{host} ({})", address.ip()), words: reply_words(&reply) }
        }
        Ok(reply) => Outcome::Later { words: format!("{host} said after the letter: {}", reply_words(&reply)) },
        Err(fault) if fault.status().is_some() => {
            goodbye(connection);
            fault_of(&fault, host, "the letter").into()
        }
        // RFC 5321 §4.1.1.4: what has no end was not handed over.
        Err(fault) if !dot_follows => return Err(fault_of(&fault, host, "the letter")),
        // RFC 5321 §4.5.3.2.6, RFC 1047: nobody knows. The next attempt carries the same Message-ID.
        Err(fault) => Outcome::Unknown { words: fault_of(&fault, host, "the end of the letter").words().to_owned() },
    })
}

/// What MAIL says beyond the sender.
///
/// # Errors
/// This server cannot carry the letter.
fn parameters(connection: &AsyncSmtpConnection, host: &str, signed: &Signed) -> Result<Vec<MailParameter>, Fault> {
    let server = connection.server_info();
    let mut parameters = Vec::new();
    if !signed.bytes().is_ascii() {
        if !server.supports_feature(Extension::EightBitMime) {
            return Err(Fault::Refused(format!("{host} takes only ASCII and the letter is not")));
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    if signed.from().needs_utf8() || signed.to().needs_utf8() {
        // RFC 6531 §3.2.
        if !server.supports_feature(Extension::SmtpUtfEight) {
            return Err(Fault::Refused(format!("{host} takes no mail for an address that is not ASCII (SMTPUTF8)")));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    Ok(parameters)
}

async fn envelope(
    connection: &mut AsyncSmtpConnection,
    host: &str,
    signed: &Signed,
    parameters: Vec<MailParameter>,
) -> Result<(), Fault> {
    let said = |step| move |fault| fault_of(&fault, host, step);
    let odd = |step, reply: &Response| Err(Fault::Later(format!("{host} said to {step}: {}", reply_words(reply))));
    let reply = connection.command(Mail::new(Some(wire_address(signed.from())), parameters)).await;
    let reply = reply.map_err(said("MAIL"))?;
    if !is_done(&reply) {
        return odd("MAIL", &reply);
    }
    // One recipient a transaction: the library knows only all or nothing.
    let reply = connection.command(Rcpt::new(wire_address(signed.to()), Vec::new())).await.map_err(said(RCPT))?;
    if !is_done(&reply) {
        return odd(RCPT, &reply);
    }
    let reply = connection.command(Data).await.map_err(said("DATA"))?;
    if reply.has_code(354) { Ok(()) } else { odd("DATA", &reply) }
}

fn is_done(reply: &Response) -> bool {
    reply.code().severity == Severity::PositiveCompletion
}

/// What became of the letter is known by now and waits for no goodbye. The connection is used for nothing else.
fn goodbye(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move {
        let _ = timeout(QUIT_TIMEOUT, connection.quit()).await;
    });
}

/// What a server said is judged; everything else (silence, TLS, nonsense) is for later.
pub(super) fn fault_of(fault: &lettre::transport::smtp::Error, host: &str, step: &str) -> Fault {
    let detail = one_line(&fault.source().map(ToString::to_string).unwrap_or_default());
    match fault.status() {
        Some(code) => {
            let words = format!("{host} said to {step}: {code} {detail}");
            if is_final(step, code.into(), &detail) { Fault::Refused(words) } else { Fault::Later(words) }
        }
        None if fault.is_timeout() => Fault::Later(format!("{host} was silent at {step}")),
        None => Fault::Later(format!("the connection to {host} broke at {step}: {}", one_line(&fault.to_string()))),
    }
}

fn reply_words(reply: &Response) -> String {
    let lines: Vec<&str> = reply.message().collect();
    one_line(&format!("{} {}", reply.code(), lines.join(" ")))
}

/// A stranger's words made fit for a line in a log and a list: no control character, bounded.
pub(super) fn one_line(words: &str) -> String {
    let clean: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WORDS_CHARS_MAX).collect();
    clean.trim().to_owned()
}

/// Writes `LETTER-PLACE.eml`, durable, once: a second attempt finds it there.
fn to_file(folder: &Path, attempt: &Attempt) -> Outcome {
    match write_file(folder, attempt) {
        Ok(path) => Outcome::Accepted { by: path.display().to_string(), words: "written to a file".into() },
        Err(fault) => Outcome::Later { words: format!("{}: {fault}", folder.display()) },
    }
}

fn write_file(folder: &Path, attempt: &Attempt) -> io::Result<PathBuf> {
    let name = format!("{}-{}.eml", attempt.letter, attempt.place);
    let path = folder.join(&name);
    fs::create_dir_all(folder)?;
    if !path.try_exists()? {
        let unfinished = folder.join(format!(".{name}.tmp"));
        let mut file = File::create(&unfinished)?;
        // RFC 5321 §4.4: what final delivery writes on top; also the envelope of a file that is opened later.
        write!(file, "Return-Path: <{}>\r\nDelivered-To: {}\r\n", attempt.signed.from(), attempt.signed.to())?;
        file.write_all(attempt.signed.bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, &path)?;
    }
    File::open(folder)?.sync_all()?;
    Ok(path)
}

#[cfg(test)]
#[path = "deliver_tests.rs"]
mod tests;
