//! What became of each conversation that a mail's keys proposed: kept with the mail, for people who ask why.

use serde::{Deserialize, Serialize};

use super::{Arrival, Candidate, Filing, Found, Key, needed, takes_part};
use crate::types::{Level, Number};

/// Proposals that are kept with one mail. A mail that names more is guessing (S-06).
const TRIED_MAX: usize = 10;

/// One proposal and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct KeyTried {
    /// What proposed it.
    pub key: Key,
    /// The conversation's number.
    pub number: Number,
    /// Whether it was taken, and why not.
    pub outcome: KeyOutcome,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyOutcome {
    /// The mail joined it.
    Taken,
    /// A stronger key's proposal was taken.
    NotNeeded,
    /// The mail is held or ignored whatever it names.
    NotAsked,
    /// From is neither its contact nor a participant.
    NoPart,
    /// The mail proved less than the conversation asks for.
    LevelTooLow {
        /// What it asks for.
        needed: Level,
        /// What the mail shows.
        shown: Level,
    },
    /// Only the reply key of our own message takes a report anywhere (S-02).
    ReportWithoutReplyKey,
    /// It was closed too long ago.
    ClosedTooLong,
    /// A brake on wrong numbers, or another rule above the keys.
    NotFollowed,
}

impl KeyTried {
    /// In words.
    pub fn words(&self) -> String {
        let outcome = match self.outcome {
            KeyOutcome::Taken => "taken".to_owned(),
            KeyOutcome::NotNeeded => "not needed, a stronger key was taken".to_owned(),
            KeyOutcome::NotAsked => "not asked: this mail joins nothing, whatever it names".to_owned(),
            KeyOutcome::NoPart => "not taken: its sender takes no part in it".to_owned(),
            KeyOutcome::LevelTooLow { needed, shown } => {
                format!("not taken: it needs level {}, and this mail shows level {}", needed.as_u8(), shown.as_u8())
            }
            KeyOutcome::ReportWithoutReplyKey => "not taken: a report joins by our own reply key only".to_owned(),
            KeyOutcome::ClosedTooLong => "not taken: it was closed too long ago to open again".to_owned(),
            KeyOutcome::NotFollowed => "not followed".to_owned(),
        };
        format!("{} names conversation {}: {outcome}", self.key.words(), self.number)
    }
}

/// What became of each proposal, given what was decided. In the order of the keys.
pub fn tried(arrival: &Arrival, found: &Found, filing: &Filing) -> Vec<KeyTried> {
    let mut decided = false;
    let of = |candidate: &Candidate| {
        let outcome = match filing {
            _ if decided => KeyOutcome::NotNeeded,
            Filing::Replayed { .. } => KeyOutcome::NotAsked,
            Filing::Held(_) | Filing::Ignored(_) if !arrival.class.class.is_report() => KeyOutcome::NotAsked,
            Filing::Joins { conversation, .. } if *conversation == candidate.id => KeyOutcome::Taken,
            _ => why_not(arrival, candidate),
        };
        decided |= outcome == KeyOutcome::Taken;
        KeyTried { key: candidate.key, number: candidate.number, outcome }
    };
    found.candidates.iter().take(TRIED_MAX).map(of).collect()
}

fn why_not(arrival: &Arrival, candidate: &Candidate) -> KeyOutcome {
    let shown = arrival.verdicts.level;
    let from_takes_part = arrival.mail.from.as_ref().is_some_and(|from| takes_part(candidate, from));
    if arrival.class.class.is_report() && !matches!(candidate.key, Key::ReturnPath | Key::ReplyKey) {
        KeyOutcome::ReportWithoutReplyKey
    } else if !from_takes_part {
        KeyOutcome::NoPart
    } else if shown < needed(candidate) && candidate.key != Key::ReplyKey {
        KeyOutcome::LevelTooLow { needed: needed(candidate), shown }
    } else if candidate.closed.is_some() {
        KeyOutcome::ClosedTooLong
    } else {
        KeyOutcome::NotFollowed
    }
}
