//! The words every room shares: ids, addresses, envelopes, levels, proofs, jobs, the clock.
//!
//! Plain values. Nothing here reads a file, a socket or the clock of the machine except [`Clock`] itself.

mod access;
mod address;
mod base64;
#[cfg(test)]
mod chance;
mod clock;
mod envelope;
mod handoff;
mod hex;
mod ids;
mod job;
mod level;
mod likeness;
mod network;
mod proofs;
mod schemas;
mod sealer;
mod secret;
mod tag;
mod text;

pub use access::{Grants, Role, Verb};
pub use address::{Address, AddressError, is_within};
pub(crate) use base64::base64;
#[cfg(test)]
pub(crate) use chance::Chance;
pub use clock::{Clock, Millis};
pub use envelope::{Envelope, Recipient, TlsSession};
pub use handoff::{HandOffCode, Sentiment};
pub(crate) use hex::{hex, unhex};
pub use ids::{ConversationId, IdError, IdMaker, LetterId, MailId, Number, RunId};
pub use job::{Claim, Job, JobId, JobKind, JobState, Pick};
pub use level::{ArcSeal, DkimSignature, Level, Verdict, Verdicts};
pub use likeness::{addresses_look_alike, domains_look_alike, is_mixed, mixed_label, skeleton};
pub use network::{Network, NetworkError};
pub use proofs::{Accepted, Approval, Author, Signed};
pub(crate) use sealer::Sealer;
pub use secret::Secret;
pub use tag::tag;
pub use text::{fit_for_log, head, lines, one_line};
