//! The loop against a desk of lists.

use std::{
    collections::VecDeque,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use tokio::sync::Notify;

use super::*;
use crate::{
    agent::{
        brakes::Sent,
        budgets::Spendings,
        model::{Thinking, Thought},
        notes::{ModelCall, Notes, ToolCall},
        samples::{answer, case, mail},
    },
    config::{Autopilot as Setting, Topic, TopicRule},
    fetch::testing::{Authority, fetcher},
    playground::{Dns, Zone},
    store::{ConversationRow, Owner, RunRow, Spent, StoreError, SuppressionReason, SuppressionRow, ToolClass},
    types::{Address, ConversationId, JobId, JobState, Sentiment},
};

const WORDS: &str = "Austria: 2 to 3 working days.";

/// One conversation; what is done to it is written down.
struct FakeDesk {
    case: Mutex<Case>,
    due: Mutex<VecDeque<Job>>,
    done: Mutex<Vec<String>>,
    /// What people were told with the last hand-off.
    told: Mutex<Option<Circumstances>>,
    /// Runs as they ended.
    runs: Mutex<Vec<RunRow>>,
    /// Runs as they were noted under way.
    noted: Mutex<Vec<RunRow>>,
    fails_to_send: AtomicBool,
    /// How long the last claimed job was.
    lease: Mutex<Duration>,
    wake: Arc<Notify>,
    /// Rings after each thing that was done.
    news: Notify,
}

impl FakeDesk {
    fn new(case: Case) -> Arc<Self> {
        Arc::new(Self {
            case: Mutex::new(case),
            due: Mutex::default(),
            done: Mutex::default(),
            told: Mutex::default(),
            runs: Mutex::default(),
            noted: Mutex::default(),
            fails_to_send: AtomicBool::new(false),
            lease: Mutex::default(),
            wake: Arc::default(),
            news: Notify::new(),
        })
    }

    fn mail_comes(&self, id: u64, text: &str) {
        let mut case = self.case.lock().unwrap();
        case.mails.push(mail(id, text));
        case.row.generation += 1;
        drop(case);
        let mut due = self.due.lock().unwrap();
        if due.is_empty() {
            due.push_back(job(1));
        }
        drop(due);
        self.wake.notify_one();
    }

    fn done(&self) -> Vec<String> {
        self.done.lock().unwrap().clone()
    }

    fn write(&self, generation: u64, words: String, run: Option<Box<RunRow>>) -> Written {
        self.runs.lock().unwrap().extend(run.map(|run| *run));
        let written =
            if self.case.lock().unwrap().row.generation == generation { Written::Done } else { Written::Stale };
        let words = if written == Written::Done { words } else { "stale".into() };
        self.done.lock().unwrap().push(words);
        self.news.notify_one();
        written
    }
}

impl Desk for FakeDesk {
    async fn claim(&self, _: Millis, lease: Duration) -> Result<Option<Job>, DeskError> {
        *self.lease.lock().unwrap() = lease;
        Ok(self.due.lock().unwrap().pop_front())
    }
    async fn read(&self, _: ConversationId, _: Millis) -> Result<Option<Case>, DeskError> {
        Ok(Some(self.case.lock().unwrap().clone()))
    }
    async fn sent(&self, _: &ConversationRow, _: Millis) -> Result<Sent, DeskError> {
        Ok(self.case.lock().unwrap().sent.clone())
    }
    async fn spent(&self, _: &ConversationRow, _: Millis) -> Result<Spendings, DeskError> {
        Ok(self.case.lock().unwrap().spent)
    }
    async fn note(&self, run: RunRow) -> Result<Written, DeskError> {
        let is_current = self.case.lock().unwrap().row.generation == run.generation;
        self.noted.lock().unwrap().push(run);
        Ok(if is_current { Written::Done } else { Written::Stale })
    }
    async fn send(&self, sending: Sending) -> Result<Written, DeskError> {
        if self.fails_to_send.load(Ordering::Acquire) {
            return Err(StoreError::Unavailable("disk full".into()).into());
        }
        let closed = if sending.resolves { "closed with " } else { "" };
        Ok(self.write(sending.approval.generation(), format!("sent {closed}{}", sending.markdown), sending.run))
    }
    async fn hand_off(&self, raising: Raising) -> Result<Written, DeskError> {
        *self.told.lock().unwrap() = Some(raising.circumstances.clone());
        let draft = raising.draft.map(|draft| format!(" with {}", draft.markdown)).unwrap_or_default();
        Ok(self.write(raising.generation, format!("handed off: {}{draft}", raising.reason), raising.run))
    }
    async fn rest(&self, case: &Case, run: Option<Box<RunRow>>) -> Result<Written, DeskError> {
        Ok(self.write(case.row.generation, "rested".into(), run))
    }
    async fn defer(&self, _: JobId, until: Millis, words: &str, run: Option<Box<RunRow>>) -> Result<(), DeskError> {
        self.done.lock().unwrap().push(format!("deferred to {}: {words}", until.0));
        self.runs.lock().unwrap().extend(run.map(|run| *run));
        self.news.notify_one();
        Ok(())
    }
    fn next_due(&self) -> Option<Millis> {
        None
    }
    fn wake(&self) -> Arc<Notify> {
        Arc::clone(&self.wake)
    }
}

/// Answers what it is told to.
struct Parrot<F>(F);

impl<F: Fn(Arc<Case>) -> Thinking + Send + Sync + 'static> Answerer for Parrot<F> {
    fn name(&self) -> &'static str {
        "parrot"
    }
    fn think(&self, case: Arc<Case>, _: Arc<Notes>) -> Thinking {
        (self.0)(case)
    }
}

fn job(attempts: u32) -> Job {
    let conversation = ConversationId(1);
    Job {
        id: JobId::Answer(conversation),
        conversation,
        state: JobState::Claimed(Millis(0)),
        attempts,
        made: Millis(0),
        domain: String::new(),
        last_words: "it broke".into(),
    }
}

fn pilot(desk: &Arc<FakeDesk>, think: impl Fn(Arc<Case>) -> Thinking + Send + Sync + 'static) -> Autopilot<FakeDesk> {
    let clock = Clock::testing_fixed(0);
    Autopilot::new(Arc::clone(desk), Arc::new(Parrot(think)), Agent::default(), 60, clock)
}

/// A pilot whose answerer does something with its notes.
fn noting(desk: &Arc<FakeDesk>, think: impl Fn(Arc<Notes>) -> Thinking + Send + Sync + 'static) -> Autopilot<FakeDesk> {
    Autopilot { mind: Mind::new(Arc::new(Noter(think))), ..pilot(desk, says_it) }
}

/// Thinks over its notes.
struct Noter<F>(F);

impl<F: Fn(Arc<Notes>) -> Thinking + Send + Sync + 'static> Answerer for Noter<F> {
    fn name(&self) -> &'static str {
        "noter"
    }
    fn think(&self, _: Arc<Case>, notes: Arc<Notes>) -> Thinking {
        (self.0)(notes)
    }
}

fn says_it(_: Arc<Case>) -> Thinking {
    Box::pin(async { Thought::Answer(answer(WORDS, WORDS)) })
}

fn desk() -> Arc<FakeDesk> {
    FakeDesk::new(case("Shipping", "How long?"))
}

#[tokio::test]
async fn a_question_is_answered() {
    let desk = desk();
    assert_eq!(pilot(&desk, says_it).work(job(1)).await, Ended::Sent);
    assert_eq!(desk.done(), [format!("sent {WORDS}")]);
}

/// Answers, and has the conversation closed.
struct Closer;

impl Answerer for Closer {
    fn name(&self) -> &'static str {
        "closer"
    }
    fn think(&self, case: Arc<Case>, notes: Arc<Notes>) -> Thinking {
        Box::pin(async move {
            let (dns, clock) = (Dns::start(Zone::new()).unwrap(), Clock::testing_fixed(0));
            let toolbox = tools::Toolbox::new(Vec::new(), fetcher(&dns, &Authority::new()), clock);
            toolbox.call(&case, tools::RESOLVE, &serde_json::json!({}), &notes).await;
            Thought::Answer(answer(WORDS, WORDS))
        })
    }
}

#[tokio::test]
async fn who_thinks_may_have_the_conversation_closed_with_the_answer() {
    let desk = desk();
    let clock = Clock::testing_fixed(0);
    let pilot = Autopilot::new(desk.clone(), Arc::new(Closer), Agent::default(), 60, clock);
    assert_eq!(pilot.work(job(1)).await, Ended::Sent);
    assert!(desk.done()[0].starts_with("sent closed with "), "{:?}", desk.done());
}

#[tokio::test]
async fn where_it_assists_a_draft_is_left() {
    let desk = desk();
    desk.case.lock().unwrap().address.as_mut().unwrap().autopilot = Setting::Assist;
    assert!(matches!(pilot(&desk, says_it).work(job(1)).await, Ended::Drafted(_)));
    assert!(desk.done()[0].ends_with(&format!(" with {WORDS}")));
    let run = desk.runs.lock().unwrap().remove(0);
    assert_eq!((run.decision, run.code), (RunDecision::Drafted, None), "nothing was handed over");
}

#[tokio::test]
async fn a_mail_that_comes_while_it_thinks_makes_the_answer_stale() {
    let desk = desk();
    let second = Arc::clone(&desk);
    let thinks = move |_: Arc<Case>| -> Thinking {
        second.mail_comes(2, "And to Italy?");
        Box::pin(async { Thought::Answer(answer(WORDS, WORDS)) })
    };
    assert_eq!(pilot(&desk, thinks).work(job(1)).await, Ended::Stale);
    assert_eq!(desk.done(), ["stale"]);
}

#[tokio::test]
async fn a_burst_gets_one_answer() {
    let desk = desk();
    let (thoughts, seen) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&desk));
    let count = Arc::clone(&thoughts);
    // The second and third mail come while the first is thought about.
    let thinks = move |_: Arc<Case>| -> Thinking {
        if count.fetch_add(1, Ordering::AcqRel) == 0 {
            seen.mail_comes(2, "And to Italy?");
            seen.mail_comes(3, "And to Spain?");
        }
        Box::pin(async { Thought::Answer(answer(WORDS, WORDS)) })
    };
    let stop = CancellationToken::new();
    desk.due.lock().unwrap().push_back(job(1));
    let settings = Agent { concurrency: 1, ..Agent::default() };
    let running = tokio::spawn(Autopilot { settings, ..pilot(&desk, thinks) }.run(stop.clone()));
    while desk.done().len() < 2 {
        desk.news.notified().await;
    }
    stop.cancel();
    running.await.unwrap();
    assert_eq!(desk.done(), ["stale".to_owned(), format!("sent {WORDS}")]);
    assert_eq!(thoughts.load(Ordering::Acquire), 2);
}

#[tokio::test]
async fn a_ring_wakes_the_loop_and_stop_ends_it() {
    let desk = desk();
    let stop = CancellationToken::new();
    let running = tokio::spawn(pilot(&desk, says_it).run(stop.clone()));
    tokio::task::yield_now().await;
    desk.mail_comes(2, "How long?");
    while desk.done().is_empty() {
        desk.news.notified().await;
    }
    stop.cancel();
    running.await.unwrap();
    assert_eq!(desk.done(), [format!("sent {WORDS}")]);
}

#[tokio::test]
async fn a_thought_without_end_is_handed_over_after_its_deadline() {
    let desk = desk();
    let mut pilot = pilot(&desk, |_| Box::pin(std::future::pending()));
    pilot.mind.think_max = Duration::ZERO;
    assert_eq!(pilot.work(job(1)).await, Ended::HandedOff("the AI did not answer within 0 s".into()));
}

/// Takes its time, as a model does.
struct Slow;

impl Answerer for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }
    fn think(&self, _: Arc<Case>, _: Arc<Notes>) -> Thinking {
        Box::pin(std::future::pending())
    }
    fn think_max(&self) -> Duration {
        Duration::from_secs(900)
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_thinker_is_waited_for_and_its_lease_is_longer_still() {
    let desk = desk();
    desk.due.lock().unwrap().push_back(job(1));
    let pilot = Autopilot::new(desk.clone(), Arc::new(Slow), Agent::default(), 60, Clock::testing_fixed(0));
    let begun = tokio::time::Instant::now();
    let (stop, waiting) = (CancellationToken::new(), Arc::clone(&desk));
    let running = tokio::spawn(pilot.run(stop.clone()));
    while waiting.done().is_empty() {
        waiting.news.notified().await;
    }
    stop.cancel();
    running.await.unwrap();
    let (waited, lease) = (begun.elapsed(), *desk.lease.lock().unwrap());
    assert!(waited > Duration::from_secs(900) && lease > waited + Duration::from_secs(30), "{waited:?} {lease:?}");
}

#[tokio::test]
async fn a_panic_while_thinking_is_handed_over() {
    let desk = desk();
    let ended = pilot(&desk, |_| Box::pin(async { panic!("a test's panic") })).work(job(1)).await;
    assert_eq!(ended, Ended::HandedOff("the AI broke while it thought about this mail".into()));
}

#[tokio::test]
async fn a_job_that_never_ended_before_is_handed_over_without_a_thought() {
    let desk = desk();
    let ended = pilot(&desk, |_| panic!("not to be asked")).work(job(ATTEMPTS_MAX + 1)).await;
    assert!(matches!(ended, Ended::HandedOff(reason) if reason.contains("it broke")));
}

#[tokio::test]
async fn a_store_that_cannot_write_is_tried_again_later_and_then_people_get_it() {
    let desk = desk();
    desk.fails_to_send.store(true, Ordering::Release);
    let pilot = pilot(&desk, says_it);
    for attempts in 1..ATTEMPTS_MAX {
        assert!(matches!(pilot.work(job(attempts)).await, Ended::Deferred(_)));
    }
    assert!(matches!(pilot.work(job(ATTEMPTS_MAX)).await, Ended::HandedOff(reason) if reason.contains("disk full")));
    let due: Vec<String> = desk.done().iter().map(|done| done.split(':').next().unwrap().to_owned()).collect();
    let reason = "handed off".to_owned();
    assert_eq!(due[..4], ["deferred to 5000", "deferred to 30000", "deferred to 120000", "deferred to 600000"]);
    assert_eq!(due[4], reason);
}

#[tokio::test]
async fn who_is_suppressed_is_handed_over_without_a_thought() {
    let desk = desk();
    desk.case.lock().unwrap().suppressed = Some(SuppressionRow {
        recipient: Address::parse("ada@customer.example").unwrap(),
        reason: SuppressionReason::Person("Eve".into()),
        words: "she asked us to".into(),
        at: Millis(0),
    });
    let ended = pilot(&desk, |_| panic!("not to be asked")).work(job(1)).await;
    assert!(matches!(&ended, Ended::HandedOff(why) if why.starts_with("ada@customer.example is suppressed since")));
    assert!(desk.done()[0].starts_with("handed off: ada@customer.example is suppressed since"), "{:?}", desk.done());
}

#[tokio::test]
async fn silence_is_handed_over_and_rests_where_people_are() {
    let desk = desk();
    desk.case.lock().unwrap().sent.conversation_hour = 99;
    assert!(matches!(pilot(&desk, says_it).work(job(1)).await, Ended::HandedOff(_)));
    desk.case.lock().unwrap().row.owner = Owner::Team;
    assert!(matches!(pilot(&desk, says_it).work(job(1)).await, Ended::Rested(_)));
    assert_eq!(desk.done().last().unwrap(), "rested");
}

#[tokio::test]
async fn a_denied_topic_goes_to_people_with_its_name_and_nobody_thinks() {
    let desk = FakeDesk::new(case("Order AB-4711", "Where is my order? I want a refund. This is ridiculous!"));
    let topic = Topic { name: "Refunds".into(), rule: TopicRule::Deny, examples: Vec::new() };
    desk.case.lock().unwrap().address.as_mut().unwrap().topics = vec![topic];
    let topics = Topics::new(desk.case.lock().unwrap().address.as_slice());
    let pilot = pilot(&desk, |_| panic!("not to be asked")).with_topics(topics);

    let ended = pilot.work(job(1)).await;

    assert_eq!(ended, Ended::HandedOff("the mail is about “Refunds”, which the AI does not answer".into()));
    let told = desk.told.lock().unwrap().take().unwrap();
    assert_eq!((told.code, told.topic.as_deref()), (HandOffCode::ForbiddenTopic, Some("Refunds")));
    assert_eq!(told.sentiment, Sentiment::Angry);
    assert!(told.summary.contains("asks: Where is my order?\nnames: AB-4711"), "{}", told.summary);
}

#[tokio::test]
async fn each_hand_off_has_its_code() {
    let code = |desk: &FakeDesk| desk.told.lock().unwrap().take().unwrap().code;
    let desk = desk();
    pilot(&desk, |_| Box::pin(async { panic!("a test's panic") })).work(job(1)).await;
    assert_eq!(code(&desk), HandOffCode::ModelFailure);
    pilot(&desk, |_| Box::pin(async { Thought::hand_off("no idea") })).work(job(1)).await;
    assert_eq!(code(&desk), HandOffCode::NotUnderstood);
    pilot(&desk, says_it).work(job(ATTEMPTS_MAX + 1)).await;
    assert_eq!(code(&desk), HandOffCode::Failure);
    desk.case.lock().unwrap().sent.conversation_hour = 99;
    pilot(&desk, says_it).work(job(1)).await;
    assert_eq!(code(&desk), HandOffCode::Brake);
}

#[tokio::test]
async fn a_run_is_written_when_it_begins_and_with_what_it_led_to() {
    let desk = desk();
    assert_eq!(pilot(&desk, says_it).work(job(2)).await, Ended::Sent);
    let (noted, runs) = (desk.noted.lock().unwrap().clone(), desk.runs.lock().unwrap().clone());
    let [begun] = noted.as_slice() else { panic!("{noted:?}") };
    let [ended] = runs.as_slice() else { panic!("{runs:?}") };
    assert_eq!((begun.decision, ended.decision, begun.id), (RunDecision::Begun, RunDecision::Sent, ended.id));
    assert_eq!((&*ended.answerer, ended.attempt, ended.generation), ("parrot", 2, 1));
}

#[tokio::test]
async fn what_was_asked_is_kept_also_when_the_thought_never_ends() {
    let desk = desk();
    let mut pilot = noting(&desk, |notes| {
        notes.asked(ModelCall { model: "small".into(), tokens_in: 700, tokens_out: 90, ..ModelCall::default() });
        Box::pin(std::future::pending())
    });
    // The thought is polled once before its time is looked at.
    pilot.mind.think_max = Duration::from_millis(50);
    assert!(matches!(pilot.work(job(1)).await, Ended::HandedOff(_)));
    let run = desk.runs.lock().unwrap().remove(0);
    assert_eq!((run.decision, run.tokens_in, run.tokens_out), (RunDecision::HandedOff, 700, 90));
    assert!(run.reason.contains("did not answer within"), "{}", run.reason);
}

#[tokio::test]
async fn a_budget_that_is_used_up_goes_to_people_and_nobody_is_asked() {
    let desk = desk();
    desk.case.lock().unwrap().spent.day = Spent { tokens: 50_000_000, ..Spent::default() };
    let ended = pilot(&desk, |_| panic!("not to be asked")).work(job(1)).await;
    let reason = "the AI's budget of tokens for this day is used up: 50000000 of 50000000";
    assert_eq!(ended, Ended::HandedOff(reason.into()));
    let run = desk.runs.lock().unwrap().remove(0);
    assert_eq!((run.code, &*run.answerer), (Some(HandOffCode::Budget), ""));
}

#[tokio::test]
async fn a_person_who_takes_over_stops_the_tools_that_change_something() {
    let desk = desk();
    let second = Arc::clone(&desk);
    let pilot = noting(&desk, move |notes| {
        second.mail_comes(2, "Never mind.");
        Box::pin(async move {
            let refused = notes.calling("refund", &serde_json::json!({})).await.unwrap_err();
            Thought::hand_off(refused.to_string())
        })
    });
    assert_eq!(pilot.work(job(1)).await, Ended::Stale);
    let run = desk.runs.lock().unwrap().remove(0);
    assert!(run.tool_calls.is_empty() && run.reason.contains("a person took over"), "{run:?}");
}

#[tokio::test]
async fn an_attempt_that_called_a_tool_and_never_ended_is_not_repeated() {
    for outcome in ["", "done"] {
        let desk = desk();
        desk.fails_to_send.store(true, Ordering::Release);
        let calls = noting(&desk, move |notes| {
            Box::pin(async move {
                let arguments = serde_json::json!({"order": 7});
                notes.calling("refund", &arguments).await.unwrap();
                let (name, class, result) = ("refund".to_owned(), ToolClass::Write, String::new());
                if !outcome.is_empty() {
                    notes.called(ToolCall { name, class, arguments, result, millis: 1, outcome: outcome.into() });
                }
                Thought::Answer(answer(WORDS, WORDS))
            })
        });
        let ended = calls.work(job(1)).await;
        let kept = desk.noted.lock().unwrap().last().unwrap().clone();
        assert!(kept.tool_calls[0].is_in_doubt(), "the journal has it before it is made");
        if outcome.is_empty() {
            // Not even an answer makes up for a call of which nobody knows.
            assert!(matches!(ended, Ended::HandedOff(reason) if reason.contains("`refund`")));
            continue;
        }
        assert!(matches!(ended, Ended::Deferred(_)));
        let failed = desk.runs.lock().unwrap().remove(0);
        assert_eq!((failed.decision, &*failed.tool_calls[0].outcome), (RunDecision::Deferred, "done"));
        desk.case.lock().unwrap().earlier = vec![failed];
        let again = pilot(&desk, |_| panic!("not to be asked")).work(job(2)).await;
        assert!(matches!(again, Ended::HandedOff(reason) if reason.contains("called `refund`")));
    }
}
