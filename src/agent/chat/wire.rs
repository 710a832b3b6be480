//! The requests and responses of OpenAI's chat completions, as JSON. Pure.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::agent::tools::Offer;

/// Calls of tools that one response may ask for; what is more is not run.
pub(super) const CALLS_MAX: usize = 4;

/// Octets of the id, the name and the arguments of one call.
const ID_OCTETS_MAX: usize = 200;
const ARGUMENTS_OCTETS_MAX: usize = 16 * 1024;

/// Octets of a word by which a server says what is wrong.
const CODE_OCTETS_MAX: usize = 64;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// Ours.
    System(String),
    /// What it is to work on.
    User(String),
    /// What it said.
    Assistant { content: String, calls: Vec<Call> },
    /// What a call gave.
    Tool { id: String, content: String },
}

impl Message {
    fn json(&self) -> Value {
        match self {
            Self::System(content) => json!({"role": "system", "content": content}),
            Self::User(content) => json!({"role": "user", "content": content}),
            Self::Assistant { content, calls } if calls.is_empty() => json!({"role": "assistant", "content": content}),
            Self::Assistant { content, calls } => {
                let content = (!content.is_empty()).then_some(content);
                let calls: Vec<Value> = calls.iter().map(Call::json).collect();
                json!({"role": "assistant", "content": content, "tool_calls": calls})
            }
            Self::Tool { id, content } => json!({"role": "tool", "tool_call_id": id, "content": content}),
        }
    }

    /// Its text.
    pub(super) fn content(&self) -> &str {
        match self {
            Self::System(content) | Self::User(content) => content,
            Self::Assistant { content, .. } | Self::Tool { content, .. } => content,
        }
    }
}

/// A call of a tool that the model wishes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Call {
    pub(super) id: String,
    pub(super) function: Function,
}

/// Which tool, with what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Function {
    pub(super) name: String,
    /// JSON as text, as the model wrote it.
    pub(super) arguments: String,
}

impl Call {
    fn json(&self) -> Value {
        let function = json!({"name": self.function.name, "arguments": self.function.arguments});
        json!({"id": self.id, "type": "function", "function": function})
    }

    fn is_bounded(&self) -> bool {
        self.id.len() <= ID_OCTETS_MAX
            && self.function.name.len() <= ID_OCTETS_MAX
            && self.function.arguments.len() <= ARGUMENTS_OCTETS_MAX
    }
}

/// The shape of what is to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Paragraphs with their sources, or a hand-off.
    Answer,
    /// Names of topics.
    Topics,
}

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'a> {
    pub(super) messages: &'a [Message],
    /// None when tools are not to be called any more.
    pub(super) offers: &'a [Offer],
    /// What is to come back.
    pub(super) shape: Shape,
    pub(super) output_tokens_max: u32,
    pub(super) temperature: f64,
}

/// How a server is told the shape of what is to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Format {
    /// As OpenAI does it.
    #[default]
    JsonSchema,
    /// As llama.cpp's servers did first: the schema beside `json_object`, where who does not know it passes it over.
    JsonObject,
    /// In the prompt only.
    Unsaid,
}

impl Format {
    /// What to try with a server that complains about this one.
    fn next(self) -> Self {
        match self {
            Self::JsonSchema => Self::JsonObject,
            Self::JsonObject | Self::Unsaid => Self::Unsaid,
        }
    }

    fn json(self, shape: Shape) -> Option<Value> {
        let (name, schema) = match shape {
            Shape::Answer => ("answer", answer_schema()),
            Shape::Topics => ("topics", topics_schema()),
        };
        match self {
            Self::JsonSchema => {
                Some(json!({"type": "json_schema", "json_schema": {"name": name, "strict": true, "schema": schema}}))
            }
            Self::JsonObject => Some(json!({"type": "json_object", "schema": schema})),
            Self::Unsaid => None,
        }
    }
}

/// Fields that some servers do not take: each is left out, or written otherwise, after a server has complained about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LeftOut {
    pub(super) format: Format,
    pub(super) tools: bool,
    pub(super) temperature: bool,
    /// Then it is called `max_completion_tokens`.
    pub(super) max_tokens: bool,
}

impl LeftOut {
    /// The same and what a complaint speaks of; `None` when there is nothing more to leave out of this wish.
    pub(super) fn after(self, complaint: &str, wish: &Wish<'_>) -> Option<Self> {
        let says = |word: &str| complaint.contains(word);
        let mut next = self;
        // In this order: a complaint about `max_tokens` that it should have another name speaks of no tool.
        if says("response_format") || says("json_schema") || says("grammar") {
            next.format = self.format.next();
        } else if says("max_tokens") || says("max_completion_tokens") {
            next.max_tokens = true;
        } else if says("temperature") {
            next.temperature = true;
        } else if says("tool") && !wish.offers.is_empty() {
            next.tools = true;
        }
        (next != self).then_some(next)
    }
}

/// The body of a request.
pub(super) fn request(model: &str, wish: &Wish<'_>, left_out: LeftOut) -> Value {
    let messages: Vec<Value> = wish.messages.iter().map(Message::json).collect();
    let mut body = json!({"model": model, "messages": messages, "stream": false});
    let limit = if left_out.max_tokens { "max_completion_tokens" } else { "max_tokens" };
    body[limit] = json!(wish.output_tokens_max);
    if !left_out.temperature {
        body["temperature"] = json!(wish.temperature);
    }
    if let Some(format) = left_out.format.json(wish.shape) {
        body["response_format"] = format;
    }
    if !left_out.tools && !wish.offers.is_empty() {
        let function = |offer: &Offer| {
            let Offer { name, description, parameters } = offer;
            json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters}})
        };
        body["tools"] = wish.offers.iter().map(function).collect();
    }
    body
}

/// Every property of both is required, as strict servers ask for.
fn topics_schema() -> Value {
    json!({
        "type": "object",
        "properties": {"topics": {"type": "array", "items": {"type": "string"}}},
        "required": ["topics"],
        "additionalProperties": false
    })
}

fn answer_schema() -> Value {
    let paragraph = json!({
        "type": "object",
        "properties": {"markdown": {"type": "string"}, "source": {"type": ["string", "null"]}},
        "required": ["markdown", "source"],
        "additionalProperties": false
    });
    json!({
        "type": "object",
        "properties": {"paragraphs": {"type": "array", "items": paragraph}, "hand_off": {"type": ["string", "null"]}},
        "required": ["paragraphs", "hand_off"],
        "additionalProperties": false
    })
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Reply {
    pub(super) content: String,
    pub(super) calls: Vec<Call>,
    /// Whether it ran into `output_tokens_max`.
    pub(super) is_cut: bool,
    /// Whether the server or the model would not say it.
    pub(super) is_withheld: bool,
    pub(super) tokens: Tokens,
}

/// As the server counted them; 0 when it did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(default)]
pub(super) struct Tokens {
    #[serde(rename = "prompt_tokens")]
    pub(super) input: u64,
    #[serde(rename = "completion_tokens")]
    pub(super) output: u64,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Choice {
    message: Said,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    content: Option<String>,
    tool_calls: Option<Vec<Call>>,
    refusal: Option<String>,
}

/// Reads a response.
///
/// # Errors
/// What is wrong with it, in words without anything of it.
pub(super) fn reply(body: &[u8]) -> Result<Reply, &'static str> {
    let value: Value = serde_json::from_slice(body).map_err(|_| "its answer is not JSON, or only half of it")?;
    let completion: Completion =
        serde_json::from_value(value).map_err(|_| "its answer is not the JSON of a chat completion")?;
    let choice = completion.choices.into_iter().next().ok_or("its answer has no choices")?;
    let Said { content, tool_calls, refusal } = choice.message;
    let mut calls = tool_calls.unwrap_or_default();
    if !calls.iter().all(Call::is_bounded) {
        return Err("it asks for a tool at too great a length");
    }
    calls.truncate(CALLS_MAX);
    let finish = choice.finish_reason.unwrap_or_default();
    Ok(Reply {
        content: content.unwrap_or_default(),
        calls,
        is_cut: finish == "length",
        is_withheld: finish == "content_filter" || refusal.is_some_and(|words| !words.is_empty()),
        tokens: completion.usage.unwrap_or_default(),
    })
}

/// What a server says is wrong.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    /// Its words, lower case, to be searched and never shown: they may repeat what it was sent.
    pub(super) words: String,
    /// One word that says what, such as `model_not_found`.
    pub(super) code: Option<String>,
}

/// Reads the body of a response that is no success.
pub(super) fn complaint(body: &[u8]) -> Complaint {
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return Complaint::default() };
    let error = value.get("error").unwrap_or(&value);
    let text = |key: &str| error.get(key).and_then(Value::as_str);
    let code = ["code", "type"].into_iter().filter_map(text).find(|code| is_code(code)).map(str::to_owned);
    let mut words: Vec<&str> = ["message", "param", "code", "detail"].into_iter().filter_map(text).collect();
    words.extend(error.as_str());
    // FastAPI names the field in `loc` and repeats in `input` what it was sent, which is not read.
    for detail in error.get("detail").and_then(Value::as_array).into_iter().flatten() {
        words.extend(detail.get("msg").and_then(Value::as_str));
        words.extend(detail.get("loc").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str));
    }
    Complaint { words: words.join(" ").to_lowercase(), code }
}

fn is_code(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
    plain && !text.is_empty() && text.len() <= CODE_OCTETS_MAX
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
