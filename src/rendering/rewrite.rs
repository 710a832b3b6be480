//! HTML written again, piece by piece, from names and values that are known.
//!
//! One pass over the tags, no tree: elements are open for as long as a browser would have them open (`mime::html`), never
//! more than [`DEPTH_MAX`] inside one another, so that no nesting costs the parsers behind us more than its length (S-15).
//! Text always stays.
//!
//! Lines are lines: `<br>`, and a `<div>` that says nothing else, are written as line ends, which the style of the frame
//! shows (`white-space: pre-line`). Most mails are made of little else, and the second wall pays for each element.

mod images;
mod style;

use style::{Flow, Style};

use super::{
    DEPTH_MAX, Link, PAGE_OCTETS_MAX, Rendered, css,
    elements::{self, DROPPED, ELEMENTS},
    links,
    pictures::{self, Album, Picture},
    plain::escape,
};
use crate::mime::html::{Tag, Token, Tokens, decode, is_void, kept_at_close, kept_at_open};

/// Octets of a link's words that are looked at for another host.
const WORDS_OCTETS_MAX: usize = 300;
/// Octets after which a node of text ends before the next reference: to write one, html5ever looks through all that follows.
const TEXT_OCTETS: usize = 4096;
/// Octets that are written for one.
const ESCAPED_OCTETS_MAX: usize = 4;

/// The mail's HTML as markup that balances.
pub(super) fn markup(html: &str, album: &Album) -> Rendered {
    let mut page = Page {
        album,
        out: String::with_capacity(html.len().min(PAGE_OCTETS_MAX)),
        open: Vec::new(),
        edge: true,
        cut: 0,
        spaces_count: false,
        said_spaces: false,
        spaced: 0,
        said_flow: None,
        style: Style::default(),
        direction_count: false,
        too_deep: [0; ELEMENTS.len()],
        endless: [false; DROPPED.len()],
        data_left: pictures::data_octets(),
        link: None,
        rendered: Rendered::default(),
    };
    let mut tokens = Tokens::of(html);
    while let Some(token) = tokens.next() {
        if page.out.len() > PAGE_OCTETS_MAX {
            page.rendered.trimmed = true;
            break;
        }
        match token {
            Token::Text(text) => page.text(text),
            Token::Open(tag) => {
                // What the body says holds for the whole page.
                let name = if tag.is("body") { "div" } else { tag.name };
                if let Some(place) = elements::element(name) {
                    page.open(place, &tag);
                } else if let Some(dropped) = DROPPED.iter().position(|name| tag.is(name)) {
                    page.pass_over(dropped, &mut tokens);
                }
            }
            Token::Close(name) => page.close(name),
        }
    }
    page.truncate(0);
    Rendered { html: page.out, ..page.rendered }
}

struct Page<'a> {
    album: &'a Album,
    out: String,
    open: Vec<Open>,
    /// White space that stands here is not shown: nothing of the line is written yet.
    edge: bool,
    /// Where the last node of text was ended for its length.
    cut: usize,
    /// Whether something on the page shows its white space, or words run from right to left.
    spaces_count: bool,
    direction_count: bool,
    /// Whether the tag that is written says how white space is shown, and how many are open that do: line ends in them are
    /// not ours.
    said_spaces: bool,
    spaced: usize,
    /// How the tag that is written says it stands among the lines.
    said_flow: Option<Flow>,
    /// The style that was read last.
    style: Style,
    /// Of each element, how many are open that were not written.
    too_deep: [u32; ELEMENTS.len()],
    /// Of each dropped element, whether no end tag of it follows.
    endless: [bool; DROPPED.len()],
    data_left: usize,
    link: Option<OpenLink>,
    rendered: Rendered,
}

/// An element that is open.
#[derive(Clone, Copy)]
struct Open {
    name: &'static str,
    /// Where its start tag begins; `None` when it says nothing and was not written.
    at: Option<usize>,
    /// Whether it says how white space in it is shown.
    spaced: bool,
    flow: Flow,
    /// Whether nothing of the line was written before it.
    edge: bool,
}

struct OpenLink {
    href: String,
    words: String,
}

impl Page<'_> {
    fn text(&mut self, text: &str) {
        if self.link.is_some() {
            self.link_words(&decode(text));
        }
        // Each piece of text costs the parsers behind us a node, and most white space of a mail stands between its blocks.
        let blank = text.bytes().all(|octet| matches!(octet, b' ' | b'\t' | b'\r' | b'\n'));
        if blank && self.edge && !self.spaces_count {
            return;
        }
        self.edge &= blank;
        // Character references stay as they are; nothing else of it can be markup.
        let octets = text.as_bytes();
        let may_be_cut = self.out.len() + text.len() * ESCAPED_OCTETS_MAX > self.cut + TEXT_OCTETS;
        let is_cut = may_be_cut && memchr::memchr2(b'&', 0xC2, octets).is_some();
        let is_broken = self.spaced == 0 && memchr::memchr(b'\n', octets).is_some();
        if !is_cut && !is_broken && memchr::memchr3(b'<', b'>', b'\0', octets).is_none() {
            return self.out.push_str(text);
        }
        let mut from = 0;
        for (at, octet) in text.bytes().enumerate() {
            let (instead, length) = match octet {
                b'<' => ("&lt;", 1),
                b'>' => ("&gt;", 1),
                b'\0' => ("", 1),
                // Nothing but a space, where line ends are shown.
                b'\n' if self.spaced == 0 => (" ", 1),
                b'&' | 0xC2 if self.out.len() + at - from > self.cut + TEXT_OCTETS => (self.cut_text(), 0),
                _ => continue,
            };
            self.out.push_str(&text[from..at]);
            self.out.push_str(instead);
            from = at + length;
            if length == 0 {
                self.cut = self.out.len();
            }
        }
        self.out.push_str(&text[from..]);
    }

    /// What ends a node of text: a comment, which the second wall takes away. Browsers move the text of a table before it,
    /// but no comment.
    fn cut_text(&self) -> &'static str {
        if self.is_between_cells() { "<wbr>" } else { "<!---->" }
    }

    /// Whether words that stand here are moved before the table. HTML §13.2.6.4.9.
    fn is_between_cells(&self) -> bool {
        let parts = ["table", "tbody", "thead", "tfoot", "tr", "colgroup"];
        self.open.last().is_some_and(|open| parts.contains(&open.name))
    }

    /// Ends the line, when something stands in it; without an element, where line ends are shown.
    fn end_line(&mut self) {
        if !self.edge {
            self.out.push('\n');
        }
        self.edge = true;
    }

    fn shows_line_ends(&self) -> bool {
        self.spaced == 0 && !self.is_between_cells()
    }

    fn link_words(&mut self, words: &str) {
        if let Some(link) = &mut self.link
            && link.words.len() < WORDS_OCTETS_MAX
        {
            link.words.push_str(&words[..words.floor_char_boundary(WORDS_OCTETS_MAX)]);
        }
    }

    /// Drops an element with its content; without an end tag only the tag.
    fn pass_over(&mut self, dropped: usize, tokens: &mut Tokens<'_>) {
        if !self.endless[dropped] {
            self.endless[dropped] = !tokens.skip_to_end_of(DROPPED[dropped]);
        }
    }

    fn open(&mut self, place: usize, tag: &Tag<'_>) {
        let name = ELEMENTS[place];
        let kept = kept_at_open(name, self.open.iter().map(|open| open.name));
        self.truncate(kept);
        if name == "a" {
            self.close("a");
        }
        if name == "img" {
            return self.picture(tag);
        }
        if is_void(name) {
            self.start(place, tag);
            return;
        }
        if self.open.len() == DEPTH_MAX {
            self.too_deep[place] += 1;
            return;
        }
        let edge = self.edge;
        let at = self.start(place, tag);
        let flow = self.flow_of(place);
        let spaced = name == "pre" || self.said_spaces;
        self.spaces_count |= spaced;
        self.spaced += usize::from(spaced);
        self.open.push(Open { name, at, spaced, flow, edge });
        if name == "a" {
            self.begin_link();
        }
    }

    fn close(&mut self, name: &str) {
        let Some(place) = elements::element(name) else { return };
        if self.too_deep[place] > 0 {
            self.too_deep[place] -= 1;
        } else if let Some(kept) = kept_at_close(name, self.open.iter().map(|open| open.name)) {
            self.truncate(kept);
        }
    }

    /// Closes all but the first elements.
    fn truncate(&mut self, kept: usize) {
        while self.open.len() > kept {
            let Some(open) = self.open.pop() else { return };
            let name = open.name;
            self.spaced -= usize::from(open.spaced);
            match open.at {
                Some(at) => self.end(&open, at),
                None if name == "div" => self.end_line(),
                None => {}
            }
            if name == "a" {
                self.end_link();
            }
        }
    }

    /// Writes an end tag, or takes the start tag back when nothing stands between them.
    fn end(&mut self, open: &Open, at: usize) {
        let name = open.name;
        let bare = self.out.len() == at + name.len() + "<>".len();
        if bare && elements::only_dresses(name) {
            return self.out.truncate(at);
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        match open.flow {
            Flow::Block => self.edge = true,
            Flow::Out => self.edge = open.edge,
            Flow::Inline => {}
        }
    }

    /// How the element stands whose tag was written last.
    fn flow_of(&self, place: usize) -> Flow {
        let usual = if elements::is_block(place) { Flow::Block } else { Flow::Inline };
        self.said_flow.unwrap_or(usual)
    }

    /// Writes a start tag with the attributes it may have, each once. Where it begins, if it says anything.
    fn start(&mut self, place: usize, tag: &Tag<'_>) -> Option<usize> {
        let name = ELEMENTS[place];
        let at = self.out.len();
        self.out.push('<');
        self.out.push_str(name);
        let bare = self.out.len();
        let block = elements::is_block(place);
        (self.said_spaces, self.said_flow) = (false, None);
        let mut seen: Vec<&'static str> = Vec::new();
        for (key, value) in tag.attributes() {
            let key = if name == "a" && key.eq_ignore_ascii_case("href") {
                "href"
            } else if key.eq_ignore_ascii_case("background") {
                self.loads(&decode(value));
                continue;
            } else if let Some(key) = elements::attribute(name, key) {
                key
            } else {
                continue;
            };
            if !seen.contains(&key) {
                seen.push(key);
                let value = decode(value);
                let usual = key == "dir" && block && !self.direction_count && value.eq_ignore_ascii_case("ltr");
                if !usual {
                    self.attribute(key, &value);
                }
            }
        }
        if self.out.len() == bare {
            match name {
                "span" | "font" => {
                    self.out.truncate(at);
                    return None;
                }
                "br" | "div" if self.shows_line_ends() => {
                    self.out.truncate(at);
                    self.edge &= name == "div";
                    self.end_line();
                    return None;
                }
                _ => {}
            }
        }
        self.out.push('>');
        self.edge = self.flow_of(place) != Flow::Inline || name == "br" || self.edge && elements::only_dresses(name);
        Some(at)
    }

    fn attribute(&mut self, key: &'static str, value: &str) {
        let value = match key {
            "style" => self.style(value),
            "href" => {
                let href = links::href(value).unwrap_or_default();
                if !href.is_empty() {
                    self.link = Some(OpenLink { href: href.clone(), words: String::new() });
                }
                href
            }
            _ if elements::is_plain_value(key, value.trim()) => value.trim().to_owned(),
            _ => String::new(),
        };
        self.said_spaces |= key == "nowrap";
        self.direction_count |= key == "dir";
        if !value.is_empty() {
            self.out.push(' ');
            self.out.push_str(key);
            self.out.push_str("=\"");
            escape(&value, &mut self.out);
            self.out.push('"');
        }
    }

    /// What stays of a style, and what it says is noted.
    fn style(&mut self, written: &str) -> String {
        if !self.style.is_of(written) {
            self.style = Style::of(written, &mut |address| self.loads(address));
        }
        self.said_flow = self.style.flow;
        self.said_spaces |= self.style.says_spaces;
        self.spaces_count |= self.style.spaces_count;
        self.direction_count |= self.style.direction_counts;
        self.style.kept.clone()
    }

    /// Counts what would be loaded.
    fn loads(&mut self, address: &str) {
        if let Picture::Remote(host) = self.album.find(address, &mut 0) {
            self.rendered.remote.add(&host);
        }
    }

    fn begin_link(&mut self) {
        let Some(link) = &self.link else { return };
        let (href, host) = (link.href.clone(), links::host(&link.href));
        if self.rendered.links.len() < Rendered::LINKS_MAX {
            self.rendered.links.push(Link { href, host, elsewhere: false });
        }
    }

    /// Says where a link leads whose words say something else.
    fn end_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let host = links::host(&link.href);
        if host.is_empty() || !links::names_another(&link.words, &host) {
            return;
        }
        self.edge = false;
        self.out.push_str("<span class=\"elsewhere\">leads to ");
        escape(&host, &mut self.out);
        self.out.push_str("</span>");
        // Links do not stand in one another: the newest is the one that ends.
        if let Some(listed) = self.rendered.links.last_mut().filter(|listed| listed.href == link.href) {
            listed.elsewhere = true;
        }
    }
}
