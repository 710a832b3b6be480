//! What of an HTML page is the page: not the menus, headers, footers, forms and scripts that stand on every page of a site.
//!
//! One pass over the tags, linear whatever is unclosed, that writes well-formed HTML of few elements: what reads it afterwards
//! builds a tree, and its cost grows with the depth.

use url::Url;

use crate::mime::html::{Tag, Token, Tokens, decode, is_void, kept_at_close, kept_at_open};

/// Elements that are no part of a page's text.
const LEFT_OUT: [&str; 12] =
    ["nav", "footer", "aside", "form", "button", "select", "dialog", "menu", "svg", "iframe", "object", "canvas"];

/// The same by what they say they are. WAI-ARIA 1.2 §5.3.4 (landmarks).
const ROLES_LEFT_OUT: [&str; 7] =
    ["navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog"];

/// Elements within elements that are written; deeper ones are left away, and their text stays.
const DEPTH_MAX: usize = 64;

/// Octets of one link.
const HREF_OCTETS_MAX: usize = 2_048;

/// The page's own part as HTML. Links lead where they lead from `url`.
pub(super) fn main(url: &Url, html: &str) -> String {
    let has_main = Tokens::of(html).any(|token| matches!(token, Token::Open(tag) if is_main(&tag)));
    let mut page = Page { url, has_main, open: Vec::new(), out: String::with_capacity(html.len() / 2) };
    for token in Tokens::of(html) {
        match token {
            Token::Text(text) => page.text(text),
            Token::Open(tag) => page.open(&tag),
            Token::Close(name) => page.close(name),
        }
    }
    page.cut_to(0);
    page.out
}

struct Page<'a> {
    url: &'a Url,
    has_main: bool,
    open: Vec<Element<'a>>,
    out: String,
}

struct Element<'a> {
    name: &'a str,
    /// Whether its end is to be written.
    is_written: bool,
    /// Whether it, or one around it, is left out.
    is_out: bool,
    /// Whether it is, or stands in, the page's own part.
    is_in_main: bool,
    /// Whether it is, or stands in, an article or section: a header there is no header of the site.
    is_in_article: bool,
}

impl<'a> Page<'a> {
    fn is_shown(&self) -> bool {
        let (out, main) = self.open.last().map_or((false, false), |above| (above.is_out, above.is_in_main));
        !out && (main || !self.has_main)
    }

    fn text(&mut self, text: &str) {
        if self.is_shown() {
            // What is no tag must not become one beside its new neighbours.
            self.out.push_str(&text.replace('<', "&lt;"));
        }
    }

    fn open(&mut self, tag: &Tag<'a>) {
        let names = self.open.iter().map(|element| element.name);
        self.cut_to(kept_at_open(tag.name, names));
        if is_void(tag.name) {
            if self.is_shown() && (tag.is("br") || tag.is("hr")) {
                self.out.push_str("<br>");
            }
            return;
        }
        let above = self.open.last();
        let (out, main, article) =
            above.map_or((false, false, false), |above| (above.is_out, above.is_in_main, above.is_in_article));
        let is_in_main = main || is_main(tag);
        let is_header = tag.is("header") && !article && !is_in_main;
        let mut element = Element {
            name: tag.name,
            is_written: false,
            is_out: out || is_header || is_left_out(tag),
            is_in_main,
            is_in_article: article || tag.is("article") || tag.is("section"),
        };
        // Beyond the bound nothing is opened, and what would end it ends nothing of that name further out.
        element.is_written = !element.is_out && (is_in_main || !self.has_main) && self.open.len() < DEPTH_MAX;
        if element.is_written {
            self.write(tag);
        }
        self.open.push(element);
    }

    fn write(&mut self, tag: &Tag<'a>) {
        let href = tag.is("a").then(|| self.href(tag)).flatten();
        match href {
            Some(href) => self.out.push_str(&format!("<a href=\"{href}\">")),
            None => self.out.push_str(&format!("<{}>", tag.name)),
        }
    }

    /// Where a link leads, absolute.
    fn href(&self, tag: &Tag<'a>) -> Option<String> {
        let href = tag.attribute("href");
        // `#top` leads to the page that the reader of a letter does not have before them.
        if href.is_empty() || href.len() > HREF_OCTETS_MAX || href.starts_with('#') {
            return None;
        }
        let target = self.url.join(&decode(href)).ok()?;
        let may = matches!(target.scheme(), "https" | "http" | "mailto");
        may.then(|| target.as_str().replace('&', "&amp;").replace('"', "&quot;"))
    }

    fn close(&mut self, name: &str) {
        let names = self.open.iter().map(|element| element.name);
        if let Some(kept) = kept_at_close(name, names) {
            self.cut_to(kept);
        }
    }

    fn cut_to(&mut self, kept: usize) {
        while self.open.len() > kept {
            if let Some(element) = self.open.pop()
                && element.is_written
            {
                self.out.push_str(&format!("</{}>", element.name));
            }
        }
    }
}

fn is_main(tag: &Tag<'_>) -> bool {
    tag.is("main") || tag.attribute("role").eq_ignore_ascii_case("main")
}

fn is_left_out(tag: &Tag<'_>) -> bool {
    let role = tag.attribute("role");
    LEFT_OUT.iter().any(|name| tag.is(name)) || ROLES_LEFT_OUT.iter().any(|name| role.eq_ignore_ascii_case(name))
}
