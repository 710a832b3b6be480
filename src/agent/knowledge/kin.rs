//! Words that stand for one another: `parcel` and `package`, `refund` and `reimbursement`.
//!
//! A list of everyday words of customers and companies (`kin.txt`), in five languages; other languages have none. It knows
//! nothing of anybody's pages.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use crate::agent::words::{self, Tongue};

const LIST: &str = include_str!("kin.txt");

/// The order of the columns.
const TONGUES: [Tongue; 5] = [Tongue::English, Tongue::German, Tongue::French, Tongue::Spanish, Tongue::Italian];

/// The kin of one language.
#[derive(Default)]
pub(super) struct Kin {
    /// The stems that stand for a stem, itself not among them.
    stems: BTreeMap<String, BTreeSet<String>>,
    /// Every word of the list, without accents, and its stem.
    words: BTreeMap<String, String>,
}

impl Kin {
    /// That of a language; an empty one where we have no list.
    pub(super) fn of(tongue: Tongue) -> &'static Self {
        static ALL: LazyLock<Vec<Kin>> = LazyLock::new(|| (0..TONGUES.len()).map(Kin::read).collect());
        static NONE: LazyLock<Kin> = LazyLock::new(Kin::default);
        TONGUES.iter().position(|known| *known == tongue).map_or(&*NONE, |column| &ALL[column])
    }

    /// Stems that mean the same, near enough.
    pub(super) fn stems(&self, stem: &str) -> impl Iterator<Item = &str> {
        self.stems.get(stem).into_iter().flatten().map(String::as_str)
    }

    /// Whether somebody who spells well may have meant this stem.
    pub(super) fn knows(&self, stem: &str) -> bool {
        self.stems.contains_key(stem)
    }

    /// The stem of a word of the list, written without accents.
    pub(super) fn stem_of(&self, word: &str) -> Option<&str> {
        self.words.get(word).map(String::as_str)
    }

    /// All words, without accents, each with its stem.
    pub(super) fn words(&self) -> impl Iterator<Item = (&str, &str)> {
        self.words.iter().map(|(word, stem)| (word.as_str(), stem.as_str()))
    }

    fn read(column: usize) -> Self {
        let mut kin = Self::default();
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            let row = line.split(" | ").nth(column).unwrap_or_default();
            let terms = words::terms(row, TONGUES[column]);
            for term in &terms {
                let others = terms.iter().map(|other| &other.stem).filter(|other| **other != term.stem);
                kin.stems.entry(term.stem.clone()).or_default().extend(others.cloned());
                kin.words.insert(term.word.clone(), term.stem.clone());
            }
        }
        kin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_has_a_column_for_each_language() {
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            assert_eq!(line.split(" | ").count(), TONGUES.len(), "{line}");
        }
    }

    #[test]
    fn a_word_stands_for_another_in_its_language_only() {
        let english: Vec<&str> = Kin::of(Tongue::English).stems("parcel").collect();
        assert!(english.contains(&"packag"), "{english:?}");
        assert!(!english.contains(&"parcel"));
        assert_eq!(Kin::of(Tongue::German).stems("parcel").count(), 0);
        assert!(!Kin::of(Tongue::Finnish).knows("parcel"));
    }
}
