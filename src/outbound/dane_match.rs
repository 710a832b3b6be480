//! Whether a server shows a certificate that DNS names for it. RFC 7672 §3.1, RFC 7671 §5.

use std::{io, sync::Arc};

use aws_lc_rs::digest::{self, digest};
use rustls::{
    CertificateError, ClientConfig, OtherError, RootCertStore,
    client::{verify_server_cert_signed_by_trust_anchor, verify_server_name},
    crypto,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};

use super::{
    dane::{Matching, Record, Selector, Tlsa, Usage},
    tls::{self, Judge},
};

/// Why a certificate is not the one.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Mismatch {
    #[error("the certificate of {0} is none of those that its DNS names")]
    Unnamed(String),
    #[error("the certificate of {0} does not follow from the issuer that its DNS names: {1}")]
    Chain(String, rustls::Error),
    #[error("the certificate of {0} is from the issuer that its DNS names, but for another server")]
    OtherName(String),
}

/// For the server that these records are about.
pub(super) fn config(tlsa: Arc<Tlsa>) -> Result<Arc<ClientConfig>, String> {
    tls::judged_by(Named(tlsa))
}

/// The mismatch that a handshake failed for, if for one.
pub(super) fn mismatch(fault: &io::Error) -> Option<&Mismatch> {
    match fault.get_ref()?.downcast_ref()? {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(why))) => why.downcast_ref(),
        _ => None,
    }
}

#[derive(Debug)]
struct Named(Arc<Tlsa>);

impl Judge for Named {
    fn judge(&self, own: &CertificateDer<'_>, rest: &[CertificateDer<'_>], now: UnixTime) -> Result<(), rustls::Error> {
        judge(&self.0, own, rest, now).map_err(|why| CertificateError::Other(OtherError(Arc::new(why))).into())
    }
}

fn judge(tlsa: &Tlsa, own: &CertificateDer<'_>, rest: &[CertificateDer<'_>], now: UnixTime) -> Result<(), Mismatch> {
    let of = |usage| tlsa.records.iter().filter(move |record| record.usage == usage);
    // RFC 7672 §3.1.1: neither its names nor its dates matter then. §2.2: without a usable record nothing does.
    if !tlsa.names_any() || of(Usage::Server).any(|record| record.fits(own)) {
        return Ok(());
    }
    let issuers = issuers(of(Usage::Issuer), rest);
    if issuers.is_empty() {
        return Err(Mismatch::Unnamed(tlsa.base.clone()));
    }
    let chain = |fault| Mismatch::Chain(tlsa.base.clone(), fault);
    let own = ParsedCertificate::try_from(own).map_err(chain)?;
    let algorithms = crypto::aws_lc_rs::default_provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&own, &issuers, rest, now, algorithms).map_err(chain)?;
    let is_for =
        |name: &String| ServerName::try_from(name.as_str()).is_ok_and(|name| verify_server_name(&own, &name).is_ok());
    if tlsa.names.iter().any(is_for) { Ok(()) } else { Err(Mismatch::OtherName(tlsa.base.clone())) }
}

/// The certificates that the records name as issuers: those that the server sent, and those that stand in the records whole.
fn issuers<'a>(records: impl Iterator<Item = &'a Record>, sent: &[CertificateDer<'_>]) -> RootCertStore {
    let mut issuers = RootCertStore::empty();
    for record in records {
        // What cannot be read vouches for nothing.
        for certificate in sent.iter().filter(|certificate| record.fits(certificate)) {
            let _ = issuers.add(certificate.clone().into_owned());
        }
        if (record.selector, record.matching) == (Selector::Certificate, Matching::Whole) {
            let _ = issuers.add(record.octets.as_slice().into());
        }
    }
    issuers
}

impl Record {
    fn fits(&self, certificate: &CertificateDer<'_>) -> bool {
        match self.selector {
            Selector::Certificate => self.is_of(certificate),
            Selector::PublicKey => {
                ParsedCertificate::try_from(certificate).is_ok_and(|read| self.is_of(&read.subject_public_key_info()))
            }
        }
    }

    fn is_of(&self, octets: &[u8]) -> bool {
        match self.matching {
            Matching::Whole => self.octets == octets,
            Matching::Sha256 => self.octets == digest(&digest::SHA256, octets).as_ref(),
            Matching::Sha512 => self.octets == digest(&digest::SHA512, octets).as_ref(),
        }
    }
}
