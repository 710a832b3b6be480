//! Files a mail into a conversation: into one that is there, or into one that it opens.

use super::{
    approvals, codes,
    desk::Desk,
    facts::{Fact, MessageIdFact},
    keys, numbers, participants, reports,
    requests::StoreError,
    rows::{ConversationRow, Owner, Place, Status, What},
    steps::{self, event, set_job},
    verbs, view,
};
use crate::{
    conversation::{Arrival, Brake, Destination, HeldReason, Key, MailSummary},
    types::{ConversationId, JobId, JobState, Level, Millis},
};

/// Why the AI is silent where it is not wanted.
pub(super) const OFF: &str = "Autopilot is off for this address";

/// How it joins one.
pub(super) struct Joining {
    pub(super) key: Key,
    pub(super) reopens: bool,
    pub(super) level: Level,
}

/// `silent` says why the AI is, where the destination does not want it to answer; so in [`open`].
pub(super) fn join(
    desk: &mut Desk,
    arrival: &Arrival,
    destination: &Destination,
    mut row: ConversationRow,
    joining: Joining,
    silent: &str,
) -> Result<Place, StoreError> {
    let code = codes::look(desk, &row, arrival, destination)?;
    let level = code.level(joining.level);
    let place = Place::Conversation { id: row.id, joined_by: Some(joining.key), level, why: String::new() };
    let heard = row.heard;
    steps::entry(desk, &mut row, arrival.now, What::Mail(arrival.envelope.id))?;
    // What it reports of our letters is the letters' business, and may be the conversation's.
    reports::apply(desk, &mut row, arrival, &destination.lookups.reported)?;
    // S-11: mail of a machine is shown and moves nothing: no status, no owner, no clock.
    if arrival.class.class.is_personal() {
        if joining.reopens && row.status != Status::Open {
            (row.status, row.closed) = (Status::Open, None);
            event(desk, &mut row, arrival.now, "reopened", "a new mail opened it again")?;
        }
        let needed = row.level;
        if arrival.mail.from.as_ref() == Some(&row.contact) {
            // What was proved, not what a reply key confirmed: else her next mail would need a key too.
            row.level = row.level.max(arrival.verdicts.level);
        }
        participants::name_others(desk, &mut row, arrival, needed)?;
        verbs::wake(desk, &mut row, arrival.now, "a new mail came")?;
        row.updated = row.updated.max(arrival.now);
        codes::apply(desk, &mut row, &code, arrival.now)?;
        written_to(desk, arrival, destination, &mut row, silent)?;
    } else {
        row.heard = heard;
    }
    remember_message_id(desk, &arrival.mail.message_id, &row)?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(place)
}

/// How a conversation is opened.
pub(super) struct Opening<'a> {
    /// A conversation that the mail named and was not let into.
    pub(super) linked_to: Option<ConversationId>,
    /// Why it opens one, in words.
    pub(super) why: String,
    /// Why the AI is silent where it is not wanted.
    pub(super) silent: &'a str,
    /// Somebody sends a mail again (S-07): it proves nothing, and only a person answers.
    pub(super) replayed: bool,
}

pub(super) fn open(
    desk: &mut Desk,
    arrival: &Arrival,
    destination: &Destination,
    opening: Opening<'_>,
) -> Result<Place, StoreError> {
    let Opening { linked_to, why, silent, replayed } = opening;
    let (Some(address), Some(contact)) = (&destination.address, &arrival.mail.from) else {
        // Cannot be filed under anybody: it is seen all the same.
        let reason = match destination.address {
            None => HeldReason::NoAddress,
            Some(_) => HeldReason::Forged("there is no usable From".into()),
        };
        return Ok(Place::Held(reason));
    };
    let level = if replayed { arrival.verdicts.level.min(Level::Unproven) } else { arrival.verdicts.level };
    let MailSummary { from_name: contact_name, subject: title, .. } = cut(arrival.mail.clone());
    let (id, number) = (next_id(desk, arrival.now), numbers::draw(desk, desk.tallies(), arrival.dice)?);
    let row = ConversationRow::beginning(id, number, address.clone(), contact.clone(), level, arrival.now);
    let mut row = ConversationRow { contact_name, title, linked_to, ..row };
    let place = Place::Conversation { id: row.id, joined_by: None, level, why: why.clone() };
    let lookups = &destination.lookups;
    if linked_to.is_some() || (lookups.brake != Brake::Off && !lookups.numbers.is_empty()) {
        event(desk, &mut row, arrival.now, "opened", &why)?;
    }
    steps::entry(desk, &mut row, arrival.now, What::Mail(arrival.envelope.id))?;
    if replayed {
        row.generation += 1;
        row.last_mail = Some(arrival.envelope.id);
        steps::wait(desk, &mut row, arrival.now, &why)?;
    } else if arrival.class.class.is_personal() {
        participants::name_others(desk, &mut row, arrival, level)?;
        written_to(desk, arrival, destination, &mut row, silent)?;
    } else {
        steps::wait(desk, &mut row, arrival.now, "a machine wrote it, and machines are not answered")?;
    }
    remember_message_id(desk, &arrival.mail.message_id, &row)?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(place)
}

/// A person wrote: what was thought before is stale, and somebody is to answer.
fn written_to(
    desk: &mut Desk,
    arrival: &Arrival,
    destination: &Destination,
    row: &mut ConversationRow,
    silent: &str,
) -> Result<(), StoreError> {
    row.generation += 1;
    row.last_mail = Some(arrival.envelope.id);
    if row.forget_draft().is_some() {
        event(desk, row, arrival.now, "draft_stale", "a newer mail came, which the draft that waited does not answer")?;
    }
    approvals::forget(desk, row, arrival.now, "a newer mail came")?;
    let words = match (&row.owner, destination.answer.wanted) {
        (Owner::Person(name), _) => format!("{name} answers this conversation"),
        (Owner::Team, _) => "a person answers this conversation".to_owned(),
        (Owner::Nobody | Owner::Ai, false) => silent.to_owned(),
        (Owner::Nobody | Owner::Ai, true) => {
            row.waits_because.clear();
            let due = arrival.now.plus(destination.answer.quiet);
            // A burst has one answer: the job that was there moves, and one at work is due again.
            return set_job(desk, JobId::Answer(row.id), row.id, "", JobState::Due(due), arrival.now);
        }
    };
    steps::wait(desk, row, arrival.now, &words)
}

/// The first to use a Message-ID has it: a later mail cannot redirect what refers to it.
pub(super) fn remember_message_id(desk: &mut Desk, message_id: &str, row: &ConversationRow) -> Result<(), StoreError> {
    if message_id.is_empty() || view::by_message_id(desk, &row.address, message_id)?.is_some() {
        return Ok(());
    }
    desk.state(&Fact::MessageId(MessageIdFact {
        address: row.address.clone(),
        message_id: keys::message_id_digest(message_id),
        conversation: row.id,
    }))
}

/// Made like other ids, from the moment, and behind every conversation there is.
pub(super) fn next_id(desk: &Desk, now: Millis) -> ConversationId {
    const NODE_BITS: u32 = 10;
    let now = now.0.saturating_mul(1000) << NODE_BITS;
    let behind = ((desk.tallies().last_conversation >> NODE_BITS) + 1) << NODE_BITS;
    ConversationId(now.max(behind))
}

/// Cuts what its sender may have made as long as he liked.
pub(super) fn cut(mut mail: MailSummary) -> MailSummary {
    for text in [&mut mail.subject, &mut mail.from_name, &mut mail.message_id] {
        steps::cut_text(text, MailSummary::SUBJECT_OCTETS_MAX);
    }
    mail
}
