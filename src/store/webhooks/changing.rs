//! Making a webhook, turning it off and on, taking it away, and what follows from that in the index.

use std::collections::BTreeSet;

use super::{
    keys,
    rows::{
        ADDRESSES_MAX, URL_OCTETS_MAX, WEBHOOKS_MAX, WebhookEvent, WebhookHealth, WebhookId, WebhookRow, WebhookState,
    },
    telling,
};
use crate::{
    store::{
        Change, Store, StoreError,
        desk::Desk,
        facts::Fact,
        index::Index,
        keys::long_at,
        people::Guarded,
        projection::{delete_row, old_pieces, put_row},
        steps::cut_words,
        tallies::Tallies,
        view::{self, View},
    },
    types::{Address, Millis},
};

/// Somebody makes a webhook.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Where it is told.
    pub url: String,
    /// What it wants to hear.
    pub events: BTreeSet<WebhookEvent>,
    /// Of which support addresses; all when empty.
    pub addresses: BTreeSet<Address>,
    /// By which its requests are signed; sealed.
    pub secret: Guarded,
    /// Who makes it.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// What somebody does with a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookVerb {
    /// It is told again, from what waits on.
    Enable,
    /// It is told nothing. What happens meanwhile is not kept for it.
    Disable,
    /// There is none any more, nor what waited for it.
    Remove,
}

impl Store {
    /// Keeps a new webhook.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when there are [`WEBHOOKS_MAX`], it wants nothing, or says too much.
    pub async fn add_webhook(&self, new: NewWebhook) -> Result<WebhookRow, StoreError> {
        self.ask(move |desk| add(desk, new)).await
    }

    /// Does that with a webhook; gives it as it is then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn change_webhook(
        &self,
        id: WebhookId,
        verb: WebhookVerb,
        by: String,
        now: Millis,
    ) -> Result<WebhookRow, StoreError> {
        self.ask(move |desk| {
            let mut row = there(desk, id)?;
            match verb {
                WebhookVerb::Enable => row.disabled = false,
                WebhookVerb::Disable => row.disabled = true,
                WebhookVerb::Remove => row.removed = true,
            }
            (row.by, row.at) = (cut_words(&by), now);
            desk.state(&Fact::Webhook(Box::new(row.clone())))?;
            Ok(row)
        })
        .await
    }

    /// All webhooks, the oldest first, and how they fare.
    pub fn webhooks(&self) -> Result<Vec<(WebhookRow, WebhookHealth)>, StoreError> {
        let index = self.index();
        let rows = ids(index)?.into_iter().map(|id| Ok((there(index, id)?, telling::health(index, id)?)));
        rows.collect()
    }

    /// One webhook.
    pub fn webhook(&self, id: WebhookId) -> Result<Option<(WebhookRow, WebhookHealth)>, StoreError> {
        let index = self.index();
        let row: Option<WebhookRow> = view::row(index, &keys::webhook(id))?;
        row.map(|row| Ok((row, telling::health(index, id)?))).transpose()
    }
}

fn add(desk: &mut Desk, new: NewWebhook) -> Result<WebhookRow, StoreError> {
    let refused = |words: String| Err(StoreError::Refused(words));
    let NewWebhook { url, events, addresses, secret, by, now } = new;
    if desk.tallies().webhooks >= WEBHOOKS_MAX {
        return refused(format!("there are {WEBHOOKS_MAX} webhooks, and more are not told: remove one"));
    }
    if events.is_empty() || events.contains(&WebhookEvent::Test) {
        let known = WebhookEvent::WANTED.map(WebhookEvent::word).join(", ");
        return refused(format!("say what the webhook wants to hear, of {known}"));
    }
    if url.len() > URL_OCTETS_MAX || addresses.len() > ADDRESSES_MAX {
        return refused(format!(
            "a webhook has a URL of {URL_OCTETS_MAX} octets and {ADDRESSES_MAX} addresses at most"
        ));
    }
    let (id, by) = (WebhookId(desk.tallies().webhooks_made + 1), cut_words(&by));
    let row =
        WebhookRow { id, url, events, addresses, secret, made: now, disabled: false, removed: false, by, at: now };
    desk.state(&Fact::Webhook(Box::new(row.clone())))?;
    Ok(row)
}

/// The webhook, or that there is none.
pub(super) fn there(view: &impl View, id: WebhookId) -> Result<WebhookRow, StoreError> {
    view::row(view, &keys::webhook(id))?.ok_or_else(|| StoreError::NotFound(format!("webhook {id}")))
}

/// Which webhooks there are.
pub(super) fn ids(view: &impl View) -> Result<Vec<WebhookId>, StoreError> {
    let list = view.value(keys::LIST)?;
    let octets = list.as_deref().unwrap_or_default();
    Ok(octets.chunks_exact(8).filter_map(|one| long_at(one, 0)).map(WebhookId).collect())
}

/// Writes what follows from the fact: the row and the list; of one that was removed nothing stays.
pub(in crate::store) fn project(row: &WebhookRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let mut there = ids(desk)?;
    there.retain(|id| *id != row.id);
    if row.removed {
        telling::forget_all(row.id, desk)?;
        delete_row(keys::webhook(row.id), desk)?;
    } else {
        there.push(row.id);
        there.sort_unstable();
        let key = keys::webhook(row.id);
        let old = old_pieces(desk, &key)?;
        put_row(key, json, old, desk)?;
    }
    let tallies = desk.tallies_mut();
    tallies.webhooks = there.len() as u64;
    tallies.webhooks_made = tallies.webhooks_made.max(row.id.0);
    desk.put(keys::LIST.to_vec(), there.iter().flat_map(|id| id.0.to_be_bytes()).collect::<Vec<u8>>());
    desk.changed(Change::Webhooks);
    Ok(())
}

/// See `legal`.
pub(in crate::store) fn troubles(
    index: &Index,
    tallies: &Tallies,
    troubles: &mut Vec<String>,
) -> Result<(), StoreError> {
    let stand = index.scan(keys::ROWS).filter(|found| found.as_ref().is_ok_and(|(key, _)| key.len() == keys::ROW_LEN));
    let (stand, listed) = (stand.count() as u64, ids(index)?);
    if stand != tallies.webhooks || listed.len() as u64 != stand {
        let counted = tallies.webhooks;
        troubles.push(format!("{stand} webhooks stand, {} are listed and {counted} counted", listed.len()));
    }
    let mut waiting = 0;
    for id in listed {
        let health = telling::health(index, id)?;
        let (mut waits, mut parked) = (0, 0);
        for seq in health.first..health.next {
            match telling::delivery(index, id, seq)?.map(|one| one.state) {
                Some(WebhookState::Waiting(_)) => waits += 1,
                Some(WebhookState::Parked(_)) => parked += 1,
                Some(WebhookState::Delivered(_)) => {}
                None => troubles.push(format!("event {seq} of webhook {id} is missing")),
            }
        }
        if (waits, parked) != (health.waiting, health.parked) {
            troubles
                .push(format!("of webhook {id} {waits} events wait and {parked} are parked, and others are counted"));
        }
        waiting += waits;
    }
    let stand = index.scan(keys::WAITING).filter(Result::is_ok).count() as u64;
    if stand != waiting {
        troubles.push(format!("{stand} events stand in the queues of webhooks and {waiting} wait"));
    }
    Ok(())
}
