//! Where a mail belongs and what it says. All pure: no clock, no network, no file.

mod arrival;
mod bounce;
mod canned;
mod class;
mod code_words;
mod file;
mod form;
mod lookups;
mod naming;
mod notice;
mod number;
mod one_time;
pub mod quotes;
mod reply_key;
mod reported;
mod routing;
mod same_text;
pub mod told;
mod verp;

pub use arrival::{
    AnswerPolicy, Arrival, Blocked, Candidate, Destination, Filing, Found, HeldReason, IgnoredReason, Key, MailSummary,
    REPLAY_MEMORY, SignedBefore,
};
pub use bounce::{Bounce, BouncedRecipient, bounce};
pub use canned::{CannedError, Filling, check_canned, fill_canned};
pub use class::{Class, Classified, classify, classify_at};
pub use code_words::code_words;
pub use file::{FileFn, KeyOutcome, KeyTried, file, tried};
pub use form::form_customer;
pub use lookups::{Brake, Fingerprint, Lookups, lookups, may_hold_numbers};
pub use naming::{named, written_to};
pub use notice::{Notice, notice};
pub use number::{NumberPlace, numbers_in, reference};
pub use one_time::{CODE_PLACE, CodeDigest, Codes, Shown, without_codes};
pub use reply_key::ReplyKeys;
pub use reported::{Fate, Reported, Returned, Whom, is_no_mailbox, proven, reported};
pub use routing::{Destined, Directory, Registered, Routed, Sought, SoughtOutcome};
pub use same_text::text_digest;
pub use verp::{Sent, Verp};
