//! Who takes part in a conversation besides its contact, and since when (S-01).
//!
//! Only a mail of somebody who takes part already, and proves it, brings others in, or a letter of ours. They see nothing older than that mail:
//! what a letter quotes is decided by it in `outbound::compose`.

use super::{
    desk::Desk,
    letter_rows::{Delivery, DeliveryState, LetterRow},
    requests::StoreError,
    rows::{ConversationRow, Participant, TakenBack},
    steps, view,
};
use crate::{
    conversation::Arrival,
    types::{Level, Millis},
};

/// Participants of one conversation, the contact not counted: as many as a letter is copied to.
pub(super) const PARTICIPANTS_MAX: usize = 20;

/// What a kept mail of a person changes: whom it names takes part from now on, and its writer has proved what it proves.
///
/// `needed`: the conversation's level before this mail. Below it, or unproven, a mail names nobody.
pub(super) fn name_others(
    desk: &mut Desk,
    row: &mut ConversationRow,
    arrival: &Arrival,
    needed: Level,
) -> Result<(), StoreError> {
    let level = arrival.verdicts.level;
    let Some(from) = &arrival.mail.from else { return Ok(()) };
    if let Some(writer) = row.participants.iter_mut().find(|one| one.address == *from) {
        writer.level = writer.level.max(level);
    }
    if level < needed.max(Level::Vouched) || !row.takes_part(from) {
        return Ok(());
    }
    for address in &arrival.mail.named {
        if row.takes_part(address) || *address == row.address || row.participants.len() >= PARTICIPANTS_MAX {
            continue;
        }
        add(row, Participant { address: address.clone(), since: arrival.now, level: Level::Unproven });
        let words = format!("{from} named {address}, who takes part from this mail on");
        steps::event(desk, row, arrival.now, "takes_part", &words)?;
    }
    Ok(())
}

/// Whom a person writes to takes part from that letter on: their answers join. They have proved nothing yet, so the AI does not write
/// to them (S-09).
pub(super) fn written_to(desk: &mut Desk, row: &mut ConversationRow, letter: &LetterRow) -> Result<(), StoreError> {
    for Delivery { to, .. } in &letter.recipients {
        if row.takes_part(to) || *to == row.address || row.participants.len() >= PARTICIPANTS_MAX {
            continue;
        }
        add(row, Participant { address: to.clone(), since: letter.made, level: Level::Unproven });
        let words = format!("letter {} was written to {to}, who takes part from it on", letter.id);
        steps::event(desk, row, letter.made, "takes_part", &words)?;
    }
    Ok(())
}

/// A letter that the contact's address refused goes to another one: that is the contact's from now on, so that what they write
/// joins and what we write reaches them. The refused one takes part no more: nobody has it, or somebody else.
pub(super) fn corrected(
    desk: &mut Desk,
    row: &mut ConversationRow,
    again: &TakenBack,
    letter: &LetterRow,
) -> Result<(), StoreError> {
    let Some(to) = letter.recipients.first().map(|one| one.to.clone()) else { return Ok(()) };
    let before = view::letter(desk, again.letter)?;
    let of_contact = before.as_ref().and_then(|before| before.recipients.iter().find(|one| one.to == row.contact));
    let was_refused = of_contact
        .is_some_and(|one| matches!(one.state, DeliveryState::Refused { .. } | DeliveryState::Bounced { .. }));
    let is_written_to = letter.recipients.iter().any(|one| one.to == row.contact);
    // A letter to somebody who takes part already is for them, and says nothing of the contact.
    if !was_refused || is_written_to || row.takes_part(&to) || to == row.address {
        return Ok(());
    }
    let old = std::mem::replace(&mut row.contact, to);
    let words =
        format!("letter {} goes to {} instead of {old}, which refused it: that is the contact", letter.id, row.contact);
    steps::event(desk, row, letter.made, "contact", &words)
}

/// Adds somebody, or gives who takes part already the higher level and the earlier moment.
pub(super) fn add(row: &mut ConversationRow, one: Participant) {
    if one.address == row.contact {
        return;
    }
    match row.participants.iter_mut().find(|known| known.address == one.address) {
        Some(known) => {
            (known.level, known.since) = (known.level.max(one.level), Millis(known.since.0.min(one.since.0)));
        }
        None => row.participants.push(one),
    }
}
