//! Reference numbers in subjects and texts. How a new one is drawn is the store's.

use serde::{Deserialize, Serialize};

use crate::types::Number;

/// Where a number stood, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberPlace {
    /// `[12345]` in the subject.
    Subject,
    /// `Ref: #12345` in the new text.
    NewText,
    /// The same in quoted text.
    Quoted,
}

/// Numbers taken from one mail. A mail that names more is guessing (S-06).
pub(super) const NUMBERS_MAX: usize = 8;

/// The numbers in a subject: `[12345]`, also `[#12345]`.
pub(super) fn in_subject(subject: &str) -> Vec<Number> {
    let mut found = Vec::new();
    for (open, _) in subject.match_indices('[') {
        let inner = &subject[open + 1..];
        // Tolerated: some mail programs and people add the hash sign of the body's form.
        let inner = inner.strip_prefix('#').unwrap_or(inner);
        let digits = &inner[..digits_len(inner)];
        if inner[digits.len()..].starts_with(']') {
            keep(Number::from_digits(digits), &mut found);
        }
    }
    found
}

/// What stands before the number in a text, in the languages that letters are written in; ISO 639-1, and the word in lower case.
const REFERENCES: [(&str, &str); 13] = [
    ("en", "ref"),
    ("de", "vorgang"),
    ("fr", "réf."),
    ("es", "ref."),
    ("it", "rif."),
    ("pt", "ref."),
    ("nl", "kenmerk"),
    ("sv", "ärende"),
    ("da", "sag"),
    ("no", "sak"),
    ("fi", "viite"),
    ("hu", "hivatkozás"),
    ("ru", "обращение"),
];

/// How a letter in that language says its number: `Ref: #12345`. English where it is not known.
pub fn reference(language: Option<&str>, number: Number) -> String {
    let known = REFERENCES.iter().find(|(code, _)| Some(*code) == language);
    let (_, word) = known.unwrap_or(&REFERENCES[0]);
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(": #".chars()).chain(number.to_string().chars()).collect()
}

/// The numbers in a text: `Ref: #12345` or `Reference: Ticket #12345`, in any letter case, and what [`reference()`] writes.
pub fn numbers_in(text: &str) -> Vec<Number> {
    let mut found = Vec::new();
    for (hash, _) in text.match_indices('#') {
        let after = &text[hash + 1..];
        if is_introduced(&text[..hash]) {
            keep(Number::from_digits(&after[..digits_len(after)]), &mut found);
        }
    }
    found
}

fn keep(number: Option<Number>, found: &mut Vec<Number>) {
    if let Some(number) = number
        && !found.contains(&number)
        && found.len() < NUMBERS_MAX
    {
        found.push(number);
    }
}

fn digits_len(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Whether the text before the hash sign ends in `Ref:` or `Reference:` and perhaps `Ticket`, or says so in another language.
fn is_introduced(before: &str) -> bool {
    // A few words suffice: looking further back would make a text of hash signs cost its square (S-15).
    let before = tail(before, 64).to_lowercase();
    let before = before.trim_end();
    let before = before.strip_suffix("ticket").unwrap_or(before).trim_end();
    let Some(before) = before.strip_suffix([':', '：']) else { return false };
    let before = before.trim_end();
    let words = REFERENCES.iter().map(|(_, word)| *word).chain(["reference"]);
    words.filter_map(|word| before.strip_suffix(word)).any(|rest| !rest.ends_with(char::is_alphanumeric))
}

fn tail(text: &str, octets: usize) -> &str {
    let start = (text.len().saturating_sub(octets)..=text.len()).find(|at| text.is_char_boundary(*at));
    &text[start.unwrap_or(text.len())..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(values: &[u64]) -> Vec<Number> {
        values.iter().copied().map(Number).collect()
    }

    #[test]
    fn a_subject_carries_its_number_in_brackets() {
        assert_eq!(in_subject("Re: Where is it? [12345]"), numbers(&[12345]));
        assert_eq!(in_subject("[#123456] AW: x"), numbers(&[123456]));
        assert_eq!(in_subject("[ml] [2024] [12345x] [01234] 54321"), numbers(&[]));
        assert_eq!(in_subject("[12345] [54321] [12345]"), numbers(&[12345, 54321]));
    }

    #[test]
    fn a_text_carries_it_after_ref_or_reference_in_any_case() {
        for text in [
            "Ref: #12345",
            "thanks\nREF: #12345\n",
            "reference: ticket #12345",
            "Reference: Ticket\u{a0}#12345.",
            "(ref:#12345)",
            "Ref： #12345",
            "Réf.: #12345",
            "> ÄRENDE: #12345",
            "Обращение : #12345",
        ] {
            assert_eq!(numbers_in(text), numbers(&[12345]), "{text}");
        }
        for text in ["#12345", "pref: #12345", "ticket #12345", "Ref #12345", "Ref: 12345", "Ref: #1234"] {
            assert_eq!(numbers_in(text), numbers(&[]), "{text}");
        }
    }

    #[test]
    fn s06_a_mail_full_of_numbers_yields_few() {
        let spray: String = (10_000..20_000).map(|n| format!("Ref: #{n}\n")).collect();
        assert_eq!(numbers_in(&spray).len(), NUMBERS_MAX);
    }
}
