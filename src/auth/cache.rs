//! DNS answers kept for a while: bounded, shared by all mails, errors and absences included.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Parts of the cache that are locked apart.
const SHARDS: usize = 16;

/// Answers by question. At most as many as it was made for, give or take a rounding per shard; the oldest makes room.
#[derive(Debug)]
pub(super) struct Cache<V> {
    shards: Vec<Mutex<Shard<V>>>,
    // Keyed, because senders choose the names (S-17).
    keyed: RandomState,
    per_shard_max: usize,
}

#[derive(Debug)]
struct Shard<V> {
    entries: HashMap<Box<[u8]>, (V, Instant)>,
    // Each key of `entries` once, oldest first.
    order: VecDeque<Box<[u8]>>,
}

impl<V: Clone> Cache<V> {
    pub(super) fn new(entries_max: usize) -> Self {
        let shard = || Mutex::new(Shard { entries: HashMap::new(), order: VecDeque::new() });
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            keyed: RandomState::new(),
            per_shard_max: entries_max.div_ceil(SHARDS).max(1),
        }
    }

    /// The answer to `question`, unless it has expired by `now`.
    pub(super) fn find(&self, question: &[u8], now: Instant) -> Option<V> {
        let shard = self.shard(question);
        shard.entries.get(question).filter(|(_, until)| *until > now).map(|(answer, _)| answer.clone())
    }

    pub(super) fn keep(&self, question: &[u8], answer: V, until: Instant) {
        let mut shard = self.shard(question);
        if let Some(entry) = shard.entries.get_mut(question) {
            *entry = (answer, until);
            return;
        }
        while shard.order.len() >= self.per_shard_max {
            if let Some(oldest) = shard.order.pop_front() {
                shard.entries.remove(&oldest);
            }
        }
        shard.order.push_back(question.into());
        shard.entries.insert(question.into(), (answer, until));
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap().entries.len()).sum()
    }

    fn shard(&self, question: &[u8]) -> MutexGuard<'_, Shard<V>> {
        let at = self.keyed.hash_one(question) as usize % self.shards.len();
        // A panic while it was held cannot have left more than one entry behind; all of them are still answers.
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_answer_is_forgotten_when_its_time_is_over() {
        let (cache, now) = (Cache::new(10), Instant::now());
        cache.keep(b"a", 1, now + Duration::from_secs(5));
        assert_eq!(cache.find(b"a", now), Some(1));
        assert_eq!(cache.find(b"a", now + Duration::from_secs(5)), None);
    }

    /// S-18: whoever chooses the names does not choose how much memory they take.
    #[test]
    fn a_full_cache_lets_the_oldest_go() {
        let (cache, now) = (Cache::new(64), Instant::now());
        for i in 0u32..10_000 {
            cache.keep(&i.to_be_bytes(), i, now + Duration::from_secs(5));
        }
        assert!(cache.len() <= 64);
        assert_eq!(cache.find(&9_999u32.to_be_bytes(), now), Some(9_999));
        assert_eq!(cache.find(&0u32.to_be_bytes(), now), None);
    }

    #[test]
    fn a_second_answer_replaces_the_first() {
        let (cache, now) = (Cache::new(1), Instant::now());
        for answer in [1, 2] {
            cache.keep(b"a", answer, now + Duration::from_secs(5));
        }
        assert_eq!((cache.find(b"a", now), cache.len()), (Some(2), 1));
    }
}
