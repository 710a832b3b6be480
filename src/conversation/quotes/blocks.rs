//! Blocks of header fields, as mail programs write them above what they quote or pass on.

use super::{
    Claim,
    fold::fold,
    rows::Sheet,
    words::{Label, label},
};

/// A block of fields.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// Rows it takes.
    pub(super) rows: usize,
    /// What it says.
    pub(super) claim: Claim,
}

/// Rows a block may take.
const ROWS_MAX: usize = 16;
/// Octets of a name of a field with what emphasizes it.
const NAME_OCTETS_MAX: usize = 60;
/// Characters of a value that are kept.
const VALUE_CHARS_MAX: usize = 500;

/// The block that begins at row `at`.
///
/// Two different fields are needed, among them one that only mail has: an address, or a subject. `From: Berlin` over
/// `To: Paris` is a journey.
pub(super) fn block_at(sheet: &Sheet<'_>, at: usize) -> Option<Block> {
    block(sheet, at, field)
}

/// The block below a line that says there is one: names may stand there without a colon, as eM Client writes them.
pub(super) fn block_below(sheet: &Sheet<'_>, at: usize) -> Option<Block> {
    block_at(sheet, at).or_else(|| block(sheet, at, |line| field(line).or_else(|| bare_field(line))))
}

fn block<'t>(sheet: &Sheet<'t>, at: usize, field: fn(&'t str) -> Option<(Label, &'t str)>) -> Option<Block> {
    let kind = sheet.get(at)?.kind;
    let (first, _) = field(sheet.line(at))?;
    if matches!(first, Label::To | Label::Other) || is_below_transit(sheet, at) {
        return None;
    }
    let (mut seen, mut address, mut rows) = (0, false, 0);
    let mut claim = Claim::default();
    let mut last: Option<Label> = None;
    for row in (at..sheet.len()).take(ROWS_MAX) {
        let line = sheet.line(row);
        if sheet.kind(row) != kind {
            break;
        }
        match field(line) {
            Some((label, value)) => {
                seen |= label as u8 | labels_inside(value);
                keep(&mut claim, label, value);
                last = Some(label);
            }
            // A value on a line of its own, or one that goes on over the next line.
            None if row > at && goes_on(sheet, row, kind) => {
                if let Some(label) = last {
                    keep(&mut claim, label, line);
                }
            }
            None => break,
        }
        address |= line.contains('@');
        rows = row - at + 1;
    }
    let several = u8::count_ones(seen) >= 2;
    let of_mail = address || seen & (Label::Subject as u8 | Label::Sent as u8) != 0;
    // A block that begins with its subject is one only when it says who wrote it.
    // One that begins with a date has an address or somebody as well: a payment has a date, a receiver and a subject.
    let from = seen & Label::From as u8 != 0;
    let by_somebody = match first {
        Label::Subject => from && address && u8::count_ones(seen) >= 3,
        Label::Date => from || address,
        _ => true,
    };
    (several && of_mail && by_somebody).then_some(Block { rows, claim })
}

/// Whether the rows right above are those that servers write: somebody shows a header, and quotes nothing.
fn is_below_transit(sheet: &Sheet<'_>, at: usize) -> bool {
    const ROWS_ABOVE_MAX: usize = 12;
    const TRANSIT: [&str; 4] = ["Received: ", "Return-Path: ", "DKIM-Signature: ", "Authentication-Results: "];
    let mut above = (0..=at).rev().take(ROWS_ABOVE_MAX).scan(true, |joined, row| {
        let seen = std::mem::replace(joined, *joined && sheet.row(row).gap == 0);
        seen.then_some(row)
    });
    above.any(|row| TRANSIT.iter().any(|name| sheet.line(row).starts_with(name)))
}

/// Whether a row without a name of its own belongs to the field above: another field follows soon.
fn goes_on(sheet: &Sheet<'_>, row: usize, kind: super::Kind) -> bool {
    const ROWS_AHEAD: usize = 3;
    const OCTETS_MAX: usize = 500;
    let is_part = |at: usize| sheet.row(at).gap == 0 && sheet.kind(at) == kind && sheet.line(at).len() <= OCTETS_MAX;
    let empty_above = sheet.line(row - 1).trim_end_matches(['*', '_', ' ']).ends_with([':', '：']);
    if !empty_above && !is_part(row) {
        return false;
    }
    let next = (row + 1..sheet.len()).take(ROWS_AHEAD).find(|at| field(sheet.line(*at)).is_some());
    next.is_some_and(|next| empty_above || (row + 1..=next).all(is_part))
        || (empty_above && sheet.line(row).len() <= 200)
}

fn keep(claim: &mut Claim, label: Label, value: &str) {
    let place = match label {
        Label::From => &mut claim.from,
        Label::To => &mut claim.to,
        Label::Subject => &mut claim.subject,
        Label::Date | Label::Sent => &mut claim.date,
        Label::Other => return,
    };
    let room = VALUE_CHARS_MAX.saturating_sub(place.chars().count());
    let value = value.trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '\u{200e}' | '\u{200f}'));
    if !place.is_empty() && !value.is_empty() {
        place.push(' ');
    }
    place.extend(value.chars().filter(|c| !c.is_control()).take(room));
}

/// The fields that share the row of the first: `From: a@x.example Date: …`.
fn labels_inside(value: &str) -> u8 {
    const WORDS_MAX: usize = 40;
    let words = value.split_whitespace().take(WORDS_MAX).filter(|word| word.ends_with([':', '：']));
    words.fold(0, |seen, word| seen | field(word).map_or(0, |(label, _)| label as u8))
}

/// The name and value of a field; emphasis, a quote mark, a table's edge or a direction mark may stand before.
pub(super) fn field(line: &str) -> Option<(Label, &str)> {
    // `：` begins with this octet. Most rows have none of them.
    let beginning = &line.as_bytes()[..line.len().min(NAME_OCTETS_MAX * 4)];
    memchr::memchr3(b':', b'\t', 0xEF, beginning)?;
    let colon = line.char_indices().take(NAME_OCTETS_MAX).find(|(_, c)| matches!(c, ':' | '：' | '\t'));
    let (at, found) = colon?;
    let name = &line[..at];
    let decoration = |c: char| {
        c.is_whitespace()
            || matches!(c, '*' | '_' | '|' | '>' | '-' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let bare = name.trim_matches(decoration);
    // Names have three words at most; a sentence has more.
    if bare.is_empty() || bare.split(' ').count() > 4 {
        return None;
    }
    let label = label(&fold(bare))?;
    // Lotus Notes sets its names apart with a tab alone.
    let value = &line[at + found.len_utf8()..];
    let value = value.trim_start_matches(decoration);
    Some((label, value.strip_prefix([':', '：']).unwrap_or(value)))
}

/// A name without a colon.
fn bare_field(line: &str) -> Option<(Label, &str)> {
    const WORDS_MAX: usize = 3;
    let edges = line.match_indices(' ').map(|(at, _)| at).take(WORDS_MAX);
    edges.filter_map(|at| Some((label(&fold(&line[..at]))?, line[at..].trim_start()))).next()
}
