//! Markdown to HTML that renders the same in Outlook, webmail and on telephones.
//!
//! Pure. What goes out has passed an allow-list: words, lists, tables, links; no script, no form, no picture (S-22).

use std::{collections::HashSet, sync::LazyLock};

use ammonia::Builder;
use pulldown_cmark::{Event, Tag, TagEnd, html::push_html};

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

/// The same with pictures of the letter itself. RFC 2392.
static SHOWING: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut policy = Builder::default();
    policy
        .tags(TAGS.into_iter().chain(["a", "img"]).collect())
        .tag_attributes(
            [("a", HashSet::from(["href"])), ("ol", HashSet::from(["start"])), ("img", HashSet::from(["src", "alt"]))]
                .into(),
        )
        .generic_attributes(HashSet::new())
        .url_schemes(SCHEMES.into_iter().chain(["cid"]).collect())
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

/// The words of a letter that shows files of its own: besides what [`words_html`] leaves, pictures by `cid:` and the name of one of
/// them. Of other pictures the description stays.
///
/// `shown`: these names, each with the Content-ID of its part.
pub(super) fn letter_html(markdown: &str, shown: &[(&str, String)]) -> String {
    if shown.is_empty() {
        return words_html(markdown);
    }
    let mut open = Vec::new();
    let events = plain::events(markdown).filter_map(|event| match event {
        Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
            let name = dest_url.strip_prefix("cid:").unwrap_or_default();
            let ours = shown.iter().find(|(shown, _)| *shown == name);
            open.push(ours.is_some());
            let dest_url = format!("cid:{}", ours?.1).into();
            Some(Event::Start(Tag::Image { link_type, dest_url, title, id }))
        }
        Event::End(TagEnd::Image) => open.pop().unwrap_or_default().then_some(event),
        _ => Some(event),
    });
    let mut html = String::with_capacity(markdown.len() * 2);
    push_html(&mut html, events);
    SHOWING.clean(&html).to_string()
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

/// Every element of words, with the style it begins with. Word, which shows HTML in Outlook, knows margins of paragraphs, lists and
/// tables, fonts and borders in attributes of the element itself; it knows neither style sheets nor inherited margins, and no padding but in
/// cells. No colour but that of lines is said: dark and light are the reader's (all others would be turned round or lost).
const STYLES: [(&str, &str); 16] = [
    ("p", "style=\"margin:0 0 12px 0;\""),
    ("ul", "style=\"margin:0 0 12px 24px;padding:0;\""),
    ("ol", "style=\"margin:0 0 12px 24px;padding:0;\""),
    ("li", "style=\"margin:0 0 4px 0;\""),
    ("h1", "style=\"margin:16px 0 8px 0;font-size:20px;\""),
    ("h2", "style=\"margin:16px 0 8px 0;font-size:18px;\""),
    ("h3", "style=\"margin:12px 0 8px 0;font-size:16px;\""),
    ("h4", "style=\"margin:12px 0 8px 0;font-size:15px;\""),
    ("blockquote", "style=\"margin:0 0 12px 8px;padding:0 0 0 8px;border-left:2px solid #999999;\""),
    ("pre", "style=\"margin:0 0 12px 0;font-family:Consolas,'Courier New',monospace;font-size:13px;\""),
    ("code", "style=\"font-family:Consolas,'Courier New',monospace;font-size:13px;\""),
    ("hr", "size=\"1\""),
    (
        "table",
        "border=\"1\" cellpadding=\"6\" cellspacing=\"0\" style=\"margin:0 0 12px 0;border-collapse:collapse;border:1px solid #999999;\"",
    ),
    ("th", "align=\"left\" valign=\"top\" style=\"border:1px solid #999999;padding:6px;\""),
    ("td", "align=\"left\" valign=\"top\" style=\"border:1px solid #999999;padding:6px;\""),
    ("div", "style=\"margin:0;\""),
];

/// The words with the style of each element in it. `html` is what [`words_html`] wrote: no element has one already.
pub(super) fn styled(html: &str) -> String {
    let mut out = String::with_capacity(html.len() * 2);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (before, tag) = rest.split_at(open + 1);
        let name = &tag[..tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len())];
        out.push_str(before);
        out.push_str(name);
        if let Some((_, style)) = STYLES.iter().find(|(styled, _)| *styled == name) {
            out.push(' ');
            out.push_str(style);
        }
        rest = &tag[name.len()..];
    }
    out + rest
}

/// The parts of a letter, each already safe HTML; empty ones leave nothing behind.
pub(super) struct Parts<'a> {
    /// Of the words, where it is known.
    pub(super) language: Option<&'a str>,
    pub(super) words: &'a str,
    /// The disclosure and the reference number.
    pub(super) small_print: &'a [String],
    pub(super) signature: &'a str,
    /// `On …, … wrote:`
    pub(super) quote_line: &'a str,
    pub(super) quote: &'a str,
}

/// The font stands on the one cell: Word hands it on from there, and from a body it does not.
const FONT: &str = "font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:150%;";

/// The whole HTML part. `color-scheme` tells programs that both are fine, so that none turns colours round.
pub(super) fn letter(parts: &Parts<'_>) -> String {
    let mut html = String::with_capacity(parts.words.len() + parts.quote.len() + 2048);
    let language = parts.language.map(|language| format!(" lang=\"{language}\"")).unwrap_or_default();
    html.push_str(&format!("<!DOCTYPE html>\n<html{language}>\n<head>\n"));
    html.push_str(concat!(
        "<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
        "<meta name=\"color-scheme\" content=\"light dark\">\n",
        "<meta name=\"supported-color-schemes\" content=\"light dark\">\n",
        "</head>\n<body style=\"margin:0;padding:0;\">\n",
    ));
    cell(&mut html, |html| {
        html.push_str(parts.words.trim_end());
        if !parts.small_print.is_empty() {
            html.push_str("\n<p style=\"margin:0 0 12px 0;font-size:12px;\">");
            html.push_str(&parts.small_print.join("<br>\n"));
            html.push_str("</p>");
        }
        if !parts.signature.is_empty() {
            html.push_str("\n<div style=\"margin:0;\">");
            html.push_str(parts.signature.trim_end());
            html.push_str("</div>");
        }
    });
    if !parts.quote.is_empty() {
        cell(&mut html, |html| {
            html.push_str("<p style=\"margin:12px 0 8px 0;\">");
            html.push_str(parts.quote_line);
            html.push_str("</p>\n<blockquote type=\"cite\" style=\"margin:0 0 0 8px;padding:0 0 0 8px;");
            html.push_str("border-left:2px solid #999999;\">\n");
            html.push_str(parts.quote);
            html.push_str("\n</blockquote>");
        });
    }
    html.push_str("</body>\n</html>\n");
    html
}

/// A table of one cell, as wide as the window.
fn cell(html: &mut String, fill: impl FnOnce(&mut String)) {
    html.push_str(
        "<table role=\"presentation\" width=\"100%\" border=\"0\" cellpadding=\"0\" cellspacing=\"0\">\n<tr>\n",
    );
    html.push_str("<td align=\"left\" valign=\"top\" style=\"");
    html.push_str(FONT);
    html.push_str("\">\n");
    fill(html);
    html.push_str("\n</td>\n</tr>\n</table>\n");
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
    fn a_letter_shows_its_own_pictures_and_of_others_their_description() {
        let html = letter_html(
            "![Plan](cid:plan.png) ![spy](https://evil.example/p.png) ![other](cid:else)",
            &[("plan.png", "plan.png.1@x".into())],
        );
        assert_eq!(html.matches("<img").count(), 1, "{html}");
        assert!(html.contains("<img src=\"cid:plan.png.1@x\" alt=\"Plan\">"), "{html}");
        assert!(html.contains("spy") && html.contains("other") && !html.contains("evil"), "{html}");
    }

    #[test]
    fn every_element_says_its_own_margins_and_none_says_a_colour_of_text_or_ground() {
        let words =
            styled(&words_html("# A\n\nb\n\n- c\n\n1. d\n\n> e\n\n```\nf\n```\n\n| g | h |\n|---|---|\n| 1 | 2 < 3 |"));
        let parts = Parts {
            language: Some("de"),
            words: &words,
            small_print: &["Ref".into()],
            signature: "Acme",
            quote_line: "On",
            quote: "q",
        };
        let html = letter(&parts);
        for element in ["p", "h1", "ul", "ol", "li", "blockquote", "pre", "code", "table", "th", "td"] {
            assert!(!html.contains(&format!("<{element}>")), "{element} has no style: {html}");
        }
        assert_eq!(html.matches("2 &lt; 3").count(), 1, "{html}");
        for colour in ["color:#", "background", "bgcolor", "<style", "<font", "class="] {
            let said = html.replace("color-scheme", "").replace("-color-schemes", "");
            assert!(!said.contains(colour), "{colour}: {html}");
        }
        assert!(html.contains("<html lang=\"de\">") && html.contains("name=\"color-scheme\" content=\"light dark\""));
    }

    #[test]
    fn a_signature_keeps_its_style_and_loses_its_script() {
        let html = signature_html("<p style=\"color:red\" onclick=\"x()\">Ada<script>x</script></p>");
        assert_eq!(html, "<p style=\"color:red\">Ada</p>");
    }
}
