//! The words of the letter that asks for a one-time code, in every language that we write; and whether a text says them again.

/// What stands before the code and after it, by language (ISO 639-1); `{}` is for minutes.
const WORDS: [(&str, [&str; 2]); 13] = [
    (
        "en",
        [
            "Thank you for your mail. Before we go on, we have to be sure that it is yours. Please answer this mail and write this code into your answer:",
            "The code is valid for {} minutes. If you did not write to us, please do not answer. This mail was sent automatically.",
        ],
    ),
    (
        "de",
        [
            "Danke für Ihre Nachricht. Bevor es weitergeht, müssen wir sicher sein, dass sie von Ihnen ist. Bitte antworten Sie auf diese E-Mail und schreiben Sie diesen Code in Ihre Antwort:",
            "Der Code gilt {} Minuten. Wenn Sie uns nicht geschrieben haben, antworten Sie bitte nicht. Diese E-Mail wurde automatisch versandt.",
        ],
    ),
    (
        "fr",
        [
            "Merci pour votre message. Avant de continuer, nous devons être sûrs qu’il vient de vous. Veuillez répondre à ce message et écrire ce code dans votre réponse :",
            "Le code est valable {} minutes. Si vous ne nous avez pas écrit, ne répondez pas. Ce message a été envoyé automatiquement.",
        ],
    ),
    (
        "es",
        [
            "Gracias por su mensaje. Antes de continuar, tenemos que estar seguros de que es suyo. Por favor, responda a este mensaje y escriba este código en su respuesta:",
            "El código es válido durante {} minutos. Si usted no nos ha escrito, por favor no responda. Este mensaje se ha enviado automáticamente.",
        ],
    ),
    (
        "it",
        [
            "Grazie per il suo messaggio. Prima di continuare dobbiamo essere sicuri che sia suo. La preghiamo di rispondere a questo messaggio e di scrivere questo codice nella sua risposta:",
            "Il codice è valido per {} minuti. Se non ci ha scritto lei, la preghiamo di non rispondere. Questo messaggio è stato inviato automaticamente.",
        ],
    ),
    (
        "pt",
        [
            "Obrigado pela sua mensagem. Antes de continuar, temos de ter a certeza de que é sua. Por favor, responda a esta mensagem e escreva este código na sua resposta:",
            "O código é válido durante {} minutos. Se não nos escreveu, por favor não responda. Esta mensagem foi enviada automaticamente.",
        ],
    ),
    (
        "nl",
        [
            "Bedankt voor uw bericht. Voordat we verder gaan, moeten we zeker weten dat het van u is. Beantwoord deze e-mail en zet deze code in uw antwoord:",
            "De code is {} minuten geldig. Als u ons niet hebt geschreven, antwoord dan niet. Deze e-mail is automatisch verzonden.",
        ],
    ),
    (
        "sv",
        [
            "Tack för ditt meddelande. Innan vi går vidare måste vi vara säkra på att det kommer från dig. Svara på det här mejlet och skriv den här koden i ditt svar:",
            "Koden gäller i {} minuter. Om du inte har skrivit till oss ska du inte svara. Det här mejlet skickades automatiskt.",
        ],
    ),
    (
        "da",
        [
            "Tak for din besked. Før vi går videre, skal vi være sikre på, at den kommer fra dig. Svar på denne mail, og skriv denne kode i dit svar:",
            "Koden gælder i {} minutter. Hvis du ikke har skrevet til os, skal du ikke svare. Denne mail er sendt automatisk.",
        ],
    ),
    (
        "no",
        [
            "Takk for meldingen din. Før vi går videre, må vi være sikre på at den kommer fra deg. Svar på denne e-posten, og skriv denne koden i svaret ditt:",
            "Koden er gyldig i {} minutter. Hvis du ikke har skrevet til oss, må du ikke svare. Denne e-posten ble sendt automatisk.",
        ],
    ),
    (
        "fi",
        [
            "Kiitos viestistäsi. Ennen kuin jatkamme, meidän on oltava varmoja siitä, että se on sinulta. Vastaa tähän viestiin ja kirjoita tämä koodi vastaukseesi:",
            "Koodi on voimassa {} minuuttia. Jos et ole kirjoittanut meille, älä vastaa. Tämä viesti lähetettiin automaattisesti.",
        ],
    ),
    (
        "hu",
        [
            "Köszönjük üzenetét. Mielőtt folytatjuk, biztosnak kell lennünk abban, hogy az Öntől jött. Kérjük, válaszoljon erre a levélre, és írja be ezt a kódot a válaszába:",
            "A kód {} percig érvényes. Ha nem Ön írt nekünk, kérjük, ne válaszoljon. Ezt a levelet automatikusan küldtük.",
        ],
    ),
    (
        "ru",
        [
            "Спасибо за ваше письмо. Прежде чем продолжить, мы должны убедиться, что оно от вас. Пожалуйста, ответьте на это письмо и напишите в ответе этот код:",
            "Код действует {} минут. Если вы нам не писали, пожалуйста, не отвечайте. Это письмо отправлено автоматически.",
        ],
    ),
];

/// What stands before the code and after it in that language (ISO 639-1); `{}` is for minutes. `None` for one that we do not write.
pub fn code_words(language: &str) -> Option<[&'static str; 2]> {
    WORDS.iter().find(|(code, _)| *code == language).map(|(_, words)| *words)
}

/// Whether a text repeats what stands around a code in our letter, whatever marks, spaces and line ends were put between.
pub(super) fn repeats_code_words(text: &str) -> bool {
    let said = letters(text);
    WORDS.iter().any(|(_, [ask, rest])| {
        // What machines cut off stands at an end; next to the code there is always one of the two.
        let before = ask.rsplit(". ").next().unwrap_or(ask);
        let after = rest.split("{}").last().unwrap_or(rest);
        [before, after].iter().any(|ours| said.contains(&letters(ours)))
    })
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_side_of_the_code_is_known_in_every_language_and_nothing_else_is() {
        for (language, [ask, rest]) in WORDS {
            let rest = rest.replace("{}", "60");
            for text in [ask, rest.as_str()] {
                let wrapped = text.to_uppercase().split(' ').map(|word| format!("| {word}\r\n")).collect::<String>();
                assert!(repeats_code_words(&wrapped), "{language}: {wrapped}");
            }
            let (thanks, _) = ask.split_once(". ").unwrap();
            assert!(!repeats_code_words(thanks), "{language}: {thanks}");
        }
        assert!(!repeats_code_words("I write this code into my answer: K7M4-T9X2. It was sent automatically."));
    }
}
