//! In, around and out: the login, the lists, search, keys, and the way out.

use crate::{
    shop::{ADA, BERT, BILLING, Shop},
    support::hands::Screen,
};

#[test]
fn people_log_in_find_their_way_and_log_out_at_a_desk() {
    find_the_way(Screen::Desk);
}

#[test]
fn people_log_in_find_their_way_and_log_out_on_a_phone() {
    find_the_way(Screen::Phone);
}

fn find_the_way(screen: Screen) {
    let shop = Shop::of_people();
    shop.hears(ADA, "Kettle", "The kettle sings too loud.");
    let invoice = shop.hears_at(BILLING, BERT, "Invoice", "There are two invoices.");
    shop.api().send(
        "POST",
        &format!("/api/v1/conversations/{invoice}/tags"),
        &serde_json::json!({ "add": ["vip"], "remove": [] }),
    );
    let mut eve = shop.comes("eve", "finding", screen);
    let page = &mut eve.browser;

    // A wrong password is told, and the login name is still there.
    page.fill("[name=name]", "eve");
    page.fill("[name=password]", "a wrong one, quite");
    page.follow("button.main");
    assert!(page.has("[role=alert]"), "{}", page.words("body"));
    assert_eq!(page.value("[name=name]"), "eve");
    let refused = page.happened();
    assert!(refused.iter().all(|one| one.contains("status of 4")), "{refused:?}");
    eve.logs_in();
    let page = &mut eve.browser;
    assert_eq!(page.place(), "/inbox");
    assert_eq!(shop.api().get("/api/v1/sessions").as_array().unwrap().len(), 1);

    // The views, by the menu.
    eve.unfolds_menu();
    let page = &mut eve.browser;
    page.follow(".side a[href='/inbox?view=open']");
    assert_eq!(page.words("h1"), "All open");
    page.shows("#list", "Kettle");
    page.shows("#list", "Invoice");
    assert!(page.words("#list").contains("#vip"));
    eve.picture("list");

    // Filters: address, tag, level.
    let page = &mut eve.browser;
    page.choose("#filter-address", BILLING);
    page.follow("button=Filter");
    assert!(page.words("#list").contains("Invoice") && !page.words("#list").contains("Kettle"));
    page.go("inbox?view=open");
    page.fill("#filter-tag", "vip");
    page.follow("button=Filter");
    assert!(page.words("#list").contains("Invoice") && !page.words("#list").contains("Kettle"));
    page.choose("#filter-level", "forged");
    page.follow("button=Filter");
    page.shows("#list", "Nothing waits here.");

    // Keys: down, down, up, open, back, search, the list of keys, another view.
    page.go("inbox?view=open");
    page.key("j");
    page.key("j");
    page.key("k");
    assert_eq!(page.ask("return document.activeElement === document.querySelectorAll('a.item')[0]"), true);
    page.key_leads("Enter");
    assert!(page.place().starts_with("/c/"), "{}", page.place());
    page.key_leads("u");
    assert_eq!(page.place(), "/inbox?view=open");
    page.key("?");
    page.until("document.querySelector('dialog#keys').open");
    eve.picture("keys");
    let page = &mut eve.browser;
    page.key("Escape");
    page.until("!document.querySelector('dialog#keys').open");
    page.key("g");
    page.key_leads("m");
    assert_eq!(page.words("h1"), "Mine");
    page.shows("#list", "Nothing waits here.");

    // Search, by its key.
    page.key("/");
    page.until("document.activeElement.id === 'search'");
    page.write("kettle");
    page.key_leads("Enter");
    assert_eq!(page.words("h1"), "Found");
    assert_eq!(page.value("#search"), "kettle");

    // Out: the login is over, and its cookie is worth nothing.
    eve.unfolds_menu();
    let page = &mut eve.browser;
    page.follow("button=Log out");
    assert!(shop.api().get("/api/v1/sessions").as_array().unwrap().is_empty());
    page.go("inbox?view=open");
    assert!(page.has("[name=password]"), "{}", page.words("body"));
}
