//! Whether the AI may think about a conversation, and what becomes of what it thought. Pure.
//!
//! The only maker of an AI's [`Approval`]. Who thinks has no say here: every condition is read from the case.

use super::{
    answer::Answer,
    desk::Case,
    model::Thought,
    output::{self, Refusal},
};
use crate::{
    config::{Agent, Autopilot},
    store::{Draft, Owner, Status},
    types::{Approval, Millis},
};

/// Why the AI says nothing. A person sees the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// Its support address is no longer in the configuration.
    #[error("its support address is not registered any more")]
    NoAddress,
    /// `autopilot = "off"`.
    #[error("Autopilot is off for this address")]
    Off,
    /// Somebody owns it.
    #[error("a person answers this conversation: {0}")]
    Person(String),
    /// It was handed to people.
    #[error("the team answers this conversation")]
    Team,
    /// It is closed.
    #[error("the conversation is closed")]
    Closed,
    /// It lives on elsewhere.
    #[error("the conversation was merged into another one")]
    Merged,
    /// Nothing to answer.
    #[error("there is no mail of a person in it")]
    NoMail,
    /// Everything was answered.
    #[error("every mail in it was answered")]
    Answered,
    /// S-09: an automatic mail to somebody who may not have written is how others are made to spam.
    #[error("the mail proved too little about its sender: level {level} ({word}), and {needed} is needed")]
    Level {
        /// What it has.
        level: u8,
        /// In one word.
        word: &'static str,
        /// What is asked for.
        needed: u8,
    },
    /// S-11: the brake per conversation.
    #[error("{0} answers were sent in this conversation within an hour, which is the limit")]
    ConversationBrake(u32),
    /// S-11: the brake per sender.
    #[error("{0} answers were sent to this sender within a day, which is the limit")]
    SenderBrake(u32),
}

impl Silence {
    /// Whether people have the conversation already, or it needs nobody: then there is nothing to hand over.
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Person(_) | Self::Team | Self::Closed | Self::Merged | Self::Answered => true,
            Self::NoAddress
            | Self::Off
            | Self::NoMail
            | Self::Level { .. }
            | Self::ConversationBrake(_)
            | Self::SenderBrake(_) => false,
        }
    }
}

/// What is to be done with a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It goes to the customer.
    Send {
        /// Lets it go.
        approval: Approval,
        /// The words.
        markdown: String,
        /// What carries them.
        sources: Vec<String>,
    },
    /// It waits for a person to send it (assist).
    Draft {
        /// What would be said.
        draft: Draft,
        /// Why it waits, in words.
        reason: String,
    },
    /// A person looks at it.
    HandOff {
        /// Why, in words.
        reason: String,
    },
}

/// Whether the AI may think about this case at all.
///
/// # Errors
/// The first [`Silence`] that applies.
pub fn may_think(case: &Case, settings: &Agent) -> Result<(), Silence> {
    let row = &case.row;
    if row.merged_into.is_some() {
        return Err(Silence::Merged);
    }
    if row.status != Status::Open {
        return Err(Silence::Closed);
    }
    match &row.owner {
        Owner::Person(name) => return Err(Silence::Person(name.clone())),
        Owner::Team => return Err(Silence::Team),
        Owner::Nobody | Owner::Ai => {}
    }
    let address = case.address.as_ref().ok_or(Silence::NoAddress)?;
    if address.autopilot == Autopilot::Off {
        return Err(Silence::Off);
    }
    // Only mail of persons (and of forms they filled in): the class was settled when it was filed.
    let newest = case.newest().ok_or(Silence::NoMail)?;
    if newest.answered {
        return Err(Silence::Answered);
    }
    let (level, needed) = (case.level_of(newest), address.level_min.unwrap_or(settings.level_min));
    if level < needed {
        return Err(Silence::Level { level: level.as_u8(), word: level.word(), needed: needed.as_u8() });
    }
    // S-11.
    if case.answers_in_conversation_last_hour >= settings.answers_per_conversation_per_hour_max {
        return Err(Silence::ConversationBrake(case.answers_in_conversation_last_hour));
    }
    if case.answers_to_sender_last_day >= settings.answers_per_sender_per_day_max {
        return Err(Silence::SenderBrake(case.answers_to_sender_last_day));
    }
    Ok(())
}

/// Decides what becomes of a thought. What may not leave is handed over with the reason, never dropped.
///
/// Asks [`may_think`] again: who calls this in the wrong order gets no approval.
pub fn judge(case: &Case, settings: &Agent, support_min_percent: u32, thought: Thought, now: Millis) -> Decision {
    if let Err(silence) = may_think(case, settings) {
        return Decision::HandOff { reason: silence.to_string() };
    }
    let answer = match thought {
        Thought::Answer(answer) => answer,
        Thought::HandOff { reason } => return Decision::HandOff { reason },
    };
    match output::checked(&answer, case, support_min_percent) {
        Ok(markdown) => approved(case, &answer, markdown, now),
        Err(refusal) => refused(&refusal),
    }
}

fn approved(case: &Case, answer: &Answer, markdown: String, now: Millis) -> Decision {
    let (sources, generation) = (answer.sources(), case.row.generation);
    match case.address.as_ref().map_or(Autopilot::Off, |address| address.autopilot) {
        Autopilot::On => Decision::Send { approval: Approval::by_autopilot(generation), markdown, sources },
        Autopilot::Assist => Decision::Draft {
            draft: Draft { markdown, sources, generation, made: now },
            reason: "a draft is ready; a person sends it".into(),
        },
        Autopilot::Off => Decision::HandOff { reason: Silence::Off.to_string() },
    }
}

fn refused(refusal: &Refusal) -> Decision {
    Decision::HandOff { reason: refusal.to_string() }
}

#[cfg(test)]
#[path = "autopilot_tests.rs"]
mod tests;
