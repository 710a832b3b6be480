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

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Write},
    ops::Range,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use aws_lc_rs::digest;
use memchr::memmem;
use mutants::{Dice, mutant};
use replyd::mime::{self, Mail, Source};
use serde::Deserialize;

const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/corpora/mime");
const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/second_parser/reader.py");

/// Damaged copies when nobody says how many.
const MUTANTS: usize = 2_000;

/// Larger mails are not damaged: a thousand copies of them would say no more.
const MUTANT_OCTETS_MAX: usize = 64 * 1024;

/// What the other parser says of a mail.
#[derive(Deserialize)]
struct Described {
    #[serde(default)]
    leaves: Vec<Leaf>,
    #[serde(default)]
    error: String,
}

/// A part that is no multipart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Leaf {
    kind: String,
    size: usize,
    sha256: String,
    /// Whether it holds white space and nothing else.
    blank: bool,
    /// Runs of ASCII letters and digits of what reads like a text.
    letters: Option<Vec<String>>,
    /// What it may read, when it reads like a text and has none of these.
    texts: Vec<String>,
    /// Whether it was quoted-printable.
    quoted_printable: bool,
    /// Whether two or four octets make a letter.
    wide: bool,
    /// What the other parser found wrong with it, by the names of its classes.
    defects: Vec<String>,
    /// Its lines, when they were asked for.
    lines: Vec<Line>,
    /// Beside them, ASCII letters and digits of it as base64, in runs.
    undone: Vec<String>,
}

/// What a line of a part may say, as it stands and with an encoding undone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    /// What it reads as it stands.
    plain: Vec<String>,
    /// For each way, ASCII letters and digits in runs; as it stands first.
    runs: Vec<Vec<String>>,
    /// For each way, what it reads.
    texts: Vec<String>,
    /// In hexadecimal, what comes out of base64.
    octets: Vec<String>,
    /// The same of its pieces, when it may be base64 with padding in its middle.
    pieces: Vec<Line>,
}

/// The other parser, which reads one mail after the other.
struct Other {
    process: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Other {
    fn start() -> Option<Self> {
        let python = std::env::var_os("REPLYD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let started = Command::new(python).arg(READER).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = started.ok()?;
        let (asked, answers) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Some(Self { process, asked, answers })
    }

    fn read(&mut self, mail: &[u8], more: &str) -> Described {
        writeln!(self.asked, "{} {more}", mail.len()).unwrap();
        self.asked.write_all(mail).unwrap();
        self.asked.flush().unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

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

fn letters_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Letters and digits of any script.
fn characters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn sha256(content: &[u8]) -> String {
    digest::digest(&digest::SHA256, content).as_ref().iter().map(|octet| format!("{octet:02x}")).collect()
}

fn octets_of(hexadecimal: &str) -> Vec<u8> {
    let digits = hexadecimal.as_bytes().chunks(2);
    digits.map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap()).collect()
}

/// Everything that we have of a mail.
struct Ours {
    letters: String,
    characters: String,
    /// What is shown, as it is.
    shown: String,
    digests: Vec<String>,
    contents: Vec<Vec<u8>>,
}

impl Ours {
    fn of(mail: &Mail, raw: &[u8]) -> Self {
        let contents: Vec<Vec<u8>> = mail.attachments.iter().map(|a| a.content(raw).to_vec()).collect();
        for (attachment, content) in mail.attachments.iter().zip(&contents) {
            assert_eq!((attachment.size, attachment.digest), (content.len(), blake3::hash(content)));
        }
        // A break keeps the end of one text from making a word with the beginning of the next.
        Self {
            letters: [letters_of(&mail.text), letters_of(&mail.html)].join(" "),
            characters: [characters_of(&mail.text), characters_of(&mail.html)].join(" "),
            shown: [mail.text.as_str(), &mail.html].join("\n"),
            digests: contents.iter().map(|content| sha256(content)).collect(),
            contents,
        }
    }

    /// The same with the header fields and with what is attached, read as text and as it stands in the mail.
    fn with_all_words(mut self, mail: &Mail, raw: &[u8]) -> Self {
        let mut more: Vec<String> = mail.headers.iter().map(|f| f.name.clone() + &f.value).collect();
        more.extend(self.contents.iter().map(|content| String::from_utf8_lossy(content).into_owned()));
        more.extend(mail.attachments.iter().filter_map(|attachment| match &attachment.source {
            Source::Raw { range, .. } => Some(String::from_utf8_lossy(&raw[range.clone()]).into_owned()),
            Source::Owned(_) => None,
        }));
        for text in more {
            self.letters += &[" ", &letters_of(&text)].concat();
            self.characters += &[" ", &characters_of(&text)].concat();
        }
        self
    }

    /// Whether we have that part, as an attachment or as text.
    fn has(&self, leaf: &Leaf) -> bool {
        let attached = |letters: &String| {
            self.contents.iter().any(|content| letters_of(&String::from_utf8_lossy(content)).contains(letters.as_str()))
        };
        let shown = |letters: &String| self.letters.contains(letters.as_str()) || attached(letters);
        let read = leaf.letters.as_ref().is_some_and(|letters| match letters.as_slice() {
            [] => leaf.texts.iter().any(|text| self.reads(text)),
            runs => runs.iter().all(shown),
        });
        read || self.digests.contains(&leaf.sha256)
    }

    /// Whether a text without a letter of ASCII is ours, by the letters of other scripts.
    fn reads(&self, text: &str) -> bool {
        let characters = characters_of(text);
        !characters.is_empty() && self.characters.contains(&characters)
    }

    fn shows_any_sign(&self) -> bool {
        self.shown.chars().any(|c| !c.is_alphanumeric() && !c.is_whitespace())
    }

    /// Whether a line of signs alone, such as a dash, is shown as it is.
    fn shows_signs(&self, text: &str) -> bool {
        let signs = text.trim();
        let few = (1..=SIGNS_MAX).contains(&signs.len()) && characters_of(signs).is_empty();
        few && self.shown.contains(signs)
    }

    /// Whether we have what a line says in any of its forms. Where it says nothing there is nothing to have.
    fn has_line(&self, line: &Line) -> bool {
        let nothing = |text: &String| characters_of(text).is_empty();
        let says_nothing = line.runs.first().is_none_or(Vec::is_empty) && line.plain.iter().all(nothing);
        let shown = |runs: &Vec<String>| !runs.is_empty() && runs.iter().all(|run| self.letters.contains(run.as_str()));
        let attached =
            |octets: &String| self.contents.iter().any(|content| memmem::find(content, &octets_of(octets)).is_some());
        says_nothing
            || line.runs.iter().any(shown)
            || line.texts.iter().any(|text| self.reads(text) || self.shows_signs(text))
            || line.octets.iter().any(attached)
            || !line.pieces.is_empty() && line.pieces.iter().all(|piece| self.has_line(piece))
    }
}

/// Octets of a text that says nothing in letters.
const SIGNS_MAX: usize = 8;

/// What the reader calls a line in a header that is no field.
const ODD_LINE: &str = "text/x-odd-line";

fn reads_like_prose(line: &str) -> bool {
    line.split_whitespace().count() >= 4 && !line.contains(['@', ';', '=', ':'])
}

/// Whether a line stands between parts or in the header of one: `--b`, `Content-Type: …`, `boundary=b`.
fn divides_parts(line: &Line) -> bool {
    line.plain.iter().any(|text| {
        let low = text.trim().to_ascii_lowercase();
        low.starts_with("--") || low.starts_with("content-") && low.contains(':') || low.starts_with("boundary=")
    })
}

/// Why a part that only the other parser has is ours in another form: for one reason, and every line of it is here.
fn justified(leaf: &Leaf, ours: &Ours, raw: &[u8]) -> Option<&'static str> {
    if leaf.size == 0 || leaf.blank {
        return Some("it holds nothing");
    }
    if leaf.letters.as_ref().is_some_and(Vec::is_empty) && leaf.size <= SIGNS_MAX && ours.shows_any_sign() {
        return Some("a few signs and not one letter: a dash, half a character");
    }
    if leaf.kind == ODD_LINE && !leaf.lines.iter().flat_map(|line| &line.plain).any(|text| reads_like_prose(text)) {
        return Some("a line in a header that is neither a field nor words: the rest of a field, a damaged name");
    }
    let undone = !leaf.undone.is_empty() && leaf.undone.iter().all(|run| ours.letters.contains(run.as_str()));
    let lost = if undone { 0 } else { leaf.lines.iter().filter(|line| !ours.has_line(line)).count() };
    let has = |name: &str| leaf.defects.iter().any(|defect| defect.starts_with(name));
    if lost == 0 && has("MissingHeaderBodySeparatorDefect") {
        return Some(
            "it takes the header for text from the first line on that is no field; we read the fields behind it",
        );
    }
    if lost == 0 && has("InvalidBase64") {
        return Some(
            "base64 whose letters do not come out even: it gives back the letters, we decode as far as they go",
        );
    }
    if lost == 0 && raw.windows(2).any(|two| two[0] == b'\r' && two[1] != b'\n') {
        return Some("it takes a bare CR for a line end; nothing with one is let in (S-13)");
    }
    // With a boundary among them it shows as text what we opened.
    let shown_closed = leaf.lines.iter().any(|line| line.plain.iter().any(|text| text.starts_with("--")));
    if shown_closed && !leaf.lines.iter().any(|line| !divides_parts(line) && !ours.has_line(line)) {
        return Some("it shows a multipart as text, with the lines that divide it; we show its parts");
    }
    if lost == 0 {
        return Some("we undo an encoding that it leaves, or take a line for a field that it takes for text");
    }
    None
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
        let described = other.read(raw, "");
        let mail = mime::parse(raw);
        let mut ours = Ours::of(&mail, raw);
        assert!(described.error.is_empty(), "{name}: the other parser gave up: {}", described.error);
        let known: Vec<bool> = described.leaves.iter().map(|leaf| ours.has(leaf)).collect();
        if known.iter().all(|known| *known) {
            return true;
        }
        ours = ours.with_all_words(&mail, raw);
        let before = self.lost.len();
        let again = other.read(raw, "lines").leaves;
        assert_eq!(again.len(), known.len(), "{name}");
        for leaf in again.iter().zip(known).filter(|(_, known)| !known).map(|(leaf, _)| leaf) {
            match justified(leaf, &ours, raw) {
                Some(reason) => *self.justified.entry(reason).or_default() += 1,
                None => self.lost.push(told(name, leaf, &ours)),
            }
        }
        self.lost.len() == before
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
