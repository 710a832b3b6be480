//! Checks a data folder that no daemon uses: every checksum, every legal state, and the index against the journal.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{
    facts::{Fact, lines},
    index::Index,
    journal::{Journal, Position, RawReader, segments::Segments},
    legal,
    opening::{self, Lock, OpenError},
    requests::Counts,
    rows::RawRef,
    tallies::Tallies,
};
use crate::config;

/// Troubles that are listed; more are counted.
const LISTED_MAX: usize = 100;

/// What a check found.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Report {
    /// Records read.
    pub records: u64,
    /// Octets of raw mail whose BLAKE3 was compared.
    pub raw_octets: u64,
    /// Keys of the index that were compared.
    pub keys: u64,
    /// The books.
    pub counts: Counts,
    /// Why the index had to be made again when the folder was opened.
    pub index_was_rebuilt: Option<String>,
    /// What is wrong, in words; the first [`Report::LISTED_MAX`].
    pub troubles: Vec<String>,
    /// How much is wrong.
    pub troubles_total: u64,
}

impl Report {
    /// Troubles that are listed.
    pub const LISTED_MAX: usize = LISTED_MAX;

    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.troubles_total == 0
    }

    fn add(&mut self, trouble: String) {
        self.troubles_total += 1;
        if self.troubles.len() < LISTED_MAX {
            self.troubles.push(trouble);
        }
    }
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Counts { accepted, shown, held, ignored, duplicates, discarded, .. } = &self.counts;
        writeln!(
            f,
            "{} records, {} octets of raw mail compared, {} keys compared",
            self.records, self.raw_octets, self.keys
        )?;
        writeln!(
            f,
            "books: {accepted} accepted = {shown} shown + {held} held + {ignored} ignored + {duplicates} duplicates + {discarded} discarded"
        )?;
        if let Some(why) = &self.index_was_rebuilt {
            writeln!(f, "the index was made again: {why}")?;
        }
        for trouble in &self.troubles {
            writeln!(f, "trouble: {trouble}")?;
        }
        match self.troubles_total {
            0 => writeln!(f, "sound"),
            total => writeln!(f, "{total} troubles"),
        }
    }
}

/// Reads the whole journal of a data folder, compares every checksum, and checks the states that follow from it.
///
/// # Errors
/// See [`OpenError`]: a damaged journal among them. Takes the lock, so no daemon may run.
pub fn verify(folder: &Path) -> Result<Report, OpenError> {
    let _lock = Lock::take(folder)?;
    let journal = Segments::open(&folder.join("journal"), config::Store::default().segment_bytes)?;
    let mut report = Report::default();
    let reader = journal.reader();
    for kept in journal.read(Position::START)? {
        let kept = kept?;
        report.records += 1;
        for line in lines(&kept.facts) {
            let raw = match Fact::read(line) {
                Ok((Fact::Mail(row), _)) => row.raw,
                Ok((Fact::Letter(row), _)) => row.raw,
                Ok(_) => continue,
                Err(e) => {
                    report.add(format!("record {}: {e}", kept.sequence));
                    continue;
                }
            };
            if raw.segment == 0 && raw.len != kept.raw_len {
                report.add(format!("record {}: it has {} raw octets, not {}", kept.sequence, kept.raw_len, raw.len));
            } else if raw.segment == 0 {
                let raw = RawRef { segment: kept.raw.segment, offset: kept.raw.offset, ..raw };
                check_raw(&*reader, &raw, kept.sequence, &mut report);
            }
        }
    }
    let scratch = Scratch::new(folder)?;
    let index = Index::open(&scratch.0, config::Store::default().index_cache_bytes)?;
    let tallies = opening::replay(&index, &journal, Position::START, Tallies::default())?;
    report.counts = tallies.counts;
    for trouble in legal::troubles(&index)? {
        report.add(trouble);
    }
    Ok(report)
}

fn check_raw(reader: &dyn RawReader, raw: &RawRef, sequence: u64, report: &mut Report) {
    match reader.raw(raw) {
        Ok(bytes) if blake3::hash(&bytes).to_hex().as_str() == raw.blake3 => report.raw_octets += raw.len,
        Ok(_) => report.add(format!("record {sequence}: its raw bytes have another BLAKE3 than its row says")),
        Err(e) => report.add(format!("record {sequence}: its raw bytes cannot be read: {e}")),
    }
}

/// Makes a second index from the journal and compares it with the one there is, key by key.
///
/// # Errors
/// See [`OpenError`]. Takes the lock, so no daemon may run.
pub fn compare_rebuild(folder: &Path) -> Result<Report, OpenError> {
    let defaults = config::Store::default();
    let opened = opening::open(folder, defaults.segment_bytes, defaults.index_cache_bytes)?;
    let scratch = Scratch::new(folder)?;
    let again = Index::open(&scratch.0, defaults.index_cache_bytes)?;
    let tallies = opening::replay(&again, &opened.journal, Position::START, Tallies::default())?;
    let mut report = Report { counts: tallies.counts, index_was_rebuilt: opened.rebuilt, ..Report::default() };
    report.records = opened.journal.end().next - 1;
    compare(&opened.index, &again, &mut report)?;
    Ok(report)
}

/// Compares two indexes key by key.
pub(super) fn compare(live: &Index, again: &Index, report: &mut Report) -> Result<(), OpenError> {
    live.settle()?;
    again.settle()?;
    let (mut ours, mut theirs) = (live.scan(&[]), again.scan(&[]));
    let (mut left, mut right) = (ours.next().transpose()?, theirs.next().transpose()?);
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        report.keys += 1;
        match (order, &left, &right) {
            (std::cmp::Ordering::Equal, Some((key, a)), Some((_, b))) if a != b => {
                report.add(format!("key {} has another value", key.escape_ascii()));
            }
            (std::cmp::Ordering::Less, Some((key, _)), _) => {
                report.add(format!("key {} does not follow from the journal", key.escape_ascii()));
            }
            (std::cmp::Ordering::Greater, _, Some((key, _))) => {
                report.add(format!("key {} is missing", key.escape_ascii()));
            }
            _ => {}
        }
        if order.is_le() {
            left = ours.next().transpose()?;
        }
        if order.is_ge() {
            right = theirs.next().transpose()?;
        }
    }
}

/// Makes the index of a data folder again from its journal, whatever it was.
///
/// # Errors
/// See [`OpenError`]. Takes the lock, so no daemon may run.
pub fn rebuild(folder: &Path) -> Result<Report, OpenError> {
    let defaults = config::Store::default();
    let lock = Lock::take(folder)?;
    let path = folder.join("index");
    match std::fs::remove_dir_all(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(OpenError::Folder { folder: path, source });
        }
        _ => {}
    }
    drop(lock);
    let opened = opening::open(folder, defaults.segment_bytes, defaults.index_cache_bytes)?;
    opened.index.checkpoint()?;
    let records = opened.journal.end().next - 1;
    Ok(Report { records, counts: opened.tallies.counts, index_was_rebuilt: opened.rebuilt, ..Report::default() })
}

/// A folder for an index that is thrown away.
struct Scratch(PathBuf);

impl Scratch {
    fn new(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join("index.scratch");
        match std::fs::remove_dir_all(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => Err(OpenError::Folder { folder: path, source }),
            _ => Ok(Self(path)),
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
