//! Files that go with a letter: attached, or shown in its words by `![](cid:NAME)`.
//!
//! Pure. Whether a file may leave was decided by who took it; here its name and type become fit for a header (S-12).

use bytes::Bytes;
use lettre::message::{
    Attachment, Body, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType},
};

use super::compose::{ComposeError, NAME_CHARS_MAX, clean_line};
use crate::{store::EnclosedRow, types::LetterId};

/// The type of what has none that is fit for a header.
const UNKNOWN: &str = "application/octet-stream";

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// File name, as the reader shall see it.
    pub name: String,
    /// Its type, `image/png`.
    pub kind: String,
    /// Its octets.
    pub content: Bytes,
    /// The name by which the words show it: `[a-z0-9._-]`, in any case, at most 64; `None` when it is attached.
    pub shown_as: Option<String>,
}

impl Enclosed {
    /// What is kept of it in the letter's row.
    pub(super) fn row(&self) -> EnclosedRow {
        EnclosedRow {
            name: self.name(),
            kind: self.kind.clone(),
            size: self.content.len(),
            hash: blake3::hash(&self.content).to_hex().to_string(),
            inline: self.shown_as.is_some(),
        }
    }

    /// One line, without a path.
    fn name(&self) -> String {
        let name = clean_line(self.name.rsplit(['/', '\\']).next().unwrap_or_default(), NAME_CHARS_MAX);
        if name.is_empty() { "unnamed".to_owned() } else { name }
    }

    /// Its Content-ID in that letter, without brackets. RFC 2392 §2: the world over no other part has it.
    pub(super) fn content_id(&self, letter: LetterId, domain: &str) -> Option<String> {
        self.shown_as.as_ref().map(|name| format!("{name}.{letter}@{domain}"))
    }

    fn part(&self, content_id: Option<String>) -> Result<SinglePart, ComposeError> {
        // RFC 2046 §5.2.1: a message may not be encoded as base64, and is not shown but kept; a multipart has parts of its own.
        let composite = self.kind.starts_with("message/") || self.kind.starts_with("multipart/");
        let kind = ContentType::parse(if composite { UNKNOWN } else { &self.kind });
        let kind = kind.or_else(|_| ContentType::parse(UNKNOWN));
        let kind = kind.map_err(|_| ComposeError::Malformed("a file has no type"))?;
        let content = Body::new_with_encoding(self.content.to_vec(), ContentTransferEncoding::Base64)
            .map_err(|_| ComposeError::Malformed("a file could not be encoded"))?;
        Ok(match content_id {
            Some(id) => Attachment::new_inline_with_name(id, self.name()).body(content, kind),
            None => Attachment::new(self.name()).body(content, kind),
        })
    }
}

/// Whether a name by which words show a file is fit to be one.
pub fn is_shown_name(name: &str) -> bool {
    let fit = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'_' | b'-');
    (1..=64).contains(&name.len()) && name.bytes().all(fit)
}

/// The parts of a letter around its text and page: files that are shown beside the page, the others behind both.
///
/// `domain`: that of the letter's From.
pub(super) fn parts(
    text: SinglePart,
    page: SinglePart,
    enclosed: &[Enclosed],
    letter: LetterId,
    domain: &str,
) -> Result<MultiPart, ComposeError> {
    // Neither quoted-printable nor base64 can hold `=_`, so no body ends the part early.
    let boundary = |level: char| format!("=_{letter}_{level}=");
    let (shown, attached): (Vec<&Enclosed>, Vec<&Enclosed>) = enclosed.iter().partition(|one| one.shown_as.is_some());
    let body = MultiPart::alternative().boundary(boundary('a')).singlepart(text);
    let body = if shown.is_empty() {
        body.singlepart(page)
    } else {
        // RFC 2387: what is shown belongs to the page, so programs that show the text need not offer it.
        let mut related = MultiPart::related().boundary(boundary('r')).singlepart(page);
        for one in shown {
            related = related.singlepart(one.part(one.content_id(letter, domain))?);
        }
        body.multipart(related)
    };
    if attached.is_empty() {
        return Ok(body);
    }
    let mut mixed = MultiPart::mixed().boundary(boundary('m')).multipart(body);
    for one in attached {
        mixed = mixed.singlepart(one.part(None)?);
    }
    Ok(mixed)
}
