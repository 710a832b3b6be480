//! Reply keys: the MAC-ed id in every Message-ID we write. Nobody can make one up (S-01, S-03).
//!
//! A Message-ID of ours is `<rd.LETTER.CONVERSATION.MAC@sending domain>`. The MAC is keyed BLAKE3 over both ids, cut to
//! 100 bits. All parts are base 32 in lower case, so a hop that changes letter case does no harm.

use constant_time_eq::constant_time_eq;

use super::{Codes, Verp};
use crate::types::{ConversationId, LetterId, Secret};

/// Marks a Message-ID as ours before the MAC proves it.
const MARK: &str = "rd";

/// Letters of the MAC: 20 × 5 = 100 bits (S-01 asks for 80).
const MAC_LETTERS: usize = 20;

/// What the key is for, so that the same secret makes other keys elsewhere.
const PURPOSE: &str = "replyd 2026 reply keys: letter and conversation in Message-ID";

/// Writes and reads reply keys.
#[derive(Clone)]
pub struct ReplyKeys {
    /// The first one writes, all read.
    keys: Vec<[u8; 32]>,
    /// Of the same secrets: who has them replaced has all replaced.
    verp: Verp,
    codes: Codes,
}

impl ReplyKeys {
    /// `secrets`: the one in force first, then older ones whose keys are still believed.
    pub fn new(secrets: &[Secret]) -> Self {
        let keys = secrets.iter().map(|secret| blake3::derive_key(PURPOSE, secret.expose())).collect();
        Self { keys, verp: Verp::new(secrets), codes: Codes::new(secrets) }
    }

    /// What writes and reads the envelope senders.
    pub fn verp(&self) -> &Verp {
        &self.verp
    }

    /// What writes and reads one-time codes.
    pub fn codes(&self) -> &Codes {
        &self.codes
    }

    /// The part of a Message-ID before the `@`.
    pub fn write(&self, letter: LetterId, conversation: ConversationId) -> String {
        let key = self.keys.first().expect("there is always the secret of the install");
        format!("{MARK}.{letter}.{conversation}.{}", mac(key, letter, conversation))
    }

    /// The letter and conversation that a Message-ID names, when its MAC is ours.
    pub fn read(&self, message_id: &str) -> Option<(LetterId, ConversationId)> {
        let (local, _) = message_id.split_once('@')?;
        let local = local.to_ascii_lowercase();
        let mut parts = local.split('.');
        if parts.next() != Some(MARK) {
            return None;
        }
        let letter: LetterId = parts.next()?.parse().ok()?;
        let conversation: ConversationId = parts.next()?.parse().ok()?;
        let given = parts.next()?;
        if parts.next().is_some() {
            return None;
        }
        // S-03: constant time, and every key is tried whichever fits.
        let fits = self.keys.iter().fold(false, |fits, key| {
            fits | constant_time_eq(mac(key, letter, conversation).as_bytes(), given.as_bytes())
        });
        fits.then_some((letter, conversation))
    }
}

/// Whether a Message-ID has the form of ours. Anybody can write that: it proves nothing.
pub(super) fn looks_ours(message_id: &str) -> bool {
    let (mark, rest) = message_id.split_at_checked(MARK.len()).unwrap_or_default();
    mark.eq_ignore_ascii_case(MARK) && rest.starts_with('.')
}

impl std::fmt::Debug for ReplyKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ReplyKeys({} keys)", self.keys.len())
    }
}

fn mac(key: &[u8; 32], letter: LetterId, conversation: ConversationId) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(&letter.0.to_be_bytes());
    hasher.update(&conversation.0.to_be_bytes());
    // One letter from each octet: its lower five bits.
    let digest = hasher.finalize();
    digest.as_bytes()[..MAC_LETTERS].iter().map(|octet| LETTERS[(octet & 31) as usize] as char).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: LetterId = LetterId(77);
    const CONVERSATION: ConversationId = ConversationId(1234);

    fn keys() -> ReplyKeys {
        ReplyKeys::new(&[Secret::new(*b"a secret of the install, 32 byte")])
    }

    #[test]
    fn a_key_we_wrote_is_read_whatever_its_case_and_domain() {
        let id = format!("{}@acme.example", keys().write(LETTER, CONVERSATION));
        assert_eq!(keys().read(&id), Some((LETTER, CONVERSATION)));
        assert_eq!(keys().read(&id.to_uppercase()), Some((LETTER, CONVERSATION)));
    }

    #[test]
    fn s03_any_changed_octet_makes_it_worthless() {
        let id = format!("{}@acme.example", keys().write(LETTER, CONVERSATION));
        let local = id.find('@').unwrap();
        for at in 0..local {
            // Every ASCII octet but the letter itself in its two cases, which a hop may change.
            for other in (0..=127u8).filter(|other| !other.eq_ignore_ascii_case(&id.as_bytes()[at])) {
                let mut changed = id.clone().into_bytes();
                changed[at] = other;
                assert_eq!(keys().read(&String::from_utf8(changed).unwrap()), None, "octet {at} as {other}");
            }
        }
    }

    #[test]
    fn s03_the_mac_of_one_conversation_or_letter_fits_no_other() {
        let key = keys().write(LETTER, CONVERSATION);
        let mac = key.rsplit('.').next().unwrap();
        assert_eq!(mac.len() * 5, 100, "bits; S-01 asks for 80");
        let (other_letter, other_conversation) = (LetterId(LETTER.0 + 1), ConversationId(CONVERSATION.0 + 1));
        for (letter, conversation) in [
            (LETTER, other_conversation),
            (other_letter, CONVERSATION),
            (LetterId(CONVERSATION.0), ConversationId(LETTER.0)),
        ] {
            assert_eq!(keys().read(&format!("{MARK}.{letter}.{conversation}.{mac}@a")), None);
        }
    }

    #[test]
    fn s03_a_key_without_its_mac_or_with_more_parts_is_none() {
        let key = keys().write(LETTER, CONVERSATION);
        let (bare, _) = key.rsplit_once('.').unwrap();
        for id in [format!("{bare}@a"), format!("{bare}.@a"), format!("{key}.x@a"), key, String::new()] {
            assert_eq!(keys().read(&id), None, "{id}");
        }
    }

    #[test]
    fn an_older_secret_still_reads_and_a_foreign_one_does_not() {
        let old = Secret::new(*b"another secret of this install!!");
        let id = format!("{}@a", ReplyKeys::new(std::slice::from_ref(&old)).write(LETTER, CONVERSATION));
        assert_eq!(keys().read(&id), None);
        let rotated = ReplyKeys::new(&[Secret::new(*b"a secret of the install, 32 byte"), old]);
        assert_eq!(rotated.read(&id), Some((LETTER, CONVERSATION)));
    }
}
