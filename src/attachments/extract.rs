//! The text of an attachment, read by a process of its own that may die (S-16).
//!
//! Here is the side that waits: it starts `replyd extract-text`, hands it the file as standard input, takes at most so much
//! text, and kills it at the deadline. What the process may do is in [`confined`]; how text is read is in [`reading`].

pub mod confined;
pub mod reading;

use std::{
    fs::File,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use serde::{Deserialize, Serialize};
use tokio::{io::AsyncReadExt, process::Command, sync::Semaphore, time::timeout_at};

use super::list::Row;
use crate::config::Extraction;

/// Processes that read at once: a machine has mail to take meanwhile.
const AT_ONCE: usize = 2;

/// What follows the text: how it ended. Octets.
const TRAILER_OCTETS_MAX: usize = 4 * 1024;

/// Signals that end who used up its processor time. signal(7).
const OUT_OF_TIME: [i32; 2] = [libc::SIGXCPU, libc::SIGKILL];

/// How the text of an attachment is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// As it stands.
    Plain,
    /// What a person would see of the page.
    Html,
    /// As it stands, broken into lines when it is one.
    Json,
    /// Its pages, one after the other.
    Pdf,
}

impl Form {
    /// How this attachment is read: by what it is, and only where that is text of some kind by what it claims. `None` for
    /// what has no text, and for archives, which are never opened.
    pub fn of(row: &Row) -> Option<Self> {
        let claims = |kinds: &[&str]| kinds.contains(&row.kind.as_str());
        match row.sniffed.as_str() {
            "application/pdf" => Some(Self::Pdf),
            "text/html" => Some(Self::Html),
            "text/plain" if claims(&["text/html", "application/xhtml+xml"]) => Some(Self::Html),
            "text/plain" if claims(&["application/json"]) || row.name.to_lowercase().ends_with(".json") => {
                Some(Self::Json)
            }
            "text/plain" | "text/xml" | "text/calendar" | "text/vcard" | "text/x-script" => Some(Self::Plain),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Html => "html",
            Self::Json => "json",
            Self::Pdf => "pdf",
        }
    }
}

/// The text of an attachment: words of its sender, to be trusted less than those of the mail, which somebody read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Text {
    /// What was read; empty when nothing was.
    pub text: String,
    /// Whether there is more than was read.
    pub cut: bool,
    /// Why not everything was read, in words; empty when it was.
    pub trouble: String,
    /// Whether reading again would end the same way.
    #[serde(skip)]
    pub lasting: bool,
}

impl Text {
    pub(super) fn none(trouble: impl Into<String>) -> Self {
        Self { trouble: trouble.into(), lasting: true, ..Self::default() }
    }

    fn later(trouble: impl Into<String>) -> Self {
        Self { trouble: trouble.into(), ..Self::default() }
    }
}

/// How the process says that it ended, behind the text and a NUL.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Trailer {
    /// See [`Text::cut`].
    pub cut: bool,
    /// See [`Text::trouble`].
    pub trouble: String,
}

/// The text of one of our own files, for who may block: read in the same process, under the same limits. Never fails, as what went
/// wrong stands in the text's `trouble`.
pub fn text_of_file(program: PathBuf, limits: Extraction, file: File, form: Form) -> Text {
    let octets = file.metadata().map_or(0, |meta| usize::try_from(meta.len()).unwrap_or(usize::MAX));
    let wait = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(runtime.block_on(Extractor::new(program, limits).text(file, octets, form)))
    };
    // A thread of its own: whoever asks may stand in a runtime already.
    let read: std::io::Result<Text> = std::thread::Builder::new()
        .name("read a file".into())
        .spawn(wait)
        .and_then(|thread| thread.join().map_err(|_| std::io::Error::other("whoever waits for it broke"))?);
    read.unwrap_or_else(|error| Text::later(format!("it could not be read: {error}")))
}

/// Starts the processes.
#[derive(Debug)]
pub(super) struct Extractor {
    program: PathBuf,
    limits: Extraction,
    running: Semaphore,
}

impl Extractor {
    pub(super) fn new(program: PathBuf, limits: Extraction) -> Self {
        Self { program, limits, running: Semaphore::new(AT_ONCE) }
    }

    /// Reads the text of a file. Never fails: what went wrong stands in the text's `trouble`.
    pub(super) async fn text(&self, file: File, octets: usize, form: Form) -> Text {
        let limits = &self.limits;
        if octets as u64 > limits.file_bytes_max {
            return Text::none(format!("it is longer than {} octets, and not read", limits.file_bytes_max));
        }
        let Ok(Ok(_running)) = tokio::time::timeout(limits.timeout, self.running.acquire()).await else {
            return Text::later("too many attachments are being read; try again");
        };
        self.run(file, form).await.unwrap_or_else(|error| Text::later(format!("it could not be read: {error}")))
    }

    async fn run(&self, file: File, form: Form) -> std::io::Result<Text> {
        let limits = &self.limits;
        let mut child = Command::new(&self.program)
            .args(["extract-text", form.word()])
            .args(["--memory-bytes", &limits.memory_bytes_max.to_string()])
            .args(["--cpu-secs", &limits.cpu.as_secs().to_string()])
            .args(["--text-bytes", &limits.text_bytes_max.to_string()])
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Whoever asked may go away; the process goes with them.
            .kill_on_drop(true)
            .spawn()?;
        let octets_max = limits.text_bytes_max + TRAILER_OCTETS_MAX;
        let mut out = Vec::new();
        let deadline = tokio::time::Instant::now() + limits.timeout;
        let reading = async {
            if let Some(stdout) = child.stdout.take() {
                stdout.take(octets_max as u64).read_to_end(&mut out).await?;
            }
            child.wait().await
        };
        let ended = timeout_at(deadline, reading).await;
        if ended.is_err() {
            child.start_kill()?;
            child.wait().await?;
        }
        Ok(self.judge(out, ended.ok().transpose()?))
    }

    /// What came, and how it ended: `None` when it was killed at the deadline.
    fn judge(&self, mut out: Vec<u8>, ended: Option<ExitStatus>) -> Text {
        let trailer = memchr::memrchr(0, &out);
        let trailer = trailer.and_then(|at| Some((at, serde_json::from_slice::<Trailer>(&out[at + 1..]).ok()?)));
        if let Some((at, Trailer { cut, trouble })) = trailer {
            let lasting = true;
            return Text { text: String::from_utf8_lossy(&out[..at]).into_owned(), cut, trouble, lasting };
        }
        out.truncate(self.limits.text_bytes_max);
        let (trouble, lasting) = self.how_it_died(ended);
        let text = String::from_utf8_lossy(&out).replace(['\0', '\u{fffd}'], "");
        Text { text, cut: true, trouble, lasting }
    }

    fn how_it_died(&self, ended: Option<ExitStatus>) -> (String, bool) {
        let Extraction { memory_bytes_max, cpu, timeout, .. } = &self.limits;
        let Some(status) = ended else {
            return (format!("reading it took longer than {} s, and was ended", timeout.as_secs()), false);
        };
        match (status.signal(), status.code()) {
            (Some(signal), _) if OUT_OF_TIME.contains(&signal) => {
                (format!("reading it took more than {} s of processor time, and was ended", cpu.as_secs()), true)
            }
            (Some(_), _) => {
                let mib = memory_bytes_max >> 20;
                (format!("reading it needs more than {mib} MiB of memory, or it is made to break programs"), true)
            }
            (None, Some(confined::EXIT)) => {
                ("the process that reads attachments cannot be confined here".into(), false)
            }
            (None, _) => ("the process that reads attachments ended without a word".into(), false),
        }
    }
}
