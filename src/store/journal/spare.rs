//! Makes the next segment while the present one is being filled, so that no mail waits for zeros to be written.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    thread::JoinHandle,
};

/// Octets written at once.
const PIECE: usize = 1 << 20;

/// A file full of zeros that becomes the next segment.
#[derive(Debug)]
pub(super) struct Spare {
    path: PathBuf,
    making: Option<JoinHandle<io::Result<File>>>,
}

impl Spare {
    /// The spare file of that folder; removes one that was left behind.
    pub(super) fn new(folder: &Path) -> Self {
        let path = folder.join("spare.tmp");
        let _ = std::fs::remove_file(&path);
        Self { path, making: None }
    }

    /// Begins to make one in the background, unless that was done.
    pub(super) fn prepare(&mut self, bytes: u64) {
        if self.making.is_none() {
            let path = self.path.clone();
            // No thread to be had: the segment is made when it is needed.
            self.making =
                std::thread::Builder::new().name("journal-spare".into()).spawn(move || make(&path, bytes)).ok();
        }
    }

    /// A file of at least `bytes` under the name `to`; `wanted` is its usual size.
    ///
    /// # Errors
    /// When there is no room, not even for `bytes`.
    pub(super) fn take(&mut self, to: &Path, wanted: u64, bytes: u64) -> io::Result<File> {
        let ready = self.making.take().and_then(|making| making.join().ok()).and_then(Result::ok);
        let ready = ready.filter(|file| file.metadata().is_ok_and(|about| about.len() >= bytes));
        let file = match ready {
            Some(file) => file,
            // With a nearly full disk, a smaller segment may still find room.
            None => make(&self.path, wanted.max(bytes)).or_else(|_| make(&self.path, bytes))?,
        };
        std::fs::rename(&self.path, to)?;
        Ok(file)
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        if let Some(making) = self.making.take() {
            let _ = making.join();
        }
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Writes zeros rather than reserving space: a sync of a written file has no new extents to record.
fn make(path: &Path, bytes: u64) -> io::Result<File> {
    let written = (|| {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let zeros = vec![0u8; PIECE];
        let mut left = bytes;
        while left > 0 {
            let part = left.min(PIECE as u64) as usize;
            file.write_all(&zeros[..part])?;
            left -= part as u64;
        }
        file.sync_all()?;
        Ok(file)
    })();
    if written.is_err() {
        let _ = std::fs::remove_file(path);
    }
    written
}
