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

/// How the room of a segment is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Room {
    /// Zeros are written: a sync of a written file has no new extents to record. Every octet is written twice.
    Written,
    /// The room is reserved and nothing is written: cheaper where long batches make a sync's extents small beside them.
    Reserved,
}

/// A file that reads as zeros and becomes the next segment.
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
    pub(super) fn prepare(&mut self, bytes: u64, room: Room) {
        if self.making.is_none() {
            let path = self.path.clone();
            // No thread to be had: the segment is made when it is needed.
            self.making =
                std::thread::Builder::new().name("journal-spare".into()).spawn(move || make(&path, bytes, room)).ok();
        }
    }

    /// A file of at least `bytes` under the name `to`; `wanted` is its usual size, `room` how it is made if it is not there.
    ///
    /// # Errors
    /// When there is no room, not even for `bytes`.
    pub(super) fn take(&mut self, to: &Path, wanted: u64, bytes: u64, room: Room) -> io::Result<File> {
        let ready = self.making.take().and_then(|making| making.join().ok()).and_then(Result::ok);
        let ready = ready.filter(|file| file.metadata().is_ok_and(|about| about.len() >= bytes));
        let file = match ready {
            Some(file) => file,
            // With a nearly full disk, a smaller segment may still find room.
            None => make(&self.path, wanted.max(bytes), room).or_else(|_| make(&self.path, bytes, room))?,
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

fn make(path: &Path, bytes: u64, room: Room) -> io::Result<File> {
    let made = (|| {
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(path)?;
        // Not every file system can reserve; all can write.
        if room == Room::Written || reserve(&file, bytes).is_err() {
            write_zeros(&mut file, bytes)?;
        }
        file.sync_all()?;
        Ok(file)
    })();
    if made.is_err() {
        let _ = std::fs::remove_file(path);
    }
    made
}

fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, bytes)?)
}

fn write_zeros(file: &mut File, bytes: u64) -> io::Result<()> {
    let zeros = vec![0u8; PIECE];
    let mut left = bytes;
    while left > 0 {
        let part = left.min(PIECE as u64) as usize;
        file.write_all(&zeros[..part])?;
        left -= part as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_give_a_file_that_reads_as_zeros_and_leave_no_spare_behind() {
        for room in [Room::Written, Room::Reserved] {
            let folder = tempfile::tempdir().unwrap();
            let mut spare = Spare::new(folder.path());
            spare.prepare(3 << 20, room);

            spare.take(&folder.path().join("a"), 3 << 20, 1 << 20, room).unwrap();
            // None was prepared, and more is needed than usual.
            spare.take(&folder.path().join("b"), 1 << 20, 2 << 20, room).unwrap();
            drop(spare);

            assert!(std::fs::read(folder.path().join("a")).unwrap() == vec![0; 3 << 20], "{room:?}");
            assert!(std::fs::read(folder.path().join("b")).unwrap() == vec![0; 2 << 20], "{room:?}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
        }
    }
}
