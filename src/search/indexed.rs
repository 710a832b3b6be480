//! What of a conversation is searched, and the folder where the index of it lies.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tantivy::{
    Index, IndexReader, ReloadPolicy, TantivyDocument,
    schema::{FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions},
};

use super::{
    SearchError,
    words::{WORDS, analyzer},
};
use crate::{
    conversation::{quotes, without_codes},
    mime,
    store::{ConversationRow, RawRef, Status, Store, StoreError, What},
};

/// The form of the index. Another one is made again.
const FORMAT: u32 = 1;

/// Entries of one conversation that are searched: the newest.
const ENTRIES_MAX: usize = 400;

/// Octets of one conversation that are searched: of the newest mails and letters.
const TEXT_OCTETS_MAX: usize = 128 * 1024;

/// How far the index is, kept with each commit of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    format: u32,
    /// Everything that changed until then is there, but for what still has to be walked.
    pub(super) seen: u64,
    /// While it is made: where in the list of all conversations it goes on; empty at the beginning.
    pub(super) walking: Option<String>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { format: FORMAT, seen: 0, walking: Some(String::new()) }
    }
}

/// The fields of a conversation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) id: Field,
    pub(super) updated: Field,
    pub(super) address: Field,
    pub(super) tag: Field,
    pub(super) open: Field,
    pub(super) subject: Field,
    pub(super) people: Field,
    /// All of its words.
    pub(super) text: Field,
    /// What was written, as it was: of this a piece is shown.
    pub(super) body: Field,
}

fn schema() -> (Schema, Fields) {
    let indexing = |form| {
        TextOptions::default()
            .set_indexing_options(TextFieldIndexing::default().set_tokenizer(WORDS).set_index_option(form))
    };
    let words = indexing(IndexRecordOption::WithFreqsAndPositions);
    let mut schema = Schema::builder();
    let fields = Fields {
        id: schema.add_u64_field("id", INDEXED | FAST),
        updated: schema.add_u64_field("updated", FAST),
        address: schema.add_text_field("address", STRING),
        tag: schema.add_text_field("tag", STRING),
        open: schema.add_u64_field("open", INDEXED),
        subject: schema.add_text_field("subject", words.clone()),
        people: schema.add_text_field("people", words.clone()),
        text: schema.add_text_field("text", words),
        body: schema.add_text_field("body", STORED),
    };
    (schema.build(), fields)
}

/// Opens the index in a folder, with how far it is. One that is missing, broken or of another form is begun anew.
pub(super) fn open(folder: &Path) -> Result<(Index, Fields, Progress), SearchError> {
    if let Some(opened) = tried(folder) {
        return Ok(opened);
    }
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(SearchError::Folder(error)),
        _ => std::fs::create_dir_all(folder).map_err(SearchError::Folder)?,
    }
    let (schema, fields) = schema();
    let index = Index::create_in_dir(folder, schema)?;
    index.tokenizers().register(WORDS, analyzer());
    Ok((index, fields, Progress::default()))
}

fn tried(folder: &Path) -> Option<(Index, Fields, Progress)> {
    let index = Index::open_in_dir(folder).ok()?;
    let (schema, fields) = schema();
    index.tokenizers().register(WORDS, analyzer());
    // A segment that is missing or cut is not opened; to read all octets of all takes too long for a start.
    let whole = index.schema() == schema && reader(&index).is_ok();
    let progress: Progress = serde_json::from_str(&index.load_metas().ok()?.payload?).ok()?;
    (whole && progress.format == FORMAT).then_some((index, fields, progress))
}

/// What is asked. It shows what the last reload saw.
pub(super) fn reader(index: &Index) -> Result<IndexReader, SearchError> {
    Ok(index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?)
}

/// A conversation as the index has it.
///
/// # Errors
/// When the store cannot be read. A mail that is damaged is left out.
pub(super) async fn document(
    fields: &Fields,
    store: &Store,
    row: &ConversationRow,
) -> Result<TantivyDocument, StoreError> {
    let Told { body, names } = told(store, row).await?;
    let others = row.participants.iter().map(|one| one.address.to_string());
    let people: Vec<String> = [row.contact_name.clone(), row.contact.to_string()].into_iter().chain(others).collect();
    let people = people.join("\n");
    let tags: Vec<&str> = row.tags.iter().map(String::as_str).collect();
    let text = [row.title.clone(), row.number.to_string(), people.clone(), names, tags.join("\n"), body.clone()];

    let mut document = TantivyDocument::default();
    document.add_u64(fields.id, row.id.0);
    document.add_u64(fields.updated, row.updated.0);
    document.add_text(fields.address, row.address.key());
    row.tags.iter().for_each(|tag| document.add_text(fields.tag, tag.to_lowercase()));
    document.add_u64(fields.open, u64::from(row.status == Status::Open));
    document.add_text(fields.subject, &row.title);
    document.add_text(fields.people, &people);
    document.add_text(fields.text, text.join("\n"));
    document.add_text(fields.body, &body);
    Ok(document)
}

/// What was written in a conversation, newest first, and what its files are called.
#[derive(Default)]
struct Told {
    body: String,
    names: String,
}

impl Told {
    fn add(&mut self, text: &str) {
        let left = TEXT_OCTETS_MAX.saturating_sub(self.body.len());
        self.body.push_str(&text[..text.floor_char_boundary(left)]);
        self.body.push('\n');
    }

    fn name(&mut self, name: &str) {
        if self.names.len() < TEXT_OCTETS_MAX {
            self.names.push_str(name);
            self.names.push('\n');
        }
    }
}

async fn told(store: &Store, row: &ConversationRow) -> Result<Told, StoreError> {
    let mut told = Told::default();
    for entry in store.timeline_page(row.id, None, ENTRIES_MAX)?.entries.into_iter().rev() {
        if told.body.len() >= TEXT_OCTETS_MAX {
            break;
        }
        match entry.what {
            What::Mail(id) => {
                let Some(mail) = store.mail(id)? else { continue };
                let Some(parsed) = parsed(store, &mail.raw).await else { continue };
                told.add(&without_codes(&quotes::part(&parsed).new_text));
                parsed.attachments.iter().for_each(|attachment| told.name(&attachment.name));
            }
            What::Letter(id) => {
                let Some(letter) = store.letter(id)? else { continue };
                let Some(parsed) = parsed(store, &letter.raw).await else { continue };
                told.add(&quotes::part(&parsed).new_text);
                letter.enclosed.iter().for_each(|file| told.name(&file.name));
            }
            What::Note(note) => told.add(&note.markdown),
            What::Event { .. } => {}
        }
    }
    Ok(told)
}

async fn parsed(store: &Store, raw: &RawRef) -> Option<mime::Mail> {
    store.raw(raw).await.ok().map(|raw| mime::parse(&raw))
}
