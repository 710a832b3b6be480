//! The store: a journal that is the truth, and an index that can be made again from it.
//!
//! Every write is one whole operation here and one record there. It is decided, made durable and visible by the committer,
//! or it leaves nothing. What is asked of the store never waits for a write.

mod absent;
mod accepting;
mod agenda;
mod approvals;
mod article_rows;
mod articles;
mod changes;
mod claiming;
mod codes;
mod committer;
mod desk;
mod drafts;
mod facts;
mod filing;
mod handed_off;
mod hands;
mod holding;
mod index;
pub mod journal;
mod keys;
mod legal;
mod letter_rows;
mod letters;
mod listing;
mod lists;
mod merging;
mod numbers;
mod opening;
mod participants;
pub mod people;
mod projection;
mod reads;
mod recent;
mod reports;
mod requests;
mod reserve;
mod rows;
mod run_rows;
mod runs;
mod signatures;
mod steering;
mod steps;
mod suppressions;
mod tags;
mod tallies;
mod timeline;
mod upkeep;
mod verbs;
mod verify;
mod view;
mod webhooks;

#[cfg(test)]
mod approvals_tests;
#[cfg(test)]
mod codes_tests;
#[cfg(test)]
mod conformance_tests;
#[cfg(test)]
mod damage_tests;
#[cfg(test)]
mod failure_tests;
#[cfg(test)]
mod holding_tests;
#[cfg(test)]
mod listing_tests;
#[cfg(test)]
mod merging_tests;
#[cfg(test)]
mod reports_tests;
#[cfg(test)]
mod runs_tests;
#[cfg(test)]
mod steering_tests;
#[cfg(test)]
mod testing;

use std::sync::Arc;

use tokio::sync::Notify;

use self::{
    accepting::Prepared,
    committer::{Committer, OnDisk, Wakes},
    desk::Desk,
    index::Index,
    journal::{Journal, MemoryJournal, RawReader},
    opening::Lock,
    reserve::Reserve,
};
pub use self::{
    approvals::{CALL_WAITS_MAX, CallOrder, LetRun, Ruling, WantedCall},
    article_rows::{
        ARTICLE_OCTETS_MAX, ARTICLE_VERSIONS_MAX, ARTICLES_MAX, ArticleChange, ArticleChanged, ArticleName, ArticleRow,
        ArticleVerb, ArticleVersion, PublishedVersion,
    },
    changes::Change,
    codes::{CODE_COUNTS, CODE_TRIES_MAX, CodeState, OpenCode},
    handed_off::{Circumstances, HandedOff},
    letter_rows::{Delay, Delivery, DeliveryState, EnclosedRow, LetterRow, Origin},
    listing::{Counted, Cursor, CursorError, InboxView, Listing, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, Page},
    opening::OpenError,
    requests::{
        AiLetters, ConversationFilter, Counts, Discard, DraftOrder, HandOff, Lift, Mark, Merged, NewLetter, Order,
        Release, ReleaseTo, Settled, Steer, Steered, Steering, StoreError, Suppress, Tagging, Undo, Written,
    },
    rows::{
        ConversationRow, Draft, Entry, Filed, LearnedRow, MailRow, Owner, Participant, Place, RawRef, Rewrite, Status,
        TakenBack, Voucher, What,
    },
    run_rows::{ModelCallRow, PassageRow, RunDecision, RunRow, ToolCallRow, ToolClass},
    runs::{RunTotals, Spender, Spent},
    suppressions::{SuppressionReason, SuppressionRow},
    timeline::{TIMELINE_PAGE_MAX, TimelineCursor, TimelinePage},
    verbs::*,
    verify::{Report, compare_rebuild, rebuild, verify},
    webhooks::{
        NewWebhook, Told, ToldHow, WEBHOOK_EVENTS_MAX, WEBHOOKS_MAX, WaitingEvent, WebhookAbout, WebhookDelivery,
        WebhookEvent, WebhookHealth, WebhookId, WebhookRow, WebhookState, WebhookVerb,
    },
};
use crate::{
    config,
    conversation::{Arrival, FileFn},
    types::{Accepted, Address, Clock, ConversationId, JobId, JobKind, Millis},
};

/// Octets above which a mail is hashed apart from the tasks that talk to peers.
const HASH_APART_OCTETS: usize = 1024 * 1024;

/// Octets that a write without a mail counts for.
const SMALL_OCTETS: usize = 2048;

/// The store. Copies are cheap and share it; the last one gone stops it after what waits.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    // Dropped first: the committer ends before the index closes.
    committer: Committer,
    index: Index,
    reader: Arc<dyn RawReader>,
    wakes: Wakes,
    clock: Clock,
    rebuilt: Option<String>,
    /// Given back when everything else is closed.
    _lock: Option<Lock>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the data folder of `settings`, making it when there is none. A bad index is made again from the journal.
    ///
    /// # Errors
    /// See [`OpenError`]: the folder is another daemon's, or its journal is damaged or newer. Blocks while it reads.
    pub fn open(settings: &config::Store, clock: Clock) -> Result<Self, OpenError> {
        let opened = opening::open(&settings.path, settings.segment_bytes, settings.index_cache_bytes)?;
        let reader = opened.journal.reader();
        let (index, wakes) = (opened.index, Wakes::default());
        let (folder, cache_bytes) = (settings.path.clone(), settings.index_cache_bytes);
        let on_disk = Some(OnDisk { reserve: Reserve::new(&folder), folder, cache_bytes });
        let committer =
            Committer::start(Box::new(opened.journal), index.clone(), opened.tallies, wakes.clone(), on_disk)
                .map_err(|source| OpenError::Folder { folder: settings.path.clone(), source })?;
        let (rebuilt, lock) = (opened.rebuilt, Some(opened.lock));
        Ok(Self(Arc::new(Inner { committer, index, reader, wakes, clock, rebuilt, _lock: lock })))
    }

    /// A store that ends with the process.
    pub fn testing_memory(clock: Clock) -> Self {
        Self::testing_over(&MemoryJournal::default(), clock)
    }

    /// The same over a journal that the test keeps a copy of: to count, to let it fail, to open a second store over it.
    pub fn testing_over(journal: &MemoryJournal, clock: Clock) -> Self {
        Self::over(Box::new(journal.clone()), clock).expect("memory has room for a test")
    }

    fn over(journal: Box<dyn Journal>, clock: Clock) -> Result<Self, OpenError> {
        let index = Index::temporary()?;
        let tallies = opening::replay(&index, &*journal, journal::Position::START, tallies::Tallies::default())?;
        let (reader, wakes) = (journal.reader(), Wakes::default());
        let committer = Committer::start(journal, index.clone(), tallies, wakes.clone(), None)
            .map_err(|source| OpenError::Folder { folder: "memory".into(), source })?;
        Ok(Self(Arc::new(Inner { committer, index, reader, wakes, clock, rebuilt: None, _lock: None })))
    }

    /// Why the index had to be made again when the store was opened; `None` when it was good.
    pub fn index_was_rebuilt(&self) -> Option<&str> {
        self.0.rebuilt.as_deref()
    }

    fn index(&self) -> &Index {
        &self.0.index
    }

    fn reader(&self) -> &Arc<dyn RawReader> {
        &self.0.reader
    }

    async fn ask<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&mut Desk) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.0.committer.ask(SMALL_OCTETS, decide).await
    }

    /// Keeps a mail for all its destinations: durable, whole and once. `file` says where it belongs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it could not be made durable: then nothing of it is kept, and the peer may hear 451.
    pub async fn accept(&self, arrival: Arrival, file: FileFn) -> Result<Accepted, StoreError> {
        let prepared = if arrival.body.len() > HASH_APART_OCTETS {
            let hash = tokio::task::spawn_blocking(move || Prepared::new(arrival));
            hash.await.map_err(|e| StoreError::Unavailable(e.to_string()))?
        } else {
            Prepared::new(arrival)
        };
        let octets = prepared.octets();
        self.0.committer.ask(octets, move |desk| accepting::accept(desk, prepared, file)).await
    }

    /// Keeps a letter with its delivery jobs, ends the answer job and gives the conversation to its author.
    ///
    /// [`Written::Stale`] when the conversation has moved on since the approval: nothing is written but the run, as stale.
    pub async fn reply(&self, letter: NewLetter) -> Result<Written, StoreError> {
        let octets = SMALL_OCTETS + letter.raw.len();
        self.0.committer.ask(octets, move |desk| letters::reply(desk, letter)).await
    }

    /// Gives a conversation to people, with the reason and perhaps a draft or a letter that says so, and ends the answer job.
    ///
    /// [`Written::Stale`] when it has moved on: nothing is written but the run, as stale.
    pub async fn hand_off(&self, given: HandOff) -> Result<Written, StoreError> {
        let octets = SMALL_OCTETS + given.acknowledgement.as_ref().map_or(0, |letter| letter.raw.len());
        self.0.committer.ask(octets, move |desk| hands::hand_off(desk, given)).await
    }

    /// Does what a person says with a draft that waits.
    ///
    /// [`Written::Stale`] when the conversation has moved on since they read it: nothing is written.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when no draft waits there, or another one cannot be had.
    pub async fn draft(&self, order: DraftOrder) -> Result<Written, StoreError> {
        self.ask(move |desk| drafts::order(desk, order)).await
    }

    /// Ends a claimed job without a word. One that a newer mail made due again stays due.
    pub async fn done(&self, job: JobId) -> Result<(), StoreError> {
        self.rest(job, None).await
    }

    /// The same, with the run that found nothing to do.
    pub async fn rest(&self, job: JobId, run: Option<Box<RunRow>>) -> Result<(), StoreError> {
        self.ask(move |desk| runs::end(desk, run).and_then(|()| hands::done(desk, job))).await
    }

    /// Writes what a person does with a conversation.
    pub async fn mark(&self, id: ConversationId, mark: Mark, now: Millis) -> Result<(), StoreError> {
        self.ask(move |desk| hands::mark(desk, id, mark, now)).await
    }

    /// Merges `gone` into `into`: number, reply keys and Message-IDs of both lead to the one that stays, who took part in
    /// the one that goes takes part there, and its time line is shown there. Both may be named by what was merged before.
    pub async fn merge(&self, into: ConversationId, gone: ConversationId, now: Millis) -> Result<Merged, StoreError> {
        self.ask(move |desk| merging::merge(desk, into, gone, now)).await
    }

    /// Files a held mail where a person says. Gives the conversation it lies in then.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not held (any more); [`StoreError::Refused`] when it cannot lie there.
    pub async fn release(&self, release: Release) -> Result<ConversationId, StoreError> {
        self.ask(move |desk| holding::release(desk, release)).await
    }

    /// Takes a held mail into the ledger. Its bytes stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when it is not held (any more).
    pub async fn discard(&self, discard: Discard) -> Result<(), StoreError> {
        self.ask(move |desk| holding::discard(desk, discard)).await
    }

    /// Takes back what was learned about a forwarder.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when nothing of the kind was learned.
    pub async fn forget(&self, address: Address, forwarder: Voucher) -> Result<(), StoreError> {
        self.ask(move |desk| holding::forget(desk, address, forwarder)).await
    }

    /// Puts a claimed job off. One that a newer mail made due again stays as it is.
    pub async fn defer(&self, job: JobId, until: Millis, words: &str) -> Result<(), StoreError> {
        self.defer_run(job, until, words, None).await
    }

    /// The same, with the run that came to nothing.
    pub async fn defer_run(
        &self,
        job: JobId,
        until: Millis,
        words: &str,
        run: Option<Box<RunRow>>,
    ) -> Result<(), StoreError> {
        let words = steps::cut_words(words);
        let both = move |desk: &mut Desk| runs::end(desk, run).and_then(|()| hands::defer(desk, job, until, &words));
        self.ask(both).await
    }

    /// Gives a claimed job up: it stays, a person sees it, and its conversation waits with these words.
    pub async fn park(&self, job: JobId, words: &str) -> Result<(), StoreError> {
        let (words, now) = (steps::cut_words(words), self.0.clock.now());
        self.ask(move |desk| hands::park(desk, job, &words, now)).await
    }

    /// Writes how a delivery attempt ended: the letter, the time line, the job, and a conversation whose letter was refused.
    pub async fn settle(&self, settled: Settled) -> Result<(), StoreError> {
        self.ask(move |desk| letters::settle(desk, settled)).await
    }

    /// Does what a person wants with a letter that has not arrived.
    ///
    /// [`Steered::TooLate`] when it has, when it was ended, or while an attempt is under way: then nothing of it is done.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such letter or recipient.
    pub async fn steer(&self, steering: Steering) -> Result<Steered, StoreError> {
        self.ask(move |desk| steering::steer(desk, steering)).await
    }

    /// Has letters to an address refused from now on, as a person says.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when they are already.
    pub async fn suppress(&self, asked: Suppress) -> Result<(), StoreError> {
        self.ask(move |desk| suppressions::by_person(desk, asked)).await
    }

    /// Has letters to an address leave again. What was refused meanwhile stays so until a person has it tried again.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when they are not refused.
    pub async fn lift(&self, asked: Lift) -> Result<(), StoreError> {
        self.ask(move |desk| suppressions::lift(desk, asked)).await
    }

    /// Is notified after a commit that made a job of that kind due. Losing a notification costs a poll, never a job.
    pub fn wake(&self, kind: JobKind) -> Arc<Notify> {
        self.0.wakes.of(kind)
    }

    /// Stops writing after what waits, and makes the index survive. Later writes through other copies hear
    /// [`StoreError::Stopping`]; the folder is free for another process when the last copy is gone.
    pub async fn close(self) {
        let stopped = tokio::task::spawn_blocking(move || self.0.committer.stop()).await;
        if let Err(e) = stopped {
            tracing::error!("stopping the store: {e}");
        }
    }
}
