//! Three values that hold the straight line together: who holds one has passed the step that makes it.
//!
//! `tests/tidy.rs` checks that each maker is named in its one room only.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Address, MailId};

/// The store has made a mail durable. Needed to say 250.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    id: MailId,
    duplicate: bool,
}

impl Accepted {
    /// Made only by `store`, after the journal is durable; and by the mailbox of the playground after its own keeping.
    pub(crate) fn durable(id: MailId, duplicate: bool) -> Self {
        Self { id, duplicate }
    }

    /// The queue id under which it is kept: that of the first copy when this was a duplicate.
    pub fn id(&self) -> MailId {
        self.id
    }

    /// Whether the same mail had been kept before.
    pub fn is_duplicate(&self) -> bool {
        self.duplicate
    }
}

/// Who writes a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The AI, by Autopilot.
    Ai,
    /// A signed-in person of that name.
    Person(String),
}

/// Somebody who may has decided that these words go to the customer. Needed to compose a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    author: Author,
    generation: u64,
}

impl Approval {
    /// Made only by `agent::autopilot::judge`, when every condition for an AI answer holds.
    pub(crate) fn by_autopilot(generation: u64) -> Self {
        Self { author: Author::Ai, generation }
    }

    /// Made only where a person has proved who they are: the control socket and the inbox.
    pub(crate) fn by_person(name: &str, generation: u64) -> Self {
        Self { author: Author::Person(name.to_owned()), generation }
    }

    /// Who.
    pub fn author(&self) -> &Author {
        &self.author
    }

    /// The generation of the conversation its author had seen.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

/// A letter whose bytes carry the signatures of a verified domain (or that goes to a file). Needed to deliver.
#[derive(Debug, Clone)]
pub struct Signed {
    from: Address,
    to: Address,
    bytes: Bytes,
}

impl Signed {
    /// Made only by `outbound::sign`. `bytes`: a complete message, CRLF line endings only.
    pub(crate) fn letter(from: Address, to: Address, bytes: Bytes) -> Self {
        Self { from, to, bytes }
    }

    /// The envelope sender.
    pub fn from(&self) -> &Address {
        &self.from
    }

    /// The one envelope recipient.
    pub fn to(&self) -> &Address {
        &self.to
    }

    /// What goes on the wire.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}
