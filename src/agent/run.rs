//! The loop: claim, read, think, judge, and send, draft or hand over.
//!
//! Whatever fails is tried again later and, at last, handed to people with the reason. A crash leaves a lease that ends.

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{
    autopilot::{self, Decision, Silence},
    desk::{Case, Desk, DeskError, Raising, Sending},
    handoff::{self, Acknowledgement, Reason},
    model::{Answerer, Thought},
    notes::Notes,
    output::{Fence, Secrets},
    topics::Topics,
};
use crate::{
    config::Agent,
    observability::maillog,
    store::{Circumstances, Draft, Written},
    types::{Approval, Clock, HandOffCode, Job, Millis},
};

/// How much longer than classifying and thinking may take a claimed job is ours: reading and writing fit in.
pub const LEASE_MARGIN: Duration = Duration::from_secs(60);

/// How much longer than a thought may take it is waited for: whoever thinks knows best why nothing came of it.
const THINK_MARGIN: Duration = Duration::from_secs(5);

/// How long saying what a mail is about may take, before the thought.
pub const CLASSIFY_MAX: Duration = Duration::from_secs(30);

/// Attempts at one job before people get it.
pub const ATTEMPTS_MAX: u32 = 5;

/// Waiting times after failed attempts; the last one repeats.
pub const RETRY: [Duration; 4] =
    [Duration::from_secs(5), Duration::from_secs(30), Duration::from_secs(120), Duration::from_secs(600)];

/// How long the loop waits at most before it looks for due jobs by itself: a lost ring costs this.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How long it waits at least, so that a clock or a store that disagrees with us cannot make it spin.
const LOOK_AGAIN_MIN: Duration = Duration::from_millis(20);

/// How long to leave a store alone that could not be asked.
const STORE_PAUSE: Duration = Duration::from_secs(2);

/// What running cases get when the daemon stops; what is not done by then is claimed again after its lease.
const STOP_MAX: Duration = Duration::from_secs(10);

/// The loop, and what it needs.
pub struct Autopilot<D> {
    desk: Arc<D>,
    answerer: Arc<dyn Answerer>,
    topics: Topics,
    settings: Agent,
    fence: Fence,
    clock: Clock,
    think_max: Duration,
    /// Held while one answer is counted, judged and written.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<D> Clone for Autopilot<D> {
    fn clone(&self) -> Self {
        Self {
            desk: Arc::clone(&self.desk),
            answerer: Arc::clone(&self.answerer),
            topics: self.topics.clone(),
            settings: self.settings.clone(),
            fence: self.fence.clone(),
            clock: self.clock.clone(),
            turn: Arc::clone(&self.turn),
            ..*self
        }
    }
}

/// How one claimed job ended, for tests and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// A letter was written.
    Sent,
    /// A draft waits for a person.
    Drafted(String),
    /// People have it, with that reason.
    HandedOff(String),
    /// People have it already, or it is over: nothing is to be done, for that reason.
    Rested(String),
    /// A newer mail came or a person took over: there is nothing to do.
    Stale,
    /// Something failed; it is tried again.
    Deferred(String),
}

impl<D: Desk> Autopilot<D> {
    /// `settings` is `[agent]`; `support_min_percent` is that of `[knowledge]`.
    pub fn new(
        desk: Arc<D>,
        answerer: Arc<dyn Answerer>,
        settings: Agent,
        support_min_percent: u32,
        clock: Clock,
    ) -> Self {
        let fence = Fence { support_min_percent, ..Fence::default() };
        let (topics, turn) = (Topics::default(), Arc::default());
        let think_max = answerer.think_max() + THINK_MARGIN;
        Self { desk, answerer, topics, settings, fence, clock, think_max, turn }
    }

    /// The same, with what some addresses say of topics.
    #[must_use]
    pub fn with_topics(self, topics: Topics) -> Self {
        Self { topics, ..self }
    }

    /// The same, and nothing leaves that holds one of these secrets (S-22), nor links of tools' results to other hosts than
    /// these.
    #[must_use]
    pub fn keeping(self, secrets: Secrets, hosts: Vec<String>) -> Self {
        let fence = Fence { secrets: Arc::new(secrets), hosts: hosts.into(), ..self.fence };
        Self { fence, ..self }
    }

    /// Works until `stop`: up to `concurrency` cases at once, each in a task of its own.
    pub async fn run(self, stop: CancellationToken) {
        let wake = self.desk.wake();
        let mut running = JoinSet::new();
        loop {
            // Listening begins before the look, so that a ring in between is heard.
            let ring = wake.notified();
            tokio::pin!(ring);
            ring.as_mut().enable();
            let pause = self.fill(&mut running).await;
            let full = running.len() >= self.concurrency();
            tokio::select! {
                () = stop.cancelled() => break,
                Some(ended) = running.join_next(), if !running.is_empty() => report(ended),
                () = &mut ring, if !full => {}
                () = tokio::time::sleep(pause), if !full => {}
            }
        }
        let finish = async {
            while let Some(ended) = running.join_next().await {
                report(ended);
            }
        };
        if tokio::time::timeout(STOP_MAX, finish).await.is_err() {
            warn!("answers were still being thought about; they are taken up again after {} s", self.lease().as_secs());
        }
    }

    /// How long a claimed job is ours. After a crash another attempt waits this long.
    fn lease(&self) -> Duration {
        CLASSIFY_MAX + self.think_max + LEASE_MARGIN
    }

    fn concurrency(&self) -> usize {
        self.settings.concurrency.max(1)
    }

    /// Claims what is due while there is room. Says how long to wait before the next look.
    async fn fill(&self, running: &mut JoinSet<Ended>) -> Duration {
        while running.len() < self.concurrency() {
            match self.desk.claim(self.clock.now(), self.lease()).await {
                Ok(Some(job)) => {
                    let this = self.clone();
                    running.spawn(async move { this.work(job).await });
                }
                Ok(None) => break,
                Err(err) => {
                    warn!("no answer job could be claimed: {err}");
                    return STORE_PAUSE;
                }
            }
        }
        let due = self.desk.next_due().map_or(LOOK_EVERY, |due| due.since(self.clock.now()));
        due.clamp(LOOK_AGAIN_MIN, LOOK_EVERY)
    }

    /// One job, from claimed to ended.
    pub async fn work(&self, job: Job) -> Ended {
        match self.answer(&job).await {
            Ok(ended) => ended,
            Err(err) if err.is_final() || job.attempts >= ATTEMPTS_MAX => {
                let words = format!("the AI could not answer: {err}");
                self.give_up(&job, Reason::new(HandOffCode::Failure, words)).await
            }
            Err(err) => self.defer(&job, err.to_string()).await,
        }
    }

    async fn answer(&self, job: &Job) -> Result<Ended, DeskError> {
        let Some(case) = self.desk.read(job.conversation, self.clock.now()).await? else {
            return Ok(self.defer_gone(job).await);
        };
        // Attempts that never came to an end: whatever breaks us here must not break us for ever.
        if job.attempts > ATTEMPTS_MAX {
            let words = format!("the AI began {} times and never finished: {}", job.attempts, job.last_words);
            return self.hand_off(&case, Reason::new(HandOffCode::Failure, words), Letters::default()).await;
        }
        if let Err(silence) = autopilot::may_think(&case, &self.settings) {
            return self.be_silent(&case, &silence).await;
        }
        let case = Arc::new(case);
        let notes = Arc::new(Notes::unkept());
        let thought = self.think_behind_the_gate(&case, &notes).await;
        // From counting to writing nobody else writes: no brake is passed by two at once.
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let case = Case { sent: self.desk.sent(&case.row, now).await?, read_at: now, ..Arc::unwrap_or_clone(case) };
        match autopilot::judge(&case, &self.settings, &self.fence, thought, now) {
            Decision::Send { approval, markdown, sources } => {
                let conversation = case.row.id;
                let passages = sources.len();
                let sending = Sending { conversation, approval, markdown, sources, now };
                let written = self.desk.send(sending).await?;
                if written == Written::Stale {
                    maillog::answer_stale(&case.row);
                    return Ok(Ended::Stale);
                }
                maillog::answered(&case.row, self.answerer.name(), passages);
                Ok(Ended::Sent)
            }
            Decision::Draft { draft, reason } => {
                self.hand_off(&case, reason.into(), Letters { draft: Some(draft), ..Letters::default() }).await
            }
            Decision::HandOff { reason, brake } => {
                brake.inspect(|brake| maillog::brake_held(&case.row, brake));
                let acknowledgement = autopilot::acknowledged(&case, &self.settings);
                self.hand_off(&case, reason, Letters { acknowledgement, ..Letters::default() }).await
            }
        }
    }

    /// Silence towards the customer is never silence towards us: people have the conversation, or get it now.
    async fn be_silent(&self, case: &Case, silence: &Silence) -> Result<Ended, DeskError> {
        if !silence.is_settled() {
            silence.brake().inspect(|brake| maillog::brake_held(&case.row, brake));
            return self.hand_off(case, silence.reason(), Letters::default()).await;
        }
        Ok(match self.desk.rest(case, self.clock.now()).await? {
            Written::Done => Ended::Rested(silence.to_string()),
            Written::Stale => Ended::Stale,
        })
    }

    /// What goes to people without a thought, or the thought. Both within one deadline.
    async fn think_behind_the_gate(&self, case: &Arc<Case>, notes: &Arc<Notes>) -> Thought {
        let gate = handoff::gate(case, &self.topics, notes);
        match tokio::time::timeout(CLASSIFY_MAX, gate).await {
            Ok(Ok(topic)) => {
                topic.iter().for_each(|topic| notes.topic(topic));
                match self.think(case, notes).await {
                    Thought::HandOff { reason } => {
                        Thought::HandOff { reason: Reason { topic: reason.topic.or(topic), ..reason } }
                    }
                    thought => thought,
                }
            }
            Ok(Err(reason)) => {
                reason.topic.iter().for_each(|topic| notes.topic(topic));
                Thought::HandOff { reason }
            }
            Err(_) => {
                Thought::hand_off(Reason::new(HandOffCode::NotClassified, "nobody said in time what the mail is about"))
            }
        }
    }

    /// Thinks in a task of its own: neither a panic nor a thought without end reaches us.
    async fn think(&self, case: &Arc<Case>, notes: &Arc<Notes>) -> Thought {
        let mut thinking = tokio::spawn(self.answerer.think(Arc::clone(case), Arc::clone(notes)));
        match tokio::time::timeout(self.think_max, &mut thinking).await {
            Ok(Ok(thought)) => thought,
            Ok(Err(_)) => Thought::hand_off(failed("the AI broke while it thought about this mail")),
            Err(_) => {
                thinking.abort();
                Thought::hand_off(failed(format!("the AI did not answer within {} s", self.think_max.as_secs())))
            }
        }
    }

    async fn hand_off(&self, case: &Case, reason: Reason, letters: Letters) -> Result<Ended, DeskError> {
        let Letters { draft, acknowledgement } = letters;
        let drafted = draft.is_some();
        let Reason { code, words: reason, topic } = reason;
        let sentiment = handoff::sentiment(&handoff::unanswered_text(case));
        let raising = Raising {
            conversation: case.row.id,
            generation: case.row.generation,
            reason: reason.clone(),
            circumstances: Circumstances { code, topic, sentiment, summary: handoff::summary(case) },
            draft,
            acknowledgement,
            now: self.clock.now(),
        };
        Ok(match self.desk.hand_off(raising).await? {
            Written::Stale => {
                maillog::answer_stale(&case.row);
                Ended::Stale
            }
            Written::Done => {
                maillog::handed_off(&case.row, code, &reason);
                if drafted { Ended::Drafted(reason) } else { Ended::HandedOff(reason) }
            }
        })
    }

    /// The last attempt failed: people get it, if the store lets us say so.
    async fn give_up(&self, job: &Job, reason: Reason) -> Ended {
        let case = match self.desk.read(job.conversation, self.clock.now()).await {
            Ok(Some(case)) => case,
            Ok(None) => return self.defer_gone(job).await,
            Err(_) => return self.defer(job, reason.words).await,
        };
        match self.hand_off(&case, reason.clone(), Letters::default()).await {
            Ok(ended) => ended,
            Err(err) => self.defer(job, format!("{reason}; handing it over failed as well: {err}")).await,
        }
    }

    /// A job whose conversation cannot be found: kept, and said aloud, for it should not be.
    async fn defer_gone(&self, job: &Job) -> Ended {
        error!(conversation.id = %job.conversation, "an answer is due in a conversation that is not there");
        self.defer(job, "the conversation is not there".into()).await
    }

    async fn defer(&self, job: &Job, words: String) -> Ended {
        let until = next_attempt(job.attempts, self.clock.now());
        warn!(conversation.id = %job.conversation, attempts = job.attempts, "an answer is put off: {words}");
        if let Err(err) = self.desk.defer(job.id, until, &words).await {
            // The lease ends by itself.
            warn!(conversation.id = %job.conversation, "and that could not be written: {err}");
        }
        Ended::Deferred(words)
    }
}

/// What is written together with a hand-off.
#[derive(Default)]
struct Letters {
    draft: Option<Draft>,
    acknowledgement: Option<(Acknowledgement, Approval)>,
}

fn failed(words: impl Into<String>) -> Reason {
    Reason::new(HandOffCode::ModelFailure, words)
}

fn next_attempt(attempts: u32, now: Millis) -> Millis {
    let place = (attempts.max(1) as usize - 1).min(RETRY.len() - 1);
    now.plus(RETRY[place])
}

fn report(ended: Result<Ended, tokio::task::JoinError>) {
    if let Err(err) = ended {
        error!("a case broke off: {err}; it is taken up again after its lease");
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
