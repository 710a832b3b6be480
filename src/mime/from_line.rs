//! Our own reading of a From header, independent of the mail library's (S-04).
//!
//! It knows far less than RFC 5322 §3.4 allows, on purpose: one mailbox, plainly written. Where it and the library
//! disagree about the address, nobody is believed.

use super::text;
use crate::types::Address;

/// What a From header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FromLine {
    pub(super) address: Address,
    pub(super) name: String,
    /// Whether the name is the address once more, unquoted: `a@x <a@x>`.
    pub(super) repeats: bool,
}

/// Comments inside one another that are followed.
const COMMENT_DEPTH_MAX: usize = 20;

/// Reads an unfolded From value of a mail whose text is of that charset.
///
/// # Errors
/// A sentence that says why there is not exactly one usable address.
pub(super) fn read(value: &[u8], charset: &str) -> Result<FromLine, &'static str> {
    if value.trim_ascii().is_empty() {
        return Err("the From header is empty");
    }
    if value.iter().any(|b| b.is_ascii_control() && *b != b'\t') {
        return Err("the From header holds control characters");
    }
    let pieces = cut(value)?;
    let (spec, name) = match &pieces.angle {
        Some(angle) => (angle.clone(), pieces.phrase.clone()),
        None => (pieces.bare.clone(), pieces.comment.clone()),
    };
    let spec = std::str::from_utf8(spec.trim_ascii()).map_err(|_| "the From address is not valid UTF-8")?;
    if pieces.angle.is_none() && pieces.bare_cut {
        return Err("a comment stands inside the From address");
    }
    if spec.is_empty() {
        return Err("the From header holds no address");
    }
    if spec.contains("=?") {
        return Err("the From address holds an encoded word");
    }
    if spec.starts_with('@') {
        return Err("the From address is a source route");
    }
    if spec.chars().any(text::is_invisible) {
        return Err("the From address holds invisible characters");
    }
    let address = Address::parse(spec).map_err(|_| "the From header holds no usable address")?;
    let bare = std::str::from_utf8(pieces.bare.trim_ascii()).unwrap_or_default();
    // Tolerated when it is the same one: programs that have no name for the sender put the address twice.
    let repeats = Address::parse(bare).is_ok_and(|again| again == address);
    if pieces.angle.is_some() && pieces.bare_at && !repeats {
        return Err("the From header holds an address outside of its brackets");
    }
    Ok(FromLine { address, name: text::one_line(&text::words_beside(&name, charset), NAME_OCTETS_MAX), repeats })
}

const NAME_OCTETS_MAX: usize = 300;

#[derive(Default)]
struct Pieces {
    /// Everything outside angle brackets and comments, quotes removed.
    phrase: Vec<u8>,
    /// The same, quotes kept: the address where there are no brackets.
    bare: Vec<u8>,
    /// Whether an `@` stood there unquoted.
    bare_at: bool,
    /// Whether a comment stood inside it.
    bare_cut: bool,
    comment: Vec<u8>,
    angle: Option<Vec<u8>>,
    /// Up to here no encoded word ends: openings without an end are not looked through again and again (S-15).
    no_end_until: usize,
}

fn cut(value: &[u8]) -> Result<Pieces, &'static str> {
    let mut pieces = Pieces::default();
    // `begun`: something that is no blank stands in `bare`. Looking through it at every comment would cost its square (S-15).
    let (mut begun, mut commented) = (false, false);
    let mut at = 0;
    while at < value.len() {
        let byte = value[at];
        if pieces.angle.is_some() && !matches!(byte, b' ' | b'\t' | b'(') {
            return Err("something follows the From address");
        }
        begun |= pieces.bare.last().is_some_and(|last| !last.is_ascii_whitespace());
        commented |= byte == b'(' && begun;
        pieces.bare_cut |= commented && !matches!(byte, b' ' | b'\t' | b'(');
        at = match byte {
            b'"' => quoted(value, at, &mut pieces)?,
            b'(' => comment(value, at, &mut pieces.comment)?,
            b'<' => {
                let end = angle_end(value, at)?;
                pieces.angle = Some(value[at + 1..end].to_vec());
                end + 1
            }
            b',' => return Err("the From header holds more than one mailbox"),
            b':' | b';' => return Err("the From header holds a group"),
            b'>' | b')' | b'\\' => return Err("the From header is not well formed"),
            b'=' if value[at..].starts_with(b"=?") => encoded_word(value, at, &mut pieces),
            _ => {
                pieces.bare_at |= byte == b'@';
                pieces.phrase.push(byte);
                pieces.bare.push(byte);
                at + 1
            }
        };
    }
    Ok(pieces)
}

/// RFC 5322 §3.2.4.
fn quoted(value: &[u8], start: usize, pieces: &mut Pieces) -> Result<usize, &'static str> {
    let mut at = start + 1;
    pieces.bare.push(b'"');
    while let Some(byte) = value.get(at) {
        match byte {
            b'"' => {
                pieces.bare.push(b'"');
                return Ok(at + 1);
            }
            b'\\' => {
                let escaped = *value.get(at + 1).ok_or("a quoted string in From does not end")?;
                pieces.phrase.push(escaped);
                pieces.bare.extend_from_slice(&[b'\\', escaped]);
                at += 2;
            }
            other => {
                pieces.phrase.push(*other);
                pieces.bare.push(*other);
                at += 1;
            }
        }
    }
    Err("a quoted string in From does not end")
}

/// RFC 5322 §3.2.2.
fn comment(value: &[u8], start: usize, text: &mut Vec<u8>) -> Result<usize, &'static str> {
    let mut depth = 0;
    let mut at = start;
    while let Some(byte) = value.get(at) {
        match byte {
            b'(' => {
                depth += 1;
                if depth > COMMENT_DEPTH_MAX {
                    return Err("the comments in From are nested too deep");
                }
            }
            b')' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            b'\\' => {
                text.extend(value.get(at + 1));
                at += 1;
            }
            other => text.push(*other),
        }
        at += 1;
    }
    Err("a comment in From does not end")
}

/// Where the `>` of the `<` at `start` stands; quoted local parts may hold anything.
fn angle_end(value: &[u8], start: usize) -> Result<usize, &'static str> {
    let mut quoted = false;
    let mut at = start + 1;
    while let Some(byte) = value.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            b'>' if !quoted => return Ok(at),
            b'<' | b'(' | b')' if !quoted => return Err("the From address is not well formed"),
            _ => {}
        }
        at += 1;
    }
    Err("the From address does not end")
}

/// RFC 2047 §2 says 75; some writers make one word of a whole name.
const ENCODED_WORD_OCTETS_MAX: usize = 2_048;

/// Takes an encoded word whole: sloppy writers leave commas and colons inside. Not a word: one octet.
fn encoded_word(value: &[u8], start: usize, pieces: &mut Pieces) -> usize {
    let value = &value[..value.len().min(start + ENCODED_WORD_OCTETS_MAX)];
    let mut marks = value[start + 2..].iter().enumerate().filter(|(_, b)| **b == b'?').map(|(i, _)| start + 2 + i);
    let end = match (marks.next(), marks.next()) {
        (Some(_), Some(second)) => {
            let from = (second + 1).max(pieces.no_end_until).min(value.len());
            let found = memchr::memmem::find(&value[from..], b"?=").map(|i| from + i + 2);
            if found.is_none() {
                pieces.no_end_until = value.len().saturating_sub(1);
            }
            found
        }
        _ => None,
    };
    let end = end.unwrap_or(start + 1);
    pieces.phrase.extend_from_slice(&value[start..end]);
    pieces.bare.extend_from_slice(&value[start..end]);
    end
}
