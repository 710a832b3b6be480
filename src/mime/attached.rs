//! Attachments: where they are, what they are called, and what reports among them tell.

use std::{borrow::Cow, collections::HashSet};

use bytes::Bytes;

use super::{
    Attachment, Mail, Source,
    body::unix_lines,
    caps::{DELIVERY_STATUS_BYTES_MAX, ENCLOSED_MAX, Hits},
    ids, parameters, text,
    tnef::{self, Tnef},
    transfer::{self, Pieces},
    walk::{self, Leaf},
};

/// Octets of an enclosed mail that are looked at for its subject.
const ENCLOSED_HEAD_BYTES_MAX: usize = 64 * 1024;

/// An attachment that stays where it is; its content is decoded once, to count and digest it.
pub(super) fn attachment(leaf: &Leaf<'_>) -> Attachment {
    let content = &leaf.content;
    let (mut size, mut hasher) = (0, blake3::Hasher::new());
    for piece in Pieces::of(leaf.body, content.encoding) {
        size += piece.len();
        hasher.update(&piece);
    }
    let mut name = text::file_name(&content.file_name);
    if is_message(&content.kind) && content.file_name.is_empty() {
        name = enclosed_name(leaf);
    }
    if content.kind == "text/calendar" && content.file_name.is_empty() {
        name = "invite.ics".to_owned();
    }
    let kind = kind_or_unknown(&content.kind);
    let inline = content.disposition == "inline" || (!content.id.is_empty() && content.disposition != "attachment");
    let source = Source::Raw { range: leaf.from..leaf.from + leaf.body.len(), encoding: content.encoding };
    Attachment { name, kind, source, size, digest: hasher.finalize(), inline, content_id: content.id.clone() }
}

fn kind_or_unknown(kind: &str) -> String {
    if kind.is_empty() { "application/octet-stream" } else { kind }.to_owned()
}

/// An attachment that was taken out of something else.
pub(super) fn taken_out(name: String, kind: &str, content: Bytes, content_id: &str) -> Attachment {
    Attachment {
        name,
        kind: kind_or_unknown(kind),
        size: content.len(),
        digest: blake3::hash(&content),
        source: Source::Owned(content),
        inline: !content_id.is_empty(),
        content_id: content_id.to_owned(),
    }
}

/// What a container of Outlook holds. The container itself is attached too: what we do not know in it stays there.
pub(super) fn unpacked(leaf: &Leaf<'_>) -> Option<Tnef> {
    let kind = leaf.content.kind.as_str();
    let is_tnef = matches!(kind, "application/ms-tnef" | "application/vnd.ms-tnef");
    if !is_tnef && !leaf.content.file_name.eq_ignore_ascii_case("winmail.dat") {
        return None;
    }
    let bytes = transfer::decoded(leaf.body, leaf.content.encoding, usize::MAX);
    tnef::read(&Bytes::from(bytes.into_owned()))
}

/// What the calendar asks for. RFC 5546 §1.4, RFC 6047 §2.4.
pub(super) fn calendar(mail: &mut Mail, leaf: &Leaf<'_>) {
    const LOOKED_AT: usize = 16 * 1024;
    if mail.calendar.is_some() || !matches!(leaf.content.kind.as_str(), "text/calendar" | "application/ics") {
        return;
    }
    let head = transfer::decoded(leaf.body, leaf.content.encoding, LOOKED_AT);
    let property = |name: &'static str| {
        let behind = move |line: &[u8]| {
            let is_it = line.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name.as_bytes()));
            is_it.then(|| line[name.len()..].to_vec())
        };
        head.split(|b| *b == b'\n').find_map(behind)
    };
    let named = match leaf.content.method.as_str() {
        "" => {
            let value = property("METHOD:").unwrap_or_default();
            text::one_line(&text::guess(&value), METHOD_OCTETS_MAX).to_ascii_uppercase()
        }
        method => text::one_line(method, METHOD_OCTETS_MAX),
    };
    // `COMMENT;LANGUAGE=en:words`
    let comment = property("COMMENT").filter(|rest| matches!(rest.first(), Some(b':' | b';')));
    let words = comment.as_deref().and_then(|rest| rest.splitn(2, |b| *b == b':').nth(1));
    mail.calendar_comment = words.is_some_and(|words| !words.trim_ascii().is_empty());
    mail.calendar = Some(named);
}

/// Longer is none of them.
const METHOD_OCTETS_MAX: usize = 40;

fn is_message(kind: &str) -> bool {
    matches!(kind, "message/rfc822" | "message/global")
}

fn is_status(kind: &str) -> bool {
    matches!(kind, "message/delivery-status" | "message/global-delivery-status")
}

/// An enclosed mail without a file name is called by its subject.
fn enclosed_name(leaf: &Leaf<'_>) -> String {
    let bytes = transfer::decoded(leaf.body, leaf.content.encoding, ENCLOSED_HEAD_BYTES_MAX);
    let head = walk::mail_head(&bytes, &mut Hits::default());
    let subject = head.first("subject").map(|f| text::words(&f.unfolded())).unwrap_or_default();
    match text::file_name(&subject) {
        subject if subject == "unnamed" => "message.eml".to_owned(),
        subject => subject + ".eml",
    }
}

/// Takes what a report tells, wherever it stands. RFC 3464 §2, RFC 6522 §3.
pub(super) fn report(mail: &mut Mail, leaf: &Leaf<'_>) {
    let kind = leaf.content.kind.as_str();
    let is_status = is_status(kind);
    if is_status && !mail.report_type.is_empty() && mail.delivery_status.is_empty() {
        mail.delivery_status = status(leaf);
    } else if is_status || kind == "message/disposition-notification" {
        astray(mail, || Some(status(leaf)));
    }
    if kind == "message/feedback-report" && mail.report_type == "feedback-report" && mail.feedback.is_empty() {
        mail.feedback = status(leaf);
    }
    if mail.report_type.is_empty() {
        // Tolerated: scanners that enclose the whole report in a letter of their own.
        if is_message(kind) {
            astray(mail, || enclosed_status(leaf));
        }
    } else if mail.reported_message_id.is_empty()
        && (is_message(kind) || matches!(kind, "text/rfc822-headers" | "message/global-headers"))
    {
        let bytes = transfer::decoded(leaf.body, leaf.content.encoding, DELIVERY_STATUS_BYTES_MAX);
        let head = walk::mail_head(&bytes, &mut Hits::default());
        let id = head.first("message-id").and_then(|f| ids::first(&f.unfolded()));
        mail.reported_message_id = id.unwrap_or_default();
    }
}

fn astray(mail: &mut Mail, found: impl FnOnce() -> Option<String>) {
    if mail.reports_astray.len() < ENCLOSED_MAX {
        mail.reports_astray.extend(found());
    }
}

fn status(leaf: &Leaf<'_>) -> String {
    let bytes = transfer::decoded(leaf.body, leaf.content.encoding, DELIVERY_STATUS_BYTES_MAX);
    unix_lines(text::decode(&bytes, &leaf.content.charset))
}

/// What a report in an enclosed mail tells. One mail deep, and no deeper.
fn enclosed_status(leaf: &Leaf<'_>) -> Option<String> {
    let bytes = transfer::decoded(leaf.body, leaf.content.encoding, DELIVERY_STATUS_BYTES_MAX);
    let head = walk::mail_head(&bytes, &mut Hits::default());
    let parts = walk::walk(&head, &bytes, &mut Hits::default());
    if parts.report_type != "delivery-status" {
        return None;
    }
    parts.leaves.iter().find(|leaf| is_status(&leaf.content.kind)).map(status)
}

/// What the HTML shows by `cid:` belongs into it, whatever its disposition says.
pub(super) fn mark_inline(mail: &mut Mail) {
    let shown = shown_ids(&mail.html);
    for attachment in &mut mail.attachments {
        attachment.inline |= !attachment.content_id.is_empty() && shown.contains(attachment.content_id.as_str());
    }
}

/// The Content-IDs that a page refers to, as they stand in the parts. RFC 2392.
pub fn shown_ids(html: &str) -> HashSet<Cow<'_, str>> {
    let html = html.as_bytes();
    memchr::memchr_iter(b':', html)
        .filter(|at| html[..*at].last_chunk::<3>().is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"cid")))
        .map(|at| {
            // Longer is no id, and a page of these marks alone would cost its square (S-15).
            let rest = &html[at + 1..html.len().min(at + 1 + ids::ID_OCTETS_MAX + 1)];
            rest.split(|b| matches!(b, b'"' | b'\'' | b')' | b'>' | b' ' | b'\n')).next().unwrap_or_default()
        })
        .filter(|id| id.len() <= ids::ID_OCTETS_MAX)
        .map(|id| match parameters::unescaped(id) {
            Cow::Borrowed(id) => String::from_utf8_lossy(id),
            Cow::Owned(id) => String::from_utf8_lossy(&id).into_owned().into(),
        })
        .collect()
}
