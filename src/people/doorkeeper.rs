//! Tells who a request comes from: by the token of a browser, or by an API key.
//!
//! Roles are read with each request, so that a change of them counts from the next one on (S-26).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{
    Actor,
    brake::Brake,
    password::Passwords,
    second_factor::SecondFactors,
    token::{API_KEY_MARK, digest, letters},
};
use crate::{
    store::{
        Store, StoreError,
        people::{AccountRow, LoginRow, TokenDigest},
    },
    types::{Clock, Millis, Secret},
};

/// How long a login lasts when nobody uses it.
pub const IDLE: Duration = Duration::from_secs(12 * 3600);

/// How long it lasts at most.
pub const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long after it somebody need not prove again who they are: for what changes where mail goes, or who gets in.
pub const FRESH: Duration = Duration::from_secs(15 * 60);

/// Octets of the longest token or key that is looked at.
const TOKEN_OCTETS_MAX: usize = 128;

/// Logins whose last use is remembered. Beyond them one is taken to be used when it was made.
const SEEN_MAX: usize = 20_000;

/// What keys are for.
const CSRF: &str = "replyd 2026 people: what forms carry";
const HALFWAY: &str = "replyd 2026 people: between password and second factor";

/// See the module. Copies share it.
#[derive(Debug, Clone)]
pub struct Doorkeeper(pub(super) Arc<Lodge>);

/// What it works with.
#[derive(Debug)]
pub(super) struct Lodge {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) passwords: Passwords,
    pub(super) factors: SecondFactors,
    pub(super) brake: Brake,
    /// The link that makes the first account, while there is none: its digest, and until when.
    pub(super) first: Mutex<Option<(TokenDigest, Millis)>>,
    pub(super) halfway: MacKey,
    csrf: MacKey,
    seen: Mutex<HashMap<TokenDigest, Millis>>,
    started: Millis,
}

/// A key that no log shows.
pub(super) struct MacKey([u8; 32]);

impl MacKey {
    fn new(purpose: &str, install: &Secret) -> Self {
        Self(blake3::derive_key(purpose, install.expose()))
    }

    pub(super) fn mac(&self, text: &str) -> String {
        letters(blake3::keyed_hash(&self.0, text.as_bytes()).as_bytes())
    }
}

impl std::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MacKey(…)")
    }
}

/// Somebody who is logged in.
#[derive(Debug, Clone)]
pub struct Inside {
    /// Who, for what they may.
    pub actor: Actor,
    /// Their account now.
    pub account: AccountRow,
    /// By which login.
    pub login: LoginRow,
    /// What their forms carry (S-25): a page of somebody else does not know it, and another login has another.
    pub csrf: String,
}

impl Inside {
    /// Until when they need not prove again who they are.
    pub fn fresh_until(&self) -> Millis {
        self.login.made.plus(FRESH)
    }
}

impl Doorkeeper {
    /// Keeps the door of this store. `install`: the secret of the installation, from which keys are made.
    pub fn new(store: Store, install: &Secret, clock: Clock) -> Self {
        Self(Arc::new(Lodge {
            passwords: Passwords::default(),
            factors: SecondFactors::new(install),
            brake: Brake::default(),
            first: Mutex::default(),
            halfway: MacKey::new(HALFWAY, install),
            csrf: MacKey::new(CSRF, install),
            seen: Mutex::default(),
            started: clock.now(),
            store,
            clock,
        }))
    }

    /// Whose login a token is. `None` of one that is not there (any more), has expired, or was not used for long.
    ///
    /// # Errors
    /// When the store cannot say.
    pub async fn who(&self, token: &str) -> Result<Option<Inside>, StoreError> {
        if token.len() > TOKEN_OCTETS_MAX {
            return Ok(None);
        }
        let (lodge, digest) = (&self.0, digest(token));
        let Some((account, login)) = lodge.store.by_login(&digest)? else { return Ok(None) };
        let now = lodge.clock.now();
        if account.disabled || now >= login.expires || now.since(lodge.last_seen(&login)) >= IDLE {
            self.end_login(&account, digest).await?;
            return Ok(None);
        }
        lodge.saw(digest, now);
        let actor = Actor::Person { name: account.name.as_str().into(), grants: account.grants.clone().into() };
        Ok(Some(Inside { actor, csrf: lodge.csrf.mac(token), account, login }))
    }

    /// Whose API key that is, if it counts.
    ///
    /// # Errors
    /// When the store cannot say.
    pub fn by_key(&self, secret: &str) -> Result<Option<Actor>, StoreError> {
        if secret.len() > TOKEN_OCTETS_MAX || !secret.starts_with(API_KEY_MARK) {
            return Ok(None);
        }
        let row = self.0.store.api_key(&digest(secret))?;
        let row = row.filter(|row| row.counts_at(self.0.clock.now()));
        Ok(row.map(|row| Actor::Key {
            // No login name has a colon: what a key did is not taken for what a person did.
            name: format!("key:{}", row.name).into(),
            grants: row.grants.into(),
            verbs: row.verbs.into(),
        }))
    }

    /// When a login was used last, as far as is remembered: since the daemon started.
    pub fn last_seen(&self, login: &LoginRow) -> Millis {
        self.0.last_seen(login)
    }

    /// Ends one login of an account.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn end_login(&self, account: &AccountRow, digest: TokenDigest) -> Result<(), StoreError> {
        self.0.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(&digest);
        self.0.store.end_logins(account.name.clone(), move |login| *login == digest).await
    }

    /// Ends all logins of an account but one.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn end_others(&self, account: &AccountRow, keep: TokenDigest) -> Result<(), StoreError> {
        self.0.store.end_logins(account.name.clone(), move |login| *login != keep).await
    }
}

impl Lodge {
    fn last_seen(&self, login: &LoginRow) -> Millis {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(&login.digest).copied().unwrap_or(login.made.max(self.started))
    }

    fn saw(&self, digest: TokenDigest, now: Millis) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= SEEN_MAX {
            seen.retain(|_, at| now.since(*at) < IDLE);
        }
        if seen.len() < SEEN_MAX || seen.contains_key(&digest) {
            seen.insert(digest, now);
        }
    }
}
