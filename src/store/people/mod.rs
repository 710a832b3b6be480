//! Accounts with their logins, and API keys: what changes them, what follows from that in the index, and questions.
//!
//! Who may change them, and what a password or a code must be like, is the room `people`'s. Nothing here is a secret in the
//! clear: of passwords and tokens there are hashes, of second factors what was sealed.

mod accounts;
mod api_keys;
mod check;
mod rows;

#[cfg(test)]
mod tests;

pub(super) use self::{accounts::project as project_account, api_keys::project as project_key, check::troubles};
pub use self::{
    accounts::{AccountChange, AccountVerb, NewLogin, SpentLink},
    rows::{
        ACCOUNTS_MAX, API_KEYS_MAX, AccountRow, ApiKeyRow, GRANTS_MAX, Guarded, LOGINS_MAX, LinkRow, LoginName,
        LoginRow, RevokedRow, SecondFactorRow, TokenDigest,
    },
};
