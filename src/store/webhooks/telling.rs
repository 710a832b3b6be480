//! The queue of what is to be told: a ring of events for each webhook, and what came of each attempt.

use super::{
    changing, events, keys,
    rows::{WEBHOOK_EVENTS_MAX, WebhookAbout, WebhookDelivery, WebhookEvent, WebhookHealth, WebhookId, WebhookState},
};
use crate::{
    store::{
        Change, Store, StoreError,
        desk::Desk,
        facts::Fact,
        keys::long_at,
        projection::{delete_row, old_pieces, put_row},
        steps::cut_words,
        view::{self, View},
    },
    types::{ConversationId, Millis},
};

/// An event that waits to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WaitingEvent {
    /// Its place among the webhook's events.
    pub seq: u64,
    /// When it is told at the earliest.
    pub due: Millis,
    /// Its conversation; `None` of a test.
    pub conversation: Option<ConversationId>,
}

/// What an attempt came to.
#[derive(Debug, Clone)]
pub struct Told {
    /// For which webhook.
    pub webhook: WebhookId,
    /// Which of its events.
    pub seq: u64,
    /// What.
    pub how: ToldHow,
    /// The last words of the far side, or what stood in the way.
    pub words: String,
    /// When.
    pub now: Millis,
}

/// See [`Told::how`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToldHow {
    /// It was taken.
    Taken,
    /// It was not, and is tried again then.
    Later(Millis),
    /// It was not, and is not tried again.
    GivenUp,
}

impl Store {
    /// What waits for a webhook, oldest first.
    pub fn waiting_events(&self, id: WebhookId) -> Result<Vec<WaitingEvent>, StoreError> {
        let read = |found: Result<(sled::IVec, sled::IVec), StoreError>| {
            let (key, value) = found?;
            let read = || {
                let conversation = long_at(&value, 8).filter(|id| *id != 0).map(ConversationId);
                Some(WaitingEvent { seq: keys::read_seq(&key)?, due: Millis(long_at(&value, 0)?), conversation })
            };
            read().ok_or_else(|| StoreError::Damaged("the queue of a webhook".into()))
        };
        self.index().scan(&keys::all_waiting(id)).map(read).collect()
    }

    /// One event of a webhook; `None` when it was removed or made room.
    pub fn webhook_delivery(&self, id: WebhookId, seq: u64) -> Result<Option<WebhookDelivery>, StoreError> {
        delivery(self.index(), id, seq)
    }

    /// The newest events of a webhook, newest first.
    pub fn webhook_deliveries(&self, id: WebhookId, limit: usize) -> Result<Vec<WebhookDelivery>, StoreError> {
        let health = health(self.index(), id)?;
        let newest = (health.first..health.next).rev().take(limit);
        newest.filter_map(|seq| delivery(self.index(), id, seq).transpose()).collect()
    }

    /// Writes what an attempt came to. Of an event that is gone meanwhile nothing is written.
    pub async fn told(&self, told: Told) -> Result<(), StoreError> {
        self.ask(move |desk| settle(desk, told)).await
    }

    /// Has an event told once more, from now on, whatever came of it before.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the webhook has no such event (any more).
    pub async fn replay_webhook(&self, id: WebhookId, event: &str, now: Millis) -> Result<WebhookDelivery, StoreError> {
        let missing = || StoreError::NotFound(format!("such an event of webhook {id}"));
        let health = health(self.index(), id)?;
        let mut newest = (health.first..health.next).rev();
        let found = newest.find_map(|seq| match delivery(self.index(), id, seq) {
            Ok(Some(one)) if one.id == event => Some(Ok(seq)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        });
        let seq = found.transpose()?.ok_or_else(missing)?;
        self.ask(move |desk| {
            let known = delivery(desk, id, seq)?;
            let mut one = known.ok_or_else(|| StoreError::NotFound(format!("such an event of webhook {id}")))?;
            (one.state, one.attempts) = (WebhookState::Waiting(now), 0);
            desk.state(&Fact::WebhookDelivery(Box::new(one.clone())))?;
            Ok(one)
        })
        .await
    }

    /// Has a webhook told something that did not happen.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn test_webhook(&self, id: WebhookId, now: Millis) -> Result<WebhookDelivery, StoreError> {
        self.ask(move |desk| {
            changing::there(desk, id)?;
            let (seq, event, about) = (health(desk, id)?.next, WebhookEvent::Test, WebhookAbout::Nothing);
            let one = WebhookDelivery {
                webhook: id,
                seq,
                id: events::event_id(&[&id.to_string(), &seq.to_string()], event, about, now),
                event,
                conversation: None,
                about,
                at: now,
                attempts: 0,
                tried: None,
                state: WebhookState::Waiting(now),
                words: String::new(),
            };
            desk.state(&Fact::WebhookDelivery(Box::new(one.clone())))?;
            Ok(one)
        })
        .await
    }
}

fn settle(desk: &mut Desk, told: Told) -> Result<(), StoreError> {
    let Told { webhook, seq, how, words, now } = told;
    let Some(mut one) = delivery(desk, webhook, seq)? else { return Ok(()) };
    if !matches!(one.state, WebhookState::Waiting(_)) {
        return Ok(());
    }
    one.attempts += 1;
    one.words = cut_words(&words);
    one.state = match how {
        ToldHow::Taken => WebhookState::Delivered(now),
        ToldHow::Later(then) => WebhookState::Waiting(then),
        ToldHow::GivenUp => WebhookState::Parked(now),
    };
    one.tried = Some(now);
    desk.state(&Fact::WebhookDelivery(Box::new(one)))
}

pub(super) fn delivery(view: &impl View, id: WebhookId, seq: u64) -> Result<Option<WebhookDelivery>, StoreError> {
    view::row(view, &keys::event(id, seq))
}

pub(super) fn health(view: &impl View, id: WebhookId) -> Result<WebhookHealth, StoreError> {
    Ok(view::row(view, &keys::health(id))?.unwrap_or_default())
}

/// Writes what follows from the fact: an event that came further, or one that somebody made.
pub(in crate::store) fn project_delivery(row: &WebhookDelivery, desk: &mut Desk) -> Result<(), StoreError> {
    let is_there = view::row::<serde::de::IgnoredAny>(desk, &keys::webhook(row.webhook))?.is_some();
    // Gone since, or so old that it made room.
    if !is_there || row.seq < health(desk, row.webhook)?.first {
        return Ok(());
    }
    put(row, desk)
}

/// Writes an event, new or changed, and counts how its webhook fares.
pub(super) fn put(row: &WebhookDelivery, desk: &mut Desk) -> Result<(), StoreError> {
    let mut health = health(desk, row.webhook)?;
    if let Some(before) = delivery(desk, row.webhook, row.seq)? {
        count(&mut health, before.state, false);
    }
    count(&mut health, row.state, true);
    match row.state {
        WebhookState::Delivered(_) => health.failing_since = None,
        // Somebody replays it: that says nothing yet.
        WebhookState::Waiting(_) if row.attempts == 0 => {}
        WebhookState::Waiting(_) | WebhookState::Parked(_) => health.failing_since = health.failing_since.or(row.tried),
    }
    health.next = health.next.max(row.seq + 1);
    while health.next - health.first > WEBHOOK_EVENTS_MAX {
        make_room(row.webhook, &mut health, desk)?;
    }
    let key = keys::waiting(row.webhook, row.seq);
    match row.state {
        WebhookState::Waiting(due) => {
            let conversation = row.conversation.map_or(0, |id| id.0);
            desk.put(key, [due.0.to_be_bytes(), conversation.to_be_bytes()].concat());
            desk.changed(Change::Webhooks);
        }
        WebhookState::Delivered(_) | WebhookState::Parked(_) => desk.delete(key),
    }
    write(keys::event(row.webhook, row.seq), row, desk)?;
    write(keys::health(row.webhook), &health, desk)
}

/// The oldest event goes.
fn make_room(id: WebhookId, health: &mut WebhookHealth, desk: &mut Desk) -> Result<(), StoreError> {
    let seq = health.first;
    if let Some(oldest) = delivery(desk, id, seq)? {
        count(health, oldest.state, false);
        health.lost += u64::from(!matches!(oldest.state, WebhookState::Delivered(_)));
    }
    health.first += 1;
    desk.delete(keys::waiting(id, seq));
    delete_row(keys::event(id, seq), desk)
}

fn count(health: &mut WebhookHealth, state: WebhookState, is_new: bool) {
    let counter = match state {
        WebhookState::Waiting(_) => &mut health.waiting,
        WebhookState::Parked(_) => &mut health.parked,
        WebhookState::Delivered(_) => return,
    };
    *counter = if is_new { *counter + 1 } else { counter.saturating_sub(1) };
}

/// Nothing of a webhook's events stays.
pub(super) fn forget_all(id: WebhookId, desk: &mut Desk) -> Result<(), StoreError> {
    let health = health(desk, id)?;
    for seq in health.first..health.next {
        desk.delete(keys::waiting(id, seq));
        delete_row(keys::event(id, seq), desk)?;
    }
    delete_row(keys::health(id), desk)
}

fn write(key: Vec<u8>, row: &impl serde::Serialize, desk: &mut Desk) -> Result<(), StoreError> {
    let json = serde_json::to_vec(row).expect("rows have string keys only and nothing that fails to serialize");
    let old = old_pieces(desk, &key)?;
    put_row(key, &json, old, desk)
}
