//! The journal in local files: append-only segments, one `fdatasync` for each batch.
//!
//! A batch never lies in two segments, so what is cut or taken back is always one stretch of one file.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, IoSlice, Write},
    os::unix::fs::{DirBuilderExt, FileExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use tracing::{error, warn};

use super::{
    Appended, Journal, JournalError, Kept, Placed, Position, RawReader, Record, Records,
    frame::{HEADER, Header, len_of},
    scan::{Step, Walk, find_end, io_trouble},
    spare::{Room, Spare},
};
use crate::store::rows::RawRef;

/// Octets of a batch, on average over a segment, from which the next segment's room is reserved and not written: a sync
/// costs about a tenth of a millisecond more then, and a megabyte of zeros half of one.
const LONG_BATCH_OCTETS: u64 = 192 * 1024;

/// The segments of one folder. Only one process may have it open; who opens it holds the lock of the data folder.
pub(crate) struct Segments {
    folder: PathBuf,
    segment_bytes: u64,
    file: File,
    segment: u64,
    /// Where the next record begins.
    offset: u64,
    /// How far the file reaches.
    size: u64,
    /// Batches appended to this file since it was opened, and their octets.
    appended: (u64, u64),
    end: Position,
    spare: Spare,
    /// Why nothing may be written any more, until a restart looks at the files again.
    read_only: Option<String>,
    #[cfg(test)]
    pub(crate) fault: Option<Fault>,
}

/// What a test lets go wrong, once.
#[cfg(test)]
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// The disk is full after that many octets of the batch.
    FullAfter(usize),
    /// The batch is written, the sync fails.
    Sync,
    /// The sync fails, and so does taking the batch back.
    SyncAndRepair,
}

impl Segments {
    /// Opens the journal in `folder`, making it when there is none, and cuts a torn tail.
    ///
    /// # Errors
    /// [`JournalError::Damaged`], [`JournalError::Newer`]; [`JournalError::Unavailable`] when files cannot be read or made.
    pub(crate) fn open(folder: &Path, segment_bytes: u64) -> Result<Self, JournalError> {
        let trouble = |e| io_trouble(folder, 0, &e);
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(trouble)?;
        let mut spare = Spare::new(folder);
        let numbers = list(folder)?;
        let Some(&segment) = numbers.last() else {
            let file = make_segment(folder, 1, segment_bytes, 0, Room::Written, &mut spare)?;
            return Self::at(folder, segment_bytes, file, Position::START, 1, 0, spare);
        };
        let path = path_of(folder, segment);
        let (end, offset, torn) = end_of_last(folder, &numbers)?;
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(trouble)?;
        if let Some(why) = torn {
            warn!(file = %path.display(), offset, "cut a torn tail of the journal: {why}");
            let size = file.metadata().map_err(trouble)?.len();
            zero(&file, offset, size).map_err(|e| io_trouble(&path, offset, &e))?;
        }
        Self::at(folder, segment_bytes, file, end, segment, offset, spare)
    }

    fn at(
        folder: &Path,
        segment_bytes: u64,
        file: File,
        end: Position,
        segment: u64,
        offset: u64,
        spare: Spare,
    ) -> Result<Self, JournalError> {
        let size = file.metadata().map_err(|e| io_trouble(folder, 0, &e))?.len();
        Ok(Self {
            folder: folder.to_owned(),
            segment_bytes,
            file,
            segment,
            offset,
            size,
            appended: (0, 0),
            end,
            spare,
            read_only: None,
            #[cfg(test)]
            fault: None,
        })
    }

    /// Makes room for `bytes` behind the end: in this segment or in the next.
    fn make_room(&mut self, bytes: u64) -> Result<(), JournalError> {
        if self.offset + bytes <= self.size {
            return Ok(());
        }
        let next = self.segment + 1;
        let room = self.room();
        let file = make_segment(&self.folder, next, self.segment_bytes, bytes, room, &mut self.spare)?;
        let size = file.metadata().map_err(|e| io_trouble(&self.folder, 0, &e))?.len();
        (self.file, self.segment, self.offset, self.size) = (file, next, 0, size);
        self.appended = (0, 0);
        Ok(())
    }

    /// How the next segment's room is to be made, by what this one was filled with.
    fn room(&self) -> Room {
        let (batches, octets) = self.appended;
        if octets >= batches.max(1) * LONG_BATCH_OCTETS { Room::Reserved } else { Room::Written }
    }

    fn write(&mut self, headers: &[Header], batch: &[Record]) -> io::Result<()> {
        let heads: Vec<_> = headers.iter().map(|header| (header.encode(), header.trailer())).collect();
        let mut slices = Vec::with_capacity(batch.len() * 5);
        for (record, (head, trailer)) in batch.iter().zip(&heads) {
            slices.push(IoSlice::new(head));
            slices.push(IoSlice::new(&record.facts));
            slices.extend(record.raw.iter().map(|piece| IoSlice::new(piece)));
            slices.push(IoSlice::new(trailer));
        }
        #[cfg(test)]
        self.write_with_fault(&slices)?;
        io::Seek::seek(&mut self.file, io::SeekFrom::Start(self.offset))?;
        let mut left = slices.as_mut_slice();
        while !left.is_empty() {
            match self.file.write_vectored(left) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut left, written),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        self.file.sync_data()?;
        #[cfg(test)]
        if matches!(self.fault, Some(Fault::Sync | Fault::SyncAndRepair)) {
            return Err(io::Error::other("injected"));
        }
        Ok(())
    }

    #[cfg(test)]
    fn write_with_fault(&self, slices: &[IoSlice<'_>]) -> io::Result<()> {
        let Some(Fault::FullAfter(octets)) = self.fault else { return Ok(()) };
        let all: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
        self.file.write_all_at(&all[..octets.min(all.len())], self.offset)?;
        Err(io::ErrorKind::StorageFull.into())
    }

    /// Takes back what a failed write left, so that no replay ever sees it.
    fn take_back(&mut self, bytes: u64, why: &io::Error) {
        let until = (self.offset + bytes).min(self.size);
        let repaired = zero(&self.file, self.offset, until);
        #[cfg(test)]
        let repaired = match self.fault.take() {
            Some(Fault::SyncAndRepair) => Err(io::Error::other("injected")),
            _ => repaired,
        };
        if let Err(e) = repaired {
            error!("the journal takes no more mail until a restart: {why}; and taking the batch back: {e}");
            self.read_only = Some(format!("{why}; and taking the batch back: {e}; restart when the disk is well"));
        }
    }
}

impl Journal for Segments {
    fn append(&mut self, batch: &[Record], after: Position) -> Result<Appended, JournalError> {
        if let Some(why) = &self.read_only {
            return Err(JournalError::Unavailable(why.clone()));
        }
        if after.next != self.end.next {
            return Err(JournalError::Conflict);
        }
        let Some(last) = batch.len().checked_sub(1) else {
            return Ok(Appended { placed: Vec::new(), after: self.end });
        };
        let bytes: u64 = batch.iter().map(len_of).sum();
        self.make_room(bytes)?;
        let first = self.end.next;
        let headers: Vec<Header> = batch
            .iter()
            .enumerate()
            .map(|(at, record)| Header::of(record, first + at as u64, first, at == last))
            .collect();
        if let Err(e) = self.write(&headers, batch) {
            self.take_back(bytes, &e);
            return Err(io_trouble(&path_of(&self.folder, self.segment), self.offset, &e));
        }
        let mut placed = Vec::with_capacity(batch.len());
        for record in batch {
            let offset = self.offset + (HEADER + record.facts.len()) as u64;
            placed.push(Placed { segment: self.segment, offset });
            self.offset += len_of(record);
        }
        self.appended = (self.appended.0 + 1, self.appended.1 + bytes);
        self.end = Position { next: first + batch.len() as u64, segment: self.segment, offset: self.offset };
        if self.offset > self.size / 2 {
            self.spare.prepare(self.segment_bytes, self.room());
        }
        Ok(Appended { placed, after: self.end })
    }

    fn end(&self) -> Position {
        self.end
    }

    fn read(&self, from: Position) -> Result<Records, JournalError> {
        let (folder, last_segment) = (self.folder.clone(), self.segment);
        let (walk, stopped, done) = (None, None, false);
        Ok(Box::new(Reading { folder, at: from, until: self.end, last_segment, walk, stopped, done }))
    }

    fn reader(&self) -> Arc<dyn RawReader> {
        Arc::new(SegmentReader { folder: self.folder.clone() })
    }
}

/// Reads record after record, segment after segment.
struct Reading {
    folder: PathBuf,
    at: Position,
    until: Position,
    last_segment: u64,
    /// The segment being read.
    walk: Option<(u64, Walk)>,
    /// Where the record was looked for first that has not been found yet.
    stopped: Option<(u64, u64)>,
    done: bool,
}

impl Reading {
    fn next_record(&mut self) -> Result<Option<Kept>, JournalError> {
        while self.at.next < self.until.next {
            let (segment, mut walk) = match self.walk.take() {
                Some(walk) => walk,
                None => {
                    let path = path_of(&self.folder, self.at.segment);
                    (self.at.segment, Walk::open(&path, self.at.segment, self.at.offset)?)
                }
            };
            if let Step::Record(kept, _) = walk.step(Some(self.at.next))? {
                self.walk = Some((segment, walk));
                self.stopped = None;
                self.at = kept.after;
                return Ok(Some(kept));
            }
            // The next segment may go on: the number of its first record says whether nothing is missing in between.
            let (at, offset) = *self.stopped.get_or_insert((segment, walk.offset()));
            if segment >= self.last_segment {
                let why = format!("record {} should stand here", self.at.next);
                return Err(JournalError::Damaged { file: path_of(&self.folder, at), offset, why });
            }
            self.walk = Some((segment + 1, Walk::open(&path_of(&self.folder, segment + 1), segment + 1, 0)?));
        }
        Ok(None)
    }
}

impl Iterator for Reading {
    type Item = Result<Kept, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_record().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

/// Opens the segment for every read: the folder may gain segments at any time and a mail is read seldom.
struct SegmentReader {
    folder: PathBuf,
}

impl RawReader for SegmentReader {
    fn raw(&self, raw: &RawRef) -> io::Result<Bytes> {
        let file = File::open(path_of(&self.folder, raw.segment))?;
        let size = file.metadata()?.len();
        if raw.offset.checked_add(raw.len).is_none_or(|end| end > size) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut bytes = vec![0u8; raw.len as usize];
        file.read_exact_at(&mut bytes, raw.offset)?;
        Ok(bytes.into())
    }
}

/// The end of the last segment, where it may be written, and what must be cut there.
fn end_of_last(folder: &Path, numbers: &[u64]) -> Result<(Position, u64, Option<String>), JournalError> {
    let segment = numbers[numbers.len() - 1];
    let path = path_of(folder, segment);
    let begins = matches!(Walk::open(&path, segment, 0)?.step(None)?, Step::Record(..));
    let before = match numbers.len().checked_sub(2).map(|at| numbers[at]) {
        _ if begins => None,
        None => Some(Position::START),
        Some(earlier) => {
            let file = path_of(folder, earlier);
            let end = find_end(&file, earlier, None)?;
            let sealed = end.after.filter(|_| end.torn.is_none());
            let why = || "a segment before the last has no clean end".to_owned();
            Some(sealed.ok_or_else(|| JournalError::Damaged { file, offset: end.offset, why: why() })?)
        }
    };
    let end = find_end(&path, segment, before.map(|position| position.next))?;
    let first = end.first.unwrap_or(1);
    let nothing = Position { next: first, segment, offset: 0 };
    Ok((end.after.or(before).unwrap_or(nothing), end.offset, end.torn))
}

/// The numbers of the segments, in order, without a gap.
fn list(folder: &Path) -> Result<Vec<u64>, JournalError> {
    let trouble = |e| io_trouble(folder, 0, &e);
    let mut numbers = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(trouble)? {
        let name = entry.map_err(trouble)?.file_name();
        let number = name.to_str().and_then(|name| name.strip_suffix(".seg"));
        let number = number.and_then(|number| number.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    let gap = numbers.first().filter(|first| **first != 1).map(|_| 1);
    let gap = gap.or_else(|| numbers.windows(2).find(|pair| pair[0] + 1 != pair[1]).map(|pair| pair[0] + 1));
    match gap {
        None => Ok(numbers),
        Some(missing) => {
            Err(JournalError::Damaged { file: path_of(folder, missing), offset: 0, why: "the file is missing".into() })
        }
    }
}

fn path_of(folder: &Path, segment: u64) -> PathBuf {
    folder.join(format!("{segment:020}.seg"))
}

fn make_segment(
    folder: &Path,
    segment: u64,
    wanted: u64,
    bytes: u64,
    room: Room,
    spare: &mut Spare,
) -> Result<File, JournalError> {
    let path = path_of(folder, segment);
    let made = spare.take(&path, wanted, bytes, room).and_then(|file| {
        // The name must be as durable as what will be written under it.
        File::open(folder)?.sync_all()?;
        Ok(file)
    });
    made.map_err(|e| {
        let _ = std::fs::remove_file(&path);
        io_trouble(&path, 0, &e)
    })
}

/// Writes zeros over a stretch and makes that durable.
fn zero(file: &File, from: u64, until: u64) -> io::Result<()> {
    const PIECE: u64 = 1 << 20;
    let zeros = vec![0u8; PIECE.min(until.saturating_sub(from)) as usize];
    let mut at = from;
    while at < until {
        let part = PIECE.min(until - at);
        file.write_all_at(&zeros[..part as usize], at)?;
        at += part;
    }
    file.sync_data()
}
