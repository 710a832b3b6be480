//! Checks what would be said, whoever thought of it (S-22).
//!
//! The author is assumed to have been talked into anything by the mail. So: no pictures, no HTML, links and host names only
//! from the quoted pages or the customer's own mail, and every paragraph carried by a passage.

use std::collections::BTreeSet;

use crate::types::head;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::{
    answer::{Answer, Paragraph},
    desk::Case,
    knowledge::{Passage, markdown_options},
    words,
};

/// Octets of an answer.
pub const ANSWER_OCTETS_MAX: usize = 8_000;

/// Share of a paragraph's words that must stand in the passage that carries it.
pub const CARRIED_MIN_PERCENT: usize = 60;

/// Why an answer may not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nothing is said.
    #[error("the answer is empty")]
    Empty,
    /// Too much is said.
    #[error("the answer is longer than {ANSWER_OCTETS_MAX} octets")]
    TooLong,
    /// The pages support it less than the threshold.
    #[error("the answer is supported by {0} % only")]
    Unsupported(u32),
    /// Nobody stands for a paragraph.
    #[error("paragraph {0} of the answer is not carried by a passage")]
    NotCarried(usize),
    /// A link to where neither the pages nor the customer point.
    #[error("the answer links to {0}, which stands neither in the pages it quotes nor in the customer's mail")]
    ForeignLink(String),
    /// A host name or address as plain text, which mail programs make a link of.
    #[error("the answer names {0}, which stands neither in the pages it quotes nor in the customer's mail")]
    ForeignHost(String),
    /// A picture loads by itself and can carry data out.
    #[error("the answer holds a picture")]
    Picture,
    /// HTML could hide anything.
    #[error("the answer holds HTML")]
    Html,
    /// Characters that a reader does not see.
    #[error("the answer holds characters that cannot be seen")]
    Unseen,
}

/// Checks an answer and puts it on paper.
///
/// # Errors
/// The first [`Refusal`] found.
pub fn checked(answer: &Answer, case: &Case, support_min_percent: u32) -> Result<String, Refusal> {
    if answer.paragraphs.iter().all(|paragraph| paragraph.markdown.trim().is_empty()) {
        return Err(Refusal::Empty);
    }
    let markdown = answer.markdown();
    if markdown.len() > ANSWER_OCTETS_MAX {
        return Err(Refusal::TooLong);
    }
    if answer.support_percent < support_min_percent {
        return Err(Refusal::Unsupported(answer.support_percent));
    }
    if markdown.chars().any(words::is_unseen) {
        return Err(Refusal::Unseen);
    }
    for (place, paragraph) in answer.paragraphs.iter().enumerate() {
        if !blocks_are_carried(paragraph, answer.passage_of(paragraph)) {
            return Err(Refusal::NotCarried(place + 1));
        }
    }
    check_links(&markdown, &allowed_hosts(answer, case))?;
    Ok(markdown)
}

/// S-22: a paragraph's author may put several blocks into one, so each is held against the passage on its own.
fn blocks_are_carried(paragraph: &Paragraph, passage: Option<&Passage>) -> bool {
    let Some(passage) = passage else { return false };
    let of = |text: &str| words::terms(text, passage.tongue).into_iter().map(|term| term.stem);
    let numbers = |text: &str| words::plain(text).into_iter().filter(|word| word.contains(|c: char| c.is_numeric()));
    let carries: BTreeSet<String> = of(&passage.text).chain(of(&passage.heading)).collect();
    let known_numbers: BTreeSet<String> = numbers(&passage.text).chain(numbers(&passage.heading)).collect();
    // A price or a date with one figure changed is another promise: numbers are carried all or not at all.
    if numbers(&paragraph.markdown).any(|number| !known_numbers.contains(&number)) {
        return false;
    }
    paragraph.markdown.split("\n\n").filter(|block| !block.trim().is_empty()).all(|block| {
        let said: BTreeSet<String> = of(block).collect();
        let carried = said.intersection(&carries).count();
        carried * 100 >= said.len() * CARRIED_MIN_PERCENT
    })
}

/// Hosts that stand in the quoted passages or were written by the customer.
fn allowed_hosts(answer: &Answer, case: &Case) -> BTreeSet<String> {
    let mut allowed = BTreeSet::new();
    for passage in answer.paragraphs.iter().filter_map(|paragraph| answer.passage_of(paragraph)) {
        let page = Rendered::of(&passage.text);
        allowed.extend(page.links.iter().filter_map(|url| host_of(url)));
        allowed.extend(hosts_in(&page.text));
        allowed.extend(hosts_in(&passage.heading));
    }
    allowed.extend(case.mails.iter().flat_map(|mail| hosts_in(&mail.new_text)));
    allowed
}

fn check_links(markdown: &str, allowed: &BTreeSet<String>) -> Result<(), Refusal> {
    let seen = Rendered::of(markdown);
    if seen.has_picture {
        return Err(Refusal::Picture);
    }
    if seen.has_html {
        return Err(Refusal::Html);
    }
    for url in &seen.links {
        if host_of(url).is_none_or(|host| !allowed.contains(&host)) {
            return Err(Refusal::ForeignLink(head(url, 100).to_owned()));
        }
    }
    match hosts_in(&seen.text).into_iter().find(|host| !allowed.contains(host)) {
        Some(host) => Err(Refusal::ForeignHost(host)),
        None => Ok(()),
    }
}

/// Markdown as its reader sees it: `e*vil*.example` is one name there.
#[derive(Default)]
struct Rendered {
    text: String,
    links: Vec<String>,
    has_picture: bool,
    has_html: bool,
}

impl Rendered {
    fn of(markdown: &str) -> Self {
        let mut seen = Self::default();
        for event in Parser::new_ext(markdown, markdown_options()) {
            match event {
                Event::Start(Tag::Image { .. }) => seen.has_picture = true,
                Event::Html(_) | Event::InlineHtml(_) => seen.has_html = true,
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

/// The host a link goes to: of `http`, `https` and `mailto` only. Anything doubtful has none.
fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once(':')?;
    if url.contains(['\\', '\t', '\n', '\r', ' ']) {
        return None;
    }
    let authority = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//")?.split(['/', '?', '#']).next()?,
        "mailto" => {
            let (address, fields) = rest.split_once('?').map_or((rest, ""), |(address, fields)| (address, fields));
            // Further recipients and ready-made texts could be slipped in behind the address.
            if !fields.is_empty() || address.contains([',', ';', '%']) {
                return None;
            }
            address.rsplit_once('@')?.1
        }
        _ => return None,
    };
    // `https://good.example@evil.example/` goes to the second.
    if authority.contains(['@', '%']) {
        return None;
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    ascii(host)
}

fn ascii(host: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(host.trim_end_matches('.')).ok()?;
    (!ascii.is_empty()).then_some(ascii)
}

/// Everything in a text that a mail program might take for a host name: labels joined by dots, the last one of letters.
fn hosts_in(text: &str) -> BTreeSet<String> {
    let is_part =
        |c: char| c.is_alphanumeric() || c == '-' || c == '.' || c == '_' || is_joiner(c) || is_ideographic_dot(c);
    text.split(|c: char| !is_part(c)).filter_map(host_like).collect()
}

fn host_like(word: &str) -> Option<String> {
    let word = word.replace(is_ideographic_dot, ".");
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    let (before, last) = word.rsplit_once('.')?;
    // `3.50` and `v1.2` are no hosts, four numbers are.
    let is_ip = word.parse::<std::net::Ipv4Addr>().is_ok();
    let top = last.chars().count() >= 2 && last.chars().any(char::is_alphabetic);
    if before.is_empty() || !is_ip && !top {
        return None;
    }
    ascii(word).or_else(|| Some(word.to_lowercase()))
}

/// UTS 46 reads these as dots.
fn is_ideographic_dot(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}')
}

/// Joiners belong to words of some scripts and to some pictographs; within a host name they hide it.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_link_is_where_it_goes_s22() {
        for (url, host) in [
            ("https://Acme.example/a?b#c", Some("acme.example")),
            ("http://acme.example:8080", Some("acme.example")),
            ("https://bücher.example/", Some("xn--bcher-kva.example")),
            ("mailto:ada@acme.example", Some("acme.example")),
            ("https://acme.example@evil.example/", None),
            ("https://acme.example\\@evil.example/", None),
            ("//evil.example/", None),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("mailto:ada@acme.example?bcc=x@evil.example", None),
            ("mailto:x@evil.example,ada@acme.example", None),
            ("returns.md", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn what_a_mail_program_would_make_a_link_of_is_a_host() {
        let found =
            hosts_in("Go to www.evil.example, evil.example/x, a@b.example or 10.0.0.1; costs 3.50 e.g. v1.2. Done.");
        let expected = ["10.0.0.1", "b.example", "evil.example", "www.evil.example"].map(str::to_owned);
        assert_eq!(found, BTreeSet::from(expected));
        assert!(!hosts_in("ev\u{200d}il.example").is_empty());
        assert_eq!(hosts_in("evil。example"), BTreeSet::from(["evil.example".to_owned()]));
    }
}
