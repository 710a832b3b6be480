//! API keys: making and revoking one, and what follows from that in the index.

use super::{
    accounts::bounded,
    rows::{API_KEYS_MAX, ApiKeyRow, RevokedRow, SHOWN_OCTETS_MAX, TokenDigest},
};
use crate::{
    store::{
        Store,
        desk::Desk,
        facts::Fact,
        index::Index,
        keys,
        projection::{Old, old_pieces, put_row},
        requests::StoreError,
        steps::cut_words,
        view::{self, View},
    },
    types::{Millis, one_line},
};

impl Store {
    /// Keeps a new API key.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when one of that name counts already, when there are too many, and of what is too long.
    pub async fn add_api_key(&self, row: ApiKeyRow) -> Result<ApiKeyRow, StoreError> {
        self.ask(move |desk| add(desk, row)).await
    }

    /// Has an API key count no more, named by its id or its name.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is none that was not revoked before.
    pub async fn revoke_api_key(&self, which: &str, by: String, now: Millis) -> Result<ApiKeyRow, StoreError> {
        let missing = || StoreError::NotFound(format!("API key {which}"));
        let named =
            self.api_keys()?.into_iter().find(|row| row.revoked.is_none() && (row.id() == which || row.name == which));
        let (digest, which) = (named.ok_or_else(missing)?.digest, which.to_owned());
        self.ask(move |desk| {
            let row = api_key(desk, &digest)?.filter(|row| row.revoked.is_none());
            let mut row = row.ok_or_else(|| StoreError::NotFound(format!("API key {which}")))?;
            row.revoked = Some(RevokedRow { by: cut_words(&by), at: now });
            desk.state(&Fact::ApiKey(Box::new(row.clone())))?;
            Ok(row)
        })
        .await
    }

    /// The key with that secret, also when it counts no more.
    pub fn api_key(&self, digest: &TokenDigest) -> Result<Option<ApiKeyRow>, StoreError> {
        api_key(self.index(), digest)
    }

    /// All API keys, the newest first; also those that were revoked.
    pub fn api_keys(&self) -> Result<Vec<ApiKeyRow>, StoreError> {
        let mut rows = all(self.index())?;
        rows.sort_by(|a, b| b.made.cmp(&a.made).then_with(|| a.name.cmp(&b.name)));
        Ok(rows)
    }
}

fn add(desk: &mut Desk, mut row: ApiKeyRow) -> Result<ApiKeyRow, StoreError> {
    row.name = one_line(&row.name).trim().to_owned();
    if row.name.is_empty() || row.name.len() > SHOWN_OCTETS_MAX {
        return Err(StoreError::Refused(format!("the name of an API key has 1 to {SHOWN_OCTETS_MAX} octets")));
    }
    if desk.value(&keys::api_key_name(&row.name))?.is_some() {
        return Err(StoreError::Refused(format!("there is an API key {} already: revoke it first", row.name)));
    }
    if desk.tallies().api_keys >= API_KEYS_MAX {
        return Err(StoreError::Refused(format!(
            "there are {API_KEYS_MAX} API keys, and more are not kept: revoke one"
        )));
    }
    row.grants = bounded(row.grants)?;
    desk.state(&Fact::ApiKey(Box::new(row.clone())))?;
    Ok(row)
}

fn api_key(view: &impl View, digest: &TokenDigest) -> Result<Option<ApiKeyRow>, StoreError> {
    view::row(view, &keys::api_key(digest))
}

pub(super) fn all(index: &Index) -> Result<Vec<ApiKeyRow>, StoreError> {
    let mut rows = Vec::new();
    for found in index.scan(keys::API_KEYS) {
        let (key, _) = found?;
        if key.len() == keys::API_KEY_LEN {
            rows.extend(view::row::<ApiKeyRow>(index, &key)?);
        }
    }
    Ok(rows)
}

/// Writes what follows from the fact: the row, and its name while it was not revoked.
pub(in crate::store) fn project(row: &ApiKeyRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::api_key(&row.digest);
    let old = old_pieces(desk, &key)?;
    let before = if old == Old::None { None } else { api_key(desk, &row.digest)? };
    let counted = before.is_some_and(|before| before.revoked.is_none());
    let counts = row.revoked.is_none();
    let tallies = desk.tallies_mut();
    tallies.api_keys = tallies.api_keys.saturating_sub(u64::from(counted)) + u64::from(counts);
    if counts {
        desk.put(keys::api_key_name(&row.name), row.digest.as_bytes());
    } else if counted {
        desk.delete(keys::api_key_name(&row.name));
    }
    put_row(key, json, old, desk)
}
