//! Names with macros in them. RFC 7208 §7.

use std::{fmt::Write as _, net::IpAddr};

use super::record::Broken;

/// What `%{p}` says when no name of the client's address is validated. RFC 7208 §7.3.
pub(super) const VALIDATED_NAME_UNKNOWN: &str = "unknown";

/// A `domain-spec`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Macro(Macro),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Macro {
    /// In lower case.
    letter: u8,
    /// An upper case letter asks for URL escapes.
    escaped: bool,
    /// Parts kept, counted from the right.
    parts_max: usize,
    reversed: bool,
    delimiters: Vec<char>,
}

/// What macros stand for.
pub(super) struct Macros<'a> {
    pub(super) local: &'a str,
    pub(super) sender_domain: &'a str,
    pub(super) domain: &'a str,
    pub(super) peer: IpAddr,
    pub(super) helo: &'a str,
    pub(super) validated: &'a str,
}

impl Template {
    /// RFC 7208 §12 `domain-spec`: it ends in a macro, or in a dot and what may be a top label.
    ///
    /// # Errors
    /// When it breaks the grammar.
    pub(super) fn parse(text: &str) -> Result<Self, Broken> {
        let pieces = pieces(text)?;
        let ends_well = match pieces.last() {
            Some(Piece::Macro(_)) => true,
            Some(Piece::Text(_)) => ["%%", "%_", "%-"].iter().any(|end| text.ends_with(end)) || has_top_label(text),
            None => false,
        };
        if ends_well { Ok(Self(pieces)) } else { Err(Broken) }
    }

    pub(super) fn wants_validated_name(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Macro(found) if found.letter == b'p'))
    }

    /// The name it stands for.
    pub(super) fn expand(&self, macros: &Macros<'_>) -> String {
        let mut name = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Macro(found) => found.expand_into(&mut name, macros),
            }
        }
        name
    }
}

/// RFC 7208 §12 `macro-string`, as unknown modifiers carry.
pub(super) fn is_macro_string(text: &str) -> bool {
    pieces(text).is_ok()
}

fn pieces(text: &str) -> Result<Vec<Piece>, Broken> {
    if !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Broken);
    }
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.as_bytes().first() {
            Some(b'%') => plain.push('%'),
            Some(b'_') => plain.push(' '),
            Some(b'-') => plain.push_str("%20"),
            Some(b'{') => {
                let end = rest.find('}').ok_or(Broken)?;
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Macro(Macro::parse(&rest[1..end])?));
                rest = &rest[end..];
            }
            _ => return Err(Broken),
        }
        rest = &rest[1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

/// RFC 7208 §12 `toplabel`: not all digits, and hyphens stand inside only.
fn has_top_label(text: &str) -> bool {
    let Some((_, label)) = text.strip_suffix('.').unwrap_or(text).rsplit_once('.') else { return false };
    label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && label.bytes().any(|b| !b.is_ascii_digit())
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl Macro {
    /// What stands between the braces. RFC 7208 §7.1.
    fn parse(text: &str) -> Result<Self, Broken> {
        let (&letter, rest) = text.as_bytes().split_first().ok_or(Broken)?;
        // c, r and t may stand in explanations only.
        if !b"slodiphv".contains(&letter.to_ascii_lowercase()) {
            return Err(Broken);
        }
        let rest = std::str::from_utf8(rest).map_err(|_| Broken)?;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let parts_max = match &rest[..digits] {
            "" => usize::MAX,
            // More parts than fit the number are all parts.
            number => number.parse().unwrap_or(usize::MAX),
        };
        let rest = &rest[digits..];
        let (reversed, delimiters) = rest.strip_prefix(['r', 'R']).map_or((false, rest), |rest| (true, rest));
        if parts_max == 0 || !delimiters.chars().all(|c| ".-+,/_=".contains(c)) {
            return Err(Broken);
        }
        let delimiters = if delimiters.is_empty() { vec!['.'] } else { delimiters.chars().collect() };
        let escaped = letter.is_ascii_uppercase();
        Ok(Self { letter: letter.to_ascii_lowercase(), escaped, parts_max, reversed, delimiters })
    }

    fn expand_into(&self, name: &mut String, macros: &Macros<'_>) {
        let value = match self.letter {
            b's' => format!("{}@{}", macros.local, macros.sender_domain),
            b'l' => macros.local.to_owned(),
            b'o' => macros.sender_domain.to_owned(),
            b'd' => macros.domain.to_owned(),
            b'i' => dotted(macros.peer),
            b'p' => macros.validated.to_owned(),
            b'h' => macros.helo.to_owned(),
            _ if macros.peer.is_ipv4() => "in-addr".to_owned(),
            _ => "ip6".to_owned(),
        };
        let mut parts: Vec<&str> = value.split(self.delimiters.as_slice()).collect();
        if self.reversed {
            parts.reverse();
        }
        let kept = &parts[parts.len().saturating_sub(self.parts_max)..];
        let text = kept.join(".");
        if !self.escaped {
            name.push_str(&text);
            return;
        }
        for byte in text.bytes() {
            // RFC 3986 §2.3.
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                name.push(char::from(byte));
            } else {
                // Writing into a String does not fail.
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
}

/// RFC 7208 §7.3 `i`: the dotted form of either kind of address.
fn dotted(peer: IpAddr) -> String {
    match peer {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let nibbles: Vec<String> = format!("{:032x}", ip.to_bits()).chars().map(String::from).collect();
            nibbles.join(".")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str, peer: &str) -> String {
        let macros = Macros {
            local: "strong-bad",
            sender_domain: "email.example.com",
            domain: "email.example.com",
            peer: peer.parse().unwrap(),
            helo: "mx.example.org",
            validated: VALIDATED_NAME_UNKNOWN,
        };
        Template::parse(text).unwrap().expand(&macros)
    }

    /// The examples of RFC 7208 §7.4.
    #[test]
    fn the_examples_of_the_rfc_come_out() {
        for (template, name) in [
            ("%{s}", "strong-bad@email.example.com"),
            ("%{d4}", "email.example.com"),
            ("%{d2}", "example.com"),
            ("%{dr}", "com.example.email"),
            ("%{d2r}", "example.email"),
            ("%{l-}", "strong.bad"),
            ("%{lr-}", "bad.strong"),
            ("%{l1r-}", "strong"),
            ("%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com"),
            ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com"),
            ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
        ] {
            assert_eq!(expand(template, "192.0.2.3"), name, "{template}");
        }
        let v6 = "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com";
        assert_eq!(expand("%{ir}.%{v}._spf.%{d2}", "2001:db8::cb01"), v6);
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        for text in
            ["", "museum", "a.123", "a.-b", "a.b-", "%", "%{", "%{x}", "%{d0}", "%{dx}", "%{t}", "a b.c", "a.b/8"]
        {
            assert!(Template::parse(text).is_err(), "{text}");
        }
        assert_eq!(expand("%%%_%-.a.example.", "192.0.2.3"), "% %20.a.example.");
        assert_eq!(expand("%{L}.a", "192.0.2.3"), "strong-bad.a");
    }
}
