//! The stream that is lent to the SMTP library: what the library lacks is built in.
//!
//! Every wait has a deadline, and replies in forms that the library does not know are put into one that it does.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
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

/// A stream whose every read and write has a deadline. Once one has passed it never works again.
#[derive(Debug)]
pub(super) struct Timed<S> {
    stream: S,
    peer: SocketAddr,
    /// Tidied and not yet taken; at first the greeting of our own.
    inbox: Vec<u8>,
    /// Octets of the reply line that is arriving.
    column: usize,
    wait: Duration,
    deadline: Instant,
    /// Runs from the first wait for a reply to the next write: a reply that drips in has one deadline, not one a byte.
    reading: Option<Pin<Box<Sleep>>>,
    writing: Option<Pin<Box<Sleep>>>,
    dead: bool,
}

impl<S> Timed<S> {
    /// `greeting` is read before anything else; nothing works after `deadline`, and no step may take longer than `wait`.
    pub(super) fn new(stream: S, peer: SocketAddr, greeting: &[u8], wait: Duration, deadline: Instant) -> Self {
        let inbox = greeting.to_vec();
        Self { stream, peer, inbox, column: 0, wait, deadline, reading: None, writing: None, dead: false }
    }

    /// Ready when the time is over.
    fn over(&mut self, writing: bool, cx: &mut Context<'_>) -> Poll<io::Error> {
        let until = self.deadline.min(Instant::now() + self.wait);
        let timer = if writing { &mut self.writing } else { &mut self.reading };
        let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(until)));
        ready!(timer.as_mut().poll(cx));
        self.dead = true;
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }

    fn alive(&self) -> io::Result<()> {
        if self.dead { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.alive()?;
        while this.inbox.is_empty() {
            let mut room = [0; READ_OCTETS];
            let mut read = ReadBuf::new(&mut room);
            match Pin::new(&mut this.stream).poll_read(cx, &mut read) {
                Poll::Pending => return this.over(false, cx).map(Err),
                Poll::Ready(Ok(())) if !read.filled().is_empty() => {
                    read.filled().iter().for_each(|b| tidy(*b, &mut this.column, &mut this.inbox));
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

/// Makes of the next octet of a reply what the library understands. Were an acceptance in an odd form taken for a broken
/// connection, the letter would be sent again and again.
fn tidy(octet: u8, column: &mut usize, to: &mut Vec<u8>) {
    match octet {
        // RFC 5321 §4.2: a code without text is a reply; and tolerated: a line that ends in LF alone.
        b'\r' => {}
        b'\n' => {
            if *column == 3 {
                to.push(b' ');
            }
            to.extend_from_slice(b"\r\n");
            *column = 0;
        }
        other => {
            // Tolerated: words that are not UTF-8.
            to.push(if other.is_ascii() { other } else { b'?' });
            *column += 1;
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.alive()?;
        match Pin::new(&mut this.stream).poll_write(cx, bytes) {
            Poll::Pending => this.over(true, cx).map(Err),
            ready => {
                (this.reading, this.writing) = (None, None);
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
