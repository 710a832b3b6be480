//! What octets are, by how they begin, whatever their sender calls them.
//!
//! A table of our own: it needs the words people read and what is dangerous, which no list of magic numbers has. Nothing is
//! opened: of an archive only its first octets are looked at, and two names that macros are kept under (S-16).

use memchr::memmem;

/// Octets of the beginning that are kept: a disk image says what it is behind its first 32 KiB.
const HEAD_OCTETS: usize = 33 * 1024;

/// Octets of the beginning in which text is looked at.
const TEXT_OCTETS: usize = 4 * 1024;

/// Octets within which `%PDF-` may stand. ISO 32000-1, annex H: readers accept it there.
const PDF_MARK_WITHIN: usize = 1024;

/// Where the parts of an Office file with macros keep them, in the clear names of the archive.
const MACROS_ZIP: &[u8] = b"vbaProject.bin";

/// The same in the older form: a name in UTF-16.
const MACROS_OLE: &[u8] = b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0";

/// A sort of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sort {
    /// Its type.
    pub(super) kind: &'static str,
    /// What people call it: `a Windows program`.
    pub(super) words: &'static str,
    /// Whether opening it may run something.
    pub(super) dangerous: bool,
}

/// Nothing we know.
const UNKNOWN: Sort = sort("application/octet-stream", "data of an unknown kind", false);

const fn sort(kind: &'static str, words: &'static str, dangerous: bool) -> Sort {
    Sort { kind, words, dangerous }
}

const HTML: Sort = sort("text/html", "an HTML page", true);
const SVG: Sort = sort("image/svg+xml", "an SVG picture, which can hold scripts", true);
const SCRIPT: Sort = sort("text/x-script", "a script", true);
const RTF: Sort = sort("application/rtf", "an RTF text", false);
const PDF: Sort = sort("application/pdf", "a PDF", false);
const TEXT: Sort = sort("text/plain", "text", false);
const OLE: Sort = sort("application/x-ole-storage", "an Office file of the older kind, or an installer", false);
const ZIP: Sort = sort("application/zip", "a ZIP archive", false);

/// Where, which octets, what it is.
const MAGIC: &[(usize, &[u8], Sort)] = &[
    (0, b"MZ", sort("application/x-msdownload", "a Windows program", true)),
    (0, b"\x7fELF", sort("application/x-elf", "a Linux program", true)),
    (0, b"\xfe\xed\xfa\xce", MAC),
    (0, b"\xfe\xed\xfa\xcf", MAC),
    (0, b"\xce\xfa\xed\xfe", MAC),
    (0, b"\xcf\xfa\xed\xfe", MAC),
    (0, b"\xca\xfe\xba\xbe", sort("application/java-vm", "a Java or macOS program", true)),
    (0, b"dex\n", sort("application/vnd.android.dex", "an Android program", true)),
    (0, b"\0asm", sort("application/wasm", "a WebAssembly program", true)),
    (0, b"L\0\0\0\x01\x14\x02\0", sort("application/x-ms-shortcut", "a Windows shortcut", true)),
    (0, b"ITSF", sort("application/vnd.ms-htmlhelp", "a Windows help file, which can hold scripts", true)),
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", sort("application/onenote", "a OneNote file", true)),
    (0, b"vhdxfile", DISK),
    (0, b"conectix", DISK),
    (32769, b"CD001", DISK),
    (0, b"FWS", FLASH),
    (0, b"CWS", FLASH),
    (0, b"%!PS", sort("application/postscript", "a PostScript program", true)),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"Rar!\x1a\x07", sort("application/vnd.rar", "a RAR archive", false)),
    (0, b"7z\xbc\xaf\x27\x1c", sort("application/x-7z-compressed", "a 7-Zip archive", false)),
    (0, b"\x1f\x8b", sort("application/gzip", "a gzip archive", false)),
    (0, b"BZh", sort("application/x-bzip2", "a bzip2 archive", false)),
    (0, b"\xfd7zXZ\0", sort("application/x-xz", "an xz archive", false)),
    (0, b"\x28\xb5\x2f\xfd", sort("application/zstd", "a Zstandard archive", false)),
    (0, b"MSCF", sort("application/vnd.ms-cab-compressed", "a CAB archive", false)),
    (257, b"ustar", sort("application/x-tar", "a tar archive", false)),
    (0, b"\x89PNG\r\n\x1a\n", sort("image/png", "a PNG picture", false)),
    (0, b"\xff\xd8\xff", sort("image/jpeg", "a JPEG picture", false)),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (8, b"WEBP", sort("image/webp", "a WebP picture", false)),
    (0, b"BM", sort("image/bmp", "a BMP picture", false)),
    (0, b"II*\0", TIFF),
    (0, b"MM\0*", TIFF),
    (0, b"\0\0\x01\0", sort("image/x-icon", "an icon", false)),
    (4, b"ftyphei", HEIF),
    (4, b"ftypmif1", HEIF),
    (4, b"ftypavif", HEIF),
    (4, b"ftyp", sort("video/mp4", "a video or sound", false)),
    (8, b"WAVE", sort("audio/wav", "a sound", false)),
    (8, b"AVI ", sort("video/x-msvideo", "a video", false)),
    (0, b"OggS", sort("audio/ogg", "a sound", false)),
    (0, b"ID3", MP3),
    (0, b"\xff\xfb", MP3),
    (0, b"fLaC", sort("audio/flac", "a sound", false)),
    (0, b"#!AMR", sort("audio/amr", "a sound", false)),
    (0, b"\x1aE\xdf\xa3", sort("video/webm", "a video", false)),
    (0, b"8BPS", sort("image/vnd.adobe.photoshop", "a Photoshop picture", false)),
    (0, b"\x78\x9f\x3e\x22", sort("application/vnd.ms-tnef", "a winmail.dat of Outlook", false)),
    (0, b"SQLite format 3\0", sort("application/vnd.sqlite3", "a database", false)),
];

const MAC: Sort = sort("application/x-mach-binary", "a macOS program", true);
const DISK: Sort = sort("application/x-disk-image", "a disk image", true);
const FLASH: Sort = sort("application/x-shockwave-flash", "a Flash program", true);
const GIF: Sort = sort("image/gif", "a GIF picture", false);
const TIFF: Sort = sort("image/tiff", "a TIFF picture", false);
const HEIF: Sort = sort("image/heif", "a HEIF picture", false);
const MP3: Sort = sort("audio/mpeg", "a sound", false);

/// How text begins, in lower case, behind white space and comments.
const BEGINNINGS: &[(&str, Sort)] = &[
    ("#!", SCRIPT),
    ("<?php", SCRIPT),
    ("@echo ", SCRIPT),
    ("windows registry editor", SCRIPT),
    ("regedit4", SCRIPT),
    ("[internetshortcut]", sort("application/x-url", "an Internet shortcut", true)),
    ("[desktop entry]", sort("application/x-desktop", "a Linux shortcut", true)),
    ("{\\rtf", RTF),
    ("<svg", SVG),
    ("<!doctype svg", SVG),
    ("<!doctype html", HTML),
    ("<html", HTML),
    ("<head", HTML),
    ("<body", HTML),
    ("<script", HTML),
    ("<iframe", HTML),
    ("<style", HTML),
    ("<meta", HTML),
    ("<title", HTML),
    ("begin:vcalendar", sort("text/calendar", "a calendar entry", false)),
    ("begin:vcard", sort("text/vcard", "a contact card", false)),
];

/// What was found in octets that were taken piece by piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sniffed {
    /// What they are.
    pub(super) sort: Sort,
    /// Whether an Office file among them holds macros.
    pub(super) macros: bool,
}

/// Takes octets piece by piece; costs their length once and keeps the beginning only.
#[derive(Debug, Default)]
pub(super) struct Sniffer {
    head: Vec<u8>,
    /// The end of what came, as a name may lie across two pieces.
    tail: Vec<u8>,
    macros: bool,
}

impl Sniffer {
    /// Takes the next piece.
    pub(super) fn push(&mut self, piece: &[u8]) {
        let room = HEAD_OCTETS.saturating_sub(self.head.len());
        self.head.extend_from_slice(&piece[..piece.len().min(room)]);
        let Some(mark) = macro_mark(&self.head) else { return };
        if self.macros {
            return;
        }
        let across = mark.len() - 1;
        self.tail.extend_from_slice(&piece[..piece.len().min(across)]);
        self.macros = memmem::find(&self.tail, mark).is_some() || memmem::find(piece, mark).is_some();
        if piece.len() > across {
            self.tail = piece[piece.len() - across..].to_vec();
        }
        let surplus = self.tail.len().saturating_sub(across);
        self.tail.drain(..surplus);
    }

    /// Says what it was.
    pub(super) fn finish(self) -> Sniffed {
        Sniffed { sort: of_head(&self.head), macros: self.macros }
    }
}

fn macro_mark(head: &[u8]) -> Option<&'static [u8]> {
    if head.starts_with(b"PK") { Some(MACROS_ZIP) } else { head.starts_with(b"\xd0\xcf\x11\xe0").then_some(MACROS_OLE) }
}

fn of_head(head: &[u8]) -> Sort {
    let at =
        |(offset, magic, _): &&(usize, &[u8], Sort)| head.get(*offset..).is_some_and(|rest| rest.starts_with(magic));
    match MAGIC.iter().find(at) {
        Some((_, b"PK\x03\x04", _)) => of_zip(head),
        // Two letters alone may begin a text.
        Some((_, magic, sort)) if magic.len() > 2 || !is_text(head) => *sort,
        _ => of_text(head),
    }
}

/// An archive whose first names say which program made it.
fn of_zip(head: &[u8]) -> Sort {
    let has = |name: &str| memmem::find(head, name.as_bytes()).is_some();
    if has("META-INF/MANIFEST.MF") || has("AndroidManifest.xml") {
        sort("application/java-archive", "a Java or Android program", true)
    } else if has("mimetypeapplication/vnd.oasis.opendocument") {
        sort("application/vnd.oasis.opendocument", "an OpenDocument file", false)
    } else if has("word/") {
        sort("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "a Word file", false)
    } else if has("xl/") {
        sort("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "an Excel file", false)
    } else if has("ppt/") {
        sort("application/vnd.openxmlformats-officedocument.presentationml.presentation", "a PowerPoint file", false)
    } else if has("[Content_Types].xml") {
        sort("application/vnd.openxmlformats-officedocument", "an Office file", false)
    } else {
        ZIP
    }
}

fn of_text(head: &[u8]) -> Sort {
    if memmem::find(&head[..head.len().min(PDF_MARK_WITHIN)], b"%PDF-").is_some() {
        return PDF;
    }
    if !is_text(head) {
        return UNKNOWN;
    }
    let lower = beginning(head);
    let begins = behind_comments(&lower);
    if let Some((_, sort)) = BEGINNINGS.iter().find(|(beginning, _)| begins.starts_with(beginning)) {
        return *sort;
    }
    if !begins.starts_with("<?xml") {
        return TEXT;
    }
    // XML says in its first element what it is.
    match (begins.contains("<svg"), begins.contains("<html")) {
        (true, _) => SVG,
        (_, true) => HTML,
        _ => sort("text/xml", "XML", false),
    }
}

/// The beginning as text in lower case, also of UTF-16.
fn beginning(head: &[u8]) -> String {
    let head = &head[..head.len().min(TEXT_OCTETS)];
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let narrow: Vec<u8> = if wide { head.iter().copied().filter(|octet| *octet != 0).collect() } else { head.to_vec() };
    let text = String::from_utf8_lossy(&narrow).to_ascii_lowercase();
    text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{fffd}').to_owned()
}

/// Browsers look for the first tag behind comments.
fn behind_comments(text: &str) -> &str {
    let mut rest = text;
    while let Some(comment) = rest.strip_prefix("<!--") {
        let Some(end) = comment.find("-->") else { return rest };
        rest = comment[end + 3..].trim_start();
    }
    rest
}

/// Whether there is nothing but text: of any charset, so octets above 127 may be anything.
fn is_text(head: &[u8]) -> bool {
    let head = &head[..head.len().min(TEXT_OCTETS)];
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    // ESC stands in ISO-2022-JP.
    let control = |octet: &u8| matches!(octet, 0..=8 | 14..=26 | 28..=31 | 127);
    !head.iter().any(control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sniffed(pieces: &[&[u8]]) -> Sniffed {
        let mut sniffer = Sniffer::default();
        pieces.iter().for_each(|piece| sniffer.push(piece));
        sniffer.finish()
    }

    #[test]
    fn octets_say_what_they_are() {
        let cases: &[(&[u8], &str, bool)] = &[
            (b"MZ\x90\0\x03\0", "application/x-msdownload", true),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", false),
            (b"%PDF-1.7\n%\xe2\xe3", "application/pdf", false),
            (b"\n\n<!-- a -->\n<!DOCTYPE html><p>", "text/html", true),
            (b"<?xml version='1.0'?><svg onload='x'/>", "image/svg+xml", true),
            (b"#!/bin/sh\nrm", "text/x-script", true),
            (b"\xff\xfe<\0h\0t\0m\0l\0>\0", "text/html", true),
            (b"PK\x03\x04..........META-INF/MANIFEST.MF", "application/java-archive", true),
            (b"PK\x03\x04..[Content_Types].xml..word/document.xml", WORD, false),
            (b"BMW is a maker of cars", "text/plain", false),
            (b"Gr\xfc\xdfe", "text/plain", false),
            (b"\x01\x02\x03", "application/octet-stream", false),
            (b"", "text/plain", false),
        ];
        for (octets, kind, dangerous) in cases {
            let sort = sniffed(&[octets]).sort;
            assert_eq!((sort.kind, sort.dangerous), (*kind, *dangerous), "{}", octets.escape_ascii());
        }
    }

    const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

    #[test]
    fn it_does_not_matter_where_the_pieces_are_cut() {
        let file = b"PK\x03\x04..[Content_Types].xml..word/document.xml....word/vbaProject.bin....";
        for cut in 0..file.len() {
            let found = sniffed(&[&file[..cut], &file[cut..]]);
            assert!(found.macros && found.sort.kind == WORD, "cut at {cut}: {found:?}");
        }
        let singly: Vec<&[u8]> = file.chunks(1).collect();
        assert!(sniffed(&singly).macros);
        let old = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....".as_slice(), MACROS_OLE].concat();
        assert!(sniffed(&[&old[..20], &old[20..]]).macros);
    }

    #[test]
    fn a_disk_image_is_known_behind_its_first_sectors() {
        let image = [vec![0; 32769], b"CD001".to_vec()].concat();
        assert!(sniffed(&[&image[..30000], &image[30000..]]).sort.dangerous);
    }
}
