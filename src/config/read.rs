//! `smtpd.toml` → [`Config`], with every mistake at once.
//!
//! What each key means to the daemon is said at its field in `sections` and `outgoing`; which values are taken is said
//! in `keys`; what must fit together in `check`.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use toml_edit::Document;

use super::{
    Config, check, keys,
    reader::{Notes, Reader, line_at},
};

/// One mistake in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// From 1; 0 when it stands on no line: the file is missing, or the configuration was not read from a text.
    pub line: usize,
    /// `limits.message_bytes_max`, `address[support@acme.example].forwarder`; empty when the file itself is the matter.
    pub key: String,
    /// What is wrong and what is expected.
    pub words: String,
}

/// All mistakes at once, in the order of their lines.
///
/// Printed as one line each: `smtpd.toml:12: limits.message_bytes_max: 0 is out of range: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>, PathBuf);

impl Mistakes {
    /// Mistakes of that file.
    pub fn of(file: &Path, mut all: Vec<Mistake>) -> Self {
        all.sort_by_key(|mistake| mistake.line);
        Self(all, file.to_owned())
    }

    /// The file as it is named in the lines.
    pub fn file(&self) -> &Path {
        &self.1
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, Mistake { line, key, words }) in self.0.iter().enumerate() {
            let start = if n > 0 { "\n" } else { "" };
            write!(f, "{start}{}", self.1.display())?;
            if *line > 0 {
                write!(f, ":{line}")?;
            }
            let colon = if key.is_empty() { "" } else { ": " };
            write!(f, ": {key}{colon}{words}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// The name used in messages when the text did not come from a named file.
const FILE_NAME: &str = "smtpd.toml";

/// A file longer than this is not ours. It is read whole.
const FILE_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// Reads and checks a configuration. Relative paths are taken from `base`, the folder of `smtpd.toml`.
///
/// Looks at the files the configuration names (certificate, keys, password, knowledge), reads no other, writes nothing.
///
/// # Errors
/// [`Mistakes`]: every one there is, except that a text which is no TOML has one mistake only.
pub fn parse(text: &str, base: &Path) -> Result<Config, Mistakes> {
    let (config, notes) = read(text, base);
    if notes.mistakes.is_empty() { Ok(config) } else { Err(Mistakes::of(Path::new(FILE_NAME), notes.mistakes)) }
}

/// Reads and checks the file.
///
/// # Errors
/// As [`parse`], and one mistake without a line when the file cannot be read.
pub fn load(path: &Path) -> Result<Config, Mistakes> {
    let text =
        file_text(path).map_err(|words| Mistakes::of(path, vec![Mistake { line: 0, key: String::new(), words }]))?;
    let base = path.parent().unwrap_or(Path::new(""));
    parse(&text, base).map_err(|mistakes| Mistakes::of(path, mistakes.0))
}

/// The configuration as far as the file can be read, whatever mistakes stand in it; `None` of what is no TOML. It says where a
/// daemon that runs already is to be found, and nothing else is to be started with it.
pub fn load_with_mistakes(path: &Path) -> Option<Config> {
    let text = file_text(path).ok()?;
    Document::parse(&text).ok()?;
    Some(read(&text, path.parent().unwrap_or(Path::new(""))).0)
}

fn file_text(path: &Path) -> Result<String, String> {
    let about = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file; name another with --config".to_owned(),
        _ => format!("it cannot be read: {error}"),
    })?;
    if !about.is_file() {
        return Err("it is not a file".to_owned());
    }
    if about.len() > FILE_BYTES_MAX {
        return Err(format!("it is longer than {FILE_BYTES_MAX} bytes"));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("it cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())
}

/// The configuration as far as it can be read, and what was found on the way.
pub(super) fn read(text: &str, base: &Path) -> (Config, Notes) {
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let line = error.span().map_or(0, |span| line_at(text, span.start));
            let words = format!("this is not TOML: {}", error.message().trim().replace('\n', ", "));
            let mistakes = vec![Mistake { line, key: String::new(), words }];
            return (Config::default(), Notes { mistakes, ..Notes::default() });
        }
    };
    let reader = Reader::new(&document);
    let config = reader.root(|root| keys::config(root, base));
    let mut notes = reader.finish();
    for mistake in check(&config) {
        // What is malformed has been said already; what follows from that would only confuse.
        if notes.mistakes.iter().any(|earlier| earlier.key == mistake.key) {
            continue;
        }
        let line = line_of(&notes, &mistake.key);
        notes.mistakes.push(Mistake { line, ..mistake });
    }
    (config, notes)
}

/// The line of the key, or of the table it would stand in.
fn line_of(notes: &Notes, key: &str) -> usize {
    let mut key = key;
    loop {
        if let Some(line) = notes.lines.get(key) {
            return *line;
        }
        // `address[a@b.example].name` → `address[a@b.example]`: the last dot outside of brackets.
        let from = key.rfind(']').unwrap_or(0);
        match key[from..].rfind('.') {
            Some(dot) => key = &key[..from + dot],
            None => return 0,
        }
    }
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
