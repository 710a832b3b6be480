//! The delivery queue: what is tried, when it is tried again, and when it is given up.

use std::{
    collections::{HashMap, VecDeque},
    path::PathBuf,
    sync::Mutex,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::mpsc,
};

use super::*;
use crate::{
    outbound::{
        DomainStatus,
        support::{DnsMap, NOW, RAW, letter_row, relay, signer, signer_of_nothing},
    },
    types::JobState,
};

/// A store that holds one letter's jobs in memory and shows every settlement.
struct Memory {
    jobs: Mutex<HashMap<JobId, Job>>,
    letters: Mutex<HashMap<LetterId, LetterRow>>,
    settled: mpsc::UnboundedSender<Settled>,
    /// Answers to the next settlements; then always Ok.
    faults: Mutex<VecDeque<StoreError>>,
    wake: Arc<Notify>,
}

impl Work for Memory {
    async fn claim(&self, pick: Pick, now: Millis, lease: Duration) -> Result<Option<Job>, StoreError> {
        let mut jobs = self.jobs.lock().unwrap();
        let due = jobs.values_mut().find(|job| picks(&pick, job) && when(job).is_some_and(|at| at <= now));
        Ok(due.map(|job| {
            job.state = JobState::Claimed(now.plus(lease));
            job.attempts += 1;
            job.clone()
        }))
    }

    async fn settle(&self, settled: Settled) -> Result<(), StoreError> {
        if let Some(fault) = self.faults.lock().unwrap().pop_front() {
            return Err(fault);
        }
        let mut jobs = self.jobs.lock().unwrap();
        match &settled.delivery {
            DeliveryState::Deferred { next, .. } => {
                jobs.get_mut(&settled.job).unwrap().state = JobState::Due(*next);
            }
            _ => drop(jobs.remove(&settled.job)),
        }
        self.settled.send(settled).unwrap();
        Ok(())
    }

    fn letter(&self, id: LetterId) -> Result<Option<LetterRow>, StoreError> {
        Ok(self.letters.lock().unwrap().get(&id).cloned())
    }

    async fn raw(&self, _raw: &RawRef) -> Result<Bytes, StoreError> {
        Ok(Bytes::from_static(RAW))
    }

    fn next_due(&self, pick: &Pick) -> Result<Option<Millis>, StoreError> {
        let jobs = self.jobs.lock().unwrap();
        Ok(jobs.values().filter(|job| picks(pick, job)).filter_map(when).min())
    }

    fn wake(&self) -> Arc<Notify> {
        self.wake.clone()
    }
}

fn when(job: &Job) -> Option<Millis> {
    match job.state {
        JobState::Due(at) | JobState::Claimed(at) => Some(at),
        JobState::Parked => None,
    }
}

fn picks(pick: &Pick, job: &Job) -> bool {
    match pick {
        Pick::Any => true,
        Pick::Except(domains) => !domains.contains(&job.domain),
        Pick::Of(domain) => *domain == job.domain,
    }
}

fn memory(recipients: &[&str]) -> (Arc<Memory>, mpsc::UnboundedReceiver<Settled>) {
    let (settled, settlements) = mpsc::unbounded_channel();
    let memory = Memory {
        jobs: Mutex::default(),
        letters: Mutex::default(),
        settled,
        faults: Mutex::default(),
        wake: Arc::new(Notify::new()),
    };
    for (n, to) in recipients.iter().enumerate() {
        let mut letter = letter_row(to);
        letter.id = LetterId((n as u64 + 1) << 30);
        let id = JobId::Deliver(letter.id, 0);
        let job = Job {
            id,
            conversation: letter.conversation,
            state: JobState::Due(NOW),
            attempts: 0,
            made: NOW,
            domain: letter.recipients[0].to.domain().to_owned(),
            last_words: String::new(),
        };
        memory.jobs.lock().unwrap().insert(id, job);
        memory.letters.lock().unwrap().insert(letter.id, letter);
    }
    (Arc::new(memory), settlements)
}

fn queue(route: Route, signer: Signer, clock: Clock) -> Queue {
    let settings = config::Outbound {
        route,
        connect_timeout: Duration::from_secs(5),
        command_timeout: Duration::from_secs(5),
        retry: [60, 300].map(Duration::from_secs).into(),
        give_up_after: Duration::from_secs(1000),
        ..config::Outbound::default()
    };
    Queue { signer, dns: Arc::new(DnsMap::default()), hello: "mx.acme.example".into(), settings, clock }
}

/// A port nobody listens on.
fn nobody() -> Route {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    Route::Mx { port }
}

#[tokio::test]
async fn a_letter_is_written_settled_and_done() {
    let folder = tempfile::tempdir().unwrap();
    let (work, mut settlements) = memory(&["ada@customer.example"]);
    let clock = Clock::testing_fixed(NOW.0);
    let queue = queue(Route::File { path: folder.path().into() }, signer_of_nothing(true), clock);
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(work.clone(), Arc::new(queue), stop.clone()));

    let settled = settlements.recv().await.unwrap();
    let DeliveryState::Accepted { by, at, .. } = settled.delivery else { panic!("{settled:?}") };
    assert_eq!(at, NOW);
    assert!(PathBuf::from(by).exists());
    stop.cancel();
    running.await.unwrap();
    assert!(work.jobs.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_a_lane_claims_it_sends_also_when_it_has_sent_enough() {
    let folder = tempfile::tempdir().unwrap();
    let count = 2 * LETTERS_IN_LANE + 1;
    let (work, mut settlements) = memory(&vec!["ada@customer.example"; count]);
    let mut queue =
        queue(Route::File { path: folder.path().into() }, signer_of_nothing(true), Clock::testing_fixed(NOW.0));
    queue.settings.concurrency_per_domain = 1;
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(work.clone(), Arc::new(queue), stop.clone()));
    for _ in 0..count {
        let settled = settlements.recv().await.unwrap();
        assert!(matches!(settled.delivery, DeliveryState::Accepted { .. }), "{settled:?}");
    }
    stop.cancel();
    running.await.unwrap();
    assert!(work.jobs.lock().unwrap().is_empty());
}

#[tokio::test]
async fn failures_wait_longer_and_longer_until_the_letter_is_given_up() {
    let (work, mut settlements) = memory(&["ada@[127.0.0.1]"]);
    let clock = Clock::testing_fixed(NOW.0);
    let (signer, _) = signer(DomainStatus::Verified, false);
    let queue = queue(nobody(), signer, clock.clone());
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(work.clone(), Arc::new(queue), stop.clone()));

    let mut waits = Vec::new();
    let last = loop {
        match settlements.recv().await.unwrap().delivery {
            DeliveryState::Deferred { attempts, next, words } => {
                assert_eq!(attempts as usize, waits.len() + 1);
                assert!(words.contains("cannot be reached"), "{words}");
                let wait = next.since(clock.now());
                waits.push(wait.as_secs());
                clock.testing_advance(wait);
                work.wake.notify_one();
            }
            other => break other,
        }
    };
    // The last wait ends when the letter's time does: 1000 s after it was made.
    assert_eq!(waits, [60, 300, 300, 300, 40]);
    assert!(matches!(&last, DeliveryState::Refused { words, .. } if words.starts_with("given up")), "{last:?}");
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn an_unverified_domain_is_refused_with_the_missing_row_named() {
    let (work, mut settlements) = memory(&["ada@[127.0.0.1]"]);
    let (signer, _) = signer(DomainStatus::Unverified("TXT r1._domainkey.acme.example is missing".into()), false);
    let queue = queue(nobody(), signer, Clock::testing_fixed(NOW.0));
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(work, Arc::new(queue), stop.clone()));
    let settled = settlements.recv().await.unwrap();
    assert!(
        matches!(&settled.delivery, DeliveryState::Refused { words, .. } if words.contains("r1._domainkey")),
        "{settled:?}"
    );
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn a_domain_that_lost_a_row_puts_the_letter_off_with_the_row_named() {
    let (work, mut settlements) = memory(&["ada@[127.0.0.1]"]);
    let (signer, _) = signer(DomainStatus::Lost("TXT r1._domainkey.acme.example is missing".into()), false);
    let queue = queue(nobody(), signer, Clock::testing_fixed(NOW.0));
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(work, Arc::new(queue), stop.clone()));
    let settled = settlements.recv().await.unwrap();
    assert!(
        matches!(&settled.delivery, DeliveryState::Deferred { attempts: 1, words, .. } if words.contains("r1._domainkey")),
        "{settled:?}"
    );
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn after_a_crash_the_next_claim_sends_the_same_bytes() {
    // A server that takes the letter and dies before its 250, twice.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let mut letters = Vec::new();
        for _ in 0..2 {
            let (mut tcp, _) = listener.accept().await.unwrap();
            let mut heard = Vec::new();
            tcp.write_all(b"220 x\r\n").await.unwrap();
            while !heard.ends_with(b"\r\n.\r\n") {
                tcp.read_buf(&mut heard).await.unwrap();
                let reply = if heard.ends_with(b"DATA\r\n") { "354 go\r\n" } else { "250 ok\r\n" };
                if heard.ends_with(b"\r\n") && !heard.ends_with(b"\r\n.\r\n") {
                    tcp.write_all(reply.as_bytes()).await.unwrap();
                }
            }
            letters.push(heard);
        }
        letters
    });
    let (work, mut settlements) = memory(&["ada@[127.0.0.1]"]);
    let clock = Clock::testing_fixed(NOW.0);
    let (signer, _) = signer(DomainStatus::Verified, false);
    let queue = Arc::new(queue(Route::Mx { port }, signer, clock.clone()));
    for _ in 0..2 {
        // Each round is a daemon of its own on the same store.
        let stop = CancellationToken::new();
        let running = tokio::spawn(run(work.clone(), queue.clone(), stop.clone()));
        let settled = settlements.recv().await.unwrap();
        assert!(settled.uncertain && matches!(&settled.delivery, DeliveryState::Deferred { .. }), "{settled:?}");
        stop.cancel();
        running.await.unwrap();
        clock.testing_advance(Duration::from_secs(300));
    }
    let letters = server.await.unwrap();
    assert_eq!(letters[0], letters[1]);
}

#[tokio::test]
async fn a_letter_that_was_delivered_is_not_sent_again_for_a_job_left_over() {
    let (work, mut settlements) = memory(&["ada@[127.0.0.1]"]);
    let done = DeliveryState::Accepted { by: "mx".into(), words: "250".into(), at: NOW };
    work.letters.lock().unwrap().get_mut(&LetterId(1 << 30)).unwrap().recipients[0].state = done.clone();
    let (signer, _) = signer(DomainStatus::Verified, false);
    let queue = queue(nobody(), signer, Clock::testing_fixed(NOW.0));
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(work, Arc::new(queue), stop.clone()));
    assert_eq!(settlements.recv().await.unwrap().delivery, done);
    stop.cancel();
    running.await.unwrap();
}

#[tokio::test]
async fn stopping_claims_nothing_more_and_lets_a_running_attempt_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (work, mut settlements) = memory(&["ada@[127.0.0.1]", "bob@[127.0.0.1]"]);
    let (signer, _) = signer(DomainStatus::Verified, false);
    let mut queue = queue(Route::Mx { port }, signer, Clock::testing_fixed(NOW.0));
    queue.settings.concurrency = 1;
    let stop = CancellationToken::new();
    let running = tokio::spawn(run(work.clone(), Arc::new(queue), stop.clone()));

    let (mut tcp, _) = listener.accept().await.unwrap();
    stop.cancel();
    tcp.write_all(b"450 4.3.2 come back\r\n").await.unwrap();
    running.await.unwrap();
    let settled = settlements.recv().await.unwrap();
    assert!(matches!(settled.delivery, DeliveryState::Deferred { .. }), "{settled:?}");
    assert!(settlements.try_recv().is_err());
    let untouched = work.jobs.lock().unwrap().values().filter(|job| job.attempts == 0).count();
    assert_eq!(untouched, 1);
}

#[tokio::test]
async fn an_outcome_is_written_down_once_the_store_can_again() {
    let (work, mut settlements) = memory(&["ada@customer.example"]);
    let full = || StoreError::Unavailable("disk full".into());
    work.faults.lock().unwrap().extend([full(), full()]);
    let job = JobId::Deliver(LetterId(1 << 30), 0);
    let accepted = DeliveryState::Accepted { by: "mx".into(), words: "250".into(), at: NOW };
    settle(
        &*work,
        Settled { job, claim: None, delivery: accepted.clone(), uncertain: false, no_mailbox: false, now: NOW },
    )
    .await;
    assert_eq!(settlements.recv().await.unwrap().delivery, accepted);
}

#[test]
fn a_claim_outlives_the_longest_attempt() {
    let mut settings = config::Outbound::default();
    assert_eq!(lease(&settings), LEASE_MARGIN);
    for route in [Route::Mx { port: 25 }, Route::Smarthost(relay())] {
        settings.route = route;
        assert!(lease(&settings) > Limits::of(&settings).attempt());
    }
}
