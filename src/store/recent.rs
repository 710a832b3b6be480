//! What the index was told and has not written yet.
//!
//! sled writes its log twice for every batch, however small, so batches are gathered here first and go down together. Reads
//! look here before they look below. Nothing is lost with it: the position that goes down says how far the index is, and
//! the next start replays the rest from the journal.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use sled::IVec;

use super::index::State;

/// Values by key; `None` takes a value away.
pub(super) type Values = BTreeMap<Vec<u8>, Option<IVec>>;

/// See the module. Copies share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent(Arc<RwLock<Layers>>);

#[derive(Debug, Default)]
struct Layers {
    newest: Values,
    /// On its way down, and still to be seen until it has arrived.
    leaving: Arc<Values>,
    /// How far all of it is.
    state: Option<State>,
    /// The state has come further than what left: by keys, or by a copy that was only counted.
    ahead: bool,
}

impl Recent {
    fn read(&self) -> RwLockReadGuard<'_, Layers> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Layers> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a batch in, all of it at once; gives how many keys wait now.
    pub(super) fn add(&self, changes: impl Iterator<Item = (Vec<u8>, Option<IVec>)>, state: State) -> usize {
        let mut layers = self.write();
        layers.newest.extend(changes);
        layers.state = Some(state);
        layers.ahead = true;
        layers.newest.len()
    }

    /// How many keys wait to go down.
    pub(super) fn waiting(&self) -> usize {
        self.read().newest.len()
    }

    /// How far it is, when anything came since the start.
    pub(super) fn state(&self) -> Option<State> {
        self.read().state.clone()
    }

    /// The value of a key, `Some(None)` when it was taken away, `None` when nothing is known here.
    pub(super) fn value(&self, key: &[u8]) -> Option<Option<IVec>> {
        let layers = self.read();
        layers.newest.get(key).or_else(|| layers.leaving.get(key)).cloned()
    }

    /// What is known here from a key on, under a prefix.
    pub(super) fn range(&self, prefix: &[u8], from: &[u8]) -> Values {
        let layers = self.read();
        let mut found = Values::new();
        for layer in [&*layers.leaving, &layers.newest] {
            let range = layer.range::<[u8], _>((Bound::Included(from), Bound::Unbounded));
            let under = range.take_while(|(key, _)| key.starts_with(prefix));
            found.extend(under.map(|(key, value)| (key.clone(), value.clone())));
        }
        found
    }

    /// Takes out what goes down next, with how far it is then; `None` when nothing waits. One at a time.
    pub(super) fn leave(&self) -> Option<(Arc<Values>, State)> {
        let mut layers = self.write();
        let state = layers.state.clone().filter(|_| layers.ahead)?;
        layers.ahead = false;
        layers.leaving = Arc::new(std::mem::take(&mut layers.newest));
        Some((layers.leaving.clone(), state))
    }

    /// What left has arrived.
    pub(super) fn arrived(&self) {
        self.write().leaving = Arc::default();
    }

    /// Forgets what is here and takes over what is there: the index was made again from the journal.
    pub(super) fn replace(&self, other: &Self) {
        let there = std::mem::take(&mut *other.write());
        *self.write() = there;
    }

    /// What left did not arrive: it waits again, under what came since.
    pub(super) fn turned_back(&self) {
        let mut layers = self.write();
        let mut all = Arc::unwrap_or_clone(std::mem::take(&mut layers.leaving));
        all.append(&mut layers.newest);
        layers.newest = all;
        layers.ahead = true;
    }
}

/// Two ordered sequences as one; where both have a key, what is recent holds.
pub(super) fn merge<E>(
    recent: Values,
    below: impl Iterator<Item = Result<(IVec, IVec), E>>,
) -> impl Iterator<Item = Result<(IVec, IVec), E>> {
    let mut recent = recent.into_iter().peekable();
    let mut below = below.peekable();
    std::iter::from_fn(move || {
        loop {
            let from_recent = match (recent.peek(), below.peek()) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(_), Some(Err(_))) => false,
                (Some((key, _)), Some(Ok((other, _)))) => {
                    if key.as_slice() == &other[..] {
                        below.next();
                        continue;
                    }
                    key.as_slice() < &other[..]
                }
            };
            if !from_recent {
                return below.next();
            }
            // A key taken away is passed over.
            if let Some((key, Some(value))) = recent.next() {
                return Some(Ok((key.into(), value)));
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, Option<&str>)]) -> Values {
        pairs.iter().map(|(key, value)| (key.as_bytes().to_vec(), value.map(IVec::from))).collect()
    }

    fn merged(recent: &[(&str, Option<&str>)], below: &[(&str, &str)]) -> Vec<(String, String)> {
        let below = below.iter().map(|(key, value)| Ok::<_, ()>((IVec::from(*key), IVec::from(*value))));
        let text = |value: IVec| String::from_utf8(value.to_vec()).unwrap();
        merge(values(recent), below).map(|found| found.map(|(k, v)| (text(k), text(v))).unwrap()).collect()
    }

    #[test]
    fn what_is_recent_covers_what_lies_below_and_keeps_the_order() {
        let recent = [("a", Some("new")), ("b", None), ("d", Some("new")), ("e", None), ("f", Some("new"))];
        let below = [("b", "old"), ("c", "old"), ("d", "old")];
        let expected = [("a", "new"), ("c", "old"), ("d", "new"), ("f", "new")];
        assert_eq!(merged(&recent, &below), expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(merged(&[], &below).len(), 3);
        assert!(merged(&[("a", None)], &[("a", "old")]).is_empty());
    }

    #[test]
    fn what_left_is_seen_until_it_arrived_and_waits_again_when_it_did_not() {
        let recent = Recent::default();
        let state = State::testing();
        recent.add(values(&[("a", Some("1"))]).into_iter(), state.clone());
        let (leaving, _) = recent.leave().unwrap();
        assert_eq!(leaving.len(), 1);
        assert!(recent.leave().is_none());
        recent.add(values(&[("a", None), ("b", Some("2"))]).into_iter(), state);
        assert_eq!(recent.value(b"a"), Some(None));
        recent.turned_back();
        assert_eq!(recent.value(b"a"), Some(None));
        assert_eq!(recent.leave().unwrap().0.len(), 2);
        assert_eq!(recent.range(b"", b"").len(), 2);
        recent.arrived();
        assert_eq!(recent.value(b"b"), None);
    }
}
