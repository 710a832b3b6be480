//! One-time codes: which one a conversation waits for, what mails make of it, and for how long one that was shown counts.
//!
//! A code proves that who types it reads the mailbox that it was sent to. Only the contact got it, so only a mail of the contact
//! shows it. That mail has level 4, and for a while so have the other mails of the contact here that proved their sender: what
//! they asked is what the code was asked for. A mail that proved nothing by itself is not lifted by the code of another: whoever
//! wrote it did not show one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    Store,
    desk::Desk,
    keys,
    letter_rows::{LetterRow, Origin},
    requests::{AiLetters, StoreError},
    rows::{ConversationRow, MailRow, Owner},
    steps::{self, event},
    view,
};
use crate::{
    conversation::{Arrival, Destination},
    types::{Address, JobId, LetterId, Level, Millis},
};

/// Codes that may be wrong before the right one: then it counts no more, and a person looks.
pub const CODE_TRIES_MAX: u8 = 5;

/// For how long a code that was shown counts for what the contact writes. A mailbox does not change hands within a day, and
/// nobody wants to type a code with each mail of a talk.
pub const CODE_COUNTS: Duration = Duration::from_secs(24 * 3600);

/// What is known of one-time codes in a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CodeState {
    /// The one that can be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenCode>,
    /// One was shown, and counts until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts_until: Option<Millis>,
}

/// A code that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OpenCode {
    /// The letter that asks for it, with its digest.
    pub letter: LetterId,
    /// It is taken until then.
    pub until: Millis,
    /// Wrong ones that came.
    pub wrong: u8,
}

impl CodeState {
    pub(super) fn is_unused(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a code can be shown at that moment.
    pub fn is_open(&self, now: Millis) -> bool {
        self.open.as_ref().is_some_and(|open| now <= open.until)
    }

    /// Whether one was shown that counts at that moment.
    pub fn counts(&self, now: Millis) -> bool {
        self.counts_until.is_some_and(|until| now <= until)
    }
}

impl ConversationRow {
    /// The level that a mail has here at that moment: a valid reply key, a person, or a one-time code may have raised it.
    pub fn level_of(&self, mail: &MailRow, now: Millis) -> Level {
        let level = mail.level_in(self.id);
        let proved = level >= Level::Vouched && mail.mail.from.as_ref() == Some(&self.contact);
        if proved && self.code.counts(now) { Level::Confirmed } else { level }
    }
}

/// What a mail makes of the code that its conversation waits for.
pub(super) enum Outcome {
    /// Nothing: none is waited for, or it shows none.
    None,
    /// It shows it.
    Right,
    /// It shows so many others.
    Wrong(u8),
    /// It shows something when it is too late.
    Late,
}

impl Outcome {
    /// The level that the mail has with it.
    pub(super) fn level(&self, level: Level) -> Level {
        match self {
            Self::Right => Level::Confirmed,
            Self::None | Self::Wrong(_) | Self::Late => level,
        }
    }
}

/// Looks at a mail. Writes nothing.
pub(super) fn look(
    desk: &Desk,
    row: &ConversationRow,
    arrival: &Arrival,
    destination: &Destination,
) -> Result<Outcome, StoreError> {
    let shown = &destination.lookups.shown;
    let is_contacts = arrival.class.class.is_personal() && arrival.mail.from.as_ref() == Some(&row.contact);
    let Some(open) = row.code.open.as_ref().filter(|_| is_contacts && !shown.is_empty()) else {
        return Ok(Outcome::None);
    };
    if arrival.now > open.until {
        return Ok(Outcome::Late);
    }
    let Some(LetterRow { origin: Origin::CodeRequest { digest, .. }, conversation, .. }) =
        view::letter(desk, open.letter)?
    else {
        return Err(StoreError::Damaged(format!("letter {} asks for no code", open.letter)));
    };
    // As many as may be wrong are looked at, so that one long mail guesses no more than many short ones.
    let tries = usize::from(CODE_TRIES_MAX.saturating_sub(open.wrong)).min(shown.len());
    let is_right = shown[..tries].iter().any(|one| one.is_code_of(open.letter, conversation, digest));
    Ok(if is_right { Outcome::Right } else { Outcome::Wrong(tries as u8) })
}

/// Writes what came of it. The row's own fact follows.
pub(super) fn apply(
    desk: &mut Desk,
    row: &mut ConversationRow,
    outcome: &Outcome,
    now: Millis,
) -> Result<(), StoreError> {
    match outcome {
        Outcome::None => Ok(()),
        Outcome::Right => {
            row.code = CodeState { open: None, counts_until: Some(now.plus(CODE_COUNTS)) };
            event(desk, row, now, "code_shown", "the customer showed the one-time code")
        }
        Outcome::Late => {
            row.code.open = None;
            event(desk, row, now, "code_late", "a one-time code came when it was not valid any more")
        }
        Outcome::Wrong(tries) => {
            let open = row.code.open.as_mut().ok_or_else(|| StoreError::Damaged("no code was asked for".into()))?;
            open.wrong = open.wrong.saturating_add(*tries);
            let wrong = open.wrong;
            event(desk, row, now, "code_wrong", &format!("a one-time code was wrong ({wrong} of {CODE_TRIES_MAX})"))?;
            if wrong < CODE_TRIES_MAX { Ok(()) } else { void(desk, row, now) }
        }
    }
}

/// Somebody guesses, or cannot read: either is for a person.
fn void(desk: &mut Desk, row: &mut ConversationRow, now: Millis) -> Result<(), StoreError> {
    row.code.open = None;
    let words = format!("{CODE_TRIES_MAX} one-time codes were wrong: whoever writes may not be the customer");
    event(desk, row, now, "code_void", &words)?;
    if matches!(row.owner, Owner::Nobody | Owner::Ai) {
        row.owner = Owner::Team;
    }
    // Whatever was to be answered is for them too.
    steps::drop_job(desk, JobId::Answer(row.id))?;
    row.waits_because.clear();
    steps::wait(desk, row, now, &words)
}

/// A letter that asks for a code was written: it is waited for, and no earlier one any more.
pub(super) fn asked(desk: &mut Desk, row: &mut ConversationRow, letter: &LetterRow) -> Result<(), StoreError> {
    let Origin::CodeRequest { until, .. } = letter.origin else { return Ok(()) };
    row.code.open = Some(OpenCode { letter: letter.id, until, wrong: 0 });
    event(desk, row, letter.made, "code_asked", "a one-time code was sent to the customer, who is asked to show it")
}

impl Store {
    /// How many letters with a one-time code were written to somebody since a moment, `at_most` so many.
    pub fn codes_asked(&self, of: &Address, since: Millis, at_most: u32) -> Result<u32, StoreError> {
        let prefix = keys::ai_letters(AiLetters::To(of));
        let mut count = 0;
        for found in self.index().scan_from(&prefix, &prefix) {
            let Some((_, letter)) = keys::read_ai_letter(&found?.0).filter(|(at, _)| *at >= since) else { break };
            count += u32::from(self.letter(letter)?.is_some_and(|letter| letter.origin.asks_code()));
            if count >= at_most {
                break;
            }
        }
        Ok(count)
    }
}
