//! Sorts the parts of a mail into what is read and what is attached, and puts together what is read.

use std::{borrow::Cow, collections::HashSet};

use super::{
    Attachment, Hidden, Mail, Note, attached,
    caps::{Cap, Hits, TEXT_BYTES_MAX},
    charset, flowed, html, inside, seals, text,
    tnef::Tnef,
    transfer,
    walk::{Leaf, Parts},
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
    if parts.leaves.iter().any(|leaf| charset::is_refused(&leaf.content.charset)) {
        mail.notes.push(Note("a part says that it is UTF-7, which is shown as it stands and not decoded".to_owned()));
    }
    mail.seals = parts.seals;
    let mut containers = Vec::new();
    for leaf in &parts.leaves {
        match role(leaf) {
            Role::Text => readable.push(read(leaf, false, &mut mail.attachments, hits)),
            Role::Html => readable.push(read(leaf, true, &mut mail.attachments, hits)),
            Role::Skipped => {}
            Role::Attached => {
                attached::report(mail, leaf);
                attached::calendar(mail, leaf);
                mail.attachments.push(attached::attachment(leaf));
                containers.extend(attached::unpacked(leaf));
            }
        }
    }
    for tnef in containers {
        unpack(mail, tnef, &mut readable);
    }
    let armour = readable.iter().find_map(|part| seals::of_text(&part.text));
    mail.seals.extend(armour.filter(|seal| !mail.seals.contains(seal)));
    mail.html = joined(readable.iter().filter(|r| r.is_html).map(|r| r.text.as_str()), hits);
    fill_text(mail, readable, hits);
    attached::mark_inline(mail);
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

/// Takes what a container of Outlook holds. Its words count where the mail says nothing else: mostly it says the same.
fn unpack(mail: &mut Mail, tnef: Tnef, readable: &mut Vec<Readable>) {
    for file in tnef.files {
        mail.attachments.push(attached::taken_out(file.name, &file.kind, file.content, &file.content_id));
    }
    if readable.iter().any(|part| !part.text.trim().is_empty()) {
        return;
    }
    let as_read = |text: String, is_html| Readable { text: unix_lines(text.into()), is_html, alternative: None };
    if !tnef.text.trim().is_empty() {
        readable.push(as_read(tnef.text, false));
    }
    if !tnef.html.trim().is_empty() {
        readable.push(as_read(tnef.html, true));
    }
    if readable.is_empty() && !tnef.rtf.is_empty() {
        mail.attachments.push(attached::taken_out("message.rtf".to_owned(), "application/rtf", tnef.rtf.into(), ""));
    }
}

fn read(leaf: &Leaf<'_>, is_html: bool, attachments: &mut Vec<Attachment>, hits: &mut Hits) -> Readable {
    let mut bytes = transfer::decoded(leaf.body, leaf.content.encoding, TEXT_BYTES_MAX);
    if bytes.len() == TEXT_BYTES_MAX {
        hits.add(Cap::Text);
    }
    if !is_html && let Some((rest, files)) = inside::taken_out(&bytes) {
        attachments.extend(files.into_iter().map(|file| attached::taken_out(file.name, "", file.content, "")));
        bytes = rest.into();
    }
    let mut charset = leaf.content.charset.clone();
    if charset.is_empty() && is_html {
        charset = meta_charset(&bytes);
    }
    let mut text = unix_lines(text::decode(&bytes, &charset));
    if let (false, Some(delete_space)) = (is_html, leaf.content.flowed) {
        text = flowed::joined(&text, delete_space);
    }
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

/// Lines that end in LF alone, and no NUL. One pass, and no copy of what is so already: texts may be long.
pub(super) fn unix_lines(text: Cow<'_, str>) -> String {
    if memchr::memchr2(b'\r', 0, text.as_bytes()).is_none() {
        return text.into_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
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
    let mut hidden = 0;
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
            let (text, unseen) = html::to_text_and_hidden(&part.text);
            hidden += unseen;
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
    // S-23: plain text hides words too, in signs that show nothing.
    if let (Cow::Owned(seen), unseen) = html::seen(&mail.text) {
        mail.text = seen;
        hidden += unseen;
    }
    mail.hidden = Hidden::beside(hidden, mail.text.len());
}
