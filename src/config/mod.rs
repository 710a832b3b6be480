//! What `smtpd.toml` says, as plain values with defaults.
//!
//! A leaf like `types`: any room may read its own section. Every key with unit, default and reason stands in the
//! sample `smtpd.toml` at the top of the tree, which a test reads. Reading and checking is `read`.

mod outgoing;
mod read;
mod sections;

pub use outgoing::{Autopilot, Domain, Forwarder, Route, Smarthost, SmarthostTls, SupportAddress};
pub use read::{Mistake, Mistakes, check, load, parse};
pub use sections::{
    Agent, Auth, Config, Knowledge, Limits, Listener, Log, LogFormat, Outbound, Smtp, Store, Timeouts, Tls, TlsMode,
    Web,
};
