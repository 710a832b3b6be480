//! What pieces and questions mean: found, kept, and left alone when nobody says it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::*;
use crate::agent::knowledge::{Knowledge, LOOK_EVERY};

const START: u64 = 1_795_000_000_000;

/// A model that knows three things and their names in other words.
fn toy(texts: Vec<String>) -> Result<Vec<Vec<f32>>, String> {
    let things =
        [["parcel", "Wo bleibt", "shipping"], ["password", "locked out", "Zugang"], ["Saturday", "weekend", "hours"]];
    let of = |text: &String| {
        things.iter().map(|names| names.iter().filter(|name| text.contains(*name)).count() as f32).collect()
    };
    Ok(texts.iter().map(of).map(|known: Vec<f32>| [known, vec![0.01]].concat()).collect())
}

fn pieces(count: usize) -> Vec<Piece> {
    let piece = |n| Piece { heading: "Help".into(), markdown: format!("{n}"), asked: None };
    (0..count).map(piece).collect()
}

fn by_hash(pieces: &[Piece]) -> HashMap<blake3::Hash, &Piece> {
    pieces.iter().map(|piece| (blake3::hash(whole(piece).as_bytes()), piece)).collect()
}

struct World {
    folder: tempfile::TempDir,
    clock: Clock,
    asked: Arc<AtomicUsize>,
    fails: Arc<AtomicBool>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("pages")).unwrap();
        let pages = "# Help\n\n## Delivery\n\nA parcel takes two days by our shipping partner.\n\n\
                     ## Account\n\nChoose a new password on the page of your account.\n\n\
                     ## Opening hours\n\nOn Saturday the shop closes at noon.\n";
        fs::write(folder.path().join("pages/help.md"), pages).unwrap();
        Self { folder, clock: Clock::testing_fixed(START), asked: Arc::default(), fails: Arc::default() }
    }

    /// As after a start of the daemon.
    fn knowledge(&self) -> Knowledge {
        let fails = self.fails.clone();
        self.knowledge_of(move |texts| {
            if fails.load(Ordering::Relaxed) { Err("the server answered 503".into()) } else { toy(texts) }
        })
    }

    fn knowledge_of(
        &self,
        model: impl Fn(Vec<String>) -> Result<Vec<Vec<f32>>, String> + Send + Sync + 'static,
    ) -> Knowledge {
        let asked = self.asked.clone();
        let embed: Embed = Arc::new(move |texts| {
            asked.fetch_add(texts.len(), Ordering::Relaxed);
            model(texts)
        });
        let pages = self.folder.path().join("pages");
        let knowledge = Knowledge::load(Some(&pages), self.clock.clone()).unwrap();
        knowledge.with_meanings(embed, "toy", &self.folder.path().join("meanings"))
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

fn first(knowledge: &Knowledge, question: &str) -> Option<(String, u32, Option<u32>)> {
    let found = knowledge.explain(&Default::default(), question, 1).unwrap().into_iter().next()?;
    Some((found.passage.heading, found.passage.support_percent, found.nearness_percent))
}

#[test]
fn what_is_said_in_other_words_is_found_and_no_better_supported_for_it() {
    let world = World::new();
    let knowledge = world.knowledge();

    // Given pieces whose meanings nobody has asked for yet, words alone are searched, and nobody is asked either.
    assert_eq!(first(&knowledge, "I am locked out!"), None);
    assert_eq!(world.asked(), 0);

    // When they are learned,
    assert_eq!(knowledge.learn_meanings(), 0);
    assert_eq!(world.asked(), 3);

    // then what shares no word is found, in another language too, and supports nothing.
    let (heading, support, near) = first(&knowledge, "I am locked out!").unwrap();
    assert_eq!((heading.as_str(), support), ("Help › Account", 0));
    assert!(near > Some(90), "{near:?}");
    assert_eq!(first(&knowledge, "Wo bleibt es?").unwrap().0, "Help › Delivery");
    // And what shares words is supported as before.
    let (heading, support, near) = first(&knowledge, "When does the shop close on Saturday?").unwrap();
    assert_eq!(heading, "Help › Opening hours");
    assert!(support >= 60 && near > Some(90), "{support} {near:?}");
}

#[test]
fn each_text_is_asked_for_once_and_a_restart_asks_for_none() {
    let world = World::new();
    assert_eq!((world.knowledge().learn_meanings(), world.asked()), (0, 3));
    let knowledge = world.knowledge();
    assert_eq!((knowledge.learn_meanings(), world.asked()), (0, 0));
    assert_eq!(first(&knowledge, "locked out").unwrap().0, "Help › Account");
    assert_eq!(world.asked(), 1, "the question");

    // When one section changes, it alone is asked for, and what is gone is forgotten.
    let file = world.folder.path().join("pages/help.md");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("at noon", "at one, as on each weekend")).unwrap();
    world.clock.testing_advance(LOOK_EVERY);
    assert_eq!((knowledge.learn_meanings(), world.asked()), (0, 1));
    assert_eq!(knowledge.meanings.as_ref().unwrap().known.read().unwrap().len(), 3);
}

#[test]
fn a_model_that_fails_is_left_alone_for_a_while_and_words_are_searched() {
    let world = World::new();
    let knowledge = world.knowledge();
    assert_eq!(knowledge.learn_meanings(), 0);
    world.asked();

    world.fails.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        let (heading, _, near) = first(&knowledge, "When does the shop close on Saturday?").unwrap();
        assert_eq!((heading.as_str(), near), ("Help › Opening hours", None));
    }
    assert_eq!(world.asked(), 1, "once, and not for each mail");

    world.fails.store(false, Ordering::Relaxed);
    world.clock.testing_advance(REST);
    assert_eq!(first(&knowledge, "locked out").unwrap().0, "Help › Account");
}

#[test]
fn a_text_that_the_model_cannot_read_keeps_no_other_page_and_no_question_from_it() {
    let world = World::new();
    let knowledge = world.knowledge_of(|texts| {
        let too_long = texts.iter().any(|text| text.contains("password"));
        if too_long { Err("the server answered 413".into()) } else { toy(texts) }
    });

    // When all fail together, then each is asked for alone, and what fails again comes last.
    let mut missing = Vec::new();
    for _ in 0..3 {
        missing.push(knowledge.learn_meanings());
        world.clock.testing_advance(REST * 2);
    }
    assert_eq!((missing[0], missing[2]), (3, 1), "{missing:?}");

    // And while that rests, questions do not.
    assert_eq!(knowledge.learn_meanings(), 1);
    assert_eq!(first(&knowledge, "Wo bleibt es?").unwrap().0, "Help › Delivery");
}

#[test]
fn another_model_under_the_same_name_is_asked_for_all_pages() {
    let world = World::new();
    assert_eq!(world.knowledge().learn_meanings(), 0);
    let knowledge = world.knowledge_of(|texts| {
        let vectors = toy(texts)?.into_iter();
        Ok(vectors.map(|vector| [vector, vec![0.0]].concat()).collect())
    });
    assert_eq!(first(&knowledge, "I am locked out!"), None);
    world.asked();

    world.clock.testing_advance(REST);
    assert_eq!((knowledge.learn_meanings(), world.asked()), (0, 3));
    assert_eq!(first(&knowledge, "I am locked out!").unwrap().0, "Help › Account");
}

#[test]
fn of_very_many_pieces_what_was_learned_is_kept_on_the_way_and_there_is_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let embed: Embed = Arc::new(|texts| Ok(vec![vec![1.0]; texts.len()]));
    let made = || Meanings::new(embed.clone(), "m", Some(folder.path()), Clock::testing_fixed(START));
    let all = pieces(BATCH * BATCHES_AT_ONCE + 1);
    assert_eq!(made().learn(&by_hash(&all)), 1);
    assert_eq!(made().learn(&by_hash(&all)), 0, "after a crash only the rest is asked for");

    let octets = |numbers: usize| HEAD.len() + HASH_OCTETS + kept_max(numbers) * (HASH_OCTETS + 4 + 4 * numbers);
    for numbers in [1, 768, DIMENSIONS_MAX] {
        assert!(octets(numbers) as u64 <= FILE_BYTES_MAX, "{numbers}");
    }
    assert!(kept_max(DIMENSIONS_MAX) >= 32_000);
}

#[test]
fn vectors_that_are_none_are_refused_and_a_file_that_is_none_is_made_anew() {
    let clock = Clock::testing_fixed(START);
    let all = pieces(2);
    let texts = by_hash(&all);
    for wrong in [
        vec![vec![1.0]],
        vec![vec![1.0], vec![]],
        vec![vec![1.0], vec![0.0]],
        vec![vec![1.0], vec![f32::NAN]],
        vec![vec![1.0], vec![f32::INFINITY]],
        vec![vec![1.0], vec![1.0; DIMENSIONS_MAX + 1]],
        vec![vec![1.0], vec![1.0], vec![1.0]],
    ] {
        let shown = format!("{:?}", wrong.iter().map(Vec::len).collect::<Vec<_>>());
        let meanings = Meanings::new(Arc::new(move |_| Ok(wrong.clone())), "m", None, clock.clone());
        assert_eq!(meanings.learn(&texts), 2, "{shown}");
    }

    let folder = tempfile::tempdir().unwrap();
    let embed: Embed = Arc::new(|texts| Ok(texts.iter().map(|text| vec![text.len() as f32, 2.0]).collect()));
    let made = || Meanings::new(embed.clone(), "m", Some(folder.path()), clock.clone());
    assert_eq!(made().learn(&texts), 0);
    let file = made().file.unwrap();
    let whole = fs::read(&file).unwrap();
    let count = |octets: &[u8]| {
        fs::write(&file, octets).unwrap();
        made().known.into_inner().unwrap().len()
    };
    assert_eq!(count(&whole), 2);
    for cut in 0..whole.len() {
        assert_eq!(count(&whole[..cut]), 0, "cut after {cut}");
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        assert_eq!(count(&changed), 0, "changed at {place}");
    }
}
