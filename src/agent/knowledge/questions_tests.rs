//! How well the sample knowledge is found and answered from: 840 questions of customers, a third of which it does not answer.
//!
//! `tests/questions` holds what people wrote; here each becomes a letter, and a letter with typing mistakes. One half was held
//! out when anything was tuned. `deploy/questions.sh` prints the table beside SQLite's FTS5.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::*;
use crate::{
    agent::{answerer::think_now, model::Thought, notes::Notes, samples::case},
    types::Level,
};

/// As in `[knowledge] support_min_percent`.
const SUPPORT_MIN_PERCENT: u32 = 60;

/// Passages among which the right one counts as found.
const HITS_AMONG: usize = 3;

const LANGUAGES: [&str; 5] = ["en", "de", "fr", "es", "it"];

#[test]
fn questions_are_found_and_answered_and_near_misses_are_not() {
    let (pages, questions) = (sections(), questions());
    let knowledge = Knowledge::load(Some(&folder()), Clock::testing_fixed(0)).unwrap();
    assert!(questions.len() >= 300, "{}", questions.len());
    assert!(questions.iter().filter(|question| question.answer.is_none()).count() * 3 >= questions.len());

    let mut ours = [Figures::default(); 2];
    for question in &questions {
        ours[usize::from(question.held_out)].count(&knowledge, question, &pages);
    }

    println!("{HEAD}");
    let fts5 = fts5_hits(&pages, &questions);
    for (half, name) in ["tuned with", "held out"].iter().enumerate() {
        println!("{}", ours[half].row(name, fts5.map(|hits| hits[half])));
    }
    for (figures, name) in ours.iter().zip(["tuned with", "held out"]) {
        assert!(figures.hit_percent() >= HIT_MIN_PERCENT, "{name}: hit@3");
        assert!(figures.answered_percent() >= ANSWERED_MIN_PERCENT, "{name}: answered rightly");
        assert!(figures.wrong_percent() <= WRONG_MAX_PERCENT, "{name}: answered from another page");
        assert!(figures.misled_percent() <= MISLED_MAX_PERCENT, "{name}: unanswerable and answered");
    }
}

const HIT_MIN_PERCENT: f64 = 95.0;
const ANSWERED_MIN_PERCENT: f64 = 60.0;
const WRONG_MAX_PERCENT: f64 = 7.0;
const MISLED_MAX_PERCENT: f64 = 2.0;

const HEAD: &str = "\
            answerable   hit@3   hit@1   hit@3 FTS5   answered   from another page   unanswerable   answered";

/// One question as it was written by somebody.
struct Question {
    language: &'static str,
    text: String,
    /// The section that answers it, by its place among all.
    answer: Option<usize>,
    held_out: bool,
}

/// A `##` section of a page, cut by this test and not by what it tests.
struct Section {
    file: String,
    heading: String,
    text: String,
}

#[derive(Default, Clone, Copy)]
struct Figures {
    answerable: u32,
    hits: u32,
    first: u32,
    answered: u32,
    wrong: u32,
    unanswerable: u32,
    misled: u32,
}

impl Figures {
    fn count(&mut self, knowledge: &Knowledge, question: &Question, pages: &[Section]) {
        let thought =
            think_now(knowledge, &case("", &letter(question)), SUPPORT_MIN_PERCENT, Level::Vouched, &Notes::unkept());
        let answered = match thought {
            Thought::Answer(answer) => Some(answer),
            Thought::HandOff { .. } | Thought::AskCode => None,
        };
        let Some(place) = question.answer else {
            self.unanswerable += 1;
            self.misled += u32::from(answered.is_some());
            if let Some(answer) = answered {
                tell(question, &format!("misled by {:?}", answer.sources()));
            }
            return;
        };
        let is_right = |passage: &Passage| pages[place].is(passage);
        let found = knowledge.search(&question.text, HITS_AMONG).unwrap();
        self.answerable += 1;
        self.first += u32::from(found.first().is_some_and(is_right));
        self.hits += u32::from(found.iter().any(is_right));
        if !found.iter().any(is_right) {
            let headings: Vec<&str> = found.iter().map(|passage| passage.heading.as_str()).collect();
            tell(question, &format!("wants {}, found {headings:?}", pages[place].heading));
        }
        match answered {
            Some(answer) if answer.passages.iter().any(is_right) => self.answered += 1,
            Some(answer) => {
                self.wrong += 1;
                tell(question, &format!("answered from {:?}", answer.sources()));
            }
            None => {
                let support = found.first().map_or(0, |best| best.support_percent);
                tell(question, &format!("not answered, {support} %"));
            }
        }
    }

    fn hit_percent(&self) -> f64 {
        percent(self.hits, self.answerable)
    }

    fn answered_percent(&self) -> f64 {
        percent(self.answered, self.answerable)
    }

    fn wrong_percent(&self) -> f64 {
        percent(self.wrong, self.answerable)
    }

    fn misled_percent(&self) -> f64 {
        percent(self.misled, self.unanswerable)
    }

    fn row(&self, name: &str, fts5: Option<u32>) -> String {
        let fts5 = fts5.map_or("–".to_owned(), |hits| format!("{:.1} %", percent(hits, self.answerable)));
        format!(
            "{name:<12}{:>10} {:>6.1}% {:>6.1}% {fts5:>12} {:>9.1}% {:>18.1}% {:>14} {:>9.1}%",
            self.answerable,
            self.hit_percent(),
            percent(self.first, self.answerable),
            self.answered_percent(),
            self.wrong_percent(),
            self.unanswerable,
            self.misled_percent()
        )
    }
}

fn percent(part: u32, whole: u32) -> f64 {
    100.0 * f64::from(part) / f64::from(whole.max(1))
}

/// Only what may be tuned with is shown: whoever reads the other half has tuned with it.
fn tell(question: &Question, words: &str) {
    if !question.held_out && std::env::var_os("REPLYD_TEST_QUESTIONS").is_some() {
        println!("{} {:?}: {words}", question.language, question.text);
    }
}

impl Section {
    fn is(&self, passage: &Passage) -> bool {
        passage.file == self.file && passage.heading.ends_with(&self.heading)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/sample-knowledge")
}

/// The file of a page in a language: English stands on top.
fn file_of(language: &str, page: &str) -> String {
    if language == "en" { format!("{page}.md") } else { format!("{language}/{page}.md") }
}

fn sections() -> Vec<Section> {
    let pages: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_suffix(".md").map(str::to_owned))
        .collect();
    let mut found = Vec::new();
    for language in LANGUAGES {
        for page in &pages {
            let file = file_of(language, page);
            let text = fs::read_to_string(folder().join(&file)).unwrap();
            let (title, rest) = text.split_once("\n## ").unwrap();
            for section in rest.split("\n## ") {
                let (heading, body) = section.split_once('\n').unwrap();
                let text = format!("{title}\n{body}");
                found.push(Section { file: file.clone(), heading: heading.to_owned(), text });
            }
        }
    }
    found
}

fn questions() -> Vec<Question> {
    let read = |name: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/questions").join(name)).unwrap()
    };
    let sections = sections();
    let mut found = Vec::new();
    let mut head = ("", "");
    for line in read("answerable.txt").lines().chain(read("unanswerable.txt").lines()) {
        if let Some(names) = line.strip_prefix("== ") {
            head = names.split_once(' ').unwrap();
        }
        let Some(language) = LANGUAGES.into_iter().find(|language| line.starts_with(&format!("{language} "))) else {
            continue;
        };
        let texts = &line[3..];
        match (head.1.parse::<usize>(), texts.split_once(" | ")) {
            (Ok(number), Some((tuned, held))) => {
                let file = file_of(language, head.0);
                let of_page = sections.iter().enumerate().filter(|(_, section)| section.file == file);
                let (answer, _) = of_page.into_iter().nth(number - 1).unwrap();
                push(&mut found, language, tuned, Some(answer), false);
                push(&mut found, language, held, Some(answer), true);
            }
            _ => push(&mut found, language, texts, None, head.1 == "held"),
        }
    }
    found
}

/// The question as it was written, and once more by somebody who types badly.
fn push(found: &mut Vec<Question>, language: &'static str, text: &str, answer: Option<usize>, held_out: bool) {
    for text in [text.to_owned(), mistyped(text)] {
        found.push(Question { language, text, answer, held_out });
    }
}

fn letter(question: &Question) -> String {
    let (hello, thanks) = match question.language {
        "de" => ("Guten Tag,", "Viele Grüße"),
        "fr" => ("Bonjour,", "Merci et bonne journée"),
        "es" => ("Hola:", "Muchas gracias, un saludo"),
        "it" => ("Buongiorno,", "Grazie e saluti"),
        _ => ("Hello,", "Thank you"),
    };
    // Whoever asks without a question mark writes nothing else: a whole letter without one is read as the question.
    if question.text.ends_with('?') {
        format!("{hello}\n\n{}\n\n{thanks}\nAda", question.text)
    } else {
        question.text.clone()
    }
}

/// One typing mistake, two in a longer question: letters swapped, left out, doubled, hit beside, or without their accents.
/// The same question always gets the same ones.
fn mistyped(text: &str) -> String {
    let mut chance =
        Chance(text.bytes().fold(0x9e37_79b9_7f4a_7c15, |seed, b| (seed ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)));
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let long: Vec<usize> = (0..words.len()).filter(|place| letters(&words[*place]) >= 5).collect();
    let mistakes = if words.len() > 7 { 2 } else { 1 };
    for _ in 0..mistakes.min(long.len()) {
        let place = long[chance.below(long.len())];
        words[place] = with_mistake(&words[place], &mut chance);
    }
    words.join(" ")
}

fn letters(word: &str) -> usize {
    word.chars().filter(|c| c.is_alphabetic()).count()
}

fn with_mistake(word: &str, chance: &mut Chance) -> String {
    const BESIDE: &str = "qwertyuiopasdfghjklzxcvbnm";
    let mut signs: Vec<char> = word.chars().collect();
    let inner: Vec<usize> =
        (1..signs.len()).filter(|at| signs[*at].is_alphabetic() && signs[at - 1].is_alphabetic()).collect();
    let at = inner[chance.below(inner.len())];
    match chance.below(5) {
        0 if at + 1 < signs.len() && signs[at + 1].is_alphabetic() => signs.swap(at, at + 1),
        1 => signs.insert(at, signs[at]),
        2 => {
            let key = BESIDE.find(signs[at].to_ascii_lowercase()).unwrap_or(0);
            signs[at] = char::from(BESIDE.as_bytes()[(key + 1) % BESIDE.len()]);
        }
        3 if word.chars().any(|c| "äöüéèêàçíóáúñìùò".contains(c)) => {
            let plain = |c: char| "äöüéèêàçíóáúñìùò".chars().zip("aoueeeacioauniuo".chars()).find(|pair| pair.0 == c);
            signs = signs.into_iter().map(|c| plain(c).map_or(c, |pair| pair.1)).collect();
        }
        _ => {
            signs.remove(at);
        }
    }
    signs.into_iter().collect()
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

/// How many of the answerable ones SQLite's full-text search finds, of each half; `None` without Python.
fn fts5_hits(pages: &[Section], questions: &[Question]) -> Option<[u32; 2]> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/questions-fts5.py");
    let mut child = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    let asked: Vec<Value> = questions
        .iter()
        .filter_map(|question| Some(json!([question.text, question.answer?, usize::from(question.held_out)])))
        .collect();
    let texts: Vec<Value> = pages.iter().map(|page| json!([page.heading, page.text])).collect();
    let input = json!({ "passages": texts, "questions": asked, "among": HITS_AMONG });
    child.stdin.take()?.write_all(input.to_string().as_bytes()).ok()?;
    let output = child.wait_with_output().ok().filter(|output| output.status.success())?;
    serde_json::from_slice(&output.stdout).ok()
}
