//! Where a mail belongs and what it says. All pure: no clock, no network, no file.

mod arrival;
mod class;
mod file;
mod lookups;
mod number;
pub mod quotes;

pub use arrival::{
    AnswerPolicy, Arrival, Candidate, Destination, Filing, Found, HeldReason, IgnoredReason, Key, MailSummary,
};
pub use class::{Class, Classified, classify};
pub use file::FileFn;
pub use lookups::{Fingerprint, Lookups};
pub use number::NumberPlace;
