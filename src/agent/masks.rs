//! Masks what must not leave for a model: numbers of cards and of bank accounts, and what the administrator's patterns find.
//! Pure.
//!
//! [`mask_strings`] is called at the one place where requests leave for a model (`chat::server`): on the prompt, what tools gave
//! and what the model said before; and nowhere else: people and the journal see what was written.
//!
//! There is no way back. In the place of a number stand words that a model understands, with its last four digits:
//! `[card number ending in 4242]`. An answer that repeats them, or a part of them, goes to a person (`output::figures`): no number of
//! a card or an account is written into a letter by the AI, and no customer reads of a mask.
//!
//! | found | is | shown as |
//! |---|---|---|
//! | card number | 13 to 19 digits, also in groups, that begin with 2 to 6 and whose check digit is right (ISO/IEC 7812-1) | `[card number ending in 4242]` |
//! | IBAN | a country's letters, check digits and as many characters as that country's have, remainder 1 (ISO 13616) | `[IBAN ending in 3000]` |
//! | a pattern of `[[mask]]` | see `config::mask_patterns` | `[NAME]` |
//!
//! Every text is read in time that grows with its length, whoever wrote it.

use std::ops::Range;

use serde_json::Value;

use crate::config::{Element, MaskPattern};

/// How the masks of cards and accounts begin.
pub(super) const BEGINNINGS: [&str; 2] = ["[card number", "[IBAN"];

/// What is masked: cards and accounts always, and these patterns.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    patterns: Vec<MaskPattern>,
}

impl Masks {
    /// With the patterns of the configuration.
    pub fn new(patterns: &[MaskPattern]) -> Self {
        Self { patterns: patterns.to_vec() }
    }
}

/// A text with its masks on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The text.
    pub text: String,
    /// How much was masked.
    pub found: usize,
}

/// A character and where it stands.
type Letters = Vec<(usize, char)>;

/// Something to mask: places among the letters, and what stands there instead.
type Find = (Range<usize>, String);

/// Masks a text.
pub fn mask(text: &str, masks: &Masks) -> Masked {
    let letters: Letters = text.char_indices().collect();
    let mut finds = ibans(&letters);
    finds.extend(cards(&letters));
    for pattern in &masks.patterns {
        finds.extend(matches(&letters, pattern));
    }
    // Of two that overlap the one that begins first counts, and of these the longer.
    finds.sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));
    let (mut masked, mut copied, mut found) = (String::with_capacity(text.len()), 0, 0);
    let offset = |place: usize| letters.get(place).map_or(text.len(), |(at, _)| *at);
    let mut behind = 0;
    for (range, words) in finds {
        if range.start < behind {
            // Nothing of it may be left: what hangs out of the one before goes too.
            behind = behind.max(range.end);
            copied = copied.max(offset(behind));
            continue;
        }
        masked.push_str(&text[copied..offset(range.start)]);
        masked.push_str(&words);
        (copied, behind, found) = (offset(range.end), range.end, found + 1);
    }
    masked.push_str(&text[copied..]);
    Masked { text: masked, found }
}

/// Masks every text of a request: see the module. Names of fields are ours and stay.
pub fn mask_strings(value: &mut Value, masks: &Masks) -> usize {
    match value {
        Value::String(text) => {
            let Masked { text: masked, found } = mask(text, masks);
            *text = masked;
            found
        }
        Value::Array(values) => values.iter_mut().map(|value| mask_strings(value, masks)).sum(),
        Value::Object(fields) => fields.values_mut().map(|value| mask_strings(value, masks)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    }
}

/// Digits of a card number.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// Last digits that are shown.
const SHOWN: usize = 4;

/// Between two groups of digits stand at most so many separators.
const SEPARATORS_MAX: usize = 2;

fn cards(letters: &Letters) -> Vec<Find> {
    let mut finds = Vec::new();
    let mut place = 0;
    while place < letters.len() {
        let is_start = digit(letters, place).is_some() && !is_word(letters, place.checked_sub(1));
        let card = if is_start { card_at(letters, place) } else { None };
        match card {
            Some((end, digits)) => {
                let last: String = digits[digits.len() - SHOWN..].iter().map(ToString::to_string).collect();
                finds.push((place..end, format!("{} ending in {last}]", BEGINNINGS[0])));
                place = end;
            }
            None => place += 1,
        }
    }
    finds
}

/// The longest card number that begins at a digit; where it ends, and its digits.
fn card_at(letters: &Letters, start: usize) -> Option<(usize, Vec<u32>)> {
    let (mut digits, mut best) = (Vec::with_capacity(*CARD_DIGITS.end()), None);
    let mut place = start;
    loop {
        while let Some(value) = digit(letters, place) {
            if digits.len() == *CARD_DIGITS.end() {
                return best;
            }
            digits.push(value);
            place += 1;
        }
        if is_word(letters, Some(place)) {
            return best;
        }
        if CARD_DIGITS.contains(&digits.len()) && matches!(digits.first(), Some(2..=6)) && luhn(&digits) {
            best = Some((place, digits.clone()));
        }
        let separators = letters[place..].iter().take_while(|(_, c)| is_separator(*c)).count();
        if separators == 0 || separators > SEPARATORS_MAX || digit(letters, place + separators).is_none() {
            return best;
        }
        place += separators;
    }
}

/// The check of ISO/IEC 7812-1: every second digit from the right doubled, the sum of all digits divisible by ten.
fn luhn(digits: &[u32]) -> bool {
    let doubled = |(place, digit): (usize, &u32)| match (place % 2, digit * 2) {
        (0, _) => *digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    sum.is_multiple_of(10)
}

/// Characters of the IBANs of each country, by the registry of ISO 13616.
const IBAN_LENGTHS: &[(usize, &str)] = &[
    (15, "NO"),
    (16, "BE"),
    (18, "DK FI FO GL NL FK SD"),
    (19, "MK SI"),
    (20, "AT BA EE KZ LT LU XK MN"),
    (21, "CH CR HR LI LV"),
    (22, "BG BH DE GB GE IE ME RS VA"),
    (23, "AE GI IL IQ TL OM SO"),
    (24, "AD CZ ES MD PK RO SA SE SK TN VG"),
    (25, "LY PT ST"),
    (26, "IS TR"),
    (27, "BI DJ FR GR IT MC MR SM"),
    (28, "AL AZ BY CY DO GT HN HU LB NI PL SV"),
    (29, "BR EG PS QA UA"),
    (30, "JO KW MU YE"),
    (31, "MT SC"),
    (32, "LC"),
    (33, "RU"),
];

fn ibans(letters: &Letters) -> Vec<Find> {
    let mut finds = Vec::new();
    let mut place = 0;
    while place < letters.len() {
        match iban_at(letters, place) {
            Some((end, last)) => {
                finds.push((place..end, format!("{} ending in {last}]", BEGINNINGS[1])));
                place = end;
            }
            None => place += 1,
        }
    }
    finds
}

/// The IBAN that begins there; where it ends, and its last characters.
fn iban_at(letters: &Letters, start: usize) -> Option<(usize, String)> {
    let upper =
        |place: usize| letters.get(place).map(|(_, c)| c.to_ascii_uppercase()).filter(char::is_ascii_alphabetic);
    let country: String = [upper(start)?, upper(start + 1)?].iter().collect();
    if is_word(letters, start.checked_sub(1)) {
        return None;
    }
    let of_country = |(_, countries): &&(usize, &str)| countries.split(' ').any(|known| known == country);
    let (length, _) = IBAN_LENGTHS.iter().find(of_country)?;
    let mut iban = String::with_capacity(*length);
    let mut place = start;
    while iban.len() < *length {
        match letters.get(place).map(|(_, c)| *c) {
            Some(c) if c.is_ascii_alphanumeric() => iban.push(c.to_ascii_uppercase()),
            Some(c) if c.to_digit(10).is_none() && digit(letters, place).is_none() && is_separator(c) => {}
            _ => return None,
        }
        place += 1;
    }
    let is_whole = !is_word(letters, Some(place)) && iban[2..4].bytes().all(|octet| octet.is_ascii_digit());
    (is_whole && remainder(&iban) == 1).then(|| (place, iban[iban.len() - SHOWN..].to_owned()))
}

/// ISO 13616: the first four characters behind the rest, letters as 10 to 35, modulo 97.
fn remainder(iban: &str) -> u32 {
    let (head, rest) = iban.split_at(4);
    rest.chars().chain(head.chars()).filter_map(|c| c.to_digit(36)).fold(0, |remainder, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (remainder * shift + value) % 97
    })
}

fn matches(letters: &Letters, pattern: &MaskPattern) -> Vec<Find> {
    let mut finds = Vec::new();
    let mut place = 0;
    while place < letters.len() {
        let is_start = !(is_word(letters, Some(place)) && is_word(letters, place.checked_sub(1)));
        match if is_start { match_at(letters, place, &pattern.elements) } else { None } {
            Some(end) => {
                finds.push((place..end, format!("[{}]", pattern.name)));
                place = end;
            }
            None => place += 1,
        }
    }
    finds
}

/// Where the elements end that begin there. Each run of a `+` begins at a word and ends with it, so that however many words
/// are tried, no run is read more often than there are elements.
fn match_at(letters: &Letters, start: usize, elements: &[Element]) -> Option<usize> {
    let mut place = start;
    let takes = |place: usize, element: &Element| letters.get(place).is_some_and(|(_, c)| element.class.takes(*c));
    for element in elements {
        if !takes(place, element) {
            return None;
        }
        place += 1;
        while element.repeats && takes(place, element) {
            place += 1;
        }
    }
    let is_cut = is_word(letters, Some(place)) && is_word(letters, place.checked_sub(1));
    (!is_cut).then_some(place)
}

/// Whether a letter or a digit stands there.
fn is_word(letters: &Letters, place: Option<usize>) -> bool {
    place.and_then(|place| letters.get(place)).is_some_and(|(_, c)| c.is_alphanumeric())
}

/// The value of a digit of the scripts in which customers write numbers.
fn digit(letters: &Letters, place: usize) -> Option<u32> {
    let c = letters.get(place)?.1;
    let zeros = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    zeros.into_iter().find_map(|zero| (c as u32).checked_sub(zero as u32).filter(|value| *value < 10))
}

/// What people put between groups: blanks, hyphens, points, a line's end, and what cannot be seen.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '.' | '\u{ad}' | '\u{2010}'..='\u{2015}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

#[cfg(test)]
#[path = "masks_tests.rs"]
mod tests;
