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
            let (from, _) = first_block(sheet).filter(|(_, block)| is_forward(subject, sheet.line(*block)))?;
            sheet.doubt(SURE_BY_SUBJECT);
            sheet.mark(from..sheet.len(), Kind::Forwarded);
            from
        }
    };
    let mut rows = (from..sheet.len()).take(ROWS_ABOVE_MAX);
    let block = rows.clone().find_map(|at| block_below(sheet, at)).map(|block| block.claim);
    block.or_else(|| rows.find_map(|at| claim_of_line(sheet.line(at))))
}

/// What a line says that stands above in place of a block: `14.07.2026, 16:13, "Ada" <ada@x.example>:`
fn claim_of_line(line: &str) -> Option<Claim> {
    let line = line.trim_end_matches([':', ' ']);
    let at = line.find('<').filter(|_| line.ends_with('>') && line.contains('@'))?;
    let name = line[..at].trim_end();
    let from = match name.strip_suffix('"').and_then(|name| name.rfind('"')) {
        Some(quote) => quote,
        None => name.trim_end_matches(|c: char| c != ',' && !c.is_numeric()).len(),
    };
    let date = name[..from].trim_matches(|c: char| c == ',' || c.is_whitespace());
    Some(Claim { from: line[from..].trim().to_owned(), date: date.to_owned(), ..Claim::default() })
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

/// Where what is hidden begins, when a block begins it that no `>` stands before, and the block.
fn first_block(sheet: &Sheet<'_>) -> Option<(usize, usize)> {
    let hidden = |at: &usize| matches!(sheet.kind(*at), Kind::Attribution | Kind::Quote);
    let first = (0..sheet.len()).find(hidden)?;
    let block = (first..sheet.len()).take(ROWS_ABOVE_MAX).find(|at| block_at(sheet, *at).is_some())?;
    sheet.line(block).starts_with(|c| c != '>').then_some((first, block))
}

/// Whether the first prefix of a subject says that the mail is passed on, in the language of the block below.
fn is_forward(subject: &str, block: &str) -> bool {
    const OCTETS_MAX: usize = 80;
    let low = fold(head(subject, OCTETS_MAX));
    let low = low.trim_start_matches(['[', '(', ' ']);
    // `VS` passes on in Danish and Norwegian, and answers in Finnish.
    if low.starts_with("vs") && !fold(block).trim_start_matches(['*', '-', ' ']).starts_with("fra") {
        return false;
    }
    FORWARD_SUBJECTS.begins(low).is_some_and(|end| {
        let rest =
            low[end..].trim_start_matches(|c: char| c == ' ' || c.is_ascii_digit() || matches!(c, '[' | ']' | '.'));
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
            assert_eq!(is_forward(subject, "From: Ada"), forward, "{subject}");
        }
    }
}
