//! The texts of prompts, where the administrator wants them for a while (`keep_prompts_days`).
//!
//! The journal is never rewritten, so no text that is to end stands in it: a run has the BLAKE3 of each prompt, and the text
//! lies in `DATA/prompts/DAY/HASH.json` beside it, with the masks that it left with. A day is deleted whole, and of what was
//! there the journal can still tell whether a text that somebody shows is the one that was sent.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::Serialize;
use tracing::warn;

use crate::types::{Millis, RunId};

/// The folder in the data folder.
pub const FOLDER: &str = "prompts";

/// A prompt and what came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Text {
    /// BLAKE3 of the prompt: its name.
    pub blake3: String,
    /// Which model was asked.
    pub model: String,
    /// As it left.
    pub prompt: String,
    /// As it came back.
    pub answer: String,
}

/// Where texts lie, and for how long. Blocks on files: call it where that is allowed.
#[derive(Debug, Clone)]
pub struct Prompts {
    folder: PathBuf,
    days: u32,
}

#[derive(Serialize)]
struct Kept<'a> {
    run: RunId,
    #[serde(flatten)]
    text: &'a Text,
}

impl Prompts {
    /// Texts in this data folder, for so many days; 0 keeps none.
    pub fn new(data: &Path, days: u32) -> Self {
        Self { folder: data.join(FOLDER), days }
    }

    /// Whether texts are kept at all.
    pub fn are_kept(&self) -> bool {
        self.days > 0
    }

    /// Keeps the texts of a run. One that cannot be written is missing, and the log says so: no answer waits for it.
    pub fn keep(&self, run: RunId, texts: &[Text], now: Millis) {
        for text in texts.iter().filter(|_| self.are_kept()) {
            if let Err(err) = self.write(run, text, now) {
                warn!(run.id = %run, "the text of a prompt could not be kept: {err}");
            }
        }
    }

    fn write(&self, run: RunId, text: &Text, now: Millis) -> io::Result<()> {
        let day = self.folder.join(now.day().to_string());
        DirBuilder::new().recursive(true).mode(0o700).create(&day)?;
        let path = day.join(format!("{}.json", text.blake3));
        let json = serde_json::to_vec_pretty(&Kept { run, text })?;
        OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?.write_all(&json)
    }

    /// Deletes what is older than its days; all of it where none are kept any more. Gives how many days went.
    pub fn sweep(&self, now: Millis) -> usize {
        let days = match fs::read_dir(&self.folder) {
            Ok(days) => days,
            Err(err) => {
                if err.kind() != io::ErrorKind::NotFound {
                    warn!("the texts of prompts cannot be listed, so that none are deleted: {err}");
                }
                return 0;
            }
        };
        let mut gone = 0;
        for day in days.flatten() {
            let number = day.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
            // Nothing but days lies here; what somebody else put there is theirs.
            let Some(number) = number else { continue };
            if now.day().saturating_sub(number) < self.days {
                continue;
            }
            match fs::remove_dir_all(day.path()) {
                Ok(()) => gone += 1,
                Err(err) => warn!("texts of prompts that are too old cannot be deleted: {err}"),
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, time::Duration};

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn text(blake3: &str) -> Text {
        Text { blake3: blake3.into(), model: "small".into(), prompt: "Say hello".into(), answer: "hello".into() }
    }

    fn kept(data: &Path) -> usize {
        let days = fs::read_dir(data.join(FOLDER)).map(|days| days.flatten().collect::<Vec<_>>()).unwrap_or_default();
        days.iter().map(|day| fs::read_dir(day.path()).unwrap().count()).sum()
    }

    #[test]
    fn a_text_is_kept_for_its_days_and_no_longer() {
        let data = tempfile::tempdir().unwrap();
        let (prompts, now) = (Prompts::new(data.path(), 2), Millis(1_795_000_000_000));
        prompts.keep(RunId(1), &[text("aa"), text("bb")], now);
        prompts.keep(RunId(2), &[text("aa")], now.plus(DAY));
        assert_eq!((prompts.sweep(now.plus(DAY)), kept(data.path())), (0, 3));
        assert_eq!((prompts.sweep(now.plus(2 * DAY)), kept(data.path())), (1, 1));
        let switched_off = Prompts::new(data.path(), 0);
        assert_eq!((switched_off.sweep(now.plus(DAY)), kept(data.path())), (1, 0));
    }

    #[test]
    fn nobody_else_may_read_it_and_its_hash_is_its_name() {
        let data = tempfile::tempdir().unwrap();
        let now = Millis(1_795_000_000_000);
        Prompts::new(data.path(), 1).keep(RunId(1), &[text("aa")], now);
        let path = data.path().join(FOLDER).join(now.day().to_string()).join("aa.json");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        assert_eq!((&read["prompt"], &read["run"]), (&"Say hello".into(), &RunId(1).to_string().into()));
    }

    #[test]
    fn none_is_kept_by_default() {
        let data = tempfile::tempdir().unwrap();
        Prompts::new(data.path(), 0).keep(RunId(1), &[text("aa")], Millis(0));
        assert!(!data.path().join(FOLDER).exists());
    }
}
