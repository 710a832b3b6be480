//! Moments as pages show them. The server says UTC; the script says it in the reader's own time.

use super::super::view::moment;
use crate::{rendering::frame, types::Millis};

/// Markup of a moment: `<time>` with what machines read, and short words in UTC.
pub(super) fn element(at: Millis) -> String {
    format!("<time datetime=\"{}\">{}</time>", moment(at), short(at))
}

/// The same of a moment that is written as RFC 3339 already.
pub(super) fn of_text(text: &str) -> String {
    let read = text.parse::<jiff::Timestamp>().map(|at| at.as_millisecond().try_into().map(Millis).unwrap_or_default());
    read.map(element).unwrap_or_default()
}

/// Words in which moments stand as RFC 3339, as markup.
pub(super) fn in_words(words: &str) -> String {
    let mut out = String::with_capacity(words.len() * 2);
    for piece in words.split_inclusive(' ') {
        let word = piece.trim_end_matches([' ', ';', ':', ',', '.']);
        match of_text(word) {
            element if element.is_empty() => out.push_str(&frame::text(piece)),
            element => out += &format!("{element}{}", &piece[word.len()..]),
        }
    }
    out
}

/// `23 Nov 2026, 14:05 UTC`.
pub(super) fn short(at: Millis) -> String {
    let read = jiff::Timestamp::from_millisecond(i64::try_from(at.0).unwrap_or(i64::MAX));
    read.map(|at| at.strftime("%-d %b %Y, %H:%M UTC").to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_markup_that_machines_and_people_read() {
        let words = "<time datetime=\"2026-11-23T14:05:09Z\">23 Nov 2026, 14:05 UTC</time>";
        assert_eq!(element(Millis(1_795_442_709_000)), words);
        let said = in_words("next try 2026-11-23T14:05:09Z; by <eve>");
        assert_eq!(said, format!("next try {words}; by &lt;eve&gt;"));
        assert!(element(Millis(u64::MAX)).contains("datetime"), "a broken clock breaks no page");
    }
}
