//! S-11: a world of machines that answer each other. Two replyds, a vacation responder, a list server and a mailer-daemon,
//! every mark of a machine lost on the way at random, on a clock that only events move.
//!
//! What is real: letters as the writer composes them, mails as bytes, reading, class, keys, filing, the store, the judge
//! and the brakes. What is played: transport, proof (a level drawn by chance) and what the AI says.

#[path = "loop_peers_tests.rs"]
mod peers;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    sync::Arc,
    time::Duration,
};

use self::peers::{Mail, PEERS, REPEATED, word};
use super::{
    brakes::{NAMES, released},
    desk::{Case, Desk},
    model::{Answerer, Thinking, Thought},
    notes::Notes,
    run::{Autopilot, Ended},
    samples::{self, address},
    store_desk::StoreDesk,
};
use crate::{
    config::{self, Brakes, Config},
    conversation::{self, Arrival, Class, Classified, ReplyKeys},
    mime,
    outbound::Writer,
    store::{ConversationFilter, DeliveryState, Mark, Settled, Store, What},
    types::{Author, Chance, Clock, ConversationId, IdMaker, JobId, JobKind, Level, Millis, Secret, Verdicts},
};

/// Nobody dies here while they work.
const LEASE: Duration = Duration::from_secs(120);
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const START: u64 = 1_795_000_000_000;

/// What is different from world to world.
#[derive(Clone, Copy)]
struct Rules {
    seed: u64,
    /// The only brake that is not turned off; `None`: all seven work.
    alone: Option<&'static str>,
    /// Whether even that one is off.
    none_at_all: bool,
    /// Whether new people write all the time, and handed over conversations are given back.
    busy: bool,
}

/// One replyd.
struct House {
    name: &'static str,
    store: Store,
    desk: Arc<StoreDesk>,
    pilot: Autopilot<StoreDesk>,
    keys: ReplyKeys,
    ids: Arc<IdMaker>,
}

/// Says something to everything: new words, or now and then words it has said before.
struct Chatterbox(std::sync::Mutex<Chance>);

impl Answerer for Chatterbox {
    fn name(&self) -> &'static str {
        "chatterbox"
    }
    fn think(&self, _: Arc<Case>, _: Arc<Notes>) -> Thinking {
        let mut chance = self.0.lock().unwrap();
        let said = if chance.percent(REPEATED) { chance.below(3) } else { chance.bits() };
        let words = format!("Our page about {} says: two working days.", word(said));
        Box::pin(std::future::ready(Thought::Answer(samples::answer(&words, &words))))
    }
}

enum Event {
    /// A mail reaches a house.
    Arrives(usize, Mail),
    /// Somebody who never wrote before does.
    SomebodyWrites,
    /// A person gives a conversation back to the AI.
    GivenBack(usize, ConversationId),
    /// The AI of a house looks for work.
    Works(usize),
}

struct World {
    rules: Rules,
    chance: Chance,
    clock: Clock,
    houses: Vec<House>,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    pending: BTreeMap<u64, Event>,
    made: u64,
    /// Mails that arrived and letters that left.
    messages: u64,
    held: BTreeMap<String, u64>,
}

fn settings(rules: Rules) -> config::Agent {
    let default = Brakes::default();
    if rules.alone.is_none() && !rules.none_at_all {
        return config::Agent { budgets: config::Budgets::UNLIMITED, ..config::Agent::default() };
    }
    let mut brakes = released();
    match rules.alone.unwrap_or_default() {
        "machine" => brakes.machine_pause = default.machine_pause,
        "conversation" => brakes.per_conversation_per_hour_max = default.per_conversation_per_hour_max,
        "sender" => brakes.per_sender_per_day_max = default.per_sender_per_day_max,
        // The defaults would do as well, after ten times as many messages.
        "domain" => brakes.per_domain_per_hour_max = default.per_domain_per_hour_max / 10,
        "everybody" => brakes.per_hour_max = default.per_hour_max / 10,
        "same_text" => brakes.same_text = default.same_text,
        _ => {}
    }
    // Levels are drawn so that this is the lowest there is, unless the proof is to be asked for.
    let level_min = if rules.alone == Some("proof") { Level::Vouched } else { Level::Unproven };
    let budgets = config::Budgets::UNLIMITED;
    config::Agent { level_min, brakes, budgets, ..config::Agent::default() }
}

impl House {
    fn new(name: &'static str, rules: Rules, level_min: Option<Level>, clock: &Clock) -> Self {
        let mut support = samples::case("", "").address.unwrap();
        support.address = address(&format!("support@{name}"));
        support.level_min = level_min;
        // The brakes are measured here, not how soon people get it.
        support.handoff = config::Handoff::of(config::HandoffLevel::AiOnly);
        let config = Config { addresses: vec![support], agent: settings(rules), ..Config::default() };
        let store = Store::testing_memory(clock.clone());
        let keys = ReplyKeys::new(&[Secret::new(name.repeat(4).into_bytes())]);
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let writer = Writer::new(&config, store.clone(), keys.clone(), ids.clone(), clock.clone());
        let desk = Arc::new(StoreDesk::new(store.clone(), writer, &config.addresses, config.agent.brakes));
        let chatterbox = Chatterbox(std::sync::Mutex::new(Chance::new(rules.seed ^ name.len() as u64)));
        let pilot = Autopilot::new(desk.clone(), Arc::new(chatterbox), config.agent, 60, clock.clone());
        Self { name, store, desk, pilot, keys, ids }
    }

    /// What the line behind the door does, with a proof that chance gave.
    async fn receive(&self, mail: Mail, level: Level, relabel: bool, now: Millis, dice: u64) {
        let read = mime::parse(&mail.raw);
        let to = address(&format!("support@{}", self.name));
        let envelope = samples::envelope(self.ids.mail(), now, mail.envelope_from, &to);
        let mut class = conversation::classify(&read, &envelope);
        if self.keys.read(&read.message_id).is_some() {
            class = Classified { class: Class::OwnEcho, reasons: Vec::new() };
        }
        if relabel {
            class.class = Class::Human;
        }
        let arrival = Arrival {
            verdicts: Verdicts { level, ..Verdicts::unchecked("drawn by chance") },
            dice,
            ..samples::arrival(envelope, &mail.raw, class, &self.keys)
        };
        self.store.accept(arrival, conversation::file).await.unwrap();
    }

    /// The letters that wait to leave, as bytes and recipient; they count as delivered.
    async fn leaving(&self, now: Millis) -> Vec<(Vec<u8>, crate::types::Address)> {
        let mut letters = Vec::new();
        while let Some(job) = self.store.claim(JobKind::Deliver, now, LEASE).await.unwrap() {
            let JobId::Deliver(id, place) = job.id else { panic!("asked for deliveries") };
            let letter = self.store.letter(id).unwrap().unwrap();
            let raw = self.store.raw(&letter.raw).await.unwrap();
            letters.push((raw.to_vec(), letter.recipients[usize::from(place)].to.clone()));
            let delivery = DeliveryState::Accepted { by: "peer".into(), words: String::new(), at: now };
            self.store
                .settle(Settled { job: job.id, claim: job.claim(), delivery, uncertain: false, no_mailbox: false, now })
                .await
                .unwrap();
        }
        letters
    }
}

impl World {
    fn new(rules: Rules) -> Self {
        let clock = Clock::testing_fixed(START);
        let houses = ["a.example", "b.example"].map(|name| House::new(name, rules, None, &clock)).into();
        let chance = Chance::new(rules.seed);
        let (events, pending, held) = Default::default();
        Self { rules, chance, clock, houses, events, pending, made: 0, messages: 0, held }
    }

    fn at(&mut self, when: u64, event: Event) {
        self.made += 1;
        self.pending.insert(self.made, event);
        self.events.push(Reverse((when, self.made)));
    }

    fn now(&self) -> u64 {
        self.clock.now().0
    }

    /// Runs until nothing happens any more, or so many messages have been seen. Says whether it became quiet.
    async fn run(&mut self, messages: u64) -> bool {
        while self.messages < messages {
            let Some(Reverse((when, event))) = self.events.pop() else { return true };
            self.clock.testing_advance(Duration::from_millis(when.saturating_sub(self.now())));
            match self.pending.remove(&event).unwrap() {
                Event::Arrives(house, mail) => self.arrives(house, mail).await,
                Event::SomebodyWrites => self.somebody_writes(),
                Event::GivenBack(house, id) => {
                    self.houses[house].store.mark(id, Mark::GivenBack, Millis(when)).await.unwrap();
                    self.look(house);
                }
                Event::Works(house) => self.works(house).await,
            }
        }
        false
    }

    fn somebody_writes(&mut self) {
        let mail = self.chance.of(&PEERS).first_mail("a.example", &mut self.chance);
        let now = self.now();
        self.at(now, Event::Arrives(0, mail));
        if self.rules.busy {
            let next = now + 1000 * (1 + self.chance.below(600));
            self.at(next, Event::SomebodyWrites);
        }
    }

    async fn arrives(&mut self, house: usize, mut mail: Mail) {
        self.messages += 1;
        mail.lose_marks(&mut self.chance);
        // A brake is turned off by taking away what it sees.
        let machines_show = self.rules.alone.is_none_or(|alone| alone == "machine") && !self.rules.none_at_all;
        let proof_lacks = self.rules.alone.is_none_or(|alone| alone == "proof") && !self.rules.none_at_all;
        let level = if proof_lacks && self.chance.percent(5) { Level::Unproven } else { Level::Authenticated };
        let (now, dice) = (Millis(self.now()), self.chance.bits());
        self.houses[house].receive(mail, level, !machines_show, now, dice).await;
        self.look(house);
    }

    fn look(&mut self, house: usize) {
        if let Some(due) = self.houses[house].desk.next_due() {
            self.at(due.0, Event::Works(house));
        }
    }

    async fn works(&mut self, house: usize) {
        let now = self.clock.now();
        while let Some(job) = self.houses[house].desk.claim(now, LEASE).await.unwrap() {
            let conversation = job.conversation;
            match self.houses[house].pilot.work(job).await {
                Ended::HandedOff(reason) => {
                    *self.held.entry(without_numbers(&reason)).or_default() += 1;
                    if self.rules.busy && self.chance.percent(60) {
                        let later = now.0 + self.chance.below(6 * HOUR);
                        self.at(later, Event::GivenBack(house, conversation));
                    }
                }
                Ended::Deferred(why) => panic!("{why}"),
                _ => {}
            }
        }
        for (raw, to) in self.houses[house].leaving(now).await {
            self.messages += 1;
            let replies: Vec<(usize, Mail)> = match self.houses.iter().position(|other| other.name == to.domain()) {
                Some(other) => vec![(other, Mail::letter(raw, self.houses[house].name))],
                None => {
                    let peer = PEERS.iter().find(|peer| peer.domain() == to.domain()).expect("we write to peers only");
                    vec![(house, peer.answer(&raw, &to, self.houses[house].name, &mut self.chance))]
                }
            };
            for (at, mail) in replies {
                let when = now.0 + 500 + self.chance.below(40_000);
                self.at(when, Event::Arrives(at, mail));
            }
        }
    }

    /// When the AI wrote, by conversation.
    fn answers(&self) -> Vec<Vec<u64>> {
        let all = ConversationFilter { limit: usize::MAX, ..ConversationFilter::default() };
        let mut answers = Vec::new();
        for house in &self.houses {
            for row in house.store.conversations(&all).unwrap() {
                let letters = house.store.timeline(row.id).unwrap().into_iter().filter_map(|entry| match entry.what {
                    What::Letter(id) => house.store.letter(id).unwrap(),
                    _ => None,
                });
                answers.push(letters.filter(|letter| letter.author == Author::Ai).map(|l| l.made.0).collect());
            }
        }
        answers
    }

    /// No conversation passes five answers in any hour, nor ten in any day. Gives the most there were of each.
    fn measured(&self) -> (usize, usize) {
        let within = |times: &[u64], span| {
            let from = |(n, start): (usize, &u64)| times[n..].iter().take_while(|at| **at - start < span).count();
            times.iter().enumerate().map(from).max().unwrap_or(0)
        };
        let (mut hour, mut day) = (0, 0);
        for times in self.answers() {
            assert!(times.is_sorted());
            hour = hour.max(within(&times, HOUR));
            day = day.max(within(&times, DAY));
        }
        assert!(hour <= 5 && day <= 10, "{hour} answers within an hour, {day} within a day");
        for house in &self.houses {
            assert!(house.store.counts().unwrap().balance());
        }
        (hour, day)
    }
}

fn without_numbers(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// Messages of one world; then the next seed begins a new one.
const WORLD_MESSAGES: u64 = 4_000;

/// 4,000 messages; `REPLYD_TEST_LOOP_MESSAGES=1000000` for the long form.
#[tokio::test]
async fn no_conversation_passes_five_answers_an_hour_or_ten_a_day_s11() {
    let wanted = std::env::var("REPLYD_TEST_LOOP_MESSAGES").ok().and_then(|n| n.parse().ok()).unwrap_or(4_000);
    let (mut messages, mut hour, mut day, mut answers, mut virtual_days) = (0, 0, 0, 0, 0);
    let mut held: BTreeMap<String, u64> = BTreeMap::new();
    for seed in 1.. {
        if messages >= wanted {
            break;
        }
        let mut world = World::new(Rules { seed, alone: None, none_at_all: false, busy: true });
        world.at(START, Event::SomebodyWrites);
        assert!(!world.run(WORLD_MESSAGES).await, "a busy world never rests");
        let most = world.measured();
        (hour, day) = (hour.max(most.0), day.max(most.1));
        messages += world.messages;
        answers += world.answers().iter().map(Vec::len).sum::<usize>();
        virtual_days += (world.now() - START) / DAY;
        for (reason, times) in world.held {
            *held.entry(reason).or_default() += times;
        }
    }
    println!(
        "{messages} messages, {answers} answers, {virtual_days} days; at most {hour} an hour, {day} a day; {held:#?}"
    );
    // The world presses on the limits, else this would show nothing.
    assert!(hour == 5 && day > 5, "at most {hour} an hour and {day} a day: nothing pressed");
    for brake in ["proved too little", "in this conversation", "to this sender", "the same"] {
        assert!(held.keys().any(|reason| reason.contains(brake)), "nothing was held because of `{brake}`: {held:#?}");
    }
}

/// A world that is given up on: with no brake, the loops of ten first mails never end.
const ENDLESS: u64 = 1_500;

async fn loops_end(rules: Rules) -> (bool, World) {
    let mut world = World::new(rules);
    for n in 0..10 {
        world.at(START + n * 1000, Event::SomebodyWrites);
    }
    let quiet = world.run(ENDLESS).await;
    (quiet, world)
}

#[tokio::test]
async fn each_brake_stops_the_loops_alone_s11() {
    for alone in NAMES {
        for seed in 1..=3 {
            let (quiet, world) = loops_end(Rules { seed, alone: Some(alone), none_at_all: false, busy: false }).await;
            assert!(quiet, "`{alone}` alone did not end the loops of seed {seed}: {:#?}", world.held);
        }
    }
}

#[tokio::test]
async fn without_any_brake_the_loops_go_on() {
    let (quiet, world) = loops_end(Rules { seed: 1, alone: None, none_at_all: true, busy: false }).await;
    assert!(!quiet && world.messages >= ENDLESS, "after {} messages it was quiet", world.messages);
}

/// S-09: forged requests in the name of people who never wrote. When each of them got mail.
async fn flood(requests: u64, victims: u64, level_min: Option<Level>) -> BTreeMap<String, Vec<u64>> {
    let clock = Clock::testing_fixed(START);
    let rules = Rules { seed: 9, alone: None, none_at_all: false, busy: false };
    let house = House::new("a.example", rules, level_min, &clock);
    let mut chance = Chance::new(9);
    let mut mails: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for n in 0..requests {
        let mail = Mail::request(&format!("victim-{}@people.example", n % victims), n);
        house.receive(mail, Level::Unproven, false, clock.now(), chance.bits()).await;
        clock.testing_advance(Duration::from_secs(21));
        let now = clock.now();
        while let Some(job) = house.desk.claim(now, LEASE).await.unwrap() {
            house.pilot.work(job).await;
        }
        for (raw, to) in house.leaving(now).await {
            let read = mime::parse(&raw);
            let words = format!("{} {} {}", read.subject, read.text, String::from_utf8_lossy(&raw));
            assert!(!words.contains("BUY NOW"), "the forger's words were mailed: {words}");
            mails.entry(to.key()).or_default().push(now.0);
        }
    }
    assert_eq!(house.store.counts().unwrap().shown, requests, "all of them are seen by people");
    mails
}

/// 1,000 requests naming 10 people; `REPLYD_TEST_FLOOD_REQUESTS=100000` names 1,000.
#[tokio::test]
async fn forged_requests_flood_nobody_s09() {
    let requests = std::env::var("REPLYD_TEST_FLOOD_REQUESTS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let victims = requests / 100;
    let mails = flood(requests, victims, None).await;
    assert_eq!(mails, BTreeMap::new(), "somebody who may not have written got mail");

    let mails = flood(requests, victims, Some(Level::Unproven)).await;
    for (victim, times) in &mails {
        let close = times.windows(2).find(|pair| pair[1] - pair[0] < DAY);
        assert!(close.is_none(), "{victim} got two mails within a day");
    }
    let sent: usize = mails.values().map(Vec::len).sum();
    println!("{requests} requests naming {victims}: 0 mails; {sent} to {} of them with level_min = 1", mails.len());
    assert!(sent > 0, "the administrator asked for answers");
}
