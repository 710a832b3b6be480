//! One letter through an open connection: MAIL, RCPT, DATA, the letter. RFC 5321 §3.3.

use std::{fmt, iter, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use lettre::transport::smtp::{
    client::AsyncSmtpConnection,
    commands::{Data, Mail, Rcpt},
    extension::{Extension, MailBodyParameter, MailParameter},
    response::{Response, Severity},
};
use tokio::time::{Instant, timeout};

use super::{
    Tlsa,
    outcome::{Fault, Outcome, fault_of, reply_words},
    recipients::wire_address,
    refusal::RCPT,
    route::{Manner, Target},
    timed::Deadline,
};
use crate::types::Signed;

/// How long a server may take to say goodbye.
pub(super) const QUIT_TIMEOUT: Duration = Duration::from_secs(5);

/// Letters that one connection carries. A server that likes fewer says so at MAIL, and gets the next in a new connection.
pub(super) const LETTERS_MAX: u32 = 100;

/// A connection that is ready for MAIL.
pub(super) struct Open {
    pub(super) smtp: AsyncSmtpConnection,
    host: String,
    address: SocketAddr,
    deadline: Deadline,
    /// That it took.
    letters: u32,
    proof: Proof,
}

/// What a server has shown of itself when the connection was opened.
#[derive(Debug)]
pub(super) enum Proof {
    /// Nothing that anybody demanded.
    Nothing,
    /// A certificate for its name, as MTA-STS demands.
    Name,
    /// A certificate as these records name it.
    Dane(Arc<Tlsa>),
}

impl Proof {
    /// A policy or records that came after a connection was opened hold for it too. RFC 8461 §5.
    fn suffices(&self, manner: &Manner) -> bool {
        match (manner, self) {
            (Manner::Opportunistic | Manner::Relay(_), _) | (Manner::Enforced(_), Self::Name) => true,
            (Manner::Dane(now), Self::Dane(then)) => now == then,
            (Manner::Enforced(_) | Manner::Dane(_), _) => false,
        }
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Open({} at {}, {} letters)", self.host, self.address, self.letters)
    }
}

impl Open {
    pub(super) fn new(smtp: AsyncSmtpConnection, host: &str, address: SocketAddr, deadline: Deadline) -> Self {
        Self { smtp, host: host.to_owned(), address, deadline, letters: 0, proof: Proof::Nothing }
    }

    /// The same, where the server has shown that.
    pub(super) fn proved(self, proof: Proof) -> Self {
        Self { proof, ..self }
    }

    /// A whole transaction.
    ///
    /// # Errors
    /// The letter was not handed over, and another server may be asked.
    pub(super) async fn transaction(&mut self, signed: &Signed) -> Result<Outcome, Fault> {
        let parameters = self.parameters(signed)?;
        match self.mail(signed, parameters).await {
            Ok(()) => self.hand_over(signed).await,
            Err(fault) => spoken_for_the_domain(fault),
        }
    }

    /// The next transaction in a connection that took a letter before, up to MAIL; `None`, and a goodbye, when the server
    /// is none of these or does not take MAIL again, whatever it says.
    pub(super) async fn again(mut self, targets: &[Target], deadline: Instant, signed: &Signed) -> Option<Self> {
        let is_one = |target: &Target| {
            self.proof.suffices(&target.manner) && target.host == self.host && target.addresses.contains(&self.address)
        };
        if targets.iter().any(is_one)
            && let Ok(parameters) = self.parameters(signed)
        {
            self.deadline.move_to(deadline);
            if self.mail(signed, parameters).await.is_ok() {
                return Some(self);
            }
        }
        self.goodbye();
        None
    }

    /// What MAIL says beyond the sender.
    ///
    /// # Errors
    /// This server cannot carry the letter.
    fn parameters(&self, signed: &Signed) -> Result<Vec<MailParameter>, Fault> {
        let (server, host) = (self.smtp.server_info(), &self.host);
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
                return Err(Fault::Refused(format!(
                    "{host} takes no mail for an address that is not ASCII (SMTPUTF8)"
                )));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        Ok(parameters)
    }

    async fn mail(&mut self, signed: &Signed, parameters: Vec<MailParameter>) -> Result<(), Fault> {
        let reply = self.smtp.command(Mail::new(Some(wire_address(signed.from())), parameters)).await;
        let reply = reply.map_err(|fault| fault_of(&fault, &self.host, "MAIL"))?;
        if is_done(&reply) { Ok(()) } else { Err(self.odd("MAIL", &reply)) }
    }

    /// What follows MAIL.
    ///
    /// # Errors
    /// The letter was not handed over, and another server may be asked.
    pub(super) async fn hand_over(&mut self, signed: &Signed) -> Result<Outcome, Fault> {
        if let Err(fault) = self.rcpt_and_data(signed).await {
            return spoken_for_the_domain(fault);
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
        let host = &self.host;
        Ok(match self.smtp.message_iter(parts).await {
            Ok(reply) if is_done(&reply) => {
                self.letters += 1;
                Outcome::Accepted { by: format!("{host} ({})", self.address.ip()), words: reply_words(&reply) }
            }
            Ok(reply) => Outcome::Later { words: format!("{host} said after the letter: {}", reply_words(&reply)) },
            Err(fault) if fault.status().is_some() => fault_of(&fault, host, "the letter").into(),
            // RFC 5321 §4.1.1.4: what has no end was not handed over.
            Err(fault) if !dot_follows => return Err(fault_of(&fault, host, "the letter")),
            // RFC 5321 §4.5.3.2.6, RFC 1047: nobody knows. The next attempt carries the same Message-ID.
            Err(fault) => {
                Outcome::Unknown { words: fault_of(&fault, host, "the end of the letter").words().to_owned() }
            }
        })
    }

    async fn rcpt_and_data(&mut self, signed: &Signed) -> Result<(), Fault> {
        // One recipient a transaction: the library knows only all or nothing.
        let reply = self.smtp.command(Rcpt::new(wire_address(signed.to()), Vec::new())).await;
        let reply = reply.map_err(|fault| fault_of(&fault, &self.host, RCPT))?;
        if !is_done(&reply) {
            return Err(self.odd(RCPT, &reply));
        }
        let reply = self.smtp.command(Data).await.map_err(|fault| fault_of(&fault, &self.host, "DATA"))?;
        if reply.has_code(354) { Ok(()) } else { Err(self.odd("DATA", &reply)) }
    }

    fn odd(&self, step: &str, reply: &Response) -> Fault {
        Fault::Later(format!("{} said to {step}: {}", self.host, reply_words(reply)))
    }

    /// The outcome, and the connection when it may carry another letter.
    pub(super) fn after(self, outcome: Outcome) -> (Outcome, Option<Self>) {
        if matches!(outcome, Outcome::Accepted { .. }) && self.letters < LETTERS_MAX {
            return (outcome, Some(self));
        }
        self.goodbye();
        (outcome, None)
    }

    /// Ends the connection and says with whom it was. What became of the letters is known by now and waits for no goodbye.
    pub(super) fn goodbye(mut self) -> String {
        self.deadline.move_to(Instant::now() + QUIT_TIMEOUT);
        let host = self.host.clone();
        tokio::spawn(async move {
            let _ = timeout(QUIT_TIMEOUT, self.smtp.quit()).await;
        });
        host
    }
}

/// RFC 5321 §5.1: a server that refuses for good speaks for the domain, and no other is asked.
fn spoken_for_the_domain(fault: Fault) -> Result<Outcome, Fault> {
    match fault {
        Fault::Refused(_) | Fault::NoMailbox(_) => Ok(fault.into()),
        Fault::Later(_) => Err(fault),
    }
}

fn is_done(reply: &Response) -> bool {
    reply.code().severity == Severity::PositiveCompletion
}
