//! The index: sled as a copy of what the journal says, arranged for questions. It may be lost at any time.
//!
//! What sled 0.34.7 does wrong has its guard here: a half-written snapshot that blocks every later open is removed before,
//! an open that panics is caught, and what came up is believed only as far as the journal agrees (`opening`). Values stay
//! small, so that sled makes no side files, which it never syncs.

use std::{
    fs::File,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use sled::IVec;

use super::{
    absent::Absent,
    agenda::Agenda,
    journal::Position,
    keys,
    recent::{self, Recent},
    requests::StoreError,
    tallies::Tallies,
    view::View,
};
use crate::types::{JobKind, Pick};

/// The form of keys and values. Another one is rebuilt from the journal.
const FORMAT: u32 = 11;

/// How often sled's own thread writes what it holds and tidies its file. Nothing waits for it.
const SLED_FLUSH_MILLIS: u64 = 2000;

/// How long sled's threads of a store that this process has closed may take to let go of its file. No other process holds
/// it: the data folder is locked before the index is opened.
const LET_GO_WITHIN: Duration = Duration::from_secs(5);

const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Octets of the greatest value: far below the 128 KiB above which sled makes side files.
pub(super) const VALUE_OCTETS_MAX: usize = 16 * 1024;

/// Keys that go down to sled together.
const SETTLED_KEYS: usize = 4096;

/// Keys that may be gathered while others go down. Then a write waits for that.
const GATHERED_KEYS_MAX: usize = 8 * SETTLED_KEYS;

/// sled has no kind of its own for it.
fn is_still_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(error) if error.to_string().contains("could not acquire lock"))
}

/// How far the index is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    format: u32,
    pub(super) position: Position,
    pub(super) tallies: Tallies,
}

/// The open index. Copies are cheap and share it.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// `None` while it is opened again.
    db: Arc<RwLock<Option<sled::Db>>>,
    recent: Recent,
    absent: Absent,
    agenda: Agenda,
    /// One at a time brings down what is recent.
    settling: Arc<Mutex<()>>,
    folder: Option<PathBuf>,
}

impl Index {
    /// An index that ends with the process.
    pub(super) fn temporary() -> Result<Self, StoreError> {
        let db = sled::Config::new().temporary(true).flush_every_ms(None).open().map_err(trouble)?;
        Ok(Self::of(db, None))
    }

    /// Opens the index in `folder`, making it when there is none.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] in words; the caller moves the folder away and opens again.
    pub(super) fn open(folder: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        remove_unfinished_snapshots(folder).map_err(|e| StoreError::Damaged(format!("{}: {e}", folder.display())))?;
        let config =
            sled::Config::new().path(folder).cache_capacity(cache_bytes).flush_every_ms(Some(SLED_FLUSH_MILLIS));
        let give_up = Instant::now() + LET_GO_WITHIN;
        loop {
            // sled panics over some damages of its file, in this thread.
            let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
            match opened.map_err(|_| StoreError::Damaged("opening the index panicked".into()))? {
                Ok(db) => return Ok(Self::of(db, Some(folder.to_owned()))),
                Err(error) if is_still_locked(&error) && Instant::now() < give_up => std::thread::sleep(LOOK_AGAIN),
                Err(error) => return Err(trouble(error)),
            }
        }
    }

    fn of(db: sled::Db, folder: Option<PathBuf>) -> Self {
        Self {
            db: Arc::new(RwLock::new(Some(db))),
            recent: Recent::default(),
            absent: Absent::default(),
            agenda: Agenda::default(),
            settling: Arc::default(),
            folder,
        }
    }

    /// Lets go of the files, for all copies: until [`Index::go_on_with`] whoever asks hears that it cannot be said now.
    pub(super) fn let_go(&self) {
        drop(self.db.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// All copies of this one go on with what `other` has open and has gathered.
    pub(super) fn go_on_with(&self, other: &Self) {
        let _one = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let db = other.db.write().unwrap_or_else(PoisonError::into_inner).take();
        self.absent.start_over();
        let mut mine = self.db.write().unwrap_or_else(PoisonError::into_inner);
        self.recent.replace(&other.recent);
        *mine = db;
        drop(mine);
        self.agenda.start_over();
    }

    fn db(&self) -> Result<sled::Db, StoreError> {
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        db.clone().ok_or_else(being_opened)
    }

    /// Whether it can be asked at all. sled that could once not write, in its own time, answers nothing any more.
    ///
    /// # Errors
    /// What it says instead.
    pub(super) fn answers(&self) -> Result<(), StoreError> {
        // While it takes a batch it answers nobody, and does not need asking.
        let Ok(_one) = self.settling.try_lock() else { return Ok(()) };
        self.below(keys::STATE).map(drop)
    }

    /// Whether enough is gathered to go down.
    pub(super) fn is_laden(&self) -> bool {
        self.recent.waiting() >= SETTLED_KEYS
    }

    /// Whether [`Index::learn_what_is_absent`] has nothing left to do.
    pub(super) fn knows_what_is_absent(&self) -> bool {
        self.absent.is_learned()
    }

    /// Learns some more of what sled has, so that it need not be asked for what it has not.
    ///
    /// # Errors
    /// When sled cannot be read now.
    pub(super) fn learn_what_is_absent(&self) -> Result<(), StoreError> {
        let db = self.db()?;
        self.absent.learn(|from| db.range(from.to_vec()..).keys()).map_err(trouble)
    }

    /// What sled has.
    fn below(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        // Not by `db()`: a clone costs more than most lookups.
        let db = self.db.read().unwrap_or_else(PoisonError::into_inner);
        db.as_ref().ok_or_else(being_opened)?.get(key).map_err(trouble)
    }

    /// How far it is; `None` when it is new, or of another form.
    pub(super) fn state(&self) -> Result<Option<State>, StoreError> {
        if let Some(state) = self.recent.state() {
            return Ok(Some(state));
        }
        let Some(value) = self.below(keys::STATE)? else { return Ok(None) };
        let state = serde_json::from_slice::<State>(&value).ok();
        Ok(state.filter(|state| state.format == FORMAT))
    }

    /// Takes a batch that brings the index to `position`. All of it is seen at once or nothing. Somebody is to call
    /// [`Index::settle`] now and then; when nobody did for long, this does.
    pub(super) fn apply(
        &self,
        changes: impl Iterator<Item = (Vec<u8>, Option<IVec>)>,
        position: Position,
        tallies: &Tallies,
    ) -> Result<(), StoreError> {
        let mut agenda = self.agenda.lock();
        let noted = changes.inspect(|(key, value)| {
            agenda.iter_mut().for_each(|kinds| kinds.note(key, value.as_ref()));
        });
        let waiting = self.recent.add(noted, State { format: FORMAT, position, tallies: tallies.clone() });
        drop(agenda);
        if waiting >= GATHERED_KEYS_MAX { self.settle() } else { Ok(()) }
    }

    /// Brings what is recent down to sled, in one batch with how far the index is then.
    pub(super) fn settle(&self) -> Result<(), StoreError> {
        let _one = self.settling.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((leaving, state)) = self.recent.leave() else { return Ok(()) };
        let mut batch = sled::Batch::default();
        for (key, value) in leaving.iter() {
            self.absent.add(key);
            match value {
                Some(value) => batch.insert(key.as_slice(), value),
                None => batch.remove(key.as_slice()),
            }
        }
        batch.insert(keys::STATE, serde_json::to_vec(&state).expect("numbers serialize"));
        drop(leaving);
        let applied = self.db().and_then(|db| db.apply_batch(batch).map_err(trouble));
        match applied {
            Ok(()) => self.recent.arrived(),
            Err(_) => self.recent.turned_back(),
        }
        applied
    }

    /// Makes what is applied survive, so that the next start replays little. Slow; never on the way of a mail.
    pub(super) fn checkpoint(&self) -> Result<(), StoreError> {
        self.settle()?;
        self.db()?.flush().map_err(trouble)?;
        // sled's flush stops short of the drive's cache; fsync works by file, whoever opened it.
        if let Some(folder) = &self.folder {
            let synced = File::open(folder.join("db")).and_then(|db| db.sync_data());
            synced.map_err(|e| StoreError::Unavailable(format!("the index: {e}")))?;
        }
        Ok(())
    }

    /// The key of the first job of a kind that may be picked and is not `hidden`.
    ///
    /// # Errors
    /// When the index cannot be read now.
    pub(super) fn first_due(
        &self,
        kind: JobKind,
        pick: &Pick,
        hidden: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.agenda.first(self, kind, pick, hidden)
    }

    /// Keys and values under a prefix, in order.
    pub(super) fn scan(&self, prefix: &[u8]) -> impl Iterator<Item = Result<(IVec, IVec), StoreError>> + use<> {
        self.scan_from(prefix, prefix)
    }

    /// Keys and values under a prefix, from a key on.
    pub(super) fn scan_from(
        &self,
        prefix: &[u8],
        from: &[u8],
    ) -> impl Iterator<Item = Result<(IVec, IVec), StoreError>> + use<> {
        // What is recent is read first: what goes down meanwhile is then met twice rather than never.
        let recent = self.recent.range(prefix, from);
        let prefix = prefix.to_vec();
        let range = Found::of(self.db().map(|db| db.range(from.to_vec()..)));
        let inside = move |found: &Result<(IVec, IVec), StoreError>| match found {
            Ok((key, _)) => key.starts_with(&prefix),
            Err(_) => true,
        };
        recent::merge(recent, range.take_while(inside))
    }
}

#[cfg(test)]
impl State {
    pub(super) fn testing() -> Self {
        Self { format: FORMAT, position: Position::START, tallies: Tallies::default() }
    }
}

impl View for Index {
    fn value(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        match self.recent.value(key) {
            Some(known) => Ok(known),
            None if self.absent.surely(key) => Ok(None),
            None => self.below(key),
        }
    }
}

fn being_opened() -> StoreError {
    StoreError::Unavailable("the index is being opened again".into())
}

/// What a scan finds, or why there is none.
struct Found(Result<sled::Iter, Option<StoreError>>);

impl Found {
    fn of(found: Result<sled::Iter, StoreError>) -> Self {
        Self(found.map_err(Some))
    }
}

impl Iterator for Found {
    type Item = Result<(IVec, IVec), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Ok(iter) => iter.next().map(|found| found.map_err(trouble)),
            Err(why) => why.take().map(Err),
        }
    }
}

/// sled takes the newest snapshot for whole; one whose writing was interrupted makes every later open fail.
fn remove_unfinished_snapshots(folder: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn trouble(e: sled::Error) -> StoreError {
    StoreError::Damaged(format!("the index: {e}"))
}
