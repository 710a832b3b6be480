//! What the API shows of the store: plain values made to be printed, filled from rows and the journal.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    deliveries::{self, DeliveryView},
    runs::{self, RunView},
};
use crate::{
    attachments::{AttachmentId, Listed, TextState},
    conversation::{
        self, Notice,
        quotes::{self, Claim, Segment},
        without_codes,
    },
    mime::{self, Hidden, Mail, Seal},
    store::{ConversationRow, LetterRow, MailRow, Note, Store, StoreError, What},
    types::ConversationId,
};

/// A conversation with everything that happened in it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConversationView {
    /// Its row.
    #[serde(flatten)]
    pub row: ConversationRow,
    /// Oldest first.
    pub timeline: Vec<Line>,
    /// What the AI did over it, oldest first: the newest runs.
    pub runs: Vec<RunView>,
}

/// One thing that happened.
#[derive(Debug, Serialize, ToSchema)]
pub struct Line {
    /// When, RFC 3339.
    pub at: String,
    /// What.
    #[serde(flatten)]
    pub what: LineKind,
}

/// What happened.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineKind {
    /// A mail came in.
    Mail(Box<MailView>),
    /// A letter was written.
    Letter(Box<LetterView>),
    /// A person wrote something for the house alone.
    Note {
        /// In whose own time line it stands: after a merge perhaps that of the other.
        conversation: ConversationId,
        /// Its place there.
        seq: u32,
        /// What.
        #[serde(flatten)]
        note: Note,
    },
    /// Something else.
    Event {
        /// One word.
        name: String,
        /// The sentence people read.
        words: String,
    },
}

/// A mail as people read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailView {
    /// Its row.
    #[serde(flatten)]
    pub row: MailRow,
    /// What its writer wrote.
    pub new_text: String,
    /// What they quoted.
    pub quoted_text: String,
    /// Their signature.
    pub signature: String,
    /// The whole text, in which the segments count their octets: nothing is cut, a reader folds what is not new.
    pub text: String,
    /// What each piece of `text` is.
    pub segments: Vec<Segment>,
    /// How sure it is that the right words are shown, 0 to 100.
    pub confidence: u8,
    /// Whom a mail forwarded by hand names: what the sender claims, never who wrote to us.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded: Option<Claim>,
    /// What a reader would not have seen, and is not in the texts (S-23).
    pub hidden: Hidden,
    /// What it claims to be signed or encrypted with; never verified.
    pub seals: Vec<Seal>,
    /// What was attached.
    pub attached: Vec<AttachmentView>,
}

/// An attachment, without its content.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    /// `MAILID-N`, N its place from 0.
    pub id: String,
    /// File name, for display only.
    pub name: String,
    /// Claimed type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Octets, decoded.
    pub size: usize,
    /// Whether it belongs into the text.
    pub inline: bool,
    /// What its octets say, where they were looked at.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub found: Option<Found>,
}

/// What the octets of an attachment say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    /// BLAKE3, in hexadecimal digits.
    pub hash: String,
    /// Their type.
    pub sniffed: String,
    /// The same in words.
    pub is: String,
    /// What is odd or dangerous, one sentence each.
    pub warnings: Vec<String>,
    /// Whether it is a small picture that nobody wants in a list.
    pub decoration: bool,
    /// Whether there is text in it.
    pub text: TextState,
}

impl From<Listed> for Found {
    fn from(listed: Listed) -> Self {
        let Listed { row, decoration, text, .. } = listed;
        Self { hash: row.hash, sniffed: row.sniffed, is: row.is, warnings: row.warnings, decoration, text }
    }
}

/// A letter of ours as people read it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LetterView {
    /// Its row.
    #[serde(flatten)]
    pub row: LetterRow,
    /// Its text part.
    pub text: String,
    /// Of that what its author wrote.
    pub new_text: String,
    /// And what it quotes, with the signature.
    pub quoted_text: String,
    /// How far it got with each recipient.
    pub deliveries: Vec<DeliveryView>,
}

/// A moment as people write it: RFC 3339, UTC.
pub fn moment(at: crate::types::Millis) -> String {
    jiff::Timestamp::from_millisecond(at.0 as i64).map(|at| at.to_string()).unwrap_or_default()
}

/// Reads a whole conversation.
///
/// # Errors
/// [`StoreError::NotFound`]; [`StoreError::Damaged`] when a raw mail is not what was written.
pub async fn conversation(store: &Store, id: ConversationId) -> Result<ConversationView, StoreError> {
    let row = store.conversation(id)?.ok_or_else(|| StoreError::NotFound(format!("conversation {id}")))?;
    let mut timeline = Vec::new();
    for entry in store.timeline(row.id)? {
        let what = match entry.what {
            What::Event { name, words } => LineKind::Event { name, words },
            What::Note(note) => LineKind::Note { conversation: entry.conversation, seq: entry.seq, note },
            What::Mail(id) => match store.mail(id)? {
                Some(row) => LineKind::Mail(Box::new(mail(store, row).await?)),
                None => return Err(StoreError::Damaged(format!("mail {id} of conversation {} is missing", row.id))),
            },
            What::Letter(id) => match store.letter(id)? {
                Some(row) => LineKind::Letter(Box::new(letter(store, row).await?)),
                None => return Err(StoreError::Damaged(format!("letter {id} of conversation {} is missing", row.id))),
            },
        };
        timeline.push(Line { at: moment(entry.at), what });
    }
    let runs = runs::of(store, row.id)?;
    Ok(ConversationView { row, timeline, runs })
}

/// Reads one mail.
///
/// # Errors
/// [`StoreError::Damaged`] when its raw bytes are not what was written.
pub async fn mail(store: &Store, row: MailRow) -> Result<MailView, StoreError> {
    let parsed = mime::parse(&store.raw(&row.raw).await?);
    Ok(of(row, parsed))
}

/// The same of a mail that was read already.
pub(super) fn of(row: MailRow, parsed: Mail) -> MailView {
    let parted = quotes::part(&parsed);
    let attached = parsed.attachments.iter().enumerate().map(|(n, attachment)| AttachmentView {
        id: AttachmentId { mail: row.id, n }.to_string(),
        found: None,
        name: attachment.name.clone(),
        kind: attachment.kind.clone(),
        size: attachment.size,
        inline: attachment.inline,
    });
    // Of the same length, for the segments count octets. Only the program that checks a code reads it.
    let masked = |text: String| without_codes(&text).into_owned();
    MailView {
        attached: attached.collect(),
        new_text: masked(parted.new_text),
        quoted_text: masked(parted.quoted_text),
        signature: masked(parted.signature),
        text: masked(parted.text),
        segments: parted.segments,
        confidence: parted.confidence,
        forwarded: parted.forwarded,
        hidden: parsed.hidden,
        seals: parsed.seals,
        row,
    }
}

/// A letter and how far it got.
///
/// # Errors
/// [`StoreError::Damaged`] when its raw bytes are not what was written.
pub(super) async fn letter(store: &Store, row: LetterRow) -> Result<LetterView, StoreError> {
    let parted = quotes::part(&mime::parse(&store.raw(&row.raw).await?));
    let deliveries = deliveries::of_letter(store, &row)?;
    let quoted_text = [parted.signature.trim(), parted.quoted_text.trim()].join("\n\n").trim().to_owned();
    Ok(LetterView { row, text: parted.text, new_text: parted.new_text, quoted_text, deliveries })
}

/// What a mail asks its reader to prove, with which code and link (S-02); `None` where it asks nothing.
///
/// # Errors
/// As [`mail`].
pub async fn notice(store: &Store, row: &MailRow) -> Result<Option<Notice>, StoreError> {
    Ok(conversation::notice(&mime::parse(&store.raw(&row.raw).await?), row.class.class))
}
