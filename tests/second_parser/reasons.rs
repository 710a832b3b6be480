//! Why a part that only the other parser has is no loss.

use crate::{
    other::{Leaf, Line},
    ours::{Ours, SIGNS_MAX},
};

/// What the reader calls a line in a header that is no field.
const ODD_LINE: &str = "text/x-odd-line";

fn reads_like_prose(line: &str) -> bool {
    line.split_whitespace().count() >= 4 && !line.contains(['@', ';', '=', ':'])
}

/// Whether a line stands between parts or in the header of one: `--b`, `Content-Type: …`, `boundary=b`.
fn divides_parts(line: &Line) -> bool {
    line.plain.iter().any(|text| {
        let low = text.trim().to_ascii_lowercase();
        low.starts_with("--") || low.starts_with("content-") && low.contains(':') || low.starts_with("boundary=")
    })
}

/// Why a part that only the other parser has is ours in another form: for one reason, and every line of it is here.
pub(crate) fn justified(leaf: &Leaf, ours: &Ours, raw: &[u8]) -> Option<&'static str> {
    if leaf.size == 0 || leaf.blank {
        return Some("it holds nothing");
    }
    if leaf.letters.as_ref().is_some_and(Vec::is_empty) && leaf.size <= SIGNS_MAX && ours.shows_any_sign() {
        return Some("a few signs and not one letter: a dash, half a character");
    }
    if leaf.kind == ODD_LINE && !leaf.lines.iter().flat_map(|line| &line.plain).any(|text| reads_like_prose(text)) {
        return Some("a line in a header that is neither a field nor words: the rest of a field, a damaged name");
    }
    let undone = !leaf.undone.is_empty() && leaf.undone.iter().all(|run| ours.letters.contains(run.as_str()));
    let lost = if undone { 0 } else { leaf.lines.iter().filter(|line| !ours.has_line(line)).count() };
    let has = |name: &str| leaf.defects.iter().any(|defect| defect.starts_with(name));
    if lost == 0 && has("MissingHeaderBodySeparatorDefect") {
        return Some(
            "it takes the header for text from the first line on that is no field; we read the fields behind it",
        );
    }
    if lost == 0 && has("InvalidBase64") {
        return Some(
            "base64 whose letters do not come out even: it gives back the letters, we decode as far as they go",
        );
    }
    if lost == 0 && raw.windows(2).any(|two| two[0] == b'\r' && two[1] != b'\n') {
        return Some("it takes a bare CR for a line end; nothing with one is let in (S-13)");
    }
    // With a boundary among them it shows as text what we opened.
    let shown_closed = leaf.lines.iter().any(|line| line.plain.iter().any(|text| text.starts_with("--")));
    if shown_closed && !leaf.lines.iter().any(|line| !divides_parts(line) && !ours.has_line(line)) {
        return Some("it shows a multipart as text, with the lines that divide it; we show its parts");
    }
    if lost == 0 {
        return Some("we undo an encoding that it leaves, or take a line for a field that it takes for text");
    }
    None
}
