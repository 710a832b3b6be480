//! Somebody who never saw it: how many clicks and keys until a customer is helped.

use crate::{
    shop::{ADA, Shop},
    support::hands::Screen,
};

/// Fewer than so many clicks and keys, from the login page on; letters of words do not count.
const PRESSES: u32 = 12;

#[test]
fn a_newcomer_answers_what_the_ai_handed_over_with_a_file_and_resolves_it_in_under_twelve_presses() {
    let shop = Shop::open(|_| ());
    let number = shop.hears(ADA, "Parcel", "I want to talk to a human being about my parcel, please!");
    let handed = number.clone();
    shop.daemon.until("people have it", move |api| api.conversation(&handed)["handed_off"].is_object());
    let file = shop.file("label.txt", "a new label");
    let mut newcomer = shop.comes("fay", "newcomer", Screen::Desk);
    let page = &mut newcomer.browser;

    page.press("[name=name]");
    page.write("fay");
    page.press("[name=password]");
    page.write("four wet kettles sing");
    page.follow("button.main");
    page.follow(".side a[href='/inbox?view=unassigned']");
    page.follow("a.item");
    page.press("#markdown");
    page.write("Here is a new label for your parcel.");
    page.attach("#files", &file);
    page.follow("#send-resolve");

    page.shows("main", "a new label for your parcel");
    let presses = page.presses();
    assert!(presses < PRESSES, "{presses} clicks and keys");
    newcomer.picture("answered");
    let row = shop.row(&number);
    assert_eq!(row["status"], "resolved");
    let letters = shop.entries(&number, "letter");
    let last = letters.last().unwrap();
    assert_eq!(last["enclosed"][0]["name"], "label.txt", "{last:#}");
    assert_eq!(last["author"]["person"], "fay", "{last:#}");
}
