//! From what is written to what is told. The same facts give the same events with the same ids, whenever the index is made.

use super::{
    changing, keys,
    rows::{WebhookAbout, WebhookDelivery, WebhookEvent, WebhookRow, WebhookState},
    telling,
};
use crate::{
    store::{ConversationRow, LetterRow, Status, StoreError, desk::Desk, keys::hex, view},
    types::{Author, Millis},
};

/// What begins the id of an event.
const ID_MARK: &str = "msg_";

/// Octets of the digest in the id of an event.
const ID_OCTETS: usize = 16;

/// A conversation is like this now.
pub(in crate::store) fn conversation_changed(
    before: Option<&ConversationRow>,
    row: &ConversationRow,
    desk: &mut Desk,
) -> Result<(), StoreError> {
    // While there is none, nothing looks.
    if desk.tallies().webhooks == 0 {
        return Ok(());
    }
    let mut tell = |event, about| happened(desk, row, event, about, row.updated);
    if before.is_none() {
        tell(WebhookEvent::Opened, WebhookAbout::Nothing)?;
    }
    if let Some(mail) = row.last_mail
        && !moved_there(before, row)
        && before.and_then(|before| before.last_mail).is_none_or(|known| known < mail)
    {
        tell(WebhookEvent::Message, WebhookAbout::Mail(mail))?;
    }
    let Some(before) = before else { return Ok(()) };
    if before.handed_off.is_none() && row.handed_off.is_some() {
        tell(WebhookEvent::HandedOff, WebhookAbout::Nothing)?;
    }
    let is_open = |row: &ConversationRow| row.status == Status::Open;
    if is_open(before) && !is_open(row) && row.merged_into.is_none() {
        tell(WebhookEvent::Closed, WebhookAbout::Nothing)?;
    }
    Ok(())
}

/// Whether its newest mail came there by a merge or a split: it was told of when it arrived.
fn moved_there(before: Option<&ConversationRow>, row: &ConversationRow) -> bool {
    match before {
        None => row.split_from.is_some(),
        Some(before) => before.absorbed != row.absorbed,
    }
}

/// A letter is like this now.
pub(in crate::store) fn letter_changed(
    before: Option<&LetterRow>,
    row: &LetterRow,
    desk: &mut Desk,
) -> Result<(), StoreError> {
    if desk.tallies().webhooks == 0 {
        return Ok(());
    }
    let Some(conversation) = view::conversation(desk, row.conversation)? else { return Ok(()) };
    if before.is_none() && !row.origin.is_ours() {
        let event = match row.author {
            Author::Ai => WebhookEvent::AiAnswer,
            Author::Person(_) => WebhookEvent::PersonAnswer,
        };
        happened(desk, &conversation, event, WebhookAbout::Letter(row.id), row.made)?;
    }
    for (place, one) in (0u16..).zip(&row.recipients) {
        let failed_before = before.and_then(|before| before.recipients.get(usize::from(place))?.state.failed_at());
        if let (None, Some(at)) = (failed_before, one.state.failed_at()) {
            let about = WebhookAbout::Recipient(row.id, place);
            happened(desk, &conversation, WebhookEvent::DeliveryFailed, about, at)?;
        }
    }
    Ok(())
}

fn happened(
    desk: &mut Desk,
    conversation: &ConversationRow,
    event: WebhookEvent,
    about: WebhookAbout,
    at: Millis,
) -> Result<(), StoreError> {
    for id in changing::ids(desk)? {
        let Some(webhook) = view::row::<WebhookRow>(desk, &keys::webhook(id))? else { continue };
        if !webhook.wants(event, &conversation.address) {
            continue;
        }
        let seq = telling::health(desk, id)?.next;
        let delivery = WebhookDelivery {
            webhook: id,
            seq,
            id: event_id(&[&conversation.id.to_string(), &conversation.entries.to_string()], event, about, at),
            event,
            conversation: Some(conversation.id),
            about,
            at,
            attempts: 0,
            tried: None,
            state: WebhookState::Waiting(at),
            words: String::new(),
        };
        telling::put(&delivery, desk)?;
    }
    Ok(())
}

/// An id that follows from what happened alone.
pub(super) fn event_id(parts: &[&str], event: WebhookEvent, about: WebhookAbout, at: Millis) -> String {
    let mut hasher = blake3::Hasher::new();
    for part in parts.iter().copied().chain([event.word()]) {
        hasher.update(part.as_bytes()).update(b"\n");
    }
    hasher.update(format!("{about:?}\n{}", at.0).as_bytes());
    format!("{ID_MARK}{}", hex(&hasher.finalize().as_bytes()[..ID_OCTETS]))
}
