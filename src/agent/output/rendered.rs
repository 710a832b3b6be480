//! Markdown as its reader sees it: `e*vil*.example` is one name there.

use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};

use crate::agent::knowledge::markdown_options;

/// See the module.
#[derive(Default)]
pub(super) struct Rendered {
    /// What is read: one line for each paragraph, list item, cell and line of code.
    pub(super) text: String,
    /// Where links go.
    pub(super) links: Vec<String>,
    pub(super) has_picture: bool,
    pub(super) has_html: bool,
}

impl Rendered {
    pub(super) fn of(markdown: &str) -> Self {
        let mut seen = Self::default();
        for event in Parser::new_ext(markdown, markdown_options()) {
            match event {
                Event::Start(Tag::Image { .. }) => seen.has_picture = true,
                Event::Html(_) | Event::InlineHtml(_) => seen.has_html = true,
                Event::Start(Tag::Link { link_type: LinkType::Email, dest_url, .. }) => {
                    seen.links.push(format!("mailto:{dest_url}"));
                }
                Event::Start(Tag::Link { dest_url, .. }) => seen.links.push(dest_url.to_string()),
                Event::Text(words) | Event::Code(words) => seen.text.push_str(&words),
                // These begin and end within a word.
                Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
                | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link) => {}
                _ => seen.text.push('\n'),
            }
        }
        seen
    }
}
