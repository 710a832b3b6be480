//! Asks the other parser what it finds in a mail.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde::Deserialize;

const READER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/second_parser/reader.py");

/// What the other parser says of a mail.
#[derive(Deserialize)]
pub(crate) struct Described {
    #[serde(default)]
    pub(crate) leaves: Vec<Leaf>,
    #[serde(default)]
    pub(crate) error: String,
}

/// A part that is no multipart.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Leaf {
    pub(crate) kind: String,
    pub(crate) size: usize,
    pub(crate) sha256: String,
    /// Whether it holds white space and nothing else.
    pub(crate) blank: bool,
    /// Runs of ASCII letters and digits of what reads like a text.
    pub(crate) letters: Option<Vec<String>>,
    /// What it may read, when it reads like a text and has none of these.
    pub(crate) texts: Vec<String>,
    /// What the other parser found wrong with it, by the names of its classes.
    pub(crate) defects: Vec<String>,
    /// Its lines, when they were asked for.
    pub(crate) lines: Vec<Line>,
    /// How many of them stand in front of the first empty one: a header that it took for text.
    pub(crate) header_lines: usize,
    /// Beside them, ASCII letters and digits of it as base64, in runs.
    pub(crate) undone: Vec<String>,
    /// And what all of it may read, with its encoding undone and as it stands.
    pub(crate) whole: Vec<String>,
}

/// What a line of a part may say, as it stands and with an encoding undone.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Line {
    /// What it reads as it stands.
    pub(crate) plain: Vec<String>,
    /// For each way, ASCII letters and digits in runs; as it stands first.
    pub(crate) runs: Vec<Vec<String>>,
    /// For each way, what it reads.
    pub(crate) texts: Vec<String>,
    /// In hexadecimal, what comes out of base64.
    pub(crate) octets: Vec<String>,
    /// The same of its pieces, when it may be base64 with padding in its middle.
    pub(crate) pieces: Vec<Line>,
}

/// The other parser, which reads one mail after the other.
pub(crate) struct Other {
    process: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Other {
    pub(crate) fn start() -> Option<Self> {
        let python = std::env::var_os("REPLYD_TEST_PYTHON").unwrap_or_else(|| "python3".into());
        let started = Command::new(python).arg(READER).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut process = started.ok()?;
        let (asked, answers) = (process.stdin.take().unwrap(), BufReader::new(process.stdout.take().unwrap()));
        Some(Self { process, asked, answers })
    }

    pub(crate) fn read(&mut self, mail: &[u8], more: &str) -> Described {
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
