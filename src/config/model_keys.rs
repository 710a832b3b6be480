//! The keys of `[model]`, and of `[knowledge.embeddings]`, which asks servers of the same kind.

use std::path::Path;

use super::{
    Embeddings, Model, ModelServer,
    keys::{path, secs},
    outgoing_keys::first_line,
    reader::Section,
};
use crate::types::Secret;

/// A thought longer than a quarter of an hour is none that a customer waits for.
const THINK_SECS_MAX: i64 = 900;
/// The most that any model is shown.
const TOKENS_MAX: i64 = 2_000_000;
/// What our own words and one short mail need.
const CONTEXT_TOKENS_MIN: i64 = 1024;
/// A longer address is a mistake.
const URL_OCTETS_MAX: usize = 500;
/// Of the currency unit, for a million tokens.
const PRICE_MAX: f64 = 1_000_000.0;

/// The whole table.
pub(super) fn model(s: &Section<'_, '_>, base: &Path) -> Model {
    let default = Model::default();
    let fallback = s.table("fallback", |s| server(s, base));
    let server = server(s, base);
    let seconds = |leaf, of: std::time::Duration, max| {
        std::time::Duration::from_secs(s.number(leaf, of.as_secs(), 1..=max, "seconds"))
    };
    let model = Model {
        builtin_fallback: s.flag("builtin_fallback", default.builtin_fallback),
        timeout: seconds("timeout_secs", default.timeout, THINK_SECS_MAX),
        think: seconds("think_secs", default.think, THINK_SECS_MAX),
        attempts_max: s.number("attempts_max", default.attempts_max, 1..=10, "requests"),
        steps_max: s.number("steps_max", default.steps_max, 1..=50, "steps"),
        context_tokens_max: s.number(
            "context_tokens_max",
            default.context_tokens_max,
            CONTEXT_TOKENS_MIN..=TOKENS_MAX,
            "tokens",
        ),
        output_tokens_max: s.number("output_tokens_max", default.output_tokens_max, 16..=TOKENS_MAX, "tokens"),
        temperature: s.decimal("temperature", default.temperature, 0.0..=2.0, "(a temperature)"),
        rest_after_failures: s.number("rest_after_failures", default.rest_after_failures, 1..=1000, "failures"),
        rest: secs(s, "rest_secs", default.rest),
        server,
        fallback,
    };
    if model.output_tokens_max > model.context_tokens_max / 2 {
        s.wrong(
            "output_tokens_max",
            "it is more than half of context_tokens_max, and what is shown must fit in beside it",
        );
    }
    if model.timeout > model.think {
        s.wrong("timeout_secs", "one request may take longer than the whole thought, think_secs");
    }
    if model.fallback.is_some() && model.server.is_none() {
        s.wrong("base_url", "it is needed here: there is a [model.fallback]");
    }
    model
}

/// `[knowledge.embeddings]`; `None` without `base_url`.
pub(super) fn embeddings(s: &Section<'_, '_>, base: &Path) -> Option<Embeddings> {
    let (base_url, name) = asked(s, "/embeddings");
    let api_key = api_key(s, base);
    let timeout = s.number("timeout_secs", Embeddings::TIMEOUT.as_secs(), 1..=THINK_SECS_MAX, "seconds");
    let timeout = std::time::Duration::from_secs(timeout);
    Some(Embeddings { base_url: base_url?, name: name?, api_key, timeout })
}

/// `base_url` and `name`, which need each other.
fn asked(s: &Section<'_, '_>, behind: &str) -> (Option<String>, Option<String>) {
    let base_url = s.made("base_url", |text| base_url(text, behind));
    let name = if s.has("base_url") { s.needed("name", |name| Ok(name.to_owned())) } else { s.text("name") };
    if s.has("name") && !s.has("base_url") {
        s.wrong("base_url", "it is needed here: a model is named, and no server");
    }
    (base_url, name)
}

fn api_key(s: &Section<'_, '_>, base: &Path) -> Option<Secret> {
    path(s, "api_key_file", base).and_then(|file| match first_line(&file) {
        Ok(key) => Some(key),
        Err(words) => {
            s.wrong("api_key_file", format!("{}: {words}", file.display()));
            None
        }
    })
}

/// `None` without `base_url`.
fn server(s: &Section<'_, '_>, base: &Path) -> Option<ModelServer> {
    let (base_url, name) = asked(s, "/chat/completions");
    let api_key = api_key(s, base);
    let price = |leaf| (s.decimal(leaf, 0.0, 0.0..=PRICE_MAX, "of the currency unit") * 1e6).round() as u64;
    let (input_price_millionths, output_price_millionths) = (price("input_price"), price("output_price"));
    Some(ModelServer { base_url: base_url?, name: name?, api_key, input_price_millionths, output_price_millionths })
}

/// `behind`: what is put behind it.
fn base_url(text: &str, behind: &str) -> Result<String, String> {
    let wrong = || format!("`{text}` is no address of a server, as in `https://models.example/v1`");
    let url: hyper::Uri = text.parse().map_err(|_| wrong())?;
    let authority = url.authority().ok_or_else(wrong)?;
    let plain = matches!(url.scheme_str(), Some("http" | "https")) && url.query().is_none() && !text.contains('#');
    // A password in an address ends up in logs.
    if !plain || authority.as_str().contains('@') || authority.host().is_empty() || text.len() > URL_OCTETS_MAX {
        return Err(wrong());
    }
    let text = text.trim_end_matches('/');
    if text.ends_with(behind) {
        return Err(format!("without `{behind}`: that is put behind it"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::{path::Path, time::Duration};

    use crate::config::{Config, parse};

    fn read(text: &str) -> Result<Config, String> {
        parse(text, Path::new("")).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_model_with_its_key_and_a_second_one_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("model.key");
        std::fs::write(&key, "sk-1\n").unwrap();
        let text = format!(
            "[model]\nbase_url = \"https://models.example/v1/\"\nname = \"m\"\napi_key_file = \"{}\"\n\
             input_price = 0.15\noutput_price = 1\nthink_secs = 200\n\
             [model.fallback]\nbase_url = \"http://127.0.0.1:8000/v1\"\nname = \"n\"\n",
            key.display()
        );
        let model = read(&text).unwrap().model;
        let server = model.server.unwrap();
        assert_eq!((server.base_url.as_str(), server.name.as_str()), ("https://models.example/v1", "m"));
        assert_eq!(server.api_key.unwrap().expose_str(), "sk-1");
        assert_eq!((server.input_price_millionths, server.output_price_millionths), (150_000, 1_000_000));
        assert_eq!(model.think, Duration::from_secs(200));
        assert_eq!(model.fallback.unwrap().name, "n");
        assert!(read("").unwrap().model.server.is_none());

        let text = "[knowledge.embeddings]\nbase_url = \"http://127.0.0.1:8000/v1\"\nname = \"e\"\ntimeout_secs = 3\n";
        let embeddings = read(text).unwrap().knowledge.embeddings.unwrap();
        assert_eq!((embeddings.name.as_str(), embeddings.timeout), ("e", Duration::from_secs(3)));
        assert!(read("").unwrap().knowledge.embeddings.is_none());
    }

    #[test]
    fn what_cannot_be_a_model_is_told() {
        for (text, words) in [
            ("[model]\nbase_url = \"ftp://x/v1\"\nname = \"m\"\n", "2: model.base_url: `ftp://x/v1` is no address"),
            ("[model]\nbase_url = \"https://u:p@x/v1\"\nname = \"m\"\n", "model.base_url"),
            ("[model]\nbase_url = \"https://x/v1?a=b\"\nname = \"m\"\n", "model.base_url"),
            ("[model]\nbase_url = \"https://x/v1/chat/completions\"\nname = \"m\"\n", "without `/chat/completions`"),
            ("[model]\nbase_url = \"https://x/v1\"\n", "model.name: it is needed here"),
            ("[model]\nname = \"m\"\n", "model.base_url: it is needed here"),
            ("[model.fallback]\nbase_url = \"https://x/v1\"\nname = \"m\"\n", "there is a [model.fallback]"),
            ("[model]\ntimeout_secs = 200\n", "model.timeout_secs: one request may take longer"),
            ("[model]\noutput_tokens_max = 8000\n", "model.output_tokens_max: it is more than half"),
            ("[knowledge.embeddings]\nname = \"m\"\n", "knowledge.embeddings.base_url: it is needed here"),
            ("[knowledge.embeddings]\nbase_url = \"https://x/v1/embeddings\"\nname = \"m\"\n", "without `/embeddings`"),
            ("[model]\ntemperature = 2.5\n", "model.temperature: 2.5 is out of range: 0 to 2"),
            ("[model]\ninput_price = \"0.15\"\n", "model.input_price: expected a number"),
            ("[model]\napi_key_file = \"/nowhere/k\"\n", "model.api_key_file: /nowhere/k: it cannot be read"),
        ] {
            let wrong = read(text).expect_err(text);
            assert!(wrong.contains(words), "{text}: {wrong}");
        }
    }
}
