//! Reading one mail's body from a connection and handing it over: after DATA, or in BDAT chunks.

use std::time::Duration;

use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::{Instant, timeout},
};
use tracing::{error, info, warn};

use super::{
    connection::{Connection, Ended, Wait},
    data::{BodyError, ChunkReader, DataReader, Progress},
    reply::Reply,
    seam::{Intake, ReceiveError},
    spool::{Arriving, SpoolError},
};
use crate::types::Envelope;

/// How long keeping one mail may take. RFC 5321 §4.5.3.2.6: the peer waits ten minutes for our word after the dot.
const RECEIVE_TIME_MAX: Duration = Duration::from_secs(540);

/// A mail that comes in chunks. RFC 3030.
pub(super) struct Chunks {
    envelope: Box<Envelope>,
    reader: ChunkReader,
    arriving: Arriving,
    until: Instant,
}

impl<I: Intake> Connection<I> {
    pub(super) async fn read_data<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        envelope: Box<Envelope>,
        declared_bytes: Option<u64>,
    ) -> Result<Reply, Ended> {
        let until = Instant::now() + self.shared.limits.timeouts.message;
        let mut reader = DataReader::new(self.rules.message_bytes_max);
        let mut arriving = Arriving::new(self.shared.spool.clone(), envelope.id, declared_bytes);
        loop {
            if self.inbox.is_empty() {
                self.fill(stream, Wait::Body { until }).await?;
            }
            let progress = reader.push(self.inbox.unread(), arriving.buffer());
            let Ok(progress) = progress else {
                refused(&envelope, "a CR or LF stands alone in its body");
                return Ok(Reply::bare_line_ending());
            };
            if reader.is_too_big() {
                arriving.forget();
            } else {
                arriving.settle().await;
            }
            match progress {
                Progress::More => self.inbox.consume_all(),
                Progress::Ended { used_bytes } => {
                    self.inbox.consume(used_bytes);
                    break;
                }
            }
        }
        if reader.is_too_big() {
            refused(&envelope, "it is too big");
            return Ok(Reply::too_big());
        }
        Ok(self.keep(*envelope, arriving).await)
    }

    pub(super) async fn read_chunk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        begin: Option<Box<Envelope>>,
        bytes: u64,
        last: bool,
    ) -> Result<Reply, Ended> {
        let chunks = match begin {
            Some(envelope) => Some(self.begin_chunks(envelope)),
            None => self.chunks.take(),
        };
        let mut chunks = chunks.expect("the session gives an envelope with the first chunk and knows when it is over");
        let mut left = bytes;
        while left > 0 {
            if self.inbox.is_empty() {
                self.fill(stream, Wait::Body { until: chunks.until }).await?;
            }
            let unread = self.inbox.unread();
            let piece = &unread[..unread.len().min(usize::try_from(left).unwrap_or(usize::MAX))];
            let taken = chunks.reader.push(piece, chunks.arriving.buffer());
            let used = piece.len();
            left -= used as u64;
            self.inbox.consume(used);
            if let Err(error) = taken {
                return self.fail_chunk(stream, chunks, left, Err(error)).await;
            }
            if chunks.reader.is_too_big() {
                return self.fail_chunk(stream, chunks, left, Ok(())).await;
            }
            chunks.arriving.settle().await;
        }
        if !last {
            self.chunks = Some(chunks);
            return Ok(Reply::chunk_taken(bytes));
        }
        if let Err(error) = chunks.reader.finish(chunks.arriving.buffer()) {
            return self.fail_chunk(stream, chunks, 0, Err(error)).await;
        }
        Ok(self.keep(*chunks.envelope, chunks.arriving).await)
    }

    fn begin_chunks(&self, envelope: Box<Envelope>) -> Chunks {
        let arriving = Arriving::new(self.shared.spool.clone(), envelope.id, None);
        let until = Instant::now() + self.shared.limits.timeouts.message;
        Chunks { envelope, reader: ChunkReader::new(self.rules.message_bytes_max), arriving, until }
    }

    /// RFC 3030 §2: the chunk is taken to its end before it is refused; those behind it are skipped by the session.
    async fn fail_chunk<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        mut chunks: Chunks,
        left_bytes: u64,
        taken: Result<(), BodyError>,
    ) -> Result<Reply, Ended> {
        self.session.abandon();
        chunks.arriving.forget();
        self.skip(stream, left_bytes, chunks.until).await?;
        Ok(match taken {
            Err(BodyError::BareLineEnding) => {
                refused(&chunks.envelope, "a CR or LF stands alone in its body");
                Reply::bare_line_ending_in_chunk()
            }
            Ok(()) => {
                refused(&chunks.envelope, "it is too big");
                Reply::too_big()
            }
        })
    }

    pub(super) async fn skip<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        mut left_bytes: u64,
        until: Instant,
    ) -> Result<(), Ended> {
        while left_bytes > 0 {
            if self.inbox.is_empty() {
                self.fill(stream, Wait::Body { until }).await?;
            }
            let used = self.inbox.unread().len().min(usize::try_from(left_bytes).unwrap_or(usize::MAX));
            self.inbox.consume(used);
            left_bytes -= used as u64;
        }
        Ok(())
    }

    /// Hands a whole mail over and turns the answer into our word. `250` needs an `Accepted`.
    async fn keep(&mut self, envelope: Envelope, arriving: Arriving) -> Reply {
        let id = envelope.id;
        let body = match arriving.into_body().await {
            Ok(body) => body,
            Err(error @ SpoolError::File(_)) => {
                error!(mail.id = %id, %error, "mail {id} was put off");
                return Reply::no_room();
            }
            Err(error @ SpoolError::Memory) => {
                warn!(mail.id = %id, %error, "mail {id} was put off");
                return Reply::no_room();
            }
        };
        // Boxed: the future of a whole intake is large, and idle connections would each carry room for it.
        let received = Box::pin(self.shared.intake.receive(envelope, body));
        match timeout(RECEIVE_TIME_MAX, received).await {
            Ok(Ok(accepted)) => {
                self.mails += 1;
                Reply::accepted(&accepted)
            }
            Ok(Err(ReceiveError::TryLater(why))) => {
                warn!(mail.id = %id, why, "mail {id} was put off: {why}");
                Reply::try_later()
            }
            Err(_) => {
                error!(mail.id = %id, "mail {id} was put off: keeping it took too long");
                Reply::try_later()
            }
        }
    }
}

fn refused(envelope: &Envelope, why: &'static str) {
    let id = envelope.id;
    info!(mail.id = %id, peer = %envelope.peer, why, "mail {id} was refused: {why}");
}
