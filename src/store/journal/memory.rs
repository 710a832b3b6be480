//! The journal in memory, for tests: counts its appends and fails the one it is told to.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::{Bytes, BytesMut};

use super::{Appended, Journal, JournalError, Kept, Placed, Position, RawReader, Record, Records};
use crate::store::rows::RawRef;

/// A journal that ends with the process. Copies share what was written: one of them is the way to look in from outside,
/// and to open a second store over the same records.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    kept: Vec<Kept>,
    raw: BTreeMap<u64, Bytes>,
    offset: u64,
    appends: u64,
    fails: Option<u64>,
}

impl MemoryJournal {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often `append` was called.
    pub fn appends(&self) -> u64 {
        self.inner().appends
    }

    /// How many records there are.
    pub fn records(&self) -> u64 {
        self.inner().kept.len() as u64
    }

    /// Lets the `n`-th append from now on fail; 1 is the next.
    pub fn fail_append(&self, n: u64) {
        let mut inner = self.inner();
        inner.fails = Some(inner.appends + n);
    }
}

impl Journal for MemoryJournal {
    fn append(&mut self, batch: &[Record], after: Position) -> Result<Appended, JournalError> {
        let mut guard = self.inner();
        let inner = &mut *guard;
        inner.appends += 1;
        if inner.fails == Some(inner.appends) {
            return Err(JournalError::Unavailable("the test says so".into()));
        }
        if after.next != inner.kept.len() as u64 + 1 {
            return Err(JournalError::Conflict);
        }
        let mut placed = Vec::with_capacity(batch.len());
        for record in batch {
            let raw: BytesMut = record.raw.iter().flat_map(|piece| piece.iter().copied()).collect();
            let place = Placed { segment: 1, offset: inner.offset };
            inner.offset += raw.len().max(1) as u64;
            let sequence = inner.kept.len() as u64 + 1;
            let after = Position { next: sequence + 1, segment: 1, offset: inner.offset };
            let (facts, raw_len) = (record.facts.clone(), raw.len() as u64);
            inner.kept.push(Kept { sequence, facts, raw: place, raw_len, after });
            inner.raw.insert(place.offset, raw.freeze());
            placed.push(place);
        }
        let after = inner.kept.last().map_or(Position::START, |kept| kept.after);
        Ok(Appended { placed, after })
    }

    fn end(&self) -> Position {
        self.inner().kept.last().map_or(Position::START, |kept| kept.after)
    }

    fn read(&self, from: Position) -> Result<Records, JournalError> {
        let inner = self.inner();
        let rest: Vec<_> = inner.kept.iter().filter(|kept| kept.sequence >= from.next).cloned().map(Ok).collect();
        Ok(Box::new(rest.into_iter()))
    }

    fn reader(&self) -> Arc<dyn RawReader> {
        Arc::new(self.clone())
    }
}

impl RawReader for MemoryJournal {
    fn raw(&self, raw: &RawRef) -> io::Result<Bytes> {
        self.inner().raw.get(&raw.offset).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
