//! The same with a tool that changes something, on a socket of its own, and one that people let run.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc, Mutex,
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

use replyd::playground::{AskedModel, Models, Turn};
use serde_json::{Value, json};

use super::{
    SUPPORT,
    support::{
        api::Api,
        daemon::{Daemon, House},
        mails::{self, Chance},
        names::Names,
        smtp::hand_in,
        tool_server::{Heard, Says, ToolServer},
    },
};

/// A kill that is aimed comes so long after it at most.
const AFTER_MICROS: u64 = 3_000;

/// How long an aimed kill waits for its moment.
const HIT_WITHIN: Duration = Duration::from_secs(5);

/// Mails for each kill.
const MAILS: u64 = 2;

/// What can be seen of a call from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// The model wants it: it is about to be journaled, and to leave.
    Wanted,
    /// The tool has heard it, and says nothing.
    Held,
    /// The tool says what it did.
    Done,
    /// The model knows the result, and says nothing.
    ThinksAgain,
    /// The tool has heard one that a person let run, and says nothing.
    LetRun,
}

const MOMENTS: [Moment; 5] = [Moment::Wanted, Moment::Held, Moment::Done, Moment::ThinksAgain, Moment::LetRun];

/// What is waited for.
#[derive(Clone, Default)]
struct Aim(Arc<Mutex<Option<Target>>>);

/// A moment, and who is told of it.
type Target = (Moment, Sender<()>);

impl Aim {
    /// Whether this is it. Once.
    fn hit(&self, moment: Moment) -> bool {
        let mut aim = self.0.lock().unwrap();
        let Some((_, seen)) = aim.take_if(|(wanted, _)| *wanted == moment) else { return false };
        // Nobody listens any more who had no patience.
        let _ = seen.send(());
        true
    }
}

fn done(verb: &str, order: &str) -> String {
    format!("The {verb} of order {order} is on its way.")
}

/// The verb and the order that a mail names: `Please refund order R1.`
fn asked_for(text: &str) -> (&str, &str) {
    let rest = text.split("Please ").nth(1).unwrap();
    let (verb, rest) = rest.split_once(" order ").unwrap();
    (verb, rest.split('.').next().unwrap())
}

fn model_says(aim: &Aim, asked: &AskedModel) -> Turn {
    let text = asked.text();
    let (verb, order) = asked_for(&text);
    let result = done(verb, order);
    let Some(place) = text.find(&result) else {
        aim.hit(Moment::Wanted);
        return Turn::Calls(vec![(verb.into(), json!({"order": order}))]);
    };
    if aim.hit(Moment::ThinksAgain) {
        return Turn::Silence;
    }
    let label = text[..place].rsplit("passage ").next().unwrap();
    let label = label.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
    Turn::Says(json!({"paragraphs": [{"markdown": result, "source": label}]}).to_string())
}

fn tool_says(aim: &Aim, heard: &Heard) -> Says {
    let moment = if heard.path == "/cancel" { Moment::LetRun } else { Moment::Held };
    if aim.hit(moment) {
        return Says::Nothing;
    }
    aim.hit(Moment::Done);
    Says::Text(done(heard.path.trim_start_matches('/'), &order_of(heard)))
}

fn order_of(heard: &Heard) -> String {
    let body: Value = serde_json::from_str(&heard.body).unwrap();
    body["order"].as_str().unwrap().to_owned()
}

fn tool(address: std::net::SocketAddr, name: &str, more: &str) -> String {
    format!(
        "[[tool]]\nname = \"{name}\"\ndescription = \"Does that with an order of a customer.\"\nmethod = \"POST\"\n\
         url = \"http://{address}/{name}\"\nnetworks = [\"127.0.0.1\"]\nlevel_min = 3\nper_minute_max = 1000\n{more}\
         parameters = '{{\"type\":\"object\",\"properties\":{{\"order\":{{\"type\":\"string\"}}}},\"required\":[\"order\"]}}'\n"
    )
}

/// Kills so many times; what the kills were aimed at is printed.
pub(super) fn kills(kills: u64, mut chance: Chance) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (aim, names) = (Aim::default(), Names::start());
    let (of_model, of_tool) = (aim.clone(), aim.clone());
    let models = runtime.block_on(Models::start(move |_, asked| model_says(&of_model, asked))).unwrap();
    let server = ToolServer::start(move |heard| tool_says(&of_tool, heard));
    let house = House::plain(&names);
    let tools = [tool(server.address(), "refund", ""), tool(server.address(), "cancel", "approval = true\n")].concat();
    house.change(
        "[knowledge]",
        &format!("[model]\nbase_url = \"{}\"\nname = \"m\"\n{tools}[knowledge]", models.base_url()),
    );
    let (mut sent, mut hits) = (Vec::new(), BTreeMap::<Moment, u64>::new());
    for (kill, moment) in (1..=kills).zip(MOMENTS.into_iter().cycle()) {
        let daemon = house.start();
        let (told, seen) = mpsc::channel();
        *aim.0.lock().unwrap() = Some((moment, told));
        for n in 0..MAILS {
            sent.push(write(&daemon, "refund", &format!("R{kill}N{n}")));
        }
        if moment == Moment::LetRun {
            sent.push(write(&daemon, "cancel", &format!("C{kill}")));
            daemon.until("a call waits", |api| waiting(api).next().is_some());
            let_run(&daemon.api());
        }
        let is_hit = seen.recv_timeout(HIT_WITHIN).is_ok();
        *hits.entry(moment).or_default() += u64::from(is_hit);
        thread::sleep(Duration::from_micros(chance.below(AFTER_MICROS)));
        daemon.kill();
        aim.0.lock().unwrap().take();
    }
    let daemon = house.start();
    daemon.until("everything was thought about", |api| api.queue().is_empty());
    let_run(&daemon.api());
    daemon.until("what was let run was made", |api| api.queue().is_empty() && waiting(api).next().is_none());
    let told = check(&daemon.api(), &house, &sent, &server.heard());
    daemon.stop();
    house.verify();
    println!("kills by moment: {hits:?}; {told:?}");
    assert!(
        told.in_doubt > 0 && told.sent > 0 && told.heard > 0,
        "no kill came between a call and its answer: {told:?}"
    );
    assert!(hits.values().filter(|hits| **hits > 0).count() >= MOMENTS.len().min(kills as usize), "{hits:?}");
}

/// A customer of their own wants that of an order; the order.
fn write(daemon: &Daemon, verb: &str, order: &str) -> String {
    let from = format!("{}@customer.example", order.to_lowercase());
    let body = mails::mail(&from, SUPPORT, &format!("1.{from}"), order, "", &format!("Please {verb} order {order}."));
    hand_in(daemon, &from, &[SUPPORT], &body);
    order.to_owned()
}

/// Numbers of conversations with a call that waits for a person, and the call.
fn waiting(api: &Api) -> impl Iterator<Item = (String, Value)> {
    let rows = api.conversations().into_iter();
    rows.filter(|row| row["wanted"].is_object() && row["wanted"]["let_run"].is_null())
        .map(|row| (row["number"].to_string(), row["wanted"]["id"].clone()))
}

fn let_run(api: &Api) {
    for (number, call) in waiting(api) {
        api.send(
            "POST",
            &format!("/api/v1/conversations/{number}/call/approve"),
            &json!({ "by": "Eve", "call": call }),
        );
    }
}

/// What the oracle counted.
#[derive(Debug, Default)]
struct Told {
    sent: usize,
    in_doubt: usize,
    heard: usize,
}

/// No call is heard twice; each mail has one letter that says what its call gave, or people who see the doubt.
fn check(api: &Api, house: &House, sent: &[String], heard: &[Heard]) -> Told {
    let mut told = Told { heard: heard.len(), ..Told::default() };
    let (mut keys, mut orders) = (BTreeMap::<&str, usize>::new(), BTreeMap::<String, usize>::new());
    for one in heard {
        assert_eq!(one.key.len(), 32, "{one:?}");
        *keys.entry(&one.key).or_default() += 1;
        *orders.entry(order_of(one)).or_default() += 1;
    }
    assert!(keys.values().chain(orders.values()).all(|times| *times == 1), "a call was heard twice: {orders:?}");
    let rows = api.conversations();
    assert_eq!(rows.len(), sent.len(), "mails that heard 250 and conversations");
    for row in rows {
        let view = api.conversation(row["id"].as_str().unwrap());
        let order = view["title"].as_str().unwrap();
        let letters = view["timeline"].as_array().unwrap().iter().filter(|line| line["kind"] == "letter").count();
        let runs = view["runs"].as_array().unwrap();
        assert!(runs.iter().all(|run| run["decision"] != "begun"), "a run never ended: {runs:#?}");
        if letters == 0 {
            let why = view["waits_because"].as_str().unwrap();
            assert!(why.contains("did not end; nobody knows") || why.contains("did not end; it was done"), "{view:#}");
            assert_eq!((&view["owner"], &view["wanted"]), (&json!("team"), &Value::Null), "{view:#}");
            told.in_doubt += 1;
        } else {
            assert_eq!((letters, orders.get(order)), (1, Some(&1)), "{view:#}");
            told.sent += 1;
        }
    }
    let files = fs::read_dir(house.outbox()).unwrap().count();
    assert_eq!(files, told.sent, "letters and files");
    told
}
