//! The desk over the real house: cases are read from the store, answers go through the writer.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::sync::Notify;

use super::desk::{Case, CaseMail, Desk, DeskError, Raising, Sending};
use crate::{
    config::SupportAddress,
    conversation::quotes,
    mime,
    outbound::{WriteError, Writer},
    store::{Entry, HandOff, Store, StoreError, What, Written},
    types::{Author, ConversationId, Job, JobId, JobKind, Millis},
};

const HOUR: Duration = Duration::from_secs(3600);

/// See the module.
#[derive(Debug)]
pub struct StoreDesk {
    store: Store,
    writer: Writer,
    addresses: HashMap<String, SupportAddress>,
}

impl StoreDesk {
    /// A desk for these addresses.
    pub fn new(store: Store, writer: Writer, addresses: &[SupportAddress]) -> Self {
        let addresses = addresses.iter().map(|address| (address.address.key(), address.clone())).collect();
        Self { store, writer, addresses }
    }

    async fn mails(&self, timeline: &[Entry]) -> Result<Vec<CaseMail>, StoreError> {
        // By place: after a merge the line is made of several.
        let last_letter = timeline.iter().rposition(|entry| matches!(entry.what, What::Letter(_)));
        let ids = timeline.iter().enumerate().rev().filter_map(|(place, entry)| match entry.what {
            What::Mail(id) => Some((place, id)),
            _ => None,
        });
        let mut mails = Vec::new();
        for (place, id) in ids.take(Case::MAILS_MAX) {
            let Some(row) = self.store.mail(id)? else { continue };
            let parted = quotes::part(&mime::parse(&self.store.raw(&row.raw).await?));
            mails.push(CaseMail {
                row,
                new_text: parted.new_text,
                quoted_text: parted.quoted_text,
                answered: last_letter.is_some_and(|letter| letter > place),
            });
        }
        mails.reverse();
        Ok(mails)
    }

    /// Letters of the AI in a time line since a moment.
    fn answers_since(&self, timeline: &[Entry], since: Millis) -> Result<u32, StoreError> {
        let mut count = 0;
        for entry in timeline.iter().filter(|entry| entry.at >= since) {
            if let What::Letter(id) = entry.what
                && self.store.letter(id)?.is_some_and(|letter| letter.author == Author::Ai)
            {
                count += 1;
            }
        }
        Ok(count)
    }
}

impl Desk for StoreDesk {
    async fn claim(&self, now: Millis, lease: Duration) -> Result<Option<Job>, DeskError> {
        Ok(self.store.claim(JobKind::Answer, now, lease).await?)
    }

    async fn read(&self, conversation: ConversationId, now: Millis) -> Result<Option<Case>, DeskError> {
        let Some(row) = self.store.conversation(conversation)? else { return Ok(None) };
        let timeline = self.store.timeline(row.id)?;
        let hour_ago = Millis(now.0.saturating_sub(HOUR.as_millis() as u64));
        let day_ago = Millis(now.0.saturating_sub(24 * HOUR.as_millis() as u64));
        Ok(Some(Case {
            address: self.addresses.get(&row.address.key()).cloned(),
            mails: self.mails(&timeline).await?,
            answers_in_conversation_last_hour: self.answers_since(&timeline, hour_ago)?,
            answers_to_sender_last_day: self.store.ai_letters_to(&row.contact, day_ago)?,
            row,
        }))
    }

    async fn send(&self, sending: Sending) -> Result<Written, DeskError> {
        let Some(row) = self.store.conversation(sending.conversation)? else { return Ok(Written::Stale) };
        match self.writer.write(&row, &sending.markdown, sending.sources, sending.approval).await {
            Ok(written) => Ok(written),
            Err(WriteError::Store(error)) => Err(error.into()),
            Err(error) => Err(DeskError::Compose(error.to_string())),
        }
    }

    async fn hand_off(&self, raising: Raising) -> Result<Written, DeskError> {
        let Raising { conversation, generation, reason, draft, now } = raising;
        Ok(self.store.hand_off(HandOff { conversation, generation, reason, draft, now }).await?)
    }

    async fn rest(&self, case: &Case, _now: Millis) -> Result<Written, DeskError> {
        self.store.done(JobId::Answer(case.row.id)).await?;
        Ok(Written::Done)
    }

    async fn defer(&self, job: JobId, until: Millis, words: &str) -> Result<(), DeskError> {
        Ok(self.store.defer(job, until, words).await?)
    }

    fn next_due(&self) -> Option<Millis> {
        self.store.next_due(JobKind::Answer).ok().flatten()
    }

    fn wake(&self) -> Arc<Notify> {
        self.store.wake(JobKind::Answer)
    }
}
