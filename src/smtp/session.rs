//! The dialogue as a state machine: command in, step out. Pure; owns no socket and no clock.
//!
//! A transaction is a thing of its own beside the session: RSET, EHLO and the end of a mail drop it. Reading what follows
//! DATA and BDAT, and writing what is said, is `connection`'s.

use std::{mem, net::IpAddr, sync::Arc};

use super::{
    command::{Command, CommandError, MailFrom},
    reply::{Offer, Reply},
    seam::RecipientVerdict,
};
use crate::types::{Address, Envelope, MailId, Millis, Recipient, TlsSession};

/// What holds for every session of one listener.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    /// `smtp.hostname`.
    pub(crate) hostname: String,
    /// `limits.message_bytes_max`.
    pub(crate) message_bytes_max: u64,
    /// `limits.recipients_max`.
    pub(crate) recipients_max: usize,
    /// `limits.commands_max`.
    pub(crate) commands_max: u32,
    /// `limits.bad_commands_max`.
    pub(crate) bad_commands_max: u32,
    /// `limits.unknown_recipients_max`.
    pub(crate) unknown_recipients_max: u32,
    /// STARTTLS is offered.
    pub(crate) starttls: bool,
    /// `require_tls` of the listener.
    pub(crate) require_tls: bool,
}

/// What the session must ask for, so that it stays pure.
pub(crate) trait Outside {
    /// Whether mail for this address is ours.
    fn recipient(&self, address: &Address) -> RecipientVerdict;
    /// The id of a mail that begins to arrive, and the time.
    fn begin(&self) -> (MailId, Millis);
}

/// What is to be done now.
#[derive(Debug)]
pub(crate) enum Step {
    /// Say this; close when it closes.
    Say(Reply),
    /// Say this and read up to the lone dot.
    ReadData {
        /// 354.
        reply: Reply,
        /// The mail's envelope.
        envelope: Box<Envelope>,
        /// `SIZE=`: a hint only.
        declared_bytes: Option<u64>,
    },
    /// Read a chunk. What is said follows from how that goes.
    ReadChunk {
        /// With the first chunk of a mail.
        begin: Option<Box<Envelope>>,
        /// Octets that follow.
        bytes: u64,
        /// Whether the mail ends with them.
        last: bool,
    },
    /// Read a chunk and forget it, then say this. RFC 3030 §2.
    SkipChunk {
        /// Octets that follow.
        bytes: u64,
        /// What is said then.
        then: Reply,
    },
    /// Say this and begin TLS, with nothing left over from before (S-14).
    StartTls(Reply),
}

/// What the peer called itself.
#[derive(Debug)]
struct Greeting {
    helo: String,
    esmtp: bool,
}

/// One mail before its body. RFC 5321 §3.3.
#[derive(Debug)]
struct Transaction {
    mail: MailFrom,
    recipients: Vec<Recipient>,
}

#[derive(Debug, Default)]
enum State {
    /// No EHLO yet, or none since TLS began.
    #[default]
    Connected,
    /// Ready for MAIL.
    Greeted(Greeting),
    /// MAIL was taken; recipients are being named.
    Addressed(Greeting, Transaction),
    /// Some chunks have come, not the last. The transaction is with who reads them.
    Chunking(Greeting),
}

impl State {
    fn without_transaction(self) -> Self {
        match self {
            Self::Connected => Self::Connected,
            Self::Greeted(greeting) | Self::Addressed(greeting, _) | Self::Chunking(greeting) => {
                Self::Greeted(greeting)
            }
        }
    }
}

/// One dialogue.
#[derive(Debug)]
pub(crate) struct Session {
    rules: Arc<Rules>,
    peer: IpAddr,
    tls: Option<TlsSession>,
    state: State,
    commands: u32,
    bad_commands: u32,
    unknown_recipients: u32,
}

impl Session {
    /// A session that has just been connected. `tls`: when the connection began with it.
    pub(crate) fn new(rules: Arc<Rules>, peer: IpAddr, tls: Option<TlsSession>) -> Self {
        Self { rules, peer, tls, state: State::Connected, commands: 0, bad_commands: 0, unknown_recipients: 0 }
    }

    /// The first words.
    pub(crate) fn greeting(&self) -> Reply {
        Reply::greeting(&self.rules.hostname)
    }

    /// Whether a mail has begun: such a session is let finish when we shut down.
    pub(crate) fn is_in_transaction(&self) -> bool {
        matches!(self.state, State::Addressed(..) | State::Chunking(_))
    }

    /// Whether chunks that have come still count.
    pub(crate) fn is_chunking(&self) -> bool {
        matches!(self.state, State::Chunking(_))
    }

    /// A chunk failed: the transaction is over, and what is left of it is skipped.
    pub(crate) fn abandon(&mut self) {
        self.state = mem::take(&mut self.state).without_transaction();
    }

    /// TLS has begun. RFC 3207 §4.2: what was learned before it is forgotten. The counts stay.
    pub(crate) fn tls_began(&mut self, tls: TlsSession) {
        self.tls = Some(tls);
        self.state = State::Connected;
    }

    /// How many commands were given, for the log.
    pub(crate) fn commands(&self) -> u32 {
        self.commands
    }

    /// Answers one line.
    pub(crate) fn step(&mut self, command: Result<Command, CommandError>, outside: &impl Outside) -> Step {
        self.commands += 1;
        if self.commands > self.rules.commands_max {
            return Step::Say(Reply::enough());
        }
        let step = match command {
            Ok(command) => {
                let state = mem::take(&mut self.state);
                let (state, step) = self.answer(state, command, outside);
                self.state = state;
                step
            }
            Err(error) => Step::Say(Reply::misunderstood(error)),
        };
        self.bad_commands += u32::from(step.is_protocol_error());
        let enough = self.bad_commands > self.rules.bad_commands_max
            || self.unknown_recipients > self.rules.unknown_recipients_max;
        if enough { Step::Say(Reply::enough()) } else { step }
    }

    /// All pairs of state and command. The state is used up and the next one returned.
    fn answer(&mut self, state: State, command: Command, outside: &impl Outside) -> (State, Step) {
        use Command::{Bdat, Data, Ehlo, Helo, Help, Mail, Noop, Quit, Rcpt, Rset, StartTls, Vrfy};
        use State::{Addressed, Chunking, Connected, Greeted};
        let say = |state, reply| (state, Step::Say(reply));
        let unexpected = |state, words| (state, Step::Say(Reply::out_of_order(words)));
        match (state, command) {
            // RFC 5321 §4.1.4: a second EHLO clears as RSET does.
            (_, Ehlo(helo)) => say(Greeted(Greeting { helo, esmtp: true }), self.ehlo()),
            (_, Helo(helo)) => say(Greeted(Greeting { helo, esmtp: false }), Reply::helo(&self.rules.hostname)),
            (state, Rset) => say(state.without_transaction(), Reply::ok()),
            (state, Noop) => say(state, Reply::ok()),
            (state, Help) => say(state, Reply::help()),
            (state, Vrfy) => say(state, Reply::not_verified()),
            (state, Quit) => say(state, Reply::bye()),

            (state, StartTls) if self.tls.is_some() => unexpected(state, "TLS is in use already"),
            (state, StartTls) if !self.rules.starttls => say(state, Reply::misunderstood(CommandError::NotOffered)),
            (_, StartTls) => (Connected, Step::StartTls(Reply::ready_for_tls())),

            (Greeted(greeting), Mail(mail)) => self.begin(greeting, mail),
            (Connected, Mail(_)) => unexpected(Connected, "Say EHLO first"),
            (state @ (Addressed(..) | Chunking(_)), Mail(_)) => unexpected(state, "A mail is under way"),

            (Addressed(greeting, transaction), Rcpt(to)) => self.address(greeting, transaction, to, outside),
            (state @ (Connected | Greeted(_)), Rcpt(_)) => unexpected(state, "Say MAIL first"),
            (state @ Chunking(_), Rcpt(_)) => unexpected(state, "The mail has begun"),

            (Addressed(greeting, transaction), Data) if transaction.recipients.is_empty() => {
                say(Addressed(greeting, transaction), Reply::no_recipients())
            }
            (Addressed(greeting, transaction), Data) => {
                let declared_bytes = transaction.mail.size;
                let envelope = self.envelope(&greeting, transaction, outside);
                (Greeted(greeting), Step::ReadData { reply: Reply::go_ahead(), envelope, declared_bytes })
            }
            (state @ (Connected | Greeted(_)), Data) => unexpected(state, "Say MAIL and RCPT first"),
            // RFC 3030 §2: DATA and BDAT do not mix in one mail.
            (state @ Chunking(_), Data) => unexpected(state, "The mail has begun with BDAT"),

            (Addressed(greeting, transaction), Bdat { bytes, .. }) if transaction.recipients.is_empty() => {
                (Addressed(greeting, transaction), Step::SkipChunk { bytes, then: Reply::no_recipients() })
            }
            (Addressed(greeting, transaction), Bdat { bytes, last }) => {
                let begin = Some(self.envelope(&greeting, transaction, outside));
                let state = if last { Greeted(greeting) } else { Chunking(greeting) };
                (state, Step::ReadChunk { begin, bytes, last })
            }
            (Chunking(greeting), Bdat { bytes, last }) => {
                let state = if last { Greeted(greeting) } else { Chunking(greeting) };
                (state, Step::ReadChunk { begin: None, bytes, last })
            }
            (state @ (Connected | Greeted(_)), Bdat { bytes, .. }) => {
                (state, Step::SkipChunk { bytes, then: Reply::out_of_order("Say MAIL and RCPT first") })
            }
        }
    }

    fn ehlo(&self) -> Reply {
        // RFC 3207 §4.2: not offered again once TLS is in use.
        let starttls = self.rules.starttls && self.tls.is_none();
        Reply::ehlo(&self.rules.hostname, Offer { message_bytes_max: self.rules.message_bytes_max, starttls })
    }

    fn begin(&self, greeting: Greeting, mail: MailFrom) -> (State, Step) {
        let refusal = if self.rules.require_tls && self.tls.is_none() {
            Some(Reply::must_tls())
        } else if mail.size.is_some_and(|bytes| bytes > self.rules.message_bytes_max) {
            // RFC 1870 §6.1: refused before a byte of it is sent.
            Some(Reply::too_big())
        } else if !mail.smtputf8 && mail.from.as_ref().is_some_and(Address::needs_utf8) {
            Some(Reply::needs_smtputf8())
        } else {
            None
        };
        match refusal {
            Some(reply) => (State::Greeted(greeting), Step::Say(reply)),
            None => {
                let transaction = Transaction { mail, recipients: Vec::new() };
                (State::Addressed(greeting, transaction), Step::Say(Reply::sender_ok()))
            }
        }
    }

    fn address(
        &mut self,
        greeting: Greeting,
        mut transaction: Transaction,
        address: Address,
        outside: &impl Outside,
    ) -> (State, Step) {
        let reply = if !transaction.mail.smtputf8 && address.needs_utf8() {
            Reply::needs_smtputf8()
        } else if transaction.recipients.iter().any(|known| known.address == address) {
            // Named twice is named once: one mail must not be filed twice for it.
            Reply::recipient_ok()
        } else if transaction.recipients.len() >= self.rules.recipients_max {
            Reply::too_many_recipients()
        } else {
            match outside.recipient(&address) {
                RecipientVerdict::Ours => {
                    transaction.recipients.push(Recipient { address });
                    Reply::recipient_ok()
                }
                RecipientVerdict::Unknown => {
                    self.unknown_recipients += 1;
                    Reply::no_such_recipient()
                }
                RecipientVerdict::TryLater => Reply::try_later(),
            }
        };
        (State::Addressed(greeting, transaction), Step::Say(reply))
    }

    fn envelope(&self, greeting: &Greeting, transaction: Transaction, outside: &impl Outside) -> Box<Envelope> {
        let (id, arrived) = outside.begin();
        Box::new(Envelope {
            id,
            arrived,
            peer: self.peer,
            helo: greeting.helo.clone(),
            esmtp: greeting.esmtp,
            tls: self.tls.clone(),
            mail_from: transaction.mail.from,
            recipients: transaction.recipients,
            smtputf8: transaction.mail.smtputf8,
        })
    }
}

impl Step {
    fn is_protocol_error(&self) -> bool {
        match self {
            Self::Say(reply) | Self::SkipChunk { then: reply, .. } => reply.is_protocol_error(),
            Self::ReadData { .. } | Self::ReadChunk { .. } | Self::StartTls(_) => false,
        }
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
