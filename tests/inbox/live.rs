//! Two people at once: who is there, what appears without a reload, and a reply under which the conversation moves on.

use serde_json::json;

use crate::{
    shop::{ADA, SUPPORT, Shop},
    support::{hands::Screen, mails, smtp::hand_in},
};

/// Within which somebody else sees what was done. Milliseconds.
const SEEN_WITHIN: f64 = 1_000.0;

/// Keeps the moment at which words come up in `#timeline` or `#list`: of the wall, which all browsers of one machine share.
fn watch(place: &str, words: &str) -> String {
    format!(
        "window.came = new Promise((tell) => {{ const look = () => {{ \
         if (document.querySelector('{place}').innerText.includes('{words}')) \
         {{ watcher.disconnect(); tell(performance.timeOrigin + performance.now()); }} }}; \
         const watcher = new MutationObserver(look); \
         watcher.observe(document.querySelector('{place}'), {{ childList: true, subtree: true }}); look(); }}); return true;"
    )
}

#[test]
fn two_people_see_each_other_and_what_the_other_does_within_a_second() {
    let shop = Shop::of_people();
    let number = shop.hears(ADA, "Kettle", "The kettle sings too loud.");
    let mut ann = shop.works("ann", "two-ann", Screen::Desk);
    let mut bob = shop.works("bob", "two-bob", Screen::Phone);

    // Both are there, and each is told of the other; then one writes.
    ann.browser.go(&format!("c/{number}"));
    bob.browser.go(&format!("c/{number}"));
    bob.browser.shows("#presence", "ann is here");
    ann.browser.shows("#presence", "bob is here");
    ann.browser.press("#markdown");
    ann.browser.write("Turn it d");
    bob.browser.shows("#presence", "ann is writing");
    bob.picture("writing");

    // Ann's note comes up at Bob's, who reloads nothing. It is timed from before her click.
    ann.browser.fill("#note", "He called twice.");
    bob.browser.ask("window.stayed = true;");
    bob.browser.ask(&watch("#timeline", "He called twice."));
    let clicked = ann.browser.ask("window.x = 0; return performance.timeOrigin + performance.now();");
    ann.browser.follow("button=Keep the note");
    let came = bob.browser.promised("window.came");
    let took = came.as_f64().unwrap() - clicked.as_f64().unwrap();
    assert!(took <= SEEN_WITHIN, "{took} ms");
    assert_eq!(bob.browser.evaluate("window.stayed"), true, "without a reload");
    assert_eq!(shop.entries(&number, "note").len(), 1);
    // Who is there stays on the page when the page moves on.
    bob.browser.shows("#presence", "ann is");
    assert_eq!(ann.browser.value("#markdown"), "Turn it d", "what she had begun is there again");
}

#[test]
fn a_new_mail_comes_up_in_the_list_by_itself() {
    let shop = Shop::of_people();
    let mut ann = shop.works("ann", "new-mail", Screen::Desk);
    let page = &mut ann.browser;
    page.go("inbox?view=open");
    page.shows("#list", "Nothing waits here.");
    page.until("performance.getEntriesByType('resource').length > 0");
    page.ask(&watch("#list", "Kettle"));
    shop.hears(ADA, "Kettle", "The kettle sings too loud.");
    let accepted = page.evaluate("performance.timeOrigin + performance.now()").as_f64().unwrap();
    let came = page.promised("window.came").as_f64().unwrap();
    assert!(came - accepted <= SEEN_WITHIN, "{} ms", came - accepted);
    page.shows("#views", "1");
}

#[test]
fn a_reply_under_which_a_newer_mail_comes_is_not_lost_and_says_so() {
    let shop = Shop::of_people();
    let number = shop.hears(ADA, "Kettle", "The kettle sings too loud.");
    let mut ann = shop.works("ann", "moved", Screen::Desk);
    let page = &mut ann.browser;
    page.go(&format!("c/{number}"));
    page.fill("#markdown", "Turn it down.");
    let more = mails::mail(
        ADA,
        SUPPORT,
        "more@customer.example",
        "Re: Kettle",
        "In-Reply-To: <Kettle@customer.example>\r\nReferences: <Kettle@customer.example>\r\n",
        "It has stopped now.",
    );
    hand_in(&shop.daemon, ADA, &[SUPPORT], &more);

    // It is said, and what was typed stands there still.
    page.shows("#moved", "moved on while you write");
    page.shows("#timeline", "It has stopped now.");
    assert_eq!(page.value("#markdown"), "Turn it down.");
    ann.picture("told");
    // Sent all the same: it is refused, and the words are handed back.
    let page = &mut ann.browser;
    page.follow("#send");
    assert_eq!(page.value("textarea"), "Turn it down.");
    assert!(shop.entries(&number, "letter").is_empty());
    ann.was_refused(409);
    let page = &mut ann.browser;
    page.follow("a=Back to the conversation");
    assert_eq!(page.value("#markdown"), "Turn it down.", "kept by the server");
    page.fill("#markdown", "Good to hear.");
    page.follow("#send");
    page.shows("#timeline", "Good to hear.");
    let letters = shop.entries(&number, "letter");
    assert_eq!(letters[0]["author"], json!({ "person": "ann" }), "{:#}", letters[0]);
}

/// Browsers hold six lines to one place for all their pages. RFC 6202 §5.1.
#[test]
fn pages_that_were_left_hold_no_line_to_the_server() {
    let shop = Shop::of_people();
    let numbers: Vec<String> = (0..9).map(|n| shop.hears(ADA, &format!("Kettle {n}"), "It sings.")).collect();
    let mut ann = shop.works("ann", "left", Screen::Desk);
    let page = &mut ann.browser;
    for number in &numbers {
        page.go(&format!("c/{number}"));
        page.until("performance.getEntriesByType('resource').length > 0");
    }
    let took = page.evaluate("performance.getEntriesByType('navigation')[0].responseStart").as_f64().unwrap();
    assert!(took < 10_000.0, "the ninth page came after {took} ms");
}
