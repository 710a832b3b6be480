//! Webhooks: who is told what happens, and the queue of what is to be told.
//!
//! An event is no fact of its own: it follows from the facts of conversations and letters when they are written, and again when
//! the index is made anew. What an attempt came to is a fact. So no crash loses an event, and each has one id for good.

mod changing;
mod events;
mod keys;
mod rows;
mod telling;

#[cfg(test)]
mod tests;

pub use self::{
    changing::{NewWebhook, WebhookVerb},
    rows::{
        WEBHOOK_EVENTS_MAX, WEBHOOKS_MAX, WebhookAbout, WebhookDelivery, WebhookEvent, WebhookHealth, WebhookId,
        WebhookRow, WebhookState,
    },
    telling::{Told, ToldHow, WaitingEvent},
};
pub(super) use self::{
    changing::{project, troubles},
    events::{conversation_changed, letter_changed},
    telling::project_delivery,
};
