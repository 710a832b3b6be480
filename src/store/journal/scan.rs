//! Reads a segment from front to back and says where it ends: cleanly, torn, or damaged.
//!
//! Torn and damaged look alike and could not differ more: a torn batch was never acknowledged and is cut; a damaged
//! record was, and nothing may start over it.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use super::{
    JournalError, Kept, Placed, Position,
    frame::{HEADER, Header, MAGIC, TRAILER, VERSION},
};

/// What a disk writes whole or not at all, at the least.
const SECTOR: u64 = 512;

/// Octets that are read at once.
const PIECE: usize = 1 << 20;

/// One step through a segment.
pub(super) enum Step {
    /// A whole record, and whether it ends its batch.
    Record(Kept, bool),
    /// Nothing was written here, or what was is no whole record. `why` in words.
    Stop { why: &'static str },
}

/// Walks through the records of one segment.
pub(super) struct Walk {
    path: PathBuf,
    segment: u64,
    size: u64,
    file: BufReader<File>,
    offset: u64,
}

impl Walk {
    /// Begins at `offset`, where a record must begin.
    pub(super) fn open(path: &Path, segment: u64, offset: u64) -> Result<Self, JournalError> {
        let trouble = |e| io_trouble(path, offset, &e);
        let mut file = File::open(path).map_err(trouble)?;
        let size = file.metadata().map_err(trouble)?.len();
        file.seek(SeekFrom::Start(offset)).map_err(trouble)?;
        Ok(Self { path: path.to_owned(), segment, size, file: BufReader::with_capacity(PIECE, file), offset })
    }

    /// Where the next record would begin.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next record. `expected` is the number it must have; `None` takes any.
    pub(super) fn step(&mut self, expected: Option<u64>) -> Result<Step, JournalError> {
        let trouble = |path: &Path, at: u64, e: std::io::Error| io_trouble(path, at, &e);
        if self.size.saturating_sub(self.offset) < (HEADER + TRAILER) as u64 {
            return Ok(Step::Stop { why: "the file ends" });
        }
        let mut head = [0u8; HEADER];
        self.file.read_exact(&mut head).map_err(|e| trouble(&self.path, self.offset, e))?;
        let Some(header) = Header::decode(&head) else {
            return Ok(Step::Stop { why: "no record begins here" });
        };
        let end = header.frame_len().and_then(|len| self.offset.checked_add(len)).filter(|end| *end <= self.size);
        let Some(end) = end else {
            return Ok(Step::Stop { why: "the record is longer than the file" });
        };
        let mut facts = vec![0u8; header.facts_len as usize];
        self.file.read_exact(&mut facts).map_err(|e| trouble(&self.path, self.offset, e))?;
        let mut sum = crc32c::crc32c_append(crc32c::crc32c(&head[8..]), &facts);
        let mut left = header.raw_len;
        let mut piece = vec![0u8; left.min(64 * 1024) as usize];
        while left > 0 {
            let part = left.min(piece.len() as u64) as usize;
            self.file.read_exact(&mut piece[..part]).map_err(|e| trouble(&self.path, self.offset, e))?;
            sum = crc32c::crc32c_append(sum, &piece[..part]);
            left -= part as u64;
        }
        let mut trailer = [0u8; TRAILER];
        self.file.read_exact(&mut trailer).map_err(|e| trouble(&self.path, self.offset, e))?;
        if sum != header.checksum || trailer != header.trailer() {
            return Ok(Step::Stop { why: "the checksum is wrong" });
        }
        if header.version > VERSION {
            return Err(JournalError::Newer { file: self.path.clone(), offset: self.offset, version: header.version });
        }
        if expected.is_some_and(|number| number != header.sequence) {
            return Ok(Step::Stop { why: "the record has another number than its place" });
        }
        let raw = Placed { segment: self.segment, offset: self.offset + HEADER as u64 + u64::from(header.facts_len) };
        self.offset = end;
        let after = Position { next: header.sequence + 1, segment: self.segment, offset: end };
        let kept = Kept { sequence: header.sequence, facts, raw, raw_len: header.raw_len, after };
        Ok(Step::Record(kept, header.last_of_batch))
    }
}

/// How the records of a segment end.
#[derive(Debug)]
pub(super) struct End {
    /// The number of the first record, when there is one.
    pub(super) first: Option<u64>,
    /// Behind the last whole batch; `None` when there is none in this segment.
    pub(super) after: Option<Position>,
    /// Where the first octet lies that belongs to nothing.
    pub(super) offset: u64,
    /// What must be cut: what was found there, in words.
    pub(super) torn: Option<String>,
}

/// Finds the end of a segment. `expected`: the number of its first record, when it is known.
///
/// # Errors
/// [`JournalError::Damaged`] when a bad record is not a torn tail.
pub(super) fn find_end(path: &Path, segment: u64, expected: Option<u64>) -> Result<End, JournalError> {
    let mut walk = Walk::open(path, segment, 0)?;
    let mut end = End { first: None, after: None, offset: 0, torn: None };
    let mut next = expected;
    let why = loop {
        match walk.step(next)? {
            Step::Record(kept, last_of_batch) => {
                end.first.get_or_insert(kept.sequence);
                next = Some(kept.after.next);
                if last_of_batch {
                    end.after = Some(kept.after);
                    end.offset = kept.after.offset;
                }
            }
            Step::Stop { why } => break why,
        }
    };
    let rest = read_rest(path, walk.offset())?;
    if let Some(damage) = judge(&rest, walk.offset(), next) {
        return Err(JournalError::Damaged { file: path.to_owned(), offset: walk.offset(), why: damage });
    }
    if walk.offset() > end.offset {
        end.torn = Some("the batch has no end".to_owned());
    } else if rest.iter().any(|octet| *octet != 0) {
        end.torn = Some(why.to_owned());
    }
    Ok(end)
}

fn read_rest(path: &Path, offset: u64) -> Result<Vec<u8>, JournalError> {
    let read = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        let mut rest = Vec::new();
        file.read_to_end(&mut rest)?;
        Ok(rest)
    };
    read().map_err(|e| io_trouble(path, offset, &e))
}

/// Whether what stands behind the last whole record was once whole itself. `None`: it is a torn tail, or nothing.
///
/// `rest` begins at `offset` of the segment, where record `next` belongs.
fn judge(rest: &[u8], offset: u64, next: Option<u64>) -> Option<String> {
    let next = next.unwrap_or(0);
    // A record behind the bad one: of a later batch, it proves that the bad one had been durable; of the same batch, the
    // disk may have written the later pieces first, and then a sector in between was never written.
    for at in memchr::memmem::find_iter(rest, &MAGIC).filter(|at| *at > 0) {
        let Some(header) = whole_at(rest, at) else { continue };
        if header.batch > next {
            return Some(format!("a bad record, and record {} of a later batch behind it", header.sequence));
        }
        if header.sequence > next && !has_unwritten_sector(&rest[..at], offset) {
            return Some(format!("a bad record, and record {} behind it", header.sequence));
        }
    }
    let header = Header::decode(rest)?;
    let len = usize::try_from(header.frame_len()?).ok().filter(|len| *len <= rest.len())?;
    let frame = &rest[..len];
    (frame.ends_with(&header.trailer()) && !has_unwritten_sector(frame, offset))
        .then(|| "the last record was written whole and its checksum is wrong now".to_owned())
}

fn whole_at(rest: &[u8], at: usize) -> Option<Header> {
    let header = Header::decode(&rest[at..])?;
    let end = at.checked_add(usize::try_from(header.frame_len()?).ok()?)?;
    let frame = rest.get(at..end)?;
    let (body, trailer) = frame.split_at(frame.len() - TRAILER);
    (crc32c::crc32c(&body[8..]) == header.checksum && trailer == header.trailer()).then_some(header)
}

/// Whether some sector's part of these octets is all zero, as it is before it is written.
fn has_unwritten_sector(octets: &[u8], offset: u64) -> bool {
    let first = (SECTOR - offset % SECTOR) as usize;
    let (head, rest) = octets.split_at(first.min(octets.len()));
    let zero = |part: &[u8]| part.iter().all(|octet| *octet == 0);
    zero(head) || rest.chunks_exact(SECTOR as usize).any(zero)
}

pub(super) fn io_trouble(path: &Path, offset: u64, e: &std::io::Error) -> JournalError {
    JournalError::Unavailable(format!("{} at octet {offset}: {e}", path.display()))
}
