//! The body of a mail as it arrives: after DATA up to the lone dot, or in BDAT chunks that say their length. Pure.
//!
//! Looks for line endings a run at a time and copies whole runs. Where a body is kept is `spool`'s.

use memchr::memchr2;

/// Why a body cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyError {
    /// A CR without LF or an LF without CR.
    #[error("a CR or LF stands alone")]
    BareLineEnding,
}

/// How far a body has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// All of it was taken, and there is more to come.
    More,
    /// The lone dot stood in it. What follows the first `used_bytes` is the next command.
    Ended {
        /// Bytes of the chunk that belong to this body.
        used_bytes: usize,
    },
}

/// Where the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Within,
    /// After a CR.
    Cr,
    /// After a dot that begins a line.
    Dot,
    /// After that dot and a CR.
    DotCr,
}

/// Takes what follows DATA.
#[derive(Debug)]
pub(crate) struct DataReader {
    at: At,
    size: Size,
}

impl DataReader {
    /// A body of at most `limit_bytes`, counted without the doubled dots. RFC 1870 §5.
    pub(crate) fn new(limit_bytes: u64) -> Self {
        // The CRLF of the DATA line counts: a body may begin with the lone dot.
        Self { at: At::LineStart, size: Size { bytes: 0, limit_bytes } }
    }

    /// Whether the limit has been passed.
    pub(crate) fn is_too_big(&self) -> bool {
        self.size.is_over()
    }

    /// Takes the next bytes, appends what belongs to the mail to `kept`, and says whether the lone dot has come.
    ///
    /// Undoes the doubling of leading dots. Past the limit nothing more is kept, but bytes are still taken, so that the
    /// peer gets to hear our refusal.
    ///
    /// # Errors
    /// [`BodyError::BareLineEnding`] on a CR or LF alone, which another server might take for an ending of its own; the
    /// connection closes (S-13). Size is not an error here: [`DataReader::is_too_big`] tells.
    ///
    /// RFC 5321 §4.5.2 (transparency), §2.3.8 (line endings), §4.1.1.4 (only CRLF.CRLF ends).
    pub(crate) fn push(&mut self, chunk: &[u8], kept: &mut Vec<u8>) -> Result<Progress, BodyError> {
        // `chunk[run..next]` is looked at and not yet kept.
        let (mut run, mut next) = (0, 0);
        loop {
            if self.at == At::Within {
                match memchr2(b'\r', b'\n', &chunk[next..]) {
                    None => break,
                    Some(place) if chunk[next + place] == b'\n' => return Err(BodyError::BareLineEnding),
                    Some(place) => next += place + 1,
                }
                // The usual case at once: a line ends and the next begins with something else than a dot.
                match chunk[next..] {
                    [b'\n', ahead, ..] if ahead != b'.' => next += 1,
                    _ => self.at = At::Cr,
                }
                continue;
            }
            let Some(&byte) = chunk.get(next) else { break };
            match (self.at, byte) {
                (At::Cr, b'\n') => (self.at, next) = (At::LineStart, next + 1),
                (At::LineStart, b'.') => {
                    self.size.keep(&chunk[run..next], kept);
                    next += 1;
                    (self.at, run) = (At::Dot, next);
                }
                (At::Dot, b'\r') => {
                    next += 1;
                    (self.at, run) = (At::DotCr, next);
                }
                (At::DotCr, b'\n') => return Ok(Progress::Ended { used_bytes: next + 1 }),
                (At::Cr | At::DotCr, _) => return Err(BodyError::BareLineEnding),
                // Not taken here: a line ending is judged where lines are.
                (At::LineStart | At::Dot | At::Within, _) => self.at = At::Within,
            }
        }
        self.size.keep(&chunk[run..], kept);
        Ok(Progress::More)
    }
}

/// Takes BDAT chunks: they are counted, so nothing in them ends the mail.
#[derive(Debug)]
pub(crate) struct ChunkReader {
    after_cr: bool,
    at_line_start: bool,
    size: Size,
}

impl ChunkReader {
    /// A body of at most `limit_bytes` in all its chunks.
    pub(crate) fn new(limit_bytes: u64) -> Self {
        Self { after_cr: false, at_line_start: true, size: Size { bytes: 0, limit_bytes } }
    }

    /// Whether the limit has been passed.
    pub(crate) fn is_too_big(&self) -> bool {
        self.size.is_over()
    }

    /// Takes the next bytes of a chunk and appends them to `kept`, up to the limit.
    ///
    /// # Errors
    /// [`BodyError::BareLineEnding`], as in DATA: what we keep may be sent on by DATA one day (S-13). The rest of the chunk
    /// must still be skipped. RFC 3030 §2.
    pub(crate) fn push(&mut self, piece: &[u8], kept: &mut Vec<u8>) -> Result<(), BodyError> {
        let Some((&first, &end)) = piece.first().zip(piece.last()) else { return Ok(()) };
        if self.after_cr && first != b'\n' {
            return Err(BodyError::BareLineEnding);
        }
        let mut next = usize::from(self.after_cr);
        while let Some(place) = memchr2(b'\r', b'\n', &piece[next..]) {
            next += place + 1;
            match (piece[next - 1], piece.get(next)) {
                (b'\r', Some(b'\n')) => next += 1,
                // A CR at the very end: the LF may be in the next piece, even in the next chunk.
                (b'\r', None) => {}
                _ => return Err(BodyError::BareLineEnding),
            }
        }
        (self.after_cr, self.at_line_start) = (end == b'\r', end == b'\n');
        self.size.keep(piece, kept);
        Ok(())
    }

    /// The last chunk is complete: ends the last line when the peer did not.
    ///
    /// # Errors
    /// [`BodyError::BareLineEnding`] when the body ends in a CR.
    pub(crate) fn finish(&mut self, kept: &mut Vec<u8>) -> Result<(), BodyError> {
        if self.after_cr {
            return Err(BodyError::BareLineEnding);
        }
        if !self.at_line_start && !self.is_too_big() {
            kept.extend_from_slice(b"\r\n");
        }
        Ok(())
    }
}

/// Counts octets against the limit.
#[derive(Debug)]
struct Size {
    bytes: u64,
    limit_bytes: u64,
}

impl Size {
    fn is_over(&self) -> bool {
        self.bytes > self.limit_bytes
    }

    fn keep(&mut self, run: &[u8], kept: &mut Vec<u8>) {
        self.bytes = self.bytes.saturating_add(run.len() as u64);
        if !self.is_over() {
            kept.extend_from_slice(run);
        }
    }
}

#[cfg(test)]
#[path = "data_tests.rs"]
mod tests;
