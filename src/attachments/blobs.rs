//! Files by what is in them: each content once, under a name made of its BLAKE3 and nothing else (S-20).
//!
//! ```text
//! FOLDER/ab/HASH         the content
//! FOLDER/ab/HASH.text    what was read from it, or why nothing was
//! FOLDER/ab/HASH.seen    for small pictures: in which mails
//! FOLDER/mails/ID        what is attached to one mail
//! FOLDER/new/N           being written; emptied at start
//! ```
//!
//! The journal is the truth. Whatever is missing here, or is not what its name says, is made again from it: so the whole
//! folder may be deleted while the daemon is stopped, and backups can leave it out.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use blake3::Hash;

use crate::types::MailId;

/// Octets of a derived note that are read back: more is none of ours.
const NOTE_OCTETS_MAX: u64 = 64 * 1024 * 1024;

/// Octets that are read at once to check a file.
const READ_OCTETS: usize = 64 * 1024;

/// What is kept beside a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    Text,
    Seen,
}

/// The folder.
#[derive(Debug)]
pub(super) struct Blobs {
    folder: PathBuf,
    /// Names in `new`: this process is the only one that writes here, as it holds the store's lock.
    next: AtomicU64,
}

impl Blobs {
    /// Takes the folder, which is made with the first file. What a crash left half written goes.
    pub(super) fn open(folder: PathBuf) -> Self {
        let new = folder.join("new");
        if let Err(error) = fs::remove_dir_all(&new)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!("{}: what a crash left behind cannot be removed: {error}", new.display());
        }
        Self { folder, next: AtomicU64::new(0) }
    }

    /// The content of that hash, at its beginning, when it is there and whole.
    ///
    /// # Errors
    /// What the file system says; a missing or damaged file is `None`.
    pub(super) fn content(&self, hash: Hash) -> io::Result<Option<File>> {
        let mut file = match File::open(self.place(hash, "")) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        let mut hasher = blake3::Hasher::new();
        let mut piece = vec![0; READ_OCTETS];
        loop {
            match file.read(&mut piece) {
                Ok(0) => break,
                Ok(read) => hasher.update(&piece[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
        }
        if hasher.finalize() != hash {
            tracing::warn!(attachment.hash = %hash, "a stored attachment is not what its name says; it is made again");
            return Ok(None);
        }
        file.rewind()?;
        Ok(Some(file))
    }

    /// Keeps a content that comes in pieces.
    ///
    /// # Errors
    /// What the file system says, a full disk above all; [`io::ErrorKind::InvalidData`] when the pieces are not what the
    /// hash says. Nothing of it stays then.
    pub(super) fn keep<P: AsRef<[u8]>>(&self, hash: Hash, pieces: impl Iterator<Item = P>) -> io::Result<()> {
        self.write(&self.place(hash, ""), |file| {
            let mut hasher = blake3::Hasher::new();
            for piece in pieces {
                hasher.update(piece.as_ref());
                file.write_all(piece.as_ref())?;
            }
            let same = hasher.finalize() == hash;
            same.then_some(())
                .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the content has another BLAKE3"))
        })
    }

    /// What is kept beside a content; `None` when there is nothing that can be read.
    pub(super) fn beside(&self, hash: Hash, what: Beside) -> Option<Vec<u8>> {
        note(&self.place(hash, ending(what)))
    }

    /// Keeps something beside a content, in the place of what was there.
    pub(super) fn keep_beside(&self, hash: Hash, what: Beside, note: &[u8]) -> io::Result<()> {
        self.write(&self.place(hash, ending(what)), |file| file.write_all(note))
    }

    /// What is attached to a mail.
    pub(super) fn mail(&self, mail: MailId) -> Option<Vec<u8>> {
        note(&self.mail_place(mail))
    }

    /// Keeps what is attached to a mail.
    pub(super) fn keep_mail(&self, mail: MailId, note: &[u8]) -> io::Result<()> {
        self.write(&self.mail_place(mail), |file| file.write_all(note))
    }

    /// Takes away a content and all that is kept beside it. What another mail carries too is made again when somebody asks.
    ///
    /// # Errors
    /// What the file system says; a file that is not there is gone already.
    pub(super) fn forget(&self, hash: Hash) -> io::Result<()> {
        ["", ending(Beside::Text), ending(Beside::Seen)].iter().try_for_each(|end| remove(&self.place(hash, end)))
    }

    /// Takes away what was noted of a mail.
    ///
    /// # Errors
    /// As [`Blobs::forget`].
    pub(super) fn forget_mail(&self, mail: MailId) -> io::Result<()> {
        remove(&self.mail_place(mail))
    }

    fn place(&self, hash: Hash, ending: &str) -> PathBuf {
        let name = hash.to_hex();
        self.folder.join(&name[..2]).join(format!("{name}{ending}"))
    }

    fn mail_place(&self, mail: MailId) -> PathBuf {
        self.folder.join("mails").join(mail.to_string())
    }

    /// A file that is there whole or not at all.
    fn write(&self, path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let new = self.folder.join("new");
        let into = path.parent().unwrap_or(&self.folder);
        for folder in [&new, into] {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let half = new.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        let written = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&half)
            .and_then(|mut file| fill(&mut file).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&half, path));
        if written.is_err() {
            // The error told is the first one; a leftover goes at the next start.
            let _ = fs::remove_file(&half);
        }
        written?;
        File::open(into)?.sync_all()
    }
}

fn ending(what: Beside) -> &'static str {
    match what {
        Beside::Text => ".text",
        Beside::Seen => ".seen",
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn note(path: &Path) -> Option<Vec<u8>> {
    let mut note = Vec::new();
    File::open(path).ok()?.take(NOTE_OCTETS_MAX).read_to_end(&mut note).ok()?;
    Some(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(next).into_iter().flatten().map(Result::unwrap) {
                let path = entry.path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found.sort();
        found
    }

    fn read(blobs: &Blobs, hash: Hash) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        blobs.content(hash).unwrap()?.read_to_end(&mut content).unwrap();
        Some(content)
    }

    #[test]
    fn the_same_content_is_one_file_under_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().to_owned());
        let hash = blake3::hash(b"one two");
        blobs.keep(hash, [b"one".as_slice(), b" two"].iter()).unwrap();
        blobs.keep(hash, [b"one two"].iter()).unwrap();
        assert_eq!(read(&blobs, hash).unwrap(), b"one two");
        let hex = hash.to_hex();
        assert_eq!(files(folder.path()), [format!("{}/{hex}", &hex[..2])]);
    }

    #[test]
    fn what_is_not_its_hash_is_neither_kept_nor_given() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().to_owned());
        let hash = blake3::hash(b"one");
        let refused = blobs.keep(hash, [b"two"].iter()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        assert_eq!(files(folder.path()), Vec::<String>::new());
        blobs.keep(hash, [b"one"].iter()).unwrap();
        fs::write(blobs.place(hash, ""), b"onE").unwrap();
        assert_eq!(read(&blobs, hash), None);
        blobs.keep(hash, [b"one"].iter()).unwrap();
        assert_eq!(read(&blobs, hash).unwrap(), b"one");
    }

    #[test]
    fn a_failure_in_the_middle_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().to_owned());
        // A file stands where the folder of that hash belongs, as a full disk would refuse to make it.
        let hash = blake3::hash(b"one");
        fs::write(folder.path().join(&hash.to_hex()[..2]), b"").unwrap();
        assert!(blobs.keep(hash, [b"one"].iter()).is_err());
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0);
    }

    #[test]
    fn a_disk_that_fills_up_in_the_middle_leaves_nothing_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::open(folder.path().to_owned());
        fs::create_dir(folder.path().join("new")).unwrap();
        // full(4): every write to it says that no space is left.
        std::os::unix::fs::symlink("/dev/full", folder.path().join("new/0")).unwrap();
        let hash = blake3::hash(b"one");
        let full = blobs.keep(hash, [b"one"].iter()).unwrap_err();
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        assert_eq!(files(folder.path()), Vec::<String>::new());
        blobs.keep(hash, [b"one"].iter()).unwrap();
        assert_eq!(read(&blobs, hash).unwrap(), b"one");
    }

    #[test]
    fn what_a_crash_left_half_written_goes_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("new")).unwrap();
        fs::write(folder.path().join("new/7"), b"half").unwrap();
        let blobs = Blobs::open(folder.path().to_owned());
        assert_eq!(files(folder.path()), Vec::<String>::new());
        let hash = blake3::hash(b"one");
        blobs.keep(hash, [b"one"].iter()).unwrap();
        assert_eq!(read(&blobs, hash).unwrap(), b"one");
    }
}
