//! Keeps a mail: for each destination asks where it belongs and writes that, all in one record.

use bytes::Bytes;

use super::{
    desk::Desk,
    facts::{DuplicateFact, Fact, FingerprintFact},
    filing::{Joining, OFF, Opening, cut, join, open},
    keys,
    requests::StoreError,
    rows::{ConversationRow, Filed, MailRow, Place, RawRef},
    signatures, steps, verbs, view,
};
use crate::{
    conversation::{self, Arrival, Brake, Candidate, Destination, FileFn, Filing, Found, HeldReason, Key, KeyTried},
    types::{Accepted, ConversationId, Level, MailId},
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

    /// Its signature is one that came before (S-07): what was found out stays, but says nothing of the sender.
    fn prove_nothing(&mut self, why: &str) {
        self.row.verdicts.level = self.row.verdicts.level.min(Level::Unproven);
        self.row.verdicts.sentence = format!("{}, but {why}", self.row.verdicts.sentence);
        // The row is another than the one that was made beforehand.
        self.json.clear();
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

/// Decides and writes one mail.
pub(super) fn accept(desk: &mut Desk, mut mail: Prepared, file: FileFn) -> Result<Accepted, StoreError> {
    let id = mail.row.id;
    let mut replay = None;
    let mut filings = file_everywhere(desk, &mail.arrival, file, &mut replay)?;
    if filings.is_empty() {
        // Nobody may lose a mail by naming no destination for it.
        filings.push(Filed { address: None, place: Place::Held(HeldReason::NoAddress), keys: Vec::new() });
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
    signatures::remember(desk, &mail.arrival)?;
    if let Some(why) = replay {
        mail.prove_nothing(&why);
    }
    mail.row.filings = filings;
    let raw: Vec<Bytes> = vec![mail.arrival.trace.clone(), mail.arrival.body.clone()];
    let (row, json) = mail.json();
    desk.state_json(&Fact::Mail(Box::new(row)), &json)?;
    desk.attach(raw);
    Ok(Accepted::durable(id, false))
}

/// Each destination gets the mail. Of those that the shared destination could mean, only the first that has not had it.
/// `replay` is set to why, when somebody sends it again (S-07).
fn file_everywhere(
    desk: &mut Desk,
    arrival: &Arrival,
    file: FileFn,
    replay: &mut Option<String>,
) -> Result<Vec<Filed>, StoreError> {
    let mut filings = Vec::with_capacity(arrival.destinations.len());
    let signed_before = signatures::signed_before(desk, arrival)?;
    let mut decide = |found: &mut Found, destination: &Destination| {
        found.signed_before = signed_before;
        let filing = file(arrival, destination, found);
        if let Filing::Replayed { why } = &filing {
            replay.get_or_insert_with(|| why.clone());
        }
        filing
    };
    let mut had_by = None;
    let mut taken = false;
    for destination in &arrival.destinations {
        if destination.one_of && taken {
            continue;
        }
        let address = destination.address.clone();
        match earlier_copy(desk, arrival, destination)? {
            Some(first) if destination.one_of => {
                had_by.get_or_insert(Filed { address, place: Place::Duplicate(first), keys: Vec::new() });
            }
            Some(first) => filings.push(Filed { address, place: Place::Duplicate(first), keys: Vec::new() }),
            None => {
                taken |= destination.one_of;
                let (place, keys) = place(desk, arrival, destination, &mut decide)?;
                filings.push(Filed { address, place, keys });
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

fn place(
    desk: &mut Desk,
    arrival: &Arrival,
    destination: &Destination,
    mut decide: impl FnMut(&mut Found, &Destination) -> Filing,
) -> Result<(Place, Vec<KeyTried>), StoreError> {
    let mut found = candidates(desk, destination)?;
    found.blocked = verbs::against(desk, arrival.mail.from.as_ref())?;
    let filing = decide(&mut found, destination);
    let keys = conversation::tried(arrival, &found, &filing);
    let place = match filing {
        Filing::Held(reason) => Place::Held(reason),
        Filing::Ignored(reason) => Place::Ignored(reason),
        Filing::Joins { conversation, key, reopens, level } => match view::surviving(desk, conversation)? {
            Some(row) => join(desk, arrival, destination, row, Joining { key, reopens, level }, OFF)?,
            None => {
                let why = "the conversation it named is gone".to_owned();
                open(desk, arrival, destination, Opening { linked_to: None, why, silent: OFF, replayed: false })?
            }
        },
        Filing::Opens { linked_to, why } => {
            open(desk, arrival, destination, Opening { linked_to, why, silent: OFF, replayed: false })?
        }
        Filing::Replayed { why } => {
            open(desk, arrival, destination, Opening { linked_to: None, why, silent: OFF, replayed: true })?
        }
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
    Ok((place, keys))
}

/// The conversations that the keys of a mail propose, of this support address only.
fn candidates(desk: &Desk, destination: &Destination) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let Some(address) = &destination.address else { return Ok(found) };
    let mut split = Vec::new();
    let mut add = |key: Key, row: Option<ConversationRow>| {
        let known = |id: ConversationId| found.candidates.iter().any(|candidate: &Candidate| candidate.id == id);
        if let Some(row) = row.filter(|row| row.address == *address && !known(row.id)) {
            split.extend(row.split_from.map(|from| (row.id, from)));
            found.candidates.push(row.proposed_by(key));
        }
    };
    let lookups = &destination.lookups;
    if let Some(letter) = lookups.returned.map(|id| view::letter(desk, id)).transpose()?.flatten() {
        add(Key::ReturnPath, view::surviving(desk, letter.conversation)?);
    }
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
    verbs::prefer_split(&mut found.candidates, &split);
    Ok(found)
}
