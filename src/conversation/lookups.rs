//! What to look for in the store.

use super::NumberPlace;
use crate::types::{ConversationId, Number};

/// A digest by which the second copy of a mail is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fingerprint(pub [u8; 32]);

/// The keys a mail offers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookups {
    /// Conversations named by valid reply keys, strongest evidence first.
    pub reply_keys: Vec<ConversationId>,
    /// Numbers and where they stood.
    pub numbers: Vec<(Number, NumberPlace)>,
    /// Message-IDs of In-Reply-To and References, newest first.
    pub message_ids: Vec<String>,
    /// To recognize a second copy.
    pub fingerprint: Fingerprint,
}
