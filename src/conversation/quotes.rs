//! New text apart from quoted text.
//!
//! A mail is read as rows. HTML names the containers in which mail programs keep what they quote; plain text has `>`, the
//! line that says who wrote it, and blocks of header fields. Nothing is thrown away: the text is covered by segments, and
//! when nothing would be new, all of it is. Forwarded mail is what the sender wants read, so it stays.
//!
//! Pure and linear: each row is looked at together with a fixed number of rows around it.

mod attribution;
mod blocks;
mod closings;
mod fold;
mod forwards;
mod heads;
mod notices;
mod pages;
mod passed_on;
mod phrases;
mod prefixes;
mod rows;
mod signs;
mod words;

use std::ops::Range;

use heads::Head;
pub use passed_on::writer_passed_on;
use rows::Sheet;
use serde::Serialize;

use crate::mime::Mail;

/// What a piece of a mail's text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What the sender wrote this time.
    New,
    /// What was there before.
    Quote,
    /// What introduces a quote: who wrote it and when.
    Attribution,
    /// Name, sign-off, contact lines, the mobile's line, their separator included.
    Signature,
    /// Confidentiality notes, scanners' notes, what a gateway wrote on top.
    Disclaimer,
    /// A mail passed on by hand, its header included. It is what the sender wants read.
    Forwarded,
}

/// A piece of the text of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Segment {
    /// What it is.
    pub kind: Kind,
    /// Octets of [`Parted::text`], on the edges of characters.
    #[serde(flatten)]
    #[schema(value_type = Octets)]
    pub range: Range<usize>,
}

/// A range as JSON has it.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its description is used")]
struct Octets {
    /// The first.
    start: usize,
    /// Behind the last.
    end: usize,
}

/// What the header of a forwarded mail says, as written. A claim in a text, proved by nothing; never an identity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct Claim {
    /// Who is said to have written it; empty without, as the others.
    pub from: String,
    /// To whom.
    pub to: String,
    /// When.
    pub date: String,
    /// About what.
    pub subject: String,
}

/// A mail's text in segments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parted {
    /// The decoded text in which the ranges count.
    pub text: String,
    /// Pieces that cover `text` in order, without gap or overlap; every empty line belongs to the piece above.
    pub segments: Vec<Segment>,
    /// How sure it is that exactly the right words were hidden, 0 to 100: that of the weakest decision. 100 when nothing
    /// was hidden, 95 and more for what a mail program marked, below 80 for what only looks like it, at most 50 when
    /// nothing new was found and so all is shown.
    pub confidence: u8,
    /// Whose mail was forwarded by hand, when one was.
    pub forwarded: Option<Claim>,
    /// What the sender wrote this time and what they forwarded.
    pub new_text: String,
    /// What the sender wrote this time, their signature included, and nothing that they forwarded; empty where nothing new was found,
    /// although all is shown then. What counts as an act of theirs stands here.
    pub written: String,
    /// What was there before, lines that introduce it included.
    pub quoted_text: String,
    /// The sender's signature, its separator included; empty without.
    pub signature: String,
    /// Whether the page held nothing but a quote and the line that introduces it, and is shown whole for that alone.
    pub only_quoted: bool,
}

impl Parted {
    /// What a reader sees first, in the order it was written: all but quotes and what introduces them; without
    /// signatures and disclaimers when only the `words` are wanted. Empty for a page that is only a quote.
    pub fn visible(&self, words: bool) -> String {
        if self.only_quoted {
            return String::new();
        }
        let seen = |kind| match kind {
            Kind::New | Kind::Forwarded => true,
            Kind::Signature | Kind::Disclaimer => !words,
            Kind::Quote | Kind::Attribution => false,
        };
        rows::gathered(&self.text, &self.segments, seen)
    }
}

/// Parts the text of a mail.
pub fn part(mail: &Mail) -> Parted {
    if mail.text_from_html {
        let page = pages::Page::of(&mail.html);
        let (segments, found) = read(page.sheet(), mail);
        return parted(page.text, segments, found);
    }
    let mut sheet = Sheet::of(&mail.text);
    prefixes::mark(&mut sheet);
    let (segments, found) = read(sheet, mail);
    parted(mail.text.clone(), segments, found)
}

/// What was found beside the segments.
struct Found {
    sure: u8,
    only_quoted: bool,
    forwarded: Option<Claim>,
}

/// Marks the rows and makes segments of them.
fn read(mut sheet: Sheet<'_>, mail: &Mail) -> (Vec<Segment>, Found) {
    mark_quotes(&mut sheet);
    let forwarded = forwards::mark(&mut sheet, &mail.subject);
    prefixes::join_broken(&mut sheet);
    notices::mark(&mut sheet);
    signs::mark(&mut sheet, &mail.from_name);
    let only_quoted = is_only_quoted(&sheet);
    (sheet.segments(), Found { sure: sheet.sure, only_quoted, forwarded })
}

/// Whether a page is a quote below the line that introduces it, and nothing else.
fn is_only_quoted(sheet: &Sheet<'_>) -> bool {
    let hidden = |at| matches!(sheet.kind(at), Kind::Attribution | Kind::Quote);
    sheet.get(0).is_some_and(|first| first.kind == Kind::Attribution)
        && (0..sheet.len()).all(hidden)
        && (0..sheet.len()).any(|at| sheet.row(at).region > 0)
}

fn parted(text: String, segments: Vec<Segment>, found: Found) -> Parted {
    let new_text = rows::gathered(&text, &segments, |kind| matches!(kind, Kind::New | Kind::Forwarded));
    let new_text = new_text.trim().to_owned();
    let written = rows::gathered(&text, &segments, |kind| matches!(kind, Kind::New | Kind::Signature));
    if new_text.is_empty() {
        return Parted { only_quoted: found.only_quoted, written, ..whole(text) };
    }
    let Found { sure, forwarded, .. } = found;
    let quoted_text = rows::gathered(&text, &segments, |kind| matches!(kind, Kind::Quote | Kind::Attribution));
    let signature = rows::gathered(&text, &segments, |kind| kind == Kind::Signature);
    Parted {
        text,
        segments,
        confidence: sure,
        forwarded,
        new_text,
        written,
        quoted_text,
        signature,
        only_quoted: false,
    }
}

/// Hide, never cut: a mail that seems to say nothing new is shown whole.
fn whole(text: String) -> Parted {
    const SURE: u8 = 50;
    let new_text = text.trim().to_owned();
    let segments = if text.is_empty() { Vec::new() } else { vec![Segment { kind: Kind::New, range: 0..text.len() }] };
    Parted { text, segments, confidence: SURE, new_text, ..Parted::default() }
}

/// How sure we are, by what says that something is old.
const SURE_ATTRIBUTION: u8 = 95;
const SURE_BLOCK: u8 = 90;
const SURE_MARKER: u8 = 85;
const SURE_UNMARKED: u8 = 80;

/// Finds what introduces quotes, and marks it and what follows.
fn mark_quotes(sheet: &mut Sheet<'_>) {
    // Each costs moving what follows; nobody answers so often in one mail.
    let mut splits_left = 20;
    let mut low = String::new();
    let mut at = 0;
    while at < sheet.len() {
        if !sheet.is_new(at) {
            at = forwards::mark_quoted(sheet, at);
            continue;
        }
        match heads::at(sheet, at, &mut low) {
            Head::None => at += 1,
            // What somebody forwards is what he wants read.
            Head::Forward => return sheet.mark(heads::with_rule_above(sheet, at)..sheet.len(), Kind::Forwarded),
            Head::Marker => {
                sheet.doubt(SURE_MARKER);
                return sheet.mark(heads::with_rule_above(sheet, at)..sheet.len(), Kind::Quote);
            }
            Head::Original { rows: count } => {
                sheet.doubt(SURE_BLOCK);
                let from = heads::with_rule_above(sheet, at);
                sheet.mark(from..at + count, Kind::Attribution);
                at += count;
                // Who quotes with `>` below answers between.
                if sheet.get(at).is_none_or(|next| next.kind != Kind::Quote) {
                    return sheet.mark(at..sheet.len(), Kind::Quote);
                }
            }
            Head::Attribution { rows: count, from } => {
                if from > 0 && splits_left > 0 {
                    splits_left -= 1;
                    sheet.split(at, from);
                    at += 1;
                }
                sheet.mark(heads::with_rule_above(sheet, at)..at + count, Kind::Attribution);
                at += count;
                sheet.doubt(SURE_ATTRIBUTION);
                if sheet.get(at).is_none_or(|next| next.kind != Kind::Quote) {
                    sheet.doubt(SURE_UNMARKED);
                    return sheet.mark(at..sheet.len(), Kind::Quote);
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "quotes/invariants_tests.rs"]
mod invariants;
#[cfg(test)]
#[path = "quotes_tests.rs"]
mod tests;
