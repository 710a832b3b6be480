//! Who works takes a job for a while.

use std::time::Duration;

use super::{Store, hands, requests::StoreError};
use crate::types::{Job, JobId, JobKind, JobState, Millis, Pick};

impl Store {
    /// Takes the earliest job that is due, until `now + lease`. A lease that ran out makes a job due. A delivery to an address
    /// that is suppressed is refused instead.
    pub async fn claim(&self, kind: JobKind, now: Millis, lease: Duration) -> Result<Option<Job>, StoreError> {
        self.claim_of(kind, Pick::Any, now, lease).await
    }

    /// Takes the earliest delivery that is due and may be picked.
    pub async fn claim_delivery(&self, pick: Pick, now: Millis, lease: Duration) -> Result<Option<Job>, StoreError> {
        self.claim_of(JobKind::Deliver, pick, now, lease).await
    }

    async fn claim_of(
        &self,
        kind: JobKind,
        pick: Pick,
        now: Millis,
        lease: Duration,
    ) -> Result<Option<Job>, StoreError> {
        // Mostly nothing is due, and the committer need not hear of it.
        if self.next_due_of(kind, &pick)?.is_none_or(|when| when > now) {
            return Ok(None);
        }
        self.ask(move |desk| hands::claim(desk, kind, &pick, now, lease)).await
    }

    /// Makes every claimed job due again: at start, when this store is alone on its journal and nobody works yet. What a
    /// crash interrupted goes on at once instead of after its lease. Gives how many there were.
    pub async fn free_claims(&self, now: Millis) -> Result<usize, StoreError> {
        let claimed: Vec<JobId> = self
            .jobs()?
            .into_iter()
            .filter(|job| matches!(job.state, JobState::Claimed(_)))
            .map(|job| job.id)
            .collect();
        for job in claimed.iter().copied() {
            self.ask(move |desk| hands::free(desk, job, now)).await?;
        }
        Ok(claimed.len())
    }
}
