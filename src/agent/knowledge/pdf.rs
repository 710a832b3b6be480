//! The text of PDFs in the knowledge folder: each content is read once, by a process that may do nothing (S-16).
//!
//! The pages are the company's own, and still nobody knows who made them or what a library does with them. Who starts the process is
//! handed in.

use std::{
    collections::HashMap,
    fs::File,
    io::Seek,
    sync::{Arc, Mutex, PoisonError},
};

/// The text of a PDF, or why there is none, in words. Blocks.
pub type Extract = Arc<dyn Fn(File) -> Result<String, String> + Send + Sync>;

/// Texts that were read, by their PDFs' contents.
#[derive(Default)]
pub(super) struct Pdfs {
    extract: Option<Extract>,
    read: Mutex<HashMap<blake3::Hash, Text>>,
}

struct Text {
    text: Result<String, String>,
    /// Whether it was asked for since [`Pdfs::forget_others`].
    wanted: bool,
}

impl Pdfs {
    pub(super) fn new(extract: Extract) -> Self {
        Self { extract: Some(extract), read: Mutex::default() }
    }

    /// The text of one.
    ///
    /// # Errors
    /// In words: what the process said, or that there is none.
    pub(super) fn text(&self, mut file: File) -> Result<String, String> {
        let extract = self.extract.as_ref().ok_or("PDFs are not read here")?;
        let mut digest = blake3::Hasher::new();
        digest.update_reader(&file).and_then(|_| file.rewind()).map_err(|err| err.to_string())?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let known = read.entry(digest.finalize()).or_insert_with(|| Text { text: extract(file), wanted: true });
        known.wanted = true;
        known.text.clone()
    }

    /// Forgets the texts of what is no longer there.
    pub(super) fn forget_others(&self) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.retain(|_, text| std::mem::take(&mut text.wanted));
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read as _, Write as _},
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    fn file(words: &str) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(words.as_bytes()).unwrap();
        file.rewind().unwrap();
        file
    }

    #[test]
    fn each_content_is_read_once_while_it_is_there() {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let pdfs = Pdfs::new(Arc::new(move |mut file: File| {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut text = String::new();
            file.read_to_string(&mut text).map(|_| text).map_err(|err| err.to_string())
        }));
        for _ in 0..2 {
            assert_eq!(pdfs.text(file("a")).unwrap(), "a");
            pdfs.forget_others();
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
        pdfs.forget_others();
        assert_eq!(pdfs.text(file("a")).unwrap(), "a");
        assert_eq!(count.load(Ordering::Relaxed), 2);
        assert!(Pdfs::default().text(file("a")).is_err());
    }
}
