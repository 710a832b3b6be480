//! A parsed mail.

use std::ops::Range;

use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};

use super::{
    seals::Seal,
    transfer::{Encoding, Pieces},
};
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
    /// What it claims to be signed or encrypted with; never verified.
    pub seals: Vec<Seal>,
    /// What its calendar asks for: `REQUEST`, `REPLY`, `CANCEL`; empty when that is not said, `None` without a calendar.
    pub calendar: Option<String>,
    /// Whether somebody wrote a comment into it. RFC 5545 §3.8.1.4.
    pub calendar_comment: bool,
    /// The report of a multipart/report, when it is one: its `report-type`. RFC 6522.
    pub report_type: String,
    /// The text of message/delivery-status, when there is. RFC 3464.
    pub delivery_status: String,
    /// Reports that stand elsewhere: in a plain multipart, attached, or in a report that somebody encloses. RFC 3464 in form.
    pub reports_astray: Vec<String>,
    /// The text of message/feedback-report, when there is. RFC 5965.
    pub feedback: String,
    /// Message-ID of the mail that a report encloses; empty without.
    pub reported_message_id: String,
    /// What a reader would not have seen, and is not in `text` (S-23).
    pub hidden: Hidden,
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

/// Words that a reader does not see: hidden by style, or written in signs that show nothing. They stay in the raw mail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Hidden {
    /// How many octets of them.
    pub octets: usize,
    /// Their part of all words, percent.
    pub share: u8,
}

impl Hidden {
    /// So many octets, beside those that are seen.
    pub fn beside(octets: usize, seen: usize) -> Self {
        Self { octets, share: (octets * 100 / (octets + seen).max(1)) as u8 }
    }
}

/// One header field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawHeader {
    /// As written; empty for a line that is no field.
    pub name: String,
    /// Unfolded, trimmed, lossily read as UTF-8, not decoded.
    pub value: String,
}

/// One attachment (or inline image). What it holds stays in the raw mail and is decoded by whoever needs it, in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name for display only (S-20): decoded, no control or format characters, no path; `unnamed` without.
    pub name: String,
    /// Claimed type, lower case, `application/octet-stream` without.
    pub kind: String,
    /// Where its content is.
    pub source: Source,
    /// Octets of the decoded content.
    pub size: usize,
    /// BLAKE3 of the decoded content.
    pub digest: blake3::Hash,
    /// Whether it belongs into the HTML (Content-ID or inline disposition).
    pub inline: bool,
    /// Content-ID without brackets; empty without.
    pub content_id: String,
}

/// Where the content of an attachment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In the raw mail, encoded.
    Raw {
        /// Octets of the raw mail.
        range: Range<usize>,
        /// How they are encoded.
        encoding: Encoding,
    },
    /// Taken out of something that only we unpack.
    Owned(Bytes),
}

impl Attachment {
    /// The decoded content, piece by piece. `raw` is the mail it was parsed from; from any other comes nothing of use.
    pub fn reader<'a>(&'a self, raw: &'a [u8]) -> Pieces<'a> {
        match &self.source {
            Source::Raw { range, encoding } => Pieces::of(raw.get(range.clone()).unwrap_or_default(), *encoding),
            Source::Owned(content) => Pieces::of(content, Encoding::Identity),
        }
    }

    /// The decoded content at once: for the small. `raw` is the mail it was parsed from.
    pub fn content(&self, raw: &[u8]) -> Bytes {
        if let Source::Owned(content) = &self.source {
            return content.clone();
        }
        let mut content = BytesMut::with_capacity(self.size);
        self.reader(raw).for_each(|piece| content.extend_from_slice(&piece));
        content.freeze()
    }
}

/// Something odd about a mail that did not stop it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note(pub String);
