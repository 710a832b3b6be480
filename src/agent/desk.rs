//! What the agent asks of the house: cases to think about, and the three ways one ends. Made of the store and `compose`
//! where the daemon is wired; of a list in tests.

use std::{future::Future, sync::Arc, time::Duration};

use super::{brakes::Sent, budgets::Spendings, handoff::Acknowledgement};
use crate::{
    config::SupportAddress,
    mime::Hidden,
    store::{Circumstances, ConversationRow, Draft, MailRow, RunRow, StoreError, SuppressionRow, WantedCall, Written},
    types::{Approval, Author, ConversationId, Job, JobId, Level, Millis},
};

/// Everything that may be thought about for one conversation, read at one moment.
#[derive(Debug, Clone)]
pub struct Case {
    /// The conversation, with the generation this was read at.
    pub row: ConversationRow,
    /// The settings of its support address as they stand now; `None` when it is no longer registered.
    pub address: Option<SupportAddress>,
    /// Its mails, oldest first, the newest [`Case::MAILS_MAX`].
    pub mails: Vec<CaseMail>,
    /// Why the contact is not written to any more, where that is so.
    pub suppressed: Option<SuppressionRow>,
    /// What was answered in it, oldest first, the newest [`Case::LETTERS_MAX`].
    pub letters: Vec<CaseLetter>,
    /// Answers of the AI since the customer was last helped: by a person, by a praised answer, or since it was given back.
    pub answers_in_a_row: u32,
    /// What the AI sent, for the brakes.
    pub sent: Sent,
    /// What thinking took, for the budgets.
    pub spent: Spendings,
    /// Runs over it whose answer never left, newest first: those since the last one whose did, [`Case::RUNS_MAX`] at most.
    pub earlier: Vec<RunRow>,
    /// When all of this was read.
    pub read_at: Millis,
}

/// One mail of a case, as a person would read it.
#[derive(Debug, Clone)]
pub struct CaseMail {
    /// Its row.
    pub row: MailRow,
    /// What its author wrote this time.
    pub new_text: String,
    /// What they quoted.
    pub quoted_text: String,
    /// What a reader would not have seen of it (S-23).
    pub hidden: Hidden,
    /// Whether a letter of ours came after it.
    pub answered: bool,
}

/// A letter of ours that left or will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLetter {
    /// Who wrote it.
    pub author: Author,
    /// What carried its words.
    pub sources: Vec<String>,
}

impl Case {
    /// Letters that are read for a case.
    pub const LETTERS_MAX: usize = 20;

    /// Mails that are read for a case.
    pub const MAILS_MAX: usize = 50;

    /// Earlier runs that are read for a case.
    pub const RUNS_MAX: usize = 10;

    /// The newest mail of a person, which is the one to answer.
    pub fn newest(&self) -> Option<&CaseMail> {
        self.mails.iter().rev().find(|mail| mail.row.class.class.is_personal())
    }

    /// The level that a mail has in this conversation: a valid reply key or a one-time code may have raised it.
    pub fn level_of(&self, mail: &CaseMail) -> Level {
        self.row.level_of(&mail.row, self.read_at)
    }

    /// The mails of persons that nobody answered yet, oldest first: a burst is read as one.
    pub fn unanswered(&self) -> impl Iterator<Item = &CaseMail> {
        self.mails.iter().filter(|mail| !mail.answered && mail.row.class.class.is_personal())
    }
}

/// Why something could not be done at the desk.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeskError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The letter cannot be composed, and never will be.
    #[error("the letter cannot be written: {0}")]
    Compose(String),
}

impl DeskError {
    /// Whether trying again is pointless.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Store(err) => err.is_final(),
            Self::Compose(_) => true,
        }
    }
}

/// An answer that goes to the customer.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Who lets it go, for which generation.
    pub approval: Approval,
    /// The words.
    pub markdown: String,
    /// What carries them.
    pub sources: Vec<String>,
    /// It asks for a one-time code, in our words.
    pub code: Option<AskedCode>,
    /// The run that ends with it.
    pub run: Option<Box<RunRow>>,
    /// The conversation is closed as resolved with it.
    pub resolves: bool,
    /// When.
    pub now: Millis,
}

/// A letter that asks for a one-time code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AskedCode {
    /// ISO 639-1 of its words.
    pub language: &'static str,
    /// For how long the code is taken.
    pub valid: Duration,
}

/// A conversation that goes to people.
#[derive(Debug, Clone)]
pub struct Raising {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The generation that was read.
    pub generation: u64,
    /// Why, in words.
    pub reason: String,
    /// What people are told beside it.
    pub circumstances: Circumstances,
    /// What would have been said (assist).
    pub draft: Option<Draft>,
    /// The letter that tells the customer so, and who lets it go. Not with a draft.
    pub acknowledgement: Option<(Acknowledgement, Approval)>,
    /// The call of a tool that a person must let run.
    pub wanted: Option<Box<WantedCall>>,
    /// The run that ends with it.
    pub run: Option<Box<RunRow>>,
    /// When.
    pub now: Millis,
}

/// The house, as the agent sees it.
pub trait Desk: Send + Sync + 'static {
    /// The next answer job that is due, ours for `lease`.
    fn claim(&self, now: Millis, lease: Duration) -> impl Future<Output = Result<Option<Job>, DeskError>> + Send;

    /// Reads a conversation; `None` when it is gone.
    fn read(
        &self,
        conversation: ConversationId,
        now: Millis,
    ) -> impl Future<Output = Result<Option<Case>, DeskError>> + Send;

    /// Counts again what the AI sent: others may have been answered while it thought.
    fn sent(&self, row: &ConversationRow, now: Millis) -> impl Future<Output = Result<Sent, DeskError>> + Send;

    /// Adds up again what thinking took.
    fn spent(&self, row: &ConversationRow, now: Millis) -> impl Future<Output = Result<Spendings, DeskError>> + Send;

    /// Writes a run that begins, or what it noted so far. *Stale* as in [`Desk::send`]: then it is to stop.
    fn note(&self, run: RunRow) -> impl Future<Output = Result<Written, DeskError>> + Send;

    /// Composes and keeps a letter; ends the job. *Stale*: a newer mail came or a person took over, nothing was written.
    fn send(&self, sending: Sending) -> impl Future<Output = Result<Written, DeskError>> + Send;

    /// Hands the conversation to people; ends the job. *Stale* as in [`Desk::send`].
    fn hand_off(&self, raising: Raising) -> impl Future<Output = Result<Written, DeskError>> + Send;

    /// Ends the job: there is nothing to do, for people have the conversation or it is over. Keeps the job when a newer
    /// mail came since.
    fn rest(&self, case: &Case, run: Option<Box<RunRow>>) -> impl Future<Output = Result<Written, DeskError>> + Send;

    /// Makes the job due again at `until`, and writes the run that came to nothing.
    fn defer(
        &self,
        job: JobId,
        until: Millis,
        words: &str,
        run: Option<Box<RunRow>>,
    ) -> impl Future<Output = Result<(), DeskError>> + Send;

    /// When the earliest job is due; `None` when there is none.
    fn next_due(&self) -> Option<Millis>;

    /// Rings when a job was made or became due earlier.
    fn wake(&self) -> Arc<tokio::sync::Notify>;
}
