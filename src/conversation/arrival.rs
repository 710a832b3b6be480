//! What stands between a parsed mail and its place: the questions asked of the store, and the answers.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{Classified, Fingerprint, Lookups};
use crate::types::{Address, ConversationId, Envelope, Level, MailId, Millis, Number, Verdicts};

/// One mail on its way in, read and judged, with everything the store needs to keep it. One write keeps all of it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// What the SMTP dialogue said; `envelope.id` is the queue id.
    pub envelope: Envelope,
    /// When it was complete.
    pub now: Millis,
    /// The header lines we put on top, CRLF ended: `Authentication-Results:`, `Received:`.
    pub trace: Bytes,
    /// The mail as it came.
    pub body: Bytes,
    /// What lists and lookups need of the parsed mail.
    pub mail: MailSummary,
    /// Who wrote it.
    pub verdicts: Verdicts,
    /// What kind of mail it is.
    pub class: Classified,
    /// Where it goes: one for every registered address it reaches; one without an address when it reaches none.
    pub destinations: Vec<Destination>,
    /// 64 random bits, from which the store draws a new number.
    pub dice: u64,
}

/// The parts of a parsed mail that are kept in rows. Long fields are cut to [`MailSummary::SUBJECT_OCTETS_MAX`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MailSummary {
    /// The one From address.
    pub from: Option<Address>,
    /// Its display name.
    pub from_name: String,
    /// Decoded subject, with stars for a one-time code.
    pub subject: String,
    /// Without brackets; empty without.
    pub message_id: String,
    /// Others in To and Cc, as far as what proves the writer covers these fields: see [`super::named`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<Address>,
    /// How many attachments.
    pub attachments: u32,
    /// What was odd about the mail.
    pub notes: Vec<String>,
}

impl MailSummary {
    /// A row stays small whatever was sent; the whole mail stays in the journal.
    pub const SUBJECT_OCTETS_MAX: usize = 998;
}

/// One registered address that a mail reached, and what to look for there.
#[derive(Debug, Clone)]
pub struct Destination {
    /// The support address; `None` when no registered address was found.
    pub address: Option<Address>,
    /// Keys to look up.
    pub lookups: Lookups,
    /// When the AI may answer there.
    pub answer: AnswerPolicy,
    /// Whether the address stands in To or Cc: the author wrote to it.
    pub named: bool,
    /// One of several that the shared destination could mean: of all such, only the first that has not had the mail
    /// gets it.
    pub one_of: bool,
}

/// The part of the address's settings that filing needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerPolicy {
    /// Whether Autopilot is on or assisting: an answer job is made at all.
    pub wanted: bool,
    /// How long the conversation must be quiet first.
    pub quiet: Duration,
    /// A reply to a conversation closed longer ago than this opens a linked new one.
    pub reopen_within: Duration,
}

/// What the store found for one destination.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Candidates in the order of the keys that proposed them, merged conversations already followed to the survivor.
    pub candidates: Vec<Candidate>,
    /// The mail that a signature which proves this one was on before, within [`REPLAY_MEMORY`].
    pub signed_before: Option<SignedBefore>,
    /// What a person said against whoever From names.
    pub blocked: Option<Blocked>,
}

/// A contact or domain is not let in any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocked {
    /// Who said so.
    pub by: String,
    /// Why, in their words.
    pub why: String,
}

/// How long a signature is remembered, so that mail sent again by somebody else is known (S-07).
pub const REPLAY_MEMORY: Duration = Duration::from_secs(7 * 24 * 3600);

/// An earlier mail with a signature that came again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedBefore {
    /// Which.
    pub mail: MailId,
    /// When it came.
    pub at: Millis,
    /// What it was.
    pub fingerprint: Fingerprint,
}

/// A conversation proposed by a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Which key.
    pub key: Key,
    /// Which conversation.
    pub id: ConversationId,
    /// Its number.
    pub number: Number,
    /// Its support address.
    pub address: Address,
    /// Its contact.
    pub contact: Address,
    /// Others who take part.
    pub participants: Vec<Address>,
    /// The level it was opened or last raised to.
    pub level: Level,
    /// When it was closed; `None` while open.
    pub closed: Option<Millis>,
}

/// What proposed a conversation, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// The envelope sender of our own letter: the mail came to it.
    ReturnPath,
    /// A valid reply key in In-Reply-To, References or the recipient.
    ReplyKey,
    /// `[12345]` in the subject.
    SubjectNumber,
    /// `Ref: #12345` in the new text.
    NewTextNumber,
    /// The same in quoted text.
    QuotedNumber,
    /// In-Reply-To or References name a message of a conversation.
    Reference,
    /// A person said so, releasing it from the held list.
    ByHand,
}

impl Key {
    /// Whether a person, or anybody who guesses, can make it up.
    pub fn is_number(self) -> bool {
        matches!(self, Self::SubjectNumber | Self::NewTextNumber | Self::QuotedNumber)
    }

    /// In words, for time lines.
    pub fn words(self) -> &'static str {
        match self {
            Self::ReturnPath => "the envelope sender of our own letter",
            Self::ReplyKey => "the reply key of our own message",
            Self::SubjectNumber => "the number in the subject",
            Self::NewTextNumber => "the number in the text",
            Self::QuotedNumber => "the number in the quoted text",
            Self::Reference => "a message it refers to",
            Self::ByHand => "the word of a person",
        }
    }
}

/// Where a mail belongs, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filing {
    /// Into this conversation.
    Joins {
        /// Which.
        conversation: ConversationId,
        /// What proposed it.
        key: Key,
        /// Whether it was closed and opens again.
        reopens: bool,
        /// The mail's level, raised to `Confirmed` by a valid reply key.
        level: Level,
    },
    /// Into a new conversation.
    Opens {
        /// A conversation that staff see linked: one that was proposed and not taken.
        linked_to: Option<ConversationId>,
        /// Why, in words.
        why: String,
    },
    /// Into a new conversation that only a person answers: its signature proves nothing any more (S-07).
    Replayed {
        /// What a person reads.
        why: String,
    },
    /// On the held list.
    Held(HeldReason),
    /// In the ledger only.
    Ignored(IgnoredReason),
}

/// Why a mail is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeldReason {
    /// Level 0, with the sentence why.
    Forged(String),
    /// None of our addresses stands in it.
    NoAddress,
    /// A bounce or report that belongs to nothing we sent.
    StrayReport,
    /// A provider asks to confirm forwarding: a person decides (S-02).
    ForwardingConfirmation,
    /// Another service sent a code or link to prove who owns the address (S-02).
    VerificationCode,
    /// A person blocked its sender; with who did, and why.
    Blocked(String),
}

impl HeldReason {
    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Forged(sentence) => format!("the sender is not who From says: {sentence}"),
            Self::NoAddress => "none of the registered addresses stands in its envelope or headers".into(),
            Self::StrayReport => "a delivery report about nothing we sent".into(),
            Self::ForwardingConfirmation => "a provider asks to confirm forwarding".into(),
            Self::VerificationCode => {
                "another service proves with it who owns this address: it is for its owners alone".into()
            }
            Self::Blocked(sentence) => sentence.clone(),
        }
    }
}

/// Why a mail is in the ledger only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum IgnoredReason {
    /// Our own letter came back by a copy or a forwarding loop.
    OwnEcho,
}

impl IgnoredReason {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::OwnEcho => "our own letter came back",
        }
    }
}
