//! The oracle: knows which replies the API said yes to and what the server counted, and asks the daemon for the rest.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Mutex,
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{
    people::marker_in,
    server::Server,
    support::{api::Api, daemon::House},
};

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Letters of each kind that are shown at a terminal.
const SHOWN: usize = 5;

/// The copies of letters, by marker.
type Copies = HashMap<String, usize>;

/// Every reply that the API said yes to, by marker.
#[derive(Default)]
pub(crate) struct Oracle(Mutex<BTreeMap<String, Kept>>);

struct Kept {
    conversation: String,
    /// How often it was delivered when the queue did not list it any more.
    copies_when_gone: Option<usize>,
}

/// A reply at the end.
pub(crate) struct Delivered {
    letter: String,
    copies: usize,
    /// Whether the daemon says that it may have arrived more often.
    uncertain: bool,
}

impl Oracle {
    pub(crate) fn heard_yes(&self, marker: String, conversation: String) {
        let kept = Kept { conversation, copies_when_gone: None };
        assert!(self.0.lock().unwrap().insert(marker, kept).is_none(), "a marker is used once");
    }

    /// Looks at the queue until the daemon dies. Who was delivered `before` it began is not said to wait, and who is gone
    /// from the queue was delivered.
    pub(crate) fn watch(&self, api: &Api, server: &Server, before: &Copies) {
        loop {
            let kept: Vec<String> = {
                let kept = self.0.lock().unwrap();
                kept.iter()
                    .filter(|(_, one)| one.copies_when_gone.is_none())
                    .map(|(marker, _)| marker.clone())
                    .collect()
            };
            let Some((status, rows)) = api.attempt("GET", "/api/v1/queue", None) else { return };
            assert_eq!(status, 200, "{rows}");
            let copies = server.copies();
            let listed =
                rows.as_array().unwrap().iter().map(|row| (marker_in(row["subject"].as_str().unwrap()).unwrap(), row));
            let listed: HashMap<&str, &Value> = listed.collect();
            for (marker, row) in &listed {
                let word = row["state"].as_str().unwrap();
                // The last, when it arrives while the list is made.
                assert!(["waiting", "uncertain", "accepted"].contains(&word), "{row:#}");
                assert!(!before.contains_key(*marker) || row["uncertain"] == true, "it was delivered: {row:#}");
            }
            let mut all = self.0.lock().unwrap();
            for marker in kept.iter().filter(|marker| !listed.contains_key(marker.as_str())) {
                let copies = copies.get(marker).copied();
                assert!(copies.is_some(), "{marker} is not in the queue and was never delivered");
                all.get_mut(marker).unwrap().copies_when_gone = copies;
            }
            drop(all);
            // Nobody outside is told when it changes.
            thread::sleep(LOOK);
        }
    }

    /// Every reply that was said yes to is one letter, delivered, and says so; more than once only where that may be.
    pub(crate) fn check_everything(&self, api: &Api, copies: &Copies) -> Vec<Delivered> {
        let kept = self.0.lock().unwrap();
        let strange: Vec<&String> = copies.keys().filter(|marker| !kept.contains_key(*marker)).collect();
        assert!(strange.is_empty(), "nobody was said yes to: {strange:?}");
        let delivered = kept.iter().map(|(marker, one)| {
            let copies = copies.get(marker).copied().unwrap_or(0);
            assert!(copies > 0, "{marker} was never delivered");
            let gone = one.copies_when_gone.unwrap_or(copies);
            assert_eq!(copies, gone, "{marker} was delivered again after its delivery was known");
            check_letter(marker, &api.conversation(&one.conversation), copies)
        });
        delivered.collect()
    }
}

fn check_letter(marker: &str, conversation: &Value, copies: usize) -> Delivered {
    let timeline = conversation["timeline"].as_array().unwrap();
    let letters: Vec<&Value> = timeline.iter().filter(|line| line["kind"] == "letter").collect();
    let [letter] = letters[..] else { panic!("{marker} is {} letters: {conversation:#}", letters.len()) };
    let deliveries = letter["deliveries"].as_array().unwrap();
    let [delivery] = &deliveries[..] else { panic!("{marker} has one recipient: {letter:#}") };
    assert_eq!(delivery["state"], "accepted", "{marker} was delivered: {delivery:#}");
    let uncertain = delivery["uncertain"] == true;
    let said = delivery["words"].as_str().unwrap().ends_with("an earlier attempt may have brought it as well");
    let told = timeline.iter().any(|line| line["kind"] == "event" && line["name"] == "uncertain");
    assert_eq!(
        (said, told),
        (uncertain, uncertain),
        "{marker} says so in one way and not in the other: {conversation:#}"
    );
    assert!(uncertain || copies == 1, "{marker} was delivered {copies} times and does not say so: {delivery:#}");
    let tries = delivery["tries"].as_u64().unwrap();
    assert!(tries >= copies as u64 && (uncertain || tries == 1), "{marker}: {copies} copies: {delivery:#}");
    let letter = letter["id"].as_str().unwrap().to_owned();
    Delivered { letter, copies, uncertain }
}

/// What people see at a terminal is the same.
pub(crate) fn check_shown(house: &House, delivered: &[Delivered]) {
    for uncertain in [true, false] {
        for one in delivered.iter().filter(|one| one.uncertain == uncertain).take(SHOWN) {
            let done = house.run(&["queue", "show", &one.letter]);
            let shown = String::from_utf8(done.stdout).unwrap();
            assert!(done.status.success() && shown.contains("sent "), "{shown}");
            assert_eq!(shown.contains("an earlier attempt may have brought it as well"), uncertain, "{shown}");
        }
    }
}

/// How many there are of each kind.
pub(crate) fn words(delivered: &[Delivered]) -> String {
    let count = |wanted: fn(&Delivered) -> bool| delivered.iter().filter(|one| wanted(one)).count();
    format!(
        "{} replies were delivered as {} letters: {} of them more than once, all marked; {} were marked and came once",
        delivered.len(),
        delivered.iter().map(|one| one.copies).sum::<usize>(),
        count(|one| one.copies > 1),
        count(|one| one.copies == 1 && one.uncertain),
    )
}
