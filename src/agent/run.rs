//! The loop: claim, read, think, judge, and send, draft or hand over.
//!
//! Whatever fails is tried again later and, at last, handed to people with the reason. A crash leaves a lease that ends.

mod asking;
mod letting;
mod recording;

use std::{sync::Arc, time::Duration};

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::{
    attempt::{Attempt, Begun, came_to, in_doubt},
    autopilot::{self, Decision, Silence},
    desk::{Case, Desk, DeskError, Raising, Sending},
    handoff::{self, Acknowledgement, Reason},
    mind::Mind,
    model::Answerer,
    notes,
    output::{Fence, Secrets},
    prompts::Prompts,
    tools::{self, Toolbox},
    topics::Topics,
};
use crate::{
    config::{Agent, Model, ModelServer},
    observability::maillog,
    store::{Circumstances, Draft, RunDecision, WantedCall, Written},
    types::{Approval, Clock, HandOffCode, IdMaker, Job, Millis},
};

pub use super::attempt::Ended;

/// How much longer than classifying and thinking may take a claimed job is ours: reading and writing fit in.
pub const LEASE_MARGIN: Duration = Duration::from_secs(60);

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
    mind: Mind,
    settings: Agent,
    fence: Fence,
    clock: Clock,
    ids: Arc<IdMaker>,
    /// What each model costs.
    prices: Arc<[ModelServer]>,
    /// Where the texts of prompts are kept, if anywhere.
    prompts: Option<Prompts>,
    /// Makes the calls that people let run.
    toolbox: Option<Arc<Toolbox>>,
    /// Held while one answer is counted, judged and written.
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl<D> Clone for Autopilot<D> {
    fn clone(&self) -> Self {
        Self {
            desk: Arc::clone(&self.desk),
            mind: self.mind.clone(),
            settings: self.settings.clone(),
            fence: self.fence.clone(),
            clock: self.clock.clone(),
            ids: Arc::clone(&self.ids),
            prices: Arc::clone(&self.prices),
            prompts: self.prompts.clone(),
            toolbox: self.toolbox.clone(),
            turn: Arc::clone(&self.turn),
        }
    }
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
        // One maker for all runs: no other makes their ids.
        let ids = Arc::new(IdMaker::new(clock.clone(), 0));
        let (mind, prices, turn) = (Mind::new(answerer), [].into(), Arc::default());
        Self { desk, mind, settings, fence, clock, ids, prices, prompts: None, toolbox: None, turn }
    }

    /// The same, and the texts of prompts are kept there.
    #[must_use]
    pub fn keeping_prompts(self, prompts: Prompts) -> Self {
        Self { prompts: Some(prompts), ..self }
    }

    /// The same, and these tools are called when a person let them run.
    #[must_use]
    pub fn calling(self, toolbox: Arc<Toolbox>) -> Self {
        Self { toolbox: Some(toolbox), ..self }
    }

    /// The same, and what is asked of these models is counted at their prices.
    #[must_use]
    pub fn paying(self, model: &Model) -> Self {
        let prices = model.server.iter().chain(&model.fallback).cloned().collect();
        Self { prices, ..self }
    }

    /// The same, with what some addresses say of topics.
    #[must_use]
    pub fn with_topics(self, topics: Topics) -> Self {
        Self { mind: Mind { topics, ..self.mind }, ..self }
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
        let mut swept = None;
        loop {
            self.sweep_prompts(&mut swept);
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
        letting::CALL_MAX + self.mind.takes_max() + LEASE_MARGIN
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
        let mut attempt = Attempt::default();
        match self.answer(&job, &mut attempt).await {
            Ok(ended) => ended,
            Err(err) if err.is_final() || job.attempts >= ATTEMPTS_MAX => {
                let words = format!("the AI could not answer: {err}");
                self.give_up(&job, Reason::new(HandOffCode::Failure, words), &attempt).await
            }
            Err(err) => self.defer(&job, err.to_string(), &attempt).await,
        }
    }

    async fn answer(&self, job: &Job, attempt: &mut Attempt) -> Result<Ended, DeskError> {
        let Some(case) = self.desk.read(job.conversation, self.clock.now()).await? else {
            return Ok(self.defer_gone(job).await);
        };
        *attempt = Attempt::taken_up(self.ids.run(), &case, job, self.clock.now());
        // Attempts that never came to an end: whatever breaks us here must not break us for ever.
        if job.attempts > ATTEMPTS_MAX {
            let words = format!("the AI began {} times and never finished: {}", job.attempts, job.last_words);
            return self.hand_off(&case, Reason::new(HandOffCode::Failure, words), Letters::default(), attempt).await;
        }
        if let Some(ended) = self.call_for_people(&case, attempt).await? {
            return Ok(ended);
        }
        if let Err(silence) = autopilot::may_think(&case, &self.settings) {
            return self.be_silent(&case, &silence, attempt).await;
        }
        if let Some(doubt) = notes::doubt(&case.earlier) {
            return self
                .hand_off(&case, Reason::new(HandOffCode::ToolFailure, doubt), Letters::default(), attempt)
                .await;
        }
        let notes = match self.begin(&case, attempt).await? {
            Begun::Thinks(notes) => notes,
            Begun::Silent(silence) => return self.be_silent(&case, &silence, attempt).await,
            Begun::Stale => return Ok(self.stale(&case)),
        };
        let case = Arc::new(case);
        let (thought, wanted) = self.think_with_call(&case, &notes).await;
        let noted = notes.end();
        let thought = in_doubt(thought, &noted);
        let resolves = tools::resolves(&noted);
        attempt.noted(noted, self.clock.now());
        self.keep_texts(&notes, attempt);
        // From counting to writing nobody else writes: no brake is passed by two at once.
        let _turn = self.turn.lock().await;
        let now = self.clock.now();
        let case = Case { sent: self.desk.sent(&case.row, now).await?, read_at: now, ..Arc::unwrap_or_clone(case) };
        match autopilot::judge(&case, &self.settings, &self.fence, thought, now) {
            Decision::Send { approval, markdown, sources } => {
                let conversation = case.row.id;
                let passages = sources.len();
                let run = attempt.ended(RunDecision::Sent, None, "");
                let sending = Sending { conversation, approval, markdown, sources, resolves, code: None, run, now };
                let written = self.desk.send(sending).await?;
                maillog::run(attempt.ended(came_to(written, RunDecision::Sent), None, "").as_deref());
                if written == Written::Stale {
                    return Ok(self.stale(&case));
                }
                maillog::answered(&case.row, self.mind.answerer.name(), passages);
                Ok(Ended::Sent)
            }
            Decision::AskCode { approval, request } => self.ask_code(&case, approval, request, attempt).await,
            Decision::Draft { draft, reason } => {
                self.hand_off(&case, reason.into(), Letters { draft: Some(draft), ..Letters::default() }, attempt).await
            }
            Decision::HandOff { reason, brake } => {
                brake.inspect(|brake| maillog::brake_held(&case.row, brake));
                let acknowledgement = autopilot::acknowledged(&case, &self.settings);
                self.hand_off(&case, reason, Letters { acknowledgement, wanted, ..Letters::default() }, attempt).await
            }
        }
    }

    fn stale(&self, case: &Case) -> Ended {
        maillog::answer_stale(&case.row);
        Ended::Stale
    }

    /// Silence towards the customer is never silence towards us: people have the conversation, or get it now.
    async fn be_silent(&self, case: &Case, silence: &Silence, attempt: &Attempt) -> Result<Ended, DeskError> {
        if !silence.is_settled() {
            silence.brake().inspect(|brake| maillog::brake_held(&case.row, brake));
            return self.hand_off(case, silence.reason(), Letters::default(), attempt).await;
        }
        let run = attempt.ended(RunDecision::Rested, None, &silence.to_string());
        Ok(match self.desk.rest(case, run).await? {
            Written::Done => Ended::Rested(silence.to_string()),
            Written::Stale => Ended::Stale,
        })
    }

    async fn hand_off(
        &self,
        case: &Case,
        reason: Reason,
        letters: Letters,
        attempt: &Attempt,
    ) -> Result<Ended, DeskError> {
        let Letters { draft, acknowledgement, wanted } = letters;
        let wanted = wanted.or_else(|| letting::not_begun(case, attempt));
        let drafted = draft.is_some();
        let decision = if drafted { RunDecision::Drafted } else { RunDecision::HandedOff };
        let Reason { code, words: reason, topic } = reason;
        // A draft is no hand-off: nobody counts it as one.
        let run_code = (!drafted).then_some(code);
        let sentiment = handoff::sentiment(&handoff::unanswered_text(case));
        let raising = Raising {
            conversation: case.row.id,
            generation: case.row.generation,
            reason: reason.clone(),
            circumstances: Circumstances { code, topic, sentiment, summary: handoff::summary(case) },
            draft,
            acknowledgement,
            wanted,
            run: attempt.ended(decision, run_code, &reason),
            now: self.clock.now(),
        };
        let written = self.desk.hand_off(raising).await?;
        let run_code = run_code.filter(|_| written == Written::Done);
        maillog::run(attempt.ended(came_to(written, decision), run_code, &reason).as_deref());
        Ok(match written {
            Written::Stale => self.stale(case),
            Written::Done => {
                maillog::handed_off(&case.row, code, &reason);
                if drafted { Ended::Drafted(reason) } else { Ended::HandedOff(reason) }
            }
        })
    }

    /// The last attempt failed: people get it, if the store lets us say so.
    async fn give_up(&self, job: &Job, reason: Reason, attempt: &Attempt) -> Ended {
        let case = match self.desk.read(job.conversation, self.clock.now()).await {
            Ok(Some(case)) => case,
            Ok(None) => return self.defer_gone(job).await,
            Err(_) => return self.defer(job, reason.words, attempt).await,
        };
        match self.hand_off(&case, reason.clone(), Letters::default(), attempt).await {
            Ok(ended) => ended,
            Err(err) => self.defer(job, format!("{reason}; handing it over failed as well: {err}"), attempt).await,
        }
    }

    /// A job whose conversation cannot be found: kept, and said aloud, for it should not be.
    async fn defer_gone(&self, job: &Job) -> Ended {
        error!(conversation.id = %job.conversation, "an answer is due in a conversation that is not there");
        self.defer(job, "the conversation is not there".into(), &Attempt::default()).await
    }

    async fn defer(&self, job: &Job, words: String, attempt: &Attempt) -> Ended {
        let until = next_attempt(job.attempts, self.clock.now());
        warn!(conversation.id = %job.conversation, attempts = job.attempts, "an answer is put off: {words}");
        if let Err(err) = self.desk.defer(job.id, until, &words, attempt.failed(&words)).await {
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
    wanted: Option<Box<WantedCall>>,
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
