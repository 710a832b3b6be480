//! What speaks for a delivery report.

use super::{
    CLEAR, Evidence, Marks, beginning,
    words::{CHALLENGES, DAEMON_NAMES, DAEMONS, FAILURE_SUBJECTS, FORWARD_SUBJECTS, GREETINGS},
};
use crate::{conversation::bounce, mime::Mail, types::head};

/// RFC 5965 §2.
pub(super) fn complaint(mail: &Mail) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.add(mail.report_type == "feedback-report", CLEAR, "it is a feedback report");
    evidence
}

/// RFC 3464, and the reports of servers that never heard of it.
pub(super) fn delivery_report(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let is_report = mail.report_type == "delivery-status" || !mail.delivery_status.is_empty();
    evidence.add(is_report, CLEAR, "it is a delivery report");
    let named = mail.header("X-Failed-Recipients").next().is_some();
    evidence.add(named, CLEAR, "it names failed recipients");
    let robot = marks.from_local == "mailer-daemon";
    let daemon = robot || is_daemon(mail, marks);
    evidence.add(robot, 2, "it comes from MAILER-DAEMON");
    evidence.add(daemon && !robot, 1, "it comes from a mail system");
    let failure = FAILURE_SUBJECTS.iter().any(|s| marks.subject.contains(s));
    evidence.add(failure, 1, "its subject speaks of a failed delivery");
    // Never alone: redirected mail of customers comes with an empty sender too.
    evidence.add(marks.null_sender, 1, "its envelope sender is empty");
    let encloses = mail.attachments.iter().any(|a| a.kind == "message/rfc822" || a.kind == "text/rfc822-headers");
    evidence.add(daemon && encloses, 1, "it encloses a mail");
    evidence.add(daemon && failure && says_why(&mail.text), 1, "its text gives a reason for the failure");
    if is_report || named {
        challenge(mail, daemon, &mut evidence);
        return evidence;
    }
    let shape = (daemon || failure || marks.null_sender).then(|| bounce::shape_of(mail)).flatten();
    evidence.add(shape.is_some(), 2, format!("it names who did not get a mail: {}", shape.unwrap_or_default()));
    if !daemon {
        // Somebody who writes about a failure, or passes a report on.
        evidence.add(evidence.score > 0 && greets(&mail.text), -2, "it begins like a letter");
        let passed_on = FORWARD_SUBJECTS.iter().any(|s| marks.subject.starts_with(s));
        evidence.add(evidence.score > 0 && passed_on, -2, "its subject says that somebody passed it on");
        if shape.is_none() || !(failure || mail.from.is_none()) {
            evidence.keep_below_enough();
        }
    }
    evidence
}

fn is_daemon(mail: &Mail, marks: &Marks) -> bool {
    let name = mail.from_name.to_lowercase();
    DAEMONS.contains(&marks.from_local.as_str())
        || marks.from_local.starts_with("microsoftexchange")
        || DAEMON_NAMES.iter().any(|n| name.contains(n))
}

/// A person's filter that asks the sender to be approved likes to dress as a report. Nothing failed: it is an answer.
fn challenge(mail: &Mail, daemon: bool, evidence: &mut Evidence) {
    let fields = mail.delivery_status.to_ascii_lowercase();
    let asks = !daemon && CHALLENGES.iter().any(|words| fields.contains(words));
    evidence.add(asks, -2 * CLEAR, "but no mail system wrote it, and it only asks for approval");
}

/// Whether the first words are those of a person to another.
fn greets(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let low = beginning(first, 80);
    let word = low.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    // `Hi. This is the qmail-send program` is none.
    GREETINGS.contains(&word) && !low.starts_with("hi. this is")
}

/// Whether the text holds a reply or status code of a permanent or temporary failure. RFC 3463 §2.
fn says_why(text: &str) -> bool {
    const LOOKED_AT: usize = 16 * 1024;
    bounce::status_in(head(text, LOOKED_AT)).is_some()
}
