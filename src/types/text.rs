//! Text as every room cuts it.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_at_line_ends_and_nowhere_else() {
        for text in ["", "a", "a\n", "\n", "\n\n", "a\n\nb\r\nc", "ä\u{85}b\u{2028}c\n"] {
            let want: Vec<&str> =
                text.split_inclusive('\n').map(|line| line.strip_suffix('\n').unwrap_or(line)).collect();
            assert_eq!(lines(text).collect::<Vec<_>>(), want, "{text:?}");
        }
    }
}
