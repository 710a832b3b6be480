//! Reports in free words: one small function for each way to name who did not get the mail.

use memchr::memmem;

use super::{
    RECIPIENTS_MAX,
    letter::{Letter, address},
    phrases::{BEFORE_ADDRESS, BEHIND_ADDRESS, INTRODUCTIONS},
};
use crate::types::head;

/// Somebody whom a report names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) address: String,
    /// The words beside the address.
    pub(super) diagnostic: String,
}

type Shape = (&'static str, fn(&Letter<'_>) -> Vec<Failed>);

/// All shapes, the most telling first: the first that finds somebody is taken.
pub(super) const SHAPES: [Shape; 7] = [
    ("address before its reason", address_before_its_reason),
    ("list of addresses", list_of_addresses),
    ("address in a sentence", address_in_a_sentence),
    ("address and its alias", aliases),
    ("screen name", screen_name),
    ("directory name", directory_name),
    ("head of the returned mail", head_of_the_returned_mail),
];

/// Octets of the words beside an address that are kept.
const DIAGNOSTIC_OCTETS_MAX: usize = 500;

/// Whom a letter names, each once, and by which shape; `None` when nobody.
pub(super) fn read(letter: &Letter<'_>) -> Option<(&'static str, Vec<Failed>)> {
    SHAPES.iter().find_map(|(name, shape)| {
        let mut seen = std::collections::HashSet::new();
        let mut found = shape(letter);
        found.retain(|failed| seen.insert(failed.address.to_ascii_lowercase()));
        found.truncate(RECIPIENTS_MAX);
        (!found.is_empty()).then_some((*name, found))
    })
}

/// qmail, Postfix, Yahoo, sina: `<ada@x.example>:` and the reason, on the same line or below.
fn address_before_its_reason(letter: &Letter<'_>) -> Vec<Failed> {
    let mut found: Vec<Failed> = Vec::new();
    let mut open = false;
    for line in &letter.lines {
        let line = line.trim();
        let named = line.strip_prefix('<').and_then(|rest| rest.split_once('>')).and_then(|(inner, rest)| {
            let reason = rest.trim_start();
            let says = reason.starts_with(':') || reason.starts_with("(expanded from");
            Some((address(inner)?, reason.trim_start_matches([':', ' ']))).filter(|_| says)
        });
        if let Some((address, reason)) = named {
            found.push(Failed { address: address.to_owned(), diagnostic: reason.to_owned() });
            open = true;
        } else if line.is_empty() {
            open = false;
        } else if open {
            add_words(&mut found, line);
        }
    }
    found
}

/// Exim, Sendmail, Exchange, Google, Domino, MDaemon and most others: a sentence, then addresses, one a line.
fn list_of_addresses(letter: &Letter<'_>) -> Vec<Failed> {
    let mut begins: Vec<usize> = INTRODUCTIONS
        .iter()
        .flat_map(|words| memmem::find_iter(letter.low.as_bytes(), words).map(|at| at + words.len()))
        .map(|end| letter.line_at(end - 1))
        .collect();
    begins.sort_unstable();
    begins.dedup();
    let mut found = Vec::new();
    let mut read_to = 0;
    for begin in begins {
        // One list may be introduced twice, by the two halves of a sentence.
        if begin >= read_to || found.is_empty() {
            read_to = listed(letter, begin, &mut found);
        }
    }
    if !found.is_empty() {
        found.extend(aliases(letter));
    }
    found
}

/// Takes the list introduced on that line and says where it ends.
fn listed(letter: &Letter<'_>, begin: usize, found: &mut Vec<Failed>) -> usize {
    /// Lines of other words between the introduction and the first address.
    const OTHER_LINES_MAX: usize = 4;
    let same_line =
        letter.lines.get(begin).and_then(|line| line.rsplit_once(':')).and_then(|(_, rest)| first_address(rest));
    if let Some(named) = same_line {
        found.push(Failed { address: named.to_owned(), diagnostic: String::new() });
        return begin + 1;
    }
    let (mut any, mut gap, mut others) = (false, false, 0);
    for (at, line) in letter.lines.iter().enumerate().skip(begin + 1) {
        if line.trim().is_empty() {
            gap = true;
        } else if let Some(named) = first_address(line) {
            let rest = line.split_once(named).map_or("", |(_, rest)| rest);
            let diagnostic = rest.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
            found.push(Failed { address: named.to_owned(), diagnostic });
            (any, gap) = (true, false);
        } else if any && gap {
            return at;
        } else if any {
            add_words(found, line.trim());
        } else {
            others += 1;
            if others > OTHER_LINES_MAX {
                return at;
            }
        }
    }
    letter.lines.len()
}

/// The address a line begins with, behind bullets and labels; or the Internet form of an X.400 address in it.
fn first_address(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || "*>-•+|".contains(c));
    let line = line.strip_prefix("Recipient:").unwrap_or(line);
    if let Some(at) = memmem::find(line.as_bytes(), b"SMTP=") {
        return address(line[at + 5..].split([';', ' ']).next()?);
    }
    address(line.split_whitespace().next()?)
}

/// SMTP32, MDaemon, scanners, mailboxes that are full: the address stands in the sentence.
fn address_in_a_sentence(letter: &Letter<'_>) -> Vec<Failed> {
    let mut found: Vec<(usize, Failed)> = Vec::new();
    for words in BEFORE_ADDRESS {
        for at in memmem::find_iter(letter.low.as_bytes(), words) {
            let rest = &letter.flat[at + words.len()..];
            if let Some(named) = rest.split(' ').next().and_then(address) {
                found.push((at, failed_in_sentence(letter, at, named)));
            }
        }
    }
    for words in BEHIND_ADDRESS {
        for at in memmem::find_iter(letter.low.as_bytes(), words) {
            if let Some(named) = letter.flat[..at].rsplit(' ').next().and_then(address) {
                found.push((at, failed_in_sentence(letter, at, named)));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, failed)| failed).collect()
}

fn failed_in_sentence(letter: &Letter<'_>, at: usize, named: &str) -> Failed {
    let line = letter.lines.get(letter.line_at(at)).map_or("", |line| line.trim());
    Failed { address: named.to_owned(), diagnostic: cut(line).to_owned() }
}

/// Sendmail and Exim: the address that ours was expanded from.
fn aliases(letter: &Letter<'_>) -> Vec<Failed> {
    let words = "(expanded from: ";
    let found = memmem::find_iter(letter.low.as_bytes(), words).filter_map(|at| {
        let named = address(letter.flat[at + words.len()..].split(' ').next()?)?;
        Some(Failed { address: named.to_owned(), diagnostic: String::new() })
    });
    found.collect()
}

/// AOL: names without a domain, which is that of the server.
fn screen_name(letter: &Letter<'_>) -> Vec<Failed> {
    let Some(at) = letter.low.find("they are not accepting mail") else { return Vec::new() };
    let is_name =
        |word: &str| word.len() <= 64 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    let below = letter.lines.iter().skip(letter.line_at(at) + 1);
    let names =
        below.filter(|line| line.starts_with(['\t', ' '])).map(|line| line.trim()).filter(|line| !line.is_empty());
    let found = names.take_while(|name| is_name(name)).map(|name| Failed {
        address: format!("{name}@{}", letter.from_domain),
        diagnostic: "they are not accepting mail".to_owned(),
    });
    if letter.from_domain.is_empty() { Vec::new() } else { found.collect() }
}

/// Directories of universities (phquery): a name, and in which domains it could be one.
fn directory_name(letter: &Letter<'_>) -> Vec<Failed> {
    let Some(at) = letter.low.find("no matches to nameserver query") else { return Vec::new() };
    let name = letter.flat[..at].trim_end().rsplit(' ').next().unwrap_or_default();
    let domains = memmem::find_iter(letter.low.as_bytes(), "name@")
        // `finger NAME@directory.x.example` tells how to ask, not where to write.
        .filter(|at| letter.low[..*at].ends_with("emailing ") || letter.low[..*at].ends_with("emailing to "))
        .filter_map(|at| letter.low[at + 5..].split([' ', ',']).next())
        .map(|domain| domain.trim_end_matches(['.', '\'']));
    let addresses = domains.map(|domain| format!("{name}@{domain}")).filter(|named| address(named).is_some());
    addresses.map(|address| Failed { address, diagnostic: "No matches to nameserver query".to_owned() }).collect()
}

/// Yahoo in short: names nobody, but shows `To:` of what it could not deliver, as HTML on one line.
fn head_of_the_returned_mail(letter: &Letter<'_>) -> Vec<Failed> {
    let Some(at) = letter.low.find("able to deliver the following message") else { return Vec::new() };
    let Some(to) = letter.low[at..].find(" to: ") else { return Vec::new() };
    let named = letter.flat[at + to + 5..].split(' ').map_while(address);
    named.map(|named| Failed { address: named.to_owned(), diagnostic: String::new() }).collect()
}

fn add_words(found: &mut [Failed], line: &str) {
    if let Some(last) = found.last_mut()
        && last.diagnostic.len() < DIAGNOSTIC_OCTETS_MAX
    {
        if !last.diagnostic.is_empty() {
            last.diagnostic.push(' ');
        }
        last.diagnostic.push_str(cut(line));
    }
}

fn cut(words: &str) -> &str {
    head(words, DIAGNOSTIC_OCTETS_MAX)
}

#[cfg(test)]
#[path = "shapes_tests.rs"]
mod tests;
