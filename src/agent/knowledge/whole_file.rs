//! A file that is there whole or not at all.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

/// Puts these octets in the place of what the file held, for our eyes only; its folder is made where it is missing. When this
/// returns they survive a crash, and before that what lay there does.
///
/// # Errors
/// What the file system says. What lay there is untouched then, and nothing lies beside it: a full disk needs the room for mail.
pub(super) fn replace(path: &Path, octets: &[u8]) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let beside = path.with_extension("tmp");
    if let Err(fault) = write(&beside, octets).and_then(|()| fs::rename(&beside, path)) {
        // Only untidy when it fails: the next one goes over it.
        let _ = fs::remove_file(&beside);
        return Err(fault);
    }
    File::open(folder)?.sync_all()
}

fn write(path: &Path, octets: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)?;
    file.write_all(octets)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_is_replaced_for_our_eyes_only_and_one_that_cannot_be_leaves_nothing_behind() {
        let data = tempfile::tempdir().unwrap();
        let (folder, file) = (data.path().join("meanings"), data.path().join("meanings/a.vectors"));
        for octets in [b"one".as_slice(), b"two"] {
            replace(&file, octets).unwrap();
            assert_eq!(fs::read(&file).unwrap(), octets);
        }
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));

        // Given something in its place that cannot be replaced
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(replace(&file, b"three").is_err());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }
}
