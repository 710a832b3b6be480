//! VERP: the envelope sender of each delivery is an address of ours that names letter and recipient, and proves it.
//!
//! `bounce.LETTER.PLACE.MAC@hostname`, 43 to 47 octets before the `@` (RFC 5321 §4.5.3.1.1 allows 64). A report comes to
//! the envelope sender (RFC 5321 §4.4, RFC 3464 §2), so whatever it says inside, and whatever was rewritten on the way, its
//! envelope tells which recipient of which letter it is about. The MAC is keyed BLAKE3 over both, cut to 100 bits; all is
//! base 32 in lower case or digits, so a hop that changes letter case does no harm.
//!
//! Whoever was sent the letter can read the address (`Return-Path`). What they can make up with it is a report about
//! themselves, and about nobody else.

use constant_time_eq::constant_time_eq;

use crate::types::{Address, AddressError, LetterId, Secret};

/// Marks a local part as such an address before the MAC proves it.
const MARK: &str = "bounce";

/// Letters of the MAC: 20 × 5 = 100 bits.
const MAC_LETTERS: usize = 20;

/// What the key is for, so that the same secret makes other keys elsewhere.
const PURPOSE: &str = "replyd 2026 VERP: letter and recipient in the envelope sender";

/// One letter as it was sent to one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// Which letter.
    pub letter: LetterId,
    /// The recipient's place in its list, from 0.
    pub place: u16,
}

/// Writes and reads envelope senders.
#[derive(Clone)]
pub struct Verp {
    /// The first one writes, all read.
    keys: Vec<[u8; 32]>,
}

impl Verp {
    /// `secrets`: the one in force first, then older ones whose addresses are still believed.
    pub(super) fn new(secrets: &[Secret]) -> Self {
        Self { keys: secrets.iter().map(|secret| blake3::derive_key(PURPOSE, secret.expose())).collect() }
    }

    /// The envelope sender of that delivery, at `host`, which must lead back to us.
    ///
    /// # Errors
    /// When `host` is no domain.
    pub fn write(&self, sent: Sent, host: &str) -> Result<Address, AddressError> {
        let key = self.keys.first().expect("there is always the secret of the install");
        Address::parse(&format!("{MARK}.{}.{}.{}@{host}", sent.letter, sent.place, mac(key, sent)))
    }

    /// The delivery that an address names, when its MAC is ours. The domain does not matter: the MAC is the proof, and
    /// hosts are renamed.
    pub fn read(&self, address: &Address) -> Option<Sent> {
        let local = address.local().to_ascii_lowercase();
        let mut parts = local.split('.');
        if parts.next() != Some(MARK) {
            return None;
        }
        let letter: LetterId = parts.next()?.parse().ok()?;
        let digits = parts.next().filter(|digits| digits.bytes().all(|octet| octet.is_ascii_digit()))?;
        let sent = Sent { letter, place: digits.parse().ok()? };
        let given = parts.next()?;
        // One way to write it: no second spelling of the place.
        if parts.next().is_some() || digits != sent.place.to_string() {
            return None;
        }
        // S-03: constant time, and every key is tried whichever fits.
        let fits = self
            .keys
            .iter()
            .fold(false, |fits, key| fits | constant_time_eq(mac(key, sent).as_bytes(), given.as_bytes()));
        fits.then_some(sent)
    }
}

impl std::fmt::Debug for Verp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verp({} keys)", self.keys.len())
    }
}

fn mac(key: &[u8; 32], sent: Sent) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&sent.letter.0.to_be_bytes());
    hasher.update(&sent.place.to_be_bytes());
    // One letter from each octet: its lower five bits.
    let digest = hasher.finalize();
    digest.as_bytes()[..MAC_LETTERS].iter().map(|octet| LETTERS[(octet & 31) as usize] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SENT: Sent = Sent { letter: LetterId(77), place: 3 };

    fn verp() -> Verp {
        Verp::new(&[Secret::new(*b"a secret of the install, 32 byte")])
    }

    fn written(sent: Sent) -> Address {
        verp().write(sent, "mx.acme.example").unwrap()
    }

    fn address(local: &str) -> Address {
        Address::parse(&format!("{local}@mx.acme.example")).unwrap()
    }

    #[test]
    fn an_address_we_wrote_is_read_whatever_its_case_and_host() {
        let text = written(SENT).to_string();
        assert_eq!(verp().read(&Address::parse(&text).unwrap()), Some(SENT));
        assert_eq!(verp().read(&Address::parse(&text.to_uppercase()).unwrap()), Some(SENT));
        let renamed = text.replace("mx.acme.example", "mail.acme.example");
        assert_eq!(verp().read(&Address::parse(&renamed).unwrap()), Some(SENT));
    }

    #[test]
    fn the_longest_is_a_plain_local_part_of_at_most_64_octets() {
        let longest = written(Sent { letter: LetterId(u64::MAX), place: u16::MAX });
        assert!(longest.local().len() <= 64, "{longest}");
        // RFC 5321 §4.1.2: a Dot-string needs no quotes.
        assert!(longest.local().bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'.'), "{longest}");
        assert!(!longest.local().contains(".."), "{longest}");
    }

    #[test]
    fn s03_any_changed_octet_of_an_envelope_sender_makes_it_nobodys() {
        let local = written(SENT).local().to_owned();
        for at in 0..local.len() {
            let others = (b'!'..=b'~').filter(|other| !other.eq_ignore_ascii_case(&local.as_bytes()[at]));
            for other in others {
                let mut changed = local.clone().into_bytes();
                changed[at] = other;
                let changed = String::from_utf8(changed).unwrap();
                // What is no address is nobody's either.
                let Ok(changed) = Address::parse(&format!("{changed}@mx.acme.example")) else { continue };
                assert_eq!(verp().read(&changed), None, "octet {at} as {}", other as char);
            }
        }
    }

    #[test]
    fn s03_the_mac_of_one_delivery_fits_no_other() {
        let local = written(SENT).local().to_owned();
        let mac = local.rsplit('.').next().unwrap();
        assert_eq!(mac.len() * 5, 100, "bits");
        for (letter, place) in [(LetterId(77), "4"), (LetterId(78), "3"), (LetterId(77), "03"), (LetterId(77), "+3")] {
            let other = address(&format!("{MARK}.{letter}.{place}.{mac}"));
            assert_eq!(verp().read(&other), None, "{other}");
        }
        for other in [format!("{local}.x"), MARK.to_owned(), format!("{MARK}.{}.3.", SENT.letter), mac.to_owned()] {
            assert_eq!(verp().read(&address(&other)), None, "{other}");
        }
    }

    #[test]
    fn an_older_secret_still_reads_and_a_foreign_one_does_not() {
        let old = Secret::new(*b"another secret of this install!!");
        let theirs = Verp::new(std::slice::from_ref(&old)).write(SENT, "mx.acme.example").unwrap();
        assert_eq!(verp().read(&theirs), None);
        let rotated = Verp::new(&[Secret::new(*b"a secret of the install, 32 byte"), old]);
        assert_eq!(rotated.read(&theirs), Some(SENT));
    }
}
