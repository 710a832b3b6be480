//! When which job is due, in memory and in order: what the `D` keys of the index say.
//!
//! The next job is asked for far more often than anything else is, and the keys before it are those of jobs just done: a
//! scan would pass over all of them each time. Deliveries stand in one line for each domain, so that a domain whose
//! servers are busy is passed over at once, however much waits for it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sled::IVec;

use super::{index::Index, keys, requests::StoreError};
use crate::types::{JobKind, Pick};

/// Which line: octets of a domain's digest, see [`keys::line`]. Answers stand in one.
pub(super) type Line = Vec<u8>;

/// See the module. Copies share it. Empty until first asked: then it is read from the index.
#[derive(Debug, Clone, Default)]
pub(super) struct Agenda(Arc<Mutex<Option<Kinds>>>);

#[derive(Debug, Default)]
pub(super) struct Kinds([Lines; JobKind::ALL.len()]);

/// The `D` keys of one kind of job.
#[derive(Debug, Default)]
struct Lines {
    lines: HashMap<Line, BTreeSet<Vec<u8>>>,
    /// The first key of each line.
    heads: BTreeSet<(Vec<u8>, Line)>,
    /// In which line a key is.
    line_of: HashMap<Vec<u8>, Line>,
}

impl Agenda {
    pub(super) fn lock(&self) -> MutexGuard<'_, Option<Kinds>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets everything: it is read again when next asked.
    pub(super) fn start_over(&self) {
        *self.lock() = None;
    }

    /// The first key of a kind that may be picked and is not `hidden`.
    ///
    /// # Errors
    /// When the index cannot be read now.
    pub(super) fn first(
        &self,
        index: &Index,
        kind: JobKind,
        pick: &Pick,
        hidden: impl Fn(&[u8]) -> bool,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let mut kinds = self.lock();
        if kinds.is_none() {
            // Locked while it is read, so that no change is missed between.
            let mut read = Kinds::default();
            for found in index.scan(b"D") {
                let (key, value) = found?;
                read.note(&key, Some(&value));
            }
            *kinds = Some(read);
        }
        Ok(kinds.as_ref().and_then(|kinds| kinds.of(kind).first(pick, hidden)))
    }
}

impl Kinds {
    fn of(&self, kind: JobKind) -> &Lines {
        &self.0[kind as usize]
    }

    /// Takes over what the index was told about a key, if it is one of a job that is due.
    pub(super) fn note(&mut self, key: &[u8], value: Option<&IVec>) {
        let Some(kind) = keys::due_kind(key) else { return };
        let lines = &mut self.0[kind as usize];
        lines.remove(key);
        if let Some(line) = value {
            lines.add(key.to_vec(), line.to_vec());
        }
    }
}

impl Lines {
    fn add(&mut self, key: Vec<u8>, name: Line) {
        self.changed(&name, |line| {
            line.insert(key.clone());
        });
        self.line_of.insert(key, name);
    }

    fn remove(&mut self, key: &[u8]) {
        if let Some(name) = self.line_of.remove(key) {
            self.changed(&name, |line| {
                line.remove(key);
            });
        }
    }

    /// Changes a line, and with it which key is its first.
    fn changed(&mut self, name: &Line, change: impl FnOnce(&mut BTreeSet<Vec<u8>>)) {
        let line = self.lines.entry(name.clone()).or_default();
        let before = line.first().cloned();
        change(line);
        let after = line.first().cloned();
        if after.is_none() {
            self.lines.remove(name);
        }
        if before != after {
            before.map(|key| self.heads.remove(&(key, name.clone())));
            after.map(|key| self.heads.insert((key, name.clone())));
        }
    }

    fn first(&self, pick: &Pick, hidden: impl Fn(&[u8]) -> bool) -> Option<Vec<u8>> {
        let shown = |name: &Line| self.lines.get(name)?.iter().find(|key| !hidden(key));
        if let Pick::Of(domain) = pick {
            return shown(&keys::line(domain)).cloned();
        }
        let passed = passed_over(pick);
        let mut first: Option<&Vec<u8>> = None;
        for (head, name) in &self.heads {
            // All further lines begin later than what was found.
            if first.is_some_and(|found| found <= head) {
                break;
            }
            if !passed.contains(name) {
                first = first.into_iter().chain(shown(name)).min();
            }
        }
        first.cloned()
    }
}

fn passed_over(pick: &Pick) -> Vec<Line> {
    match pick {
        Pick::Any | Pick::Of(_) => Vec::new(),
        Pick::Except(domains) => domains.iter().map(|domain| keys::line(domain)).collect(),
    }
}

/// Whether a key of that line may be picked.
pub(super) fn picks(pick: &Pick, name: &[u8]) -> bool {
    match pick {
        Pick::Any => true,
        Pick::Of(domain) => keys::line(domain) == name,
        Pick::Except(_) => !passed_over(pick).iter().any(|passed| passed == name),
    }
}

#[cfg(test)]
#[path = "agenda_tests.rs"]
mod tests;
