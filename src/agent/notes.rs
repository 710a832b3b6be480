//! What happens while one run thinks, written down as it happens: whole also when the thought timed out or broke.
//!
//! Whoever thinks notes what it was shown, asked and called. It can only add. What came of the run is decided elsewhere, and
//! both go into the journal with the letter or the hand-off, in one record (`store::RunRow`).
//!
//! A tool that changes something is different: [`Notes::calling`] writes into the journal that it is about to be called, and
//! is waited for before anything leaves. So no crash forgets such a call, and none is made a second time by an attempt that
//! follows one whose answer never left.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use serde_json::Value;

use super::{budgets::Left, knowledge::Passage, prompts::Text};
use crate::{
    config::ModelServer,
    store::{ModelCallRow, PassageRow, RunDecision, RunRow, ToolCallRow, ToolClass, WantedCall},
    types::Millis,
};

/// Passages, and calls of each kind, that are kept of one run. Tokens and costs of what is more are counted all the same.
pub const KEPT_MAX: usize = 64;

/// Octets of a passage's text that are kept.
const EXCERPT_OCTETS: usize = 400;

/// Octets of a tool's arguments, and of its result, that are kept.
const CALL_OCTETS: usize = 4000;

/// Octets of a name, a heading or an outcome.
const WORDS_OCTETS: usize = 500;

/// One request to a model, as it ended.
#[derive(Debug, Clone, Default)]
pub struct ModelCall {
    /// Whose model, for OpenTelemetry's `gen_ai.provider.name`: `openai`, or the host of the server.
    pub provider: String,
    /// Which was asked for: the price table knows it by this name.
    pub model: String,
    /// What was sent, as it left: with its masks on. Kept as a hash, and as text only where `keep_prompts_days` says so.
    pub prompt: String,
    /// What came back. Kept with the prompt or not at all.
    pub answer: String,
    /// Tokens of the prompt, as the server counted them; 0 when it did not say.
    pub tokens_in: u64,
    /// Tokens of the answer.
    pub tokens_out: u64,
    /// How long it took.
    pub millis: u64,
    /// How it ended, in words without anything of the letters: `answered`, `429, asked to come back in 3 s`.
    pub outcome: String,
}

/// One call of a tool, as it ended.
#[derive(Debug, Clone)]
pub struct ToolCall {
    /// Which.
    pub name: String,
    /// Whether it changes anything.
    pub class: ToolClass,
    /// What it was given.
    pub arguments: Value,
    /// What came back, as whoever thinks was shown it.
    pub result: String,
    /// How long it took.
    pub millis: u64,
    /// How it ended, in words, never empty: `done`, `refused: …`.
    pub outcome: String,
}

/// Why a tool that changes something is not called now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAgain {
    /// The same was called with the same arguments by an attempt whose answer never left.
    #[error("it was done before, with this result: {0}")]
    Done(String),
    /// This run called it and does not know what came of it.
    #[error("it was called before, and nobody knows what came of it")]
    InDoubt,
    /// The run is over: its time is up.
    #[error("the run is over")]
    Over,
    /// Enough for one run.
    #[error("more than {KEPT_MAX} calls in one run")]
    TooMany,
    /// That it is called could not be made durable; then it is not.
    #[error("it could not be written down: {0}")]
    NotKept(String),
}

/// What was noted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Noted {
    /// Shown passages, the first [`KEPT_MAX`].
    pub passages: Vec<PassageRow>,
    /// Requests to models, the first [`KEPT_MAX`].
    pub model_calls: Vec<ModelCallRow>,
    /// Calls of tools, the first [`KEPT_MAX`].
    pub tool_calls: Vec<ToolCallRow>,
    /// Tokens sent, of all requests.
    pub tokens_in: u64,
    /// Tokens that came back, of all requests.
    pub tokens_out: u64,
    /// What all of them cost by the price table, in millionths of the currency unit.
    pub cost_millionths: u64,
    /// The topic.
    pub topic: Option<String>,
    /// The tags that it gives, each once.
    pub tags: Vec<String>,
    /// The call that a person must let run: the run ends with it.
    pub wanted: Option<WantedCall>,
    pub(super) is_over: bool,
}

/// A call that a person let run, and what it gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Which tool.
    pub tool: String,
    /// What it was given, JSON.
    pub arguments: String,
    /// What came back; `None` when it was done and there is nothing to quote.
    pub passage: Option<Passage>,
}

/// Makes what was noted durable, before a tool changes something.
pub trait Ledger: Send + Sync + 'static {
    /// Writes what was noted so far. In words why not, when it could not.
    fn keep(&self, noted: Noted) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;
}

/// The notes of one run. See the module.
#[derive(Default)]
pub struct Notes {
    noted: Mutex<Noted>,
    ledger: Option<Arc<dyn Ledger>>,
    /// Calls that changed something in attempts whose answer never left.
    earlier: Vec<ToolCallRow>,
    prices: Arc<[ModelServer]>,
    left: Left,
    /// Where the administrator wants them.
    texts: Option<Mutex<Vec<Text>>>,
    given: OnceLock<Given>,
}

impl Notes {
    /// Notes that end with whoever reads them: a rehearsal, a test.
    pub fn unkept() -> Self {
        Self::default()
    }

    /// Notes of a run in the journal, behind earlier ones whose answer never left.
    pub fn kept(ledger: Arc<dyn Ledger>, earlier: Vec<ToolCallRow>) -> Self {
        Self { ledger: Some(ledger), earlier, ..Self::default() }
    }

    /// What each model costs, and how much of it there is for this run.
    pub fn with_budget(self, prices: Arc<[ModelServer]>, left: Left) -> Self {
        Self { prices, left, ..self }
    }

    /// The texts of prompts are kept as well, when `are_kept`.
    pub fn with_texts(self, are_kept: bool) -> Self {
        Self { texts: are_kept.then(Mutex::default), ..self }
    }

    /// A passage was found and is shown to whoever thinks.
    pub fn passage(&self, passage: &Passage) {
        let row = PassageRow {
            file: cut(&passage.file, WORDS_OCTETS),
            heading: cut(&passage.heading, WORDS_OCTETS),
            excerpt: cut(&passage.text, EXCERPT_OCTETS),
            blake3: hash(&passage.text),
            score_thousandths: (f64::from(passage.score) * 1000.0).round() as i64,
            support_percent: passage.support_percent,
        };
        let mut noted = self.noted();
        // Two questions may find the same one: its better reading counts.
        match noted.passages.iter_mut().find(|known| known.file == row.file && known.blake3 == row.blake3) {
            Some(known) if known.support_percent >= row.support_percent => {}
            Some(known) => *known = row,
            None => push(&mut noted.passages, row),
        }
    }

    /// A model was asked, whatever came of it.
    pub fn asked(&self, call: ModelCall) {
        let price = self.prices.iter().find(|server| server.name == call.model);
        let cost_millionths = price.map(|server| server.cost_millionths(call.tokens_in, call.tokens_out));
        let mut noted = self.noted();
        noted.tokens_in = noted.tokens_in.saturating_add(call.tokens_in);
        noted.tokens_out = noted.tokens_out.saturating_add(call.tokens_out);
        noted.cost_millionths = noted.cost_millionths.saturating_add(cost_millionths.unwrap_or(0));
        let row = ModelCallRow {
            provider: cut(&call.provider, WORDS_OCTETS),
            model: cut(&call.model, WORDS_OCTETS),
            prompt_blake3: hash(&call.prompt),
            tokens_in: call.tokens_in,
            tokens_out: call.tokens_out,
            cost_millionths,
            millis: call.millis,
            outcome: cut(&call.outcome, WORDS_OCTETS),
        };
        if let Some(texts) = &self.texts {
            let blake3 = row.prompt_blake3.clone();
            let text = Text { blake3, model: call.model, prompt: call.prompt, answer: call.answer };
            push(&mut texts.lock().unwrap_or_else(PoisonError::into_inner), text);
        }
        push(&mut noted.model_calls, row);
    }

    /// A tool that changes something is about to be called. Wait for this, and call it only after `Ok`: then the journal
    /// says so. [`Notes::called`] with the same name and arguments says what came of it.
    ///
    /// # Errors
    /// See [`NotAgain`]. [`NotAgain::Done`] carries what it gave before, which is as good as calling it.
    pub async fn calling(&self, name: &str, arguments: &Value) -> Result<(), NotAgain> {
        let row = row_of(name, ToolClass::Write, arguments);
        if let Some(done) = self.earlier.iter().find(|call| is_same(call, &row)) {
            return Err(NotAgain::Done(done.result.clone()));
        }
        let so_far = {
            let mut noted = self.noted();
            if noted.is_over {
                return Err(NotAgain::Over);
            }
            if noted.tool_calls.iter().any(|call| is_same(call, &row) && call.is_in_doubt()) {
                return Err(NotAgain::InDoubt);
            }
            if noted.tool_calls.len() >= KEPT_MAX {
                return Err(NotAgain::TooMany);
            }
            noted.tool_calls.push(row.clone());
            noted.clone()
        };
        let Some(ledger) = &self.ledger else { return Ok(()) };
        let kept = ledger.keep(so_far).await.map_err(NotAgain::NotKept);
        if kept.is_err() {
            self.noted().tool_calls.retain(|call| !(is_same(call, &row) && call.is_under_way()));
        }
        // The journal may have been slow, and the run's time up meanwhile: then the answer would never leave.
        if self.noted().is_over { Err(NotAgain::Over) } else { kept }
    }

    /// A tool was called.
    pub fn called(&self, call: ToolCall) {
        let mut row = row_of(&call.name, call.class, &call.arguments);
        row.result = cut(&call.result, CALL_OCTETS);
        row.millis = call.millis;
        row.outcome = cut(&call.outcome, WORDS_OCTETS);
        let mut noted = self.noted();
        let begun = noted.tool_calls.iter_mut().find(|begun| is_same(begun, &row) && begun.is_under_way());
        match begun {
            Some(begun) => *begun = row,
            None => push(&mut noted.tool_calls, row),
        }
    }

    /// A person must let this call run.
    pub fn wants(&self, call: WantedCall) {
        self.noted().wanted = Some(call);
    }

    /// A person let this call run, and it was made, before anybody thinks.
    pub fn give(&self, given: Given) {
        // One run makes one such call.
        let _ = self.given.set(given);
    }

    /// What was given to whoever thinks.
    pub fn given(&self) -> Option<&Given> {
        self.given.get()
    }

    /// The conversation was found to be about this.
    pub fn topic(&self, topic: &str) {
        self.noted().topic = Some(cut(topic, WORDS_OCTETS));
    }

    /// The conversation gets this tag with what comes of the run.
    pub fn tagged(&self, tag: &str) {
        let mut noted = self.noted();
        if !noted.tags.iter().any(|known| known == tag) {
            push(&mut noted.tags, tag.to_owned());
        }
    }

    /// Calls that changed something in attempts whose answer never left: whoever thinks should know of them.
    pub fn earlier(&self) -> &[ToolCallRow] {
        &self.earlier
    }

    /// Whether a model may be asked (again). Ask before each request: `false` means that a budget is used up, and that it is for
    /// people now.
    pub fn may_ask(&self) -> bool {
        self.left.allows(&self.noted())
    }

    /// What was noted so far.
    pub fn so_far(&self) -> Noted {
        self.noted().clone()
    }

    /// The texts, when they are kept. Once.
    pub(super) fn take_texts(&self) -> Vec<Text> {
        let texts = self.texts.as_ref().map(|texts| texts.lock().unwrap_or_else(PoisonError::into_inner));
        texts.map(|mut texts| std::mem::take(&mut *texts)).unwrap_or_default()
    }

    /// The run is over: nothing is called any more, and this is what was noted.
    pub fn end(&self) -> Noted {
        let mut noted = self.noted();
        noted.is_over = true;
        noted.clone()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    /// The run with everything that was noted, as it stands at that moment.
    pub fn onto(self, run: RunRow, now: Millis) -> RunRow {
        RunRow {
            millis: now.since(run.started).as_millis() as u64,
            passages: self.passages,
            model_calls: self.model_calls,
            tool_calls: self.tool_calls,
            tokens_in: self.tokens_in,
            tokens_out: self.tokens_out,
            cost_millionths: self.cost_millionths,
            topic: self.topic,
            tags: self.tags,
            ..run
        }
    }
}

/// Why nobody thinks again about a conversation: an attempt that never ended called a tool that changes something. It may have
/// been done, its words are lost, and doing it twice is worse than asking a person.
pub fn doubt(earlier: &[RunRow]) -> Option<String> {
    earlier.iter().find_map(|run| {
        let counts: fn(&ToolCallRow) -> bool = match run.decision {
            RunDecision::Interrupted | RunDecision::Deferred | RunDecision::Begun => ToolCallRow::may_have_changed,
            RunDecision::Stale | RunDecision::AskedCode => ToolCallRow::is_in_doubt,
            RunDecision::Sent | RunDecision::Drafted | RunDecision::HandedOff | RunDecision::Rested => return None,
        };
        let call = run.tool_calls.iter().find(|call| counts(call))?;
        let known = if call.is_in_doubt() { "nobody knows what came of it" } else { "it was done" };
        Some(format!("an earlier attempt called `{}` and did not end; {known}", call.name))
    })
}

/// What attempts whose answer never left have done already.
pub fn done_before(earlier: &[RunRow]) -> Vec<ToolCallRow> {
    let calls = earlier.iter().flat_map(|run| &run.tool_calls);
    calls.filter(|call| call.may_have_changed() && !call.is_in_doubt()).cloned().collect()
}

fn row_of(name: &str, class: ToolClass, arguments: &Value) -> ToolCallRow {
    // Keys stand in order in serde_json's maps, so that the same arguments are the same text.
    let text = arguments.to_string();
    ToolCallRow {
        name: cut(name, WORDS_OCTETS),
        class,
        arguments_blake3: hash(&text),
        arguments: cut(&text, CALL_OCTETS),
        result: String::new(),
        millis: 0,
        outcome: String::new(),
    }
}

fn is_same(one: &ToolCallRow, other: &ToolCallRow) -> bool {
    one.name == other.name && one.arguments_blake3 == other.arguments_blake3
}

fn push<T>(rows: &mut Vec<T>, row: T) {
    if rows.len() < KEPT_MAX {
        rows.push(row);
    }
}

fn hash(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

fn cut(text: &str, octets: usize) -> String {
    text[..text.floor_char_boundary(octets)].to_owned()
}

#[cfg(test)]
#[path = "notes_tests.rs"]
mod tests;
