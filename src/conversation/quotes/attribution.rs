//! The line that says who wrote what follows: `On …, … wrote:` in any language, over several rows when it was wrapped.
//!
//! Words decide where they are known. Where they are not, a date, an address and a colon right above a quote do.

use super::{
    Kind,
    fold::{fold, fold_into},
    heads::{Head, OCTETS_MAX, ends_like_attribution},
    rows::Sheet,
    words::{PRONOUNS, STARTS, VERBS, WEAK_VERBS},
};

/// Rows that one may take.
const ROWS_MAX: usize = 5;

/// The attribution that begins at row `at`, whose folded line is `low`.
pub(super) fn at(sheet: &Sheet<'_>, at: usize, low: &str) -> Head {
    if at >= sheet.len() || !may_end_soon(sheet, at) {
        return Head::None;
    }
    if let Some(from) = shared(sheet, at) {
        return Head::Attribution { rows: 1, from };
    }
    let Some(rows) = rows_of(sheet, at, low) else { return Head::None };
    // Somebody's last line is no part of it, when what is below it is one by itself.
    let from_below = (at + 1..at + rows).any(|below| {
        let low = fold(sheet.line(below));
        may_begin(&low) && rows_of(sheet, below, &low).is_some_and(|count| below + count == at + rows)
    });
    let own_words = from_below && !is_dated(low);
    if own_words { Head::None } else { Head::Attribution { rows, from: 0 } }
}

/// Whether one of the next rows ends as an attribution does: what most rows fail.
fn may_end_soon(sheet: &Sheet<'_>, at: usize) -> bool {
    (at..sheet.len()).take(ROWS_MAX).any(|row| sheet.row(row).introduces() || quote_follows(sheet, row))
}

fn quote_follows(sheet: &Sheet<'_>, row: usize) -> bool {
    sheet.get(row + 1).is_some_and(|next| next.kind == Kind::Quote)
}

/// How many rows it takes.
fn rows_of(sheet: &Sheet<'_>, at: usize, low: &str) -> Option<usize> {
    let mut joined = String::new();
    let mut part = String::new();
    let mut gaps = 0;
    for count in 1..=ROWS_MAX {
        let row = at + count - 1;
        if !sheet.is_new(row) {
            return None;
        }
        if count > 1 && sheet.row(row).gap > 0 {
            gaps += 1;
            // Tolerated: an empty row in one that stops in the middle.
            if gaps > 1 || !(joined.contains('@') || joined.ends_with('<') || joined.starts_with("on ")) {
                return None;
            }
        }
        fold_into(sheet.line(row), &mut part);
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&part);
        if joined.len() > OCTETS_MAX {
            return None;
        }
        if is_attribution(&joined, quote_follows(sheet, row)) {
            return (count == 1 || has_address(&joined) || is_wrapped(sheet, at, row)).then_some(count);
        }
        if count == 1 && !may_begin(low) {
            return None;
        }
    }
    None
}

/// Whether a program may have broken one line at the end of each of these rows: a row that had room for the word below
/// is a line of its own, as those of a log are.
fn is_wrapped(sheet: &Sheet<'_>, first: usize, last: usize) -> bool {
    const CHARS_MIN: usize = 60;
    (first..last).all(|row| {
        let word = sheet.line(row + 1).split_whitespace().next().unwrap_or_default();
        let low = fold(sheet.line(row + 1));
        sheet.line(row).ends_with([',', '<'])
            || sheet.line(row).chars().count() + word.chars().count() >= CHARS_MIN
            || VERBS.begins(&low).is_some()
    })
}

/// Whether more rows are worth reading.
fn may_begin(low: &str) -> bool {
    let body = low.trim_start_matches(['-', '*', '_', ' ']);
    STARTS.begins(body).is_some()
        || body.starts_with(|c: char| c.is_ascii_digit())
        || has_address(low)
        || low.ends_with('<')
        || is_dated(low)
}

fn is_attribution(low: &str, quote_follows: bool) -> bool {
    let body = low.trim_matches(|c: char| matches!(c, '-' | '*' | '_' | ' ' | '~' | '='));
    let dashed = low.starts_with("--") && (low.ends_with("--") || low.ends_with(':'));
    let colon = body.ends_with(':');
    if !(colon || dashed || quote_follows) || body.len() < 4 {
        return false;
    }
    let verb = VERBS.within(body);
    let (address, dated) = (has_address(body), is_dated(body));
    let digits = body.bytes().filter(u8::is_ascii_digit).take(3).count() == 3;
    if dashed && verb.is_some() {
        return true;
    }
    if quote_follows {
        let said = verb.is_some() || WEAK_VERBS.within(body).is_some();
        let verb_ends = verb.as_ref().is_some_and(|verb| body.len() - verb.end <= 1);
        let closes = body.ends_with('>') || body.ends_with(')');
        return match colon {
            // A person's own sentence may end with a colon above what they cite; a name and a verb do not.
            true if verb.is_some() => dated || address || digits || begins(body) || !is_sentence(body),
            true => {
                (said && (dated || address))
                    || (address && dated)
                    || ((address || dated) && begins(body) && !speaks_of_self(body))
            }
            false => (dated || address) && (verb_ends || (address && dated && closes)),
        };
    }
    if !colon || speaks_of_self(body) {
        return false;
    }
    let closes = body.ends_with(">:") || body.ends_with("):") || body.ends_with("> :");
    let starts_dated = body.starts_with(|c: char| c.is_ascii_digit());
    match verb {
        Some(_) => (address && (dated || digits)) || (begins(body) && (dated || address || digits)),
        None => address && has_time(body) && dated && (closes || starts_dated || begins(body)),
    }
}

/// Whether a line by itself looks as if it said who wrote what follows: it ends so, and names a time, an address or what
/// somebody did.
pub(super) fn says_who(line: &str) -> bool {
    if !ends_like_attribution(line) || line.len() > OCTETS_MAX {
        return false;
    }
    let low = fold(line);
    is_dated(&low) || has_address(&low) || VERBS.within(&low).is_some()
}

fn begins(body: &str) -> bool {
    STARTS.begins(body).is_some() || body.starts_with(|c: char| c.is_ascii_digit())
}

fn speaks_of_self(body: &str) -> bool {
    // `me` and `eu` end the names of hosts.
    let words = body.split(' ').map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    words.filter(|word| !word.contains(['@', '.'])).any(|word| PRONOUNS.is(word))
}

/// Longer than a name and a verb.
fn is_sentence(body: &str) -> bool {
    const WORDS_MAX: usize = 7;
    body.split(' ').count() > WORDS_MAX
}

/// Whether an address stands in it.
pub(super) fn has_address(low: &str) -> bool {
    low.match_indices('@').any(|(at, _)| {
        let before = low[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || "._-+".contains(c));
        before && low[at + 1..].starts_with(|c: char| c.is_alphanumeric() || c == '[')
    })
}

/// Whether a date or a time stands in it: three digits at least, with a year, a time, or two parts of a date.
pub(super) fn is_dated(low: &str) -> bool {
    let mut digits = 0;
    let mut dated = false;
    for (number, length, after) in numbers(low) {
        digits += length;
        dated |= (length == 4 && (1300..2700).contains(&number)) || (length <= 2 && after);
    }
    digits >= 3 && dated
}

/// Whether a time of day stands in it.
fn has_time(low: &str) -> bool {
    numbers(low).any(|(number, length, after)| length <= 2 && number < 24 && after)
}

/// The numbers in a line: value, digits, and whether two more digits follow behind one mark: `10:00`, `10h00`, `2.01`.
fn numbers(low: &str) -> impl Iterator<Item = (u32, usize, bool)> {
    let mut rest = low;
    std::iter::from_fn(move || {
        rest = &rest[rest.find(|c: char| c.is_ascii_digit())?..];
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number = rest[..length.min(9)].parse().unwrap_or(0);
        rest = &rest[length..];
        let mut after = rest.chars();
        let mark = after
            .next()
            .is_some_and(|c| matches!(c, ':' | '.' | '/' | '-' | 'h' | '時' | '点' | '點' | '시' | '月' | '월'));
        let two = after.as_str().bytes().take(2).all(|b| b.is_ascii_digit()) && after.as_str().len() >= 2;
        Some((number, length, mark && two))
    })
}

/// Where in a row an attribution begins that shares it with somebody's last words.
fn shared(sheet: &Sheet<'_>, row: usize) -> Option<usize> {
    let text = sheet.raw(row);
    if !quote_follows(sheet, row) || !text.trim_end().ends_with("wrote:") {
        return None;
    }
    let at = text.find("On ").filter(|at| *at > 0 && text[..*at].ends_with([' ', '-']))?;
    let words = text[..at].trim_end().trim_end_matches('-').trim_end();
    (!words.is_empty() && begins(&fold(&text[at..])) && is_attribution(&fold(&text[at..]), true)).then_some(words.len())
}

/// Whether a row that begins with `>` only closes the address of an attribution: `> wrote:`.
pub(super) fn ends_address(text: &str) -> bool {
    if text.starts_with(">>") || !ends_like_attribution(text) || text.len() > 60 {
        return false;
    }
    let low = fold(text.trim_start_matches('>'));
    VERBS.is(low.trim_end_matches([':', ' ']))
}
