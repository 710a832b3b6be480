//! What speaks for a calendar program that answers an invitation, or takes one back. RFC 5546 §3.2.
//!
//! An invitation itself is a person's: somebody wants to meet. The answer to one is a click, unless words came with it.

use super::{Evidence, Marks, beginning, holds_any};
use crate::{conversation::quotes, mime::Mail};

/// Octets of a text that are looked at for the words of calendar programs.
const OCTETS_MAX: usize = 2 * 1024;

/// What calendar programs put before the subject of the invitation.
const SUBJECTS: [&str; 24] = [
    "accepted:",
    "declined:",
    "tentative:",
    "tentatively accepted:",
    "canceled:",
    "cancelled:",
    "canceled event:",
    "cancelled event:",
    "zugesagt:",
    "abgelehnt:",
    "abgesagt:",
    "mit vorbehalt:",
    "accepté :",
    "refusé :",
    "annulé :",
    "aceptado:",
    "rechazado:",
    "cancelado:",
    "accettato:",
    "rifiutato:",
    "annullato:",
    "geaccepteerd:",
    "geweigerd:",
    "geannuleerd:",
];

/// What they say in its text.
const TEXTS: [&str; 10] = [
    "has accepted this invitation",
    "has declined this invitation",
    "has replied \"maybe\" to this invitation",
    "has tentatively accepted this invitation",
    "this event has been canceled",
    "this event has been cancelled",
    "hat diese einladung angenommen",
    "hat diese einladung abgelehnt",
    "dieser termin wurde abgesagt",
    "invitation from google calendar",
];

/// Whether a calendar answers where no person says a word.
pub(super) fn answer(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let (answers, takes_back) = match mail.calendar.as_deref() {
        Some("REPLY") => (true, false),
        Some("CANCEL") => (false, true),
        _ => return evidence,
    };
    evidence.add(answers, 2, "its calendar answers an invitation");
    evidence.add(takes_back, 2, "its calendar takes an invitation back");
    let text = beginning(&quotes::part(mail).new_text, OCTETS_MAX);
    let programs = holds_any(&text, &TEXTS);
    let says_nothing = text.trim().is_empty();
    evidence.add(says_nothing, 1, "nobody wrote a word to it");
    evidence.add(programs, 1, "its text is a calendar program's");
    evidence.add(SUBJECTS.iter().any(|s| marks.subject.starts_with(s)), 1, "its subject begins like a calendar's");
    evidence.add(text.contains(['?', '？', '؟']), -1, "but it asks something");
    evidence.add(mail.calendar_comment, -2, "but somebody wrote a comment into it");
    if !(says_nothing || programs) {
        evidence.keep_below_enough();
    }
    evidence
}
