//! Why a part that only the other parser has is no loss.

use replyd::mime;

use crate::{
    other::{Leaf, Line},
    ours::{Ours, SIGNS_MAX},
};

/// What the reader calls a line in a header that is no field.
const ODD_LINE: &str = "text/x-odd-line";

fn reads_like_prose(line: &str) -> bool {
    line.split_whitespace().count() >= 4 && !line.contains(['@', ';', '=', ':'])
}

/// Whether a line stands between parts or in the header of one: `--b`, `Content-Type: …`, `boundary=b`, folded `name=x`.
fn divides_parts(line: &Line) -> bool {
    line.plain.iter().any(|text| {
        let low = text.trim().to_ascii_lowercase();
        let is_token =
            |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"*-".contains(&b));
        let is_parameter = low.split_once('=').is_some_and(|(name, _)| is_token(name));
        low.starts_with("--")
            || low.starts_with("content-") && low.contains(':')
            || low.starts_with("boundary=")
            || text.starts_with([' ', '\t']) && is_parameter
    })
}

/// Whether a line of a header may be left of a damaged field: the rest of it, at once or behind the beginning of its name.
fn is_left_of_a_field(lines: &[Line], at: usize) -> bool {
    let is_rest = |text: &String| text.contains([':', '=']) && text.split_whitespace().count() < 4;
    let begins = at == 0 || at == 1 && !lines[0].plain.iter().any(|text| text.contains(':'));
    begins && lines[at].plain.iter().any(is_rest)
}

/// What we have of the mail with a line end for every bare CR, when there is one.
fn with_line_ends(raw: &[u8]) -> Option<Ours> {
    let is_bare = |at: usize| raw[at] == b'\r' && raw.get(at + 1) != Some(&b'\n');
    let ended: Vec<u8> = (0..raw.len()).map(|at| if is_bare(at) { b'\n' } else { raw[at] }).collect();
    (ended != raw).then(|| {
        let mail = mime::parse(&ended);
        Ours::of(&mail, &ended).with_all_words(&mail, &ended)
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
    let whole = leaf.whole.iter().any(|text| ours.reads(text));
    let lost = if undone || whole { 0 } else { leaf.lines.iter().filter(|line| !ours.has_line(line)).count() };
    let has = |name: &str| leaf.defects.iter().any(|defect| defect.starts_with(name));
    // Of the header of a part we keep what a field says that we know, and nothing that a damaged one left there.
    let of_header = |at: usize| divides_parts(&leaf.lines[at]) || is_left_of_a_field(&leaf.lines, at);
    let header = 0..leaf.header_lines.min(leaf.lines.len());
    let dropped = header.filter(|at| of_header(*at) && !ours.has_line(&leaf.lines[*at])).count();
    if (lost == 0 || lost == dropped) && has("MissingHeaderBodySeparatorDefect") {
        return Some(
            "it takes the header for text from the first line on that is no field; we read the fields behind it",
        );
    }
    // A boundary that was damaged leaves its header within the letters of the part in front, noise for both.
    let divided = leaf.lines.iter().filter(|line| divides_parts(line) && !ours.has_line(line)).count();
    if (lost == 0 || lost == divided) && has("InvalidBase64") {
        return Some(
            "base64 whose letters do not come out even: it gives back the letters, we decode as far as they go",
        );
    }
    if with_line_ends(raw).is_some_and(|ours| ours.has(leaf) || leaf.lines.iter().all(|line| ours.has_line(line))) {
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
