//! Destinations: the address at our host that a provider forwards one support address to.
//!
//! `in+KEY@mx.acme.example`. KEY is made from the support address and the install secret, so nothing is stored, and nobody
//! who has not seen it can send to it as if forwarded.

use constant_time_eq::constant_time_eq;

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

/// Which of `addresses` the local part of a recipient at our host is the destination of.
///
/// Letter case does not matter. Every key is compared in constant time, and all of them (S-03).
pub fn recognize(secret: &Secret, addresses: &[Address], local: &str) -> Option<usize> {
    Destinations::of(secret, addresses).recognize(local)
}

/// The keys of all support addresses, made once.
#[derive(Clone)]
pub struct Destinations(Vec<[u8; KEY_CHARS]>);

impl Destinations {
    /// Of these addresses; [`recognize`](Self::recognize) answers with their places.
    pub fn of(secret: &Secret, addresses: &[Address]) -> Self {
        let derived = derived(secret);
        Self(addresses.iter().map(|address| key(&derived, address)).collect())
    }

    /// As [`recognize`].
    pub fn recognize(&self, local: &str) -> Option<usize> {
        let local = local.to_ascii_lowercase();
        let written = local.strip_prefix(PREFIX)?.as_bytes();
        let mut found = None;
        for (place, key) in self.0.iter().enumerate() {
            if constant_time_eq(key, written) && found.is_none() {
                found = Some(place);
            }
        }
        found
    }
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
    fn a_destination_is_recognized_as_its_address_in_any_letter_case() {
        let secret = Secret::new([7; 32]);
        let all = [address("support@acme.example"), address("billing@acme.example")];
        for (place, one) in all.iter().enumerate() {
            let to = destination(&secret, one, "mx.acme.example").unwrap();
            assert_eq!(to.domain(), "mx.acme.example");
            assert_eq!(recognize(&secret, &all, to.local()), Some(place));
            assert_eq!(recognize(&secret, &all, &to.local().to_uppercase()), Some(place));
        }
        let shouted = destination(&secret, &address("SUPPORT@Acme.Example"), "mx.acme.example").unwrap();
        assert_eq!(shouted, destination(&secret, &all[0], "mx.acme.example").unwrap());
    }

    #[test]
    fn another_secret_makes_another_destination() {
        let one = destination(&Secret::new([1; 32]), &address("a@x.example"), "h.example").unwrap();
        assert_eq!(recognize(&Secret::new([2; 32]), &[address("a@x.example")], one.local()), None);
    }

    #[test]
    fn a_key_changed_anywhere_is_nobodys() {
        // S-03: every byte counts, and so does the length.
        let secret = Secret::new([7; 32]);
        let all = [address("support@acme.example")];
        let local = destination(&secret, &all[0], "h.example").unwrap().local().to_owned();
        for at in 0..local.len() {
            let mut bytes = local.clone().into_bytes();
            bytes[at] = if bytes[at] == b'q' { b'r' } else { b'q' };
            assert_eq!(recognize(&secret, &all, std::str::from_utf8(&bytes).unwrap()), None, "byte {at}");
        }
        for wrong in ["", "in", "in+", &local[..local.len() - 1], &format!("{local}a"), "support"] {
            assert_eq!(recognize(&secret, &all, wrong), None, "{wrong}");
        }
    }
}
