//! Markdown to the plain text a person likes to read.
//!
//! Pure. Also the one place that says which Markdown we read and how deep it may nest.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Quotes and lists inside each other; what lies deeper is taken flat, so that no sanitizer has to walk it (S-15).
const DEPTH_MAX: usize = 16;

/// The events of a Markdown text: raw HTML turned into words, nesting bounded.
pub(super) fn events(markdown: &str) -> impl Iterator<Item = Event<'_>> {
    let mut depth = 0usize;
    Parser::new_ext(markdown, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH).filter_map(move |event| {
        match event {
            Event::Start(Tag::BlockQuote(_) | Tag::List(_) | Tag::Item) => {
                depth += 1;
                (depth <= DEPTH_MAX).then_some(event)
            }
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => {
                depth -= 1;
                (depth < DEPTH_MAX).then_some(event)
            }
            // Who ends a line means it: signatures and addresses are written that way.
            Event::SoftBreak => Some(Event::HardBreak),
            Event::InlineHtml(tag) if is_line_break(&tag) => Some(Event::HardBreak),
            // HTML in the words is words: `<your order number>` is shown, a script is read, nothing runs (S-22).
            Event::Html(tag) | Event::InlineHtml(tag) => Some(Event::Text(tag)),
            Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
            other => Some(other),
        }
    })
}

fn is_line_break(tag: &str) -> bool {
    let inner = tag.trim_start_matches('<').trim_end_matches('>').trim_end_matches('/');
    inner.trim().eq_ignore_ascii_case("br")
}

/// Markdown as plain text: lists with dashes or numbers, links as `text (address)`, quotes with `>`, code indented.
/// LF line ends, no line break at the end. Images leave their description only (S-22).
pub fn words_text(markdown: &str) -> String {
    let mut page = Page::default();
    for event in events(markdown) {
        page.take(event);
    }
    page.out.trim_end().to_owned()
}

#[derive(Default)]
struct Page {
    out: String,
    /// What begins every line now: `> ` of quotes, spaces of list items and code.
    indents: Vec<String>,
    /// One for each open list: the next number, or `None` with dashes.
    lists: Vec<Option<u64>>,
    /// Where each open link's text began, and its address.
    links: Vec<(usize, String)>,
    /// Stands before the next text instead of the last indent: a list item's dash.
    bullet: Option<String>,
    /// An empty line is due before the next text; it carries these marks of the quote it stands in.
    gap: Option<String>,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) => self.text(&text),
            Event::SoftBreak | Event::HardBreak => self.newline(),
            Event::Rule => self.block("* * *"),
            Event::TaskListMarker(done) => self.text(if done { "[x] " } else { "[ ] " }),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::BlockQuote(_) => {
                self.paragraph();
                self.indents.push("> ".into());
            }
            Tag::CodeBlock(_) => {
                self.paragraph();
                self.indents.push("    ".into());
            }
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.paragraph();
                } else {
                    self.end_line();
                }
                self.lists.push(first);
            }
            Tag::Item => self.item(),
            Tag::Link { dest_url, .. } => self.links.push((self.out.len(), dest_url.to_string())),
            Tag::Paragraph | Tag::Heading { .. } | Tag::Table(_) if self.bullet.is_none() => self.paragraph(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Table => self.ask_gap(),
            TagEnd::TableHead | TagEnd::TableRow => self.end_line(),
            TagEnd::TableCell => self.text("  "),
            TagEnd::BlockQuote(_) | TagEnd::CodeBlock => {
                self.indents.pop();
                self.ask_gap();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                if self.lists.is_empty() {
                    self.ask_gap();
                }
            }
            TagEnd::Item => {
                self.indents.pop();
                self.bullet = None;
                self.end_line();
                self.gap = None;
            }
            TagEnd::Link => self.link_address(),
            _ => {}
        }
    }

    fn item(&mut self) {
        self.end_line();
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{}. ", *number - 1)
            }
            _ => "- ".into(),
        };
        self.indents.push(" ".repeat(mark.len()));
        self.bullet = Some(mark);
    }

    fn link_address(&mut self) {
        let Some((from, address)) = self.links.pop() else { return };
        let text = self.out.get(from..).unwrap_or("").trim();
        let said = address.strip_prefix("mailto:").unwrap_or(&address);
        if text.is_empty() {
            self.text(said);
        } else if text != said {
            self.text(&format!(" ({said})"));
        }
    }

    /// An empty line is due, if anything stands above.
    fn paragraph(&mut self) {
        self.end_line();
        if !self.out.is_empty() {
            self.ask_gap();
        }
    }

    /// An empty line belongs to the outermost quote that begins or ends at it.
    fn ask_gap(&mut self) {
        let marks: String = self.indents.iter().filter(|indent| indent.starts_with('>')).map(String::as_str).collect();
        if self.gap.as_ref().is_none_or(|asked| marks.len() < asked.len()) {
            self.gap = Some(marks);
        }
    }

    fn block(&mut self, text: &str) {
        self.paragraph();
        self.text(text);
        self.ask_gap();
    }

    fn text(&mut self, text: &str) {
        for (place, line) in text.split('\n').enumerate() {
            if place > 0 {
                self.newline();
            }
            if !line.is_empty() {
                self.begin_line();
                self.out.push_str(line);
            }
        }
    }

    fn begin_line(&mut self) {
        if let Some(quotes) = self.gap.take().filter(|_| !self.out.is_empty()) {
            self.end_line();
            self.out.push_str(quotes.trim_end());
            self.out.push('\n');
        }
        if !(self.out.is_empty() || self.out.ends_with('\n')) {
            return;
        }
        let bullet = self.bullet.take();
        let plain = self.indents.len() - usize::from(bullet.is_some() && !self.indents.is_empty());
        for indent in &self.indents[..plain] {
            self.out.push_str(indent);
        }
        self.out.push_str(&bullet.unwrap_or_default());
    }

    fn newline(&mut self) {
        while self.out.ends_with(' ') {
            self.out.pop();
        }
        self.out.push('\n');
    }

    fn end_line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.newline();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_links_headings_and_code_read_as_text() {
        let text = words_text(
            "# Returns\n\nYou have **30 days**.\nSee [our page](https://acme.example/returns) or <https://acme.example>.\n\n\
             1. Pack it\n2. Send it\n   - with the slip\n\nThen:\n\n```\na  b\n```\n\n> quoted\n>\n> twice\n",
        );
        assert_eq!(
            text,
            "Returns\n\nYou have 30 days.\nSee our page (https://acme.example/returns) or https://acme.example.\n\n\
             1. Pack it\n2. Send it\n   - with the slip\n\nThen:\n\n    a  b\n\n> quoted\n>\n> twice"
        );
    }

    #[test]
    fn html_in_the_words_is_shown_as_words() {
        assert_eq!(words_text("Send <your number>.<br>Bye"), "Send <your number>.\nBye");
    }

    #[test]
    fn twenty_thousand_quotes_inside_each_other_are_taken_flat() {
        // S-15
        let text = words_text(&format!("{} deep", ">".repeat(20_000)));
        assert!(text.ends_with("deep"));
        assert!(text.len() < 100, "{}", text.len());
    }
}
