//! Character references, as browsers read them.

use std::borrow::Cow;

use mail_parser::decoders::{charsets::map::charset_decoder, html::add_html_token};

/// Octets of the longest name or number that is looked at.
const ENTITY_OCTETS_MAX: usize = 33;

/// Reads the reference at the beginning of `text`, which begins with `&`. Says how many octets it took; a lone `&` is one.
pub(super) fn first(text: &str, out: &mut String) -> usize {
    let length = reference_length(text);
    let digits = text.as_bytes().get(1) == Some(&b'#');
    let (token, taken) = match text.as_bytes().get(1 + length) {
        Some(b';') if length > 0 => (Cow::Borrowed(&text[..length + 2]), length + 2),
        // Tolerated: numbers without semicolon (HTML §13.2.5.80), and the commonest name.
        _ if digits && length > 1 => (Cow::Owned(format!("{};", &text[..1 + length])), 1 + length),
        _ if text.starts_with("&nbsp") => (Cow::Borrowed("&nbsp;"), 5),
        _ => {
            out.push('&');
            return 1;
        }
    };
    let mut decoded = String::new();
    add_html_token(&mut decoded, token.as_bytes(), false);
    for c in decoded.chars() {
        match c {
            // HTML §13.2.5.84: numbers of the C1 range mean windows-1252.
            '\u{80}'..='\u{9f}' => {
                let windows = charset_decoder(b"windows-1252").map(|decode| decode(&[c as u8])).unwrap_or_default();
                out.push_str(&windows);
            }
            c => out.push(c),
        }
    }
    taken
}

/// Octets behind `&` that belong to the reference.
fn reference_length(text: &str) -> usize {
    let behind = &text.as_bytes()[1..];
    let behind = &behind[..behind.len().min(ENTITY_OCTETS_MAX)];
    match behind {
        [b'#', b'x' | b'X', rest @ ..] => match rest.iter().take_while(|b| b.is_ascii_hexdigit()).count() {
            0 => 0,
            digits => 2 + digits,
        },
        [b'#', rest @ ..] => match rest.iter().take_while(|b| b.is_ascii_digit()).count() {
            0 => 0,
            digits => 1 + digits,
        },
        rest => rest.iter().take_while(|b| b.is_ascii_alphanumeric()).count(),
    }
}

/// A whole text or attribute value.
pub fn decode(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'&', text.as_bytes()).is_none() {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let taken = first(rest, &mut out);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_as_browsers_do() {
        for (written, read) in [
            ("a&amp;b &lt;x&gt;", "a&b <x>"),
            ("&#106;&#x61;&#0000118;&#97", "java"),
            ("&#106av &#x6Aav", "jav \u{6aa}v"),
            ("&nbspx & &; &unknownthing; &#; &#x;", "\u{a0}x & &; &unknownthing; &#; &#x;"),
            ("&#128; &#150;", "€ –"),
        ] {
            assert_eq!(decode(written), read, "{written}");
        }
    }
}
