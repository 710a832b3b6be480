//! Who gets a letter, and how To and Cc say so: in ASCII whoever they name.
//!
//! A letter whose head is ASCII goes through every server, also to those beside the one whose address is not.

use lettre::{
    address::Envelope,
    error::Error,
    message::{
        Mailbox, Mailboxes, MessageBuilder,
        header::{Cc, HeaderName, HeaderValue},
    },
};

use super::compose::{NAME_CHARS_MAX, clean_line};
use crate::{
    store::ConversationRow,
    types::{Address, AddressError, Level},
};

/// Letters between the marks of an encoded word. RFC 2047 §2: 75 with them.
const ENCODED_CHARS_MAX: usize = 60;

/// Others who get a copy.
const COPIES_MAX: usize = 20;

/// Who is to get a letter, as far as somebody said so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Instead of the contact: an address that is spelt right, say.
    pub to: Option<Address>,
    /// Instead of those who take part; empty: nobody besides.
    pub copies: Option<Vec<Named>>,
}

/// Somebody as a head names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// What they are called; empty where that is not known.
    pub name: String,
    /// Where they get it.
    pub address: Address,
}

impl From<Address> for Named {
    fn from(address: Address) -> Self {
        Self { name: String::new(), address }
    }
}

impl Named {
    /// Reads `ada@x.example`, `Ada Löwe <ada@x.example>` or `"Löwe, Ada" <ada@x.example>`. RFC 5322 §3.4.
    ///
    /// # Errors
    /// Those of the address. Whatever stands before it is a name.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let Some((name, address)) = text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) else {
            return Address::parse(text).map(Self::from);
        };
        let name = name.trim();
        let quoted = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        let mut letters = quoted.unwrap_or(name).chars();
        let mut read = String::new();
        while let Some(c) = letters.next() {
            // RFC 5322 §3.2.4: a quoted pair stands for its second letter.
            let pair = if c == '\\' && quoted.is_some() { letters.next() } else { None };
            read.push(pair.unwrap_or(c));
        }
        Ok(Self { name: clean_line(&read, NAME_CHARS_MAX), address: Address::parse(address.trim())? })
    }

    /// As the head has it.
    fn mailbox(&self) -> Mailbox {
        mailbox(&clean_line(&self.name, NAME_CHARS_MAX), &self.address)
    }
}

/// Who gets a letter. All of them stand in its head: there are no blind copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recipients {
    pub(super) to: Address,
    pub(super) copies: Vec<Named>,
}

impl Recipients {
    pub(super) fn all(&self) -> Vec<Address> {
        std::iter::once(&self.to).chain(self.copies.iter().map(|one| &one.address)).cloned().collect()
    }
}

/// Why a letter cannot go to those who are wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecipientsError {
    /// It would come back to us.
    #[error("{0} is the address the letter leaves from")]
    Ourselves(Address),
    /// More than one letter goes to.
    #[error("{0} people would get a copy; at most {COPIES_MAX} can")]
    TooMany(usize),
}

/// The one place where it is decided who gets a letter: To, then copies, each once and never ourselves.
///
/// What is not said otherwise is the contact, and those who take part. S-09: the AI writes to nobody who was only named and never
/// proved to be there: else a stranger could have it write to anybody; and it cannot want others.
///
/// # Errors
/// When somebody wants what cannot be.
pub(super) fn recipients(
    conversation: &ConversationRow,
    by_ai: bool,
    wanted: &Wanted,
) -> Result<Recipients, RecipientsError> {
    let said = if by_ai { &Wanted { to: None, copies: None } } else { wanted };
    let to = said.to.as_ref().unwrap_or(&conversation.contact).clone();
    let (ours, contact) = (&conversation.address, &conversation.contact);
    let mut copies: Vec<Named> = Vec::new();
    match &said.copies {
        Some(wanted) => {
            let ourselves =
                wanted.iter().map(|one| &one.address).chain([&to]).find(|who| *who == ours && *who != contact);
            if let Some(ourselves) = ourselves {
                return Err(RecipientsError::Ourselves(ourselves.clone()));
            }
            copies.extend(wanted.iter().cloned());
        }
        None if to == *ours && to != *contact => return Err(RecipientsError::Ourselves(to)),
        None => {
            let others = conversation.participants.iter().take(COPIES_MAX);
            let may_hear = others.filter(|other| !by_ai || other.level >= Level::Vouched);
            copies.extend(may_hear.map(|one| &one.address).filter(|one| *one != ours).cloned().map(Named::from));
        }
    }
    let mut seen = vec![to.clone()];
    copies.retain(|who| {
        let is_new = !seen.contains(&who.address);
        seen.push(who.address.clone());
        is_new
    });
    if copies.len() > COPIES_MAX {
        return Err(RecipientsError::TooMany(copies.len()));
    }
    Ok(Recipients { to, copies })
}

/// Writes to whom the letter goes, and who gets a copy.
///
/// # Errors
/// None that could happen: the builder wants an envelope with a recipient, and gets one.
pub(super) fn addressed(
    message: MessageBuilder,
    from: &Address,
    contact: (&str, &Address),
    copies: &[Named],
) -> Result<MessageBuilder, Error> {
    let (name, contact) = contact;
    let mut message = message.envelope(Envelope::new(Some(wire_address(from)), vec![wire_address(contact)])?);
    message = if contact.needs_utf8() {
        message.raw_header(coded("To", &[called(name, contact)], &[]))
    } else {
        message.to(mailbox(name, contact))
    };
    if copies.iter().any(|copy| copy.address.needs_utf8()) {
        let (unspeakable, plain): (Vec<&Named>, Vec<&Named>) =
            copies.iter().partition(|copy| copy.address.needs_utf8());
        let unspeakable: Vec<String> =
            unspeakable.iter().map(|Named { name, address }| called(name, address)).collect();
        let plain: Vec<String> = plain.iter().map(|copy| copy.address.to_string()).collect();
        return Ok(message.raw_header(coded("Cc", &unspeakable, &plain)));
    }
    if copies.is_empty() {
        return Ok(message);
    }
    // All at once: the builder would read what it wrote to add one more, and cannot read each address that may stand there.
    let copies: Mailboxes = copies.iter().map(Named::mailbox).collect();
    Ok(message.header(Cc::from(copies)))
}

/// The name of a group that stands for somebody.
fn called(name: &str, address: &Address) -> String {
    format!("{} {address}", clean_line(name, NAME_CHARS_MAX)).trim_start().to_owned()
}

/// A field of plain addresses, and of groups that hold nobody and are called like an address that is not ASCII. RFC 6857.
fn coded(name: &'static str, unspeakable: &[String], plain: &[String]) -> HeaderValue {
    let groups = unspeakable.iter().map(|address| format!("{} :;", encoded(address)));
    let all: Vec<String> = plain.iter().cloned().chain(groups).collect();
    let text = all.join(",\r\n ");
    HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), text.clone(), text)
}

/// Encoded words, folded between them; no character is divided. RFC 2047 §4.2, §5.
fn encoded(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        let octets: String = c
            .to_string()
            .bytes()
            .map(|b| match b {
                b if b.is_ascii_alphanumeric() => char::from(b).to_string(),
                b => format!("={b:02X}"),
            })
            .collect();
        match words.last_mut() {
            Some(word) if word.len() + octets.len() <= ENCODED_CHARS_MAX => word.push_str(&octets),
            _ => words.push(octets),
        }
    }
    words.iter().map(|word| format!("=?utf-8?q?{word}?=")).collect::<Vec<_>>().join("\r\n ")
}

pub(super) fn mailbox(name: &str, address: &Address) -> Mailbox {
    let name = (!name.is_empty()).then(|| name.to_owned());
    Mailbox::new(name, wire_address(address))
}

/// Our address as lettre's. Ours was parsed more strictly where it matters: no control character, quoted when needed.
pub(super) fn wire_address(address: &Address) -> lettre::Address {
    let written = address.to_string();
    let local = written.rsplit_once('@').map_or(written.as_str(), |(local, _)| local);
    lettre::Address::new_dangerous(local, address.domain())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{outbound::support::conversation, store::Participant, types::Millis};

    fn someone() -> impl Strategy<Value = Address> {
        let all = [
            "ada@customer.example",
            "Ada@Customer.example",
            "bob@customer.example",
            "carl@x.example",
            "support@acme.example",
        ];
        prop::sample::select(all.to_vec()).prop_map(|text| Address::parse(text).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        /// Nobody gets a letter but the contact, who takes part, and whom a person named; each once, and we never.
        #[test]
        fn nobody_else_gets_a_letter_and_nobody_twice(
            taking_part in prop::collection::vec((someone(), 0..4u8), 0..6),
            to in prop::option::of(someone()), copies in prop::option::of(prop::collection::vec(someone(), 0..5)),
            by_ai in any::<bool>(),
        ) {
            let mut row = conversation("Parcel");
            let level = |level: u8| if level < 2 { Level::Unproven } else { Level::Vouched };
            row.participants = taking_part
                .into_iter()
                .map(|(address, proved)| Participant { address, since: Millis(0), level: level(proved) })
                .collect();
            let named: Vec<Address> = to.iter().chain(copies.iter().flatten()).cloned().collect();
            let copies = copies.map(|all| all.into_iter().map(Named::from).collect());
            let wanted = Wanted { to, copies };
            let names_us = named.contains(&row.address);
            match recipients(&row, by_ai, &wanted) {
                Err(RecipientsError::Ourselves(who)) => prop_assert!(!by_ai && names_us && who == row.address),
                Err(error) => prop_assert!(false, "{error}"),
                Ok(found) => {
                    let all = found.all();
                    for (place, who) in all.iter().enumerate() {
                        prop_assert!(!all[..place].contains(who), "{who} twice");
                        prop_assert!(*who != row.address);
                        let may_hear = |one: &Participant| one.address == *who && (!by_ai || one.level >= Level::Vouched);
                        let hears = *who == row.contact || row.participants.iter().any(may_hear);
                        prop_assert!(hears || (!by_ai && named.contains(who)), "{who} was not asked for");
                    }
                    let expected = if by_ai { None } else { wanted.to };
                    prop_assert_eq!(found.to, expected.unwrap_or(row.contact));
                }
            }
        }
    }

    #[test]
    fn more_than_twenty_copies_are_refused_and_not_cut() {
        let copies = (0..21).map(|n| Named::parse(&format!("n{n}@x.example")).unwrap()).collect();
        let wanted = Wanted { to: None, copies: Some(copies) };
        assert_eq!(recipients(&conversation("Parcel"), false, &wanted), Err(RecipientsError::TooMany(21)));
    }

    #[test]
    fn whoever_is_named_is_read_as_a_head_names_them() {
        for (text, name, address) in [
            (" ada@x.example ", "", "ada@x.example"),
            ("<ada@x.example>", "", "ada@x.example"),
            ("Ada Löwe <ada@x.example>", "Ada Löwe", "ada@x.example"),
            ("\"Löwe, \\\"Ada\\\"\" <ada@x.example>", "Löwe, \"Ada\"", "ada@x.example"),
            ("Ada\r\nBcc: eve@x.example <ada@x.example>", "Ada Bcc: eve@x.example", "ada@x.example"),
            ("a < b <ada@x.example>", "a < b", "ada@x.example"),
        ] {
            let read = Named::parse(text).unwrap();
            assert_eq!((read.name.as_str(), read.address.to_string().as_str()), (name, address), "{text}");
        }
        for text in ["", "Ada", "Ada <>", "Ada <ada@x.example", "Ada ada@x.example", "<a@x.example> <b>"] {
            assert!(Named::parse(text).is_err(), "{text}");
        }
    }
}
