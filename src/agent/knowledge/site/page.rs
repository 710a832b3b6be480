//! A page of a website as it came: what kind it is, whether it may be known, and its text without what stands on every page.
//!
//! Pure. A page may be written by anybody (a forum, a wiki, whoever broke into the site), so that nothing in it is more than
//! text: no top of it says for whom it is or instructs a model.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{super::html, content, scope::Scope};
use crate::{
    agent::words::is_unseen,
    fetch::{HeaderMap, Response, header},
    mime::html::{Token, Tokens, decode},
    types::head,
};

/// Octets of a page on the wire.
pub(super) const PAGE_OCTETS_MAX: usize = 2 << 20;

/// Octets of a page's text that are kept; half of a page could be the wrong half, so that more is none.
const TEXT_OCTETS_MAX: usize = 256 << 10;

/// Octets of a title.
const TITLE_OCTETS_MAX: usize = 200;

/// Elements of a head, beside those whose content is no markup.
const HEAD: [&str; 5] = ["html", "head", "meta", "link", "base"];

/// How the text of a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Written {
    /// Made of HTML.
    Markdown,
    /// As it came.
    Text,
}

/// A page that may be known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Read {
    /// `<title>`; empty for none.
    pub(super) title: String,
    pub(super) written: Written,
    pub(super) text: String,
    /// The page at the same site that this one says it is a copy of.
    pub(super) copy_of: Option<Url>,
}

impl Read {
    /// Of a page that is not known.
    pub(super) fn nothing() -> Self {
        Self { title: String::new(), written: Written::Text, text: String::new(), copy_of: None }
    }
}

/// Reads what came from `url`.
///
/// # Errors
/// Why it is not known, in words.
pub(super) fn read(url: &Url, response: &Response, scope: &Scope) -> Result<Read, String> {
    if response.cut {
        return Err(format!("it is larger than {} MiB", PAGE_OCTETS_MAX >> 20));
    }
    if response.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err("it is packed, which nobody asked for".to_owned());
    }
    if forbids(response.headers.get_all("x-robots-tag").iter().filter_map(|value| value.to_str().ok())) {
        return Err("its X-Robots-Tag says noindex".to_owned());
    }
    let kind = content_type(&response.headers);
    let read = match kind.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => page(url, &decoded(&response.body, &kind), scope)?,
        "text/plain" => {
            let text = decoded(&response.body, &kind).replace("\r\n", "\n");
            Read { title: String::new(), written: Written::Text, text, copy_of: None }
        }
        "" => return Err("it does not say what kind it is".to_owned()),
        other => return Err(format!("it is {}, neither HTML nor text", head(other, 60))),
    };
    if !read.text.chars().any(char::is_alphanumeric) {
        return Err("it has no text".to_owned());
    }
    if read.text.len() > TEXT_OCTETS_MAX {
        return Err(format!("it has more than {} KiB of text", TEXT_OCTETS_MAX >> 10));
    }
    Ok(read)
}

fn content_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.unwrap_or_default().to_ascii_lowercase()
}

/// By the header, else by the page's own word, else UTF-8 if it is that. HTML §13.2.3.2.
fn decoded<'a>(octets: &'a [u8], kind: &str) -> Cow<'a, str> {
    const META_WITHIN: usize = 1024;
    let label = |text: &str| {
        let (_, rest) = text.split_once("charset=")?;
        let rest = rest.trim_start_matches(['"', '\'', ' ']);
        let name = rest.split(|c: char| !(c.is_ascii_alphanumeric() || "-_:".contains(c))).next()?;
        Encoding::for_label(name.as_bytes())
    };
    let start = String::from_utf8_lossy(&octets[..octets.len().min(META_WITHIN)]).to_ascii_lowercase();
    let by_octets = if std::str::from_utf8(octets).is_ok() { UTF_8 } else { WINDOWS_1252 };
    let said = label(kind).or_else(|| if kind.starts_with("text/plain") { None } else { label(&start) });
    said.unwrap_or(by_octets).decode(octets).0
}

fn page(url: &Url, html: &str, scope: &Scope) -> Result<Read, String> {
    let mut copy_of = None;
    let mut in_head = true;
    for token in Tokens::of(html) {
        let Token::Open(tag) = token else { continue };
        // Whatever else begins, there the body does.
        in_head &= HEAD.iter().any(|name| tag.is(name));
        let value = |name: &str| decode(tag.attribute(name)).into_owned();
        if tag.is("meta") && ["robots", "replyd"].contains(&value("name").to_ascii_lowercase().as_str()) {
            let content = value("content");
            if forbids([content.as_str()].into_iter()) {
                return Err("its <meta name=\"robots\"> says noindex".to_owned());
            }
        }
        let is_canonical = || value("rel").split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("canonical"));
        if in_head && tag.is("link") && is_canonical() && copy_of.is_none() {
            let named = url.join(&value("href")).ok().and_then(|named| scope.page(named.as_str()).ok());
            copy_of = named.filter(|named| named != url);
        }
    }
    let text = html::to_markdown(&content::main(url, html));
    Ok(Read { title: title(html), written: Written::Markdown, text, copy_of })
}

/// Whether one of these lists of words says `noindex` or `none`, to everybody or to us: `otherbot: noindex` is for another.
fn forbids<'a>(lists: impl Iterator<Item = &'a str>) -> bool {
    let says = |list: &str| {
        let list = list.to_ascii_lowercase();
        let (whom, words) = list.split_once(':').unwrap_or(("", &list));
        // `max-snippet:5` is a rule with a value and names nobody.
        let (whom, words) =
            if whom.contains([',', '-']) || whom == "unavailable_after" { ("", &*list) } else { (whom, words) };
        matches!(whom.trim(), "" | "replyd" | "robots")
            && words.split(',').any(|word| matches!(word.trim(), "noindex" | "none"))
    };
    let mut lists = lists;
    lists.any(says)
}

/// The first `<title>`, on one line, without characters that are not seen or turn others around.
fn title(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let inner = lower.find("<title").and_then(|at| {
        let start = at + lower[at..].find('>')? + 1;
        Some(&html[start..start + lower[start..].find("</title")?])
    });
    let words = decode(inner.unwrap_or_default());
    let seen: String = words.chars().filter(|c| c.is_whitespace() || !is_unseen(*c)).collect();
    let line = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    head(&line, TITLE_OCTETS_MAX).to_owned()
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
