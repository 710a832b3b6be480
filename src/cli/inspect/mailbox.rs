//! Where the mails come from: one file, standard input, an mbox, a folder.

use std::{
    fmt,
    fs::File,
    io::{self, BufReader, Cursor, Read},
    path::Path,
};

use bytes::Bytes;

use super::{
    super::Failure,
    folder,
    mbox::{self, Mbox},
};

/// Octets of one mail of a mailbox; a longer one is named and not read. Three times what the daemon takes by default.
pub(in crate::cli) const MAIL_OCTETS_MAX: u64 = 150 * 1024 * 1024;

/// What a path turned out to be.
pub(in crate::cli) enum Opened {
    Mail(Bytes),
    Mailbox(Mails),
}

/// The mails of a mailbox, one at a time.
pub(in crate::cli) type Mails = Box<dyn Iterator<Item = Found>>;

/// One thing that a mailbox holds.
#[derive(Debug)]
pub(in crate::cli) enum Found {
    Mail {
        /// Its path in the folder, its place in the mbox from 1, or both.
        name: String,
        body: Bytes,
    },
    Unread {
        name: String,
        why: Unread,
    },
    /// Something that is no mail.
    LeftOut,
}

/// Why a mail was not read.
#[derive(Debug)]
pub(in crate::cli) enum Unread {
    TooLong,
    TooDeep,
    Io(io::Error),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "longer than {} MiB", MAIL_OCTETS_MAX >> 20),
            Self::TooDeep => write!(f, "folders more than {} deep are not opened", folder::DEPTH_MAX),
            Self::Io(error) => error.fmt(f),
        }
    }
}

/// Finds out what there is.
///
/// # Errors
/// When there is nothing, or it cannot be read.
pub(in crate::cli) fn open(path: &Path) -> Result<Opened, Failure> {
    let fault = fault(path);
    if path.is_dir() {
        return Ok(Opened::Mailbox(Box::new(folder::Folder::open(path).map_err(fault)?)));
    }
    let mut source: Box<dyn Read> =
        if path.as_os_str() == "-" { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(&fault)?) };
    let beginning = beginning(&mut source).map_err(&fault)?;
    let is_mbox = mbox::begins(&beginning);
    let mut source = Cursor::new(beginning).chain(source);
    if is_mbox {
        return Ok(Opened::Mailbox(Box::new(Mbox::new(BufReader::new(source), ""))));
    }
    let mut body = Vec::new();
    source.read_to_end(&mut body).map_err(&fault)?;
    Ok(Opened::Mail(body.into()))
}

/// One message, whatever it looks like.
///
/// # Errors
/// When it cannot be read.
pub(in crate::cli) fn read(path: &Path) -> Result<Bytes, Failure> {
    let mut body = Vec::new();
    let done = if path.as_os_str() == "-" {
        io::stdin().read_to_end(&mut body)
    } else {
        File::open(path).and_then(|mut file| file.read_to_end(&mut body))
    };
    done.map(|_| body.into()).map_err(fault(path))
}

fn fault(path: &Path) -> impl Fn(io::Error) -> Failure {
    let path = path.display().to_string();
    move |error| Failure::io(format!("{path}: {error}"))
}

/// As many octets as tell an mbox.
pub(in crate::cli) fn beginning(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    source.take(mbox::MARK.len() as u64).read_to_end(&mut beginning)?;
    Ok(beginning)
}
