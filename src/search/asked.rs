//! What somebody typed, taken apart. There are no mistakes in it: what is no field is words.

use super::words::{is_unspaced, words};
use crate::types::Number;

/// Octets of a question that are looked at.
const QUESTION_OCTETS_MAX: usize = 1000;

/// Things that are asked for at once.
const WANTS_MAX: usize = 24;

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// All of them must hold.
    pub(super) wants: Vec<Want>,
    /// It is a conversation's number and nothing else.
    pub(super) number: Option<Number>,
}

/// One thing that must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Want {
    /// These words, one behind the other; anywhere or in one part.
    Words { part: Part, words: Vec<String>, begins: bool },
    /// With that tag, lower case.
    Tag(String),
    /// At that support address.
    Address(String),
    /// Open or not.
    Open(bool),
}

/// Where words must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Anywhere.
    All,
    /// In the subject.
    Subject,
    /// In names and addresses of who takes part.
    People,
}

impl Asked {
    /// Takes it apart. Whoever typed a space at the end has typed the last word to its end.
    pub(super) fn of(question: &str) -> Self {
        let question = &question[..question.floor_char_boundary(QUESTION_OCTETS_MAX)];
        let bare = question.trim();
        let digits = bare.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(bare);
        let number = Number::from_digits(digits.strip_prefix('#').unwrap_or(digits));
        let mut wants = Vec::new();
        let mut rest = question;
        while let Some(piece) = Piece::next(&mut rest) {
            // One that is still being typed.
            let begins = rest.is_empty() && !piece.quoted && !question.ends_with(char::is_whitespace);
            wants.extend(piece.want(begins));
        }
        wants.truncate(WANTS_MAX);
        Self { wants, number }
    }
}

/// `field:text`, `field:"text"`, `"text"` or a word.
struct Piece<'a> {
    field: &'a str,
    text: &'a str,
    quoted: bool,
}

impl<'a> Piece<'a> {
    fn next(rest: &mut &'a str) -> Option<Self> {
        let text = rest.trim_start();
        if text.is_empty() {
            *rest = text;
            return None;
        }
        let name = text.find(|c: char| !c.is_ascii_alphabetic()).filter(|end| text[*end..].starts_with(':'));
        let (field, text) = name.map_or(("", text), |end| (&text[..end], &text[end + 1..]));
        let (text, behind, quoted) = match text.strip_prefix('"') {
            // A quote that nobody closed goes to the end.
            Some(inner) => inner.split_once('"').map_or((inner, "", true), |(text, behind)| (text, behind, true)),
            None => {
                let end = text.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(text.len());
                (&text[..end], &text[end..], false)
            }
        };
        *rest = behind;
        Some(Self { field, text, quoted })
    }

    fn want(&self, begins: bool) -> Vec<Want> {
        let lower = self.text.to_lowercase();
        match (self.field, lower.as_str()) {
            ("from", _) => Self::words(Part::People, self.text, begins),
            ("subject", _) => Self::words(Part::Subject, self.text, begins),
            ("tag", tag) if !tag.is_empty() => vec![Want::Tag(lower)],
            ("address", address) if !address.is_empty() => vec![Want::Address(lower)],
            ("is", "open") => vec![Want::Open(true)],
            ("is", "closed") => vec![Want::Open(false)],
            ("", _) => Self::words(Part::All, self.text, begins),
            (field, _) => {
                let mut wants = Self::words(Part::All, field, false);
                wants.extend(Self::words(Part::All, self.text, begins));
                wants
            }
        }
    }

    fn words(part: Part, text: &str, begins: bool) -> Vec<Want> {
        let mut words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        let mut begins = begins;
        // The last character of a run stands in its last pair.
        let alone = |word: &String| word.chars().count() == 1 && word.chars().all(is_unspaced);
        if words.last().is_some_and(alone) {
            if words.len() > 1 && words[words.len() - 2].chars().all(is_unspaced) {
                words.pop();
                begins = false;
            } else {
                begins = true;
            }
        }
        if words.is_empty() { Vec::new() } else { vec![Want::Words { part, words, begins }] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(part: Part, words: &[&str], begins: bool) -> Want {
        Want::Words { part, words: words.iter().map(|word| (*word).to_owned()).collect(), begins }
    }

    #[test]
    fn words_phrases_and_fields_are_told_apart() {
        let asked = Asked::of(r#"Refund "not Arrived" from:ada@x.example tag:VIP is:open subject:"my order" ship"#);
        let expected = [
            words(Part::All, &["refund"], false),
            words(Part::All, &["not", "arrived"], false),
            words(Part::People, &["ada", "x", "example"], false),
            Want::Tag("vip".into()),
            Want::Open(true),
            words(Part::Subject, &["my", "order"], false),
            words(Part::All, &["ship"], true),
        ];
        assert_eq!(asked.wants, expected);
        assert_eq!(Asked::of("ship ").wants, [words(Part::All, &["ship"], false)], "typed to its end");
    }

    #[test]
    fn what_is_no_field_is_words() {
        assert_eq!(Asked::of("https://x is:odd ").wants.len(), 4);
        for odd in [
            "\"",
            "\"\"",
            "from:",
            "tag:",
            "(((",
            "a AND OR NOT",
            "+-*~^\\",
            ":::",
            "is:",
            "\"never closed",
            "[",
            "\u{0}",
        ] {
            Asked::of(odd);
        }
        assert!(Asked::of(&"x ".repeat(100_000)).wants.len() <= WANTS_MAX);
    }

    #[test]
    fn a_number_leads_to_its_conversation() {
        for text in ["12345", "[12345]", " #12345 "] {
            assert_eq!(Asked::of(text).number, Some(Number(12345)), "{text}");
        }
        assert_eq!(Asked::of("order 12345").number, None);
    }

    #[test]
    fn a_run_without_spaces_is_a_phrase_of_pairs() {
        assert_eq!(Asked::of("返金し").wants, [words(Part::All, &["返金", "金し"], false)]);
        assert_eq!(Asked::of("返").wants, [words(Part::All, &["返"], true)]);
    }
}
