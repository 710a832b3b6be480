//! What happened since the start, counted for `/metrics`. What must survive a restart is counted by the store.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::{conversation::Class, types::Level};

/// One process, one set of counters.
static COUNTERS: Mutex<Counters> =
    Mutex::new(Counters { intake: BTreeMap::new(), duplicates: 0, not_kept: 0, brakes: BTreeMap::new() });

/// See the module. Both keys come from short lists of ours, so that nobody outside can make them many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counters {
    /// Mails that were kept, by level and class.
    pub intake: BTreeMap<(u8, &'static str), u64>,
    /// Mails that had been kept before.
    pub duplicates: u64,
    /// Mails that could not be kept; the peer was asked to come back.
    pub not_kept: u64,
    /// How often a brake kept the AI from answering.
    pub brakes: BTreeMap<&'static str, u64>,
}

/// What was counted so far.
pub fn snapshot() -> Counters {
    counters().clone()
}

/// A mail was answered with 250.
pub fn kept(level: Level, class: Class, is_duplicate: bool) {
    let mut counters = counters();
    if is_duplicate {
        counters.duplicates += 1;
    } else {
        *counters.intake.entry((level.as_u8(), class.word())).or_default() += 1;
    }
}

/// A mail could not be kept.
pub(super) fn not_kept() {
    counters().not_kept += 1;
}

/// A brake held.
pub(super) fn brake_held(brake: &'static str) {
    *counters().brakes.entry(brake).or_default() += 1;
}

fn counters() -> MutexGuard<'static, Counters> {
    COUNTERS.lock().unwrap_or_else(PoisonError::into_inner)
}
