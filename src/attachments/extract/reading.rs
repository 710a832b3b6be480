//! Octets of a sender to text. Runs in the confined process only: it may panic, loop and eat memory.
//!
//! What is read is written as it comes, so that what was read before a limit is not lost.

use std::{
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
};

use pdf_extract::{Document, PlainTextOutput, output_doc_page};

use super::{Form, Trailer};
use crate::mime;

/// Columns that JSON is indented by at most, and by each level.
const INDENT_MAX: usize = 40;
const INDENT: usize = 2;

/// A line of JSON longer than this is broken up.
const LINE_OCTETS_MAX: usize = 400;

/// Reads everything and writes the text, a NUL, and a [`Trailer`] in JSON.
///
/// # Errors
/// When nobody takes what is written.
pub fn read(input: &[u8], form: Form, text_bytes_max: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet { out, left: text_bytes_max, cut: false, any: false, broken: None };
    // What a library does with what it was not made for.
    let trouble = catch_unwind(AssertUnwindSafe(|| fill(input, form, &mut sheet)));
    let mut trouble = trouble.unwrap_or_else(|_| "it is not well formed".to_owned());
    if let Some(error) = sheet.broken {
        return Err(error);
    }
    if trouble.is_empty() && !sheet.any {
        trouble = match form {
            Form::Pdf => "there is no text in it: its pages may be pictures, as a scanner makes them".to_owned(),
            _ => "there is no text in it".to_owned(),
        };
    }
    let trailer = serde_json::to_string(&Trailer { cut: sheet.cut, trouble }).map_err(io::Error::other)?;
    sheet.out.write_all(b"\0")?;
    sheet.out.write_all(trailer.as_bytes())?;
    sheet.out.flush()
}

fn fill(input: &[u8], form: Form, sheet: &mut Sheet<'_>) -> String {
    match form {
        Form::Plain => sheet.say(&text(input, "text/plain")),
        Form::Html => sheet.say(&text(input, "text/html")),
        Form::Json => sheet.say(&in_lines(&text(input, "text/plain"))),
        Form::Pdf => return pdf(input, sheet),
    }
    String::new()
}

/// Takes so much text and no more, without NUL.
struct Sheet<'a> {
    out: &'a mut dyn Write,
    left: usize,
    cut: bool,
    any: bool,
    broken: Option<io::Error>,
}

impl Sheet<'_> {
    fn say(&mut self, text: &str) {
        let text = text.replace('\0', "");
        let end = text.floor_char_boundary(self.left);
        self.cut |= end < text.len();
        self.left = if self.cut { 0 } else { self.left - end };
        self.any |= !text[..end].trim().is_empty();
        if let Err(error) = self.out.write_all(&text.as_bytes()[..end]) {
            self.broken.get_or_insert(error);
        }
    }

    fn is_full(&self) -> bool {
        self.cut || self.left == 0 || self.broken.is_some()
    }
}

/// What the PDF library writes into: an error ends the page.
impl Write for Sheet<'_> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.say(&String::from_utf8_lossy(octets));
        if self.is_full() { Err(io::ErrorKind::WriteZero.into()) } else { Ok(octets.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads text and pages as the body of a mail of that type would be: charset, hidden text and all.
fn text(input: &[u8], kind: &str) -> String {
    let wide = mime::marked(input);
    let body = wide.as_deref().map_or(input, str::as_bytes);
    // Without a charset it is looked for in the octets.
    let head = format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
    mime::parse(&[head.as_bytes(), body].concat()).text
}

/// JSON that is one long line, in lines. Nothing but white space changes: numbers and order stay as written.
fn in_lines(json: &str) -> String {
    if json.lines().all(|line| line.len() <= LINE_OCTETS_MAX) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() * 2);
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for c in json.chars() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                depth += 1;
                out.push(c);
                new_line(&mut out, depth);
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(&mut out, depth);
            }
            c if c.is_whitespace() => {}
            ':' => out.push_str(": "),
            c => out.push(c),
        }
    }
    out
}

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', (depth * INDENT).min(INDENT_MAX)));
}

fn pdf(input: &[u8], sheet: &mut Sheet<'_>) -> String {
    const ENCRYPTED: &str = "it is encrypted, and opens with a password only";
    let says_encrypted = memchr::memmem::find(input, b"/Encrypt").is_some();
    let document = match Document::load_mem(input) {
        Ok(document) if document.is_encrypted() => return ENCRYPTED.to_owned(),
        Ok(document) => document,
        Err(_) if says_encrypted => return ENCRYPTED.to_owned(),
        Err(error) => return format!("it is no PDF that can be read: {error}"),
    };
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    if pages.is_empty() && says_encrypted {
        return ENCRYPTED.to_owned();
    }
    if pages.is_empty() {
        return "it is no PDF that can be read: it has no pages".to_owned();
    }
    let mut unread = 0;
    for (n, page) in pages.iter().enumerate() {
        if sheet.is_full() {
            sheet.cut = true;
            break;
        }
        if n > 0 {
            sheet.say("\n\n");
        }
        let read = catch_unwind(AssertUnwindSafe(|| {
            let mut output = PlainTextOutput::new(&mut *sheet as &mut dyn Write);
            output_doc_page(&document, &mut output, *page)
        }));
        unread += u32::from(!matches!(read, Ok(Ok(()))) && !sheet.is_full());
    }
    match unread {
        0 => String::new(),
        unread => format!("{unread} of its {} pages could not be read", pages.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(input: &[u8], form: Form, max: usize) -> (String, Trailer) {
        let mut out = Vec::new();
        read(input, form, max, &mut out).unwrap();
        let at = out.iter().rposition(|octet| *octet == 0).unwrap();
        (String::from_utf8(out[..at].to_vec()).unwrap(), serde_json::from_slice(&out[at + 1..]).unwrap())
    }

    #[test]
    fn text_is_read_in_its_charset() {
        let utf16: Vec<u8> = "\u{feff}Grüße".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for input in ["Grüße".as_bytes(), b"Gr\xfc\xdfe", &utf16] {
            assert_eq!(read_all(input, Form::Plain, 100).0.trim(), "Grüße", "{}", input.escape_ascii());
        }
    }

    #[test]
    fn a_table_of_values_stays_as_it_is() {
        let (text, trailer) = read_all(b"number;name\n12345;Ada\n\n;\n", Form::Plain, 100);
        assert_eq!(
            (text.as_str(), trailer.cut, trailer.trouble.as_str()),
            ("number;name\n12345;Ada\n\n;\n", false, "")
        );
    }

    #[test]
    fn a_page_is_read_as_people_see_it() {
        let page = b"<html><body><p>One</p><script>no</script><p style='display:none'>hidden</p><p>Two";
        let text = read_all(page, Form::Html, 100).0;
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), ["One", "Two"]);
    }

    #[test]
    fn long_json_is_broken_into_lines_and_keeps_every_sign() {
        let long = format!(r#"{{"a":[1e400,"x, \" {{y}}"],"b":"{}"}}"#, "z".repeat(LINE_OCTETS_MAX));
        let (text, _) = read_all(long.as_bytes(), Form::Json, 10_000);
        assert!(text.starts_with("{\n  \"a\": [\n    1e400,\n    \"x, \\\" {y}\"\n  ],\n  \"b\": \"zzz"), "{text}");
        assert_eq!(read_all(b"{\"a\": 1}", Form::Json, 100).0, "{\"a\": 1}");
    }

    #[test]
    fn text_ends_at_its_limit_between_two_characters() {
        let (text, trailer) = read_all("äöü".as_bytes(), Form::Plain, 5);
        assert_eq!((text.as_str(), trailer.cut), ("äö", true));
    }

    #[test]
    fn what_is_empty_or_no_pdf_is_said_in_words() {
        assert_eq!(read_all(b"", Form::Plain, 100).1.trouble, "there is no text in it");
        assert!(read_all(b"%PDF-1.4 nothing", Form::Pdf, 100).1.trouble.starts_with("it is no PDF that can be read"));
    }
}
