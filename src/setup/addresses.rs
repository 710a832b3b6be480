//! Destinations: the address at our host that a provider forwards one support address to.
//!
//! `in+KEY@mx.acme.example`. KEY is made from the support address and the install secret, so nothing is stored, and nobody
//! who has not seen it can send to it as if forwarded. Which one a mail was sent to is found out in
//! `conversation::routing`.

use crate::types::{Address, AddressError, Secret};

/// Before the key.
const PREFIX: &str = "in+";

/// 100 bits in base32. S-01 asks for 80 at least.
const KEY_CHARS: usize = 20;

/// Keeps this use of the secret apart from every other.
const CONTEXT: &str = "replyd 2026-11 destination keys";

/// Where the provider's rule for this support address forwards to.
///
/// The same for the same secret and address, whatever the letter case of the address.
///
/// # Errors
/// When `hostname` is no domain; a checked configuration has a good one.
pub fn destination(secret: &Secret, address: &Address, hostname: &str) -> Result<Address, AddressError> {
    let key = key(&derived(secret), address);
    let key = std::str::from_utf8(&key).expect("base32 is ASCII");
    Address::parse(&format!("{PREFIX}{key}@{hostname}"))
}

fn derived(secret: &Secret) -> [u8; 32] {
    blake3::derive_key(CONTEXT, secret.expose())
}

fn key(derived: &[u8; 32], address: &Address) -> [u8; KEY_CHARS] {
    let mac = blake3::keyed_hash(derived, format!("destination:{}", address.key()).as_bytes());
    base32(mac.as_bytes())
}

/// The first 100 bits in lower case. RFC 4648 §6, without padding.
fn base32(bytes: &[u8; 32]) -> [u8; KEY_CHARS] {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let (mut bits, mut held, mut at) = (0u32, 0u32, 0);
    std::array::from_fn(|_| {
        if held < 5 {
            bits = (bits << 8) | u32::from(bytes[at]);
            held += 8;
            at += 1;
        }
        held -= 5;
        ALPHABET[(bits >> held) as usize & 31]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap()
    }

    #[test]
    fn base32_is_that_of_the_rfc() {
        // RFC 4648 §10: "foobar" is MZXW6YTBOI======.
        let mut bytes = [0; 32];
        bytes[..6].copy_from_slice(b"foobar");
        assert!(base32(&bytes).starts_with(b"mzxw6ytbo"));
    }

    #[test]
    fn each_address_has_one_destination_whatever_its_letter_case() {
        let secret = Secret::new([7; 32]);
        let of = |text: &str| destination(&secret, &address(text), "mx.acme.example").unwrap();
        assert_eq!(of("support@acme.example"), of("SUPPORT@Acme.Example"));
        assert_ne!(of("support@acme.example"), of("billing@acme.example"));
        assert_eq!(of("support@acme.example").domain(), "mx.acme.example");
        assert_eq!(of("support@acme.example").local().len(), PREFIX.len() + KEY_CHARS);
    }

    #[test]
    fn another_secret_makes_another_destination() {
        let of = |octet: u8| destination(&Secret::new([octet; 32]), &address("a@x.example"), "h.example").unwrap();
        assert_ne!(of(1), of(2));
    }
}
