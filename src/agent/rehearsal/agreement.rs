//! Whether two answers say the same, as far as their words tell. Pure.
//!
//! Words of substance are compared by their stems, with those of the shorter answer as the measure: a person says in one sentence
//! what a help page says in five. Numbers weigh more than words: who names another price, time limit or date promised something
//! else.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::agent::words::{self, Tongue};

/// Percent of the shorter answer's words that the other must have for the two to agree.
pub const AGREE_MIN_PERCENT: u32 = 40;

/// Words of substance below which an answer is a nod, and says nothing to compare with.
pub const WORDS_MIN: usize = 4;

/// What came of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// So many percent of the shorter one's words stand in the other.
    Agrees(u32),
    /// They say different things.
    Differs(String),
    /// The person wrote too little, or in another language.
    Unclear(String),
}

impl Likeness {
    /// Holds what would have been said against what a person wrote.
    pub fn of(proposed: &str, written: &str) -> Self {
        let (ours, theirs) = (Tongue::guessed(proposed), Tongue::guessed(written));
        if let (Some(ours), Some(theirs)) = (ours, theirs)
            && ours != theirs
        {
            return Self::Unclear(format!("a person wrote in another language ({})", theirs.code()));
        }
        let tongue = ours.or(theirs).unwrap_or_default();
        let (said, meant) = (substance(proposed, tongue), substance(written, tongue));
        if meant.len() < WORDS_MIN {
            return Self::Unclear("a person wrote too little to compare".into());
        }
        let (promised, named) = (numbers(proposed), numbers(written));
        if !promised.is_empty() && !named.is_empty() && promised.is_disjoint(&named) {
            return Self::Differs(format!("a person named {}, and it {}", list(&named), list(&promised)));
        }
        let shorter = said.len().min(meant.len()).max(1);
        let percent = (said.intersection(&meant).count() * 100 / shorter) as u32;
        if percent >= AGREE_MIN_PERCENT {
            Self::Agrees(percent)
        } else {
            Self::Differs(format!("{percent} % of the words are the same"))
        }
    }
}

fn substance(text: &str, tongue: Tongue) -> BTreeSet<String> {
    words::terms(text, tongue).into_iter().filter(|term| !term.light).map(|term| term.stem).collect()
}

/// Numbers as figures. Those of five digits and more name an order or a parcel, which no page knows.
fn numbers(text: &str) -> BTreeSet<String> {
    let is_number = |word: &String| word.len() <= NUMBER_DIGITS_MAX && word.bytes().all(|octet| octet.is_ascii_digit());
    words::plain(text).into_iter().filter(is_number).collect()
}

const NUMBER_DIGITS_MAX: usize = 4;

fn list(numbers: &BTreeSet<String>) -> String {
    numbers.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "You can send back unused items within 30 days. Print the return label in your account and drop the \
                        parcel at any post office. The refund arrives within five working days.";

    #[test]
    fn the_same_in_fewer_words_agrees() {
        let written =
            "Hi Ada, sure: print the label from your account and bring the parcel to a post office within 30 days.";
        assert!(matches!(Likeness::of(PAGE, written), Likeness::Agrees(_)), "{:?}", Likeness::of(PAGE, written));
    }

    #[test]
    fn another_number_or_another_matter_differs() {
        let written = "You can return unused items within 14 days; print the return label in your account.";
        assert_eq!(Likeness::of(PAGE, written), Likeness::Differs("a person named 14, and it 30".into()));
        let written = "I am afraid your jacket was damaged in our warehouse, we ship a replacement tomorrow morning.";
        assert!(matches!(Likeness::of(PAGE, written), Likeness::Differs(_)), "{:?}", Likeness::of(PAGE, written));
    }

    #[test]
    fn a_nod_and_another_language_say_nothing() {
        for written in
            ["Yes, of course!", "Sie können die Ware nicht mehr zurückgeben, weil sie getragen und gewaschen wurde."]
        {
            assert!(matches!(Likeness::of(PAGE, written), Likeness::Unclear(_)), "{written}");
        }
    }
}
