//! The list of properties inside an attribute. MS-OXTNEF §2.1.3.4.

use super::text;

/// One value of one property.
pub(super) struct Property<'a> {
    pub(super) id: u16,
    pub(super) value: &'a [u8],
    /// Whether the value is UTF-16.
    pub(super) is_unicode: bool,
    /// Whether the value begins with the identity of its interface.
    pub(super) is_object: bool,
}

impl Property<'_> {
    pub(super) fn text(&self, charset: &str) -> String {
        let written = text::decode(self.value, if self.is_unicode { "utf-16le" } else { charset });
        written.trim_end_matches('\0').to_owned()
    }
}

const SHORT: u16 = 0x0002;
const OBJECT: u16 = 0x000d;
const STRING: u16 = 0x001e;
const UNICODE: u16 = 0x001f;
const BINARY: u16 = 0x0102;
const SEVERAL: u16 = 0x1000;
const NAMED: u16 = 0x8000;

/// The properties, as far as they can be read. Only the first of several values is taken.
pub(super) fn of(list: &[u8]) -> impl Iterator<Item = Property<'_>> {
    let mut rest = Cursor(list);
    let mut left = rest.number().unwrap_or_default();
    std::iter::from_fn(move || {
        left = left.checked_sub(1)?;
        rest.property()
    })
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk()?))
    }

    /// A length, so many octets, and what fills them up to four.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.number()? as usize;
        let value = self.take(length)?;
        // The last of a list may lack what fills it up.
        let _ = self.take(length.next_multiple_of(4) - length).or_else(|| self.take(self.0.len()));
        Some(value)
    }

    fn property(&mut self) -> Option<Property<'a>> {
        let tag = self.number()?;
        let (kind, id) = (tag as u16 & !SEVERAL, (tag >> 16) as u16);
        if id >= NAMED {
            self.take(16)?;
            match self.number()? {
                0 => drop(self.number()?),
                _ => drop(self.counted()?),
            }
        }
        let is_counted = matches!(kind, OBJECT | STRING | UNICODE | BINARY);
        let several = is_counted || tag as u16 & SEVERAL != 0;
        let values = if several { self.number()? } else { 1 };
        let mut first = None;
        for _ in 0..values {
            let value = if is_counted { self.counted()? } else { self.take(size(kind)?)? };
            first.get_or_insert(value);
        }
        let value = first.unwrap_or_default();
        Some(Property { id, value, is_unicode: kind == UNICODE, is_object: kind == OBJECT })
    }
}

/// Octets of a value that always has as many; `None` for what nobody knows.
fn size(kind: u16) -> Option<usize> {
    match kind {
        SHORT | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
        0x0005..=0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        _ => None,
    }
}
