//! Where a body stays while it arrives: in memory while it is small and memory allows, else in a file without a name.
//!
//! Two shares of `limits.bodies_bytes_max`: a quarter for bodies that arrive (when it is used up they go to files
//! however small they are, so slow peers cannot hold it against others), the rest for bodies read back to be judged.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::seam::Body;
use crate::types::MailId;

/// How long a body waits for memory to be judged in. RFC 5321 §4.5.3.2.6 lets the peer wait ten minutes.
const MEMORY_WAIT: Duration = Duration::from_secs(60);

/// Bytes that are collected before they are written to the file.
const WRITE_BYTES: usize = 64 * 1024;

/// Permits are counted in KiB, so that a `u32` of them is enough.
const PERMIT_BYTES: usize = 1024;

/// What a body's buffer begins with when its size is not known.
const FIRST_BYTES: usize = 8 * 1024;

/// Files of bodies that arrive are called so for the instant they have a name.
const NAME_PREFIX: &str = "arriving-";

/// Why a body could not be held. Temporary, all of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SpoolError {
    /// The disk is full or broken.
    #[error("the spool file could not be written or read: {0}")]
    File(#[source] io::Error),
    /// No memory came free in time.
    #[error("no memory for whole bodies came free in {} s", MEMORY_WAIT.as_secs())]
    Memory,
}

/// What all arriving bodies share.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    /// `limits.spool_above_bytes`.
    above_bytes: usize,
    arriving: Arc<Semaphore>,
    judged: Arc<Semaphore>,
    judged_permits: u32,
}

impl Spool {
    /// Makes the folder if need be, and removes what a crash left in it.
    ///
    /// # Errors
    /// When the folder cannot be made or listed.
    pub(crate) fn open(folder: PathBuf, above_bytes: usize, memory_bytes_max: usize) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(NAME_PREFIX.as_bytes()) {
                fs::remove_file(entry.path())?;
            }
        }
        let arriving = memory_bytes_max / 4;
        let judged_permits = permits(memory_bytes_max - arriving).max(1);
        Ok(Self {
            folder,
            above_bytes,
            arriving: Arc::new(Semaphore::new(arriving / PERMIT_BYTES)),
            judged: Arc::new(Semaphore::new(judged_permits as usize)),
            judged_permits,
        })
    }
}

fn permits(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(PERMIT_BYTES)).unwrap_or(u32::MAX)
}

/// One body that arrives.
#[derive(Debug)]
pub(crate) struct Arriving {
    spool: Arc<Spool>,
    id: MailId,
    /// All of it, or what is not in the file yet.
    kept: Vec<u8>,
    memory: Option<OwnedSemaphorePermit>,
    counted_bytes: usize,
    file: Option<File>,
    failed: Option<io::Error>,
}

impl Arriving {
    /// `declared_bytes` is a hint for the first allocation.
    pub(crate) fn new(spool: Arc<Spool>, id: MailId, declared_bytes: Option<u64>) -> Self {
        // Two more than declared, for a last line we end ourselves; and no more than one piece on the peer's word alone.
        let declared = declared_bytes.and_then(|bytes| usize::try_from(bytes).ok());
        let hint = declared.map_or(FIRST_BYTES, |bytes| bytes.saturating_add(2));
        let kept = Vec::with_capacity(hint.min(WRITE_BYTES));
        Self { spool, id, kept, memory: None, counted_bytes: 0, file: None, failed: None }
    }

    /// Where a body reader appends.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.kept
    }

    /// Nothing of it will be needed: memory and file go now, while the peer goes on sending.
    pub(crate) fn forget(&mut self) {
        (self.kept, self.memory, self.counted_bytes, self.file) = (Vec::new(), None, 0, None);
    }

    /// To be called after each piece: counts the memory, or moves what has come to the file.
    ///
    /// A failed write is remembered and told by [`Arriving::into_body`], after the peer has sent everything.
    pub(crate) async fn settle(&mut self) {
        if self.failed.is_some() {
            self.forget();
        } else if self.file.is_some() {
            if self.kept.len() >= WRITE_BYTES {
                self.write().await;
            }
        } else if !self.fits_in_memory() {
            self.write().await;
            self.memory = None;
        }
    }

    fn fits_in_memory(&mut self) -> bool {
        if self.kept.len() > self.spool.above_bytes {
            return false;
        }
        let more = self.kept.capacity().saturating_sub(self.counted_bytes);
        if more == 0 {
            return true;
        }
        let Ok(permit) = self.spool.arriving.clone().try_acquire_many_owned(permits(more)) else { return false };
        self.counted_bytes += more;
        match &mut self.memory {
            Some(memory) => memory.merge(permit),
            memory @ None => *memory = Some(permit),
        }
        true
    }

    async fn write(&mut self) {
        let piece = std::mem::take(&mut self.kept);
        let file = self.file.take();
        let path = self.spool.folder.join(format!("{NAME_PREFIX}{}", self.id));
        let written = blocking(move || {
            let mut file = match file {
                Some(file) => file,
                None => nameless_file(path)?,
            };
            file.write_all(&piece)?;
            Ok((file, piece))
        });
        match written.await {
            Ok((file, mut piece)) => {
                piece.clear();
                piece.shrink_to(WRITE_BYTES);
                (self.file, self.kept) = (Some(file), piece);
            }
            Err(error) => self.failed = Some(error),
        }
    }

    /// The whole body in memory, waiting for memory to come free when it is in a file.
    ///
    /// # Errors
    /// See [`SpoolError`]; in every case the peer may come back.
    pub(crate) async fn into_body(self) -> Result<Body, SpoolError> {
        if let Some(error) = self.failed {
            return Err(SpoolError::File(error));
        }
        let Some(mut file) = self.file else {
            return Ok(Body::counted(Bytes::from(self.kept), self.memory));
        };
        let rest = self.kept;
        let in_file = file.stream_position().map_err(SpoolError::File)?;
        let length = usize::try_from(in_file).map_err(|_| SpoolError::Memory)? + rest.len();
        // A body larger than the whole share takes all of it: it is judged alone.
        let share = permits(length).min(self.spool.judged_permits);
        let memory = timeout(MEMORY_WAIT, self.spool.judged.clone().acquire_many_owned(share)).await;
        let Ok(Ok(memory)) = memory else { return Err(SpoolError::Memory) };
        let read = blocking(move || {
            let mut bytes = Vec::with_capacity(length);
            file.rewind()?;
            file.take(in_file).read_to_end(&mut bytes)?;
            bytes.extend_from_slice(&rest);
            if bytes.len() == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
        });
        let bytes = read.await.map_err(SpoolError::File)?;
        Ok(Body::counted(Bytes::from(bytes), Some(memory)))
    }
}

/// A file that is gone when it is closed, whatever happens to us.
fn nameless_file(path: PathBuf) -> io::Result<File> {
    let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
