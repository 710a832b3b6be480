//! What stands before a quote: the line that says who wrote it, a block of header fields, a separator.

use super::{
    Mark, Row,
    words::{FORWARDS, LABELS, Label, SEPARATORS, STARTS, VERBS},
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
    /// `On …, … wrote:` over so many rows; `from` is where in the first row it begins.
    Attribution {
        rows: usize,
        from: usize,
    },
}

/// Rows that one attribution may take.
const ATTRIBUTION_ROWS_MAX: usize = 5;
/// Octets of one: longer is somebody's own sentence.
const ATTRIBUTION_OCTETS_MAX: usize = 400;

/// Says what begins at `rows[at]`.
pub(super) fn at(rows: &[Row<'_>], at: usize) -> Head {
    let line = rows[at].text.trim();
    if line.len() > ATTRIBUTION_OCTETS_MAX {
        return Head::None;
    }
    let low = line.to_lowercase();
    if is_forward(&low) {
        return Head::Forward;
    }
    if is_separator(&low) {
        return Head::Original { rows: 1 };
    }
    if let Some(count) = field_block(rows, at) {
        return Head::Original { rows: count };
    }
    attribution(rows, at, &low)
}

/// Where the quote really begins: rules, dashes and empty rows right above belong to it.
pub(super) fn with_rule_above(rows: &[Row<'_>], at: usize) -> usize {
    let mut from = at;
    for above in (at.saturating_sub(3)..at).rev() {
        let text = rows[above].text.trim();
        if text.is_empty() || is_rule(text) {
            from = above;
        } else {
            break;
        }
    }
    from
}

fn is_rule(text: &str) -> bool {
    text.len() >= 5 && text.chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '—' | '–'))
}

fn is_forward(low: &str) -> bool {
    let words = low.trim_matches(|c: char| c == '-' || c.is_whitespace() || c == ':');
    let dashed = low.starts_with("---") || low.ends_with(':');
    dashed && FORWARDS.contains(&words)
}

/// `-----Original Message-----` and its translations. RFC 3676 knows nothing of it; Outlook does.
fn is_separator(low: &str) -> bool {
    let words = low.trim_matches(|c: char| matches!(c, '-' | '_' | '*' | '=' | ' ' | '>'));
    if words.len() == low.len() || !low.starts_with(['-', '_', '*', '=']) {
        return false;
    }
    SEPARATORS.contains(&words)
}

/// How many rows a block of header fields takes that begins at `at`.
///
/// Two different fields are needed, among them one that only mail has: an address, or a subject. `From: Berlin` over
/// `To: Paris` is a journey.
pub(super) fn field_block(rows: &[Row<'_>], at: usize) -> Option<usize> {
    const ROWS_MAX: usize = 10;
    let first = label(&rows[at].text)?;
    if matches!(first, Label::To | Label::Subject | Label::Other) {
        return None;
    }
    let (mut seen, mut address, mut count) = (labels_inside(&rows[at].text), false, 0);
    for row in rows[at..].iter().take(ROWS_MAX) {
        if row.mark != Mark::New {
            break;
        }
        if row.is_blank() {
            // Some writers put every field into a paragraph of its own.
            count += 1;
            continue;
        }
        match label(&row.text) {
            Some(label) => seen |= label as u8,
            None if count == 1 => {} // the first field goes on
            None => break,
        }
        address |= row.text.contains('@');
        count += 1;
    }
    let several = u8::count_ones(seen) >= 2;
    let of_mail = address || seen & (Label::Subject as u8 | Label::Sent as u8) != 0;
    (several && of_mail).then_some(count)
}

/// The fields that share the row of the first: `From: a@x.example Date: …`.
fn labels_inside(text: &str) -> u8 {
    let mut seen = 0;
    for word in text.split_whitespace().skip(2).filter(|w| w.ends_with([':', '：'])) {
        seen |= label(word).map_or(0, |label| label as u8);
    }
    seen
}

fn label(text: &str) -> Option<Label> {
    let text =
        text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_' | '|' | '\u{feff}' | '\u{200e}'));
    let (name, _) = text.split_once([':', '：'])?;
    if name.len() > 30 {
        return None;
    }
    let name = name.trim_end_matches(|c: char| c.is_whitespace() || c == '*').to_lowercase();
    LABELS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(label, _)| *label)
}

/// Whether a row that begins with `>` only closes the address of an attribution: `> wrote:`.
pub(super) fn ends_address(text: &str) -> bool {
    let rest = text.trim_start_matches('>').trim().trim_end_matches([':', '：']).to_lowercase();
    text.trim_end().ends_with([':', '：']) && !text.starts_with(">>") && VERBS.contains(&rest.as_str())
}

/// Whether a row ends as attributions do.
pub(super) fn ends_like_attribution(text: &str) -> bool {
    text.trim_end().ends_with([':', '：'])
}

fn attribution(rows: &[Row<'_>], at: usize, low: &str) -> Head {
    let mut joined = String::new();
    let mut blanks = 0;
    for count in 1..=ATTRIBUTION_ROWS_MAX {
        let Some(row) = rows.get(at + count - 1).filter(|r| r.mark == Mark::New) else { break };
        if row.is_blank() {
            blanks += 1;
            // Tolerated: an empty row in an attribution that stops in the middle of an address.
            if blanks > 1 || !(joined.contains('@') || joined.starts_with("on ")) {
                break;
            }
            continue;
        }
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(&row.text.trim().to_lowercase());
        if joined.len() > ATTRIBUTION_OCTETS_MAX {
            break;
        }
        let quote_follows =
            rows[at + count..].iter().find(|r| !r.is_blank()).is_some_and(|next| next.mark == Mark::Quoted);
        if count == 1
            && let Some(from) = shared(&row.text, quote_follows)
        {
            return Head::Attribution { rows: 1, from };
        }
        if is_attribution(&joined, quote_follows) {
            return Head::Attribution { rows: count, from: 0 };
        }
        if count == 1 && !may_begin(low) {
            break;
        }
    }
    Head::None
}

/// Whether more rows are worth reading.
fn may_begin(low: &str) -> bool {
    STARTS.iter().any(|s| low.starts_with(s))
        || low.starts_with(|c: char| c.is_ascii_digit())
        || low.contains('@')
        || low.ends_with('<')
}

fn is_attribution(low: &str, quote_follows: bool) -> bool {
    let digits = low.bytes().filter(u8::is_ascii_digit).take(4).count();
    let address = low.contains('@');
    let body = low.trim_matches(|c: char| matches!(c, '-' | '*' | '_' | ' '));
    let dashed = low.starts_with("---");
    let colon = body.ends_with([':', '：']);
    if !(colon || dashed || quote_follows) {
        return false;
    }
    // Without a colon it is a sentence, unless dashes or the quote itself say otherwise.
    if says_wrote(body) && (colon || dashed || (quote_follows && ends_with_verb(body))) {
        let begins = STARTS.iter().any(|s| body.starts_with(s)) || body.starts_with(|c: char| c.is_ascii_digit());
        // `On 5 May 2024 you sent:` introduces a list as well as a quote.
        let only_sent = contains_word(body, "sent") && !contains_word(body, "wrote") && !quote_follows;
        let dated = begins && digits >= 3 && !only_sent;
        if dashed || dated || (begins && address) || (colon && (address || quote_follows)) {
            return true;
        }
    }
    if address
        && body.starts_with(|c: char| c.is_ascii_digit())
        && digits == 4
        && (body.ends_with(">:") || (quote_follows && body.ends_with('>')))
    {
        return true;
    }
    // Any language: right above a quote, with a date or an address, and a colon at the end.
    quote_follows && colon && (address || digits == 4)
}

fn says_wrote(low: &str) -> bool {
    VERBS.iter().any(|verb| contains_word(low, verb))
}

fn ends_with_verb(low: &str) -> bool {
    VERBS.iter().any(|verb| low.ends_with(verb))
}

/// Whether the word stands there, with no letter right before or after it. Scripts without spaces have no such edges.
fn contains_word(text: &str, word: &str) -> bool {
    let edge = |c: Option<char>| !word.is_ascii() || c.is_none_or(|c| !c.is_alphabetic() || c == '>');
    text.match_indices(word)
        .any(|(at, found)| edge(text[..at].chars().next_back()) && edge(text[at + found.len()..].chars().next()))
}

/// Where in a row an attribution begins that shares it with somebody's last words.
fn shared(text: &str, quote_follows: bool) -> Option<usize> {
    if !quote_follows || !text.trim_end().ends_with("wrote:") {
        return None;
    }
    let at = text.find("On ").filter(|at| *at > 0)?;
    let clean = text[..at].ends_with([' ', '-']);
    (clean && is_attribution(&text[at..].trim().to_lowercase(), true)).then_some(at)
}
