//! The committer: one thread that decides, appends, applies and only then answers. All writes of the store go through it.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tokio::sync::{Notify, oneshot};
use tracing::{error, warn};

use super::{
    changes::Teller,
    desk::{Applied, Desk},
    index::Index,
    journal::{Journal, JournalError, Position},
    opening,
    requests::StoreError,
    reserve::Reserve,
    tallies::Tallies,
    upkeep::{CHECKPOINT_EVERY, Upkeep},
};
use crate::types::JobKind;

/// Operations that may wait. A further one hears at once that the store is unavailable.
const WAITING_MAX: usize = 4096;

/// Operations in one batch.
const BATCH_OPERATIONS_MAX: usize = 512;

/// Octets after which a batch takes no further operation.
const BATCH_OCTETS_MAX: usize = 16 * 1024 * 1024;

/// How often the index is asked whether it still answers.
const ANSWERS_EVERY: Duration = Duration::from_millis(100);

/// How often a failed index is tried to be opened again.
const MEND_EVERY: Duration = Duration::from_secs(1);

/// One write, waiting to be decided.
trait Operation: Send {
    /// Octets it will write, about.
    fn octets(&self) -> usize;
    /// Decides against the desk; whether it succeeded.
    fn decide(&mut self, desk: &mut Desk) -> bool;
    /// Says what was decided, or why it was not kept.
    fn answer(self: Box<Self>, kept: Result<(), StoreError>);
}

struct Asked<T, F> {
    octets: usize,
    decide: Option<F>,
    outcome: Option<Result<T, StoreError>>,
    to: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnOnce(&mut Desk) -> Result<T, StoreError> + Send> Operation for Asked<T, F> {
    fn octets(&self) -> usize {
        self.octets
    }

    fn decide(&mut self, desk: &mut Desk) -> bool {
        let Some(decide) = self.decide.take() else { return false };
        let outcome = catch_unwind(AssertUnwindSafe(|| decide(desk))).unwrap_or_else(|_| {
            error!("deciding a write of the store panicked; its caller hears a temporary error");
            Err(StoreError::Unavailable("the decision panicked".into()))
        });
        let succeeded = outcome.is_ok();
        self.outcome = Some(outcome);
        succeeded
    }

    fn answer(self: Box<Self>, kept: Result<(), StoreError>) {
        let decided = self.outcome.unwrap_or(Err(StoreError::Stopping));
        // Who asked may be gone; what was kept stays kept.
        let _ = self.to.send(kept.and(decided));
    }
}

enum Message {
    Operation(Box<dyn Operation>),
    Stop,
}

/// Notified after a commit that made a job of that kind due.
#[derive(Debug, Clone, Default)]
pub(super) struct Wakes {
    kinds: [Arc<Notify>; JobKind::ALL.len()],
    /// Tells what else changed.
    pub(super) teller: Teller,
}

impl Wakes {
    pub(super) fn of(&self, kind: JobKind) -> Arc<Notify> {
        self.kinds[kind as usize].clone()
    }

    fn wake(&self, kinds: &[JobKind]) {
        for kind in JobKind::ALL.into_iter().filter(|kind| kinds.contains(kind)) {
            let notify = self.of(kind);
            // Whoever waits now, and one who comes later.
            notify.notify_waiters();
            notify.notify_one();
        }
    }
}

/// The way to the committer's thread. Dropping it stops the thread after what waits.
#[derive(Debug)]
pub(super) struct Committer {
    queue: SyncSender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Committer {
    /// Starts the thread. The index has everything that the journal has. `on_disk` is where, unless it is in memory.
    pub(super) fn start(
        journal: Box<dyn Journal>,
        index: Index,
        tallies: Tallies,
        wakes: Wakes,
        on_disk: Option<OnDisk>,
    ) -> std::io::Result<Self> {
        let (queue, waiting) = mpsc::sync_channel(WAITING_MAX);
        let desk = Desk::new(index.clone(), tallies.clone());
        let position = journal.end();
        let upkeep = Upkeep::start(index.clone())?;
        let (broken, mended, answered) = (None, Instant::now(), Instant::now());
        let work =
            Work { waiting, journal, index, desk, tallies, position, wakes, upkeep, on_disk, broken, mended, answered };
        let thread = std::thread::Builder::new().name("committer".into()).spawn(move || work.run())?;
        Ok(Self { queue, thread: Mutex::new(Some(thread)) })
    }

    /// Queues an operation of about that many octets.
    ///
    /// # Errors
    /// What the operation says; [`StoreError::Unavailable`] when too many wait or the journal failed.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        octets: usize,
        decide: impl FnOnce(&mut Desk) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (to, answer) = oneshot::channel();
        let asked = Asked { octets, decide: Some(decide), outcome: None, to };
        match self.queue.try_send(Message::Operation(Box::new(asked))) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(StoreError::Unavailable("too many writes are waiting".into())),
            Err(TrySendError::Disconnected(_)) => return Err(StoreError::Stopping),
        }
        answer.await.unwrap_or(Err(StoreError::Stopping))
    }

    /// Ends the thread after what waits, and waits for that. Those who ask later hear [`StoreError::Stopping`].
    pub(super) fn stop(&self) {
        // A full queue is being worked off, so this ends; a missing thread has stopped already.
        let _ = self.queue.send(Message::Stop);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            error!("the committer panicked");
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Work {
    waiting: Receiver<Message>,
    journal: Box<dyn Journal>,
    index: Index,
    desk: Desk,
    /// As of the last commit.
    tallies: Tallies,
    position: Position,
    wakes: Wakes,
    upkeep: Upkeep,
    on_disk: Option<OnDisk>,
    /// Why nothing is written any more: the index fell behind the journal. Opening it again brings it up.
    broken: Option<StoreError>,
    /// When that was tried last.
    mended: Instant,
    /// When the index was last asked whether it answers.
    answered: Instant,
}

/// What is needed to open the index again, and to have room for that.
#[derive(Debug)]
pub(super) struct OnDisk {
    /// The data folder.
    pub(super) folder: PathBuf,
    /// The index's cache.
    pub(super) cache_bytes: u64,
    /// Without it nothing is taken.
    pub(super) reserve: Reserve,
}

impl Work {
    fn run(mut self) {
        let mut running = true;
        while running {
            let first = match self.waiting.recv_timeout(CHECKPOINT_EVERY) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => {
                    self.upkeep.when_due();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            let (batch, stop) = self.gather(first);
            running = !stop;
            self.commit(batch);
            self.upkeep.when_due();
        }
        // What came while the last batch was written: told so rather than left waiting.
        while let Ok(Message::Operation(operation)) = self.waiting.try_recv() {
            operation.answer(Err(StoreError::Stopping));
        }
    }

    /// What waits, up to the bounds; and whether to stop after it.
    fn gather(&self, first: Message) -> (Vec<Box<dyn Operation>>, bool) {
        let mut batch = Vec::new();
        let mut octets = 0;
        let mut next = Some(first);
        let mut has_yielded = false;
        while let Some(message) = next {
            let Message::Operation(operation) = message else { return (batch, true) };
            octets += operation.octets();
            batch.push(operation);
            if batch.len() >= BATCH_OPERATIONS_MAX || octets >= BATCH_OCTETS_MAX {
                break;
            }
            next = self.waiting.try_recv().ok();
            // On a busy machine others are about to ask: let go first, they share the sync. On an idle one it costs nothing.
            if next.is_none() && !std::mem::replace(&mut has_yielded, true) {
                std::thread::yield_now();
                next = self.waiting.try_recv().ok();
            }
        }
        (batch, false)
    }

    fn commit(&mut self, mut batch: Vec<Box<dyn Operation>>) {
        if let Err(why) = self.ready() {
            batch.into_iter().for_each(|operation| operation.answer(Err(why.clone())));
            return;
        }
        for operation in &mut batch {
            if operation.decide(&mut self.desk) {
                self.desk.keep_own();
            } else {
                self.desk.drop_own();
            }
        }
        let kept = self.write();
        for operation in batch {
            operation.answer(kept.clone());
        }
    }

    /// Whether anything may be written: there is room to recover from the next failure, and the index is not behind.
    fn ready(&mut self) -> Result<(), StoreError> {
        let Some(on_disk) = &mut self.on_disk else { return self.broken.clone().map_or(Ok(()), Err) };
        if !on_disk.reserve.hold() {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        if self.broken.is_none() && self.answered.elapsed() >= ANSWERS_EVERY {
            self.answered = Instant::now();
            if let Err(e) = self.index.answers() {
                error!("the index has failed; it is opened again: {e}");
                self.broken = Some(StoreError::Unavailable(e.to_string()));
            }
        }
        if self.broken.is_some() && self.mended.elapsed() >= MEND_EVERY {
            self.mend();
        }
        self.broken.clone().map_or(Ok(()), Err)
    }

    /// Opens the index again and brings it up to the journal, in the room of the reserve.
    fn mend(&mut self) {
        let Some(on_disk) = &mut self.on_disk else { return };
        self.mended = Instant::now();
        on_disk.reserve.give_up();
        match opening::reopen(&on_disk.folder, &*self.journal, on_disk.cache_bytes, &self.index) {
            Ok(tallies) => {
                warn!("the index is up to the journal again");
                self.desk = Desk::new(self.index.clone(), tallies.clone());
                (self.tallies, self.broken) = (tallies, None);
                self.wakes.wake(&JobKind::ALL);
            }
            Err(e) => error!("the index could not be opened again, and nothing is taken until it can: {e}"),
        }
    }

    /// The one durable moment: nothing was answered before, everything may be after.
    fn write(&mut self) -> Result<(), StoreError> {
        if self.desk.records().is_empty() {
            return Ok(());
        }
        let octets: usize = self.desk.records().iter().map(|record| record.octets()).sum();
        let appended = match self.journal.append(self.desk.records(), self.position) {
            Ok(appended) => appended,
            Err(e) => {
                warn!("the journal was not written: {e}");
                self.desk.discard(&self.tallies);
                return Err(unavailable(&e));
            }
        };
        self.position = appended.after;
        self.upkeep.written(octets);
        match self.desk.apply(&appended.placed, appended.after) {
            Ok(Applied { due, changes }) => {
                self.tallies = self.desk.tallies().clone();
                self.wakes.wake(&due);
                self.wakes.teller.tell(changes);
            }
            Err(e) => {
                // Kept it is: the journal has it, and the index is brought up from there.
                error!("the index could not be written; it is opened again: {e}");
                self.broken = Some(StoreError::Unavailable(e.to_string()));
                self.mend();
            }
        }
        Ok(())
    }
}

fn unavailable(e: &JournalError) -> StoreError {
    match e {
        JournalError::Unavailable(why) => StoreError::Unavailable(why.clone()),
        JournalError::Conflict | JournalError::Damaged { .. } | JournalError::Newer { .. } => {
            StoreError::Unavailable(e.to_string())
        }
    }
}
