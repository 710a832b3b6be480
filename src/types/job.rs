//! Work that must still happen, kept in the same write as what asks for it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{ConversationId, LetterId, Millis};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Think about answering a conversation.
    Answer,
    /// Hand a letter to the server of one recipient.
    Deliver,
}

impl JobKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Answer, Self::Deliver];

    /// One letter for keys.
    pub fn letter(self) -> char {
        match self {
            Self::Answer => 'a',
            Self::Deliver => 'd',
        }
    }
}

/// Which piece of work: an answer is keyed by its conversation, so a burst of mails has one; a delivery by letter and
/// recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobId {
    /// Answer this conversation.
    Answer(ConversationId),
    /// Deliver this letter to its recipient of that place in the list.
    Deliver(LetterId, u16),
}

impl JobId {
    /// Its kind.
    pub fn kind(self) -> JobKind {
        match self {
            Self::Answer(_) => JobKind::Answer,
            Self::Deliver(..) => JobKind::Deliver,
        }
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(conversation) => write!(f, "answer-{conversation}"),
            Self::Deliver(letter, recipient) => write!(f, "deliver-{letter}-{recipient}"),
        }
    }
}

/// Where a job stands. A finished job has no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// To be claimed from this moment on.
    Due(Millis),
    /// Somebody works on it; free again after this moment, so that a crash loses nothing.
    Claimed(Millis),
    /// The last attempt failed for good; a person sees it.
    Parked,
}

/// Which of the deliveries that are due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// The earliest.
    Any,
    /// The earliest that is for none of these domains.
    Except(Vec<String>),
    /// The earliest that is for this domain.
    Of(String),
}

/// One job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Which.
    pub id: JobId,
    /// Whose conversation.
    pub conversation: ConversationId,
    /// Where it stands.
    pub state: JobState,
    /// Attempts that have begun.
    pub attempts: u32,
    /// When it was first asked for.
    pub made: Millis,
    /// Of a delivery, the domain of its recipient, ASCII and in lower case. Empty for answers, and in journals of before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub domain: String,
    /// What the last attempt ended with, in words; empty before.
    pub last_words: String,
}

/// Which claim of a job: what somebody has from the store, until the lease ends or somebody else has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    attempt: u32,
    /// Beside the attempt, for a person may have these begin anew.
    until: Millis,
}

impl Job {
    /// The claim under which somebody has it; `None` while nobody does.
    pub fn claim(&self) -> Option<Claim> {
        match self.state {
            JobState::Claimed(until) => Some(Claim { attempt: self.attempts, until }),
            JobState::Due(_) | JobState::Parked => None,
        }
    }
}
