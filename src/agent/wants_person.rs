//! Whether a customer asks for a person, or writes what only a person should answer.
//!
//! Lists of words, and no more than that: who asks in other words is answered, and may ask again. The letter under every
//! answer names such a word in its language (S-28).

use crate::types::head;

/// A language, the words that ask for a person when they stand alone on a line, and phrases that ask wherever they stand.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Twenty languages. All in lower case.
#[rustfmt::skip]
pub const HUMAN: [Row; 20] = [
    ("en", &["human", "a human", "human please", "person", "real person", "agent", "operator"],
        &["talk to a human", "speak to a human", "speak with a human", "talk to a person", "speak to a person", "speak with a person", "real person", "real human", "human being", "human agent", "human support", "not a bot", "not a robot"]),
    ("de", &["mensch", "mensch bitte", "mitarbeiter", "person"],
        &["mit einem menschen", "mit einer person", "echten menschen", "echter mensch", "echte person", "mit einem mitarbeiter", "mit einer mitarbeiterin", "menschlichen mitarbeiter"]),
    ("fr", &["humain", "personne", "conseiller", "un humain"],
        &["parler à un humain", "parler a un humain", "parler à une personne", "vraie personne", "être humain", "un conseiller humain", "parler à quelqu'un", "parler à un conseiller"]),
    ("es", &["humano", "persona", "agente", "un humano"],
        &["hablar con un humano", "hablar con una persona", "persona real", "ser humano", "agente humano", "hablar con alguien"]),
    ("it", &["umano", "persona", "operatore"],
        &["parlare con un umano", "parlare con una persona", "persona reale", "persona vera", "essere umano", "parlare con un operatore", "operatore umano"]),
    ("pt", &["humano", "pessoa", "atendente"],
        &["falar com um humano", "falar com uma pessoa", "pessoa real", "pessoa de verdade", "ser humano", "atendente humano", "falar com alguém"]),
    ("nl", &["mens", "medewerker", "persoon"],
        &["met een mens", "een echt mens", "echt persoon", "echte persoon", "met een medewerker", "een persoon spreken", "iemand spreken"]),
    ("sv", &["människa", "person", "handläggare"],
        &["prata med en människa", "tala med en människa", "riktig människa", "riktig person", "en verklig person", "prata med en person"]),
    ("da", &["menneske", "person", "medarbejder"],
        &["tale med et menneske", "snakke med et menneske", "rigtigt menneske", "rigtig person", "tale med en medarbejder"]),
    ("no", &["menneske", "person", "kundebehandler"],
        &["snakke med et menneske", "prate med et menneske", "ekte menneske", "ekte person", "snakke med en person"]),
    ("fi", &["ihminen", "ihmiselle", "henkilö", "asiakaspalvelija"],
        &["puhua ihmisen kanssa", "oikea ihminen", "oikean ihmisen", "ihmisen kanssa", "puhua asiakaspalvelijan"]),
    ("pl", &["człowiek", "czlowiek", "konsultant", "osoba"],
        &["z człowiekiem", "z czlowiekiem", "z konsultantem", "żywym człowiekiem", "prawdziwą osobą", "z żywą osobą"]),
    ("cs", &["člověk", "clovek", "operátor"],
        &["s člověkem", "s clovekem", "skutečným člověkem", "živým člověkem", "s operátorem", "se skutečnou osobou"]),
    ("hu", &["ember", "emberrel", "ügyintéző"],
        &["emberrel beszélni", "beszélni egy emberrel", "valódi ember", "élő ember", "ügyintézővel"]),
    ("ro", &["om", "persoană", "operator", "uman"],
        &["vorbesc cu un om", "vorbi cu un om", "persoană reală", "persoana reala", "cu un operator", "ființă umană"]),
    ("tr", &["insan", "temsilci", "yetkili"],
        &["bir insanla", "gerçek bir insan", "gerçek kişi", "gerçek bir kişi", "müşteri temsilcisi", "insanla görüşmek"]),
    ("ru", &["человек", "оператор", "человека"],
        &["с человеком", "живым человеком", "живой человек", "с оператором", "реальным человеком", "настоящим человеком"]),
    ("el", &["άνθρωπος", "άνθρωπο", "εκπρόσωπος"],
        &["με άνθρωπο", "με έναν άνθρωπο", "πραγματικό άνθρωπο", "με εκπρόσωπο"]),
    ("ja", &["人間", "担当者", "オペレーター", "人"],
        &["人間と話", "担当者と話", "人と話", "オペレーターと話", "担当者につない", "人間に対応"]),
    ("zh", &["人工", "真人", "人工客服", "转人工"],
        &["人工客服", "转人工", "真人客服", "和真人", "跟真人", "轉人工", "真人客服"]),
];

/// Words after which only a person should answer: law, authorities, press. A simple list, checked as whole words.
const GRAVE: &[&str] = &[
    "lawyer",
    "lawyers",
    "attorney",
    "solicitor",
    "lawsuit",
    "sue",
    "suing",
    "legal action",
    "court",
    "police",
    "gdpr",
    "data protection",
    "journalist",
    "anwalt",
    "anwältin",
    "rechtsanwalt",
    "verklagen",
    "klage",
    "anzeige",
    "gericht",
    "polizei",
    "dsgvo",
    "datenschutz",
    "verbraucherschutz",
    "avocat",
    "tribunal",
    "plainte",
    "rgpd",
    "abogado",
    "abogada",
    "demanda",
    "denuncia",
    "juzgado",
    "avvocato",
    "denuncia",
    "tribunale",
    "querela",
    "advogado",
    "processo judicial",
    "advocaat",
    "rechtbank",
    "aangifte",
    "advokat",
    "domstol",
    "prawnik",
    "adwokat",
    "sąd",
    "avukat",
    "mahkeme",
    "адвокат",
    "юрист",
    "суд",
    "律师",
    "弁護士",
];

/// Lines looked at for a word that stands alone.
const LINES_MAX: usize = 200;

/// Octets looked at.
const TEXT_OCTETS_MAX: usize = 32 * 1024;

/// Whether the new text asks for a person, in whatever words.
pub fn asks_for_person(new_text: &str) -> bool {
    let text = folded(new_text);
    let line = in_one_line(&text);
    stands_alone(&text) || HUMAN.iter().any(|(.., phrases)| phrases.iter().any(|phrase| stands_in(&line, phrase)))
}

/// Whether HUMAN, or one of its words in other languages, stands alone on a line: what each letter of the AI promises to hear.
pub fn writes_human(new_text: &str) -> bool {
    stands_alone(&folded(new_text))
}

fn stands_alone(folded: &str) -> bool {
    let alone = |line: &str| {
        let line = line.trim_matches(|c: char| !c.is_alphanumeric()).replace(',', "");
        !line.is_empty() && HUMAN.iter().any(|(_, words, _)| words.contains(&line.as_str()))
    };
    folded.lines().take(LINES_MAX).any(alone)
}

/// The grave word that stands in the new text, if one does.
pub fn grave_word(new_text: &str) -> Option<&'static str> {
    let line = in_one_line(&folded(new_text));
    GRAVE.iter().find(|word| stands_in(&line, word)).copied()
}

/// Lower case, one kind of apostrophe, single spaces; lines stay apart.
fn folded(text: &str) -> String {
    let text = head(text, TEXT_OCTETS_MAX).to_lowercase().replace('’', "'");
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.collect::<Vec<_>>().join("\n")
}

/// A phrase may run over the end of a line.
pub(super) fn in_one_line(text: &str) -> String {
    text.replace('\n', " ")
}

/// Whether `phrase` stands in `line` as whole words; in scripts that do not part words, anywhere.
pub(super) fn stands_in(line: &str, phrase: &str) -> bool {
    let parts_words = phrase.chars().all(|c| c < '\u{2e80}');
    line.match_indices(phrase).any(|(at, found)| {
        let before = line[..at].chars().next_back().is_some_and(char::is_alphanumeric);
        let after = line[at + found.len()..].chars().next().is_some_and(char::is_alphanumeric);
        !parts_words || !before && !after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_asked_for_in_twenty_languages_s28() {
        for (language, words, phrases) in HUMAN {
            for word in words {
                assert!(asks_for_person(word), "{language}: {word}");
                assert!(asks_for_person(&format!("…\n\n {}! \n", word.to_uppercase())), "{language}: {word}");
            }
            for phrase in phrases {
                assert!(asks_for_person(&format!("… {phrase}…")), "{language}: {phrase}");
            }
        }
    }

    #[test]
    fn the_keyword_works_in_english_whatever_the_mail_is_written_in() {
        assert!(asks_for_person("HUMAN\n\nGrüße, Ada"));
    }

    #[test]
    fn a_phrase_is_found_over_the_end_of_a_line() {
        assert!(asks_for_person("I would like to speak\nto a human, please."));
    }

    #[test]
    fn a_word_within_a_sentence_asks_for_nobody() {
        for text in
            ["Is the shirt for one person or two?", "The agent is called Smith.", "Humanity!", "Mensch Meier", ""]
        {
            assert!(!asks_for_person(text), "{text}");
        }
    }

    #[test]
    fn grave_words_are_whole_words() {
        assert_eq!(grave_word("My lawyer will write to you."), Some("lawyer"));
        assert_eq!(grave_word("Ich werde Sie verklagen!"), Some("verklagen"));
        assert_eq!(grave_word("What is the courtyard issue?"), None);
    }
}
