//! Runs over every journal: each stands once, is added up once, and outlives the index.

use std::time::Duration;

use super::{
    testing::{Bed, LEASE, NOW, address, answering, claim_late, conversation_of, end, file, letter, mail},
    *,
};
use crate::types::{Approval, HandOffCode, RunId};

const ADA: &str = "ada@customer.example";

/// A run over a conversation: 100 tokens for 30 millionths.
pub(super) fn run(id: u64, conversation: ConversationId, generation: u64, decision: RunDecision) -> RunRow {
    RunRow {
        id: RunId(id),
        conversation,
        contact: address(ADA),
        generation,
        attempt: 1,
        answerer: "model".into(),
        started: NOW,
        millis: 40,
        passages: Vec::new(),
        model_calls: Vec::new(),
        tool_calls: Vec::new(),
        tokens_in: 90,
        tokens_out: 10,
        cost_millionths: 30,
        topic: None,
        tags: Vec::new(),
        let_run_by: String::new(),
        decision,
        code: None,
        reason: String::new(),
    }
}

fn of_runs(runs: u64) -> Spent {
    Spent { runs, tokens: runs * 100, cost_millionths: runs * 30 }
}

async fn opened(store: &Store) -> ConversationId {
    store.accept(mail(1, ADA), file).await.unwrap();
    conversation_of(store, 1)
}

#[tokio::test]
async fn a_run_is_kept_with_its_letter_and_added_up_once() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = opened(&store).await;
        claim_late(&store, JobKind::Answer).await;
        assert_eq!(store.note_run(run(5, id, 1, RunDecision::Begun)).await.unwrap(), Written::Done);
        let sent = run(5, id, 1, RunDecision::Sent);
        let reply = NewLetter { run: Some(Box::new(sent.clone())), ..letter(9, id, Approval::by_autopilot(1)) };
        assert_eq!(store.reply(reply).await.unwrap(), Written::Done);
        assert_eq!(store.runs(id, 10).unwrap(), [sent]);
        for spender in [
            Spender::Conversation(id),
            Spender::SenderOn(&address(ADA), NOW),
            Spender::DayOf(NOW),
            Spender::MonthOf(NOW),
        ] {
            assert_eq!(store.spent(spender).unwrap(), of_runs(1), "{spender:?}");
        }
        let tomorrow = NOW.plus(Duration::from_secs(86_400));
        assert_eq!(store.spent(Spender::DayOf(tomorrow)).unwrap(), Spent::default());
        assert_eq!(store.spent(Spender::SenderOn(&address("eva@customer.example"), NOW)).unwrap(), Spent::default());
        let totals = store.run_totals().unwrap();
        assert_eq!((totals.decisions, totals.tokens_in, totals.millis), ([0, 1, 0, 0, 0, 0, 0, 0, 0], 90, 40));
        assert_eq!(totals.codes.iter().sum::<u64>(), 0, "nobody had it");
        end(store, &bed).await;
    }
}

/// Because of a brake.
fn handing_over(run: RunRow) -> HandOff {
    let run = RunRow { code: Some(HandOffCode::Brake), ..run };
    HandOff {
        conversation: run.conversation,
        generation: run.generation,
        reason: "a brake".to_owned(),
        circumstances: Circumstances::default(),
        draft: None,
        acknowledgement: None,
        wanted: None,
        run: Some(Box::new(run)),
        now: NOW,
    }
}

#[tokio::test]
async fn a_run_that_hands_over_is_counted_by_why() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = opened(&store).await;
        claim_late(&store, JobKind::Answer).await;
        store.note_run(run(5, id, 1, RunDecision::Begun)).await.unwrap();
        assert_eq!(store.run_totals().unwrap().codes.iter().sum::<u64>(), 0, "nobody has it yet");
        let given = handing_over(run(5, id, 1, RunDecision::HandedOff));
        assert_eq!(store.hand_off(given).await.unwrap(), Written::Done);
        let counted =
            HandOffCode::ALL.into_iter().zip(store.run_totals().unwrap().codes).filter(|(_, count)| *count > 0);
        assert_eq!(counted.collect::<Vec<_>>(), [(HandOffCode::Brake, 1)]);
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn what_came_too_late_is_kept_as_a_stale_run_and_nothing_else() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = opened(&store).await;
        store.accept(answering(mail(2, ADA), id), file).await.unwrap();
        assert_eq!(store.note_run(run(4, id, 1, RunDecision::Begun)).await.unwrap(), Written::Stale);
        assert_eq!(store.runs(id, 10).unwrap(), [], "a run may not begin for what is over");
        let run = |n, decision| Some(Box::new(run(n, id, 1, decision)));
        let late = NewLetter { run: run(5, RunDecision::Sent), ..letter(9, id, Approval::by_autopilot(1)) };
        assert_eq!(store.reply(late).await.unwrap(), Written::Stale);
        let given = handing_over(*run(6, RunDecision::HandedOff).unwrap());
        assert_eq!(store.hand_off(given).await.unwrap(), Written::Stale);
        let ends: Vec<_> = store.runs(id, 10).unwrap().iter().map(|run| (run.decision, run.code)).collect();
        assert_eq!(ends, [(RunDecision::Stale, None); 2], "and was handed to nobody");
        assert_eq!((store.counts().unwrap().letters, store.spent(Spender::DayOf(NOW)).unwrap()), (0, of_runs(2)));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn a_run_that_nobody_ended_is_interrupted_when_the_work_is_taken_up() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = opened(&store).await;
        claim_late(&store, JobKind::Answer).await;
        store.note_run(run(5, id, 1, RunDecision::Begun)).await.unwrap();
        // As after a crash: nobody has the job, and everybody who had one is gone.
        assert_eq!(store.free_claims(NOW).await.unwrap(), 1);
        let of_before = store.run(RunId(5)).unwrap().unwrap();
        assert_eq!((of_before.decision, of_before.tokens_in), (RunDecision::Interrupted, 90));
        // As where a lease ran out.
        store.claim(JobKind::Answer, NOW, LEASE).await.unwrap().unwrap();
        store.note_run(run(6, id, 1, RunDecision::Begun)).await.unwrap();
        claim_late(&store, JobKind::Answer).await;
        assert_eq!(store.run(RunId(6)).unwrap().unwrap().decision, RunDecision::Interrupted);
        assert_eq!(store.spent(Spender::Conversation(id)).unwrap(), of_runs(2));
        end(store, &bed).await;
    }
}

#[tokio::test]
async fn an_attempt_that_failed_and_one_that_found_nothing_are_kept() {
    for bed in Bed::all() {
        let store = bed.open();
        let id = opened(&store).await;
        let job = claim_late(&store, JobKind::Answer).await.id;
        let failed = Box::new(run(5, id, 1, RunDecision::Deferred));
        store.defer_run(job, NOW, "the model is away", Some(failed)).await.unwrap();
        store.claim(JobKind::Answer, NOW, LEASE).await.unwrap().unwrap();
        let nobody_asked = RunRow {
            answerer: String::new(),
            tokens_in: 0,
            tokens_out: 0,
            cost_millionths: 0,
            ..run(6, id, 1, RunDecision::Rested)
        };
        store.rest(job, Some(Box::new(nobody_asked))).await.unwrap();
        let decisions: Vec<RunDecision> = store.runs(id, 10).unwrap().iter().map(|run| run.decision).collect();
        assert_eq!(decisions, [RunDecision::Rested, RunDecision::Deferred], "newest first");
        assert_eq!(store.spent(Spender::DayOf(NOW)).unwrap(), of_runs(1), "who was not asked costs nothing");
        assert_eq!(store.work_left().unwrap(), 0);
        end(store, &bed).await;
    }
}
