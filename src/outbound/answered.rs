//! What a letter answers: the newest mail of a person, and the thread so far.

use super::outlook::ConversationIndex;
use crate::{
    conversation::{quotes, without_codes},
    mime::{self, Encoding, Mail, Pieces},
    store::{ConversationRow, LetterRow, Store, StoreError, What},
    types::{Level, Millis},
};

/// Octets of a Thread-Index that are decoded: more than any program writes.
const INDEX_OCTETS_MAX: usize = 4096;

/// The mail being answered.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    /// Its Message-ID without brackets; empty without.
    pub message_id: String,
    /// Its References, or what stands in their place, oldest first, without brackets.
    pub references: Vec<String>,
    /// Its subject, decoded.
    pub subject: String,
    /// Message-IDs of the conversation so far, oldest first: of mails and of letters of ours that left.
    pub thread: Vec<String>,
    /// `Thread-Topic` as it stands in the newest message that has one; empty without.
    pub thread_topic: String,
    /// `Thread-Index` of the newest message that has one, decoded; empty without.
    pub thread_index: Vec<u8>,
    /// Its Date, milliseconds since 1970.
    pub date: Option<i64>,
    /// Who wrote it: display name, or address.
    pub from_name: String,
    /// When it was kept: who takes part since later is not shown it.
    pub kept: Millis,
    /// What it newly says, to be quoted below.
    pub new_text: String,
}

impl Answered {
    /// The same without anything its sender chose to say: what a letter needs to be joined to it.
    pub(super) fn without_words(self) -> Self {
        let (subject, from_name, new_text, thread_topic) = Default::default();
        Self { subject, from_name, new_text, thread_topic, ..self }
    }
}

/// Reads what a letter into this conversation answers, and the level that mail has there; `None` when it begins something.
///
/// # Errors
/// When the store cannot be read.
pub(super) async fn answered(store: &Store, row: &ConversationRow) -> Result<(Option<Answered>, Level), StoreError> {
    let Some(id) = row.last_mail else { return Ok((None, row.level)) };
    let Some(mail) = store.mail(id)? else { return Ok((None, row.level)) };
    let level = mail.level_in(row.id);
    let parsed = mime::parse(&store.raw(&mail.raw).await?);
    let Thread { ids, newest_letter } = thread(store, row).await?;
    let (thread_topic, thread_index) =
        outlook(&parsed).or_else(|| newest_letter.as_ref().and_then(outlook)).unwrap_or_default();
    // Nobody who gets a copy reads a code in it.
    let masked = |text: &str| without_codes(text).into_owned();
    let new_text = masked(&quotes::part(&parsed).new_text);
    let from = mail.mail.from.as_ref().map(|from| from.to_string()).unwrap_or_default();
    let answered = Answered {
        message_id: parsed.message_id,
        references: if parsed.references.is_empty() { parsed.in_reply_to } else { parsed.references },
        subject: masked(&parsed.subject),
        thread: ids,
        thread_topic: masked(&thread_topic),
        thread_index,
        date: parsed.date,
        kept: mail.kept,
        from_name: if mail.mail.from_name.is_empty() { from } else { mail.mail.from_name },
        new_text,
    };
    Ok((Some(answered), level))
}

#[derive(Default)]
struct Thread {
    ids: Vec<String>,
    newest_letter: Option<Mail>,
}

/// What our newest letter named, that letter, and what came after it. Without a letter all there is.
async fn thread(store: &Store, row: &ConversationRow) -> Result<Thread, StoreError> {
    let mut thread = Thread::default();
    let mut newest: Option<LetterRow> = None;
    for entry in store.timeline(row.id)? {
        match entry.what {
            What::Mail(id) => {
                let mail = store.mail(id)?.filter(|mail| mail.class.class.is_personal());
                thread.ids.extend(mail.map(|mail| mail.mail.message_id));
            }
            What::Letter(id) => {
                let Some(letter) = store.letter(id)?.filter(|letter| !letter.never_left()) else { continue };
                thread.ids = vec![letter.message_id.clone()];
                newest = Some(letter);
            }
            What::Note(_) | What::Event { .. } => {}
        }
    }
    if let Some(letter) = newest {
        let parsed = mime::parse(&store.raw(&letter.raw).await?);
        // They begin with the root, which may be older than the conversation.
        thread.ids.splice(0..0, parsed.references.iter().cloned());
        thread.newest_letter = Some(parsed);
    }
    Ok(thread)
}

/// The two fields of Outlook, when there is an index.
fn outlook(mail: &Mail) -> Option<(String, Vec<u8>)> {
    let written = mail.header("Thread-Index").next()?;
    let written = &written.as_bytes()[..written.len().min(INDEX_OCTETS_MAX)];
    let index: Vec<u8> = Pieces::of(written, Encoding::Base64).flat_map(|piece| piece.to_vec()).collect();
    let topic = mail.header("Thread-Topic").next().unwrap_or_default().to_owned();
    ConversationIndex::read(&index).map(|_| (topic, index))
}
