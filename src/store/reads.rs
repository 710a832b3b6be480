//! Questions about what is committed. They never wait for the committer.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Store,
    index::Index,
    keys,
    letter_rows::LetterRow,
    requests::{AiLetters, Counts, StoreError},
    rows::{ConversationRow, Entry, LearnedRow, MailRow, RawRef},
    suppressions::SuppressionRow,
    view::{self, View},
};
use crate::types::{Address, ConversationId, Job, JobId, JobKind, LetterId, MailId, Millis, Number, Pick};

impl Store {
    /// A conversation as it is now, whether or not it was merged.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the index cannot be read; so for all questions.
    pub fn conversation(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        view::conversation(self.index(), id)
    }

    /// The conversation, or the one it was merged into.
    pub fn conversation_or_survivor(&self, id: ConversationId) -> Result<Option<ConversationRow>, StoreError> {
        view::surviving(self.index(), id)
    }

    /// The conversation of that number, or the one it was merged into.
    pub fn conversation_by_number(&self, number: Number) -> Result<Option<ConversationRow>, StoreError> {
        view::by_number(self.index(), number)
    }

    /// The time line of a conversation, oldest first, with those of what was merged into it.
    pub fn timeline(&self, id: ConversationId) -> Result<Vec<Entry>, StoreError> {
        self.conversation(id)?.map_or(Ok(Vec::new()), |row| view::timeline(self.index(), &row))
    }

    /// How many letters the AI wrote since a moment, to whom it is asked about; not counted further than `at_most`.
    pub fn ai_letters(&self, to: AiLetters<'_>, since: Millis, at_most: u32) -> Result<u32, StoreError> {
        let prefix = keys::ai_letters(to);
        let mut count = 0;
        for found in self.index().scan_from(&prefix, &prefix).take(at_most as usize) {
            let (key, _) = found?;
            if keys::read_updated(&key).is_none_or(|(at, _)| at < since) {
                break;
            }
            count += 1;
        }
        Ok(count)
    }

    /// A mail.
    pub fn mail(&self, id: MailId) -> Result<Option<MailRow>, StoreError> {
        view::mail(self.index(), id)
    }

    /// A letter.
    pub fn letter(&self, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
        view::letter(self.index(), id)
    }

    /// Deliveries that were refused or came back since a moment, newest first, as letter and place of the recipient.
    pub fn refused(&self, since: Millis) -> Result<Vec<(LetterId, u16)>, StoreError> {
        let mut found = Vec::new();
        for key in self.index().scan(b"X") {
            let Some((at, letter, place)) = keys::read_refused(&key?.0) else { continue };
            if at < since {
                break;
            }
            found.push((letter, place));
        }
        Ok(found)
    }

    /// The held mails, oldest first.
    pub fn held(&self) -> Result<Vec<MailRow>, StoreError> {
        let mut rows = Vec::new();
        for found in self.index().scan(b"H") {
            let id = keys::long_at(&found?.0, 1).map(MailId);
            rows.extend(id.map(|id| self.mail(id)).transpose()?.flatten());
        }
        Ok(rows)
    }

    /// What was learned about forwarders, at one address or at all.
    pub fn learned(&self, address: Option<&Address>) -> Result<Vec<LearnedRow>, StoreError> {
        let prefix = address.map_or_else(|| b"V".to_vec(), keys::learned_at);
        let mut rows = Vec::new();
        // Asked for every mail, and hardly ever there: one key says so without a scan.
        if address.is_some() && self.index().value(&prefix)?.is_none() {
            return Ok(rows);
        }
        for found in self.index().scan(&prefix) {
            let (key, _) = found?;
            if key.len() == keys::LEARNED_LEN {
                rows.extend(view::learned_row(self.index(), &key)?);
            }
        }
        Ok(rows)
    }

    /// Why letters to that address are refused; `None` when they are not.
    pub fn suppression(&self, recipient: &Address) -> Result<Option<SuppressionRow>, StoreError> {
        view::suppression(self.index(), recipient)
    }

    /// All addresses whose letters are refused, newest first.
    pub fn suppressions(&self) -> Result<Vec<SuppressionRow>, StoreError> {
        let mut rows = Vec::new();
        for found in self.index().scan(b"B") {
            let (key, _) = found?;
            if key.len() == keys::SUPPRESSION_LEN {
                rows.extend(view::suppression_row(self.index(), &key)?);
            }
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        Ok(rows)
    }

    /// How many addresses there are whose letters are refused.
    pub fn suppressions_count(&self) -> Result<u64, StoreError> {
        Ok(self.index().state()?.map_or(0, |state| state.tallies.suppressions))
    }

    /// All jobs that are not done.
    pub fn jobs(&self) -> Result<Vec<Job>, StoreError> {
        jobs(self.index())
    }

    /// One job; `None` when it is done or never was.
    pub fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        view::job(self.index(), id)
    }

    /// When the next job of a kind is due, or the next lease runs out.
    pub fn next_due(&self, kind: JobKind) -> Result<Option<Millis>, StoreError> {
        self.next_due_of(kind, &Pick::Any)
    }

    /// The same, of those that may be picked.
    pub fn next_due_of(&self, kind: JobKind, pick: &Pick) -> Result<Option<Millis>, StoreError> {
        let first = self.index().first_due(kind, pick, |_| false)?;
        Ok(first.and_then(|key| keys::read_due(&key)).map(|(when, _)| when))
    }

    /// Jobs that will still happen by themselves.
    pub fn work_left(&self) -> Result<u64, StoreError> {
        let counts = self.counts()?;
        Ok(counts.jobs.saturating_sub(counts.parked))
    }

    /// The books.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        Ok(self.index().state()?.map_or_else(Counts::default, |state| state.tallies.counts))
    }

    /// Records that the journal has, as far as the index is: all that were answered for.
    pub fn journal_records(&self) -> Result<u64, StoreError> {
        Ok(self.index().state()?.map_or(0, |state| state.position.next.saturating_sub(1)))
    }

    /// The bytes of a mail (trace headers and body) or a letter.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when they are not there or are not what was written.
    pub async fn raw(&self, raw: &RawRef) -> Result<Bytes, StoreError> {
        let (reader, raw) = (Arc::clone(self.reader()), raw.clone());
        let read = move || {
            let damaged = |why: &str| {
                StoreError::Damaged(format!("{} octets in segment {} at {}: {why}", raw.len, raw.segment, raw.offset))
            };
            let bytes = reader.raw(&raw).map_err(|e| damaged(&e.to_string()))?;
            let same = blake3::hash(&bytes).to_hex().as_str() == raw.blake3;
            if same { Ok(bytes) } else { Err(damaged("they have another BLAKE3 than when they were written")) }
        };
        tokio::task::spawn_blocking(read).await.unwrap_or(Err(StoreError::Stopping))
    }
}

pub(super) fn jobs(index: &Index) -> Result<Vec<Job>, StoreError> {
    let mut jobs = Vec::new();
    for found in index.scan(b"J") {
        let (key, _) = found?;
        if !keys::is_job(&key) {
            continue;
        }
        let id = match (key[1], keys::long_at(&key, 2)) {
            (b'a', Some(id)) => JobId::Answer(ConversationId(id)),
            (_, Some(id)) => JobId::Deliver(LetterId(id), u16::from_be_bytes([key[10], key[11]])),
            (_, None) => continue,
        };
        jobs.extend(view::job(index, id)?);
    }
    Ok(jobs)
}
