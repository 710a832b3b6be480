//! What holds a letter in its thread: subject, In-Reply-To and References, as mail programs read them.
//!
//! Pure. What only Outlook reads stands in `outlook`.

use super::{answered::Answered, compose::clean_line};
use crate::types::Number;

/// Letters of a title in a subject.
const TITLE_CHARS_MAX: usize = 200;

/// Ids in References: the root and the newest.
const REFERENCES_MAX: usize = 30;

/// Octets of all ids in References. There are servers that take no head above 16 KiB.
const REFERENCES_OCTETS_MAX: usize = 8 * 1024;

/// Octets of one message id that we repeat: it must fit a header line. RFC 5322 §2.1.1.
const ID_OCTETS_MAX: usize = 500;

/// What mail programs of many languages put before the subject of a reply, in lower case.
const REPLY_PREFIXES: [&str; 31] = [
    "re",
    "aw",
    "antw",
    "antwort",
    "sv",
    "svar",
    "vs",
    "vá",
    "odp",
    "ynt",
    "cevap",
    "rif",
    "rép",
    "rep",
    "res",
    "resp",
    "bls",
    "ats",
    "atb",
    "απ",
    "σχετ",
    "отв",
    "ответ",
    "回复",
    "答复",
    "回覆",
    "返信",
    "답장",
    "رد",
    "השב",
    "ตอบกลับ",
];

/// What they put before that of a forwarded mail. It stays in a subject, for it says something; no thread depends on it.
const FORWARD_PREFIXES: [&str; 16] =
    ["fw", "fwd", "wg", "tr", "rv", "vb", "vl", "pd", "enc", "i", "ilt", "προ", "πρθ", "转发", "轉寄", "転送"];

/// The subject of what has none.
const UNTITLED: &str = "Your message";

/// `Re: ` once, the number once, and what the subject of the answered mail is without what replies pile up; the title where
/// nothing of that is left.
///
/// RFC 5256 §2.1: a `[blob]` before the rest is no part of the base subject, by which programs that look at subjects thread;
/// behind it it is. So the number stands there, and the letter has the base subject of what it answers.
pub(super) fn subject(answered: &str, title: &str, number: Option<Number>) -> String {
    let (answered, title) = (bare(answered, number), bare(title, number));
    // What programs of other languages put before the title is not known, but it is told by what follows it.
    let is_prefix = |before: &str| before.trim_end().ends_with([':', '：']);
    let answers_the_title = !title.is_empty() && answered.strip_suffix(title.as_str()).is_some_and(is_prefix);
    let bare = if answered.is_empty() || answers_the_title { title } else { answered };
    let bare = if bare.is_empty() { UNTITLED } else { bare.as_str() };
    let mark = number.map(|number| format!("[{number}] ")).unwrap_or_default();
    format!("Re: {mark}{bare}")
}

fn bare(subject: &str, number: Option<Number>) -> String {
    let unmarked = number.map_or(subject.to_owned(), |number| subject.replace(&format!("[{number}]"), " "));
    let subject = clean_line(&unmarked, TITLE_CHARS_MAX);
    let mut bare = subject.as_str();
    while let Some(rest) = without_prefix(bare, &[&REPLY_PREFIXES]) {
        bare = rest;
    }
    bare.to_owned()
}

/// The subject without everything that replies, forwards and lists put before it: what Outlook calls the topic.
pub(super) fn topic(subject: &str, number: Number) -> String {
    let subject = clean_line(&subject.replace(&format!("[{number}]"), " "), TITLE_CHARS_MAX);
    let mut bare = subject.as_str();
    while let Some(rest) = without_prefix(bare, &[&REPLY_PREFIXES, &FORWARD_PREFIXES]) {
        bare = rest;
    }
    if bare.is_empty() { UNTITLED.to_owned() } else { bare.to_owned() }
}

fn without_prefix<'s>(subject: &'s str, known: &[&[&str]]) -> Option<&'s str> {
    let (head, rest) = subject.split_once([':', '：'])?;
    // `Re[2]:` and `Re(2):` count.
    let word = head.trim().trim_end_matches(|c: char| c.is_ascii_digit() || "[]() ".contains(c)).to_lowercase();
    known.iter().any(|known| known.contains(&word.as_str())).then(|| rest.trim_start())
}

/// The mail that is answered, when it has an id.
pub(super) fn in_reply_to(answered: &Answered) -> Option<&str> {
    Some(answered.message_id.as_str()).filter(|id| is_id(id))
}

/// The whole thread, oldest first, the answered mail last; when there is too much of it, the root and the newest.
///
/// A mail that lost its References, or comes from a program that names only its parent, still continues the thread: so the
/// conversation's own messages stand in it too. Ids that only the mail names stand before what they lead to.
/// RFC 5322 §3.6.4.
pub(super) fn references(answered: &Answered) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    // S-12: an id that is none is left out, not repaired.
    for id in answered.thread.iter().map(String::as_str).filter(|id| is_id(id) && *id != answered.message_id) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let mut place = ids.len();
    for id in answered.references.iter().rev().map(String::as_str).filter(|id| is_id(id) && *id != answered.message_id)
    {
        match ids.iter().position(|known| *known == id) {
            Some(known) => place = known,
            None => ids.insert(place, id),
        }
    }
    ids.extend(in_reply_to(answered));
    if ids.len() > REFERENCES_MAX {
        ids.drain(1..=ids.len() - REFERENCES_MAX);
    }
    while ids.len() > 2 && ids.iter().map(|id| id.len() + 3).sum::<usize>() > REFERENCES_OCTETS_MAX {
        ids.remove(1);
    }
    ids
}

/// `[!-~]+@[!-~]+`, without brackets inside. S-12: anything else never reaches a header.
pub(super) fn is_id(id: &str) -> bool {
    let visible = id.len() <= ID_OCTETS_MAX && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    visible && id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty())
}

#[cfg(test)]
#[path = "thread_tests.rs"]
mod tests;
