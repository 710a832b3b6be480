//! What is surely not in sled, said without asking it.
//!
//! Most of what a new mail asks for is not there: its fingerprint, its Message-ID, its own id, the number drawn for it. A
//! Bloom filter over the keys that are asked for one by one knows that; sled takes longer, and answers nothing while it
//! takes a batch. The filter is learned from sled after the start, some keys at a time, and until then says nothing.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

/// The letters of the keys that are asked for one by one, in their order. See `keys`.
const ASKED_FOR: &[u8] = b"CEFIJLMNSV";

/// Bits: 4 MiB. A million conversations have some five million such keys; then one answer in 25 needs sled after all.
const BITS: usize = 1 << 25;

/// Bits set for a key.
const PROBES: u64 = 4;

/// Keys that are learned in one go.
const LEARNED_AT_ONCE: usize = 4096;

/// See the module. Copies share it.
#[derive(Debug, Clone)]
pub(super) struct Absent(Arc<Filter>);

#[derive(Debug)]
struct Filter {
    words: Box<[AtomicU64]>,
    /// Keyed anew in every process: nobody outside can aim at a bit (S-17).
    hasher: RandomState,
    learned: AtomicBool,
    /// Where learning goes on.
    next: Mutex<Vec<u8>>,
}

impl Default for Absent {
    fn default() -> Self {
        Self(Arc::new(Filter {
            words: (0..BITS / 64).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            learned: AtomicBool::new(false),
            next: Mutex::new(vec![ASKED_FOR[0]]),
        }))
    }
}

impl Absent {
    /// Whether that key is surely not in sled.
    pub(super) fn surely(&self, key: &[u8]) -> bool {
        self.0.learned.load(Relaxed)
            && is_asked_for(key)
            && !self.bits(key).all(|(word, bit)| word.load(Relaxed) & bit != 0)
    }

    /// This key is about to be in sled.
    pub(super) fn add(&self, key: &[u8]) {
        if is_asked_for(key) {
            for (word, bit) in self.bits(key) {
                word.fetch_or(bit, Relaxed);
            }
        }
    }

    fn bits(&self, key: &[u8]) -> impl Iterator<Item = (&AtomicU64, u64)> {
        let hash = self.0.hasher.hash_one(key);
        // Two halves of one hash serve for all probes (Kirsch and Mitzenmacher, 2006).
        let (first, step) = (hash >> 32, (hash & 0xffff_ffff) | 1);
        (0..PROBES).map(move |probe| {
            let bit = first.wrapping_add(probe.wrapping_mul(step)) as usize % BITS;
            (&self.0.words[bit / 64], 1 << (bit % 64))
        })
    }

    /// Whether there is nothing left to learn.
    pub(super) fn is_learned(&self) -> bool {
        self.0.learned.load(Relaxed)
    }

    /// Learns some more of what is in sled. `from` gives its keys from one on, in order.
    pub(super) fn learn<K: AsRef<[u8]>, E, I>(&self, from: impl Fn(&[u8]) -> I) -> Result<(), E>
    where
        I: Iterator<Item = Result<K, E>>,
    {
        let mut next = self.0.next.lock().unwrap_or_else(PoisonError::into_inner);
        let mut learned = 0;
        'seek: while learned < LEARNED_AT_ONCE {
            for key in from(&next) {
                let key = key?;
                let key = key.as_ref();
                if !is_asked_for(key) {
                    let Some(letter) = ASKED_FOR.iter().find(|letter| Some(*letter) > key.first()) else { break };
                    *next = vec![*letter];
                    continue 'seek;
                }
                self.add(key);
                learned += 1;
                if learned == LEARNED_AT_ONCE {
                    *next = [key, &[0]].concat();
                    return Ok(());
                }
            }
            break;
        }
        self.0.learned.store(true, Relaxed);
        Ok(())
    }

    /// Another index takes the place of the one that was learned: everything is to be learned again.
    pub(super) fn start_over(&self) {
        let mut next = self.0.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.learned.store(false, Relaxed);
        *next = vec![ASKED_FOR[0]];
    }
}

fn is_asked_for(key: &[u8]) -> bool {
    key.first().is_some_and(|letter| ASKED_FOR.contains(letter))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn learn_all(absent: &Absent, keys: &BTreeSet<Vec<u8>>) -> usize {
        let mut goes = 0;
        while !absent.is_learned() {
            absent.learn(|from| keys.range(from.to_vec()..).map(|key| Ok::<_, ()>(key.clone()))).unwrap();
            goes += 1;
        }
        goes
    }

    #[test]
    fn it_says_nothing_before_it_has_learned_and_the_truth_after() {
        let letters = b"ACDFHIJLMNRTU!";
        let keys: BTreeSet<Vec<u8>> =
            (0..20_000u32).map(|n| [&letters[n as usize % letters.len()..][..1], &n.to_be_bytes()].concat()).collect();
        let absent = Absent::default();
        assert!(!absent.surely(b"Mnever"));

        let goes = learn_all(&absent, &keys);

        assert!(goes > 2, "{goes}: it learns some at a time");
        assert!(keys.iter().all(|key| !absent.surely(key)));
        let unknown = (0..20_000u32).filter(|n| absent.surely(&[b"M".as_slice(), &n.to_le_bytes(), b"x"].concat()));
        assert!(unknown.count() > 19_900);
    }

    #[test]
    fn what_is_added_is_not_absent_and_what_is_never_asked_for_is_not_known() {
        let absent = Absent::default();
        learn_all(&absent, &BTreeSet::new());
        assert!(absent.surely(b"F1") && !absent.surely(b"T1"));
        absent.add(b"F1");
        assert!(!absent.surely(b"F1"));
        absent.start_over();
        assert!(!absent.surely(b"F2"));
    }
}
