//! What a word of a question stands for.

use super::*;

fn lexicon(tongue: Tongue, pieces: &[&str]) -> Lexicon {
    let mut lexicon = Lexicon::default();
    for text in pieces {
        lexicon.learn(text, tongue);
    }
    for text in pieces {
        let stems = lexicon.stems_of(text, tongue);
        lexicon.put(stems.iter());
    }
    lexicon
}

fn stands_for(lexicon: &Lexicon, word: &str, tongue: Tongue) -> Vec<String> {
    let asked = lexicon.asked(word, tongue, true);
    asked.into_iter().flat_map(|word| word.stands_for).map(|(.., stem)| stem).collect()
}

#[test]
fn a_word_stands_for_itself_its_relatives_and_its_kin() {
    let lexicon = lexicon(Tongue::English, &["We deliver parcels", "The refund and deliverability"]);
    assert_eq!(stands_for(&lexicon, "delivers", Tongue::English)[0], "deliv");
    assert!(stands_for(&lexicon, "packages", Tongue::English).contains(&"parcel".into()));
    assert!(stands_for(&lexicon, "dentist", Tongue::English).is_empty());
}

#[test]
fn mistakes_are_made_good_in_the_language_of_the_question_only() {
    let lexicon = lexicon(Tongue::English, &["The warranty lasts two years", "Invoices"]);
    for mistyped in ["warrnty", "waranty", "warrantyy", "warrnaty", "warramty"] {
        assert_eq!(stands_for(&lexicon, mistyped, Tongue::English), ["warranti"], "{mistyped}");
        assert!(lexicon.asked(mistyped, Tongue::English, false)[0].stands_for.is_empty(), "{mistyped}");
    }
    assert!(stands_for(&lexicon, "garrnty", Tongue::English).is_empty());
    assert!(lexicon.asked("wuld", Tongue::English, true).is_empty(), "a stop word with a letter left out");
}

#[test]
fn parts_of_a_compound_are_words_of_their_own() {
    let lexicon = lexicon(Tongue::German, &["Die Rechnung geht an diese Adresse.", "Rabatt für alle"]);
    let parts = stands_for(&lexicon, "Rechnungsanschrift", Tongue::German);
    assert!(parts.contains(&"rechnung".into()) && parts.contains(&"adress".into()), "{parts:?}");
    let asked = lexicon.asked("Studentenrabatt", Tongue::German, true);
    let seen: Vec<(&str, bool)> = asked.iter().map(|word| (word.word.as_str(), word.strange)).collect();
    assert_eq!(seen, [("studenten", true), ("rabatt", false)]);
}

#[test]
fn a_word_that_nobody_knows_is_strange_and_weighs_most() {
    let lexicon = lexicon(Tongue::English, &["Parcels arrive", "Parcels leave", "Refunds arrive"]);
    let asked = lexicon.asked("parcels japan", Tongue::English, true);
    let of = |name: &str| asked.iter().find(|word| word.word == name).unwrap();
    assert!(of("japan").strange && !of("parcels").strange);
    assert!(of("japan").weight > of("parcels").weight);
}

#[test]
fn the_distance_of_words_counts_letters() {
    let far = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), b, 2);
    assert_eq!(far("parcel", "parcel"), Some(0));
    assert_eq!(far("pracel", "parcel"), Some(1));
    assert_eq!(far("parcl", "parcel"), Some(1));
    assert_eq!(far("prcal", "parcel"), Some(2));
    assert_eq!(far("refund", "parcel"), None);
}

proptest::proptest! {
    #[test]
    fn any_question_can_be_asked_of_any_language(text in "\\PC{0,60}") {
        for tongue in Tongue::ALL {
            lexicon(tongue, &["Lieferung und Versand", "parcel"]).asked(&text, tongue, true);
        }
    }
}
