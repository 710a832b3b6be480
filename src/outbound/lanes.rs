//! Who is written to now: how many deliveries at once, in all and to each domain, and how far apart.
//!
//! A lane sends letters to one domain one behind another. Through a relay everything goes to the relay, so there all
//! letters are of one lane's kind, whatever their domain.

use std::{collections::HashMap, time::Duration};

use tokio::task::{Id, JoinError, JoinSet};
use tracing::error;

use super::queue::{FAULT_REST, Work};
use crate::{
    config::{self, Route},
    types::{Job, Millis, Pick},
};

/// The longest sleep without looking, should a wake-up be lost.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// The shortest sleep, so that a job which is due but not to be had makes no busy loop.
const REST: Duration = Duration::from_millis(200);

/// The open lanes.
pub(super) struct Lanes {
    tasks: JoinSet<()>,
    domains: HashMap<Id, String>,
    /// How many lanes a domain has.
    open: HashMap<String, usize>,
    /// From when on a domain may be written to again, where letters are kept apart.
    rests: HashMap<String, Millis>,
    limit: usize,
    limit_of_domain: usize,
    apart: Duration,
    by_domain: bool,
}

impl Lanes {
    pub(super) fn new(settings: &config::Outbound) -> Self {
        let by_domain = match settings.route {
            Route::Mx { .. } => true,
            Route::File { .. } | Route::Smarthost(_) => false,
        };
        Self {
            tasks: JoinSet::new(),
            domains: HashMap::new(),
            open: HashMap::new(),
            rests: HashMap::new(),
            limit: settings.concurrency.max(1),
            limit_of_domain: settings.concurrency_per_domain.max(1),
            apart: settings.pause_per_domain,
            by_domain,
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.tasks.len() < self.limit && (self.by_domain || !self.is_full(""))
    }

    fn is_full(&self, domain: &str) -> bool {
        self.open.get(domain).is_some_and(|open| *open >= self.limit_of_domain)
    }

    /// Which delivery may be next; `None` while none may.
    pub(super) fn pick(&mut self, now: Millis) -> Option<Pick> {
        self.rests.retain(|_, until| *until > now);
        if !self.by_domain {
            return self.rests.is_empty().then_some(Pick::Any);
        }
        let full = self.open.keys().filter(|domain| self.is_full(domain));
        let mut passed: Vec<String> = full.chain(self.rests.keys()).cloned().collect();
        if passed.is_empty() {
            return Some(Pick::Any);
        }
        passed.sort_unstable();
        passed.dedup();
        Some(Pick::Except(passed))
    }

    /// Which delivery a lane that began with this one may go on with; `None` when it ends with it.
    pub(super) fn next_of(&self, job: &Job) -> Option<Pick> {
        match (self.apart.is_zero(), self.by_domain) {
            (false, _) => None,
            (true, true) => Some(Pick::Of(job.domain.clone())),
            (true, false) => Some(Pick::Any),
        }
    }

    /// Opens a lane that begins with this job.
    pub(super) fn open(&mut self, job: &Job, now: Millis, lane: impl Future<Output = ()> + Send + 'static) {
        let domain = if self.by_domain { job.domain.clone() } else { String::new() };
        if !self.apart.is_zero() {
            self.rests.insert(domain.clone(), now.plus(self.apart));
        }
        *self.open.entry(domain.clone()).or_default() += 1;
        self.domains.insert(self.tasks.spawn(lane).id(), domain);
    }

    /// How long nothing is to be done, unless somebody wakes us.
    pub(super) fn pause(&mut self, work: &impl Work, now: Millis) -> Duration {
        let next = match self.pick(now).map(|pick| work.next_due(&pick)) {
            Some(Ok(due)) => due,
            Some(Err(_)) => return FAULT_REST,
            None => None,
        };
        let next = next.into_iter().chain(self.rests.values().copied()).min();
        next.map_or(LOOK_EVERY, |then| then.since(now).clamp(REST, LOOK_EVERY))
    }

    /// Waits until a lane has ended; for ever when there is none.
    pub(super) async fn one_ended(&mut self) {
        match self.tasks.join_next_with_id().await {
            Some(ended) => self.closed(ended),
            None => std::future::pending().await,
        }
    }

    /// Waits until all have ended.
    pub(super) async fn all_ended(&mut self) {
        while let Some(ended) = self.tasks.join_next_with_id().await {
            self.closed(ended);
        }
    }

    fn closed(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match ended {
            Ok((id, ())) => id,
            Err(fault) => {
                error!("a delivery broke off; it is taken up again when its lease ends: {fault}");
                fault.id()
            }
        };
        let Some(domain) = self.domains.remove(&id) else { return };
        if let Some(open) = self.open.get_mut(&domain) {
            *open -= 1;
            if *open == 0 {
                self.open.remove(&domain);
            }
        }
    }
}

#[cfg(test)]
#[path = "lanes_tests.rs"]
mod tests;
