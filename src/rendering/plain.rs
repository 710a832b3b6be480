//! Plain text as markup: escaped, links to click, quotes indented.
//!
//! It is written as the second wall would leave it (the tests below hold it to that; the fuzz target `html` reads it): so it need
//! not pass through, at two thirds of the whole price. Line ends stand as they are, for the style shows them (`frame`).

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{Link, PAGE_OCTETS_MAX, Rendered, links, policy};
use crate::types;

/// Quotes inside one another that are shown; deeper ones stand in the deepest.
const QUOTES_MAX: usize = 20;

/// The text of a mail as markup.
pub(super) fn markup(text: &str) -> Rendered {
    let mut rendered = Rendered::default();
    let out = &mut rendered.html;
    let mut depth = 0;
    out.reserve(text.len().min(PAGE_OCTETS_MAX) / 16 * 17 + 64);
    out.push_str("<div class=\"plain\">");
    for line in types::lines(text) {
        // Escaping makes of one octet six at most; of an address twice that.
        if out.len() + line.len() * 6 > PAGE_OCTETS_MAX {
            rendered.trimmed = true;
            break;
        }
        let (quotes, rest) = quoted(line);
        for _ in depth..quotes {
            out.push_str("<blockquote class=\"quoted\">");
        }
        for _ in quotes..depth {
            out.push_str("</blockquote>");
        }
        depth = quotes;
        linked(rest, out, &mut rendered.links);
        out.push('\n');
    }
    for _ in 0..depth {
        out.push_str("</blockquote>");
    }
    out.push_str("</div>");
    rendered
}

/// How deep a line is quoted, and what is left of it. RFC 3676 §4.5.
fn quoted(line: &str) -> (usize, &str) {
    let (mut depth, mut rest) = (0, line);
    while let Some(behind) = rest.strip_prefix('>') {
        depth += 1;
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
    (depth.min(QUOTES_MAX), rest)
}

static HTTP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("http"));

/// Words with their web addresses made links.
fn linked(line: &str, out: &mut String, list: &mut Vec<Link>) {
    let mut rest = line;
    while let Some(at) = HTTP.find(rest.as_bytes()) {
        let (before, from) = rest.split_at(at);
        words(before, out);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"'`".contains(c)).unwrap_or(from.len());
        // What ends a sentence does not belong to the address.
        let length = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '*']).len();
        let begins_a_word = !before.ends_with(|c: char| c.is_alphanumeric());
        let href = if begins_a_word { links::href(&from[..length]) } else { None };
        match href.filter(|href| policy::is_address(href)) {
            Some(href) => {
                out.push_str("<a href=\"");
                escape(&href, out);
                out.push_str(policy::LINK_END);
                words(&from[..length], out);
                out.push_str("</a>");
                if list.len() < Rendered::LINKS_MAX {
                    list.push(Link { host: links::host(&href), href, elsewhere: false });
                }
                rest = &from[length..];
            }
            None => {
                out.push_str("http");
                rest = &from[4..];
            }
        }
    }
    words(rest, out);
}

/// Text as it stands in markup and in values between quotes. Runs of spaces stay.
pub(super) fn escape(text: &str, out: &mut String) {
    write(text, out, true);
}

/// Words between tags, spelled as the second wall spells them.
fn words(text: &str, out: &mut String) {
    write(text, out, false);
}

/// By runs: most octets stand as they are.
fn write(text: &str, out: &mut String, quotes: bool) {
    let octets = text.as_bytes();
    // Without a branch for each octet: most lines have nothing to look at twice.
    if !octets.iter().fold(false, |found, octet| found | may_stop(*octet)) {
        return out.push_str(text);
    }
    let (mut from, mut at) = (0, 0);
    while let Some(ahead) = octets[at..].iter().position(|&octet| STOPS[usize::from(octet)]) {
        let stop = at + ahead;
        let (instead, length) = match (octets[stop], octets.get(stop + 1)) {
            (b'&', _) => ("&amp;", 1),
            (b'<', _) => ("&lt;", 1),
            (b'>', _) => ("&gt;", 1),
            (b'"', _) if quotes => ("&quot;", 1),
            (b'\'', _) if quotes => ("&#39;", 1),
            (0xC2, Some(0xA0)) => ("&nbsp;", 2),
            (0xC2, Some(0x80..=0x9F)) => ("", 2),
            (b'"' | b'\'' | 0xC2, _) => {
                at = stop + 1;
                continue;
            }
            _ => ("", 1),
        };
        out.push_str(&text[from..stop]);
        out.push_str(instead);
        (from, at) = (stop + length, stop + length);
    }
    out.push_str(&text[from..]);
}

/// Octets that need a second look, and white space. A browser takes control characters for errors or for other signs: HTML
/// §13.2.3.5. Those above U+007F and the space that does not break begin with 0xC2.
const fn may_stop(octet: u8) -> bool {
    octet < b' ' || matches!(octet, b'"' | b'&' | b'\'' | b'<' | b'>' | 0x7F | 0xC2)
}

/// The same without white space, which stays.
const STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    let mut octet = 0;
    while octet < stops.len() {
        stops[octet] = may_stop(octet as u8) && octet != b'\t' as usize && octet != b'\n' as usize;
        octet += 1;
    }
    stops
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rendering::policy;

    /// What a text may have to do with markup, beside any text.
    const PIECES: [&str; 28] = [
        "<",
        ">",
        "&",
        "\"",
        "'",
        "&amp;",
        "&#0;",
        "<script>",
        "</div>",
        "<a href=x>",
        "<!--",
        "]]>",
        "\n",
        "\n> ",
        "\n>> ",
        "\r",
        "\u{0}",
        "\u{c}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{e9}",
        "\u{200b}",
        "\u{fffe}",
        "http://a.example/?a=1&b=<2>",
        "https://[",
        "http://a:99999/",
        " ",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

        /// That is why it does not pass the second wall: nothing would change.
        #[test]
        fn the_second_wall_changes_nothing_of_any_text(
            pieces in prop::collection::vec(prop_oneof![
                prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
                "https?://.{0,20}",
                ".{0,20}",
            ], 0..30),
        ) {
            let written = markup(&pieces.concat()).html;
            prop_assert_eq!(policy::clean(&written), written);
        }
    }

    #[test]
    fn what_is_no_markup_and_no_control_character_stays() {
        let mut out = String::new();
        escape("a\u{0}<b>&\"'\u{85}\u{a0}\u{e9}\u{2c2}\t\u{7f}\r\n", &mut out);
        assert_eq!(out, "a&lt;b&gt;&amp;&quot;&#39;&nbsp;\u{e9}\u{2c2}\t\n");
    }
}
