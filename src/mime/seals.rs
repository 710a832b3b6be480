//! S/MIME and OpenPGP: what a mail claims to be sealed with. Nothing is verified or decrypted here; the readable words of a
//! signed mail are read like any others. RFC 1847, RFC 8551, RFC 3156, RFC 9580 §6.2.

use serde::{Deserialize, Serialize};

use super::content::Content;

/// A signature or encryption that a mail carries. Nobody has verified it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Seal {
    /// By which standard.
    pub by: SealedBy,
    /// What it does.
    pub is: Sealing,
}

/// The standards there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum SealedBy {
    /// Certificates of X.509.
    Smime,
    /// Keys of OpenPGP.
    Pgp,
}

/// What a seal does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Sealing {
    /// The words can be read; the signature beside them was not checked.
    Signed,
    /// The words stand inside the signature, where only its program reads them.
    Enclosed,
    /// The words cannot be read without a key.
    Encrypted,
    /// Certificates or keys, and no words.
    Keys,
}

impl std::fmt::Display for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let by = match self.by {
            SealedBy::Smime => "S/MIME",
            SealedBy::Pgp => "PGP",
        };
        match self.is {
            Sealing::Signed => write!(f, "signed with {by}, not verified"),
            Sealing::Enclosed => write!(f, "signed with {by} around its words, neither verified nor opened"),
            Sealing::Encrypted => write!(f, "encrypted with {by}, not opened"),
            Sealing::Keys => write!(f, "brings keys of {by}, not verified"),
        }
    }
}

/// What a part says of itself.
pub(super) fn of_part(content: &Content) -> Option<Seal> {
    let by = |protocol: &str| if protocol.contains("pgp") { SealedBy::Pgp } else { SealedBy::Smime };
    let (by, is) = match content.kind.as_str() {
        "multipart/signed" => (by(&content.protocol), Sealing::Signed),
        "multipart/encrypted" => (by(&content.protocol), Sealing::Encrypted),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => match content.smime_type.as_str() {
            "signed-data" => (SealedBy::Smime, Sealing::Enclosed),
            "certs-only" => (SealedBy::Smime, Sealing::Keys),
            // RFC 8551 §3.2: most are, and old ones do not say.
            _ => (SealedBy::Smime, Sealing::Encrypted),
        },
        "application/pgp-keys" => (SealedBy::Pgp, Sealing::Keys),
        _ => return None,
    };
    Some(Seal { by, is })
}

/// What armour stands in a text.
pub(super) fn of_text(text: &str) -> Option<Seal> {
    // Most texts hold none.
    memchr::memmem::find(text.as_bytes(), b"-----BEGIN PGP ")?;
    let begins = |what: &str| {
        let line = format!("-----BEGIN PGP {what}-----");
        memchr::memmem::find_iter(text.as_bytes(), &line).any(|at| at == 0 || text.as_bytes()[at - 1] == b'\n')
    };
    let is = if begins("MESSAGE") {
        Sealing::Encrypted
    } else if begins("SIGNED MESSAGE") {
        Sealing::Signed
    } else if begins("PUBLIC KEY BLOCK") {
        Sealing::Keys
    } else {
        return None;
    };
    Some(Seal { by: SealedBy::Pgp, is })
}
