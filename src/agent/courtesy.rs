//! Greetings and closing lines that an answer may have without a page that carries them: a small fixed set, because whatever
//! else stands in a letter must be carried (S-22).

use super::words::Tongue;

/// The greeting and the closing line of a language.
pub(super) fn of(tongue: Tongue) -> (&'static str, &'static str) {
    match tongue {
        Tongue::English => ("Hello,", "Kind regards"),
        Tongue::German => ("Guten Tag,", "Freundliche Grüße"),
        Tongue::French => ("Bonjour,", "Cordialement"),
        Tongue::Spanish => ("Hola:", "Un saludo"),
        Tongue::Italian => ("Buongiorno,", "Cordiali saluti"),
        Tongue::Portuguese => ("Olá,", "Com os melhores cumprimentos"),
        Tongue::Dutch => ("Hallo,", "Met vriendelijke groet"),
        Tongue::Swedish => ("Hej,", "Vänliga hälsningar"),
        Tongue::Danish => ("Hej,", "Venlig hilsen"),
        Tongue::Norwegian => ("Hei,", "Vennlig hilsen"),
        Tongue::Finnish => ("Hei,", "Ystävällisin terveisin"),
        Tongue::Hungarian => ("Jó napot kívánok!", "Üdvözlettel"),
        Tongue::Russian => ("Здравствуйте!", "С уважением"),
    }
}

/// Whether a paragraph is one of them, but for the sign at its end.
pub(super) fn is_courtesy(markdown: &str) -> bool {
    let bare = |text: &str| text.trim().trim_end_matches([',', '.', '!', ':']).to_lowercase();
    let said = bare(markdown);
    Tongue::ALL.into_iter().map(of).any(|(greeting, closing)| said == bare(greeting) || said == bare(closing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_one_in_its_exact_words_only() {
        for polite in ["Hello,", "hello!", " Kind regards", "Guten Tag", "Freundliche Grüße,", "Здравствуйте!"]
        {
            assert!(is_courtesy(polite), "{polite}");
        }
        for more in ["Hello Ada,", "Hello, your refund is granted", "", "Regards from the CEO", "Kind\nregards"] {
            assert!(!is_courtesy(more), "{more}");
        }
    }
}
