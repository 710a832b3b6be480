//! What is noted is kept, and what changes something is called once.

use serde_json::json;

use super::*;
use crate::{
    agent::{
        attempt::Attempt,
        samples::{case, passage},
    },
    types::{ConversationId, Job, JobId, JobState, RunId},
};

/// Remembers what it was given; fails when it is told to.
#[derive(Default)]
struct FakeLedger {
    kept: Mutex<Vec<Noted>>,
    full: bool,
}

impl Ledger for FakeLedger {
    fn keep(&self, noted: Noted) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>> {
        self.kept.lock().unwrap().push(noted);
        let kept = if self.full { Err("disk full".to_owned()) } else { Ok(()) };
        Box::pin(std::future::ready(kept))
    }
}

fn refund(outcome: &str) -> ToolCall {
    ToolCall {
        name: "refund".into(),
        class: ToolClass::Write,
        arguments: json!({"order": 7}),
        result: "refunded 12 EUR".into(),
        millis: 30,
        outcome: outcome.into(),
    }
}

#[tokio::test]
async fn a_call_that_changes_something_is_in_the_journal_before_it_is_made() {
    let ledger = Arc::new(FakeLedger::default());
    let notes = Notes::kept(ledger.clone(), Vec::new());
    assert_eq!(notes.calling("refund", &json!({"order": 7})).await, Ok(()));
    let kept = ledger.kept.lock().unwrap().remove(0);
    assert!(kept.tool_calls[0].is_in_doubt(), "nobody knows yet what came of it");
    notes.called(refund("done"));
    let noted = notes.so_far();
    assert_eq!((noted.tool_calls.len(), noted.tool_calls[0].is_in_doubt()), (1, false));
    assert_eq!(noted.tool_calls[0].result, "refunded 12 EUR");
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_called() {
    let notes = Notes::kept(Arc::new(FakeLedger { full: true, ..FakeLedger::default() }), Vec::new());
    let called = notes.calling("refund", &json!({"order": 7})).await;
    assert_eq!(called, Err(NotAgain::NotKept("disk full".into())));
    assert_eq!(notes.so_far().tool_calls, []);
}

#[tokio::test]
async fn what_an_earlier_attempt_did_is_not_done_again() {
    let first = Notes::unkept();
    first.called(refund("done"));
    let second = Notes::kept(Arc::new(FakeLedger::default()), first.end().tool_calls);
    let again = second.calling("refund", &json!({"order": 7})).await;
    assert_eq!(again, Err(NotAgain::Done("refunded 12 EUR".into())));
    assert_eq!(second.calling("refund", &json!({"order": 8})).await, Ok(()));
}

fn run(decision: RunDecision, outcome: &str) -> RunRow {
    let notes = Notes::unkept();
    notes.called(refund(outcome));
    let id = JobId::Answer(ConversationId(1));
    let (domain, last_words, state) = (String::new(), String::new(), JobState::Due(Millis(0)));
    let job = Job { id, conversation: ConversationId(1), state, attempts: 1, made: Millis(0), domain, last_words };
    let mut attempt = Attempt::taken_up(RunId(1), &case("Refund", "My order 7?"), &job, Millis(0));
    attempt.noted(notes.end(), Millis(0));
    *attempt.ended(decision, None, "").unwrap()
}

#[test]
fn a_call_that_waited_or_failed_was_not_done_and_leaves_no_doubt() {
    for outcome in
        ["not made: a person must let it run", "refused: the arguments are too long", "failed: it answered 422"]
    {
        let runs = [RunDecision::Stale, RunDecision::Deferred, RunDecision::Interrupted].map(|it| run(it, outcome));
        assert_eq!((done_before(&runs), doubt(&runs)), (Vec::new(), None), "{outcome}");
    }
}

#[test]
fn a_call_without_an_answer_stays_in_doubt_when_its_run_comes_too_late() {
    let runs = [run(RunDecision::Stale, "in doubt: it answered 500")];
    assert!(doubt(&runs).unwrap().ends_with("nobody knows what came of it"));
    assert_eq!(done_before(&runs), []);
    let done = [run(RunDecision::Stale, "done: it answered 200")];
    assert_eq!((done_before(&done).len(), doubt(&done)), (1, None));
}

#[tokio::test]
async fn nothing_is_called_twice_at_once_nor_after_the_end() {
    let notes = Notes::unkept();
    notes.calling("refund", &json!({"order": 7})).await.unwrap();
    assert_eq!(notes.calling("refund", &json!({"order": 7})).await, Err(NotAgain::InDoubt));
    notes.end();
    assert_eq!(notes.calling("refund", &json!({"order": 9})).await, Err(NotAgain::Over));
}

#[test]
fn all_tokens_count_also_where_the_calls_are_too_many_to_be_kept() {
    let notes = Notes::unkept();
    for _ in 0..KEPT_MAX + 3 {
        notes.asked(ModelCall { tokens_in: 10, tokens_out: 1, prompt: "secret".into(), ..ModelCall::default() });
    }
    let noted = notes.so_far();
    assert_eq!((noted.model_calls.len(), noted.tokens_in, noted.tokens_out), (KEPT_MAX, 670, 67));
    assert!(!format!("{noted:?}").contains("secret"), "a prompt is a hash here");
}

#[test]
fn a_passage_found_twice_stands_once_with_its_better_support() {
    let notes = Notes::unkept();
    for support_percent in [60, 80, 70] {
        notes.passage(&Passage { support_percent, ..passage("two working days") });
    }
    let passages = notes.so_far().passages;
    assert_eq!((passages.len(), passages[0].support_percent, passages[0].score_thousandths), (1, 80, 1000));
}

#[test]
fn long_arguments_are_cut_and_still_told_apart() {
    let (one, other) = (Notes::unkept(), Notes::unkept());
    for (notes, end) in [(&one, "a"), (&other, "b")] {
        let arguments = json!({"text": format!("{}{end}", "x".repeat(CALL_OCTETS))});
        notes.called(ToolCall { arguments, ..refund("done") });
    }
    let (one, other) = (one.so_far().tool_calls.remove(0), other.so_far().tool_calls.remove(0));
    assert_eq!((one.arguments.len(), &one.arguments), (CALL_OCTETS, &other.arguments));
    assert_ne!(one.arguments_blake3, other.arguments_blake3);
}
