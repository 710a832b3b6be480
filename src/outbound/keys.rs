//! DKIM keys: made once, kept in the data folder, never printed.
//!
//! A key is `dkim/DOMAIN/SELECTOR.pem` (PKCS#8, mode 0600). What goes into DNS is made from it. Which of them sign says
//! `key_ring`.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa,
    signature::{Ed25519KeyPair, KeyPair},
};
use mail_auth::common::crypto::{self, Ed25519Key, RsaKey, Sha256};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};

use crate::types::base64;

/// The two kinds. RFC 6376 §3.3.1, RFC 8463.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA, 2048 bits: what everybody verifies.
    Rsa,
    /// Ed25519: what the others verify faster.
    Ed25519,
}

/// What is wrong with a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is a key already; a second one would make the published record wrong.
    #[error("{0} is there already")]
    Exists(PathBuf),
    /// The file holds no key that we can use.
    #[error("{path} holds no usable PKCS#8 key: {words}")]
    Form {
        /// Which.
        path: PathBuf,
        /// Why.
        words: String,
    },
    /// The machine gave no random bytes.
    #[error("no key could be made")]
    Making,
    /// The file that says which keys sign is not as we wrote it. Guessing could sign with a key that nobody finds in DNS.
    #[error("{path}: {words}; put the file back from a backup")]
    Ring {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        words: String,
    },
    /// The name would leave the folder.
    #[error("`{0}` is not a name for a folder or selector")]
    Name(String),
}

/// A key that can sign.
pub struct DkimKey {
    kind: KeyKind,
    signing: crypto::DkimKey,
    public: Vec<u8>,
}

impl std::fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // S-27
        write!(f, "DkimKey({:?}, …)", self.kind)
    }
}

impl DkimKey {
    /// Which kind.
    pub fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The text of the TXT record at `SELECTOR._domainkey.DOMAIN`. RFC 6376 §3.6.1, RFC 8463 §4.
    pub fn record(&self) -> String {
        let kind = match self.kind {
            KeyKind::Rsa => "rsa",
            KeyKind::Ed25519 => "ed25519",
        };
        format!("v=DKIM1; k={kind}; p={}", base64(&self.public))
    }

    pub(super) fn signing(&self) -> &crypto::DkimKey {
        &self.signing
    }
}

/// Where the key of that domain and selector lies.
///
/// # Errors
/// [`KeyError::Name`] when one of them could name another folder.
pub fn path(data: &Path, domain: &str, selector: &str) -> Result<PathBuf, KeyError> {
    Ok(key_folder(data, domain)?.join(format!("{}.pem", safe(selector)?)))
}

/// Where everything about a domain's keys lies.
///
/// # Errors
/// [`KeyError::Name`].
pub fn key_folder(data: &Path, domain: &str) -> Result<PathBuf, KeyError> {
    Ok(data.join("dkim").join(safe(domain)?))
}

/// Held while what lies in that folder is read and written again. The system lets go of it when its holder dies.
///
/// # Errors
/// [`KeyError::File`], [`KeyError::Name`].
pub fn lock_keys(data: &Path, domain: &str) -> Result<File, KeyError> {
    let folder = key_folder(data, domain)?;
    let path = folder.join("lock");
    let held = make_folder(&folder).and_then(|()| File::create(&path)).and_then(|file| file.lock().map(|()| file));
    held.map_err(|source| KeyError::File { path, source })
}

/// A name that is one file or folder, whoever chose it.
pub(super) fn safe(name: &str) -> Result<&str, KeyError> {
    let host_like = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let good = !name.is_empty() && !name.starts_with('.') && name.bytes().all(host_like);
    good.then_some(name).ok_or_else(|| KeyError::Name(name.chars().take(80).collect()))
}

/// Makes a key in the data folder, durable before this returns.
///
/// # Errors
/// [`KeyError::Exists`] rather than overwriting: the published record belongs to the old key.
pub fn make(data: &Path, domain: &str, selector: &str, kind: KeyKind) -> Result<DkimKey, KeyError> {
    let path = path(data, domain, selector)?;
    let der = match kind {
        KeyKind::Rsa => {
            let pair = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(|_| KeyError::Making)?;
            AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError::Making)?.as_ref().to_vec()
        }
        KeyKind::Ed25519 => {
            let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Making)?;
            pair.to_pkcs8v1().map_err(|_| KeyError::Making)?.as_ref().to_vec()
        }
    };
    let key = from_der(&der).map_err(|words| KeyError::Form { path: path.clone(), words })?;
    write(&path, &pem(&der)).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => KeyError::Exists(path.clone()),
        _ => KeyError::File { path: path.clone(), source },
    })?;
    Ok(key)
}

/// Reads a key file.
///
/// # Errors
/// [`KeyError::File`] and [`KeyError::Form`].
pub fn load(path: &Path) -> Result<DkimKey, KeyError> {
    let text = fs::read(path).map_err(|source| KeyError::File { path: path.to_owned(), source })?;
    let form = |words| KeyError::Form { path: path.to_owned(), words };
    let der = PrivatePkcs8KeyDer::from_pem_slice(&text).map_err(|fault| form(fault.to_string()))?;
    from_der(der.secret_pkcs8_der()).map_err(form)
}

fn from_der(der: &[u8]) -> Result<DkimKey, String> {
    if let Ok(pair) = rsa::KeyPair::from_pkcs8(der) {
        let signing = RsaKey::<Sha256>::from_key_der(PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der)))
            .map_err(|fault| fault.to_string())?;
        // RFC 6376 §3.6.1: p= is a SubjectPublicKeyInfo, as everybody publishes it.
        let public = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key()).map_err(|fault| fault.to_string())?;
        return Ok(DkimKey { kind: KeyKind::Rsa, signing: signing.into(), public: public.as_ref().to_vec() });
    }
    let signing = Ed25519Key::from_pkcs8_maybe_unchecked_der(der)
        .map_err(|_| "neither RSA of 2048 to 8192 bits nor Ed25519".to_owned())?;
    // RFC 8463 §4.2: p= is the bare 32 octets.
    let public = signing.public_key();
    Ok(DkimKey { kind: KeyKind::Ed25519, signing: signing.into(), public })
}

/// A new key file: there whole or not at all, and never in the place of another.
fn write(path: &Path, text: &str) -> io::Result<()> {
    make_folder(path.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
    put(path, text.as_bytes(), |beside| {
        let linked = fs::hard_link(beside, path);
        fs::remove_file(beside)?;
        linked
    })
}

/// Puts these octets in the place of what the file held: after a crash it holds the one or the other.
///
/// # Errors
/// What the file system says; the old file is untouched then.
pub(super) fn replace(path: &Path, octets: &[u8]) -> io::Result<()> {
    put(path, octets, |beside| fs::rename(beside, path))
}

/// The folder for a domain's keys, for our eyes only.
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Writes a file beside `path`, lets `place` give it its name, and makes that durable.
fn put(path: &Path, octets: &[u8], place: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    // Two threads of one process may write beside the same path.
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let beside = path.with_added_extension(format!("{}-{call}.tmp", std::process::id()));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        // What a process of our number left behind when it died.
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(octets)?;
    file.sync_all()?;
    place(&beside)?;
    File::open(path.parent().ok_or(io::ErrorKind::InvalidInput)?)?.sync_all()
}

fn pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN PRIVATE KEY-----\n");
    let mut body = base64(der);
    while body.len() > 64 {
        let rest = body.split_off(64);
        text.push_str(&body);
        text.push('\n');
        body = rest;
    }
    text.push_str(&body);
    text.push_str("\n-----END PRIVATE KEY-----\n");
    text
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_made_key_reads_back_with_the_same_record_and_only_we_can_read_it() {
        let data = tempfile::tempdir().unwrap();
        for (kind, selector, begins) in
            [(KeyKind::Rsa, "r1", "v=DKIM1; k=rsa; p=MIIB"), (KeyKind::Ed25519, "e1", "v=DKIM1; k=ed25519; p=")]
        {
            let made = make(data.path(), "acme.example", selector, kind).unwrap();
            let file = path(data.path(), "acme.example", selector).unwrap();
            let read = load(&file).unwrap();
            assert_eq!((read.kind(), read.record()), (kind, made.record()));
            assert!(made.record().starts_with(begins), "{}", made.record());
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let data = tempfile::tempdir().unwrap();
        make(data.path(), "acme.example", "e1", KeyKind::Ed25519).unwrap();
        let again = make(data.path(), "acme.example", "e1", KeyKind::Ed25519);
        assert!(matches!(again, Err(KeyError::Exists(_))));
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        for name in ["../x", "a/b", "", ".hidden", "a\0b"] {
            assert!(matches!(path(Path::new("data"), name, "s"), Err(KeyError::Name(_))), "{name:?}");
        }
    }
}
