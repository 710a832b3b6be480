//! Whose mail a forward passes on, as the block of header fields at its beginning says.

use super::{blocks::block_at, rows::Sheet};
use crate::{
    mime::Mail,
    types::{Address, head},
};

/// Rows above the block: what the one who forwards wrote, or a line that says it is a forward.
const ROWS_ABOVE_MAX: usize = 20;

/// The writer whom a forwarded mail names first, with the name beside the address. A claim in a text, proved by nothing.
pub fn writer_passed_on(mail: &Mail) -> Option<(Address, String)> {
    let beginning = head(&mail.text, OCTETS_MAX).trim_start();
    let sheet = Sheet::of(beginning);
    let block = (0..sheet.len().min(ROWS_ABOVE_MAX)).find_map(|at| block_at(&sheet, at))?;
    let value = block.claim.from.as_str();
    // `Ada <ada@x.example>`, `Ada [mailto:ada@x.example]`, `ada@x.example`; Outlook may write both forms in a row.
    let around = |c: char| "<>[]()\"'*,;".contains(c);
    let word = value.split(|c: char| c.is_whitespace() || around(c)).find(|word| word.contains('@'))?;
    let address = Address::parse(word.strip_prefix("mailto:").unwrap_or(word)).ok()?;
    let name =
        value.split(['<', '[', '(']).next().unwrap_or_default().trim_matches(|c: char| c.is_whitespace() || around(c));
    let name = if name.contains('@') { "" } else { name };
    Some((address, name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()))
}

/// Octets of the text that are looked at.
const OCTETS_MAX: usize = 8 * 1024;
/// Characters of a name that are kept.
const NAME_CHARS_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_block_at_the_beginning_names_the_writer() {
        for text in [
            "From: Ada <ada@x.example>\nSent: Monday\nTo: support@acme.example\nSubject: Hello\n\nHow?\n",
            "\n________________________________\nVon: Ada <ada@x.example>\nGesendet: Montag\nAn: s@acme.example\nBetreff: Hallo\n",
            "FYI\n\nDe : Ada [mailto:ada@x.example]\nEnvoyé : lundi\nÀ : s@acme.example\nObjet : Bonjour\n",
        ] {
            let mail = Mail { text: text.into(), ..Mail::default() };
            let (address, name) = writer_passed_on(&mail).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((address.to_string().as_str(), name.as_str()), ("ada@x.example", "Ada"));
        }
    }

    #[test]
    fn a_letter_passes_nobody_on() {
        let mail = Mail {
            text: "Hello,\n\nmy address is ada@x.example.\nFrom: Berlin\nTo: Paris\n".into(),
            ..Mail::default()
        };
        assert_eq!(writer_passed_on(&mail), None);
    }
}
