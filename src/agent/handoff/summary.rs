//! What people should know of a conversation before they open it: what is asked, what was answered, which numbers are named.
//!
//! Extracted, never written: every word is the customer's or stands in a row of ours.

use super::unanswered_text;
use crate::{
    agent::{
        desk::Case,
        questions::{bare_title, sentences},
        words::Tongue,
    },
    types::{Author, head, one_line},
};

/// Sentences that are quoted, and octets of each.
const SENTENCES_MAX: usize = 3;
const SENTENCE_OCTETS_MAX: usize = 240;

/// Numbers that are named, and octets of each.
const NUMBERS_MAX: usize = 5;
const NUMBER_OCTETS_MAX: usize = 40;

/// Digits from which a number may be that of an order or an invoice.
const DIGITS_MIN: usize = 4;

/// Letters without which a sentence is a greeting.
const SENTENCE_CHARS_MIN: usize = 12;

/// A few lines, for people, in English around the customer's own words.
pub fn summary(case: &Case) -> String {
    let text = unanswered_text(case);
    let mut lines = Vec::new();
    let (mails, tongue) = (case.unanswered().count(), Tongue::guessed(&text).map_or("?", Tongue::code));
    let title = one_line(&bare_title(&case.row.title));
    lines.push(format!(
        "{mails} unanswered, language {tongue}: {}",
        if title.is_empty() { "no subject" } else { &title }
    ));
    lines.extend(asked(&text).iter().map(|sentence| format!("asks: {sentence}")));
    let numbers = numbers(&format!("{title} {text}"));
    if !numbers.is_empty() {
        lines.push(format!("names: {}", numbers.join(", ")));
    }
    lines.extend(answered(case));
    lines.join("\n")
}

/// The questions; without any, the first sentences that say something.
fn asked(text: &str) -> Vec<String> {
    let all: Vec<String> = sentences(text).map(|one| head(&one_line(one), SENTENCE_OCTETS_MAX).to_owned()).collect();
    let questions: Vec<&String> = all.iter().filter(|one| one.ends_with(['?', '？', '؟'])).collect();
    let says = |one: &&String| one.chars().count() >= SENTENCE_CHARS_MIN;
    let chosen = if questions.is_empty() { all.iter().filter(says).collect() } else { questions };
    chosen.into_iter().take(SENTENCES_MAX).cloned().collect()
}

/// Words with a number long enough to be somebody's: of an order, an invoice, a contract. Once each.
fn numbers(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '"')) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let plain = word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '.' | '_'));
        let is_one = word.chars().filter(char::is_ascii_digit).count() >= DIGITS_MIN && word.len() <= NUMBER_OCTETS_MAX;
        if plain && is_one && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found.truncate(NUMBERS_MAX);
    found
}

/// Who answered before, and from which pages the AI did.
fn answered(case: &Case) -> Vec<String> {
    let mut lines = Vec::new();
    let ai: Vec<_> = case.letters.iter().filter(|letter| letter.author == Author::Ai).collect();
    if !ai.is_empty() {
        let mut sources: Vec<&String> = ai.iter().flat_map(|letter| &letter.sources).collect();
        sources.dedup();
        let from = sources.iter().take(SENTENCES_MAX).map(|source| one_line(source)).collect::<Vec<_>>().join("; ");
        let from = if from.is_empty() { String::new() } else { format!(", from {from}") };
        lines.push(format!("answered: {} by the AI{from}", times(ai.len())));
    }
    let people = case.letters.len() - ai.len();
    if people > 0 {
        lines.push(format!("answered: {} by people", times(people)));
    }
    lines
}

fn times(n: usize) -> String {
    if n == 1 { "once".into() } else { format!("{n} times") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::{
        desk::CaseLetter,
        samples::{case, mail},
    };

    #[test]
    fn it_says_what_is_asked_what_was_answered_and_which_numbers_are_named() {
        let mut case = case(
            "Re: [12345] Order AB-20991",
            "Hi team,\n\nmy order AB-20991 (invoice 2026/4711) is late.\n\n\
             Where is it? Can I cancel it?\n\nAda, 2 of us",
        );
        let letter = |author, source: &str| CaseLetter { author, sources: vec![source.into()] };
        case.letters = vec![letter(Author::Ai, "shipping.md: Shipping"), letter(Author::Person("Eve".into()), "")];
        assert_eq!(
            summary(&case),
            "1 unanswered, language en: Order AB-20991\nasks: Where is it?\nasks: Can I cancel it?\n\
             names: AB-20991, 2026/4711\nanswered: once by the AI, from shipping.md: Shipping\nanswered: once by people"
        );
    }

    #[test]
    fn without_a_question_the_first_sentences_stand_for_it_and_a_burst_is_one() {
        let mut case = case("", "Hello. The lamp arrived broken. I am sad.");
        case.mails.push(mail(2, "It was packed in nothing at all."));
        let told = summary(&case);
        assert!(told.starts_with("2 unanswered, language en: no subject\nasks: The lamp arrived broken.\n"), "{told}");
        assert!(told.ends_with("asks: It was packed in nothing at all."), "{told}");
    }

    #[test]
    fn whatever_a_customer_writes_it_stays_short() {
        let case = case(&"t".repeat(5_000), &format!("{}? {}", "x".repeat(50_000), "123456 ".repeat(9_000)));
        assert!(summary(&case).len() < 2_000);
    }
}
