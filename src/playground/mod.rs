//! Peers for demonstrations and tests: a DNS server, customers with keys, forwarders, an SMTP client, a chat model.
//!
//! Real packets over loopback, so that what is tried here is the daemon as it ships. Nothing in this room is used
//! while real mail is handled.

mod client;
mod customer;
mod dns;
mod forwarder;
mod mailbox;
mod models;
mod roads;

pub use client::{Dialogue, send, send_behind_a_proxy, send_over_tls_without_checking_the_certificate};
pub use customer::{Customer, Key};
pub use dns::{Dns, Zone};
pub use forwarder::{
    Claim, Sealer, gmail_envelope_sender, gmail_headers, seal, srs_envelope_sender, with_body, with_header,
};
pub use mailbox::{Delivered, Mailbox};
pub use models::{AskedModel, Models, Turn};
pub use roads::{Arriving, Posted, Road, Roads};
