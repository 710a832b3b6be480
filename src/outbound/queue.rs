//! Claims delivery jobs and sees each to its end: delivered, refused, or due again later.
//!
//! Holds no truth: what is to be done, how often it was tried and how it ended is the store's. A crash costs one lease.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    Dns, Signer,
    deliver::{Attempt, Lane, Limits},
    lanes::Lanes,
    outcome::Outcome,
    route::{self, RouteError},
};
use crate::{
    config::{self, Route},
    store::{DeliveryState, LetterRow, RawRef, Settled, StoreError},
    types::{Clock, Job, JobId, LetterId, Millis, Pick, fit_for_log},
};

/// Letters of one lane; then whoever waits longest has the room.
const LETTERS_IN_LANE: usize = 100;

/// The sleep after the store could not answer.
pub(super) const FAULT_REST: Duration = Duration::from_secs(5);

/// What a claim gets beyond the attempt's own deadlines, to settle.
const LEASE_MARGIN: Duration = Duration::from_secs(60);

/// Tries to write down how an attempt ended: a lost outcome is a second delivery.
const SETTLE_ATTEMPTS: u32 = 20;

/// The wait between the first two of these; each further one is twice as long, up to the longest.
const SETTLE_WAIT: Duration = Duration::from_millis(20);
const SETTLE_WAIT_MAX: Duration = Duration::from_secs(5);

/// The waiting time when the configured list is empty.
const RETRY_DEFAULT: Duration = Duration::from_secs(900);

/// What the queue needs of the store, and nothing else.
pub trait Work: Send + Sync + 'static {
    /// Takes the next delivery job that may be picked and is due, for `lease`, counting an attempt; `None` when none is.
    fn claim(
        &self,
        pick: Pick,
        now: Millis,
        lease: Duration,
    ) -> impl Future<Output = Result<Option<Job>, StoreError>> + Send;

    /// Writes down how an attempt ended.
    fn settle(&self, settled: Settled) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The letter's row.
    ///
    /// # Errors
    /// Those of the store.
    fn letter(&self, id: LetterId) -> Result<Option<LetterRow>, StoreError>;

    /// The letter's bytes.
    fn raw(&self, raw: &RawRef) -> impl Future<Output = Result<Bytes, StoreError>> + Send;

    /// When the next delivery job is due that may be picked.
    ///
    /// # Errors
    /// Those of the store.
    fn next_due(&self, pick: &Pick) -> Result<Option<Millis>, StoreError>;

    /// Told when a delivery job was added.
    fn wake(&self) -> Arc<Notify>;
}

/// Everything an attempt needs beside its job.
pub struct Queue {
    /// Signs.
    pub signer: Signer,
    /// Finds servers.
    pub dns: Arc<dyn Dns>,
    /// Our name in EHLO: `[smtp] hostname`.
    pub hello: Arc<str>,
    /// `[outbound]`.
    pub settings: config::Outbound,
    /// The time.
    pub clock: Clock,
}

/// Works until `shutdown`; then claims nothing more and returns when the running attempts have ended.
pub async fn run<W: Work>(work: Arc<W>, queue: Arc<Queue>, shutdown: CancellationToken) {
    let wake = work.wake();
    let mut lanes = Lanes::new(&queue.settings);
    while !shutdown.is_cancelled() {
        // Asked for before looking, so that nothing is added unseen in between.
        let woken = wake.notified();
        tokio::pin!(woken);
        woken.as_mut().enable();
        let pause = match open_lanes(&work, &queue, &mut lanes, &shutdown).await {
            Ok(()) => lanes.pause(&*work, queue.clock.now()),
            Err(fault) => {
                warn!("no delivery could be claimed: {fault}");
                FAULT_REST
            }
        };
        let has_room = lanes.has_room();
        tokio::select! {
            () = shutdown.cancelled() => break,
            () = lanes.one_ended() => {}
            () = &mut woken, if has_room => {}
            () = tokio::time::sleep(pause), if has_room => {}
        }
    }
    lanes.all_ended().await;
}

/// A lane for every delivery that is due, as far as there is room.
async fn open_lanes<W: Work>(
    work: &Arc<W>,
    queue: &Arc<Queue>,
    lanes: &mut Lanes,
    shutdown: &CancellationToken,
) -> Result<(), StoreError> {
    while lanes.has_room() && !shutdown.is_cancelled() {
        let now = queue.clock.now();
        let Some(pick) = lanes.pick(now) else { break };
        let Some(job) = work.claim(pick, now, lease(&queue.settings)).await? else { break };
        let next = lanes.next_of(&job);
        let lane = lane(work.clone(), queue.clone(), job.clone(), next, shutdown.clone());
        lanes.open(&job, now, lane);
    }
    Ok(())
}

/// Sees a job to its end, and those that are due behind it, over the same connection where that can be.
async fn lane<W: Work>(work: Arc<W>, queue: Arc<Queue>, first: Job, next: Option<Pick>, shutdown: CancellationToken) {
    let mut lane = Lane::default();
    let mut job = first;
    for left in (0..LETTERS_IN_LANE).rev() {
        attempt(&*work, &queue, job, &mut lane).await;
        let Some(pick) = next.clone().filter(|_| left > 0 && !shutdown.is_cancelled()) else { break };
        // Trouble of the store is told by whoever opens lanes.
        let Ok(Some(claimed)) = work.claim(pick, queue.clock.now(), lease(&queue.settings)).await else { break };
        job = claimed;
    }
    lane.end();
}

/// A claim outlives the attempt it is for, and no more: after a crash nobody else may try before it ends.
fn lease(settings: &config::Outbound) -> Duration {
    match settings.route {
        Route::File { .. } => LEASE_MARGIN,
        Route::Smarthost(_) | Route::Mx { .. } => Limits::of(settings).attempt() + LEASE_MARGIN,
    }
}

async fn attempt<W: Work>(work: &W, queue: &Queue, job: Job, lane: &mut Lane) {
    let JobId::Deliver(id, place) = job.id else {
        error!("{} was claimed as a delivery", job.id);
        return;
    };
    let (outcome, domain) = match work.letter(id) {
        Ok(Some(letter)) => match letter.recipients.get(usize::from(place)) {
            // It ended before, and only the job was left: a letter is not sent twice for that.
            Some(done) if done.state.is_settled() => {
                let settled = Settled {
                    job: job.id,
                    claim: job.claim(),
                    delivery: done.state.clone(),
                    uncertain: false,
                    no_mailbox: false,
                    now: queue.clock.now(),
                };
                return settle(work, settled).await;
            }
            Some(recipient) => {
                let domain = recipient.to.domain().to_owned();
                (one_attempt(work, queue, &letter, place, lane).await, domain)
            }
            None => (refused("the letter has no such recipient"), String::new()),
        },
        Ok(None) => (refused("the letter is not in the store"), String::new()),
        Err(fault) => (of_store(&fault), String::new()),
    };
    log(&job, id, &domain, &outcome);
    settle(work, verdict(outcome, &job, &queue.settings, queue.clock.now())).await;
}

async fn one_attempt<W: Work>(work: &W, queue: &Queue, letter: &LetterRow, place: u16, lane: &mut Lane) -> Outcome {
    let to = &letter.recipients[usize::from(place)].to;
    let raw = match work.raw(&letter.raw).await {
        Ok(raw) => raw,
        Err(fault) => return of_store(&fault),
    };
    let signed = match queue.signer.sign(&raw, letter, to).await {
        Ok(signed) => signed,
        Err(fault) if fault.is_final() => return refused(&fault.to_string()),
        Err(fault) => return Outcome::Later { words: fault.to_string() },
    };
    let way = match route::plan(&queue.settings.route, to, &*queue.dns, letter.id.0 >> 10).await {
        Ok(way) => way,
        Err(RouteError::Never(words)) => return Outcome::Refused { words },
        Err(RouteError::Later(words)) => return Outcome::Later { words },
    };
    let hello = queue.hello.clone();
    lane.deliver(Attempt { letter: letter.id, place, signed, way, hello, limits: Limits::of(&queue.settings) }).await
}

fn refused(words: &str) -> Outcome {
    Outcome::Refused { words: words.to_owned() }
}

fn of_store(fault: &StoreError) -> Outcome {
    if fault.is_final() { refused(&fault.to_string()) } else { Outcome::Later { words: fault.to_string() } }
}

/// What the store is told.
fn verdict(outcome: Outcome, job: &Job, settings: &config::Outbound, now: Millis) -> Settled {
    let no_mailbox = matches!(outcome, Outcome::NoMailbox { .. });
    let (delivery, uncertain) = match outcome {
        Outcome::Accepted { by, words } => (DeliveryState::Accepted { by, words, at: now }, false),
        Outcome::Refused { words } | Outcome::NoMailbox { words } => (DeliveryState::Refused { words, at: now }, false),
        Outcome::Later { words } => (again(words, job, settings, now), false),
        Outcome::Unknown { words } => (again(words, job, settings, now), true),
    };
    Settled { job: job.id, claim: job.claim(), delivery, uncertain, no_mailbox, now }
}

/// A further attempt, as long as there is time for one.
fn again(words: String, job: &Job, settings: &config::Outbound, now: Millis) -> DeliveryState {
    // RFC 5321 §4.5.4.1: four to five days, then the sender hears of it.
    let give_up = job.made.plus(settings.give_up_after);
    if now >= give_up {
        return DeliveryState::Refused { words: format!("given up; the last attempt: {words}"), at: now };
    }
    let attempts = job.attempts.max(1);
    let place = (attempts as usize - 1).min(settings.retry.len().saturating_sub(1));
    let wait = settings.retry.get(place).copied().unwrap_or(RETRY_DEFAULT);
    DeliveryState::Deferred { attempts, next: now.plus(wait).min(give_up), words }
}

async fn settle<W: Work>(work: &W, settled: Settled) {
    let mut wait = SETTLE_WAIT;
    for left in (0..SETTLE_ATTEMPTS).rev() {
        match work.settle(settled.clone()).await {
            Ok(()) => return,
            Err(fault) if fault.is_final() || left == 0 => {
                error!("{} ended and that could not be written down: {fault}", settled.job);
                return;
            }
            Err(StoreError::Stopping) => return,
            Err(_) => {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(SETTLE_WAIT_MAX);
            }
        }
    }
}

/// One line for each outcome; of the recipient only the domain (S-27).
fn log(job: &Job, letter: LetterId, domain: &str, outcome: &Outcome) {
    let (conversation, attempts) = (job.conversation, job.attempts);
    // Servers like to repeat the whole recipient in their replies.
    let words = fit_for_log(outcome.words());
    match outcome {
        Outcome::Accepted { by, .. } => info!(
            conversation.id = %conversation, letter.id = %letter, recipient.domain = domain, outcome = "accepted", attempts,
            "delivered letter {letter} to {by}: {words}"
        ),
        Outcome::Refused { .. } | Outcome::NoMailbox { .. } => info!(
            conversation.id = %conversation, letter.id = %letter, recipient.domain = domain, outcome = "refused", attempts,
            "letter {letter} was refused: {words}"
        ),
        Outcome::Later { .. } => info!(
            conversation.id = %conversation, letter.id = %letter, recipient.domain = domain, outcome = "later", attempts,
            "letter {letter} waits: {words}"
        ),
        Outcome::Unknown { .. } => warn!(
            conversation.id = %conversation, letter.id = %letter, recipient.domain = domain, outcome = "unknown", attempts,
            "letter {letter} may have arrived, and is tried again: {words}"
        ),
    }
}

/// Whether letters become files and nothing leaves: then an unverified domain may write too.
pub fn nothing_leaves(route: &Route) -> bool {
    match route {
        Route::File { .. } => true,
        Route::Smarthost(_) | Route::Mx { .. } => false,
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
