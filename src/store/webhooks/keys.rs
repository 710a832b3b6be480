//! The keys of webhooks, all under `w`.
//!
//! ```text
//! wh webhook                                row of a webhook
//! wl                                        which there are, 8 octets each
//! ws webhook                                how it fares
//! we webhook seq                            an event for it
//! wp webhook seq                            → when it is told at the earliest, and its conversation: what waits
//! ```

use super::{super::keys::key, rows::WebhookId};

/// Which webhooks there are.
pub(super) const LIST: &[u8] = b"wl";

/// Octets of the key of a webhook.
pub(super) const ROW_LEN: usize = 2 + 8;

pub(super) const ROWS: &[u8] = b"wh";
pub(super) const WAITING: &[u8] = b"wp";

pub(super) fn webhook(id: WebhookId) -> Vec<u8> {
    key(b'w', &[b"h", &id.0.to_be_bytes()])
}

pub(super) fn health(id: WebhookId) -> Vec<u8> {
    key(b'w', &[b"s", &id.0.to_be_bytes()])
}

pub(super) fn event(id: WebhookId, seq: u64) -> Vec<u8> {
    key(b'w', &[b"e", &id.0.to_be_bytes(), &seq.to_be_bytes()])
}

/// What waits for one webhook, oldest first.
pub(super) fn all_waiting(id: WebhookId) -> Vec<u8> {
    key(b'w', &[b"p", &id.0.to_be_bytes()])
}

pub(super) fn waiting(id: WebhookId, seq: u64) -> Vec<u8> {
    key(b'w', &[b"p", &id.0.to_be_bytes(), &seq.to_be_bytes()])
}

/// The place of an event, of a key that [`waiting`] made.
pub(super) fn read_seq(key: &[u8]) -> Option<u64> {
    super::super::keys::long_at(key, 2 + 8)
}
