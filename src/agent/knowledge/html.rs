//! HTML pages to Markdown: headings, paragraphs, lists, links. Menus, scripts, forms and pictures are left out.

use std::collections::{HashMap, HashSet};

const KEPT: [&str; 33] = [
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "div",
    "section",
    "article",
    "main",
    "br",
    "ul",
    "ol",
    "li",
    "a",
    "pre",
    "blockquote",
    "table",
    "tr",
    "td",
    "th",
    "dl",
    "dt",
    "dd",
    "hr",
    "details",
    "summary",
    "figure",
    "address",
    "thead",
    "tbody",
    "caption",
];

const LEFT_OUT: [&str; 13] = [
    "script", "style", "title", "nav", "footer", "aside", "form", "noscript", "template", "svg", "iframe", "object",
    "button",
];

/// Lists within lists that are still indented.
const LISTS_MAX: usize = 6;

/// The page as Markdown. Never fails; what is no HTML comes out as text.
pub(super) fn to_markdown(html: &str) -> String {
    let clean = ammonia::Builder::default()
        .tags(HashSet::from(KEPT))
        .clean_content_tags(HashSet::from(LEFT_OUT))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(None)
        .clean(html)
        .to_string();
    let mut page = Page::default();
    let mut rest = clean.as_str();
    // What ammonia writes is well formed: `<` begins a tag and nothing else.
    while let Some(open) = rest.find('<') {
        page.text(&rest[..open]);
        let Some(close) = rest[open..].find('>') else { break };
        page.tag(&rest[open + 1..open + close]);
        rest = &rest[open + close + 1..];
    }
    page.text(rest);
    page.out.trim().to_owned()
}

#[derive(Default)]
struct Page {
    out: String,
    /// Of each open list, whether it is numbered.
    lists: Vec<bool>,
    /// The target of the open link.
    link: Option<String>,
    cells: usize,
}

impl Page {
    fn text(&mut self, escaped: &str) {
        let plain = unescape(escaped);
        for (place, word) in plain.split(char::is_whitespace).enumerate() {
            if place > 0 && !self.out.ends_with([' ', '\n', '[']) && !self.out.is_empty() {
                self.out.push(' ');
            }
            for (at, c) in word.char_indices() {
                // What a page writes out as a reference, `&amp;#8238;`, is to be read and not to be followed.
                let begins_reference = c == '&' && word[at..].contains(';');
                if begins_reference || "\\`*_[]<>#|~".contains(c) {
                    self.out.push('\\');
                }
                self.out.push(c);
            }
        }
    }

    fn tag(&mut self, tag: &str) {
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        match (name, closing) {
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => {
                self.gap();
                let level = usize::from(name.as_bytes()[1] - b'0');
                self.out.extend(std::iter::repeat_n('#', level));
                self.out.push(' ');
            }
            ("ul" | "ol", false) => {
                if self.lists.is_empty() {
                    self.gap();
                }
                self.lists.push(name == "ol");
            }
            ("ul" | "ol", true) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.gap();
                }
            }
            ("li", false) => self.item(),
            ("tr", false) => {
                self.cells = 0;
                self.item();
            }
            ("td" | "th", false) => {
                if self.cells > 0 {
                    self.out.push_str(" – ");
                }
                self.cells += 1;
            }
            ("br", _) => self.line(),
            ("table", true) => self.gap(),
            ("a", false) => self.open_link(tag),
            ("a", true) => {
                if let Some(target) = self.link.take() {
                    self.out.push_str(&format!("](<{target}>)"));
                }
            }
            ("li" | "tr" | "td" | "th" | "table" | "thead" | "tbody", _) => {}
            // A paragraph within a list item or a cell stays on its line.
            _ if !self.lists.is_empty() || self.cells > 0 && name == "p" => self.text(" "),
            _ => self.gap(),
        }
    }

    fn open_link(&mut self, tag: &str) {
        let target = tag.split_once("href=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(url, _)| unescape(url));
        if let Some(target) = target.filter(|url| !url.contains(['<', '>', '\n', '\\'])) {
            self.out.push('[');
            self.link = Some(target);
        }
    }

    fn item(&mut self) {
        self.line();
        let depth = self.lists.len().clamp(1, LISTS_MAX) - 1;
        self.out.extend(std::iter::repeat_n(' ', depth * 3));
        let numbered = self.lists.last().copied().unwrap_or(false);
        self.out.push_str(if numbered { "1. " } else { "- " });
    }

    fn line(&mut self) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn gap(&mut self) {
        self.cells = 0;
        self.line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }
}

/// Undoes the five references that ammonia writes.
fn unescape(text: &str) -> String {
    text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_becomes_headings_paragraphs_and_lists() {
        let page = to_markdown(
            "<html><head><title>Shop</title><style>p{}</style></head><body><nav><a href=/>Home</a></nav>\
             <h1>Returns</h1><p>Send it <b>back</b>\n within <a href='https://acme.example/returns'>30 days</a>.</p>\
             <ul><li><p>unused</p></li><li>with the receipt</li></ul><img src=https://evil.example/x.png>\
             <script>alert(1)</script></body></html>",
        );
        assert_eq!(
            page,
            "# Returns\n\nSend it back within [30 days](<https://acme.example/returns>).\n\n- unused\n- with the receipt"
        );
    }

    #[test]
    fn what_means_something_in_markdown_is_escaped() {
        assert_eq!(to_markdown("<p>2 * 3 &lt; 7 [x](y)</p>"), "2 \\* 3 \\< 7 \\[x\\](y)");
        assert_eq!(
            to_markdown("<p>R&amp;D writes &amp;#x202e; and &amp;amp;</p>"),
            "R&D writes \\&\\#x202e; and \\&amp;"
        );
    }

    #[test]
    fn a_script_link_is_text() {
        assert_eq!(to_markdown("<a href='javascript:alert(1)'>click</a>"), "click");
    }
}
