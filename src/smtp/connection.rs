//! One connection: drives the session over a socket, with deadlines.
//!
//! Replies are collected and written when more input is needed, so a pipelined group costs one write (RFC 2920 §3.2).
//! What stands behind the end of a mail is not looked at before our reply to it is written (S-13). Bodies are read in
//! `body`.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, sleep_until, timeout},
};

use super::{
    body::Chunks,
    command::{self, CommandError},
    inbox::{Inbox, Line},
    reply::Reply,
    seam::{Intake, RecipientVerdict},
    server::Shared,
    session::{Outside, Rules, Session, Step},
};
use crate::types::{Address, MailId, Millis, TlsSession};

/// Replies are written at this size even while commands are waiting.
const REPLIES_BYTES_MAX: usize = 4 * 1024;

/// After we closed, a peer still sending is read from so long that it can get to our words instead of a reset.
const LINGER: Duration = Duration::from_secs(5);

/// The same when the whole server is leaving: shorter than it waits for last words.
const LINGER_LEAVING: Duration = Duration::from_secs(1);

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The peer closed it, or it broke.
    ByPeer,
    /// A reply that closes was said.
    ByUs,
    /// The peer said QUIT and heard 221.
    Quit,
    /// The peer waited too long, or read too slowly.
    TooSlow,
    /// We are leaving.
    ShuttingDown,
    /// 220 to STARTTLS is written: go on with TLS.
    StartTls,
}

/// What a wait for input is for.
#[derive(Clone, Copy)]
pub(super) enum Wait {
    Command { until: Instant },
    Body { until: Instant },
}

/// One connection without its socket, so that it can go on over TLS.
pub(crate) struct Connection<I> {
    pub(super) shared: Arc<Shared<I>>,
    pub(super) rules: Arc<Rules>,
    pub(super) session: Session,
    pub(super) inbox: Inbox,
    pub(super) chunks: Option<Chunks>,
    pub(super) mails: u32,
    outbox: Vec<u8>,
}

impl<I: Intake> Outside for Shared<I> {
    fn recipient(&self, address: &Address) -> RecipientVerdict {
        self.intake.recipient(address)
    }

    fn begin(&self) -> (MailId, Millis) {
        (self.ids.mail(), self.clock.now())
    }
}

impl<I: Intake> Connection<I> {
    /// `tls`: when the connection began with it.
    pub(crate) fn new(shared: Arc<Shared<I>>, rules: Arc<Rules>, peer: IpAddr, tls: Option<TlsSession>) -> Self {
        let session = Session::new(rules.clone(), peer, tls);
        let inbox = Inbox::new(shared.limits.command_line_bytes_max);
        Self { shared, rules, session, inbox, outbox: Vec::new(), chunks: None, mails: 0 }
    }

    /// Says the first words.
    pub(crate) fn greet(&mut self) {
        self.session.greeting().write_to(&mut self.outbox);
    }

    /// Goes on after STARTTLS.
    pub(crate) fn tls_began(&mut self, tls: TlsSession) {
        self.session.tls_began(tls);
    }

    /// Commands given and mails kept, for the log.
    pub(crate) fn counts(&self) -> (u32, u32) {
        (self.session.commands(), self.mails)
    }

    /// Speaks until the connection ends or TLS is to begin, and says the last words where there are some.
    pub(crate) async fn converse<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut S) -> Ended {
        let Err(ended) = self.dialogue(stream).await;
        match ended {
            Ended::TooSlow => Reply::too_slow().write_to(&mut self.outbox),
            Ended::ShuttingDown => Reply::shutting_down().write_to(&mut self.outbox),
            Ended::ByPeer | Ended::ByUs | Ended::Quit | Ended::StartTls => {}
        }
        let written = self.flush(stream).await;
        match ended {
            Ended::StartTls => written.err().unwrap_or(ended),
            Ended::ByPeer => ended,
            Ended::Quit => {
                // For TLS: the end is said, not guessed. The socket closes next either way.
                let _ = timeout(LINGER, stream.shutdown()).await;
                ended
            }
            Ended::ByUs | Ended::TooSlow | Ended::ShuttingDown => {
                if written.is_ok() {
                    self.linger(stream, if ended == Ended::ShuttingDown { LINGER_LEAVING } else { LINGER }).await;
                }
                ended
            }
        }
    }

    async fn dialogue<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
    ) -> Result<std::convert::Infallible, Ended> {
        // Begins with the wait for a command and holds for all of it: bytes that trickle count as slow.
        let mut deadline = None;
        loop {
            let Some(command) = self.next_command() else {
                // RFC 5321 §4.5.3.2.7: five minutes at least, which is the default.
                let until = *deadline.get_or_insert_with(|| Instant::now() + self.shared.limits.timeouts.command);
                self.fill(stream, Wait::Command { until }).await?;
                continue;
            };
            deadline = None;
            let step = self.session.step(command, &*self.shared);
            if !self.session.is_chunking() && !matches!(step, Step::ReadChunk { .. }) {
                self.chunks = None;
            }
            match step {
                Step::Say(reply) => self.say(reply)?,
                Step::ReadData { reply, envelope, declared_bytes } => {
                    self.say(reply)?;
                    let reply = self.read_data(stream, envelope, declared_bytes).await?;
                    self.end_of_mail(stream, reply).await?;
                }
                Step::ReadChunk { begin, bytes, last } => {
                    let reply = self.read_chunk(stream, begin, bytes, last).await?;
                    if last { self.end_of_mail(stream, reply).await? } else { self.say(reply)? }
                }
                Step::SkipChunk { bytes, then } => {
                    let until = Instant::now() + self.shared.limits.timeouts.message;
                    self.skip(stream, bytes, until).await?;
                    self.say(then)?;
                }
                Step::StartTls(reply) => return Err(self.begin_tls(reply)),
            }
            if self.outbox.len() >= REPLIES_BYTES_MAX {
                self.flush(stream).await?;
            }
        }
    }

    fn next_command(&mut self) -> Option<Result<command::Command, CommandError>> {
        Some(match self.inbox.line()? {
            Line::Whole(line) => command::parse(line, &self.rules.hostname),
            Line::BareLf => Err(CommandError::Characters),
            Line::TooLong => Err(CommandError::TooLong),
        })
    }

    fn say(&mut self, reply: Reply) -> Result<(), Ended> {
        reply.write_to(&mut self.outbox);
        match reply.closes() {
            false => Ok(()),
            true if reply.is_bye() => Err(Ended::Quit),
            true => Err(Ended::ByUs),
        }
    }

    /// Our word on a mail is written before anything behind it is looked at (S-13). RFC 2920 §3.1.
    async fn end_of_mail<S: AsyncWrite + Unpin>(&mut self, stream: &mut S, reply: Reply) -> Result<(), Ended> {
        self.inbox.narrow();
        self.say(reply)?;
        self.flush(stream).await
    }

    /// RFC 3207 §4.2, S-14: what came with STARTTLS was written by who knows whom. A peer that does so is not believed.
    fn begin_tls(&mut self, reply: Reply) -> Ended {
        let clean = self.inbox.is_empty();
        self.inbox.clear();
        let reply = if clean { reply } else { Reply::bytes_behind_starttls() };
        reply.write_to(&mut self.outbox);
        if clean { Ended::StartTls } else { Ended::ByUs }
    }

    /// Writes what is to be said, then waits for input, its deadline, or the end.
    pub(super) async fn fill<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        wait: Wait,
    ) -> Result<(), Ended> {
        self.flush(stream).await?;
        let now = Instant::now();
        let (until, idle) = match wait {
            Wait::Command { until } => (until, !self.session.is_in_transaction()),
            // RFC 5321 §4.5.3.2.5 for each piece; the whole body has a deadline too.
            Wait::Body { until } => (until.min(now + self.shared.limits.timeouts.data), false),
        };
        let leave = if idle { &self.shared.leaving } else { &self.shared.left };
        // Looked at first, because a peer that never pauses would keep the others from being looked at.
        if leave.is_cancelled() {
            return Err(Ended::ShuttingDown);
        }
        if until <= now {
            return Err(Ended::TooSlow);
        }
        let read = tokio::select! {
            biased;
            read = stream.read(self.inbox.room()) => read,
            () = leave.cancelled() => return Err(Ended::ShuttingDown),
            () = sleep_until(until) => return Err(Ended::TooSlow),
        };
        match read {
            Ok(0) | Err(_) => Err(Ended::ByPeer),
            Ok(count) => {
                if self.inbox.filled(count) && matches!(wait, Wait::Body { .. }) {
                    self.inbox.widen();
                }
                Ok(())
            }
        }
    }

    async fn flush<S: AsyncWrite + Unpin>(&mut self, stream: &mut S) -> Result<(), Ended> {
        if self.outbox.is_empty() {
            return Ok(());
        }
        let write = async {
            stream.write_all(&self.outbox).await?;
            stream.flush().await
        };
        let written = timeout(self.shared.limits.timeouts.write, write).await;
        self.outbox.clear();
        match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ended::ByPeer),
            // Half a reply is written: nothing sensible can follow.
            Err(_) => Err(Ended::ByPeer),
        }
    }

    /// Ends our side and throws away what still comes, for a while: closing with unread bytes would reset the connection,
    /// and the peer would never read why.
    async fn linger<S: AsyncRead + AsyncWrite + Unpin>(&mut self, stream: &mut S, at_most: Duration) {
        let drain = async {
            stream.shutdown().await?;
            loop {
                self.inbox.clear();
                if stream.read(self.inbox.room()).await? == 0 {
                    return std::io::Result::Ok(());
                }
            }
        };
        // Either way the socket closes next.
        let _ = timeout(at_most, drain).await;
    }
}
