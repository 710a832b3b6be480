//! Keeps the index at what the store says: what changed is told by the store, and what was not heard of is found by walking
//! the list of all conversations from its top.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use tantivy::{IndexReader, IndexWriter, Term};
use tokio::sync::{Mutex, broadcast::error::RecvError};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{
    SearchError,
    indexed::{Fields, Progress, document},
};
use crate::{
    store::{Change, ConversationRow, Cursor, Listing, PAGE_ROWS_MAX, Store},
    types::{ConversationId, Millis},
};

/// How long what changes is gathered before it is written: a mail is found within a second.
const GATHERED_FOR: Duration = Duration::from_millis(400);

/// Conversations that are gathered at most.
const GATHERED_MAX: usize = 2000;

/// Conversations between two commits while everything is walked.
const WALKED_BETWEEN_COMMITS: usize = 20_000;

/// Memory that the index may use to write, in octets.
pub(super) const WRITER_OCTETS: usize = 40_000_000;

/// How much further back than what was seen last is looked again: what changed is not always written in the order of its time.
const OVERLAP: Duration = Duration::from_secs(3600);

/// Pause after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What follows the store.
pub struct Follower {
    pub(super) store: Store,
    pub(super) fields: Fields,
    pub(super) writer: Arc<Mutex<IndexWriter>>,
    pub(super) reader: IndexReader,
    pub(super) progress: Progress,
}

impl std::fmt::Debug for Follower {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Follower").field("progress", &self.progress).finish_non_exhaustive()
    }
}

impl Follower {
    /// Follows until `stop` says so, or nobody is left who could. What fails is tried again.
    pub async fn run(mut self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.follow() => {}
        }
    }

    async fn follow(&mut self) {
        let mut changes = self.store.changes();
        let mut behind = true;
        loop {
            if std::mem::take(&mut behind)
                && let Err(error) = self.catch_up().await
            {
                warn!("the search index is behind: {error}");
                tokio::time::sleep(AGAIN_AFTER).await;
                behind = true;
                continue;
            }
            let mut changed = BTreeSet::new();
            let mut gathered = None;
            while changed.len() < GATHERED_MAX && !behind {
                let deadline = async {
                    match gathered {
                        Some(until) => tokio::time::sleep_until(until).await,
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = deadline => break,
                    change = changes.recv() => match change {
                        Ok(Change::Conversation { id, .. }) => {
                            changed.insert(id);
                            gathered.get_or_insert_with(|| tokio::time::Instant::now() + GATHERED_FOR);
                        }
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => behind = true,
                        Err(RecvError::Closed) => return,
                    }
                }
            }
            if let Err(error) = self.take(changed).await {
                warn!("the search index is behind: {error}");
                behind = true;
            }
        }
    }

    async fn take(&mut self, changed: BTreeSet<ConversationId>) -> Result<(), SearchError> {
        for id in changed {
            if let Some(row) = self.store.conversation(id)? {
                self.put(&row).await?;
                self.progress.seen = self.progress.seen.max(row.updated.0);
            }
        }
        self.commit().await
    }

    /// Makes the index what the store says now.
    ///
    /// # Errors
    /// When one of the two cannot be read or written: trying again can help.
    pub async fn catch_up(&mut self) -> Result<(), SearchError> {
        if let Some(from) = self.progress.walking.clone() {
            info!("the search index is made from all conversations");
            if from.is_empty() {
                self.progress.seen = self.newest()?.0;
            }
            self.walk(from.parse().ok(), Millis(0)).await?;
            self.progress.walking = None;
        }
        let until = Millis(self.progress.seen.saturating_sub(OVERLAP.as_millis() as u64));
        let newest = self.newest()?;
        self.walk(None, until).await?;
        self.progress.seen = self.progress.seen.max(newest.0);
        self.commit().await
    }

    fn newest(&self) -> Result<Millis, SearchError> {
        let first = self.store.listed(&Listing { limit: 1, ..Listing::default() })?;
        Ok(first.rows.first().map_or(Millis(0), |row| row.updated))
    }

    /// Puts in what changed at `until` or later, from a place in the list on.
    async fn walk(&mut self, mut after: Option<Cursor>, until: Millis) -> Result<(), SearchError> {
        let mut walked = 0;
        loop {
            let page = self.store.listed(&Listing { after, limit: PAGE_ROWS_MAX, ..Listing::default() })?;
            for row in &page.rows {
                if row.updated < until {
                    return Ok(());
                }
                self.put(row).await?;
            }
            walked += page.rows.len();
            after = page.next;
            let Some(next) = after else { return Ok(()) };
            if walked >= WALKED_BETWEEN_COMMITS && self.progress.walking.is_some() {
                walked = 0;
                self.progress.walking = Some(next.to_string());
                self.commit().await?;
            }
        }
    }

    /// Puts a conversation in the place of what the index had of it. One that was merged is found in the other.
    async fn put(&self, row: &ConversationRow) -> Result<(), SearchError> {
        let document = match row.merged_into {
            None => Some(document(&self.fields, &self.store, row).await?),
            Some(_) => None,
        };
        let writer = self.writer.lock().await;
        for id in std::iter::once(&row.id).chain(&row.absorbed) {
            writer.delete_term(Term::from_field_u64(self.fields.id, id.0));
        }
        if let Some(document) = document {
            writer.add_document(document)?;
        }
        Ok(())
    }

    /// What was put in is there from now on, and survives.
    async fn commit(&self) -> Result<(), SearchError> {
        let (writer, reader) = (Arc::clone(&self.writer), self.reader.clone());
        let payload = serde_json::to_string(&self.progress).expect("numbers and text serialize");
        let write = move || {
            let mut writer = writer.blocking_lock();
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&payload);
            prepared.commit()?;
            reader.reload()?;
            Ok::<_, SearchError>(())
        };
        tokio::task::spawn_blocking(write).await.unwrap_or(Err(SearchError::Stopping))
    }
}
