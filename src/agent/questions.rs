//! What a mail asks: its questions, one by one.

use super::words::{self, Tongue};
use crate::types::head;

/// Questions that are looked at.
pub(super) const QUESTIONS_MAX: usize = 5;

/// Octets of one question.
const QUESTION_OCTETS_MAX: usize = 600;

/// Words of substance without which a question needs the title beside it: `How long does it take?`
const HEAVY_WORDS_MIN: usize = 2;

/// One question, as it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// With the title where it says little alone.
    pub(super) text: String,
    /// Without the title that was added, when it says something all the same: a title such as `Hello` is no help.
    pub(super) alone: Option<String>,
}

/// The questions in `new_text`, with the title where one says too little alone. Without a question mark the whole text is
/// the question. Empty when nothing of substance is asked; `None` when there are more than [`QUESTIONS_MAX`].
pub(super) fn questions(new_text: &str, title: &str) -> Option<Vec<Question>> {
    let title = bare_title(title);
    let text = new_text.trim();
    if text.is_empty() {
        return Some(Vec::new());
    }
    let tongue = Tongue::of(text);
    let mut found: Vec<Question> = Vec::new();
    for sentence in sentences(text).filter(|sentence| sentence.ends_with(['?', '？', '؟'])) {
        let sentence = head(sentence, QUESTION_OCTETS_MAX);
        if terms_that_say_something(sentence, tongue) == 0 && is_courtesy(sentence) {
            continue;
        }
        found.push(with_title(sentence, &title, tongue));
    }
    if found.is_empty() {
        let whole = head(text, QUESTION_OCTETS_MAX);
        if text.len() > whole.len() {
            // A long letter without a question is nothing a quotation answers.
            return Some(Vec::new());
        }
        found.push(with_title(whole, &title, tongue));
    }
    found.retain(|question| terms_that_say_something(&question.text, tongue) > 0);
    found.dedup();
    (found.len() <= QUESTIONS_MAX).then_some(found)
}

fn with_title(question: &str, title: &str, tongue: Tongue) -> Question {
    let substance = terms_that_say_something(question, tongue);
    if substance >= HEAVY_WORDS_MIN || title.is_empty() {
        return Question { text: question.to_owned(), alone: None };
    }
    Question { text: format!("{title}. {question}"), alone: (substance > 0).then(|| question.to_owned()) }
}

fn terms_that_say_something(text: &str, tongue: Tongue) -> usize {
    words::terms(text, tongue).iter().filter(|term| !term.light).count()
}

/// `Can you help me?`, `How are you?`: asks for nothing that the title would explain.
fn is_courtesy(sentence: &str) -> bool {
    const OPENERS: [&str; 12] = [
        "can you help",
        "could you help",
        "please help",
        "how are you",
        "können sie mir helfen",
        "kannst du mir helfen",
        "wie geht es",
        "pouvez-vous m'aider",
        "comment allez-vous",
        "me pueden ayudar",
        "pode ajudar",
        "kunt u mij helpen",
    ];
    let plain = sentence.to_lowercase().replace('’', "'");
    OPENERS.iter().any(|opener| plain.contains(opener))
}

/// Sentences and lines, trimmed, none empty. A dot within a word or number ends nothing.
pub(super) fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len();
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, next)| *next);
            let ends = match c {
                '?' | '？' | '؟' | '!' => next.is_none_or(|next| next.is_whitespace()) || c != '!',
                '.' => next.is_none_or(char::is_whitespace),
                '\n' => next == Some('\n'),
                _ => false,
            };
            if ends {
                end = at + c.len_utf8();
                break;
            }
        }
        let (sentence, after) = rest.split_at(end);
        rest = after;
        Some(sentence.trim_end())
    })
}

/// The subject without `Re:`, `Fwd:` and `[12345]`.
pub(super) fn bare_title(title: &str) -> String {
    const PREFIXES: [&str; 10] = ["re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "vs:", "antw:", "rv:", "tr:"];
    let mut rest = title.trim();
    loop {
        let prefix = PREFIXES
            .iter()
            .find(|prefix| rest.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)));
        if let Some(prefix) = prefix {
            rest = rest[prefix.len()..].trim_start();
        } else if let Some((number, after)) = rest.strip_prefix('[').and_then(|inner| inner.split_once(']'))
            && number.bytes().all(|b| b.is_ascii_digit())
        {
            rest = after.trim_start();
        } else {
            return head(rest, QUESTION_OCTETS_MAX).to_owned();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(new_text: &str, title: &str) -> Vec<String> {
        questions(new_text, title).unwrap().into_iter().map(|question| question.text).collect()
    }

    #[test]
    fn the_question_is_taken_out_of_the_letter() {
        let text = "Hi there,\n\nI ordered a jacket (no. 4711) last week. How long does shipping to Austria take?\n\nThanks,\nAda";
        assert_eq!(texts(text, "My order"), ["How long does shipping to Austria take?"]);
    }

    #[test]
    fn a_question_that_says_little_is_read_with_the_title() {
        let title = "Re: [12345] Shipping to Austria";
        assert_eq!(texts("How long does it take?", title), ["Shipping to Austria. How long does it take?"]);
    }

    #[test]
    fn a_question_that_says_something_can_be_read_without_a_title_that_does_not() {
        let found = questions("Is there parking?", "Q2").unwrap();
        assert_eq!(found, [Question { text: "Q2. Is there parking?".into(), alone: Some("Is there parking?".into()) }]);
    }

    #[test]
    fn each_question_stands_alone_and_courtesy_is_none() {
        let text =
            "How are you? Can you help me? Can I return shoes after a month? And where do I find the invoice for them?";
        assert_eq!(
            texts(text, "Hello"),
            ["Can I return shoes after a month?", "Hello. And where do I find the invoice for them?"]
        );
    }

    #[test]
    fn without_a_question_mark_the_whole_short_text_is_the_question() {
        assert_eq!(texts("shipping to austria", "x"), ["shipping to austria"]);
        assert!(texts(&"I went to the shop. ".repeat(60), "x").is_empty());
    }

    #[test]
    fn nothing_of_substance_is_no_question_and_too_many_are_too_many() {
        assert!(texts("  \n", "Shipping").is_empty());
        assert!(texts("Thanks!", "Hello").is_empty());
        let many: String = (0..6).map(|n| format!("Does shirt model{n} shrink? ")).collect();
        assert!(questions(&many, "").is_none());
    }
}
