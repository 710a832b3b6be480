//! Which keys of a sending domain sign, which are to come, and which have signed.
//!
//! The first keys are those that the `[[domain]]` names. From the first rotation on the ring is `dkim/DOMAIN/ring.json` in the
//! data folder, beside the keys. A change puts a whole new file in the place of the old one, under a lock: the daemon and
//! commands may both change it, and a crash leaves the one or the other. Keys are on disk before a ring names them; a key that a
//! crash left without a ring is never used. Who changes the selectors in `smtpd.toml` has the last word: the ring then begins
//! anew from there.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::keys::{self, KeyError, KeyKind};
use crate::{config::Domain, types::Millis};

/// How long the row of a key stays published after its last signature: relays try for five days (RFC 5321 §4.5.4.1), and some
/// receivers verify later.
pub const OLD_ROWS_STAY: Duration = Duration::from_secs(7 * 24 * 3600);

/// Keys of one kind that one day can give; a crash may use one up.
const KEYS_A_DAY_MAX: u32 = 99;

/// The selectors of one set of keys; at most one of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Selectors {
    /// Of the RSA key.
    pub rsa: Option<String>,
    /// Of the Ed25519 key.
    pub ed25519: Option<String>,
}

impl Selectors {
    /// Those that the configuration names.
    pub fn of(domain: &Domain) -> Self {
        Self { rsa: domain.selector_rsa.clone(), ed25519: domain.selector_ed25519.clone() }
    }

    /// Names nobody has used yet. `date`: `20261123`.
    ///
    /// # Errors
    /// [`KeyError::Exists`] when that day has given too many; [`KeyError::Name`].
    pub fn dated(data: &Path, domain: &str, date: &str) -> Result<Self, KeyError> {
        let mut taken = PathBuf::new();
        for n in 1..=KEYS_A_DAY_MAX {
            let again = if n == 1 { String::new() } else { format!("-{n}") };
            let [rsa, ed25519] = ["rsa", "ed25519"].map(|kind| format!("replyd-{kind}-{date}{again}"));
            taken = keys::path(data, domain, &rsa)?;
            if !taken.exists() && !keys::path(data, domain, &ed25519)?.exists() {
                return Ok(Self { rsa: Some(rsa), ed25519: Some(ed25519) });
            }
        }
        Err(KeyError::Exists(taken))
    }

    /// Each with its kind, in the order in which signatures stand on a letter.
    pub fn each(&self) -> impl Iterator<Item = (&str, KeyKind)> {
        let ed25519 = self.ed25519.as_deref().map(|selector| (selector, KeyKind::Ed25519));
        ed25519.into_iter().chain(self.rsa.as_deref().map(|selector| (selector, KeyKind::Rsa)))
    }

    /// Makes the keys that are not there yet.
    ///
    /// # Errors
    /// Those of [`keys::make`], but for [`KeyError::Exists`].
    pub fn make_missing(&self, data: &Path, domain: &str) -> Result<(), KeyError> {
        for (selector, kind) in self.each() {
            if keys::path(data, domain, selector)?.exists() {
                continue;
            }
            match keys::make(data, domain, selector, kind) {
                // Somebody else made it meanwhile.
                Ok(_) | Err(KeyError::Exists(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Keys that wait until DNS shows their rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextKeys {
    /// Their selectors.
    pub selectors: Selectors,
    /// When they were made.
    pub made: Millis,
}

/// Keys that sign no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetiredKeys {
    /// Their selectors.
    pub selectors: Selectors,
    /// When they stopped.
    pub at: Millis,
}

impl RetiredKeys {
    /// Until when their rows have to stay published: letters on their way are still verified.
    pub fn stay_until(&self) -> Millis {
        self.at.plus(OLD_ROWS_STAY)
    }
}

/// All keys of one domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRing {
    /// What `smtpd.toml` said when this ring began.
    configured: Selectors,
    /// Those that sign.
    pub signing: Selectors,
    /// Those that will.
    pub next: Option<NextKeys>,
    /// Those that did, newest first.
    pub retired: Vec<RetiredKeys>,
}

impl KeyRing {
    /// The ring as it is now.
    ///
    /// # Errors
    /// [`KeyError::Ring`] when the file is not as we wrote it, [`KeyError::File`], [`KeyError::Name`].
    pub fn read(data: &Path, domain: &Domain) -> Result<Self, KeyError> {
        let configured = Selectors::of(domain);
        let path = ring_path(data, &domain.name)?;
        let begun = match fs::read(&path) {
            Ok(text) => Some(
                serde_json::from_slice::<Self>(&text)
                    .map_err(|fault| KeyError::Ring { path, words: fault.to_string() })?,
            ),
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(KeyError::File { path, source }),
        };
        let of_the_configuration =
            || Self { signing: configured.clone(), configured: configured.clone(), next: None, retired: Vec::new() };
        Ok(begun.filter(|ring| ring.configured == configured).unwrap_or_else(of_the_configuration))
    }

    /// Begins a rotation: makes the next keys under selectors of that `date` (`20261123`). What signs goes on signing. Where
    /// one has begun, that one is it.
    ///
    /// # Errors
    /// As [`KeyRing::read`], and those of making keys; nothing is changed then.
    pub fn begin(data: &Path, domain: &Domain, date: &str, now: Millis) -> Result<Self, KeyError> {
        let _lock = keys::lock_keys(data, &domain.name)?;
        let mut ring = Self::read(data, domain)?;
        match &ring.next {
            Some(next) => next.selectors.make_missing(data, &domain.name)?,
            None => {
                let selectors = Selectors::dated(data, &domain.name, date)?;
                selectors.make_missing(data, &domain.name)?;
                ring.next = Some(NextKeys { selectors, made: now });
                ring.retired.retain(|keys| keys.stay_until() > now);
                ring.write(data, &domain.name)?;
            }
        }
        Ok(ring)
    }

    /// Ends a rotation: from now on the next keys sign. `published` are those whose rows DNS shows; the ring when they were the
    /// next ones, `None` when somebody else has been faster.
    ///
    /// # Errors
    /// As [`KeyRing::read`], and when a next key cannot be read; nothing is changed then.
    pub fn switch(data: &Path, domain: &Domain, published: &Selectors, now: Millis) -> Result<Option<Self>, KeyError> {
        let _lock = keys::lock_keys(data, &domain.name)?;
        let mut ring = Self::read(data, domain)?;
        let Some(next) = ring.next.take_if(|next| next.selectors == *published) else { return Ok(None) };
        for (selector, _) in next.selectors.each() {
            keys::load(&keys::path(data, &domain.name, selector)?)?;
        }
        let selectors = std::mem::replace(&mut ring.signing, next.selectors);
        if selectors != Selectors::default() {
            ring.retired.insert(0, RetiredKeys { selectors, at: now });
        }
        ring.write(data, &domain.name)?;
        Ok(Some(ring))
    }

    /// The last rotation, as long as its old rows have to stay published.
    pub fn recently_retired(&self, now: Millis) -> Option<&RetiredKeys> {
        self.retired.first().filter(|keys| keys.stay_until() > now)
    }

    fn write(&self, data: &Path, domain: &str) -> Result<(), KeyError> {
        let path = ring_path(data, domain)?;
        let text = serde_json::to_string_pretty(self).expect("a ring has string keys only") + "\n";
        keys::replace(&path, text.as_bytes()).map_err(|source| KeyError::File { path, source })
    }
}

fn ring_path(data: &Path, domain: &str) -> Result<PathBuf, KeyError> {
    Ok(keys::key_folder(data, domain)?.join("ring.json"))
}

#[cfg(test)]
#[path = "key_ring_tests.rs"]
mod tests;
