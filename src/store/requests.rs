//! What the store is asked to write, and what it answers.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::{
    approvals::WantedCall,
    handed_off::Circumstances,
    letter_rows::{DeliveryState, EnclosedRow, Origin},
    listing::PAGE_ROWS_DEFAULT,
    rows::Draft,
    run_rows::RunRow,
};
use crate::types::{Address, Approval, Claim, ConversationId, HandOffCode, JobId, LetterId, MailId, Millis};

/// A composed letter to keep, with its delivery jobs.
#[derive(Debug, Clone)]
pub struct NewLetter {
    /// Its id.
    pub id: LetterId,
    /// Whose conversation.
    pub conversation: ConversationId,
    /// Who lets it go, and for which generation.
    pub approval: Approval,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Header From.
    pub from: Address,
    /// To whom. Whoever of them takes no part yet does from this letter on.
    pub recipients: Vec<Address>,
    /// Files that go with it.
    pub enclosed: Vec<EnclosedRow>,
    /// Subject as sent.
    pub subject: String,
    /// Complete, unsigned, CRLF only.
    pub raw: Bytes,
    /// What carries the words.
    pub sources: Vec<String>,
    /// How its words came to be.
    pub origin: Origin,
    /// [Digests](crate::conversation::text_digest) of what it says, as written and as read.
    pub digests: Vec<String>,
    /// The words as they were written, and for how long its writer may think better of it.
    pub undo: Option<Undo>,
    /// The run of the AI that ends with it.
    pub run: Option<Box<RunRow>>,
    /// Nothing is left to do with it: the conversation is closed as resolved.
    pub resolves: bool,
    /// When.
    pub now: Millis,
}

/// For how long a letter can be recalled before anybody tries to send it.
#[derive(Debug, Clone)]
pub struct Undo {
    /// The first attempt is due then.
    pub until: Millis,
    /// The words as they were written: they come back as a draft when the letter is recalled, or written anew after a refusal.
    pub markdown: String,
}

/// Which letters of the AI are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AiLetters<'a> {
    /// Those to this recipient.
    To(&'a Address),
    /// Those to anybody at this domain; a letter to several of them is one.
    ToDomain(&'a str),
    /// All.
    All,
}

/// Whether a write that was meant for a generation found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Written.
    Done,
    /// A newer mail came or a person took over: nothing was written.
    Stale,
}

/// What became of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merged {
    /// They are one now: this one.
    Into(ConversationId),
    /// Nothing was written, and why.
    Refused(&'static str),
}

/// The AI gives a conversation to people.
#[derive(Debug, Clone)]
pub struct HandOff {
    /// Which.
    pub conversation: ConversationId,
    /// For which generation.
    pub generation: u64,
    /// Why, in words.
    pub reason: String,
    /// What people are told beside it.
    pub circumstances: Circumstances,
    /// What would have been said, when a draft waits for a person (assist).
    pub draft: Option<Draft>,
    /// The letter that tells the customer so. Not with a draft.
    pub acknowledgement: Option<Box<NewLetter>>,
    /// The call of a tool that a person must let run. Not with a draft.
    pub wanted: Option<Box<WantedCall>>,
    /// The run that ends with it.
    pub run: Option<Box<RunRow>>,
    /// When.
    pub now: Millis,
}

/// What a person does with a draft besides sending it.
#[derive(Debug, Clone)]
pub struct DraftOrder {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// The generation they have read.
    pub generation: u64,
    /// What.
    pub order: Order,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// See [`DraftOrder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    /// It is thrown away; a person answers.
    Discard {
        /// Why, in words; may be empty.
        why: String,
    },
    /// Another one is written; until then this one waits.
    Rewrite {
        /// What shall be different.
        instruction: String,
    },
}

/// What a person does with a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// Closed as resolved.
    Resolved,
    /// Closed without a solution.
    Unresolved,
    /// Open again.
    Reopened,
    /// This person answers from now on; the AI is silent.
    Taken(String),
    /// The AI may answer again.
    GivenBack,
}

/// A person changes the tags of a conversation.
#[derive(Debug, Clone)]
pub struct Tagging {
    /// Which.
    pub conversation: ConversationId,
    /// It has these from now on.
    pub add: Vec<String>,
    /// And these no more.
    pub remove: Vec<String>,
    /// When.
    pub now: Millis,
}

/// Where a released mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseTo {
    /// Into a conversation of its own.
    Opens,
    /// Into this one.
    Joins(ConversationId),
}

/// A person lets a held mail in.
#[derive(Debug, Clone)]
pub struct Release {
    /// Which.
    pub mail: MailId,
    /// For which support address, where the mail reached none.
    pub address: Option<Address>,
    /// Where to.
    pub to: ReleaseTo,
    /// Who says so.
    pub by: String,
    /// Whether the AI may answer: the person vouches for its sender.
    pub answer: bool,
    /// Whether the forwarder it came by counts at its address from now on.
    pub learn: bool,
    /// When.
    pub now: Millis,
    /// 64 random bits, from which a number is drawn.
    pub dice: u64,
}

/// A person throws a held mail out.
#[derive(Debug, Clone)]
pub struct Discard {
    /// Which.
    pub mail: MailId,
    /// Who says so.
    pub by: String,
    /// Why, in words.
    pub why: String,
    /// When.
    pub now: Millis,
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub struct Settled {
    /// Which job.
    pub job: JobId,
    /// Under which claim the attempt was made; `None` where none was.
    pub claim: Option<Claim>,
    /// For a delivery: what the letter's row says from now on. `Deferred` makes the job due again at `next`.
    pub delivery: DeliveryState,
    /// The letter was sent and no word came back: it may have arrived. RFC 1047.
    pub uncertain: bool,
    /// Its server said to our own RCPT that there is no such mailbox: it is not written to again.
    pub no_mailbox: bool,
    /// When.
    pub now: Millis,
}

/// A person has letters to an address refused.
#[derive(Debug, Clone)]
pub struct Suppress {
    /// Which.
    pub recipient: Address,
    /// Who says so.
    pub by: String,
    /// Why, in words.
    pub why: String,
    /// When.
    pub now: Millis,
}

/// A person has letters to an address leave again.
#[derive(Debug, Clone)]
pub struct Lift {
    /// Which.
    pub recipient: Address,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// What a person does with a letter that has not arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steer {
    /// It is tried again now, also after a refusal: the same bytes under the same Message-ID.
    Retry,
    /// It is ended for good.
    Drop {
        /// Why, in words.
        why: String,
    },
    /// It is taken back whole, before the first attempt; its words are a draft again.
    Recall,
    /// It was refused, and is written anew: its words are a draft again, for those who refused it. What became of it stays.
    Edit,
}

/// See [`Steer`].
#[derive(Debug, Clone)]
pub struct Steering {
    /// Which letter.
    pub letter: LetterId,
    /// The place of one recipient; without, all who have not got it. A letter is recalled from all of them.
    pub recipient: Option<u16>,
    /// What is done.
    pub steer: Steer,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// Whether a person came in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Steered {
    /// Done.
    Done,
    /// Nothing of it was done, and why.
    TooLate(String),
}

/// Which conversations to list, newest change first.
#[derive(Debug, Clone, Default)]
pub struct ConversationFilter {
    /// Only of this support address.
    pub address: Option<Address>,
    /// Only open ones.
    pub open_only: bool,
    /// Only those that the AI gave to people for this reason, and were not given back.
    pub handed_off: Option<HandOffCode>,
    /// Only those that were found to be about this topic when they were.
    pub topic: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// At most this many; 0 means 100.
    pub limit: usize,
    /// Only changed before this.
    pub before: Option<Millis>,
}

impl ConversationFilter {
    /// At most so many rows.
    pub fn limit_or_default(&self) -> usize {
        if self.limit == 0 { PAGE_ROWS_DEFAULT } else { self.limit }
    }
}

/// The books: `accepted = shown + held + ignored + duplicates + discarded`, counted by destination. Nothing can be erased yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// Destinations of all mails that were answered 250.
    pub accepted: u64,
    /// Of these: in a conversation.
    pub shown: u64,
    /// Of these: on the held list.
    pub held: u64,
    /// Of these: in the ledger only.
    pub ignored: u64,
    /// Of these: kept before.
    pub duplicates: u64,
    /// Of these: thrown out by people, in the ledger only.
    #[serde(default)]
    pub discarded: u64,
    /// Conversations.
    pub conversations: u64,
    /// Letters of ours.
    pub letters: u64,
    /// Jobs that are not done, parked ones among them.
    pub jobs: u64,
    /// Jobs that only a person can move.
    pub parked: u64,
}

impl Counts {
    /// Whether every accepted destination lies in exactly one place.
    pub fn balance(&self) -> bool {
        self.accepted == self.shown + self.held + self.ignored + self.duplicates + self.discarded
    }
}

/// Why the store could not write.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The journal could not be made durable: disk full, I/O error. Trying again can help.
    #[error("the journal cannot be written: {0}")]
    Unavailable(String),
    /// There is no such thing.
    #[error("there is no {0}")]
    NotFound(String),
    /// What is asked for makes no sense.
    #[error("{0}")]
    Refused(String),
    /// What was read is not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(String),
    /// The store is stopping.
    #[error("the store is shutting down")]
    Stopping,
}

impl StoreError {
    /// Whether trying again is pointless.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Stopping => false,
            Self::NotFound(_) | Self::Refused(_) | Self::Damaged(_) => true,
        }
    }
}
