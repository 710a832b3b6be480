//! What stands before a quote: a separator, a block of header fields, the line that says who wrote it.

use super::{
    attribution,
    blocks::{block_at, block_below, field},
    fold::{fold, fold_into},
    rows::Sheet,
    words::{FORWARDS, MARKERS, SEPARATORS},
};

/// What begins at a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Head {
    None,
    /// A mail passed on.
    Forward,
    /// `-----Original Message-----` or a block of fields: all that follows is old.
    Original {
        rows: usize,
    },
    /// A line of a ticket system: it and all that follows is old.
    Marker,
    /// `On …, … wrote:` over so many rows; `from` is where in the first row it begins.
    Attribution {
        rows: usize,
        from: usize,
    },
}

/// Octets of a line that may introduce something: longer is somebody's own sentence.
pub(super) const OCTETS_MAX: usize = 400;

/// Says what begins at row `at`. `low` is a buffer for the folded line.
pub(super) fn at(sheet: &Sheet<'_>, at: usize, low: &mut String) -> Head {
    let line = sheet.line(at);
    if line.len() > OCTETS_MAX {
        return Head::None;
    }
    fold_into(line, low);
    if is_forward(low) || (is_forward_unmarked(low) && (at + 1..at + 4).any(|below| block_at(sheet, below).is_some())) {
        return Head::Forward;
    }
    if is_groupwise(line) {
        let named = sheet.get(at + 1).is_some() && is_message_name(sheet.line(at + 1));
        return Head::Original { rows: 1 + usize::from(named) };
    }
    if is_separator(low) {
        // What the separator stands over belongs to it: fields, or a line that says who wrote it.
        if let Some(block) = block_below(sheet, at + 1) {
            return Head::Original { rows: 1 + block.rows };
        }
        let below = sheet.get(at + 1).map(|_| fold(sheet.line(at + 1))).unwrap_or_default();
        let rows = match attribution::at(sheet, at + 1, &below) {
            Head::Attribution { rows, from: 0 } => rows,
            _ => 0,
        };
        return Head::Original { rows: 1 + rows };
    }
    if is_marker(low) {
        return Head::Marker;
    }
    if let Some(block) = block_at(sheet, at) {
        return Head::Original { rows: block.rows };
    }
    attribution::at(sheet, at, low)
}

/// Where the quote really begins: rules right above belong to it.
pub(super) fn with_rule_above(sheet: &Sheet<'_>, at: usize) -> usize {
    let above =
        (at.saturating_sub(2)..at).rev().take_while(|above| sheet.is_new(*above) && is_rule(sheet.line(*above)));
    above.last().unwrap_or(at)
}

/// Whether a line is only drawn.
pub(super) fn is_rule(text: &str) -> bool {
    text.len() >= 5 && text.chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '—' | '–' | '─' | '━' | '~' | '#'))
}

fn is_edge(c: char) -> bool {
    matches!(c, '-' | '_' | '*' | '=' | ' ' | '>' | '<' | '#' | '~' | '|' | ':')
}

/// `>>> Ada Lovelace <ada@x.example> 1/2/2024 10:00 AM >>>`
pub(super) fn is_groupwise(line: &str) -> bool {
    line.starts_with(">>>") && line.len() <= OCTETS_MAX && {
        let closed = line.len() > 6 && line.ends_with(">>>");
        let names_message = || attribution::has_address(line) && attribution::says_who(&format!("{line}:"));
        (closed || ends_like_attribution(line) || names_message()) && attribution::is_dated(line)
    }
}

/// `<5FD36A4E@mail.x.example>:`, as newer versions end that line.
fn is_message_name(line: &str) -> bool {
    line.starts_with('<') && line.ends_with(">:") && line.contains('@')
}

/// Dashed, or with a colon at its end, as Apple writes it.
pub(super) fn is_forward(low: &str) -> bool {
    let marked = low.starts_with("--") || low.starts_with("==") || low.starts_with("__") || low.ends_with(':');
    let words = if marked { low.trim_matches(is_edge) } else { "" };
    if words.is_empty() {
        return false;
    }
    // `Forwarded by Ada Lovelace on 2 January`: the stem is followed by a name.
    FORWARDS.begins(words).is_some_and(|end| end == words.len() || (low.starts_with("--") && words.len() < 120))
}

/// The words without dashes, which say so only above a block of fields.
fn is_forward_unmarked(low: &str) -> bool {
    FORWARDS.is(low.trim_matches(is_edge))
}

/// `-----Original Message-----` and its translations. RFC 3676 knows nothing of it; Outlook does.
fn is_separator(low: &str) -> bool {
    if !low.starts_with(['-', '_', '*', '=', '#']) {
        return false;
    }
    let words = low.trim_matches(is_edge);
    let dashes = low.len() - low.trim_start_matches(['-', '_', '*', '=', '#', ' ']).len();
    // A page that lost its lines has the fields behind the dashes.
    SEPARATORS.begins(words).is_some_and(|end| {
        end == words.len() || (dashes >= 3 && (low.ends_with("--") || words[end..].trim_start().starts_with("---")))
    })
}

/// `##- Please type your reply above this line -##`, with or without what marks it.
fn is_marker(low: &str) -> bool {
    const OCTETS_MAX: usize = 200;
    const BARE_OCTETS_MAX: usize = 90;
    let edge = |c: char| matches!(c, '#' | '-' | '=' | '*' | '_' | '~' | '+' | '<' | '>' | '[' | '.');
    let marked = low.starts_with(edge) || low.ends_with(edge);
    low.len() <= if marked { OCTETS_MAX } else { BARE_OCTETS_MAX } && MARKERS.within(low).is_some()
}

/// Whether a quote may stand below a row: it ends as attributions do, or is the last of a block of fields.
pub(super) fn introduces(text: &str) -> bool {
    ends_like_attribution(text) || text.trim_end().ends_with("--") || field(text).is_some()
}

/// Whether a row ends as attributions do.
pub(super) fn ends_like_attribution(text: &str) -> bool {
    // Most rows end in a letter or a mark that is neither a colon nor what may stand behind one.
    if text.as_bytes().last().is_some_and(|last| last.is_ascii_graphic() && !matches!(last, b':' | b'*' | b'_')) {
        return false;
    }
    text.trim_end_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '*' | '_')
    })
    .ends_with([':', '：'])
}
