//! What a person decides: whose a conversation is and how it stands, what others read about it, what is let in.

use serde_json::json;

use crate::{
    shop::{ADA, BERT, SUPPORT, Shop},
    support::{hands::Screen, mails, smtp::hand_in},
};

#[test]
fn a_conversation_is_noted_taken_given_tagged_put_off_closed_and_merged_at_a_desk() {
    decide(Screen::Desk);
}

#[test]
fn a_conversation_is_noted_taken_given_tagged_put_off_closed_and_merged_on_a_phone() {
    decide(Screen::Phone);
}

#[test]
fn held_mail_is_looked_at_let_in_and_thrown_out_and_says_why_at_a_desk() {
    held(Screen::Desk);
}

#[test]
fn held_mail_is_looked_at_let_in_and_thrown_out_and_says_why_on_a_phone() {
    held(Screen::Phone);
}

fn decide(screen: Screen) {
    let shop = Shop::of_people();
    let number = shop.hears(ADA, "Kettle", "The kettle sings too loud.");
    let other = shop.hears(ADA, "Kettle again", "It also drips.");
    shop.employs("bob", "agent");
    let mut eve = shop.works("eve", "deciding", screen);
    let page = &mut eve.browser;
    page.go(&format!("c/{number}"));

    // A note that means somebody, by its key.
    page.key("n");
    page.until("document.activeElement.id === 'note'");
    page.write("Have a look, @bob: **urgent**.");
    page.follow("button=Keep the note");
    page.shows(".message.note", "urgent");
    let notes = shop.entries(&number, "note");
    assert_eq!((&notes[0]["by"], &notes[0]["mentions"]), (&json!("eve"), &json!(["bob"])), "{:#}", notes[0]);
    assert_eq!(shop.api().get("/api/v1/mentions/bob").as_array().unwrap().len(), 1);

    // Mine by its key, the AI's, Bob's.
    page.press("h1");
    page.key_leads("t");
    page.shows("main", "It is yours now.");
    assert_eq!(shop.row(&number)["owner"], json!({ "person": "eve" }));
    page.follow("button=Give to the AI");
    // It looks, sees that it may answer nobody here, and hands it to the team again.
    assert!(shop.entries(&number, "event").iter().any(|event| event["name"] == "given_back"));
    page.choose("select[name=to]", "bob");
    page.follow("button=Assign");
    page.shows("#head", "bob");
    assert_eq!(shop.row(&number)["owner"], json!({ "person": "bob" }));

    // Tags, there and away again.
    page.fill("[name=tags]", "#vip, refund");
    page.follow("button=Save tags");
    page.shows("#head", "#vip");
    assert_eq!(shop.row(&number)["tags"], json!(["refund", "vip"]));
    page.fill("[name=tags]", "vip");
    page.follow("button=Save tags");
    assert_eq!(shop.row(&number)["tags"], json!(["vip"]));

    // Asleep, and awake.
    page.choose("select[name=until]", "1d");
    page.follow("button=Snooze");
    page.shows("#head", "asleep until");
    assert!(shop.row(&number)["snoozed_until"].is_u64());
    page.go("inbox?view=snoozed");
    page.shows("#list", "Kettle");
    page.go(&format!("c/{number}"));
    page.choose("select[name=until]", "not any more");
    page.follow("button=Snooze");
    assert!(shop.row(&number)["snoozed_until"].is_null());

    // Closed by its key, open, closed without a solution, open.
    page.press("h1");
    page.key_leads("e");
    page.shows("#head", "resolved");
    assert_eq!(shop.row(&number)["status"], "resolved");
    page.follow("button=Open again");
    assert_eq!(shop.row(&number)["status"], "open");
    page.follow("button=Close unresolved");
    assert_eq!(shop.row(&number)["status"], "unresolved");
    page.follow("button=Open again");
    assert_eq!(shop.row(&number)["status"], "open");
    eve.picture("decided");

    // Two become one, and the contact is blocked.
    let page = &mut eve.browser;
    page.press("summary=More");
    page.fill("[name=other]", &other);
    page.follow("button=Merge");
    page.shows("#timeline", "It also drips.");
    assert_eq!(shop.row(&other)["number"].to_string(), number);
    page.press("summary=More");
    page.fill("form[action$='/block'] [name=why]", "sells kettles");
    page.follow("button=Block the contact");
    page.shows("main", "Blocked.");
    let blocked = shop.api().get("/api/v1/blocked");
    assert!(blocked.to_string().contains(ADA), "{blocked}");
}

fn held(screen: Screen) {
    let shop = Shop::of_people();
    let number = shop.hears(BERT, "Known", "I am who I am.");
    let strict = "bob@strict.example";
    let arrives = |id: &str, subject: &str| {
        let mail = mails::mail(strict, SUPPORT, id, subject, "", "Where is my parcel?");
        hand_in(&shop.daemon, strict, &[SUPPORT], &mail)
    };
    let let_in = arrives("1@strict.example", "Parcel");
    arrives("2@strict.example", "Parcels");
    let mut eve = shop.works("eve", "held", screen);
    eve.unfolds_menu();
    let page = &mut eve.browser;
    page.follow(".side a[href='/held']");
    page.shows("#list", "Parcels");
    eve.picture("list");

    // In.
    let page = &mut eve.browser;
    page.follow(&format!("a[href='/held/{let_in}']"));
    page.shows("main", "Where is my parcel?");
    page.shows(".said.warn", "strict.example");
    eve.picture("mail");
    let page = &mut eve.browser;
    page.follow("button=Release");
    page.shows("#timeline", "Where is my parcel?");
    assert_eq!(shop.api().held().len(), 1);
    assert!(page.place().starts_with("/c/"), "{}", page.place());

    // Why, step by step, and back.
    page.follow("a=Why is it here?");
    page.shows("main", "The SMTP dialogue");
    page.shows("main", "eve released it from the held list");
    eve.picture("why");
    let page = &mut eve.browser;
    page.follow("#back");
    page.shows("#timeline", "Where is my parcel?");

    // Out.
    page.go("held");
    page.follow("a.item");
    page.fill("[name=why]", "not Bob");
    page.follow("button=Throw out");
    page.shows("#list", "Nothing is held.");
    assert!(shop.api().held().is_empty());

    // What leaves: a letter to a server that nobody can reach waits, and is not sent any more.
    page.go("queue");
    page.shows("main", "Everything has left.");
    assert_eq!(shop.row(&number)["status"], "open");
}
