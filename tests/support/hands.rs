//! What a person does with a browser: presses, types, chooses, looks. Pages are waited for, never slept for.

use std::{fs, path::Path, time::Duration};

use serde_json::{Value, json};

use super::chromium::{Chromium, text};

/// Within which a page shows what it shall show; looked at in the page itself.
const SHOWS_WITHIN: Duration = Duration::from_secs(15);

/// Where pictures of pages are kept.
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/inbox-screenshots");

/// Finds what is named: by a CSS selector, or as `button=Words` by what stands on it.
const FIND: &str = "const find = (what) => { const named = /^(\\w+)=(.*)$/s.exec(what); \
    if (!named) return document.querySelector(what); \
    return [...document.querySelectorAll(named[1])].find((one) => one.textContent.trim() === named[2] && one.checkVisibility()); };";

/// How wide a page is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Screen {
    Desk,
    Phone,
}

impl Chromium {
    /// A browser that a person drives at `home`, `127.0.0.1:PORT`. All else is out of its reach.
    pub(crate) fn driven(home: &str, screen: Screen) -> Self {
        // The port of discard, RFC 863: nobody listens.
        let mut browser = Self::start(home, "127.0.0.1:9");
        browser.driven = true;
        let (width, height) = match screen {
            Screen::Desk => (1280, 900),
            Screen::Phone => (390, 844),
        };
        let mobile = screen == Screen::Phone;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        browser.call("Emulation.setDeviceMetricsOverride", metrics);
        browser
    }

    /// Scripts run or not, from the next page on.
    pub(crate) fn scripts(&mut self, run: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !run }));
    }

    /// What the person likes better: `light` or `dark`.
    pub(crate) fn colours(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Opens a page of ours and waits until it is loaded.
    pub(crate) fn go(&mut self, path: &str) {
        self.leaves();
        let url = format!("{}{path}", self.home());
        let went = self.call("Page.navigate", json!({ "url": url }));
        assert!(went["errorText"].is_null(), "{url}: {went}");
        self.arrives(&url);
    }

    /// Clicks on what is named; it must be there, and be seen.
    #[track_caller]
    pub(crate) fn press(&mut self, what: &str) {
        let place = self.ask(&format!(
            "{FIND} const one = find({}); if (!one) return null; one.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const box = one.getBoundingClientRect(); const x = box.x + Math.min(box.width / 2, 60), y = box.y + box.height / 2; \
             const top = document.elementFromPoint(x, y); \
             return {{ x, y, free: !!top && (one.contains(top) || top.contains(one)), by: top && top.outerHTML.slice(0, 200) }};",
            quoted(what)
        ));
        assert!(!place.is_null(), "{what} is not there: {}", self.words("body"));
        assert_eq!(place["free"], true, "{what} cannot be clicked: {place}");
        self.presses += 1;
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let params = json!({ "type": kind, "x": place["x"], "y": place["y"], "button": button, "buttons": buttons, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", params);
        }
    }

    /// Clicks, and waits for the page that it leads to.
    #[track_caller]
    pub(crate) fn follow(&mut self, what: &str) {
        self.leaves();
        self.press(what);
        self.arrives(what);
    }

    /// Clicks into a field and writes in place of what stands there.
    #[track_caller]
    pub(crate) fn fill(&mut self, field: &str, words: &str) {
        self.press(field);
        self.ask("document.activeElement.select()");
        self.write(words);
    }

    /// Types where the cursor is.
    pub(crate) fn write(&mut self, words: &str) {
        if words.is_empty() {
            self.strike("Backspace", 0, "");
        } else {
            self.call("Input.insertText", json!({ "text": words }));
        }
    }

    /// Takes a value of a list.
    #[track_caller]
    pub(crate) fn choose(&mut self, list: &str, value: &str) {
        self.presses += 1;
        let took = self.ask(&format!(
            "{FIND} const one = find({}); if (!one) return 'missing'; \
             const option = [...one.options].find((option) => option.value === {1} || option.text === {1}); \
             if (!option) return [...one.options].map((option) => option.text).join(); one.value = option.value; \
             for (const name of ['input', 'change']) one.dispatchEvent(new Event(name, {{ bubbles: true }})); return true;",
            quoted(list),
            quoted(value)
        ));
        assert_eq!(took, true, "{value} of {list}: {took}");
    }

    /// Chooses a file for a field.
    pub(crate) fn attach(&mut self, field: &str, file: &Path) {
        self.presses += 1;
        let document = self.call("DOM.getDocument", json!({ "depth": 0 }));
        let root = &document["root"]["nodeId"];
        let found = self.call("DOM.querySelector", json!({ "nodeId": root, "selector": field }));
        self.call("DOM.setFileInputFiles", json!({ "files": [file], "nodeId": found["nodeId"] }));
    }

    /// Presses a key that types nothing into a field: a letter, `Enter`, `Escape`, or `Control+Enter`.
    pub(crate) fn key(&mut self, key: &str) {
        self.presses += 1;
        let (key, modifiers) = key.strip_prefix("Control+").map_or((key, 0), |key| (key, CONTROL));
        let typed = if key == "Enter" { "\r" } else { key };
        self.strike(key, modifiers, if key.chars().count() == 1 || key == "Enter" { typed } else { "" });
    }

    /// Presses a key, and waits for the page that it leads to.
    pub(crate) fn key_leads(&mut self, key: &str) {
        self.leaves();
        self.key(key);
        self.arrives(key);
    }

    fn strike(&mut self, key: &str, modifiers: u32, typed: &str) {
        let code = match key {
            "Backspace" => 8,
            "Enter" => 13,
            "Escape" => 27,
            letter => u32::from(letter.to_ascii_uppercase().as_bytes()[0]),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut params = json!({ "type": kind, "key": key, "modifiers": modifiers, "windowsVirtualKeyCode": code });
            if kind == "keyDown" && !typed.is_empty() {
                params["text"] = typed.into();
            }
            self.call("Input.dispatchKeyEvent", params);
        }
    }

    /// Waits until an expression holds in the page, or in the page it leads to.
    #[track_caller]
    pub(crate) fn until(&mut self, expression: &str) {
        let limit = SHOWS_WITHIN.as_millis();
        let wait = format!(
            "new Promise((tell) => {{ const begun = performance.now(); const look = () => {{ let there = false; \
             try {{ there = {expression}; }} catch {{ }} if (there) tell(true); \
             else if (performance.now() - begun > {limit}) tell(false); else setTimeout(look, 20); }}; look(); }})"
        );
        let params = json!({ "expression": wait, "awaitPromise": true, "returnByValue": true });
        // A page that goes away takes its promise along: the next one is asked. One more is led to by a redirect.
        let mut told = Err(Value::Null);
        for _ in 0..PAGES_MAX {
            told = self.attempt("Runtime.evaluate", params.clone());
            if told.is_ok() {
                break;
            }
        }
        let told = told.unwrap_or_else(|error| panic!("{expression}: {error}"));
        assert_eq!(told["result"]["value"], true, "{expression}: not so: {}", self.words("body"));
    }

    /// Waits until words are seen somewhere in what is named.
    #[track_caller]
    pub(crate) fn shows(&mut self, within: &str, words: &str) {
        let (within, words) = (quoted(within), quoted(words));
        self.until(&format!("document.querySelector({within}).innerText.includes({words})"));
    }

    /// The words that are seen in what is named; nothing where it is not there.
    pub(crate) fn words(&mut self, what: &str) -> String {
        text(&self.ask(&format!("{FIND} return find({})?.innerText ?? '';", quoted(what)))).to_owned()
    }

    /// What a field holds.
    pub(crate) fn value(&mut self, field: &str) -> String {
        text(&self.ask(&format!("{FIND} return find({})?.value ?? null;", quoted(field)))).to_owned()
    }

    /// Whether something is there.
    pub(crate) fn has(&mut self, what: &str) -> bool {
        self.ask(&format!("{FIND} return !!find({});", quoted(what))) == true
    }

    /// The path and query of the page.
    pub(crate) fn place(&mut self) -> String {
        text(&self.evaluate("location.pathname + location.search")).to_owned()
    }

    /// What a function's body gives back in the page.
    pub(crate) fn ask(&mut self, body: &str) -> Value {
        self.evaluate(&format!("(() => {{ {body} }})()"))
    }

    /// Waits for a promise and gives what it comes to.
    pub(crate) fn promised(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut told = self.call("Runtime.evaluate", params);
        assert!(told["exceptionDetails"].is_null(), "{told}");
        told["result"]["value"].take()
    }

    /// Keeps a picture of the page for people to look at.
    pub(crate) fn picture(&mut self, name: &str) {
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        fs::create_dir_all(PICTURES).unwrap();
        fs::write(format!("{PICTURES}/{name}.png"), unbase64(text(&shot["data"]))).unwrap();
    }

    /// Clicks and keys so far, other than what was typed into fields.
    pub(crate) fn presses(&self) -> u32 {
        self.presses
    }
}

/// The bit of the control key. DevTools, `Input.dispatchKeyEvent`.
const CONTROL: u32 = 2;

/// Pages that one press leads through.
const PAGES_MAX: u32 = 4;

fn quoted(words: &str) -> String {
    Value::from(words).to_string()
}

/// RFC 4648 §4.
fn unbase64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |octet: u8| DIGITS.iter().position(|&digit| digit == octet).unwrap() as u32;
    let four = |four: &[u8]| {
        let bits = four.iter().fold(0, |bits, &octet| bits << 6 | value(octet)) << (6 * (4 - four.len()));
        bits.to_be_bytes()[1..four.len()].to_vec()
    };
    text.trim_end_matches('=').as_bytes().chunks(4).flat_map(four).collect()
}
