//! Reference numbers in subjects and texts.

use serde::{Deserialize, Serialize};

/// Where a number stood, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum NumberPlace {
    /// `[12345]` in the subject.
    Subject,
    /// `Ref: #12345` in the new text.
    NewText,
    /// The same in quoted text.
    Quoted,
}
