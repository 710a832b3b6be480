//! Reads rows: from the index alone for everybody, and from what the committer is about to write for its decisions.

use serde::de::DeserializeOwned;
use sled::IVec;

use super::{
    article_rows::{ArticleName, ArticleRow},
    facts::ArticleTextFact,
    keys,
    letter_rows::LetterRow,
    requests::StoreError,
    rows::{ConversationRow, Entry, LearnedRow, MailRow, RawRef, Voucher},
    run_rows::RunRow,
    suppressions::SuppressionRow,
};
use crate::types::{Address, ConversationId, Job, JobId, LetterId, Level, MailId, Number, RunId};

/// Octets in front of a row's JSON: how many more pieces it has, and where the raw bytes of its record lie.
pub(super) const ROW_HEAD: usize = 17;

/// Merges followed before we take it for a ring.
const MERGES_MAX: usize = 32;

/// What can be asked for the value of a key.
pub(super) trait View {
    /// The value, if there is one.
    fn value(&self, key: &[u8]) -> Result<Option<IVec>, StoreError>;
}

/// The first copy of a mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstCopy {
    pub(super) mail: MailId,
    pub(super) held: bool,
    pub(super) level: Level,
}

pub(super) fn conversation(view: &impl View, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
    row(view, &keys::conversation(id))
}

/// The conversation itself or the one it was merged into.
pub(super) fn surviving(view: &impl View, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
    let mut found = conversation(view, id)?;
    for _ in 0..MERGES_MAX {
        match found.as_ref().and_then(|row| row.merged_into) {
            None => return Ok(found),
            Some(into) => found = conversation(view, into)?,
        }
    }
    Err(StoreError::Damaged(format!("conversation {id} was merged in a ring")))
}

pub(super) fn by_number(view: &impl View, number: Number) -> Result<Option<ConversationRow>, StoreError> {
    match conversation_at(view, &keys::number(number))? {
        Some(id) => surviving(view, id),
        None => Ok(None),
    }
}

pub(super) fn by_message_id(
    view: &impl View,
    address: &Address,
    message_id: &str,
) -> Result<Option<ConversationRow>, StoreError> {
    let digest = keys::unhex(&keys::message_id_digest(message_id)).expect("it was written as hexadecimal above");
    match conversation_at(view, &keys::message_id(address, &digest))? {
        Some(id) => surviving(view, id),
        None => Ok(None),
    }
}

fn conversation_at(view: &impl View, key: &[u8]) -> Result<Option<ConversationId>, StoreError> {
    Ok(view.value(key)?.and_then(|value| keys::long_at(&value, 0)).map(ConversationId))
}

pub(super) fn first_copy(
    view: &impl View,
    address: Option<&Address>,
    fingerprint: &[u8; 32],
) -> Result<Option<FirstCopy>, StoreError> {
    let Some(value) = view.value(&keys::fingerprint(address, fingerprint))? else { return Ok(None) };
    let read = || {
        let level = Level::from_u8(*value.get(9)?)?;
        Some(FirstCopy { mail: MailId(keys::long_at(&value, 0)?), held: *value.get(8)? != 0, level })
    };
    read().map(Some).ok_or_else(|| StoreError::Damaged("a fingerprint in the index".into()))
}

pub(super) fn mail(view: &impl View, id: MailId) -> Result<Option<MailRow>, StoreError> {
    let key = keys::mail(id);
    let Some((mut row, place)) = placed_row::<MailRow>(view, &key)? else { return Ok(None) };
    place_raw(&mut row.raw, place);
    Ok(Some(row))
}

pub(super) fn letter(view: &impl View, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
    let key = keys::letter(id);
    let Some((mut row, place)) = placed_row::<LetterRow>(view, &key)? else { return Ok(None) };
    place_raw(&mut row.raw, place);
    Ok(Some(row))
}

pub(super) fn job(view: &impl View, id: JobId) -> Result<Option<Job>, StoreError> {
    row(view, &keys::job(id))
}

pub(super) fn run(view: &impl View, id: RunId) -> Result<Option<RunRow>, StoreError> {
    row(view, &keys::run(id))
}

pub(super) fn learned(
    view: &impl View,
    address: &Address,
    forwarder: &Voucher,
) -> Result<Option<LearnedRow>, StoreError> {
    row(view, &keys::learned(address, forwarder))
}

/// What a key holds that [`learned`] would ask for.
pub(super) fn learned_row(view: &impl View, key: &[u8]) -> Result<Option<LearnedRow>, StoreError> {
    row(view, key)
}

pub(super) fn suppression(view: &impl View, recipient: &Address) -> Result<Option<SuppressionRow>, StoreError> {
    row(view, &keys::suppression(recipient))
}

/// What a key holds that [`suppression`] would ask for.
pub(super) fn suppression_row(view: &impl View, key: &[u8]) -> Result<Option<SuppressionRow>, StoreError> {
    row(view, key)
}

pub(super) fn article(view: &impl View, name: &ArticleName) -> Result<Option<ArticleRow>, StoreError> {
    row(view, &keys::article(name))
}

/// What a key holds that [`article`] would ask for.
pub(super) fn article_row(view: &impl View, key: &[u8]) -> Result<Option<ArticleRow>, StoreError> {
    row(view, key)
}

pub(super) fn article_text(
    view: &impl View,
    name: &ArticleName,
    version: u64,
) -> Result<Option<ArticleTextFact>, StoreError> {
    row(view, &keys::article_text(name, version))
}

pub(super) fn entry(view: &impl View, conversation: ConversationId, seq: u32) -> Result<Option<Entry>, StoreError> {
    row(view, &keys::entry(conversation, seq))
}

/// The time line, oldest first; with those of what was merged into it.
pub(super) fn timeline(view: &impl View, row: &ConversationRow) -> Result<Vec<Entry>, StoreError> {
    let mut line = own_timeline(view, row)?;
    for id in &row.absorbed {
        let absorbed = conversation(view, *id)?;
        line.extend(absorbed.map(|row| own_timeline(view, &row)).transpose()?.unwrap_or_default());
    }
    if !row.absorbed.is_empty() {
        // Stable: what happened at one moment stays in the order in which it was written.
        line.sort_by_key(|entry| entry.at);
    }
    Ok(line)
}

fn own_timeline(view: &impl View, row: &ConversationRow) -> Result<Vec<Entry>, StoreError> {
    (0..row.entries).filter_map(|seq| entry(view, row.id, seq).transpose()).collect()
}

fn place_raw(raw: &mut RawRef, (segment, offset): Place) {
    if raw.segment == 0 {
        (raw.segment, raw.offset) = (segment, offset);
    }
}

/// The row under a key.
pub(super) fn row<T: DeserializeOwned>(view: &impl View, key: &[u8]) -> Result<Option<T>, StoreError> {
    Ok(placed_row(view, key)?.map(|(row, _)| row))
}

/// Segment and offset of the raw bytes of the record that a row came with.
type Place = (u64, u64);

fn placed_row<T: DeserializeOwned>(view: &impl View, key: &[u8]) -> Result<Option<(T, Place)>, StoreError> {
    let damaged = |e: &dyn std::fmt::Display| StoreError::Damaged(format!("a row of the index: {e}"));
    let Some(value) = view.value(key)? else { return Ok(None) };
    let head = value.first_chunk::<ROW_HEAD>().ok_or_else(|| damaged(&"it is cut"))?;
    let place = (keys::long_at(head, 1).unwrap_or(0), keys::long_at(head, 9).unwrap_or(0));
    let json = &value[ROW_HEAD..];
    if head[0] == 0 {
        return Ok(Some((serde_json::from_slice(json).map_err(|e| damaged(&e))?, place)));
    }
    let mut whole = json.to_vec();
    for piece in 1..=head[0] {
        let more = view.value(&piece_key(key, piece))?.ok_or_else(|| damaged(&"a piece is missing"))?;
        whole.extend_from_slice(&more);
    }
    Ok(Some((serde_json::from_slice(&whole).map_err(|e| damaged(&e))?, place)))
}

/// The key under which a long row goes on.
pub(super) fn piece_key(key: &[u8], piece: u8) -> Vec<u8> {
    let mut key = key.to_vec();
    key.push(piece);
    key
}
