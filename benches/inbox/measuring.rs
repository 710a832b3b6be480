//! Asks for pages, and says how long they took.

use std::{net::SocketAddr, time::Duration};

use http_body_util::{BodyExt, Empty};
use hyper::{Request, body::Bytes, client::conn::http1::SendRequest};
use hyper_util::rt::TokioIo;
use replyd::{
    store::{Cursor, InboxView, Listing, PAGE_ROWS_MAX, Store},
    types::Clock,
};
use tokio::{net::TcpStream, time::Instant};

use crate::{
    filling::PHRASE,
    words::{Chance, WORDS, word},
};

/// Times that each page is asked for.
const TIMES: usize = 200;

/// The border of lists and conversations, and of what is searched: 99 of 100 answers take no longer.
const PAGE_WITHIN: Duration = Duration::from_millis(50);
const SEARCH_WITHIN: Duration = Duration::from_millis(150);

/// Rows of a page of the inbox.
const PAGE_ROWS: usize = 50;

type Client = SendRequest<Empty<Bytes>>;

/// A page, or several of a kind that are asked for in turn.
struct Case {
    name: String,
    paths: Vec<String>,
    within: Duration,
}

/// Asks for everything, and prints a table.
pub(crate) async fn measure(store: &Store, at: SocketAddr) {
    let stream = TcpStream::connect(at).await.expect("the server is there");
    let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP");
    tokio::spawn(connection);
    println!("\n| page | answers | octets | p50 ms | p99 ms | most ms | border ms |");
    println!("|---|---|---|---|---|---|---|");
    let mut missed = Vec::new();
    for case in cases(store) {
        let (mut took, mut octets) = (Vec::with_capacity(TIMES), 0);
        for path in case.paths.iter().cycle().take(TIMES) {
            let began = Instant::now();
            octets = ask(&mut client, path).await;
            took.push(began.elapsed());
        }
        took.sort();
        let at = |percent: usize| took[(TIMES * percent).div_ceil(100) - 1];
        let (half, most_of, most) = (at(50), at(99), at(100));
        let is_within = most_of <= case.within;
        let millis = |time: Duration| time.as_secs_f64() * 1000.0;
        let (name, within) = (&case.name, case.within.as_millis());
        let border = format!("{within}{}", if is_within { "" } else { ", **missed**" });
        let figures = format!("{:.1} | {:.1} | {:.1}", millis(half), millis(most_of), millis(most));
        println!("| {name} | {TIMES} | {octets} | {figures} | {border} |");
        if !is_within {
            missed.push(case.name);
        }
    }
    let words = if missed.is_empty() { "none".into() } else { missed.join("; ") };
    println!("\nborders missed: {words}");
}

async fn ask(client: &mut Client, path: &str) -> usize {
    client.ready().await.expect("the connection stays");
    let request = Request::get(path).header("host", "inbox.example").body(Empty::new()).expect("a path");
    let answer = client.send_request(request).await.expect("an answer");
    let status = answer.status();
    let body = answer.into_body().collect().await.expect("a whole answer").to_bytes();
    assert!(status.is_success(), "{path}: {status}: {}", String::from_utf8_lossy(&body));
    body.len()
}

fn cases(store: &Store) -> Vec<Case> {
    let mut cases = Vec::new();
    let page = |name: &str, paths| Case { name: name.to_owned(), paths, within: PAGE_WITHIN };
    for (word, view) in views() {
        let first = format!("/inbox?view={word}");
        let behind = |rows| cursor(store, &view, rows).map(|cursor| format!("{first}&cursor={cursor}"));
        cases.extend(behind(9 * PAGE_ROWS).map(|path| page(&format!("{word}, tenth page"), vec![path])));
        cases.extend(deep(store, &view).map(|at| page(&format!("{word}, deep"), vec![format!("{first}&cursor={at}")])));
        cases.push(page(&format!("{word}, first page"), vec![first]));
    }
    for filter in ["tag=tag-7", "level=1", "level=4", "address=billing@acme.example", "topic=shipping", "tag=none"] {
        cases.push(page(&format!("open, {filter}"), vec![format!("/inbox?view=open&{filter}")]));
        cases.push(page(&format!("all, {filter}"), vec![format!("/inbox?view=all&{filter}")]));
    }
    cases.push(page("conversations", conversations(store)));
    cases.push(page("API, first page", vec!["/api/v1/conversations?limit=50".into()]));
    let found = |name: &str, words: Vec<String>| Case {
        name: format!("search: {name}"),
        paths: words.iter().map(|words| format!("/inbox?q={}", encoded(words))).collect(),
        within: SEARCH_WITHIN,
    };
    let some = |from: u64, to: u64| (0..40).map(move |n| from + n * (to - from) / 40);
    let most = PHRASE.split_once(' ').expect("two words").0;
    cases.push(found("a word of every mail", vec![format!("{most} ")]));
    cases.push(found("common words", some(0, 40).map(|n| word(n) + " ").collect()));
    cases.push(found("rare words", some(WORDS / 2, WORDS).map(|n| word(n) + " ").collect()));
    cases.push(found(
        "three common words",
        some(0, 40).map(|n| format!("{} {} {} ", word(n), word(n + 1), word(n + 2))).collect(),
    ));
    cases.push(found("a phrase of every mail", vec![format!("\"{PHRASE}\"")]));
    cases.push(found("phrases", some(0, 40).map(|n| format!("\"{} {}\"", word(n), word(n + 1))).collect()));
    cases.push(found("beginnings", some(0, 37).map(|n| word(n)[..2].to_owned()).collect()));
    cases.push(found("a contact", some(0, 5_000).map(|n| format!("from:{}", word(n))).collect()));
    cases.push(found("open ones with a tag", vec!["is:open tag:tag-7".into()]));
    cases.push(found("nothing", vec!["nosuchwordanywhere ".into()]));
    cases
}

fn encoded(words: &str) -> String {
    url::form_urlencoded::byte_serialize(words.as_bytes()).collect()
}

fn views() -> [(&'static str, InboxView); 9] {
    [
        ("mine", InboxView::Mine(crate::ME.into())),
        ("unassigned", InboxView::Unassigned),
        ("ai", InboxView::Ai),
        ("drafts", InboxView::Drafts),
        ("failed", InboxView::Failed),
        ("snoozed", InboxView::Snoozed),
        ("open", InboxView::Open),
        ("closed", InboxView::Closed),
        ("all", InboxView::Everything),
    ]
}

/// The place behind so many rows of a list, where it has as many.
fn cursor(store: &Store, view: &InboxView, rows: usize) -> Option<Cursor> {
    let mut listing = Listing { view: view.clone(), ..Listing::default() };
    let mut left = rows;
    while left > 0 {
        listing.limit = left.min(PAGE_ROWS_MAX);
        let page = store.listed(&listing).expect("the store answers");
        left = left.saturating_sub(page.rows.len());
        listing.after = Some(page.next?);
    }
    listing.after
}

/// A place in the middle of time: with made-up mails all of the same distance, the middle of every list.
fn deep(store: &Store, view: &InboxView) -> Option<Cursor> {
    let oldest = store.listed(&Listing { limit: 1, ..Listing::default() }).expect("the store answers").rows;
    let newest = oldest.first()?.updated;
    let conversations = store.counts().expect("the store answers").conversations;
    let middle = replyd::types::Millis(newest.0.saturating_sub(conversations / 2 * 15_000));
    let after = Some(Cursor::before(middle));
    let page = store.listed(&Listing { view: view.clone(), after, limit: 1, ..Listing::default() });
    page.expect("the store answers").next.filter(|_| middle < Clock::system().now())
}

/// Pages of conversations from everywhere in the list.
fn conversations(store: &Store) -> Vec<String> {
    let newest = Clock::system().now();
    let all = store.counts().expect("the store answers").conversations;
    let mut chance = Chance::new(7);
    let mut paths = Vec::new();
    while paths.len() < TIMES {
        let before = replyd::types::Millis(newest.0.saturating_sub(chance.below(all.max(1)) * 15_000));
        let listing = Listing { after: Some(Cursor::before(before)), limit: 1, ..Listing::default() };
        let page = store.listed(&listing).expect("the store answers");
        paths.extend(page.rows.iter().map(|row| format!("/c/{}", row.number)));
        if page.rows.is_empty() {
            paths.extend(
                store
                    .listed(&Listing::default())
                    .expect("the store answers")
                    .rows
                    .iter()
                    .map(|row| format!("/c/{}", row.number)),
            );
        }
    }
    paths
}
