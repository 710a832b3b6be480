//! Rows that a mail program marked one by one: `>`, `> >`, `>|`, `AB>`.

use super::{Kind, attribution, heads, rows::Sheet};
use crate::types::head;

/// Marks what `>` or somebody's initials stand before.
pub(super) fn mark(sheet: &mut Sheet<'_>) {
    let writers = writers(sheet);
    mark_drawn(sheet);
    for at in 0..sheet.len() {
        if sheet.row(at).is_marked() || sheet.row(at).has_angle() && is_quoted(sheet.line(at), &writers) {
            sheet.doubt(SURE);
            sheet.row_mut(at).kind = Kind::Quote;
        }
    }
    doubt_lone(sheet);
}

/// Whether a row in which `>` stands is quoted by it.
fn is_quoted(line: &str, writers: &[&str]) -> bool {
    let start = line.trim_start_matches(is_invisible);
    match initials(start) {
        Some(name) => writers.contains(&name),
        None => start.starts_with('>') && !attribution::ends_address(start) && !heads::is_groupwise(start),
    }
}

/// Marks rows that begin with `| ` or `: ` below a line that says who wrote them. A table's rows end with a bar, too.
fn mark_drawn(sheet: &mut Sheet<'_>) {
    const ROWS_MIN: usize = 2;
    let mut at = 1;
    while at < sheet.len() {
        let drawn = sheet.row(at).begins_drawn();
        let Some(mark) = ["|", ":"].into_iter().find(|mark| drawn && is_drawn(sheet.line(at), mark)) else {
            at += 1;
            continue;
        };
        let end = (at..sheet.len()).find(|row| !is_drawn(sheet.line(*row), mark)).unwrap_or(sheet.len());
        let is_table = (at..end).any(|row| sheet.line(row).len() > 1 && sheet.line(row).ends_with('|'));
        if end - at >= ROWS_MIN && !is_table && attribution::says_who(sheet.line(at - 1)) {
            sheet.doubt(SURE_DRAWN);
            sheet.mark(at..end, Kind::Quote);
        }
        at = end;
    }
}

fn is_drawn(line: &str, mark: &str) -> bool {
    line.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// How sure we are of rows marked with what may be a table's edge.
const SURE_DRAWN: u8 = 85;
/// How sure we are of a row that somebody's program marked.
const SURE: u8 = 96;

/// What an older parting put before `>`: Gmail's mobile writers leave a zero width space.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The initials before `>`, as The Bat! writes them: `AB> `, `Ada>> `.
fn initials(line: &str) -> Option<&str> {
    const CHARS_MAX: usize = 4;
    const CHAR_OCTETS_MAX: usize = 4;
    let beginning = head(line, CHARS_MAX * CHAR_OCTETS_MAX + 1);
    let (name, rest) = line.split_at(memchr::memchr(b'>', beginning.as_bytes())?);
    let few = !name.is_empty() && name.chars().count() <= CHARS_MAX && name.chars().all(char::is_alphabetic);
    let rest = rest.trim_start_matches('>');
    let deeper = rest.strip_prefix(name).is_some_and(|rest| rest.starts_with('>'));
    let ended = rest.is_empty() || rest.starts_with(' ') || deeper;
    (few && name.starts_with(char::is_uppercase) && ended).then_some(name)
}

/// The initials that quote: those of two rows together, or below an attribution. One row alone may be a prompt.
fn writers<'t>(sheet: &Sheet<'t>) -> Vec<&'t str> {
    const WRITERS_MAX: usize = 8;
    let mut writers: Vec<&str> = Vec::new();
    let mut above = None;
    for at in 0..sheet.len() {
        let angle = sheet.row(at).has_angle();
        let name = if angle { initials(sheet.line(at).trim_start_matches(is_invisible)) } else { None };
        if let Some(name) = name
            && writers.len() < WRITERS_MAX
            && !writers.contains(&name)
            && (above == Some(name) || (at > 0 && heads::ends_like_attribution(sheet.line(at - 1))))
        {
            writers.push(name);
        }
        above = name;
    }
    writers
}

/// A single `>` line in the middle of a paragraph is no quote: `>>> now cheaper <<<`.
fn doubt_lone(sheet: &mut Sheet<'_>) {
    for at in 1..sheet.len().saturating_sub(1) {
        let alone = sheet.kind(at) == Kind::Quote && sheet.is_new(at - 1) && sheet.is_new(at + 1);
        let beside = |at: usize| !attribution::says_who(sheet.line(at));
        if alone && beside(at - 1) && beside(at + 1) && sheet.line(at).contains("<<") {
            sheet.row_mut(at).kind = Kind::New;
        }
    }
}

/// Rows that a mail program broke off a quoted row: between two quoted rows, no empty row around, a link or a remnant.
pub(super) fn join_broken(sheet: &mut Sheet<'_>) {
    const ROWS_MAX: usize = 2;
    let mut last_quoted: Option<usize> = None;
    for at in 0..sheet.len() {
        if sheet.kind(at) != Kind::Quote {
            continue;
        }
        if let Some(before) = last_quoted.replace(at) {
            let mut between = before + 1..at;
            let gapless = (before + 1..=at).all(|at| sheet.row(at).gap == 0);
            if (1..=ROWS_MAX).contains(&between.len()) && gapless && between.all(|at| is_remnant(sheet.line(at))) {
                sheet.mark(before + 1..at, Kind::Quote);
            }
        }
    }
}

fn is_remnant(text: &str) -> bool {
    text.starts_with("(http")
        || text.starts_with("http")
        || text.starts_with("<http")
        || text.starts_with('_')
        || text.ends_with(" >")
}
