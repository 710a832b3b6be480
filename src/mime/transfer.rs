//! Undoes transfer encodings in pieces of bounded size, so that what is large is never there twice. RFC 2045 §6.

use std::borrow::Cow;

use memchr::{memchr, memmem::find};

/// How the octets of a part are written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As they are: 7bit, 8bit, binary, and what nobody knows.
    #[default]
    Identity,
    /// RFC 2045 §6.8. What is no base64 is passed over; one run after the other is read.
    Base64,
    /// RFC 2045 §6.7. What is no code stays as it is.
    QuotedPrintable,
    /// What Unix had before: lines between `begin` and `end`, or lines alone.
    Uuencode,
}

/// Octets in one piece at most.
pub const PIECE_OCTETS_MAX: usize = 48 * 1024;

/// The decoded octets of a part, piece by piece, none empty.
#[derive(Debug, Clone)]
pub struct Pieces<'a> {
    rest: &'a [u8],
    encoding: Encoding,
    /// Bits of base64 that make no octet yet, and how many.
    bits: u32,
    count: u32,
    /// Whether the `begin` of uuencoded lines has been looked for.
    begun: bool,
}

impl<'a> Pieces<'a> {
    /// Reads what is encoded in that way.
    pub fn of(encoded: &'a [u8], encoding: Encoding) -> Self {
        Self { rest: encoded, encoding, bits: 0, count: 0, begun: false }
    }

    fn base64(&mut self) -> Vec<u8> {
        let mut out = Vec::with_capacity((self.rest.len() / 4 * 3 + 3).min(PIECE_OCTETS_MAX));
        while out.len() + 3 <= PIECE_OCTETS_MAX && !self.rest.is_empty() {
            // Four good letters at once, as long as it goes: nearly all there is.
            if self.count == 0
                && let [a, b, c, d, ..] = *self.rest
                && let (a, b, c, d) = (sextet(a), sextet(b), sextet(c), sextet(d))
                && (a | b | c | d) < 64
            {
                let bits = u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
                out.extend_from_slice(&bits.to_be_bytes()[1..]);
                self.rest = &self.rest[4..];
                continue;
            }
            let letter = self.rest[0];
            self.rest = &self.rest[1..];
            out.extend(self.base64_letter(letter));
            if letter == b'=' && words_below(self.rest) {
                self.rest = &[];
            }
        }
        out
    }

    fn base64_letter(&mut self, letter: u8) -> Option<u8> {
        match sextet(letter) {
            PADDING => {
                // Padding ends a run; several runs one after the other are read as one.
                (self.bits, self.count) = (0, 0);
                None
            }
            NONE => None,
            value => {
                self.bits = (self.bits << 6) | u32::from(value);
                self.count += 6;
                if self.count < 8 {
                    return None;
                }
                self.count -= 8;
                let octet = (self.bits >> self.count) as u8;
                self.bits &= (1 << self.count) - 1;
                Some(octet)
            }
        }
    }

    fn uuencoded(&mut self) -> Vec<u8> {
        if !std::mem::replace(&mut self.begun, true) {
            self.rest = behind_begin(self.rest);
        }
        let mut out = Vec::with_capacity((self.rest.len() / 4 * 3 + 3).min(PIECE_OCTETS_MAX));
        while out.len() + UU_LINE_OCTETS_MAX <= PIECE_OCTETS_MAX && !self.rest.is_empty() {
            let (line, rest) = (self.rest, after_line(self.rest));
            let line = line[..line.len() - rest.len()].trim_ascii_end();
            self.rest = rest;
            if line == b"end" {
                self.rest = &[];
                break;
            }
            uu_line(line, &mut out);
        }
        out
    }

    fn quoted_printable(&mut self) -> Cow<'a, [u8]> {
        let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
        let data = self.rest;
        let mut out = Vec::new();
        let mut at = 0;
        while at < data.len() && out.len() < PIECE_OCTETS_MAX {
            if data[at] != b'=' {
                let end = memchr(b'=', &data[at..]).map_or(data.len(), |i| at + i);
                let end = end.min(at + PIECE_OCTETS_MAX - out.len());
                if at == 0 && end == data.len() {
                    self.rest = &[];
                    return data.into();
                }
                if out.capacity() == 0 {
                    out.reserve_exact(data.len().min(PIECE_OCTETS_MAX));
                }
                out.extend_from_slice(&data[at..end]);
                at = end;
                continue;
            }
            if let (Some(high), Some(low)) = (hex(data.get(at + 1)), hex(data.get(at + 2))) {
                out.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            // A soft line break, perhaps with white space added on the way.
            let blank = data[at + 1..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
            match data.get(at + 1 + blank) {
                Some(b'\n') => at += blank + 2,
                None => at = data.len(),
                Some(_) => {
                    out.push(b'=');
                    at += 1;
                }
            }
        }
        self.rest = &data[at..];
        out.into()
    }
}

/// Whether the line of padding that ends here is the last of base64: the next one is no run of it, as what a mailing list puts
/// below is none. Only the next: each line is looked at once.
fn words_below(rest: &[u8]) -> bool {
    let Some(below) = rest.strip_prefix(b"\n").or_else(|| rest.strip_prefix(b"\r\n")) else { return false };
    let below = below.trim_ascii_start();
    let line = below[..memchr(b'\n', below).unwrap_or(below.len())].trim_ascii_end();
    // Dashes and underscores are letters, too.
    !line.len().is_multiple_of(LETTERS_OF_RUN) || line.iter().any(|octet| sextet(*octet) == NONE)
}

/// Letters, padding among them, come by so many. RFC 4648 §4.
const LETTERS_OF_RUN: usize = 4;

impl<'a> Iterator for Pieces<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        // A piece may come out empty where there was nothing but junk.
        while !self.rest.is_empty() {
            let piece = match self.encoding {
                Encoding::Identity => {
                    let (piece, rest) = self.rest.split_at(self.rest.len().min(PIECE_OCTETS_MAX));
                    self.rest = rest;
                    piece.into()
                }
                Encoding::Base64 => self.base64().into(),
                Encoding::QuotedPrintable => self.quoted_printable(),
                Encoding::Uuencode => self.uuencoded().into(),
            };
            if !piece.is_empty() {
                return Some(piece);
            }
        }
        None
    }
}

/// All of what is encoded, but no more octets than `octets_max`; without a copy where it stands as it is.
pub(super) fn decoded(encoded: &[u8], encoding: Encoding, octets_max: usize) -> Cow<'_, [u8]> {
    // No encoding stands for more octets than it takes; uuencoded lines that lack their letters only say so (S-15).
    let octets_max = octets_max.min(encoded.len());
    if encoding == Encoding::Identity {
        return encoded[..encoded.len().min(octets_max)].into();
    }
    let mut pieces = Pieces::of(encoded, encoding);
    let Some(first) = pieces.next() else { return Cow::Borrowed(&[]) };
    if pieces.rest.is_empty() && first.len() <= octets_max {
        return first;
    }
    let mut out = Vec::with_capacity(octets_max);
    for piece in std::iter::once(first).chain(pieces) {
        out.extend_from_slice(&piece[..piece.len().min(octets_max - out.len())]);
        if out.len() == octets_max {
            break;
        }
    }
    out.into()
}

/// What one line says at most: its first letter counts.
const UU_LINE_OCTETS_MAX: usize = 63;

fn uu_line(line: &[u8], out: &mut Vec<u8>) {
    let value = |letter: Option<&u8>| u32::from(letter.copied().unwrap_or(b' ').wrapping_sub(b' ') & 0x3f);
    let Some((length, letters)) = line.split_first().filter(|(length, _)| (b' '..=b'`').contains(length)) else {
        return;
    };
    let end = out.len() + value(Some(length)) as usize;
    for four in letters.chunks(4) {
        let bits = (0..4).fold(0, |bits, at| bits << 6 | value(four.get(at)));
        let octets = &bits.to_be_bytes()[1..];
        out.extend_from_slice(&octets[..octets.len().min(end - out.len())]);
    }
    // Blanks at its end, which stand for zeros, get lost on the way.
    out.resize(end, 0);
}

/// How many letters its first letter says follow; `None` for a line that holds others than those of the code.
pub(super) fn uu_letters(line: &[u8]) -> Option<usize> {
    let is_code = line.iter().all(|letter| (b' '..=b'`').contains(letter));
    let first = line.first().filter(|_| is_code)?;
    Some(usize::from(first.wrapping_sub(b' ') & 0x3f).div_ceil(3) * 4)
}

/// The lines behind the one that begins a file; all of them when none does.
fn behind_begin(encoded: &[u8]) -> &[u8] {
    let begun = if encoded.starts_with(b"begin ") { Some(0) } else { find(encoded, b"\nbegin ") };
    begun.map_or(encoded, |at| after_line(&encoded[at + 1..]))
}

fn after_line(text: &[u8]) -> &[u8] {
    memchr(b'\n', text).map_or(&[], |at| &text[at + 1..])
}

/// Whether that is what it says it is. Some programs name an encoding and leave the text as it was.
pub(super) fn is_base64(encoded: &[u8]) -> bool {
    const LOOKED_AT: usize = 4 * 1024;
    const JUNK_SHARE: usize = 16;
    const JUNK_FREE: usize = 3;
    const LONG_LINE: usize = 24;
    let seen = encoded[..encoded.len().min(LOOKED_AT)].trim_ascii();
    let (mut lines, mut letters, mut junk) = (0, 0, 0);
    let (mut begun, mut lines_of_words) = (false, 0);
    for line in seen.split(|b| *b == b'\n') {
        let line = line.trim_ascii();
        let (line_letters, line_junk) = letters_and_junk(line);
        let is_long = line_letters >= LONG_LINE && !line.starts_with(b"--");
        begun |= is_long && line_junk * JUNK_SHARE * 2 <= line_letters || line_junk == 0 && line.ends_with(b"=");
        lines_of_words += usize::from(!begun && line_junk * JUNK_SHARE > line_letters);
        (lines, letters, junk) = (lines + 1, letters + line_letters, junk + line_junk);
    }
    // One line of a word: no octets come to so many letters.
    if lines == 1 && letters % 4 == 1 {
        return false;
    }
    // Words behind it are what a list puts under a mail. With words in front it is a file in a text, and there is no
    // telling at which letter it begins. One line alone may be damaged, when it is not three words.
    let words = seen.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).take(3).count();
    let damaged_max = usize::from(lines == 1 && words < 3);
    lines_of_words <= damaged_max && junk * JUNK_SHARE <= letters + JUNK_FREE * JUNK_SHARE
}

/// How many letters of base64 a line holds, and how much that is none.
fn letters_and_junk(line: &[u8]) -> (usize, usize) {
    let end = line.iter().rposition(|letter| *letter != b'=').map_or(0, |last| last + 1);
    let is_junk = |at: usize, letter: u8| match sextet(letter) {
        NONE => true,
        // Within a line it assigns: `charset=utf-8`. Two runs may meet in one, at a fourth letter.
        PADDING => at < end && at % 4 < 2,
        _ => false,
    };
    let junk = line.iter().enumerate().filter(|(at, letter)| is_junk(*at, **letter)).count();
    (line.len() - junk, junk)
}

/// Whether most of its lines are as long as they say: others are a text that only says so.
pub(super) fn is_uuencoded(encoded: &[u8]) -> bool {
    const LOOKED_AT: usize = 4 * 1024;
    let lines = behind_begin(encoded);
    let seen = &lines[..lines.len().min(LOOKED_AT)];
    let (mut good, mut others) = (0, 0);
    for line in seen.split(|b| *b == b'\n').map(<[u8]>::trim_ascii_end).filter(|line| !line.is_empty()) {
        if line == b"end" {
            break;
        }
        // Blanks at its end get lost, a check letter may come to it.
        let fits = |letters: usize| (letters.saturating_sub(2)..=letters + 1).contains(&(line.len() - 1));
        if uu_letters(line).is_some_and(fits) { good += 1 } else { others += 1 }
    }
    good >= others
}

const NONE: u8 = 0xff;
const PADDING: u8 = 0xfe;

/// Both alphabets of RFC 4648 at once: no letter means two things.
const SEXTETS: [u8; 256] = {
    let mut table = [NONE; 256];
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut value = 0;
    while value < letters.len() {
        table[letters[value] as usize] = value as u8;
        value += 1;
    }
    (table[b'-' as usize], table[b'_' as usize], table[b'=' as usize]) = (62, 63, PADDING);
    table
};

fn sextet(letter: u8) -> u8 {
    SEXTETS[letter as usize]
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
