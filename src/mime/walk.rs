//! Finds the parts of a mail. RFC 2046 §5.1.
//!
//! One pass over the lines that begin with `--`, with a bounded list of open multiparts: neither depth nor number of
//! parts can cost stack or more than linear time (S-15). An enclosed message is content like any other and is never
//! opened, so that a hundred thousand of them inside one another are one attachment (S-16).

use std::{cell::Cell, ops::Range};

use memchr::memmem;

use super::{
    caps::{
        Cap, HEADER_BYTES_MAX, HEADERS_MAX, Hits, MIME_DEPTH_MAX, PART_HEADER_BYTES_MAX, PART_HEADERS_MAX, PARTS_MAX,
    },
    content::Content,
    head::{self, Head, HeadCaps},
    seals::{self, Seal},
    transfer::{self, Encoding},
};

/// A part that is no multipart.
#[derive(Debug)]
pub(super) struct Leaf<'a> {
    pub(super) content: Content,
    /// As it stands in the mail, still transfer encoded.
    pub(super) body: &'a [u8],
    /// Where that stands in what was walked.
    pub(super) from: usize,
    /// Which multipart/alternative it is a form of: the outermost.
    pub(super) alternative: Option<usize>,
    /// Whether it is the whole mail.
    pub(super) is_root: bool,
}

/// The parts of a mail, in order, and what its outermost multipart/report says of itself.
#[derive(Debug, Default)]
pub(super) struct Parts<'a> {
    pub(super) leaves: Vec<Leaf<'a>>,
    pub(super) report_type: String,
    /// Each kind once.
    pub(super) seals: Vec<Seal>,
}

/// A multipart whose end has not come.
struct Open {
    content: Content,
    alternative: Option<usize>,
    digest: bool,
    /// Where its content begins.
    from: usize,
    /// Whether a boundary line of it has come.
    begun: bool,
    is_root: bool,
}

/// A leaf whose end has not come.
struct Growing {
    content: Content,
    alternative: Option<usize>,
    from: usize,
    is_root: bool,
}

struct Walk<'a, 'h> {
    raw: &'a [u8],
    open: Vec<Open>,
    growing: Option<Growing>,
    alternatives: usize,
    parts: usize,
    out: Parts<'a>,
    hits: &'h mut Hits,
}

/// The header of a whole mail, read within the caps.
pub(super) fn mail_head<'a>(raw: &'a [u8], hits: &mut Hits) -> Head<'a> {
    let tries = Cell::new(BOUNDARY_TRIES_MAX);
    let stops = |at: usize, line: &[u8]| names_boundary(&raw[..at], line, &tries);
    let mut head = head::split(raw, HeadCaps { bytes: HEADER_BYTES_MAX, fields: HEADERS_MAX }, hits, &stops);
    if raw[head.body_at..].starts_with(b"--") {
        // Whoever does not end the header here may find another From further on (S-04).
        head.from_lines += head::from_lines(&raw[head.body_at..]);
    }
    head
}

/// The header of a mail has fields of many words, and one line of them that lost its name is no letter.
const MAIL_PROSE_LINES_MIN: usize = 2;

/// The header of a part has none.
const PART_PROSE_LINES_MIN: usize = 1;

/// Lines of a header that are taken for a boundary's.
const BOUNDARY_TRIES_MAX: usize = 4;

/// Whether a header without its blank line has come to the first part: the line is the boundary that the header names.
fn names_boundary(header: &[u8], line: &[u8], tries: &Cell<usize>) -> bool {
    if tries.replace(tries.get().saturating_sub(1)) == 0 {
        return false;
    }
    const MARK: &[u8] = b"boundary=";
    let boundary = line[2..].trim_ascii_end();
    let value = |at: usize| header[at + MARK.len()..].strip_prefix(b"\"").unwrap_or(&header[at + MARK.len()..]);
    // RFC 2045 §5.1: the names of parameters are of either case.
    let low = header.to_ascii_lowercase();
    let named = memmem::find_iter(&low, MARK).take(BOUNDARY_TRIES_MAX).any(|at| value(at).starts_with(boundary));
    !boundary.is_empty() && named
}

/// Walks a mail with that header.
pub(super) fn walk<'a>(head: &Head<'_>, raw: &'a [u8], hits: &mut Hits) -> Parts<'a> {
    let mut walk =
        Walk { raw, open: Vec::new(), growing: None, alternatives: 0, parts: 0, out: Parts::default(), hits };
    walk.show_prose(head, 0, MAIL_PROSE_LINES_MIN);
    walk.begin(head, head.body_at, true);
    let finder = memmem::Finder::new(b"--");
    let mut at = head.body_at;
    // Without a multipart there is nothing to look for; its end is the end of the mail otherwise.
    while !walk.open.is_empty() {
        let Some(found) = finder.find(&raw[at..]).map(|i| at + i) else { break };
        if found > 0 && raw[found - 1] != b'\n' {
            at = found + 2;
            continue;
        }
        let line_end = memchr::memchr(b'\n', &raw[found..]).map_or(raw.len(), |i| found + i + 1);
        at = match walk.boundary(&raw[found..line_end], found, line_end) {
            Some(next) => next,
            None => return walk.out,
        };
    }
    walk.end_leaf(raw.len());
    walk.close_down_to(0, raw.len());
    walk.out
}

impl Walk<'_, '_> {
    /// Begins the part whose content starts at `from`.
    fn begin(&mut self, head: &Head<'_>, from: usize, is_root: bool) {
        self.parts += 1;
        let mut content = Content::of(head, self.hits);
        if content.kind.is_empty() {
            // RFC 2046 §5.1.5: in a digest a part is a message unless it says otherwise. RFC 2045 §5.2: else text.
            let digest = self.open.last().is_some_and(|o| o.digest);
            content.kind = if digest { "message/rfc822" } else { "text/plain" }.to_owned();
        }
        self.out.seals.extend(seals::of_part(&content).filter(|seal| !self.out.seals.contains(seal)));
        let mut alternative = self.open.last().and_then(|o| o.alternative);
        if content.is_multipart() && !content.boundary.is_empty() {
            if self.open.len() < MIME_DEPTH_MAX {
                if self.out.report_type.is_empty() && self.open.is_empty() && content.kind == "multipart/report" {
                    // RFC 6522 §3. Old reports leave the type out.
                    self.out.report_type = match content.report_type.as_str() {
                        "" => "delivery-status".to_owned(),
                        named => named.to_owned(),
                    };
                }
                if alternative.is_none() && content.kind == "multipart/alternative" {
                    alternative = Some(self.alternatives);
                    self.alternatives += 1;
                }
                let digest = content.kind == "multipart/digest";
                self.open.push(Open { content, alternative, digest, from, begun: false, is_root });
                return;
            }
            self.hits.add(Cap::Depth);
        }
        self.growing = Some(Growing { content, alternative, from, is_root });
    }

    /// So many lines of words that stand in a header which begins there are shown, though more fields follow them.
    fn show_prose(&mut self, head: &Head<'_>, from: usize, lines_min: usize) {
        if head.prose_lines >= lines_min {
            let content = Content { kind: "text/plain".to_owned(), ..Content::default() };
            self.push(content, from + head.prose.start..from + head.prose.end, None, false);
        }
    }

    /// Takes a line that begins with `--` and says where to go on; `None` when no more parts are read.
    fn boundary(&mut self, line: &[u8], start: usize, end: usize) -> Option<usize> {
        let Some((level, says_end)) = matching(&self.open, line) else { return Some(end) };
        // Tolerated: more parts behind the end. Only of the outermost, or looking for them would cost its square (S-15).
        let closes = says_end && (level > 0 || !self.comes_again(end));
        // RFC 2046 §5.1.1: the line end before a boundary line belongs to the boundary.
        let before = &self.raw[..start];
        let before = before.strip_suffix(b"\n").unwrap_or(before);
        let content_end = before.strip_suffix(b"\r").unwrap_or(before).len();
        self.end_leaf(content_end);
        self.close_down_to(level + 1, content_end);
        if closes {
            self.close_down_to(level, content_end);
            return Some(end);
        }
        self.begin_level(level, content_end, says_end, line);
        if self.parts >= PARTS_MAX {
            self.hits.add(Cap::Parts);
            return None;
        }
        let caps = HeadCaps { bytes: PART_HEADER_BYTES_MAX, fields: PART_HEADERS_MAX };
        let (raw, open, tries) = (self.raw, &self.open, Cell::new(BOUNDARY_TRIES_MAX));
        let stops = |at: usize, line: &[u8]| {
            matching(open, line).is_some() || names_boundary(&raw[end..end + at], line, &tries)
        };
        let mut part_hits = Hits::default();
        let head = head::split(&raw[end..], caps, &mut part_hits, &stops);
        for hit in part_hits.iter() {
            self.hits.add(hit);
        }
        let from = end + head.body_at;
        self.show_prose(&head, end, PART_PROSE_LINES_MIN);
        let content_from = if self.is_message(&head) { end } else { from };
        self.begin(&head, content_from, false);
        Some(from)
    }

    /// Whether a boundary line of the outermost multipart stands behind `from`.
    fn comes_again(&self, from: usize) -> bool {
        let Some(open) = self.open.first() else { return false };
        let rest = &self.raw[from..];
        let mark = [b"--", open.content.boundary.trim_ascii_end().as_bytes()].concat();
        let is_line = |at: usize| {
            let end = memchr::memchr(b'\n', &rest[at..]).map_or(rest.len(), |i| at + i);
            (at == 0 || rest[at - 1] == b'\n') && matching(&self.open[..1], &rest[at..end]).is_some()
        };
        memmem::find_iter(rest, &mark).next().is_some_and(is_line)
    }

    /// A boundary line of that multipart has come, perhaps an odd one.
    fn begin_level(&mut self, level: usize, content_end: usize, odd: bool, line: &[u8]) {
        let (outer, inner) = self.open.split_at_mut(level);
        let Some(open) = inner.first_mut() else { return };
        let began = std::mem::replace(&mut open.begun, true);
        let doubtful = odd || matching(outer, line).is_some();
        let body = self.raw.get(open.from..content_end).unwrap_or_default();
        if !began && doubtful && !body.trim_ascii().is_empty() {
            // An end for a beginning, or a boundary line for two multiparts: what stands in front may be content.
            let content = Content { kind: "text/plain".to_owned(), ..open.content.clone() };
            let from = open.from;
            self.push(content, from..content_end, None, false);
        }
    }

    /// Tolerated: a message in a digest without the empty line in front, so that its header is taken for the part's.
    fn is_message(&self, head: &Head<'_>) -> bool {
        let says = |name: &str| head.first(name).is_some();
        self.open.last().is_some_and(|open| open.digest) && !says("content-type") && (says("from") || says("subject"))
    }

    fn end_leaf(&mut self, end: usize) {
        if let Some(Growing { content, alternative, from, is_root }) = self.growing.take() {
            self.push(content, from..end, alternative, is_root);
        }
    }

    /// A part that ended, read by the encoding that it really has.
    fn push(&mut self, mut content: Content, range: Range<usize>, alternative: Option<usize>, is_root: bool) {
        let from = range.start;
        let body = self.raw.get(range).unwrap_or_default();
        content.encoding = encoding(&content, body);
        self.out.leaves.push(Leaf { content, body, from, alternative, is_root });
    }

    /// Ends the multiparts above `level`. One that never began is shown as the text it is.
    fn close_down_to(&mut self, level: usize, end: usize) {
        while self.open.len() > level {
            let Some(Open { mut content, alternative, from, begun, is_root, .. }) = self.open.pop() else { return };
            if !begun {
                content.kind = "text/plain".to_owned();
                self.push(content, from..end, alternative, is_root);
            }
        }
    }
}

/// The encoding that a part says it has, when it decodes by that; else what a second field says. RFC 2045 §6.1 has one
/// field, and of two either may be the true one.
fn encoding(content: &Content, body: &[u8]) -> Encoding {
    let fits = |encoding: &Encoding| match encoding {
        Encoding::Base64 => transfer::is_base64(body),
        // What stands in front of a file is text: the file is taken out of it.
        Encoding::Uuencode if content.kind == "text/plain" && begins_with_text(body) => false,
        Encoding::Uuencode => transfer::is_uuencoded(body),
        Encoding::Identity | Encoding::QuotedPrintable => true,
    };
    [content.encoding, content.other_encoding].into_iter().find(fits).unwrap_or(Encoding::Identity)
}

fn begins_with_text(body: &[u8]) -> bool {
    memmem::find(body, b"\nbegin ")
        .is_some_and(|at| !body.starts_with(b"begin ") && !body[..at].trim_ascii().is_empty())
}

/// Which open multipart the line belongs to, innermost first, and whether it ends it.
fn matching(open: &[Open], line: &[u8]) -> Option<(usize, bool)> {
    let line = line.strip_prefix(b"--")?.trim_ascii_end();
    open.iter().enumerate().rev().find_map(|(level, open)| {
        match line.strip_prefix(open.content.boundary.trim_ascii_end().as_bytes())? {
            b"" => Some((level, false)),
            b"--" => Some((level, true)),
            _ => None,
        }
    })
}
