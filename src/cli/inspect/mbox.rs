//! An mbox, read one mail at a time. RFC 4155, and the dialects mboxo and mboxrd.
//!
//! A mail begins at a line `From SENDER DATE` in the form of `asctime`. Writers put `>` before lines of a mail that begin so;
//! that one `>` is taken away. A line that begins with `From ` and has no such date is text: some writers leave it as it is.

use std::io::{self, BufRead, Read};

use super::mailbox::{Found, MAIL_OCTETS_MAX, Unread};

/// What an mbox begins with.
pub(super) const MARK: &[u8] = b"From ";

/// Octets that are looked at in one go: no line that begins a mail is longer, and memory does not grow with one that is.
const PIECE_OCTETS_MAX: u64 = 64 * 1024;

/// Whether a file that begins so is an mbox.
pub(super) fn begins(beginning: &[u8]) -> bool {
    beginning.starts_with(MARK)
}

/// The mails of an mbox, in order.
pub(super) struct Mbox<R> {
    source: R,
    /// Before the place in the names of its mails.
    name: String,
    place: u64,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing was read.
    Fresh,
    /// The line that begins a mail was read.
    AtMail,
    Ended,
}

impl<R: BufRead> Mbox<R> {
    /// `name`: what stands before the place of each mail, `FILE:` for one of many.
    pub(super) fn new(source: R, name: &str) -> Self {
        Self { source, name: name.to_owned(), place: 0, state: State::Fresh }
    }

    fn read(&mut self) -> Result<Vec<u8>, Unread> {
        let (mut body, mut piece) = (Vec::new(), Vec::new());
        let (mut begins_line, mut too_long) = (true, false);
        loop {
            piece.clear();
            let read = self.source.by_ref().take(PIECE_OCTETS_MAX).read_until(b'\n', &mut piece);
            if read.inspect_err(|_| self.state = State::Ended).map_err(Unread::Io)? == 0 {
                self.state = State::Ended;
                break;
            }
            if begins_line && is_beginning(&piece) {
                self.state = State::AtMail;
                break;
            }
            let quoted = begins_line && is_quoted(&piece);
            begins_line = piece.ends_with(b"\n");
            too_long |= (body.len() + piece.len()) as u64 > MAIL_OCTETS_MAX;
            if too_long {
                body = Vec::new();
            } else {
                body.extend_from_slice(&piece[usize::from(quoted)..]);
            }
        }
        if too_long { Err(Unread::TooLong) } else { Ok(without_last_empty_line(body)) }
    }
}

impl<R: BufRead> Iterator for Mbox<R> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        if self.state == State::Fresh {
            // The first line is taken as it is: the file was told by it.
            let first = self.source.by_ref().take(PIECE_OCTETS_MAX).read_until(b'\n', &mut Vec::new());
            match first {
                Ok(0) => self.state = State::Ended,
                Ok(_) => self.state = State::AtMail,
                Err(error) => {
                    self.state = State::Ended;
                    return Some(self.named(Err(Unread::Io(error))));
                }
            }
        }
        if self.state == State::Ended {
            return None;
        }
        let read = self.read();
        Some(self.named(read))
    }
}

impl<R> Mbox<R> {
    fn named(&mut self, read: Result<Vec<u8>, Unread>) -> Found {
        self.place += 1;
        let name = format!("{}{}", self.name, self.place);
        match read {
            Ok(body) => Found::Mail { name, body: body.into() },
            Err(why) => Found::Unread { name, why },
        }
    }
}

/// Opens an mbox that is one file of many; `name` is its path in the folder.
///
/// # Errors
/// When it cannot be opened.
pub(super) fn open(path: &std::path::Path, name: &str) -> io::Result<Mbox<io::BufReader<std::fs::File>>> {
    Ok(Mbox::new(io::BufReader::new(std::fs::File::open(path)?), &format!("{name}:")))
}

/// `From SENDER Mon Nov 23 10:00:00 2026`, with or without seconds and zone; what stands for the sender may hold blanks.
fn is_beginning(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(MARK) else { return false };
    let Ok(rest) = std::str::from_utf8(rest) else { return false };
    let words: Vec<&str> = rest.split_ascii_whitespace().collect();
    words.windows(4).any(|words| {
        let [day, month, date, time] = words else { return false };
        let number = |word: &str| word.parse::<u8>().ok();
        let mut clock = time.split(':').map(number);
        DAYS.contains(day)
            && MONTHS.contains(month)
            && number(date).is_some_and(|date| (1..=31).contains(&date))
            && clock.next().flatten().is_some_and(|hour| hour < 24)
            && clock.next().flatten().is_some_and(|minute| minute < 60)
    })
}

/// A line of a mail that had to be told from the beginning of one.
fn is_quoted(line: &[u8]) -> bool {
    let unquoted = line.iter().position(|octet| *octet != b'>').unwrap_or(line.len());
    unquoted > 0 && line[unquoted..].starts_with(MARK)
}

/// What the writer put between two mails.
fn without_last_empty_line(mut body: Vec<u8>) -> Vec<u8> {
    for (ending, line_end) in [(&b"\r\n\r\n"[..], 2), (b"\n\n", 1)] {
        if body.ends_with(ending) {
            body.truncate(body.len() - line_end);
            break;
        }
    }
    body
}

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

#[cfg(test)]
#[path = "mbox_tests.rs"]
mod tests;
