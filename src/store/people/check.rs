//! What is legal of accounts and API keys. See `legal`.

use super::{accounts, api_keys, rows::TokenDigest};
use crate::store::{index::Index, keys, requests::StoreError, tallies::Tallies, view::View};

pub(in crate::store) fn troubles(
    index: &Index,
    tallies: &Tallies,
    troubles: &mut Vec<String>,
) -> Result<(), StoreError> {
    let (rows, mut leading) = (accounts::all(index)?, 0);
    for row in &rows {
        if accounts::account(index, &row.name)?.as_ref() != Some(row) {
            troubles.push(format!("account {} does not stand under its name", row.name));
        }
        for key in accounts::leading(row) {
            leading += 1;
            if accounts::led_to(index, &key)?.as_ref() != Some(row) {
                troubles.push(format!("a login or link of account {} does not lead to it", row.name));
            }
        }
    }
    let found = |prefix: &'static [u8]| index.scan(prefix).filter(Result::is_ok).count();
    let stand = found(keys::LOGINS) + found(keys::LINKS);
    if stand != leading {
        troubles.push(format!("{stand} logins and links stand and {leading} are to"));
    }
    if rows.len() as u64 != tallies.accounts {
        troubles.push(format!("there are {} accounts and {} are counted", rows.len(), tallies.accounts));
    }
    api_key_troubles(index, tallies, troubles)
}

fn api_key_troubles(index: &Index, tallies: &Tallies, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    let rows = api_keys::all(index)?;
    let counting = || rows.iter().filter(|row| row.revoked.is_none());
    for row in counting() {
        let named = index.value(&keys::api_key_name(&row.name))?;
        if named.is_none_or(|digest| digest != *row.digest.as_bytes()) {
            troubles.push(format!("API key {} does not stand under its name", row.name));
        }
    }
    let names = index.scan(keys::API_KEY_NAMES).filter(Result::is_ok).count() as u64;
    let counted = counting().count() as u64;
    if names != counted || counted != tallies.api_keys {
        troubles
            .push(format!("there are {counted} API keys, {names} names of them, and {} are counted", tallies.api_keys));
    }
    Ok(())
}

const _: () = assert!(TokenDigest::LEN == 32, "the lengths of keys count on it");
