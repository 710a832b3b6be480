//! The inbox and the API over HTTP. One router serves the control socket and, behind the front door, the listener over TCP.
//!
//! Whoever can open the control socket is an administrator: it lies in the data folder, for the daemon's user only.

mod api;
mod approvals;
mod articles;
mod assets;
mod attachments;
mod deliveries;
mod description;
mod drafts;
mod finding;
mod held;
mod idempotency;
mod inbox;
mod knowledge;
mod listing;
mod login;
mod message;
mod metrics;
mod pace;
mod people;
mod problem;
mod queue;
mod refusals;
mod reply;
mod runs;
mod sites;
mod suppressions;
mod tags;
mod tools;
mod verbs;
pub mod view;
mod visitor;
mod webhooks;
mod why;

pub use api::{Office, doors, router, whole_router};
pub use approvals::approvals;
pub use inbox::{Premises, inbox};
pub use knowledge::knowledge;
pub use login::{Hall, Site, front_door};
pub use metrics::{DmarcCounts, DomainGauge, Gauges, metrics};
pub use people::people;
pub use sites::sites;
pub use tools::tools;
pub use visitor::Visitor;
pub use webhooks::{Webhooks, webhooks};
pub use why::{Rules, WhyView};
