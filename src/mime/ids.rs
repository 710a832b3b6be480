//! Message ids as they stand in Message-ID, In-Reply-To, References and Content-ID. RFC 5322 §3.6.4.

use super::text;

/// Octets of one id that are believed.
pub(super) const ID_OCTETS_MAX: usize = 998;

/// Hands over the ids of an unfolded value, without brackets, in order.
///
/// Tolerated: commas between them, blanks inside them (from folding), brackets missing, phrases around them.
pub(super) fn each(value: &[u8], found: &mut dyn FnMut(String)) {
    let value = text::guess(value);
    let mut rest = value.as_ref();
    while let Some(open) = rest.find('<') {
        bare(&rest[..open], found);
        let inner = &rest[open + 1..];
        // An id that does not end goes on to the next one, or to the end of the value.
        let end = inner.find(['>', '<']).unwrap_or(inner.len());
        take(&inner[..end], found);
        rest = inner[end..].strip_prefix('>').unwrap_or(&inner[end..]);
    }
    bare(rest, found);
}

/// The first id of an unfolded value.
pub(super) fn first(value: &[u8]) -> Option<String> {
    let mut first = None;
    each(value, &mut |id| {
        first.get_or_insert(id);
    });
    first
}

/// Ids without brackets: words that hold an `@` between its ends.
fn bare(text: &str, found: &mut dyn FnMut(String)) {
    for word in text.split(|c: char| c.is_whitespace() || c == ',' || c == ';') {
        let word = word.trim_matches(['>', '"', '(', ')']);
        if word.find('@').is_some_and(|at| at > 0 && at + 1 < word.len()) {
            take(word, found);
        }
    }
}

fn take(text: &str, found: &mut dyn FnMut(String)) {
    let id: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    if !id.is_empty() && id.len() <= ID_OCTETS_MAX {
        found(id);
    }
}
