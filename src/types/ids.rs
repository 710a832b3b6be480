//! Ids of kept things, and the reference number people see.

use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::Clock;

/// Crockford's base 32 in lower case: no `i`, `l`, `o`, `u`, so an id survives being read aloud.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Letters of a printed id: 64 bits in base 32.
const PRINTED_LEN: usize = 13;

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an id: thirteen of 0-9 and a-z without i, l, o, u are expected")]
pub struct IdError(String);

fn print(value: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut letters = [0u8; PRINTED_LEN];
    for (place, letter) in letters.iter_mut().rev().enumerate() {
        *letter = ALPHABET[(value >> (5 * place) & 31) as usize];
    }
    f.write_str(std::str::from_utf8(&letters).expect("the alphabet is ASCII"))
}

fn read(text: &str) -> Result<u64, IdError> {
    let wrong = || IdError(text.chars().take(40).collect());
    if text.len() != PRINTED_LEN {
        return Err(wrong());
    }
    let mut value: u64 = 0;
    for (place, letter) in text.bytes().enumerate() {
        let digit = ALPHABET.iter().position(|known| *known == letter.to_ascii_lowercase()).ok_or_else(wrong)? as u64;
        // Thirteen letters hold 65 bits: the first may only use four of its five.
        if place == 0 && digit > 15 {
            return Err(wrong());
        }
        value = value << 5 | digit;
    }
    Ok(value)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Printed as thirteen letters whose order is the order of making.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                print(self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                read(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
                text.parse().map_err(D::Error::custom)
            }
        }
    };
}

id!(
    /// One accepted mail: the queue id in `250 2.0.0 Ok: queued as ID`, in logs, in `replyd why` and in the API.
    MailId
);
id!(
    /// One letter that replyd wrote.
    LetterId
);
id!(
    /// One conversation.
    ConversationId
);
id!(
    /// One run of the AI over a conversation.
    RunId
);

/// Makes ids that are unique in this process and in the order of making.
///
/// The upper 54 bits are microseconds since 1970, pushed forward when two ids fall into one; the lower ten are the
/// node, so that daemons on one shared journal never make the same id.
#[derive(Debug)]
pub struct IdMaker {
    clock: Clock,
    node: u16,
    last_micros: AtomicU64,
}

impl IdMaker {
    /// `node`: 0 to 1023, distinct among the daemons that share a journal; 0 when alone.
    pub fn new(clock: Clock, node: u16) -> Self {
        Self { clock, node: node & 0x3ff, last_micros: AtomicU64::new(0) }
    }

    fn next(&self) -> u64 {
        let now = self.clock.now().0 * 1000;
        let before = self
            .last_micros
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(now.max(last + 1)))
            .expect("the closure always answers Some");
        now.max(before + 1) << 10 | u64::from(self.node)
    }

    /// The id of the next mail.
    pub fn mail(&self) -> MailId {
        MailId(self.next())
    }

    /// The id of the next letter.
    pub fn letter(&self) -> LetterId {
        LetterId(self.next())
    }

    /// The id of the next conversation.
    pub fn conversation(&self) -> ConversationId {
        ConversationId(self.next())
    }

    /// The id of the next run.
    pub fn run(&self) -> RunId {
        RunId(self.next())
    }
}

/// The reference number people see: `[12345]` in the subject, `Ref: #12345` in the body.
///
/// Five digits at first, more as the space fills (S-06), never a leading zero. A hint for people: it proposes a
/// conversation and never opens one to a stranger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Number(pub u64);

impl Number {
    /// Digits of the shortest number.
    pub const DIGITS_MIN: u32 = 5;
    /// Digits of the longest number.
    pub const DIGITS_MAX: u32 = 12;

    /// Reads a number as written in a mail; `None` when it has too few or too many digits or begins with zero.
    pub fn from_digits(digits: &str) -> Option<Self> {
        let fits = (Self::DIGITS_MIN as usize..=Self::DIGITS_MAX as usize).contains(&digits.len());
        if !fits || digits.starts_with('0') || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.parse().ok().map(Self)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_printed() {
        for value in [0, 1, 31, 32, u64::MAX, 1_795_000_000_000_000 << 10] {
            let id = MailId(value);
            assert_eq!(id.to_string().parse::<MailId>(), Ok(id));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "0", "iiiiiiiiiiiii", "g000000000000", "00000000000000", "é000000000000"] {
            assert!(text.parse::<MailId>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_made_in_one_instant_still_rise() {
        let maker = IdMaker::new(Clock::testing_fixed(1_700_000_000_000), 7);
        let ids: Vec<MailId> = (0..1000).map(|_| maker.mail()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids[0].to_string() < ids[1].to_string());
    }

    #[test]
    fn a_number_has_five_to_twelve_digits_and_no_leading_zero() {
        assert_eq!(Number::from_digits("12345"), Some(Number(12345)));
        assert_eq!(Number::from_digits("2024"), None);
        assert_eq!(Number::from_digits("01234"), None);
        assert_eq!(Number::from_digits("1234567890123"), None);
        assert_eq!(Number::from_digits("1234٥"), None);
    }
}
