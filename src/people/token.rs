//! Tokens: what a browser, a link or a program holds, and what we keep of it.

use crate::{store::people::TokenDigest, types::Secret};

/// Octets of a token: 256 bits.
const TOKEN_OCTETS: usize = 32;

/// What begins an API key, so that a person, and a program that looks for lost ones, knows it.
pub const API_KEY_MARK: &str = "rk_";

/// The machine has no randomness.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the machine gives no random numbers")]
pub struct NoChance;

/// A new token: 43 letters, digits, `-` and `_`.
///
/// # Errors
/// [`NoChance`].
pub fn new_token() -> Result<Secret, NoChance> {
    let mut octets = [0; TOKEN_OCTETS];
    aws_lc_rs::rand::fill(&mut octets).map_err(|_| NoChance)?;
    Ok(Secret::new(letters(&octets)))
}

/// The secret of a new API key.
///
/// # Errors
/// [`NoChance`].
pub fn new_api_key() -> Result<Secret, NoChance> {
    let token = new_token()?;
    Ok(Secret::new([API_KEY_MARK.as_bytes(), token.expose()].concat()))
}

/// By what a token is found again.
pub fn digest(token: &str) -> TokenDigest {
    TokenDigest::of(token.as_bytes())
}

/// RFC 4648 §5, without padding.
pub(super) fn letters(octets: &[u8]) -> String {
    let standard = crate::types::base64(octets);
    standard.trim_end_matches('=').replace('+', "-").replace('/', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_a_cookie_and_a_path_and_is_never_the_same() {
        let (one, other) = (new_token().unwrap(), new_token().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.expose_str().len(), 43);
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_');
        assert!((0..50).all(|_| new_api_key().unwrap().expose().iter().copied().all(plain)));
        assert_ne!(digest(one.expose_str()), digest(other.expose_str()));
    }
}
