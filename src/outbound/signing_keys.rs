//! The keys with which a domain signs at this moment, ready to use.
//!
//! The ring is read anew for each letter, so that a rotation which a command or the daemon ends counts from the next letter on;
//! the keys themselves are read when the ring names others than before.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    key_ring::{KeyRing, Selectors},
    keys::{self, DkimKey, KeyError},
};
use crate::config::Domain;

/// A key and the name of its row.
pub(super) struct NamedKey {
    pub(super) selector: String,
    pub(super) key: DkimKey,
}

/// A set of keys that sign together: a letter is signed with all of one set, never with some of two.
#[derive(Clone, Default)]
struct KeySet {
    selectors: Selectors,
    keys: Arc<[NamedKey]>,
}

/// The keys of one domain.
pub(super) struct SigningKeys {
    data: PathBuf,
    domain: Domain,
    last: Mutex<KeySet>,
}

impl SigningKeys {
    /// Reads them once, so that what cannot be read is told at the start.
    pub(super) fn load(data: &Path, domain: &Domain) -> Result<Self, KeyError> {
        let keys = Self { data: data.to_owned(), domain: domain.clone(), last: Mutex::default() };
        keys.now()?;
        Ok(keys)
    }

    /// Those in force now. A key file that is not there is no error: there is a key less.
    pub(super) fn now(&self) -> Result<Arc<[NamedKey]>, KeyError> {
        let selectors = KeyRing::read(&self.data, &self.domain)?.signing;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // One that was missing may have been made meanwhile.
        if last.selectors != selectors || last.keys.len() < selectors.each().count() {
            let keys = self.read(&selectors)?;
            *last = KeySet { selectors, keys };
        }
        Ok(last.keys.clone())
    }

    fn read(&self, selectors: &Selectors) -> Result<Arc<[NamedKey]>, KeyError> {
        let mut all = Vec::new();
        for (selector, _) in selectors.each() {
            match keys::load(&keys::path(&self.data, &self.domain.name, selector)?) {
                Ok(key) => all.push(NamedKey { selector: selector.to_owned(), key }),
                Err(KeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(all.into())
    }
}
