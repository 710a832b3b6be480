//! Keeps a mail: for each destination asks where it belongs and writes that, all in one record.

use bytes::Bytes;

use super::{
    desk::Desk,
    facts::{DuplicateFact, Fact, FingerprintFact, MessageIdFact},
    keys, numbers, participants,
    requests::StoreError,
    rows::{ConversationRow, Filed, MailRow, Owner, Place, RawRef, Status, What},
    steps::{self, event, set_job},
    view,
};
use crate::{
    conversation::{Arrival, Brake, Candidate, Destination, FileFn, Filing, Found, HeldReason, Key, MailSummary},
    types::{Accepted, ConversationId, JobId, JobState, Level, MailId},
};

/// Lookups of one kind that are followed for one destination.
const LOOKUPS_MAX: usize = 100;

/// A mail with everything made that does not depend on the store, so that the committer need not.
pub(super) struct Prepared {
    arrival: Arrival,
    row: MailRow,
    /// The row's JSON with no filings in it: its last octets are `[]}`.
    json: Vec<u8>,
}

impl Prepared {
    /// Hashes and serializes. Costs a fraction of a millisecond per megabyte.
    pub(super) fn new(arrival: Arrival) -> Self {
        let mut hash = blake3::Hasher::new();
        hash.update(&arrival.trace).update(&arrival.body);
        let len = (arrival.trace.len() + arrival.body.len()) as u64;
        let raw = RawRef { segment: 0, offset: 0, len, blake3: hash.finalize().to_hex().to_string() };
        let row = MailRow {
            id: arrival.envelope.id,
            kept: arrival.now,
            envelope: arrival.envelope.clone(),
            raw,
            mail: cut(arrival.mail.clone()),
            verdicts: arrival.verdicts.clone(),
            class: arrival.class.clone(),
            filings: Vec::new(),
        };
        let json = serde_json::to_vec(&row).expect("rows have string keys only");
        Self { arrival, row, json }
    }

    /// Octets it will write, about.
    pub(super) fn octets(&self) -> usize {
        self.json.len() + self.row.raw.len as usize
    }

    /// The row's JSON with its filings.
    fn json(mut self) -> (MailRow, Vec<u8>) {
        if !self.json.ends_with(b"[]}") {
            let json = serde_json::to_vec(&self.row).expect("rows have string keys only");
            return (self.row, json);
        }
        self.json.truncate(self.json.len() - 3);
        serde_json::to_writer(&mut self.json, &self.row.filings).expect("rows have string keys only");
        self.json.push(b'}');
        (self.row, self.json)
    }
}

fn cut(mut mail: MailSummary) -> MailSummary {
    for text in [&mut mail.subject, &mut mail.from_name, &mut mail.message_id] {
        steps::cut_text(text, MailSummary::SUBJECT_OCTETS_MAX);
    }
    mail
}

/// Decides and writes one mail.
pub(super) fn accept(desk: &mut Desk, mut mail: Prepared, file: FileFn) -> Result<Accepted, StoreError> {
    let id = mail.row.id;
    let mut filings = file_everywhere(desk, &mail.arrival, file)?;
    if filings.is_empty() {
        // Nobody may lose a mail by naming no destination for it.
        filings.push(Filed { address: None, place: Place::Held(HeldReason::NoAddress) });
    }
    let elsewhere = filings.iter().find_map(|filed| match filed.place {
        Place::Duplicate(first) if first != id => Some(first),
        _ => None,
    });
    if let Some(of) = elsewhere
        && filings.iter().all(|filed| matches!(filed.place, Place::Duplicate(_)))
    {
        let (at, destinations) = (mail.arrival.now, filings.len() as u64);
        desk.state(&Fact::Duplicate(DuplicateFact { of, copy: id, at, destinations }))?;
        return Ok(Accepted::durable(of, true));
    }
    mail.row.filings = filings;
    let raw: Vec<Bytes> = vec![mail.arrival.trace.clone(), mail.arrival.body.clone()];
    let (row, json) = mail.json();
    desk.state_json(&Fact::Mail(Box::new(row)), &json)?;
    desk.attach(raw);
    Ok(Accepted::durable(id, false))
}

/// Each destination gets the mail. Of those that the shared destination could mean, only the first that has not had it.
fn file_everywhere(desk: &mut Desk, arrival: &Arrival, file: FileFn) -> Result<Vec<Filed>, StoreError> {
    let mut filings = Vec::with_capacity(arrival.destinations.len());
    let mut had_by = None;
    let mut taken = false;
    for destination in &arrival.destinations {
        if destination.one_of && taken {
            continue;
        }
        let address = destination.address.clone();
        match earlier_copy(desk, arrival, destination)? {
            Some(first) if destination.one_of => {
                had_by.get_or_insert(Filed { address, place: Place::Duplicate(first) });
            }
            Some(first) => filings.push(Filed { address, place: Place::Duplicate(first) }),
            None => {
                taken |= destination.one_of;
                filings.push(Filed { address, place: place(desk, arrival, destination, file)? });
            }
        }
    }
    // All of them have had it.
    filings.extend(had_by.filter(|_| !taken));
    Ok(filings)
}

/// The first copy, when this one is known at that address and would be treated as the first was.
fn earlier_copy(desk: &Desk, arrival: &Arrival, destination: &Destination) -> Result<Option<MailId>, StoreError> {
    if keys::fingerprint_hex(&destination.lookups.fingerprint).is_none() {
        return Ok(None);
    }
    let found = view::first_copy(desk, destination.address.as_ref(), &destination.lookups.fingerprint.0)?;
    // A held mail that comes again with a better proof is a new chance, not a copy.
    let same = found.filter(|first| !first.held || first.level == arrival.verdicts.level);
    Ok(same.map(|first| first.mail))
}

fn place(desk: &mut Desk, arrival: &Arrival, destination: &Destination, file: FileFn) -> Result<Place, StoreError> {
    let found = candidates(desk, destination)?;
    let place = match file(arrival, destination, &found) {
        Filing::Held(reason) => Place::Held(reason),
        Filing::Ignored(reason) => Place::Ignored(reason),
        Filing::Joins { conversation, key, reopens, level } => match view::surviving(desk, conversation)? {
            Some(row) => join(desk, arrival, destination, row, Joining { key, reopens, level }, OFF)?,
            None => open(desk, arrival, destination, None, "the conversation it named is gone".into(), OFF)?,
        },
        Filing::Opens { linked_to, why } => open(desk, arrival, destination, linked_to, why, OFF)?,
    };
    if let Some(fingerprint) = keys::fingerprint_hex(&destination.lookups.fingerprint) {
        desk.state(&Fact::Fingerprint(FingerprintFact {
            address: destination.address.clone(),
            fingerprint,
            mail: arrival.envelope.id,
            held: matches!(place, Place::Held(_)),
            level: arrival.verdicts.level,
        }))?;
    }
    Ok(place)
}

/// The conversations that the keys of a mail propose, of this support address only.
fn candidates(desk: &Desk, destination: &Destination) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let Some(address) = &destination.address else { return Ok(found) };
    let mut add = |key: Key, row: Option<ConversationRow>| {
        let known = |id: ConversationId| found.candidates.iter().any(|candidate: &Candidate| candidate.id == id);
        if let Some(row) = row.filter(|row| row.address == *address && !known(row.id)) {
            found.candidates.push(Candidate {
                key,
                id: row.id,
                number: row.number,
                address: row.address,
                contact: row.contact,
                participants: row.participants.into_iter().map(|one| one.address).collect(),
                level: row.level,
                closed: row.closed,
            });
        }
    };
    let lookups = &destination.lookups;
    for id in lookups.reply_keys.iter().take(LOOKUPS_MAX) {
        add(Key::ReplyKey, view::surviving(desk, *id)?);
    }
    let mut numbers = lookups.numbers.clone();
    numbers.sort_by_key(|(_, place)| *place);
    // A conversation stands under the first key that names it: one that a braked number names as well is not lost.
    if lookups.brake != Brake::Off {
        for message_id in lookups.message_ids.iter().take(LOOKUPS_MAX) {
            add(Key::Reference, view::by_message_id(desk, address, message_id)?);
        }
    }
    for (number, place) in numbers.into_iter().take(LOOKUPS_MAX) {
        add(steps::key_of(place), view::by_number(desk, number)?);
    }
    for message_id in lookups.message_ids.iter().take(LOOKUPS_MAX) {
        add(Key::Reference, view::by_message_id(desk, address, message_id)?);
    }
    Ok(found)
}

/// Why the AI is silent where it is not wanted.
const OFF: &str = "Autopilot is off for this address";

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
    let place =
        Place::Conversation { id: row.id, joined_by: Some(joining.key), level: joining.level, why: String::new() };
    steps::entry(desk, &mut row, arrival.now, What::Mail(arrival.envelope.id))?;
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
        row.updated = row.updated.max(arrival.now);
        written_to(desk, arrival, destination, &mut row, silent)?;
    }
    remember_message_id(desk, &arrival.mail.message_id, &row)?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(place)
}

pub(super) fn open(
    desk: &mut Desk,
    arrival: &Arrival,
    destination: &Destination,
    linked_to: Option<ConversationId>,
    why: String,
    silent: &str,
) -> Result<Place, StoreError> {
    let (Some(address), Some(contact)) = (&destination.address, &arrival.mail.from) else {
        // Cannot be filed under anybody: it is seen all the same.
        let reason = match destination.address {
            None => HeldReason::NoAddress,
            Some(_) => HeldReason::Forged("there is no usable From".into()),
        };
        return Ok(Place::Held(reason));
    };
    let level = arrival.verdicts.level;
    let mut row = ConversationRow {
        id: next_id(desk, arrival),
        number: numbers::draw(desk, desk.tallies(), arrival.dice)?,
        address: address.clone(),
        contact: contact.clone(),
        contact_name: cut(arrival.mail.clone()).from_name,
        participants: Vec::new(),
        title: cut(arrival.mail.clone()).subject,
        status: Status::Open,
        owner: Owner::Nobody,
        level,
        generation: 0,
        entries: 0,
        opened: arrival.now,
        updated: arrival.now,
        closed: None,
        linked_to,
        merged_into: None,
        absorbed: Vec::new(),
        last_mail: None,
        waits_because: String::new(),
        draft: None,
    };
    let place = Place::Conversation { id: row.id, joined_by: None, level, why: why.clone() };
    let lookups = &destination.lookups;
    if linked_to.is_some() || (lookups.brake != Brake::Off && !lookups.numbers.is_empty()) {
        event(desk, &mut row, arrival.now, "opened", &why)?;
    }
    steps::entry(desk, &mut row, arrival.now, What::Mail(arrival.envelope.id))?;
    if arrival.class.class.is_personal() {
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
    row.draft = None;
    let words = match (&row.owner, destination.answer.wanted) {
        (Owner::Person(name), _) => format!("{name} answers this conversation"),
        (Owner::Team, _) => "a person answers this conversation".to_owned(),
        (Owner::Nobody | Owner::Ai, false) => silent.to_owned(),
        (Owner::Nobody | Owner::Ai, true) => {
            row.waits_because.clear();
            let due = arrival.now.plus(destination.answer.quiet);
            // A burst has one answer: the job that was there moves, and one at work is due again.
            return set_job(desk, JobId::Answer(row.id), row.id, JobState::Due(due), arrival.now);
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

/// Made like other ids, from the mail's moment, and behind every conversation there is.
fn next_id(desk: &Desk, arrival: &Arrival) -> ConversationId {
    const NODE_BITS: u32 = 10;
    let now = arrival.now.0.saturating_mul(1000) << NODE_BITS;
    let behind = ((desk.tallies().last_conversation >> NODE_BITS) + 1) << NODE_BITS;
    ConversationId(now.max(behind))
}
