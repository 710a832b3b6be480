//! The rows of runs: what the AI was shown, asked, called and decided, once for each time that it took up a conversation.

use serde::{Deserialize, Serialize};

pub use crate::config::ToolClass;

use crate::types::{Address, ConversationId, HandOffCode, Millis, RunId};

/// One run of the AI: a claimed answer job, from taken up to decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct RunRow {
    /// Which.
    pub id: RunId,
    /// Whose conversation.
    pub conversation: ConversationId,
    /// Its contact then: budgets count by sender.
    pub contact: Address,
    /// The generation that was read.
    pub generation: u64,
    /// Which attempt at the job, from 1.
    pub attempt: u32,
    /// Who was asked to think: `builtin`, or a model's answerer. Empty when nobody was: a condition or a brake stood before it.
    pub answerer: String,
    /// When it began.
    pub started: Millis,
    /// How long it took.
    pub millis: u64,
    /// What was found and shown to whoever thought.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<PassageRow>,
    /// Requests to models.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub model_calls: Vec<ModelCallRow>,
    /// Calls of tools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCallRow>,
    /// Tokens that were sent, in all.
    #[serde(default)]
    pub tokens_in: u64,
    /// Tokens that came back, in all.
    #[serde(default)]
    pub tokens_out: u64,
    /// What they cost by its price, in millionths of the currency unit.
    #[serde(default)]
    pub cost_millionths: u64,
    /// The topic that the conversation was found to be about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The tags that it gave.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who let the call run for which it was taken up.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub let_run_by: String,
    /// What came of it.
    pub decision: RunDecision,
    /// What kind of reason, where people have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<HandOffCode>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunDecision {
    /// It is under way.
    Begun,
    /// A letter was written.
    Sent,
    /// A draft waits for a person.
    Drafted,
    /// People got the conversation.
    HandedOff,
    /// People had it already, or it was over.
    Rested,
    /// A newer mail came or a person took over while it thought: nothing of it was written.
    Stale,
    /// Something failed; another run followed, or will.
    Deferred,
    /// The daemon ended while it was under way.
    Interrupted,
    /// The customer was asked for a one-time code, and the answer comes after it.
    AskedCode,
}

impl RunDecision {
    /// All.
    pub const ALL: [Self; 9] = [
        Self::Begun,
        Self::Sent,
        Self::Drafted,
        Self::HandedOff,
        Self::Rested,
        Self::Stale,
        Self::Deferred,
        Self::Interrupted,
        Self::AskedCode,
    ];

    /// One word, as it stands in rows, logs and metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Sent => "sent",
            Self::Drafted => "drafted",
            Self::HandedOff => "handed_off",
            Self::Rested => "rested",
            Self::Stale => "stale",
            Self::Deferred => "deferred",
            Self::Interrupted => "interrupted",
            Self::AskedCode => "asked_code",
        }
    }
}

/// A passage that was found and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PassageRow {
    /// Where it is from: the path of a page, `tool:NAME`.
    pub file: String,
    /// Its heading.
    pub heading: String,
    /// How its text begins.
    pub excerpt: String,
    /// BLAKE3 of the whole text, 64 hexadecimal digits.
    pub blake3: String,
    /// The score of the search, in thousandths.
    pub score_thousandths: i64,
    /// How much of the question it has, 0 to 100.
    pub support_percent: u32,
}

/// One request to a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ModelCallRow {
    /// Whose model: OpenTelemetry's `gen_ai.provider.name`.
    pub provider: String,
    /// Which was asked for.
    pub model: String,
    /// BLAKE3 of the prompt as it left, 64 hexadecimal digits. Its text is kept beside the journal, if at all.
    pub prompt_blake3: String,
    /// Tokens of the prompt, as the server counted them.
    pub tokens_in: u64,
    /// Tokens of the answer.
    pub tokens_out: u64,
    /// What both cost, in millionths of the currency unit; `None` when the model has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_millionths: Option<u64>,
    /// How long it took.
    pub millis: u64,
    /// How it ended, in words.
    pub outcome: String,
}

/// One call of a tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ToolCallRow {
    /// Which.
    pub name: String,
    /// Whether it changes anything.
    pub class: ToolClass,
    /// What it was given, JSON; cut when it is long.
    pub arguments: String,
    /// BLAKE3 of all of it: by this it is known whether the same was called before.
    pub arguments_blake3: String,
    /// What came back; cut when it is long.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub result: String,
    /// How long it took.
    pub millis: u64,
    /// How it ended, in words; empty while nobody knows. They begin as [`ToolCallRow::REFUSED`] and its neighbours where it is not
    /// done.
    pub outcome: String,
}

impl ToolCallRow {
    /// How the outcome begins of a call that was not made, and will not be.
    pub const REFUSED: &str = "refused: ";

    /// Of one that was not made, or that whoever heard it did not take.
    pub const FAILED: &str = "failed: ";

    /// Of one that waits for a person.
    pub const NOT_MADE: &str = "not made: ";

    /// Of one that may have been heard, without an answer.
    pub const IN_DOUBT: &str = "in doubt: ";

    /// Whether it called this tool with these arguments.
    pub fn is_of(&self, tool: &str, arguments: &str) -> bool {
        self.name == tool && self.arguments_blake3 == blake3::hash(arguments.as_bytes()).to_hex().as_str()
    }

    /// Whether it may have changed something.
    pub fn may_have_changed(&self) -> bool {
        let nothing = [Self::REFUSED, Self::FAILED, Self::NOT_MADE];
        self.class == ToolClass::Write && !nothing.iter().any(|words| self.outcome.starts_with(words))
    }

    /// Whether it may have changed something and nobody knows.
    pub fn is_in_doubt(&self) -> bool {
        self.is_under_way() || self.class == ToolClass::Write && self.outcome.starts_with(Self::IN_DOUBT)
    }

    /// The same, and it has no end yet.
    pub fn is_under_way(&self) -> bool {
        self.class == ToolClass::Write && self.outcome.is_empty()
    }
}
