//! What `smtpd.toml` says, as plain values with defaults.
//!
//! A leaf like `types`: any room may read its own section. Every key with unit, default and reason stands in the
//! sample `smtpd.toml` at the top of the tree, which a test reads. Reading and checking is `read`.

mod agent;
mod brakes;
mod budgets;
mod check;
mod forwarders;
mod handoff;
mod handoff_keys;
mod hours;
mod keys;
mod mask_patterns;
mod model;
mod model_keys;
mod outgoing;
mod outgoing_keys;
mod read;
mod reader;
#[cfg(test)]
mod sample_tests;
mod sections;
mod segments;
mod sites;
mod support_keys;
mod tools;
mod web_keys;
mod words;

pub use agent::Agent;
pub use brakes::Brakes;
pub use budgets::{Budget, Budgets};
pub use check::check;
pub use forwarders::{
    EnvelopeShape, Forwarder, built_in_forwarders, forwarder, forwarder_headers, forwarder_selectors,
};
pub use handoff::{Acknowledgement, AiHours, Handoff, HandoffLevel, Topic, TopicRule};
pub use hours::{Holiday, Hours, Shift};
pub use mask_patterns::{CharClass, Element, MaskPattern};
pub use model::{Embeddings, Model, ModelServer};
pub use outgoing::{
    Autopilot, Dane, Domain, EnvelopeSender, Route, Signature, Smarthost, SmarthostTls, SupportAddress,
};
pub use read::{Mistake, Mistakes, load, load_with_mistakes, parse};
pub use sections::{
    Auth, Config, Extraction, Knowledge, Limits, Listener, Log, LogFormat, Outbound, Smtp, Store, Timeouts, Tls,
    TlsMode, Web,
};
pub use segments::{Contacts, Segment};
pub use sites::KnowledgeSite;
pub use tools::{
    BodyTemplate, Fact, McpPin, McpProgram, Part, Schema, SchemaError, Template, Tool, ToolClass, ToolMethod,
    UrlTemplate,
};
