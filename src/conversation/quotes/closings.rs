//! Closing words and the names below them.

use super::{
    fold::fold,
    words::{CLOSINGS, THANKS},
};

/// What a row of closing words is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// `Best regards`: nothing else.
    Regards,
    /// `Thanks`: closes only above a name.
    Thanks,
    /// `Best regards, Ada`
    Named,
}

/// Octets of a row of closing words.
const OCTETS_MAX: usize = 120;
/// Words of a name.
const NAME_WORDS_MAX: usize = 5;

/// The closing words that a row is made of, and of nothing else but a name.
pub(super) fn read(line: &str) -> Option<Closing> {
    if line.len() > OCTETS_MAX || line.ends_with(['?', ':', '？', '：']) {
        return None;
    }
    let low = fold(line);
    let mut rest = low.trim_start_matches(is_between);
    let mut found = None;
    // `Thanks and best regards`, `Merci d'avance, cordialement`.
    const PARTS_MAX: usize = 3;
    for _ in 0..PARTS_MAX {
        let regards = CLOSINGS.begins(rest);
        let Some(length) = regards.max(THANKS.begins(rest)) else { break };
        let closing = if regards.is_some_and(|end| end == length) { Closing::Regards } else { Closing::Thanks };
        found = if found == Some(Closing::Regards) { found } else { Some(closing) };
        rest = after_joint(&rest[length..]);
    }
    let found = found?;
    if rest.is_empty() {
        return Some(found);
    }
    // What is left is a name, as written.
    let words = rest.split(' ').count();
    let joint = low[..low.len() - rest.len()].trim_end();
    let set_apart = joint.ends_with([',', '.', '!', '-', ';']) || found == Closing::Regards;
    let written: Vec<&str> = line.split_whitespace().rev().take(words).collect();
    let name = written.into_iter().rev().collect::<Vec<_>>().join(" ");
    let few = words <= if found == Closing::Regards { NAME_WORDS_MAX } else { 3 };
    // Without capitals a name looks like any word: `고맙습니다, 잘 됩니다.`
    let caseless = !name.chars().any(|c| c.is_uppercase());
    let doubtful = caseless && (found == Closing::Thanks || line.ends_with(['.', '!', '。', '！']));
    (set_apart && few && !doubtful && is_name(&name) && has_capital(&name)).then_some(Closing::Named)
}

fn is_between(c: char) -> bool {
    !c.is_alphanumeric()
}

/// Passes over what joins two closings.
fn after_joint(rest: &str) -> &str {
    const JOINTS: [&str; 22] = [
        "and ", "& ", "und ", "et ", "y ", "e ", "en ", "och ", "og ", "ja ", "i ", "a ", "és ", "es ", "si ", "и ",
        "та ", "και ", "ve ", "va ", "dan ", "in ",
    ];
    let rest = rest.trim_start_matches(is_between);
    let joined = JOINTS.iter().find_map(|joint| rest.strip_prefix(joint));
    joined.filter(|after| CLOSINGS.begins(after).is_some() || THANKS.begins(after).is_some()).unwrap_or(rest)
}

/// Whether a row may be a name: few words, each with a capital where the script has them.
pub(super) fn is_name(line: &str) -> bool {
    const CHARS_MAX: usize = 60;
    let line = line
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '-' | '–' | '—' | '~' | '.' | ',' | '/'));
    let words: Vec<&str> = line.split_whitespace().collect();
    if line.is_empty() || line.chars().count() > CHARS_MAX || words.len() > NAME_WORDS_MAX {
        return false;
    }
    // A first name alone is often written small.
    let small = words.len() == 1 && line.chars().count() <= 12 && line.chars().all(char::is_alphabetic);
    small || (words.iter().all(|word| is_name_word(word)) && words.iter().any(|word| has_capital(word)))
}

/// A first name and a last name at least.
pub(super) fn is_full_name(line: &str) -> bool {
    line.split_whitespace().count() >= 2
        && is_name(line)
        && line.split_whitespace().filter(|word| has_capital(word)).count() >= 2
}

fn is_name_word(word: &str) -> bool {
    const PARTICLES: [&str; 22] = [
        "von", "van", "de", "der", "den", "da", "di", "du", "del", "della", "dos", "das", "la", "le", "el", "al",
        "bin", "ben", "zu", "ter", "&", "/",
    ];
    PARTICLES.contains(&word)
        || (has_capital(word)
            && word.chars().all(|c| {
                c.is_alphabetic() || is_mark(c) || matches!(c, '.' | '\'' | '’' | '-' | ',' | '(' | ')' | '"')
            }))
}

fn has_capital(word: &str) -> bool {
    word.chars().find(|c| c.is_alphabetic()).is_some_and(|c| !c.is_lowercase())
}

/// Vowel signs, which are no letters.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{97f}' | '\u{e00}'..='\u{e7f}' | '\u{64b}'..='\u{652}' | '\u{200b}'..='\u{200f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_words_are_told_from_sentences() {
        use Closing::{Named, Regards, Thanks};
        for (line, want) in [
            ("Best regards,", Some(Regards)),
            ("Mit freundlichen Grüßen", Some(Regards)),
            ("Thanks and best regards", Some(Regards)),
            ("Merci d'avance, cordialement", Some(Regards)),
            ("Viele Grüße aus Berlin", None),
            ("Best regards, Ada Lovelace", Some(Named)),
            ("LG Ada", Some(Named)),
            ("Thanks, Bob", Some(Named)),
            ("Thanks", Some(Thanks)),
            ("Vielen Dank!", Some(Thanks)),
            ("よろしくお願いいたします。", Some(Regards)),
            ("С уважением, Иван Петров", Some(Named)),
            ("Thanks, that works", None),
            ("Thanks for your help", None),
            ("Best of all is the price", None),
            ("Danke, es geht wieder", None),
            ("", None),
        ] {
            assert_eq!(read(line), want, "{line}");
        }
    }

    #[test]
    fn names_are_told_from_sentences() {
        for (line, want) in [
            ("Ada", true),
            ("ada", true),
            ("Ada Lovelace", true),
            ("Ludwig van Beethoven", true),
            ("John E. Doe, Ph.D.", true),
            ("李雷", true),
            ("Ada wrote it", false),
            ("it works", false),
            ("12 Main Street", false),
            ("", false),
        ] {
            assert_eq!(is_name(line), want, "{line}");
        }
    }
}
