//! The install secret: 32 random bytes from which destination keys are made, and reply keys until they are rotated.
//!
//! Made at the first start and never again: with another secret every destination at every provider would be wrong.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::files;
use crate::types::Secret;

/// Its file in the data folder.
pub const SECRET_FILE: &str = "secret.key";

/// How long it is.
const SECRET_BYTES: usize = 32;

/// Only we may read it.
const MODE: u32 = 0o600;

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Not as it was made. Making another one in its place would silently break every destination.
    #[error(
        "{path} holds {found} bytes instead of {SECRET_BYTES}: put the file back from a backup; a new secret would \
         change the address that every provider forwards to"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How many bytes there are.
        found: usize,
    },
    /// It can neither be read nor made.
    #[error("{path}: {source}")]
    Unavailable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The machine gives no random numbers.
    #[error("the machine gives no random numbers")]
    Random,
}

/// The secret of that data folder; makes it, and the folder, when there is none.
///
/// Two processes that start at once agree on one. When this returns the secret is on the disk.
///
/// # Errors
/// [`SecretError`]. A secret that is too short is never replaced.
pub fn secret_in(data: &Path) -> Result<Secret, SecretError> {
    let path = data.join(SECRET_FILE);
    let unavailable = |source| SecretError::Unavailable { path: path.clone(), source };
    match std::fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return whole(&path, read.map_err(unavailable)?),
    }
    let mut bytes = [0; SECRET_BYTES];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| SecretError::Random)?;
    std::fs::create_dir_all(data).map_err(unavailable)?;
    make(&path, &bytes).map_err(unavailable)?;
    // Read back: another process may have been first, and then its secret counts.
    whole(&path, std::fs::read(&path).map_err(unavailable)?)
}

fn whole(path: &Path, bytes: Vec<u8>) -> Result<Secret, SecretError> {
    if bytes.len() == SECRET_BYTES {
        return Ok(Secret::new(bytes));
    }
    Err(SecretError::Damaged { path: path.to_owned(), found: bytes.len() })
}

/// Gives the finished file its name last, and only if the name is free: a crash leaves no half secret behind, and nobody's
/// secret is overwritten.
fn make(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = files::beside(path);
    files::write_new(&beside, bytes, Some(MODE))?;
    let linked = std::fs::hard_link(&beside, path);
    std::fs::remove_file(&beside)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => files::sync_folder_of(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let first = secret_in(&data).unwrap();
        assert_eq!(first.expose().len(), 32);
        assert_eq!(secret_in(&data).unwrap(), first);
        assert_eq!(std::fs::read_dir(&data).unwrap().count(), 1, "nothing is left beside it");
        let other = tempfile::tempdir().unwrap();
        assert_ne!(secret_in(other.path()).unwrap(), first);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        secret_in(folder.path()).unwrap();
        let mode = std::fs::metadata(folder.path().join(SECRET_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_short_one_is_an_error_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(SECRET_FILE), [7; 31]).unwrap();
        assert!(matches!(secret_in(folder.path()), Err(SecretError::Damaged { found: 31, .. })));
        assert_eq!(std::fs::read(folder.path().join(SECRET_FILE)).unwrap(), [7; 31]);
    }

    #[test]
    fn the_first_of_two_makers_wins() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(SECRET_FILE);
        make(&path, &[1; 32]).unwrap();
        make(&path, &[2; 32]).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), [1; 32]);
    }
}
