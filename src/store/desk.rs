//! The committer's desk: what the operations of a batch see and what they are about to write.
//!
//! An operation sees the index, over it what earlier operations of its batch wrote, over that its own. When it fails, its
//! own is dropped; when the journal fails, everything is.

use std::collections::BTreeMap;

use bytes::Bytes;
use sled::IVec;

use super::{
    agenda,
    changes::Change,
    facts::{Fact, push_line},
    index::Index,
    journal::{Kept, Placed, Position, Record},
    keys,
    projection::project,
    requests::StoreError,
    tallies::Tallies,
    view::{ROW_HEAD, View},
};
use crate::types::{JobKind, Pick};

/// Values by key; `None` takes a value away.
type Values = BTreeMap<Vec<u8>, Option<IVec>>;

/// See the module.
pub(super) struct Desk {
    index: Index,
    values: Values,
    tallies: Tallies,
    records: Vec<Record>,
    /// Rows that need to know where the raw bytes of their record came to lie.
    placed: Vec<(usize, Vec<u8>)>,
    due: Vec<JobKind>,
    changes: Vec<Change>,
    own: Own,
}

/// What came of a batch, for those who wait or look.
pub(super) struct Applied {
    /// Kinds of jobs that became due.
    pub(super) due: Vec<JobKind>,
    /// What is different now.
    pub(super) changes: Vec<Change>,
}

/// What one operation is about to write.
#[derive(Default)]
struct Own {
    values: Values,
    tallies: Tallies,
    record: Record,
    placed: Vec<Vec<u8>>,
    due: Vec<JobKind>,
    changes: Vec<Change>,
}

impl Desk {
    /// An empty desk over the index, which has counted `tallies`.
    pub(super) fn new(index: Index, tallies: Tallies) -> Self {
        let own = Own { tallies: tallies.clone(), ..Own::default() };
        let (values, records, placed, due, changes) = Default::default();
        Self { index, values, tallies, records, placed, due, changes, own }
    }

    /// Writes a fact: into the record, and into what later questions see.
    ///
    /// # Errors
    /// When the index cannot be read, or a row is too long for it.
    pub(super) fn state(&mut self, fact: &Fact) -> Result<(), StoreError> {
        let json = fact.json();
        self.state_json(fact, &json)
    }

    /// The same, with the JSON made before.
    pub(super) fn state_json(&mut self, fact: &Fact, json: &[u8]) -> Result<(), StoreError> {
        push_line(&mut self.own.record.facts, fact, json);
        project(fact, json, self)
    }

    /// Gives the record raw bytes, to which the rows of its facts point.
    pub(super) fn attach(&mut self, raw: Vec<Bytes>) {
        self.own.record.raw = raw;
    }

    /// The operation succeeded: what it wrote joins the batch.
    pub(super) fn keep_own(&mut self) {
        let next = Own { tallies: self.own.tallies.clone(), ..Own::default() };
        let own = std::mem::replace(&mut self.own, next);
        if own.record.facts.is_empty() {
            return;
        }
        let at = self.records.len();
        self.values.extend(own.values);
        self.placed.extend(own.placed.into_iter().map(|key| (at, key)));
        self.due.extend(own.due);
        self.changes.extend(own.changes);
        self.tallies = own.tallies;
        self.records.push(own.record);
    }

    /// The operation failed: nothing of it is left.
    pub(super) fn drop_own(&mut self) {
        self.own = Own { tallies: self.tallies.clone(), ..Own::default() };
    }

    /// What the journal is to keep.
    pub(super) fn records(&self) -> &[Record] {
        &self.records
    }

    /// The journal has it: brings the index to `after`, empties the desk and says what came of it.
    pub(super) fn apply(&mut self, places: &[Placed], after: Position) -> Result<Applied, StoreError> {
        for (record, key) in std::mem::take(&mut self.placed) {
            if let (Some(Some(value)), Some(place)) = (self.values.get_mut(&key), places.get(record)) {
                let mut row = value.to_vec();
                write_place(&mut row, *place);
                *value = row.into();
            }
        }
        self.records.clear();
        self.index.apply(std::mem::take(&mut self.values).into_iter(), after, &self.tallies)?;
        Ok(Applied { due: std::mem::take(&mut self.due), changes: std::mem::take(&mut self.changes) })
    }

    /// The journal does not have it: nothing of the batch is left.
    pub(super) fn discard(&mut self, tallies: &Tallies) {
        self.values.clear();
        self.placed.clear();
        self.records.clear();
        self.due.clear();
        self.changes.clear();
        self.tallies = tallies.clone();
        self.drop_own();
    }

    /// A record read from the journal, as if it had just been decided.
    pub(super) fn replay(&mut self, kept: &Kept) -> Result<(), StoreError> {
        for line in super::facts::lines(&kept.facts) {
            let (fact, json) = Fact::read(line)
                .map_err(|e| StoreError::Damaged(format!("record {} of the journal holds {e}", kept.sequence)))?;
            self.own.record.facts.push(b'\n');
            project(&fact, json, self)?;
        }
        for key in std::mem::take(&mut self.own.placed) {
            if let Some(Some(value)) = self.own.values.get_mut(&key) {
                let mut row = value.to_vec();
                write_place(&mut row, kept.raw);
                *value = row.into();
            }
        }
        self.keep_own();
        Ok(())
    }

    /// How many values wait to be applied.
    pub(super) fn waiting(&self) -> usize {
        self.values.len()
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: impl Into<IVec>) {
        self.own.values.insert(key, Some(value.into()));
    }

    pub(super) fn delete(&mut self, key: Vec<u8>) {
        self.own.values.insert(key, None);
    }

    /// The row under that key points at the raw bytes of this record.
    pub(super) fn place_later(&mut self, key: Vec<u8>) {
        self.own.placed.push(key);
    }

    pub(super) fn now_due(&mut self, kind: JobKind) {
        self.own.due.push(kind);
    }

    pub(super) fn changed(&mut self, change: Change) {
        self.own.changes.push(change);
    }

    pub(super) fn tallies(&self) -> &Tallies {
        &self.own.tallies
    }

    pub(super) fn tallies_mut(&mut self) -> &mut Tallies {
        &mut self.own.tallies
    }

    /// The key of the first job of a kind that may be picked, be it due or claimed.
    pub(super) fn first_due(&self, kind: JobKind, pick: &Pick) -> Result<Option<Vec<u8>>, StoreError> {
        let (batch, own) = (&self.values, &self.own.values);
        let first = self.index.first_due(kind, pick, |key| batch.contains_key(key) || own.contains_key(key))?;
        let prefix = keys::due_of(kind);
        let under = |values: &Values, hidden: &Values| {
            let mut here = values.range(prefix.clone()..).take_while(|(key, _)| key.starts_with(&prefix));
            let shown = |key: &Vec<u8>, line: &IVec| !hidden.contains_key(key) && agenda::picks(pick, line);
            here.find(|(key, value)| value.as_ref().is_some_and(|line| shown(key, line))).map(|(key, _)| key.clone())
        };
        let none = Values::new();
        Ok([first, under(batch, own), under(own, &none)].into_iter().flatten().min())
    }
}

fn write_place(row: &mut [u8], place: Placed) {
    if let Some(head) = row.first_chunk_mut::<ROW_HEAD>() {
        head[1..9].copy_from_slice(&place.segment.to_be_bytes());
        head[9..17].copy_from_slice(&place.offset.to_be_bytes());
    }
}

impl View for Desk {
    fn value(&self, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        match self.own.values.get(key).or_else(|| self.values.get(key)) {
            Some(ours) => Ok(ours.clone()),
            None => self.index.value(key),
        }
    }
}
