//! A browser that runs no script: reading, answering, noting and closing work all the same.

use crate::{
    shop::{ADA, Shop},
    support::hands::Screen,
};

#[test]
fn without_scripts_a_conversation_is_read_answered_noted_and_resolved() {
    let shop = Shop::of_people();
    let number = shop.hears(ADA, "Kettle", "The kettle sings too loud.");
    let file = shop.file("manual.txt", "Turn it down.");
    let mut eve = shop.comes("eve", "plain", Screen::Phone);
    eve.browser.scripts(false);
    eve.browser.go("inbox");
    eve.logs_in();
    let page = &mut eve.browser;
    page.follow(".side a[href='/inbox?view=open']");
    page.follow("a.item");
    assert!(page.words("#timeline").contains("sings too loud"));
    assert!(!page.has("button=Preview"), "a button that does nothing is not shown");
    page.fill("#note", "She called.");
    page.follow("button=Keep the note");
    assert!(page.words("#timeline").contains("She called."));
    page.fill("#markdown", "Turn it down.");
    page.attach("#files", &file);
    page.follow("#send");
    assert!(page.words("#timeline").contains("Turn it down."));
    page.follow("#resolve");
    assert!(page.words("#head").contains("resolved"));
    eve.picture("resolved");
    let row = shop.row(&number);
    assert_eq!(row["status"], "resolved");
    let letters = shop.entries(&number, "letter");
    assert_eq!(letters[0]["enclosed"][0]["name"], "manual.txt", "{:#}", letters[0]);
    assert_eq!(shop.entries(&number, "note").len(), 1);
}
