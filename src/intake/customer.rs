//! Who wrote a mail that somebody else's program sent: a form's robot, or a rule of the mailbox that passes mail on.
//!
//! The program signs for itself, not for the customer it names: the customer is taken over, the proof is not.

use crate::{
    auth::Checked,
    conversation::{Class, Classified, form_customer, quotes},
    mime::Mail,
    types::{Address, Level, Verdict, Verdicts},
};

/// `[[address]] form`: mail of this robot is a form's.
#[derive(Debug, Clone)]
pub(super) struct FormRule {
    /// From of the form.
    pub(super) robot: Address,
    /// Whether the form knows whom it names, as one behind a login does.
    pub(super) vouches: bool,
}

/// Whether a DKIM signature of From's own domain passes.
pub(super) fn is_signed_by_its_sender(verdicts: &Verdicts) -> bool {
    let signed = verdicts.dkim.iter().any(|signature| signature.aligned && signature.verdict == Verdict::Pass);
    signed && verdicts.level >= Level::Authenticated
}

/// A group that wrote From anew names the author: the conversation is with that one.
pub(super) fn as_the_group_says(mut mail: Mail, checked: Checked) -> (Mail, Verdicts) {
    if let Some(author) = checked.group_author {
        (mail.from, mail.from_name) = (Some(author.address), author.name);
    }
    (mail, checked.verdicts)
}

/// Puts the customer in the place of the program that sent the mail, at the level that is proved about them.
pub(super) fn as_written_by_the_customer(
    mail: Mail,
    verdicts: Verdicts,
    class: &Classified,
    rule: Option<&FormRule>,
    ours: &[&Address],
) -> (Mail, Verdicts) {
    match class.class {
        Class::Form => of_a_form(mail, verdicts, rule),
        Class::Human if mail.from.as_ref().is_some_and(|from| ours.contains(&from)) => of_a_rule(mail, verdicts),
        _ => (mail, verdicts),
    }
}

fn of_a_form(mut mail: Mail, mut verdicts: Verdicts, rule: Option<&FormRule>) -> (Mail, Verdicts) {
    let Some((customer, place)) = form_customer(&mail) else {
        let words = "a form sent this and names no sender; proved is only the form";
        return (mail, lowered(verdicts, words));
    };
    let words = if rule.is_some_and(|rule| rule.vouches) && verdicts.level >= Level::Authenticated {
        verdicts.sentence = format!(
            "a form that knows its users, as the configuration says, names {customer} {place}: {}",
            verdicts.sentence
        );
        None
    } else {
        Some(format!("a form names {customer} {place}; proved is only the form"))
    };
    if let Some(words) = words {
        verdicts = lowered(verdicts, &words);
    }
    mail.from = Some(customer);
    mail.from_name = String::new();
    (mail, verdicts)
}

/// A rule `forward` of Microsoft 365 makes a new mail From the mailbox: whose mail it passes on stands in its text alone.
fn of_a_rule(mut mail: Mail, verdicts: Verdicts) -> (Mail, Verdicts) {
    let by_rule = mail.header("X-MS-Exchange-Generated-Message-Source").any(|v| v.contains("Mailbox Rules Agent"))
        || mail.header("X-MS-Exchange-Inbox-Rules-Loop").next().is_some();
    let Some((customer, name)) = by_rule.then(|| quotes::writer_passed_on(&mail)).flatten() else {
        return (mail, verdicts);
    };
    let words =
        format!("a rule of the mailbox passed this on, and names {customer} in its text; proved is only the mailbox");
    mail.from = Some(customer);
    mail.from_name = name;
    (mail, lowered(verdicts, &words))
}

/// At most unproven: what was proved is about somebody else.
fn lowered(mut verdicts: Verdicts, words: &str) -> Verdicts {
    if verdicts.level > Level::Unproven {
        verdicts.level = Level::Unproven;
        verdicts.sentence = format!("{words}: {}", verdicts.sentence);
    }
    verdicts
}

#[cfg(test)]
#[path = "customer_tests.rs"]
mod tests;
