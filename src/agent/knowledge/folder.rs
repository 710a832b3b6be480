//! Reads the files of the knowledge folder, within bounds and without leaving it.

use std::{
    fs, io,
    io::Read,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

/// Files that are read; more are named in a warning.
pub const FILES_MAX: usize = 5_000;

/// Octets of one file.
pub const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Octets of a PDF, of which the text is kept only.
pub const PDF_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Octets of all files together but PDFs: what is read is kept in memory.
pub const FOLDER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Folders within folders.
const DEPTH_MAX: usize = 16;

/// Entries looked at, of whatever kind, so that a huge tree beside the pages does not hold us up.
const ENTRIES_MAX: usize = 50_000;

/// How a page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageKind {
    /// `.md`, `.markdown`.
    Markdown,
    /// `.html`, `.htm`.
    Html,
    /// `.txt`.
    Text,
    /// `.pdf`, whose text is read elsewhere.
    Pdf,
}

/// One file that may be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageFile {
    /// Path within the folder, with `/`.
    pub name: String,
    /// Where it lies, with symbolic links followed.
    path: PathBuf,
    /// How it is written.
    pub kind: PageKind,
    bytes: u64,
    modified_nanos: u128,
}

impl PageFile {
    /// Opens it.
    ///
    /// # Errors
    /// In words.
    pub(super) fn open(&self) -> Result<fs::File, String> {
        fs::File::open(&self.path).map_err(|err| err.to_string())
    }

    /// Reads the text of what is no PDF. Octets that are no UTF-8 become replacement characters.
    ///
    /// # Errors
    /// In words: too large by now, or not readable.
    pub(super) fn read(&self) -> Result<String, String> {
        let mut bytes = Vec::new();
        fs::File::open(&self.path)
            .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
            .map_err(|err| err.to_string())?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(too_large(FILE_BYTES_MAX));
        }
        Ok(normal(&String::from_utf8_lossy(&bytes)))
    }
}

/// A text as pages are read: without a byte order mark, its lines ended by LF.
pub(super) fn normal(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

/// What lies in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// Pages, by name.
    pub files: Vec<PageFile>,
    /// What was passed over, each with its name and why.
    pub warnings: Vec<String>,
}

impl Listing {
    /// A digest of names, sizes and times: when it is the same, so (very nearly always) is the folder.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        let mut digest = blake3::Hasher::new();
        for file in &self.files {
            digest.update(&(file.name.len() as u64).to_le_bytes());
            digest.update(file.name.as_bytes());
            digest.update(&file.bytes.to_le_bytes());
            digest.update(&file.modified_nanos.to_le_bytes());
        }
        *digest.finalize().as_bytes()
    }
}

/// Lists the pages of a folder and of those in it. Hidden entries are left out; a symbolic link counts only when it is
/// a file's and ends within the folder.
///
/// # Errors
/// When the folder itself cannot be listed. Trouble with one entry is a warning.
pub(super) fn list(folder: &Path) -> io::Result<Listing> {
    let root = folder.canonicalize()?;
    let mut walk = Walk { root: root.clone(), entries: 0, bytes: 0, listing: Listing::default() };
    walk.folder(&root, "", 0)?;
    walk.listing.files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(walk.listing)
}

struct Walk {
    root: PathBuf,
    entries: usize,
    bytes: u64,
    listing: Listing,
}

impl Walk {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.take(ENTRIES_MAX).filter_map(Result::ok).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let Ok(plain) = entry.file_name().into_string() else {
                self.warn(prefix, "a name that is not UTF-8");
                continue;
            };
            if plain.starts_with('.') {
                continue;
            }
            let name = if prefix.is_empty() { plain } else { format!("{prefix}/{plain}") };
            self.entries += 1;
            if self.entries > ENTRIES_MAX {
                self.warn(&name, "too many entries in the folder; what follows was left out");
                return Ok(());
            }
            let kind = match entry.file_type() {
                Ok(kind) => kind,
                Err(err) => {
                    self.warn(&name, &err.to_string());
                    continue;
                }
            };
            if kind.is_dir() {
                if depth + 1 > DEPTH_MAX {
                    self.warn(&name, "too many folders within folders");
                } else if let Err(err) = self.folder(&entry.path(), &name, depth + 1) {
                    self.warn(&name, &err.to_string());
                }
            } else if let Some(kind) = kind_of(&name) {
                self.file(&entry.path(), name, kind);
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, name: String, kind: PageKind) {
        // A link out of the folder would quote to customers whatever it points at.
        let found = path.canonicalize().and_then(|path| fs::metadata(&path).map(|meta| (path, meta)));
        let (path, meta) = match found {
            Ok(found) => found,
            Err(err) => return self.warn(&name, &err.to_string()),
        };
        if !path.starts_with(&self.root) {
            return self.warn(&name, "a symbolic link that leaves the folder");
        }
        if !meta.is_file() {
            return self.warn(&name, "not a file");
        }
        let (max, kept) = if kind == PageKind::Pdf { (PDF_BYTES_MAX, 0) } else { (FILE_BYTES_MAX, meta.len()) };
        if meta.len() > max {
            return self.warn(&name, &too_large(max));
        }
        if self.listing.files.len() >= FILES_MAX || self.bytes + kept > FOLDER_BYTES_MAX {
            return self.warn(&name, "the folder holds more than is read");
        }
        self.bytes += kept;
        let modified = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified_nanos = modified.map_or(0, |since| since.as_nanos());
        self.listing.files.push(PageFile { name, path, kind, bytes: meta.len(), modified_nanos });
    }

    fn warn(&mut self, name: &str, words: &str) {
        const WARNINGS_MAX: usize = 100;
        if self.listing.warnings.len() < WARNINGS_MAX {
            self.listing.warnings.push(format!("{name}: {words}"));
        }
    }
}

fn kind_of(name: &str) -> Option<PageKind> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "md" | "markdown" => PageKind::Markdown,
        "html" | "htm" => PageKind::Html,
        "txt" => PageKind::Text,
        "pdf" => PageKind::Pdf,
        _ => return None,
    })
}

fn too_large(max: u64) -> String {
    format!("larger than {} KiB", max / 1024)
}
