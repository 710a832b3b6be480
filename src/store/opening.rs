//! Opens a data folder: the lock, the journal, and an index that has everything the journal has, by reading on or by
//! starting over.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
};

use tracing::{info, warn};

use super::{
    desk::Desk,
    index::Index,
    journal::{Journal, JournalError, Position, segments::Segments},
    requests::StoreError,
    tallies::Tallies,
};

/// Values that are gathered before they are applied while the journal is read.
const REPLAY_VALUES: usize = 10_000;

/// How often a failed index is tried to be opened again before it is taken for damaged.
const REOPEN_TRIES: usize = 50;

/// How long between two of these tries.
const REOPEN_PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

/// Why a data folder could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("another replyd uses the data folder {}", .0.display())]
    Locked(PathBuf),
    /// It cannot be made or read.
    #[error("the data folder {} cannot be used: {source}", folder.display())]
    Folder {
        /// Which.
        folder: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The journal is damaged, newer, or cannot be read. Nothing was changed.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What the journal says cannot be read, or no index can be written.
    #[error("no index could be made: {0}")]
    Index(#[from] StoreError),
}

/// A data folder that is ours.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Makes the folder, readable by us alone, and takes it.
    pub(super) fn take(folder: &Path) -> Result<Self, OpenError> {
        let trouble = |source| OpenError::Folder { folder: folder.to_owned(), source };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(trouble)?;
        let path = folder.join("replyd.lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
        let file = file.map_err(trouble)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked(folder.to_owned())),
            Err(TryLockError::Error(source)) => Err(trouble(source)),
        }
    }
}

/// An open folder.
pub(super) struct Opened {
    pub(super) lock: Lock,
    pub(super) journal: Segments,
    pub(super) index: Index,
    pub(super) tallies: Tallies,
    /// Why the index was made again; `None` when it was good.
    pub(super) rebuilt: Option<String>,
}

/// Opens a data folder for one process.
pub(super) fn open(folder: &Path, segment_bytes: u64, cache_bytes: u64) -> Result<Opened, OpenError> {
    let lock = Lock::take(folder)?;
    let journal = Segments::open(&folder.join("journal"), segment_bytes)?;
    let (index, tallies, rebuilt) = open_index(folder, &journal, cache_bytes)?;
    Ok(Opened { lock, journal, index, tallies, rebuilt })
}

fn open_index(
    folder: &Path,
    journal: &dyn Journal,
    cache_bytes: u64,
) -> Result<(Index, Tallies, Option<String>), OpenError> {
    let path = folder.join("index");
    // sled can also panic when a page is first read, so reading on stands inside as well.
    let tried = catch_unwind(AssertUnwindSafe(|| {
        let index = Index::open(&path, cache_bytes)?;
        let tallies = catch_up(&index, journal)?;
        Ok::<_, StoreError>((index, tallies))
    }));
    let why = match tried {
        Ok(Ok((index, (tallies, note)))) => return Ok((index, tallies, note)),
        Ok(Err(e)) => e.to_string(),
        Err(_) => "reading the index panicked".to_owned(),
    };
    warn!("the index is made again from the journal: {why}");
    let trouble = |source| OpenError::Folder { folder: path.clone(), source };
    move_aside(folder, &path).map_err(trouble)?;
    let index = Index::open(&path, cache_bytes)?;
    let tallies = replay(&index, journal, Position::START, Tallies::default())?;
    info!("the index is whole again: {} records of the journal were read", journal.end().next - 1);
    Ok((index, tallies, Some(why)))
}

/// Opens the index of an open folder again after it failed, and brings it up to the journal.
///
/// # Errors
/// See [`OpenError`]: then there is still no room, mostly. Blocks while it reads.
pub(super) fn reopen(
    folder: &Path,
    journal: &dyn Journal,
    cache_bytes: u64,
    failed: &Index,
) -> Result<Tallies, OpenError> {
    failed.let_go();
    // The file's lock goes with the last question that is still being answered from it.
    for _ in 0..REOPEN_TRIES {
        match catch_unwind(AssertUnwindSafe(|| Index::open(&folder.join("index"), cache_bytes))) {
            Ok(Ok(_)) => break,
            Ok(Err(_)) | Err(_) => std::thread::sleep(REOPEN_PAUSE),
        }
    }
    let (index, tallies, _) = open_index(folder, journal, cache_bytes)?;
    failed.go_on_with(&index);
    Ok(tallies)
}

/// Reads on where the index stopped.
///
/// # Errors
/// When the index cannot be believed.
fn catch_up(index: &Index, journal: &dyn Journal) -> Result<(Tallies, Option<String>), StoreError> {
    let unusable = |why: &str| Err(StoreError::Damaged(why.to_owned()));
    let end = journal.end();
    let Some(state) = index.state()? else {
        if index.scan(&[]).next().is_some() {
            return unusable("the index has no state, or is of another form");
        }
        let tallies = replay(index, journal, Position::START, Tallies::default())
            .map_err(|e| StoreError::Damaged(e.to_string()))?;
        let note = (end.next > 1).then(|| "there was no index".to_owned());
        if note.is_some() {
            warn!("there was no index: it was made from {} records of the journal", end.next - 1);
        }
        return Ok((tallies, note));
    };
    if state.position.next > end.next {
        return unusable("the index is ahead of the journal");
    }
    if state.position.next == end.next && state.position != end {
        return unusable("the index belongs to another journal");
    }
    let tallies =
        replay(index, journal, state.position, state.tallies).map_err(|e| StoreError::Damaged(e.to_string()))?;
    Ok((tallies, None))
}

/// Reads the journal from a position on into the index.
pub(super) fn replay(
    index: &Index,
    journal: &dyn Journal,
    from: Position,
    tallies: Tallies,
) -> Result<Tallies, OpenError> {
    let mut desk = Desk::new(index.clone(), tallies);
    let mut after = from;
    for kept in journal.read(from)? {
        let kept = kept?;
        desk.replay(&kept)?;
        after = kept.after;
        if desk.waiting() >= REPLAY_VALUES {
            desk.apply(&[], after)?;
        }
    }
    if after != from || index.state()?.is_none() {
        desk.apply(&[], after)?;
        // So that a crash does not have the same records read again.
        index.checkpoint()?;
    }
    Ok(desk.tallies().clone())
}

/// Keeps a bad index for a look later, and only the newest of them.
fn move_aside(folder: &Path, index: &Path) -> io::Result<()> {
    const DAMAGED: &str = "index.damaged-";
    let mut last = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix(DAMAGED)).and_then(|n| n.parse::<u64>().ok());
        if let Some(number) = number {
            last = last.max(number);
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    match std::fs::rename(index, folder.join(format!("{DAMAGED}{}", last + 1))) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
