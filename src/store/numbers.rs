//! Draws reference numbers: short ones at first, longer ones as the space fills (S-06), none twice.

use super::{keys, requests::StoreError, tallies::Tallies, view::View};
use crate::types::Number;

/// Draws before a longer number is taken. At one taken of ten, this many misses in a row do not happen.
const DRAWS_MAX: u64 = 200;

/// A number that no conversation ever had. The same dice over the same store give the same number.
pub(super) fn draw(view: &impl View, tallies: &Tallies, dice: u64) -> Result<Number, StoreError> {
    for digits in digits_for(tallies)..=Number::DIGITS_MAX {
        let least = 10u64.pow(digits - 1);
        for attempt in 0..DRAWS_MAX {
            let number = Number(least + mix(dice.wrapping_add(attempt)) % (9 * least));
            if view.value(&keys::number(number))?.is_none() {
                return Ok(number);
            }
        }
    }
    Err(StoreError::Unavailable("no free number was found".into()))
}

/// The fewest digits of whose numbers less than a tenth are taken.
fn digits_for(tallies: &Tallies) -> u32 {
    let roomy = |digits: &u32| {
        let taken = tallies.numbers.get(*digits as usize).copied().unwrap_or(0);
        taken.saturating_mul(10) < 9 * 10u64.pow(digits - 1)
    };
    (Number::DIGITS_MIN..=Number::DIGITS_MAX).find(roomy).unwrap_or(Number::DIGITS_MAX)
}

/// SplitMix64's last step: near dice give far numbers.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ value >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ value >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ value >> 31
}
