//! One-time codes: what a customer types to show that a letter of ours reached them, and that they act on it (level 4).
//!
//! A code is four letters and four digits by turns, `K7M4-T9X2`, without letters that look like digits and without vowels:
//! neither a word nor the number of an order has that form by chance. It is made of letter and conversation by keyed BLAKE3, so
//! that it need not be kept: what is kept is a hash of it under the same key, and only the octets that leave hold the code. 28
//! bits are enough because few are tried and all are tried here: whoever has the hash and not the key cannot look for it.
//!
//! Only what somebody wrote themselves this time shows a code. Whoever answers "that was not me" quotes our letter with the code in it, and so
//! do machines: a quote is no act of theirs. Not all of them mark it, so that a text which says again what our letter says shows none.

use std::{borrow::Cow, ops::Range};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::code_words::repeats_code_words;
use crate::types::{ConversationId, LetterId, Secret};

/// What stands for the code in a letter until it leaves; as long as a code.
pub const CODE_PLACE: &str = "????-????";

/// The letters: sixteen, so that four bits choose one.
const LETTERS: &[u8; 16] = b"CDFHJKMNPQRTVWXY";

/// The digits: eight, so that three bits choose one.
const DIGITS: &[u8; 8] = b"23456789";

/// Letters and digits together.
const MARKS: usize = 8;

/// Spaces and dashes between two of them.
const GAP_MAX: usize = 3;

/// Different codes that are taken out of one mail: more are guesses.
const SHOWN_MAX: usize = 8;

/// What the keys are for, so that the same secret makes other keys elsewhere.
const PURPOSE_MAKE: &str = "replyd 2026 one-time codes: letter and conversation to code";
const PURPOSE_SHOW: &str = "replyd 2026 one-time codes: what is kept of a code";

/// Writes and reads one-time codes.
#[derive(Clone)]
pub struct Codes {
    /// The first one writes, all read.
    keys: Vec<Keys>,
}

#[derive(Clone)]
struct Keys {
    make: [u8; 32],
    show: [u8; 32],
}

/// What is kept of a code: a keyed hash over it, its letter and its conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeDigest(blake3::Hash);

/// Something in the form of a code that a mail shows, as far as the store needs it: its hash under each key.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown(Vec<[u8; 32]>);

impl Codes {
    /// `secrets`: the one in force first, then older ones whose codes are still taken.
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let keys = |secret: &Secret| Keys {
            make: blake3::derive_key(PURPOSE_MAKE, secret.expose()),
            show: blake3::derive_key(PURPOSE_SHOW, secret.expose()),
        };
        Self { keys: secrets.iter().map(keys).collect() }
    }

    /// What is to be kept of the code of a letter that is written now.
    pub fn digest(&self, letter: LetterId, conversation: ConversationId) -> CodeDigest {
        let keys = self.keys.first().expect("there is always the secret of the install");
        keys.digest(letter, conversation)
    }

    /// The code of a letter as it is read, `K7M4-T9X2`: for the octets that leave, and nothing else. `None` when the secret it
    /// was made from is gone.
    pub fn written(&self, letter: LetterId, conversation: ConversationId, kept: CodeDigest) -> Option<String> {
        let keys = self.keys.iter().find(|keys| keys.digest(letter, conversation) == kept)?;
        let marks = keys.code(letter, conversation).map(char::from);
        let (first, second) = marks.split_at(MARKS / 2);
        Some(format!("{}-{}", first.iter().collect::<String>(), second.iter().collect::<String>()))
    }

    /// What a text shows in the form of a code, each once. Nothing when it repeats a letter that asks for one.
    pub(super) fn shown(&self, text: &str) -> Vec<Shown> {
        let mut codes: Vec<[u8; MARKS]> = Vec::new();
        for (_, code) in found(text) {
            if codes.len() < SHOWN_MAX && !codes.contains(&code) {
                codes.push(code);
            }
        }
        // S-11: somebody's desk sends back what it received, and nobody has read it.
        if !codes.is_empty() && repeats_code_words(text) {
            return Vec::new();
        }
        let hashes = |code: &[u8; MARKS]| Shown(self.keys.iter().map(|keys| keys.hash(code)).collect());
        codes.iter().map(hashes).collect()
    }
}

impl Keys {
    /// Two octets of a keyed hash choose each letter and the digit behind it, without preferring any.
    fn code(&self, letter: LetterId, conversation: ConversationId) -> [u8; MARKS] {
        let hash = over(&self.make, letter, conversation);
        let octet = |place: usize| usize::from(hash.as_bytes()[place]);
        std::array::from_fn(|place| match place % 2 {
            0 => LETTERS[octet(place) % LETTERS.len()],
            _ => DIGITS[octet(place) % DIGITS.len()],
        })
    }

    fn hash(&self, code: &[u8; MARKS]) -> [u8; 32] {
        *blake3::keyed_hash(&self.show, code).as_bytes()
    }

    fn digest(&self, letter: LetterId, conversation: ConversationId) -> CodeDigest {
        CodeDigest(over(&self.hash(&self.code(letter, conversation)), letter, conversation))
    }
}

fn over(key: &[u8; 32], letter: LetterId, conversation: ConversationId) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&letter.0.to_be_bytes());
    hasher.update(&conversation.0.to_be_bytes());
    hasher.finalize()
}

impl Shown {
    /// Whether it is the code of that letter in that conversation. Compared in constant time, under every key whichever fits.
    pub fn is_code_of(&self, letter: LetterId, conversation: ConversationId, kept: CodeDigest) -> bool {
        self.0.iter().fold(false, |fits, hash| fits | (over(hash, letter, conversation) == kept.0))
    }
}

/// Whether a text may show a code at all.
pub(super) fn may_show(text: &str) -> bool {
    found(text).next().is_some()
}

/// The text with a star for each letter and digit of whatever has the form of a code, as long as before: nobody but the program
/// that checks it needs to read one.
pub fn without_codes(text: &str) -> Cow<'_, str> {
    let mut places = found(text).map(|(place, _)| place).peekable();
    if places.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let (mut masked, mut end) = (String::with_capacity(text.len()), 0);
    for place in places {
        masked.push_str(&text[end..place.start]);
        masked.extend(text[place.clone()].chars().map(|c| if is_gap(c) { c } else { '*' }));
        end = place.end;
    }
    masked.push_str(&text[end..]);
    Cow::Owned(masked)
}

/// Everything in the form of a code: where it stands, and its letters and digits in capitals.
fn found(text: &str) -> impl Iterator<Item = (Range<usize>, [u8; MARKS])> {
    let mut at = 0;
    let mut behind_a_word = false;
    std::iter::from_fn(move || {
        while let Some(c) = text[at..].chars().next() {
            let code = if behind_a_word { None } else { code_at(&text[at..]) };
            if let Some((len, code)) = code {
                let place = at..at + len;
                (at, behind_a_word) = (place.end, true);
                return Some((place, code));
            }
            (at, behind_a_word) = (at + c.len_utf8(), c.is_alphanumeric());
        }
        None
    })
}

/// The code that a text begins with, whatever its case, with spaces and dashes or without; and how many octets it takes.
fn code_at(text: &str) -> Option<(usize, [u8; MARKS])> {
    let (mut code, mut marks, mut gap, mut end) = ([0; MARKS], 0, 0, 0);
    for (at, c) in text.char_indices() {
        if marks == MARKS {
            return (!c.is_alphanumeric()).then_some((end, code));
        }
        if is_gap(c) && marks > 0 {
            gap += 1;
            if gap > GAP_MAX {
                return None;
            }
            continue;
        }
        let mark = u8::try_from(c).ok()?.to_ascii_uppercase();
        let fits = if marks % 2 == 0 { LETTERS.contains(&mark) } else { DIGITS.contains(&mark) };
        if !fits {
            return None;
        }
        (code[marks], marks, gap, end) = (mark, marks + 1, 0, at + 1);
    }
    (marks == MARKS).then_some((end, code))
}

/// What programs and people put between the halves: spaces, and every dash that a keyboard or a program makes.
fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

impl std::fmt::Debug for Codes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Codes({} keys)", self.keys.len())
    }
}

impl std::fmt::Debug for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shown(…)")
    }
}

impl Serialize for CodeDigest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0.to_hex())
    }
}

impl<'de> Deserialize<'de> for CodeDigest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(from)?;
        blake3::Hash::from_hex(&digits).map(Self).map_err(|_| D::Error::custom("a digest is 64 hexadecimal digits"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: LetterId = LetterId(77);
    const CONVERSATION: ConversationId = ConversationId(1234);

    fn codes(secret: &str) -> Codes {
        Codes::new(&[Secret::new(secret)])
    }

    fn written() -> (Codes, CodeDigest, String) {
        let codes = codes("a secret of the install");
        let digest = codes.digest(LETTER, CONVERSATION);
        let code = codes.written(LETTER, CONVERSATION, digest).unwrap();
        (codes, digest, code)
    }

    #[test]
    fn a_code_is_taken_however_it_is_typed() {
        let (codes, digest, code) = written();
        let (first, second) = code.split_once('-').unwrap();
        let spaced: String = code.chars().flat_map(|c| [c, ' ']).collect();
        for typed in [
            code.clone(),
            code.to_lowercase(),
            format!("{first}{second}"),
            format!("{first} {second}"),
            format!("{first} – {second}"),
            format!("{first}\u{a0}{second}"),
            format!("My code is **{code}**, thank you."),
            format!("Code:{}.", code.to_lowercase()),
            spaced,
        ] {
            let shown = codes.shown(&typed);
            assert_eq!(shown.len(), 1, "{typed}");
            assert!(shown[0].is_code_of(LETTER, CONVERSATION, digest), "{typed}");
        }
        assert_eq!(code.len(), CODE_PLACE.len(), "the place is as long as what stands in it");
    }

    #[test]
    fn no_other_code_letter_or_conversation_fits() {
        let (codes, digest, code) = written();
        for at in 0..code.len() {
            for other in LETTERS.iter().chain(DIGITS).filter(|other| **other != code.as_bytes()[at]) {
                let mut changed = code.clone().into_bytes();
                changed[at] = *other;
                let shown = codes.shown(&String::from_utf8(changed).unwrap());
                assert!(shown.iter().all(|one| !one.is_code_of(LETTER, CONVERSATION, digest)), "octet {at}");
            }
        }
        let shown = codes.shown(&code);
        assert!(!shown[0].is_code_of(LetterId(78), CONVERSATION, digest));
        assert!(!shown[0].is_code_of(LETTER, ConversationId(1235), digest));
    }

    #[test]
    fn letters_get_different_codes_of_one_form() {
        let codes = codes("a secret of the install");
        let mut all = std::collections::BTreeSet::new();
        for letter in (0..500).map(LetterId) {
            let code = codes.written(letter, CONVERSATION, codes.digest(letter, CONVERSATION)).unwrap();
            assert!(may_show(&code), "{code}");
            all.insert(code);
        }
        assert_eq!(all.len(), 500);
    }

    #[test]
    fn an_older_secret_still_reads_and_a_foreign_one_does_not() {
        let (_, digest, code) = written();
        assert_eq!(codes("another").written(LETTER, CONVERSATION, digest), None);
        let rotated = Codes::new(&[Secret::new("another"), Secret::new("a secret of the install")]);
        assert_eq!(rotated.written(LETTER, CONVERSATION, digest), Some(code.clone()));
        assert!(rotated.shown(&code)[0].is_code_of(LETTER, CONVERSATION, digest));
        assert!(!codes("another").shown(&code)[0].is_code_of(LETTER, CONVERSATION, digest));
    }

    #[test]
    fn words_numbers_and_longer_marks_are_no_codes() {
        for text in [
            "My order 12345678 of 2026-11-22, number 4711-0815.",
            "SW1A 2AA, K1A 0B1, D4X1, XK7M4T9X2, K7M4-T9X23, K7M4-\nT9X2",
            "verification customer packages",
            CODE_PLACE,
        ] {
            assert!(!may_show(text), "{text}");
        }
    }

    #[test]
    fn what_is_masked_is_as_long_as_before_and_holds_no_code() {
        let text = "Übrigens: k7m4–t9x2, und K7M4T9X2. Danke!";
        assert_eq!(without_codes(text), "Übrigens: ****–****, und ********. Danke!");
        assert_eq!(without_codes(text).len(), text.len());
        assert!(matches!(without_codes("no code here"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_mail_of_guesses_costs_a_few_hashes() {
        let guesses = codes("s").shown(&"C2D3F4H5 ".repeat(10)).len();
        assert_eq!(guesses, 1, "each once");
        let many: String = LETTERS.iter().map(|letter| format!("{}2D3F4H5 ", *letter as char)).collect();
        assert_eq!(codes("s").shown(&many).len(), SHOWN_MAX);
    }
}
