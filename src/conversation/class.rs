//! What kind of mail it is, with the reasons.

mod report;
mod words;

use serde::{Deserialize, Serialize};

use self::words::{
    AUTOMATIC_SUBJECTS, CAMPAIGN_HEADERS, DAEMONS, FORM_ROBOTS, FORWARD_SUBJECTS, FORWARDER_HEADERS, NO_REPLY,
    RESPONDER_HEADERS,
};
use crate::{mime::Mail, types::Envelope};

/// What kind of mail it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Written by a person.
    Human,
    /// An automatic reply: out of office, acknowledgement. RFC 3834.
    AutomaticReply,
    /// A delivery report. RFC 3464.
    Bounce,
    /// A mailing list or bulk mail. RFC 2369.
    List,
    /// A web form: robot From, customer Reply-To.
    Form,
    /// A provider asks to confirm forwarding.
    ForwardingConfirmation,
    /// Our own connection test.
    Probe,
    /// Our own letter, back again.
    OwnEcho,
}

impl Class {
    /// Whether a person wrote it: only such mail is answered, reopens, and moves clocks.
    pub fn is_personal(self) -> bool {
        matches!(self, Self::Human | Self::Form)
    }
}

/// A class and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// The class.
    pub class: Class,
    /// What spoke for it, in words.
    pub reasons: Vec<String>,
}

/// Says what kind of mail it is, and what spoke for it.
///
/// Marks are weighed, for hardly one of them means the same everywhere: forwarders, groups and rules leave `Precedence`,
/// `List-Id`, `Auto-Submitted` and empty senders on what customers wrote. A mail that is not clearly a machine's is a
/// person's. Whether a confirmation, a probe or an echo is genuine is the caller's to check.
pub fn classify(mail: &Mail, envelope: &Envelope) -> Classified {
    let marks = Marks::of(mail, envelope);
    let stages: [(Class, Evidence); 8] = [
        (Class::Probe, own(mail, "X-Replyd-Probe", "it carries the mark of our own connection test")),
        (Class::OwnEcho, own(mail, "X-Replyd-Letter", "it carries the mark of our own letters")),
        (Class::ForwardingConfirmation, forwarding_confirmation(mail)),
        (Class::Bounce, report::delivery_report(mail, &marks)),
        (Class::AutomaticReply, automatic_reply(mail, &marks)),
        (Class::List, list(mail, &marks)),
        (Class::Form, form(mail, &marks)),
        (Class::AutomaticReply, unattended(mail, &marks)),
    ];
    let mut weak = Vec::new();
    for (class, evidence) in stages {
        if evidence.score >= ENOUGH {
            return Classified { class, reasons: evidence.reasons };
        }
        weak.extend(evidence.reasons);
    }
    weak.dedup();
    let mut reasons = vec!["nothing says clearly that a machine wrote it".to_owned()];
    reasons.extend(weak.into_iter().map(|reason| format!("too little: {reason}")));
    Classified { class: Class::Human, reasons }
}

/// A class is taken from this score on.
const ENOUGH: i32 = 3;
/// Settles the matter alone.
const CLEAR: i32 = ENOUGH;

/// What speaks for one class.
#[derive(Default)]
struct Evidence {
    score: i32,
    reasons: Vec<String>,
}

impl Evidence {
    fn add(&mut self, holds: bool, weight: i32, reason: impl Into<String>) {
        if holds {
            self.score += weight;
            self.reasons.push(reason.into());
        }
    }
}

/// What several classes ask about.
struct Marks {
    null_sender: bool,
    /// First word of Auto-Submitted, lower case. RFC 3834 §5.
    auto_submitted: String,
    precedence: String,
    /// The program or rule of a mailbox made it: Exchange's rules, which forward and answer alike.
    mailbox_rule: bool,
    /// It came by way of a forwarder.
    forwarded: bool,
    /// It came through a Google Group that has our destination as a member.
    google_group: bool,
    from_local: String,
    is_no_reply: bool,
    subject: String,
}

impl Marks {
    fn of(mail: &Mail, envelope: &Envelope) -> Self {
        let word = |name: &str| {
            let value = mail.header(name).next().unwrap_or_default();
            value.split([';', ' ', '(', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
        };
        let has = |name: &str| mail.header(name).next().is_some();
        let sender = envelope.mail_from.as_ref().map(|a| a.local().to_ascii_lowercase()).unwrap_or_default();
        let from_local = mail.from.as_ref().map(|a| a.local().to_lowercase()).unwrap_or_default();
        let by_srs = sender.contains("+srs=") || sender.starts_with("srs0") || sender.starts_with("srs1");
        Self {
            null_sender: envelope.mail_from.is_none(),
            auto_submitted: word("Auto-Submitted"),
            precedence: word("Precedence"),
            mailbox_rule: has("X-MS-Exchange-Inbox-Rules-Loop")
                || mail.header("X-MS-Exchange-Generated-Message-Source").any(|v| v.contains("Mailbox Rules Agent")),
            forwarded: by_srs || sender.contains("+caf_=") || FORWARDER_HEADERS.iter().any(|name| has(name)),
            google_group: has("X-Google-Group-Id") || (has("X-Original-Sender") && sender.contains("+bnc")),
            is_no_reply: is_no_reply(&from_local),
            from_local,
            subject: mail.subject.to_lowercase(),
        }
    }
}

fn own(mail: &Mail, header: &str, reason: &str) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.add(mail.header(header).any(|v| !v.is_empty()), CLEAR, reason);
    evidence
}

/// Comes before everything about machines: it is sent from a no-reply address and must reach a person all the same.
fn forwarding_confirmation(mail: &Mail) -> Evidence {
    let mut evidence = Evidence::default();
    let Some(from) = &mail.from else { return evidence };
    let by_google = from.domain() == "google.com";
    let token = mail.header("X-Google-Address-Confirmation").next().is_some();
    evidence.add(by_google && token, CLEAR, "Gmail asks to confirm forwarding");
    evidence.add(
        by_google && from.local().eq_ignore_ascii_case("forwarding-noreply"),
        CLEAR,
        "it comes from Gmail's forwarding-noreply",
    );
    evidence
}

/// RFC 3834 §5, and what responders said before it.
fn automatic_reply(mail: &Mail, marks: &Marks) -> Evidence {
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
    let weak = weak_signs_of_a_responder(mail, marks);
    evidence.score += weak.score;
    evidence.reasons.extend(weak.reasons);
    evidence
}

fn weak_signs_of_a_responder(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let absent = AUTOMATIC_SUBJECTS.iter().any(|s| marks.subject.starts_with(s));
    let generated = marks.auto_submitted == "auto-generated";
    let silent = mail.header("X-Auto-Response-Suppress").any(|v| v.to_ascii_lowercase().contains("all"));
    evidence.add(absent, 2, "its subject begins like an automatic reply");
    evidence.add(marks.null_sender, 1, "its envelope sender is empty");
    evidence.add(generated, 1, "Auto-Submitted says that a machine made it");
    // Alone it only asks others not to answer: plain mail of some programs carries it.
    evidence.add(silent, 2, "it asks machines not to answer");
    // A rule that passes a customer's mail on wears the marks of a rule that answers, but it neither asks for silence
    // nor begins its subject like an answer.
    if !(absent || generated && silent) {
        evidence.score = evidence.score.min(ENOUGH - 1);
    }
    evidence
}

/// RFC 2369, RFC 2919. Lists that a customer's mail passed through on its way to us do not count.
fn list(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let theirs = |value: &str| {
        let value = value.to_ascii_lowercase();
        !(marks.google_group && (value.contains("googlegroups") || value.contains("groups.google")))
    };
    let has = |name: &str| mail.header(name).any(theirs);
    evidence.add(has("List-Unsubscribe"), 2, "List-Unsubscribe says that it went to subscribers");
    evidence.add(has("List-Unsubscribe-Post"), 1, "it can be unsubscribed with one click");
    evidence.add(has("List-Id") && !marks.google_group, 2, "List-Id names a mailing list");
    evidence.add(has("List-Post") && !marks.google_group, 1, "List-Post names a mailing list");
    let bulk = matches!(marks.precedence.as_str(), "list" | "bulk" | "junk");
    evidence.add(bulk && !marks.google_group, 1, format!("its Precedence is {}", marks.precedence));
    let campaign = CAMPAIGN_HEADERS.iter().find(|name| mail.header(name).next().is_some());
    evidence.add(campaign.is_some(), 1, format!("it carries {}", campaign.unwrap_or(&"")));
    evidence.add(marks.forwarded && evidence.score > 0, -1, "but it was forwarded, which leaves such marks too");
    evidence
}

/// A robot's From with a person's Reply-To: what web forms send.
fn form(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let person = mail.reply_to.iter().any(|a| Some(a) != mail.from.as_ref() && !is_no_reply(&a.local().to_lowercase()));
    evidence.add(marks.is_no_reply && person, CLEAR, "a no-reply address names somebody else to reply to");
    let robot = FORM_ROBOTS.contains(&marks.from_local.as_str());
    evidence.add(robot && person, CLEAR, "a web server's address names somebody else to reply to");
    evidence
}

/// Made by a machine though it answers nothing: notices, alerts, invoices.
fn unattended(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.add(marks.is_no_reply, CLEAR, "it comes from an address that takes no replies");
    let generated = !matches!(marks.auto_submitted.as_str(), "" | "no");
    let passed_on = marks.mailbox_rule && FORWARD_SUBJECTS.iter().any(|s| marks.subject.starts_with(s));
    evidence.add(generated && passed_on, 1, "a mailbox rule passed it on");
    evidence.add(generated && !passed_on, CLEAR, format!("Auto-Submitted is {}", marks.auto_submitted));
    let daemon = DAEMONS.contains(&marks.from_local.as_str());
    evidence.add(daemon && marks.null_sender && mail.in_reply_to.is_empty(), CLEAR, "it comes from a mail system");
    evidence
}

fn is_no_reply(local: &str) -> bool {
    let local = format!("-{}-", local.replace(['_', '.', '+'], "-"));
    NO_REPLY.iter().any(|word| local.contains(word))
}

#[cfg(test)]
#[path = "class_tests.rs"]
mod tests;
