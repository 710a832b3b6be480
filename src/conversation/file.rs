//! Decides which conversation a mail belongs to.
//!
//! Pure: sees only what the store found. Who may *answer* is decided in `agent::autopilot`.

mod tried;

pub use tried::{KeyOutcome, KeyTried, tried};

use super::{
    Arrival, Blocked, Brake, Candidate, Class, Destination, Filing, Fingerprint, Found, HeldReason, IgnoredReason, Key,
    SignedBefore,
};
use crate::types::{Address, Level, addresses_look_alike};

/// The decision, as the store calls it inside its own write.
pub type FileFn = fn(&Arrival, &Destination, &Found) -> Filing;

/// Says where a mail belongs at one destination.
///
/// A key only proposes. A proposal is taken when From is the conversation's contact or a participant, *and* the mail's
/// level is at least 2 and at least the conversation's, or it carries a valid reply key (S-01, S-06). Every other proposal leads to a new
/// conversation that points at the proposed one for staff only.
pub fn file(arrival: &Arrival, destination: &Destination, found: &Found) -> Filing {
    let level = arrival.verdicts.level;
    match (arrival.class.class, &arrival.mail.from) {
        (Class::OwnEcho, _) => Filing::Ignored(IgnoredReason::OwnEcho),
        _ if destination.address.is_none() => Filing::Held(HeldReason::NoAddress),
        (Class::ForwardingConfirmation, _) => Filing::Held(HeldReason::ForwardingConfirmation),
        (Class::VerificationCode, _) => Filing::Held(HeldReason::VerificationCode),
        (_, Some(_)) if let Some(before) = replayed(destination, found) => file_replayed(arrival, &before),
        (class, _) if class.is_report() => file_report(found, level),
        (_, None) => Filing::Held(HeldReason::Forged(arrival.verdicts.sentence.clone())),
        (_, Some(_)) if level == Level::Forged => Filing::Held(HeldReason::Forged(arrival.verdicts.sentence.clone())),
        (_, Some(_)) if let Some(blocked) = proved_blocked(found, level) => file_blocked(blocked),
        (Class::AutomaticReply, Some(_)) if let Some(filing) = file_automatic(found, level) => filing,
        (_, Some(from)) => file_letter(arrival, destination, found, from),
    }
}

/// The earlier mail, when this is one that somebody else sends again (S-07).
///
/// The same words at another address that their author named are no replay: she wrote to both. (The same words at the same
/// address are a duplicate, and do not come here.)
fn replayed(destination: &Destination, found: &Found) -> Option<SignedBefore> {
    let before = found.signed_before?;
    let is_same = before.fingerprint == destination.lookups.fingerprint && before.fingerprint != Fingerprint::default();
    (!(is_same && destination.named)).then_some(before)
}

fn file_replayed(arrival: &Arrival, before: &SignedBefore) -> Filing {
    if arrival.class.class.is_report() {
        return Filing::Held(HeldReason::StrayReport);
    }
    let why =
        format!("its signature came before, with mail {}: whoever sends it again proves nothing by it", before.mail);
    Filing::Replayed { why }
}

/// A report joins what it reports on, and nothing else: its From proves nothing, what carries our MAC does (S-02).
fn file_report(found: &Found, level: Level) -> Filing {
    match found.candidates.iter().find(|candidate| matches!(candidate.key, Key::ReturnPath | Key::ReplyKey)) {
        Some(Candidate { id, key, .. }) => Filing::Joins { conversation: *id, key: *key, reopens: false, level },
        None => Filing::Held(HeldReason::StrayReport),
    }
}

/// Whoever only claims to be somebody who is blocked is filed as if nobody was: it says nothing of either.
fn proved_blocked(found: &Found, level: Level) -> Option<&Blocked> {
    found.blocked.as_ref().filter(|_| level >= Level::Vouched)
}

/// Kept where a person sees it and can still let it in.
fn file_blocked(Blocked { by, why }: &Blocked) -> Filing {
    Filing::Held(HeldReason::Blocked(format!("{by} blocked its sender: {why}")))
}

/// An absence note goes to the envelope sender (RFC 3834 §4), and often from another address than the letter went to. It is
/// shown and moves nothing, so who wrote it does not matter.
fn file_automatic(found: &Found, level: Level) -> Option<Filing> {
    let candidate = found.candidates.iter().find(|candidate| candidate.key == Key::ReturnPath)?;
    Some(Filing::Joins { conversation: candidate.id, key: Key::ReturnPath, reopens: false, level })
}

fn file_letter(arrival: &Arrival, destination: &Destination, found: &Found, from: &Address) -> Filing {
    let level = arrival.verdicts.level;
    let brake = destination.lookups.brake;
    let mut followed = found.candidates.iter().filter(|candidate| is_followed(candidate, brake, from, level));
    let Some(candidate) = followed.clone().find(|candidate| is_taken(candidate, from, level)) else {
        let (linked_to, why) = match followed.next() {
            Some(proposed) => (Some(proposed.id), why_not(proposed, from, level)),
            // The same words whether or not there is such a conversation.
            None if brake != Brake::Off && !destination.lookups.numbers.is_empty() => (None, brake.words().into()),
            None => (None, "nothing in it names an earlier conversation".into()),
        };
        return Filing::Opens { linked_to, why };
    };
    let personal = arrival.class.class.is_personal();
    if let Some(closed) = candidate.closed
        && personal
        && arrival.now.since(closed) > destination.answer.reopen_within
    {
        let why = format!("conversation {} was closed too long ago to open again", candidate.number);
        return Filing::Opens { linked_to: Some(candidate.id), why };
    }
    Filing::Joins {
        conversation: candidate.id,
        key: candidate.key,
        // Automatic mail never changes a status.
        reopens: candidate.closed.is_some() && personal,
        level: if candidate.key == Key::ReplyKey && level >= Level::Vouched { Level::Confirmed } else { level },
    }
}

/// S-06: after too many wrong numbers none proposes anything. Behind a peer that many share, those who prove who they are
/// do not suffer for others.
fn is_followed(candidate: &Candidate, brake: Brake, from: &Address, level: Level) -> bool {
    match brake {
        Brake::Off => true,
        Brake::Sender => !candidate.key.is_number(),
        Brake::Peer => !candidate.key.is_number() || (takes_part(candidate, from) && level >= Level::Vouched),
    }
}

fn is_taken(candidate: &Candidate, from: &Address, level: Level) -> bool {
    takes_part(candidate, from) && (level >= needed(candidate) || candidate.key == Key::ReplyKey)
}

/// The level that a mail without our reply key must show to join. A claimed From joins nothing, not even what another
/// claimed From began (S-06): the reply key in our Message-ID brings her replies home all the same.
fn needed(candidate: &Candidate) -> Level {
    candidate.level.max(Level::Vouched)
}

fn takes_part(candidate: &Candidate, from: &Address) -> bool {
    candidate.contact == *from || candidate.participants.contains(from)
}

fn why_not(proposed: &Candidate, from: &Address, level: Level) -> String {
    let number = proposed.number;
    let key = proposed.key.words();
    if takes_part(proposed, from) {
        let (needed, shown) = (needed(proposed).as_u8(), level.as_u8());
        format!("{key} names conversation {number}, which needs level {needed}; this mail shows level {shown}")
    } else if std::iter::once(&proposed.contact)
        .chain(&proposed.participants)
        .any(|known| addresses_look_alike(known, from))
    {
        format!("{key} names conversation {number}; its sender takes no part in it, and only looks like one who does")
    } else {
        format!("{key} names conversation {number}, in which its sender takes no part")
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
