//! Splits a header block into fields: the one place that decides what is a header and where the body begins.
//!
//! RFC 5322 §2.2 with the tolerance real mail needs: bare LF, an mbox line on top, lines that are no field, no blank
//! line at all.

use std::{borrow::Cow, ops::Range};

use memchr::memchr;

use super::caps::{Cap, Hits};

/// One field, still folded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    /// Field name without white space around it; empty for a line that is no field, so that its words stay to be read.
    pub(super) name: &'a [u8],
    /// Whether white space stood between name and colon (RFC 5322 §4.5, obsolete).
    pub(super) spaced: bool,
    /// What follows the colon, folds and all, without the last line end.
    pub(super) value: &'a [u8],
}

impl<'a> Field<'a> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value with the line ends of folding taken out and white space around it trimmed. RFC 5322 §2.2.3.
    pub(super) fn unfolded(&self) -> Cow<'a, [u8]> {
        let value = self.value.trim_ascii();
        if memchr::memchr2(b'\r', b'\n', value).is_none() {
            return Cow::Borrowed(value);
        }
        Cow::Owned(value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect())
    }
}

/// How much of a header block is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeadCaps {
    pub(super) bytes: usize,
    pub(super) fields: usize,
}

/// A header block.
#[derive(Debug)]
pub(super) struct Head<'a> {
    /// The fields that were read, in order.
    pub(super) fields: Vec<Field<'a>>,
    /// Octets of the block that were looked at for fields.
    pub(super) read: usize,
    /// Where the body begins.
    pub(super) body_at: usize,
    /// Lines that look like a From field, those beyond the caps included.
    pub(super) from_lines: usize,
    /// Whether lines stood in it that are no fields.
    pub(super) odd_lines: bool,
    /// Lines among them that read like words of a letter, one behind the other.
    pub(super) prose: Range<usize>,
    /// How many these are.
    pub(super) prose_lines: usize,
    /// Whether the block never ended and the body was taken to begin at the first odd line.
    pub(super) unended: bool,
}

/// Splits what begins at `raw[0]`; `stops` says of a line that begins with `--`, and where it stands, whether the block ends
/// before it.
pub(super) fn split<'a>(
    raw: &'a [u8],
    caps: HeadCaps,
    hits: &mut Hits,
    stops: &dyn Fn(usize, &[u8]) -> bool,
) -> Head<'a> {
    let mut head = Head {
        fields: Vec::new(),
        read: 0,
        body_at: raw.len(),
        from_lines: 0,
        odd_lines: false,
        prose: 0..0,
        prose_lines: 0,
        unended: true,
    };
    // The first odd line of all, and the first since the last field.
    let (mut first_odd, mut odd_since) = (None, None);
    let mut open: Option<(&[u8], usize)> = None; // name (with what stands before the colon), where the value begins
    let mut value_end = 0;
    let mut at = 0;
    while at < raw.len() {
        let next = memchr(b'\n', &raw[at..]).map_or(raw.len(), |i| at + i + 1);
        let line = trim_line_end(&raw[at..next]);
        if line.is_empty() {
            head.body_at = next;
            head.unended = false;
            break;
        }
        if line.starts_with(b"--") && stops(at, line) {
            head.body_at = at;
            break;
        }
        let folded = matches!(line[0], b' ' | b'\t');
        if !folded && looks_like_from(line) {
            head.from_lines += 1;
        }
        let begins = usize::from(!folded);
        let beyond = head.capped(next, head.fields.len() + usize::from(open.is_some()) + begins, caps, hits);
        if folded && open.is_some() {
            if !beyond {
                value_end = at + line.len();
            }
        } else {
            head.close(raw, open.take(), value_end);
            match field_name(line) {
                Some(name) if !beyond => {
                    odd_since = None;
                    open = Some((&line[..name], at + name + 1));
                    value_end = at + line.len();
                }
                _ if beyond => {}
                _ => {
                    head.odd_lines = true;
                    head.note_prose(at, line, next);
                    head.fields.push(Field { name: b"", spaced: false, value: line });
                    // Tolerated: the line that programs which keep mbox files leave on top.
                    if !(at == 0 && (line.starts_with(b"From ") || line.starts_with(b">From "))) {
                        first_odd.get_or_insert(at);
                        odd_since.get_or_insert(at);
                    }
                }
            }
        }
        if !beyond {
            head.read = next;
        }
        at = next;
    }
    head.close(raw, open, value_end);
    // Odd lines behind the last field are text whose blank line is missing: they are shown.
    let text_at = if head.unended { first_odd } else { odd_since };
    head.body_at = text_at.unwrap_or(head.body_at);
    if head.prose.start >= head.body_at {
        (head.prose, head.prose_lines) = (0..0, 0);
    }
    head
}

impl<'a> Head<'a> {
    /// Whether a line that ends at `next` and belongs to the field of that count lies beyond the caps.
    fn capped(&self, next: usize, fields: usize, caps: HeadCaps, hits: &mut Hits) -> bool {
        if next > caps.bytes {
            hits.add(Cap::HeaderBytes);
        } else if fields > caps.fields {
            hits.add(Cap::Headers);
        } else {
            return false;
        }
        true
    }

    /// Keeps the first run of lines that read like words. What is left of a broken field reads otherwise.
    fn note_prose(&mut self, at: usize, line: &[u8], next: usize) {
        const WORDS_MIN: usize = 4;
        let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
        if words < WORDS_MIN || line.iter().any(|b| matches!(b, b'@' | b';' | b'=' | b':')) {
            return;
        }
        if self.prose_lines > 0 && self.prose.end == at {
            self.prose.end = next;
            self.prose_lines += 1;
        } else if self.prose_lines < 2 {
            (self.prose, self.prose_lines) = (at..next, 1);
        }
    }

    fn close(&mut self, raw: &'a [u8], open: Option<(&'a [u8], usize)>, value_end: usize) {
        if let Some((before, value_at)) = open {
            let name = before.trim_ascii_end();
            let value = raw.get(value_at..value_end).unwrap_or_default();
            self.fields.push(Field { name, spaced: name.len() != before.len(), value });
        }
    }

    /// The first field of that name.
    pub(super) fn first(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|f| f.is(name))
    }

    /// All fields of that name.
    pub(super) fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Field<'a>> + 's {
        self.fields.iter().filter(move |f| f.is(name))
    }
}

/// Where the colon stands, when the line begins with a field name. RFC 5322 §2.2, §3.6.8.
fn field_name(line: &[u8]) -> Option<usize> {
    let colon = memchr(b':', line)?;
    let name = line[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|b| (33..=126).contains(b))).then_some(colon)
}

/// Whether some reader might take the line for a From field: any case, any junk that is not a letter around the name.
fn looks_like_from(line: &[u8]) -> bool {
    let Some(colon) = memchr(b':', &line[..line.len().min(64)]) else { return false };
    let mut letters = line[..colon].iter().filter(|b| b.is_ascii_graphic());
    b"from".iter().all(|want| letters.next().is_some_and(|b| b.eq_ignore_ascii_case(want))) && letters.next().is_none()
}

/// Lines that look like a From field, up to the next empty line.
pub(super) fn from_lines(raw: &[u8]) -> usize {
    raw.split(|b| *b == b'\n')
        .map(trim_line_end)
        .take_while(|line| !line.is_empty())
        .filter(|line| looks_like_from(line))
        .count()
}

fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
