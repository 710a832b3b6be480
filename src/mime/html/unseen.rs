//! Signs that nobody sees: text written in them is carried along unread (S-23).

use std::borrow::Cow;

/// Leaves out signs that nobody sees where they carry something, and says how many octets that were. What an override turns
/// around is turned as a reader sees it.
///
/// A lone joiner between two letters belongs to the word (Persian, Hindi, emoji), as do the tags of a flag; runs of such
/// signs belong to no word of any language.
pub fn seen(text: &str) -> (Cow<'_, str>, usize) {
    if !beyond_ascii(text).any(|c| is_invisible(c) || is_tag(c) || is_override(c)) {
        return (text.into(), 0);
    }
    let mut out = String::with_capacity(text.len());
    let mut left_out = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let of_run: fn(char) -> bool = if is_tag(c) { is_tag } else { is_invisible };
        if is_override(c) {
            left_out += c.len_utf8();
            turn(c, &mut chars, &mut out);
            continue;
        }
        if !of_run(c) {
            out.push(c);
            continue;
        }
        let mut end = at + c.len_utf8();
        while let Some((next, c)) = chars.next_if(|(_, c)| of_run(*c)) {
            end = next + c.len_utf8();
        }
        let run = &text[at..end];
        let of_flag = is_tag(c) && out.ends_with('\u{1f3f4}') && run.chars().count() <= FLAG_TAGS_MAX;
        let lone = !is_tag(c) && run.chars().count() == 1;
        // An emoji may have a joiner and a form beside each other.
        let of_emoji = !is_tag(c) && run.chars().count() == 2 && run.contains('\u{200d}') && run.contains('\u{fe0f}');
        if of_flag || lone || of_emoji {
            out.push_str(run);
        } else {
            left_out += run.len();
        }
    }
    (out.into(), left_out)
}

/// The characters that are no ASCII, which most of a text is: many octets of it are passed over at once.
fn beyond_ascii(text: &str) -> impl Iterator<Item = char> {
    const AT_ONCE: usize = 32;
    let mut rest = text;
    std::iter::from_fn(move || {
        let octets = rest.as_bytes();
        let plain: usize = octets.chunks(AT_ONCE).take_while(|chunk| chunk.is_ascii()).map(<[u8]>::len).sum();
        let plain = plain + octets[plain..].iter().take_while(|octet| octet.is_ascii()).count();
        let mut chars = rest[plain..].chars();
        let found = chars.next();
        rest = chars.as_str();
        found
    })
}

/// Tags behind a black flag: region, part and the end.
const FLAG_TAGS_MAX: usize = 7;

fn is_tag(c: char) -> bool {
    ('\u{e0000}'..='\u{e007f}').contains(&c)
}

pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0100}'..='\u{e01ef}')
}

/// LRO and RLO: everything up to PDF runs one way whatever it is. UAX #9.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202d}' | '\u{202e}')
}

fn turn(by: char, chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>, out: &mut String) {
    let mut run: Vec<char> = Vec::new();
    while let Some((_, c)) = chars.next_if(|(_, c)| !matches!(c, '\n' | '\u{202c}') && !is_override(*c)) {
        run.push(c);
    }
    chars.next_if(|(_, c)| *c == '\u{202c}');
    // Only what would have run the other way is turned: Latin by RLO.
    let right_to_left = run.iter().any(|c| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fefc}'));
    if by == '\u{202e}' && !right_to_left {
        out.extend(run.iter().rev());
    } else {
        out.extend(run);
    }
}
