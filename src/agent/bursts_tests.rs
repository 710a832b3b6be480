//! Bursts and races: customers who write again while the AI thinks, and people who step in at any moment, on a clock that only
//! events move. One answer for each burst, none after a person: an oracle reads it off the time lines.
//!
//! What is real: the store, the desk, the loop's work, the judge, the writer. What is played: the mails' way in, what people
//! do, and the thoughts, which take as long as chance says.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    brakes::released,
    desk::{Case, Desk},
    model::{Answerer, Thinking, Thought},
    notes::{ModelCall, Notes},
    run::{Autopilot, Ended},
    samples::{self, QUIET, address},
    store_desk::StoreDesk,
};
use crate::{
    config::{self, Budgets, Config},
    conversation::{self, AnswerPolicy, Arrival, Destination, Fingerprint, Lookups, MailSummary, ReplyKeys},
    outbound::{Reply, Writer},
    store::{Entry, Mark, RunDecision, RunRow, Store, What},
    types::{
        Approval, Author, Chance, Clock, ConversationId, IdMaker, JobId, JobKind, Level, Millis, Secret, Verdicts,
    },
};

const START: u64 = 1_795_000_000_000;
/// Longer than any thought.
const LEASE: Duration = Duration::from_secs(120);

/// A conversation begins so long after the one before: some hundred live at once.
const BEGINS_EVERY_MILLIS: u64 = 2_000;
/// The longest thought; the lease is longer.
const THOUGHT_MILLIS: u64 = 50_000;
/// The longest pause between two things that happen to one conversation.
const PAUSE_MILLIS: u64 = 90_000;
/// Things that happen to one conversation after its first mail.
const STEPS: u64 = 6;

/// Thinks until the world says that it is enough.
struct Slow {
    gates: Arc<Mutex<HashMap<u64, oneshot::Sender<Thought>>>>,
    begun: mpsc::UnboundedSender<u64>,
    numbers: AtomicU64,
}

impl Answerer for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn think(&self, _: Arc<Case>, notes: Arc<Notes>) -> Thinking {
        let (gate, opens) = oneshot::channel();
        let mut gates = self.gates.lock().unwrap();
        let number = self.numbers.fetch_add(1, Ordering::AcqRel);
        gates.insert(number, gate);
        self.begun.send(number).unwrap();
        notes.asked(ModelCall { model: "slow".into(), tokens_in: 100, tokens_out: 10, ..ModelCall::default() });
        Box::pin(async { opens.await.unwrap() })
    }
}

#[derive(Debug, Clone, Copy)]
enum Event {
    Begins,
    Writes(ConversationId),
    StepsIn(ConversationId),
    Works,
    ThoughtEnds(u64),
}

struct World {
    chance: Chance,
    clock: Clock,
    store: Store,
    writer: Writer,
    desk: Arc<StoreDesk>,
    pilot: Autopilot<StoreDesk>,
    ids: IdMaker,
    gates: Arc<Mutex<HashMap<u64, oneshot::Sender<Thought>>>>,
    begun: mpsc::UnboundedReceiver<u64>,
    thinking: HashMap<u64, JoinHandle<Ended>>,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    pending: HashMap<u64, Event>,
    /// When the loop looks.
    looks: BTreeSet<u64>,
    made: u64,
    to_begin: u64,
    conversations: Vec<ConversationId>,
    stepped_in_on_thoughts: u64,
}

impl World {
    fn new(seed: u64, conversations: u64) -> Self {
        let clock = Clock::testing_fixed(START);
        let agent = config::Agent { brakes: released(), budgets: Budgets::UNLIMITED, ..config::Agent::default() };
        let addresses = vec![samples::case("", "").address.unwrap()];
        let config = Config { addresses, agent, ..Config::default() };
        let store = Store::testing_memory(clock.clone());
        let keys = ReplyKeys::new(&[Secret::new(vec![7; 32])]);
        let writer = Writer::new(&config, store.clone(), keys, Arc::new(IdMaker::new(clock.clone(), 0)), clock.clone());
        let desk = Arc::new(StoreDesk::new(store.clone(), writer.clone(), &config.addresses, config.agent.brakes));
        let (told, begun) = mpsc::unbounded_channel();
        let gates = Arc::<Mutex<HashMap<_, _>>>::default();
        let slow = Slow { gates: gates.clone(), begun: told, numbers: AtomicU64::new(0) };
        let pilot = Autopilot::new(desk.clone(), Arc::new(slow), config.agent, 60, clock.clone());
        let mut world = Self {
            chance: Chance::new(seed),
            ids: IdMaker::new(clock.clone(), 0),
            clock,
            store,
            writer,
            desk,
            pilot,
            gates,
            begun,
            thinking: HashMap::new(),
            events: BinaryHeap::new(),
            pending: HashMap::new(),
            looks: BTreeSet::new(),
            made: 0,
            to_begin: conversations,
            conversations: Vec::new(),
            stepped_in_on_thoughts: 0,
        };
        world.after(0, Event::Begins);
        world
    }

    fn after(&mut self, millis: u64, event: Event) {
        self.made += 1;
        self.pending.insert(self.made, event);
        self.events.push(Reverse((self.clock.now().0 + millis, self.made)));
    }

    /// The loop looks when something is due, and once for each such moment.
    fn work_at(&mut self, due: Millis) {
        if self.looks.insert(due.0) {
            self.after(due.since(self.clock.now()).as_millis() as u64, Event::Works);
        }
    }

    /// Until nothing happens any more.
    async fn run(&mut self) {
        while let Some(Reverse((when, number))) = self.events.pop() {
            self.clock.testing_advance(Millis(when).since(self.clock.now()));
            match self.pending.remove(&number).unwrap() {
                Event::Begins => self.begins().await,
                Event::Writes(id) => self.mail(Some(id)).await,
                Event::StepsIn(id) => self.steps_in(id).await,
                Event::Works => self.works().await,
                Event::ThoughtEnds(number) => self.thought_ends(number).await,
            }
            if let Some(due) = self.desk.next_due() {
                self.work_at(due);
            }
        }
    }

    /// A customer writes for the first time, and everything that will happen to them is drawn.
    async fn begins(&mut self) {
        self.mail(None).await;
        let id = *self.conversations.last().unwrap();
        let mut at = 0;
        for _ in 0..self.chance.below(STEPS + 1) {
            at += self.chance.below(PAUSE_MILLIS);
            let event = if self.chance.percent(65) { Event::Writes(id) } else { Event::StepsIn(id) };
            self.after(at, event);
        }
        self.to_begin -= 1;
        if self.to_begin > 0 {
            self.after(BEGINS_EVERY_MILLIS, Event::Begins);
        }
    }

    async fn mail(&mut self, conversation: Option<ConversationId>) {
        let (n, now) = (self.made + self.conversations.len() as u64, self.clock.now());
        let from = address(&format!("customer-{}@people.example", self.conversations.len()));
        let from = conversation.map_or(from, |id| self.store.conversation(id).unwrap().unwrap().contact);
        let to = address("support@acme.example");
        let body = format!("From: <{from}>\r\nSubject: Shipping\r\n\r\nHow long does parcel {n} take?\r\n");
        let digest = *blake3::hash(format!("{n} {}", now.0).as_bytes()).as_bytes();
        let reply_keys = conversation.into_iter().collect();
        let envelope = samples::envelope(self.ids.mail(), now, Some(from.clone()), &to);
        let arrival = Arrival {
            envelope,
            now,
            trace: "".into(),
            body: body.into(),
            mail: MailSummary { from: Some(from), subject: "Shipping".into(), ..MailSummary::default() },
            verdicts: Verdicts { level: Level::Authenticated, ..Verdicts::unchecked("a signature passes") },
            class: samples::human(),
            destinations: vec![Destination {
                address: Some(to),
                lookups: Lookups { fingerprint: Fingerprint(digest), reply_keys, ..Lookups::default() },
                answer: AnswerPolicy { wanted: true, quiet: QUIET, reopen_within: Duration::from_secs(86_400) },
                named: true,
                one_of: false,
            }],
            dice: self.chance.bits(),
        };
        self.store.accept(arrival, conversation::file).await.unwrap();
        if conversation.is_none() {
            let newest = self.store.conversations(&crate::store::ConversationFilter { limit: 1, ..Default::default() });
            self.conversations.push(newest.unwrap()[0].id);
        }
    }

    /// A person does one of the things that people do, at whatever moment this is.
    async fn steps_in(&mut self, id: ConversationId) {
        let (row, now) = (self.store.conversation(id).unwrap().unwrap(), self.clock.now());
        let is_thought_about = self.store.runs(id, 1).unwrap().iter().any(|run| run.decision == RunDecision::Begun);
        self.stepped_in_on_thoughts += u64::from(is_thought_about);
        let mark = match self.chance.below(5) {
            0 => Mark::Taken("Eve".into()),
            1 => Mark::Resolved,
            2 => Mark::GivenBack,
            3 => Mark::Reopened,
            _ => {
                let reply = Reply { markdown: "We have looked, it is on its way.".into(), ..Reply::default() };
                let approval = Approval::by_person("Eve", row.generation);
                self.writer.write(&row, reply, approval).await.unwrap();
                return;
            }
        };
        self.store.mark(id, mark, now).await.unwrap();
    }

    async fn works(&mut self) {
        self.looks.remove(&self.clock.now().0);
        while let Some(job) = self.desk.claim(self.clock.now(), LEASE).await.unwrap() {
            let pilot = self.pilot.clone();
            let mut work = tokio::spawn(async move { pilot.work(job).await });
            tokio::select! {
                biased;
                Some(number) = self.begun.recv() => {
                    self.thinking.insert(number, work);
                    let takes = self.chance.below(THOUGHT_MILLIS);
                    self.after(takes, Event::ThoughtEnds(number));
                }
                ended = &mut work => assert!(!matches!(ended.unwrap(), Ended::Deferred(_)), "nothing fails here"),
            }
        }
    }

    async fn thought_ends(&mut self, number: u64) {
        let gate = self.gates.lock().unwrap().remove(&number).unwrap();
        let words = "Our page about parcels says: two working days.";
        let thought = if self.chance.percent(10) {
            Thought::hand_off("no page")
        } else {
            Thought::Answer(samples::answer(words, words))
        };
        gate.send(thought).unwrap();
        let ended = self.thinking.remove(&number).unwrap().await.unwrap();
        assert!(!matches!(ended, Ended::Deferred(_)), "nothing fails here");
    }
}

/// What the oracle counted.
#[derive(Debug, Default)]
struct Told {
    mails: usize,
    bursts: usize,
    answers: usize,
    by_people: usize,
    stale: usize,
    handed_off: usize,
}

/// Reads one conversation from its first mail to its end, knowing only the time line and the runs.
fn check(world: &World, id: ConversationId, told: &mut Told) {
    let timeline = world.store.timeline(id).unwrap();
    let runs = world.store.runs(id, usize::MAX).unwrap();
    let (mut people_have_it, mut closed, mut unanswered, mut last_mail) = (false, false, false, None::<Millis>);
    let mut answers = Vec::new();
    for Entry { at, what, .. } in &timeline {
        match what {
            What::Mail(_) => {
                told.mails += 1;
                told.bursts += usize::from(!unanswered);
                (unanswered, last_mail, closed) = (true, Some(*at), false);
            }
            What::Letter(letter) => {
                let author = world.store.letter(*letter).unwrap().unwrap().author;
                if author == Author::Ai {
                    assert!(!people_have_it && !closed, "{id}: an answer after a person\n{timeline:#?}");
                    assert!(unanswered, "{id}: two answers to one burst\n{timeline:#?}");
                    answers.push(*at);
                } else {
                    (people_have_it, told.by_people) = (true, told.by_people + 1);
                }
                unanswered = false;
            }
            What::Note(_) => {}
            What::Event { name, .. } => match name.as_str() {
                "taken" | "handed_off" => people_have_it = true,
                "given_back" => people_have_it = false,
                "closed" => closed = true,
                "reopened" => closed = false,
                _ => {}
            },
        }
    }
    let job = world.store.job(JobId::Answer(id)).unwrap();
    assert!(job.is_none(), "{id}: a job is stuck: {job:?}");
    // Only what people reopened without giving it to the AI waits, and says so.
    let row = world.store.conversation(id).unwrap().unwrap();
    let waits = people_have_it || closed || !row.waits_because.is_empty();
    assert!(!unanswered || waits, "{id}: a burst was forgotten\n{timeline:#?}\n{row:#?}");
    check_runs(id, &runs, &answers, last_mail, &timeline);
    told.answers += answers.len();
    let came_to = |decision| runs.iter().filter(|run| run.decision == decision).count();
    told.stale += came_to(RunDecision::Stale);
    told.handed_off += came_to(RunDecision::HandedOff);
}

/// Every run has ended, each answer has one, and none was begun before the newest mail that its answer stands behind.
fn check_runs(id: ConversationId, runs: &[RunRow], answers: &[Millis], last_mail: Option<Millis>, timeline: &[Entry]) {
    assert!(last_mail.is_some());
    let ends = |run: &RunRow| Millis(run.started.0 + run.millis);
    let unended = runs.iter().find(|run| matches!(run.decision, RunDecision::Begun | RunDecision::Interrupted));
    assert!(unended.is_none(), "{id}: {unended:?}");
    let mut sent: Vec<Millis> = runs.iter().filter(|run| run.decision == RunDecision::Sent).map(ends).collect();
    sent.sort();
    assert_eq!(sent, answers, "{id}: runs and letters");
    for run in runs.iter().filter(|run| run.decision == RunDecision::Sent) {
        let mails = timeline.iter().filter(|entry| matches!(entry.what, What::Mail(_)));
        let missed = mails.clone().find(|mail| mail.at > run.started && mail.at < ends(run));
        assert!(missed.is_none(), "{id}: {run:?} answered without {missed:?}");
        assert!(run.tokens_in == 100 && run.answerer == "slow", "{run:?}");
    }
    for run in runs.iter().filter(|run| run.answerer.is_empty()) {
        assert_eq!(run.tokens_in, 0, "{run:?}");
    }
}

/// 500 conversations; `REPLYD_TEST_BURSTS=10000` for the long form.
#[tokio::test]
async fn each_burst_has_one_answer_and_none_follows_a_person() {
    let conversations = std::env::var("REPLYD_TEST_BURSTS").ok().and_then(|n| n.parse().ok()).unwrap_or(500);
    let begun = Instant::now();
    let mut world = World::new(conversations, conversations);
    world.run().await;
    assert!(world.thinking.is_empty(), "a thought was never ended");
    let mut told = Told::default();
    for id in world.conversations.clone() {
        check(&world, id, &mut told);
    }
    println!(
        "{} conversations, {told:?}, {} times somebody stepped in on a thought, within {} virtual hours and {:?}",
        world.conversations.len(),
        world.stepped_in_on_thoughts,
        (world.clock.now().0 - START) / 3_600_000,
        begun.elapsed()
    );
    assert_eq!(world.conversations.len() as u64, conversations);
    assert_eq!(world.store.next_due(JobKind::Answer).unwrap(), None);
    // Else this would show nothing.
    assert!(told.answers > 0 && told.stale > 0 && world.stepped_in_on_thoughts > 0, "{told:?}");
    assert!(told.mails > told.bursts, "nobody wrote twice");
}
