//! Bytes to [`Mail`]: caps before parsing, any charset, never a failure.
//!
//! Pure: no clock, no file, no network. What a mail *means* (class, numbers, quotes) is `conversation`'s.

mod caps;
mod mail;
mod parse;

pub use mail::{Attachment, Mail, Note, RawHeader};
pub use parse::parse;
