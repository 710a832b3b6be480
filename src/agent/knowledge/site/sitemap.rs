//! Sitemaps: which pages a site has, and when each changed. sitemaps.org, protocol 0.9.
//!
//! Read event by event, packed or not, so that what costs memory is one entry and not the file. There are no DTDs and so no
//! entities but those of XML itself: a sitemap that has one is none.

use std::io::{BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;
use quick_xml::{
    Reader,
    events::{BytesRef, Event},
};

/// Octets of one file, unpacked. sitemaps.org: 50 MB (52,428,800 bytes).
pub(super) const UNPACKED_OCTETS_MAX: u64 = 52_428_800;

/// Entries of one file. sitemaps.org.
pub(super) const ENTRIES_MAX: usize = 50_000;

/// Octets of a `loc`. sitemaps.org: less than 2,048 characters. A longer one names no page.
const LOC_OCTETS_MAX: usize = 2_048;

/// Elements within elements; extensions for pictures and languages have two more than the protocol.
const DEPTH_MAX: usize = 16;

/// The first octets of what gzip packed. RFC 1952 §2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Why a sitemap cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SitemapError {
    #[error("it is no sitemap: neither <urlset> nor <sitemapindex>")]
    Other,
    #[error("it is no good XML: {0}")]
    Xml(String),
    #[error("it has a DTD, which no sitemap needs and some attacks do")]
    Dtd,
    #[error("it has the entity &{0};, which XML does not know")]
    Entity(String),
    #[error("its elements are nested too deeply")]
    Depth,
    #[error("it is longer than {} MiB when it is unpacked", UNPACKED_OCTETS_MAX >> 20)]
    TooLong,
    #[error("it ends too early")]
    CutShort,
}

/// What an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<urlset>`: pages.
    Pages,
    /// `<sitemapindex>`: other sitemaps.
    Index,
}

/// `<url>` or `<sitemap>`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// As it stands there, without blanks around it.
    pub(super) loc: String,
    /// `<lastmod>` as it stands there.
    pub(super) lastmod: Option<String>,
}

/// Hands every entry to `take`, in order, until there are [`ENTRIES_MAX`]. Says what the file is, and whether all of it was read.
///
/// # Errors
/// [`SitemapError`]: what was handed over before it is the beginning of what there is.
pub(super) fn read(octets: &[u8], mut take: impl FnMut(Kind, Entry)) -> Result<(Kind, bool), SitemapError> {
    if octets.starts_with(&GZIP) {
        read_from(BufReader::new(MultiGzDecoder::new(octets).take(UNPACKED_OCTETS_MAX + 1)), &mut take)
    } else {
        read_from(octets.take(UNPACKED_OCTETS_MAX + 1), &mut take)
    }
}

fn read_from(source: impl BufRead, take: &mut dyn FnMut(Kind, Entry)) -> Result<(Kind, bool), SitemapError> {
    let mut reader = Reader::from_reader(source);
    reader.config_mut().expand_empty_elements = true;
    let mut state = State::default();
    let mut buffer = Vec::new();
    let mut entries = 0;
    loop {
        let event = reader.read_event_into(&mut buffer);
        let is_end = matches!(event, Ok(Event::Eof));
        // Whatever is wrong at the place where we stop reading, that is the reason.
        if reader.buffer_position() > UNPACKED_OCTETS_MAX {
            return Err(SitemapError::TooLong);
        }
        let entry = state.see(event.map_err(|fault| SitemapError::Xml(fault.to_string()))?)?;
        if is_end {
            return state.kind.map(|kind| (kind, true)).ok_or(SitemapError::Other);
        }
        if let (Some(kind), Some(entry)) = (state.kind, entry) {
            if entries == ENTRIES_MAX {
                return Ok((kind, false));
            }
            entries += 1;
            take(kind, entry);
        }
        buffer.clear();
    }
}

/// Where in the document we are.
#[derive(Default)]
struct State {
    kind: Option<Kind>,
    depth: usize,
    /// Within `<url>` or `<sitemap>`.
    entry: Option<Entry>,
    /// The text of which field is being read.
    field: Option<Field>,
    text: String,
}

#[derive(Clone, Copy)]
enum Field {
    Loc,
    Lastmod,
}

/// The depths of the root, of an entry and of its fields.
const ROOT: usize = 1;
const ENTRY: usize = 2;
const FIELD: usize = 3;

impl State {
    /// Takes an event; an entry that has ended comes back.
    fn see(&mut self, event: Event<'_>) -> Result<Option<Entry>, SitemapError> {
        match event {
            Event::DocType(_) => return Err(SitemapError::Dtd),
            Event::Start(tag) => self.open(tag.local_name().as_ref())?,
            Event::End(_) => return Ok(self.close()),
            Event::Text(text) => self.push(&text),
            Event::CData(text) => self.push(&text),
            Event::GeneralRef(name) => {
                let c = character(&name)?;
                self.push(c.encode_utf8(&mut [0; 4]));
            }
            Event::Eof if self.depth > 0 => return Err(SitemapError::CutShort),
            Event::Eof | Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(None)
    }

    fn open(&mut self, name: &str) -> Result<(), SitemapError> {
        self.depth += 1;
        match (self.depth, name) {
            (ROOT, "urlset") if self.kind.is_none() => self.kind = Some(Kind::Pages),
            (ROOT, "sitemapindex") if self.kind.is_none() => self.kind = Some(Kind::Index),
            (ROOT, _) => return Err(SitemapError::Other),
            (ENTRY, "url" | "sitemap") => self.entry = Some(Entry::default()),
            (FIELD, "loc") => self.field = Some(Field::Loc),
            (FIELD, "lastmod") => self.field = Some(Field::Lastmod),
            (DEPTH_MAX.., _) => return Err(SitemapError::Depth),
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, text: &str) {
        // One octet too many shows that it is too long, and that is all it is kept for.
        if self.field.is_some() && self.depth == FIELD && self.text.len() <= LOC_OCTETS_MAX {
            self.text.push_str(text);
        }
    }

    fn close(&mut self) -> Option<Entry> {
        let closed = self.depth;
        self.depth = self.depth.saturating_sub(1);
        if closed == FIELD
            && let Some(field) = self.field.take()
        {
            let text = std::mem::take(&mut self.text);
            let text = Some(text.trim()).filter(|text| !text.is_empty() && text.len() <= LOC_OCTETS_MAX);
            if let (Some(entry), Some(text)) = (&mut self.entry, text) {
                match field {
                    Field::Loc => entry.loc = text.to_owned(),
                    Field::Lastmod => entry.lastmod = Some(text.to_owned()),
                }
            }
        }
        if closed == ENTRY { self.entry.take().filter(|entry| !entry.loc.is_empty()) } else { None }
    }
}

/// The five that XML knows, and numbers. XML 1.0 §4.6.
fn character(name: &BytesRef<'_>) -> Result<char, SitemapError> {
    let unknown = || SitemapError::Entity(crate::types::head(name, 20).to_owned());
    match &**name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => name.resolve_char_ref().ok().flatten().ok_or_else(unknown),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn entries(octets: &[u8]) -> Result<(Kind, bool, Vec<Entry>), SitemapError> {
        let mut all = Vec::new();
        let (kind, whole) = read(octets, |_, entry| all.push(entry))?;
        Ok((kind, whole, all))
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    const SMALL: &str = "<?xml version='1.0' encoding='UTF-8'?>\n<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
         xmlns:image='http://x'>\n<url>\n <loc> https://a.example/?a=1&amp;b=&#x32; </loc>\n <lastmod>2026-01-02</lastmod>\n \
         <image:image><image:loc>https://a.example/x.png</image:loc></image:image></url>\n\
         <url><loc><![CDATA[https://a.example/c?d&e]]></loc><changefreq>daily</changefreq></url><url><lastmod>2026</lastmod></url>\
         </urlset>\n";

    #[test]
    fn entries_are_read_packed_or_not() {
        let (kind, whole, all) = entries(SMALL.as_bytes()).unwrap();
        assert_eq!((kind, whole), (Kind::Pages, true));
        let seen: Vec<_> = all.iter().map(|entry| (entry.loc.as_str(), entry.lastmod.as_deref())).collect();
        assert_eq!(seen, [("https://a.example/?a=1&b=2", Some("2026-01-02")), ("https://a.example/c?d&e", None)]);
        assert_eq!(entries(&packed(SMALL.as_bytes())).unwrap().2, all);
        let index = "<sitemapindex><sitemap><loc>https://a.example/1.xml.gz</loc></sitemap></sitemapindex>";
        let (kind, _, all) = entries(index.as_bytes()).unwrap();
        assert_eq!((kind, all.len()), (Kind::Index, 1));
    }

    #[test]
    fn s24_no_entity_is_made_and_no_file_is_read_for_a_sitemap() {
        let laughs = (1..10).map(|n| format!("<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10)));
        let laughs: String = laughs.collect();
        for (text, fault) in [
            (
                format!("<!DOCTYPE u [<!ENTITY l0 'ha'>{laughs}]><urlset><url><loc>&l9;</loc></url></urlset>"),
                SitemapError::Dtd,
            ),
            ("<!DOCTYPE u SYSTEM 'file:///etc/passwd'><urlset/>".into(), SitemapError::Dtd),
            ("<urlset><url><loc>&l9;</loc></url></urlset>".into(), SitemapError::Entity("l9".into())),
        ] {
            assert_eq!(entries(text.as_bytes()).unwrap_err(), fault);
        }
    }

    #[test]
    fn a_bomb_is_unpacked_no_further_than_its_bound() {
        // 60 MiB of blanks and of one text, in some 300 KiB each.
        for piece in [" ", "x"] {
            let body = piece.repeat(60 << 20);
            let bomb = packed(format!("<urlset><url><loc>{body}</loc></url></urlset>").as_bytes());
            assert!(bomb.len() < 1 << 20, "{}", bomb.len());
            assert_eq!(entries(&bomb).unwrap_err(), SitemapError::TooLong, "{piece}");
        }
    }

    #[test]
    fn of_a_hundred_thousand_entries_the_first_are_taken() {
        let body = "<url><loc>https://a.example/p</loc></url>".repeat(100_000);
        let (_, whole, all) = entries(format!("<urlset>{body}</urlset>").as_bytes()).unwrap();
        assert_eq!((whole, all.len()), (false, ENTRIES_MAX));
    }

    #[test]
    fn what_is_no_sitemap_says_what_it_is_instead() {
        let deep = format!("<urlset>{}</urlset>", "<a>".repeat(100));
        for (text, fault) in [
            ("<html><body>Gone</body></html>", SitemapError::Other),
            ("", SitemapError::Other),
            ("just words", SitemapError::Other),
            ("<urlset><url><loc>https://a.example/", SitemapError::CutShort),
            (&deep, SitemapError::Depth),
        ] {
            assert_eq!(entries(text.as_bytes()).unwrap_err(), fault, "{text}");
        }
        assert!(matches!(entries(b"<urlset><url></urlset>"), Err(SitemapError::Xml(_))));
        assert!(matches!(entries(&packed(SMALL.as_bytes())[..80]), Err(SitemapError::Xml(_))));
        let long = format!("<urlset><url><loc>https://a.example/{}</loc></url></urlset>", "a".repeat(3_000));
        assert_eq!(entries(long.as_bytes()).unwrap().2, []);
    }
}
