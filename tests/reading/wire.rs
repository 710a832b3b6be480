//! Letters on the wire: header, parts, encodings.

use crate::{letter::Letter, moment::Person};

/// How a program encodes a part. RFC 2045 §6, RFC 3676.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    EightBit,
    QuotedPrintable,
    Base64,
    /// Plain text whose lines end with a space where they go on.
    Flowed,
}

/// A mail of one or two parts.
pub(crate) fn mail(
    letter: &Letter,
    mailer: &str,
    subject: &str,
    plain: Option<(&str, Encoding)>,
    html: Option<(&str, Encoding)>,
) -> Vec<u8> {
    const BOUNDARY: &str = "=_part_4711";
    let head = format!(
        "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <answer@example.org>\r\n\
         In-Reply-To: <question@example.org>\r\nX-Mailer: {mailer}\r\nMIME-Version: 1.0\r\n",
        mailbox(&letter.scene.writer),
        mailbox(&letter.scene.author),
        word(subject),
        letter.scene.moment.field(),
    );
    let plain = plain.map(|(text, how)| part("plain", text, how));
    let html = html.map(|(text, how)| part("html", text, how));
    let body = match (plain, html) {
        (Some(plain), Some(html)) => format!(
            "Content-Type: multipart/alternative; boundary=\"{BOUNDARY}\"\r\n\r\n--{BOUNDARY}\r\n{plain}\r\n--{BOUNDARY}\r\n\
             {html}\r\n--{BOUNDARY}--\r\n"
        ),
        (one, other) => one.or(other).unwrap_or_default(),
    };
    (head + &body).into_bytes()
}

fn part(kind: &str, text: &str, how: Encoding) -> String {
    let (transfer, flowed, body) = match how {
        Encoding::EightBit => ("8bit", "", text.replace('\n', "\r\n")),
        Encoding::Flowed => ("8bit", "; format=flowed", text.replace('\n', "\r\n")),
        Encoding::QuotedPrintable => ("quoted-printable", "", quoted_printable(text)),
        Encoding::Base64 => ("base64", "", base64(&text.replace('\n', "\r\n"), 76)),
    };
    format!(
        "Content-Type: text/{kind}; charset=utf-8{flowed}\r\nContent-Transfer-Encoding: {transfer}\r\n\r\n{body}\r\n"
    )
}

fn mailbox(person: &Person) -> String {
    format!("{} <{}>", word(&person.name), person.address)
}

/// RFC 2047 §2.
fn word(text: &str) -> String {
    let mut words = Vec::new();
    let mut piece = String::new();
    for c in text.chars() {
        if piece.len() + c.len_utf8() > 39 {
            words.push(std::mem::take(&mut piece));
        }
        piece.push(c);
    }
    words.push(piece);
    let words: Vec<String> = words.iter().map(|piece| format!("=?utf-8?B?{}?=", base64(piece, 0))).collect();
    words.join("\r\n ")
}

/// RFC 2045 §6.7, at most 76 characters a line.
fn quoted_printable(text: &str) -> String {
    let mut out = String::new();
    for line in text.split('\n') {
        let mut column = 0;
        let bytes = line.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let last = at + 1 == bytes.len();
            let plain = matches!(byte, 33..=60 | 62..=126) || (matches!(byte, b' ' | b'\t') && !last);
            let width = if plain { 1 } else { 3 };
            if column + width > 75 {
                out.push_str("=\r\n");
                column = 0;
            }
            if plain {
                out.push(char::from(*byte));
            } else {
                out.push_str(&format!("={byte:02X}"));
            }
            column += width;
        }
        out.push_str("\r\n");
    }
    out
}

/// In lines of so many characters; 0: in one.
fn base64(text: &str, width: usize) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (at, three) in text.as_bytes().chunks(3).enumerate() {
        if width > 0 && at > 0 && (at * 4).is_multiple_of(width) {
            out.push_str("\r\n");
        }
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for n in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * n)) as usize & 63];
            out.push(if n > three.len() { '=' } else { char::from(sign) });
        }
    }
    out
}
