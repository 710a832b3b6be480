//! Python's own parser finds no attachment and no text in a mail that we do not have.
//!
//! Over all mails that `deploy/corpora.sh` fetched and over damaged copies of them. `REPLYD_MIME_CORPUS`: another folder of
//! mails. `REPLYD_MIME_MUTANTS`: how many damaged copies, or `50000..100000` for some of them; 2,000 when not said; the long
//! campaign has 100,000.
//! `REPLYD_TEST_PYTHON`: which Python, `python3` when not said.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "../src/types/chance.rs"]
#[allow(dead_code, reason = "other tests need all of it")]
mod chance;
#[path = "second_parser/mutants.rs"]
mod mutants;
#[path = "second_parser/other.rs"]
mod other;
#[path = "second_parser/ours.rs"]
mod ours;
#[path = "second_parser/reasons.rs"]
mod reasons;

use std::{
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
};

use mutants::{Dice, mutant};
use other::{Leaf, Line, Other};
use ours::Ours;
use reasons::justified;
use replyd::mime;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/corpora/mime");

/// Damaged copies when nobody says how many.
const MUTANTS: usize = 2_000;

/// Larger mails are not damaged: a thousand copies of them would say no more.
const MUTANT_OCTETS_MAX: usize = 64 * 1024;

fn files_below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, into) } else { into.push(path) }
    }
}

/// The mails with their names, in order of their names.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = std::env::var_os("REPLYD_MIME_CORPUS").map_or_else(|| PathBuf::from(CORPUS), PathBuf::from);
    let mut files = Vec::new();
    if folder.is_dir() {
        files_below(&folder, &mut files);
    }
    files.sort();
    let name = |path: &Path| path.strip_prefix(&folder).unwrap().display().to_string();
    files.iter().map(|path| (name(path), std::fs::read(path).unwrap())).collect()
}

/// Parts that are lost in one way or the other, and how often which reason justified a difference.
#[derive(Default)]
struct Compared {
    lost: Vec<String>,
    justified: BTreeMap<&'static str, usize>,
}

impl Compared {
    /// Compares what two parsers find in a mail; whether nothing is lost.
    fn compare(&mut self, name: &str, raw: &[u8], other: &mut Other) -> bool {
        let lost = self.unjustified(name, raw, other);
        let whole = lost.is_empty();
        self.lost.extend(lost);
        whole
    }

    /// The parts that only the other parser has, for no reason that we know.
    fn unjustified(&mut self, name: &str, raw: &[u8], other: &mut Other) -> Vec<String> {
        let described = other.read(raw, "");
        let mail = mime::parse(raw);
        let ours = Ours::of(&mail, raw);
        assert!(described.error.is_empty(), "{name}: the other parser gave up: {}", described.error);
        let known: Vec<bool> = described.leaves.iter().map(|leaf| ours.has(leaf)).collect();
        if !known.contains(&false) {
            return Vec::new();
        }
        let ours = ours.with_all_words(&mail, raw);
        let again = other.read(raw, "lines").leaves;
        assert_eq!(again.len(), known.len(), "{name}");
        let mut lost = Vec::new();
        for leaf in again.iter().zip(known).filter(|(_, known)| !known).map(|(leaf, _)| leaf) {
            match justified(leaf, &ours, raw) {
                Some(reason) => *self.justified.entry(reason).or_default() += 1,
                None => lost.push(told(name, leaf, &ours)),
            }
        }
        lost
    }

    fn end(&self, what: &str) {
        println!("{what}");
        self.justified.iter().for_each(|(reason, count)| println!("{count} parts differ: {reason}"));
        assert!(self.lost.is_empty(), "{} parts are lost:\n{}", self.lost.len(), self.lost.join("\n"));
    }
}

fn told(name: &str, leaf: &Leaf, ours: &Ours) -> String {
    let lost: Vec<&Line> = leaf.lines.iter().filter(|line| !ours.has_line(line)).collect();
    let first = lost.first().and_then(|line| line.runs.first());
    let (kind, size, lines) = (&leaf.kind, leaf.size, leaf.lines.len());
    format!("{name}: {kind} of {size} octets {:?}, {} of {lines} lines: {first:.60?}", leaf.defects, lost.len())
}

#[test]
fn nothing_that_python_finds_in_a_mail_is_lost() {
    let (corpus, Some(mut other)) = (corpus(), Other::start()) else { return eprintln!("skipped: there is no Python") };
    if corpus.is_empty() {
        return eprintln!("skipped: deploy/corpora.sh target/corpora mime fetches the mails");
    }
    let mut compared = Compared::default();
    for (name, raw) in &corpus {
        compared.compare(name, raw, &mut other);
    }
    compared.end(&format!("{} mails", corpus.len()));
}

#[test]
fn nothing_that_python_finds_in_a_damaged_mail_is_lost() {
    let (corpus, Some(mut other)) = (corpus(), Other::start()) else { return eprintln!("skipped: there is no Python") };
    let small: Vec<_> = corpus.into_iter().filter(|(_, raw)| raw.len() <= MUTANT_OCTETS_MAX).collect();
    if small.is_empty() {
        return eprintln!("skipped: deploy/corpora.sh target/corpora mime fetches the mails");
    }
    let seeds = seeds();
    let mut compared = Compared::default();
    for seed in seeds.clone() {
        let (name, raw) = &small[seed % small.len()];
        let damaged = mutant(raw, &mut Dice::new(seed as u64));
        let whole = compared.compare(&format!("{name}, damage {seed}"), &damaged, &mut other);
        if let (false, Some(folder)) = (whole, std::env::var_os("REPLYD_MIME_KEEP")) {
            std::fs::write(Path::new(&folder).join(format!("{seed}.eml")), &damaged).unwrap();
        }
    }
    compared.end(&format!("damaged mails {seeds:?}"));
}

/// `100000` are the first so many, `50000..100000` those from one to before another.
fn seeds() -> Range<usize> {
    let Ok(said) = std::env::var("REPLYD_MIME_MUTANTS") else { return 0..MUTANTS };
    let (from, to) = said.split_once("..").unwrap_or(("0", &said));
    from.parse().unwrap()..to.parse().unwrap()
}
