//! What a refusing reply means: never, or not now.

use crate::conversation;

/// The step at which a server judges the recipient.
pub(super) const RCPT: &str = "RCPT";

/// Whether a negative reply at that step is for good. What is doubtful is not.
pub(super) fn is_final(step: &str, code: u16, text: &str) -> bool {
    // RFC 5321 §4.2.1: the first digit says it.
    if !(500..=599).contains(&code) {
        return false;
    }
    match status(text) {
        // RFC 2034 §4: the status code has the class of the reply. Where they differ nobody knows.
        Some([class, ..]) if class != 5 => false,
        // RFC 5321 §4.5.3.1.10: 552 was once said to one recipient too many, which is no reason to give up. A full mailbox
        // has a status code of its own, RFC 3463 §3.3.
        Some([_, 5, 3]) | None => !(code == 552 && step == RCPT),
        Some(_) => true,
    }
}

/// Whether a refusal for good says that there is no such mailbox: by its enhanced status code only, for 550 alone may be a
/// policy. RFC 5321 §4.2.3.
pub(super) fn is_no_mailbox(step: &str, text: &str) -> bool {
    step == RCPT && text.split_whitespace().next().is_some_and(conversation::is_no_mailbox)
}

/// The enhanced status code that a reply begins with: class, subject, detail. RFC 3463 §2.
fn status(text: &str) -> Option<[u16; 3]> {
    let mut numbers = text.split_whitespace().next()?.split('.').map(|part| part.parse::<u16>().ok());
    let found = [numbers.next()??, numbers.next()??, numbers.next()??];
    (numbers.next().is_none() && matches!(found[0], 2 | 4 | 5)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_digit_decides_and_a_status_code_can_only_make_it_milder() {
        for (code, text, is_for_good) in [
            (550, "no such user", true),
            (550, "5.1.1 no such user", true),
            (550, "4.2.1 mailbox busy", false),
            (550, "2.0.0 what", false),
            (450, "5.1.1 no such user", false),
            (450, "4.2.0 come back", false),
            (421, "closing", false),
            (554, "5.7.1", true),
            (554, "10.0.0.1 is listed", true),
            (354, "", false),
            (600, "", false),
        ] {
            for step in ["greeting", "EHLO", "MAIL", RCPT, "DATA", "the letter"] {
                assert_eq!(is_final(step, code, text), is_for_good, "{step}: {code} {text}");
            }
        }
    }

    #[test]
    fn only_an_enhanced_code_about_the_recipient_says_that_there_is_no_mailbox() {
        for (step, text, is_none) in [
            (RCPT, "5.1.1 <ada@customer.example>: no such user", true),
            (RCPT, "5.1.10 null MX", true),
            (RCPT, "no such user", false),
            (RCPT, "5.2.2 mailbox full", false),
            (RCPT, "5.7.1 not from you", false),
            (RCPT, "", false),
            ("MAIL", "5.1.1 what", false),
            ("the letter", "5.1.1 what", false),
        ] {
            assert_eq!(is_no_mailbox(step, text), is_none, "{step}: {text}");
        }
    }

    #[test]
    fn one_recipient_too_many_is_told_from_a_full_mailbox() {
        for (step, code, text, is_for_good) in [
            (RCPT, 552, "too many recipients", false),
            (RCPT, 552, "5.5.3 too many recipients", false),
            (RCPT, 452, "4.5.3 too many recipients", false),
            (RCPT, 552, "5.2.2 mailbox full", true),
            (RCPT, 452, "4.2.2 mailbox full", false),
            ("the letter", 552, "too much mail data", true),
            ("MAIL", 552, "5.3.4 message too big", true),
        ] {
            assert_eq!(is_final(step, code, text), is_for_good, "{step}: {code} {text}");
        }
    }
}
