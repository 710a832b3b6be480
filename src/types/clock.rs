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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
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
