//! What was attached to mails: listed with what it is, kept by what is in it, handed out as a download, and read as text by a
//! process that may do next to nothing (S-16, S-20).
//!
//! ```text
//! shelf ─ list       what is attached to a mail      sniff, warnings   what the octets are, what to look out for
//!       ─ blobs      one file for each content       names             what a download is called
//!       ─ extract    its text                        confined, reading   the two sides of the wall
//! ```
//!
//! The journal is the truth: everything here is made from it, at first need, and again when it is missing or damaged. No
//! archive is opened, no picture decoded, and no name of a sender reaches the file system.

mod blobs;
pub mod extract;
mod leaving;
mod list;
mod names;
mod shelf;
mod sniff;
mod warnings;

pub use extract::{Form, Text, confined::OURSELVES, text_of_file};
pub use leaving::leaving_type;
pub use list::{Row, rows};
pub use names::disposition;
pub use shelf::{Asked, AttachmentId, Attachments, Listed, Raws, TextState, Trouble};
