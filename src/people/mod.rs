//! Who works here: accounts, logins and keys, and the one place that says who may do what.
//!
//! Rows of it lie in the store; this room decides. What a request looks like is `web`'s.

mod actor;

pub use actor::{Actor, Reach};
