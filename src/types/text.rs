//! Text as every room cuts it.

/// Letters of a stranger's words that are kept.
const STRANGERS_CHARS_MAX: usize = 500;

/// Octets of somebody else's words in one line of a log.
const WORDS_OCTETS_MAX: usize = 300;

/// The beginning of a text, cut where a character ends.
pub fn head(text: &str, octets_max: usize) -> &str {
    &text[..text.floor_char_boundary(octets_max)]
}

/// The lines of a text, without their ends. `str::lines` is slower to find them, and takes a CR for part of the end.
pub fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = (!text.is_empty()).then_some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = memchr::memchr(b'\n', text.as_bytes()) else { return rest.take() };
        rest = Some(&text[end + 1..]).filter(|below| !below.is_empty());
        Some(&text[..end])
    })
}

/// A stranger's words made fit for a line in a list: no control character, bounded.
pub fn one_line(words: &str) -> String {
    let clean: String = words.chars().map(|c| if c.is_control() { ' ' } else { c }).take(STRANGERS_CHARS_MAX).collect();
    clean.trim().to_owned()
}

/// Words of others as a log may have them: one line, without control characters, addresses down to their domains, not too long.
///
/// S-27: servers like to repeat the whole recipient in their replies.
pub fn fit_for_log(words: &str) -> String {
    let mut line = String::new();
    for word in words.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        match word.rsplit_once('@') {
            Some((_, domain)) => line.push_str(&format!("…@{domain}")),
            None => line.push_str(word),
        }
        if line.len() > WORDS_OCTETS_MAX {
            line.truncate(line.floor_char_boundary(WORDS_OCTETS_MAX));
            break;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strangers_words_are_one_bounded_line() {
        assert_eq!(one_line("a\r\nb\u{1b}[31m"), "a  b [31m");
        assert_eq!(one_line(&"x".repeat(10_000)).len(), STRANGERS_CHARS_MAX);
    }

    #[test]
    fn the_words_of_others_are_one_short_line_without_addresses_s27() {
        assert_eq!(
            fit_for_log("550 5.1.1 <ada@x.example>:\r\n no \u{7}such user"),
            "550 5.1.1 …@x.example>: no such user"
        );
        assert!(fit_for_log(&"é ".repeat(1000)).len() <= WORDS_OCTETS_MAX);
    }

    #[test]
    fn lines_are_cut_at_line_ends_and_nowhere_else() {
        for text in ["", "a", "a\n", "\n", "\n\n", "a\n\nb\r\nc", "ä\u{85}b\u{2028}c\n"] {
            let want: Vec<&str> =
                text.split_inclusive('\n').map(|line| line.strip_suffix('\n').unwrap_or(line)).collect();
            assert_eq!(lines(text).collect::<Vec<_>>(), want, "{text:?}");
        }
    }
}
