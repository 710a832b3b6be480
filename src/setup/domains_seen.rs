//! What DNS said about a domain's rows when it was asked last, since when, and which rows were there and are not any more.
//!
//! Kept as `dkim/DOMAIN/seen.json` in the data folder, so that an alarm and its beginning outlive a restart, and commands and
//! the daemon speak of the same. It holds observations only: one that is lost is made again.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};

use super::{
    domains::Need,
    domains_status::{Checked, Status},
    files::write_atomically,
};
use crate::{
    outbound::{KeyError, key_folder, lock_keys},
    types::Millis,
};

/// A row as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenRow {
    /// Its type, as in a zone.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What does not work without it: the word of [`Need`].
    pub need: String,
    /// The word of its [`Status`]. What DNS could not say changes nothing about a row that was seen before.
    pub status: String,
    /// Why it is not verified.
    pub why: String,
    /// Since when it has that status.
    pub since: Millis,
    /// Since when it is gone or another, after it was verified; `None` without an alarm.
    pub alarm: Option<Millis>,
}

impl SeenRow {
    /// As people call it: `TXT r._domainkey.acme.example`.
    pub fn title(&self) -> String {
        format!("{} {}", self.kind, self.name)
    }

    /// Whether nothing leaves without it.
    pub fn is_for_sending(&self) -> bool {
        self.need == Need::Sending.word()
    }
}

/// All rows of a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When all of them were asked for last.
    pub checked: Option<Millis>,
    /// In the order of their printing.
    pub rows: Vec<SeenRow>,
}

impl Seen {
    /// Those that were there and are gone or others.
    pub fn alarms(&self) -> impl Iterator<Item = &SeenRow> {
        self.rows.iter().filter(|row| row.alarm.is_some())
    }

    /// Whether every one of those rows is there or has been: what is missing among them is a slip, no beginning.
    pub fn were_there(&self, checked: &[Checked]) -> bool {
        let was_there = |one: &Checked| {
            let known = self.rows.iter().find(|row| row.kind == one.row.kind.word() && row.name == one.row.name);
            known.is_some_and(|row| row.alarm.is_some() || row.status == Status::Verified.word())
        };
        !checked.is_empty() && checked.iter().all(was_there)
    }

    /// The word for the whole domain: the worst status of what sending needs; `pending` when nothing is known.
    pub fn word(&self) -> &str {
        let of_sending = |word: &str| self.rows.iter().any(|row| row.is_for_sending() && row.status == word);
        let words = ["failing", "pending", "unknown", "verified"];
        words.into_iter().find(|word| of_sending(word)).unwrap_or("pending")
    }
}

/// What an observation changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The row was there and is not any more.
    Raised(SeenRow),
    /// It is there again, after an alarm since that time.
    Ended(SeenRow, Millis),
}

/// Which rows were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that there should be: others are forgotten.
    All,
    /// Some.
    Some,
}

/// What is known of a domain; nothing where there is no file, or none that can be read.
pub fn seen(data: &Path, domain: &str) -> Seen {
    let read = key_folder(data, domain).ok().and_then(|folder| fs::read(folder.join(FILE)).ok());
    read.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
}

/// Writes down what DNS said now, and tells what changed by it.
///
/// # Errors
/// When it cannot be written. What was known stays.
pub fn note(
    data: &Path,
    domain: &str,
    checked: &[Checked],
    scope: Scope,
    now: Millis,
) -> Result<Vec<Change>, KeyError> {
    let _lock = lock_keys(data, domain)?;
    let before = seen(data, domain);
    let (after, changes) = after(&before, checked, scope, now);
    if after != before {
        let path = key_folder(data, domain)?.join(FILE);
        let text = serde_json::to_string_pretty(&after).map_err(io::Error::other);
        let written = text.and_then(|text| write_atomically(&path, &(text + "\n")));
        written.map_err(|source| KeyError::File { path, source })?;
    }
    Ok(changes)
}

const FILE: &str = "seen.json";

fn after(before: &Seen, checked: &[Checked], scope: Scope, now: Millis) -> (Seen, Vec<Change>) {
    let mut changes = Vec::new();
    let mut rows: Vec<SeenRow> = Vec::new();
    for one in checked {
        let kind = one.row.kind.word();
        let known = before.rows.iter().find(|known| known.kind == kind && known.name == one.row.name);
        let row = row_after(known, one, now);
        match (known.and_then(|known| known.alarm), row.alarm) {
            (None, Some(_)) => changes.push(Change::Raised(row.clone())),
            (Some(since), None) => changes.push(Change::Ended(row.clone(), since)),
            _ => {}
        }
        rows.push(row);
    }
    let checked = match scope {
        Scope::All => Some(now),
        Scope::Some => {
            let asked = std::mem::take(&mut rows);
            rows = before.rows.clone();
            for row in asked {
                match rows.iter_mut().find(|known| known.kind == row.kind && known.name == row.name) {
                    Some(known) => *known = row,
                    None => rows.push(row),
                }
            }
            before.checked
        }
    };
    (Seen { checked, rows }, changes)
}

fn row_after(known: Option<&SeenRow>, one: &Checked, now: Millis) -> SeenRow {
    let need = one.row.purpose.need().word().to_owned();
    let word = one.status.word();
    if let (Some(known), Status::Unknown(_)) = (known, &one.status) {
        return SeenRow { need, ..known.clone() };
    }
    let since = known.filter(|known| known.status == word).map_or(now, |known| known.since);
    let alarm = match (&one.status, known) {
        (Status::Verified, _) | (_, None) => None,
        (_, Some(known)) if known.status == Status::Verified.word() => Some(now),
        (_, Some(known)) => known.alarm,
    };
    let (kind, name) = (one.row.kind.word().to_owned(), one.row.name.clone());
    SeenRow { kind, name, need, status: word.to_owned(), why: one.status.why(), since, alarm }
}

#[cfg(test)]
#[path = "domains_seen_tests.rs"]
mod tests;
