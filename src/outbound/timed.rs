//! The stream that is lent to the SMTP library: what the library lacks is built in.
//!
//! Every wait has a deadline, and replies in forms that the library does not know are put into one that it does.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

/// Octets read at once.
const READ_OCTETS: usize = 2048;

/// Octets of one reply. RFC 5321 §4.5.3.1.5 has lines of 512; an EHLO reply has a few dozen at most.
pub(super) const REPLY_OCTETS_MAX: usize = 16 * 1024;

/// Why a stream works no more.
#[derive(Debug, Clone, Copy)]
enum Dead {
    /// A deadline has passed.
    Late,
    /// A reply became too long.
    Endless,
    /// There was more than one reply: whoever read on would take each for an answer to the next command.
    Unasked,
    /// The far side closed it.
    Closed,
}

impl From<Dead> for io::Error {
    fn from(dead: Dead) -> Self {
        match dead {
            Dead::Late => io::ErrorKind::TimedOut.into(),
            Dead::Endless => Self::new(io::ErrorKind::InvalidData, "its reply does not end"),
            Dead::Closed => Self::new(io::ErrorKind::ConnectionAborted, "it closed the connection"),
            Dead::Unasked => Self::new(io::ErrorKind::InvalidData, "it sent more behind its reply"),
        }
    }
}

/// When all must be over. It is moved for each letter that goes through the same connection; copies share it.
#[derive(Debug, Clone)]
pub(super) struct Deadline(Arc<Mutex<Instant>>);

impl Deadline {
    pub(super) fn new(at: Instant) -> Self {
        Self(Arc::new(Mutex::new(at)))
    }

    pub(super) fn move_to(&self, at: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    fn at(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream whose every read and write has a deadline, and every reply an end. Once that was missed it never works again.
#[derive(Debug)]
pub(super) struct Timed<S> {
    stream: S,
    peer: SocketAddr,
    /// Tidied and not yet taken; at first the greeting of our own.
    inbox: Vec<u8>,
    arriving: Arriving,
    wait: Duration,
    deadline: Deadline,
    /// Runs from the first wait for a reply to the next write: a reply that drips in has one deadline, not one a byte.
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
    dead: Option<Dead>,
    /// The next line written stays here: it was said and answered before.
    was_said: bool,
}

impl<S> Timed<S> {
    /// `greeting` is read before anything else; nothing works after `deadline`, and no step may take longer than `wait`.
    pub(super) fn new(stream: S, peer: SocketAddr, greeting: &[u8], wait: Duration, deadline: Deadline) -> Self {
        let inbox = greeting.to_vec();
        let arriving = Arriving::default();
        Self {
            stream,
            peer,
            inbox,
            arriving,
            wait,
            deadline,
            reading: None,
            writing: None,
            dead: None,
            was_said: false,
        }
    }

    /// For a server that heard EHLO from us and answered so: the library's own does not reach it.
    ///
    /// Tolerated: OpenSMTPD says 503 to a second EHLO in clear, which RFC 5321 §4.1.4 allows.
    pub(super) fn that_heard_ehlo(mut self, answer: &[u8]) -> Self {
        self.inbox.extend_from_slice(answer);
        self.arriving.ended = true;
        self.was_said = true;
        self
    }

    /// Ready when the time is over.
    fn over(&mut self, writing: bool, cx: &mut Context<'_>) -> Poll<io::Error> {
        let until = self.deadline.at().min(Instant::now() + self.wait);
        let timer = if writing { &mut self.writing } else { &mut self.reading };
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        ready!(timer.as_mut().poll(cx));
        self.dead = Some(Dead::Late);
        Poll::Ready(Dead::Late.into())
    }

    /// Whom it leads to.
    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    fn alive(&self) -> io::Result<()> {
        self.dead.map_or(Ok(()), |dead| Err(dead.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.inbox.is_empty() {
            this.alive()?;
            let mut room = [0; READ_OCTETS];
            let mut read = ReadBuf::new(&mut room);
            match Pin::new(&mut this.stream).poll_read(cx, &mut read) {
                Poll::Pending => return this.over(false, cx).map(Err),
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    this.dead =
                        read.filled().iter().find_map(|octet| this.arriving.take(*octet, &mut this.inbox).err());
                }
                ended => return ended,
            }
        }
        let taken = this.inbox.len().min(buf.remaining());
        buf.put_slice(&this.inbox[..taken]);
        this.inbox.drain(..taken);
        Poll::Ready(Ok(()))
    }
}

/// The reply that is arriving.
#[derive(Debug, Default)]
struct Arriving {
    /// Octets of it so far.
    octets: usize,
    /// Octets of its line so far.
    column: usize,
    /// RFC 5321 §4.2.1: a hyphen behind the code says that this line is not the last.
    goes_on: bool,
    ended: bool,
}

impl Arriving {
    /// Makes of the next octet of a reply what the library understands. Were an acceptance in an odd form taken for a
    /// broken connection, the letter would be sent again and again.
    fn take(&mut self, octet: u8, to: &mut Vec<u8>) -> Result<(), Dead> {
        if self.ended {
            return Err(Dead::Unasked);
        }
        self.octets += 1;
        if self.octets > REPLY_OCTETS_MAX {
            return Err(Dead::Endless);
        }
        match octet {
            // RFC 5321 §4.2: a code without text is a reply; and tolerated: a line that ends in LF alone.
            b'\r' => {}
            b'\n' => {
                if self.column == 3 {
                    to.push(b' ');
                }
                to.extend_from_slice(b"\r\n");
                self.ended = !self.goes_on;
                (self.column, self.goes_on) = (0, false);
            }
            other => {
                // Tolerated: words that are not ASCII. Nobody is shown them.
                to.push(if other.is_ascii() { other } else { b'?' });
                self.goes_on |= self.column == 3 && other == b'-';
                self.column += 1;
            }
        }
        Ok(())
    }
}

impl<S: AsyncRead + Unpin> Timed<S> {
    /// What came behind a whole reply, nobody asked for; before the next command is the last moment to see it.
    fn listen(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let mut room = [0; 1];
        let mut read = ReadBuf::new(&mut room);
        if self.arriving.ended
            && let Poll::Ready(came) = Pin::new(&mut self.stream).poll_read(cx, &mut read)
        {
            came?;
            self.dead = Some(if read.filled().is_empty() { Dead::Closed } else { Dead::Unasked });
        }
        self.alive()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.alive()?;
        if this.was_said {
            this.was_said = !bytes.ends_with(b"\n");
            return Poll::Ready(Ok(bytes.len()));
        }
        this.listen(cx)?;
        match Pin::new(&mut this.stream).poll_write(cx, bytes) {
            Poll::Pending => this.over(true, cx).map(Err),
            ready => {
                (this.reading, this.writing) = (None, None);
                this.arriving = Arriving::default();
                ready
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.alive()?;
        match Pin::new(&mut this.stream).poll_flush(cx) {
            Poll::Pending => this.over(true, cx).map(Err),
            ready => ready,
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.alive()?;
        match Pin::new(&mut this.stream).poll_shutdown(cx) {
            Poll::Pending => this.over(true, cx).map(Err),
            ready => ready,
        }
    }
}

impl<S> AsyncTokioStream for Timed<S>
where
    S: AsyncRead + AsyncWrite + Send + Sync + Unpin + std::fmt::Debug,
{
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.peer)
    }
}
