//! Plain text as markup: escaped, links to click, quotes indented.

use super::{Link, PAGE_OCTETS_MAX, Rendered, links};

/// Quotes inside one another that are shown; deeper ones stand in the deepest.
const QUOTES_MAX: usize = 20;

/// The text of a mail as markup.
pub(super) fn markup(text: &str) -> Rendered {
    let mut rendered = Rendered::default();
    let out = &mut rendered.html;
    let mut depth = 0;
    out.push_str("<div class=\"plain\">");
    for line in text.lines() {
        // Escaping makes of one octet six at most.
        if out.len() + line.len() * 6 > PAGE_OCTETS_MAX {
            rendered.trimmed = true;
            break;
        }
        let (quotes, words) = quoted(line);
        for _ in depth..quotes {
            out.push_str("<blockquote class=\"quoted\">");
        }
        for _ in quotes..depth {
            out.push_str("</blockquote>");
        }
        depth = quotes;
        linked(words, out, &mut rendered.links);
        out.push_str("<br>\n");
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

/// Words with their web addresses made links.
fn linked(line: &str, out: &mut String, list: &mut Vec<Link>) {
    let mut rest = line;
    while let Some(at) = rest.find("http") {
        let (before, from) = rest.split_at(at);
        escape(before, out);
        let end = from.find(|c: char| c.is_whitespace() || "<>\"'`".contains(c)).unwrap_or(from.len());
        // What ends a sentence does not belong to the address.
        let length = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}', '*']).len();
        let begins_a_word = !before.ends_with(|c: char| c.is_alphanumeric());
        match links::href(&from[..length]).filter(|_| begins_a_word) {
            Some(href) => {
                out.push_str("<a href=\"");
                escape(&href, out);
                out.push_str("\">");
                escape(&from[..length], out);
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
    escape(rest, out);
}

/// Text as it stands in markup and in values between quotes. Runs of spaces stay.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // HTML §13.2.3.5: a browser takes these for errors or for other signs.
            '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {}
            c => out.push(c),
        }
    }
}
