//! What people do with a letter that has not arrived: have it tried at once, end it, take it back before it leaves, or
//! write it anew when it was refused.
//!
//! An attempt that is under way is not interfered with: how it ends is written down first.

use super::{
    desk::Desk,
    facts::Fact,
    letter_rows::{Delivery, DeliveryState, LetterRow},
    letters::{due_again, interrupted, reopen, waits_no_longer},
    requests::{Steer, Steered, Steering, StoreError},
    rows::{ConversationRow, Draft, Owner, TakenBack},
    steps::{self, cut_words, drop_job, event, set_job},
    view,
};
use crate::types::{JobId, JobState, LetterId, Millis};

/// Does it, for one recipient or for all that have not got the letter.
pub(super) fn steer(desk: &mut Desk, steering: Steering) -> Result<Steered, StoreError> {
    let meant = if steering.steer == Steer::Recall { None } else { steering.recipient };
    let places = places(&letter(desk, steering.letter)?, meant)?;
    if places.is_empty() {
        return Ok(Steered::TooLate("it has arrived, or was ended before".to_owned()));
    }
    if any_under_way(desk, steering.letter, &places, steering.now)? {
        return Ok(Steered::TooLate("an attempt is under way: look again when it has ended".to_owned()));
    }
    let mut letter = letter(desk, steering.letter)?;
    if steering.steer == Steer::Recall && letter.recipients.iter().any(was_tried) {
        return Ok(Steered::TooLate("an attempt to send it was made: it cannot be recalled any more".to_owned()));
    }
    let mut row = steps::surviving(desk, letter.conversation)?;
    if steering.steer == Steer::Edit {
        return edit(desk, row, letter, &places, &steering);
    }
    for place in places {
        match &steering.steer {
            Steer::Edit => {}
            Steer::Retry => retry(desk, &mut row, &mut letter, place, &steering)?,
            Steer::Drop { why } => end(desk, &mut row, &mut letter, place, &steering, why)?,
            Steer::Recall => recall(desk, &mut letter, place, &steering)?,
        }
    }
    if steering.steer == Steer::Recall {
        back(desk, &mut row, &mut letter, &steering)?;
    }
    letter.forget_words();
    row.updated = row.updated.max(steering.now);
    desk.state(&Fact::Letter(Box::new(letter)))?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(Steered::Done)
}

fn letter(desk: &Desk, id: LetterId) -> Result<LetterRow, StoreError> {
    view::letter(desk, id)?.ok_or_else(|| StoreError::NotFound(format!("letter {id}")))
}

/// Those that are meant and have not got the letter.
fn places(letter: &LetterRow, recipient: Option<u16>) -> Result<Vec<u16>, StoreError> {
    if let Some(place) = recipient.filter(|place| usize::from(*place) >= letter.recipients.len()) {
        return Err(StoreError::NotFound(format!("recipient {place} of letter {}", letter.id)));
    }
    let meant = (0u16..).zip(&letter.recipients).filter(|(place, _)| recipient.is_none_or(|only| only == *place));
    Ok(meant.filter(|(_, one)| !one.state.is_over()).map(|(place, _)| place).collect())
}

/// Whether somebody is at it. Whose lease ran out is not: then nobody knows how that attempt ended, and this is written.
fn any_under_way(desk: &mut Desk, letter: LetterId, places: &[u16], now: Millis) -> Result<bool, StoreError> {
    for place in places {
        let job = view::job(desk, JobId::Deliver(letter, *place))?;
        match job.as_ref().map(|job| job.state) {
            Some(JobState::Claimed(until)) if until > now => return Ok(true),
            Some(JobState::Claimed(_)) => job.iter().try_for_each(|job| interrupted(desk, job, now))?,
            Some(JobState::Due(_) | JobState::Parked) | None => {}
        }
    }
    Ok(false)
}

fn was_tried(one: &Delivery) -> bool {
    match one.state {
        DeliveryState::Waiting | DeliveryState::Dropped { .. } | DeliveryState::Recalled { .. } => one.tries > 0,
        DeliveryState::Deferred { .. }
        | DeliveryState::Accepted { .. }
        | DeliveryState::Refused { .. }
        | DeliveryState::Bounced { .. } => true,
    }
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
        DeliveryState::Refused { words, .. } | DeliveryState::Bounced { words, .. } => {
            // Its time begins anew: whatever stood in the way, a person says that it is gone.
            set_job(desk, id, letter.conversation, one.to.domain(), JobState::Due(now), now)?;
            one.state = DeliveryState::Deferred { attempts: one.tries, next: now, words };
        }
        _ => set_job(desk, id, letter.conversation, one.to.domain(), JobState::Due(now), now)?,
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

fn recall(desk: &mut Desk, letter: &mut LetterRow, place: u16, steering: &Steering) -> Result<(), StoreError> {
    let state = DeliveryState::Recalled { by: cut_words(&steering.by), at: steering.now };
    letter.recipients[usize::from(place)].state = state;
    drop_job(desk, JobId::Deliver(letter.id, place))
}

/// Who recalls a letter has the conversation in hand, with its words for a draft.
fn back(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: &mut LetterRow,
    steering: &Steering,
) -> Result<(), StoreError> {
    let told = format!("{} recalled letter {}: it has not left", steering.by, letter.id);
    event(desk, row, steering.now, "recalled", &told)?;
    let to = letter.recipients.iter().map(|one| one.to.clone()).collect();
    let draft =
        letter.draft.take().map(|words| Draft { taken_back: Some(TakenBack { letter: letter.id, to }), ..words });
    in_hand(desk, row, draft, &told, steering)
}

/// The words of a refused letter are a draft for those it did not reach. Its row stays as it is: that is what became of it.
fn edit(
    desk: &mut Desk,
    mut row: ConversationRow,
    letter: LetterRow,
    places: &[u16],
    steering: &Steering,
) -> Result<Steered, StoreError> {
    let mut to = Vec::new();
    for one in places.iter().filter_map(|place| letter.recipients.get(usize::from(*place))) {
        if let DeliveryState::Refused { .. } = one.state {
            waits_no_longer(&mut row, &one.to, &one.state);
            to.push(one.to.clone());
        }
    }
    if to.is_empty() {
        return Ok(Steered::TooLate(
            "nobody refused it: what still waits can be dropped, and then written anew".to_owned(),
        ));
    }
    let Some(words) = &letter.draft else {
        return Ok(Steered::TooLate("its words were not kept apart from it: write them anew".to_owned()));
    };
    let names = to.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let told = format!("{} takes letter {} back, which {names} did not get, to write it anew", steering.by, letter.id);
    event(desk, &mut row, steering.now, "taken_back", &told)?;
    let draft = Draft { taken_back: Some(TakenBack { letter: letter.id, to }), ..words.clone() };
    in_hand(desk, &mut row, Some(draft), &told, steering)?;
    row.updated = row.updated.max(steering.now);
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(Steered::Done)
}

/// Whoever took a letter back has the conversation.
fn in_hand(
    desk: &mut Desk,
    row: &mut ConversationRow,
    draft: Option<Draft>,
    told: &str,
    steering: &Steering,
) -> Result<(), StoreError> {
    reopen(desk, row, told, steering.now)?;
    row.generation += 1;
    if let Some(draft) = draft {
        row.draft = Some(Draft { generation: row.generation, ..draft });
    }
    row.rewrite = None;
    row.owner = Owner::Person(steering.by.clone());
    row.waits_because = cut_words(told);
    drop_job(desk, JobId::Answer(row.id))
}
