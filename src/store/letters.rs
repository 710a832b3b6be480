//! Keeps letters, and what became of them.

use super::{
    approvals, codes,
    desk::Desk,
    facts::Fact,
    filing::remember_message_id,
    hands,
    letter_rows::{Delivery, DeliveryState, LetterRow},
    participants,
    requests::{NewLetter, Settled, StoreError, Written},
    rows::{ConversationRow, Draft, Owner, RawRef, Status, What},
    runs,
    steps::{self, cut_words, drop_job, event, set_job},
    suppressions::{self, SuppressionReason},
    tags, verbs, view,
};
use crate::types::{Address, Author, Job, JobId, JobState, LetterId, Millis};

/// Octets of written words that are kept for a recall. What is longer stays in the letter only: its row would be too long.
const DRAFT_OCTETS_MAX: usize = 256 * 1024;

/// Keeps a letter with a delivery job for each recipient; its author has the conversation.
pub(super) fn reply(desk: &mut Desk, mut letter: NewLetter) -> Result<Written, StoreError> {
    let mut row = steps::conversation(desk, letter.conversation)?;
    if letter.approval.generation() != row.generation {
        return runs::end_stale(desk, letter.run);
    }
    row.owner = match letter.approval.author().clone() {
        Author::Ai => Owner::Ai,
        Author::Person(name) => Owner::Person(name),
    };
    let (run, resolves, now) = (letter.run.take(), letter.resolves, letter.now);
    keep(desk, &mut row, letter)?;
    tags::of_run(desk, &mut row, run.as_deref(), now)?;
    runs::end(desk, run)?;
    // Also after the AI's own letter: a second run that was allowed by the same generation must not be sent as well.
    row.generation += 1;
    row.forget_draft();
    answered(desk, &mut row, now)?;
    row.waits_because.clear();
    drop_job(desk, JobId::Answer(row.id))?;
    if resolves {
        hands::close(desk, &mut row, Status::Resolved, "closed as resolved with this answer", now)?;
    }
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(Written::Done)
}

/// What a call was wanted for is answered. One that was made has its words in the run.
fn answered(desk: &mut Desk, row: &mut ConversationRow, now: Millis) -> Result<(), StoreError> {
    match (&row.owner, &row.wanted) {
        (Owner::Ai, Some(wanted)) if wanted.let_run.is_some() => row.wanted = None,
        _ => approvals::forget(desk, row, now, "the conversation was answered")?,
    }
    Ok(())
}

/// Adds a letter to a conversation. The row's own fact follows when all its changes are made.
pub(super) fn keep(desk: &mut Desk, row: &mut ConversationRow, letter: NewLetter) -> Result<(), StoreError> {
    let due = letter.undo.as_ref().map_or(letter.now, |undo| undo.until);
    let undo = letter.undo.filter(|undo| undo.markdown.len() <= DRAFT_OCTETS_MAX);
    let draft = undo.map(|undo| Draft {
        markdown: undo.markdown,
        sources: letter.sources.clone(),
        generation: row.generation,
        made: letter.now,
        taken_back: None,
    });
    let blake3 = blake3::hash(&letter.raw).to_hex().to_string();
    let kept = LetterRow {
        id: letter.id,
        conversation: row.id,
        made: letter.now,
        message_id: letter.message_id,
        from: letter.from,
        author: letter.approval.author().clone(),
        subject: letter.subject,
        raw: RawRef { segment: 0, offset: 0, len: letter.raw.len() as u64, blake3 },
        sources: letter.sources,
        origin: letter.origin,
        digests: letter.digests,
        enclosed: letter.enclosed,
        draft,
        recipients: letter.recipients.into_iter().map(Delivery::waiting).collect(),
    };
    let recipients = u16::try_from(kept.recipients.len())
        .map_err(|_| StoreError::Damaged("a letter with more recipients than it may have".into()))?;
    row.updated = row.updated.max(letter.now);
    verbs::sent(desk, row, &kept.author, letter.now)?;
    steps::entry(desk, row, letter.now, What::Letter(kept.id))?;
    if let Some(again) = row.draft.as_ref().and_then(|draft| draft.taken_back.clone()) {
        participants::corrected(desk, row, &again, &kept)?;
    }
    participants::written_to(desk, row, &kept)?;
    remember_message_id(desk, &kept.message_id, row)?;
    codes::asked(desk, row, &kept)?;
    for (place, recipient) in (0..recipients).zip(&kept.recipients) {
        let id = JobId::Deliver(kept.id, place);
        set_job(desk, id, row.id, recipient.to.domain(), JobState::Due(due), letter.now)?;
    }
    desk.state(&Fact::Letter(Box::new(kept)))?;
    desk.attach(vec![letter.raw]);
    Ok(())
}

/// Writes how an attempt ended.
pub(super) fn settle(desk: &mut Desk, settled: Settled) -> Result<(), StoreError> {
    let JobId::Deliver(id, place) = settled.job else { return hands::done(desk, settled.job) };
    let mut letter = view::letter(desk, id)?.ok_or_else(|| StoreError::NotFound(format!("letter {id}")))?;
    let job = view::job(desk, settled.job)?;
    // Whose lease ended may be slower than the attempt after. How that ends counts; what the far side took it has all the same.
    let is_late = job.as_ref().and_then(Job::claim) != settled.claim;
    if is_late && !matches!(settled.delivery, DeliveryState::Accepted { .. }) {
        return Ok(());
    }
    let delivery = letter
        .recipients
        .get_mut(usize::from(place))
        .ok_or_else(|| StoreError::NotFound(format!("recipient {place} of letter {id}")))?;
    let over = match (&delivery.state, &settled.delivery) {
        (DeliveryState::Accepted { .. }, _) => true,
        // A report may be faster than the word of who accepted the letter: it has the last.
        (DeliveryState::Bounced { .. }, _) => true,
        // Somebody had lost patience with a slow attempt: what the far side took it has.
        (_, DeliveryState::Accepted { .. }) => false,
        // What was said for good stays said.
        (before, _) => before.is_settled(),
    };
    if over {
        return drop_job(desk, settled.job);
    }
    let begun = job.map_or(0, |job| job.attempts);
    delivery.tries = begun.max(delivery.tries + 1);
    let uncertain_before = delivery.uncertain;
    delivery.uncertain |= settled.uncertain;
    let before = std::mem::replace(&mut delivery.state, cut_state(settled.delivery));
    let (to, state, uncertain) = (delivery.to.clone(), delivery.state.clone(), delivery.uncertain);
    letter.forget_words();
    // Where people look: a refusal must not be told to a conversation that nobody sees any more.
    let mut row = steps::surviving(desk, letter.conversation)?;
    let now = settled.now;
    match state {
        // A person's word is written by `steering`, a report by `reports`.
        DeliveryState::Bounced { .. } | DeliveryState::Dropped { .. } | DeliveryState::Recalled { .. } => {
            return Err(StoreError::Refused("no attempt ends like that".into()));
        }
        DeliveryState::Waiting => due_again(desk, settled.job, now, String::new())?,
        DeliveryState::Deferred { next, words, .. } => {
            let (name, told) = match settled.uncertain {
                true => ("uncertain", format!("nobody knows whether it reached {to}: {words}; {MAY_HAVE_ARRIVED}")),
                false => ("deferred", format!("not delivered to {to} yet: {words}")),
            };
            event(desk, &mut row, now, name, &told)?;
            due_again(desk, settled.job, next, words)?;
        }
        DeliveryState::Accepted { by, words, .. } => {
            let twice = if uncertain_before { "; an earlier attempt may have brought it as well" } else { "" };
            event(desk, &mut row, now, "delivered", &format!("delivered to {to} by {by}: {words}{twice}"))?;
            row.updated = row.updated.max(now);
            waits_no_longer(&mut row, &to, &before);
            drop_job(desk, settled.job)?;
        }
        DeliveryState::Refused { words, .. } => {
            let perhaps = if uncertain { "; an earlier attempt may have brought it" } else { "" };
            event(desk, &mut row, now, "refused", &format!("not delivered to {to}: {words}{perhaps}"))?;
            drop_job(desk, settled.job)?;
            refused(desk, &mut row, id, &unreached(&to, &words), now)?;
            if settled.no_mailbox {
                suppressions::suppress_in(desk, &mut row, &to, SuppressionReason::Refused(id), &words, now)?;
            }
        }
    }
    desk.state(&Fact::Letter(Box::new(letter)))?;
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// Ends a delivery before anybody tries it (again).
pub(super) fn end_refused(
    desk: &mut Desk,
    mut letter: LetterRow,
    place: u16,
    words: String,
    now: Millis,
) -> Result<(), StoreError> {
    let one = letter
        .recipients
        .get_mut(usize::from(place))
        .ok_or_else(|| StoreError::NotFound(format!("recipient {place} of letter {}", letter.id)))?;
    let (id, to) = (letter.id, one.to.clone());
    let perhaps = if one.uncertain { "; an earlier attempt may have brought it" } else { "" };
    one.state = cut_state(DeliveryState::Refused { words: words.clone(), at: now });
    letter.draft = None;
    let mut row = steps::surviving(desk, letter.conversation)?;
    event(desk, &mut row, now, "refused", &format!("not delivered to {to}: {words}{perhaps}"))?;
    drop_job(desk, JobId::Deliver(id, place))?;
    refused(desk, &mut row, id, &unreached(&to, &words), now)?;
    desk.state(&Fact::Letter(Box::new(letter)))?;
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// What is said where an attempt was under way and nobody knows how it ended.
const MAY_HAVE_ARRIVED: &str = "it may have arrived already, and is tried again with the same Message-ID";

/// Who claimed a delivery is gone: how far they got nobody knows. The job is due again.
pub(super) fn interrupted(desk: &mut Desk, job: &Job, now: Millis) -> Result<(), StoreError> {
    let words = "the attempt was interrupted".to_owned();
    let delivery = DeliveryState::Deferred { attempts: job.attempts, next: now, words };
    settle(desk, Settled { job: job.id, claim: job.claim(), delivery, uncertain: true, no_mailbox: false, now })
}

/// Why a conversation waits whose letter did not arrive.
pub(super) fn unreached(to: &Address, words: &str) -> String {
    cut_words(&format!("our letter did not reach {to}: {words}"))
}

/// If it waits because a letter was in this state, that is over.
pub(super) fn waits_no_longer(row: &mut ConversationRow, to: &Address, before: &DeliveryState) {
    if let DeliveryState::Refused { words, .. } | DeliveryState::Bounced { words, .. } = before
        && row.waits_because == unreached(to, words)
    {
        row.waits_because.clear();
    }
}

fn refused(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: LetterId,
    words: &str,
    now: Millis,
) -> Result<(), StoreError> {
    waits_for(desk, row, &format!("letter {letter} was refused"), words, now)
}

/// A letter that never arrives is somebody's business: the conversation opens again, because of `what`, and waits.
pub(super) fn waits_for(
    desk: &mut Desk,
    row: &mut ConversationRow,
    what: &str,
    words: &str,
    now: Millis,
) -> Result<(), StoreError> {
    reopen(desk, row, what, now)?;
    row.updated = row.updated.max(now);
    row.waits_because = cut_words(words);
    Ok(())
}

/// Nobody may think that all was said there.
pub(super) fn reopen(desk: &mut Desk, row: &mut ConversationRow, why: &str, now: Millis) -> Result<(), StoreError> {
    if row.status == Status::Open {
        return Ok(());
    }
    (row.status, row.closed) = (Status::Open, None);
    event(desk, row, now, "reopened", why)
}

/// Its job is due at that moment; attempts go on counting.
pub(super) fn due_again(desk: &mut Desk, id: JobId, at: Millis, words: String) -> Result<(), StoreError> {
    let mut job = view::job(desk, id)?.ok_or_else(|| StoreError::NotFound(format!("job {id}")))?;
    job.state = JobState::Due(at);
    job.last_words = words;
    desk.state(&Fact::Job(job))
}

fn cut_state(state: DeliveryState) -> DeliveryState {
    match state {
        DeliveryState::Waiting | DeliveryState::Dropped { .. } | DeliveryState::Recalled { .. } => state,
        DeliveryState::Deferred { attempts, next, words } => {
            DeliveryState::Deferred { attempts, next, words: cut_words(&words) }
        }
        DeliveryState::Accepted { by, words, at } => {
            DeliveryState::Accepted { by: cut_words(&by), words: cut_words(&words), at }
        }
        DeliveryState::Refused { words, at } => DeliveryState::Refused { words: cut_words(&words), at },
        DeliveryState::Bounced { status, words, report, proven, at } => {
            DeliveryState::Bounced { status: cut_words(&status), words: cut_words(&words), report, proven, at }
        }
    }
}
