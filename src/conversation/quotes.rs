//! New text apart from quoted text.

use crate::mime::Mail;

/// A text in its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parted {
    /// What the writer wrote now.
    pub new_text: String,
    /// What they quoted.
    pub quoted_text: String,
    /// Their signature.
    pub signature: String,
}

/// Parts a mail's text.
pub fn part(mail: &Mail) -> Parted {
    Parted { new_text: mail.text.clone(), ..Parted::default() }
}
