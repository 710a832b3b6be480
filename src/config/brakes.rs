//! `[agent]`: the numbers of the brakes that keep the AI from flooding anybody (S-09, S-11). What they do: `agent::brakes`.

use std::{ops::RangeInclusive, time::Duration};

use super::reader::Section;

/// The brakes of `[agent]`. An answer is a letter of the AI; what people write is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brakes {
    /// `machine_pause_secs`: after a machine wrote in a conversation the AI is silent there for so long. Default 3600.
    pub machine_pause: Duration,
    /// `answers_per_conversation_per_hour_max`. Default 5.
    pub per_conversation_per_hour_max: u32,
    /// `answers_per_conversation_per_day_max`. Default 10.
    pub per_conversation_per_day_max: u32,
    /// `answers_per_sender_per_day_max`: to one address, in all conversations. Default 20.
    pub per_sender_per_day_max: u32,
    /// `answers_per_unproven_sender_per_day_max`: the same while the mail proved less than level 2. Default 1 (S-09).
    pub per_unproven_sender_per_day_max: u32,
    /// `answers_per_domain_per_hour_max`: to all addresses of one domain. Default 200.
    pub per_domain_per_hour_max: u32,
    /// `answers_per_domain_per_day_max`. Default 2000.
    pub per_domain_per_day_max: u32,
    /// `answers_per_hour_max`: to everybody. Default 500.
    pub per_hour_max: u32,
    /// `answers_per_day_max`. Default 5000.
    pub per_day_max: u32,
    /// `same_text_hours`: how long a text in a conversation is remembered. Default 24; 0 remembers nothing.
    pub same_text: Duration,
}

impl Default for Brakes {
    fn default() -> Self {
        Self {
            machine_pause: Duration::from_secs(3600),
            per_conversation_per_hour_max: 5,
            per_conversation_per_day_max: 10,
            per_sender_per_day_max: 20,
            per_unproven_sender_per_day_max: 1,
            per_domain_per_hour_max: 200,
            per_domain_per_day_max: 2000,
            per_hour_max: 500,
            per_day_max: 5000,
            same_text: Duration::from_secs(24 * 3600),
        }
    }
}

/// More answers than anybody sends: the number that turns a counting brake off.
const ANSWERS: RangeInclusive<i64> = 0..=1_000_000;
/// A month.
const HOURS: RangeInclusive<i64> = 0..=720;
/// A day.
const SECS: RangeInclusive<i64> = 0..=86_400;

pub(super) fn brakes(s: &Section<'_, '_>) -> Brakes {
    let default = Brakes::default();
    let answers = |leaf: &str, default: u32| s.number(leaf, default, ANSWERS, "answers");
    let pause_secs = s.number("machine_pause_secs", default.machine_pause.as_secs(), SECS, "seconds");
    let same_hours = s.number("same_text_hours", default.same_text.as_secs() / 3600, HOURS, "hours");
    Brakes {
        machine_pause: Duration::from_secs(pause_secs),
        per_conversation_per_hour_max: answers(
            "answers_per_conversation_per_hour_max",
            default.per_conversation_per_hour_max,
        ),
        per_conversation_per_day_max: answers(
            "answers_per_conversation_per_day_max",
            default.per_conversation_per_day_max,
        ),
        per_sender_per_day_max: answers("answers_per_sender_per_day_max", default.per_sender_per_day_max),
        per_unproven_sender_per_day_max: answers(
            "answers_per_unproven_sender_per_day_max",
            default.per_unproven_sender_per_day_max,
        ),
        per_domain_per_hour_max: answers("answers_per_domain_per_hour_max", default.per_domain_per_hour_max),
        per_domain_per_day_max: answers("answers_per_domain_per_day_max", default.per_domain_per_day_max),
        per_hour_max: answers("answers_per_hour_max", default.per_hour_max),
        per_day_max: answers("answers_per_day_max", default.per_day_max),
        same_text: Duration::from_secs(same_hours * 3600),
    }
}
