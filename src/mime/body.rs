//! Sorts the parts of a mail into what is read, what is attached and what reports.

use std::collections::HashSet;

use bytes::Bytes;

use super::{
    Attachment, Mail,
    caps::{Cap, DELIVERY_STATUS_BYTES_MAX, Hits, TEXT_BYTES_MAX},
    html, ids, text,
    walk::{self, Leaf, Parts},
};

/// A readable part.
struct Readable {
    text: String,
    is_html: bool,
    alternative: Option<usize>,
}

/// Fills text, HTML, attachments and report of the mail.
pub(super) fn fill(mail: &mut Mail, parts: Parts<'_>, hits: &mut Hits) {
    mail.report_type = parts.report_type;
    let mut readable = Vec::new();
    for leaf in &parts.leaves {
        match role(leaf) {
            Role::Text => readable.push(read(leaf, false, hits)),
            Role::Html => readable.push(read(leaf, true, hits)),
            Role::Skipped => {}
            Role::Attached => {
                report(mail, leaf);
                mail.attachments.push(attachment(leaf));
            }
        }
    }
    mail.html = joined(readable.iter().filter(|r| r.is_html).map(|r| r.text.as_str()), hits);
    fill_text(mail, readable, hits);
    mark_inline(mail);
}

enum Role {
    Text,
    Html,
    Attached,
    Skipped,
}

fn role(leaf: &Leaf<'_>) -> Role {
    let content = &leaf.content;
    let named = !content.file_name.is_empty() && !leaf.is_root && leaf.alternative.is_none();
    if content.disposition == "attachment" || named {
        return Role::Attached;
    }
    match content.kind.as_str() {
        "text/plain" => Role::Text,
        "text/html" | "application/xhtml+xml" => Role::Html,
        // Forms for programs that show cards instead of mail.
        "text/x-amp-html" | "text/watch-html" if leaf.alternative.is_some() => Role::Skipped,
        // Tolerated: a mail of one part that says it is something like text, or a multipart without boundary.
        "text/markdown" | "text/enriched" | "text/richtext" if leaf.is_root => Role::Text,
        kind if leaf.is_root && kind.starts_with("multipart/") => Role::Text,
        _ => Role::Attached,
    }
}

fn read(leaf: &Leaf<'_>, is_html: bool, hits: &mut Hits) -> Readable {
    let decoded = leaf.content.decoded(leaf.body);
    let bytes = decoded.as_deref().unwrap_or(leaf.body);
    let bytes = &bytes[..bytes.len().min(TEXT_BYTES_MAX)];
    if bytes.len() == TEXT_BYTES_MAX {
        hits.add(Cap::Text);
    }
    let mut charset = leaf.content.charset.clone();
    if charset.is_empty() && is_html {
        charset = meta_charset(bytes);
    }
    let text = unix_lines(&text::decode(bytes, &charset));
    Readable { text, is_html, alternative: leaf.alternative }
}

/// The charset that an HTML page names of itself, when its part names none.
fn meta_charset(bytes: &[u8]) -> String {
    const LOOKED_AT: usize = 1_024;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_AT)]).to_ascii_lowercase();
    let Some(at) = head.find("charset=") else { return String::new() };
    let value = head[at + 8..].trim_start_matches(['"', '\'']);
    value.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:".contains(*c)).collect()
}

/// Lines that end in LF alone, and no NUL. One pass: texts may be long.
fn unix_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'\r', 0, rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let is_return = rest.as_bytes()[at] == b'\r';
        rest = &rest[at + 1..];
        if is_return {
            out.push('\n');
            rest = rest.strip_prefix('\n').unwrap_or(rest);
        }
    }
    out.push_str(rest);
    out
}

/// A charset may take more octets in UTF-8 than it had.
fn capped(mut text: String, hits: &mut Hits) -> String {
    if text.len() > TEXT_BYTES_MAX {
        hits.add(Cap::Text);
        text.truncate(text.floor_char_boundary(TEXT_BYTES_MAX));
    }
    text
}

fn joined<'a>(texts: impl Iterator<Item = &'a str>, hits: &mut Hits) -> String {
    let mut out = String::new();
    for text in texts {
        if out.len() + text.len() > TEXT_BYTES_MAX {
            hits.add(Cap::Text);
            break;
        }
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(text);
    }
    out
}

/// Puts together what a person reads: of every alternative its plain form when it says anything, else its HTML.
///
/// HTML outside of alternatives counts only when no plain text came before it: what follows is a footer's second form.
fn fill_text(mail: &mut Mail, readable: Vec<Readable>, hits: &mut Hits) {
    let says = |r: &&Readable| !r.is_html && !r.text.trim().is_empty();
    let plain_forms: HashSet<usize> = readable.iter().filter(says).filter_map(|r| r.alternative).collect();
    let mut pieces: Vec<String> = Vec::new();
    let mut any_plain = false;
    for part in readable {
        if !part.is_html {
            if !part.text.trim().is_empty() {
                any_plain = true;
                pieces.push(part.text);
            }
            continue;
        }
        let other_form = part.alternative.map_or(!pieces.is_empty(), |group| plain_forms.contains(&group));
        if !other_form {
            let text = html::to_text(&part.text);
            if !text.trim().is_empty() {
                pieces.push(text);
            }
        }
    }
    mail.text_from_html = !pieces.is_empty() && !any_plain;
    mail.text = match pieces.as_mut_slice() {
        [only] => capped(std::mem::take(only), hits),
        several => joined(several.iter().map(String::as_str), hits),
    };
}

fn attachment(leaf: &Leaf<'_>) -> Attachment {
    let content = &leaf.content;
    let is_message = content.kind == "message/rfc822" || content.kind == "message/global";
    let bytes = content.decoded(leaf.body).map_or_else(|| Bytes::copy_from_slice(leaf.body), Bytes::from);
    let mut name = text::file_name(&content.file_name);
    if is_message && content.file_name.is_empty() {
        let head = walk::mail_head(&bytes, &mut Hits::default());
        let subject = head.first("subject").map(|f| text::words(&f.unfolded())).unwrap_or_default();
        name = match text::file_name(&subject) {
            subject if subject == "unnamed" => "message.eml".to_owned(),
            subject => subject + ".eml",
        };
    }
    let kind = match content.kind.as_str() {
        "" => "application/octet-stream".to_owned(),
        kind => kind.to_owned(),
    };
    let inline = content.disposition == "inline" || (!content.id.is_empty() && content.disposition != "attachment");
    Attachment { name, kind, content: bytes, inline, content_id: content.id.clone() }
}

/// Takes what a report tells. RFC 3464 §2, RFC 6522 §3.
fn report(mail: &mut Mail, leaf: &Leaf<'_>) {
    if mail.report_type.is_empty() {
        return;
    }
    let decoded = leaf.content.decoded(leaf.body);
    let bytes = decoded.as_deref().unwrap_or(leaf.body);
    match leaf.content.kind.as_str() {
        "message/delivery-status" | "message/global-delivery-status" if mail.delivery_status.is_empty() => {
            let bytes = &bytes[..bytes.len().min(DELIVERY_STATUS_BYTES_MAX)];
            mail.delivery_status = unix_lines(&text::decode(bytes, &leaf.content.charset));
        }
        "message/rfc822" | "message/global" | "text/rfc822-headers" | "message/global-headers"
            if mail.reported_message_id.is_empty() =>
        {
            let head = walk::mail_head(bytes, &mut Hits::default());
            let id = head.first("message-id").and_then(|f| ids::of(&f.unfolded()).into_iter().next());
            mail.reported_message_id = id.unwrap_or_default();
        }
        _ => {}
    }
}

/// What the HTML shows by `cid:` belongs into it, whatever its disposition says. RFC 2392.
fn mark_inline(mail: &mut Mail) {
    let html = mail.html.as_bytes();
    let shown: HashSet<&[u8]> = memchr::memmem::find_iter(html, b"cid:")
        .map(|at| {
            // Longer is no id, and a page of these marks alone would cost its square (S-15).
            let rest = &html[at + 4..html.len().min(at + 4 + ids::ID_OCTETS_MAX + 1)];
            rest.split(|b| matches!(b, b'"' | b'\'' | b')' | b'>' | b' ' | b'\n')).next().unwrap_or_default()
        })
        .filter(|id| id.len() <= ids::ID_OCTETS_MAX)
        .collect();
    for attachment in &mut mail.attachments {
        attachment.inline |= !attachment.content_id.is_empty() && shown.contains(attachment.content_id.as_bytes());
    }
}
