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

use crate::{
    store::ConversationRow,
    types::{Address, Level},
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
    pub copies: Option<Vec<Address>>,
}

/// Who gets a letter. All of them stand in its head: there are no blind copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recipients {
    pub(super) to: Address,
    pub(super) copies: Vec<Address>,
}

impl Recipients {
    pub(super) fn all(&self) -> Vec<Address> {
        std::iter::once(&self.to).chain(&self.copies).cloned().collect()
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
    let mut copies: Vec<Address> = Vec::new();
    match &said.copies {
        Some(wanted) => {
            let ourselves = wanted.iter().chain([&to]).find(|who| *who == ours && *who != contact);
            if let Some(ourselves) = ourselves {
                return Err(RecipientsError::Ourselves(ourselves.clone()));
            }
            copies.extend(wanted.iter().cloned());
        }
        None if to == *ours && to != *contact => return Err(RecipientsError::Ourselves(to)),
        None => {
            let others = conversation.participants.iter().take(COPIES_MAX);
            let may_hear = others.filter(|other| !by_ai || other.level >= Level::Vouched);
            copies.extend(may_hear.map(|other| other.address.clone()).filter(|other| other != ours));
        }
    }
    let mut seen = vec![to.clone()];
    copies.retain(|who| {
        let is_new = !seen.contains(who);
        seen.push(who.clone());
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
    copies: &[Address],
) -> Result<MessageBuilder, Error> {
    let (name, contact) = contact;
    let mut message = message.envelope(Envelope::new(Some(wire_address(from)), vec![wire_address(contact)])?);
    message = if contact.needs_utf8() {
        message.raw_header(coded("To", &[format!("{name} {contact}").trim_start().to_owned()], &[]))
    } else {
        message.to(mailbox(name, contact))
    };
    if copies.iter().any(Address::needs_utf8) {
        let (unspeakable, plain): (Vec<&Address>, Vec<&Address>) = copies.iter().partition(|copy| copy.needs_utf8());
        let text = |all: Vec<&Address>| all.into_iter().map(ToString::to_string).collect::<Vec<_>>();
        return Ok(message.raw_header(coded("Cc", &text(unspeakable), &text(plain))));
    }
    if copies.is_empty() {
        return Ok(message);
    }
    // All at once: the builder would read what it wrote to add one more, and cannot read each address that may stand there.
    let copies: Mailboxes = copies.iter().map(|copy| mailbox("", copy)).collect();
    Ok(message.header(Cc::from(copies)))
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
            let wanted = Wanted { to, copies };
            let names_us = wanted.to.iter().chain(wanted.copies.iter().flatten()).any(|who| *who == row.address);
            match recipients(&row, by_ai, &wanted) {
                Err(RecipientsError::Ourselves(who)) => prop_assert!(!by_ai && names_us && who == row.address),
                Err(error) => prop_assert!(false, "{error}"),
                Ok(found) => {
                    let all = found.all();
                    for (place, who) in all.iter().enumerate() {
                        prop_assert!(!all[..place].contains(who), "{who} twice");
                        prop_assert!(*who != row.address);
                        let named = wanted.to.iter().chain(wanted.copies.iter().flatten()).any(|one| one == who);
                        let may_hear = |one: &Participant| one.address == *who && (!by_ai || one.level >= Level::Vouched);
                        let hears = *who == row.contact || row.participants.iter().any(may_hear);
                        prop_assert!(hears || (!by_ai && named), "{who} was not asked for");
                    }
                    let expected = if by_ai { None } else { wanted.to };
                    prop_assert_eq!(found.to, expected.unwrap_or(row.contact));
                }
            }
        }
    }

    #[test]
    fn more_than_twenty_copies_are_refused_and_not_cut() {
        let copies = (0..21).map(|n| Address::parse(&format!("n{n}@x.example")).unwrap()).collect();
        let wanted = Wanted { to: None, copies: Some(copies) };
        assert_eq!(recipients(&conversation("Parcel"), false, &wanted), Err(RecipientsError::TooMany(21)));
    }
}
