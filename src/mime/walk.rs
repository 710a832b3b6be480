//! Finds the parts of a mail. RFC 2046 §5.1.
//!
//! One pass over the lines that begin with `--`, with a bounded list of open multiparts: neither depth nor number of
//! parts can cost stack or more than linear time (S-15). An enclosed message is content like any other and is never
//! opened, so that a hundred thousand of them inside one another are one attachment (S-16).

use memchr::memmem;

use super::{
    caps::{
        Cap, HEADER_BYTES_MAX, HEADERS_MAX, Hits, MIME_DEPTH_MAX, PART_HEADER_BYTES_MAX, PART_HEADERS_MAX, PARTS_MAX,
    },
    content::Content,
    head::{self, Head, HeadCaps},
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
    head::split(raw, HeadCaps { bytes: HEADER_BYTES_MAX, fields: HEADERS_MAX }, hits, &|_| false)
}

/// Walks a mail with that header.
pub(super) fn walk<'a>(head: &Head<'_>, raw: &'a [u8], hits: &mut Hits) -> Parts<'a> {
    let mut walk =
        Walk { raw, open: Vec::new(), growing: None, alternatives: 0, parts: 0, out: Parts::default(), hits };
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

    /// Takes a line that begins with `--` and says where to go on; `None` when no more parts are read.
    fn boundary(&mut self, line: &[u8], start: usize, end: usize) -> Option<usize> {
        let Some((level, closes)) = matching(&self.open, line) else { return Some(end) };
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
        if let Some(open) = self.open.get_mut(level) {
            open.begun = true;
        }
        if self.parts >= PARTS_MAX {
            self.hits.add(Cap::Parts);
            return None;
        }
        let caps = HeadCaps { bytes: PART_HEADER_BYTES_MAX, fields: PART_HEADERS_MAX };
        let (raw, open) = (self.raw, &self.open);
        let mut part_hits = Hits::default();
        let head = head::split(&raw[end..], caps, &mut part_hits, &|line| matching(open, line).is_some());
        for hit in part_hits.iter() {
            self.hits.add(hit);
        }
        let from = end + head.body_at;
        self.begin(&head, from, false);
        Some(from)
    }

    fn end_leaf(&mut self, end: usize) {
        if let Some(Growing { content, alternative, from, is_root }) = self.growing.take() {
            let body = self.raw.get(from..end).unwrap_or_default();
            self.out.leaves.push(Leaf { content, body, from, alternative, is_root });
        }
    }

    /// Ends the multiparts above `level`. One that never began is shown as the text it is.
    fn close_down_to(&mut self, level: usize, end: usize) {
        while self.open.len() > level {
            let Some(Open { mut content, alternative, from, begun, is_root, .. }) = self.open.pop() else { return };
            if !begun {
                content.kind = "text/plain".to_owned();
                let body = self.raw.get(from..end).unwrap_or_default();
                self.out.leaves.push(Leaf { content, body, from, alternative, is_root });
            }
        }
    }
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
