//! The delivery queue's work is in the store.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::Notify;

use super::queue::Work;
use crate::{
    store::{LetterRow, RawRef, Settled, Store, StoreError},
    types::{Job, JobKind, LetterId, Millis, Pick},
};

impl Work for Store {
    async fn claim(&self, pick: Pick, now: Millis, lease: Duration) -> Result<Option<Job>, StoreError> {
        self.claim_delivery(pick, now, lease).await
    }

    async fn settle(&self, settled: Settled) -> Result<(), StoreError> {
        Store::settle(self, settled).await
    }

    fn letter(&self, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
        Store::letter(self, id)
    }

    async fn raw(&self, raw: &RawRef) -> Result<Bytes, StoreError> {
        Store::raw(self, raw).await
    }

    fn next_due(&self, pick: &Pick) -> Result<Option<Millis>, StoreError> {
        self.next_due_of(JobKind::Deliver, pick)
    }

    fn wake(&self) -> Arc<Notify> {
        Store::wake(self, JobKind::Deliver)
    }
}
