//! The names that a mail may use: everything else is text.

use std::sync::LazyLock;

/// Elements that are written again, sorted.
pub(super) const ELEMENTS: [&str; 80] = [
    "a",
    "abbr",
    "acronym",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "main",
    "mark",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements whose content is not for the reader of a mail, beside those that [`crate::mime::html::Tokens`] passes over.
pub(super) const DROPPED: [&str; 15] = [
    "svg",
    "math",
    "xmp",
    "plaintext",
    "noembed",
    "noframes",
    "iframe",
    "object",
    "applet",
    "audio",
    "video",
    "canvas",
    "select",
    "frameset",
    "listing",
];

/// Attributes that any element may have.
pub(super) const GENERIC: [&str; 7] = ["align", "bgcolor", "dir", "height", "style", "valign", "width"];

/// Attributes of their own, and the elements that may have them.
pub(super) const OWN: [(&str, &[&str]); 16] = [
    ("border", &["table", "img"]),
    ("cellpadding", &["table"]),
    ("cellspacing", &["table"]),
    ("colspan", &["td", "th"]),
    ("rowspan", &["td", "th"]),
    ("nowrap", &["td", "th"]),
    ("start", &["ol"]),
    ("type", &["ol", "ul", "li"]),
    ("value", &["li"]),
    ("face", &["font"]),
    ("size", &["font", "hr"]),
    ("color", &["font", "hr"]),
    ("span", &["col", "colgroup"]),
    ("hspace", &["img"]),
    ("vspace", &["img"]),
    ("alt", &["img"]),
];

/// The place of an element among [`ELEMENTS`].
pub(super) fn element(name: &str) -> Option<usize> {
    let letter = usize::from(name.bytes().next()?.to_ascii_lowercase().checked_sub(b'a')?);
    let of_letter = *STARTS.get(letter)?..*STARTS.get(letter + 1)?;
    of_letter.into_iter().find(|place| ELEMENTS[*place].eq_ignore_ascii_case(name))
}

/// Where the elements of each letter begin among [`ELEMENTS`], and where the last end.
const STARTS: [usize; 27] = {
    let mut starts = [0; 27];
    let mut place = 0;
    while place < ELEMENTS.len() {
        let letter = (ELEMENTS[place].as_bytes()[0] - b'a') as usize;
        place += 1;
        let mut later = letter + 1;
        while later < starts.len() {
            starts[later] = place;
            later += 1;
        }
    }
    starts
};

/// Whether an element does nothing but dress its words: without words it is not seen.
pub(super) fn only_dresses(name: &str) -> bool {
    matches!(name, "b" | "big" | "em" | "font" | "i" | "s" | "small" | "span" | "strike" | "strong" | "u")
}

/// Whether a line ends before and behind the element of this place, unless its style says otherwise.
pub(super) fn is_block(place: usize) -> bool {
    IS_BLOCK[place]
}

static IS_BLOCK: LazyLock<[bool; ELEMENTS.len()]> = LazyLock::new(|| ELEMENTS.map(|name| BLOCKS.contains(&name)));

const BLOCKS: [&str; 43] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dir",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// The name of an attribute that the element may have, in the case we write it.
pub(super) fn attribute(element: &str, name: &str) -> Option<&'static str> {
    let generic = GENERIC.into_iter().find(|known| known.eq_ignore_ascii_case(name));
    let own = || OWN.iter().find(|(known, of)| known.eq_ignore_ascii_case(name) && of.contains(&element));
    generic.or_else(|| own().map(|(known, _)| *known))
}

/// Whether a value of such an attribute is a word, a colour, a size or a list of fonts. `style` and `alt` have rules of
/// their own.
pub(super) fn is_plain_value(name: &str, value: &str) -> bool {
    const WORD_OCTETS_MAX: usize = 100;
    const NUMBER_DIGITS_MAX: usize = 4;
    let numeric = |value: &str| {
        let digits = value.strip_suffix('%').or_else(|| value.strip_suffix("px")).unwrap_or(value);
        !digits.is_empty()
            && digits.len() <= NUMBER_DIGITS_MAX
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    match name {
        // A table of a million rows costs a browser its time.
        "colspan" | "rowspan" | "span" => value.len() <= 2 && numeric(value),
        "width" | "height" | "border" | "cellpadding" | "cellspacing" | "start" | "value" | "hspace" | "vspace" => {
            numeric(value)
        }
        "face" => value.len() <= WORD_OCTETS_MAX && value.chars().all(|c| c.is_alphanumeric() || " ,-_'".contains(c)),
        _ => {
            value.len() <= WORD_OCTETS_MAX
                && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"#-+ (),.%".contains(&b))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_is_found_in_any_case() {
        assert!(ELEMENTS.is_sorted() && BLOCKS.iter().all(|name| ELEMENTS.contains(name)));
        for (place, name) in ELEMENTS.iter().enumerate() {
            assert_eq!(element(name), Some(place));
            assert_eq!(element(&name.to_uppercase()), Some(place));
        }
        assert_eq!((element("script"), element(""), element("blockquotes")), (None, None, None));
    }
}
