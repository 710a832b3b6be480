//! Whether the AI may think about a conversation, and what becomes of what it thought. Pure.
//!
//! The only maker of an AI's [`Approval`]. Who thinks has no say here: every condition is read from the case.

use super::{
    answer::Answer,
    brakes::{self, Brake},
    budgets::{self, UsedUp},
    code_request::{self, CodeRequest},
    desk::Case,
    handoff::{self, Acknowledgement, Reason},
    model::Thought,
    output::{self, Fence, Refusal},
};
use crate::{
    config::{Agent, Autopilot},
    mime::Hidden,
    store::{Draft, Owner, Status},
    types::{Address, Approval, HandOffCode, Millis},
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
    /// A letter to the contact would be refused when it is to leave.
    #[error("{recipient} is suppressed since {since}")]
    Suppressed {
        /// The contact.
        recipient: Address,
        /// What happened, and when.
        since: String,
    },
    /// S-23: much of what must be answered was written for nobody's eyes.
    #[error("{0} % of the words of a mail were hidden from the eye")]
    Hidden(u8),
    /// S-09, S-11: one of the seven.
    #[error(transparent)]
    Brake(#[from] Brake),
    /// What thinking may take is used up.
    #[error(transparent)]
    Budget(#[from] UsedUp),
}

impl Silence {
    /// The name of the brake, when it is one.
    pub fn brake(&self) -> Option<&'static str> {
        match self {
            Self::Brake(brake) => Some(brake.name()),
            _ => None,
        }
    }

    /// It as a reason for people.
    pub fn reason(&self) -> Reason {
        let code = match self {
            Self::Hidden(_) => HandOffCode::Hidden,
            Self::Brake(_) => HandOffCode::Brake,
            Self::Budget(_) => HandOffCode::Budget,
            Self::Suppressed { .. } => HandOffCode::Suppressed,
            Self::NoAddress | Self::Off => HandOffCode::Off,
            Self::Person(_) | Self::Team | Self::Closed | Self::Merged | Self::NoMail | Self::Answered => {
                HandOffCode::NotUnderstood
            }
        };
        Reason::new(code, self.to_string())
    }

    /// Whether people have the conversation already, or it needs nobody: then there is nothing to hand over.
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Person(_) | Self::Team | Self::Closed | Self::Merged | Self::Answered => true,
            Self::NoAddress
            | Self::Off
            | Self::NoMail
            | Self::Suppressed { .. }
            | Self::Hidden(_)
            | Self::Brake(_)
            | Self::Budget(_) => false,
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
    /// The customer is asked for a one-time code.
    AskCode {
        /// Lets the letter go.
        approval: Approval,
        /// Its words.
        request: CodeRequest,
    },
    /// A person looks at it.
    HandOff {
        /// Why.
        reason: Reason,
        /// The name of the brake, when one held.
        brake: Option<&'static str>,
    },
}

impl Decision {
    fn hand_off(reason: Reason) -> Self {
        Self::HandOff { reason, brake: None }
    }

    fn braked(brake: &Brake) -> Self {
        Self::HandOff { reason: Reason::new(HandOffCode::Brake, brake.to_string()), brake: Some(brake.name()) }
    }
}

/// One thing that must be so before the AI may think.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What, in words.
    pub words: &'static str,
    /// What is so instead.
    pub unmet: Option<Silence>,
}

/// All of them, in the order in which they are asked. The brakes come after.
pub fn conditions(case: &Case) -> [Condition; 7] {
    let row = &case.row;
    let owner = match &row.owner {
        Owner::Person(name) => Some(Silence::Person(name.clone())),
        Owner::Team => Some(Silence::Team),
        Owner::Nobody | Owner::Ai => None,
    };
    let mode = match case.address.as_ref().map(|address| address.autopilot) {
        None => Some(Silence::NoAddress),
        Some(Autopilot::Off) => Some(Silence::Off),
        Some(Autopilot::On | Autopilot::Assist) => None,
    };
    // Only mail of persons (and of forms they filled in): the class was settled when it was filed.
    let newest = match case.newest() {
        None => Some(Silence::NoMail),
        Some(newest) => newest.answered.then_some(Silence::Answered),
    };
    let suppressed = case.suppressed.as_ref();
    let suppressed =
        suppressed.map(|known| Silence::Suppressed { recipient: known.recipient.clone(), since: known.sentence() });
    let unless = |is_so: bool, silence: Silence| (!is_so).then_some(silence);
    [
        ("the conversation was not merged", unless(row.merged_into.is_none(), Silence::Merged)),
        ("the conversation is open", unless(row.status == Status::Open, Silence::Closed)),
        ("no person answers the conversation", owner),
        ("the address is registered", unless(case.address.is_some(), Silence::NoAddress)),
        ("Autopilot is not off for the address", mode),
        ("no letter has answered it", newest),
        ("letters to the contact are not suppressed", suppressed),
    ]
    .map(|(words, unmet)| Condition { words, unmet })
}

/// Whether the AI may think about this case at all.
///
/// # Errors
/// The first [`Silence`] that applies.
pub fn may_think(case: &Case, settings: &Agent) -> Result<(), Silence> {
    if let Some(silence) = conditions(case).into_iter().find_map(|condition| condition.unmet) {
        return Err(silence);
    }
    let newest = case.newest().ok_or(Silence::NoMail)?;
    if let Some(mail) = case.unanswered().find(|mail| hides_much(&mail.hidden)) {
        return Err(Silence::Hidden(mail.hidden.share));
    }
    Ok(brakes::check(case, newest, settings)?)
}

/// Whether there is a budget left for thinking about this case. Asked once, before the thought: it has taken its share of
/// them by the time it is judged.
///
/// # Errors
/// [`Silence::Budget`] when there is not.
pub fn may_spend(case: &Case, settings: &Agent) -> Result<(), Silence> {
    Ok(budgets::check(&case.spent, &settings.budgets)?)
}

/// Whether so much of a mail is hidden that no AI answers it (S-23).
pub(super) fn hides_much(hidden: &Hidden) -> bool {
    hidden.share > HIDDEN_SHARE_MAX && hidden.octets >= HIDDEN_OCTETS_MIN
}

/// Percent of a mail's words that may be hidden: a newsletter's first line is less, a second letter for the AI is more.
const HIDDEN_SHARE_MAX: u8 = 30;
/// Octets below which hidden words are an accident of a mail program.
const HIDDEN_OCTETS_MIN: usize = 60;

/// Decides what becomes of a thought. What may not leave is handed over with the reason, never dropped.
///
/// Asks [`may_think`] again: who calls this in the wrong order gets no approval.
pub fn judge(case: &Case, settings: &Agent, fence: &Fence, thought: Thought, now: Millis) -> Decision {
    if let Err(silence) = may_think(case, settings) {
        return Decision::HandOff { reason: silence.reason(), brake: silence.brake() };
    }
    let answer = match thought {
        Thought::Answer(answer) => answer,
        Thought::HandOff { reason } => return Decision::hand_off(reason),
        Thought::AskCode => return asked_for_code(case, settings),
    };
    let markdown = match output::checked(&answer, case, fence) {
        Ok(markdown) => markdown,
        Err(refusal) => return refused(&refusal),
    };
    match brakes::same_answer(case, &markdown) {
        Ok(()) => approved(case, &answer, markdown, now),
        Err(brake) => Decision::braked(&brake),
    }
}

/// Says the same as last time where it asks again: how often that may be has a limit of its own.
fn asked_for_code(case: &Case, settings: &Agent) -> Decision {
    match code_request::may_be_asked(case) {
        Ok(()) => Decision::AskCode {
            approval: Approval::by_autopilot(case.row.generation),
            request: code_request::request(case, settings.code_valid),
        },
        Err(words) => Decision::hand_off(format!("a one-time code is needed: {words}").into()),
    }
}

fn approved(case: &Case, answer: &Answer, markdown: String, now: Millis) -> Decision {
    let (sources, generation) = (answer.sources(), case.row.generation);
    let mode = case.address.as_ref().map_or(Autopilot::Off, |address| address.autopilot);
    // Whoever asked for another draft wants to see it.
    let mode = if case.row.rewrite.is_some() { Autopilot::Assist } else { mode };
    match mode {
        Autopilot::On => Decision::Send { approval: Approval::by_autopilot(generation), markdown, sources },
        Autopilot::Assist => Decision::Draft {
            draft: Draft { markdown, sources, generation, made: now, taken_back: None },
            reason: "a draft is ready; a person sends it".into(),
        },
        Autopilot::Off => Decision::hand_off(Silence::Off.reason()),
    }
}

/// The letter that tells a customer that people have the conversation, where the address sends one: as an answer of the AI it needs
/// every condition and passes every brake, the one against saying the same twice among them.
pub fn acknowledged(case: &Case, settings: &Agent) -> Option<(Acknowledgement, Approval)> {
    may_think(case, settings).ok()?;
    let words = handoff::acknowledgement(case)?;
    brakes::same_answer(case, &words.markdown).ok()?;
    Some((words, Approval::by_autopilot(case.row.generation)))
}

fn refused(refusal: &Refusal) -> Decision {
    let code = match refusal {
        Refusal::Unsupported(_) => HandOffCode::LowSupport,
        _ => HandOffCode::Fence,
    };
    Decision::hand_off(Reason::new(code, refusal.to_string()))
}

#[cfg(test)]
#[path = "autopilot_tests.rs"]
mod tests;
