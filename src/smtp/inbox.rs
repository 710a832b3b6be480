//! The bytes of one connection that have come and are not used yet, and the lines in them. Pure.
//!
//! Small while a peer is silent, so that thousands may be; wide while a body streams.

use memchr::memchr;

/// Bytes of the buffer between commands. Thousands of idle connections hold one each.
const NARROW_BYTES: usize = 8 * 1024;

/// Bytes of the buffer while a body comes faster than the narrow one holds.
const WIDE_BYTES: usize = 64 * 1024;

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// Without its CRLF.
    Whole(&'a [u8]),
    /// It ended with LF alone.
    BareLf,
    /// It was longer than allowed and has been thrown away.
    TooLong,
}

/// Received and not used yet.
#[derive(Debug)]
pub(crate) struct Inbox {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    line_bytes_max: usize,
    /// In a line that is too long: everything up to its end is thrown away.
    overlong: bool,
}

impl Inbox {
    /// Lines may have `line_bytes_max`, CRLF included.
    pub(crate) fn new(line_bytes_max: usize) -> Self {
        Self { bytes: vec![0; NARROW_BYTES.max(line_bytes_max)], start: 0, end: 0, line_bytes_max, overlong: false }
    }

    /// What has come and is not used.
    pub(crate) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Whether nothing waits to be used.
    pub(crate) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The first `count` unread bytes are used.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// All unread bytes are used.
    pub(crate) fn consume_all(&mut self) {
        self.start = self.end;
    }

    /// Throws away everything, and what was known of a line begun (S-14).
    pub(crate) fn clear(&mut self) {
        (self.start, self.end, self.overlong) = (0, 0, false);
    }

    /// Where the next bytes go; never empty after what [`Inbox::line`] or a body reader left.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        &mut self.bytes[self.end..]
    }

    /// `count` bytes were written to the room. Answers whether it was all there was.
    pub(crate) fn filled(&mut self, count: usize) -> bool {
        self.end += count;
        self.end == self.bytes.len()
    }

    /// A body comes fast: read more at once.
    pub(crate) fn widen(&mut self) {
        if self.bytes.len() < WIDE_BYTES {
            self.bytes.resize(WIDE_BYTES, 0);
        }
    }

    /// The body is over: give the memory back, unless what already waits needs it.
    pub(crate) fn narrow(&mut self) {
        let small = NARROW_BYTES.max(self.line_bytes_max);
        if self.bytes.len() > small && self.end - self.start < small {
            let mut bytes = vec![0; small];
            bytes[..self.end - self.start].copy_from_slice(self.unread());
            (self.start, self.end, self.bytes) = (0, self.end - self.start, bytes);
        }
    }

    /// Takes the next line, if it is complete. A line too long is thrown away as it comes, whatever its length.
    pub(crate) fn line(&mut self) -> Option<Line<'_>> {
        let Some(length) = memchr(b'\n', self.unread()) else {
            if self.overlong || self.unread().len() >= self.line_bytes_max {
                self.overlong = true;
                self.consume_all();
            }
            return None;
        };
        let begin = self.start;
        self.start += length + 1;
        if std::mem::take(&mut self.overlong) || length + 1 > self.line_bytes_max {
            return Some(Line::TooLong);
        }
        match &self.bytes[begin..begin + length] {
            [line @ .., b'\r'] => Some(Line::Whole(line)),
            _ => Some(Line::BareLf),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(inbox: &mut Inbox, bytes: &[u8]) {
        inbox.room()[..bytes.len()].copy_from_slice(bytes);
        inbox.filled(bytes.len());
    }

    #[test]
    fn a_line_is_given_when_its_end_has_come() {
        let mut inbox = Inbox::new(100);
        put(&mut inbox, b"NOOP\r");
        assert_eq!(inbox.line(), None);
        put(&mut inbox, b"\nQUIT\r\nR");
        assert_eq!(inbox.line(), Some(Line::Whole(b"NOOP")));
        assert_eq!(inbox.line(), Some(Line::Whole(b"QUIT")));
        assert_eq!(inbox.line(), None);
        assert_eq!(inbox.unread(), b"R");
    }

    #[test]
    fn a_line_ended_by_lf_alone_is_told_apart() {
        let mut inbox = Inbox::new(100);
        put(&mut inbox, b"NOOP\n");
        assert_eq!(inbox.line(), Some(Line::BareLf));
    }

    #[test]
    fn a_line_of_any_length_costs_one_buffer_and_one_refusal() {
        let mut inbox = Inbox::new(100);
        for _ in 0..1000 {
            let room = inbox.room();
            room.fill(b'x');
            let count = room.len();
            assert!(count > 0);
            inbox.filled(count);
            assert_eq!(inbox.line(), None);
        }
        put(&mut inbox, b"x\r\nQUIT\r\n");
        assert_eq!(inbox.line(), Some(Line::TooLong));
        assert_eq!(inbox.line(), Some(Line::Whole(b"QUIT")));
        assert_eq!(inbox.bytes.len(), NARROW_BYTES);
    }

    #[test]
    fn a_line_of_exactly_the_limit_is_taken_and_one_octet_more_is_not() {
        let mut inbox = Inbox::new(8);
        put(&mut inbox, b"NOOP x\r\nNOOP xy\r\n");
        assert_eq!(inbox.line(), Some(Line::Whole(b"NOOP x")));
        assert_eq!(inbox.line(), Some(Line::TooLong));
        // The same, with the limit reached before the end has come.
        put(&mut inbox, b"NOOP xy\r");
        assert_eq!(inbox.line(), None);
        put(&mut inbox, b"\n");
        assert_eq!(inbox.line(), Some(Line::TooLong));
    }

    #[test]
    fn the_buffer_is_wide_for_a_body_only() {
        let mut inbox = Inbox::new(100);
        inbox.widen();
        assert_eq!(inbox.room().len(), WIDE_BYTES);
        put(&mut inbox, b"NOOP\r\n");
        inbox.narrow();
        assert_eq!(inbox.bytes.len(), NARROW_BYTES);
        assert_eq!(inbox.line(), Some(Line::Whole(b"NOOP")));
    }
}
