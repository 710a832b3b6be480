//! A set of phrases in many languages, found in a line at the cost of its words, however many the set holds.

use std::collections::HashMap;

use super::fold::{fold, is_unspaced};

/// One language a line: its name, a colon, and its phrases with `|` between. A phrase that ends with `*` is a stem.
pub(super) type Table = &'static str;

/// The phrases of a table.
pub(super) fn phrases_of(table: Table) -> impl Iterator<Item = &'static str> {
    table.lines().filter_map(|line| line.split_once(": ")).flat_map(|(_, phrases)| phrases.split('|'))
}

/// Phrases, folded and filed under their first word.
#[derive(Debug)]
pub(super) struct Phrases {
    by_first: HashMap<String, Vec<Phrase>>,
    has_stems: bool,
    starts: Starts,
}

/// The first three octets of all phrases: what most words of a text fail, before anything is hashed.
#[derive(Debug)]
struct Starts {
    /// Of phrases of three octets and more.
    long: Box<[u64; Self::LONG_BITS / 64]>,
    /// Of shorter ones their octets, the second with any that may follow; empty without such phrases.
    short: Vec<u64>,
}

impl Starts {
    const LONG_BITS: usize = 1 << 15;
    const SHORT_BITS: usize = 1 << 16;

    fn of<'p>(phrases: impl Iterator<Item = &'p Phrase>) -> Self {
        let mut starts = Self { long: Box::new([0; Self::LONG_BITS / 64]), short: Vec::new() };
        for phrase in phrases {
            let octets = phrase.text.as_bytes();
            let three = three_of(octets);
            match octets.len() {
                0 => {}
                1 => (0..=0xFF).for_each(|two| starts.set_short(three | two << 8)),
                2 => starts.set_short(three),
                _ => set(&mut *starts.long, Self::long_place(three)),
            }
        }
        starts
    }

    fn set_short(&mut self, three: u32) {
        self.short.resize(Self::SHORT_BITS / 64, 0);
        set(&mut self.short, Self::short_place(three));
    }

    /// Knuth's multiplicative hash.
    fn long_place(three: u32) -> usize {
        (three.wrapping_mul(0x9E37_79B1) >> (u32::BITS - Self::LONG_BITS.ilog2())) as usize
    }

    fn short_place(three: u32) -> usize {
        (three >> 8) as usize
    }

    /// Whether a phrase may begin with three octets.
    fn may_be(&self, three: u32) -> bool {
        is_set(&*self.long, Self::long_place(three)) || is_set(&self.short, Self::short_place(three))
    }
}

/// The first three octets; 0 stands for those that are not there.
fn three_of(octets: &[u8]) -> u32 {
    (0..3).fold(0, |three, at| three << 8 | u32::from(octets.get(at).copied().unwrap_or(0)))
}

fn set(bits: &mut [u64], place: usize) {
    bits[place / 64] |= 1 << (place % 64);
}

fn is_set(bits: &[u64], place: usize) -> bool {
    bits.get(place / 64).is_some_and(|bits| bits >> (place % 64) & 1 != 0)
}

#[derive(Debug)]
struct Phrase {
    text: String,
    /// More letters may follow.
    is_stem: bool,
}

impl Phrases {
    /// Files all phrases of the tables.
    pub(super) fn of(table: Table) -> Self {
        let mut by_first: HashMap<String, Vec<Phrase>> = HashMap::new();
        for phrase in phrases_of(table) {
            let is_stem = phrase.ends_with('*');
            let text = fold(phrase.trim_end_matches('*'));
            by_first.entry(first_word(&text).to_owned()).or_default().push(Phrase { text, is_stem });
        }
        // The longest first: `a ecrit` before `a`.
        by_first.values_mut().for_each(|phrases| phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.text.len())));
        let has_stems = by_first.values().flatten().any(|phrase| phrase.is_stem);
        let starts = Starts::of(by_first.values().flatten());
        Self { by_first, has_stems, starts }
    }

    /// Whether the folded text is one of them.
    pub(super) fn is(&self, text: &str) -> bool {
        self.begins(text) == Some(text.len())
    }

    /// Octets of the longest one that the folded text begins with.
    pub(super) fn begins(&self, text: &str) -> Option<usize> {
        if !self.starts.may_be(three_of(text.as_bytes())) {
            return None;
        }
        let exact = self.starting_with(first_word(text), text);
        // A stem may be all there is of the first word.
        exact.or_else(|| {
            if !self.has_stems { None } else { stems_of(first_word(text)).find_map(|stem| self.stem(stem, text)) }
        })
    }

    fn starting_with(&self, first: &str, text: &str) -> Option<usize> {
        self.by_first.get(first)?.iter().find_map(|phrase| {
            let rest = text.strip_prefix(phrase.text.as_str())?;
            let ended = phrase.is_stem || !goes_on(&phrase.text, rest);
            ended.then_some(phrase.text.len())
        })
    }

    fn stem(&self, stem: &str, text: &str) -> Option<usize> {
        let phrases = self.by_first.get(stem)?;
        phrases.iter().find(|phrase| phrase.is_stem && text.starts_with(&phrase.text)).map(|phrase| phrase.text.len())
    }

    /// Where in the folded text the first of them stands, as whole words.
    pub(super) fn within(&self, text: &str) -> Option<std::ops::Range<usize>> {
        let octets = text.as_bytes();
        let mut three = three_of(octets) >> 8;
        let mut inside = false;
        for at in 0..octets.len() {
            three = (three << 8 | u32::from(octets.get(at + 2).copied().unwrap_or(0))) & 0xFF_FFFF;
            let letter = octets[at].is_ascii_alphanumeric();
            if std::mem::replace(&mut inside, letter) && letter {
                continue;
            }
            if !self.starts.may_be(three) || !text.is_char_boundary(at) {
                continue;
            }
            let Some(c) = text[at..].chars().next() else { break };
            let before = text[..at].chars().next_back();
            let inside = before.is_some_and(|b| b.is_alphanumeric() && !is_unspaced(b));
            if (!inside || is_unspaced(c))
                && !c.is_whitespace()
                && let Some(length) = self.begins(&text[at..])
            {
                return Some(at..at + length);
            }
        }
        None
    }
}

/// Whether a word goes on behind the phrase.
fn goes_on(phrase: &str, rest: &str) -> bool {
    let (Some(last), Some(next)) = (phrase.chars().next_back(), rest.chars().next()) else { return false };
    last.is_alphanumeric() && next.is_alphanumeric() && !is_unspaced(last) && !is_unspaced(next)
}

/// The first word, or the first character where words are not told apart.
fn first_word(text: &str) -> &str {
    let Some(first) = text.chars().next() else { return "" };
    if is_unspaced(first) || !first.is_alphanumeric() {
        return &text[..first.len_utf8()];
    }
    let end = text.find(|c: char| !c.is_alphanumeric() || is_unspaced(c)).unwrap_or(text.len());
    &text[..end]
}

/// Its beginnings of some length, the longest first.
fn stems_of(word: &str) -> impl Iterator<Item = &str> {
    const CHARS: std::ops::Range<usize> = 4..20;
    let short_enough = word.char_indices().skip(CHARS.start).take(CHARS.len()).map(|(at, _)| at);
    short_enough.map(|at| &word[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_found_as_whole_words() {
        let phrases = Phrases::of("en: wrote|sent from my\nfr: a écrit\nzh: 写道\npl: wysłan*");
        for (text, found) in [
            ("bob wrote:", true),
            ("bob rewrote:", false),
            ("wroted", false),
            ("ada a ecrit :", true),
            ("ada ecrit", false),
            ("sent from my phone", true),
            ("ada写道:", true),
            ("wyslane z", true),
            ("", false),
        ] {
            assert_eq!(phrases.within(text).is_some(), found, "{text}");
        }
        assert!(phrases.is("a ecrit") && !phrases.is("a ecrit b"));
    }
}
