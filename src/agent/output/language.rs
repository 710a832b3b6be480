//! Whether an answer is in the customer's language, as far as both can be told.

use crate::agent::words::Tongue;

/// Letters of a text from which its script says something.
const LETTERS_MIN: usize = 12;

/// Share of a text's letters that are of its script.
const SCRIPT_MIN_PERCENT: usize = 60;

/// Whether nothing says that the two are in different languages. What is too short to tell is in any.
pub(in crate::agent) fn may_be_same(answer: &str, customer: &str) -> bool {
    let scripts = (script(answer), script(customer));
    if let (Some(one), Some(other)) = scripts
        && one != other
    {
        return false;
    }
    match (Tongue::told(answer), Tongue::told(customer)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// Families of letters that no language shares.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Letters {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    India,
    Thai,
    East,
}

fn letters(c: char) -> Option<Letters> {
    Some(match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Letters::Latin,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => Letters::Greek,
        '\u{400}'..='\u{52f}' => Letters::Cyrillic,
        '\u{590}'..='\u{5ff}' => Letters::Hebrew,
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' => Letters::Arabic,
        '\u{900}'..='\u{d7f}' => Letters::India,
        '\u{e00}'..='\u{e7f}' => Letters::Thai,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' => Letters::East,
        _ => return None,
    })
}

fn script(text: &str) -> Option<Letters> {
    let all: Vec<Letters> = text.chars().filter_map(letters).collect();
    // One sign of the East says as much as several letters.
    let weight = |which: Letters| if which == Letters::East { 3 } else { 1 };
    let total: usize = all.iter().map(|which| weight(*which)).sum();
    let of = |one: Letters| all.iter().filter(|which| **which == one).map(|which| weight(*which)).sum::<usize>();
    all.iter().copied().find(|one| total >= LETTERS_MIN && of(*one) * 100 >= total * SCRIPT_MIN_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_another_language_is_told_and_what_nothing_tells_passes() {
        let english = "You can send back your order within 30 days, and the refund is with you after that.";
        let german =
            "Wie lange dauert der Versand nach Österreich, und was kostet er, wenn ich die Ware nicht behalte?";
        for (answer, customer, same) in [
            (english, german, false),
            (english, "How can I send it back to you, and when do I get the money?", true),
            (english, "4711", true),
            (english, "Rückgabe?", true),
            ("Austria: 2 to 3 working days.", german, true),
            (english, "注文した商品を返品したいのですが、どうすればいいですか", false),
            (english, "Πώς μπορώ να επιστρέψω την παραγγελία μου;", false),
            (english, "كيف يمكنني إرجاع طلبي؟", false),
            ("注文から30日以内に返品できます。", "注文した商品を返品したいのですが", true),
            ("", german, true),
        ] {
            assert_eq!(may_be_same(answer, customer), same, "{answer} / {customer}");
        }
    }
}
