//! Asks a model until somebody answers: again after a pause, then the other server, within the time of one thought.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    breaker::Breaker,
    server::{Failure, Line, Server},
    wire::{Reply, Wish},
};
use crate::{
    agent::{masks::Masks, notes::Notes},
    config::Model,
    fetch::Fetcher,
    types::Clock,
};

/// The first pause between two attempts; each one after it is twice as long.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest, if the server asks for nothing else.
const PAUSE_MAX: Duration = Duration::from_secs(20);

/// The servers, for as long as the daemon runs.
pub(super) struct Asking {
    servers: Vec<(Server, Breaker)>,
    fetcher: Fetcher,
    clock: Clock,
    /// On all that leaves.
    masks: Masks,
    timeout: Duration,
    attempts_max: u32,
}

/// Who is asked in one thought, and until when.
pub(super) struct Turn {
    /// The place of the server that answered last: one that failed is not asked again in the same thought.
    at: usize,
    deadline: Instant,
}

impl Turn {
    pub(super) fn until(deadline: Instant) -> Self {
        Self { at: 0, deadline }
    }

    /// What is left of the thought.
    pub(super) fn left(&self) -> Duration {
        left(self.deadline)
    }
}

fn left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

impl Asking {
    /// Asks the servers of `[model]`.
    pub(super) fn new(settings: &Model, fetcher: Fetcher, clock: Clock, masks: Masks) -> Self {
        let breaker = || Breaker::new(settings.rest_after_failures, settings.rest);
        let servers = settings.server.iter().chain(&settings.fallback);
        Self {
            servers: servers.map(|server| (Server::new(server.clone()), breaker())).collect(),
            fetcher,
            clock,
            masks,
            timeout: settings.timeout,
            attempts_max: settings.attempts_max,
        }
    }

    /// Asks until somebody answers.
    ///
    /// # Errors
    /// Why nobody did, each server by the name of its model, in words for people.
    pub(super) async fn ask(&self, wish: &Wish<'_>, turn: &mut Turn, notes: &Notes) -> Result<Reply, String> {
        let mut reasons = Vec::new();
        while let Some((server, breaker)) = self.servers.get(turn.at) {
            // The last one may use all that is left, one before it its share.
            let share = turn.left() / (self.servers.len() - turn.at) as u32;
            match self.ask_one(server, breaker, wish, Instant::now() + share, notes).await {
                Ok(reply) => return Ok(reply),
                Err(reason) => reasons.push(format!("the model `{}` could not be asked: {reason}", server.name())),
            }
            turn.at += 1;
        }
        Err(if reasons.is_empty() { "no model could be asked".into() } else { reasons.join("; ") })
    }

    async fn ask_one(
        &self,
        server: &Server,
        breaker: &Breaker,
        wish: &Wish<'_>,
        deadline: Instant,
        notes: &Notes,
    ) -> Result<Reply, String> {
        if !breaker.may_ask(self.clock.now()) {
            return Err("it failed again and again and is left alone for a while".into());
        }
        let mut attempt = 1;
        loop {
            if !notes.may_ask() {
                return Err("the AI's budget is used up".into());
            }
            // Whole seconds: people read them.
            let within = self.timeout.min(left(deadline)).as_secs();
            if within == 0 {
                return Err("the time for one thought is over".into());
            }
            let within = Duration::from_secs(within);
            let line = Line { fetcher: &self.fetcher, clock: &self.clock, notes, masks: &self.masks, within };
            let failure = match server.ask(wish, &line).await {
                Ok(reply) => {
                    breaker.worked();
                    return Ok(reply);
                }
                Err(failure) => failure,
            };
            let is_left_alone = if failure.is_the_servers() {
                breaker.failed(self.clock.now())
            } else {
                breaker.worked();
                false
            };
            let pause = pause(attempt, &failure);
            if !failure.may_pass() || is_left_alone || attempt >= self.attempts_max {
                return Err(after(attempt, &failure));
            }
            if pause >= left(deadline) {
                return Err(format!("{}, and there is no time to ask again", after(attempt, &failure)));
            }
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }
}

fn after(attempts: u32, failure: &Failure) -> String {
    if attempts == 1 { failure.to_string() } else { format!("{failure} (asked {attempts} times)") }
}

/// How long to wait: what the server asks for, else between half and the whole of a time that doubles, so that many who
/// failed together do not come back together.
fn pause(attempt: u32, failure: &Failure) -> Duration {
    if let Some(after) = failure.retry_after() {
        return after.max(PAUSE);
    }
    let whole = PAUSE.saturating_mul(1 << (attempt - 1).min(8)).min(PAUSE_MAX);
    let mut chance = [0; 2];
    // Without chance the pause is the whole time.
    let share = aws_lc_rs::rand::fill(&mut chance).map_or(u16::MAX, |()| u16::from_be_bytes(chance));
    whole / 2 + whole.mul_f64(f64::from(share) / f64::from(u16::MAX) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_differ_and_end_and_obey_the_server() {
        let failure = Failure::Unreadable("x");
        for (attempt, whole) in [(1, 1.0), (2, 2.0), (3, 4.0), (9, 20.0)] {
            for _ in 0..50 {
                let secs = pause(attempt, &failure).as_secs_f64();
                assert!((whole / 2.0..=whole).contains(&secs), "{attempt}: {secs}");
            }
        }
        let some: std::collections::BTreeSet<Duration> = (0..20).map(|_| pause(3, &failure)).collect();
        assert!(some.len() > 1, "they differ");
        assert_eq!(pause(1, &Failure::Busy(Some(Duration::from_secs(7)))), Duration::from_secs(7));
        assert_eq!(pause(1, &Failure::Busy(Some(Duration::ZERO))), PAUSE);
    }
}
