//! The knowledge folder from outside: what is found, what is passed over, what a change does.

use std::fs;

use super::*;
use crate::{
    agent::{Case, samples, words::Tongue},
    config,
    store::ConversationRow,
    types::{Address, Level},
};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn known(folder: &tempfile::TempDir) -> Knowledge {
    Knowledge::load(Some(folder.path()), Clock::testing_fixed(0)).unwrap()
}

fn best(knowledge: &Knowledge, question: &str) -> Option<Passage> {
    knowledge.search(question, 1).unwrap().pop()
}

#[test]
fn one_page_is_enough_to_be_answered_from() {
    let page =
        "# Shipping times\n\nOrders placed before noon are shipped the same day.\n\n- Austria: 2 to 3 working days\n";
    let knowledge = known(&folder(&[("shipping.md", page)]));
    let support = |question| best(&knowledge, question).map_or(0, |passage| passage.support_percent);
    assert!(support("How long does shipping to Austria take?") >= 60);
    assert!(support("How long does the kayak float to Austria?") < 60);
}

#[test]
fn a_question_finds_its_passage_in_every_kind_of_file() {
    let folder = folder(&[
        ("a/shipping.md", "# Shipping times\n\nParcels to Austria arrive within three days.\n"),
        ("returns.html", "<h1>Returns</h1><p>Send shoes back within 30 days.</p>"),
        ("hours.txt", "Opening hours\n\nThe shop in Vienna is open from nine to five.\n"),
        ("notes.pdf", "shipping"),
    ]);
    let knowledge = known(&folder);
    assert_eq!(knowledge.size(), (3, 3));
    for (question, file) in [
        ("How long does shipping to Austria take?", "a/shipping.md"),
        ("Can I send my shoes back?", "returns.html"),
        ("When is the shop in Vienna open?", "hours.txt"),
    ] {
        let passage = best(&knowledge, question).unwrap();
        assert_eq!(passage.file, file);
        assert!(passage.support_percent >= 60, "{passage:?}");
    }
}

#[test]
fn a_question_in_another_language_is_stemmed_in_that_of_the_page() {
    let folder = folder(&[
        ("versand.md", "# Versand und Lieferung\n\nEine Lieferung nach Österreich dauert zwei Tage.\n"),
        ("ruecksendung.md", "# Rücksendung\n\nDie Schuhe können Sie innerhalb von 30 Tagen zurückschicken.\n"),
    ]);
    let passage = best(&known(&folder), "Wie lange dauern Lieferungen nach Österreich?").unwrap();
    assert_eq!((passage.file.as_str(), passage.tongue), ("versand.md", Tongue::German));
    assert!(passage.support_percent >= 60, "{passage:?}");
}

#[test]
fn one_word_in_common_is_no_support() {
    let folder = folder(&[("shipping.md", "# Shipping\n\nParcels to Austria arrive within three days.\n")]);
    let knowledge = known(&folder);
    assert!(best(&knowledge, "Do you like Austria?").is_none_or(|passage| passage.support_percent < 60));
    assert!(best(&knowledge, "Can you recommend a dentist?").is_none_or(|passage| passage.support_percent == 0));
}

#[test]
fn a_change_is_found_by_the_next_search_and_a_look_is_not_taken_each_time() {
    let folder = folder(&[("a.md", "# Shipping\n\nTo Austria.\n")]);
    let clock = Clock::testing_fixed(0);
    let knowledge = Knowledge::load(Some(folder.path()), clock.clone()).unwrap();
    fs::write(folder.path().join("b.md"), "# Invoices\n\nInvoices come by mail.\n").unwrap();
    assert!(best(&knowledge, "invoices").is_none());
    clock.testing_advance(LOOK_EVERY);
    assert_eq!(best(&knowledge, "invoices").unwrap().file, "b.md");
    assert!(!knowledge.reload().unwrap());
}

#[test]
fn a_folder_that_goes_away_leaves_what_was_known() {
    let folder = folder(&[("a.md", "# Shipping\n\nTo Austria.\n")]);
    let clock = Clock::testing_fixed(0);
    let knowledge = Knowledge::load(Some(folder.path()), clock.clone()).unwrap();
    fs::remove_dir_all(folder.path()).unwrap();
    clock.testing_advance(LOOK_EVERY);
    assert!(best(&knowledge, "shipping").is_some());
    assert!(knowledge.reload().is_err());
}

#[test]
fn without_a_folder_nothing_is_known_and_a_missing_one_is_an_error() {
    let knowledge = Knowledge::load(None, Clock::testing_fixed(0)).unwrap();
    assert!(best(&knowledge, "shipping").is_none());
    let missing = Path::new("/nowhere/at/all");
    assert!(Knowledge::load(Some(missing), Clock::testing_fixed(0)).is_err());
}

#[test]
fn what_is_too_large_or_leads_outside_is_passed_over_by_name() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.md"), "# Secret\n\ncanary\n").unwrap();
    let folder = folder(&[("a.md", "# Shipping\n\nTo Austria.\n"), (".hidden/b.md", "# Hidden\n\ncanary\n")]);
    fs::write(folder.path().join("huge.md"), vec![b'a'; FILE_BYTES_MAX as usize + 1]).unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret.md"), folder.path().join("link.md")).unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("dir")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("a.md"), folder.path().join("within.md")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("gone.md")).unwrap();

    let knowledge = known(&folder);

    assert!(best(&knowledge, "canary").is_none());
    assert_eq!(knowledge.size().0, 2);
    let warnings = knowledge.warnings().join("\n");
    for name in ["huge.md", "link.md", "gone.md"] {
        assert!(warnings.contains(name), "{warnings}");
    }
}

#[test]
fn a_paragraph_that_its_editor_wrapped_is_quoted_as_one_line() {
    let page =
        "# Shipping\n\nParcels to Austria\narrive within [three\ndays](https://acme.example/days).\n\n- one\n- two\n";
    let passage = best(&known(&folder(&[("a.md", page)])), "When do parcels to Austria arrive?").unwrap();
    let quoted = "Parcels to Austria arrive within [three days](<https://acme.example/days>).";
    assert!(passage.text.starts_with(quoted), "{}", passage.text);
    assert!(passage.text.contains("- one\n- two"), "{}", passage.text);
}

fn segment(name: &str, contact: &str) -> Segment {
    Segment { name: name.into(), contacts: vec![config::Contacts::Address(Address::parse(contact).unwrap())] }
}

#[test]
fn a_page_for_some_is_found_by_nobody_else() {
    let folder = folder(&[
        ("open.md", "# Shipping\n\nParcels arrive within three days.\n"),
        (
            "prices.md",
            "---\nsegments: [partners]\naddresses: [b2b@acme.example]\n---\n# Wholesale prices\n\nA parcel of lamps costs ten.\n",
        ),
        ("draft.md", "---\ndraft: true\n---\n# Parcels on Mars\n\nParcels to Mars arrive next year.\n"),
        ("slip.md", "---\nsegments: [partners\n---\n# Parcels of gold\n\nParcels of gold are secret.\n"),
    ]);
    let segments = vec![segment("partners", "ada@partner.example")];
    let knowledge = Knowledge::unread(Some(folder.path()), segments, Clock::testing_fixed(0)).unwrap();
    let found = |address: &str, contact: &str| -> Vec<String> {
        let [address, contact] = [address, contact].map(|text| Address::parse(text).ok());
        let found = knowledge.search_for(&Reader { address, contact }, "wholesale prices of parcels", 10).unwrap();
        found.into_iter().map(|passage| passage.file).collect()
    };

    assert_eq!(found("b2b@acme.example", "ada@partner.example"), ["prices.md", "open.md"]);
    for (address, contact) in [
        ("b2b@acme.example", "eve@partner.example"),
        ("support@acme.example", "ada@partner.example"),
        ("b2b@acme.example", ""),
        ("", "ada@partner.example"),
    ] {
        assert_eq!(found(address, contact), ["open.md"], "{address} {contact}");
    }
    assert!(knowledge.search("wholesale", 10).unwrap().is_empty());
    assert_eq!(knowledge.pages().iter().filter(|page| page.audience.draft).count(), 2);
    assert!(knowledge.warnings().join("\n").contains("slip.md"), "{:?}", knowledge.warnings());
}

#[test]
fn pages_of_others_take_no_place_away() {
    let closed = "---\nsegments: [partners]\n---\n# Parcels\n\nParcels and parcels.\n";
    let names: Vec<String> = (0..120).map(|number| format!("{number}.md")).collect();
    let mut files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), closed)).collect();
    files.push(("open.md", "# Shipping\n\nSome day the parcels arrive, and everybody who waited for them is glad.\n"));
    let folder = folder(&files);
    assert_eq!(best(&known(&folder), "parcels").unwrap().file, "open.md");
}

#[test]
fn a_segment_needs_proof_of_who_asks() {
    let case = samples::case("Prices", "What do lamps cost?");
    let with = |level| Reader::of(&Case { row: ConversationRow { level, ..case.row.clone() }, ..case.clone() });
    assert_eq!(with(Level::Unproven).contact, None);
    assert_eq!(with(Level::Authenticated).contact, Some(case.row.contact.clone()));
}

#[test]
fn a_search_says_why() {
    let folder = folder(&[("shipping.md", "# Shipping\n\nParcels to Austria arrive within three days.\n")]);
    let found = known(&folder).explain(&Reader::default(), "shipping a package to Japan", 1).unwrap().remove(0);
    let word = |name: &str| found.words.iter().find(|word| word.word == name).unwrap();
    assert!(word("shipping").in_heading && word("shipping").share >= 1.0);
    assert_eq!((word("package").as_stem.as_str(), word("package").share < 1.0), ("parcel", true));
    assert!(word("japan").strange && word("japan").share <= 0.0);
    assert_eq!(found.words[0].word, "japan");
}

#[test]
fn a_page_that_answers_certain_questions_is_quoted_whole_before_all_others() {
    let answer =
        format!("# Cancelling\n\n{}\n\n## How\n\nWrite to us.\n", "We cancel while nothing is packed. ".repeat(40));
    let folder = folder(&[
        (
            "orders.md",
            "# Orders\n\n## Orders and delivery\n\nYour order is delivered within a week, cancelled or not.\n",
        ),
        (
            "cancel.md",
            &format!(
                "---\nasks: [Can I still cancel my order?, \"How do I stop, or revoke, a purchase?\"]\n---\n{answer}"
            ),
        ),
    ]);
    let knowledge = known(&folder);
    for question in ["can I cancel the order", "How can a purchase be revoked?"] {
        let found = knowledge.search(question, 3).unwrap();
        assert_eq!((found[0].file.as_str(), found[0].heading.as_str()), ("cancel.md", "Cancelling"), "{question}");
        assert!(found[0].text.contains("nothing is packed") && found[0].text.ends_with("Write to us."));
        assert_eq!(found.iter().filter(|passage| passage.file == "cancel.md").count(), 1, "{question}");
    }
}

#[test]
fn words_to_the_model_are_for_their_addresses_and_quoted_to_nobody() {
    let folder = folder(&[
        ("tone.md", "---\ninstructions: true\n---\n# Tone\n\nBe brief about parcels.\n"),
        ("b2b.md", "---\ninstructions: true\naddresses: [b2b@acme.example]\n---\nName no prices of parcels.\n"),
        ("later.md", "---\ninstructions: true\ndraft: true\n---\nSing of parcels.\n"),
        ("open.md", "# Shipping\n\nParcels arrive.\n"),
    ]);
    let knowledge = known(&folder);
    let to = |address: &str| knowledge.instructions(&Reader { address: Address::parse(address).ok(), contact: None });
    assert_eq!(to("support@acme.example"), ["Be brief about parcels."]);
    assert_eq!(to("b2b@acme.example"), ["Name no prices of parcels.", "Be brief about parcels."]);
    let found = knowledge.search("parcels", 10).unwrap();
    assert_eq!(found.iter().map(|passage| passage.file.as_str()).collect::<Vec<_>>(), ["open.md"]);
}
