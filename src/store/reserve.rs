//! Room on the disk that is kept for the worst moment: the disk is full and the index has to be brought up to the journal.
//!
//! While the reserve is held the store takes mail. When the index finds no room, the reserve is given up for it, and nothing
//! more is taken until it can be made again.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Octets kept. The index writes what a batch changes and, opening, a little more.
const RESERVE_OCTETS: u64 = 8 << 20;

/// Octets written at once.
const PIECE: usize = 1 << 20;

/// How often it is tried to make it again.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// A file that only takes up room.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    held: bool,
    tried: Option<Instant>,
}

impl Reserve {
    /// The reserve of that folder, made when there is room for it.
    pub(super) fn new(folder: &Path) -> Self {
        let path = folder.join("reserve");
        let held = path.metadata().is_ok_and(|about| about.len() == RESERVE_OCTETS);
        let mut reserve = Self { path, held, tried: None };
        reserve.hold();
        reserve
    }

    /// Whether it is held; tries to make it, now and then, when it is not.
    pub(super) fn hold(&mut self) -> bool {
        if !self.held && self.tried.is_none_or(|tried| tried.elapsed() >= TRY_EVERY) {
            self.tried = Some(Instant::now());
            self.held = make(&self.path).is_ok();
            if !self.held {
                let _ = std::fs::remove_file(&self.path);
            }
        }
        self.held
    }

    /// Gives the room to whoever needs it more. Whether there was some to give.
    pub(super) fn give_up(&mut self) -> bool {
        self.tried = Some(Instant::now());
        std::mem::take(&mut self.held) && std::fs::remove_file(&self.path).is_ok()
    }
}

/// Writes zeros: a length alone takes no room. Not synced, because a power cut may cost no more than making it again.
fn make(path: &Path) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    let zeros = vec![0; PIECE];
    for _ in 0..RESERVE_OCTETS / PIECE as u64 {
        file.write_all(&zeros)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_up_room_until_it_is_given_up_and_is_not_made_again_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut reserve = Reserve::new(folder.path());
        assert!(reserve.hold());
        assert_eq!(folder.path().join("reserve").metadata().unwrap().len(), RESERVE_OCTETS);
        assert!(reserve.give_up());
        assert!(!folder.path().join("reserve").exists());
        assert!(!reserve.hold(), "the disk was full a moment ago");
        assert!(!reserve.give_up(), "there is nothing left to give");
    }

    #[test]
    fn one_that_is_there_from_before_is_held() {
        let folder = tempfile::tempdir().unwrap();
        drop(Reserve::new(folder.path()));
        assert!(Reserve::new(folder.path()).give_up());
    }
}
