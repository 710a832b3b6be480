//! The secrets that reply keys are made from, and their change.
//!
//! At first there is one: the install secret. `replyd reply-key rotate` adds a new one that writes from then on; those
//! before it still read, with the day they were retired, until they are removed. Destinations do not follow: they are
//! made from the install secret whatever happens here, so no provider's rule breaks.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{SecretError, files};
use crate::types::{Secret, hex, unhex};

/// Their file in the data folder; not there before the first rotation.
pub const REPLY_KEYS_FILE: &str = "reply-keys.json";

/// Keys that are kept: each costs a hash for every Message-ID that looks like ours.
pub const REPLY_KEYS_MAX: usize = 16;

/// The name of the key that is made from the install secret.
const INSTALL: &str = "install";

/// How long a secret is.
const SECRET_BYTES: usize = 32;

/// Only we may read it.
const MODE: u32 = 0o600;

/// Why the keys cannot be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum ReplyKeyError {
    /// The file is not as we wrote it. Without it replies to letters of older keys would open new conversations.
    #[error("{path}: {why}; put the file back from a backup")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The file can neither be read nor written, or there is no randomness.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// There are as many as may be.
    #[error("{REPLY_KEYS_MAX} reply keys are the most there can be: remove one that is long retired first")]
    TooMany,
    /// It writes.
    #[error("{0} is the key in force: rotate first")]
    InForce(String),
    /// There is none of that name.
    #[error("there is no reply key {0}")]
    Unknown(String),
}

/// One secret for reply keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyKey {
    /// `install`, then `k1`, `k2`, …
    pub name: String,
    /// The day it was made, `2026-11-22`; empty for the install secret.
    pub made: String,
    /// The day it stopped writing; `None` while it is in force.
    pub retired: Option<String>,
    /// What it is made from.
    pub secret: Secret,
}

/// As it stands in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    #[serde(default)]
    made: String,
    retired: Option<String>,
    /// 64 hexadecimal digits; none for the install secret, which has a file of its own.
    secret: Option<String>,
}

/// The keys of that data folder: the one in force first, then those that only read, newest first.
///
/// # Errors
/// [`ReplyKeyError::Damaged`], [`ReplyKeyError::Secret`].
pub fn reply_keys(data: &Path, install: &Secret) -> Result<Vec<ReplyKey>, ReplyKeyError> {
    let path = data.join(REPLY_KEYS_FILE);
    let damaged = |why: String| ReplyKeyError::Damaged { path: path.clone(), why };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = ReplyKey { name: INSTALL.into(), made: String::new(), retired: None, secret: install.clone() };
            return Ok(vec![key]);
        }
        Err(source) => return Err(SecretError::Unavailable { path, source }.into()),
    };
    let rows: Vec<Row> = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    let keys = rows.into_iter().map(|row| {
        let secret = match &row.secret {
            None if row.name == INSTALL => Some(install.clone()),
            None => None,
            Some(digits) => unhex(digits).filter(|octets| octets.len() == SECRET_BYTES).map(Secret::new),
        };
        let secret = secret.ok_or_else(|| damaged(format!("the secret of {} is not whole", row.name)))?;
        Ok(ReplyKey { name: row.name, made: row.made, retired: row.retired, secret })
    });
    let keys = keys.collect::<Result<Vec<_>, ReplyKeyError>>()?;
    let in_force = keys.iter().filter(|key| key.retired.is_none()).count();
    if in_force != 1 || keys[0].retired.is_some() {
        return Err(damaged("it does not say which key is in force".into()));
    }
    Ok(keys)
}

/// Makes a new key that is in force from `today` (`2026-11-22`); those before it read on. A running daemon uses it after
/// its next start. Returns its name.
///
/// # Errors
/// [`ReplyKeyError::TooMany`], and as [`reply_keys`]; nothing is changed then.
pub fn rotate_reply_key(data: &Path, install: &Secret, today: &str) -> Result<String, ReplyKeyError> {
    let mut keys = reply_keys(data, install)?;
    if keys.len() >= REPLY_KEYS_MAX {
        return Err(ReplyKeyError::TooMany);
    }
    let mut secret = [0; SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut secret).map_err(|_| SecretError::Random)?;
    // The newest has the highest number, and is never removed: no name is given twice.
    let newest = keys[0].name.strip_prefix('k').and_then(|number| number.parse::<u32>().ok()).unwrap_or(0);
    let name = format!("k{}", newest + 1);
    keys[0].retired = Some(today.to_owned());
    keys.insert(0, ReplyKey { name: name.clone(), made: today.into(), retired: None, secret: Secret::new(secret) });
    write(data, &keys)?;
    Ok(name)
}

/// Takes a retired key away: what was signed with it is no reply key any more.
///
/// # Errors
/// [`ReplyKeyError::InForce`], [`ReplyKeyError::Unknown`], and as [`reply_keys`]; nothing is changed then.
pub fn remove_reply_key(data: &Path, install: &Secret, name: &str) -> Result<(), ReplyKeyError> {
    let mut keys = reply_keys(data, install)?;
    match keys.iter().position(|key| key.name == name) {
        None => Err(ReplyKeyError::Unknown(name.to_owned())),
        Some(0) => Err(ReplyKeyError::InForce(name.to_owned())),
        Some(place) => {
            keys.remove(place);
            write(data, &keys)
        }
    }
}

fn write(data: &Path, keys: &[ReplyKey]) -> Result<(), ReplyKeyError> {
    let path = data.join(REPLY_KEYS_FILE);
    let rows: Vec<Row> = keys
        .iter()
        .map(|key| Row {
            name: key.name.clone(),
            made: key.made.clone(),
            retired: key.retired.clone(),
            secret: (key.name != INSTALL).then(|| hex(key.secret.expose())),
        })
        .collect();
    let text = serde_json::to_string_pretty(&rows).expect("rows have string keys only") + "\n";
    let beside = files::beside(&path);
    let written = files::write_new(&beside, text.as_bytes(), Some(MODE))
        .and_then(|()| std::fs::rename(&beside, &path))
        .and_then(|()| files::sync_folder_of(&path));
    written.map_err(|source| SecretError::Unavailable { path, source }.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conversation::ReplyKeys,
        types::{ConversationId, LetterId},
    };

    const INSTALL_SECRET: [u8; 32] = [7; 32];

    fn secrets(data: &Path) -> ReplyKeys {
        let keys = reply_keys(data, &Secret::new(INSTALL_SECRET)).unwrap();
        ReplyKeys::new(&keys.into_iter().map(|key| key.secret).collect::<Vec<_>>())
    }

    fn written(keys: &ReplyKeys) -> String {
        format!("{}@acme.example", keys.write(LetterId(1), ConversationId(9)))
    }

    #[test]
    fn after_a_rotation_the_new_key_writes_and_the_old_one_reads_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let (data, install) = (folder.path(), Secret::new(INSTALL_SECRET));
        let old = written(&secrets(data));
        assert_eq!(rotate_reply_key(data, &install, "2026-11-22").unwrap(), "k1");
        let new = written(&secrets(data));
        assert_ne!(old, new);
        for id in [&old, &new] {
            assert_eq!(secrets(data).read(id), Some((LetterId(1), ConversationId(9))));
        }
        remove_reply_key(data, &install, "install").unwrap();
        assert_eq!(secrets(data).read(&old), None);
        assert!(secrets(data).read(&new).is_some());
    }

    #[test]
    fn each_key_is_kept_with_the_day_it_was_retired() {
        let folder = tempfile::tempdir().unwrap();
        let (data, install) = (folder.path(), Secret::new(INSTALL_SECRET));
        rotate_reply_key(data, &install, "2026-11-22").unwrap();
        rotate_reply_key(data, &install, "2027-01-31").unwrap();
        let keys = reply_keys(data, &install).unwrap();
        let told: Vec<_> = keys.iter().map(|key| (key.name.as_str(), key.retired.as_deref())).collect();
        assert_eq!(told, [("k2", None), ("k1", Some("2027-01-31")), ("install", Some("2026-11-22"))]);
        let text = std::fs::read_to_string(data.join(REPLY_KEYS_FILE)).unwrap();
        assert!(!text.contains(&hex(&INSTALL_SECRET)), "the install secret has a file of its own");
    }

    #[test]
    fn the_key_in_force_stays_and_the_ring_has_an_end() {
        let folder = tempfile::tempdir().unwrap();
        let (data, install) = (folder.path(), Secret::new(INSTALL_SECRET));
        assert!(matches!(remove_reply_key(data, &install, "install"), Err(ReplyKeyError::InForce(_))));
        for _ in 1..REPLY_KEYS_MAX {
            rotate_reply_key(data, &install, "2026-11-22").unwrap();
        }
        assert!(matches!(rotate_reply_key(data, &install, "2026-11-22"), Err(ReplyKeyError::TooMany)));
        assert!(matches!(remove_reply_key(data, &install, "k99"), Err(ReplyKeyError::Unknown(_))));
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_the_ring() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..2 {
            rotate_reply_key(folder.path(), &Secret::new(INSTALL_SECRET), "2026-11-22").unwrap();
            let mode = std::fs::metadata(folder.path().join(REPLY_KEYS_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_ring_that_is_not_whole_is_an_error_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(REPLY_KEYS_FILE);
        for broken in
            ["", "[]", "[{\"name\":\"k1\",\"retired\":null,\"secret\":\"00\"}]", "[{\"name\":\"k1\",\"retired\":null}]"]
        {
            std::fs::write(&path, broken).unwrap();
            let rotated = rotate_reply_key(folder.path(), &Secret::new(INSTALL_SECRET), "2026-11-22");
            assert!(matches!(rotated, Err(ReplyKeyError::Damaged { .. })), "{broken}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
        }
    }
}
