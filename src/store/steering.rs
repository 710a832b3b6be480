//! What people do with a letter that has not arrived: have it tried at once, or end it.
//!
//! An attempt that is under way is not interfered with: how it ends is written down first.

use super::{
    desk::Desk,
    facts::Fact,
    letter_rows::{DeliveryState, LetterRow},
    letters::{due_again, waits_no_longer},
    requests::{Steer, Steered, Steering, StoreError},
    rows::ConversationRow,
    steps::{self, cut_words, drop_job, event, set_job},
    view,
};
use crate::types::{JobId, JobState, Millis};

/// Does it, for one recipient or for all that have not got the letter.
pub(super) fn steer(desk: &mut Desk, steering: Steering) -> Result<Steered, StoreError> {
    let missing = || StoreError::NotFound(format!("letter {}", steering.letter));
    let mut letter = view::letter(desk, steering.letter)?.ok_or_else(missing)?;
    let places = places(&letter, steering.recipient)?;
    if places.is_empty() {
        return Ok(Steered::TooLate("it has arrived, or was ended before".to_owned()));
    }
    for place in &places {
        if is_under_way(desk, JobId::Deliver(letter.id, *place), steering.now)? {
            return Ok(Steered::TooLate("an attempt is under way: look again when it has ended".to_owned()));
        }
    }
    let mut row = steps::surviving(desk, letter.conversation)?;
    for place in places {
        match &steering.steer {
            Steer::Retry => retry(desk, &mut row, &mut letter, place, &steering)?,
            Steer::Drop { why } => end(desk, &mut row, &mut letter, place, &steering, why)?,
        }
    }
    row.updated = row.updated.max(steering.now);
    desk.state(&Fact::Letter(Box::new(letter)))?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(Steered::Done)
}

/// Those that are meant and have not got the letter.
fn places(letter: &LetterRow, recipient: Option<u16>) -> Result<Vec<u16>, StoreError> {
    if let Some(place) = recipient.filter(|place| usize::from(*place) >= letter.recipients.len()) {
        return Err(StoreError::NotFound(format!("recipient {place} of letter {}", letter.id)));
    }
    let meant = (0u16..).zip(&letter.recipients).filter(|(place, _)| recipient.is_none_or(|only| only == *place));
    Ok(meant.filter(|(_, one)| !one.state.is_over()).map(|(place, _)| place).collect())
}

fn is_under_way(desk: &Desk, id: JobId, now: Millis) -> Result<bool, StoreError> {
    let job = view::job(desk, id)?;
    Ok(job.is_some_and(|job| matches!(job.state, JobState::Claimed(until) if until > now)))
}

/// The same bytes under the same Message-ID, due now.
fn retry(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: &mut LetterRow,
    place: u16,
    steering: &Steering,
) -> Result<(), StoreError> {
    let (id, now) = (JobId::Deliver(letter.id, place), steering.now);
    let one = &mut letter.recipients[usize::from(place)];
    waits_no_longer(row, &one.to, &one.state);
    match one.state.clone() {
        DeliveryState::Deferred { attempts, words, .. } => {
            due_again(desk, id, now, words.clone())?;
            one.state = DeliveryState::Deferred { attempts, next: now, words };
        }
        DeliveryState::Refused { words, .. } => {
            // Its time begins anew: whatever stood in the way, a person says that it is gone.
            set_job(desk, id, letter.conversation, JobState::Due(now), now)?;
            one.state = DeliveryState::Deferred { attempts: one.tries, next: now, words };
        }
        _ => set_job(desk, id, letter.conversation, JobState::Due(now), now)?,
    }
    event(desk, row, now, "retried", &format!("{} has the letter to {} tried again now", steering.by, one.to))
}

fn end(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: &mut LetterRow,
    place: u16,
    steering: &Steering,
    why: &str,
) -> Result<(), StoreError> {
    let (by, now) = (&steering.by, steering.now);
    let one = &mut letter.recipients[usize::from(place)];
    waits_no_longer(row, &one.to, &one.state);
    one.state = DeliveryState::Dropped { by: cut_words(by), why: cut_words(why), at: now };
    drop_job(desk, JobId::Deliver(letter.id, place))?;
    let perhaps = if one.uncertain { "; an earlier attempt may have brought it" } else { "" };
    event(desk, row, now, "dropped", &format!("{by} dropped the letter to {}: {why}{perhaps}", one.to))
}
