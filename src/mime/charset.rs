//! Octets to characters, whatever the label says.
//!
//! The label is believed as long as the octets decode by it. Where they do not, where there is none, or where they are
//! plainly UTF-8, the octets decide. Nothing is lost: an octet that fits nowhere is shown as windows-1252 has it.

mod escaped;
mod label;
mod tables;

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use label::Charset;

/// Octets that the detector looks at; it is slow, and more tell it nothing new.
const DETECTED_BYTES_MAX: usize = 64 * 1024;

/// The end of so many octets says nothing that those in front do not.
const CUT_BYTES_MIN: usize = 1024;

/// With fewer octets beyond ASCII a detector only rolls dice.
const DETECTED_HIGH_MIN: usize = 6;

/// One odd octet in so many beyond ASCII is damage, not another charset.
const DAMAGED_SHARE: usize = 8;

/// Whether a label names UTF-7, which is never decoded: it hides `<script>` from everybody who reads before it (S-19).
pub(super) fn is_refused(declared: &str) -> bool {
    matches!(label::named(declared), Charset::Utf7)
}

/// Reads octets of a declared charset. A wrong declaration is seen through where the octets show it.
pub(super) fn decode<'a>(bytes: &'a [u8], declared: &str) -> Cow<'a, str> {
    let text = decode_named(bytes, &label::named(declared));
    match text {
        Cow::Borrowed(text) => text.strip_prefix('\u{feff}').unwrap_or(text).into(),
        Cow::Owned(mut text) => {
            if text.starts_with('\u{feff}') {
                text.drain(..'\u{feff}'.len_utf8());
            }
            text.into()
        }
    }
}

fn decode_named<'a>(bytes: &'a [u8], charset: &Charset) -> Cow<'a, str> {
    if let Some(text) = marked(bytes) {
        return text.into();
    }
    match charset {
        Charset::Unknown | Charset::Utf7 => guess(bytes),
        Charset::Utf16(_) | Charset::Utf32(_) if !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok() => {
            guess(bytes)
        }
        Charset::Utf16(encoding) => lossless(bytes, encoding.unwrap_or_else(|| ends_of_utf16(bytes))).0.into(),
        Charset::Utf32(big) => utf32(bytes, *big).into(),
        Charset::Escaped if bytes.is_ascii() => escaped::iso_2022(bytes).into(),
        Charset::Escaped if !has_escapes(bytes) => mislabelled(bytes, lossless(bytes, SHIFT_JIS)).into(),
        Charset::Escaped => escaped::iso_2022(bytes).into(),
        Charset::Hz => escaped::hz(bytes).into(),
        Charset::Table(table) if runs_of_utf8(bytes) < RUNS_OF_ONE_OCTET => tables::decode(bytes, table).into(),
        Charset::Table(_) => guess(bytes),
        Charset::Standard(encoding) => standard(bytes, encoding),
    }
}

fn standard<'a>(bytes: &'a [u8], encoding: &'static Encoding) -> Cow<'a, str> {
    if encoding == UTF_8 || runs_of_utf8(bytes) >= runs_that_convince(encoding) {
        return guess(bytes);
    }
    if bytes.is_ascii() {
        // Tolerated: ISO-2022-JP under any other name; its escapes have no other meaning in mail.
        return guess(bytes);
    }
    mislabelled(bytes, lossless(bytes, encoding)).into()
}

/// What the charset they name makes of the octets, and how many fit nowhere in it; when some do not, by the one that fits
/// better.
fn mislabelled(bytes: &[u8], (text, odd): (String, usize)) -> String {
    if odd == 0 {
        return text;
    }
    if runs_of_utf8(bytes) > 0 {
        return guess(bytes).into_owned();
    }
    // A few damaged octets are no other charset.
    if odd * DAMAGED_SHARE <= bytes.iter().filter(|b| !b.is_ascii()).count() {
        return text;
    }
    let (other, other_odd) = lossless(bytes, detected(bytes));
    if other_odd < odd { other } else { text }
}

/// Reads octets of no declared charset.
pub(super) fn guess(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return if has_escapes(bytes) { escaped::iso_2022(bytes).into() } else { text.into() };
    }
    let (mut in_characters, mut alone) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        in_characters += chunk.valid().bytes().filter(|b| !b.is_ascii()).count();
        alone += chunk.invalid().len();
    }
    // UTF-8 with damage; or so little that nothing can be told.
    if in_characters >= alone * 3 || in_characters + alone < DETECTED_HIGH_MIN {
        return lossless(bytes, UTF_8).0.into();
    }
    let (text, odd) = lossless(bytes, detected(bytes));
    if odd <= alone { text.into() } else { lossless(bytes, UTF_8).0.into() }
}

/// Reads octets that name no charset and stand beside text of that one: header fields.
pub(super) fn guess_beside<'a>(bytes: &'a [u8], charset: &str) -> Cow<'a, str> {
    if std::str::from_utf8(bytes).is_ok() {
        return guess(bytes);
    }
    match label::named(charset) {
        Charset::Standard(encoding) if encoding != UTF_8 => match lossless(bytes, encoding) {
            (text, 0) => text.into(),
            _ => guess(bytes),
        },
        Charset::Table(table) => tables::decode(bytes, table).into(),
        _ => guess(bytes),
    }
}

fn detected(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    // It may be long before the first of them comes.
    let from = bytes.iter().position(|b| !b.is_ascii()).unwrap_or_default();
    let seen = &bytes[from..bytes.len().min(from + DETECTED_BYTES_MAX)];
    // Half a character at the end speaks against its charset, unless a long text was cut there, by us or on its way.
    detector.feed(seen, seen.len() < CUT_BYTES_MIN);
    detector.guess(None, Utf8Detection::Deny)
}

/// Text that says by its first octets what it is. Unicode §23.8.
pub fn marked(bytes: &[u8]) -> Option<String> {
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => Some(utf32(rest, false)),
        [0, 0, 0xfe, 0xff, rest @ ..] => Some(utf32(rest, true)),
        [0xff, 0xfe, rest @ ..] => Some(lossless(rest, UTF_16LE).0),
        [0xfe, 0xff, rest @ ..] => Some(lossless(rest, UTF_16BE).0),
        _ => None,
    }
}

/// RFC 2781 §4.3 says big-endian without a mark; what writers do says otherwise. Blanks and line ends tell.
fn ends_of_utf16(bytes: &[u8]) -> &'static Encoding {
    let zeros = |at: usize| bytes.iter().skip(at).step_by(2).filter(|b| **b == 0).count();
    if zeros(0) > zeros(1) { UTF_16BE } else { UTF_16LE }
}

fn utf32(bytes: &[u8], big: bool) -> String {
    let characters = bytes.chunks(4).map(|four| {
        let mut octets = [0; 4];
        octets[..four.len()].copy_from_slice(four);
        let number = if big { u32::from_be_bytes(octets) } else { u32::from_le_bytes(octets) };
        char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
    });
    characters.collect()
}

/// Decodes, and counts the octets that did not; they come as windows-1252 has them.
fn lossless(bytes: &[u8], encoding: &'static Encoding) -> (String, usize) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = String::with_capacity(bytes.len() + bytes.len() / 8 + 16);
    let (mut at, mut odd) = (0, 0);
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(&bytes[at..], &mut out, true);
        at += read;
        match result {
            DecoderResult::InputEmpty => return (out, odd),
            DecoderResult::OutputFull => out.reserve((bytes.len() - at) + 32),
            DecoderResult::Malformed(length, after) => {
                let end = at - usize::from(after);
                let bad = &bytes[end.saturating_sub(usize::from(length))..end];
                out.push_str(&WINDOWS_1252.decode_without_bom_handling(bad).0);
                odd += bad.len();
            }
        }
    }
}

fn has_escapes(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0x1b, bytes).any(|at| matches!(bytes.get(at + 1), Some(b'$' | b'(')))
}

/// How many characters of more than one octet there are, when all of it is valid UTF-8; 0 otherwise. It may be cut off
/// in the middle of its last character.
fn runs_of_utf8(bytes: &[u8]) -> usize {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return 0,
    };
    text.chars().filter(|c| !c.is_ascii()).take(RUNS_OF_MORE_OCTETS).count()
}

const RUNS_OF_ONE_OCTET: usize = 2;
const RUNS_OF_MORE_OCTETS: usize = 4;

/// So many characters in valid UTF-8 are no accident in text of that charset. Two ideographs of GBK may be.
fn runs_that_convince(encoding: &'static Encoding) -> usize {
    if encoding == WINDOWS_1252 {
        1
    } else if encoding.is_single_byte() {
        RUNS_OF_ONE_OCTET
    } else {
        RUNS_OF_MORE_OCTETS
    }
}

#[cfg(test)]
#[path = "charset/charset_tests.rs"]
mod tests;
