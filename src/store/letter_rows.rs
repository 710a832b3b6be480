//! The rows of letters: what was written, and how far it got with each recipient.

use serde::{Deserialize, Serialize};

use super::rows::{Draft, RawRef};
use crate::{
    conversation::CodeDigest,
    types::{Address, Author, ConversationId, LetterId, MailId, Millis},
};

/// One letter of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LetterRow {
    /// Which.
    pub id: LetterId,
    /// Whose conversation.
    pub conversation: ConversationId,
    /// When it was written.
    pub made: Millis,
    /// Message-ID without brackets.
    pub message_id: String,
    /// Header From; the envelope sender too, where deliveries have none of their own.
    pub from: Address,
    /// Who wrote it.
    pub author: Author,
    /// Subject as sent.
    pub subject: String,
    /// Complete, unsigned, in the journal.
    pub raw: RawRef,
    /// What carries the words: file and heading of each passage.
    pub sources: Vec<String>,
    /// How its words came to be.
    #[serde(default, skip_serializing_if = "Origin::is_written")]
    pub origin: Origin,
    /// [Digests](crate::conversation::text_digest) of what it says, as written and as read.
    #[serde(default)]
    pub digests: Vec<String>,
    /// Files that went with it; their octets stand in `raw`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enclosed: Vec<EnclosedRow>,
    /// What its writer wrote, until it has arrived everywhere or was ended: a recall or an edit gives it back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
    /// One for each recipient; the delivery job's second number is the place here.
    pub recipients: Vec<Delivery>,
}

impl LetterRow {
    /// Where nobody can do anything with it any more, its words need not be kept beside its octets.
    pub(super) fn forget_words(&mut self) {
        if self.recipients.iter().all(|one| one.state.is_over()) {
            self.draft = None;
        }
    }

    /// Whether it answers the mails before it: it was not taken back before anybody tried to send it, and says something.
    pub fn answers(&self) -> bool {
        self.origin != Origin::Acknowledgement && !self.origin.asks_code() && !self.never_left()
    }

    /// Whether it was taken back before anybody tried to send it: it answers nothing.
    pub fn never_left(&self) -> bool {
        self.recipients.iter().all(|one| match one.state {
            DeliveryState::Recalled { .. } => true,
            DeliveryState::Dropped { .. } => one.tries == 0,
            _ => false,
        })
    }
}

/// How the words of a letter came to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Its author wrote them.
    #[default]
    Written,
    /// A person sent the AI's draft as it was.
    DraftAsItIs,
    /// A person changed the AI's draft.
    DraftEdited {
        /// Of its words so many percent are in the letter.
        kept_percent: u8,
    },
    /// A person wrote something else than the AI's draft.
    DraftReplaced,
    /// Ours or the administrator's: it tells a customer that people have the conversation, and answers nothing.
    Acknowledgement,
    /// Ours: it asks for the one-time code that it holds when it leaves, and answers nothing.
    CodeRequest {
        /// What is kept of the code.
        #[schema(value_type = String)]
        digest: CodeDigest,
        /// It is taken until then.
        until: Millis,
    },
}

impl Origin {
    fn is_written(&self) -> bool {
        *self == Self::Written
    }

    /// Whether it asks for a one-time code.
    pub fn asks_code(&self) -> bool {
        matches!(self, Self::CodeRequest { .. })
    }

    /// Whether its words are neither the AI's nor a person's, and say so themselves.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Acknowledgement | Self::CodeRequest { .. })
    }
}

/// A file that went with a letter, by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct EnclosedRow {
    /// File name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Octets, decoded.
    pub size: usize,
    /// BLAKE3 of its content, 64 hexadecimal digits.
    pub hash: String,
    /// Whether the words show it.
    pub inline: bool,
}

/// How far a letter got with one recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delivery {
    /// To whom.
    pub to: Address,
    /// How far.
    pub state: DeliveryState,
    /// Attempts that have ended, those before a person had it tried again among them.
    #[serde(default)]
    pub tries: u32,
    /// An attempt ended without a word after the letter was sent: it may have arrived, whatever came of later ones.
    #[serde(default)]
    pub uncertain: bool,
    /// A report says that it waits somewhere behind who accepted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delayed: Option<Delay>,
}

/// It was accepted and waits somewhere behind that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Delay {
    /// Why, in the report's words.
    pub words: String,
    /// When we heard of it.
    pub at: Millis,
}

impl Delivery {
    /// To somebody to whom nothing was sent yet.
    pub fn waiting(to: Address) -> Self {
        Self { to, state: DeliveryState::Waiting, tries: 0, uncertain: false, delayed: None }
    }
}

/// A delivery state a person can trust: `Accepted` only after the far side said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Not tried yet.
    Waiting,
    /// Tried, to be tried again.
    Deferred {
        /// Attempts so far.
        attempts: u32,
        /// Next attempt.
        next: Millis,
        /// The far side's last words, or what stood in the way.
        words: String,
    },
    /// The far side said 250 (or the file is on disk).
    Accepted {
        /// Which server, or which file.
        by: String,
        /// Its words.
        words: String,
        /// When.
        at: Millis,
    },
    /// It never will be, unless a person has it tried again.
    Refused {
        /// Why, in the far side's words or ours.
        words: String,
        /// When.
        at: Millis,
    },
    /// It was accepted, and a report that came later says that it did not arrive. Nothing more happens, unless a person has it
    /// tried again.
    Bounced {
        /// Enhanced status code, RFC 3463; empty where the report gives none.
        status: String,
        /// Why, in the report's words.
        words: String,
        /// The report.
        report: MailId,
        /// Whether it came to the envelope sender. Without that anybody could have written it who knows the Message-ID.
        proven: bool,
        /// When it came.
        at: Millis,
    },
    /// It never will be: a person ended it.
    Dropped {
        /// Who.
        by: String,
        /// Why, in their words.
        why: String,
        /// When.
        at: Millis,
    },
    /// It was taken back before anybody tried to send it.
    Recalled {
        /// By whom.
        by: String,
        /// When.
        at: Millis,
    },
}

impl DeliveryState {
    /// Whether nothing more happens by itself: there is no job any more.
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Accepted { .. }
            | Self::Refused { .. }
            | Self::Bounced { .. }
            | Self::Dropped { .. }
            | Self::Recalled { .. } => true,
            Self::Waiting | Self::Deferred { .. } => false,
        }
    }

    /// Whether nobody can change it any more.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Accepted { .. } | Self::Dropped { .. } | Self::Recalled { .. } => true,
            Self::Waiting | Self::Deferred { .. } | Self::Refused { .. } | Self::Bounced { .. } => false,
        }
    }

    /// When it became known that it did not arrive, while nobody has it tried again.
    pub fn failed_at(&self) -> Option<Millis> {
        match self {
            Self::Refused { at, .. } | Self::Bounced { at, .. } => Some(*at),
            Self::Waiting
            | Self::Deferred { .. }
            | Self::Accepted { .. }
            | Self::Dropped { .. }
            | Self::Recalled { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_an_older_journal_is_read() {
        let written = r#"{"id":"0000000000001","conversation":"0000000000002","made":1,"message_id":"k@acme.example",
            "from":"support@acme.example","author":"ai","subject":"Re: x","sources":[],
            "raw":{"segment":1,"offset":2,"len":3,"blake3":""},"recipients":[
            {"to":"ada@customer.example","state":{"refused":{"words":"550 no","at":7}}}]}"#;
        let read: LetterRow = serde_json::from_str(written).unwrap();
        let one = &read.recipients[0];
        let state = DeliveryState::Refused { words: "550 no".into(), at: Millis(7) };
        assert_eq!(*one, Delivery { state, ..Delivery::waiting(one.to.clone()) });
        assert_eq!((&read.draft, read.never_left()), (&None, false));
    }
}
