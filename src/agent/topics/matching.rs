//! Whether a mail is about a topic, by its words.
//!
//! A topic is a handful of phrases: its name, cut where commas, semicolons and slashes part it, and its examples. A mail is
//! about it when one of its sentences has [`SHARE_MIN_PERCENT`] of the words of a phrase, stemmed in the language of either.
//! No page is searched here: phrases are so few and so short that each word of one counts, and rarity says nothing.

use std::collections::BTreeSet;

use crate::{
    agent::{
        questions::sentences,
        wants_person::{in_one_line, stands_in},
        words::{self, Term, Tongue},
    },
    config::Topic,
    types::head,
};

/// Of the words of a phrase, weighed, a sentence must have so many. Three fifths: of one or two words all, of three two.
const SHARE_MIN_PERCENT: u32 = 60;

/// What a word of substance weighs, and what one of asking and courtesy.
const HEAVY: u32 = 5;
const LIGHT: u32 = 1;

/// Letters of a stem that may be the beginning of a longer word: `Rechnung` in `Rechnungskorrektur`.
const PREFIX_CHARS_MIN: usize = 5;

/// Sentences of a mail that are looked at, and octets.
const SENTENCES_MAX: usize = 200;
const TEXT_OCTETS_MAX: usize = 32 * 1024;

/// The phrases of one topic.
pub(super) struct Phrases(Vec<Phrase>);

struct Phrase {
    /// In lower case; empty when its script parts words.
    whole: String,
    tongue: Tongue,
    /// Its words as each language stems them: a short name does not say which it is in.
    terms: Vec<Vec<Term>>,
}

impl Phrases {
    pub(super) fn of(topic: &Topic) -> Self {
        let names = topic.name.split([',', ';', '/', '|', '、', '，']);
        let phrases = names.chain(topic.examples.iter().map(String::as_str)).map(str::trim);
        Self(phrases.filter(|phrase| !phrase.is_empty()).map(Phrase::of).collect())
    }
}

impl Phrase {
    fn of(text: &str) -> Self {
        let unparted = text.chars().any(|c| c >= '\u{2e80}');
        Self {
            whole: if unparted { text.to_lowercase() } else { String::new() },
            tongue: Tongue::of(text),
            terms: Tongue::ALL.iter().map(|tongue| distinct(words::terms(text, *tongue))).collect(),
        }
    }

    /// Whether enough of it stands in a sentence, as that tongue stems both.
    fn stands_in(&self, sentence: &[Term], tongue: Tongue) -> bool {
        let terms = &self.terms[tongue as usize];
        let weight = |term: &Term| if term.light { LIGHT } else { HEAVY };
        let (mut all, mut there) = (0, 0);
        for term in terms {
            all += weight(term);
            there += if sentence.iter().any(|said| is_said(term, said)) { weight(term) } else { 0 };
        }
        // Courtesy alone is about nothing: `how long does it take` stands in half of all mail.
        let heavy = terms.iter().any(|term| !term.light && sentence.iter().any(|said| is_said(term, said)));
        let only_light = terms.iter().all(|term| term.light);
        all > 0 && there * 100 >= all * SHARE_MIN_PERCENT && (heavy || only_light && there == all)
    }
}

fn is_said(term: &Term, said: &Term) -> bool {
    term.stem == said.stem
        || !term.light && term.stem.chars().count() >= PREFIX_CHARS_MIN && said.stem.starts_with(&term.stem)
}

/// A mail cut into sentences.
pub(super) struct Mailed {
    whole: String,
    tongue: Tongue,
    sentences: Vec<String>,
}

impl Mailed {
    /// The title is a sentence of its own, and stands before each of the first few that say little alone.
    pub(super) fn of(title: &str, text: &str) -> Self {
        let text = head(text, TEXT_OCTETS_MAX);
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let said = sentences(text).chain(lines).take(SENTENCES_MAX).map(str::to_owned);
        let whole = format!("{title}\n{text}");
        Self {
            tongue: Tongue::of(&whole),
            sentences: std::iter::once(title.to_owned()).chain(said).collect(),
            whole: in_one_line(&whole.to_lowercase()),
        }
    }

    pub(super) fn is_about(&self, phrases: &Phrases) -> bool {
        let tongues: BTreeSet<Tongue> = phrases.0.iter().map(|phrase| phrase.tongue).chain([self.tongue]).collect();
        let by_stem = tongues.iter().any(|tongue| {
            let heard: Vec<&Phrase> =
                phrases.0.iter().filter(|phrase| phrase.tongue == *tongue || self.tongue == *tongue).collect();
            self.sentences.iter().any(|sentence| {
                let said = words::terms(sentence, *tongue);
                heard.iter().any(|phrase| phrase.stands_in(&said, *tongue))
            })
        });
        by_stem || phrases.0.iter().any(|phrase| !phrase.whole.is_empty() && stands_in(&self.whole, &phrase.whole))
    }
}

fn distinct(mut terms: Vec<Term>) -> Vec<Term> {
    terms.sort();
    terms.dedup();
    terms
}
