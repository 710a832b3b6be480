//! Every page before axe, in light and dark, on a desk and on a phone: nothing serious for people who see or move otherwise
//! (WCAG 2.2 AA).

use std::fs;

use serde_json::{Value, json};

use crate::{
    shop::{ADA, BERT, BILLING, SUPPORT, Shop},
    support::{daemon::QUESTION, hands::Screen, mails, smtp::hand_in},
};

/// Put there by `deploy/corpora.sh`.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/corpora/axe/axe.min.js");

/// What a page is held to, and how bad is too bad.
const RUN: &str = "axe.run(document, { resultTypes: ['violations'], iframes: false, \
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then((found) => found.violations \
    .filter((one) => ['serious', 'critical'].includes(one.impact)) \
    .map((one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 160) + ' ' + (node.any[0]?.message ?? '')).join(' | ')))";

#[test]
fn no_page_has_a_serious_fault_for_axe_at_a_desk() {
    look(Screen::Desk);
}

#[test]
fn no_page_has_a_serious_fault_for_axe_on_a_phone() {
    look(Screen::Phone);
}

fn look(screen: Screen) {
    let Ok(axe) = fs::read_to_string(AXE) else {
        assert!(std::env::var_os("REPLYD_TEST_OFFLINE").is_some(), "axe is missing: deploy/test.sh --install");
        return;
    };
    let (shop, paths) = furnished();
    let mut eve = shop.comes("eve", "axe", screen);
    let mut faults = look_at(&mut eve.browser, &axe, "login");
    eve.browser.go("login");
    eve.logs_in();
    for path in &paths {
        faults.extend(look_at(&mut eve.browser, &axe, path));
        let name = path.split(['?', '/']).next().unwrap().to_owned();
        eve.picture(&name);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A house with something on every page, and the pages.
fn furnished() -> (Shop, Vec<String>) {
    let shop = Shop::open(|house| house.change("autopilot = \"on\"", "autopilot = \"assist\""));
    let number = shop.hears(ADA, "Password", QUESTION);
    let waits = number.clone();
    shop.daemon.until("a draft waits", move |api| api.conversation(&waits)["draft"].is_object());
    let path = format!("/api/v1/conversations/{number}");
    let api = shop.api();
    api.send("POST", &format!("{path}/notes"), &json!({ "markdown": "She is a **friend**.", "by": "bob" }));
    api.send("POST", &format!("{path}/tags"), &json!({ "add": ["vip"], "remove": [] }));
    let hours = json!({ "title": "Hours", "markdown": "From 9 to 5.", "by": "bob" });
    api.send("PUT", "/api/v1/canned/hours", &hours);
    let closed = shop.hears_at(BILLING, BERT, "Done", "All is well.");
    let answered = json!({ "markdown": "Good to hear.", "by": "bob" });
    api.send("POST", &format!("/api/v1/conversations/{closed}/replies"), &answered);
    api.send("PATCH", &format!("/api/v1/conversations/{closed}"), &json!({ "status": "resolved" }));
    let strict = "bob@strict.example";
    let held = mails::mail(strict, SUPPORT, "1@strict.example", "Parcel", "", "Where is it?");
    let held = hand_in(&shop.daemon, strict, &[SUPPORT], &held);
    let mail = shop.entries(&number, "mail")[0]["id"].as_str().unwrap().to_owned();
    let paths = ["inbox?view=open", "inbox?view=closed", "inbox?view=failed", "held", "queue", "account", "people"];
    let mut paths: Vec<String> = paths.map(str::to_owned).into();
    paths.extend(["account/second-factor", "setup", "knowledge", "canned", "keys"].map(str::to_owned));
    paths.extend([format!("c/{number}"), format!("c/{closed}")]);
    paths.extend([format!("held/{held}"), format!("messages/{mail}/why"), format!("messages/{mail}")]);
    (shop, paths)
}

/// What is wrong with a page, in both colours.
fn look_at(page: &mut crate::support::chromium::Chromium, axe: &str, path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for colours in ["light", "dark"] {
        page.colours(colours);
        page.go(path);
        // Colours that fade are looked at when they have faded.
        page.ask("for (const one of document.getAnimations()) one.finish();");
        page.evaluate(axe);
        let Value::Array(found) = page.promised(RUN) else { panic!("{path}: axe said nothing") };
        faults.extend(found.iter().map(|fault| format!("{path}, {colours}: {}", fault.as_str().unwrap())));
    }
    faults
}
