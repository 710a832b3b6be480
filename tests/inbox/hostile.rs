//! Hostile words in every place that the inbox shows, where scripts run and a login is at stake: nothing happens (S-19, S-20,
//! S-21). A mail's own pictures are seen in its frame all the same.
//!
//! `REPLYD_BROWSER_SHARE`: of so many vectors one is shown; 200 when not said, 1 shows all.

use std::fmt::Write;

use serde_json::json;

use crate::{
    shop::{ADA, SUPPORT, Shop},
    support::{api::Api, hands::Screen, mails::base64, smtp::hand_in},
    vectors::{self, Vector},
};

/// Of so many vectors one is shown when nobody says otherwise.
const SHARE: usize = 200;

/// Octets of the longest vector that is a tag, a name or a title; longer ones are cut there.
const WORDS_MAX: usize = 180;

/// A red dot of 24 by 24, as PNG: RFC 4648 base64.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAIAAABvFaqvAAAAH0lEQVR42mP4z8BAFcQwatCoQaMGjRo0atCoQQNvEAAEyj3fOZ925gAAAABJRU5ErkJggg==";

#[test]
fn s19_s20_s21_no_hostile_words_do_anything_in_the_inbox() {
    let share = std::env::var("REPLYD_BROWSER_SHARE").map_or(SHARE, |text| text.parse().unwrap());
    let all: Vec<Vector> = vectors::of_others().into_iter().chain(vectors::own()).step_by(share).collect();
    let shop = Shop::of_people();
    let mut eve = shop.works("eve", "hostile", Screen::Desk);
    let mut did = Vec::new();
    for (n, vector) in all.iter().enumerate() {
        let paths = plant(&shop, n, vector);
        for path in paths {
            eve.browser.go(&path);
            // Everything that unfolds is unfolded, so that every frame is loaded and every word laid out.
            eve.browser.ask("document.querySelectorAll('details').forEach((one) => one.open = true);");
            let heard = eve.browser.happened();
            if !heard.is_empty() {
                did.push(format!("{} at {path}: {heard:?}: {:?}", vector.id, vector.html));
            }
            assert!(eve.browser.place().starts_with(&format!("/{}", path.split('?').next().unwrap())), "{}", vector.id);
        }
    }
    assert!(did.is_empty(), "{} did something:\n{}", did.len(), did.join("\n"));
}

/// Puts it wherever somebody may write; the pages that show it.
fn plant(shop: &Shop, n: usize, vector: &Vector) -> Vec<String> {
    let words: String = vector.html.chars().take(WORDS_MAX).filter(|sign| !sign.is_control()).collect();
    let mail = hostile(n, &vector.html, &words);
    let filed = hand_in(&shop.daemon, ADA, &[SUPPORT], &mail);
    let api = shop.api();
    let why = api.why(&filed);
    let id = why["filings"][0]["place"]["conversation"]["id"].as_str().unwrap_or_else(|| panic!("{why:#}"));
    let row = api.conversation(id);
    let path = format!("/api/v1/conversations/{id}");
    api.send("POST", &format!("{path}/notes"), &json!({ "markdown": vector.html, "by": "bob" }));
    // A tag is refused that is none; then there is nothing to show.
    let _ =
        api.attempt("POST", &format!("{path}/tags"), Some(&json!({ "add": [words.replace(' ', "-")], "remove": [] })));
    prepare(&api, &words, &vector.html);
    api.send("POST", &format!("{path}/replies"), &json!({ "markdown": vector.html, "by": words }));
    let held = hand_in(&shop.daemon, "eve@strict.example", &[SUPPORT], &strict(&mail, n));
    let sought: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
    let number = row["number"].to_string();
    vec![
        "inbox?view=open".to_owned(),
        format!("inbox?q={sought}&view=all"),
        format!("inbox?view=all&tag={sought}&topic={sought}"),
        format!("c/{number}?all=yes"),
        "held".to_owned(),
        format!("held/{held}"),
        format!("messages/{filed}/why"),
        "queue".to_owned(),
        "knowledge".to_owned(),
        "canned".to_owned(),
    ]
}

/// The same words in a canned reply and an article; they stand there until the next ones.
fn prepare(api: &Api, words: &str, html: &str) {
    let canned = json!({ "title": words, "markdown": html.replace("{{", "{"), "by": "bob" });
    let _ = api.attempt("PUT", "/api/v1/canned/hostile", Some(&canned));
    let article = json!({ "name": "hostile", "title": words, "markdown": html, "by": "bob" });
    if api.attempt("PUT", "/api/v1/knowledge/articles/hostile", Some(&article)).is_none_or(|(status, _)| status != 200)
    {
        let _ = api.attempt("POST", "/api/v1/knowledge/articles", Some(&article));
    }
}

/// Hostile in its sender's name, subject, both bodies, and the name of a file.
fn hostile(n: usize, html: &str, words: &str) -> Vec<u8> {
    let word = format!("=?utf-8?B?{}?=", base64(words.as_bytes()));
    format!(
        "From: {word} <{ADA}>\r\nTo: {word} <{SUPPORT}>\r\nCc: {word} <carl@customer.example>\r\nSubject: {word} {n}\r\n\
         Date: Sun, 22 Nov 2026 12:00:00 +0000\r\nMessage-ID: <h{n}@customer.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n\
         --b\r\n{}--b\r\n{}--b--\r\n\
         --m\r\nContent-Disposition: attachment; filename=\"{word}\"\r\n{}--m--\r\n",
        part("text/plain", html.as_bytes()),
        part("text/html", html.as_bytes()),
        part("text/html", html.as_bytes()),
    )
    .into_bytes()
}

/// The same as from a domain that sends from nowhere: it is held.
fn strict(mail: &[u8], n: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(mail).replace(&format!("<{ADA}>"), "<eve@strict.example>");
    text.replace(&format!("<h{n}@"), &format!("<s{n}@")).into_bytes()
}

fn part(kind: &str, content: &[u8]) -> String {
    let mut out = format!("Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    for line in base64(content).as_bytes().chunks(76) {
        let _ = write!(out, "{}\r\n", String::from_utf8_lossy(line));
    }
    out
}

#[test]
fn a_picture_that_a_mail_carries_is_seen_in_its_frame_behind_the_login() {
    let shop = Shop::of_people();
    let mail = format!(
        "From: Ada <{ADA}>\r\nTo: {SUPPORT}\r\nSubject: Picture\r\nMessage-ID: <p@customer.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
         <p>Look:</p><img src=\"cid:dot\">\r\n--b\r\nContent-Type: image/png; name=dot.png\r\nContent-ID: <dot>\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{PICTURE}\r\n--b--\r\n"
    );
    let id = hand_in(&shop.daemon, ADA, &[SUPPORT], mail.as_bytes());
    let number = shop.api().conversations()[0]["number"].to_string();
    let mut eve = shop.works("eve", "picture", Screen::Desk);
    // Alone, and in its conversation.
    eve.browser.go(&format!("messages/{id}"));
    eve.picture("alone");
    assert_eq!(eve.browser.seen("img").0, 24, "drawn as wide as it is");
    eve.browser.go(&format!("c/{number}"));
    eve.browser.press("summary=The original");
    eve.browser.until("document.querySelector('iframe').clientHeight > 100");
    eve.picture("unfolded");
    assert!(eve.browser.happened().is_empty());
}
