//! A folder of mails: a Maildir, a folder of `.eml` files, an MH folder, mboxes, or folders of these.
//!
//! Every file in a Maildir's `cur` and `new` is a mail. Elsewhere `.eml` files, files called by a number (MH), and what begins
//! like an mbox; anything else is counted and left out, and so are links, which could lead in a circle.

use std::{
    fs::{self, DirEntry, File, FileType},
    io::{self, Read},
    path::{Path, PathBuf},
};

use super::{
    mailbox::{Found, MAIL_OCTETS_MAX, Mails, Unread, beginning},
    mbox,
};

/// Folders inside one another that are opened.
pub(super) const DEPTH_MAX: usize = 32;

/// The mails of a folder, by name, its own before those of folders in it.
pub(super) struct Folder {
    top: PathBuf,
    /// Still to be opened, the next one last.
    folders: Vec<(PathBuf, usize)>,
    /// Of the folder that is open, the next one last.
    files: Vec<(PathBuf, FileType)>,
    /// The mbox that is open.
    mbox: Option<Mails>,
}

impl Folder {
    /// # Errors
    /// When it cannot be read.
    pub(super) fn open(top: &Path) -> io::Result<Self> {
        fs::read_dir(top)?;
        Ok(Self { top: top.into(), folders: vec![(top.into(), 1)], files: Vec::new(), mbox: None })
    }

    fn name(&self, path: &Path) -> String {
        path.strip_prefix(&self.top).unwrap_or(path).display().to_string()
    }

    fn enter(&mut self, folder: &Path, depth: usize) -> Result<(), Unread> {
        if depth > DEPTH_MAX {
            return Err(Unread::TooDeep);
        }
        let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<DirEntry>>>);
        let mut entries = entries.map_err(Unread::Io)?;
        // Last first: the next one is taken from the end.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.file_name()));
        let is_maildir = ["cur", "new"].iter().any(|name| folder.join(name).is_dir());
        for entry in entries {
            let kind = entry.file_type().map_err(Unread::Io)?;
            if !kind.is_dir() {
                self.files.push((entry.path(), kind));
            } else if !(is_maildir && entry.file_name() == "tmp") {
                self.folders.push((entry.path(), depth + 1));
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, kind: FileType) -> Option<Found> {
        if !kind.is_file() {
            return Some(Found::LeftOut);
        }
        let name = self.name(path);
        match self.read(path, &name) {
            Ok(found) => found,
            Err(why) => Some(Found::Unread { name, why }),
        }
    }

    /// `None` when it is an mbox: its mails come next.
    fn read(&mut self, path: &Path, name: &str) -> Result<Option<Found>, Unread> {
        let mut file = File::open(path).map_err(Unread::Io)?;
        if !is_in_maildir(path) {
            if mbox::begins(&beginning(&mut file).map_err(Unread::Io)?) {
                self.mbox = Some(Box::new(mbox::open(path, name).map_err(Unread::Io)?));
                return Ok(None);
            }
            if !is_mail_name(path) {
                return Ok(Some(Found::LeftOut));
            }
            file = File::open(path).map_err(Unread::Io)?;
        }
        let mut body = Vec::new();
        file.take(MAIL_OCTETS_MAX + 1).read_to_end(&mut body).map_err(Unread::Io)?;
        if body.len() as u64 > MAIL_OCTETS_MAX {
            return Err(Unread::TooLong);
        }
        Ok(Some(Found::Mail { name: name.to_owned(), body: body.into() }))
    }
}

impl Iterator for Folder {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(found) = self.mbox.as_mut().and_then(Iterator::next) {
                return Some(found);
            }
            self.mbox = None;
            if let Some((path, kind)) = self.files.pop() {
                match self.file(&path, kind) {
                    Some(found) => return Some(found),
                    None => continue,
                }
            }
            let (folder, depth) = self.folders.pop()?;
            if let Err(why) = self.enter(&folder, depth) {
                return Some(Found::Unread { name: self.name(&folder), why });
            }
        }
    }
}

fn is_in_maildir(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "cur" || folder == "new")
}

fn is_mail_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    let is_numbered = !name.is_empty() && name.iter().all(u8::is_ascii_digit);
    is_numbered || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("eml"))
}
