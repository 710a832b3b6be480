//! The piece of a text that shows why it was found, as text and places: who shows it makes markup of it.

use serde::Serialize;

use super::words::words;

/// Octets of a text that are looked through.
const LOOKED_AT_OCTETS: usize = 32 * 1024;

/// Octets before the first word that was found, and of all.
const BEFORE_OCTETS: usize = 60;
const ALL_OCTETS: usize = 220;

/// A piece of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Snippet {
    /// The piece, on one line.
    pub text: String,
    /// Where in it words were found: from and to, in octets, in order, none over another.
    pub marks: Vec<(usize, usize)>,
}

impl Snippet {
    /// The first piece of a text that has one of the words; its beginning, where none has. A word may be a beginning only.
    pub(super) fn of(text: &str, wanted: &[(String, bool)]) -> Self {
        let text = &text[..text.floor_char_boundary(LOOKED_AT_OCTETS)];
        let is_wanted = |word: &str| {
            wanted.iter().any(|(text, begins)| if *begins { word.starts_with(text.as_str()) } else { word == text })
        };
        let found: Vec<_> = words(text).into_iter().filter(|word| is_wanted(&word.text)).collect();
        let first = found.first().map_or(0, |word| word.from);
        let from = text.ceil_char_boundary(first.saturating_sub(BEFORE_OCTETS));
        // Not in the middle of a word.
        let from =
            text[from..first].find(char::is_whitespace).filter(|_| from > 0).map_or(from, |space| from + space + 1);
        let to = text.floor_char_boundary(from + ALL_OCTETS);
        let mut marks: Vec<(usize, usize)> = Vec::new();
        for word in found.iter().filter(|word| word.from >= from && word.to <= to) {
            let (begin, end) = (word.from - from, word.to - from);
            match marks.last_mut() {
                // Pairs of characters overlap.
                Some(last) if begin <= last.1 => last.1 = last.1.max(end),
                _ => marks.push((begin, end)),
            }
        }
        // Octet for octet, so that the places stay.
        let text = text[from..to].replace(['\n', '\r', '\t'], " ");
        Self { text, marks }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, wanted: &[(&str, bool)]) -> Vec<String> {
        let wanted: Vec<_> = wanted.iter().map(|(word, begins)| ((*word).to_owned(), *begins)).collect();
        let snippet = Snippet::of(text, &wanted);
        snippet.marks.iter().map(|(from, to)| snippet.text[*from..*to].to_owned()).collect()
    }

    #[test]
    fn what_was_found_is_marked_where_it_stands() {
        let text = format!("{} the Löwe's\nrefund, refunds <b>", "far before ".repeat(50));
        assert_eq!(marked(&text, &[("lowe", false), ("refund", true)]), ["Löwe", "refund", "refunds"]);
        assert_eq!(marked("お金を返金してください", &[("返金", false), ("金し", false)]), ["返金し"]);
        assert_eq!(marked(&text, &[("nowhere", false)]), [""; 0]);
        assert_eq!(Snippet::of("", &[]), Snippet::default());
        let wide = "é".repeat(1000);
        assert!(Snippet::of(&wide, &[]).text.len() <= ALL_OCTETS);
    }
}
