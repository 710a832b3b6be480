//! A parsed mail.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::types::Address;

/// A mail as read. Every field is there whatever the bytes were; what was odd stands in `notes`.
#[derive(Debug, Clone, Default)]
pub struct Mail {
    /// The one address of the one From header; `None` when there is not exactly one usable (S-04).
    pub from: Option<Address>,
    /// The display name beside it, decoded, control characters removed; empty without.
    pub from_name: String,
    /// Why there is no `from`, in words; empty when there is.
    pub from_trouble: String,
    /// Reply-To addresses.
    pub reply_to: Vec<Address>,
    /// To addresses, in order.
    pub to: Vec<Address>,
    /// Cc addresses, in order.
    pub cc: Vec<Address>,
    /// Subject, decoded, unfolded, without control characters; empty without.
    pub subject: String,
    /// Message-ID without angle brackets; empty without.
    pub message_id: String,
    /// Ids of In-Reply-To, without brackets, in order.
    pub in_reply_to: Vec<String>,
    /// Ids of References, without brackets, in order, the newest [`crate::mime::Mail::REFERENCES_MAX`].
    pub references: Vec<String>,
    /// Date in milliseconds since 1970, as the sender claims.
    pub date: Option<i64>,
    /// All headers in order, unfolded and undecoded, the first thousand.
    pub headers: Vec<RawHeader>,
    /// The text a person reads: text/plain parts, or text made from HTML when there is no plain part. LF line ends.
    pub text: String,
    /// The HTML body, decoded, not sanitized; empty without.
    pub html: String,
    /// Whether all of `text` was made from HTML.
    pub text_from_html: bool,
    /// Attachments, in order.
    pub attachments: Vec<Attachment>,
    /// The report of a multipart/report, when it is one: its `report-type`. RFC 6522.
    pub report_type: String,
    /// The text of message/delivery-status, when there is. RFC 3464.
    pub delivery_status: String,
    /// Message-ID of the mail that a report encloses; empty without.
    pub reported_message_id: String,
    /// What was odd.
    pub notes: Vec<Note>,
}

impl Mail {
    /// Ids of References that are kept.
    pub const REFERENCES_MAX: usize = 100;

    /// The values of all headers of that name (any case), in order.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers.iter().filter(move |h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.as_str())
    }
}

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawHeader {
    /// As written.
    pub name: String,
    /// Unfolded, trimmed, lossily read as UTF-8, not decoded.
    pub value: String,
}

/// One attachment (or inline image).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name for display only (S-20): decoded, no control or format characters, no path; `unnamed` without.
    pub name: String,
    /// Claimed type, lower case, `application/octet-stream` without.
    pub kind: String,
    /// Decoded content.
    pub content: Bytes,
    /// Whether it belongs into the HTML (Content-ID or inline disposition).
    pub inline: bool,
    /// Content-ID without brackets; empty without.
    pub content_id: String,
}

/// Something odd about a mail that did not stop it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note(pub String);
