//! Words as the search counts them: the language of a text, its stop words taken out, what remains cut to its stem.
//!
//! A question is stemmed in the language of the page it is held against, so that one word of it is enough to be found.

use std::{collections::BTreeSet, sync::LazyLock};

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, SimpleTokenizer, Stemmer, StopWordFilter,
    TextAnalyzer,
};

use super::light_words::{ENGLISH_STOP, LIGHT};
use crate::types::head;

/// Octets of a word that is still counted as one.
const WORD_OCTETS_MAX: usize = 40;

/// Octets of a text that are looked at to say its language.
const SAMPLE_OCTETS_MAX: usize = 8 * 1024;

/// Digits from which a number is taken for an order or phone number, which no help page names.
const NUMBER_DIGITS_MAX: usize = 4;

/// Letters of a stop word that is told when it is mistyped: shorter ones are near to everything, longer ones there are none.
const MISTYPED_STOP_CHARS_MIN: usize = 4;
const MISTYPED_STOP_CHARS_MAX: usize = 10;

/// A language we can stem. Anything else is read as English, which does little harm to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Tongue {
    #[default]
    English,
    German,
    French,
    Spanish,
    Italian,
    Portuguese,
    Dutch,
    Swedish,
    Danish,
    Norwegian,
    Finnish,
    Hungarian,
    Russian,
}

impl Tongue {
    /// All of them, in the order in which a tie is decided.
    pub const ALL: [Self; 13] = [
        Self::English,
        Self::German,
        Self::French,
        Self::Spanish,
        Self::Italian,
        Self::Portuguese,
        Self::Dutch,
        Self::Swedish,
        Self::Danish,
        Self::Norwegian,
        Self::Finnish,
        Self::Hungarian,
        Self::Russian,
    ];

    /// ISO 639-1.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Italian => "it",
            Self::Portuguese => "pt",
            Self::Dutch => "nl",
            Self::Swedish => "sv",
            Self::Danish => "da",
            Self::Norwegian => "no",
            Self::Finnish => "fi",
            Self::Hungarian => "hu",
            Self::Russian => "ru",
        }
    }

    /// The language with the most stop words in the beginning of `text`; English when there are none.
    pub fn of(text: &str) -> Self {
        Self::guessed(text).unwrap_or_default()
    }

    /// The same; `None` when no word tells.
    pub fn guessed(text: &str) -> Option<Self> {
        let best = Self::counted(text).into_iter().rev().max_by_key(|(words, _)| *words);
        best.filter(|(words, _)| *words > 0).map(|(_, tongue)| tongue)
    }

    /// The same; `None` unless several words tell, and hardly any speak for another language.
    pub fn told(text: &str) -> Option<Self> {
        const WORDS_MIN: usize = 3;
        let mut counted = Self::counted(text);
        counted.sort_by_key(|(words, _)| std::cmp::Reverse(*words));
        let [(best, tongue), (second, _), ..] = counted[..] else { return None };
        (best >= WORDS_MIN && second * 2 <= best).then_some(tongue)
    }

    /// How many stop words of each language stand in the beginning of `text`.
    fn counted(text: &str) -> Vec<(usize, Self)> {
        let sample = head(text, SAMPLE_OCTETS_MAX);
        let all = count(&mut analyzer(None), sample);
        let stopped = |tools: &Tools| all - count(&mut tools.without_stop.clone(), sample);
        Self::ALL.iter().zip(TOOLS.iter()).map(|(tongue, tools)| (stopped(tools), *tongue)).collect()
    }

    fn language(self) -> Language {
        match self {
            Self::English => Language::English,
            Self::German => Language::German,
            Self::French => Language::French,
            Self::Spanish => Language::Spanish,
            Self::Italian => Language::Italian,
            Self::Portuguese => Language::Portuguese,
            Self::Dutch => Language::Dutch,
            Self::Swedish => Language::Swedish,
            Self::Danish => Language::Danish,
            Self::Norwegian => Language::Norwegian,
            Self::Finnish => Language::Finnish,
            Self::Hungarian => Language::Hungarian,
            Self::Russian => Language::Russian,
        }
    }

    fn stop_words(self) -> StopWordFilter {
        let own = || StopWordFilter::remove(ENGLISH_STOP.iter().map(|word| (*word).to_owned()));
        match self {
            Self::English => own(),
            other => StopWordFilter::new(other.language()).unwrap_or_else(own),
        }
    }
}

/// One word of a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Term {
    /// Its stem, lower case, without accents.
    pub stem: String,
    /// As it is written, lower case, without accents.
    pub word: String,
    /// Whether it is a word of asking and of courtesy (`please`, `how long`, `need`), which says little about what is asked.
    pub light: bool,
}

/// The words of `text` that are no stop words of that language, in order, repeated as they are.
pub fn terms(text: &str, tongue: Tongue) -> Vec<Term> {
    let mut analyzer = TOOLS[tongue as usize].stems.clone();
    let mut stream = analyzer.token_stream(text);
    let mut found = Vec::new();
    while stream.advance() {
        let token = stream.token();
        let word = text.get(token.offset_from..token.offset_to).unwrap_or_default().to_lowercase();
        if word.len() >= NUMBER_DIGITS_MAX && word.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let light = is_light(&word);
        found.push(Term { stem: token.text.clone(), word: unaccented(&word), light });
    }
    found
}

/// Whether one mistake lies between this word and a stop word of the language, the first letter being right.
pub(in crate::agent) fn is_stop_word_mistyped(word: &str, tongue: Tongue) -> bool {
    let letters: Vec<char> = word.chars().collect();
    if !(MISTYPED_STOP_CHARS_MIN..=MISTYPED_STOP_CHARS_MAX).contains(&letters.len()) {
        return false;
    }
    let mut near: Vec<String> = Vec::new();
    let mut push =
        |head: &[char], middle: &[char], tail: &[char]| near.push([head, middle, tail].concat().iter().collect());
    for at in 1..letters.len() {
        let (head, tail) = letters.split_at(at);
        push(head, &[], &tail[1..]);
        if tail.len() > 1 {
            push(head, &[tail[1], tail[0]], &tail[2..]);
        }
        for letter in 'a'..='z' {
            push(head, &[letter], &tail[1..]);
            push(head, &[letter], tail);
        }
    }
    count(&mut TOOLS[tongue as usize].without_stop.clone(), &near.join(" ")) < near.len()
}

fn is_light(word: &str) -> bool {
    LIGHT.binary_search(&word).is_ok()
}

/// The words of asking and of courtesy, of all languages, without accents.
pub(in crate::agent) fn light_words() -> &'static BTreeSet<String> {
    static WORDS: LazyLock<BTreeSet<String>> = LazyLock::new(|| LIGHT.iter().map(|word| unaccented(word)).collect());
    &WORDS
}

/// A word without its accents: many who write leave them out.
fn unaccented(word: &str) -> String {
    if word.is_ascii() {
        return word.to_owned();
    }
    let mut analyzer = TextAnalyzer::builder(RawTokenizer::default()).filter(AsciiFoldingFilter).build();
    let mut stream = analyzer.token_stream(word);
    stream.next().map_or_else(|| word.to_owned(), |token| token.text.clone())
}

/// All words of `text` in lower case, nothing taken out.
pub fn plain(text: &str) -> Vec<String> {
    let mut analyzer = analyzer(None);
    let mut stream = analyzer.token_stream(text);
    let mut found = Vec::new();
    while stream.advance() {
        found.push(stream.token().text.clone());
    }
    found
}

/// Control and format characters: what is hidden between letters, or turns their order. Joiners and direction marks, which
/// some scripts need, are none.
pub fn is_unseen(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
        || matches!(c, '\u{ad}' | '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

struct Tools {
    without_stop: TextAnalyzer,
    stems: TextAnalyzer,
}

static TOOLS: LazyLock<Vec<Tools>> = LazyLock::new(|| {
    let tools = |tongue: &Tongue| Tools {
        without_stop: analyzer(Some(tongue.stop_words())),
        stems: TextAnalyzer::builder(SimpleTokenizer::default())
            .filter(RemoveLongFilter::limit(WORD_OCTETS_MAX))
            .filter(LowerCaser)
            .filter(tongue.stop_words())
            .filter(Stemmer::new(tongue.language()))
            .filter(AsciiFoldingFilter)
            .build(),
    };
    Tongue::ALL.iter().map(tools).collect()
});

fn analyzer(stop: Option<StopWordFilter>) -> TextAnalyzer {
    let words = TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser);
    match stop {
        Some(stop) => words.filter(stop).build(),
        None => words.build(),
    }
}

fn count(analyzer: &mut TextAnalyzer, text: &str) -> usize {
    let mut stream = analyzer.token_stream(text);
    let mut count = 0;
    while stream.advance() {
        count += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_of_a_sentence_is_found() {
        for (text, tongue) in [
            ("How long does shipping to Austria take?", Tongue::English),
            ("Wie lange dauert der Versand nach Österreich?", Tongue::German),
            ("Combien de temps prend la livraison en Autriche ?", Tongue::French),
            ("¿Cuánto tarda el envío a Austria?", Tongue::Spanish),
            ("Hoe lang duurt het voordat mijn pakket er is?", Tongue::Dutch),
            ("Сколько времени занимает доставка и что мне делать?", Tongue::Russian),
            ("4711", Tongue::English),
        ] {
            assert_eq!(Tongue::of(text), tongue, "{text}");
        }
    }

    #[test]
    fn what_is_left_of_a_question_is_what_it_is_about() {
        let found = terms("How long does shipping to Austria take?", Tongue::English);
        let heavy: Vec<&str> = found.iter().filter(|term| !term.light).map(|term| term.stem.as_str()).collect();
        assert_eq!(heavy, ["ship", "austria"]);
    }

    #[test]
    fn order_numbers_are_no_words() {
        assert_eq!(terms("order 48151623", Tongue::English).len(), 1);
    }

    #[test]
    fn the_list_of_light_words_is_sorted() {
        assert!(LIGHT.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
