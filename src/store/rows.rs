//! The rows of the index, as JSON a person can read. Every row is small; bodies stay in the journal.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{approvals::WantedCall, codes::CodeState, handed_off::HandedOff, verbs::Note};
use crate::{
    conversation::{Candidate, Classified, HeldReason, IgnoredReason, Key, KeyTried, MailSummary},
    types::{Address, ConversationId, Envelope, LetterId, Level, MailId, Millis, Number, Verdicts},
};

/// Where raw bytes lie in the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RawRef {
    /// The segment.
    pub segment: u64,
    /// Octets from its start.
    pub offset: u64,
    /// Octets.
    pub len: u64,
    /// BLAKE3, hexadecimal.
    pub blake3: String,
}

/// One accepted mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct MailRow {
    /// The queue id.
    pub id: MailId,
    /// When it was kept.
    pub kept: Millis,
    /// Its envelope.
    pub envelope: Envelope,
    /// Trace headers and mail.
    pub raw: RawRef,
    /// What lists show.
    pub mail: MailSummary,
    /// Who wrote it.
    pub verdicts: Verdicts,
    /// What kind it is.
    pub class: Classified,
    /// Where it lies: one for each destination.
    pub filings: Vec<Filed>,
}

impl MailRow {
    /// The level it has in a conversation: a valid reply key, or a person, may have raised it there.
    pub fn level_in(&self, conversation: ConversationId) -> Level {
        let here = self.filings.iter().find_map(|filed| match &filed.place {
            Place::Conversation { id, level, .. } if *id == conversation => Some(*level),
            _ => None,
        });
        here.unwrap_or(self.verdicts.level)
    }
}

/// Where one mail lies for one address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Filed {
    /// The support address, when one was reached.
    pub address: Option<Address>,
    /// The place.
    pub place: Place,
    /// What became of each conversation that the mail's keys proposed there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyTried>,
}

/// The one visible place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In a conversation.
    Conversation {
        /// Which.
        id: ConversationId,
        /// What proposed it; `None` when the mail opened it.
        joined_by: Option<Key>,
        /// The level the mail has there.
        level: Level,
        /// Why it opened rather than joined, in words; empty when it joined.
        why: String,
    },
    /// On the held list.
    Held(HeldReason),
    /// In the ledger only.
    Ignored(IgnoredReason),
    /// The same mail had been kept before, under that id.
    Duplicate(MailId),
    /// In the ledger only: a person took it from the held list.
    Discarded {
        /// Who.
        by: String,
        /// When.
        at: Millis,
        /// Why, in their words.
        why: String,
    },
}

/// Who is believed about mail they pass on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Voucher {
    /// Whoever seals with this `d=`, lower case: what it says about the original counts as that of a registered forwarder.
    ArcSealer(String),
    /// Whoever sends from this envelope domain with SPF: it says nothing about the original, so that its mail is never
    /// more than unproven; but it is no longer held as forged.
    EnvelopeDomain(String),
}

impl Voucher {
    /// The domain, whichever it is.
    pub fn domain(&self) -> &str {
        match self {
            Self::ArcSealer(domain) | Self::EnvelopeDomain(domain) => domain,
        }
    }
}

/// "Always accept from this forwarder": what a person taught us about one support address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LearnedRow {
    /// At which support address.
    pub address: Address,
    /// Who is believed there.
    pub forwarder: Voucher,
    /// Who taught it.
    pub by: String,
    /// By releasing which mail.
    pub from: MailId,
    /// When.
    pub at: Millis,
}

/// One conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ConversationRow {
    /// Which.
    pub id: ConversationId,
    /// The number people see.
    pub number: Number,
    /// The support address it was written to; replies leave from it.
    pub address: Address,
    /// Who wrote.
    pub contact: Address,
    /// Their display name.
    pub contact_name: String,
    /// Others who take part.
    pub participants: Vec<Participant>,
    /// The first mail's subject.
    pub title: String,
    /// Open or closed.
    pub status: Status,
    /// Who answers.
    pub owner: Owner,
    /// The highest level its contact proved in it.
    pub level: Level,
    /// Rises with every mail of a person, every letter and every change of hands; an answer written for an older one is
    /// stale.
    pub generation: u64,
    /// Entries in its time line.
    pub entries: u32,
    /// When it began.
    pub opened: Millis,
    /// When something last happened in it.
    pub updated: Millis,
    /// When it was closed, while it is.
    pub closed: Option<Millis>,
    /// A conversation that the opening mail pointed at without being let in.
    pub linked_to: Option<ConversationId>,
    /// Where it was merged into.
    pub merged_into: Option<ConversationId>,
    /// What was merged into it: their time lines are shown with its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<ConversationId>,
    /// The newest mail of a person.
    pub last_mail: Option<MailId>,
    /// Why it waits for a person, in words; empty when it does not.
    pub waits_because: String,
    /// What the AI would say, waiting for a person (assist).
    pub draft: Option<Draft>,
    /// How the AI gave it to people, until it is given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_off: Option<HandedOff>,
    /// What a person wants to be different in another draft, until that is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewrite: Option<Rewrite>,
    /// What is known of one-time codes.
    #[serde(default, skip_serializing_if = "CodeState::is_unused")]
    pub code: CodeState,
    /// By which people sort it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// The call of a tool that a person must let run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Box<WantedCall>>,
    /// Nobody need look before then, as a person says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Millis>,
    /// Entries up to the newest in which somebody says something: who has seen fewer has something to read.
    #[serde(default)]
    pub heard: u32,
    /// The conversation from which a person split it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<ConversationId>,
}

impl ConversationRow {
    /// One that begins: open, nobody's, and nothing in it yet.
    pub(crate) fn beginning(
        id: ConversationId,
        number: Number,
        address: Address,
        contact: Address,
        level: Level,
        at: Millis,
    ) -> Self {
        Self {
            id,
            number,
            address,
            contact,
            contact_name: String::new(),
            participants: Vec::new(),
            title: String::new(),
            status: Status::Open,
            owner: Owner::Nobody,
            level,
            generation: 0,
            entries: 0,
            opened: at,
            updated: at,
            closed: None,
            linked_to: None,
            merged_into: None,
            absorbed: Vec::new(),
            last_mail: None,
            waits_because: String::new(),
            draft: None,
            handed_off: None,
            rewrite: None,
            code: CodeState::default(),
            tags: BTreeSet::new(),
            wanted: None,
            snoozed_until: None,
            heard: 0,
            split_from: None,
        }
    }

    /// Whether this is the contact or one of the participants.
    pub fn takes_part(&self, who: &Address) -> bool {
        self.contact == *who || self.participants.iter().any(|one| one.address == *who)
    }

    /// Takes the draft away, and with it the wish for another one. Gives what waited.
    pub(super) fn forget_draft(&mut self) -> Option<Draft> {
        self.rewrite = None;
        self.draft.take()
    }

    /// It as what a key proposes.
    pub fn proposed_by(self, key: Key) -> Candidate {
        Candidate {
            key,
            id: self.id,
            number: self.number,
            address: self.address,
            contact: self.contact,
            participants: self.participants.into_iter().map(|one| one.address).collect(),
            level: self.level,
            closed: self.closed,
        }
    }
}

/// Somebody who takes part besides the contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Participant {
    /// Who.
    pub address: Address,
    /// When the mail was kept that brought them in: they are shown nothing older.
    pub since: Millis,
    /// The highest level they proved themselves. Who has proved nothing gets no letter of the AI (S-09).
    pub level: Level,
}

#[cfg(test)]
impl ConversationRow {
    /// What the first mail of an authenticated customer opens, for the tests of other rooms.
    pub(crate) fn testing_open(title: &str, at: Millis) -> Self {
        let address = |text| Address::parse(text).expect("both are addresses");
        let (ours, theirs) = (address("support@acme.example"), address("ada@customer.example"));
        let row = Self::beginning(ConversationId(7), Number(12345), ours, theirs, Level::Authenticated, at);
        Self { contact_name: "Ada Löwe".into(), title: title.into(), generation: 1, entries: 1, heard: 1, ..row }
    }
}

/// Open or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Somebody still expects something.
    Open,
    /// Done, as resolved.
    Resolved,
    /// Done, without a solution.
    Unresolved,
}

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Nobody yet.
    Nobody,
    /// The AI.
    Ai,
    /// The team, after a handoff; nobody in particular.
    Team,
    /// This person.
    Person(String),
}

/// A proposed answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Draft {
    /// The words.
    pub markdown: String,
    /// What carries them.
    pub sources: Vec<String>,
    /// For which generation.
    pub generation: u64,
    /// When.
    pub made: Millis,
    /// The letter that these words were taken back from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_back: Option<TakenBack>,
}

/// A person's word to the AI about a draft. They are trusted as a colleague is; what comes of it is a draft again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Rewrite {
    /// Who asks.
    pub by: String,
    /// What shall be different.
    pub instruction: String,
    /// When.
    pub at: Millis,
}

/// A letter that is written anew: its files go with it again, to those it did not reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct TakenBack {
    /// Which.
    pub letter: LetterId,
    /// To whom, in the order of the letter.
    pub to: Vec<Address>,
}

/// One line of a conversation's time line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose.
    pub conversation: ConversationId,
    /// From 0.
    pub seq: u32,
    /// When.
    pub at: Millis,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A mail came in.
    Mail(MailId),
    /// A letter was written.
    Letter(LetterId),
    /// A person wrote something for the house alone.
    Note(Note),
    /// Something else.
    Event {
        /// One word to search for: `opened`, `waits`, `handed_off`, `drafted`, `draft_stale`, `draft_discarded`,
        /// `rewrite_asked`, `not_rewritten`, `delivered`, `refused`, `deferred`,
        /// `uncertain`, `retried`, `dropped`, `recalled`, `taken_back`, `closed`, `reopened`, `taken`, `given_back`, `bounced`,
        /// `delayed`, `arrived`, `complained`, `suppressed`, `lifted`, `takes_part`, `merged`,
        /// `code_asked`, `code_shown`, `code_wrong`, `code_void`, `code_late`,
        /// `tagged`, `call_let_run`, `call_denied`, `call_over`, `assigned`, `snoozed`, `woke`, `split`, `redacted`.
        name: String,
        /// The sentence people read.
        words: String,
    },
}
