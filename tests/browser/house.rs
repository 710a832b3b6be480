//! The real router over loopback, with mails in its store, and two ears: for what is asked of it, and for what is asked of
//! anybody else.

use std::{
    io::{BufRead, BufReader},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    sync::{Arc, Mutex, mpsc},
    thread,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{Response, header},
    middleware::{self, Next},
    routing::get,
};
use replyd::{
    agent::{StoreDesk, Topics},
    attachments::Attachments,
    config::Config,
    conversation::{
        AnswerPolicy, Arrival, Class, Classified, Destination, Directory, Fingerprint, Lookups, MailSummary, ReplyKeys,
        file,
    },
    mime,
    outbound::Writer,
    rendering,
    store::Store,
    types::{Address, Clock, Envelope, IdMaker, MailId, Millis, Recipient, Secret, Verdicts},
    web::{self, Office},
};
use tokio::runtime::Runtime;

const NOW: Millis = Millis(1_790_000_000_000);
const SUPPORT: &str = "support@acme.example";

/// Whom the browser asks for itself, whatever it is told. What a page asks of them is seen by `Chromium`.
const MAKERS: [&str; 3] = ["accounts.google.com:443", "googleapis.com", "gvt1.com"];

/// What nobody sanitised, for pages that have to misbehave.
type Raw = Arc<Mutex<Vec<String>>>;

pub(crate) struct House {
    /// `127.0.0.1:PORT` of the router.
    pub(crate) address: String,
    /// The same of the ear that stands for the rest of the world.
    pub(crate) elsewhere: String,
    runtime: Runtime,
    store: Store,
    asked: Arc<Mutex<Vec<String>>>,
    heard: Arc<Mutex<Vec<String>>>,
    raw: Raw,
    _attachments: tempfile::TempDir,
}

impl House {
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let store = runtime.block_on(async { Store::testing_memory(Clock::testing_fixed(NOW.0)) });
        let (asked, raw): (Arc<Mutex<Vec<String>>>, Raw) = Default::default();
        let attachments = tempfile::tempdir().unwrap();
        let router = runtime.block_on(async { web::router(office(&store, attachments.path())) });
        let router = router.layer(axum::Extension(web::Visitor::operator()));
        let ours = Router::new()
            .route("/batch/{from}/{to}", get(batch))
            .route("/bare/{id}", get(bare))
            .route("/bares/{from}/{to}", get(bares))
            .with_state(store.clone())
            .merge(Router::new().route("/control/{n}", get(control)).with_state(raw.clone()))
            .merge(router)
            .layer(middleware::from_fn_with_state(asked.clone(), note));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        listener.set_nonblocking(true).unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, ours).await.unwrap();
        });
        let (elsewhere, heard) = listen();
        let (address, elsewhere) = (address.to_string(), elsewhere.to_string());
        Self { address, elsewhere, runtime, store, asked, heard, raw, _attachments: attachments }
    }

    /// Keeps a mail as the `n`-th.
    pub(crate) fn keep(&self, n: u64, raw: Vec<u8>) {
        let arrival = arrival(n, raw);
        let kept = self.runtime.block_on(self.store.accept(arrival, file)).unwrap();
        assert_eq!((kept.id(), kept.is_duplicate()), (MailId(n), false));
    }

    /// A page that is served as it stands.
    pub(crate) fn misbehaving(&self, html: &str) -> String {
        let mut raw = self.raw.lock().unwrap();
        raw.push(html.to_owned());
        format!("control/{}", raw.len() - 1)
    }

    /// What was asked since the last time that is none of what our pages are made of.
    pub(crate) fn overheard(&self) -> Vec<String> {
        let ours = ["/batch/", "/bare/", "/bares/", "/control/", "/messages/", "/api/v1/attachments/"];
        let is_ours = |path: &str| {
            ours.iter().any(|own| path.starts_with(own))
                || path.starts_with("/api/v1/messages/") && path.ends_with("/html")
        };
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        let asked = asked.into_iter().filter(|path| !is_ours(path)).map(|path| format!("asked of us: {path}"));
        let heard = std::mem::take(&mut *self.heard.lock().unwrap());
        asked.chain(heard.into_iter().map(|line| format!("asked of others: {line}"))).collect()
    }
}

fn office(store: &Store, folder: &std::path::Path) -> Office {
    let config = Config::default();
    let clock = Clock::testing_fixed(NOW.0);
    let ids = Arc::new(IdMaker::new(clock.clone(), 0));
    let keys = ReplyKeys::new(&[Secret::new([7; 32])]);
    let writer = Writer::new(&config, store.clone(), keys, ids, clock.clone());
    let desk = StoreDesk::new(store.clone(), writer.clone(), &[], config.agent.brakes);
    let directory = Directory::new(Vec::new(), Address::parse("in@mx.acme.example").unwrap());
    let rules = web::Rules { directory, agent: config.agent, desk, topics: Topics::default() };
    let attachments = Attachments::new(folder.to_owned(), config.limits.extraction, Arc::new(store.clone()));
    Office { store: store.clone(), writer, clock, rules: Arc::new(rules), attachments }
}

fn arrival(n: u64, raw: Vec<u8>) -> Arrival {
    let address = |text: &str| Address::parse(text).unwrap();
    let envelope = Envelope {
        id: MailId(n),
        arrived: NOW,
        peer: IpAddr::V4(Ipv4Addr::LOCALHOST),
        helo: "mail.example".into(),
        esmtp: true,
        tls: None,
        mail_from: Some(address("eve@evil.example")),
        recipients: vec![Recipient { address: address(SUPPORT) }],
        smtputf8: false,
    };
    let destination = Destination {
        address: Some(address(SUPPORT)),
        lookups: Lookups { fingerprint: Fingerprint(*blake3(n).as_bytes()), ..Lookups::default() },
        answer: AnswerPolicy { wanted: false, quiet: Default::default(), reopen_within: Default::default() },
        named: true,
        one_of: false,
    };
    Arrival {
        envelope,
        now: NOW,
        trace: Vec::new().into(),
        body: raw.into(),
        mail: MailSummary { from: Some(address("eve@evil.example")), ..MailSummary::default() },
        verdicts: Verdicts::unchecked("a test"),
        class: Classified { class: Class::Human, reasons: Vec::new() },
        destinations: vec![destination],
        dice: n.wrapping_mul(7919),
    }
}

fn blake3(n: u64) -> blake3::Hash {
    blake3::hash(&n.to_be_bytes())
}

async fn note(State(asked): State<Arc<Mutex<Vec<String>>>>, request: Request, next: Next) -> Response<Body> {
    asked.lock().unwrap().push(request.uri().to_string());
    next.run(request).await
}

/// Our own pages, many on one.
async fn batch(Path((from, to)): Path<(u64, u64)>) -> Response<Body> {
    framed(from..to, |id| format!("/messages/{id}"))
}

/// What the sanitiser left, without any other wall, many on one page.
async fn bares(Path((from, to)): Path<(u64, u64)>) -> Response<Body> {
    framed(from..to, |id| format!("/bare/{id}"))
}

fn framed(ids: std::ops::Range<u64>, src: impl Fn(MailId) -> String) -> Response<Body> {
    let frames: String =
        ids.map(|id| format!("<iframe width=300 height=300 src='{}'></iframe>", src(MailId(id)))).collect();
    html(format!("<!DOCTYPE html><link rel=icon href=data:,><body>{frames}"))
}

/// The HTML of a mail, and its text as HTML, in a page that may run scripts, load and go anywhere.
async fn bare(State(store): State<Store>, Path(id): Path<String>) -> Response<Body> {
    let row = store.mail(id.parse().unwrap()).unwrap().unwrap();
    let mail = mime::parse(&store.raw(&row.raw).await.unwrap());
    let options = rendering::Options { id: row.id };
    let shown = rendering::page(&mail, &options).html;
    let plain = rendering::page(&mime::Mail { text: mail.html, ..mime::Mail::default() }, &options).html;
    html(format!("<!DOCTYPE html><body>{shown}<hr>{plain}"))
}

async fn control(State(raw): State<Raw>, Path(n): Path<usize>) -> Response<Body> {
    html(raw.lock().unwrap()[n].clone())
}

fn html(page: String) -> Response<Body> {
    Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8").body(page.into()).unwrap()
}

/// Stands for every other machine: notes the first line of whatever comes, and answers nothing.
fn listen() -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let (ready, begun) = mpsc::channel();
    let notes = heard.clone();
    thread::spawn(move || {
        ready.send(()).unwrap();
        for stream in listener.incoming().map_while(Result::ok) {
            let notes = notes.clone();
            thread::spawn(move || {
                let mut line = String::new();
                let _ = BufReader::new(stream).read_line(&mut line);
                if !MAKERS.iter().any(|maker| line.contains(maker)) {
                    notes.lock().unwrap().push(line.trim().to_owned());
                }
            });
        }
    });
    begun.recv().unwrap();
    (address, heard)
}
