//! Python's own parser finds no attachment and no text in a mail that we do not have.
//!
//! Over all mails that `deploy/corpora.sh` fetched and over damaged copies of them. `REPLYD_MIME_CORPUS`: another folder of
//! mails. `REPLYD_MIME_MUTANTS`: how many damaged copies, 2,000 when not said; the long campaign has 100,000.
//! `REPLYD_TEST_PYTHON`: which Python, `python3` when not said.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

#[path = "second_parser/mutants.rs"]
mod mutants;

use std::{
    io::{BufRead, BufReader, Write},
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

/// A part that is no multipart; `error` when the other parser gave up on it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Leaf {
    kind: String,
    size: usize,
    sha256: String,
    /// Whether it holds white space and nothing else.
    blank: bool,
    /// Runs of letters and digits of what reads like a text.
    letters: Option<Vec<String>>,
    error: String,
    /// Letters of its first line.
    first: String,
    /// Letters of it, with quoted-printable undone once more.
    unquoted: String,
    /// Whether it was quoted-printable.
    quoted_printable: bool,
    /// Whether it was left encoded, for something odd behind the encoding's name.
    left_encoded: bool,
    /// Whether two or four octets make a letter.
    wide: bool,
    /// What the other parser found wrong with it, by the names of its classes.
    defects: Vec<String>,
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

    fn read(&mut self, mail: &[u8]) -> Described {
        writeln!(self.asked, "{}", mail.len()).unwrap();
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

/// Everything that we have of a mail.
struct Ours {
    letters: String,
    /// Letters of the header fields.
    head: String,
    /// Letters of what is attached, as it stands in the mail.
    encoded: String,
    /// Whether there is anything to read.
    says: bool,
    digests: Vec<String>,
    contents: Vec<Vec<u8>>,
}

fn letters_of(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn sha256(content: &[u8]) -> String {
    digest::digest(&digest::SHA256, content).as_ref().iter().map(|octet| format!("{octet:02x}")).collect()
}

impl Ours {
    fn of(mail: &Mail, raw: &[u8]) -> Self {
        let contents: Vec<Vec<u8>> = mail.attachments.iter().map(|a| a.content(raw).to_vec()).collect();
        for (attachment, content) in mail.attachments.iter().zip(&contents) {
            assert_eq!((attachment.size, attachment.digest), (content.len(), blake3::hash(content)));
        }
        // A break keeps the end of one text from making a word with the beginning of the next.
        let letters = [letters_of(&mail.text), letters_of(&mail.html)].join(" ");
        let head = mail.headers.iter().map(|field| letters_of(&(field.name.clone() + &field.value))).collect();
        let encoded = mail.attachments.iter().filter_map(|attachment| match &attachment.source {
            Source::Raw { range, .. } => Some(letters_of(&String::from_utf8_lossy(&raw[range.clone()]))),
            Source::Owned(_) => None,
        });
        let encoded = encoded.collect::<Vec<_>>().join(" ");
        let says = !mail.text.trim().is_empty() || !mail.html.trim().is_empty() || !mail.attachments.is_empty();
        Self {
            letters,
            says,
            head,
            encoded,
            digests: contents.iter().map(|content| sha256(content)).collect(),
            contents,
        }
    }

    /// Whether nine of ten pieces of the text stand in ours.
    fn has_nearly_all(&self, leaf: &Leaf) -> bool {
        const PIECE: usize = 30;
        let letters = leaf.letters.iter().flatten().next().map(String::as_bytes).unwrap_or_default();
        let pieces = letters.chunks(PIECE);
        let missing = pieces.filter(|piece| memmem::find(self.letters.as_bytes(), piece).is_none()).count();
        !letters.is_empty() && missing * 10 <= letters.len().div_ceil(PIECE)
    }

    /// Whether we have that part, as an attachment or as text.
    fn has(&self, leaf: &Leaf) -> bool {
        let attached = |letters: &String| {
            self.contents.iter().any(|content| letters_of(&String::from_utf8_lossy(content)).contains(letters.as_str()))
        };
        let shown = |letters: &String| self.letters.contains(letters.as_str()) || attached(letters);
        let read = leaf.letters.as_ref().is_some_and(|letters| match letters.as_slice() {
            // Without a letter of ASCII there is nothing to compare.
            [] => self.says,
            runs => runs.iter().all(shown),
        });
        read || self.digests.contains(&leaf.sha256)
    }
}

/// Why a part that only the other parser has is none of ours, or is ours in another form.
fn justified(leaf: &Leaf, ours: &Ours, raw: &[u8]) -> Option<&'static str> {
    if !leaf.error.is_empty() {
        return Some("the other parser gave up on it");
    }
    if leaf.size == 0 || leaf.blank {
        return Some("it holds nothing");
    }
    if leaf.defects.iter().any(|defect| defect == "MissingHeaderBodySeparatorDefect") {
        return Some(
            "it takes the header for text from the first line on that is no field; we read the fields behind it",
        );
    }
    if leaf.defects.iter().any(|defect| defect.starts_with("InvalidBase64")) {
        return Some(
            "base64 whose letters do not come out even: it gives back the letters, we decode as far as they go",
        );
    }
    if !leaf.first.is_empty() && ours.head.contains(&leaf.first) {
        return Some("its first line is a header field, oddly written; we read it as one");
    }
    let letters = leaf.letters.iter().flatten().next();
    let undone = !leaf.unquoted.is_empty() && ours.letters.contains(&leaf.unquoted);
    if letters.is_some_and(|letters| ours.encoded.contains(letters.as_str())) || undone || leaf.left_encoded {
        return Some("we undo an encoding that it leaves, for something odd stands behind its name");
    }
    if leaf.defects.is_empty() && leaf.quoted_printable && ours.has_nearly_all(leaf) {
        return Some("a damaged soft line break: it drops the rest of that line, we keep it");
    }
    if raw.windows(2).any(|two| two[0] == b'\r' && two[1] != b'\n') && ours.says {
        return Some("it takes a bare CR for a line end; nothing with one is let in (S-13)");
    }
    if leaf.wide && ours.says {
        return Some("octets that are no UTF-16, though they say so: each makes something else of them");
    }
    None
}

fn differences(raw: &[u8], other: &mut Other) -> Vec<String> {
    let described = other.read(raw);
    let mail = mime::parse(raw);
    let ours = Ours::of(&mail, raw);
    assert!(described.error.is_empty() || !mail.headers.is_empty() || !mail.text.is_empty() || raw.is_empty());
    let lost = described.leaves.iter().filter(|leaf| !ours.has(leaf) && justified(leaf, &ours, raw).is_none());
    lost.map(|leaf| format!("{} of {} octets {:.60?}", leaf.kind, leaf.size, leaf.letters.iter().flatten().next()))
        .collect()
}

#[test]
fn nothing_that_python_finds_in_a_mail_is_lost() {
    let (corpus, Some(mut other)) = (corpus(), Other::start()) else { return eprintln!("skipped: there is no Python") };
    if corpus.is_empty() {
        return eprintln!("skipped: deploy/corpora.sh target/corpora mime fetches the mails");
    }
    let mut found = Vec::new();
    for (name, raw) in &corpus {
        found.extend(differences(raw, &mut other).iter().map(|difference| format!("{name}: {difference}")));
    }
    println!("{} mails", corpus.len());
    assert!(found.is_empty(), "{} parts are lost:\n{}", found.len(), found.join("\n"));
}

#[test]
fn nothing_that_python_finds_in_a_damaged_mail_is_lost() {
    let (corpus, Some(mut other)) = (corpus(), Other::start()) else { return eprintln!("skipped: there is no Python") };
    let small: Vec<_> = corpus.into_iter().filter(|(_, raw)| raw.len() <= MUTANT_OCTETS_MAX).collect();
    if small.is_empty() {
        return eprintln!("skipped: deploy/corpora.sh target/corpora mime fetches the mails");
    }
    let mutants = std::env::var("REPLYD_MIME_MUTANTS").map_or(MUTANTS, |text| text.parse().unwrap());
    let mut found = Vec::new();
    for seed in 0..mutants {
        let (name, raw) = &small[seed % small.len()];
        let damaged = mutant(raw, &mut Dice::new(seed as u64));
        let lost = differences(&damaged, &mut other);
        if !lost.is_empty()
            && let Some(folder) = std::env::var_os("REPLYD_MIME_KEEP")
        {
            std::fs::write(Path::new(&folder).join(format!("{seed}.eml")), &damaged).unwrap();
        }
        found.extend(lost.iter().map(|difference| format!("{name}, damage {seed}: {difference}")));
    }
    println!("{mutants} damaged mails");
    assert!(found.is_empty(), "{} parts are lost:\n{}", found.len(), found.join("\n"));
}
