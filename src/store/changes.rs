//! What changed, told after each commit to whoever listens: open pages. Nothing is true because it was told: a listener that
//! was too slow hears how much it missed, and looks at everything again.

use tokio::sync::broadcast;

use super::Store;
use crate::types::{Address, ConversationId};

/// Changes that a listener may be behind.
const BEHIND_MAX: usize = 1024;

/// Something that people look at is different now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A conversation, or something in it.
    Conversation {
        /// Which.
        id: ConversationId,
        /// Whose: only who may read there hears of it.
        address: Address,
    },
    /// The held list.
    Held,
    /// A webhook, or what waits for one.
    Webhooks,
}

/// The end that tells.
#[derive(Debug, Clone)]
pub(super) struct Teller(broadcast::Sender<Change>);

impl Default for Teller {
    fn default() -> Self {
        Self(broadcast::channel(BEHIND_MAX).0)
    }
}

impl Teller {
    /// Tells each once, however often it changed in the batch.
    pub(super) fn tell(&self, mut changes: Vec<Change>) {
        if self.0.receiver_count() == 0 {
            return;
        }
        changes.dedup();
        for change in changes {
            // Nobody listens any more.
            let _ = self.0.send(change);
        }
    }
}

impl Store {
    /// Hears of every change from now on.
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.0.wakes.teller.0.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::{Bed, conversation_of, end, file, mail};

    #[tokio::test]
    async fn who_listens_hears_of_a_mail_after_it_is_there() {
        for bed in Bed::all() {
            let store = bed.open();
            let mut changes = store.changes();
            store.accept(mail(1, "ada@customer.example"), file).await.unwrap();
            let id = conversation_of(&store, 1);
            let address = store.conversation(id).unwrap().unwrap().address;
            assert_eq!(changes.recv().await.unwrap(), Change::Conversation { id, address });
            end(store, &bed).await;
        }
    }
}
