//! TLS towards other servers: checked for the relay, any certificate for the world, or whatever somebody else judges.

use std::{fmt, path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};

/// For servers found by MX: encryption against listeners; the certificate proves nothing that DNS did not say already.
/// RFC 7435 §3.
pub(crate) fn any_certificate() -> Result<Arc<ClientConfig>, String> {
    judged_by(Anybody)
}

/// For servers whose chains somebody else judges.
pub(super) fn judged_by(judge: impl Judge + 'static) -> Result<Arc<ClientConfig>, String> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|fault| fault.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Judged { judge, provider }))
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Says whether a chain is the right one. Whether the server holds the key of its certificate is not asked here.
pub(super) trait Judge: fmt::Debug + Send + Sync {
    /// `rest`: the certificates that came behind the server's own, in no order that could be relied on.
    fn judge(&self, own: &CertificateDer<'_>, rest: &[CertificateDer<'_>], now: UnixTime) -> Result<(), rustls::Error>;
}

#[derive(Debug)]
struct Anybody;

impl Judge for Anybody {
    fn judge(&self, _: &CertificateDer<'_>, _: &[CertificateDer<'_>], _: UnixTime) -> Result<(), rustls::Error> {
        Ok(())
    }
}

/// For the relay: the public roots, or only the CA in that file.
pub(super) async fn checked(ca: Option<&Path>) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    match ca {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unreadable = |fault: String| format!("smarthost_ca {}: {fault}", path.display());
            let pem = tokio::fs::read(path).await.map_err(|fault| unreadable(fault.to_string()))?;
            for certificate in CertificateDer::pem_slice_iter(&pem) {
                let certificate = certificate.map_err(|fault| unreadable(fault.to_string()))?;
                roots.add(certificate).map_err(|fault| unreadable(fault.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unreadable("no certificate in it".into()));
            }
        }
    }
    believing(roots)
}

/// For whoever must prove their name to everybody.
pub(crate) fn public_roots() -> Result<Arc<ClientConfig>, String> {
    believing(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect())
}

fn believing(roots: RootCertStore) -> Result<Arc<ClientConfig>, String> {
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|fault| fault.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Takes the chains that its judge takes, but only from whoever holds the key.
#[derive(Debug)]
struct Judged<J> {
    judge: J,
    provider: Arc<CryptoProvider>,
}

impl<J: Judge> ServerCertVerifier for Judged<J> {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.judge.judge(end_entity, intermediates, now).map(|()| ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
