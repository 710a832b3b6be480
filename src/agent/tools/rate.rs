//! How often a tool is called in a minute.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::types::Millis;

const MINUTE: Duration = Duration::from_secs(60);

/// The calls of the last minute, by tool. A restart forgets them.
#[derive(Default)]
pub(super) struct Rates(Mutex<HashMap<String, VecDeque<Millis>>>);

impl Rates {
    /// Counts a call, if there is room for it.
    pub(super) fn takes(&self, tool: &str, per_minute_max: u32, now: Millis) -> bool {
        let mut rates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = rates.entry(tool.to_owned()).or_default();
        while calls.front().is_some_and(|first| now.since(*first) >= MINUTE) {
            calls.pop_front();
        }
        let has_room = calls.len() < per_minute_max as usize;
        if has_room {
            calls.push_back(now);
        }
        has_room
    }
}
