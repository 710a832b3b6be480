//! What reports say of letters of ours goes into their rows: came back, delayed, arrived after all, called spam.
//!
//! A report that came to the envelope sender of a delivery is believed about that recipient. One that only knows the
//! Message-ID, as all recipients do, changes what is shown and stops nothing: forged, it suppresses nobody.

use super::{
    approvals,
    desk::Desk,
    facts::Fact,
    letter_rows::{Delay, Delivery, DeliveryState, LetterRow},
    letters,
    requests::StoreError,
    rows::{ConversationRow, Owner, Status},
    steps::{cut_words, drop_job, event},
    suppressions::{self, SuppressionReason},
    view,
};
use crate::{
    conversation::{Arrival, Fate, Reported, Whom},
    types::{Address, JobId, MailId, Millis},
};

/// The mail that reports.
#[derive(Clone, Copy)]
struct Report<'a> {
    mail: MailId,
    now: Millis,
    said: &'a Reported,
    place: u16,
}

/// Writes what a mail that joins this conversation reports about letters of it. The conversation's own fact follows.
pub(super) fn apply(
    desk: &mut Desk,
    row: &mut ConversationRow,
    arrival: &Arrival,
    reported: &[Reported],
) -> Result<(), StoreError> {
    for said in reported {
        let Some(mut letter) = view::letter(desk, said.letter)? else { continue };
        // What joins here says nothing of letters elsewhere.
        let of = view::surviving(desk, letter.conversation)?.map(|own| own.id);
        let Some(place) = place(&letter, &said.whom).filter(|_| of == Some(row.id)) else { continue };
        let report = Report { mail: arrival.envelope.id, now: arrival.now, said, place };
        let before = letter.recipients[usize::from(place)].clone();
        match said.fate {
            Fate::Arrived => arrived(desk, row, &mut letter, report)?,
            Fate::Delayed => delayed(desk, row, &mut letter, report)?,
            Fate::Failed { no_mailbox } => failed(desk, row, &mut letter, report, no_mailbox)?,
            Fate::Complained => complained(desk, row, &letter, report)?,
        }
        if letter.recipients[usize::from(place)] != before {
            desk.state(&Fact::Letter(Box::new(letter)))?;
        }
    }
    Ok(())
}

/// Which recipient is meant, when it is one of the letter's.
fn place(letter: &LetterRow, whom: &Whom) -> Option<u16> {
    let by = |is_meant: &dyn Fn(&Address) -> bool| {
        (0u16..).zip(&letter.recipients).find(|(_, one)| is_meant(&one.to)).map(|(place, _)| place)
    };
    match whom {
        Whom::Place(place) => (usize::from(*place) < letter.recipients.len()).then_some(*place),
        Whom::Named(address) => by(&|to| to == address),
        Whom::Only => (letter.recipients.len() == 1).then_some(0),
    }
}

fn arrived(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: &mut LetterRow,
    report: Report<'_>,
) -> Result<(), StoreError> {
    let Delivery { to, state: DeliveryState::Accepted { .. }, delayed, .. } = &mut letter.recipients[report.at()]
    else {
        return Ok(());
    };
    *delayed = None;
    event(desk, row, report.now, "arrived", &format!("a report says that our letter to {to} was delivered"))
}

/// It changes nothing final, and a second one says nothing new.
fn delayed(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: &mut LetterRow,
    report: Report<'_>,
) -> Result<(), StoreError> {
    let Delivery { to, state: DeliveryState::Accepted { .. }, delayed: delayed @ None, .. } =
        &mut letter.recipients[report.at()]
    else {
        return Ok(());
    };
    let words = cut_words(&report.said.words);
    event(desk, row, report.now, "delayed", &format!("a report says that our letter to {to} is delayed: {words}"))?;
    *delayed = Some(Delay { words, at: report.now });
    Ok(())
}

fn failed(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: &mut LetterRow,
    report: Report<'_>,
    no_mailbox: bool,
) -> Result<(), StoreError> {
    let (id, now, place) = (letter.id, report.now, report.place);
    let is_proven = matches!(report.said.whom, Whom::Place(_));
    let one = &mut letter.recipients[report.at()];
    let to = one.to.clone();
    let words = cut_words(&report.said.words);
    let is_news = match one.state {
        DeliveryState::Accepted { .. } => true,
        // Nobody knew whether an attempt had brought it, or the report is faster than our own word of it: it had, and came
        // back. Before the first attempt nobody knows the envelope sender.
        DeliveryState::Waiting | DeliveryState::Deferred { .. } => is_proven,
        // It ended before, for good: a late or repeated report says nothing new.
        DeliveryState::Refused { .. }
        | DeliveryState::Bounced { .. }
        | DeliveryState::Dropped { .. }
        | DeliveryState::Recalled { .. } => false,
    };
    if is_news {
        let status = report.said.status.clone();
        let (report, proven) = (report.mail, is_proven);
        one.state = DeliveryState::Bounced { status, words: words.clone(), report, proven, at: now };
        one.delayed = None;
        drop_job(desk, JobId::Deliver(id, place))?;
        let doubt = if is_proven { "" } else { NOT_PROVEN };
        event(desk, row, now, "bounced", &format!("our letter to {to} came back: {words}{doubt}"))?;
        letters::waits_for(desk, row, &format!("letter {id} came back"), &letters::unreached(&to, &words), now)?;
    }
    if is_proven && no_mailbox {
        suppressions::suppress_in(desk, row, &to, SuppressionReason::Bounced(id), &words, now)?;
    }
    Ok(())
}

/// What is said of a report that knows the Message-ID only.
const NOT_PROVEN: &str = "; this report is not proven, anybody who has the letter could have written it";

/// Its recipient does not want letters: no more of them, and none of the AI in this conversation, unless a person decides
/// otherwise.
fn complained(
    desk: &mut Desk,
    row: &mut ConversationRow,
    letter: &LetterRow,
    report: Report<'_>,
) -> Result<(), StoreError> {
    let (to, now, words) = (&letter.recipients[report.at()].to, report.now, &report.said.words);
    let proven = matches!(report.said.whom, Whom::Place(_));
    let doubt = if proven { "" } else { NOT_PROVEN };
    event(desk, row, now, "complained", &format!("{to} {words}: our letter {}{doubt}", letter.id))?;
    if proven {
        suppressions::suppress_in(desk, row, to, SuppressionReason::Complained(letter.id), words, now)?;
    }
    if !matches!(row.owner, Owner::Person(_)) {
        row.owner = Owner::Team;
    }
    // What the AI thinks of saying now is stale.
    row.generation += 1;
    row.draft = None;
    approvals::forget(desk, row, now, "the contact complained about a letter")?;
    drop_job(desk, JobId::Answer(row.id))?;
    row.updated = row.updated.max(now);
    if row.status == Status::Open {
        row.waits_because = cut_words(&format!("{to} {words}"));
    }
    Ok(())
}

impl Report<'_> {
    fn at(&self) -> usize {
        usize::from(self.place)
    }
}
