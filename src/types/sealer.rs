//! Keeps secrets of others where the journal is read: sealed with a key made from the install secret, for one purpose.
//!
//! AES-256-GCM (NIST SP 800-38D), a random nonce in front, all of it in hexadecimal digits.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use super::{Secret, hex, unhex};

/// Seals and opens.
pub(crate) struct Sealer(LessSafeKey);

impl Sealer {
    /// `purpose` tells its key from all others that are made from the same secret.
    pub(crate) fn new(purpose: &str, install: &Secret) -> Self {
        let key = blake3::derive_key(purpose, install.expose());
        Self(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).expect("the key has the length of one")))
    }

    /// Seals octets that open together with `bound` only. `None`: the machine has no randomness.
    pub(crate) fn seal(&self, octets: &[u8], bound: &[u8]) -> Option<String> {
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).ok()?;
        let mut sealed = octets.to_vec();
        let unique = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(unique, Aad::from(bound), &mut sealed).ok()?;
        Some(format!("{}{}", hex(&nonce), hex(&sealed)))
    }

    /// What was sealed. `None`: by another installation, for another purpose, with something else, or it is broken.
    pub(crate) fn open(&self, sealed: &str, bound: &[u8]) -> Option<Vec<u8>> {
        let mut octets = unhex(sealed)?;
        let (nonce, sealed) = octets.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        self.0.open_in_place(nonce, Aad::from(bound), sealed).ok().map(|opened| opened.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_here_for_the_same_purpose_and_the_same_only() {
        let install = Secret::new([7; 32]);
        let sealer = Sealer::new("one", &install);
        let sealed = sealer.seal(b"words", b"ada").unwrap();
        assert_eq!(sealer.open(&sealed, b"ada").as_deref(), Some(&b"words"[..]));
        assert_eq!(sealer.open(&sealed, b"eve"), None);
        assert_eq!(Sealer::new("two", &install).open(&sealed, b"ada"), None);
        assert_eq!(Sealer::new("one", &Secret::new([8; 32])).open(&sealed, b"ada"), None);
        for broken in ["", "zz", "00", &sealed[2..]] {
            assert_eq!(sealer.open(broken, b"ada"), None, "{broken}");
        }
        assert_ne!(sealer.seal(b"words", b"ada"), Some(sealed), "no nonce comes twice");
    }
}
