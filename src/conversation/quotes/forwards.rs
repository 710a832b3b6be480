//! Mail passed on by hand: where it begins and whose it claims to be.

use super::{
    Claim, Kind,
    blocks::{block_at, block_below},
    fold::fold,
    heads,
    rows::Sheet,
    words::FORWARD_SUBJECTS,
};
use crate::types::head;

/// Marks what a forward passes on where only the subject says that it is one, and says whose mail it claims to be.
///
/// Outlook writes the same block above what it answers and what it passes on.
pub(super) fn mark(sheet: &mut Sheet<'_>, subject: &str) -> Option<Claim> {
    let from = match (0..sheet.len()).find(|at| sheet.kind(*at) == Kind::Forwarded) {
        Some(from) => from,
        None => {
            let from = is_forward(subject).then(|| first_block(sheet)).flatten()?;
            sheet.doubt(SURE_BY_SUBJECT);
            sheet.mark(from..sheet.len(), Kind::Forwarded);
            from
        }
    };
    (from..sheet.len()).take(ROWS_ABOVE_MAX).find_map(|at| block_below(sheet, at)).map(|block| block.claim)
}

/// Passes over the hidden rows from `at`. Apple quotes what it passes on: those rows are what the sender wants read.
pub(super) fn mark_quoted(sheet: &mut Sheet<'_>, at: usize) -> usize {
    let end = (at..sheet.len()).find(|row| sheet.is_new(*row)).unwrap_or(sheet.len());
    let line = sheet
        .line(at)
        .trim_start_matches(|c: char| c.is_whitespace() || c == '>' || !c.is_ascii() && !c.is_alphanumeric());
    if sheet.kind(at) == Kind::Quote && is_begun_by(line) {
        sheet.mark(at..end, Kind::Forwarded);
    }
    end
}

/// How sure a forward is that only the subject tells from a reply.
const SURE_BY_SUBJECT: u8 = 85;
/// Rows between the line that says it is a forward and the block.
const ROWS_ABOVE_MAX: usize = 6;

/// The block that is hidden at depth 0, the rule above it included.
fn first_block(sheet: &Sheet<'_>) -> Option<usize> {
    let hidden = |at: &usize| matches!(sheet.kind(*at), Kind::Attribution | Kind::Quote);
    let first = (0..sheet.len()).find(hidden)?;
    let block = (first..sheet.len()).take(ROWS_ABOVE_MAX).find(|at| block_at(sheet, *at).is_some())?;
    sheet.line(block).starts_with(|c| c != '>').then_some(first)
}

/// Whether the first prefix of a subject says that the mail is passed on.
fn is_forward(subject: &str) -> bool {
    const OCTETS_MAX: usize = 80;
    let low = fold(head(subject, OCTETS_MAX));
    let low = low.trim_start_matches(['[', '(', ' ']);
    FORWARD_SUBJECTS.begins(low).is_some_and(|end| {
        let rest = low[end..].trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit() || matches!(c, '[' | ']'));
        rest.starts_with([':', ')', '】', ']']) || low[end..].starts_with(']')
    })
}

/// Whether a line says that what follows is passed on.
pub(super) fn is_begun_by(line: &str) -> bool {
    line.len() <= heads::OCTETS_MAX && heads::is_forward(&fold(line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_prefix_tells_a_forward_from_a_reply() {
        for (subject, forward) in [
            ("Fwd: Order", true),
            ("WG: Bestellung", true),
            ("TR : commande", true),
            ("[Fwd: Order]", true),
            ("转发：订单", true),
            ("Fw[2]: Order", true),
            ("RE: FW: Order", false),
            ("Forward this", false),
            ("I need help", false),
            ("", false),
        ] {
            assert_eq!(is_forward(subject), forward, "{subject}");
        }
    }
}
