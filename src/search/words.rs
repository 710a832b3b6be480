//! Texts as the index counts them: words without case and accents; of scripts that put no spaces between words, each pair of
//! neighbouring characters.

use tantivy::tokenizer::{AsciiFoldingFilter, LowerCaser, TextAnalyzer, Token, TokenStream, Tokenizer};

/// Octets of a word that is kept whole. The rest of a longer one is not searched for.
const WORD_OCTETS_MAX: usize = 64;

/// The name under which the index knows it.
pub(super) const WORDS: &str = "words-1";

/// What takes a text apart.
pub(super) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Words).filter(LowerCaser).filter(AsciiFoldingFilter).build()
}

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As the index has it.
    pub(super) text: String,
    /// Where it stands, in octets.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut analyzer = analyzer();
    let mut stream = analyzer.token_stream(text);
    let mut words = Vec::new();
    while let Some(token) = stream.next() {
        words.push(Word { text: token.text.clone(), from: token.offset_from, to: token.offset_to });
    }
    words
}

/// Whether that character stands in a script without spaces between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c,
        // Thai, Lao, Myanmar, Khmer; kana; CJK; compatibility ideographs; halfwidth kana; the further planes of CJK.
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3ffff}')
}

/// Accents that stand apart from their letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

#[derive(Debug, Clone)]
struct Words;

impl Tokenizer for Words {
    type TokenStream<'a> = Tokens;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Tokens {
        Tokens { tokens: tokens(text).into_iter(), token: Token::default() }
    }
}

struct Tokens {
    tokens: std::vec::IntoIter<Token>,
    token: Token,
}

impl TokenStream for Tokens {
    fn advance(&mut self) -> bool {
        self.tokens.next().map(|next| self.token = next).is_some()
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((from, c)) = chars.next() {
        let mut to = from + c.len_utf8();
        let mut word = String::from(c);
        if is_unspaced(c) {
            // The last of a run stands alone, so that it is found by itself too.
            if let Some((at, next)) = chars.peek().copied().filter(|(_, next)| is_unspaced(*next)) {
                word.push(next);
                to = at + next.len_utf8();
            }
        } else if c.is_alphanumeric() {
            while let Some((at, next)) =
                chars.next_if(|(_, c)| is_mark(*c) || (c.is_alphanumeric() && !is_unspaced(*c)))
            {
                to = at + next.len_utf8();
                if !is_mark(next) && word.len() < WORD_OCTETS_MAX {
                    word.push(next);
                }
            }
        } else {
            continue;
        }
        tokens.push(Token { offset_from: from, offset_to: to, position: tokens.len(), text: word, position_length: 1 });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn case_and_accents_do_not_matter() {
        assert_eq!(of("Ada LÖWE-Straße 7, naïve"), ["ada", "lowe", "strasse", "7", "naive"]);
        assert_eq!(of("Lo\u{308}we"), ["lowe"], "whichever way they are written");
        assert_eq!(of("ＡＢＣ ЗАКАЗ"), ["abc", "заказ"]);
        assert_eq!(of("ada@customer.example"), ["ada", "customer", "example"]);
        assert_eq!(of(" \u{301}!?"), [""; 0]);
    }

    #[test]
    fn where_no_spaces_stand_pairs_are_words() {
        assert_eq!(of("返金して"), ["返金", "金し", "して", "て"]);
        assert_eq!(of("注文A12"), ["注文", "文", "a12"]);
        let text = "x 返金";
        let found = &words(text)[1];
        assert_eq!(&text[found.from..found.to], "返金");
    }

    #[test]
    fn a_word_without_end_is_cut() {
        assert_eq!(of(&"a".repeat(100_000))[0].len(), WORD_OCTETS_MAX);
    }
}
