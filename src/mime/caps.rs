//! Hard caps on what a mail may make us look at (S-15).
//!
//! They are checked while the bytes are walked, before anything is built from them. None of them loses the mail: what
//! lies beyond a cap stays in the raw bytes, and a [`Note`](super::Note) says that it was not looked at.

/// Octets of the header block that are read. Real mail stays below a tenth of it.
pub(super) const HEADER_BYTES_MAX: usize = 256 * 1024;
/// Header fields that are read.
pub(super) const HEADERS_MAX: usize = 1_000;
/// Addresses that are kept of To, Cc and Reply-To together.
pub(super) const ADDRESSES_MAX: usize = 1_000;
/// Multiparts inside one another that are opened.
pub(super) const MIME_DEPTH_MAX: usize = 20;
/// Parts that are read.
pub(super) const PARTS_MAX: usize = 500;
/// Parameters of one Content-Type or Content-Disposition that are read.
pub(super) const PARAMETERS_MAX: usize = 100;
/// Octets of the header block of one part that are read.
pub(super) const PART_HEADER_BYTES_MAX: usize = 64 * 1024;
/// Header fields of one part that are read.
pub(super) const PART_HEADERS_MAX: usize = 200;
/// Octets of one structured MIME field that are read.
pub(super) const MIME_FIELD_BYTES_MAX: usize = 16 * 1024;
/// Octets of a delivery report's machine-readable part that are kept.
pub(super) const DELIVERY_STATUS_BYTES_MAX: usize = 256 * 1024;
/// Reports that are read where none belongs, and enclosed mails that are looked into for one.
pub(super) const ENCLOSED_MAX: usize = 3;
/// Octets of one decoded text body; the rest is in the raw mail.
pub(super) const TEXT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// A cap that a mail ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cap {
    HeaderBytes,
    Headers,
    Addresses,
    Depth,
    Parts,
    Parameters,
    Text,
}

impl Cap {
    /// For the notes of the mail.
    pub(super) fn words(self) -> String {
        match self {
            Self::HeaderBytes => format!("the header is longer than {HEADER_BYTES_MAX} octets; the rest was not read"),
            Self::Headers => format!("more than {HEADERS_MAX} header fields; the rest was not read"),
            Self::Addresses => format!("more than {ADDRESSES_MAX} addresses; the rest was not read"),
            Self::Depth => format!("parts nested more than {MIME_DEPTH_MAX} deep were not opened"),
            Self::Parts => format!("more than {PARTS_MAX} parts; the rest was not read"),
            Self::Parameters => format!("more than {PARAMETERS_MAX} parameters in one field; the rest was not read"),
            Self::Text => format!("more than {TEXT_BYTES_MAX} octets of text; the rest was not read"),
        }
    }
}

/// The caps a mail ran into, each once, in the order they were met.
#[derive(Debug, Default)]
pub(super) struct Hits(Vec<Cap>);

impl Hits {
    pub(super) fn add(&mut self, cap: Cap) {
        if !self.0.contains(&cap) {
            self.0.push(cap);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Cap> + '_ {
        self.0.iter().copied()
    }
}
