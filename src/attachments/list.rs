//! What is attached to a mail, one row each: what it claims, what it is, what staff should know.

use serde::{Deserialize, Serialize};

use super::{AttachmentId, sniff::Sniffer, warnings};
use crate::{
    mime::{self, Attachment, Mail},
    types::MailId,
};

/// Pictures of at most so many octets may be decoration: logos, icons of networks, lines.
const DECORATION_OCTETS_MAX: usize = 24 * 1024;

/// Pictures that browsers show and that cannot hold scripts.
const PICTURES: &[&str] = &["image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"];

/// One attachment, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Row {
    /// Its place in the mail, from 0: with the mail's id it is the attachment's id, `MAILID-N`.
    pub n: usize,
    /// File name, for display only.
    pub name: String,
    /// Claimed type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Octets, decoded.
    pub size: usize,
    /// Whether it belongs into the text.
    pub inline: bool,
    /// BLAKE3 of the content, 64 hexadecimal digits.
    pub hash: String,
    /// The type its octets show.
    pub sniffed: String,
    /// The same in words.
    pub is: String,
    /// What is odd or dangerous, one sentence each.
    pub warnings: Vec<String>,
    /// Whether the HTML of the mail shows it by its Content-ID.
    pub shown: bool,
}

impl Row {
    /// Its id.
    pub fn id(&self, mail: MailId) -> String {
        AttachmentId { mail, n: self.n }.to_string()
    }

    /// The type under which it may be served: of pictures their own, of everything else none that a browser acts on (S-20).
    pub fn safe_type(&self) -> &'static str {
        PICTURES.iter().find(|kind| **kind == self.sniffed).copied().unwrap_or("application/octet-stream")
    }

    /// Whether it is a picture small enough for decoration. It is one when the text shows it, or many mails carry it.
    pub fn is_small_picture(&self) -> bool {
        self.size <= DECORATION_OCTETS_MAX && PICTURES.contains(&self.sniffed.as_str())
    }
}

/// Reads the attachments of a mail; costs their octets once. `raw` is what it was parsed from.
pub fn rows(mail: &Mail, raw: &[u8]) -> Vec<Row> {
    let shown = mime::shown_ids(&mail.html);
    let rows = mail.attachments.iter().enumerate().map(|(n, attachment)| {
        let shown = !attachment.content_id.is_empty() && shown.contains(attachment.content_id.as_str());
        row(n, attachment, shown, raw)
    });
    rows.collect()
}

fn row(n: usize, attachment: &Attachment, shown: bool, raw: &[u8]) -> Row {
    let mut sniffer = Sniffer::default();
    attachment.reader(raw).for_each(|piece| sniffer.push(&piece));
    let found = sniffer.finish();
    Row {
        n,
        name: attachment.name.clone(),
        kind: attachment.kind.clone(),
        size: attachment.size,
        inline: attachment.inline,
        hash: attachment.digest.to_hex().to_string(),
        sniffed: found.sort.kind.to_owned(),
        is: found.sort.words.to_owned(),
        warnings: warnings::warnings(&attachment.name, &attachment.kind, &found),
        shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: a@b.example\r\nContent-Type: multipart/related; boundary=x\r\n\r\n\
        --x\r\nContent-Type: text/html\r\n\r\n<p>Hi<img src=\"cid:logo@b\">\r\n\
        --x\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo@b>\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        iVBORw0KGgoAAAANSUhEUgAA//8AAP//\r\n\
        --x\r\nContent-Type: image/png; name=\"invoice.pdf.exe\"\r\nContent-ID: <other@b>\r\n\r\nMZ\u{1}program\r\n--x--\r\n";

    #[test]
    fn a_row_says_what_it_claims_and_what_it_is() {
        let mail = mime::parse(MAIL.as_bytes());
        let rows = rows(&mail, MAIL.as_bytes());
        let [logo, program] = rows.as_slice() else { panic!("{rows:?}") };
        assert!(logo.shown && logo.is_small_picture() && logo.warnings.is_empty(), "{logo:?}");
        assert_eq!((logo.safe_type(), logo.name.as_str()), ("image/png", "logo.png"));
        assert!(!program.shown && !program.is_small_picture(), "{program:?}");
        assert_eq!(program.safe_type(), "application/octet-stream");
        assert_eq!(program.warnings[0], "claims image/png, is a Windows program");
        assert_eq!(program.id(MailId(0)), "0000000000000-1");
        assert_eq!(program.hash, blake3::hash(b"MZ\x01program").to_hex().as_str());
    }

    #[test]
    fn a_picture_of_65535_squared_costs_its_octets_and_no_more() {
        // The first attachment says so in its header; nothing here makes pixels of it.
        let mail = mime::parse(MAIL.as_bytes());
        assert_eq!(rows(&mail, MAIL.as_bytes())[0].size, 24);
    }
}
