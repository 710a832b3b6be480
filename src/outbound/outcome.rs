//! How an attempt ended, and what of another server's words is kept: for a log and a list, one bounded line.

use std::error::Error as _;

use lettre::transport::smtp::response::Response;

use super::refusal::{is_final, is_no_mailbox};
use crate::types::one_line;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The far side took responsibility (or the file is on disk).
    Accepted {
        /// Which server, or which file.
        by: String,
        /// Its words.
        words: String,
    },
    /// It never will.
    Refused {
        /// Why.
        words: String,
    },
    /// It never will, and there is no such mailbox.
    NoMailbox {
        /// Why.
        words: String,
    },
    /// To be tried again.
    Later {
        /// Why.
        words: String,
    },
    /// To be tried again, though it may have arrived: the letter was sent, and no word came back.
    Unknown {
        /// What was the last of it.
        words: String,
    },
}

impl Outcome {
    /// The far side's words, or ours where it said nothing.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Accepted { words, .. }
            | Self::Refused { words }
            | Self::NoMailbox { words }
            | Self::Later { words }
            | Self::Unknown { words } => words,
        }
    }
}

/// What went wrong, and whether for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    Refused(String),
    NoMailbox(String),
    Later(String),
}

impl Fault {
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Refused(words) | Self::NoMailbox(words) | Self::Later(words) => words,
        }
    }
}

impl From<Fault> for Outcome {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(words) => Self::Refused { words },
            Fault::NoMailbox(words) => Self::NoMailbox { words },
            Fault::Later(words) => Self::Later { words },
        }
    }
}

/// What a server said is judged; everything else (silence, TLS, nonsense) is for later.
pub(super) fn fault_of(fault: &lettre::transport::smtp::Error, host: &str, step: &str) -> Fault {
    let detail = one_line(&fault.source().map(ToString::to_string).unwrap_or_default());
    match fault.status() {
        Some(code) => {
            let words = format!("{host} said to {step}: {code} {detail}");
            match is_final(step, code.into(), &detail) {
                true if is_no_mailbox(step, &detail) => Fault::NoMailbox(words),
                true => Fault::Refused(words),
                false => Fault::Later(words),
            }
        }
        None if fault.is_timeout() => Fault::Later(format!("{host} was silent at {step}")),
        None => Fault::Later(format!("the connection to {host} broke at {step}: {}", one_line(&fault.to_string()))),
    }
}

pub(super) fn reply_words(reply: &Response) -> String {
    let lines: Vec<&str> = reply.message().collect();
    one_line(&format!("{} {}", reply.code(), lines.join(" ")))
}
