//! Cuts a page into pieces that can be quoted: a heading and a few paragraphs, lists kept whole.
//!
//! What may not stand in a letter is taken out here already: pictures, HTML, links that only work on the page's own site.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::{folder::PageKind, html};
use crate::{agent::words, types::head};

/// Octets of a piece, about: what a person still reads in an answer.
pub(super) const PIECE_OCTETS: usize = 800;

/// Octets of a piece whose list belongs to the paragraph before it.
const WITH_LIST_OCTETS_MAX: usize = 1600;

/// Octets of a heading in the path of headings.
const HEADING_OCTETS_MAX: usize = 120;

/// One quotable piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The headings above it, outermost first, joined by ` › `; the file's name without its ending when there are none.
    pub heading: String,
    /// Markdown without pictures, HTML and relative links.
    pub markdown: String,
    /// The question to which it is the answer; it is found by that as by its heading.
    pub asked: Option<String>,
}

/// Cuts the page `name` into pieces. What stood on its top is taken off; its title is what the top said.
pub(super) fn cut(name: &str, title: Option<String>, text: &str, kind: PageKind) -> Vec<Piece> {
    let text = match kind {
        PageKind::Markdown => text.to_owned(),
        PageKind::Html => html::to_markdown(text),
        PageKind::Text | PageKind::Pdf => plain_to_markdown(text),
    };
    let text: String = text.chars().filter(|c| !words::is_unseen(*c)).collect();
    let mut cutter = Cutter { headings: Vec::new(), fallback: title.unwrap_or_else(|| title_of(name)), pieces: vec![] };
    let mut section = String::new();
    for block in blocks(&text) {
        match block {
            Block::Heading(level, heading) => {
                cutter.close(&mut section);
                cutter.headings.retain(|(above, _)| *above < level);
                cutter.headings.push((level, heading));
            }
            Block::Words { markdown, list } => {
                let whole = section.len() + markdown.len() + 2;
                let belongs = list && section.ends_with(':') && whole <= WITH_LIST_OCTETS_MAX;
                if whole > PIECE_OCTETS && !belongs {
                    cutter.close(&mut section);
                }
                if !section.is_empty() {
                    section.push_str("\n\n");
                }
                section.push_str(&markdown);
            }
        }
    }
    cutter.close(&mut section);
    cutter.pieces
}

/// The whole page as the answer to each of those questions.
pub(super) fn answers(pieces: &[Piece], asks: &[String]) -> Vec<Piece> {
    let Some(first) = pieces.first() else { return Vec::new() };
    let whole = pieces.iter().map(|piece| piece.markdown.as_str()).collect::<Vec<_>>().join("\n\n");
    let answer = |asked: &String| Piece { asked: Some(asked.clone()), markdown: whole.clone(), ..first.clone() };
    asks.iter().map(answer).collect()
}

struct Cutter {
    headings: Vec<(HeadingLevel, String)>,
    fallback: String,
    pieces: Vec<Piece>,
}

impl Cutter {
    fn close(&mut self, section: &mut String) {
        let markdown = std::mem::take(section);
        if markdown.trim().is_empty() {
            return;
        }
        let path: Vec<&str> = self.headings.iter().map(|(_, heading)| heading.as_str()).collect();
        let heading = if path.is_empty() { self.fallback.clone() } else { path.join(" › ") };
        self.pieces.push(Piece { heading, markdown, asked: None });
    }
}

enum Block {
    Heading(HeadingLevel, String),
    Words { markdown: String, list: bool },
}

/// The blocks of a page in order, cleaned.
fn blocks(body: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut reader = Reader::default();
    for (event, range) in Parser::new_ext(body, options()).into_offset_iter() {
        reader.see(body, &event, &range);
        match event {
            Event::Start(tag) => {
                if reader.depth == 0 {
                    reader.begin(&tag, range);
                }
                reader.depth += 1;
            }
            Event::End(tag) => {
                reader.depth -= 1;
                if reader.depth == 0 {
                    reader.end(body, tag, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

/// How pages are read, and how answers are checked: the same dialect.
pub(in crate::agent) fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// Whole range, range of what is shown, target when it is kept.
type OpenLink = (Range<usize>, Option<Range<usize>>, Option<String>);

#[derive(Default)]
struct Reader {
    depth: usize,
    block: Range<usize>,
    is_list: bool,
    is_paragraph: bool,
    is_code: bool,
    heading: String,
    /// What stands instead of which octets of the page; in order, not overlapping.
    edits: Vec<(Range<usize>, String)>,
    links: Vec<OpenLink>,
    /// The open picture (with how many within it) and its words.
    picture: Option<(usize, Range<usize>, String)>,
}

impl Reader {
    fn begin(&mut self, tag: &Tag<'_>, range: Range<usize>) {
        self.block = range;
        self.edits.clear();
        self.links.clear();
        self.picture = None;
        self.heading.clear();
        self.is_list = matches!(tag, Tag::List(_));
        self.is_paragraph = matches!(tag, Tag::Paragraph);
        self.is_code = matches!(tag, Tag::CodeBlock(_));
    }

    fn see(&mut self, body: &str, event: &Event<'_>, range: &Range<usize>) {
        if let Some((_, shown, _)) = self.links.last_mut()
            && !matches!(event, Event::End(TagEnd::Link))
        {
            let shown = shown.get_or_insert_with(|| range.clone());
            shown.end = shown.end.max(range.end);
        }
        match event {
            Event::Start(Tag::Image { .. }) => match &mut self.picture {
                Some((within, ..)) => *within += 1,
                None => self.picture = Some((0, range.clone(), String::new())),
            },
            Event::End(TagEnd::Image) => match self.picture.take() {
                Some((0, whole, words)) => self.edits.push((whole, words)),
                Some((within, whole, words)) => self.picture = Some((within - 1, whole, words)),
                None => {}
            },
            Event::Text(words) | Event::Code(words) => {
                self.heading.push_str(words);
                if let Some((.., picture)) = &mut self.picture {
                    picture.push_str(words);
                }
            }
            // A page is wrapped where its editor wraps; a letter shows the line breaks it is given.
            Event::SoftBreak if self.is_paragraph && self.picture.is_none() => {
                self.heading.push(' ');
                self.edits.push((range.clone(), " ".into()));
            }
            Event::SoftBreak | Event::HardBreak => self.heading.push(' '),
            Event::InlineHtml(_) if self.picture.is_none() => self.edits.push((range.clone(), String::new())),
            // HTML within a list item or quotation; a block of it is handled at its end.
            Event::Html(_) if self.depth > 1 => self.edits.push((range.clone(), String::new())),
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let kept = is_absolute(dest_url).then(|| dest_url.to_string());
                let as_written = matches!(link_type, LinkType::Autolink | LinkType::Email);
                self.links.push((range.clone(), None, if as_written { Some(String::new()) } else { kept }));
            }
            Event::End(TagEnd::Link) => self.end_link(body),
            _ => {}
        }
    }

    fn end_link(&mut self, body: &str) {
        let Some((whole, shown, target)) = self.links.pop() else { return };
        // Within a picture everything is replaced already; `<https://…>` stays as it is.
        if self.picture.is_some() || target.as_deref() == Some("") {
            return;
        }
        let shown = shown.unwrap_or(whole.start..whole.start);
        let bracket = if target.is_some() { "[" } else { "" };
        let ending = target.map(|url| format!("](<{url}>)")).unwrap_or_default();
        // Edits within the shown words were pushed before: keep the order.
        let at = self.edits.partition_point(|(range, _)| range.start < whole.start);
        debug_assert!(body.len() >= whole.end, "ranges are of this text");
        self.edits.insert(at, (whole.start..shown.start, bracket.to_owned()));
        self.edits.push((shown.end..whole.end, ending));
    }

    fn end(&mut self, body: &str, tag: TagEnd, found: &mut Vec<Block>) {
        match tag {
            TagEnd::Heading(level) => {
                let heading = head(self.heading.trim(), HEADING_OCTETS_MAX).to_owned();
                if !heading.is_empty() {
                    found.push(Block::Heading(level, heading));
                }
            }
            TagEnd::HtmlBlock => {
                let words = html::to_markdown(&body[self.block.clone()]).replace('#', "");
                push_words(words, false, found);
            }
            TagEnd::Paragraph => {
                for part in halves(&self.edited(body), '.') {
                    push_words(part, false, found);
                }
            }
            TagEnd::List(_) => {
                for part in halves(&self.edited(body), '\n') {
                    push_words(part, true, found);
                }
            }
            // A table or a piece of code is worth nothing when cut.
            _ => push_words(self.edited(body), false, found),
        }
    }

    fn edited(&self, body: &str) -> String {
        let mut out = String::with_capacity(self.block.len());
        let mut at = self.block.start;
        for (range, instead) in &self.edits {
            if range.start < at || range.end > self.block.end {
                continue;
            }
            out.push_str(&body[at..range.start]);
            out.push_str(instead);
            at = range.end;
        }
        out.push_str(&body[at..self.block.end]);
        out
    }
}

fn push_words(markdown: String, list: bool, found: &mut Vec<Block>) {
    let markdown = markdown.trim_matches('\n').trim_end().to_owned();
    if markdown.chars().any(char::is_alphanumeric) {
        found.push(Block::Words { markdown, list });
    }
}

/// Cuts what is far too long after a sentence (or an item), near the middle of what is allowed; else where it must be.
fn halves(text: &str, after: char) -> Vec<String> {
    let mut rest = text;
    let mut parts = Vec::new();
    let limit = if after == '\n' { WITH_LIST_OCTETS_MAX } else { PIECE_OCTETS };
    while rest.len() > limit {
        let head = head(rest, limit);
        let ends = |pattern: &str| head.rfind(pattern).map(|at| at + pattern.len()).filter(|at| *at > limit / 4);
        let cut = if after == '\n' { ends("\n") } else { ends(". ").or_else(|| ends(".\n")) };
        let cut = cut.or_else(|| ends(" ")).unwrap_or(head.len());
        parts.push(rest[..cut].to_owned());
        rest = &rest[cut..];
    }
    parts.push(rest.to_owned());
    parts
}

/// Whether a link works outside the site the page was written for.
fn is_absolute(url: &str) -> bool {
    ["https://", "http://", "mailto:"].iter().any(|scheme| url.to_ascii_lowercase().starts_with(scheme))
        && !url.contains(['<', '>', '\n', '\\'])
}

/// `help/shipping-times.md` is about `shipping times`.
fn title_of(name: &str) -> String {
    let plain = name.rsplit('/').next().unwrap_or(name);
    let plain = plain.rsplit_once('.').map_or(plain, |(stem, _)| stem);
    plain.replace(['-', '_'], " ")
}

/// A text file has paragraphs and lists like Markdown; its first short line is the heading; tags in it are words.
fn plain_to_markdown(text: &str) -> String {
    const TITLE_OCTETS_MAX: usize = 80;
    let text = text.trim_start().replace('<', "\\<");
    match text.split_once('\n') {
        Some((title, rest))
            if title.len() <= TITLE_OCTETS_MAX
                && !title.starts_with('#')
                && !title.ends_with(['.', ',', ':', '?'])
                && rest.trim_start_matches(['=', '-']).starts_with('\n') =>
        {
            format!("# {title}\n\n{}", rest.trim_start_matches(['=', '-']))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn markdown(text: &str) -> Vec<Piece> {
        cut("shipping-times.md", None, text, PageKind::Markdown)
    }

    #[test]
    fn each_section_is_a_piece_under_its_headings() {
        let pieces =
            markdown("# Shipping\n\nWe ship.\n\n## Austria\n\nThree days.\n\n- Vienna\n- Graz\n\n## Italy\n\nFour.\n");
        let seen: Vec<_> = pieces.iter().map(|piece| (piece.heading.as_str(), piece.markdown.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("Shipping", "We ship."),
                ("Shipping › Austria", "Three days.\n\n- Vienna\n- Graz"),
                ("Shipping › Italy", "Four."),
            ]
        );
    }

    #[test]
    fn a_page_without_heading_is_named_by_its_title_or_its_file() {
        assert_eq!(markdown("Three days.")[0].heading, "shipping times");
        let titled = cut("a.md", Some("How we ship".into()), "Three days.", PageKind::Markdown);
        assert_eq!(titled[0].heading, "How we ship");
        assert_eq!(cut("a.txt", None, "Opening hours\n\nNine to five.", PageKind::Text)[0].heading, "Opening hours");
    }

    #[test]
    fn pictures_html_and_links_of_the_site_are_taken_out() {
        let pieces = markdown(
            "See ![the *map*](https://evil.example/map.png) <b>here</b>, [returns](../returns.md), \
             [the **portal**](https://acme.example/p \"t\"), [ref] and <https://acme.example/>.\n\n[ref]: https://acme.example/ref\n",
        );
        assert_eq!(
            pieces[0].markdown,
            "See the map here, returns, [the **portal**](<https://acme.example/p>), \
             [ref](<https://acme.example/ref>) and <https://acme.example/>."
        );
    }

    #[test]
    fn a_picture_that_is_a_link_leaves_its_words() {
        let pieces = markdown("Look: [![shop](x.png) now](https://acme.example/) or [![b](y.png)](z.md)!");
        assert_eq!(pieces[0].markdown, "Look: [shop now](<https://acme.example/>) or b!");
    }

    #[test]
    fn long_text_is_cut_between_paragraphs_and_sentences_and_a_list_stays_with_its_sentence() {
        let sentence = "A sentence that goes on for a while and then it ends. ";
        let long =
            format!("{}\n\nShort.\n\nDo this:\n\n{}", sentence.repeat(30), "- an item of some length\n".repeat(40));
        let pieces = markdown(&long);
        assert!(pieces.iter().all(|piece| piece.markdown.len() <= WITH_LIST_OCTETS_MAX));
        let with_list = pieces.iter().find(|piece| piece.markdown.contains("Do this:")).unwrap();
        assert_eq!(with_list.markdown.matches("- an item").count(), 40);
        assert!(pieces[0].markdown.ends_with('.'));
    }

    #[test]
    fn soft_hyphens_and_the_like_are_taken_out() {
        assert_eq!(markdown("Ver\u{ad}sand\u{200b}kosten\u{7}")[0].markdown, "Versandkosten");
    }

    #[test]
    fn tags_of_a_text_file_are_words() {
        assert_eq!(cut("a.txt", None, "Type <b>.", PageKind::Text)[0].markdown, "Type \\<b>.");
    }

    proptest::proptest! {
        #[test]
        fn any_page_can_be_cut(text in "[\\[\\]()!<>a-c#\\-\n *`|:/.&;é]{0,200}") {
            for kind in [PageKind::Markdown, PageKind::Html, PageKind::Text] {
                cut("x.md", None, &text, kind);
            }
        }
    }
}
