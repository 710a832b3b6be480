//! What a person writes to a customer: a reply with its preview, files and recipients, taken back, prepared, and the AI's draft.

use serde_json::{Value, json};

use crate::{
    shop::{ADA, SUPPORT, Shop},
    support::{daemon::QUESTION, hands::Screen},
};

/// Seconds that a letter can be taken back: longer than any test.
const UNDO: &str = "undo_secs = 600";

#[test]
fn a_reply_is_written_taken_back_changed_and_sent_at_a_desk() {
    reply(Screen::Desk);
}

#[test]
fn a_reply_is_written_taken_back_changed_and_sent_on_a_phone() {
    reply(Screen::Phone);
}

#[test]
fn a_draft_of_the_ai_is_sent_changed_thrown_away_and_asked_for_anew_at_a_desk() {
    drafts(Screen::Desk);
}

#[test]
fn a_draft_of_the_ai_is_sent_changed_thrown_away_and_asked_for_anew_on_a_phone() {
    drafts(Screen::Phone);
}

fn reply(screen: Screen) {
    let shop = Shop::open(|house| {
        house.change("autopilot = \"on\"", "autopilot = \"off\"");
        house.change("undo_secs = 0", UNDO);
    });
    let number = shop.hears(ADA, "Kettle", "The kettle sings too loud.");
    let hours =
        json!({ "title": "Our hours", "markdown": "Dear {{contact.name}}, we are here from 9 to 5.", "by": "eve" });
    shop.api().send("PUT", "/api/v1/canned/hours", &hours);
    let file = shop.file("manual.txt", "Turn it down.");
    let mut eve = shop.works("eve", "answering", screen);
    let page = &mut eve.browser;
    page.go(&format!("c/{number}"));
    page.shows("#timeline", "sings too loud");

    // The preview is what will be sent.
    page.fill("#markdown", "Turn it **down**, please.");
    page.press("#show-preview");
    page.until("document.querySelector('#preview strong')?.textContent === 'down'");
    page.write(" And keep it dry.");
    page.shows("#preview", "And keep it dry.");
    eve.picture("preview");

    // To another address, with a copy and a file.
    let page = &mut eve.browser;
    assert_eq!(page.value("[name=to]"), ADA);
    page.fill("[name=to]", "ada.home@customer.example");
    page.fill("[name=cc]", "carl@customer.example");
    page.attach("#files", &file);
    page.follow("#send");
    page.shows("main", "You can take it back until then.");
    let letters = shop.entries(&number, "letter");
    assert_eq!(recipients(&letters[0]), ["ada.home@customer.example", "carl@customer.example"], "{:#}", letters[0]);
    assert_eq!(letters[0]["enclosed"][0]["name"], "manual.txt");
    assert!(letters[0]["text"].as_str().unwrap().contains("And keep it dry."));
    eve.picture("sent");

    // Taken back: nothing leaves, and its words, recipients and file are there again.
    let page = &mut eve.browser;
    page.follow("button=Take it back");
    page.shows("main", "Taken back before it left.");
    assert_eq!(page.value("#markdown"), "Turn it **down**, please. And keep it dry.");
    assert_eq!(page.value("[name=to]"), "ada.home@customer.example");
    assert!(page.words("#reply-form").contains("manual.txt"));
    assert_eq!(shop.row(&number)["draft"]["markdown"], "Turn it **down**, please. And keep it dry.");

    // A prepared reply in its place, to the customer herself, by the key that sends.
    page.fill("#markdown", "");
    page.choose("#canned", "Our hours");
    page.until("document.querySelector('#markdown').value.includes('we are here from 9 to 5')");
    assert!(page.value("#markdown").starts_with("Dear Customer, "), "{}", page.value("#markdown"));
    page.fill("[name=to]", ADA);
    page.fill("[name=cc]", "");
    page.press("#markdown");
    page.key_leads("Control+Enter");
    page.shows("#timeline", "we are here from 9 to 5");
    let letters = shop.entries(&number, "letter");
    let last = letters.last().unwrap();
    assert_eq!(recipients(last), [ADA], "{last:#}");
    assert_eq!(last["author"]["person"], "eve", "{last:#}");
    assert_eq!(page.value("#markdown"), "", "what was sent is not begun any more");
}

fn recipients(letter: &Value) -> Vec<&str> {
    letter["recipients"].as_array().unwrap().iter().map(|one| one["to"].as_str().unwrap()).collect()
}

fn drafts(screen: Screen) {
    let shop = Shop::open(|house| house.change("autopilot = \"on\"", "autopilot = \"assist\""));
    let asked = |subject: &str| {
        let number = shop.hears(ADA, subject, QUESTION);
        let waits = number.clone();
        shop.daemon.until("a draft waits", move |api| api.conversation(&waits)["draft"].is_object());
        number
    };
    let mut eve = shop.works("eve", "drafts", screen);

    // As it is, from the view of drafts.
    let sent = asked("Password one");
    eve.unfolds_menu();
    let page = &mut eve.browser;
    page.follow(".side a[href='/inbox?view=drafts']");
    page.follow("a.item");
    assert!(page.words("section.card").contains("The AI would answer"));
    eve.picture("waits");
    let page = &mut eve.browser;
    page.follow("#send-draft");
    page.shows("#timeline", "valid for 60 minutes");
    assert_eq!(shop.entries(&sent, "letter").len(), 1);
    assert!(shop.row(&sent)["draft"].is_null());

    // With other words.
    let changed = asked("Password two");
    page.go(&format!("c/{changed}"));
    let words = page.value("#markdown");
    assert!(words.contains("valid for 60 minutes"), "{words}");
    page.fill("#markdown", &format!("{words}\n\nWrite again if it does not help."));
    page.follow("#send");
    page.shows("#timeline", "Write again if it does not help.");
    let letters = shop.entries(&changed, "letter");
    assert!(letters[0]["origin"]["draft_edited"]["kept_percent"].as_u64().unwrap() > 80, "{:#}", letters[0]);

    // Anew: the built-in answerer cannot, and says so; then thrown away.
    let thrown = asked("Password three");
    page.go(&format!("c/{thrown}"));
    page.fill("#instruction", "shorter, please");
    page.follow("button=Write another");
    page.shows("main", "The AI writes another draft.");
    let refused = thrown.clone();
    shop.daemon.until("it could not", move |api| {
        let row = api.conversation(&refused);
        row["timeline"].as_array().unwrap().iter().any(|line| line["name"] == "not_rewritten")
    });
    page.go(&format!("c/{thrown}"));
    page.follow("button=Throw away");
    page.shows("main", "Thrown away.");
    assert!(!page.has("#send-draft"));
    assert!(shop.row(&thrown)["draft"].is_null());
    assert!(shop.entries(&thrown, "letter").is_empty());
    assert_eq!(shop.row(&thrown)["address"], SUPPORT);
}
