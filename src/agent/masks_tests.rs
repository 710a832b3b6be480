//! What is masked and what is not, over numbers that are made, and how long the longest texts take.

use std::time::Instant;

use super::*;
use crate::types::Chance;

fn masked(text: &str) -> String {
    mask(text, &Masks::default()).text
}

fn with(name: &str, pattern: &str) -> Masks {
    let text = format!("[[mask]]\nname = \"{name}\"\npattern = '{pattern}'\n");
    Masks::new(&crate::config::parse(&text, std::path::Path::new("")).unwrap().masks)
}

#[test]
fn cards_are_masked_however_they_are_written() {
    for (written, last) in [
        ("4242424242424242", "4242"),
        ("4242 4242 4242 4242", "4242"),
        ("5555-5555-5555-4444", "4444"),
        ("3782 822463 10005", "0005"),
        ("4242\u{a0}4242\u{a0}4242\u{a0}4242", "4242"),
        ("4242 4242\n4242 4242", "4242"),
        ("4242\u{200b}4242\u{200b}4242\u{200b}4242", "4242"),
        ("４２４２４２４２４２４２４２４２", "4242"),
        ("٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢", "4242"),
    ] {
        let text = format!("My card is {written}, please refund 12,50.");
        assert_eq!(
            masked(&text),
            format!("My card is [card number ending in {last}], please refund 12,50."),
            "{written}"
        );
    }
}

#[test]
fn a_card_is_found_behind_other_numbers() {
    assert_eq!(masked("order 12345 4242 4242 4242 4242 of 2026"), "order 12345 [card number ending in 4242] of 2026");
    assert_eq!(masked("4242424242424242/4242424242424242").matches("[card").count(), 2);
}

#[test]
fn accounts_are_masked_however_they_are_written() {
    for (written, last) in [
        ("DE89370400440532013000", "3000"),
        ("DE89 3704 0044 0532 0130 00", "3000"),
        ("de89 3704 0044 0532 0130 00", "3000"),
        ("GB82 WEST 1234 5698 7654 32", "5432"),
        ("FR14 2004 1010 0505 0001 3M02 606", "2606"),
        ("NO93 8601 1117 947", "7947"),
        ("CH93-0076-2011-6238-5295-7", "2957"),
    ] {
        let text = format!("Bitte auf {written} bitte überweisen");
        assert_eq!(masked(&text), format!("Bitte auf [IBAN ending in {last}] bitte überweisen"), "{written}");
    }
}

#[test]
fn what_only_looks_like_one_stays() {
    for text in [
        "4242424242424241",
        "+43 660 1234567 and +49 30 901820",
        "order 2026-11-23 10:20:30, total 1.234,50",
        "9999999999999995",
        "DE88370400440532013000",
        "DE89 3704 0044 0532 0130",
        "tracking 00340434292135100186",
        "ABCD4242424242424242",
        "",
    ] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn patterns_find_whole_words_only() {
    let masks = with("customer number", "K-######");
    assert_eq!(mask("I am k-123456.", &masks).text, "I am [customer number].");
    for text in ["SK-123456", "K-1234567", "K-12345", "K-12345x"] {
        assert_eq!(mask(text, &masks).text, text);
    }
    let masks = with("login", "@+\\@intern");
    assert_eq!(
        mask("ask ada@intern or eva@INTERN", &masks),
        Masked { text: "ask [login] or [login]".into(), found: 2 }
    );
}

#[test]
fn what_overlaps_leaves_nothing_behind() {
    let masks = with("reference", "####-*+");
    let text = mask("4242 4242 4242 4242-X77 thanks", &masks).text;
    assert!(!text.contains("X77") && !text.contains("4242 4242") && text.ends_with(" thanks"), "{text}");
}

#[test]
fn all_texts_of_a_request_are_masked() {
    let mut request = serde_json::json!({
        "model": "small",
        "messages": [{"role": "user", "content": "card 4242 4242 4242 4242"}, {"role": "tool", "content": "DE89370400440532013000"}],
        "max_tokens": 1024,
    });
    assert_eq!(mask_strings(&mut request, &Masks::default()), 2);
    let text = request.to_string();
    assert!(text.contains("[card number ending in 4242]") && text.contains("[IBAN ending in 3000]"), "{text}");
    assert!(!text.contains("4242 4242") && !text.contains("DE89"), "{text}");
}

/// Every number with a right check digit is found, and none of its digits but the last four is left.
#[test]
fn ten_thousand_cards_leave_four_digits() {
    let mut chance = Chance::new(6);
    for _ in 0..10_000 {
        let length = 13 + chance.below(7) as usize;
        let mut digits = vec![2 + chance.below(5) as u32];
        digits.extend((2..length).map(|_| chance.below(10) as u32));
        let check = (0..10).find(|check| luhn(&[digits.as_slice(), &[*check]].concat())).unwrap();
        digits.push(check);
        let (mut written, separator) = (String::new(), chance.of(&["", " ", "-", "\u{a0}", "  "]));
        for (place, digit) in digits.iter().enumerate() {
            written += if place > 0 && place % 4 == 0 { separator } else { "" };
            written += &digit.to_string();
        }
        let text = masked(&format!("a {written} b"));
        let left = text.chars().filter(char::is_ascii_digit).count();
        assert!(left == 4 && text.starts_with("a [card number"), "{written}: {text}");
    }
}

/// Twice the text takes about twice the time, also where everything nearly matches.
#[test]
fn no_text_makes_it_slow() {
    let masks = with("x", "*+-*+-*+-*+!");
    for piece in ["4", "4 ", "4242 4242 4242 4241 ", "DE", "DE89 3704 ", "a-", "a-a", "-", "K-1"] {
        let text: String = piece.repeat(50_000 / piece.len());
        let begun = Instant::now();
        mask(&text, &masks);
        let millis = begun.elapsed().as_millis();
        // A square of it would be billions of steps; generous, for machines that do other things too.
        assert!(millis < 20_000, "{piece:?} took {millis} ms");
    }
}
