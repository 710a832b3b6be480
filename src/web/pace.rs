//! How fast a program may ask: so many requests a minute for each API key, and 429 above it. People and the operator are not
//! counted.

use std::{collections::HashMap, sync::Mutex};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{problem::Problem, visitor::Visitor};
use crate::{
    people::Actor,
    types::{Clock, Millis},
};

/// Keys that are remembered. Those that have not asked lately are forgotten first: they have their whole minute again anyway.
const KEYS_MAX: usize = 10_000;

const MINUTE_MILLIS: u64 = 60_000;

/// Who asked how much.
#[derive(Debug)]
pub(super) struct Pace {
    per_minute: u32,
    clock: Clock,
    keys: Mutex<HashMap<String, Left>>,
}

/// What a key has left: a bucket that holds a minute's requests, and fills as time goes.
#[derive(Debug, Clone, Copy)]
struct Left {
    /// In parts of a request: a minute's milliseconds each.
    parts: u64,
    at: Millis,
}

impl Pace {
    pub(super) fn new(per_minute: u32, clock: Clock) -> Self {
        Self { per_minute: per_minute.max(1), clock, keys: Mutex::default() }
    }

    /// Takes one request of a key.
    ///
    /// # Errors
    /// In how many seconds the next one is let in.
    fn take(&self, key: &str) -> Result<(), u64> {
        let (now, per_minute) = (self.clock.now(), u64::from(self.per_minute));
        let full = per_minute * MINUTE_MILLIS;
        let mut keys = self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let filled = |left: &Left| {
            let since = now.0.saturating_sub(left.at.0).min(MINUTE_MILLIS);
            (left.parts + since * per_minute).min(full)
        };
        if keys.len() >= KEYS_MAX && !keys.contains_key(key) {
            keys.retain(|_, left| filled(left) < full);
        }
        let parts = keys.get(key).map_or(full, filled);
        match parts.checked_sub(MINUTE_MILLIS) {
            Some(parts) => {
                keys.insert(key.to_owned(), Left { parts, at: now });
                Ok(())
            }
            None => Err((MINUTE_MILLIS - parts).div_ceil(per_minute * 1000).max(1)),
        }
    }
}

/// Lets a request of a key in, or says when to come again. RFC 6585 §4, RFC 9110 §10.2.3.
pub(super) async fn hold(State(pace): State<std::sync::Arc<Pace>>, request: Request, next: Next) -> Response {
    let asked = match request.extensions().get::<Visitor>().map(|visitor| &visitor.actor) {
        Some(Actor::Key { name, .. }) => pace.take(name),
        Some(Actor::Person { .. } | Actor::Operator) | None => Ok(()),
    };
    let Err(secs) = asked else { return next.run(request).await };
    let mut told = Problem::too_many(pace.per_minute).into_response();
    told.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
    told
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_key_has_its_minute_and_another_one_its_own() {
        let clock = Clock::testing_fixed(1_000_000);
        let pace = Pace::new(3, clock.clone());
        assert!((0..3).all(|_| pace.take("report").is_ok()));
        assert_eq!(pace.take("report"), Err(20), "one in twenty seconds");
        assert_eq!(pace.take("other"), Ok(()));
        clock.testing_advance(Duration::from_secs(19));
        assert_eq!(pace.take("report"), Err(1));
        clock.testing_advance(Duration::from_secs(1));
        assert_eq!((pace.take("report"), pace.take("report")), (Ok(()), Err(20)));
    }

    #[test]
    fn no_more_keys_are_remembered_than_there_is_room_for() {
        let clock = Clock::testing_fixed(1_000_000);
        let pace = Pace::new(60, clock.clone());
        for n in 0..KEYS_MAX {
            pace.take(&format!("key {n}")).unwrap();
        }
        clock.testing_advance(Duration::from_secs(60));
        pace.take("another").unwrap();
        assert_eq!(pace.keys.lock().unwrap().len(), 1);
    }
}
