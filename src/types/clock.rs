//! The clock as an argument, so that tests move it instead of sleeping.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct Millis(pub u64);

impl Millis {
    /// This moment and `later` more.
    pub fn plus(self, later: Duration) -> Self {
        Self(self.0.saturating_add(later.as_millis() as u64))
    }

    /// How long after `earlier` this is; zero when it is not after.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// Days since 1970, UTC.
    pub fn day(self) -> u32 {
        u32::try_from(self.0 / 86_400_000).unwrap_or(u32::MAX)
    }

    /// Months since 1970 of the calendar, UTC.
    pub fn month(self) -> u32 {
        let at = i64::try_from(self.0).ok().and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok());
        let date = at.unwrap_or(jiff::Timestamp::MAX).to_zoned(jiff::tz::TimeZone::UTC).date();
        (u32::from(date.year().unsigned_abs()).saturating_sub(1970)) * 12 + u32::from(date.month().unsigned_abs()) - 1
    }

    /// The same moment for libraries that want one.
    pub fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0)
    }
}

/// Says what time it is: the machine's, or one that a test holds in its hand.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicU64>>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `millis` until [`Clock::testing_advance`] moves it.
    pub fn testing_fixed(millis: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(millis))))
    }

    /// Moves a fixed clock, and every copy of it, forward.
    pub fn testing_advance(&self, by: Duration) {
        let fixed = self.0.as_ref().expect("only a testing clock can be moved");
        fixed.fetch_add(by.as_millis() as u64, Ordering::AcqRel);
    }

    /// Now.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Some(fixed) => Millis(fixed.load(Ordering::Acquire)),
            None => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH);
                Millis(since.unwrap_or(Duration::ZERO).as_millis() as u64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_months_begin_at_midnight_of_the_calendar() {
        // 2026-11-30 23:59:59.999 and a millisecond later.
        let last = Millis(1_796_083_199_999);
        let next = Millis(last.0 + 1);
        assert_eq!((last.month(), next.month()), (56 * 12 + 10, 56 * 12 + 11));
        assert_eq!(next.day() - last.day(), 1);
        assert_eq!((Millis(0).day(), Millis(0).month()), (0, 0));
        assert!(Millis(u64::MAX).month() > next.month());
    }
}
