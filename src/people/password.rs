//! Passwords: what one must be like, and its hash.
//!
//! Argon2id with what the OWASP Password Storage Cheat Sheet asks for at least. A hash takes memory and tens of
//! milliseconds, so it is made apart from the tasks that serve, a few at a time.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use tokio::sync::Semaphore;

use crate::{
    store::people::{Guarded, LoginName},
    types::Secret,
};

/// Memory of one hash, KiB.
const MEMORY_KIB: u32 = 19_456;

/// Passes over it.
const PASSES: u32 = 2;

/// Lanes.
const LANES: u32 = 1;

/// Hashes that are made at once.
const AT_ONCE: usize = 2;

/// Hashes that may wait for their turn. Whoever comes then is told to come back.
const WAITING_MAX: usize = 64;

/// Characters of the shortest password.
pub const PASSWORD_CHARS_MIN: usize = 12;

/// Octets of the longest.
pub const PASSWORD_OCTETS_MAX: usize = 1024;

/// Different characters in it.
const DIFFERENT_MIN: usize = 5;

/// Of a password that nobody knows: what a login by an unknown name is held against.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGtub3dzIGl0$6iXFzO5jdHUMYh1eT1YEoZ5K9hYSGYEMBuTiV8k5gOo";

/// Why a password cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("a password has {PASSWORD_CHARS_MIN} characters at least")]
    Short,
    /// Too long.
    #[error("a password has {PASSWORD_OCTETS_MAX} octets at most")]
    Long,
    /// The first thing anybody would try.
    #[error("a password has {DIFFERENT_MIN} different characters at least, and not the login name in it")]
    Plain,
    /// Too many at once.
    #[error("too many people log in at once: try again in a moment")]
    Busy,
    /// No randomness, no thread.
    #[error("no hash can be made: {0}")]
    Broken(String),
}

/// Makes and compares hashes.
#[derive(Debug, Clone, Default)]
pub(super) struct Passwords(Arc<Bench>);

#[derive(Debug)]
struct Bench {
    places: Semaphore,
    waiting: AtomicUsize,
    hashes: AtomicU64,
}

impl Default for Bench {
    fn default() -> Self {
        Self { places: Semaphore::new(AT_ONCE), waiting: AtomicUsize::new(0), hashes: AtomicU64::new(0) }
    }
}

impl Passwords {
    /// The hash of a new password.
    ///
    /// # Errors
    /// What it is not like, or that none can be made now.
    pub(super) async fn hash(&self, name: &LoginName, password: &Secret) -> Result<Guarded, PasswordError> {
        check(name, password.expose_str())?;
        let password = password.clone();
        self.apart(move || {
            let hash = argon2().hash_password(password.expose());
            hash.map(|hash| Guarded::new(hash.to_string())).map_err(|error| PasswordError::Broken(error.to_string()))
        })
        .await?
    }

    /// Whether it is the password of that hash. Without one it takes as long, and is not.
    ///
    /// # Errors
    /// When none can be compared now.
    pub(super) async fn fits(&self, password: &Secret, hash: Option<&Guarded>) -> Result<bool, PasswordError> {
        let (password, hash) = (password.clone(), hash.cloned());
        if password.expose().len() > PASSWORD_OCTETS_MAX {
            return Ok(false);
        }
        self.apart(move || {
            let against = hash.as_ref().map_or(NOBODYS, Guarded::expose);
            argon2().verify_password(password.expose(), against).is_ok() && hash.is_some()
        })
        .await
    }

    /// How many hashes were made.
    #[cfg(test)]
    pub(super) fn hashes(&self) -> u64 {
        self.0.hashes.load(Relaxed)
    }

    async fn apart<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PasswordError> {
        let _waits = Waits::begin(&self.0)?;
        let _place = self.0.places.acquire().await.map_err(|error| PasswordError::Broken(error.to_string()))?;
        self.0.hashes.fetch_add(1, Relaxed);
        tokio::task::spawn_blocking(work).await.map_err(|error| PasswordError::Broken(error.to_string()))
    }
}

/// Counted while it lives.
struct Waits<'b>(&'b Bench);

impl<'b> Waits<'b> {
    fn begin(bench: &'b Bench) -> Result<Self, PasswordError> {
        let waits = Self(bench);
        if bench.waiting.fetch_add(1, Relaxed) >= WAITING_MAX { Err(PasswordError::Busy) } else { Ok(waits) }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Relaxed);
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the constants are within what Argon2 takes");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn check(name: &LoginName, password: &str) -> Result<(), PasswordError> {
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(PasswordError::Short);
    }
    if password.len() > PASSWORD_OCTETS_MAX {
        return Err(PasswordError::Long);
    }
    if different.len() < DIFFERENT_MIN || password.to_lowercase().contains(name.as_str()) {
        return Err(PasswordError::Plain);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::new(text)
    }

    fn ada() -> LoginName {
        LoginName::parse("ada").unwrap()
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only_and_the_hash_says_how_it_was_made() {
        let passwords = Passwords::default();
        let hash = passwords.hash(&ada(), &secret("correct horse battery")).await.unwrap();
        assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "what OWASP asks for");
        assert!(passwords.fits(&secret("correct horse battery"), Some(&hash)).await.unwrap());
        assert!(!passwords.fits(&secret("correct horse batterY"), Some(&hash)).await.unwrap());
        let again = passwords.hash(&ada(), &secret("correct horse battery")).await.unwrap();
        assert_ne!(hash, again, "each has a salt of its own");
    }

    #[test]
    fn who_is_unknown_costs_what_anybody_costs() {
        let nobodys = argon2::password_hash::phc::PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&nobodys).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert_eq!(nobodys.hash.unwrap().as_bytes().len(), 32);
    }

    #[test]
    fn what_anybody_would_try_first_is_no_password() {
        let long = "ab1d".repeat(300);
        for (password, why) in [
            ("eleven chrs", PasswordError::Short),
            (&long, PasswordError::Long),
            ("aaaaaaaaaaaaaaa", PasswordError::Plain),
            ("Ada's password", PasswordError::Plain),
        ] {
            assert_eq!(check(&ada(), password), Err(why), "{password}");
        }
        assert_eq!(check(&ada(), "zwölf Zeichen"), Ok(()));
    }

    #[tokio::test]
    async fn no_more_wait_than_may() {
        let passwords = Passwords::default();
        let waits: Vec<_> = (0..WAITING_MAX).map(|_| Waits::begin(&passwords.0).unwrap()).collect();
        let refused = passwords.fits(&secret("x"), None).await;
        assert_eq!(refused, Err(PasswordError::Busy));
        drop(waits);
        assert!(!passwords.fits(&secret("x"), None).await.unwrap());
    }
}
