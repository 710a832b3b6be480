//! Files written into a text: uuencode and yEnc. They become attachments; the rest of the text stays text.

use bytes::Bytes;
use memchr::memmem;

use super::{
    text,
    transfer::{self, Encoding},
};

/// Files that are taken out of one text; more stay text.
const FILES_MAX: usize = 100;

/// A file that stood in a text.
#[derive(Debug)]
pub(super) struct Inside {
    /// Cleaned for display.
    pub(super) name: String,
    pub(super) content: Bytes,
}

/// Takes the files out of a decoded text; `None` when there are none. What does not end stays where it is.
pub(super) fn taken_out(text: &[u8]) -> Option<(Vec<u8>, Vec<Inside>)> {
    let begins_a_line = |mark: &[u8]| text.starts_with(&mark[1..]) || memmem::find(text, mark).is_some();
    if !begins_a_line(b"\nbegin ") && !begins_a_line(b"\n=ybegin ") {
        return None;
    }
    let (mut rest, mut files) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < text.len() {
        let line = line_at(text, at);
        let found = match line {
            _ if files.len() == FILES_MAX => Err(0),
            _ if line.starts_with(b"begin ") => uuencoded(&text[at..]),
            _ if line.starts_with(b"=ybegin ") => yencoded(&text[at..]),
            _ => Err(0),
        };
        let length = match found {
            Ok((file, length)) => {
                files.push(file);
                length
            }
            Err(looked_at) => {
                let length = looked_at.max(line.len());
                rest.extend_from_slice(&text[at..at + length]);
                length
            }
        };
        at += length;
    }
    (!files.is_empty()).then_some((rest, files))
}

/// The line that begins there, its end included.
fn line_at(text: &[u8], at: usize) -> &[u8] {
    let end = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |i| at + i + 1);
    &text[at..end]
}

/// A file and how many octets it takes; else how many octets are surely none.
type Found = Result<(Inside, usize), usize>;

fn uuencoded(text: &[u8]) -> Found {
    let first = line_at(text, 0);
    let words = first["begin ".len()..].trim_ascii();
    let mode = words.iter().take_while(|b| (b'0'..=b'7').contains(*b)).count();
    if !matches!(mode, 3 | 4) || words.get(mode) != Some(&b' ') {
        return Err(0);
    }
    let mut at = first.len();
    while at < text.len() {
        let line = line_at(text, at);
        let content = line.trim_ascii_end();
        if content == b"end" {
            let content = transfer::decoded(&text[..at], Encoding::Uuencode, usize::MAX).into_owned().into();
            return Ok((Inside { name: name(&words[mode..]), content }, at + line.len()));
        }
        if !is_uu_line(content) {
            break;
        }
        at += line.len();
    }
    Err(at)
}

/// Letters of that code alone, and no more than the first says.
fn is_uu_line(line: &[u8]) -> bool {
    // Some writers put a check letter behind.
    line.is_empty() || transfer::uu_letters(line).is_some_and(|most| line.len() - 1 <= most + 1)
}

fn yencoded(text: &[u8]) -> Found {
    let first = line_at(text, 0);
    let named = memmem::find(first, b" name=").map_or(&b""[..], |at| &first[at + " name=".len()..]);
    let mut at = first.len();
    let mut content = Vec::new();
    while at < text.len() {
        let line = line_at(text, at);
        at += line.len();
        if line.starts_with(b"=yend ") {
            return Ok((Inside { name: name(named), content: content.into() }, at));
        }
        if !line.starts_with(b"=ypart ") {
            yenc_line(line, &mut content);
        }
    }
    Err(at)
}

/// Each octet is 42 too high; what would look like a line end or NUL comes as `=` and 64 more.
fn yenc_line(line: &[u8], out: &mut Vec<u8>) {
    let mut octets = line.iter().filter(|b| !matches!(b, b'\r' | b'\n'));
    while let Some(octet) = octets.next() {
        let octet = match octet {
            b'=' => octets.next().map_or(b'=', |escaped| escaped.wrapping_sub(64)),
            other => *other,
        };
        out.push(octet.wrapping_sub(42));
    }
}

fn name(written: &[u8]) -> String {
    text::file_name(text::guess(written.trim_ascii()).trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Taken = (String, Vec<(String, Vec<u8>)>);

    fn taken(text: &[u8]) -> Option<Taken> {
        let (rest, files) = taken_out(text)?;
        let files = files.into_iter().map(|file| (file.name, file.content.to_vec())).collect();
        Some((String::from_utf8(rest).unwrap(), files))
    }

    #[test]
    fn files_in_a_text_are_taken_out_with_their_names() {
        let (rest, files) = taken(b"before\nbegin 644 a cat.txt\n#0V%T\n`\nend\nafter\n").unwrap();
        assert_eq!((rest.as_str(), files), ("before\nafter\n", vec![("a cat.txt".to_owned(), b"Cat".to_vec())]));
        let yenc = b"before\r\n=ybegin line=128 size=4 name=\"../x.bin\"\r\n=ypart begin=1 end=4\r\n\x6d\x8b=}\x9e\r\n=yend size=4\r\n";
        let (rest, files) = taken(yenc).unwrap();
        assert_eq!((rest.as_str(), files), ("before\r\n", vec![(".._x.bin".to_owned(), b"Ca\x13t".to_vec())]));
    }

    #[test]
    fn what_only_looks_like_a_file_stays_text() {
        for text in [
            "begin at the beginning\n",
            "begin 644 me.txt\nand these are words of a letter\nend\n",
            "begin 644 a.txt\n#0V%T\nnever ends",
            "=ybegin line=128 size=4 name=x\nnever ends",
            "I will begin 644 x\n",
            "begin 999 x\nend\n",
        ] {
            assert!(taken(text.as_bytes()).is_none(), "{text:?}");
        }
    }
}
