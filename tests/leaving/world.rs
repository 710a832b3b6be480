//! A store in a folder with one conversation, and the queue that works on it; a test sees each settlement.

use std::{
    net::{IpAddr, Ipv4Addr},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use axum::{body::Body, http::Request};
use bytes::Bytes;
use replyd::{
    agent::{StoreDesk, Topics},
    attachments::Attachments,
    config::{self, Config, Domain, Route, SupportAddress},
    conversation::{
        self, AnswerPolicy, Arrival, Class, Classified, Destination, Directory, Fingerprint, Lookups, MailSummary,
        ReplyKeys,
    },
    outbound::{
        self, Answer, Dns, DnsFault, DomainCheck, DomainStatus, KeyKind, Queue, Signer, Work, Writer, make_key,
    },
    store::{ConversationRow, LetterRow, Place, RawRef, Settled, Store, StoreError, What},
    types::{
        Address, Clock, ConversationId, Envelope, IdMaker, Job, JobKind, LetterId, Level, MailId, Millis, Pick,
        Recipient, Secret, Verdicts,
    },
    web::{self, Office},
};
use serde_json::json;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

const SUPPORT: &str = "support@acme.example";
pub(crate) const NOW: Millis = Millis(1_795_000_000_000);

/// A store, a queue at work, and what it settled.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) conversation: ConversationId,
    config: Config,
    queue: Arc<Queue>,
    work: Arc<Watched>,
    settled: mpsc::UnboundedReceiver<Settled>,
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
    _folder: tempfile::TempDir,
}

impl World {
    /// One conversation with that customer, kept in `folder`; letters leave by `route`. `servers`: of every domain, in order
    /// of preference.
    pub(crate) async fn new(contact: &str, route: Route, servers: Vec<Ipv4Addr>, folder: tempfile::TempDir) -> Self {
        let clock = Clock::testing_fixed(NOW.0);
        let settings = config::Store { path: folder.path().join("data"), ..config::Store::default() };
        let store = Store::open(&settings, clock.clone()).unwrap();
        let conversation = opened(&store, contact).await;
        let queue = Queue {
            signer: signer(folder.path()),
            dns: Arc::new(Servers(servers)),
            hello: "mx.acme.example".into(),
            settings: config::Outbound { route, ..config::Outbound::default() },
            clock: clock.clone(),
        };
        let (told, settled) = mpsc::unbounded_channel();
        let (queue, work) = (Arc::new(queue), Arc::new(Watched { store: store.clone(), told }));
        let address = SupportAddress {
            name: Some("Acme Support".into()),
            ..SupportAddress::of(Address::parse(SUPPORT).unwrap())
        };
        // People's letters leave at once.
        let outbound = config::Outbound { undo: Duration::ZERO, ..config::Outbound::default() };
        let config = Config { addresses: vec![address], outbound, ..Config::default() };
        let (stop, running) = (CancellationToken::new(), None);
        Self { store, clock, conversation, config, queue, work, settled, stop, running, _folder: folder }
    }

    /// A person answers, the time of the first attempt comes, and the queue begins; the letter.
    pub(crate) async fn write(&mut self, words: &str) -> LetterRow {
        let (store, clock) = (self.store.clone(), self.clock.clone());
        let keys = ReplyKeys::new(&[Secret::new([7; 32])]);
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let writer = Writer::new(&self.config, store.clone(), keys, ids, clock.clone());
        let desk = StoreDesk::new(store.clone(), writer.clone(), &self.config.addresses, self.config.agent.brakes);
        let nowhere = Address::parse("in@mx.acme.example").unwrap();
        let rules = Arc::new(web::Rules {
            directory: Directory::new(Vec::new(), nowhere),
            agent: self.config.agent.clone(),
            desk,
            topics: Topics::default(),
        });
        let attachments = Attachments::new(PathBuf::new(), self.config.limits.extraction, Arc::new(store.clone()));
        let office = web::router(Office { store, writer, clock, rules, attachments })
            .layer(axum::Extension(web::Visitor::operator()));
        let path = format!("/api/v1/conversations/{}/replies", self.conversation);
        let request = Request::builder().method("POST").uri(path).header("content-type", "application/json");
        let body = Body::from(json!({ "markdown": words, "by": "Grace" }).to_string());
        let answer = office.oneshot(request.body(body).unwrap()).await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        let line = self.store.timeline(self.conversation).unwrap();
        let written = line.iter().rev().find_map(|entry| match entry.what {
            What::Letter(letter) => Some(letter),
            _ => None,
        });
        self.now_is(self.store.next_due(JobKind::Deliver).unwrap().unwrap());
        self.running = Some(tokio::spawn(outbound::run(self.work.clone(), self.queue.clone(), self.stop.clone())));
        self.letter(written.unwrap())
    }

    pub(crate) fn letter(&self, id: LetterId) -> LetterRow {
        self.store.letter(id).unwrap().unwrap()
    }

    pub(crate) fn row(&self) -> ConversationRow {
        self.store.conversation(self.conversation).unwrap().unwrap()
    }

    /// How the next attempt ended.
    pub(crate) async fn settled(&mut self) -> Settled {
        self.settled.recv().await.unwrap()
    }

    /// Moves the clock there, and has the queue look.
    pub(crate) fn now_is(&self, then: Millis) {
        self.clock.testing_advance(then.since(self.clock.now()));
        self.store.wake(JobKind::Deliver).notify_one();
    }

    /// Ends the queue; nothing may be left to do, and nothing may have been tried since.
    pub(crate) async fn ends(mut self) {
        assert_eq!(self.store.next_due(JobKind::Deliver).unwrap(), None, "a job is left");
        self.store.wake(JobKind::Deliver).notify_one();
        self.stop.cancel();
        self.running.unwrap().await.unwrap();
        assert!(self.settled.try_recv().is_err(), "something was tried again");
        self.store.close().await;
    }
}

/// The store, and word of what was settled.
struct Watched {
    store: Store,
    told: mpsc::UnboundedSender<Settled>,
}

impl Work for Watched {
    async fn claim(&self, pick: Pick, now: Millis, lease: Duration) -> Result<Option<Job>, StoreError> {
        Work::claim(&self.store, pick, now, lease).await
    }

    async fn settle(&self, settled: Settled) -> Result<(), StoreError> {
        Work::settle(&self.store, settled.clone()).await?;
        self.told.send(settled).unwrap();
        Ok(())
    }

    fn letter(&self, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
        Work::letter(&self.store, id)
    }

    async fn raw(&self, raw: &RawRef) -> Result<Bytes, StoreError> {
        Work::raw(&self.store, raw).await
    }

    fn next_due(&self, pick: &Pick) -> Result<Option<Millis>, StoreError> {
        Work::next_due(&self.store, pick)
    }

    fn wake(&self) -> Arc<Notify> {
        Work::wake(&self.store)
    }
}

/// Every domain has these servers, the first preferred.
struct Servers(Vec<Ipv4Addr>);

impl Dns for Servers {
    fn mx<'a>(&'a self, _domain: &'a str) -> Answer<'a, Result<Vec<(u16, String)>, DnsFault>> {
        let named = (0..self.0.len()).map(|n| (n as u16, format!("mx{n}.customer.example")));
        Box::pin(async move { Ok(named.collect()) })
    }

    fn addresses<'a>(&'a self, host: &'a str) -> Answer<'a, Result<Vec<IpAddr>, DnsFault>> {
        let place = host.trim_start_matches("mx").split('.').next().and_then(|n| n.parse::<usize>().ok());
        let found = place.and_then(|n| self.0.get(n)).map(|ip| vec![IpAddr::V4(*ip)]);
        Box::pin(async move { found.ok_or(DnsFault::NoSuchName) })
    }
}

struct Verified;

impl DomainCheck for Verified {
    fn status<'a>(&'a self, _domain: &'a str) -> Answer<'a, DomainStatus> {
        Box::pin(async { DomainStatus::Verified })
    }
}

fn signer(data: &Path) -> Signer {
    make_key(data, "acme.example", "e1", KeyKind::Ed25519).unwrap();
    let domain = Domain { name: "acme.example".into(), selector_rsa: None, selector_ed25519: Some("e1".into()) };
    Signer::load(data, &[domain], Arc::new(Verified), false).unwrap()
}

/// The conversation that a customer's first mail opens.
async fn opened(store: &Store, contact: &str) -> ConversationId {
    let (from, support) = (Address::parse(contact).unwrap(), Address::parse(SUPPORT).unwrap());
    let arrival = Arrival {
        envelope: Envelope {
            id: MailId(1),
            arrived: NOW,
            peer: Ipv4Addr::LOCALHOST.into(),
            helo: "x".into(),
            esmtp: true,
            tls: None,
            mail_from: Some(from.clone()),
            recipients: vec![Recipient { address: support.clone() }],
            smtputf8: false,
        },
        now: NOW,
        trace: Bytes::new(),
        body: Bytes::from_static(b"From: ada@customer.example\r\nSubject: Parcel\r\n\r\nWhere is it?\r\n"),
        mail: MailSummary { from: Some(from), subject: "Parcel".into(), ..MailSummary::default() },
        verdicts: Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("as the test says") },
        class: Classified { class: Class::Human, reasons: Vec::new() },
        destinations: vec![Destination {
            address: Some(support),
            lookups: Lookups { fingerprint: Fingerprint([1; 32]), ..Lookups::default() },
            answer: AnswerPolicy { wanted: false, quiet: Duration::ZERO, reopen_within: Duration::ZERO },
            named: true,
            one_of: false,
        }],
        dice: 7919,
    };
    let accepted = store.accept(arrival, conversation::file).await.unwrap();
    let filed = store.mail(accepted.id()).unwrap().unwrap();
    let Place::Conversation { id, .. } = filed.filings[0].place else { panic!("{filed:?}") };
    id
}
