//! Which element a tag closes: the part of a browser's tree building that a reader of mail notices.
//!
//! HTML §13.2.6 in small: what an opening tag ends by itself, and how far an end tag reaches. The caller keeps the stack.

/// End tags look no further down than this, so that many that close nothing cost no more than their number.
const REACH_MAX: usize = 64;

/// How much of the stack stays when an element of this name opens: a list item ends the one before it.
///
/// `open` are the names of the open elements, the outermost first.
pub fn kept_at_open<'n>(name: &str, open: impl DoubleEndedIterator<Item = &'n str> + ExactSizeIterator) -> usize {
    let Some((_, ends, walls)) = ENDED.iter().find(|(names, ..)| is_one_of(name, names)) else { return open.len() };
    let (mut kept, mut at) = (open.len(), open.len());
    for one in open.rev().take(REACH_MAX) {
        at -= 1;
        if is_one_of(one, ends) {
            kept = at;
        } else if is_one_of(one, walls) {
            break;
        }
    }
    kept
}

/// How much of the stack stays when this name is closed; `None` when it closes nothing.
pub fn kept_at_close<'n>(
    name: &str,
    open: impl DoubleEndedIterator<Item = &'n str> + ExactSizeIterator,
) -> Option<usize> {
    let of_table = is_one_of(name, &TABLE_PARTS);
    let mut at = open.len();
    for one in open.rev().take(REACH_MAX) {
        at -= 1;
        if one.eq_ignore_ascii_case(name) {
            return Some(at);
        }
        // No end tag of what stands in a cell reaches out of it, and none of a cell out of its table.
        let wall = if of_table { one.eq_ignore_ascii_case("table") } else { is_one_of(one, &WALLS) };
        if wall {
            return None;
        }
    }
    None
}

/// Elements without content. HTML §13.1.2.
pub fn is_void(name: &str) -> bool {
    is_one_of(name, &VOID)
}

pub(super) fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|n| n.eq_ignore_ascii_case(name))
}

const VOID: [&str; 14] =
    ["br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr", "embed", "source", "track", "param"];
const WALLS: [&str; 4] = ["td", "th", "table", "caption"];
const TABLE_PARTS: [&str; 8] = ["table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"];

/// Names that open, what they end, and what protects it.
type Ended = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);
const ENDED: [Ended; 6] = [
    (&["li"], &["li"], &["ul", "ol", "td", "th", "table"]),
    (&["dt", "dd"], &["dt", "dd"], &["dl", "td", "th", "table"]),
    (&["td", "th"], &["td", "th"], &["tr", "table"]),
    (&["tr"], &["tr", "td", "th"], &["table"]),
    (&["tbody", "thead", "tfoot"], &["tbody", "thead", "tfoot", "tr", "td", "th"], &["table"]),
    (
        &[
            "p",
            "div",
            "table",
            "ul",
            "ol",
            "dl",
            "blockquote",
            "pre",
            "center",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "address",
            "article",
            "aside",
            "fieldset",
            "footer",
            "form",
            "header",
            "main",
            "nav",
            "section",
        ],
        &["p"],
        &["td", "th", "table", "caption", "button", "div", "li", "blockquote", "center"],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_ends_what_a_browser_says_it_ends() {
        for (open, name, kept) in [
            (&["ul", "li", "b"][..], "li", 1),
            (&["ul", "li", "ul"], "li", 3),
            (&["p", "span"], "p", 0),
            (&["p", "div"], "p", 2),
            (&["table", "tr", "td", "p"], "td", 2),
            (&["table", "tr", "td", "table"], "tr", 4),
            (&["table", "tbody", "tr", "td"], "tr", 2),
            (&["b", "i"], "b", 2),
        ] {
            assert_eq!(kept_at_open(name, open.iter().copied()), kept, "{name} in {open:?}");
        }
        for (open, name, kept) in [
            (&["div", "b"][..], "DIV", Some(0)),
            (&["div", "table", "tr", "td", "b"], "div", None),
            (&["div", "table", "tr", "td", "b"], "table", Some(1)),
            (&["div"], "p", None),
        ] {
            assert_eq!(kept_at_close(name, open.iter().copied()), kept, "{name} in {open:?}");
        }
    }
}
