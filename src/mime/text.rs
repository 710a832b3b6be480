//! Words of header fields: encoded words (RFC 2047), and what is cleaned out of words that people will see.

pub(super) use super::charset::{decode, guess, guess_beside};
use super::transfer::{self, Encoding};

/// As [`words_beside`] where there is no text.
pub(super) fn words(value: &[u8]) -> String {
    words_beside(value, "")
}

/// Decodes the encoded words of a header value and reads the rest as what stands beside text of that
/// charset, empty when there is none. RFC 2047 §5, §6.
///
/// Neighbours of one charset are joined before decoding: many writers cut in the middle of a character.
pub(super) fn words_beside(value: &[u8], charset: &str) -> String {
    let rest = |octets| guess_beside(octets, charset);
    let Some(last_end) = memchr::memmem::rfind(value, b"?=") else { return rest(value).into_owned() };
    let mut out = String::with_capacity(value.len());
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut plain_at = 0;
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&value[at..], b"=?") {
        let start = at + found;
        if start >= last_end {
            break;
        }
        let Some((named, bytes, end)) = encoded_word(value, start) else {
            at = start + 2;
            continue;
        };
        let between = &value[plain_at..start];
        // RFC 2047 §6.2: white space between encoded words is not shown.
        let joined = pending.is_some() && between.iter().all(u8::is_ascii_whitespace);
        match &mut pending {
            Some((open, kept)) if joined && *open == named => kept.extend_from_slice(&bytes),
            _ => {
                flush(&mut out, pending.take());
                if !joined {
                    out.push_str(&rest(between));
                }
                pending = Some((named, bytes));
            }
        }
        at = end;
        plain_at = end;
    }
    flush(&mut out, pending);
    out.push_str(&rest(&value[plain_at..]));
    out
}

fn flush(out: &mut String, pending: Option<(String, Vec<u8>)>) {
    if let Some((charset, bytes)) = pending {
        out.push_str(&decode(&bytes, &charset));
    }
}

/// The encoded word at `start`: its charset, its octets, where it ends.
fn encoded_word(value: &[u8], start: usize) -> Option<(String, Vec<u8>, usize)> {
    const CHARSET_OCTETS_MAX: usize = 75;
    let rest = &value[start + 2..];
    let mark = memchr::memchr(b'?', &rest[..rest.len().min(CHARSET_OCTETS_MAX)])?;
    // RFC 2231 §5: a language may follow the charset.
    let charset = std::str::from_utf8(rest[..mark].split(|b| *b == b'*').next()?).ok()?.to_ascii_lowercase();
    let (encoding, rest) = (*rest.get(mark + 1)?, rest.get(mark + 2..)?.strip_prefix(b"?")?);
    // Before its end is looked for: it may be far, and many such may stand before it (S-15).
    if charset.is_empty() || !matches!(encoding, b'b' | b'B' | b'q' | b'Q') {
        return None;
    }
    let end = memchr::memmem::find(rest, b"?=")?;
    let bytes = match encoding {
        b'b' | b'B' => transfer::decoded(&rest[..end], Encoding::Base64, usize::MAX).into_owned(),
        _ => {
            let data: Vec<u8> = rest[..end].iter().map(|b| if *b == b'_' { b' ' } else { *b }).collect();
            transfer::decoded(&data, Encoding::QuotedPrintable, usize::MAX).into_owned()
        }
    };
    Some((charset, bytes, start + 2 + mark + 3 + end + 2))
}

/// Text on one line for people: line ends and tabs to spaces, control characters gone, cut at `octets_max`.
pub(super) fn one_line(text: &str, octets_max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(octets_max));
    for c in text.trim().chars() {
        let c = if matches!(c, '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}') { ' ' } else { c };
        if c.is_control() {
            continue;
        }
        if out.len() + c.len_utf8() > octets_max {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out
}

/// A file name that can only be looked at (S-20): no control or invisible characters, no path, at most 200 characters.
pub(super) fn file_name(text: &str) -> String {
    const CHARACTERS_MAX: usize = 200;
    let clean: String = text
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if matches!(c, '/' | '\\') { '_' } else { c })
        .take(CHARACTERS_MAX)
        .collect();
    match clean.trim() {
        "" => "unnamed".to_owned(),
        name => name.to_owned(),
    }
}

/// Whether the character shows nothing, or turns the direction of what follows: Unicode's format characters, its line
/// separators and the blank letters.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}'
        | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0e}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}
