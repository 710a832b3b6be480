//! What signs requests: a secret for each webhook, shown once and kept sealed. standardwebhooks.com, "Signature scheme".
//!
//! It is sealed with a key made from the install secret, as second factors are: who reads the journal alone signs nothing.

use std::sync::Arc;

use aws_lc_rs::hmac;

use crate::{
    store::people::Guarded,
    types::{Sealer, Secret, base64},
};

/// What begins a secret as it is shown.
pub const SECRET_MARK: &str = "whsec_";

/// Octets of a secret: 24 to 64 by the standard.
const SECRET_OCTETS: usize = 32;

/// What the key is for.
const PURPOSE: &str = "replyd 2026 webhooks: sealing what signs";

/// It is bound to nothing else: the row it stands in is all that names it.
const BOUND_TO: &[u8] = b"";

/// Why there is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The machine has no randomness.
    #[error("the machine gives no random numbers")]
    NoChance,
    /// It was sealed by another installation, or is broken.
    #[error("the secret of the webhook cannot be read: remove the webhook and make it anew")]
    Sealed,
}

/// Makes and opens secrets. Copies are the same one.
#[derive(Clone)]
pub struct Seal(Arc<Sealer>);

impl Seal {
    /// `install`: the secret of the installation.
    pub fn new(install: &Secret) -> Self {
        Self(Arc::new(Sealer::new(PURPOSE, install)))
    }

    /// A new secret: as it is shown, once, and as it is kept.
    ///
    /// # Errors
    /// [`SecretError::NoChance`].
    pub fn make(&self) -> Result<(Secret, Guarded), SecretError> {
        let mut octets = [0; SECRET_OCTETS];
        aws_lc_rs::rand::fill(&mut octets).map_err(|_| SecretError::NoChance)?;
        let shown = Secret::new(format!("{SECRET_MARK}{}", base64(&octets)));
        let sealed = self.0.seal(&octets, BOUND_TO).ok_or(SecretError::NoChance)?;
        Ok((shown, Guarded::new(sealed)))
    }

    /// What signs, of what is kept.
    pub(super) fn open(&self, sealed: &Guarded) -> Result<Signature, SecretError> {
        let opened = self.0.open(sealed.expose(), BOUND_TO).ok_or(SecretError::Sealed)?;
        Ok(Signature::of(&opened))
    }
}

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal(…)")
    }
}

/// Signs the requests of one webhook.
pub(super) struct Signature(hmac::Key);

impl Signature {
    pub(super) fn of(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// The value of `webhook-signature`.
    pub(super) fn sign(&self, id: &str, timestamp_secs: u64, body: &[u8]) -> String {
        let mut signed = hmac::Context::with_key(&self.0);
        signed.update(format!("{id}.{timestamp_secs}.").as_bytes());
        signed.update(body);
        format!("v1,{}", base64(signed.sign().as_ref()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::unhex;

    #[test]
    fn the_signature_is_that_of_the_standards_own_example() {
        // whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, of the test suite of the standard's libraries.
        let secret = unhex("31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0").unwrap();
        let signed =
            Signature::of(&secret).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn what_is_kept_is_not_what_is_shown_and_opens_here_only_s27() {
        let seal = Seal::new(&Secret::new([7; 32]));
        let (shown, kept) = seal.make().unwrap();
        assert!(shown.expose_str().starts_with(SECRET_MARK));
        assert!(!format!("{kept:?}").contains(kept.expose()));
        assert!(seal.open(&kept).is_ok());
        assert_eq!(Seal::new(&Secret::new([8; 32])).open(&kept).err(), Some(SecretError::Sealed));
        for broken in ["", "zz", "00", &kept.expose()[2..]] {
            assert_eq!(seal.open(&Guarded::new(broken.into())).err(), Some(SecretError::Sealed));
        }
    }
}
