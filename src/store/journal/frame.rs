//! One record as it lies in a segment.
//!
//! ```text
//!  0  magic          4   RJ01
//!  4  checksum       4   CRC32C of everything from octet 8 to the end of the raw bytes
//!  8  sequence       8   number of the record
//! 16  batch          8   number of the first record of its batch
//! 24  version        2
//! 26  flags          2   bit 0: the last record of its batch
//! 28  facts length   4
//! 32  raw length     8
//! 40  facts, raw, then the checksum again with every bit turned over
//! ```
//!
//! Numbers are little endian. A batch is read only when its last record is there, so it is kept whole or not at all. The
//! checksum at the end tells a record that was written to its end and is damaged from one that was torn while written.
//! A newer version keeps the first forty octets as they are.

use super::Record;

/// Begins every record. Never zero: zeros are where nothing was written yet.
pub(super) const MAGIC: [u8; 4] = *b"RJ01";

/// What this replyd writes and the highest it reads.
pub(super) const VERSION: u16 = 1;

/// Octets before the facts.
pub(super) const HEADER: usize = 40;

/// Octets behind the raw bytes.
pub(super) const TRAILER: usize = 4;

/// Facts longer than this are damage, not data.
const FACTS_OCTETS_MAX: u32 = 64 * 1024 * 1024;

const FLAG_LAST_OF_BATCH: u16 = 1;

/// The first forty octets, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) checksum: u32,
    pub(super) sequence: u64,
    pub(super) batch: u64,
    pub(super) version: u16,
    pub(super) last_of_batch: bool,
    pub(super) facts_len: u32,
    pub(super) raw_len: u64,
}

impl Header {
    /// The header of a record with that number in the batch that began with `batch`, and its checksum.
    pub(super) fn of(record: &Record, sequence: u64, batch: u64, last_of_batch: bool) -> Self {
        let mut header = Self {
            checksum: 0,
            sequence,
            batch,
            version: VERSION,
            last_of_batch,
            facts_len: record.facts.len() as u32,
            raw_len: record.raw_len() as u64,
        };
        let mut sum = crc32c::crc32c(&header.encode()[8..]);
        sum = crc32c::crc32c_append(sum, &record.facts);
        for piece in &record.raw {
            sum = crc32c::crc32c_append(sum, piece);
        }
        header.checksum = sum;
        header
    }

    /// As it lies in the file.
    pub(super) fn encode(&self) -> [u8; HEADER] {
        let mut bytes = [0u8; HEADER];
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&self.checksum.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.batch.to_le_bytes());
        bytes[24..26].copy_from_slice(&self.version.to_le_bytes());
        let flags = if self.last_of_batch { FLAG_LAST_OF_BATCH } else { 0 };
        bytes[26..28].copy_from_slice(&flags.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.facts_len.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.raw_len.to_le_bytes());
        bytes
    }

    /// Reads a header; `None` when these octets begin no record. Lengths are not believed before the checksum is.
    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; HEADER] = bytes.first_chunk()?;
        if bytes[0..4] != MAGIC {
            return None;
        }
        let number = |from: usize| u64::from_le_bytes(bytes[from..from + 8].try_into().expect("eight octets"));
        let half = |from: usize| u32::from_le_bytes(bytes[from..from + 4].try_into().expect("four octets"));
        let header = Self {
            checksum: half(4),
            sequence: number(8),
            batch: number(16),
            version: u16::from_le_bytes([bytes[24], bytes[25]]),
            last_of_batch: bytes[26] & FLAG_LAST_OF_BATCH as u8 != 0,
            facts_len: half(28),
            raw_len: number(32),
        };
        (header.facts_len <= FACTS_OCTETS_MAX).then_some(header)
    }

    /// Octets of the whole record; `None` when its lengths are nonsense.
    pub(super) fn frame_len(&self) -> Option<u64> {
        self.raw_len.checked_add(HEADER as u64 + u64::from(self.facts_len) + TRAILER as u64)
    }

    /// What stands at the end of the record.
    pub(super) fn trailer(&self) -> [u8; TRAILER] {
        (!self.checksum).to_le_bytes()
    }
}

/// Octets that a record takes in a segment.
pub(super) fn len_of(record: &Record) -> u64 {
    (HEADER + record.octets() + TRAILER) as u64
}
