//! Some mails of a conversation become a conversation of their own: what a customer wrote into an old one about something new.
//!
//! They leave nothing behind but a line that says where they went, and what refers to them goes there. Letters stay where they
//! were written. A merge brings both together again.

use std::collections::BTreeSet;

use super::super::{
    Store, approvals,
    desk::Desk,
    facts::{Fact, MessageIdFact},
    filing, keys, numbers,
    participants::{self, PARTICIPANTS_MAX},
    requests::StoreError,
    rows::{ConversationRow, Entry, MailRow, Participant, Place, What},
    steps::{self, drop_job, event, wait},
    view,
};
use crate::{
    conversation::{Candidate, Key},
    types::{Address, ConversationId, JobId, MailId, Millis},
};

/// Mails that go together: each of them is written again.
const MAILS_MAX: usize = 100;

/// A person splits mails from a conversation.
#[derive(Debug, Clone)]
pub struct Split {
    /// From which.
    pub conversation: ConversationId,
    /// Which mails; not all of them.
    pub mails: Vec<MailId>,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
    /// 64 random bits, from which a number is drawn.
    pub dice: u64,
}

/// A mail that goes, and where it stands.
struct Goes {
    entry: Entry,
    mail: MailRow,
    from: Address,
}

fn split(desk: &mut Desk, asked: Split) -> Result<ConversationId, StoreError> {
    let mut stays = steps::surviving(desk, asked.conversation)?;
    let (goes, left) = part(desk, &stays, &asked)?;
    let mut new = opened(desk, &stays, &goes, &asked)?;
    let (number, by, now) = (new.number, asked.by, asked.now);
    for Goes { entry, mail, .. } in goes {
        steps::entry(desk, &mut new, entry.at, What::Mail(mail.id))?;
        let words = format!("mail {} was split from here: it lies in conversation {number}", mail.id);
        desk.state(&Fact::Entry(Entry { what: What::Event { name: "split".into(), words }, ..entry }))?;
        lead_there(desk, &stays, &mail, new.id)?;
        desk.state(&Fact::Mail(Box::new(moved(mail, &stays, new.id))))?;
    }
    event(desk, &mut new, now, "split", &format!("{by} split it from conversation {}", stays.number))?;
    wait(desk, &mut new, now, &format!("{by} split it from conversation {}", stays.number))?;
    let id = new.id;
    desk.state(&Fact::Conversation(Box::new(new)))?;

    event(desk, &mut stays, now, "split", &format!("{by} split mails from it, which are conversation {number} now"))?;
    if stays.last_mail != left {
        // What was to be answered has gone.
        stays.last_mail = left;
        if view::job(desk, JobId::Answer(stays.id))?.is_some() {
            drop_job(desk, JobId::Answer(stays.id))?;
            wait(desk, &mut stays, now, &format!("{by} split the mail from it that was to be answered"))?;
        }
    }
    stays.generation += 1;
    stays.forget_draft();
    approvals::forget(desk, &mut stays, now, "mails were split from the conversation")?;
    stays.updated = stays.updated.max(now);
    desk.state(&Fact::Conversation(Box::new(stays)))?;
    Ok(id)
}

/// The mails that go, oldest first, and the newest mail of a person among those that stay.
fn part(desk: &Desk, row: &ConversationRow, asked: &Split) -> Result<(Vec<Goes>, Option<MailId>), StoreError> {
    let refused = |words: &str| Err(StoreError::Refused(words.into()));
    let wanted: BTreeSet<MailId> = asked.mails.iter().copied().collect();
    if wanted.is_empty() || wanted.len() > MAILS_MAX {
        return refused("say which mails are split from it, a hundred at most");
    }
    let (mut goes, mut stays, mut left) = (Vec::new(), 0, None);
    for entry in view::timeline(desk, row)? {
        let What::Mail(id) = entry.what else { continue };
        let mail = view::mail(desk, id)?.ok_or_else(|| StoreError::Damaged(format!("mail {id} is missing")))?;
        if !wanted.contains(&id) {
            stays += 1;
            left = Some(id).filter(|_| mail.class.class.is_personal()).or(left);
            continue;
        }
        let Some(from) = mail.mail.from.clone() else { return refused("a mail without a usable From opens nothing") };
        goes.push(Goes { entry, mail, from });
    }
    if goes.len() < wanted.len() {
        return Err(StoreError::NotFound("such a mail in that conversation".into()));
    }
    if stays == 0 {
        return refused("no mail would be left in it");
    }
    Ok((goes, left))
}

/// The conversation of the mails that go, without a time line yet. Its contact is who wrote the first of them.
fn opened(
    desk: &mut Desk,
    stays: &ConversationRow,
    goes: &[Goes],
    asked: &Split,
) -> Result<ConversationRow, StoreError> {
    let personal = || goes.iter().filter(|one| one.mail.class.class.is_personal());
    let first = personal().next().or(goes.first());
    let first = first.ok_or_else(|| StoreError::Refused("no mail goes".into()))?;
    let proved = |who: &Address| goes.iter().filter(|one| one.from == *who).map(|one| one.mail.verdicts.level).max();
    let (id, number) = (filing::next_id(desk, asked.now), numbers::draw(desk, desk.tallies(), asked.dice)?);
    let level = proved(&first.from).unwrap_or(first.mail.verdicts.level);
    let (address, contact) = (stays.address.clone(), first.from.clone());
    let mut new = ConversationRow {
        contact_name: first.mail.mail.from_name.clone(),
        title: first.mail.mail.subject.clone(),
        generation: 1,
        updated: asked.now,
        linked_to: Some(stays.id),
        last_mail: personal().next_back().map(|one| one.mail.id),
        split_from: Some(stays.id),
        ..ConversationRow::beginning(id, number, address, contact, level, first.mail.kept)
    };
    // S-11: a machine takes no part.
    for one in personal().take(PARTICIPANTS_MAX) {
        let level = proved(&one.from).unwrap_or(one.mail.verdicts.level);
        participants::add(&mut new, Participant { address: one.from.clone(), since: one.mail.kept, level });
    }
    Ok(new)
}

/// What refers to the mail leads to where it lies now. A Message-ID that another conversation had first stays there.
fn lead_there(desk: &mut Desk, stays: &ConversationRow, mail: &MailRow, to: ConversationId) -> Result<(), StoreError> {
    let message_id = &mail.mail.message_id;
    let led_here = view::by_message_id(desk, &stays.address, message_id)?.is_some_and(|row| row.id == stays.id);
    if message_id.is_empty() || !led_here {
        return Ok(());
    }
    desk.state(&Fact::MessageId(MessageIdFact {
        address: stays.address.clone(),
        message_id: keys::message_id_digest(message_id),
        conversation: to,
    }))
}

/// The mail's row, lying there instead of here or in what was merged into here.
fn moved(mut mail: MailRow, stays: &ConversationRow, to: ConversationId) -> MailRow {
    for filed in &mut mail.filings {
        if let Place::Conversation { id, joined_by, .. } = &mut filed.place
            && (*id == stays.id || stays.absorbed.contains(id))
        {
            (*id, *joined_by) = (to, Some(Key::ByHand));
        }
    }
    mail
}

/// What refers to a mail that was split away goes there, though it names the conversation that it came from as well: their
/// letters and numbers stand in the same thread. `split`: conversations among the candidates, each with the one it came from.
pub(in super::super) fn prefer_split(candidates: &mut [Candidate], split: &[(ConversationId, ConversationId)]) {
    if split.is_empty() {
        return;
    }
    let named: Vec<ConversationId> = candidates.iter().map(|candidate| candidate.id).collect();
    let is_split = |id| split.iter().any(|(own, from)| *own == id && named.contains(from));
    // Stable: all others stand as their keys are strong.
    candidates.sort_by_key(|candidate| !(candidate.key == Key::Reference && is_split(candidate.id)));
}

impl Store {
    /// Makes some mails of a conversation one of their own, with a number of its own; gives it.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when a mail does not lie there; [`StoreError::Refused`] when none would be left, or none is named.
    pub async fn split(&self, asked: Split) -> Result<ConversationId, StoreError> {
        self.ask(move |desk| split(desk, asked)).await
    }
}

#[cfg(test)]
#[path = "splitting_tests.rs"]
mod tests;
