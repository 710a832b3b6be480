//! The words of all pages of one language, and which of them a word of a question stands for: itself, its relatives, its kin, the
//! parts of a compound, or what somebody meant who typed badly.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use super::kin::Kin;
use crate::agent::words::{self, Term, Tongue};

/// Different words of a question that count.
const QUESTION_WORDS_MAX: usize = 40;

/// Words of the pages that one word of a question may stand for.
const EXPANSIONS_MAX: usize = 40;

/// Letters two words must have in common, the whole of the shorter one, to be taken for relatives: `deliver`, `deliveri`.
const RELATIVES_OCTETS_MIN: usize = 5;

/// In how many pieces a word stands that stands nowhere: it tells most.
const UNKNOWN_PIECES: u32 = 0;

/// What a relative counts of an exact match.
const RELATIVE_SHARE: f64 = 0.8;

/// What a word of the same meaning counts.
const KIN_SHARE: f64 = 0.8;

/// What a word counts that was meant, as it seems, and typed otherwise.
const MISTYPED_SHARE: f64 = 0.9;

/// What a light word counts of a word of substance.
pub(super) const LIGHT_SHARE: f64 = 0.2;

/// Letters of a word from which one mistake, or two, are made good.
const ONE_MISTAKE_CHARS_MIN: usize = 4;
const TWO_MISTAKES_CHARS_MIN: usize = 9;

/// Pieces that there are at least, as far as rarity goes: on a single page each of its words stands in all pieces, and would tell
/// less than any that it lacks.
const PIECES_MIN: usize = 12;

/// Letters of a part of a compound.
const PART_CHARS_MIN: usize = 4;

/// What may stand between the parts: `Lieferung-s-zeit`.
const JOINTS: [&str; 5] = ["", "s", "n", "en", "es"];

/// The words of one language.
#[derive(Default)]
pub(super) struct Lexicon {
    /// Stems and their ids.
    stems: BTreeMap<String, u32>,
    /// Words as they are written, without accents, and their stems.
    words: BTreeMap<String, String>,
    /// Of each id, the pieces that have it.
    counts: Vec<u32>,
    pieces: usize,
}

/// One word of a question, and the words of the pages it stands for.
pub(super) struct Asked {
    /// As its writer wrote it, in lower case.
    pub(super) word: String,
    /// Whether it is a word of asking and of courtesy.
    pub(super) light: bool,
    /// Whether nobody here knows it: neither the pages nor the list of kin, and no mistake explains it.
    pub(super) strange: bool,
    /// How much it tells.
    pub(super) weight: f64,
    /// Best first: id, share, stem.
    pub(super) stands_for: Vec<(u32, f64, String)>,
}

impl Lexicon {
    /// Takes note of the words of a text, before any piece is put in.
    pub(super) fn learn(&mut self, text: &str, tongue: Tongue) {
        self.words.extend(words::terms(text, tongue).into_iter().map(|term| (term.word, term.stem)));
    }

    /// The stems of a text, with the parts of its compounds behind them.
    pub(super) fn stems_of(&self, text: &str, tongue: Tongue) -> Vec<String> {
        let mut found = Vec::new();
        for term in words::terms(text, tongue) {
            if joins_words(tongue) {
                let cuts = cuts(&term.word);
                let parts =
                    self.known_parts(&term.word, &cuts, tongue).or_else(|| self.last_part(&term.word, &cuts, tongue));
                found.extend(parts.into_iter().flatten().map(|part| part.stem));
            }
            found.push(term.stem);
        }
        found
    }

    /// The same without words of asking.
    pub(super) fn heavy_stems_of(&self, text: &str, tongue: Tongue) -> Vec<String> {
        words::terms(text, tongue).into_iter().filter(|term| !term.light).map(|term| term.stem).collect()
    }

    /// Counts the stems of one more piece.
    pub(super) fn put<'a>(&mut self, stems: impl Iterator<Item = &'a String>) {
        self.pieces += 1;
        for stem in stems.collect::<BTreeSet<_>>() {
            let next = self.stems.len() as u32;
            let id = *self.stems.entry(stem.clone()).or_insert(next);
            self.counts.resize(self.stems.len(), 0);
            self.counts[id as usize] += 1;
        }
    }

    /// The ids of those stems that are known, sorted, each once.
    pub(super) fn ids<'a>(&self, stems: impl Iterator<Item = &'a String>) -> Vec<u32> {
        stems.filter_map(|stem| self.stems.get(stem).copied()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The weighted share of some words of the pages that a question has, 0 to 1.
    pub(super) fn covered(&self, asked: &[Asked], ids: &[u32]) -> f64 {
        let (mut whole, mut covered) = (0.0, 0.0);
        for id in ids {
            let weight = rarity(self.pieces, self.counts[*id as usize]);
            let shares = asked.iter().flat_map(|word| &word.stands_for).filter(|(other, ..)| other == id);
            whole += weight;
            covered += weight * shares.map(|(_, share, _)| *share).fold(0.0, f64::max);
        }
        if whole > 0.0 { covered / whole } else { 0.0 }
    }

    /// How many words of a question are words of this language, as far as it is known here.
    pub(super) fn familiar(&self, question: &str, tongue: Tongue) -> usize {
        let terms = words::terms(question, tongue);
        let stopped = words::plain(question).len().saturating_sub(terms.len());
        let kin = Kin::of(tongue);
        let known = terms.iter().filter(|term| self.stems.contains_key(&term.stem) || kin.knows(&term.stem));
        stopped + known.count()
    }

    /// The words of a question. Mistakes are made good when it is `at_home` in this language: elsewhere every word looks like
    /// one.
    pub(super) fn asked(&self, question: &str, tongue: Tongue, at_home: bool) -> Vec<Asked> {
        let mut terms = words::terms(question, tongue);
        terms.sort();
        terms.dedup_by(|a, b| a.stem == b.stem);
        // The light ones last, so that a cut takes those.
        terms.sort_by_key(|term| term.light);
        terms.truncate(QUESTION_WORDS_MAX);
        terms.into_iter().flat_map(|term| self.ask(term, tongue, at_home)).collect()
    }

    fn ask(&self, term: Term, tongue: Tongue, at_home: bool) -> Vec<Asked> {
        let known = self.stems.contains_key(&term.stem) || Kin::of(tongue).knows(&term.stem) || term.light;
        let cuts = if joins_words(tongue) && !known { cuts(&term.word) } else { Vec::new() };
        // Before relatives: of `Rechnungsanschrift` they would leave the bill only.
        if let Some(parts) = self.known_parts(&term.word, &cuts, tongue) {
            return parts.into_iter().map(|part| self.part(part, tongue)).collect();
        }
        let found = self.expand(&term.stem, tongue);
        if known || !found.is_empty() || !at_home {
            return vec![self.weighed(term.word, term.light, false, found)];
        }
        if let Some(parts) = self.last_part(&term.word, &cuts, tongue) {
            return parts.into_iter().map(|part| self.part(part, tongue)).collect();
        }
        if words::is_stop_word_mistyped(&term.word, tongue) {
            return Vec::new();
        }
        let mut meant = self.meant(&term.word, tongue);
        if meant.iter().any(|(_, light)| *light) {
            return vec![self.weighed(term.word, true, false, Vec::new())];
        }
        let meant_nothing = meant.is_empty();
        meant.truncate(EXPANSIONS_MAX);
        let mut found: Vec<(u32, f64, String)> = Vec::new();
        for (stem, _) in meant {
            found.extend(
                self.expand(&stem, tongue).into_iter().map(|(id, share, stem)| (id, share * MISTYPED_SHARE, stem)),
            );
        }
        vec![self.weighed(term.word, false, meant_nothing, found)]
    }

    fn part(&self, part: Term, tongue: Tongue) -> Asked {
        let found = self.expand(&part.stem, tongue);
        let strange = found.is_empty() && !Kin::of(tongue).knows(&part.stem);
        self.weighed(part.word, part.light, strange, found)
    }

    fn weighed(&self, word: String, light: bool, strange: bool, mut stands_for: Vec<(u32, f64, String)>) -> Asked {
        stands_for.sort_by(|a, b| b.1.total_cmp(&a.1));
        stands_for.truncate(EXPANSIONS_MAX);
        let pieces = stands_for.first().map_or(UNKNOWN_PIECES, |first| self.counts[first.0 as usize]);
        let share = if light { LIGHT_SHARE } else { 1.0 };
        Asked { word, light, strange, weight: share * rarity(self.pieces, pieces), stands_for }
    }

    /// The words of the pages that a stem stands for: itself, its relatives, and its kin with theirs.
    fn expand(&self, stem: &str, tongue: Tongue) -> Vec<(u32, f64, String)> {
        let mut found = self.related(stem);
        for kin in Kin::of(tongue).stems(stem) {
            if let Some(word) = self.stems.get(kin) {
                found.push((*word, KIN_SHARE, kin.to_owned()));
            }
        }
        found
    }

    fn related(&self, stem: &str) -> Vec<(u32, f64, String)> {
        let mut found = Vec::new();
        if let Some(word) = self.stems.get(stem) {
            found.push((*word, 1.0, stem.to_owned()));
        }
        if stem.len() < RELATIVES_OCTETS_MIN {
            return found;
        }
        let longer = self.stems.range::<str, _>((Bound::Excluded(stem), Bound::Unbounded));
        for (word, row) in longer.take_while(|(word, _)| word.starts_with(stem)).take(EXPANSIONS_MAX) {
            found.push((*row, RELATIVE_SHARE, word.clone()));
        }
        for cut in (RELATIVES_OCTETS_MIN..stem.len()).filter(|cut| stem.is_char_boundary(*cut)) {
            if let Some(row) = self.stems.get(&stem[..cut]) {
                found.push((*row, RELATIVE_SHARE, stem[..cut].to_owned()));
            }
        }
        found
    }

    /// The stems of the words nearest to one that nobody knows, and whether they are light; empty when none is near.
    fn meant(&self, word: &str, tongue: Tongue) -> Vec<(String, bool)> {
        let letters: Vec<char> = word.chars().collect();
        let mut near = match letters.len() {
            0..ONE_MISTAKE_CHARS_MIN => return Vec::new(),
            ONE_MISTAKE_CHARS_MIN..TWO_MISTAKES_CHARS_MIN => 1,
            _ => 2,
        };
        let pages = self.words.iter().map(|(word, stem)| (word.as_str(), stem.as_str(), false));
        let kin = Kin::of(tongue).words().map(|(word, stem)| (word, stem, false));
        let light = words::light_words().iter().map(|word| (word.as_str(), "", true));
        let mut found: Vec<(String, bool)> = Vec::new();
        for (known, stem, light) in pages.chain(kin).chain(light) {
            // A first letter is hardly ever wrong.
            if !known.starts_with(letters[0]) {
                continue;
            }
            let Some(distance) = distance(&letters, known, near) else { continue };
            if distance < near {
                near = distance;
                found.clear();
            }
            found.push((stem.to_owned(), light));
        }
        found.sort();
        found.dedup();
        found
    }

    /// The parts of a compound of two known words.
    fn known_parts(&self, word: &str, cuts: &[usize], tongue: Tongue) -> Option<[Term; 2]> {
        cuts.iter().find_map(|cut| Some([self.first_part(&word[..*cut], tongue)?, self.term(&word[*cut..], tongue)?]))
    }

    /// The parts of a compound that ends in a known word; what stands before is a part too.
    fn last_part(&self, word: &str, cuts: &[usize], tongue: Tongue) -> Option<[Term; 2]> {
        cuts.iter().find_map(|cut| Some([unknown(&word[..*cut]), self.term(&word[*cut..], tongue)?]))
    }

    fn first_part(&self, word: &str, tongue: Tongue) -> Option<Term> {
        JOINTS.iter().find_map(|joint| self.term(word.strip_suffix(joint)?, tongue))
    }

    /// A word of the pages or of the list of kin, written without accents.
    fn term(&self, word: &str, tongue: Tongue) -> Option<Term> {
        if word.chars().count() < PART_CHARS_MIN {
            return None;
        }
        if let Some(stem) = self.words.get(word).map(String::as_str).or_else(|| Kin::of(tongue).stem_of(word)) {
            return Some(Term { stem: stem.to_owned(), ..unknown(word) });
        }
        let term = words::terms(word, tongue).pop()?;
        (self.stems.contains_key(&term.stem) || Kin::of(tongue).knows(&term.stem)).then_some(term)
    }
}

/// Where a compound may be cut.
fn cuts(word: &str) -> Vec<usize> {
    let is_long = |part: &str| part.chars().count() >= PART_CHARS_MIN;
    let may_be = |cut: &usize| word.is_char_boundary(*cut) && is_long(&word[..*cut]) && is_long(&word[*cut..]);
    (1..word.len()).filter(may_be).collect()
}

fn unknown(word: &str) -> Term {
    Term { stem: word.to_owned(), word: word.to_owned(), light: false }
}

/// Languages that write compounds as one word.
fn joins_words(tongue: Tongue) -> bool {
    use Tongue::{Danish, Dutch, Finnish, German, Hungarian, Norwegian, Swedish};
    matches!(tongue, German | Dutch | Swedish | Danish | Norwegian | Finnish | Hungarian)
}

/// How much a word tells: the inverse document frequency of BM25. A word that stands nowhere tells most.
fn rarity(all: usize, having: u32) -> f64 {
    let (all, having) = (all.max(PIECES_MIN) as f64, f64::from(having));
    (1.0 + (all - having + 0.5).max(0.0) / (having + 0.5)).ln()
}

/// Letters left out, put in, changed or swapped with their neighbour on the way from one word to another; `None` when there
/// are more than `most`.
fn distance(a: &[char], b: &str, most: usize) -> Option<usize> {
    let b: Vec<char> = b.chars().collect();
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut least = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row.push(least);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
#[path = "lexicon_tests.rs"]
mod tests;
