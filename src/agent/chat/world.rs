//! For the tests of this room: a house with a store, pages and a scripted model on a real socket, and one mail that waits.

use std::{sync::Arc, time::Duration};

use super::{ChatAnswerer, Means, Tools};
use crate::{
    agent::{
        BuiltIn, StoreDesk, Topics, brakes,
        run::{Autopilot, Ended},
        samples::{self, QUIET},
        tools::Toolbox,
    },
    config::{Agent, Config, Model, ModelServer, SupportAddress, Tool, Topic},
    conversation::{self, ReplyKeys},
    fetch::{
        Fetcher,
        testing::{Authority, fetcher},
    },
    outbound::Writer,
    playground::{Dns, Models, Zone},
    store::{ConversationFilter, ConversationRow, Owner, Store},
    types::{Clock, IdMaker, JobKind, Level, MailId, Millis, Secret},
};

pub(super) const QUESTION: &str = "How long does shipping to Austria take from the moment that I have ordered it?";

const START: u64 = 1_795_000_000_000;

pub(super) struct World {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) pilot: Autopilot<StoreDesk>,
    pub(super) keys: ReplyKeys,
    fetcher: Fetcher,
    ids: Arc<IdMaker>,
    _pages: tempfile::TempDir,
    _dns: Dns,
}

/// A mail as it arrives.
#[derive(Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) from: &'a str,
    /// Whole lines, CRLF ended.
    pub(super) headers: &'a str,
    pub(super) text: &'a str,
    pub(super) level: Level,
    /// Others in To and Cc.
    pub(super) named: &'a [&'a str],
}

impl Default for Incoming<'_> {
    fn default() -> Self {
        Self { from: "ada@customer.example", headers: "", text: "", level: Level::Authenticated, named: &[] }
    }
}

/// What may be called.
enum House {
    /// What a test plays.
    Played(Arc<dyn Tools>),
    /// Tools as they are configured.
    Real(Vec<Tool>),
}

/// A server of `[model]`.
pub(super) fn server(models: &Models) -> ModelServer {
    ModelServer {
        base_url: models.base_url(),
        name: "m".into(),
        api_key: Some(Secret::new("sk-secret")),
        input_price_millionths: 0,
        output_price_millionths: 0,
    }
}

/// Asks on loopback.
pub(super) fn loopback() -> (Dns, Fetcher) {
    let dns = Dns::start(Zone::new()).unwrap();
    let fetcher = fetcher(&dns, &Authority::new());
    (dns, fetcher)
}

/// `[model]` with that server, and short limits.
pub(super) fn model(models: &Models) -> Model {
    Model { server: Some(server(models)), ..Model::default() }
}

impl World {
    pub(super) async fn new(model: Model) -> Self {
        Self::with(model, House::Real(Vec::new()), Vec::new()).await
    }

    pub(super) async fn with_tools(model: Model, tools: Arc<dyn Tools>) -> Self {
        Self::with(model, House::Played(tools), Vec::new()).await
    }

    pub(super) async fn with_topics(model: Model, topics: Vec<Topic>) -> Self {
        Self::with(model, House::Real(Vec::new()), topics).await
    }

    /// A house with real tools, which are also called when a person lets them run.
    pub(super) async fn with_toolbox(model: Model, tools: Vec<Tool>) -> Self {
        Self::with(model, House::Real(tools), Vec::new()).await
    }

    /// The same house after a restart with other tools.
    pub(super) fn with_other_tools(self, tools: Vec<Tool>) -> Self {
        let toolbox = Arc::new(Toolbox::new(tools, self.fetcher.clone(), self.clock.clone()));
        Self { pilot: self.pilot.calling(toolbox), ..self }
    }

    async fn with(model: Model, tools: House, topics: Vec<Topic>) -> Self {
        let clock = Clock::testing_fixed(START);
        let support = SupportAddress { topics, ..samples::case("", "").address.unwrap() };
        let config = Config {
            addresses: vec![support],
            agent: Agent { brakes: brakes::released(), ..Agent::default() },
            ..Config::default()
        };
        let store = Store::testing_memory(clock.clone());
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let keys = ReplyKeys::new(&[Secret::new("a secret that is long enough")]);
        let writer = Writer::new(&config, store.clone(), keys.clone(), ids.clone(), clock.clone());
        let desk = StoreDesk::new(store.clone(), writer, &config.addresses, config.agent.brakes);
        let (pages, knowledge) = samples::help_pages();
        let ((dns, fetcher), knowledge) = (loopback(), Arc::new(knowledge));
        let (played, tools) = match tools {
            House::Played(played) => (Some(played), Vec::new()),
            House::Real(tools) => (None, tools),
        };
        let toolbox = Arc::new(Toolbox::new(tools, fetcher.clone(), clock.clone()));
        let means = Means {
            tools: played.unwrap_or_else(|| toolbox.clone()),
            fetcher: fetcher.clone(),
            builtin: model.builtin_fallback.then(|| BuiltIn::new(knowledge.clone(), 60, Level::Vouched)),
            knowledge,
            level_min: Level::Vouched,
            clock: clock.clone(),
            masks: crate::agent::masks::Masks::default(),
        };
        let answerer = Arc::new(ChatAnswerer::new(model, means));
        let topics = Topics::new(&config.addresses).with_classifier(answerer.clone());
        let pilot = Autopilot::new(Arc::new(desk), answerer, config.agent, 60, clock.clone());
        let pilot = pilot.with_topics(topics).calling(toolbox);
        Self { store, clock, pilot, fetcher, keys, ids, _pages: pages, _dns: dns }
    }

    /// A mail of a customer arrives, is quiet for long enough, and is worked on until nothing is left to do.
    pub(super) async fn asked(&self, from: &str, text: &str) -> Ended {
        self.worked(Incoming { from, text, ..Incoming::default() }).await
    }

    /// The same of a mail with everything said about it.
    pub(super) async fn worked(&self, mail: Incoming<'_>) -> Ended {
        self.arrives(mail).await;
        self.clock.testing_advance(QUIET);
        self.works().await
    }

    /// What is due is worked on.
    pub(super) async fn works(&self) -> Ended {
        let job = self.store.claim(JobKind::Answer, self.clock.now(), QUIET).await.unwrap().expect("an answer is due");
        self.pilot.work(job).await
    }

    /// It arrives, and is where it belongs.
    pub(super) async fn arrives(&self, mail: Incoming<'_>) -> MailId {
        let Incoming { from, headers, text, level, named } = mail;
        let (from, to, now) = (samples::address(from), samples::address("support@acme.example"), self.clock.now());
        let envelope = samples::envelope(self.ids.mail(), now, Some(from.clone()), &to);
        let body = format!(
            "From: {from}\r\nTo: {to}\r\nSubject: Shipping\r\nMessage-ID: <{}@customer.example>\r\n{headers}\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n",
            envelope.id
        );
        let id = envelope.id;
        let mut arrival = samples::arrival(envelope, body.as_bytes(), samples::human(), &self.keys);
        arrival.verdicts.level = level;
        arrival.mail.named = named.iter().map(|name| samples::address(name)).collect();
        self.store.accept(arrival, conversation::file).await.unwrap();
        id
    }

    /// The newest conversation.
    pub(super) fn conversation(&self) -> ConversationRow {
        self.store.conversations(&ConversationFilter::default()).unwrap().remove(0)
    }

    /// Nobody got a mail, people have the conversation with the reason, and nothing is left to do.
    pub(super) async fn is_handed_over_because(&self, words: &str) {
        let row = self.conversation();
        assert_eq!(row.owner, Owner::Team, "people have it");
        assert!(row.waits_because.contains(words), "expected `{words}`: {}", row.waits_because);
        let later = self.clock.now().plus(Duration::from_secs(30 * 86_400));
        assert_eq!(self.store.claim(JobKind::Deliver, later, QUIET).await.unwrap(), None, "no mail");
        assert_eq!(self.store.claim(JobKind::Answer, later, QUIET).await.unwrap(), None, "no stuck job");
        assert_eq!(self.store.next_due(JobKind::Answer).unwrap(), None::<Millis>);
    }
}

/// What a model says that answers [`QUESTION`] from the passage of that label.
pub(super) fn answer(label: &str) -> String {
    format!(
        r#"{{"paragraphs":[{{"markdown":"Hello,","source":null}},
            {{"markdown":"Orders placed before noon are shipped the same day.\n\n- Austria: 2 to 3 working days","source":"{label}"}}],
            "hand_off":null}}"#
    )
}
