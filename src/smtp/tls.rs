//! TLS for the listeners: certificate and key from files, read anew when they change, or made here when there are none.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, SystemTime},
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert, ServerConnection},
    sign::CertifiedKey,
};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tracing::{error, info};

use crate::{config::Tls, types::TlsSession};

/// How often, at most, the files are looked at when somebody connects.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Why there is no usable certificate.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Only one of the two keys of `[tls]` is given.
    #[error("`tls.certificate` and `tls.key` belong together: give both or neither")]
    HalfGiven,
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A file holds no usable PEM.
    #[error("{path}: {source}")]
    Pem {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
    /// Key and certificate do not fit, or are of a kind we do not speak.
    #[error("certificate and key cannot be used: {0}")]
    Unusable(#[from] rustls::Error),
    /// A self-signed certificate could not be made.
    #[error("a self-signed certificate could not be made: {0}")]
    Making(#[from] rcgen::Error),
}

/// What the listeners need to speak TLS 1.2 and 1.3.
#[derive(Debug)]
pub struct ServerTls {
    config: Arc<ServerConfig>,
    certificate: Arc<ReloadingCert>,
    self_signed: bool,
}

impl ServerTls {
    /// Takes what `[tls]` names; without it the self-signed certificate in `data/tls/`, made at the first start.
    ///
    /// # Errors
    /// See [`TlsError`]; the daemon does not start with a certificate it was told of and cannot use.
    pub fn load(tls: &Tls, data: &Path, hostname: &str) -> Result<Self, TlsError> {
        let (files, self_signed) = match (&tls.certificate, &tls.key) {
            (Some(certificate), Some(key)) => (Files { certificate: certificate.clone(), key: key.clone() }, false),
            (None, None) => (self_signed_files(&data.join("tls"), hostname)?, true),
            _ => return Err(TlsError::HalfGiven),
        };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let certificate = Arc::new(ReloadingCert::new(files, provider.clone())?);
        // Safe defaults are TLS 1.2 and 1.3.
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(certificate.clone());
        Ok(Self { config: Arc::new(config), certificate, self_signed })
    }

    /// Whether the certificate was made here and nobody has a reason to believe it. The daemon says so in its log.
    pub fn is_self_signed(&self) -> bool {
        self.self_signed
    }

    /// Reads certificate and key again, for connections from now on.
    ///
    /// # Errors
    /// See [`TlsError`]; the certificate in use stays in use.
    pub fn reload(&self) -> Result<(), TlsError> {
        self.certificate.reload()
    }

    /// Reads them again if they changed; looks at most every few seconds. A broken new certificate is logged once and
    /// the old one stays.
    pub(crate) fn reload_if_changed(&self) {
        match self.certificate.reload_if_changed(Instant::now()) {
            Ok(false) => {}
            Ok(true) => info!("the TLS certificate has changed and is in use"),
            Err(error) => error!(%error, "the TLS certificate has changed and cannot be used, the old one stays"),
        }
    }

    /// For one handshake.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(self.config.clone())
    }
}

/// What TLS agreed on.
pub(crate) fn describe(connection: &ServerConnection) -> TlsSession {
    let protocol = match connection.protocol_version() {
        Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3".to_owned(),
        Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2".to_owned(),
        other => format!("{other:?}"),
    };
    let suite = connection.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()));
    // rustls names the suites of 1.3 `TLS13_…`, the registry `TLS_…`.
    TlsSession { protocol, cipher: suite.unwrap_or_default().replacen("TLS13_", "TLS_", 1) }
}

#[derive(Debug, Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

type Changed = [Option<SystemTime>; 2];

/// Answers handshakes with the certificate that was last read.
#[derive(Debug)]
struct ReloadingCert {
    files: Files,
    provider: Arc<CryptoProvider>,
    current: RwLock<Arc<CertifiedKey>>,
    /// When the files are looked at again, and how they looked last.
    look: Mutex<(Instant, Changed)>,
}

impl ReloadingCert {
    fn new(files: Files, provider: Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let changed = files.changed();
        let current = RwLock::new(Arc::new(files.read(&provider)?));
        Ok(Self { files, provider, current, look: Mutex::new((Instant::now() + LOOK_EVERY, changed)) })
    }

    fn reload(&self) -> Result<(), TlsError> {
        let fresh = Arc::new(self.files.read(&self.provider)?);
        // Nothing panics while it holds these locks.
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// Whether a changed certificate was taken in use.
    fn reload_if_changed(&self, now: Instant) -> Result<bool, TlsError> {
        // Whoever comes while another looks does not wait.
        let Ok(mut look) = self.look.try_lock() else { return Ok(false) };
        if now < look.0 {
            return Ok(false);
        }
        let changed = self.files.changed();
        let before = std::mem::replace(&mut *look, (now + LOOK_EVERY, changed)).1;
        if changed == before {
            return Ok(false);
        }
        self.reload().map(|()| true)
    }
}

impl ResolvesServerCert for ReloadingCert {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl Files {
    fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
        let pem = |path: &PathBuf| fs::read(path).map_err(|source| TlsError::File { path: path.clone(), source });
        let bad = |path: &PathBuf| {
            let path = path.clone();
            move |source| TlsError::Pem { path, source }
        };
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&pem(&self.certificate)?)
            .collect::<Result<_, _>>()
            .map_err(bad(&self.certificate))?;
        if chain.is_empty() {
            return Err(bad(&self.certificate)(rustls::pki_types::pem::Error::NoItemsFound));
        }
        let key = PrivateKeyDer::from_pem_slice(&pem(&self.key)?).map_err(bad(&self.key))?;
        Ok(CertifiedKey::from_der(chain, key, provider)?)
    }

    fn changed(&self) -> Changed {
        [&self.certificate, &self.key].map(|path| fs::metadata(path).and_then(|found| found.modified()).ok())
    }
}

/// The self-signed certificate of an earlier start, or a new one.
fn self_signed_files(folder: &Path, hostname: &str) -> Result<Files, TlsError> {
    let files = Files { certificate: folder.join("self-signed.pem"), key: folder.join("self-signed.key") };
    if files.certificate.exists() && files.key.exists() {
        return Ok(files);
    }
    let made = rcgen::generate_simple_self_signed([hostname.to_owned()])?;
    // Written beside and renamed: a crash leaves no half of one.
    let write = |path: &PathBuf, mode, text: String| {
        let beside = path.with_extension("new");
        // Left by a crash, perhaps with the wider mode of the certificate: a key must not inherit it.
        let _ = fs::remove_file(&beside);
        let written = OpenOptions::new().write(true).create_new(true).mode(mode).open(&beside);
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .and_then(|()| fs::rename(&beside, path))
            .map_err(|source| TlsError::File { path: path.clone(), source })
    };
    fs::create_dir_all(folder).map_err(|source| TlsError::File { path: folder.to_owned(), source })?;
    write(&files.key, 0o600, made.signing_key.serialize_pem())?;
    write(&files.certificate, 0o644, made.cert.pem())?;
    Ok(files)
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
