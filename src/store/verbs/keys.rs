//! The keys of what people do with conversations, all under `v`.
//!
//! ```text
//! vm name newest-first conversation seq     a note that mentions somebody
//! vs until conversation                     what was put off, and wakes then
//! vr name conversation                      how far somebody has read
//! vu conversation name                      a reply that somebody has not finished
//! vc name                                   row of a prepared reply
//! vb address, or @ and domain               who is not let in any more
//! ```

use super::super::keys::{DIGEST, digest, key, long_at};
use super::Who;
use crate::types::{ConversationId, Millis};

pub(super) const CANNED: &[u8] = b"vc";
/// Octets of a key of a row that stands under a name.
pub(super) const NAMED_LEN: usize = 2 + DIGEST;
pub(super) const BLOCKED: &[u8] = b"vb";
pub(super) const SNOOZED: &[u8] = b"vs";
pub(super) const MENTIONS: &[u8] = b"vm";

fn of(letter: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut whole = key(b'v', &[&[letter]]);
    parts.iter().for_each(|part| whole.extend_from_slice(part));
    whole
}

/// All that mention somebody.
pub(super) fn mentions(name: &str) -> Vec<u8> {
    of(b'm', &[&digest(name.as_bytes())])
}

pub(super) fn mention(name: &str, at: Millis, conversation: ConversationId, seq: u32) -> Vec<u8> {
    let (at, conversation) = ((!at.0).to_be_bytes(), conversation.0.to_be_bytes());
    of(b'm', &[&digest(name.as_bytes()), &at, &conversation, &seq.to_be_bytes()])
}

/// When and where, of a key that [`mention`] made.
pub(super) fn read_mention(key: &[u8]) -> Option<(Millis, ConversationId, u32)> {
    let at = 2 + DIGEST;
    let seq = u32::from_be_bytes(key.get(at + 16..at + 20)?.try_into().ok()?);
    Some((Millis(!long_at(key, at)?), ConversationId(long_at(key, at + 8)?), seq))
}

pub(super) fn snoozed(until: Millis, conversation: ConversationId) -> Vec<u8> {
    of(b's', &[&until.0.to_be_bytes(), &conversation.0.to_be_bytes()])
}

/// When and which, of a key that [`snoozed`] made.
pub(super) fn read_snoozed(key: &[u8]) -> Option<(Millis, ConversationId)> {
    Some((Millis(long_at(key, 2)?), ConversationId(long_at(key, 10)?)))
}

pub(super) fn seen(person: &str, conversation: ConversationId) -> Vec<u8> {
    of(b'r', &[&digest(person.as_bytes()), &conversation.0.to_be_bytes()])
}

/// Octets of a key of [`unfinished`].
pub(super) const UNFINISHED_LEN: usize = 2 + 8 + DIGEST;

/// All that were begun in a conversation.
pub(super) fn unfinished_in(conversation: ConversationId) -> Vec<u8> {
    of(b'u', &[&conversation.0.to_be_bytes()])
}

pub(super) fn unfinished(conversation: ConversationId, person: &str) -> Vec<u8> {
    of(b'u', &[&conversation.0.to_be_bytes(), &digest(person.as_bytes())])
}

pub(super) fn canned(name: &str) -> Vec<u8> {
    of(b'c', &[&digest(name.as_bytes())])
}

/// An address has a local part, so that no digest stands for two of them.
pub(super) fn blocked(who: &Who) -> Vec<u8> {
    let named = match who {
        Who::Address(address) => address.key(),
        Who::Domain(domain) => format!("@{domain}"),
    };
    of(b'b', &[&digest(named.as_bytes())])
}
