//! `[model]`: the chat model that thinks, when there is one; and the one that says what texts mean.

use std::time::Duration;

use crate::types::Secret;

/// `[model]`. Without a server the built-in answerer thinks.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// `base_url`, `name` and what belongs to them; none by default.
    pub server: Option<ModelServer>,
    /// `[model.fallback]`: asked when the first one fails; none by default.
    pub fallback: Option<ModelServer>,
    /// `builtin_fallback`: the built-in answerer thinks when no model could be asked. Default false: people get the mail.
    pub builtin_fallback: bool,
    /// `timeout_secs`: one request. Default 60.
    pub timeout: Duration,
    /// `think_secs`: one whole thought, all requests, tools and pauses together. Default 120.
    pub think: Duration,
    /// `attempts_max`: requests to one server for the same thing, the first one included. Default 3.
    pub attempts_max: u32,
    /// `steps_max`: times a model is asked in one thought; each but the last may end in calls of tools. Default 6.
    pub steps_max: u32,
    /// `context_tokens_max`: what it is shown and what it writes together, by our estimate. Default 8192.
    pub context_tokens_max: u32,
    /// `output_tokens_max`: what it writes at once. Default 1024.
    pub output_tokens_max: u32,
    /// `temperature`: 0 to 2. Default 0: the same question has the same answer.
    pub temperature: f64,
    /// `rest_after_failures`: failures of one server in a row after which it is left alone. Default 5.
    pub rest_after_failures: u32,
    /// `rest_secs`: for so long. Default 60.
    pub rest: Duration,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            server: None,
            fallback: None,
            builtin_fallback: false,
            timeout: Duration::from_secs(60),
            think: Duration::from_secs(120),
            attempts_max: 3,
            steps_max: 6,
            context_tokens_max: 8192,
            output_tokens_max: 1024,
            temperature: 0.0,
            rest_after_failures: 5,
            rest: Duration::from_secs(60),
        }
    }
}

/// `[knowledge.embeddings]`: a model on a server that speaks OpenAI's embeddings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embeddings {
    /// `base_url`, without a slash at the end; `/embeddings` is put behind it.
    pub base_url: String,
    /// `name`: the model, as the server calls it.
    pub name: String,
    /// `api_key_file`: its first line goes along as a bearer token; none by default.
    pub api_key: Option<Secret>,
    /// `timeout_secs`: one request. Default 10.
    pub timeout: Duration,
}

impl Embeddings {
    /// The default of `timeout`: a customer's answer waits for it.
    pub const TIMEOUT: Duration = Duration::from_secs(10);
}

/// A model on a server that speaks OpenAI's chat completions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelServer {
    /// `base_url`, without a slash at the end; `/chat/completions` is put behind it.
    pub base_url: String,
    /// `name`: the model, as the server calls it.
    pub name: String,
    /// `api_key_file`: its first line goes along as a bearer token; none by default.
    pub api_key: Option<Secret>,
    /// `input_price`: for a million tokens shown, in millionths of the currency unit. Default 0.
    pub input_price_millionths: u64,
    /// `output_price`: for a million tokens written, in millionths of the currency unit. Default 0.
    pub output_price_millionths: u64,
}

impl ModelServer {
    /// What so many tokens cost, in millionths of the currency unit, rounded up.
    pub fn cost_millionths(&self, input_tokens: u64, output_tokens: u64) -> u64 {
        let input = u128::from(input_tokens) * u128::from(self.input_price_millionths);
        let output = u128::from(output_tokens) * u128::from(self.output_price_millionths);
        u64::try_from((input + output).div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_for_a_million_tokens_and_nothing_is_rounded_away() {
        let server = ModelServer {
            base_url: "http://127.0.0.1/v1".into(),
            name: "m".into(),
            api_key: None,
            input_price_millionths: 150_000,
            output_price_millionths: 600_000,
        };
        assert_eq!(server.cost_millionths(1_000_000, 0), 150_000);
        assert_eq!(server.cost_millionths(2_000, 500), 300 + 300);
        assert_eq!(server.cost_millionths(1, 0), 1);
        assert_eq!(server.cost_millionths(0, 0), 0);
    }
}
