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

/// The contact, then the participants, each once and never ourselves.
///
/// S-09: the AI writes to nobody who was only named and never proved to be there: else a stranger could have it write to
/// anybody.
pub(super) fn recipients(conversation: &ConversationRow, by_ai: bool) -> Vec<Address> {
    let mut all = vec![conversation.contact.clone()];
    for other in conversation.participants.iter().take(COPIES_MAX) {
        let may_hear = !by_ai || other.level >= Level::Vouched;
        if may_hear && other.address != conversation.address && !all.contains(&other.address) {
            all.push(other.address.clone());
        }
    }
    all
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
