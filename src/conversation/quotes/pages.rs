//! The rows of an HTML mail, marked by the containers that mail programs use.

use super::{
    Kind, attribution, blocks,
    fold::fold,
    forwards, heads,
    rows::{Sheet, is_blank},
};
use crate::{
    mime::html::{Begins, Line, Tag, to_lines},
    types::head,
};

const SIGNATURE: u8 = 1;
/// A blockquote that no mail program says it made.
const PLAIN_QUOTE: u8 = 2;
/// What Gmail puts a quote into; people answer in it, between and below its blockquotes.
const CONTAINER: u8 = 3;
const QUOTE: u8 = 4;
const REST: u8 = 5;

/// A page as text, and where each of its lines stood.
pub(super) struct Page {
    /// Its lines.
    pub(super) text: String,
    /// The region of each line that is not empty.
    regions: Vec<u8>,
}

impl Page {
    /// Reads a page.
    pub(super) fn of(html: &str) -> Self {
        let mut lines = to_lines(html, &mut begins);
        keep_forwarded(&mut lines);
        keep_answers(&mut lines);
        keep_citations(&mut lines);
        let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
        let mut regions = Vec::with_capacity(lines.len());
        for Line { text: line, region, .. } in lines {
            if !is_blank(&line) {
                regions.push(region);
            }
            text.push_str(&line);
            text.push('\n');
        }
        Self { text, regions }
    }

    /// Its rows, marked.
    pub(super) fn sheet(&self) -> Sheet<'_> {
        let mut sheet = Sheet::of(&self.text);
        for (at, region) in self.regions.iter().enumerate().take(sheet.len()) {
            let row = sheet.row_mut(at);
            row.region = *region;
            row.kind = match *region {
                0 => Kind::New,
                SIGNATURE => Kind::Signature,
                _ => Kind::Quote,
            };
            sheet.doubt(match *region {
                0 => 100,
                PLAIN_QUOTE => SURE_PLAIN,
                _ => SURE_NAMED,
            });
        }
        sheet
    }
}

/// How sure we are of a container that a mail program named, and of a blockquote that anybody may have made.
const SURE_NAMED: u8 = 98;
const SURE_PLAIN: u8 = 85;

/// Gmail and Apple keep forwarded mail in the container they quote with: there it is what the sender wants read.
fn keep_forwarded(lines: &mut [Line]) {
    let mut at = 0;
    while at < lines.len() {
        let end = run_end(lines, at, |line| line.region >= PLAIN_QUOTE);
        let first = lines[at..end].iter().find(|line| !is_blank(&line.text));
        if lines[at].region >= PLAIN_QUOTE && first.is_some_and(|line| forwards::is_begun_by(&line.text)) {
            lines[at..end].iter_mut().for_each(|line| line.region = 0);
        }
        at = end;
    }
}

/// Where the lines end that are like the first in one respect.
fn run_end<T: PartialEq>(lines: &[Line], from: usize, like: impl Fn(&Line) -> T) -> usize {
    let first = like(&lines[from]);
    (from..lines.len()).find(|at| like(&lines[*at]) != first).unwrap_or(lines.len())
}

/// Answers in a container below its first blockquote: they are new, when nothing but the line that says who wrote it
/// stands above that.
fn keep_answers(lines: &mut [Line]) {
    const ROWS_ABOVE_MAX: usize = 8;
    let mut at = 0;
    while at < lines.len() {
        let end = run_end(lines, at, |line| matches!(line.region, CONTAINER | QUOTE));
        let first = (at..end).find(|at| lines[*at].region >= CONTAINER && lines[*at].quotes > 0);
        if let Some(first) = first {
            let mut above = lines[at..first].iter().filter(|line| !is_blank(&line.text));
            let rows = above.clone().count();
            let introduces = above.next_back().is_none_or(|line| heads::introduces(&line.text));
            if introduces && rows <= ROWS_ABOVE_MAX {
                let answers = lines[first..end].iter_mut().filter(|line| line.region >= CONTAINER && line.quotes == 0);
                answers.for_each(|line| line.region = 0);
            }
        }
        at = end;
    }
}

/// Whether the first row is a separator or a field of a mail.
fn begins_with_head(lines: &[Line]) -> bool {
    let first = lines.iter().find(|line| !is_blank(&line.text));
    first.is_some_and(|line| is_head(&line.text))
}

/// Whether a row says by its form that a mail begins below.
fn is_head(text: &str) -> bool {
    text.starts_with("----") || blocks::field(text).is_some() || attribution::says_who(text)
}

/// A plain blockquote is what somebody cites, when another quote follows and no line says who wrote it.
fn keep_citations(lines: &mut [Line]) {
    let Some(last) = lines.iter().rposition(|l| l.region >= PLAIN_QUOTE) else { return };
    if is_cited_only(lines, last) {
        lines.iter_mut().filter(|line| line.region == PLAIN_QUOTE).for_each(|line| line.region = 0);
        return;
    }
    let mut introduced = false;
    let mut at = 0;
    while at < lines.len() {
        let end = run_end(lines, at, |line| line.region);
        introduced |= lines[at].region == PLAIN_QUOTE && begins_with_head(&lines[at..end]);
        if lines[at].region == PLAIN_QUOTE && end <= last && !introduced {
            lines[at..end].iter_mut().for_each(|l| l.region = 0);
        }
        // Who quotes piece by piece says only once whom.
        let said = lines[at..end].iter().rfind(|l| !l.text.trim().is_empty());
        introduced |= said.is_some_and(|l| heads::introduces(&l.text));
        at = end;
    }
}

/// Whether all blockquotes are plain, stand between somebody's words, below a row of theirs that says so with a colon,
/// and nothing says who wrote them.
fn is_cited_only(lines: &[Line], last: usize) -> bool {
    const ROWS_ABOVE: usize = 3;
    let is_seen = |line: &&Line| !is_blank(&line.text);
    let answered = lines[last + 1..].iter().filter(is_seen).any(|line| line.region == 0);
    if !answered || lines.iter().any(|line| line.region > PLAIN_QUOTE) {
        return false;
    }
    let first = lines.iter().position(|line| line.region == PLAIN_QUOTE).unwrap_or(last);
    let introduced = lines[..first].iter().rev().find(is_seen).is_some_and(|line| heads::introduces(&line.text));
    // How many of the next rows above a blockquote may say who wrote it.
    let mut above = 0;
    introduced
        && lines[..=last].iter().rev().filter(is_seen).all(|line| {
            above = if line.region == PLAIN_QUOTE { ROWS_ABOVE + 1 } else { above };
            let says = above > 0 && says_more(&line.text);
            above = above.saturating_sub(1);
            !says
        })
}

/// Whether a row may be part of what says who wrote something.
fn says_more(text: &str) -> bool {
    is_head(text) || {
        let low = fold(head(text, heads::OCTETS_MAX));
        attribution::has_address(&low) || attribution::is_dated(&low)
    }
}

fn begins(tag: &Tag<'_>) -> Begins {
    if tag.octets() == 0 && !tag.is("blockquote") {
        return Begins::Nothing;
    }
    let (id, class) = (tag.attribute("id"), tag.attribute("class"));
    if tag.is("blockquote") {
        let cited = tag.attribute("type").eq_ignore_ascii_case("cite");
        return match is_indent(tag, class) {
            _ if cited => Begins::Region(QUOTE),
            true => Begins::Nothing,
            false if has_class(class, "gmail_quote") => Begins::Region(QUOTE),
            false => Begins::Region(PLAIN_QUOTE),
        };
    }
    let has = |list: &[&str]| list.iter().any(|name| has_class(class, name) || id.trim_start_matches("x_") == *name);
    match tag.attribute("name") {
        "messageReplySection" => return Begins::Region(CONTAINER),
        "messageSignatureSection" => return Begins::Region(SIGNATURE),
        _ => {}
    }
    if has(&ENDS_THE_NEW) {
        return Begins::Rest(REST);
    }
    if has(&CONTAINERS) {
        return Begins::Region(CONTAINER);
    }
    if has(&QUOTES) || id.starts_with("yahoo_quoted") || id.starts_with("ydp") && class.contains("yahoo_quoted") {
        return Begins::Region(QUOTE);
    }
    if has(&SIGNATURES) || tag.attribute("data-smartmail") == "gmail_signature" {
        return Begins::Region(SIGNATURE);
    }
    if tag.is("div") && is_outlook_rule(tag.attribute("style")) {
        return Begins::Rest(REST);
    }
    Begins::Nothing
}

/// A blockquote that somebody indented a paragraph with.
fn is_indent(tag: &Tag<'_>, class: &str) -> bool {
    let style = squeezed(tag.attribute("style"));
    // Gmail's indent has the class of its quotes.
    style.contains("00040px") || style.contains("border:none") || (has_class(class, "gmail_quote") && style.is_empty())
}

/// A style without white space, in lower case.
fn squeezed(style: &str) -> String {
    style.to_ascii_lowercase().split_ascii_whitespace().collect()
}

/// Whether it has that class, which Outlook may have renamed with `x_`, once for each time it passed.
fn has_class(class: &str, name: &str) -> bool {
    class.split_ascii_whitespace().any(|one| one.trim_start_matches("x_") == name)
}

/// The rule that Outlook draws above the header of what it quotes.
fn is_outlook_rule(style: &str) -> bool {
    if style.len() < 40 {
        return false;
    }
    let style = squeezed(style);
    style.contains("border:none;border-top:solid") && style.contains("padding:3.0pt0")
}

const ENDS_THE_NEW: [&str; 8] = [
    "divRplyFwdMsg",
    "appendonsend",
    "OutlookMessageHeader",
    "stopSpelling",
    "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message",
    "replySplit",
    "reply-intro",
];
const CONTAINERS: [&str; 4] = ["gmail_quote", "gmail_quote_container", "missive_quote", "quoted_body"];
const QUOTES: [&str; 18] = [
    "history_container",
    "spark_quote",
    "gmail_attr",
    "yahoo_quoted",
    "moz-cite-prefix",
    "OLK_SRC_BODY_SECTION",
    "protonmail_quote",
    "tutanota_quote",
    "zmail_extra",
    "freshdesk_quote",
    "front-blockquote",
    "WordSectionQuote",
    "gmx_quote",
    "mail_quote",
    "mailcontainer-quote",
    "quotedText",
    "qt",
    "isReplyContent",
];
const SIGNATURES: [&str; 15] = [
    "composer_signature",
    "messageSignatureSection",
    "mb_sig",
    "missive_signature",
    "sh-signature",
    "gmail_signature",
    "gmail_signature_prefix",
    "moz-signature",
    "Signature",
    "signature",
    "AppleMailSignature",
    "ms-outlook-mobile-signature",
    "protonmail_signature_block",
    "yahoo_signature",
    "lineBreakAtBeginningOfSignature",
];
