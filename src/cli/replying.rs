//! `replyd conversations reply`: words from standard input, files and recipients from arguments.

use std::{io::Read, path::PathBuf};

use serde_json::{Value, json};

use super::Failure;
use crate::types::base64;

/// What is said of a reply besides its words.
#[derive(Debug, clap::Args)]
pub(super) struct Replying {
    /// Who writes.
    #[arg(long)]
    by: String,
    /// Send the waiting draft as it is.
    #[arg(long)]
    draft: bool,
    /// To this address instead of the contact's.
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// A copy to this address, or to `Name <address>`; those who take part get none then unless they are named too. May stand many times.
    #[arg(long, value_name = "WHO", conflicts_with = "no_cc")]
    cc: Vec<String>,
    /// No copies.
    #[arg(long)]
    no_cc: bool,
    /// A file that goes with it. May stand many times.
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
    /// A picture that the words show by `![](cid:FILE NAME)`. May stand many times.
    #[arg(long, value_name = "FILE")]
    show: Vec<PathBuf>,
}

impl Replying {
    /// The request. `read`: the conversation as it was before the words were written.
    pub(super) fn request(&self, read: &Value) -> Result<Value, Failure> {
        let words = if self.draft { None } else { Some(words_from_stdin()?) };
        let copies = (self.no_cc || !self.cc.is_empty()).then_some(&self.cc);
        let attached = self.attach.iter().map(|path| file(path, false));
        let files = attached.chain(self.show.iter().map(|path| file(path, true))).collect::<Result<Vec<_>, _>>()?;
        // Nothing said of files: those of a letter that was taken back go with it again.
        let files = (!files.is_empty()).then_some(files);
        Ok(json!({
            "by": self.by, "markdown": words, "generation": read["generation"], "to": self.to, "cc": copies,
            "attachments": files,
        }))
    }
}

fn file(path: &PathBuf, shown: bool) -> Result<Value, Failure> {
    let content = std::fs::read(path).map_err(|error| Failure::io(format!("{}: {error}", path.display())))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(json!({ "name": name, "content": base64(&content), "shown_as": shown.then_some(&name) }))
}

pub(super) fn words_from_stdin() -> Result<String, Failure> {
    let mut words = String::new();
    std::io::stdin().read_to_string(&mut words).map_err(|error| Failure::io(error.to_string()))?;
    if words.trim().is_empty() { Err(Failure::usage("nothing was written on standard input")) } else { Ok(words) }
}
