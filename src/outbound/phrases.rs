//! What a letter says of itself, in the language of its words: who wrote what stands below it, that an AI wrote it, its number.
//!
//! The lines over a quote are written as mail programs write them, so that everybody, and we, find them when the letter comes
//! back. A language that is not here, or not known, gets English.

use jiff::Timestamp;

use crate::{conversation::reference, types::Number};

/// One language.
struct Phrases {
    /// ISO 639-1.
    code: &'static str,
    /// Over the original: a date as `strftime` has it, then `{}` for the name.
    wrote: &'static str,
    /// The same where the name is not known.
    you_wrote: &'static str,
    /// The line that the law asks for (S-28). The word in capitals stands in `agent::wants_person`.
    disclosure: &'static str,
}

#[rustfmt::skip]
const PHRASES: [Phrases; 13] = [
    Phrases { code: "en", wrote: "On %-d %B %Y at %H:%M UTC, {} wrote:", you_wrote: "On %-d %B %Y at %H:%M UTC, you wrote:",
        disclosure: "This answer was written by an AI assistant. Reply HUMAN to reach a person." },
    Phrases { code: "de", wrote: "Am %d.%m.%Y um %H:%M UTC schrieb {}:", you_wrote: "Am %d.%m.%Y um %H:%M UTC schrieben Sie:",
        disclosure: "Diese Antwort hat ein KI-Assistent geschrieben. Antworten Sie MENSCH, um einen Menschen zu erreichen." },
    Phrases { code: "fr", wrote: "Le %d/%m/%Y à %H:%M UTC, {} a écrit :", you_wrote: "Le %d/%m/%Y à %H:%M UTC, vous avez écrit :",
        disclosure: "Cette réponse a été rédigée par un assistant IA. Répondez HUMAIN pour joindre une personne." },
    Phrases { code: "es", wrote: "El %d/%m/%Y a las %H:%M UTC, {} escribió:", you_wrote: "El %d/%m/%Y a las %H:%M UTC, usted escribió:",
        disclosure: "Esta respuesta la ha escrito un asistente de IA. Responda HUMANO para hablar con una persona." },
    Phrases { code: "it", wrote: "Il %d/%m/%Y alle %H:%M UTC, {} ha scritto:", you_wrote: "Il %d/%m/%Y alle %H:%M UTC, lei ha scritto:",
        disclosure: "Questa risposta è stata scritta da un assistente IA. Risponda UMANO per parlare con una persona." },
    Phrases { code: "pt", wrote: "Em %d/%m/%Y às %H:%M UTC, {} escreveu:", you_wrote: "Em %d/%m/%Y às %H:%M UTC, você escreveu:",
        disclosure: "Esta resposta foi escrita por um assistente de IA. Responda HUMANO para falar com uma pessoa." },
    Phrases { code: "nl", wrote: "Op %d-%m-%Y om %H:%M UTC schreef {}:", you_wrote: "Op %d-%m-%Y om %H:%M UTC schreef u:",
        disclosure: "Dit antwoord is geschreven door een AI-assistent. Antwoord MENS om een persoon te bereiken." },
    Phrases { code: "sv", wrote: "Den %Y-%m-%d kl. %H:%M UTC skrev {}:", you_wrote: "Den %Y-%m-%d kl. %H:%M UTC skrev du:",
        disclosure: "Det här svaret är skrivet av en AI-assistent. Svara MÄNNISKA för att nå en person." },
    Phrases { code: "da", wrote: "Den %d.%m.%Y kl. %H.%M UTC skrev {}:", you_wrote: "Den %d.%m.%Y kl. %H.%M UTC skrev du:",
        disclosure: "Dette svar er skrevet af en AI-assistent. Svar MENNESKE for at komme i kontakt med en person." },
    Phrases { code: "no", wrote: "Den %d.%m.%Y kl. %H.%M UTC skrev {}:", you_wrote: "Den %d.%m.%Y kl. %H.%M UTC skrev du:",
        disclosure: "Dette svaret er skrevet av en KI-assistent. Svar MENNESKE for å komme i kontakt med en person." },
    Phrases { code: "fi", wrote: "{} kirjoitti %-d.%-m.%Y klo %H.%M UTC:", you_wrote: "Asiakas kirjoitti %-d.%-m.%Y klo %H.%M UTC:",
        disclosure: "Tämän vastauksen on kirjoittanut tekoälyavustaja. Vastaa IHMINEN, niin saat yhteyden ihmiseen." },
    Phrases { code: "hu", wrote: "{} ezt írta (időpont: %Y. %m. %d. %H:%M UTC):", you_wrote: "Ön ezt írta (időpont: %Y. %m. %d. %H:%M UTC):",
        disclosure: "Ezt a választ egy MI-asszisztens írta. Válaszoljon az EMBER szóval, ha emberrel szeretne beszélni." },
    Phrases { code: "ru", wrote: "%d.%m.%Y в %H:%M UTC {} пишет:", you_wrote: "%d.%m.%Y в %H:%M UTC вы писали:",
        disclosure: "Этот ответ написан ИИ-ассистентом. Ответьте ЧЕЛОВЕК, чтобы связаться с сотрудником." },
];

fn phrases(language: Option<&str>) -> &'static Phrases {
    PHRASES.iter().find(|one| Some(one.code) == language).unwrap_or(&PHRASES[0])
}

/// The line over the original; `name` is empty where it is not known.
pub(super) fn wrote(language: Option<&str>, name: &str, at: Timestamp) -> String {
    let phrases = phrases(language);
    let pattern = if name.is_empty() { phrases.you_wrote } else { phrases.wrote };
    at.strftime(pattern).to_string().replacen("{}", name, 1)
}

/// What stands below the words: that an AI wrote them, where `disclose`, and the number.
pub(super) fn small_print(language: Option<&str>, disclose: bool, number: Number) -> Vec<String> {
    let disclosure = disclose.then(|| phrases(language).disclosure.to_owned());
    disclosure.into_iter().chain([reference(language, number)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        agent::wants_person::asks_for_person,
        conversation::{numbers_in, quotes},
    };

    const AT: i64 = 1_795_000_000;

    #[test]
    fn each_language_says_it_so_that_we_understand_what_comes_back() {
        for language in PHRASES.iter().map(|one| Some(one.code)) {
            let lines = small_print(language, true, Number(12345));
            // The word that it asks for is one we hear, alone on a line.
            let capitals = |word: &&str| word.chars().count() > 3 && word.chars().all(char::is_uppercase);
            let word = lines[0].split([' ', '.', ',']).find(capitals).unwrap();
            assert!(asks_for_person(word), "{language:?}: {word}");
            assert_eq!(numbers_in(&lines[1]), [Number(12345)], "{language:?}: {}", lines[1]);

            for name in ["Ada Löwe", "ada@customer.example", "王", "100 % {} Ada", ""] {
                let line = wrote(language, name, Timestamp::from_second(AT).unwrap());
                assert!(line.contains(name) && line.contains("2026") && line.ends_with(':'), "{line}");
                let mail = format!(
                    "From: ada@customer.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGracias, 4711.\r\n\r\n{line}\r\n\
                     > {}\r\n",
                    lines.join("\r\n> ")
                );
                let parted = quotes::part(&crate::mime::parse(mail.as_bytes()));
                assert_eq!(parted.new_text.trim(), "Gracias, 4711.", "{language:?}: {line}");
                assert!(parted.quoted_text.contains(&lines[0]), "{language:?}: {line}");
            }
        }
    }

    #[test]
    fn a_language_that_is_not_known_gets_english() {
        assert_eq!(small_print(Some("tlh"), true, Number(12345)), small_print(None, true, Number(12345)));
        assert_eq!(small_print(None, false, Number(12345)), ["Ref: #12345"]);
        let at = Timestamp::from_second(AT).unwrap();
        assert_eq!(wrote(None, "Ada", at), "On 18 November 2026 at 11:06 UTC, Ada wrote:");
    }
}
