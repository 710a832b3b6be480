//! Conversations change hands, and jobs are claimed, put off and ended.

use std::time::Duration;

use super::{
    approvals,
    desk::Desk,
    facts::Fact,
    handed_off::HandedOff,
    keys, letters,
    requests::{HandOff, Mark, StoreError, Written},
    rows::{ConversationRow, Owner, Status, What},
    runs,
    steps::{self, cut_words, drop_job, event, set_job, wait},
    suppressions::{self, Gate},
    tags, verbs, view,
};
use crate::types::{ConversationId, Job, JobId, JobKind, JobState, Millis, Pick};

/// The AI gives a conversation to people, or has a draft for them to send.
pub(super) fn hand_off(desk: &mut Desk, given: HandOff) -> Result<Written, StoreError> {
    let mut row = steps::conversation(desk, given.conversation)?;
    if given.generation != row.generation {
        return runs::end_stale(desk, given.run);
    }
    let kept = row.rewrite.take().and(row.draft.take());
    let (name, draft) = match (given.draft, kept) {
        (Some(draft), _) => ("drafted", Some(draft)),
        // It could not be written as a person wished: what waited waits on.
        (None, Some(kept)) => ("not_rewritten", Some(kept)),
        (None, None) => ("handed_off", None),
    };
    // Who drafts goes on drafting: a newer mail makes this draft stale, and must get one of its own.
    row.owner = match (&draft, row.owner) {
        (Some(_), _) => Owner::Ai,
        // They had a call made, and go on.
        (None, Owner::Person(name)) => Owner::Person(name),
        (None, Owner::Nobody | Owner::Ai | Owner::Team) => Owner::Team,
    };
    row.wanted = given.wanted.filter(|_| draft.is_none());
    row.generation += 1;
    row.waits_because = cut_words(&given.reason);
    row.updated = row.updated.max(given.now);
    if draft.is_none() {
        row.handed_off = Some(HandedOff::new(given.now, &given.reason, given.circumstances));
    }
    // The draft belongs to the conversation as it is now, in the hands of people.
    row.draft = draft.map(|mut draft| {
        draft.generation = row.generation;
        draft
    });
    event(desk, &mut row, given.now, name, &given.reason)?;
    if let (None, Some(letter)) = (&row.draft, given.acknowledgement) {
        letters::keep(desk, &mut row, *letter)?;
    }
    drop_job(desk, JobId::Answer(row.id))?;
    tags::of_run(desk, &mut row, given.run.as_deref(), given.now)?;
    runs::end(desk, given.run)?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(Written::Done)
}

/// What a person does with a conversation.
pub(super) fn mark(desk: &mut Desk, id: ConversationId, mark: Mark, now: Millis) -> Result<(), StoreError> {
    let mut row = steps::surviving(desk, id)?;
    row.generation += 1;
    row.updated = row.updated.max(now);
    match mark {
        Mark::Resolved => close(desk, &mut row, Status::Resolved, "closed as resolved", now)?,
        Mark::Unresolved => close(desk, &mut row, Status::Unresolved, "closed without a solution", now)?,
        Mark::Reopened => {
            (row.status, row.closed) = (Status::Open, None);
            event(desk, &mut row, now, "reopened", "a person opened it again")?;
            wait(desk, &mut row, now, "a person opened it again")?;
        }
        Mark::Taken(name) => {
            event(desk, &mut row, now, "taken", &format!("{name} answers from now on"))?;
            to_person(desk, &mut row, name, now)?;
        }
        Mark::GivenBack => {
            event(desk, &mut row, now, "given_back", "the AI may answer again")?;
            to_ai(desk, &mut row, now)?;
        }
    }
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// This person answers from now on; the AI is silent. The row's own fact follows; so in [`to_ai`].
pub(super) fn to_person(
    desk: &mut Desk,
    row: &mut ConversationRow,
    name: String,
    now: Millis,
) -> Result<(), StoreError> {
    let waits = |name: &str| cut_words(&format!("{name} answers this conversation"));
    let was_theirs = matches!(&row.owner, Owner::Person(before) if waits(before) == row.waits_because);
    if was_theirs || row.waits_because.is_empty() {
        row.waits_because = waits(&name);
    }
    if row.wanted.as_ref().is_some_and(|wanted| wanted.let_run.is_some()) {
        approvals::forget(desk, row, now, &format!("{name} took the conversation over"))?;
    }
    row.owner = Owner::Person(name);
    row.rewrite = None;
    drop_job(desk, JobId::Answer(row.id))
}

/// The AI may answer again, and does when a mail waits for it.
pub(super) fn to_ai(desk: &mut Desk, row: &mut ConversationRow, now: Millis) -> Result<(), StoreError> {
    approvals::forget(desk, row, now, "the conversation was given back to the AI")?;
    row.owner = Owner::Ai;
    row.handed_off = None;
    row.waits_because.clear();
    row.forget_draft();
    if row.status == Status::Open && is_unanswered(desk, row)? {
        set_job(desk, JobId::Answer(row.id), row.id, "", JobState::Due(now), now)?;
    }
    Ok(())
}

pub(super) fn close(
    desk: &mut Desk,
    row: &mut ConversationRow,
    status: Status,
    words: &str,
    now: Millis,
) -> Result<(), StoreError> {
    if row.status == status {
        return Ok(());
    }
    (row.status, row.closed) = (status, Some(now));
    row.snoozed_until = None;
    row.waits_because.clear();
    row.forget_draft();
    approvals::forget(desk, row, now, "the conversation was closed")?;
    drop_job(desk, JobId::Answer(row.id))?;
    event(desk, row, now, "closed", words)
}

/// Whether the newest mail of a person has no letter of ours behind it.
fn is_unanswered(desk: &Desk, row: &ConversationRow) -> Result<bool, StoreError> {
    let Some(newest) = row.last_mail else { return Ok(false) };
    for entry in view::timeline(desk, row)?.into_iter().rev() {
        match entry.what {
            What::Letter(id) if view::letter(desk, id)?.is_none_or(|letter| letter.answers()) => return Ok(false),
            What::Mail(mail) if mail == newest => return Ok(true),
            _ => {}
        }
    }
    Ok(false)
}

/// Letters that one claim refuses because their recipients are suppressed; what is left waits for the next claim.
const REFUSALS_MAX: usize = 100;

/// The earliest job of a kind that may be picked and is due, or whose holder let its lease run out. What would go to somebody
/// who is suppressed is refused on the way there, and an answer to somebody who is blocked is none.
pub(super) fn claim(
    desk: &mut Desk,
    kind: JobKind,
    pick: &Pick,
    now: Millis,
    lease: Duration,
) -> Result<Option<Job>, StoreError> {
    for _ in 0..REFUSALS_MAX {
        let Some(job) = first_due(desk, kind, pick, now)? else { return Ok(None) };
        if let (JobState::Claimed(_), JobKind::Deliver) = (job.state, kind) {
            letters::interrupted(desk, &job, now)?;
        }
        if verbs::silences(desk, job.id, now)? {
            continue;
        }
        match suppressions::gate(desk, job.id, now)? {
            Gate::Open => return take(desk, job, now, lease).map(Some),
            Gate::Refused => {}
            Gate::NotYet => break,
        }
    }
    Ok(None)
}

fn first_due(desk: &Desk, kind: JobKind, pick: &Pick, now: Millis) -> Result<Option<Job>, StoreError> {
    let first = desk.first_due(kind, pick)?;
    let Some((_, id)) = first.as_deref().and_then(keys::read_due).filter(|(when, _)| *when <= now) else {
        return Ok(None);
    };
    let missing = || StoreError::Damaged(format!("job {id} is due and is not there"));
    view::job(desk, id)?.ok_or_else(missing).map(Some)
}

fn take(desk: &mut Desk, mut job: Job, now: Millis, lease: Duration) -> Result<Job, StoreError> {
    runs::interrupted(desk, job.id)?;
    job.state = JobState::Claimed(now.plus(lease));
    job.attempts += 1;
    desk.state(&Fact::Job(job.clone()))?;
    Ok(job)
}

/// A claimed job, when it is still the claim it was: a newer mail makes an answer due again and that stays.
fn claimed(desk: &Desk, id: JobId) -> Result<Option<Job>, StoreError> {
    Ok(view::job(desk, id)?.filter(|job| matches!(job.state, JobState::Claimed(_))))
}

/// Makes a claimed job due again whose holder is gone.
pub(super) fn free(desk: &mut Desk, id: JobId, now: Millis) -> Result<(), StoreError> {
    let Some(job) = claimed(desk, id)? else { return Ok(()) };
    runs::interrupted(desk, id)?;
    match id.kind() {
        JobKind::Answer => defer(desk, id, now, "interrupted by a restart"),
        JobKind::Deliver => letters::interrupted(desk, &job, now),
    }
}

/// Ends a job without a word.
pub(super) fn done(desk: &mut Desk, id: JobId) -> Result<(), StoreError> {
    match claimed(desk, id)? {
        Some(_) => desk.state(&Fact::JobDone(id)),
        None => Ok(()),
    }
}

/// Puts a job off.
pub(super) fn defer(desk: &mut Desk, id: JobId, until: Millis, words: &str) -> Result<(), StoreError> {
    match claimed(desk, id)? {
        Some(job) => {
            let job = Job { state: JobState::Due(until), last_words: cut_words(words), ..job };
            desk.state(&Fact::Job(job))
        }
        None => Ok(()),
    }
}

/// Gives a job up; a person sees it.
pub(super) fn park(desk: &mut Desk, id: JobId, words: &str, now: Millis) -> Result<(), StoreError> {
    let Some(job) = claimed(desk, id)? else { return Ok(()) };
    let mut row = steps::surviving(desk, job.conversation)?;
    wait(desk, &mut row, now, words)?;
    desk.state(&Fact::Job(Job { state: JobState::Parked, last_words: cut_words(words), ..job }))?;
    desk.state(&Fact::Conversation(Box::new(row)))
}
