//! The rows of webhooks: who is told what, and how far each telling came.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    store::people::Guarded,
    types::{Address, ConversationId, LetterId, MailId, Millis},
};

/// Webhooks that there may be at once: each event looks at all of them.
pub const WEBHOOKS_MAX: u64 = 20;

/// Events that are kept for one webhook, delivered or not. The oldest makes room, and is counted when it was not delivered.
pub const WEBHOOK_EVENTS_MAX: u64 = 10_000;

/// Octets of a URL.
pub(super) const URL_OCTETS_MAX: usize = 2_000;

/// Addresses that one webhook may name.
pub(super) const ADDRESSES_MAX: usize = 1_000;

/// Which webhook, from 1. None is given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
pub struct WebhookId(pub u64);

impl std::fmt::Display for WebhookId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum WebhookEvent {
    /// A conversation began.
    #[serde(rename = "conversation.opened")]
    Opened,
    /// A person outside wrote.
    #[serde(rename = "message.received")]
    Message,
    /// The AI answered.
    #[serde(rename = "answer.ai")]
    AiAnswer,
    /// A person of the house answered.
    #[serde(rename = "answer.person")]
    PersonAnswer,
    /// The AI gave it to people.
    #[serde(rename = "conversation.handed_off")]
    HandedOff,
    /// It was closed, with or without a solution.
    #[serde(rename = "conversation.closed")]
    Closed,
    /// A letter did not arrive with one of its recipients.
    #[serde(rename = "delivery.failed")]
    DeliveryFailed,
    /// Nothing happened: somebody tries the webhook.
    #[serde(rename = "webhook.test")]
    Test,
}

impl WebhookEvent {
    /// Those that a webhook may want.
    pub const WANTED: [Self; 7] = [
        Self::Opened,
        Self::Message,
        Self::AiAnswer,
        Self::PersonAnswer,
        Self::HandedOff,
        Self::Closed,
        Self::DeliveryFailed,
    ];

    /// As it stands in requests.
    pub fn word(self) -> &'static str {
        match self {
            Self::Opened => "conversation.opened",
            Self::Message => "message.received",
            Self::AiAnswer => "answer.ai",
            Self::PersonAnswer => "answer.person",
            Self::HandedOff => "conversation.handed_off",
            Self::Closed => "conversation.closed",
            Self::DeliveryFailed => "delivery.failed",
            Self::Test => "webhook.test",
        }
    }
}

/// One webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookRow {
    /// Which.
    pub id: WebhookId,
    /// Where it is told.
    pub url: String,
    /// What it wants to hear.
    pub events: BTreeSet<WebhookEvent>,
    /// Of which support addresses; all when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub addresses: BTreeSet<Address>,
    /// By which its requests are signed; sealed.
    pub secret: Guarded,
    /// When it was made.
    pub made: Millis,
    /// Nothing is told, and what happens meanwhile is not kept for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
    /// It was taken away, with all that waited.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// Who changed it last.
    pub by: String,
    /// When.
    pub at: Millis,
}

impl WebhookRow {
    /// Whether it is told of that at an address.
    pub fn wants(&self, event: WebhookEvent, address: &Address) -> bool {
        let here = self.addresses.is_empty() || self.addresses.contains(address);
        !self.disabled && here && self.events.contains(&event)
    }
}

/// How a webhook fares. It follows from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WebhookHealth {
    /// The oldest event that is kept.
    pub(super) first: u64,
    /// The next one's place.
    pub(super) next: u64,
    /// Events that wait to be told.
    pub waiting: u64,
    /// Events that were given up, and wait for a person.
    pub parked: u64,
    /// Events that made room before they were told, since it was made.
    pub lost: u64,
    /// Since when nothing could be told; `None` when the last attempt succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing_since: Option<Millis>,
}

/// One event for one webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct WebhookDelivery {
    /// For which.
    pub webhook: WebhookId,
    /// Its place among the webhook's events.
    pub seq: u64,
    /// The id of the event: the same with each attempt and after a replay.
    pub id: String,
    /// What happened.
    pub event: WebhookEvent,
    /// In which conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// What of it.
    pub about: WebhookAbout,
    /// When.
    pub at: Millis,
    /// Attempts that have ended, since it happened or was replayed.
    pub attempts: u32,
    /// When the last one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Millis>,
    /// How far it came.
    pub state: WebhookState,
    /// The last words of the far side, or what stood in the way.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// What an event names; the rest is read when it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookAbout {
    /// Nothing more.
    Nothing,
    /// A mail.
    Mail(MailId),
    /// A letter.
    Letter(LetterId),
    /// A letter, and the place of a recipient in it.
    Recipient(LetterId, u16),
}

/// See [`WebhookDelivery::state`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WebhookState {
    /// To be told, not before then.
    Waiting(Millis),
    /// It was taken, then.
    Delivered(Millis),
    /// It was given up, then. A person may replay it.
    Parked(Millis),
}
