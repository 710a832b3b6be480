//! Bytes to [`Mail`]: puts together what the files beside it read.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
};

use mail_parser::{HeaderName, HeaderValue, MessageParser, parsers::MessageStream};

use super::{
    Attachment, Mail, Note, RawHeader, Source, body,
    caps::{ADDRESSES_MAX, Cap, Hits},
    from_line,
    head::{Field, Head},
    ids, text,
    transfer::Encoding,
    walk,
};
use crate::types::Address;

/// Octets of a subject that are kept: the longest line mail may have. RFC 5322 §2.1.1.
const SUBJECT_OCTETS_MAX: usize = 998;

/// Octets of a From header that is believed; a line has 998 at most.
const FROM_BYTES_MAX: usize = 4 * 1024;

/// Reads a mail. Never fails, whatever the bytes are; what was odd stands in [`Mail::notes`].
///
/// Time and memory grow with the length of the mail and nothing else, and no shape of it can use up a 2 MiB stack
/// (S-15, S-16).
pub fn parse(raw: &[u8]) -> Mail {
    // The library reads hostile octets for us. Should it ever panic, the mail is still kept and shown.
    catch_unwind(AssertUnwindSafe(|| read(raw))).unwrap_or_else(|_| opaque(raw))
}

fn read(raw: &[u8]) -> Mail {
    let mut mail = Mail::default();
    let mut hits = Hits::default();
    let head = walk::mail_head(raw, &mut hits);
    let parts = walk::walk(&head, raw, &mut hits);
    // RFC 2047 wants other characters than ASCII encoded. Who does not writes them as in the text.
    let named = parts.leaves.iter().map(|leaf| leaf.content.charset.as_str()).find(|charset| !charset.is_empty());
    let charset = named.unwrap_or_default().to_owned();
    mail.headers = head.fields.iter().map(|field| raw_header(field, &charset)).collect();
    fill_from(&mut mail, raw, &head, &charset);
    fill_addresses(&mut mail, &head, &mut hits);
    let first = |name: &str| head.first(name).map(Field::unfolded);
    mail.subject = first("subject")
        .map_or_else(String::new, |v| text::one_line(&text::words_beside(&v, &charset), SUBJECT_OCTETS_MAX));
    mail.message_id = first("message-id").and_then(|v| ids::first(&v)).unwrap_or_default();
    mail.in_reply_to = all_ids(&head, "in-reply-to");
    mail.references = all_ids(&head, "references");
    mail.date = first("date").and_then(|v| date(&v));
    body::fill(&mut mail, parts, &mut hits);
    mail.notes.extend(hits.iter().map(|cap| Note(cap.words())));
    if head.odd_lines {
        mail.notes.push(Note("lines in the header are no header fields".to_owned()));
    }
    if head.unended && !raw.is_empty() {
        mail.notes.push(Note("no empty line ends the header".to_owned()));
    }
    mail
}

/// A mail that could not be read: all of it as one attachment.
fn opaque(raw: &[u8]) -> Mail {
    Mail {
        from_trouble: "the mail could not be read".to_owned(),
        attachments: vec![Attachment {
            name: "message.eml".to_owned(),
            kind: "message/rfc822".to_owned(),
            source: Source::Raw { range: 0..raw.len(), encoding: Encoding::Identity },
            size: raw.len(),
            digest: blake3::hash(raw),
            inline: false,
            content_id: String::new(),
        }],
        notes: vec![Note("the mail could not be read; it is attached as it came".to_owned())],
        ..Mail::default()
    }
}

fn raw_header(field: &Field<'_>, charset: &str) -> RawHeader {
    RawHeader {
        name: String::from_utf8_lossy(field.name).into_owned(),
        value: text::guess_beside(&field.unfolded(), charset).trim().to_owned(),
    }
}

fn all_ids(head: &Head<'_>, name: &str) -> Vec<String> {
    let mut all = VecDeque::new();
    for field in head.all(name) {
        ids::each(&field.unfolded(), &mut |id| {
            // The newest stand last.
            if all.len() == Mail::REFERENCES_MAX {
                all.pop_front();
            }
            all.push_back(id);
        });
    }
    all.into()
}

/// Milliseconds since 1970. RFC 5322 §3.3.
fn date(value: &[u8]) -> Option<i64> {
    let line = text::guess(value).into_owned() + "\n";
    match MessageStream::new(line.as_bytes()).parse_date() {
        HeaderValue::DateTime(date) if date.is_valid() => date.to_timestamp().checked_mul(1_000),
        _ => None,
    }
}

/// S-04: exactly one From header with exactly one address, and two readers that agree on it.
fn fill_from(mail: &mut Mail, raw: &[u8], head: &Head<'_>, charset: &str) {
    match the_one_from(raw, head, charset) {
        Ok(from) => (mail.from, mail.from_name) = (Some(from.address), from.name),
        Err(trouble) => {
            mail.from_trouble = trouble.to_owned();
            let name = head.first("from").map(|f| text::one_line(&text::words_beside(&f.unfolded(), charset), 300));
            mail.from_name = name.unwrap_or_default();
        }
    }
}

fn the_one_from(raw: &[u8], head: &Head<'_>, charset: &str) -> Result<from_line::FromLine, &'static str> {
    let mut fields = head.all("from");
    let field = fields.next().ok_or("there is no From header")?;
    if fields.next().is_some() || head.from_lines > 1 {
        return Err("there is more than one From header");
    }
    // The header as a whole, as the library splits it: it must have seen the same single field. It reads no other, for what
    // it makes of parameters costs their square (S-15).
    let splitter = MessageParser::new().header_raw(HeaderName::From).default_header_ignore();
    let block = splitter.parse_headers(&raw[..head.read]);
    let seen = block.as_ref().map_or(0, |m| m.header_values(HeaderName::From).count());
    if field.spaced || head.from_lines != 1 || seen != 1 {
        return Err("the From header is not plainly written");
    }
    let value = field.unfolded();
    if value.len() > FROM_BYTES_MAX {
        return Err("the From header is longer than any address and name");
    }
    let from = from_line::read(&value, charset)?;
    // Tolerated: `a@x <a@x>`. The library would glue the two together.
    let line = if from.repeats { format!("<{}>\n", from.address).into_bytes() } else { [&value, &b"\n"[..]].concat() };
    let HeaderValue::Address(again) = MessageStream::new(&line).parse_address() else {
        return Err("the From header holds no address");
    };
    let mut others = again.iter();
    let other = others.next().and_then(|a| a.address()).and_then(|a| Address::parse(a).ok());
    if others.next().is_some() || other.as_ref() != Some(&from.address) {
        return Err("two ways of reading the From header disagree");
    }
    Ok(from)
}

/// The one address of a header value that names one mailbox, and the name beside it, empty without. As strict as From.
pub fn mailbox(value: &str) -> Option<(Address, String)> {
    let line = value.replace(['\r', '\n'], "");
    from_line::read(line.trim().as_bytes(), "").ok().map(|from| (from.address, from.name))
}

fn fill_addresses(mail: &mut Mail, head: &Head<'_>, hits: &mut Hits) {
    let mut left = ADDRESSES_MAX;
    for (name, list) in [("reply-to", &mut mail.reply_to), ("to", &mut mail.to), ("cc", &mut mail.cc)] {
        for field in head.all(name) {
            let value = field.unfolded();
            for piece in (AddressPieces { rest: &value }) {
                let Some(piece) = piece else {
                    hits.add(Cap::Addresses);
                    break;
                };
                let line = [piece, &b"\n"[..]].concat();
                let HeaderValue::Address(addresses) = MessageStream::new(&line).parse_address() else { continue };
                for address in addresses.iter().filter_map(|a| a.address()).filter_map(|a| Address::parse(a).ok()) {
                    if left == 0 {
                        hits.add(Cap::Addresses);
                        return;
                    }
                    left -= 1;
                    list.push(address);
                }
            }
        }
    }
}

/// A list of addresses in pieces, cut behind commas: what the library makes of a list takes fifty times its length (S-15).
/// `None` for a piece that is longer than any address is.
struct AddressPieces<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for AddressPieces<'a> {
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        const PIECE_BYTES: usize = 2 * 1024;
        const ADDRESS_BYTES_MAX: usize = 8 * 1024;
        if self.rest.is_empty() {
            return None;
        }
        let (mut quoted, mut escaped) = (false, false);
        for (at, byte) in self.rest.iter().enumerate().take(ADDRESS_BYTES_MAX) {
            match byte {
                _ if std::mem::take(&mut escaped) => {}
                b'\\' => escaped = true,
                b'"' => quoted = !quoted,
                b',' if !quoted && at >= PIECE_BYTES => {
                    let (piece, rest) = self.rest.split_at(at);
                    self.rest = &rest[1..];
                    return Some(Some(piece));
                }
                _ => {}
            }
        }
        let rest = std::mem::take(&mut self.rest);
        Some((rest.len() <= ADDRESS_BYTES_MAX).then_some(rest))
    }
}

#[cfg(test)]
#[path = "from_grammar_tests.rs"]
mod from_grammar_tests;
#[cfg(test)]
#[path = "hostile_tests.rs"]
mod hostile_tests;
#[cfg(test)]
#[path = "kinds_tests.rs"]
mod kinds_tests;
#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
