//! The letter that asks a customer for a one-time code, and when it may be written.
//!
//! Our words, never the AI's: whoever thinks says only that a code is needed. It goes to the contact alone, whose mailbox it is to
//! prove, and stands under every condition and brake of an answer. A mail that proved nothing about its sender gets none: the letter
//! could not say what it confirms, for who may not have written is not sent the words of who did (S-09).

use std::time::Duration;

use super::{brakes::CODES_PER_CONTACT_PER_DAY_MAX, desk::Case, handoff::unanswered_text, words::Tongue};
use crate::{
    config::Autopilot,
    conversation::{CODE_PLACE, code_words},
    types::Level,
};

/// The words, as Markdown with [`CODE_PLACE`] where the code will stand, and their language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRequest {
    /// Markdown.
    pub markdown: String,
    /// ISO 639-1.
    pub language: &'static str,
}

/// Whether the contact of this case may be asked for a code now.
///
/// # Errors
/// Why not, in words for people.
pub fn may_be_asked(case: &Case) -> Result<(), String> {
    let no = |words: &str| Err(words.to_owned());
    let wanted = case.address.as_ref().is_some_and(|address| address.autopilot == Autopilot::On);
    if !wanted || case.row.rewrite.is_some() {
        return no("the AI sends nothing by itself here");
    }
    let contact = &case.row.contact;
    let mails = || case.unanswered().chain(case.newest());
    if mails().next().is_none() || mails().any(|mail| mail.row.mail.from.as_ref() != Some(contact)) {
        return no("not only the contact wrote, and only the contact could show a code");
    }
    let level = mails().map(|mail| case.level_of(mail)).min().unwrap_or(Level::Forged);
    if level < Level::Vouched {
        return no("the mails prove nothing about their sender, so that a code could not confirm them");
    }
    if level >= Level::Confirmed {
        return no("the mails have the highest level already");
    }
    if case.row.code.is_open(case.read_at) {
        return no("the customer was asked for a code already, and it is still valid");
    }
    if case.sent.codes_day >= CODES_PER_CONTACT_PER_DAY_MAX {
        return Err(format!(
            "the customer was asked for {} codes within a day, which is the limit",
            case.sent.codes_day
        ));
    }
    Ok(())
}

/// What this customer would read, in the language of their mail, or of its title.
pub fn request(case: &Case, valid: Duration) -> CodeRequest {
    let tongue = Tongue::guessed(&unanswered_text(case)).unwrap_or_else(|| Tongue::of(&case.row.title));
    CodeRequest { markdown: words(tongue, valid.as_secs() / 60), language: tongue.code() }
}

fn words(tongue: Tongue, minutes: u64) -> String {
    let [ask, rest] = code_words(tongue.code()).expect("a test writes it in every tongue");
    format!("{ask}\n\n{CODE_PLACE}\n\n{}", rest.replace("{}", &minutes.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent::samples::{address, case, filed},
        conversation::without_codes,
        store::OpenCode,
        types::{LetterId, Millis},
    };

    #[test]
    fn it_is_in_the_language_of_the_mail_and_holds_the_place_of_the_code_only() {
        for tongue in Tongue::ALL {
            let words = words(tongue, 60);
            assert_eq!(Tongue::guessed(&words), Some(tongue), "{words}");
            assert_eq!(words.matches(CODE_PLACE).count(), 1);
            assert!(words.contains(" 60 ") && !words.contains("{}"), "{words}");
            assert_eq!(without_codes(&words), words, "nothing in it has the form of a code");
        }
        let german = case("x", "Bitte stornieren Sie meine Bestellung, ich brauche sie nicht mehr.");
        assert_eq!(request(&german, Duration::from_secs(600)).language, "de");
    }

    #[test]
    fn who_cannot_show_one_or_need_not_is_not_asked() {
        let good = || case("x", "Please cancel my order.");
        assert_eq!(may_be_asked(&good()), Ok(()));
        type Change = fn(&mut Case);
        let changes: [(&str, Change); 7] = [
            ("sends nothing", |case| case.address.as_mut().unwrap().autopilot = Autopilot::Assist),
            ("sends nothing", |case| case.address = None),
            ("not only the contact", |case| case.mails[0].row.mail.from = Some(address("bob@customer.example"))),
            ("prove nothing", |case| case.mails[0].row.filings = vec![filed(Level::Unproven)]),
            ("highest level", |case| case.mails[0].row.filings = vec![filed(Level::Confirmed)]),
            ("still valid", |case| {
                case.row.code.open = Some(OpenCode { letter: LetterId(1), until: Millis(u64::MAX), wrong: 0 });
            }),
            ("3 codes within a day", |case| case.sent.codes_day = CODES_PER_CONTACT_PER_DAY_MAX),
        ];
        for (words, change) in changes {
            let mut case = good();
            change(&mut case);
            assert!(may_be_asked(&case).unwrap_err().contains(words), "{words}");
        }
    }
}
