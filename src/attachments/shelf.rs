//! The attachments of every mail: listed, opened and read; made from the journal at first need, and again when missing.

use std::{fs::File, io, path::PathBuf, pin::Pin, str::FromStr, sync::Arc};

use blake3::Hash;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::{
    blobs::{Beside, Blobs},
    extract::{Extractor, Form, Text, confined},
    list::{self, Row},
};
use crate::{config::Extraction, mime, types::MailId};

/// Mails that are in memory at once to take attachments out of them.
const MAILS_AT_ONCE: usize = 2;

/// How the notes in the folder are written. Another version reads them no more and makes its own: what is found in a mail may
/// differ, and the notes can be made again.
const NOTES: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

/// Mails that are remembered of a small picture: with the second it is known to be repeated.
const SEEN_IN_MAX: usize = 2;

/// The parts of an attachment's id: `MAILID-N`, N its place in the mail from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachmentId {
    /// The mail.
    pub mail: MailId,
    /// The place.
    pub n: usize,
}

impl std::fmt::Display for AttachmentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}", self.mail, self.n)
    }
}

impl FromStr for AttachmentId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (mail, n) = text.split_once('-').ok_or(())?;
        let digits = !n.is_empty() && n.len() <= 4 && n.bytes().all(|octet| octet.is_ascii_digit());
        let n = digits.then(|| n.parse().ok()).flatten().ok_or(())?;
        Ok(Self { mail: mail.parse().map_err(|_| ())?, n })
    }
}

/// Where the mails are.
pub trait Raws: Send + Sync {
    /// The octets of a mail; `None` when there is no such mail; the reason in words when they cannot be had.
    fn raw(&self, mail: MailId) -> Asked<'_, Result<Option<Bytes>, String>>;
}

/// What somebody else answers in their time.
pub type Asked<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why an attachment cannot be had. The mail is unharmed in every case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// There is none.
    #[error("{0}")]
    Missing(String),
    /// The folder takes nothing: trying again can help when there is room.
    #[error("the attachment cannot be stored, the mail itself is safe: {0}")]
    Disk(String),
    /// The mail cannot be read.
    #[error("the mail cannot be read: {0}")]
    Mail(String),
}

/// Whether there is text to be had of an attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextState {
    /// It was read, or it is known that it cannot be.
    Read,
    /// Nobody has asked for it yet.
    Possible,
    /// Its kind has none.
    None,
}

/// An attachment in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Listed {
    /// `MAILID-N`.
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub row: Row,
    /// Whether it is a small picture that the text shows or that came with another mail too, as logos do: nobody wants it in a
    /// list.
    pub decoration: bool,
    /// Whether there is text.
    pub text: TextState,
}

/// What is attached to one mail, as a note.
#[derive(Debug, Serialize, Deserialize)]
struct MailNote {
    notes: String,
    rows: Vec<Row>,
}

/// The text of one content, as a note.
#[derive(Debug, Serialize, Deserialize)]
struct TextNote {
    notes: String,
    form: Form,
    limits: String,
    text: Text,
}

/// The attachments. Copies are cheap and share the folder.
#[derive(Clone)]
pub struct Attachments(Arc<Inner>);

struct Inner {
    blobs: Blobs,
    extractor: Extractor,
    limits: Extraction,
    raws: Arc<dyn Raws>,
    reading: Semaphore,
}

impl std::fmt::Debug for Attachments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachments").finish_non_exhaustive()
    }
}

impl Attachments {
    /// Attachments in that folder, of those mails. Only one process may use a folder: who holds the store's lock.
    pub fn new(folder: PathBuf, limits: Extraction, raws: Arc<dyn Raws>) -> Self {
        Self::with_program(folder, limits, raws, confined::OURSELVES.into())
    }

    /// The same with another program to read texts: tests are not `replyd`.
    pub fn with_program(folder: PathBuf, limits: Extraction, raws: Arc<dyn Raws>, program: PathBuf) -> Self {
        let (blobs, extractor) = (Blobs::open(folder), Extractor::new(program, limits));
        Self(Arc::new(Inner { blobs, extractor, limits, raws, reading: Semaphore::new(MAILS_AT_ONCE) }))
    }

    /// What is attached to a mail, in order.
    ///
    /// # Errors
    /// [`Trouble::Missing`] and [`Trouble::Mail`]. A full disk is no trouble here.
    pub async fn list(&self, mail: MailId) -> Result<Vec<Listed>, Trouble> {
        let rows = self.rows(mail).await?;
        let shelf = self.clone();
        apart(move || Ok(rows.into_iter().map(|row| shelf.0.listed(mail, row)).collect())).await
    }

    /// An attachment and its content, at its beginning.
    ///
    /// # Errors
    /// See [`Trouble`].
    pub async fn open(&self, id: AttachmentId) -> Result<(Row, File), Trouble> {
        let row = self.row(id).await?;
        self.content(id, row).await
    }

    /// Takes away every file that was made of these attachments of a mail, as [`Attachments::list`] gave them. While the mail has
    /// them still, they are made again when somebody asks.
    ///
    /// # Errors
    /// [`Trouble::Disk`] when a file cannot be removed.
    pub async fn forget(&self, mail: MailId, listed: Vec<Listed>) -> Result<(), Trouble> {
        let shelf = self.clone();
        apart(move || {
            for one in &listed {
                shelf.0.blobs.forget(hash_of(&one.row)?).map_err(disk)?;
            }
            shelf.0.blobs.forget_mail(mail).map_err(disk)
        })
        .await
    }

    async fn content(&self, id: AttachmentId, row: Row) -> Result<(Row, File), Trouble> {
        let (shelf, hash) = (self.clone(), hash_of(&row)?);
        if let Some(file) = apart(move || shelf.0.blobs.content(hash).map_err(disk)).await? {
            return Ok((row, file));
        }
        self.make(id, row).await
    }

    /// The text of an attachment. It is a stranger's: see [`Text`].
    ///
    /// # Errors
    /// See [`Trouble`]. What cannot be read is no error: the text says why.
    pub async fn text(&self, id: AttachmentId) -> Result<Text, Trouble> {
        let row = self.row(id).await?;
        let Some(form) = Form::of(&row) else {
            return Ok(Text::none(format!("no text is read of what is {}", row.is)));
        };
        let (shelf, hash) = (self.clone(), hash_of(&row)?);
        if let Some(known) = apart(move || Ok(shelf.0.known_text(hash, form))).await? {
            return Ok(known);
        }
        let (row, file) = self.content(id, row).await?;
        let text = self.0.extractor.text(file, row.size, form).await;
        if text.lasting {
            let (shelf, text) = (self.clone(), text.clone());
            apart(move || {
                shelf.0.keep_text(hash, form, text);
                Ok(())
            })
            .await?;
        }
        Ok(text)
    }

    async fn row(&self, id: AttachmentId) -> Result<Row, Trouble> {
        let missing = || Trouble::Missing(format!("message {} has no attachment {}", id.mail, id.n));
        self.rows(id.mail).await?.into_iter().nth(id.n).ok_or_else(missing)
    }

    async fn rows(&self, mail: MailId) -> Result<Vec<Row>, Trouble> {
        let shelf = self.clone();
        if let Some(rows) = apart(move || Ok(shelf.0.known_rows(mail))).await? {
            return Ok(rows);
        }
        let _turn = self.turn().await?;
        let raw = self.raw(mail).await?;
        let shelf = self.clone();
        apart(move || Ok(shelf.0.find(mail, &raw))).await
    }

    /// Takes the content out of its mail.
    async fn make(&self, id: AttachmentId, known: Row) -> Result<(Row, File), Trouble> {
        let _turn = self.turn().await?;
        let raw = self.raw(id.mail).await?;
        let shelf = self.clone();
        apart(move || {
            let parsed = mime::parse(&raw);
            let gone = || Trouble::Mail(format!("attachment {} is not found in it any more", id.n));
            let attachment = parsed.attachments.get(id.n).ok_or_else(gone)?;
            // What an older version noted may be another part.
            let same = attachment.digest.to_hex().as_str() == known.hash;
            let row = if same { known } else { shelf.0.find(id.mail, &raw).into_iter().nth(id.n).ok_or_else(gone)? };
            shelf.0.blobs.keep(attachment.digest, attachment.reader(&raw)).map_err(disk)?;
            let lost = || Trouble::Disk("what was written cannot be read back".to_owned());
            Ok((row, shelf.0.blobs.content(attachment.digest).map_err(disk)?.ok_or_else(lost)?))
        })
        .await
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Trouble> {
        self.0.reading.acquire().await.map_err(|error| Trouble::Mail(error.to_string()))
    }

    async fn raw(&self, mail: MailId) -> Result<Bytes, Trouble> {
        let raw = self.0.raws.raw(mail).await.map_err(Trouble::Mail)?;
        raw.ok_or_else(|| Trouble::Missing(format!("there is no message {mail}")))
    }
}

impl Inner {
    fn known_rows(&self, mail: MailId) -> Option<Vec<Row>> {
        let note: MailNote = serde_json::from_slice(&self.blobs.mail(mail)?).ok()?;
        (note.notes == NOTES).then_some(note.rows)
    }

    /// Reads a mail and notes what is attached. A folder that takes no note costs the next reader the same again.
    fn find(&self, mail: MailId, raw: &[u8]) -> Vec<Row> {
        let rows = list::rows(&mime::parse(raw), raw);
        let noted = rows.iter().filter(|row| row.is_small_picture()).try_for_each(|row| self.note_seen(mail, row));
        let note = MailNote { notes: NOTES.to_owned(), rows };
        let noted = noted.and_then(|()| self.blobs.keep_mail(mail, &serde_json::to_vec(&note)?));
        if let Err(error) = noted {
            tracing::warn!(mail.id = %mail, "what is attached could not be noted: {error}");
        }
        note.rows
    }

    fn note_seen(&self, mail: MailId, row: &Row) -> io::Result<()> {
        let Ok(hash) = row.hash.parse() else { return Ok(()) };
        let mut mails = self.seen_in(hash);
        if mails.contains(&mail) || mails.len() >= SEEN_IN_MAX {
            return Ok(());
        }
        mails.push(mail);
        self.blobs.keep_beside(hash, Beside::Seen, &serde_json::to_vec(&mails)?)
    }

    fn seen_in(&self, hash: Hash) -> Vec<MailId> {
        let note = self.blobs.beside(hash, Beside::Seen);
        note.and_then(|note| serde_json::from_slice(&note).ok()).unwrap_or_default()
    }

    fn listed(&self, mail: MailId, row: Row) -> Listed {
        let hash: Option<Hash> = row.hash.parse().ok();
        let repeated = || hash.is_some_and(|hash| self.seen_in(hash).len() >= SEEN_IN_MAX);
        let decoration = row.is_small_picture() && (row.shown || repeated());
        let text = match (Form::of(&row), hash) {
            (Some(form), Some(hash)) if self.known_text(hash, form).is_some() => TextState::Read,
            (Some(_), _) => TextState::Possible,
            (None, _) => TextState::None,
        };
        Listed { id: row.id(mail), row, decoration, text }
    }

    /// What was read before in the same form and under the same limits.
    fn known_text(&self, hash: Hash, form: Form) -> Option<Text> {
        let note: TextNote = serde_json::from_slice(&self.blobs.beside(hash, Beside::Text)?).ok()?;
        let same = note.notes == NOTES && note.form == form && note.limits == self.limits_noted();
        same.then_some(note.text)
    }

    fn keep_text(&self, hash: Hash, form: Form, text: Text) {
        let note = TextNote { notes: NOTES.to_owned(), form, limits: self.limits_noted(), text };
        let kept = serde_json::to_vec(&note)
            .map_err(Into::into)
            .and_then(|note| self.blobs.keep_beside(hash, Beside::Text, &note));
        if let Err(error) = kept {
            tracing::warn!(attachment.hash = %hash, "the text of an attachment could not be kept: {error}");
        }
    }

    fn limits_noted(&self) -> String {
        format!("{:?}", self.limits)
    }
}

fn hash_of(row: &Row) -> Result<Hash, Trouble> {
    row.hash.parse().map_err(|error| Trouble::Mail(format!("{error}")))
}

fn disk(error: io::Error) -> Trouble {
    Trouble::Disk(error.to_string())
}

/// Files and long reading, away from the tasks that talk to peers.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Trouble> + Send + 'static) -> Result<T, Trouble> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(Trouble::Mail(error.to_string())))
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
