//! Bytes to [`Mail`]: caps before parsing, any charset, never a failure.
//!
//! Pure: no clock, no file, no network. What a mail *means* (class, numbers, quotes) is `conversation`'s. Only this room
//! knows the mail library.
//!
//! ```text
//! parse ─ head       header block → fields            from_line   From, read a second time (S-04)
//!       ─ walk       body → parts, within caps         content     what a part says about itself (parameters)
//!       ─ body       parts → text, HTML                transfer    encoded octets → octets, in pieces
//!                    flowed, inside (uuencode, yEnc)
//!       ─ attached   parts → attachments, reports      text, ids   octets → words
//!                    tnef, seals                     charset     octets → characters
//! ```

mod attached;
mod body;
mod caps;
mod charset;
mod content;
mod flowed;
mod forms;
mod from_line;
mod head;
pub mod html;
mod ids;
mod inside;
mod mail;
mod parameters;
mod parse;
mod seals;
mod text;
mod tnef;
mod transfer;
mod walk;

pub use attached::shown_ids;
pub use charset::marked;
pub use forms::unseen_on_page;
pub use mail::{Attachment, Hidden, Mail, Note, RawHeader, Source};
pub use parameters::unescaped;
pub use parse::{mailbox, parse};
pub use seals::{Seal, SealedBy, Sealing};
pub use text::is_invisible;
pub use transfer::{Encoding, PIECE_OCTETS_MAX, Pieces};
