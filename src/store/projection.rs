//! From a fact to the keys and values of the index. The same facts in the same order give the same index, byte for byte:
//! nothing here looks at anything but the fact and what earlier facts gave.

use std::collections::BTreeSet;

use super::{
    articles,
    changes::Change,
    desk::Desk,
    facts::Fact,
    index::VALUE_OCTETS_MAX,
    keys,
    letter_rows::{Delivery, LetterRow},
    lists, people,
    requests::{AiLetters, StoreError},
    rows::{ConversationRow, MailRow, Place, What},
    runs, signatures, verbs,
    view::{self, ROW_HEAD, View, piece_key},
    webhooks,
};
use crate::types::{Author, Job, JobId, JobState, Level};

/// Octets of JSON in one value. Longer rows go on under further keys.
const PIECE_OCTETS: usize = VALUE_OCTETS_MAX - 64;

/// The value of a key that says all by itself.
pub(super) const NOTHING: &[u8] = &[];

/// Writes what follows from a fact. `json` is the fact's own.
pub(super) fn project(fact: &Fact, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    match fact {
        Fact::Mail(row) => mail(row, json, desk),
        Fact::Conversation(row) => conversation(row, json, desk),
        Fact::Entry(entry) => {
            verbs::project_entry(entry, desk);
            let key = keys::entry(entry.conversation, entry.seq);
            // Only a note may have been longer before: it is redacted.
            let old = if matches!(entry.what, What::Note(_)) { old_pieces(desk, &key)? } else { Old::None };
            put_row(key, json, old, desk)
        }
        Fact::Letter(row) => letter(row, json, desk),
        Fact::Job(row) => job(row, json, desk),
        Fact::JobDone(id) => job_done(*id, desk),
        Fact::Fingerprint(fact) => {
            let fingerprint: [u8; 32] = keys::unhex(&fact.fingerprint)
                .and_then(|octets| octets.try_into().ok())
                .ok_or_else(|| StoreError::Damaged("a fingerprint that is none".into()))?;
            let value = first_copy(fact.mail.0, fact.held, fact.level);
            desk.put(keys::fingerprint(fact.address.as_ref(), &fingerprint), &value[..]);
            Ok(())
        }
        Fact::MessageId(fact) => {
            let digest = keys::unhex(&fact.message_id)
                .ok_or_else(|| StoreError::Damaged("a digest of a Message-ID that is none".into()))?;
            desk.put(keys::message_id(&fact.address, &digest), &fact.conversation.0.to_be_bytes()[..]);
            Ok(())
        }
        Fact::Learned(row) => {
            desk.put(keys::learned_at(&row.address), NOTHING);
            let key = keys::learned(&row.address, &row.forwarder);
            let old = old_pieces(desk, &key)?;
            put_row(key, json, old, desk)
        }
        Fact::Forgotten(fact) => delete_row(keys::learned(&fact.address, &fact.forwarder), desk),
        Fact::Suppressed(row) => {
            let key = keys::suppression(&row.recipient);
            let old = old_pieces(desk, &key)?;
            desk.tallies_mut().suppressions += u64::from(old == Old::None);
            put_row(key, json, old, desk)
        }
        Fact::Lifted(fact) => {
            let key = keys::suppression(&fact.recipient);
            let was_there = old_pieces(desk, &key)? != Old::None;
            let tallies = desk.tallies_mut();
            tallies.suppressions = tallies.suppressions.saturating_sub(u64::from(was_there));
            delete_row(key, desk)
        }
        Fact::Signature(fact) => signatures::project(fact, desk),
        Fact::Run(row) => runs::project(row, json, desk),
        Fact::Article(row) => articles::project(row, json, desk),
        Fact::ArticleText(fact) => articles::project_text(fact, json, desk),
        Fact::Account(row) => people::project_account(&row.name, Some((row, json)), desk),
        Fact::AccountGone(fact) => people::project_account(&fact.name, None, desk),
        Fact::ApiKey(row) => people::project_key(row, json, desk),
        Fact::Seen(row) => verbs::project_seen(row, desk),
        Fact::Canned(row) => verbs::project_canned(row, json, desk),
        Fact::Unfinished(row) => verbs::project_unfinished(row, json, desk),
        Fact::Blocked(row) => verbs::project_blocked(row, json, desk),
        Fact::Webhook(row) => webhooks::project(row, json, desk),
        Fact::WebhookDelivery(row) => webhooks::project_delivery(row, desk),
        Fact::Duplicate(fact) => {
            let counts = &mut desk.tallies_mut().counts;
            counts.accepted += fact.destinations;
            counts.duplicates += fact.destinations;
            Ok(())
        }
    }
}

fn first_copy(mail: u64, held: bool, level: Level) -> [u8; 10] {
    let mut value = [0u8; 10];
    value[..8].copy_from_slice(&mail.to_be_bytes());
    value[8] = u8::from(held);
    value[9] = level.as_u8();
    value
}

fn mail(row: &MailRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::mail(row.id);
    let old = old_pieces(desk, &key)?;
    if old != Old::None
        && let Some(before) = view::mail(desk, row.id)?
    {
        desk.tallies_mut().remove_mail(&before);
        if is_held(&before) {
            desk.delete(keys::held(row.id));
            desk.changed(Change::Held);
        }
    }
    desk.tallies_mut().add_mail(row);
    if is_held(row) {
        desk.put(keys::held(row.id), NOTHING);
        desk.changed(Change::Held);
    }
    if row.raw.segment == 0 {
        desk.place_later(key.clone());
    }
    put_row(key, json, old, desk)
}

fn is_held(row: &MailRow) -> bool {
    row.filings.iter().any(|filed| matches!(filed.place, Place::Held(_)))
}

fn conversation(row: &ConversationRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::conversation(row.id);
    let old = old_pieces(desk, &key)?;
    let before = if old == Old::None { None } else { view::conversation(desk, row.id)? };
    verbs::project_conversation(before.as_ref(), row, desk);
    webhooks::conversation_changed(before.as_ref(), row, desk)?;
    let listed = before.map_or(Ok(BTreeSet::new()), |before| lists::keys_of(desk, &before))?;
    if old == Old::None {
        desk.tallies_mut().add_conversation(row.id, row.number);
        desk.put(keys::number(row.number), &row.id.0.to_be_bytes()[..]);
        let known = keys::has_conversations(&row.address);
        if desk.value(&known)?.is_none() {
            desk.put(known, NOTHING);
        }
    }
    lists::move_to(row, &listed, desk)?;
    desk.changed(Change::Conversation { id: row.id, address: row.address.clone() });
    put_row(key, json, old, desk)
}

fn letter(row: &LetterRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::letter(row.id);
    let old = old_pieces(desk, &key)?;
    let before = view::letter(desk, row.id)?;
    lists::letter(row, before.is_none(), desk)?;
    webhooks::letter_changed(before.as_ref(), row, desk)?;
    match before {
        Some(before) => refusals(&before).for_each(|key| desk.delete(key)),
        None => new_letter(row, desk),
    }
    refusals(row).for_each(|key| desk.put(key, NOTHING));
    if row.raw.segment == 0 {
        desk.place_later(key.clone());
    }
    put_row(key, json, old, desk)
}

/// Counts it; the brakes ask for those of the AI.
fn new_letter(row: &LetterRow, desk: &mut Desk) {
    desk.tallies_mut().counts.letters += 1;
    if row.author != Author::Ai {
        return;
    }
    for delivery in &row.recipients {
        for to in [AiLetters::To(&delivery.to), AiLetters::ToDomain(delivery.to.domain())] {
            desk.put(keys::ai_letter(to, row.made, row.id), NOTHING);
        }
    }
    desk.put(keys::ai_letter(AiLetters::All, row.made, row.id), NOTHING);
}

/// A key for each recipient that it did not reach.
fn refusals(row: &LetterRow) -> impl Iterator<Item = Vec<u8>> {
    let failed = |(place, one): (u16, &Delivery)| Some(keys::refused(one.state.failed_at()?, row.id, place));
    (0u16..).zip(&row.recipients).filter_map(failed)
}

fn job(row: &Job, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    take_away_job(row.id, desk)?;
    let counts = &mut desk.tallies_mut().counts;
    counts.jobs += 1;
    match row.state {
        JobState::Due(when) | JobState::Claimed(when) => desk.put(keys::due(row.id, when), keys::line(&row.domain)),
        JobState::Parked => counts.parked += 1,
    }
    if matches!(row.state, JobState::Due(_)) {
        desk.now_due(row.id.kind());
    }
    let key = keys::job(row.id);
    let old = old_pieces(desk, &key)?;
    put_row(key, json, old, desk)
}

fn job_done(id: JobId, desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::job(id);
    if let Old::Pieces(more) = old_pieces(desk, &key)? {
        take_away_job(id, desk)?;
        for piece in 1..=more {
            desk.delete(piece_key(&key, piece));
        }
        desk.delete(key);
    }
    Ok(())
}

/// Takes back what an earlier fact about this job counted and put beside its row.
fn take_away_job(id: JobId, desk: &mut Desk) -> Result<(), StoreError> {
    let Some(before) = view::job(desk, id)? else { return Ok(()) };
    let counts = &mut desk.tallies_mut().counts;
    counts.jobs = counts.jobs.saturating_sub(1);
    match before.state {
        JobState::Due(when) | JobState::Claimed(when) => desk.delete(keys::due(id, when)),
        JobState::Parked => counts.parked = counts.parked.saturating_sub(1),
    }
    Ok(())
}

/// What stood under a key before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Old {
    None,
    /// A row with so many further pieces.
    Pieces(u8),
}

pub(super) fn old_pieces(desk: &Desk, key: &[u8]) -> Result<Old, StoreError> {
    let value = desk.value(key)?;
    Ok(value.map_or(Old::None, |value| Old::Pieces(value.first().copied().unwrap_or(0))))
}

/// Takes a row away, when it is there.
pub(super) fn delete_row(key: Vec<u8>, desk: &mut Desk) -> Result<(), StoreError> {
    if let Old::Pieces(more) = old_pieces(desk, &key)? {
        (1..=more).for_each(|piece| desk.delete(piece_key(&key, piece)));
        desk.delete(key);
    }
    Ok(())
}

/// Writes a row in as many pieces as it needs, and takes away what was left of a longer one.
pub(super) fn put_row(key: Vec<u8>, json: &[u8], old: Old, desk: &mut Desk) -> Result<(), StoreError> {
    let first = &json[..json.len().min(PIECE_OCTETS)];
    let rest = &json[first.len()..];
    let more = u8::try_from(rest.len().div_ceil(PIECE_OCTETS))
        .map_err(|_| StoreError::Damaged(format!("a row of {} octets is more than the index takes", json.len())))?;
    for (piece, part) in (1..=more).zip(rest.chunks(PIECE_OCTETS)) {
        desk.put(piece_key(&key, piece), part);
    }
    if let Old::Pieces(before) = old {
        for piece in more + 1..=before {
            desk.delete(piece_key(&key, piece));
        }
    }
    let mut value = Vec::with_capacity(ROW_HEAD + first.len());
    value.resize(ROW_HEAD, 0);
    value[0] = more;
    value.extend_from_slice(first);
    desk.put(key, value);
    Ok(())
}
