//! What is done to the index beside the writes, in a thread of its own: brings down what was gathered, makes it survive now
//! and then, and learns what is not in it.

use std::{
    sync::mpsc::{self, Receiver, SyncSender, TryRecvError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tracing::warn;

use super::index::Index;

/// How often the index is made to survive, while something is written.
pub(super) const CHECKPOINT_EVERY: Duration = Duration::from_secs(10);

/// Octets of the journal after which that is done earlier.
const CHECKPOINT_OCTETS: usize = 64 * 1024 * 1024;

enum Task {
    /// What was gathered goes down.
    Settle,
    /// And is made to survive.
    Checkpoint,
}

/// The thread and what it was asked.
pub(super) struct Upkeep {
    index: Index,
    tasks: Option<SyncSender<Task>>,
    thread: Option<JoinHandle<()>>,
    last: Instant,
    octets: usize,
}

impl Upkeep {
    pub(super) fn start(index: Index) -> std::io::Result<Self> {
        let (tasks, asked) = mpsc::sync_channel(1);
        let its_own = index.clone();
        let thread = std::thread::Builder::new().name("index-upkeep".into()).spawn(move || run(&its_own, &asked))?;
        Ok(Self { index, tasks: Some(tasks), thread: Some(thread), last: Instant::now(), octets: 0 })
    }

    /// The journal grew by so much, and the index with it.
    pub(super) fn written(&mut self, octets: usize) {
        self.octets += octets;
    }

    /// Asks for what is due now. A task that still waits is enough: the next write asks again.
    pub(super) fn when_due(&mut self) {
        let Some(tasks) = &self.tasks else { return };
        let due = self.octets >= CHECKPOINT_OCTETS || (self.octets > 0 && self.last.elapsed() >= CHECKPOINT_EVERY);
        if due {
            let _ = tasks.try_send(Task::Checkpoint);
            self.last = Instant::now();
            self.octets = 0;
        } else if self.index.is_laden() {
            let _ = tasks.try_send(Task::Settle);
        }
    }
}

fn run(index: &Index, asked: &Receiver<Task>) {
    while let Some(task) = next(index, asked) {
        let done = match task {
            Task::Settle => index.settle(),
            Task::Checkpoint => index.checkpoint(),
        };
        if let Err(e) = done {
            warn!("the index was not written; the next start replays more: {e}");
        }
    }
}

/// The next task; learns while there is none.
fn next(index: &Index, asked: &Receiver<Task>) -> Option<Task> {
    loop {
        match asked.try_recv() {
            Ok(task) => return Some(task),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) => {}
        }
        // One that cannot be read now is learned after the next task.
        if index.knows_what_is_absent() || index.learn_what_is_absent().is_err() {
            return asked.recv().ok();
        }
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        if self.octets > 0
            && let Some(tasks) = &self.tasks
        {
            let _ = tasks.send(Task::Checkpoint);
        }
        self.tasks = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
