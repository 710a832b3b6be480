//! Whether a passage carries a paragraph: by its words, block by block and sentence by sentence.

use std::collections::BTreeSet;

use super::rendered::Rendered;
use crate::agent::{knowledge::Passage, words};

/// Share of a block's words that must stand in the passage that carries it.
pub const CARRIED_MIN_PERCENT: usize = 60;

/// The same of one sentence: others around it do not carry it.
const SENTENCE_MIN_PERCENT: usize = 50;

/// Words in a row that stand nowhere in the passage: paraphrase has a few, a message of its own has more.
const OWN_WORDS_MAX: usize = 3;

/// S-22: a paragraph's author may put several blocks into one, and several sentences into a block, so each is held against
/// the passage on its own.
pub(super) fn is_carried(markdown: &str, passage: &Passage) -> bool {
    let carries: BTreeSet<String> = stems(&passage.text, passage).chain(stems(&passage.heading, passage)).collect();
    let share = |text: &str| {
        let said: BTreeSet<String> = stems(text, passage).collect();
        (said.intersection(&carries).count() * 100, said.len())
    };
    let block = |text: &str| {
        let (carried, words) = share(text);
        carried >= words * CARRIED_MIN_PERCENT && own_words(text, passage, &carries) <= OWN_WORDS_MAX
    };
    let sentence = |text: &str| {
        let (carried, words) = share(text);
        carried >= words * SENTENCE_MIN_PERCENT
    };
    // A heading's mark or a definition nobody sees is text too, so the block is taken as it stands.
    markdown.split("\n\n").all(block) && sentences(&Rendered::of(markdown).text).all(sentence)
}

/// The share of its words that a paragraph has from a passage, in its weakest block, 0 to 100. Words that say nothing alone
/// (`yes`, `you can not`) are carried by nothing.
pub(in crate::agent) fn carried_percent(markdown: &str, passage: &Passage) -> u32 {
    let carries: BTreeSet<String> = stems(&passage.text, passage).chain(stems(&passage.heading, passage)).collect();
    let blocks = markdown.split("\n\n").filter(|block| !block.trim().is_empty());
    let percents = blocks.map(|block| {
        let said: BTreeSet<String> = stems(block, passage).collect();
        (said.intersection(&carries).count() * 100).checked_div(said.len()).unwrap_or(0)
    });
    percents.min().unwrap_or(0) as u32
}

/// The longest run of words that the passage has not.
fn own_words(text: &str, passage: &Passage, carries: &BTreeSet<String>) -> usize {
    let (mut longest, mut run) = (0, 0);
    for stem in stems(text, passage) {
        run = if carries.contains(&stem) { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    longest
}

fn stems(text: &str, passage: &Passage) -> impl Iterator<Item = String> {
    words::terms(text, passage.tongue).into_iter().map(|term| term.stem)
}

/// Lines, cut where a sentence ends, or a cell of a table. A dot within a word ends none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.lines().flat_map(|line| line.split_inclusive(['.', '!', '?', ';', '|', '…', '。', '！', '？'])).filter(
        |sentence| {
            // `e.g.`, `1.`: too short to say something.
            sentence.chars().filter(|c| c.is_alphabetic()).count() >= SENTENCE_LETTERS_MIN
        },
    )
}

/// Letters below which nothing is said.
const SENTENCE_LETTERS_MIN: usize = 8;
