//! What the AI did over a conversation, for people: each run as its row and in lines of words.

use serde::Serialize;
use utoipa::ToSchema;

use super::view::moment;
use crate::{
    store::{ModelCallRow, PassageRow, RunDecision, RunRow, Store, StoreError, ToolCallRow, ToolClass},
    types::ConversationId,
};

/// Runs that a conversation shows.
const RUNS_MAX: usize = 50;

/// One run.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunView {
    /// Its row.
    #[serde(flatten)]
    pub row: RunRow,
    /// The same in words, one thing a line.
    pub told: Vec<String>,
}

/// The newest runs over a conversation, oldest first.
pub(super) fn of(store: &Store, conversation: ConversationId) -> Result<Vec<RunView>, StoreError> {
    let mut rows = store.runs(conversation, RUNS_MAX)?;
    rows.reverse();
    Ok(rows.into_iter().map(|row| RunView { told: told(&row), row }).collect())
}

/// A run in words.
pub(super) fn told(run: &RunRow) -> Vec<String> {
    let who = if run.answerer.is_empty() { "nobody was asked to think" } else { &*run.answerer };
    let millis = run.millis;
    let mut lines = vec![format!(
        "run {} at {}, attempt {}: {who}; {} after {millis} ms",
        run.id,
        moment(run.started),
        run.attempt,
        came_to(run.decision)
    )];
    if !run.let_run_by.is_empty() {
        lines.push(format!("{} let a call run, for which it was taken up", run.let_run_by));
    }
    lines.extend(run.topic.iter().map(|topic| format!("topic: {topic}")));
    lines.extend(run.passages.iter().map(passage));
    lines.extend(run.model_calls.iter().map(model_call));
    lines.extend(run.tool_calls.iter().map(tool_call));
    if run.tokens_in + run.tokens_out > 0 {
        let (sent, back, cost) = (run.tokens_in, run.tokens_out, money(run.cost_millionths));
        lines.push(format!("in all: {sent} tokens sent, {back} came back, for {cost}"));
    }
    if !run.reason.is_empty() {
        let code = run.code.map_or(String::new(), |code| format!(" ({})", code.word()));
        lines.push(format!("because{code}: {}", run.reason));
    }
    lines
}

/// What came of a run, in a few words.
pub(super) fn came_to(decision: RunDecision) -> &'static str {
    match decision {
        RunDecision::Begun => "under way",
        RunDecision::Sent => "answered",
        RunDecision::Drafted => "left a draft",
        RunDecision::HandedOff => "handed over",
        RunDecision::Rested => "found nothing to do",
        RunDecision::Stale => "came too late",
        RunDecision::Deferred => "failed",
        RunDecision::Interrupted => "interrupted",
        RunDecision::AskedCode => "asked for a one-time code",
    }
}

fn passage(row: &PassageRow) -> String {
    let PassageRow { file, heading, support_percent, .. } = row;
    let sign = if row.score_thousandths < 0 { "-" } else { "" };
    let score = row.score_thousandths.unsigned_abs();
    let (whole, rest) = (score / 1000, score % 1000);
    format!("shown: “{heading}” of {file}, score {sign}{whole}.{rest:03}, support {support_percent} %: {}", row.excerpt)
}

fn model_call(row: &ModelCallRow) -> String {
    let ModelCallRow { provider, model, tokens_in, tokens_out, millis, outcome, prompt_blake3, .. } = row;
    let cost = row.cost_millionths.map_or("no price".to_owned(), money);
    format!(
        "asked {model} of {provider}: {outcome}, after {millis} ms; {tokens_in} tokens sent, {tokens_out} came back, {cost}; \
         BLAKE3 of the prompt {prompt_blake3}"
    )
}

fn tool_call(row: &ToolCallRow) -> String {
    let class = match row.class {
        ToolClass::Read => "looks",
        ToolClass::Write => "changes something",
    };
    let outcome = if row.outcome.is_empty() { "nobody knows what came of it" } else { &*row.outcome };
    let result = if row.result.is_empty() { String::new() } else { format!(": {}", row.result) };
    let ToolCallRow { name, arguments, millis, .. } = row;
    format!("called `{name}` ({class}) with {arguments}: {outcome}, after {millis} ms{result}")
}

/// Millionths of the currency unit as people write them.
fn money(millionths: u64) -> String {
    format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Address, HandOffCode, Millis, RunId};

    #[test]
    fn a_run_tells_what_was_shown_asked_called_and_why() {
        let run = RunRow {
            id: RunId(1),
            conversation: ConversationId(7),
            contact: Address::parse("ada@customer.example").unwrap(),
            generation: 1,
            attempt: 2,
            answerer: "model".into(),
            started: Millis(0),
            millis: 1500,
            passages: vec![PassageRow {
                file: "shipping.md".into(),
                heading: "Shipping times".into(),
                excerpt: "Two days".into(),
                blake3: "00".into(),
                score_thousandths: 7250,
                support_percent: 83,
            }],
            model_calls: vec![ModelCallRow {
                provider: "models.example".into(),
                model: "small".into(),
                prompt_blake3: "ab".into(),
                tokens_in: 700,
                tokens_out: 90,
                cost_millionths: Some(159),
                millis: 900,
                outcome: "answered".into(),
            }],
            tool_calls: vec![ToolCallRow {
                name: "refund".into(),
                class: ToolClass::Write,
                arguments: "{\"order\":7}".into(),
                arguments_blake3: "cd".into(),
                result: String::new(),
                millis: 30,
                outcome: String::new(),
            }],
            tokens_in: 700,
            tokens_out: 90,
            cost_millionths: 159,
            topic: Some("Refunds".into()),
            tags: Vec::new(),
            let_run_by: String::new(),
            decision: RunDecision::HandedOff,
            code: Some(HandOffCode::Budget),
            reason: "it is for a person".into(),
        };
        let told = told(&run);
        for words in [
            "attempt 2: model; handed over after 1500 ms",
            "topic: Refunds",
            "shown: “Shipping times” of shipping.md, score 7.250, support 83 %: Two days",
            "asked small of models.example: answered, after 900 ms; 700 tokens sent, 90 came back, 0.000159; BLAKE3 of the prompt ab",
            "called `refund` (changes something) with {\"order\":7}: nobody knows what came of it, after 30 ms",
            "in all: 700 tokens sent, 90 came back, for 0.000159",
            "because (budget): it is for a person",
        ] {
            assert!(told.iter().any(|line| line.contains(words)), "{words}\n{told:#?}");
        }
    }
}
