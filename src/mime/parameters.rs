//! A value with parameters, as Content-Type and Content-Disposition have it. RFC 2045 §5.1, RFC 2231.
//!
//! One pass; what is not well formed is read as it was meant where that is plain: blanks for semicolons, blanks in unquoted
//! file names, quotes that never end, encoded words where RFC 2231 should be.

use std::borrow::Cow;

use super::text;

/// One value, taken apart.
#[derive(Debug, Default)]
pub(super) struct Structured {
    /// The value in front, lower case; empty when there is none.
    pub(super) word: String,
    parameters: Vec<Parameter>,
}

#[derive(Debug)]
struct Parameter {
    /// Lower case, without marks.
    name: String,
    /// Which piece of a value that was cut into several.
    piece: Option<u16>,
    /// Whether it is percent-encoded.
    extended: bool,
    quoted: bool,
    value: Vec<u8>,
}

impl Structured {
    /// Reads an unfolded value.
    pub(super) fn of(value: &[u8]) -> Self {
        let mut rest = Rest(value);
        rest.skip(b" \t");
        let length = rest.0.iter().position(|b| matches!(b, b';' | b' ' | b'\t' | b'(')).unwrap_or(rest.0.len());
        let mut read = Self::default();
        if !rest.0[..length].contains(&b'=') {
            read.word = String::from_utf8_lossy(&rest.0[..length]).to_ascii_lowercase();
            rest.0 = &rest.0[length..];
        }
        while let Some(parameter) = rest.parameter() {
            read.parameters.push(parameter);
        }
        read
    }

    /// A parameter that is one word; empty when there is none.
    pub(super) fn word_of(&self, name: &str) -> String {
        let Some(found) = self.named(name).find(|p| p.piece.is_none() && !p.extended) else {
            return self.words_of(name);
        };
        let value = text::guess(&found.value);
        let cut = |c: char| c.is_whitespace() || c == '(';
        if found.quoted { value.into_owned() } else { value.split(cut).next().unwrap_or_default().to_owned() }
    }

    /// A parameter that people read, decoded; empty when there is none. The newer forms are preferred. RFC 6266 §4.3.
    pub(super) fn words_of(&self, name: &str) -> String {
        if let Some(whole) = self.named(name).find(|p| p.piece.is_none() && p.extended) {
            return extended(&whole.value, true);
        }
        let mut pieces: Vec<&Parameter> = self.named(name).filter(|p| p.piece.is_some()).collect();
        pieces.sort_by_key(|p| p.piece);
        pieces.dedup_by_key(|p| p.piece);
        if let Some(first) = pieces.first() {
            let marked = first.extended;
            let value: Vec<u8> = pieces
                .iter()
                .flat_map(|p| {
                    if p.extended && !marked { unescaped(&p.value) } else { p.value.as_slice().into() }.into_owned()
                })
                .collect();
            if marked {
                // A piece that is not percent-encoded may hold the sign.
                return extended(&value, pieces.iter().all(|p| p.extended || !p.value.contains(&b'%')));
            }
            return text::words(&value);
        }
        self.named(name).next().map(|p| text::words(&p.value)).unwrap_or_default()
    }

    fn named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s Parameter> {
        self.parameters.iter().filter(move |p| p.name == name)
    }
}

/// `charset'language'percent-encoded`. RFC 2231 §4.
fn extended(value: &[u8], unescape: bool) -> String {
    let mut parts = value.splitn(3, |b| *b == b'\'');
    let (charset, written) = match (parts.next(), parts.next(), parts.next()) {
        (Some(charset), Some(_), Some(written)) => (charset, written),
        _ => (&b""[..], value),
    };
    let octets = if unescape { unescaped(written) } else { written.into() };
    text::decode(&octets, &String::from_utf8_lossy(charset)).into_owned()
}

/// Undoes percent-encoding; what is no code stays. RFC 3986 §2.1.
pub fn unescaped(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.contains(&b'%') {
        return value.into();
    }
    let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16));
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while let Some(octet) = value.get(at) {
        match (octet, hex(value.get(at + 1)), hex(value.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            _ => {
                out.push(*octet);
                at += 1;
            }
        }
    }
    out.into()
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn skip(&mut self, octets: &[u8]) {
        let length = self.0.iter().take_while(|b| octets.contains(b)).count();
        self.0 = &self.0[length..];
    }

    /// Comments stand between parameters, if anywhere. RFC 5322 §3.2.2.
    fn skip_comments(&mut self) {
        self.skip(b" \t;,");
        while self.0.starts_with(b"(") {
            let end = self.0.iter().position(|b| *b == b')').map_or(self.0.len(), |at| at + 1);
            self.0 = &self.0[end..];
            self.skip(b" \t;,)");
        }
    }

    fn parameter(&mut self) -> Option<Parameter> {
        loop {
            self.skip_comments();
            let length = self.0.iter().position(|b| matches!(b, b'=' | b';')).unwrap_or(self.0.len());
            let (name, rest) = self.0.split_at(length);
            self.0 = rest.get(1..)?;
            // A word without a value says nothing.
            if rest[0] == b'=' {
                let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase();
                return Some(self.value_of(&name));
            }
        }
    }

    fn value_of(&mut self, name: &str) -> Parameter {
        self.skip(b" \t");
        let quoted = self.0.starts_with(b"\"");
        let value = if quoted { self.quoted() } else { self.unquoted() };
        let (name, extended) = name.strip_suffix('*').map_or((name, false), |name| (name, true));
        let numbered = name.rsplit_once('*').and_then(|(name, number)| Some((name, number.parse().ok()?)));
        let (name, piece) = numbered.map_or((name, None), |(name, number)| (name, Some(number)));
        Parameter { name: name.to_owned(), piece, extended, quoted, value }
    }

    fn unquoted(&mut self) -> Vec<u8> {
        let length = self.0.iter().position(|b| *b == b';').unwrap_or(self.0.len());
        let (value, rest) = self.0.split_at(length);
        self.0 = rest;
        value.trim_ascii().to_vec()
    }

    fn quoted(&mut self) -> Vec<u8> {
        let mut value = Vec::new();
        let mut octets = self.0.iter().enumerate().skip(1);
        while let Some((at, octet)) = octets.next() {
            match octet {
                b'"' => {
                    self.0 = &self.0[at + 1..];
                    return value;
                }
                // Tolerated: paths of Windows, whose backslashes stand for themselves.
                b'\\' if matches!(self.0.get(at + 1), Some(b'"' | b'\\')) => {
                    value.extend(octets.next().map(|(_, next)| next))
                }
                other => value.push(*other),
            }
        }
        self.0 = &[];
        value
    }
}

#[cfg(test)]
mod tests {
    use super::Structured;

    #[test]
    fn values_are_read_as_they_were_meant() {
        for (value, word, boundary) in [
            ("multipart/mixed; boundary=b", "multipart/mixed", "b"),
            ("Multipart/Mixed;boundary=\"a b\"", "multipart/mixed", "a b"),
            ("multipart/mixed boundary=b", "multipart/mixed", "b"),
            ("multipart/mixed (a comment); boundary=b (another)", "multipart/mixed", "b"),
            ("multipart/mixed; charset=\"x\" boundary=\"b\"", "multipart/mixed", "b"),
            ("multipart/mixed;; ; BOUNDARY = \"b\" ;", "multipart/mixed", "b"),
            ("multipart/mixed; boundary=\"never ends", "multipart/mixed", "never ends"),
            ("multipart/mixed; boundary*0=a; boundary*1=b", "multipart/mixed", "ab"),
            ("multipart/mixed; boundary*=us-ascii''a%20b", "multipart/mixed", "a b"),
            ("boundary=b", "", "b"),
            ("multipart/mixed; boundary", "multipart/mixed", ""),
            ("multipart/mixed; boundary=", "multipart/mixed", ""),
            ("", "", ""),
            (";", "", ""),
            ("(", "", ""),
        ] {
            let read = Structured::of(value.as_bytes());
            assert_eq!((read.word.as_str(), read.word_of("boundary").as_str()), (word, boundary), "{value:?}");
        }
    }
}
