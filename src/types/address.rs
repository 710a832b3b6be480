//! The mail address: parsed once, and the value authenticated is the value shown, matched and answered (S-05).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Octets of a local part we take. RFC 5321 §4.5.3.1.1 says 64; forwarders' `+caf_=` and SRS shapes are longer.
const LOCAL_OCTETS_MAX: usize = 256;

/// Octets of a domain in its ASCII form. RFC 5321 §4.5.3.1.2.
const DOMAIN_OCTETS_MAX: usize = 255;

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no `@`, or nothing on one side of it.
    #[error("an address has the form local@domain")]
    Form,
    /// A space, control character, NUL or unquoted special stands in it.
    #[error("the address holds a character that may not stand there")]
    Character,
    /// The local part or the domain is too long.
    #[error("the address is too long")]
    Length,
    /// The domain is neither a host name nor convertible to one.
    #[error("the domain of the address is not a host name")]
    Domain,
}

/// A mail address.
///
/// The domain is kept in its ASCII form in lower case (IDNA, UTS 46), or as an address literal `[192.0.2.1]`. The local
/// part is kept as written, without needless quotes. Two addresses are equal when their domains are and their local parts
/// are after folding ASCII case: nobody runs two mailboxes that differ in it, and some forwarders change it.
#[derive(Debug, Clone)]
pub struct Address {
    local: String,
    domain: String,
}

impl Address {
    /// Reads `local@domain`, without display name or angle brackets. RFC 5321 §4.1.2 (Mailbox), RFC 6531 §3.3.
    ///
    /// # Errors
    /// See [`AddressError`]. Source routes, comments and group syntax are not addresses.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Form)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Form);
        }
        if local.len() > LOCAL_OCTETS_MAX {
            return Err(AddressError::Length);
        }
        let domain = parse_domain(domain)?;
        // Punycode that is none, or of a name that is spelled another way, would be one name to us and another to whoever
        // decodes it (S-05).
        if domain.split('.').any(is_coded) && idna::domain_to_ascii(&domain).ok().as_ref() != Some(&domain) {
            return Err(AddressError::Domain);
        }
        Ok(Self { local: parse_local(local)?, domain })
    }

    /// As [`Address::parse`], of an address that we wrote down ourselves: rules that came later do not undo what was kept.
    fn kept(text: &str) -> Result<Self, AddressError> {
        Self::parse(text).or_else(|error| {
            let (local, domain) = text.rsplit_once('@').ok_or(error)?;
            Ok(Self { local: parse_local(local)?, domain: parse_domain(domain)? })
        })
    }

    /// The part before the `@`, unquoted, as written.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// The part after the `@`, ASCII, lower case.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The form used to compare and to look up: ASCII lower case throughout.
    pub fn key(&self) -> String {
        format!("{}@{}", self.local.to_ascii_lowercase(), self.domain)
    }

    /// Whether SMTPUTF8 is needed to carry it. RFC 6531 §3.2.
    pub fn needs_utf8(&self) -> bool {
        !self.local.is_ascii()
    }
}

fn parse_local(local: &str) -> Result<String, AddressError> {
    if let Some(inner) = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let mut plain = String::with_capacity(inner.len());
        let mut chars = inner.chars();
        while let Some(c) = chars.next() {
            let c = match c {
                '\\' => chars.next().ok_or(AddressError::Character)?,
                '"' => return Err(AddressError::Character),
                other => other,
            };
            if c.is_control() {
                return Err(AddressError::Character);
            }
            plain.push(c);
        }
        return if plain.is_empty() { Err(AddressError::Form) } else { Ok(plain) };
    }
    // Tolerated beyond RFC 5321's dot-string: leading, trailing and doubled dots, which some providers hand out.
    let allowed = |c: char| !c.is_control() && !c.is_whitespace() && !"()<>[]:;@\\,\"".contains(c);
    if local.chars().all(allowed) { Ok(local.to_owned()) } else { Err(AddressError::Character) }
}

fn parse_domain(domain: &str) -> Result<String, AddressError> {
    if let Some(literal) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let ip = literal.strip_prefix("IPv6:").unwrap_or(literal);
        let ip: std::net::IpAddr = ip.parse().map_err(|_| AddressError::Domain)?;
        return Ok(match ip {
            std::net::IpAddr::V4(ip) => format!("[{ip}]"),
            std::net::IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
        });
    }
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let ascii = if domain.bytes().all(is_host_byte) {
        domain.to_ascii_lowercase()
    } else if domain.is_ascii() {
        return Err(AddressError::Domain);
    } else {
        idna::domain_to_ascii(domain).map_err(|_| AddressError::Domain)?
    };
    if ascii.len() > DOMAIN_OCTETS_MAX {
        return Err(AddressError::Length);
    }
    let label_ok = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(is_label_byte);
    if ascii.split('.').all(label_ok) { Ok(ascii) } else { Err(AddressError::Domain) }
}

/// RFC 5890 §2.3.1.
fn is_coded(label: &str) -> bool {
    label.starts_with("xn--")
}

fn is_label_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-' || b == b'_'
}

fn is_host_byte(b: u8) -> bool {
    is_label_byte(b) || b == b'.'
}

/// As it goes on the wire: the local part quoted only when it must be.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.local.chars().all(|c| !c.is_whitespace() && !"()<>[]:;@\\,\"".contains(c));
        if plain {
            return write!(f, "{}@{}", self.local, self.domain);
        }
        f.write_str("\"")?;
        for c in self.local.chars() {
            if c == '"' || c == '\\' {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        write!(f, "\"@{}", self.domain)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.domain == other.domain && self.local.eq_ignore_ascii_case(&other.local)
    }
}

impl Eq for Address {}

impl std::hash::Hash for Address {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

/// By domain, then by local part: as lists show them.
impl Ord for Address {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let local = |address: &Self| address.local.to_ascii_lowercase();
        self.domain.cmp(&other.domain).then_with(|| local(self).cmp(&local(other)))
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl std::str::FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        Self::kept(&text).map_err(D::Error::custom)
    }
}

/// Whether a domain name is `top` or below it. Both in lower case, without the dot of the root.
pub fn is_within(name: &str, top: &str) -> bool {
    name.strip_suffix(top).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_means_the_same_mailbox_whatever_the_case() {
        let a = Address::parse("Ada.L@Example.ORG").unwrap();
        assert_eq!(a, Address::parse("ada.l@example.org.").unwrap());
        assert_eq!(a.to_string(), "Ada.L@example.org");
        assert_eq!(a.key(), "ada.l@example.org");
    }

    #[test]
    fn a_unicode_domain_is_kept_in_its_ascii_form() {
        let a = Address::parse("info@Bücher.example").unwrap();
        assert_eq!(a.domain(), "xn--bcher-kva.example");
    }

    #[test]
    fn punycode_that_is_none_is_refused_and_what_was_kept_stays_readable() {
        // Encodes plain ASCII; not in its shortest form; no punycode at all; decodes to upper case.
        for domain in ["xn--acme-.example", "xn--acme.example", "xn--a.example", "xn--\u{e9}.example", "xn---.example"]
        {
            assert!(Address::parse(&format!("a@{domain}")).is_err(), "{domain}");
        }
        let real = Address::parse("a@XN--Bcher-KVA.example").unwrap();
        assert_eq!(real, Address::parse("a@b\u{fc}cher.example").unwrap());
        let kept: Address = serde_json::from_str("\"a@xn--acme-.example\"").unwrap();
        assert_eq!(kept.domain(), "xn--acme-.example");
    }

    #[test]
    fn quotes_are_kept_only_where_they_are_needed() {
        assert_eq!(Address::parse("\"ada\"@x.example").unwrap().to_string(), "ada@x.example");
        let odd = Address::parse("\"a b\\\"@c\"@x.example").unwrap();
        assert_eq!(odd.local(), "a b\"@c");
        assert_eq!(Address::parse(&odd.to_string()).unwrap(), odd);
    }

    #[test]
    fn a_long_local_part_of_a_forwarder_is_taken() {
        let local = format!("support+caf_={}=mx.acme.example", "k".repeat(60));
        assert!(Address::parse(&format!("{local}@acme.example")).is_ok());
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "@",
            "a@",
            "@b",
            "a b@c",
            "a@b c",
            "a\0@b",
            "<a@b>",
            "@r:a@b",
            "a@b..c",
            "a,b@c",
            "a@[1.2.3]",
            "a@b\r\n",
            "\"\"@x",
            "g:a@b;",
        ] {
            assert!(Address::parse(text).is_err(), "{text:?}");
        }
    }
}
