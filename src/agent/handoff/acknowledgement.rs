//! The short letter that tells a customer that people have the conversation, and when they are back.
//!
//! Our words or the administrator's, never the AI's. Who gets it is decided in `autopilot`.

use crate::{
    agent::{desk::Case, words::Tongue},
    config::SupportAddress,
};

use super::unanswered_text;

/// The words, as Markdown, and their language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Markdown.
    pub markdown: String,
    /// ISO 639-1.
    pub language: &'static str,
}

/// What this customer would read, in the language of their mail, or of its title; `None` where the address sends none.
pub fn acknowledgement(case: &Case) -> Option<Acknowledgement> {
    let address = case.address.as_ref().filter(|address| address.acknowledge)?;
    let title = || Tongue::of(&case.row.title);
    let tongue = Tongue::guessed(&unanswered_text(case)).unwrap_or_else(title);
    let own = address.acknowledgements.iter().find(|one| one.language == tongue.code());
    let words = own.map_or_else(|| ours(tongue).to_owned(), |one| one.markdown.clone());
    let back = back(address, case, tongue).map(|words| format!("\n\n{words}")).unwrap_or_default();
    Some(Acknowledgement { markdown: format!("{words}{back}"), language: tongue.code() })
}

/// When people are there again, where nobody is. Dates as ISO 8601 writes them: every country reads these the same way.
fn back(address: &SupportAddress, case: &Case, tongue: Tongue) -> Option<String> {
    let opens = address.hours.as_ref()?.opens_next(case.read_at)?;
    let when = opens.strftime("%Y-%m-%d %H:%M (%Z)");
    Some(match tongue {
        Tongue::English => format!("We are back on {when}."),
        Tongue::German => format!("Wir sind wieder da ab {when}."),
        Tongue::French => format!("Nous serons de retour le {when}."),
        Tongue::Spanish => format!("Volvemos a estar disponibles el {when}."),
        Tongue::Italian => format!("Saremo di nuovo disponibili il {when}."),
        Tongue::Portuguese => format!("Estaremos de volta em {when}."),
        Tongue::Dutch => format!("We zijn er weer op {when}."),
        Tongue::Swedish => format!("Vi är tillbaka {when}."),
        Tongue::Danish => format!("Vi er tilbage {when}."),
        Tongue::Norwegian => format!("Vi er tilbake {when}."),
        Tongue::Finnish => format!("Olemme taas paikalla {when}."),
        Tongue::Hungarian => format!("Legközelebb ekkor vagyunk elérhetők: {when}."),
        Tongue::Russian => format!("Мы снова на связи с {when}."),
    })
}

fn ours(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English => {
            "Thank you for your mail. It has reached us, and a person will answer it. This confirmation was sent automatically."
        }
        Tongue::German => {
            "Danke für Ihre Nachricht. Sie ist bei uns angekommen, und ein Mensch wird sie beantworten. Diese Bestätigung wurde automatisch versandt."
        }
        Tongue::French => {
            "Merci pour votre message. Il nous est bien parvenu, et une personne y répondra. Cette confirmation a été envoyée automatiquement."
        }
        Tongue::Spanish => {
            "Gracias por su mensaje. Lo hemos recibido y una persona le responderá. Esta confirmación se ha enviado automáticamente."
        }
        Tongue::Italian => {
            "Grazie per il suo messaggio. Lo abbiamo ricevuto e una persona le risponderà. Questa conferma è stata inviata automaticamente."
        }
        Tongue::Portuguese => {
            "Obrigado pela sua mensagem. Recebemo-la e uma pessoa irá responder. Esta confirmação foi enviada automaticamente."
        }
        Tongue::Dutch => {
            "Bedankt voor uw bericht. Het is bij ons aangekomen en een medewerker zal het beantwoorden. Deze bevestiging is automatisch verzonden."
        }
        Tongue::Swedish => {
            "Tack för ditt meddelande. Det har kommit fram, och en människa kommer att svara på det. Den här bekräftelsen skickades automatiskt."
        }
        Tongue::Danish => {
            "Tak for din besked. Vi har modtaget den, og et menneske vil svare på den. Denne bekræftelse er sendt automatisk."
        }
        Tongue::Norwegian => {
            "Takk for meldingen din. Vi har mottatt den, og et menneske vil svare på den. Denne bekreftelsen ble sendt automatisk."
        }
        Tongue::Finnish => {
            "Kiitos viestistäsi. Se on tullut perille, ja ihminen vastaa siihen. Tämä vahvistus lähetettiin automaattisesti."
        }
        Tongue::Hungarian => {
            "Köszönjük üzenetét. Megkaptuk, és egy munkatársunk válaszol rá. Ezt a visszaigazolást automatikusan küldtük."
        }
        Tongue::Russian => {
            "Спасибо за ваше письмо. Мы его получили, и вам ответит сотрудник. Это подтверждение отправлено автоматически."
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{
        agent::samples::case,
        config::{Acknowledgement as Own, Hours, Shift},
    };

    fn acknowledging(text: &str) -> Case {
        let mut case = case("x", text);
        case.address.as_mut().unwrap().acknowledge = true;
        case
    }

    #[test]
    fn it_is_in_the_language_of_the_mail_and_of_itself() {
        for tongue in Tongue::ALL {
            assert_eq!(Tongue::guessed(ours(tongue)), Some(tongue), "{}", ours(tongue));
        }
        let german = acknowledgement(&acknowledging("Wo ist mein Paket? Ich warte schon seit einer Woche.")).unwrap();
        assert_eq!((german.language, german.markdown.as_str()), ("de", ours(Tongue::German)));
    }

    #[test]
    fn the_administrators_words_stand_instead_of_ours_and_say_when_people_are_back() {
        let mut case = acknowledging("Where is my parcel?");
        let address = case.address.as_mut().unwrap();
        address.acknowledgements = vec![Own { language: "en".into(), markdown: "We got it.".into() }];
        let shifts = vec![Shift::read("thu 09:00-17:00").unwrap()];
        let hours = Hours { name: "o".into(), zone: TimeZone::UTC, shifts, holidays: Vec::new() };
        address.hours = Some(hours.into());
        // read_at of a sample is 1970-01-01 02:46 UTC.
        assert_eq!(acknowledgement(&case).unwrap().markdown, "We got it.\n\nWe are back on 1970-01-01 09:00 (UTC).");
    }

    #[test]
    fn no_address_sends_it_by_itself() {
        assert_eq!(acknowledgement(&case("x", "Where is my parcel?")), None);
    }
}
