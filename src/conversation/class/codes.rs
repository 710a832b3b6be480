//! What speaks for a code or link of another service that proves who owns our address (S-02).
//!
//! Who registers somewhere with a support address wants to read what comes back. Such mail is for the owners of the address.

use super::{
    Evidence, Marks, beginning,
    code_words::{CODE_WARNINGS, CODE_WORDS, CODE_WRITERS},
    holds_any,
    unattended::names_somebody_else,
};
use crate::{
    conversation::notice::{self, Code},
    mime::Mail,
};

/// Octets of a text that are looked at.
const OCTETS_MAX: usize = 4 * 1024;

pub(super) fn verification_code(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let known = notice::is_known_service(&marks.from_domain);
    let generated = !matches!(marks.auto_submitted.as_str(), "" | "no");
    let local = marks.from_local.split(['+', '-', '.', '_']).any(|word| CODE_WRITERS.contains(&word));
    let robot = known || marks.is_no_reply || generated || local;
    let in_subject = holds_any(&marks.subject, &CODE_WORDS);
    if !robot && !in_subject {
        return evidence;
    }
    let text = beginning(&mail.text, OCTETS_MAX);
    let in_text = !in_subject && holds_any(&text, &CODE_WORDS);
    if !in_subject && !in_text {
        return evidence;
    }
    evidence.add(in_subject, 2, "its subject speaks of a code or of proving an address");
    evidence.add(in_text, 2, "its text speaks of a code or of proving an address");
    let (code, link) = (notice::code(mail), notice::link(mail));
    let alone = matches!(code, Some(Code::Alone(_)));
    evidence.add(alone, 2, "a code stands there alone");
    evidence.add(code.is_some() && !alone, 1, "it names a code");
    evidence.add(link.is_some(), 1, "it holds a link to confirm with");
    evidence.add(holds_any(&text, &CODE_WARNINGS), 1, "it warns whoever did not ask for it");
    evidence.add(known, 1, "it comes from a service that people register with");
    evidence.add(!robot, -2, "but a person may have written it");
    // `accounts@` is a desk with people as often as a machine; and whatever a service employs people for, they answer.
    let sure = marks.is_no_reply || generated;
    evidence.add(local && !known && !sure, -1, "but people may work at its address");
    let answers = !mail.in_reply_to.is_empty() || marks.subject.starts_with("re:");
    evidence.add(answers && !sure, -2, "but it answers something");
    // What a form passes on was written by a customer, with whatever codes they have trouble with.
    evidence.add(!known && names_somebody_else(mail), -3, "but it names somebody else to reply to");
    if code.is_none() && link.is_none() {
        evidence.keep_below_enough();
    }
    evidence
}
