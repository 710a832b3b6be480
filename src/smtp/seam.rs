//! The seam between SMTP and everything behind it: what the session asks, and what it hands over.

use std::future::Future;

use bytes::Bytes;
use tokio::sync::OwnedSemaphorePermit;

use crate::types::{Accepted, Address, Envelope};

/// Whether mail for an address is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecipientVerdict {
    /// We take it.
    Ours,
    /// Nobody here has that address, and we relay for nobody.
    Unknown,
    /// It cannot be said now.
    TryLater,
}

/// Why a mail was not kept. The words are for the log; the peer hears general ones.
///
/// There is no refusal for good: what a mail says, and doubts about its sender, are no reason for one. Such mail is held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// Not now: the peer keeps it and comes back. What is doubtful belongs here.
    #[error("the mail could not be kept for now: {0}")]
    TryLater(String),
}

/// What stands behind the session.
pub trait Intake: Send + Sync + 'static {
    /// Whether mail for this address is ours. Called at every `RCPT TO`, so it answers from memory.
    fn recipient(&self, address: &Address) -> RecipientVerdict;

    /// Keeps one mail; 250 is said only with what this gives back.
    fn receive(&self, envelope: Envelope, body: Body) -> impl Future<Output = Result<Accepted, ReceiveError>> + Send;
}

/// The whole body of one mail in memory, counted against `limits.bodies_bytes_max` until it is dropped.
///
/// Header and text, dots undone, every line ending CRLF, and the last line ended.
#[derive(Debug)]
pub struct Body {
    bytes: Bytes,
    _memory: Option<OwnedSemaphorePermit>,
}

impl Body {
    /// A body that holds its share of the allowance.
    pub(crate) fn counted(bytes: Bytes, memory: Option<OwnedSemaphorePermit>) -> Self {
        Self { bytes, _memory: memory }
    }

    /// A body that is counted nowhere: for a command or a test that handles one at a time.
    pub fn uncounted(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), _memory: None }
    }

    /// The bytes. A clone shares them and outlives the count, so keep none beyond the body.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}
