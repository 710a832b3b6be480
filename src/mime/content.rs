//! What the header fields of one part say about its content. RFC 2045, RFC 2183, RFC 2231.

use mail_parser::{ContentType, HeaderValue, parsers::MessageStream};

use super::{
    caps::{Cap, Hits, MIME_FIELD_BYTES_MAX, PARAMETERS_MAX},
    head::{Field, Head},
    ids, text,
    transfer::Encoding,
};

/// What a part says about itself.
#[derive(Debug, Clone)]
pub(super) struct Content {
    /// `type/subtype`, lower case; empty when not said or not readable.
    pub(super) kind: String,
    pub(super) charset: String,
    pub(super) boundary: String,
    pub(super) report_type: String,
    /// Of the disposition, else of the type; decoded, not cleaned.
    pub(super) file_name: String,
    /// `inline`, `attachment`, lower case; empty when not said.
    pub(super) disposition: String,
    pub(super) encoding: Encoding,
    pub(super) id: String,
}

impl Content {
    pub(super) fn of(head: &Head<'_>, hits: &mut Hits) -> Self {
        let kind = head.first("content-type").and_then(|f| structured(f, hits));
        let disposition = head.first("content-disposition").and_then(|f| structured(f, hits));
        let parameter = |of: &Option<ContentType<'static>>, name: &str| {
            of.as_ref().and_then(|c| c.attribute(name)).unwrap_or_default().to_owned()
        };
        let named = |of, name| text::words(parameter(of, name).as_bytes());
        let mut file_name = named(&disposition, "filename");
        if file_name.is_empty() {
            file_name = named(&kind, "name");
        }
        Self {
            charset: parameter(&kind, "charset"),
            boundary: parameter(&kind, "boundary"),
            report_type: parameter(&kind, "report-type").to_ascii_lowercase(),
            file_name,
            kind: kind.as_ref().map(kind_name).unwrap_or_default(),
            disposition: disposition.map(|d| d.ctype().to_ascii_lowercase()).unwrap_or_default(),
            encoding: head.first("content-transfer-encoding").map_or(Encoding::Identity, encoding),
            id: head.first("content-id").and_then(|f| ids::of(&f.unfolded()).into_iter().next()).unwrap_or_default(),
        }
    }

    pub(super) fn is_multipart(&self) -> bool {
        self.kind.starts_with("multipart/")
    }
}

/// Reads a value with parameters by the library, which knows RFC 2231; the caps come first.
fn structured(field: &Field<'_>, hits: &mut Hits) -> Option<ContentType<'static>> {
    let value = field.unfolded();
    let mut value = &value[..value.len().min(MIME_FIELD_BYTES_MAX)];
    if let Some((cut, _)) = value.iter().enumerate().filter(|(_, b)| **b == b';').nth(PARAMETERS_MAX) {
        hits.add(Cap::Parameters);
        value = &value[..cut];
    }
    let line = text::guess(value).into_owned() + "\n";
    match MessageStream::new(line.as_bytes()).parse_content_type().into_owned() {
        HeaderValue::ContentType(content) => Some(content),
        _ => None,
    }
}

fn kind_name(content: &ContentType<'_>) -> String {
    let clean = |word: &str| {
        !word.is_empty()
            && word.len() <= 127
            && word.bytes().all(|b| b.is_ascii_graphic() && !b"/;,\"()<>".contains(&b))
    };
    match content.subtype() {
        Some(sub) if clean(content.ctype()) && clean(sub) => {
            format!("{}/{}", content.ctype().to_ascii_lowercase(), sub.to_ascii_lowercase())
        }
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
