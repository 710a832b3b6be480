//! What must be in place before mail flows: the install secret, destinations and how providers are told of them,
//! domains and their DNS rows, edits of `smtpd.toml` that keep its comments, and tools from documents of others.

mod addresses;
mod dns;
mod domains;
mod domains_seen;
mod domains_status;
mod edit;
mod files;
mod mcp_tables;
mod openapi;
mod openapi_text;
mod recipes;
mod reply_keys;
mod schemas;
mod secret;

pub use addresses::destination;
pub use dns::{Dns, DnsError, LookupError};
pub use domains::{DkimRow, DnsRow, KeyRole, MtaStsPolicy, Need, Purpose, RowKind, key_rows, rows};
pub use domains_seen::{Change, Scope, Seen, SeenRow, note, seen};
pub use domains_status::{Checked, DomainState, Status, domain_state, next_verified, state_of, status, verified};
pub use edit::{EditError, NewAddress, NewDomain, add_address, add_domain, remove_address};
pub use files::write_atomically;
pub use mcp_tables::{McpServer, mcp_tables};
pub use openapi::{Imported, import as import_openapi};
pub use openapi_text::{DOCUMENT_OCTETS_MAX, read as read_document};
pub use recipes::{RECIPES, recipe};
pub use reply_keys::{
    REPLY_KEYS_FILE, REPLY_KEYS_MAX, ReplyKey, ReplyKeyError, remove_reply_key, reply_keys, rotate_reply_key,
};
pub use secret::{SECRET_FILE, SecretError, secret_in};
