//! Pictures: those that the mail carries are shown, all others are named.

use std::collections::HashMap;

use super::{ATTACHMENTS, links};
use crate::{
    mime::{self, Mail},
    types::MailId,
};

/// Octets of one picture that stands in its own address, and of all of one mail: logos, not photographs.
const DATA_OCTETS_MAX: usize = 64 * 1024;
const ALL_DATA_OCTETS_MAX: usize = 512 * 1024;

/// Types that are shown. No drawing in XML: it is a document that may hold scripts.
const SHOWN: [&str; 7] =
    ["image/png", "image/jpeg", "image/jpg", "image/pjpeg", "image/gif", "image/webp", "image/bmp"];

/// The pictures that a mail carries, by Content-ID. RFC 2392.
pub(super) struct Album {
    id: MailId,
    by_content_id: HashMap<String, usize>,
}

/// What stands in the place of a picture.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Picture {
    /// It is shown from there.
    Shown(String),
    /// It would be loaded from that host.
    Remote(String),
    /// There is none.
    Missing,
}

impl Album {
    pub(super) fn of(mail: &Mail, id: MailId) -> Self {
        let shown = mail.attachments.iter().enumerate().filter(|(_, one)| SHOWN.contains(&one.kind.as_str()));
        let named = shown.filter(|(_, one)| !one.content_id.is_empty());
        // Of two with one id the first, as mail programs do.
        let by_content_id = named.rev().map(|(n, one)| (one.content_id.clone(), n)).collect();
        Self { id, by_content_id }
    }

    /// What an address of a picture leads to. `data_left` are the octets that pictures in addresses may still take.
    pub(super) fn find(&self, written: &str, data_left: &mut usize) -> Picture {
        let address = links::cleaned(written);
        let (scheme, rest) = address.split_once(':').unwrap_or_default();
        match scheme.to_ascii_lowercase().as_str() {
            "cid" => self.carried(rest).map_or(Picture::Missing, Picture::Shown),
            "data" if address.len() <= *data_left && is_small_picture(&address) => {
                *data_left -= address.len();
                Picture::Shown(address)
            }
            _ => links::web_host(&address).filter(|host| !host.is_empty()).map_or(Picture::Missing, Picture::Remote),
        }
    }

    fn carried(&self, id: &str) -> Option<String> {
        // RFC 2392 §2: an id in an address is written as addresses are.
        let unescaped = || mime::unescaped(id.as_bytes());
        let n =
            self.by_content_id.get(id).or_else(|| self.by_content_id.get(&*String::from_utf8_lossy(&unescaped())))?;
        Some(format!("{ATTACHMENTS}{}-{n}", self.id))
    }
}

/// What [`Album::find`] may let through for a whole mail.
pub(super) const fn data_octets() -> usize {
    ALL_DATA_OCTETS_MAX
}

/// Whether it is an address that [`Album::find`] makes.
pub(super) fn is_shown(src: &str) -> bool {
    let carried = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    src.strip_prefix(ATTACHMENTS).map_or_else(|| is_small_picture(src), carried)
}

fn is_small_picture(address: &str) -> bool {
    let Some(rest) = address.get(..5).filter(|s| s.eq_ignore_ascii_case("data:")).map(|_| &address[5..]) else {
        return false;
    };
    let Some((kind, content)) = rest.split_once(";base64,") else { return false };
    address.len() <= DATA_OCTETS_MAX
        && SHOWN.iter().any(|known| known.eq_ignore_ascii_case(kind))
        && content.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}
