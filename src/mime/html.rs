//! HTML to the text a person would see, line by line.
//!
//! No tree is built: tags are read one after the other, linear in the input whatever is unclosed. What is hidden by
//! style is left out, for nobody saw it. Who needs to know *where* a line stood gives a function that names regions.

mod colour;
mod entities;
mod layout;
mod look;
mod nesting;
mod sheet;
mod tokens;
mod unseen;
mod veil;

use nesting::is_one_of;

pub use entities::decode;
pub use nesting::{is_void, kept_at_close, kept_at_open};
pub use tokens::{Attributes, Tag, Token, Tokens};
pub use unseen::seen;
use veil::Veil;

const BLOCKS: [&str; 25] = [
    "div",
    "tr",
    "li",
    "dt",
    "dd",
    "section",
    "article",
    "header",
    "footer",
    "main",
    "center",
    "address",
    "form",
    "fieldset",
    "tbody",
    "thead",
    "tfoot",
    "nav",
    "aside",
    "figure",
    "figcaption",
    "body",
    "html",
    "dl",
    "caption",
];
const PARAGRAPHS: [&str; 12] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "blockquote", "pre"];

/// What a tag begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// Nothing of note.
    Nothing,
    /// A region that ends with the element.
    Region(u8),
    /// A region that goes on to the end of the document.
    Rest(u8),
}

/// One line of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Without line end.
    pub text: String,
    /// The region it stands in: the highest that is open; 0 outside of all.
    pub region: u8,
    /// How many blockquotes it stands in.
    pub quotes: u8,
}

/// The text of a document. `> ` stands before what is quoted.
pub fn to_text(html: &str) -> String {
    to_text_and_hidden(html).0
}

/// The same, and how many octets of words a reader does not see: they are left out.
pub fn to_text_and_hidden(html: &str) -> (String, usize) {
    let mut out = String::with_capacity(html.len() / 2);
    let (lines, hidden) = lines_and_hidden(html, &mut |_| Begins::Nothing);
    for line in lines {
        for _ in 0..line.quotes.min(QUOTES_SHOWN_MAX) {
            out.push_str("> ");
        }
        out.push_str(&line.text);
        out.push('\n');
    }
    (out, hidden)
}

const QUOTES_SHOWN_MAX: u8 = 5;

/// The lines of a document, each with the region that `begins` named.
pub fn to_lines(html: &str, begins: &mut dyn FnMut(&Tag<'_>) -> Begins) -> Vec<Line> {
    lines_and_hidden(html, begins).0
}

fn lines_and_hidden(html: &str, begins: &mut dyn FnMut(&Tag<'_>) -> Begins) -> (Vec<Line>, usize) {
    let (lines, hidden) = read(html, begins, true);
    // A page that hides all of its words has no other reader than us: rather show too much than nothing.
    if lines.is_empty() && hidden > 0 { (read(html, begins, false).0, hidden) } else { (lines, hidden) }
}

fn read(html: &str, begins: &mut dyn FnMut(&Tag<'_>) -> Begins, hiding: bool) -> (Vec<Line>, usize) {
    let mut page = Page::default();
    let mut veil = hiding.then(|| Veil::of(html));
    for token in Tokens::of(html) {
        match token {
            Token::Text(text) => page.text(text),
            Token::Open(tag) => {
                if let Some(veil) = &mut veil {
                    veil.open(&tag);
                    page.unseen = !veil.is_seen();
                }
                page.open(&tag, begins);
            }
            Token::Close(name) => {
                page.close(name);
                if let Some(veil) = &mut veil {
                    veil.close(name);
                    page.unseen = !veil.is_seen();
                }
            }
        }
    }
    page.end_line(false);
    while page.lines.last().is_some_and(|l| l.text.is_empty()) {
        page.lines.pop();
    }
    (page.lines, page.hidden)
}

/// An element that means something until it closes.
struct Inside {
    name: String,
    /// How many of that name are open since.
    depth: usize,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Region(u8),
    Preformatted,
    Quote,
}

/// More than this many meaningful elements inside one another are not told apart.
const INSIDE_MAX: usize = 32;

#[derive(Default)]
struct Page {
    lines: Vec<Line>,
    line: String,
    /// White space waits for the next word.
    space: bool,
    /// A paragraph ended: an empty line before the next text.
    gap: bool,
    inside: Vec<Inside>,
    rest: u8,
    /// Whether what stands here is left out, because a reader does not see it.
    unseen: bool,
    /// Octets of words that were left out.
    hidden: usize,
    /// How long the line was behind the number or bullet of an item that has no words yet.
    marked: Option<usize>,
    link: Option<(String, usize)>,
    layout: layout::Layout,
}

impl Page {
    fn has(&self, what: What) -> bool {
        self.inside.iter().any(|i| i.what == what)
    }

    fn region(&self) -> u8 {
        let open = self.inside.iter().filter_map(|i| if let What::Region(r) = i.what { Some(r) } else { None });
        open.max().unwrap_or(0).max(self.rest)
    }

    fn end_line(&mut self, even_empty: bool) {
        let (text, left_out) = seen(self.line.trim_end());
        let text = text.trim_end();
        self.hidden += left_out;
        self.space = false;
        self.marked = None;
        // A row of nothing but a space that does not break is an empty row to who sees it.
        if text.is_empty() && !even_empty && self.line.is_empty() {
            return;
        }
        // Never more than one empty line, and none on top.
        if !text.is_empty() || self.lines.last().is_some_and(|l| !l.text.is_empty()) {
            let (region, quotes) = (self.region(), self.quotes());
            self.lines.push(Line { text: text.to_owned(), region, quotes });
        }
        self.line.clear();
    }

    fn quotes(&self) -> u8 {
        self.inside.iter().filter(|i| i.what == What::Quote).count() as u8
    }

    fn text(&mut self, text: &str) {
        if self.unseen {
            // Padding is no words: `&nbsp;&zwnj;` a hundred times behind the first line of a newsletter.
            self.hidden += text
                .split(|c: char| c.is_whitespace() || c == '\u{a0}')
                .filter(|w| !is_padding(w))
                .map(str::len)
                .sum::<usize>();
            return;
        }
        let preformatted = self.has(What::Preformatted);
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let mut taken = c.len_utf8();
            match c {
                '\n' if preformatted => self.end_line(true),
                ' ' | '\t' | '\r' | '\n' if !preformatted => self.space = true,
                '&' => taken = self.entity(rest),
                c => self.push(c),
            }
            rest = &rest[taken..];
        }
    }

    fn entity(&mut self, rest: &str) -> usize {
        let mut decoded = String::new();
        let taken = entities::first(rest, &mut decoded);
        decoded.chars().for_each(|c| self.push(c));
        taken
    }

    fn push(&mut self, c: char) {
        if c.is_control() && c != '\t' {
            return;
        }
        let c = if c == '\u{a0}' { ' ' } else { c };
        if std::mem::take(&mut self.gap) && !self.lines.is_empty() && self.line.is_empty() {
            self.end_line(true);
        }
        if std::mem::take(&mut self.space) && !self.line.is_empty() && !self.line.ends_with(' ') {
            self.line.push(' ');
        }
        self.line.push(c);
    }

    fn open(&mut self, tag: &Tag<'_>, begins: &mut dyn FnMut(&Tag<'_>) -> Begins) {
        let void = is_void(tag.name);
        if !void {
            for inside in self.inside.iter_mut().filter(|i| i.name.eq_ignore_ascii_case(tag.name)) {
                inside.depth += 1;
            }
        }
        let before = self.layout.open(tag);
        self.break_line(tag.name);
        match begins(tag) {
            Begins::Nothing => {}
            Begins::Region(region) if void => self.rest = self.rest.max(region),
            Begins::Region(region) => {
                self.end_line(false);
                self.enter(tag, What::Region(region));
            }
            Begins::Rest(region) => {
                self.end_line(false);
                self.rest = self.rest.max(region);
            }
        }
        if self.unseen {
            return;
        }
        if tag.is("br") && !self.layout.keeps_to_line("br") {
            self.end_line(true);
        } else if tag.is("hr") {
            self.end_line(false);
        } else if tag.is("li") {
            let before = self.layout.item(tag);
            self.line.push_str(&before);
            self.marked = Some(self.line.len());
        } else if !before.is_empty() && !self.line.trim().is_empty() {
            self.line.truncate(self.line.trim_end().len());
            self.line.push_str(before);
        } else if tag.is("td") || tag.is("th") || tag.is("br") {
            self.space = true;
        } else if tag.is("pre") {
            self.enter(tag, What::Preformatted);
        } else if tag.is("blockquote") {
            self.enter(tag, What::Quote);
        } else if tag.is("a") {
            self.link = Some((tag.attribute("href").to_owned(), self.line.len()));
        } else if tag.is("img") {
            self.picture(tag.attribute("alt"));
        }
    }

    /// Where an element begins or ends that stands on lines of its own.
    fn break_line(&mut self, name: &str) {
        if self.layout.keeps_to_line(name) {
            self.space = true;
            return;
        }
        // A bullet stays with its words: `<li><p>words`.
        if self.marked == Some(self.line.len()) && !is_one_of(name, &["li", "ul", "ol", "blockquote"]) {
            return;
        }
        let paragraph = is_one_of(name, &PARAGRAPHS);
        if paragraph || is_one_of(name, &BLOCKS) {
            self.end_line(false);
            self.gap |= paragraph;
        }
    }

    /// Shows a picture's words only when it stands for a character.
    fn picture(&mut self, alt: &str) {
        const EMOJI_OCTETS_MAX: usize = 32;
        if !alt.is_empty()
            && alt.len() <= EMOJI_OCTETS_MAX
            && alt.chars().all(|c| !c.is_ascii() && !c.is_alphanumeric())
        {
            alt.chars().for_each(|c| self.push(c));
        }
    }

    fn close(&mut self, name: &str) {
        if name.eq_ignore_ascii_case("a") {
            self.end_link();
        }
        self.break_line(name);
        self.layout.close(name);
        let mut ended = None;
        for (at, inside) in self.inside.iter_mut().enumerate() {
            if inside.name.eq_ignore_ascii_case(name) {
                inside.depth -= 1;
                if inside.depth == 0 && ended.is_none() {
                    ended = Some(at);
                }
            }
        }
        if let Some(at) = ended {
            self.end_line(false);
            self.inside.truncate(at);
        }
    }

    /// Keeps a link readable: its address behind its words, unless they are the same.
    fn end_link(&mut self) {
        let Some((href, from)) = self.link.take() else { return };
        if self.unseen || !href.get(..4).is_some_and(|h| h.eq_ignore_ascii_case("http")) {
            return;
        }
        let words = self.line.get(from..).unwrap_or_default().trim();
        let bare = |url: &str| {
            let url = url.trim().trim_end_matches('/');
            let url = url.split_once("://").map_or(url, |(_, rest)| rest);
            url.strip_prefix("www.").unwrap_or(url).to_ascii_lowercase()
        };
        if !words.is_empty() && bare(words) != bare(&href.replace("&amp;", "&")) {
            self.line.push_str(" <");
            let at = self.line.len();
            self.text(&href);
            if self.line.len() > at {
                self.line.push('>');
            }
        }
    }

    fn enter(&mut self, tag: &Tag<'_>, what: What) {
        if self.inside.len() < INSIDE_MAX {
            self.inside.push(Inside { name: tag.name.to_owned(), depth: 1, what });
        }
    }
}

/// Whether a word of a page is nothing but references to space: `&nbsp;&zwnj;&#847;`.
fn is_padding(word: &str) -> bool {
    word.is_empty()
        || (word.contains('&') || !word.is_ascii())
            && decode(word).chars().all(|c| c.is_whitespace() || unseen::is_invisible(c))
}

#[cfg(test)]
#[path = "html/hidden_tests.rs"]
mod hidden_tests;
#[cfg(test)]
#[path = "html/layout_tests.rs"]
mod layout_tests;
