//! Takes the words of one message away for good: everything that is read of it says `[redacted]` from then on, on every page, in
//! every answer of the API, and in whatever the AI is shown.
//!
//! A redacted mail or letter gets new octets, in the record that says so; every reader comes to these. What was derived from it in
//! its conversations goes with it. **The old octets stay in the journal's segment, and in backups of it**: the journal is never
//! rewritten. Nobody is led to them any more, and a rebuilt index does not find them; who may read the files of the data folder can.

use bytes::Bytes;

use super::{
    super::{
        Store, approvals,
        desk::Desk,
        facts::Fact,
        index::Index,
        requests::StoreError,
        rows::{ConversationRow, Entry, Place, RawRef, What},
        run_rows::RunRow,
        steps::{self, drop_job, event, wait},
        view,
    },
    REDACTED, UnfinishedRow, keys,
};
use crate::types::{ConversationId, JobId, LetterId, MailId, Millis, RunId};

/// Events whose words repeat what somebody wrote.
const QUOTING: [&str; 6] = ["handed_off", "drafted", "not_rewritten", "rewrite_asked", "waits", "call_over"];

/// Runs of one conversation that are looked at, newest first.
const RUNS_MAX: usize = 1_000;

/// What is redacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// A mail, wherever it lies.
    Mail(MailId),
    /// A letter of ours that nothing is left to do with.
    Letter(LetterId),
    /// A note: in whose own time line it stands, and its place there.
    Note(ConversationId, u32),
}

impl std::fmt::Display for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mail(id) => write!(f, "mail {id}"),
            Self::Letter(id) => write!(f, "letter {id}"),
            Self::Note(_, seq) => write!(f, "the note in entry {seq}"),
        }
    }
}

/// A person redacts a message. There is no way back.
#[derive(Debug, Clone)]
pub struct Redact {
    /// Which.
    pub message: Message,
    /// Who says so.
    pub by: String,
    /// Why, in words that repeat nothing of it.
    pub why: String,
    /// When.
    pub now: Millis,
}

/// What lies beside a conversation and may repeat the message, found before the write.
#[derive(Debug, Default)]
struct Beside {
    runs: Vec<RunId>,
    unfinished: Vec<UnfinishedRow>,
}

fn redact(desk: &mut Desk, asked: &Redact, beside: Vec<(ConversationId, Beside)>) -> Result<(), StoreError> {
    let subject = match asked.message {
        Message::Mail(id) => mail(desk, id)?,
        Message::Letter(id) => letter(desk, id)?,
        Message::Note(conversation, seq) => note(desk, conversation, seq)?,
    };
    for (id, beside) in beside {
        let mut row = steps::surviving(desk, id)?;
        derived(desk, &mut row, asked, &subject)?;
        for run in beside.runs {
            if let Some(run) = view::run(desk, run)?.filter(|run| run.started >= subject.at) {
                desk.state(&Fact::Run(Box::new(without_words(run))))?;
            }
        }
        for begun in beside.unfinished {
            desk.state(&Fact::Unfinished(Box::new(UnfinishedRow { markdown: String::new(), at: asked.now, ..begun })))?;
        }
        desk.state(&Fact::Conversation(Box::new(row)))?;
    }
    Ok(())
}

/// What else is told by.
struct Subject {
    /// Titles are made of it.
    subject: String,
    /// When it came to be: nothing older repeats it.
    at: Millis,
    mail: Option<MailId>,
}

fn mail(desk: &mut Desk, id: MailId) -> Result<Subject, StoreError> {
    let mut row = view::mail(desk, id)?.ok_or_else(|| StoreError::NotFound(format!("mail {id}")))?;
    let from = row.mail.from.as_ref().map(ToString::to_string).unwrap_or_default();
    let raw = replacement(&from, &row.mail.message_id);
    fresh(&row.raw, &raw)?;
    row.raw = placed_here(&raw);
    let subject = std::mem::replace(&mut row.mail.subject, REDACTED.into());
    (row.mail.attachments, row.mail.notes) = (0, Vec::new());
    let at = row.kept;
    desk.state(&Fact::Mail(Box::new(row)))?;
    desk.attach(vec![raw]);
    Ok(Subject { subject, at, mail: Some(id) })
}

fn letter(desk: &mut Desk, id: LetterId) -> Result<Subject, StoreError> {
    let mut row = view::letter(desk, id)?.ok_or_else(|| StoreError::NotFound(format!("letter {id}")))?;
    if !row.recipients.iter().all(|one| one.state.is_over()) {
        let words =
            "it may still leave, or be tried again, and what leaves is what was written: drop or recall it first";
        return Err(StoreError::Refused(words.into()));
    }
    let raw = replacement(&row.from.to_string(), &row.message_id);
    fresh(&row.raw, &raw)?;
    row.raw = placed_here(&raw);
    let subject = std::mem::replace(&mut row.subject, REDACTED.into());
    (row.draft, row.digests, row.enclosed) = (None, Vec::new(), Vec::new());
    let at = row.made;
    desk.state(&Fact::Letter(Box::new(row)))?;
    desk.attach(vec![raw]);
    Ok(Subject { subject, at, mail: None })
}

fn note(desk: &mut Desk, conversation: ConversationId, seq: u32) -> Result<Subject, StoreError> {
    let missing = || StoreError::NotFound(format!("note in entry {seq} of conversation {conversation}"));
    let entry = view::entry(desk, conversation, seq)?.ok_or_else(missing)?;
    let (at, What::Note(mut note)) = (entry.at, entry.what) else { return Err(missing()) };
    if note.markdown == REDACTED {
        return Err(done_before());
    }
    note.markdown = REDACTED.into();
    desk.state(&Fact::Entry(Entry { conversation, seq, at, what: What::Note(note) }))?;
    Ok(Subject { subject: String::new(), at, mail: None })
}

/// A message without its words. What it was part of is still told by its Message-ID.
fn replacement(from: &str, message_id: &str) -> Bytes {
    let one_line = |text: &str| text.replace(|sign: char| sign.is_control(), "");
    let (from, message_id) = (one_line(from), one_line(message_id));
    format!(
        "From: <{from}>\r\nSubject: {REDACTED}\r\nMessage-ID: <{message_id}>\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n{REDACTED}\r\n"
    )
    .into()
}

/// The raw octets of the record that is being written.
fn placed_here(raw: &Bytes) -> RawRef {
    RawRef { segment: 0, offset: 0, len: raw.len() as u64, blake3: blake3::hash(raw).to_hex().to_string() }
}

fn fresh(before: &RawRef, raw: &Bytes) -> Result<(), StoreError> {
    if before.segment == 0 {
        // It was kept in this very batch: its own record must be behind it.
        return Err(StoreError::Unavailable("it is only just being kept".into()));
    }
    if before.blake3 == blake3::hash(raw).to_hex().as_str() { Err(done_before()) } else { Ok(()) }
}

fn done_before() -> StoreError {
    StoreError::Refused("it was redacted before".into())
}

/// What a conversation says that was made of the message. Its own fact follows.
fn derived(desk: &mut Desk, row: &mut ConversationRow, asked: &Redact, subject: &Subject) -> Result<(), StoreError> {
    let Redact { message, by, why, now } = asked;
    if !subject.subject.is_empty() && row.title == subject.subject {
        row.title = REDACTED.into();
    }
    if let Some(handed) = &mut row.handed_off {
        handed.reason = REDACTED.into();
        handed.circumstances.summary = REDACTED.into();
    }
    row.generation += 1;
    row.forget_draft();
    approvals::forget(desk, row, *now, "a message was redacted")?;
    for entry in view::timeline(desk, row)? {
        let Entry { conversation, seq, at, what: What::Event { name, .. } } = entry else { continue };
        if at >= subject.at && QUOTING.contains(&name.as_str()) {
            let what = What::Event { name, words: REDACTED.into() };
            desk.state(&Fact::Entry(Entry { conversation, seq, at, what }))?;
        }
    }
    if !row.waits_because.is_empty() {
        row.waits_because = REDACTED.into();
    }
    if subject.mail.is_some_and(|mail| row.last_mail == Some(mail)) && view::job(desk, JobId::Answer(row.id))?.is_some()
    {
        drop_job(desk, JobId::Answer(row.id))?;
        wait(desk, row, *now, &format!("{by} redacted the mail that was to be answered"))?;
    }
    event(desk, row, *now, "redacted", &format!("{by} redacted {message}: {why}"))?;
    row.updated = row.updated.max(*now);
    Ok(())
}

/// What a run cost and decided stays.
fn without_words(mut run: RunRow) -> RunRow {
    if !run.reason.is_empty() {
        run.reason = REDACTED.into();
    }
    for call in &mut run.tool_calls {
        call.arguments = REDACTED.into();
        if !call.result.is_empty() {
            call.result = REDACTED.into();
        }
    }
    run
}

impl Store {
    /// Redacts a message, and what its conversations say of it: title, drafts, summaries, reasons, calls of tools. A line in the
    /// time line says who did and why. The old octets stay in the journal's segment: see the module.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when it was redacted before, or is a letter that may still leave.
    pub async fn redact(&self, asked: Redact) -> Result<(), StoreError> {
        let mut beside = Vec::new();
        for id in self.conversations_of(asked.message)? {
            let Some(row) = self.conversation_or_survivor(id)? else { continue };
            let runs = self.runs(row.id, RUNS_MAX)?.into_iter().map(|run| run.id).collect();
            beside.push((row.id, Beside { runs, unfinished: unfinished(self.index(), &row)? }));
        }
        self.ask(move |desk| redact(desk, &asked, beside)).await
    }

    fn conversations_of(&self, message: Message) -> Result<Vec<ConversationId>, StoreError> {
        Ok(match message {
            Message::Note(id, _) => vec![id],
            Message::Letter(id) => self.letter(id)?.into_iter().map(|letter| letter.conversation).collect(),
            Message::Mail(id) => {
                let places = self.mail(id)?.into_iter().flat_map(|mail| mail.filings).map(|filed| filed.place);
                let of = |place| if let Place::Conversation { id, .. } = place { Some(id) } else { None };
                places.filter_map(of).collect()
            }
        })
    }
}

fn unfinished(index: &Index, row: &ConversationRow) -> Result<Vec<UnfinishedRow>, StoreError> {
    let mut rows = Vec::new();
    for id in std::iter::once(&row.id).chain(&row.absorbed) {
        for found in index.scan(&keys::unfinished_in(*id)) {
            let (key, _) = found?;
            if key.len() == keys::UNFINISHED_LEN {
                rows.extend(view::row::<UnfinishedRow>(index, &key)?);
            }
        }
    }
    Ok(rows)
}

#[cfg(test)]
#[path = "redacting_tests.rs"]
mod tests;
