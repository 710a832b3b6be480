//! What the header fields of one part say about its content. RFC 2045, RFC 2183, RFC 2231.

use super::{
    caps::{Cap, Hits, MIME_FIELD_BYTES_MAX, PARAMETERS_MAX},
    head::{Field, Head},
    ids,
    parameters::Structured,
    text,
    transfer::Encoding,
};

/// What a part says about itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// `type/subtype`, lower case; empty when not said or not readable.
    pub(super) kind: String,
    pub(super) charset: String,
    pub(super) boundary: String,
    pub(super) report_type: String,
    /// What a sealed multipart is sealed by; lower case.
    pub(super) protocol: String,
    /// What an S/MIME part is; lower case.
    pub(super) smime_type: String,
    /// What a calendar part asks for; upper case.
    pub(super) method: String,
    /// Whether lines flow (RFC 3676), and whether the blanks between them are none.
    pub(super) flowed: Option<bool>,
    /// Of the disposition, else of the type; decoded, not cleaned.
    pub(super) file_name: String,
    /// `inline`, `attachment`, lower case; empty when not said.
    pub(super) disposition: String,
    pub(super) encoding: Encoding,
    /// What a second field says of it; as the first when there is none.
    pub(super) other_encoding: Encoding,
    pub(super) id: String,
}

impl Content {
    pub(super) fn of(head: &Head<'_>, hits: &mut Hits) -> Self {
        let kind = structured(head, "content-type", hits);
        let disposition = structured(head, "content-disposition", hits);
        let parameter = |name: &str| kind.word_of(name);
        let is = |name: &str, value: &str| parameter(name).eq_ignore_ascii_case(value);
        let mut file_name = disposition.words_of("filename");
        if file_name.is_empty() {
            file_name = kind.words_of("name");
        }
        let mut encodings = head.all("content-transfer-encoding").map(encoding);
        let first = encodings.next().unwrap_or(Encoding::Identity);
        Self {
            charset: parameter("charset"),
            protocol: parameter("protocol").to_ascii_lowercase(),
            smime_type: parameter("smime-type").to_ascii_lowercase(),
            method: parameter("method").to_ascii_uppercase(),
            flowed: is("format", "flowed").then(|| is("delsp", "yes")),
            boundary: parameter("boundary"),
            report_type: parameter("report-type").to_ascii_lowercase(),
            file_name,
            kind: kind_name(&kind.word),
            disposition: disposition.word,
            encoding: first,
            other_encoding: encodings.next().unwrap_or(first),
            id: head.first("content-id").map(|field| content_id(&field.unfolded())).unwrap_or_default(),
        }
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/")
    }
}

/// Reads a field with parameters; the caps come first.
fn structured(head: &Head<'_>, name: &str, hits: &mut Hits) -> Structured {
    let Some(field) = head.first(name) else { return Structured::default() };
    let value = field.unfolded();
    let mut value = &value[..value.len().min(MIME_FIELD_BYTES_MAX)];
    if let Some((cut, _)) = value.iter().enumerate().filter(|(_, b)| **b == b';').nth(PARAMETERS_MAX) {
        hits.add(Cap::Parameters);
        value = &value[..cut];
    }
    Structured::of(value)
}

/// RFC 2045 §7. Tolerated: a word that is no id, for pages refer to it all the same.
pub(super) fn content_id(value: &[u8]) -> String {
    let word = || text::guess(value.trim_ascii()).into_owned();
    let is_id = |word: &String| word.len() <= ids::ID_OCTETS_MAX && !word.contains(char::is_whitespace);
    ids::first(value).or_else(|| Some(word()).filter(is_id)).unwrap_or_default()
}

/// `type/subtype`; empty when it is none.
pub(super) fn kind_name(word: &str) -> String {
    let clean = |word: &str| {
        !word.is_empty()
            && word.len() <= 127
            && word.bytes().all(|b| b.is_ascii_graphic() && !b"/;,\"()<>".contains(&b))
    };
    match word.split_once('/') {
        Some((kind, sub)) if clean(kind) && clean(sub) => word.to_owned(),
        // Tolerated: damage behind the slash; its boundary tells.
        Some(("multipart", _)) => "multipart/mixed".to_owned(),
        // Tolerated: `Content-Type: text`. RFC 2045 §5.2 lets the default stand for what is not readable.
        _ => String::new(),
    }
}

fn encoding(field: &Field<'_>) -> Encoding {
    let value = field.unfolded();
    let word = value.split(|b| matches!(b, b' ' | b'\t' | b';' | b'(')).next().unwrap_or_default();
    let is = |name: &str| word.eq_ignore_ascii_case(name.as_bytes());
    if is("base64") {
        Encoding::Base64
    } else if is("quoted-printable") {
        Encoding::QuotedPrintable
    } else if is("x-uuencode") || is("uuencode") || is("x-uue") || is("uue") {
        Encoding::Uuencode
    } else {
        Encoding::Identity
    }
}
