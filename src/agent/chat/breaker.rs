//! Leaves a server alone that fails again and again, and tries it with one request afterwards. Pure but for its lock.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::types::Millis;

/// The circuit breaker of one server.
#[derive(Debug)]
pub(super) struct Breaker {
    state: Mutex<State>,
    failures_max: u32,
    rest: Duration,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// Everybody asks.
    Closed { failures: u32 },
    /// Nobody asks until then.
    Open { until: Millis },
    /// One request is on its way; who asked may be gone, so another may follow then.
    Trying { until: Millis },
}

impl Breaker {
    /// Opens after so many failures in a row, for so long.
    pub(super) fn new(failures_max: u32, rest: Duration) -> Self {
        Self { state: Mutex::new(State::Closed { failures: 0 }), failures_max, rest }
    }

    /// Whether the server may be asked now. Whoever hears yes says what came of it.
    pub(super) fn may_ask(&self, now: Millis) -> bool {
        let mut state = self.state();
        match *state {
            State::Closed { .. } => true,
            State::Open { until } | State::Trying { until } if now >= until => {
                *state = State::Trying { until: now.plus(self.rest) };
                true
            }
            State::Open { .. } | State::Trying { .. } => false,
        }
    }

    /// It answered.
    pub(super) fn worked(&self) {
        *self.state() = State::Closed { failures: 0 };
    }

    /// It failed by its own fault. Says whether it is left alone now.
    pub(super) fn failed(&self, now: Millis) -> bool {
        let mut state = self.state();
        let failures = match *state {
            State::Closed { failures } => failures + 1,
            State::Open { .. } | State::Trying { .. } => self.failures_max,
        };
        let is_open = failures >= self.failures_max;
        *state = if is_open { State::Open { until: now.plus(self.rest) } } else { State::Closed { failures } };
        is_open
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_secs(60);

    fn open() -> Breaker {
        let breaker = Breaker::new(3, REST);
        assert_eq!([Millis(0); 3].map(|now| breaker.failed(now)), [false, false, true]);
        breaker
    }

    #[test]
    fn after_some_failures_in_a_row_nobody_asks_until_the_rest_is_over() {
        let breaker = open();
        assert!(!breaker.may_ask(Millis(59_999)));
        assert!(breaker.may_ask(Millis(60_000)), "one tries");
        assert!(!breaker.may_ask(Millis(60_001)), "and only one");
    }

    #[test]
    fn one_answer_closes_it_and_one_failure_of_who_tried_opens_it_again() {
        let breaker = open();
        assert!(breaker.may_ask(Millis(60_000)) && breaker.failed(Millis(61_000)));
        assert!(!breaker.may_ask(Millis(120_999)) && breaker.may_ask(Millis(121_000)));
        breaker.worked();
        assert!(breaker.may_ask(Millis(121_001)) && !breaker.failed(Millis(121_001)));
    }

    #[test]
    fn an_answer_in_between_begins_the_count_anew() {
        let breaker = Breaker::new(2, REST);
        for now in 0..10 {
            assert!(!breaker.failed(Millis(now)));
            breaker.worked();
        }
    }

    #[test]
    fn who_tried_and_was_never_heard_of_again_blocks_nobody_for_ever() {
        let breaker = open();
        assert!(breaker.may_ask(Millis(60_000)));
        assert!(breaker.may_ask(Millis(120_000)));
    }
}
