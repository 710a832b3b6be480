//! A website as knowledge, with the whole daemon: it is crawled, a customer is answered from it with the page as the source, and
//! what changes, fails or goes there shows in the next answer or does not.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod support;

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use support::{
    api::Api,
    daemon::{Daemon, House},
    mails,
    names::Names,
    smtp::hand_in,
};

const SUPPORT: &str = "support@acme.example";
const QUESTION: &str = "How long does shipping to Austria take?";

#[derive(Default)]
struct Said {
    pages: BTreeMap<String, Vec<u8>>,
    /// Path and status, of every answer.
    answered: Vec<(String, u16)>,
}

/// A website in clear, with ETags; gone when dropped.
struct Website {
    addr: SocketAddr,
    said: Arc<Mutex<Said>>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Website {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let (said, ends): (Arc<Mutex<Said>>, Arc<AtomicBool>) = Default::default();
        let (seen, ended) = (said.clone(), ends.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::Acquire) {
                    return;
                }
                // Who asks may be killed meanwhile.
                let _ = stream.and_then(|stream| answer(stream, &seen));
            }
        });
        Self { addr, said, ends, thread: Some(thread) }
    }

    fn put(&self, path: &str, body: impl Into<Vec<u8>>) {
        self.said.lock().unwrap().pages.insert(path.to_owned(), body.into());
    }

    fn page(&self, path: &str, body: &str) {
        let menu = "<header>Acme</header><nav><a href=/>Home</a></nav>";
        self.put(path, format!("<html><body>{menu}<main>{body}</main><footer>Imprint, Austria</footer></body></html>"));
    }

    /// A packed sitemap of these paths.
    fn lists(&self, paths: &[&str]) {
        let entries: String =
            paths.iter().map(|path| format!("<url><loc>http://{}{path}</loc></url>", self.addr)).collect();
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(format!("<urlset>{entries}</urlset>").as_bytes()).unwrap();
        self.put("/sitemap.xml.gz", packer.finish().unwrap());
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.addr)
    }

    /// What was answered since the last look.
    fn answered(&self) -> Vec<(String, u16)> {
        std::mem::take(&mut self.said.lock().unwrap().answered)
    }

    fn stop(&mut self) {
        self.ends.store(true, Ordering::Release);
        // It sees that when somebody comes.
        let _ = TcpStream::connect(self.addr);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Website {
    fn drop(&mut self) {
        self.stop();
    }
}

fn answer(mut stream: TcpStream, said: &Mutex<Said>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut octet = [0];
        stream.read_exact(&mut octet)?;
        head.push(octet[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut said = said.lock().unwrap();
    let body = said.pages.get(&path).cloned();
    let tag = body.as_ref().map(|body| format!("\"{}\"", blake3::hash(body).to_hex()));
    let known = head.lines().find_map(|line| line.strip_prefix("if-none-match: ")).map(str::to_owned);
    let (status, body) = match body {
        None => (404, Vec::new()),
        Some(_) if known.is_some() && known == tag => (304, Vec::new()),
        Some(body) => (200, body),
    };
    let kind = if path.ends_with(".txt") { "text/plain" } else { "text/html" };
    let tag = tag.map(|tag| format!("ETag: {tag}\r\n")).unwrap_or_default();
    let length = if status == 304 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    said.answered.push((path, status));
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n{tag}{length}Connection: close\r\n\r\n")?;
    stream.write_all(&body)
}

fn shipping(days: &str) -> String {
    format!("<h1>Shipping times</h1><p>Shipping to Austria takes {days} working days.</p>")
}

fn crawl(house: &House) -> Value {
    let done = house.run(&["knowledge", "crawl", "--json"]);
    serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"))
}

/// A mail of a new customer; what they are answered, and the record of how that came to be.
fn asked(house: &House, daemon: &Daemon, number: usize, question: &str) -> (String, String) {
    let (from, before) = (format!("ada{number}@customer.example"), letters(&house.outbox()).len());
    let mail = mails::mail(&from, SUPPORT, &format!("{number}@customer.example"), "Question", "", question);
    let kept = hand_in(daemon, &from, &[SUPPORT], &mail);
    let outbox = house.outbox();
    daemon.until("an answer left", |_| letters(&outbox).len() > before);
    let letter = letters(&outbox).into_iter().find(|letter| letter.contains(&from)).unwrap();
    let why = house.run(&["why", &kept]);
    (replyd::mime::parse(letter.as_bytes()).text, String::from_utf8_lossy(&why.stdout).into_owned())
}

fn letters(outbox: &Path) -> Vec<String> {
    let files = fs::read_dir(outbox).into_iter().flatten().map(|entry| entry.unwrap().path());
    let letters = files.filter(|path| path.extension().is_some_and(|end| end == "eml"));
    letters.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()).collect()
}

fn house(names: &Names, website: &Website) -> House {
    let house = House::plain(names);
    let site = format!(
        "[[knowledge.site]]\nsitemap = \"{}\"\nnetworks = [\"127.0.0.1\"]\npause_millis = 0\n[log]",
        website.url("/sitemap.xml.gz")
    );
    house.change("[log]", &site);
    house
}

#[test]
fn a_customer_is_answered_from_a_website_and_what_changes_there_changes_the_answer() {
    // Given a site with a page that robots.txt keeps to itself
    let (names, mut website) = (Names::start(), Website::start());
    website.put("/robots.txt", "User-agent: *\nDisallow: /internal/\n");
    website.lists(&["/shipping", "/hours", "/internal/prices"]);
    website.page("/shipping", &shipping("two"));
    website.page("/hours", "<h1>Opening hours</h1><p>The shop in Vienna is open from nine to five.</p>");
    website.page("/internal/prices", "<h1>Purchase prices</h1><p>We buy kettles at four euros.</p>");
    let house = house(&names, &website);
    let daemon = house.start();

    // When it was crawled, which happens by itself
    let pages = |api: &Api| api.get("/api/v1/knowledge")["pages"].as_array().unwrap().len();
    // With that of the folder; the list is given when they can be found.
    daemon.until("the site is known", |api| pages(api) == 3);

    // Then a question is answered from it, and the page is the source
    let (text, why) = asked(&house, &daemon, 1, QUESTION);
    assert!(text.contains("takes two working days") && !text.contains("Imprint"), "{text}");
    assert!(why.contains(&website.url("/shipping")), "{why}");
    let all = website.answered();
    assert!(!all.iter().any(|(path, _)| path.starts_with("/internal/")), "{all:?}");
    let told = house.run(&["knowledge", "sites"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("/internal/prices: robots.txt forbids it") && told.contains("pages: 2"), "{told}");
    let found = house.run(&["knowledge", "search", "What are your purchase prices for kettles?", "--json"]);
    assert!(!String::from_utf8_lossy(&found.stdout).contains("/internal/"), "{found:?}");

    // When the page changes and the site is crawled again
    website.page("/shipping", &shipping("three"));
    let rows = crawl(&house);

    // Then the answer is the new one, and what did not change was not sent
    assert_eq!((&rows[0]["tally"]["changed"], &rows[0]["tally"]["unchanged"]), (&1.into(), &1.into()), "{rows:#}");
    let again = website.answered();
    assert!(again.contains(&("/hours".into(), 304)) && again.contains(&("/shipping".into(), 200)), "{again:?}");
    assert!(asked(&house, &daemon, 2, QUESTION).0.contains("takes three working days"));

    // When the site is down, what is known stays and the command says why
    website.stop();
    let failed = house.run(&["knowledge", "crawl"]);
    assert_eq!(failed.status.code(), Some(75), "{failed:?}");
    assert!(
        String::from_utf8_lossy(&failed.stderr).contains("robots.txt: 127.0.0.1 could not be connected to"),
        "{failed:?}"
    );
    assert!(asked(&house, &daemon, 3, QUESTION).0.contains("takes three working days"));

    // And also after a crash, without any crawl
    daemon.kill();
    let daemon = house.start();
    assert!(asked(&house, &daemon, 4, QUESTION).0.contains("takes three working days"));
    let rows = daemon.api().get("/api/v1/knowledge/sites");
    assert_eq!((&rows[0]["pages"], rows[0]["trouble"].as_str().unwrap().is_empty()), (&2.into(), false), "{rows:#}");
    daemon.stop();
    house.verify();
}

#[test]
fn a_site_that_there_is_not_cannot_be_crawled() {
    let (names, website) = (Names::start(), Website::start());
    let house = house(&names, &website);
    let done = house.run(&["knowledge", "crawl", "other.example"]);
    assert_eq!(done.status.code(), Some(65), "{done:?}");
    assert!(String::from_utf8_lossy(&done.stderr).contains("other.example"), "{done:?}");
    let told = house.run(&["knowledge", "sites"]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("crawled: never  next: now"), "{told:?}");
}
