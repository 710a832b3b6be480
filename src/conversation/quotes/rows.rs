//! The lines of a text, eight octets each, and the segments they make.
//!
//! Empty lines belong to the line above, so that a mail of nothing else costs nothing.

use std::ops::Range;

use super::{Kind, Segment, heads::ends_like_attribution};
use crate::types;

/// One line that is not empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    start: u32,
    pub(super) kind: Kind,
    /// Empty lines above, 255 at most.
    pub(super) gap: u8,
    /// The container of a mail program that it stands in; 0 for none.
    pub(super) region: u8,
    /// What a glance at it shows, so that most rules need not look: bits of [`glance`].
    seen: u8,
}

impl Row {
    /// Whether it begins with `>` and is nothing else that does.
    pub(super) fn is_marked(&self) -> bool {
        self.seen & glance::MARKED != 0
    }

    /// Whether it is not marked, and `>` stands anywhere in it.
    pub(super) fn has_angle(&self) -> bool {
        self.seen & glance::ANGLE != 0
    }

    /// Whether it begins with a bar or a colon.
    pub(super) fn begins_drawn(&self) -> bool {
        self.seen & glance::DRAWN != 0
    }

    /// Whether it ends as lines do that say who wrote what follows.
    pub(super) fn introduces(&self) -> bool {
        self.seen & glance::INTRODUCES != 0
    }
}

/// What is seen of a row once, when it is found.
mod glance {
    pub(super) const MARKED: u8 = 1;
    pub(super) const ANGLE: u8 = 2;
    pub(super) const DRAWN: u8 = 4;
    pub(super) const INTRODUCES: u8 = 8;

    pub(super) fn of(line: &str) -> u8 {
        let line = super::trimmed(line);
        let introduces = super::ends_like_attribution(line) || line.ends_with("--");
        let seen = if introduces { INTRODUCES } else { 0 };
        match line.as_bytes() {
            [b'>', b'>', b'>', ..] => seen | ANGLE,
            // What closes the address of an attribution begins so, too.
            [b'>', ..] => seen | if introduces { ANGLE } else { MARKED },
            [b'|' | b':', ..] => seen | DRAWN | angle_in(line),
            _ => seen | angle_in(line),
        }
    }

    fn angle_in(line: &str) -> u8 {
        memchr::memchr(b'>', line.as_bytes()).map_or(0, |_| ANGLE)
    }
}

/// A text and its rows.
#[derive(Debug)]
pub(super) struct Sheet<'t> {
    text: &'t str,
    rows: Vec<Row>,
    /// How sure the weakest decision is, of 100.
    pub(super) sure: u8,
}

impl<'t> Sheet<'t> {
    /// The rows of a text. Of longer than 4 GiB only one, which a mail never is.
    pub(super) fn of(text: &'t str) -> Self {
        let count = if u32::try_from(text.len()).is_ok() { lines(text).count() } else { 0 };
        let mut rows = Vec::with_capacity(count);
        for (row, gap) in lines(text).take(count) {
            let line = &text[row.clone()];
            let seen = glance::of(line.strip_suffix('\n').unwrap_or(line));
            rows.push(Row { start: row.start as u32, kind: Kind::New, gap, region: 0, seen });
        }
        Self { text, rows, sure: SURE }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn row(&self, at: usize) -> &Row {
        &self.rows[at]
    }

    pub(super) fn row_mut(&mut self, at: usize) -> &mut Row {
        &mut self.rows[at]
    }

    pub(super) fn get(&self, at: usize) -> Option<&Row> {
        self.rows.get(at)
    }

    pub(super) fn kind(&self, at: usize) -> Kind {
        self.rows[at].kind
    }

    pub(super) fn is_new(&self, at: usize) -> bool {
        self.rows.get(at).is_some_and(|row| row.kind == Kind::New)
    }

    /// The words of a row, without white space around.
    pub(super) fn line(&self, at: usize) -> &'t str {
        trimmed(self.raw(at))
    }

    /// A row from its first octet to its line end, which is not part of it.
    pub(super) fn raw(&self, at: usize) -> &'t str {
        let span = &self.text[self.span(at)];
        // Most rows have no empty ones below, and so end where the next begins.
        if self.rows.get(at + 1).is_some_and(|next| next.gap == 0) {
            return span.strip_suffix('\n').unwrap_or(span);
        }
        &span[..memchr::memchr(b'\n', span.as_bytes()).unwrap_or(span.len())]
    }

    /// Where a row stands, the empty lines below included, and those on top for the first.
    fn span(&self, at: usize) -> Range<usize> {
        let end = self.rows.get(at + 1).map_or(self.text.len(), |next| next.start as usize);
        self.rows[at].start as usize..end
    }

    pub(super) fn mark(&mut self, rows: Range<usize>, kind: Kind) {
        let end = rows.end.min(self.rows.len());
        let start = rows.start.min(end);
        self.rows[start..end].iter_mut().for_each(|row| row.kind = kind);
    }

    /// Takes a decision into account that is so sure at most.
    pub(super) fn doubt(&mut self, sure: u8) {
        self.sure = self.sure.min(sure);
    }

    /// Cuts a row in two, `from` octets behind its start.
    pub(super) fn split(&mut self, at: usize, from: usize) {
        let row = self.rows[at];
        self.rows.insert(at + 1, Row { start: row.start + from as u32, gap: 0, ..row });
    }

    /// The segments, which cover the whole text.
    pub(super) fn segments(&self) -> Vec<Segment> {
        let changes = self.rows.windows(2).filter(|two| two[0].kind != two[1].kind).count();
        let mut segments: Vec<Segment> = Vec::with_capacity((changes + 1).min(SEGMENTS_MAX));
        let mut start = 0;
        for at in 0..self.rows.len() {
            let next = self.rows.get(at + 1);
            if next.is_some_and(|next| next.kind == self.rows[at].kind) {
                continue;
            }
            let end = next.map_or(self.text.len(), |next| next.start as usize);
            if segments.len() + 1 == SEGMENTS_MAX {
                segments.push(Segment { kind: Kind::New, range: start..self.text.len() });
                break;
            }
            segments.push(Segment { kind: self.rows[at].kind, range: start..end });
            start = end;
        }
        if segments.is_empty() && !self.text.is_empty() {
            segments.push(Segment { kind: Kind::New, range: 0..self.text.len() });
        }
        segments
    }
}

/// Without white space around, which most lines have not.
fn trimmed(line: &str) -> &str {
    match line.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => line,
        _ => line.trim(),
    }
}

/// So sure we are where nothing had to be decided.
const SURE: u8 = 100;

/// More segments than any person writes; what follows is shown as new.
pub(super) const SEGMENTS_MAX: usize = 4096;

/// Where the lines that are not empty stand, each with the number of empty lines above.
fn lines(text: &str) -> impl Iterator<Item = (Range<usize>, u8)> {
    let mut at = 0;
    let mut gap = 0_u8;
    std::iter::from_fn(move || {
        while at < text.len() {
            let start = at;
            at += memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len() - at, |end| end + 1);
            if !is_blank(&text[start..at]) {
                return Some((start..at, std::mem::take(&mut gap)));
            }
            gap = gap.saturating_add(1);
        }
        None
    })
}

/// Whether there is nothing to see.
pub(super) fn is_blank(line: &str) -> bool {
    if line.as_bytes().first().is_some_and(u8::is_ascii_graphic) {
        return false;
    }
    line.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' | '\u{ad}'))
}

/// What the kinds say, line by line, without white space at line ends. Where other kinds stood between, one empty line
/// stays at most.
pub(super) fn gathered(text: &str, segments: &[Segment], wanted: impl Fn(Kind) -> bool) -> String {
    // Room for all at once: a line end is the most that a segment adds.
    let room = segments.iter().filter(|segment| wanted(segment.kind)).map(|segment| segment.range.len() + 1).sum();
    let mut out = String::with_capacity(room);
    let (mut others, mut gap) = (false, 0_usize);
    for segment in segments {
        let span = &text[segment.range.clone()];
        if !wanted(segment.kind) {
            others = true;
            gap = gap.max(usize::from(span.trim_end_matches([' ', '\t', '\r']).ends_with("\n\n")));
            continue;
        }
        if others && !out.is_empty() {
            gap = gap.min(1);
        }
        for line in types::lines(span) {
            let line = line.trim_end();
            if line.is_empty() {
                gap += 1;
                continue;
            }
            if !out.is_empty() {
                (0..=gap).for_each(|_| out.push('\n'));
            }
            (gap, others) = (0, false);
            out.push_str(line);
        }
    }
    out
}
