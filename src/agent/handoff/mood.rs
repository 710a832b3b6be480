//! How a customer sounds: by words of anger and praise, and by marks.
//!
//! Lists and counts, and no more than that: irony is not heard, and who is angry in quiet words counts as neutral.

use std::collections::BTreeSet;

use super::mood_words::{MOODS, NEGATIONS, Words};
use crate::types::{Sentiment, head};

/// Points from which somebody is angry. One mild word or one mark alone is nothing.
const ANGRY: u32 = 2;

/// Octets of a text that are looked at.
const TEXT_OCTETS_MAX: usize = 32 * 1024;

/// Letters and words from which capitals are shouting, and their share in percent. `OK` and `HTML` are none.
const SHOUTED_LETTERS_MIN: usize = 12;
const SHOUTED_WORDS_MIN: usize = 3;
const SHOUTED_SHARE_MIN: usize = 60;

/// Marks in a row that are an outcry: `!!!`, `?!?`.
const MARKS_MIN: usize = 3;

/// Words before a phrase among which a negation turns it.
const NEGATION_REACH: usize = 3;

/// How the writer of a text sounds.
pub fn sentiment(text: &str) -> Sentiment {
    let text = head(text, TEXT_OCTETS_MAX);
    let folded = folded(text);
    // Neighbours share words: each counts once.
    let said = |list: fn(&Words) -> &'static [&'static str]| {
        let phrases: BTreeSet<&str> = MOODS.iter().flat_map(list).copied().collect();
        phrases.into_iter().filter(|phrase| is_said(&folded, phrase)).count() as u32
    };
    let (strong, mild) = (said(|words| words.strong), said(|words| words.mild));
    let marks = u32::from(is_shouted(text)) + u32::from(is_outcry(text));
    let faces = text.chars().filter(|c| matches!(c, '😠' | '😡' | '🤬' | '👿')).count() as u32;
    let happy = said(|words| words.happy) > 0;
    // Joy has its marks as well: `Thank you so much!!!`
    let marks = if happy { 0 } else { marks };
    match 2 * (strong + faces) + mild + marks {
        ANGRY.. => Sentiment::Angry,
        0 if happy => Sentiment::Happy,
        _ => Sentiment::Neutral,
    }
}

/// Lower case in one line, words parted by one space, one kind of apostrophe, no marks between them.
fn folded(text: &str) -> String {
    let lower = text.to_lowercase().replace('’', "'");
    let parted: String = lower.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    format!(" {} ", parted.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether a phrase stands there as whole words and nothing before it turns it: `I am not angry`.
fn is_said(folded: &str, phrase: &str) -> bool {
    folded.match_indices(phrase).any(|(at, found)| {
        let whole = folded[..at].ends_with(' ') && folded[at + found.len()..].starts_with(' ');
        let mut before = folded[..at].split_whitespace().rev().take(NEGATION_REACH);
        whole && !before.any(|word| NEGATIONS.contains(&word) || word.ends_with("n't"))
    })
}

fn is_shouted(text: &str) -> bool {
    let loud =
        |word: &&str| word.chars().filter(|c| c.is_uppercase()).count() > 1 && !word.contains(char::is_lowercase);
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let cased = text.chars().filter(|c| c.is_uppercase() || c.is_lowercase()).count();
    capitals >= SHOUTED_LETTERS_MIN
        && capitals * 100 >= cased * SHOUTED_SHARE_MIN
        && text.split_whitespace().filter(loud).count() >= SHOUTED_WORDS_MIN
}

fn is_outcry(text: &str) -> bool {
    let mut in_a_row = 0;
    text.chars().any(|c| {
        in_a_row = if matches!(c, '!' | '?' | '！' | '？') { in_a_row + 1 } else { 0 };
        in_a_row >= MARKS_MIN
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anger_is_heard_in_every_language_of_the_list() {
        for words in MOODS {
            for phrase in words.strong {
                assert_eq!(sentiment(&format!("Hello,\n{phrase}.")), Sentiment::Angry, "{phrase}");
            }
            let [first, second, ..] = words.mild else { panic!("too few beside {:?}", words.strong) };
            assert_eq!(sentiment(first), Sentiment::Neutral, "{first}");
            assert_eq!(sentiment(&format!("{first}… {second}")), Sentiment::Angry, "{first}, {second}");
        }
        assert!(MOODS.len() >= 10);
    }

    #[test]
    fn praise_is_heard_in_every_language_of_the_list() {
        for words in MOODS {
            for phrase in words.happy {
                assert_eq!(sentiment(&format!("{phrase}!!!")), Sentiment::Happy, "{phrase}");
            }
        }
    }

    #[test]
    fn anger_is_heard_in_capitals_marks_and_faces() {
        for text in [
            "WHERE IS MY ORDER???",
            "I WANT MY PARCEL NOW!!! ANSWER ME",
            "WO BLEIBT MEINE BESTELLUNG?!?",
            "Where is my order 😡",
            "Still waiting. This is ridiculous",
            "This is the third time I write, and nobody answers",
        ] {
            assert_eq!(sentiment(text), Sentiment::Angry, "{text}");
        }
    }

    #[test]
    fn who_only_asks_is_not_angry() {
        for text in [
            "How long does shipping take?",
            "Where is my order???",
            "PLEASE SEND ME THE INVOICE FOR MY ORDER",
            "Does it work with USB, HDMI and HTML5?",
            "Which file types are unacceptable?",
            "I am not angry at all, I only want to know.",
            "It isn't ridiculous, is it?",
            "Ist das nicht inakzeptabel teuer?",
            "Do you sell the game Angry Birds?",
            "Der Stecker ist defekt, was kann ich tun?",
            "Je ne suis pas furieux, je demande seulement.",
            "Thanks in advance!!!",
            "",
        ] {
            assert_eq!(sentiment(text), Sentiment::Neutral, "{text}");
        }
    }
}
