//! `Thread-Topic` and `Thread-Index`: by them Outlook and Exchange put a message into a conversation, before any id.
//!
//! Pure. An index has 22 octets that name the conversation, and five more for each answer. MS-OXOMSG §2.2.1.3, §2.2.1.5.

use lettre::message::header::{HeaderName, HeaderValue};

use super::{compose::Composition, thread};
use crate::types::{ConversationId, Millis, base64};

/// Octets that name the conversation: 0x01, five of a moment, sixteen of a GUID.
const HEADER_OCTETS: usize = 22;

/// Octets of one answer.
const CHILD_OCTETS: usize = 5;

/// Answers that are repeated: with ours the field fits one line. RFC 5322 §2.1.1.
const CHILDREN_MAX: usize = 100;

/// Milliseconds from 1601 to 1970.
const FILETIME_EPOCH_MILLIS: u64 = 11_644_473_600_000;

/// FILETIME counts 100 nanoseconds. MS-DTYP §2.3.3.
const TICKS_PER_MILLI: u64 = 10_000;

/// What the GUID is made from, so that no other digest of the id is the same.
const PURPOSE: &str = "replyd 2026 Thread-Index: GUID of a conversation";

/// Octets of a topic that is repeated as it came.
const TOPIC_OCTETS_MAX: usize = 500;

/// Octets of a line after which a topic is folded. RFC 5322 §2.1.1, RFC 2047 §2.
const LINE_OCTETS: usize = 76;

/// Both fields: in the customer's conversation when her program began one, in our own otherwise.
pub(super) fn fields(letter: &Composition<'_>) -> (HeaderValue, HeaderValue) {
    let theirs = letter.answered.and_then(|answered| ConversationIndex::read(&answered.thread_index));
    let row = letter.conversation;
    let index = theirs.unwrap_or_else(|| ConversationIndex::of(row.id, row.opened));
    // Nothing but the letter decides: an attempt to write it again makes the same bytes.
    let index = base64(index.child(letter.now, (letter.letter.0 >> 10) as u8 & 0x0F).octets());
    let name = HeaderName::new_from_ascii_str("Thread-Index");
    (topic(letter), HeaderValue::dangerous_new_pre_encoded(name, index.clone(), index))
}

/// Outlook shows together what has one topic, and compares it as it stands.
fn topic(letter: &Composition<'_>) -> HeaderValue {
    const NAME: HeaderName = HeaderName::new_from_ascii_str("Thread-Topic");
    // S-12: what is not plain ASCII in one line is made anew.
    let is_plain = |topic: &str| topic.len() <= TOPIC_OCTETS_MAX && topic.bytes().all(|b| matches!(b, b' '..=b'~'));
    let theirs = letter.answered.map(|answered| answered.thread_topic.trim()).filter(|topic| is_plain(topic));
    match theirs {
        Some(theirs) if !theirs.is_empty() => {
            HeaderValue::dangerous_new_pre_encoded(NAME, theirs.to_owned(), folded(NAME.len() + 2, theirs))
        }
        _ => HeaderValue::new(NAME, thread::topic(&letter.conversation.title, letter.conversation.number)),
    }
}

/// With a line break before each word that would pass the end of a line.
fn folded(begun: usize, text: &str) -> String {
    let (mut out, mut column) = (String::with_capacity(text.len() + 16), begun);
    for (place, word) in text.split_whitespace().enumerate() {
        let gap = match place {
            0 => "",
            _ if column + 1 + word.len() > LINE_OCTETS => "\r\n ",
            _ => " ",
        };
        column = if gap.len() > 1 { 1 + word.len() } else { column + gap.len() + word.len() };
        out.push_str(gap);
        out.push_str(word);
    }
    out
}

/// An index as it stands in a message, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConversationIndex(Vec<u8>);

impl ConversationIndex {
    /// Reads decoded octets; `None` when they are none.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let whole = octets.len() >= HEADER_OCTETS && (octets.len() - HEADER_OCTETS).is_multiple_of(CHILD_OCTETS);
        (whole && octets[0] == 1).then(|| Self(octets.to_vec()))
    }

    /// That of a conversation which no Outlook has begun. The same for the same conversation, so nothing need be kept.
    pub(super) fn of(conversation: ConversationId, opened: Millis) -> Self {
        let guid = blake3::derive_key(PURPOSE, &conversation.0.to_be_bytes());
        let mut octets = vec![1];
        // The top octet of a FILETIME is 0x01 until 2057; the next five are written.
        octets.extend_from_slice(&filetime(opened).to_be_bytes()[1..6]);
        octets.extend_from_slice(&guid[..16]);
        Self(octets)
    }

    /// An answer to the message of this index. `chance`: the four bits that tell answers of one instant apart.
    pub(super) fn child(&self, now: Millis, chance: u8) -> Self {
        let mut octets = self.0.clone();
        octets.truncate(HEADER_OCTETS + CHILDREN_MAX * CHILD_OCTETS);
        let level = (octets.len() - HEADER_OCTETS) / CHILD_OCTETS;
        let passed = filetime(now).saturating_sub(begun(&octets));
        // Under 1.7 years the delta is finer, and the first bit says which it is.
        let delta = match passed & 0x00FE_0000_0000_0000 {
            0 => (passed >> 18) as u32 & 0x7FFF_FFFF,
            _ => (passed >> 23) as u32 & 0x7FFF_FFFF | 0x8000_0000,
        };
        octets.extend_from_slice(&delta.to_be_bytes());
        octets.push(chance << 4 | (level as u8 & 0x0F));
        Self(octets)
    }

    /// Its octets.
    pub(super) fn octets(&self) -> &[u8] {
        &self.0
    }
}

/// The moment in the header. Outlook since 2010 writes the top octet of the FILETIME, which is 0x01, behind the reserved one;
/// before, one octet was both.
fn begun(octets: &[u8]) -> u64 {
    let [a, b, c, d, e] = [octets[1], octets[2], octets[3], octets[4], octets[5]];
    if a == 1 { u64::from_be_bytes([a, b, c, d, e, 0, 0, 0]) } else { u64::from_be_bytes([1, a, b, c, d, e, 0, 0]) }
}

fn filetime(at: Millis) -> u64 {
    (at.0 + FILETIME_EPOCH_MILLIS) * TICKS_PER_MILLI
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 20:00:00 UTC.
    const OPENED: Millis = Millis(1_795_377_600_000);

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    #[test]
    fn an_index_of_ours_has_a_moment_and_a_guid_and_is_the_same_each_time() {
        let one = ConversationIndex::of(ConversationId(7), OPENED);
        assert_eq!(one.octets().len(), 22);
        // 134398512000000000 ticks since 1601 are 0x01DD_7A67_DF23_8000... of which six octets stand here.
        let ticks = (OPENED.0 / 1000 + 11_644_473_600) * 10_000_000;
        assert_eq!(hex(&one.octets()[..6]), format!("{ticks:016x}")[..12]);
        assert_eq!(one, ConversationIndex::of(ConversationId(7), OPENED));
        assert_ne!(one.octets()[6..], ConversationIndex::of(ConversationId(8), OPENED).octets()[6..]);
    }

    #[test]
    fn an_answer_adds_five_octets_and_leaves_the_others() {
        let mother = ConversationIndex::of(ConversationId(7), OPENED);
        let hour = mother.child(Millis(OPENED.0 + 3_600_000), 0xA);
        let day = hour.child(Millis(OPENED.0 + 86_400_000), 0xB);
        assert!(hour.octets().starts_with(mother.octets()) && day.octets().starts_with(hour.octets()));
        assert_eq!((hour.octets().len(), day.octets().len()), (27, 32));
        // An hour is 36,000,000,000 ticks: 137329 of 2^18; the moment in the header is cut by less than 2^16 ticks.
        assert_eq!(u32::from_be_bytes(hour.octets()[22..26].try_into().unwrap()), 137_329);
        assert_eq!((hour.octets()[26], day.octets()[31]), (0xA0, 0xB1));
    }

    #[test]
    fn after_two_years_the_delta_is_coarse_and_says_so() {
        let mother = ConversationIndex::of(ConversationId(7), OPENED);
        let late = mother.child(Millis(OPENED.0 + 2 * 365 * 86_400_000), 0);
        let delta = u32::from_be_bytes(late.octets()[22..26].try_into().unwrap());
        assert_eq!(delta >> 31, 1);
        let ticks = 2 * 365 * 86_400 * 10_000_000_u64;
        assert_eq!(u64::from(delta & 0x7FFF_FFFF), ticks >> 23);
    }

    #[test]
    fn the_newer_form_of_the_moment_is_read_as_well() {
        let mut header = vec![1];
        header.extend_from_slice(&filetime(OPENED).to_be_bytes()[..5]);
        header.extend_from_slice(&[7; 16]);
        let hour = ConversationIndex::read(&header).unwrap().child(Millis(OPENED.0 + 3_600_000), 0);
        let delta = u32::from_be_bytes(hour.octets()[22..26].try_into().unwrap());
        // The moment is cut by less than 2^24 ticks, 64 steps.
        assert!((137_329..=137_329 + 64).contains(&delta), "{delta}");
    }

    #[test]
    fn what_is_no_index_is_none_and_an_endless_one_ends() {
        let good = ConversationIndex::of(ConversationId(7), OPENED);
        assert_eq!(ConversationIndex::read(good.octets()).as_ref(), Some(&good));
        let mut long = good.octets().to_vec();
        for bad in [&[][..], &long[..21], &[long.clone(), vec![0; 4]].concat()[..], &[0; 22][..]] {
            assert_eq!(ConversationIndex::read(bad), None, "{bad:?}");
        }
        long.extend_from_slice(&[0; 5000]);
        let child = ConversationIndex::read(&long).unwrap().child(OPENED, 0);
        assert_eq!(child.octets().len(), HEADER_OCTETS + (CHILDREN_MAX + 1) * CHILD_OCTETS);
    }
}
