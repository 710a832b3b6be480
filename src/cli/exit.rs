//! How a command ends when it does not end well: one sentence and a code of sysexits.

use std::process::ExitCode;

use crate::store::StoreError;

/// The command was called wrongly.
pub(super) const USAGE: u8 = 64;

/// Why a command ends early.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    words: String,
}

impl Failure {
    /// 64: the command was called wrongly.
    pub fn usage(words: impl Into<String>) -> Self {
        Self { code: USAGE, words: words.into() }
    }

    /// 65: what was read is not right, or an expectation did not hold.
    pub fn data(words: impl Into<String>) -> Self {
        Self { code: 65, words: words.into() }
    }

    /// 69: the daemon or another service is not there.
    pub fn unavailable(words: impl Into<String>) -> Self {
        Self { code: 69, words: words.into() }
    }

    /// 71: the operating system refused.
    pub fn os(words: impl Into<String>) -> Self {
        Self { code: 71, words: words.into() }
    }

    /// 74: reading or writing failed.
    pub fn io(words: impl Into<String>) -> Self {
        Self { code: 74, words: words.into() }
    }

    /// 75: trying again can help.
    pub fn later(words: impl Into<String>) -> Self {
        Self { code: 75, words: words.into() }
    }

    /// 78: the configuration has mistakes.
    pub fn config(words: impl Into<String>) -> Self {
        Self { code: 78, words: words.into() }
    }

    /// Prints the sentence and gives the code.
    pub fn report(self) -> ExitCode {
        eprintln!("replyd: {}", self.words.trim_end());
        ExitCode::from(self.code)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let words = error.to_string();
        match error {
            StoreError::Unavailable(_) | StoreError::Stopping => Self::later(words),
            StoreError::Refused(_) => Self::usage(words),
            StoreError::NotFound(_) => Self::data(words),
            StoreError::Damaged(_) => Self::io(words),
        }
    }
}
