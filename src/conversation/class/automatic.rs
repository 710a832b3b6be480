//! What speaks for an automatic reply: out of office, acknowledgement, receipt. RFC 3834.

use super::{
    CLEAR, Evidence, Marks,
    absence::{ABSENCES, MACHINES},
    beginning, holds_any,
    words::{AUTOMATIC_SUBJECTS, RESPONDER_HEADERS},
};
use crate::{
    conversation::{quotes, reply_key},
    mime::Mail,
};

/// Octets of a text that are looked at for the words of responders.
const OCTETS_MAX: usize = 2 * 1024;

/// RFC 3834 §5, and what responders said before it.
pub(super) fn reply(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let says = |name: &str, word: &str| mail.header(name).any(|v| v.to_ascii_lowercase().contains(word));
    evidence.add(marks.auto_submitted == "auto-replied", CLEAR, "Auto-Submitted says that it is a reply by a machine");
    let receipt = mail.report_type == "disposition-notification" || mail.report_type == "feedback-report";
    evidence.add(receipt, CLEAR, format!("it is a report of the kind {}", mail.report_type));
    let header = RESPONDER_HEADERS.iter().find(|name| mail.header(name).any(|v| !v.eq_ignore_ascii_case("no")));
    evidence.add(header.is_some(), CLEAR, format!("it carries {}", header.unwrap_or(&"")));
    let precedence = marks.precedence.replace('-', "_");
    evidence.add(matches!(precedence.as_str(), "auto_reply" | "autoreply"), CLEAR, "its Precedence is auto_reply");
    evidence.add(says("X-POST-MessageClass", "autoresponder"), CLEAR, "it says that an autoresponder made it");
    evidence.add(says("X-Cron-Env", "<"), CLEAR, "it is the output of a cron job");
    let weak = weak_signs(mail, marks);
    evidence.score += weak.score;
    evidence.reasons.extend(weak.reasons);
    evidence
}

/// Signs of which one alone means nothing.
fn weak_signs(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let subject = begins_like_a_responder(&marks.subject);
    let generated = marks.auto_submitted == "auto-generated";
    let silent = mail.header("X-Auto-Response-Suppress").any(|v| v.to_ascii_lowercase().contains("all"));
    let answers_ours = mail.in_reply_to.iter().any(|id| reply_key::looks_ours(id));
    evidence.add(subject, 2, "its subject begins like an automatic reply");
    evidence.add(marks.null_sender, 1, "its envelope sender is empty");
    evidence.add(generated, 1, "Auto-Submitted says that a machine made it");
    // Alone it only asks others not to answer: plain mail of some programs carries it.
    evidence.add(silent, 2, "it asks machines not to answer");
    evidence.add(generated && answers_ours, 1, "a machine made it as an answer to a letter of ours");
    let words = if evidence.score > 0 || !mail.in_reply_to.is_empty() { words(mail, &mut evidence) } else { 0 };
    // A rule that passes a customer's mail on wears the marks of a rule that answers.
    evidence.add(marks.passed_on_by_rule && !silent, -2, "but a rule of a mailbox passed it on");
    // What forwarders leave on mail of customers must not add up: something has to speak of an answer.
    if !(subject || generated && (silent || answers_ours) || words >= 2) {
        evidence.keep_below_enough();
    }
    evidence
}

/// What the text says, and how many kinds of it. Customers complain of such mail and quote it, but they ask.
fn words(mail: &Mail, evidence: &mut Evidence) -> usize {
    let kinds = |text: &str| (holds_any(text, &ABSENCES), holds_any(text, &MACHINES));
    if kinds(&beginning(&mail.text, OCTETS_MAX)) == (false, false) {
        return 0;
    }
    // Only now: to part new from quoted text is dear, and few mails come this far.
    let text = beginning(&quotes::part(mail).new_text, OCTETS_MAX);
    let (absent, machine) = kinds(&text);
    evidence.add(absent, 2, "its text says that somebody is away");
    evidence.add(machine, 2, "its text says that a machine answers");
    evidence.add((absent || machine) && text.contains(['?', '？', '؟']), -1, "but it asks something");
    usize::from(absent) + usize::from(machine)
}

/// `Re: [Auto-Reply] …`, `Your mail (Automatic response)`.
fn begins_like_a_responder(subject: &str) -> bool {
    let mut rest = subject;
    for _ in 0..3 {
        let answers = ["re:", "aw:", "sv:", "antw:", "odp:", "res:", "ynt:", "回复:", "回覆:"];
        rest = rest.trim_start_matches(['[', '(', '*', ' ']);
        let Some(behind) = answers.iter().find_map(|prefix| rest.strip_prefix(prefix)) else { break };
        rest = behind;
    }
    let in_brackets = subject.split(['(', '[']).skip(1).take(3).map(str::trim_start);
    std::iter::once(rest).chain(in_brackets).any(|words| AUTOMATIC_SUBJECTS.iter().any(|s| words.starts_with(s)))
}
