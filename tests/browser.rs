//! Hostile mail in a real browser: the real page, the real frame, the real router, and nothing may happen (S-19).
//!
//! Thousands of vectors, each as HTML body, as subject, as name of the sender and as file name. A browser without a window
//! shows them, and every dialog, request, navigation, window and refusal is written down. Pages hold many mails each; when
//! something happens on one, its mails are shown again one by one, so that the failure names the vector.
//!
//! - `REPLYD_BROWSER_SHARE`: of so many vectors one is shown; 4 when not said, 1 shows all.
//!
//! The vectors of others come from `deploy/corpora.sh` (part `html`); ours stand in `browser/vectors.rs`.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "browser/house.rs"]
mod house;
mod support;
#[path = "browser/vectors.rs"]
mod vectors;

use std::fmt::Write;

use house::House;
use replyd::{
    mime,
    rendering::{self, Options, Rendered, frame},
    types::MailId,
};
use support::{chromium::Chromium, mails::base64};
use vectors::Vector;

/// Mails shown on one page.
const BATCH: u64 = 50;

/// Of so many vectors one is shown when nobody says otherwise: the whole takes minutes.
const SHARE: usize = 4;

/// Vectors that a failure names.
const TOLD_MAX: usize = 10;

/// Ours, at least.
const OWN_MIN: usize = 500;

#[test]
fn s19_no_hostile_mail_does_anything_in_our_page_and_frame() {
    let shown = shown(&all_vectors(), "batch", |id| format!("messages/{id}"));
    assert!(shown.is_empty(), "{} vectors did something:\n{}", shown.len(), shown.join("\n"));
}

#[test]
fn s19_what_the_sanitiser_leaves_does_nothing_even_where_scripts_may_run() {
    let shown = shown(&all_vectors(), "bares", |id| format!("bare/{id}"));
    assert!(shown.is_empty(), "{} vectors did something:\n{}", shown.len(), shown.join("\n"));
}

/// A detector that hears nothing proves nothing.
#[test]
fn the_detector_hears_what_a_mail_must_not_do() {
    let house = House::start();
    let mut chromium = Chromium::start(&house.address, &house.elsewhere);
    for (does, html) in [
        ("dialog", "<img src=x onerror=alert(1)>"),
        ("dialog", "<script>setTimeout(() => confirm(2), 0)</script>"),
        ("dialog", "<svg onload=prompt(3)>"),
        ("dialog", "<iframe srcdoc='<script>alert(4)</script>'></iframe>"),
        ("asked of others", "<img src=http://evil.example/p.png>"),
        ("asked of others", "<style>@import 'http://evil.example/s.css';</style>"),
        ("asked of others", "<p style='background:url(http://evil.example/b)'>x"),
        ("asked of others", "<iframe src=http://evil.example/f></iframe>"),
        ("request", "<link rel=stylesheet href=http://127.0.0.1:9/x.css>"),
        ("request", "<img srcset='http://evil.example/q 1x'>"),
        ("asked of us", "<img src=/api/v1/counts>"),
        ("asked of us", "<img src=/livez>"),
        ("navigation", "<meta http-equiv=refresh content='0;url=http://evil.example/'>"),
        ("navigation", "<iframe src='data:text/html,x'></iframe>"),
        ("navigation", "<form id=f action=http://evil.example/></form><script>f.submit()</script>"),
        ("window", "<script>window.open('http://evil.example/')</script>"),
        ("refused", "<iframe sandbox srcdoc='<script>alert(5)</script>'></iframe>"),
        ("refused", "<meta http-equiv=Content-Security-Policy content=\"img-src 'none'\"><img src=/x>"),
    ] {
        house.overheard();
        let mut heard =
            chromium.visit(&house.misbehaving(&format!("<!DOCTYPE html><link rel=icon href=data:,>{html}")));
        heard.extend(house.overheard());
        assert!(heard.iter().any(|one| one.starts_with(does)), "{html}: {does} was not heard: {heard:?}");
    }
    let quiet = house.misbehaving("<!DOCTYPE html><link rel=icon href=data:,><p>Nothing happens.</p>");
    house.overheard();
    let mut heard = chromium.visit(&quiet);
    heard.extend(house.overheard());
    assert!(heard.is_empty(), "{heard:?}");
}

#[test]
fn a_mail_is_seen_in_its_frame_with_its_pictures_and_colours() {
    let house = House::start();
    let mut chromium = Chromium::start(&house.address, &house.elsewhere);
    let pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
    house.keep(1, mail(1, &format!("<p style='color:#ff0000'>Hello</p><img src='{pixel}' id=x>"), "Hi"));
    let id = MailId(1);
    let heard = chromium.visit(&format!("messages/{id}"));
    assert!(heard.is_empty(), "{heard:?}");
    assert_eq!(chromium.seen("p").1, "rgb(255, 0, 0)");
    assert_eq!(chromium.seen("img").0, 1, "the picture that the mail carries is drawn");
}

/// Line ends are written for what only ends lines: the page is as high as the mail's own markup makes it.
#[test]
fn lines_of_a_mail_stay_lines_without_their_elements() {
    let house = House::start();
    let mut chromium = Chromium::start(&house.address, &house.elsewhere);
    let mut height = |page: &str| {
        chromium.glance(&house.misbehaving(page));
        chromium.evaluate("document.body.offsetHeight").as_f64().unwrap()
    };
    for html in [
        "<div>a</div><div><br></div><div>b</div>",
        "a<div>b<div>c<br></div></div><p>d</p><div>e</div>f",
        "a<br>b<br><br>c<p>d</p>e<br><p>f</p>",
        "<ul><li>a<br>b<li><div>c</div><div>d</div></ul>x<br>",
        "<table><tr><td>a<br>b<td><div>c</div><div><br></div>d</table><br>z",
        "<table><div>a</div><br><tr><td>b<br>c</table>",
        "<blockquote><div>a</div><br><div>b</div></blockquote><div><div><div>c</div></div></div>",
        "<b>a<br>b</b><div><i>c</i><br><br></div>d",
        "<div>one\ntwo\n three</div>\n\n<div>four</div>\n",
        "<h1>a</h1><div>b</div><h2>c<br>d</h2><div></div><div> </div><div>e</div>",
        "<pre>x\ny\n</pre><div>z</div>w",
        "<figure>a</figure><div>b</div>",
        "a<div style='display:none'>b</div><div>c</div>",
        "<span style='display:block'>a</span><div>b</div>",
        "<div style='display:inline'>a</div><div>b</div>",
        "a<p style='float:right'>x</p><div>b</div>",
        "<p style='white-space:pre-wrap'>a\nb<br>c</p>d\ne",
        "<p>&nbsp;</p><div>&nbsp;</div><div>x</div>",
    ] {
        let rendered = rendering::page(&mime::parse(&mail(1, html, "Hi")), &Options { id: MailId(1) });
        let ours = frame::document(&rendered);
        let as_written = rendered.html.clone();
        let theirs = frame::document(&Rendered { html: html.to_owned(), ..rendered }).replace("pre-line", "normal");
        assert_eq!(height(&ours), height(&theirs), "{html}\n{as_written}");
    }
}

/// Those of others and ours, or a share of both.
fn all_vectors() -> Vec<Vector> {
    let own = vectors::own();
    assert!(own.len() >= OWN_MIN, "{} of ours", own.len());
    let share: usize = std::env::var("REPLYD_BROWSER_SHARE").map_or(SHARE, |text| text.parse().unwrap());
    vectors::of_others().into_iter().chain(own).step_by(share).collect()
}

/// Keeps the vectors as mails and shows all of them; what did something, with what it did.
fn shown(vectors: &[Vector], many: &str, one: impl Fn(MailId) -> String) -> Vec<String> {
    let house = House::start();
    for (n, vector) in vectors.iter().enumerate() {
        house.keep(n as u64 + 1, mail(n, &vector.html, &vector.html));
    }
    let mut chromium = Chromium::start(&house.address, &house.elsewhere);
    let mut visit = |path: &str, glance: bool| {
        house.overheard();
        let mut heard = if glance { chromium.glance(path) } else { chromium.visit(path) };
        heard.extend(house.overheard());
        heard
    };
    let mut did = Vec::new();
    let last = vectors.len() as u64 + 1;
    let mut ranges: Vec<_> = (1..last).step_by(BATCH as usize).map(|from| from..last.min(from + BATCH)).collect();
    ranges.reverse();
    while let Some(range) = ranges.pop() {
        if did.len() == TOLD_MAX {
            did.push("and perhaps more".to_owned());
            break;
        }
        let alone = range.end - range.start == 1;
        let path = if alone { one(MailId(range.start)) } else { format!("{many}/{}/{}", range.start, range.end) };
        let heard = visit(&path, !alone && many == "batch");
        if heard.is_empty() {
            continue;
        }
        if alone {
            let vector = &vectors[range.start as usize - 1];
            did.push(format!("{}: {heard:?}: {:?}", vector.id, vector.html));
        } else {
            // Halves, until it stands alone.
            let middle = range.start + (range.end - range.start) / 2;
            ranges.extend([middle..range.end, range.start..middle]);
            eprintln!("{range:?} did something: {:?}", &heard[..heard.len().min(5)]);
        }
    }
    did
}

/// A mail with hostile words in every place that a page shows.
fn mail(n: usize, html: &str, words: &str) -> Vec<u8> {
    let word = format!("=?utf-8?B?{}?=", base64(words.as_bytes()));
    let mut out = format!(
        "From: {word} <eve@evil.example>\r\nTo: support@acme.example\r\nSubject: {word}\r\nMessage-ID: <{n}@evil.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n"
    );
    for line in base64(html.as_bytes()).as_bytes().chunks(76) {
        let _ = write!(out, "{}\r\n", std::str::from_utf8(line).unwrap());
    }
    let _ = write!(
        out,
        "--b\r\nContent-Type: image/png; name=\"{word}\"\r\nContent-ID: <x>\r\nContent-Disposition: attachment\r\n\r\nx\r\n--b--\r\n"
    );
    out.into_bytes()
}
