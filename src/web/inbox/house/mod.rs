//! Pages about the house. What lies in the journal (articles, canned replies, keys) is changed here; what stands in `smtpd.toml`
//! is shown with its key there, because the daemon may not write its own configuration.

pub(super) mod canned;
pub(super) mod keys;
pub(super) mod knowledge;
pub(super) mod setup;
pub(super) mod webhooks;

use std::sync::Arc;

use crate::{
    config::{Config, Domain},
    setup::DnsRow,
    types::Address,
};

/// What the set-up pages show of the configuration.
#[derive(Clone)]
pub struct Premises {
    /// The configuration as it was read.
    pub config: Arc<Config>,
    /// Where the provider of each address forwards to.
    pub destinations: Arc<Vec<(Address, Address)>>,
    /// The DNS rows that a domain should have.
    pub rows: RowsOf,
}

/// Finds the rows of a domain; none where its keys cannot be read.
type RowsOf = Arc<dyn Fn(&Domain) -> Vec<DnsRow> + Send + Sync>;

impl std::fmt::Debug for Premises {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The destinations are secret.
        f.debug_struct("Premises").finish_non_exhaustive()
    }
}
