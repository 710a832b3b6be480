//! What the API shows of the store: plain values made to be printed, filled from rows and the journal.

use serde::Serialize;

use crate::{
    conversation::{self, Class, Notice, quotes},
    mime,
    store::{ConversationRow, LetterRow, MailRow, Place, Store, StoreError, What},
    types::ConversationId,
};

/// A conversation with everything that happened in it.
#[derive(Debug, Serialize)]
pub struct ConversationView {
    /// Its row.
    #[serde(flatten)]
    pub row: ConversationRow,
    /// Oldest first.
    pub timeline: Vec<Line>,
}

/// One thing that happened.
#[derive(Debug, Serialize)]
pub struct Line {
    /// When, RFC 3339.
    pub at: String,
    /// What.
    #[serde(flatten)]
    pub what: LineKind,
}

/// What happened.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LineKind {
    /// A mail came in.
    Mail(Box<MailView>),
    /// A letter was written.
    Letter(Box<LetterView>),
    /// Something else.
    Event {
        /// One word.
        name: String,
        /// The sentence people read.
        words: String,
    },
}

/// A mail as people read it.
#[derive(Debug, Serialize)]
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
    /// What was attached.
    pub attached: Vec<AttachmentView>,
}

/// An attachment, without its content.
#[derive(Debug, Serialize)]
pub struct AttachmentView {
    /// File name, for display only.
    pub name: String,
    /// Claimed type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Octets, decoded.
    pub size: usize,
    /// Whether it belongs into the text.
    pub inline: bool,
}

/// A letter of ours as people read it.
#[derive(Debug, Serialize)]
pub struct LetterView {
    /// Its row.
    #[serde(flatten)]
    pub row: LetterRow,
    /// Its text part.
    pub text: String,
}

/// Everything about one mail: what was said, proved, decided, and what became of it.
#[derive(Debug, Serialize)]
pub struct WhyView {
    /// The mail.
    #[serde(flatten)]
    pub mail: MailView,
    /// In words, one step a line.
    pub steps: Vec<String>,
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
    Ok(ConversationView { row, timeline })
}

/// Reads one mail.
///
/// # Errors
/// [`StoreError::Damaged`] when its raw bytes are not what was written.
pub async fn mail(store: &Store, row: MailRow) -> Result<MailView, StoreError> {
    let parsed = mime::parse(&store.raw(&row.raw).await?);
    let parted = quotes::part(&parsed);
    let attached = parsed.attachments.iter().map(|attachment| AttachmentView {
        name: attachment.name.clone(),
        kind: attachment.kind.clone(),
        size: attachment.content.len(),
        inline: attachment.inline,
    });
    Ok(MailView {
        attached: attached.collect(),
        new_text: parted.new_text,
        quoted_text: parted.quoted_text,
        signature: parted.signature,
        row,
    })
}

async fn letter(store: &Store, row: LetterRow) -> Result<LetterView, StoreError> {
    let text = mime::parse(&store.raw(&row.raw).await?).text;
    Ok(LetterView { row, text })
}

/// What a mail asks its reader to prove, with which code and link (S-02); `None` where it asks nothing.
///
/// # Errors
/// As [`mail`].
pub async fn notice(store: &Store, row: &MailRow) -> Result<Option<Notice>, StoreError> {
    Ok(conversation::notice(&mime::parse(&store.raw(&row.raw).await?), row.class.class))
}

/// Explains one mail.
///
/// # Errors
/// As [`mail`].
pub async fn why(store: &Store, row: MailRow) -> Result<WhyView, StoreError> {
    let mail = mail(store, row).await?;
    let row = &mail.row;
    let envelope = &row.envelope;
    let from = envelope.mail_from.as_ref().map(|from| from.to_string()).unwrap_or_default();
    let recipients: Vec<String> = envelope.recipients.iter().map(|r| r.address.to_string()).collect();
    let tls = envelope.tls.as_ref().map_or("without TLS".into(), |tls| format!("over {}", tls.protocol));
    let mut steps = vec![
        format!("{} came from {} ({}) {tls}", moment(envelope.arrived), envelope.peer, envelope.helo),
        format!("envelope: MAIL FROM:<{from}> RCPT TO:<{}>", recipients.join(">, <")),
        format!("level {} ({}): {}", row.verdicts.level.as_u8(), row.verdicts.level.word(), row.verdicts.sentence),
        format!("proof: {}", proof(row)),
        format!("class {}: {}", class_word(row), reasons(&row.class.reasons)),
    ];
    steps.extend(row.mail.notes.iter().map(|note| format!("note: {note}")));
    if row.class.class == Class::Bounce {
        let report = conversation::bounce(&mime::parse(&store.raw(&row.raw).await?), Class::Bounce);
        steps.extend(report.into_iter().flat_map(|report| report.recipients).map(|failed| format!("report: {failed}")));
    }
    for filed in &row.filings {
        steps.push(place(store, filed)?);
    }
    steps.push(format!("{} octets kept, BLAKE3 {}", row.raw.len, row.raw.blake3));
    Ok(WhyView { mail, steps })
}

fn proof(row: &MailRow) -> String {
    let verdicts = &row.verdicts;
    let dkim: Vec<String> =
        verdicts.dkim.iter().map(|signature| format!("{}={}", signature.domain, signature.verdict.word())).collect();
    let dkim = if dkim.is_empty() { "none".to_owned() } else { dkim.join(" ") };
    let (spf, dmarc, arc) = (verdicts.spf.word(), verdicts.dmarc.word(), verdicts.arc.verdict.word());
    format!("spf {spf}, dkim {dkim}, dmarc {dmarc}, arc {arc}")
}

fn class_word(row: &MailRow) -> String {
    serde_json::to_value(row.class.class).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

fn reasons(reasons: &[String]) -> String {
    if reasons.is_empty() { "nothing speaks against it".into() } else { reasons.join("; ") }
}

/// Where a mail lies for one address, in words.
fn place(store: &Store, filed: &crate::store::Filed) -> Result<String, StoreError> {
    let at = filed.address.as_ref().map_or("at no address".into(), |address| format!("at {address}"));
    Ok(match &filed.place {
        Place::Conversation { id, joined_by, why, .. } => {
            let number = store.conversation(*id)?.map(|row| row.number.to_string()).unwrap_or_default();
            match joined_by {
                Some(key) => format!("{at}: joined conversation {number} by {}", key.words()),
                None => format!("{at}: opened conversation {number}: {why}"),
            }
        }
        Place::Held(reason) => format!("{at}: held: {}", reason.words()),
        Place::Ignored(reason) => format!("{at}: ignored: {}", reason.words()),
        Place::Discarded { by, at: when, why } => {
            format!("{at}: discarded from the held list by {by} at {}: {why}", moment(*when))
        }
        Place::Duplicate(first) => format!("{at}: the same mail had been kept before as {first}"),
    })
}
