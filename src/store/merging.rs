//! Two conversations become one.
//!
//! The one that goes keeps its row and time line, so that its number, reply keys and Message-IDs lead on for good; the one
//! that stays shows both time lines. A merge is not undone.

use super::{
    approvals,
    desk::Desk,
    facts::Fact,
    participants::{self, PARTICIPANTS_MAX},
    requests::{Merged, StoreError},
    rows::{ConversationRow, Participant, Status},
    steps::{self, drop_job, event, wait},
    view,
};
use crate::types::{ConversationId, JobId, Millis};

/// Conversations that one can take in: every look at it reads them all.
const ABSORBED_MAX: usize = 32;

/// Why a call that waited in one of them waits no more.
const MERGED: &str = "two conversations were merged";

/// Merges `gone` into `into`.
pub(super) fn merge(
    desk: &mut Desk,
    into: ConversationId,
    gone: ConversationId,
    now: Millis,
) -> Result<Merged, StoreError> {
    let mut stays = steps::surviving(desk, into)?;
    let mut goes = steps::surviving(desk, gone)?;
    if stays.id == goes.id {
        return Ok(Merged::Refused("they are one conversation already"));
    }
    if stays.address != goes.address {
        // Who reads one address may not be meant to read the other (S-26), and letters leave from one only.
        return Ok(Merged::Refused("they belong to two addresses"));
    }
    if stays.absorbed.len() + goes.absorbed.len() + 1 > ABSORBED_MAX {
        return Ok(Merged::Refused("it has taken in as many conversations as it can"));
    }
    take_part(&mut stays, &goes);
    if stays.participants.len() > PARTICIPANTS_MAX {
        return Ok(Merged::Refused("more people would take part than a letter is sent to"));
    }
    let words = format!("conversation {} of {} was merged into this one", goes.number, goes.contact);
    event(desk, &mut stays, now, "merged", &words)?;
    stays.tags.extend(goes.tags.iter().cloned());
    stays.last_mail = newer(desk, &stays, &goes)?;
    unanswered(desk, &mut stays, &goes, now)?;
    stays.generation += 1;
    stays.forget_draft();
    approvals::forget(desk, &mut stays, now, MERGED)?;
    stays.updated = stays.updated.max(now);

    // All that leads to the one that goes leads on in one step.
    for id in goes.absorbed.split_off(0) {
        let mut earlier = steps::conversation(desk, id)?;
        earlier.merged_into = Some(stays.id);
        stays.absorbed.push(id);
        desk.state(&Fact::Conversation(Box::new(earlier)))?;
    }
    stays.absorbed.push(goes.id);
    leave(desk, goes, &stays, now)?;
    let id = stays.id;
    desk.state(&Fact::Conversation(Box::new(stays)))?;
    Ok(Merged::Into(id))
}

/// Who took part in the other takes part here, with what came since their first mail there.
fn take_part(stays: &mut ConversationRow, goes: &ConversationRow) {
    let contact = Participant { address: goes.contact.clone(), since: goes.opened, level: goes.level };
    for one in std::iter::once(contact).chain(goes.participants.iter().cloned()) {
        participants::add(stays, one);
    }
}

/// The newest mail of a person in both: a letter answers that one.
fn newer(
    desk: &Desk,
    stays: &ConversationRow,
    goes: &ConversationRow,
) -> Result<Option<crate::types::MailId>, StoreError> {
    let mut newest = None;
    for id in [stays.last_mail, goes.last_mail].into_iter().flatten() {
        let kept = view::mail(desk, id)?.map(|row| row.kept);
        newest = newest.max(kept.map(|kept| (kept, id)));
    }
    Ok(newest.map(|(_, id)| id))
}

/// What waited there waits here; nothing falls asleep by a merge.
fn unanswered(
    desk: &mut Desk,
    stays: &mut ConversationRow,
    goes: &ConversationRow,
    now: Millis,
) -> Result<(), StoreError> {
    let due = view::job(desk, JobId::Answer(goes.id))?.is_some();
    if goes.status != Status::Open || (!due && goes.waits_because.is_empty()) {
        return Ok(());
    }
    if stays.status != Status::Open {
        (stays.status, stays.closed) = (Status::Open, None);
        event(desk, stays, now, "reopened", "a conversation that is open was merged into it")?;
    }
    let words = format!("mail of conversation {}, which was merged into this one, has no answer yet", goes.number);
    wait(desk, stays, now, &words)
}

fn leave(desk: &mut Desk, mut goes: ConversationRow, stays: &ConversationRow, now: Millis) -> Result<(), StoreError> {
    goes.merged_into = Some(stays.id);
    // A letter approved for it as it was is stale.
    goes.generation += 1;
    goes.waits_because.clear();
    goes.snoozed_until = None;
    goes.forget_draft();
    approvals::forget(desk, &mut goes, now, MERGED)?;
    if goes.status == Status::Open {
        (goes.status, goes.closed) = (Status::Resolved, Some(now));
    }
    drop_job(desk, JobId::Answer(goes.id))?;
    event(desk, &mut goes, now, "merged", &format!("merged into conversation {}", stays.number))?;
    desk.state(&Fact::Conversation(Box::new(goes)))
}
