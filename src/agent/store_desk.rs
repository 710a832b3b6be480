//! The desk over the real house: cases are read from the store, answers go through the writer.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::sync::Notify;
use tracing::warn;

use super::{
    autopilot,
    brakes::{CODES_PER_CONTACT_PER_DAY_MAX, Sent},
    budgets::Spendings,
    desk::{Case, CaseLetter, CaseMail, Desk, DeskError, Raising, Sending},
    handoff::{Acknowledgement, sentiment},
    words::Tongue,
};
use crate::{
    config::{Brakes, SupportAddress},
    conversation::{quotes, without_codes},
    mime::{self, Hidden, Mail},
    outbound::{Reply, WriteError, Writer},
    store::{
        AiLetters, ConversationRow, Entry, HandOff, LetterRow, NewLetter, Origin, RunDecision, RunRow, Spender, Spent,
        Store, StoreError, What, Written,
    },
    types::{Approval, Author, ConversationId, Job, JobId, JobKind, Millis, Sentiment},
};

const HOUR: Duration = Duration::from_secs(3600);

/// Events after which answers are counted anew.
const BEGINS_ANEW: [&str; 5] = ["given_back", "taken", "assigned", "closed", "reopened"];

/// See the module.
#[derive(Debug)]
pub struct StoreDesk {
    store: Store,
    writer: Writer,
    addresses: HashMap<String, SupportAddress>,
    brakes: Brakes,
}

impl StoreDesk {
    /// A desk for these addresses, which counts as far as these brakes ask.
    pub fn new(store: Store, writer: Writer, addresses: &[SupportAddress], brakes: Brakes) -> Self {
        let addresses = addresses.iter().map(|address| (address.address.key(), address.clone())).collect();
        Self { store, writer, addresses, brakes }
    }

    /// The place of the newest letter that was not taken back. By place: after a merge the line is made of several.
    fn last_letter(&self, timeline: &[Entry]) -> Result<Option<usize>, StoreError> {
        for (place, entry) in timeline.iter().enumerate().rev() {
            let What::Letter(id) = entry.what else { continue };
            if self.store.letter(id)?.is_none_or(|letter| letter.answers()) {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    async fn mails(&self, timeline: &[Entry]) -> Result<Vec<CaseMail>, StoreError> {
        let last_letter = self.last_letter(timeline)?;
        let ids = timeline.iter().enumerate().rev().filter_map(|(place, entry)| match entry.what {
            What::Mail(id) => Some((place, id)),
            _ => None,
        });
        let mut mails = Vec::new();
        for (place, id) in ids.take(Case::MAILS_MAX) {
            let Some(row) = self.store.mail(id)? else { continue };
            let mail = mime::parse(&self.store.raw(&row.raw).await?);
            let parted = quotes::part(&mail);
            let answered = last_letter.is_some_and(|letter| letter > place);
            mails.push(CaseMail {
                row,
                // S-22: whoever thinks never sees a code.
                new_text: without_codes(&parted.new_text).into_owned(),
                quoted_text: without_codes(&parted.quoted_text).into_owned(),
                // Nobody asks it of an answered one, and it costs another reading of the page.
                hidden: if answered { mail.hidden } else { hidden(&mail) },
                answered,
            });
        }
        mails.reverse();
        Ok(mails)
    }

    /// A letter that cannot be written keeps nobody from people.
    async fn acknowledgement(
        &self,
        conversation: ConversationId,
        words: Acknowledgement,
        approval: Approval,
    ) -> Result<Option<Box<NewLetter>>, DeskError> {
        let Some(row) = self.store.conversation(conversation)? else { return Ok(None) };
        let (origin, language) = (Origin::Acknowledgement, Some(words.language));
        let reply = Reply { markdown: words.markdown, origin, language, ..Reply::default() };
        match self.writer.letter(&row, reply, approval).await {
            Ok(letter) => Ok(Some(Box::new(letter))),
            Err(WriteError::Store(error)) => Err(error.into()),
            Err(error) => {
                warn!(conversation.id = %conversation, "a hand-off is not acknowledged: {error}");
                Ok(None)
            }
        }
    }

    /// What was answered, and how many answers of the AI stand in a row. Whoever was helped begins anew.
    fn letters(&self, timeline: &[Entry], mails: &[CaseMail]) -> Result<(Vec<CaseLetter>, u32), StoreError> {
        let is_happy = |id| mails.iter().any(|mail| mail.row.id == id && sentiment(&mail.new_text) == Sentiment::Happy);
        let (mut letters, mut in_a_row, mut counting) = (Vec::new(), 0, true);
        for entry in timeline.iter().rev() {
            match &entry.what {
                What::Letter(id) => {
                    let Some(letter) = self.store.letter(*id)?.filter(LetterRow::answers) else { continue };
                    counting &= letter.author == Author::Ai;
                    in_a_row += u32::from(counting);
                    letters.push(CaseLetter { author: letter.author, sources: letter.sources });
                }
                What::Mail(id) => counting = counting && !is_happy(*id),
                // S-22: what people note for each other is no part of a case.
                What::Note(_) => {}
                What::Event { name, .. } => counting &= !BEGINS_ANEW.contains(&name.as_str()),
            }
            if letters.len() >= Case::LETTERS_MAX {
                break;
            }
        }
        letters.reverse();
        Ok((letters, in_a_row))
    }

    /// What the brakes count. Reads so many letters of this conversation and keys of others as the limits allow, no more.
    fn count(&self, row: &ConversationRow, timeline: &[Entry], now: Millis) -> Result<Sent, StoreError> {
        let ago = |span: Duration| Millis(now.0.saturating_sub(span.as_millis() as u64));
        let (hour, day, same_text) = (ago(HOUR), ago(24 * HOUR), ago(self.brakes.same_text));
        let mut sent = Sent::default();
        for entry in timeline.iter().rev().take_while(|entry| entry.at >= day.min(same_text)) {
            let What::Letter(id) = entry.what else { continue };
            let Some(letter) = self.store.letter(id)?.filter(|letter| letter.author == Author::Ai) else { continue };
            sent.conversation_hour += u32::from(letter.made >= hour);
            sent.conversation_day += u32::from(letter.made >= day);
            // A text remembered for no time is not remembered.
            if letter.made > same_text {
                sent.said.extend(letter.digests);
            }
        }
        let brakes = &self.brakes;
        for to in std::iter::once(&row.contact).chain(row.participants.iter().map(|one| &one.address)) {
            let count = |to, since, max| self.store.ai_letters(to, since, max);
            let (all, domain) = (AiLetters::To(to), AiLetters::ToDomain(to.domain()));
            sent.sender_day = sent.sender_day.max(count(all, day, brakes.per_sender_per_day_max)?);
            sent.domain_hour = sent.domain_hour.max(count(domain, hour, brakes.per_domain_per_hour_max)?);
            sent.domain_day = sent.domain_day.max(count(domain, day, brakes.per_domain_per_day_max)?);
        }
        sent.codes_day = self.store.codes_asked(&row.contact, day, CODES_PER_CONTACT_PER_DAY_MAX)?;
        sent.all_hour = self.store.ai_letters(AiLetters::All, hour, brakes.per_hour_max)?;
        sent.all_day = self.store.ai_letters(AiLetters::All, day, brakes.per_day_max)?;
        Ok(sent)
    }

    /// What thinking took. One look at the index for each, and one for each conversation that was merged into this one.
    fn add_up(&self, row: &ConversationRow, now: Millis) -> Result<Spendings, StoreError> {
        let mut conversation = Spent::default();
        for id in std::iter::once(&row.id).chain(&row.absorbed) {
            conversation = conversation.and(self.store.spent(Spender::Conversation(*id))?);
        }
        Ok(Spendings {
            conversation,
            sender_day: self.store.spent(Spender::SenderOn(&row.contact, now))?,
            day: self.store.spent(Spender::DayOf(now))?,
            month: self.store.spent(Spender::MonthOf(now))?,
        })
    }

    /// Runs since the last one whose words reached somebody.
    fn earlier(&self, conversation: ConversationId) -> Result<Vec<RunRow>, StoreError> {
        let without_words = |run: &RunRow| match run.decision {
            RunDecision::Begun
            | RunDecision::Stale
            | RunDecision::Deferred
            | RunDecision::Interrupted
            | RunDecision::AskedCode => true,
            RunDecision::Sent | RunDecision::Drafted | RunDecision::HandedOff | RunDecision::Rested => false,
        };
        Ok(self.store.runs(conversation, Case::RUNS_MAX)?.into_iter().take_while(without_words).collect())
    }
}

impl Desk for StoreDesk {
    async fn claim(&self, now: Millis, lease: Duration) -> Result<Option<Job>, DeskError> {
        Ok(self.store.claim(JobKind::Answer, now, lease).await?)
    }

    async fn read(&self, conversation: ConversationId, now: Millis) -> Result<Option<Case>, DeskError> {
        let Some(row) = self.store.conversation(conversation)? else { return Ok(None) };
        let timeline = self.store.timeline(row.id)?;
        let mails = self.mails(&timeline).await?;
        let (letters, answers_in_a_row) = self.letters(&timeline, &mails)?;
        Ok(Some(Case {
            address: self.addresses.get(&row.address.key()).cloned(),
            mails,
            letters,
            answers_in_a_row,
            suppressed: self.store.suppression(&row.contact)?,
            sent: self.count(&row, &timeline, now)?,
            spent: self.add_up(&row, now)?,
            earlier: self.earlier(row.id)?,
            read_at: now,
            row,
        }))
    }

    async fn sent(&self, row: &ConversationRow, now: Millis) -> Result<Sent, DeskError> {
        Ok(self.count(row, &self.store.timeline(row.id)?, now)?)
    }

    async fn spent(&self, row: &ConversationRow, now: Millis) -> Result<Spendings, DeskError> {
        Ok(self.add_up(row, now)?)
    }

    async fn note(&self, run: RunRow) -> Result<Written, DeskError> {
        Ok(self.store.note_run(run).await?)
    }

    async fn send(&self, sending: Sending) -> Result<Written, DeskError> {
        let Some(row) = self.store.conversation(sending.conversation)? else { return Ok(Written::Stale) };
        let Sending { markdown, sources, resolves, run, approval, code, .. } = sending;
        let guessed = || Tongue::guessed(&markdown).map(Tongue::code);
        let language = code.map_or_else(guessed, |code| Some(code.language));
        let code_valid = code.map(|code| code.valid);
        let reply = Reply { markdown, sources, language, resolves, run, code_valid, ..Reply::default() };
        match self.writer.write(&row, reply, approval).await {
            Ok(written) => Ok(written),
            Err(WriteError::Store(error)) => Err(error.into()),
            Err(error) => Err(DeskError::Compose(error.to_string())),
        }
    }

    async fn hand_off(&self, raising: Raising) -> Result<Written, DeskError> {
        let Raising { conversation, generation, reason, circumstances, draft, acknowledgement, wanted, run, now } =
            raising;
        let acknowledgement = match acknowledgement {
            Some((words, approval)) => self.acknowledgement(conversation, words, approval).await?,
            None => None,
        };
        let given =
            HandOff { conversation, generation, reason, circumstances, draft, acknowledgement, wanted, run, now };
        Ok(self.store.hand_off(given).await?)
    }

    async fn rest(&self, case: &Case, run: Option<Box<RunRow>>) -> Result<Written, DeskError> {
        self.store.rest(JobId::Answer(case.row.id), run).await?;
        Ok(Written::Done)
    }

    async fn defer(&self, job: JobId, until: Millis, words: &str, run: Option<Box<RunRow>>) -> Result<(), DeskError> {
        Ok(self.store.defer_run(job, until, words, run).await?)
    }

    fn next_due(&self) -> Option<Millis> {
        self.store.next_due(JobKind::Answer).ok().flatten()
    }

    fn wake(&self) -> Arc<Notify> {
        self.store.wake(JobKind::Answer)
    }
}

/// What a reader would not have seen: beside the page when that is much, else on it.
fn hidden(mail: &Mail) -> Hidden {
    Some(mime::unseen_on_page(mail)).filter(autopilot::hides_much).unwrap_or(mail.hidden)
}
