//! Counters that live in the index and follow from the facts alone.

use serde::{Deserialize, Serialize};

use super::{
    requests::Counts,
    rows::{MailRow, Place},
    runs::RunTotals,
};
use crate::types::{ConversationId, Number};

/// What was counted so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Tallies {
    /// What people ask for.
    pub(super) counts: Counts,
    /// Numbers ever given, by how many digits they have. None is given twice (S-06).
    pub(super) numbers: [u64; Number::DIGITS_MAX as usize + 1],
    /// The newest conversation.
    pub(super) last_conversation: u64,
    /// The queue of remembered signatures: the oldest, and where the next one goes.
    #[serde(default)]
    pub(super) signatures: (u64, u64),
    /// Addresses that are not written to. While there are none, no claim need look.
    #[serde(default)]
    pub(super) suppressions: u64,
    /// What the AI's runs came to.
    #[serde(default)]
    pub(super) runs: RunTotals,
    /// Articles that were not removed.
    #[serde(default)]
    pub(super) articles: u64,
    /// How often one was changed.
    #[serde(default)]
    pub(super) article_changes: u64,
    /// Accounts.
    #[serde(default)]
    pub(super) accounts: u64,
    /// API keys that were not revoked.
    #[serde(default)]
    pub(super) api_keys: u64,
    /// Contacts and domains that are not let in. While there are none, no mail need look.
    #[serde(default)]
    pub(super) blocked: u64,
    /// Webhooks. While there are none, nothing that happens need look.
    #[serde(default)]
    pub(super) webhooks: u64,
    /// The newest webhook ever made.
    #[serde(default)]
    pub(super) webhooks_made: u64,
}

impl Tallies {
    /// Counts where a mail lies.
    pub(super) fn add_mail(&mut self, row: &MailRow) {
        for filed in &row.filings {
            self.counts.accepted += 1;
            *self.of_place(&filed.place) += 1;
        }
    }

    /// Takes back what [`Self::add_mail`] counted, before the row is replaced.
    pub(super) fn remove_mail(&mut self, row: &MailRow) {
        for filed in &row.filings {
            self.counts.accepted = self.counts.accepted.saturating_sub(1);
            let place = self.of_place(&filed.place);
            *place = place.saturating_sub(1);
        }
    }

    fn of_place(&mut self, place: &Place) -> &mut u64 {
        match place {
            Place::Conversation { .. } => &mut self.counts.shown,
            Place::Held(_) => &mut self.counts.held,
            Place::Ignored(_) => &mut self.counts.ignored,
            Place::Duplicate(_) => &mut self.counts.duplicates,
            Place::Discarded { .. } => &mut self.counts.discarded,
        }
    }

    /// Counts a new conversation.
    pub(super) fn add_conversation(&mut self, id: ConversationId, number: Number) {
        self.counts.conversations += 1;
        self.last_conversation = self.last_conversation.max(id.0);
        let digits = number.0.checked_ilog10().map_or(1, |log| log as usize + 1);
        if let Some(given) = self.numbers.get_mut(digits) {
            *given += 1;
        }
    }
}
