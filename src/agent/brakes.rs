//! The brakes: what stops the AI from writing too much, to the wrong people, or to another machine (S-09, S-11). Pure.
//!
//! There are seven, and each stops a loop by itself. Whichever holds hands the conversation to people with its reason, and
//! the AI is silent there until somebody gives it back: a brake ends a loop, it does not only slow it down.
//!
//! | brake | holds when | keys of `[agent]` |
//! |---|---|---|
//! | [`Machine`](Brake::Machine) | the newest mail is a machine's (its class, our own mark or Message-ID come back), or a machine wrote in the conversation a moment ago | `machine_pause_secs` |
//! | [`Proof`](Brake::Proof) | the mail proved too little about its sender | `level_min`, also of the `[[address]]` |
//! | [`Conversation`](Brake::Conversation) | enough answers stand in this conversation | `answers_per_conversation_per_hour_max`, `…_per_day_max` |
//! | [`Sender`](Brake::Sender) | enough went to this address, in whatever conversations | `answers_per_sender_per_day_max`, `answers_per_unproven_sender_per_day_max` |
//! | [`Domain`](Brake::Domain) | enough went to addresses of this domain | `answers_per_domain_per_hour_max`, `…_per_day_max` |
//! | [`Everybody`](Brake::Everybody) | enough was sent at all | `answers_per_hour_max`, `answers_per_day_max` |
//! | [`SameText`](Brake::SameText) | the mail says what an answered one or we ourselves said in it, or we would say again what we said | `same_text_hours` |
//!
//! Our own letters that come back with their mark never get as far as here: they are filed as ignored. Hops are not counted:
//! we relay nothing, and each answer is a new mail without a trace of the old one.
//!
//! What was sent is counted over the letters in the index, which follows from the journal: a restart forgets nothing. Hours
//! and days are the last 60 minutes and 24 hours, not those of the calendar. A letter to several people counts for each.

use std::time::Duration;

use super::desk::{Case, CaseMail};
use crate::{
    config::{Agent, Brakes},
    conversation::text_digest,
    types::{Level, Millis},
};

/// Which brake holds, with the reason that people read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Brake {
    /// RFC 3834 §2: a responder does not answer one.
    #[error("a machine wrote in this conversation less than {0} minutes ago, and machines are not answered")]
    Machine(u64),
    /// An automatic mail to somebody who may not have written is how others are made to spam.
    #[error("the mail proved too little about its sender: level {level} ({word}), and {needed} is needed")]
    Proof {
        /// What it has.
        level: u8,
        /// In one word.
        word: &'static str,
        /// What is asked for.
        needed: u8,
    },
    /// Per conversation.
    #[error("{sent} answers were sent in this conversation within {span}, which is the limit")]
    Conversation {
        /// How many.
        sent: u32,
        /// Within which time.
        span: Span,
    },
    /// Per sender.
    #[error("{sent} answers were sent to this sender within a day, which is the limit{}", for_whom(.unproven))]
    Sender {
        /// How many.
        sent: u32,
        /// Whether the lower limit applied.
        unproven: bool,
    },
    /// Per domain of the sender.
    #[error("{sent} answers were sent to addresses of this sender's domain within {span}, which is the limit")]
    Domain {
        /// How many.
        sent: u32,
        /// Within which time.
        span: Span,
    },
    /// In all.
    #[error("{sent} answers were sent in all within {span}, which is the limit")]
    Everybody {
        /// How many.
        sent: u32,
        /// Within which time.
        span: Span,
    },
    /// The same again.
    #[error("{0}")]
    SameText(Same),
}

/// Over which time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The last 60 minutes.
    Hour,
    /// The last 24 hours.
    Day,
}

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Hour => "an hour",
            Self::Day => "a day",
        })
    }
}

/// What is the same as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// The newest mail as one that was answered.
    Mail,
    /// The newest mail as a letter of ours.
    OurOwn,
    /// What would be answered as what was answered.
    Answer,
}

impl std::fmt::Display for Same {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Mail => "the mail says the same as an earlier one that was answered",
            Self::OurOwn => "the mail says what we ourselves wrote: a machine may have sent it back",
            Self::Answer => "the AI would say again what it said in this conversation before",
        })
    }
}

fn for_whom(unproven: &bool) -> &'static str {
    if *unproven { " for one who proved nothing" } else { "" }
}

/// The seven names, for counters and logs.
pub const NAMES: [&str; 7] = ["machine", "proof", "conversation", "sender", "domain", "everybody", "same_text"];

impl Brake {
    /// One of [`NAMES`].
    pub fn name(&self) -> &'static str {
        match self {
            Self::Machine(_) => "machine",
            Self::Proof { .. } => "proof",
            Self::Conversation { .. } => "conversation",
            Self::Sender { .. } => "sender",
            Self::Domain { .. } => "domain",
            Self::Everybody { .. } => "everybody",
            Self::SameText(_) => "same_text",
        }
    }
}

/// What the AI sent, as far as brakes ask, counted at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Answers in this conversation within the last hour.
    pub conversation_hour: u32,
    /// Within the last day.
    pub conversation_day: u32,
    /// Answers to the contact (or to whoever else takes part and got more) within the last day, everywhere.
    pub sender_day: u32,
    /// Answers to addresses of the same domain within the last hour.
    pub domain_hour: u32,
    /// Within the last day.
    pub domain_day: u32,
    /// Answers to everybody within the last hour.
    pub all_hour: u32,
    /// Within the last day.
    pub all_day: u32,
    /// One-time codes that the contact was asked for within the last day, everywhere.
    pub codes_day: u32,
    /// [Digests](text_digest) of what letters said in this conversation within `same_text_hours`, as written and as read.
    pub said: Vec<String>,
}

/// One-time codes that a contact is asked for within 24 hours: whoever loses three of them needs a person.
pub const CODES_PER_CONTACT_PER_DAY_MAX: u32 = 3;

/// Brakes that never hold, but for the proof and the class: a rehearsal floods nobody.
pub(super) fn released() -> Brakes {
    Brakes {
        machine_pause: Duration::ZERO,
        per_conversation_per_hour_max: u32::MAX,
        per_conversation_per_day_max: u32::MAX,
        per_sender_per_day_max: u32::MAX,
        per_unproven_sender_per_day_max: u32::MAX,
        per_domain_per_hour_max: u32::MAX,
        per_domain_per_day_max: u32::MAX,
        per_hour_max: u32::MAX,
        per_day_max: u32::MAX,
        same_text: Duration::ZERO,
    }
}

/// Whether a brake holds before anybody thinks.
///
/// # Errors
/// The first [`Brake`] of the table that does.
pub fn check(case: &Case, newest: &CaseMail, settings: &Agent) -> Result<(), Brake> {
    let brakes = &settings.brakes;
    machine(case, brakes)?;
    let level = proof(case, newest, settings)?;
    budgets(&case.sent, level, brakes)?;
    same_text(case, newest, brakes)
}

/// Mail of machines is filed and asks for no answer, so it is never the newest here. What follows close behind one may be
/// its work with the marks lost on the way.
fn machine(case: &Case, brakes: &Brakes) -> Result<(), Brake> {
    let pause = brakes.machine_pause;
    let recent = |mail: &&CaseMail| case.read_at.since(mail.row.kept) < pause;
    let wrote = case.mails.iter().filter(recent).any(|mail| !mail.row.class.class.is_personal());
    if wrote { Err(Brake::Machine(pause.as_secs().div_ceil(60))) } else { Ok(()) }
}

/// What a mail must prove before the AI answers it: as the address says, or else as all do.
pub fn level_needed(case: &Case, settings: &Agent) -> Level {
    case.address.as_ref().and_then(|address| address.level_min).unwrap_or(settings.level_min)
}

fn proof(case: &Case, newest: &CaseMail, settings: &Agent) -> Result<Level, Brake> {
    let (level, needed) = (case.level_of(newest), level_needed(case, settings));
    if level < needed {
        return Err(Brake::Proof { level: level.as_u8(), word: level.word(), needed: needed.as_u8() });
    }
    Ok(level)
}

fn budgets(sent: &Sent, level: Level, brakes: &Brakes) -> Result<(), Brake> {
    let unproven = level < Level::Vouched;
    let per_sender = brakes.per_sender_per_day_max;
    let per_sender = if unproven { per_sender.min(brakes.per_unproven_sender_per_day_max) } else { per_sender };
    let spans = |hour: (u32, u32), day: (u32, u32)| {
        let full = |(sent, max): (u32, u32), span| (sent >= max).then_some((sent, span));
        full(hour, Span::Hour).or(full(day, Span::Day))
    };
    let hour = (sent.conversation_hour, brakes.per_conversation_per_hour_max);
    if let Some((sent, span)) = spans(hour, (sent.conversation_day, brakes.per_conversation_per_day_max)) {
        return Err(Brake::Conversation { sent, span });
    }
    if sent.sender_day >= per_sender {
        return Err(Brake::Sender { sent: sent.sender_day, unproven });
    }
    let hour = (sent.domain_hour, brakes.per_domain_per_hour_max);
    if let Some((sent, span)) = spans(hour, (sent.domain_day, brakes.per_domain_per_day_max)) {
        return Err(Brake::Domain { sent, span });
    }
    let hour = (sent.all_hour, brakes.per_hour_max);
    match spans(hour, (sent.all_day, brakes.per_day_max)) {
        Some((sent, span)) => Err(Brake::Everybody { sent, span }),
        None => Ok(()),
    }
}

/// A customer who says the same again was not helped; a machine cannot do otherwise. Both are for people.
fn same_text(case: &Case, newest: &CaseMail, brakes: &Brakes) -> Result<(), Brake> {
    let Some(digest) = text_digest(&newest.new_text) else { return Ok(()) };
    if case.sent.said.contains(&digest) {
        return Err(Brake::SameText(Same::OurOwn));
    }
    let since = Millis(case.read_at.0.saturating_sub(brakes.same_text.as_millis() as u64));
    // Two copies of one question before any answer are no loop.
    let answered = case.mails.iter().filter(|mail| mail.answered && mail.row.kept > since);
    let same = answered
        .filter(|mail| mail.row.id != newest.row.id)
        .any(|mail| text_digest(&mail.new_text).is_some_and(|earlier| earlier == digest));
    if same { Err(Brake::SameText(Same::Mail)) } else { Ok(()) }
}

/// Whether what would be said was said in this conversation before.
///
/// # Errors
/// [`Brake::SameText`] when it was.
pub fn same_answer(case: &Case, markdown: &str) -> Result<(), Brake> {
    match text_digest(markdown) {
        Some(digest) if case.sent.said.contains(&digest) => Err(Brake::SameText(Same::Answer)),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "brakes_tests.rs"]
mod tests;
