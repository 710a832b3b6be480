//! What kind of mail it is, by a score, with the reasons.
//!
//! Each sign gives points to one class, and a sentence: `+2 its subject begins like an automatic reply`. The first class in
//! the order of [`classify_at`] that reaches [`ENOUGH`] is taken. The signs stand in `class/`, one file for a family of
//! kinds; the words they look for in `words.rs` and `absence.rs`.

mod absence;
mod automatic;
mod calendar;
mod code_words;
mod codes;
mod confirmation;
mod marks;
mod report;
mod unattended;
mod words;

use serde::{Deserialize, Serialize};

use self::marks::Marks;
use crate::{
    mime::Mail,
    types::{Address, Envelope, head},
};

/// What kind of mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Written by a person.
    Human,
    /// An automatic reply: out of office, acknowledgement. RFC 3834.
    AutomaticReply,
    /// A delivery report. RFC 3464.
    Bounce,
    /// A provider tells that somebody called a mail of ours spam, or something like it. RFC 5965.
    Complaint,
    /// A mailing list or bulk mail. RFC 2369.
    List,
    /// A web form: robot From, customer Reply-To.
    Form,
    /// A provider asks to confirm forwarding.
    ForwardingConfirmation,
    /// A code or link by which another service proves who owns our address (S-02).
    VerificationCode,
    /// Our own connection test.
    Probe,
    /// Our own letter, back again.
    OwnEcho,
}

impl Class {
    /// As it is written in rows and logs.
    pub fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::AutomaticReply => "automatic_reply",
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
            Self::List => "list",
            Self::Form => "form",
            Self::ForwardingConfirmation => "forwarding_confirmation",
            Self::VerificationCode => "verification_code",
            Self::Probe => "probe",
            Self::OwnEcho => "own_echo",
        }
    }

    /// Whether a person wrote it: only such mail is answered, reopens, and moves clocks.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Human | Self::Form)
    }

    /// Whether it speaks of letters of ours, whoever it is from.
    pub fn is_report(self) -> bool {
        matches!(self, Self::Bounce | Self::Complaint)
    }
}

/// A class and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Classified {
    /// The class.
    pub class: Class,
    /// What spoke for it, in words, with its points.
    pub reasons: Vec<String>,
}

/// Says what kind of mail it is, as [`classify_at`] without knowing which addresses are ours.
pub fn classify(mail: &Mail, envelope: &Envelope) -> Classified {
    classify_at(mail, envelope, &[])
}

/// Says what kind of mail it is, and what spoke for it. `ours`: the registered addresses it reached.
///
/// Marks are weighed, for hardly one of them means the same everywhere: forwarders, groups and rules leave `Precedence`,
/// `List-Id`, `Auto-Submitted` and empty senders on what customers wrote. A mail that is not clearly a machine's is a
/// person's. Whether a confirmation, a probe or an echo is genuine is the caller's to check.
pub fn classify_at(mail: &Mail, envelope: &Envelope, ours: &[&Address]) -> Classified {
    let marks = Marks::of(mail, envelope, ours);
    let stages: [(Class, Evidence); 11] = [
        (Class::Probe, own(mail, "X-Replyd-Probe", "it carries the mark of our own connection test")),
        (Class::OwnEcho, own(mail, "X-Replyd-Letter", "it carries the mark of our own letters")),
        (Class::ForwardingConfirmation, confirmation::forwarding(mail, &marks)),
        (Class::VerificationCode, codes::verification_code(mail, &marks)),
        (Class::Complaint, report::complaint(mail)),
        (Class::Bounce, report::delivery_report(mail, &marks)),
        (Class::AutomaticReply, automatic::reply(mail, &marks)),
        (Class::AutomaticReply, calendar::answer(mail, &marks)),
        (Class::List, unattended::list(mail, &marks)),
        (Class::Form, unattended::form(mail, &marks)),
        (Class::AutomaticReply, unattended::notice(mail, &marks)),
    ];
    let mut weak = Vec::new();
    for (class, evidence) in stages {
        if evidence.score >= ENOUGH {
            return Classified { class, reasons: evidence.reasons };
        }
        weak.extend(evidence.reasons);
    }
    let mut seen = std::collections::HashSet::new();
    weak.retain(|reason| seen.insert(reason.clone()));
    let mut reasons = vec!["nothing says clearly that a machine wrote it".to_owned()];
    reasons.extend(marks.passed_on_by_rule.then(|| "a rule of a mailbox passed on what somebody wrote".to_owned()));
    reasons.extend(weak.into_iter().map(|reason| format!("too little: {reason}")));
    Classified { class: Class::Human, reasons }
}

/// A class is taken from this score on.
const ENOUGH: i32 = 3;
/// Settles the matter alone.
const CLEAR: i32 = ENOUGH;

/// What speaks for one class.
#[derive(Debug, Default)]
struct Evidence {
    score: i32,
    reasons: Vec<String>,
}

impl Evidence {
    fn add(&mut self, holds: bool, points: i32, reason: impl AsRef<str>) {
        if holds {
            self.score += points;
            self.reasons.push(format!("{points:+} {}", reason.as_ref()));
        }
    }

    /// Whatever was gathered is not enough.
    fn keep_below_enough(&mut self) {
        self.score = self.score.min(ENOUGH - 1);
    }
}

fn own(mail: &Mail, header: &str, reason: &str) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.add(mail.header(header).any(|v| !v.is_empty()), CLEAR, reason);
    evidence
}

/// The beginning of a text, in lower case: machines say at once what they are.
fn beginning(text: &str, octets: usize) -> String {
    head(text, octets).to_lowercase()
}

fn holds_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

#[cfg(test)]
#[path = "class_tests.rs"]
mod tests;
