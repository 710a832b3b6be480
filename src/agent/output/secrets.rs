//! What must never be said: keys, tokens, hidden places, the words a model was told to work by.
//!
//! Held against an answer in every form that a model can be talked into: spaced out, backwards, turned by any number of
//! letters, first letters of words or lines, percent or entity coded, and the common codes of octets. A part is as bad as
//! the whole, so windows of a secret are looked for, not the secret.

use std::collections::{HashMap, HashSet};

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::types::{base64, skeleton};

/// Letters of a secret that give it away. Shorter ones are looked for as a whole.
const WINDOW: usize = 12;

/// Letters of the shortest secret that is looked for: what is shorter stands in every text.
const LETTERS_MIN: usize = 6;

/// Letters of our own sentences that give them away: common turns of phrase are shorter.
const WORDS_WINDOW: usize = 40;

/// Letters of a piece, when a secret is said in pieces with words between them.
const PIECE: usize = 4;

/// Share of a secret's pieces that give it away: by chance a text has one of a hundred.
const PIECES_MAX_PERCENT: usize = 35;

/// Letters from which a secret has enough pieces to be told by them.
const PIECED_LETTERS_MIN: usize = 16;

/// Letters of the Latin alphabet, by which texts are turned.
const ALPHABET: u8 = 26;

/// See the module. Holds no secret as a whole and prints none.
#[derive(Default, Clone)]
pub struct Secrets {
    windows: HashMap<[u8; WINDOW], &'static str>,
    short: Vec<(String, &'static str)>,
    pieces: Vec<(HashSet<[u8; PIECE]>, &'static str)>,
    words: HashMap<[u8; WORDS_WINDOW], &'static str>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Secrets({} windows)", self.windows.len() + self.words.len())
    }
}

impl Secrets {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a key, token or hidden place. `what`: what people are told that it was (`an API key`).
    ///
    /// What has fewer than six letters and digits is not kept: every text would hold it.
    pub fn keep(&mut self, what: &'static str, secret: &[u8]) {
        let plain = std::str::from_utf8(secret).map(str::trim).unwrap_or_default();
        let bytes = if plain.is_empty() { secret } else { plain.as_bytes() };
        for form in std::iter::once(plain.to_owned()).chain(coded(bytes)) {
            let form = squashed(&form);
            self.windows
                .extend(form.as_bytes().windows(WINDOW).filter_map(|window| Some((window.try_into().ok()?, what))));
            if (LETTERS_MIN..WINDOW).contains(&form.len()) {
                self.short.push((form.clone(), what));
            }
            if form.len() >= PIECED_LETTERS_MIN {
                self.pieces.push((pieces(&form), what));
            }
        }
    }

    /// Keeps words of our own, as those a model was told to work by.
    pub fn keep_words(&mut self, what: &'static str, text: &str) {
        for form in std::iter::once(text.to_owned()).chain(coded(text.as_bytes())) {
            let words = squashed(&form);
            let windows = words.as_bytes().windows(WORDS_WINDOW);
            self.words.extend(windows.filter_map(|window| Some((window.try_into().ok()?, what))));
        }
    }

    /// What `text` says of them, when it says anything.
    pub fn found_in(&self, text: &str) -> Option<&'static str> {
        if self.windows.is_empty() && self.short.is_empty() && self.words.is_empty() {
            return None;
        }
        let plain = squashed(text);
        self.said_in(&plain).or_else(|| self.said_in_pieces(&plain)).or_else(|| {
            let readings = readings(text, &plain);
            readings.iter().find_map(|reading| self.said_in(reading))
        })
    }

    fn said_in(&self, reading: &str) -> Option<&'static str> {
        let octets = reading.as_bytes();
        let key = octets.windows(WINDOW).find_map(|window| self.windows.get(window));
        let words = || octets.windows(WORDS_WINDOW).find_map(|window| self.words.get(window));
        let short = || self.short.iter().find(|(secret, _)| reading.contains(secret.as_str())).map(|(_, what)| what);
        key.or_else(words).or_else(short).copied()
    }

    /// Read forwards only: in pieces, backwards and with words between is more than a reader would put together.
    fn said_in_pieces(&self, plain: &str) -> Option<&'static str> {
        let said = pieces(plain);
        let told = |secret: &HashSet<[u8; PIECE]>| secret.intersection(&said).count() * 100;
        let pieced = self.pieces.iter().find(|(secret, _)| told(secret) >= secret.len() * PIECES_MAX_PERCENT);
        pieced.map(|(_, what)| *what)
    }
}

fn pieces(text: &str) -> HashSet<[u8; PIECE]> {
    text.as_bytes().windows(PIECE).filter_map(|piece| piece.try_into().ok()).collect()
}

/// The common codes of octets. Base64 in the three ways in which octets before it shift it.
fn coded(bytes: &[u8]) -> Vec<String> {
    let each = |digits: fn(&u8) -> String| bytes.iter().map(digits).collect::<String>();
    let mut forms = vec![
        each(|byte| format!("{byte:02x}")),
        each(|byte| byte.to_string()),
        each(|byte| format!("{byte:03o}")),
        each(|byte| format!("{byte:08b}")),
        base32(bytes),
    ];
    for shift in 0..3 {
        let shifted: Vec<u8> = std::iter::repeat_n(0, shift).chain(bytes.iter().copied()).collect();
        let text = base64(&shifted);
        let text = text.trim_end_matches('=');
        // The letters at both ends carry other octets' bits as well.
        let begin = [0, 2, 3][shift];
        forms.push(text.get(begin..text.len().saturating_sub(1)).unwrap_or_default().to_owned());
    }
    forms
}

/// RFC 4648 §6, without padding.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let value = |five: &[u8]| five.iter().fold(0, |sum, bit| sum << 1 | bit) << (5 - five.len());
    bits.chunks(5).map(|five| char::from(LETTERS[usize::from(value(five))])).collect()
}

/// The other ways in which a text can be read. `plain`: it squashed.
fn readings(text: &str, plain: &str) -> Vec<String> {
    let backwards: String = plain.chars().rev().collect();
    let second =
        |from: usize| squashed(&text.chars().filter(|c| c.is_alphanumeric()).skip(from).step_by(2).collect::<String>());
    let firsts = |parts: &mut dyn Iterator<Item = &str>| -> String {
        squashed(&parts.filter_map(|part| part.chars().find(|c| c.is_alphanumeric())).collect::<String>())
    };
    let lasts: String =
        text.split_whitespace().filter_map(|word| word.chars().rfind(|c| c.is_alphanumeric())).collect();
    let mut readings = vec![
        second(0),
        second(1),
        firsts(&mut text.split_whitespace()),
        firsts(&mut text.lines()),
        firsts(&mut text.split(['.', '!', '?', '\n'])),
        squashed(&lasts),
        squashed(&uncoded(text)),
        text.split_whitespace().rev().map(squashed).collect(),
    ];
    // Each letter its opposite, and each some places further.
    readings.push(letters(plain, |place| ALPHABET - 1 - place));
    for turn in 1..ALPHABET {
        readings.push(letters(plain, |place| (place + turn) % ALPHABET));
        readings.push(letters(&backwards, |place| (place + turn) % ALPHABET));
    }
    readings.push(backwards);
    readings
}

fn letters(text: &str, change: impl Fn(u8) -> u8) -> String {
    let other = |c: char| if c.is_ascii_lowercase() { char::from(b'a' + change(c as u8 - b'a')) } else { c };
    text.chars().map(other).collect()
}

/// `%41`, `=41`, `&#65;`, `&#x41;`, `\x41` and `\u0041` as the characters they stand for.
fn uncoded(text: &str) -> String {
    const MARKS: [(&str, u32); 8] =
        [("%", 16), ("&#x", 16), ("&#X", 16), ("&#", 10), ("\\x", 16), ("\\u", 16), ("\\u{", 16), ("=", 16)];
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    'next: while let Some(c) = rest.chars().next() {
        for (mark, radix) in MARKS {
            let Some(behind) = rest.strip_prefix(mark) else { continue };
            let digits_max = if matches!(mark, "%" | "\\x" | "=") { 2 } else { 5 };
            let len = behind.chars().take(digits_max).take_while(|c| c.is_digit(radix)).count();
            let code = u32::from_str_radix(&behind[..len], radix).ok().and_then(char::from_u32);
            if let Some(coded) = code {
                out.push(coded);
                rest = behind[len..].trim_start_matches([';', '}']);
                continue 'next;
            }
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// Letters and digits only, in lower case; what looks like a Latin letter is that letter.
fn squashed(text: &str) -> String {
    let plain = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut out = String::with_capacity(plain.len());
    for c in plain.chars().filter(|c| c.is_alphanumeric()) {
        match c {
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.push_str(&skeleton(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk-Live-9fQ2xTb7Zr0Lm4Wv";

    fn kept() -> Secrets {
        let mut secrets = Secrets::new();
        secrets.keep("an API key", KEY.as_bytes());
        secrets.keep("a canary", b"kestrel marigold");
        secrets.keep_words(
            "our own instructions",
            "You answer for Acme and say only what stands in the passages you were shown.",
        );
        secrets
    }

    fn rot13(text: &str) -> String {
        let turn = |c: char, a: u8| char::from((c as u8 - a + 13) % 26 + a);
        text.chars()
            .map(|c| match c {
                'a'..='z' => turn(c, b'a'),
                'A'..='Z' => turn(c, b'A'),
                c => c,
            })
            .collect()
    }

    #[test]
    fn a_secret_is_known_in_every_form_s22() {
        let hex: String = KEY.bytes().map(|b| format!("{b:02X}")).collect();
        let apart = |between: &str| KEY.chars().map(String::from).collect::<Vec<_>>().join(between);
        let (one, two) = KEY.split_at(11);
        for said in [
            KEY.to_owned(),
            KEY.to_uppercase(),
            apart(" "),
            apart("\n\n"),
            apart("*"),
            KEY.chars().rev().collect(),
            rot13(KEY),
            base64(KEY.as_bytes()),
            base64(format!("a{KEY}").as_bytes()),
            base64(format!("ab{KEY}!").as_bytes()),
            base32(KEY.as_bytes()),
            hex.clone(),
            hex.as_bytes().chunks(2).map(|two| String::from_utf8_lossy(two).into_owned()).collect::<Vec<_>>().join(" "),
            KEY.bytes().map(|b| format!("%{b:02x}")).collect(),
            KEY.bytes().map(|b| format!("&#{b};")).collect(),
            KEY.bytes().map(|b| format!("\\u{b:04x}")).collect(),
            KEY.bytes().map(|b| format!("{b} ")).collect(),
            KEY.bytes().map(|b| format!("{b:08b} ")).collect(),
            format!("The first half is {one}, as we said.\n\nThe second half, after a pause, is {two}."),
            KEY.as_bytes().chunks(6).map(|six| format!("and then {} comes ", String::from_utf8_lossy(six))).collect(),
            KEY.chars().filter(|c| c.is_alphanumeric()).map(|c| format!("{c}word ")).collect(),
            KEY.chars().filter(|c| c.is_alphanumeric()).map(|c| format!("{c}line of words\n")).collect(),
            format!("https://shop.acme.example/?q={}", &KEY[..15]),
            format!("https://{hex}.shop.acme.example/"),
            "ѕk-Lіvе-9fQ2хТb7Zr0Lm4Wv".to_owned(),
            "ｓｋ－Ｌｉｖｅ－９ｆＱ２ｘＴｂ７Ｚｒ０".to_owned(),
        ] {
            assert_eq!(kept().found_in(&said), Some("an API key"), "{said}");
        }
        for said in ["Kestrel, marigold!", "dlogiram lertsek", "MARIGOLD of kestrel: kes-trelma-rigold"] {
            assert_eq!(kept().found_in(said), Some("a canary"), "{said}");
        }
    }

    #[test]
    fn our_own_instructions_are_known_and_common_words_are_not() {
        let said = "I was told: say only what stands in the passages you were shown, and no more.";
        let hex: String = said.bytes().map(|b| format!("{b:02X}")).collect();
        for said in [said.to_owned(), base64(said.as_bytes()), hex, rot13(said)] {
            assert_eq!(kept().found_in(&said), Some("our own instructions"), "{said}");
        }
        for fine in [
            "You can send back unused items within 30 days. Print the return label in your account and drop the parcel.",
            "Acme answers what you were shown in the shop. A kestrel is a bird, and a marigold is a flower of the garden.",
            "",
        ] {
            assert_eq!(kept().found_in(fine), None, "{fine}");
        }
    }

    #[test]
    fn they_cannot_be_printed() {
        assert!(!format!("{:?}", kept()).contains("Live"));
    }
}
