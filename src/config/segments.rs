//! `[[segment]]`: customers that pages of knowledge and tools tell from others.

use super::{keys::address, reader::Section};
use crate::types::Address;

/// `[[segment]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// `name`: what pages and tools call it.
    pub name: String,
    /// `contacts`: who belongs to it.
    pub contacts: Vec<Contacts>,
}

/// One of `contacts`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Contacts {
    /// `ada@x.example`.
    Address(Address),
    /// `@x.example`: everybody at that domain, and at none below it.
    Domain(String),
}

impl Segment {
    /// Whether a contact belongs to it. Whether the contact is who it says is for others.
    pub fn holds(&self, contact: &Address) -> bool {
        self.contacts.iter().any(|known| match known {
            Contacts::Address(address) => address.key() == contact.key(),
            Contacts::Domain(domain) => domain == contact.domain(),
        })
    }
}

pub(super) fn segment(s: &Section<'_, '_>) -> Option<Segment> {
    let contacts = s.texts("contacts", contacts).unwrap_or_else(|| {
        s.wrong("contacts", "it is needed");
        Vec::new()
    });
    let name = s.needed("name", |name| Ok(name.to_owned()))?;
    Some(Segment { name, contacts })
}

fn contacts(text: &str) -> Result<Contacts, String> {
    match text.strip_prefix('@') {
        // Any address there is read as one, so that both are written in the same form.
        Some(domain) => address(&format!("anybody@{domain}")).map(|any| Contacts::Domain(any.domain().to_owned())),
        None => address(text).map(Contacts::Address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn segments(toml: &str) -> Result<Vec<Segment>, String> {
        let folder = tempfile::tempdir().unwrap();
        let text = format!("[smtp]\nhostname = \"mx.acme.example\"\n[store]\npath = \"data\"\n{toml}");
        parse(&text, folder.path()).map(|config| config.segments).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_segment_holds_addresses_and_whole_domains() {
        let toml = "[[segment]]\nname = \"partners\"\ncontacts = [\"@Partner.example\", \"ada@x.example\"]\n";
        let segment = segments(toml).unwrap().remove(0);
        let holds = |text: &str| segment.holds(&Address::parse(text).unwrap());
        assert!(holds("bob@partner.example") && holds("ada@x.example"));
        assert!(!holds("bob@sub.partner.example") && !holds("bob@x.example") && !holds("bob@notpartner.example"));
    }

    #[test]
    fn a_segment_needs_a_name_and_contacts_that_can_be_read() {
        for toml in [
            "[[segment]]\ncontacts = [\"@x.example\"]",
            "[[segment]]\nname = \"a\"",
            "[[segment]]\nname = \"a\"\ncontacts = [\"@\"]",
        ] {
            assert!(segments(toml).is_err(), "{toml}");
        }
    }
}
