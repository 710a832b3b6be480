//! The text of an SPF record. RFC 7208 §12: read whole, so that an error anywhere in it is an error of the record.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::template::{Template, is_macro_string};
use crate::types::Verdict;

/// A record that breaks the grammar, or one of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(super) directives: Vec<Directive>,
    /// Where to go on when nothing matched.
    pub(super) redirect: Option<Template>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Directive {
    /// What a match says.
    pub(super) verdict: Verdict,
    pub(super) mechanism: Mechanism,
}

/// RFC 7208 §5. A name that is left out is the domain of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mechanism {
    All,
    Include(Template),
    A(Option<Template>, Masks),
    Mx(Option<Template>, Masks),
    Ptr(Option<Template>),
    Ip4(Ipv4Addr, u8),
    Ip6(Ipv6Addr, u8),
    Exists(Template),
}

/// Bits that must agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Masks {
    pub(super) v4: u8,
    pub(super) v6: u8,
}

impl Mechanism {
    pub(super) fn asks_dns(&self) -> bool {
        !matches!(self, Self::All | Self::Ip4(..) | Self::Ip6(..))
    }
}

/// The one record among the TXT rows of a name. RFC 7208 §4.5.
///
/// # Errors
/// When there are several, or it breaks the grammar.
pub(crate) fn select(rows: &[Vec<u8>]) -> Result<Option<Record>, Broken> {
    let mut records = rows.iter().filter_map(|row| after_version(row));
    let Some(terms) = records.next() else { return Ok(None) };
    if records.next().is_some() {
        return Err(Broken);
    }
    parse(std::str::from_utf8(terms).map_err(|_| Broken)?).map(Some)
}

fn after_version(row: &[u8]) -> Option<&[u8]> {
    const VERSION: &[u8] = b"v=spf1";
    let (version, rest) = row.split_at_checked(VERSION.len())?;
    (version.eq_ignore_ascii_case(VERSION) && (rest.is_empty() || rest.starts_with(b" "))).then_some(rest)
}

fn parse(terms: &str) -> Result<Record, Broken> {
    let mut record = Record { directives: Vec::new(), redirect: None };
    let mut has_explanation = false;
    for term in terms.split(' ').filter(|term| !term.is_empty()) {
        let name_end = term.find([':', '/', '=']).unwrap_or(term.len());
        match term[name_end..].strip_prefix('=') {
            None => record.directives.push(directive(term)?),
            Some(value) => match term[..name_end].to_ascii_lowercase().as_str() {
                "redirect" if record.redirect.is_none() => record.redirect = Some(Template::parse(value)?),
                // RFC 7208 §6.2: its text is never fetched, but it must be right.
                "exp" if !has_explanation => {
                    Template::parse(value)?;
                    has_explanation = true;
                }
                "redirect" | "exp" => return Err(Broken),
                name if is_modifier_name(name) && is_macro_string(value) => {}
                _ => return Err(Broken),
            },
        }
    }
    Ok(record)
}

/// RFC 7208 §12 `name`.
fn is_modifier_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn directive(term: &str) -> Result<Directive, Broken> {
    let (verdict, term) = match term.as_bytes().first() {
        Some(b'+') => (Verdict::Pass, &term[1..]),
        Some(b'-') => (Verdict::Fail, &term[1..]),
        Some(b'~') => (Verdict::SoftFail, &term[1..]),
        Some(b'?') => (Verdict::Neutral, &term[1..]),
        _ => (Verdict::Pass, term),
    };
    let name_end = term.find([':', '/']).unwrap_or(term.len());
    let (name, rest) = term.split_at(name_end);
    Ok(Directive { verdict, mechanism: mechanism(&name.to_ascii_lowercase(), rest)? })
}

/// `rest` is what follows the name, with its colon or slash.
fn mechanism(name: &str, rest: &str) -> Result<Mechanism, Broken> {
    let value = rest.strip_prefix(':');
    Ok(match (name, value) {
        ("all", None) if rest.is_empty() => Mechanism::All,
        ("include", Some(name)) => Mechanism::Include(Template::parse(name)?),
        ("exists", Some(name)) => Mechanism::Exists(Template::parse(name)?),
        ("ptr", None) if rest.is_empty() => Mechanism::Ptr(None),
        ("ptr", Some(name)) => Mechanism::Ptr(Some(Template::parse(name)?)),
        ("a" | "mx", _) => {
            let (target, masks) = masks(rest)?;
            let target = match target.strip_prefix(':') {
                Some(name) => Some(Template::parse(name)?),
                None if target.is_empty() => None,
                None => return Err(Broken),
            };
            if name == "a" { Mechanism::A(target, masks) } else { Mechanism::Mx(target, masks) }
        }
        ("ip4", Some(network)) => {
            let (address, bits) = network.split_once('/').map_or((network, Ok(32)), |(a, bits)| (a, bits_of(bits, 32)));
            Mechanism::Ip4(address.parse().map_err(|_| Broken)?, bits?)
        }
        ("ip6", Some(network)) => {
            let (address, bits) =
                network.split_once('/').map_or((network, Ok(128)), |(a, bits)| (a, bits_of(bits, 128)));
            Mechanism::Ip6(address.parse().map_err(|_| Broken)?, bits?)
        }
        _ => return Err(Broken),
    })
}

/// Takes `[/bits][//bits]` from the end. RFC 7208 §12 `dual-cidr-length`; a name before it may hold slashes too.
fn masks(text: &str) -> Result<(&str, Masks), Broken> {
    let (text, v6) = match text.rsplit_once("//") {
        Some((rest, bits)) if is_number(bits) => (rest, bits_of(bits, 128)?),
        _ => (text, 128),
    };
    let (text, v4) = match text.rsplit_once('/') {
        Some((rest, bits)) if is_number(bits) => (rest, bits_of(bits, 32)?),
        _ => (text, 32),
    };
    Ok((text, Masks { v4, v6 }))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// RFC 7208 §12: no leading zeros, no sign.
fn bits_of(text: &str, max: u8) -> Result<u8, Broken> {
    let is_plain = is_number(text) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|bits| is_plain && *bits <= max).ok_or(Broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<Record, Broken> {
        select(&[text.as_bytes().to_vec()]).map(|record| record.expect("it is marked as SPF"))
    }

    #[test]
    fn one_record_is_selected_among_other_rows() {
        let rows = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(select(&rows(&["v=spf10 -all", "hello", "\u{96}"])), Ok(None));
        assert!(select(&rows(&["hello", "V=SPF1"])).unwrap().unwrap().directives.is_empty());
        assert_eq!(select(&rows(&["v=spf1 -all", "v=spf1 +all"])), Err(Broken));
    }

    #[test]
    fn masks_stand_at_the_end_and_a_name_may_hold_slashes() {
        let masks = |text: &str| masks(text).map(|(name, masks)| (name.to_owned(), masks.v4, masks.v6));
        assert_eq!(masks(":a.example/24//64"), Ok((":a.example".into(), 24, 64)));
        assert_eq!(masks("//0"), Ok((String::new(), 32, 0)));
        assert_eq!(masks(":a/b.example"), Ok((":a/b.example".into(), 32, 128)));
        assert_eq!(masks("/33"), Err(Broken));
        assert_eq!(masks("/032"), Err(Broken));
    }

    #[test]
    fn an_error_anywhere_breaks_the_record() {
        for text in [
            "v=spf1 -all ip4:1.2.3.4.5",
            "v=spf1 all. -all",
            "v=spf1 -all moo",
            "v=spf1 -all =x",
            "v=spf1 redirect=a.example redirect=b.example",
            "v=spf1 -all exp=",
            "v=spf1\t-all",
            "v=spf1 -all x=%",
        ] {
            // A tab after the version makes it no SPF record at all.
            assert!(!matches!(select(&[text.as_bytes().to_vec()]), Ok(Some(_))), "{text}");
        }
        assert!(one("v=spf1 moo.cow-far_out=man:dog/cat ip4:1.2.3.4/0 -all").is_ok());
    }
}
