//! `kill -9` while the AI thinks with a slow model on a real socket: no run is lost, no letter is lost or doubled.
//!
//! Some kills come when the model has just been asked, others when it has just answered (before the letter is written, while
//! it is, and right behind it), the rest at any moment, a start among them. The oracle knows the mails that heard 250, what the
//! model was asked, and the files that came out; it asks the daemon for the rest.
//!
//! - `REPLYD_THINKING_KILLS`: kills of each of the two tests, 5 when not said; 200 for a long run. There are two or three mails for each.
//! - `REPLYD_THINKING_SEED`: repeats the choices of a run; it is printed. The moments of the scheduler do not repeat.

#![allow(clippy::unwrap_used, reason = "the helpers of tests are tests")]

mod support;
#[path = "thinking_crash/tools.rs"]
mod tools;

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use replyd::playground::{AskedModel, Models, Turn};
use serde_json::{Value, json};
use support::{
    api::Api,
    daemon::{Daemon, House, QUESTION},
    mails::{self, Chance},
    names::Names,
    smtp::hand_in,
};

const KILLS: u64 = 5;
const MAILS_PER_KILL: u64 = 3;
const SUPPORT: &str = "support@acme.example";

/// What stands on the page, and is carried by it.
const ANSWER: &str =
    "To reset your password open the login page, choose \"Reset my password\" and enter your mail address.";

/// Between two octets of a slow answer.
const SLOWNESS: Duration = Duration::from_micros(500);

/// A kill that is aimed comes so long after it at most.
const AFTER_MICROS: u64 = 8_000;

/// A kill comes so long after the daemon takes mail at the latest, also when the model is not asked.
const KILLED_WITHIN: Duration = Duration::from_millis(1_500);

/// What the model can see of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// It is asked, and says nothing.
    Asked,
    /// It is asked, and answers at once.
    Answers,
}

/// What is waited for.
type Aim = Arc<Mutex<Option<(Moment, Sender<()>)>>>;

fn model_says(aim: &Aim, asked: &AskedModel) -> Turn {
    let said = json!({"paragraphs": [{"markdown": ANSWER, "source": "P1"}]}).to_string();
    assert!(asked.text().contains(QUESTION), "{}", asked.text());
    match aim.lock().unwrap().take() {
        Some((moment, seen)) => {
            // Nobody listens any more who had no patience.
            let _ = seen.send(());
            if moment == Moment::Asked { Turn::Silence } else { Turn::Says(said) }
        }
        None => {
            let message = json!({"role": "assistant", "content": said});
            let body = json!({"id": "1", "object": "chat.completion", "model": "m",
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}})
            .to_string();
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
            Turn::Drip(format!("{head} {}\r\n\r\n{body}", body.len()).into_bytes(), SLOWNESS)
        }
    }
}

#[test]
fn no_run_and_no_letter_is_lost_or_doubled_whenever_the_daemon_is_killed() {
    let (kills, mut chance) = (setting("REPLYD_THINKING_KILLS").unwrap_or(KILLS), Chance::new(seed()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (aim, names) = (Aim::default(), Names::start());
    let of_model = aim.clone();
    let models = runtime.block_on(Models::start(move |_, asked| model_says(&of_model, asked))).unwrap();
    let house = House::plain(&names);
    let table = format!("[model]\nbase_url = \"{}\"\nname = \"m\"\ninput_price = 1\n[knowledge]", models.base_url());
    house.change("[knowledge]", &table);
    let mut sent = BTreeMap::new();
    let mut killed = BTreeMap::<String, u64>::new();
    for kill in 1..=kills {
        if chance.percent(20) {
            let starting = house.spawn();
            thread::sleep(Duration::from_millis(chance.below(60)));
            starting.kill();
        }
        let (moment, seen) = take_aim(&aim, &mut chance);
        let daemon = house.start();
        for n in 0..MAILS_PER_KILL {
            let marker = format!("matter-{kill}-{n}");
            sent.insert(write(&daemon, &marker), marker);
        }
        let is_hit = seen.is_some_and(|seen| seen.recv_timeout(KILLED_WITHIN).is_ok());
        thread::sleep(Duration::from_micros(chance.below(if is_hit { AFTER_MICROS } else { 500_000 })));
        daemon.kill();
        let moment = moment.filter(|_| is_hit).map_or("any".to_owned(), |moment| format!("{moment:?}"));
        *killed.entry(moment).or_default() += 1;
        aim.lock().unwrap().take();
    }
    let daemon = house.start();
    daemon.until("everything was thought about", |api| api.queue().is_empty());
    let told = check(&daemon.api(), &house, &sent, models.asked().len());
    daemon.stop();
    house.verify();
    println!("kills by moment: {killed:?}; {told:?}");
    assert!(told.interrupted > 0 && told.sent > 0 && told.asked > 0, "no kill came while it thought: {told:?}");
}

#[test]
fn no_tool_that_changes_something_is_called_twice_whenever_the_daemon_is_killed() {
    tools::kills(setting("REPLYD_THINKING_KILLS").unwrap_or(KILLS), Chance::new(seed()));
}

/// Three of four kills are aimed.
fn take_aim(aim: &Aim, chance: &mut Chance) -> (Option<Moment>, Option<Receiver<()>>) {
    let moment = match chance.below(4) {
        0 => None,
        1 => Some(Moment::Asked),
        _ => Some(Moment::Answers),
    };
    let (seen, told) = mpsc::channel();
    *aim.lock().unwrap() = moment.map(|moment| (moment, seen));
    (moment, moment.map(|_| told))
}

/// A customer asks; the queue id that was said.
fn write(daemon: &Daemon, marker: &str) -> String {
    let from = format!("{marker}@customer.example");
    let body = mails::mail(&from, SUPPORT, &format!("{marker}@mail.customer.example"), marker, "", QUESTION);
    hand_in(daemon, &from, &[SUPPORT], &body)
}

/// What the oracle counted.
#[derive(Debug, Default)]
struct Told {
    mails: usize,
    sent: usize,
    handed_off: usize,
    interrupted: usize,
    asked: usize,
}

/// Each mail has one end: one letter with its one run, or people with the reason; what the model was asked stands in runs.
fn check(api: &Api, house: &House, sent: &BTreeMap<String, String>, asked: usize) -> Told {
    let mut told = Told { asked, ..Told::default() };
    let mut calls = 0;
    for row in api.conversations() {
        let conversation = api.conversation(row["id"].as_str().unwrap());
        let lines = conversation["timeline"].as_array().unwrap();
        let of_kind = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).count();
        assert_eq!(of_kind("mail"), 1, "{conversation:#}");
        told.mails += 1;
        let runs = conversation["runs"].as_array().unwrap();
        let came_to = |decision: &str| runs.iter().filter(|run| run["decision"] == decision).count();
        assert_eq!(came_to("begun"), 0, "a run never ended: {runs:#?}");
        let ends = (came_to("sent"), came_to("handed_off"));
        assert!(matches!(ends, (1, 0) | (0, 1)), "it has not one end: {runs:#?}");
        assert_eq!(of_kind("letter"), ends.0, "letters and runs do not agree: {conversation:#}");
        assert_eq!(ends.0 + ends.1 + came_to("interrupted"), runs.len(), "nothing else happens here: {runs:#?}");
        told.sent += ends.0;
        told.handed_off += ends.1;
        told.interrupted += came_to("interrupted");
        calls += runs.iter().map(calls_of).sum::<usize>();
    }
    assert_eq!(told.mails, sent.len(), "mails that heard 250 and conversations");
    // A run is written before anything leaves for the model.
    assert!(asked <= calls + told.interrupted, "{asked} requests, {calls} calls in runs, {told:?}");
    check_files(house, sent, told.sent);
    told
}

/// The calls that a run remembers; each counts 100 and 10 tokens where the model answered.
fn calls_of(run: &Value) -> usize {
    let calls = run["model_calls"].as_array().map_or(&[][..], Vec::as_slice);
    if run["decision"] == "sent" {
        assert_eq!((&run["tokens_in"], &run["cost_millionths"]), (&json!(100), &json!(100)), "{run:#}");
        assert!(run["passages"].as_array().is_some_and(|passages| !passages.is_empty()), "{run:#}");
    }
    calls.len()
}

/// Each letter lies in the outbox once, for whoever asked.
fn check_files(house: &House, sent: &BTreeMap<String, String>, letters: usize) {
    let mut files = BTreeMap::<&str, usize>::new();
    for entry in fs::read_dir(house.outbox()).unwrap() {
        let text = String::from_utf8_lossy(&fs::read(entry.unwrap().path()).unwrap()).into_owned();
        let to_one = sent.values().find(|marker| text.contains(&format!("{marker}@customer.example"))).unwrap();
        *files.entry(to_one).or_default() += 1;
    }
    assert!(files.values().all(|count| *count == 1), "somebody got two letters: {files:?}");
    assert_eq!(files.len(), letters, "letters and files");
}

fn seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = setting("REPLYD_THINKING_SEED").unwrap_or(now.as_nanos() as u64);
    println!("REPLYD_THINKING_SEED={seed}");
    seed
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}
