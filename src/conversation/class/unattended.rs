//! What speaks for lists, forms, and notices that nobody reads the answers to.

use super::{
    CLEAR, Evidence, Marks,
    marks::is_no_reply,
    words::{CAMPAIGN_HEADERS, DAEMONS, FORM_ROBOTS},
};
use crate::mime::Mail;

/// RFC 2369, RFC 2919. Lists that a customer's mail passed through on its way to us do not count.
pub(super) fn list(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let ours = marks.google_group || marks.our_list.is_some();
    let theirs = |value: &str| {
        let value = value.to_ascii_lowercase();
        let googles = marks.google_group && (value.contains("googlegroups") || value.contains("groups.google"));
        !googles && !marks.our_list.as_ref().is_some_and(|domain| value.contains(domain.as_str()))
    };
    let has = |name: &str| mail.header(name).any(theirs);
    evidence.add(has("List-Unsubscribe"), 2, "List-Unsubscribe says that it went to subscribers");
    evidence.add(has("List-Unsubscribe-Post"), 1, "it can be unsubscribed with one click");
    evidence.add(has("List-Id") && !ours, 2, "List-Id names a mailing list");
    evidence.add(has("List-Post") && !ours, 1, "List-Post names a mailing list");
    let bulk = matches!(marks.precedence.as_str(), "list" | "bulk" | "junk");
    evidence.add(bulk && !ours, 1, format!("its Precedence is {}", marks.precedence));
    let campaign = CAMPAIGN_HEADERS.iter().find(|name| mail.header(name).next().is_some());
    evidence.add(campaign.is_some(), 1, format!("it carries {}", campaign.unwrap_or(&"")));
    evidence.add(marks.forwarded && evidence.score > 0, -1, "but it was forwarded, which leaves such marks too");
    evidence
}

/// A robot's From with a person's Reply-To: what web forms send.
pub(super) fn form(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let person = names_somebody_else(mail);
    evidence.add(marks.is_no_reply && person, CLEAR, "a no-reply address names somebody else to reply to");
    let robot = FORM_ROBOTS.contains(&marks.from_local.as_str());
    evidence.add(robot && person, CLEAR, "a web server's address names somebody else to reply to");
    evidence
}

/// Whether Reply-To holds a person beside From.
pub(super) fn names_somebody_else(mail: &Mail) -> bool {
    mail.reply_to.iter().any(|a| Some(a) != mail.from.as_ref() && !is_no_reply(&a.local().to_lowercase()))
}

/// Made by a machine though it answers nothing: notices, alerts, invoices.
pub(super) fn notice(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.add(marks.is_no_reply, CLEAR, "it comes from an address that takes no replies");
    let generated = !matches!(marks.auto_submitted.as_str(), "" | "no");
    let points = if marks.passed_on_by_rule { 1 } else { CLEAR };
    evidence.add(generated, points, format!("Auto-Submitted is {}", marks.auto_submitted));
    let daemon = DAEMONS.contains(&marks.from_local.as_str());
    evidence.add(daemon && marks.null_sender && mail.in_reply_to.is_empty(), CLEAR, "it comes from a mail system");
    evidence
}
