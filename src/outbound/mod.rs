//! How letters are written, signed and handed to the customer's server.
//!
//! `compose` makes the bytes that are stored; `queue` claims the delivery jobs, as many at once as `lanes` has room for;
//! `sign`, `route`, `deliver` and `transaction` make one attempt. Nothing here knows who thought of the words:
//! [`crate::types::Approval`] says that somebody who may did.

mod answered;
mod body;
mod code;
mod compose;
mod connection;
mod dane;
mod dane_match;
mod deliver;
mod dns;
mod dnssec;
mod enclosed;
mod flowed;
mod html;
mod key_ring;
mod keys;
mod lanes;
mod mta_sts;
mod mta_sts_fetch;
mod mta_sts_policy;
mod outcome;
mod outlook;
mod phrases;
mod plain;
mod queue;
mod recipients;
mod refusal;
mod route;
mod sign;
mod signing_keys;
mod store_work;
mod thread;
mod timed;
mod tls;
mod transaction;
mod writer;

pub use answered::Answered;
pub use compose::{ComposeError, Composed, Composition, compose};
pub use dane::Tlsa;
pub use deliver::{Attempt, Lane, Limits};
pub use dns::{Dns, DnsFault};
pub use dnssec::Validating;
pub use enclosed::{Enclosed, is_shown_name};
pub use html::words_html;
pub use key_ring::{KeyRing, NextKeys, OLD_ROWS_STAY, RetiredKeys, Selectors};
pub use keys::{
    DkimKey, KeyError, KeyKind, key_folder, load as load_key, lock_keys, make as make_key, path as key_path,
};
pub use mta_sts::{Demand, HTTPS_PORT, MtaSts};
pub use outcome::Outcome;
pub use plain::words_text;
pub use queue::{Queue, Work, nothing_leaves, run};
pub use recipients::{Named, RecipientsError, Wanted};
pub use route::{Manner, RouteError, Target, Way, plan};
pub use sign::{DomainCheck, DomainStatus, SignError, Signer};
pub(crate) use tls::{any_certificate, public_roots};
pub use writer::{Reply, WriteError, Writer};

/// A future behind a pointer, for the few traits whose implementor is chosen at start.
pub type Answer<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[cfg(test)]
mod address_tests;
#[cfg(test)]
mod lane_tests;
#[cfg(test)]
mod one_message_tests;
#[cfg(test)]
mod scripted;
#[cfg(test)]
mod sts_world;
#[cfg(test)]
mod support;
