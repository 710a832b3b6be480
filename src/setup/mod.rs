//! What must be in place before mail flows: the install secret, destinations and how providers are told of them,
//! domains and their DNS rows, and edits of `smtpd.toml` that keep its comments.

mod addresses;
mod dns;
mod domains;
mod edit;
mod files;
mod recipes;
mod reply_keys;
mod secret;

pub use addresses::destination;
pub use dns::{Dns, DnsError, Lookup, LookupError};
pub use domains::{
    Checked, DkimRow, DnsRow, DomainState, Purpose, RowKind, Status, domain_state, rows, status, verified,
};
pub use edit::{EditError, NewAddress, NewDomain, add_address, add_domain, remove_address};
pub use files::write_atomically;
pub use recipes::{RECIPES, recipe};
pub use reply_keys::{
    REPLY_KEYS_FILE, REPLY_KEYS_MAX, ReplyKey, ReplyKeyError, remove_reply_key, reply_keys, rotate_reply_key,
};
pub use secret::{SECRET_FILE, SecretError, secret_in};
