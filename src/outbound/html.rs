//! Markdown to HTML that renders the same in Outlook, webmail and on telephones.
//!
//! Pure. What goes out has passed an allow-list: words, lists, tables, links; no script, no form, no picture (S-22).

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::html::push_html;

use super::plain;

/// Links that may stand in a letter (S-22).
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

const TAGS: [&str; 27] = [
    "p",
    "br",
    "hr",
    "div",
    "span",
    "strong",
    "b",
    "em",
    "i",
    "u",
    "del",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
];

/// What the words of a letter may be made of.
static WORDS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut policy = Builder::default();
    policy
        .tags(TAGS.into_iter().chain(["a"]).collect())
        .tag_attributes([("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"]))].into())
        .generic_attributes(HashSet::new())
        .url_schemes(SCHEMES.into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"));
    policy
});

/// What the signature, written by the operator, may be made of: also styles and a logo over https.
static SIGNATURE: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut policy = Builder::default();
    policy
        .tags(TAGS.into_iter().chain(["a", "img"]).collect())
        .tag_attributes(
            [
                ("a", HashSet::from(["href"])),
                ("img", HashSet::from(["src", "alt", "width", "height"])),
                ("td", HashSet::from(["width", "valign", "align"])),
                ("table", HashSet::from(["cellpadding", "cellspacing", "border", "width"])),
            ]
            .into(),
        )
        .generic_attributes(HashSet::from(["style"]))
        .url_schemes(SCHEMES.into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"));
    policy
});

/// Markdown as a fragment of safe HTML.
pub fn words_html(markdown: &str) -> String {
    let mut html = String::with_capacity(markdown.len() * 2);
    push_html(&mut html, plain::events(markdown));
    WORDS.clean(&html).to_string()
}

/// The operator's own signature HTML, without what could act.
pub(super) fn signature_html(html: &str) -> String {
    SIGNATURE.clean(html).to_string()
}

/// Text as HTML: escaped, line breaks kept.
pub(super) fn text_html(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            '\n' => html.push_str("<br>\n"),
            other => html.push(other),
        }
    }
    html
}

/// The parts of a letter, each already safe HTML; empty ones leave nothing behind.
pub(super) struct Parts<'a> {
    pub(super) words: &'a str,
    /// The disclosure and the reference number.
    pub(super) small_print: &'a [String],
    pub(super) signature: &'a str,
    /// `On …, … wrote:`
    pub(super) quote_line: &'a str,
    pub(super) quote: &'a str,
}

/// The whole HTML part. Outlook renders with a word processor: one table, attributes instead of style sheets.
pub(super) fn letter(parts: &Parts<'_>) -> String {
    let mut html = String::with_capacity(parts.words.len() + parts.quote.len() + 2048);
    html.push_str(concat!(
        "<!DOCTYPE html>\n<html>\n<head>\n",
        "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "</head>\n<body style=\"margin:0;padding:0;\">\n",
        "<table role=\"presentation\" width=\"100%\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\">\n<tr>\n",
        "<td align=\"left\" valign=\"top\" style=\"font-family:Arial,Helvetica,sans-serif;font-size:15px;",
        "line-height:1.5;color:#222222;\">\n",
    ));
    html.push_str(parts.words.trim_end());
    if !parts.small_print.is_empty() {
        html.push_str("\n<p style=\"font-size:12px;color:#666666;\">");
        html.push_str(&parts.small_print.join("<br>\n"));
        html.push_str("</p>");
    }
    if !parts.signature.is_empty() {
        html.push_str("\n<div>");
        html.push_str(parts.signature.trim_end());
        html.push_str("</div>");
    }
    html.push_str("\n</td>\n</tr>\n</table>\n");
    if !parts.quote.is_empty() {
        html.push_str("<p>");
        html.push_str(parts.quote_line);
        html.push_str("</p>\n<blockquote type=\"cite\" style=\"margin:0 0 0 8px;padding:0 0 0 8px;");
        html.push_str("border-left:2px solid #cccccc;\">\n");
        html.push_str(parts.quote);
        html.push_str("\n</blockquote>\n");
    }
    html.push_str("</body>\n</html>\n");
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_plain_safe_html() {
        let html = words_html("**Yes**, see [here](https://acme.example/a?b=1&c=2).\n\n- one\n- two\n");
        assert!(html.contains("<strong>Yes</strong>"), "{html}");
        assert!(html.contains("href=\"https://acme.example/a?b=1&amp;c=2\""), "{html}");
        assert!(html.contains("rel=\"noopener noreferrer\""), "{html}");
        assert!(html.contains("<li>one</li>"), "{html}");
    }

    #[test]
    fn nothing_that_acts_or_loads_survives() {
        // S-22: no remote image, no script, no other scheme.
        let html = words_html(
            "<script>alert(1)</script>\n\n![x](https://evil.example/p.png) [j](javascript:alert(1)) \
             [d](data:text/html,x) [r](/relative)\n\n<form action=x><input></form>",
        );
        for bad in ["<script", "<img", "javascript:", "data:", "<form", "<input", "href=\"/"] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
    }

    #[test]
    fn a_signature_keeps_its_style_and_loses_its_script() {
        let html = signature_html("<p style=\"color:red\" onclick=\"x()\">Ada<script>x</script></p>");
        assert_eq!(html, "<p style=\"color:red\">Ada</p>");
    }
}
