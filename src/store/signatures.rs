//! The memory of signatures: which mail one was on, for [`REPLAY_MEMORY`], and no longer (S-07).
//!
//! What is remembered follows from facts alone, and so does when it is forgotten: each new signature takes the oldest out of
//! the queue that were too old when it came.

use super::{
    desk::Desk,
    facts::{Fact, SignatureFact},
    keys,
    requests::StoreError,
    view::View,
};
use crate::{
    conversation::{Arrival, Fingerprint, REPLAY_MEMORY, SignedBefore},
    types::{MailId, Millis},
};

/// Old signatures that a new one takes out: more than one, so that the queue empties when less is signed than before.
const FORGOTTEN_AT_ONCE: usize = 4;

/// Octets in the index: place in the queue, mail, moment, fingerprint.
const VALUE_LEN: usize = 8 + 8 + 8 + 32;

/// The earlier mail that one of these signatures was on, if it is not too long ago.
pub(super) fn signed_before(desk: &Desk, arrival: &Arrival) -> Result<Option<SignedBefore>, StoreError> {
    for signature in &arrival.verdicts.signatures {
        if let Some((_, before)) = find(desk, &octets(signature)?)?
            && arrival.now.since(before.at) <= REPLAY_MEMORY
        {
            return Ok(Some(before));
        }
    }
    Ok(None)
}

/// Remembers the signatures of a mail that are not known yet.
pub(super) fn remember(desk: &mut Desk, arrival: &Arrival) -> Result<(), StoreError> {
    let fingerprint = arrival.destinations.first().map(|destination| destination.lookups.fingerprint);
    let fingerprint = fingerprint.and_then(|fingerprint| keys::fingerprint_hex(&fingerprint)).unwrap_or_default();
    for signature in &arrival.verdicts.signatures {
        let known = find(desk, &octets(signature)?)?;
        if known.is_none_or(|(_, before)| arrival.now.since(before.at) > REPLAY_MEMORY) {
            desk.state(&Fact::Signature(SignatureFact {
                signature: signature.clone(),
                mail: arrival.envelope.id,
                at: arrival.now,
                fingerprint: fingerprint.clone(),
            }))?;
        }
    }
    Ok(())
}

/// Writes what follows from the fact.
pub(super) fn project(fact: &SignatureFact, desk: &mut Desk) -> Result<(), StoreError> {
    let digest = octets(&fact.signature)?;
    forget_old(fact.at, desk)?;
    let place = desk.tallies().signatures.1;
    desk.tallies_mut().signatures.1 = place + 1;
    let mut value = Vec::with_capacity(VALUE_LEN);
    for number in [place, fact.mail.0, fact.at.0] {
        value.extend_from_slice(&number.to_be_bytes());
    }
    value.extend_from_slice(&keys::unhex(&fact.fingerprint).filter(|octets| octets.len() == 32).unwrap_or(vec![0; 32]));
    desk.put(keys::signature(&digest), value);
    desk.put(keys::signature_queue(place), digest);
    Ok(())
}

fn forget_old(now: Millis, desk: &mut Desk) -> Result<(), StoreError> {
    for _ in 0..FORGOTTEN_AT_ONCE {
        let (oldest, next) = desk.tallies().signatures;
        if oldest >= next {
            break;
        }
        let queued = keys::signature_queue(oldest);
        let digest = desk.value(&queued)?.ok_or_else(|| damaged("the queue of signatures"))?;
        match find(desk, &digest)? {
            Some((place, before)) if place == oldest => {
                if now.since(before.at) <= REPLAY_MEMORY {
                    break;
                }
                desk.delete(keys::signature(&digest));
            }
            // It came again when it was too old to count, and has a later place.
            _ => {}
        }
        desk.delete(queued);
        desk.tallies_mut().signatures.0 = oldest + 1;
    }
    Ok(())
}

/// Its place in the queue, and where it was.
fn find(desk: &Desk, digest: &[u8]) -> Result<Option<(u64, SignedBefore)>, StoreError> {
    let Some(value) = desk.value(&keys::signature(digest))? else { return Ok(None) };
    let read = || {
        let fingerprint = Fingerprint(value.get(24..VALUE_LEN)?.try_into().ok()?);
        let (mail, at) = (MailId(keys::long_at(&value, 8)?), Millis(keys::long_at(&value, 16)?));
        Some((keys::long_at(&value, 0)?, SignedBefore { mail, at, fingerprint }))
    };
    read().map(Some).ok_or_else(|| damaged("a signature"))
}

fn octets(signature: &str) -> Result<Vec<u8>, StoreError> {
    keys::unhex(signature).ok_or_else(|| damaged("the digest of a signature"))
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("{what} in the index"))
}

#[cfg(test)]
#[path = "signatures_tests.rs"]
mod tests;
