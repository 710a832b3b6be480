//! talon beside us, in a Python process of its own that lives through all rounds: the first call loads its tables.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::mails::Sample;

/// A Python with talon in it, ready.
pub(crate) struct Talon {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Talon {
    /// `None` when `REPLYD_BENCH_TALON` names no Python that has it.
    pub(crate) fn start() -> Option<Self> {
        let python = std::env::var_os("REPLYD_BENCH_TALON")?;
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/reading/ask_talon.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let questions = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        Some(Self { process, questions, answers })
    }

    /// Nanoseconds of processor time for one mail: its text, its page, and the signature of what is left.
    pub(crate) fn nanos(&mut self, sample: &Sample, times: u32) -> f64 {
        let question = json!({ "text": sample.text, "html": sample.html, "times": times });
        writeln!(self.questions, "{question}").expect("talon listens");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("talon answers");
        let answer: Value = serde_json::from_str(&answer).expect("talon answers in JSON");
        answer["nanos"].as_f64().expect("a number")
    }
}

impl Drop for Talon {
    fn drop(&mut self) {
        // It ends by itself when its input does; nothing depends on it any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
