//! What texts mean, asked of a server that speaks OpenAI's embeddings. Blocks, for whoever searches the knowledge does.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::server::posted;
use crate::{
    agent::{
        knowledge::{BATCH, DIMENSIONS_MAX, Embed},
        masks::{self, Masks},
    },
    config::Embeddings,
    fetch::{Fetcher, Request},
    types::head,
};

/// Octets of one text: what small models read of one is less.
const TEXT_OCTETS_MAX: usize = 8_000;

/// Octets of one number as JSON writes it.
const NUMBER_OCTETS: usize = 32;

/// Octets of a response: the longest vectors of a batch.
const RESPONSE_OCTETS_MAX: usize = BATCH * DIMENSIONS_MAX * NUMBER_OCTETS;

/// Asks as `[knowledge.embeddings]` says. To be made inside a runtime, and called where blocking is allowed.
pub fn embed(settings: Embeddings, fetcher: Fetcher, masks: Masks) -> Embed {
    let (runtime, settings) = (Handle::current(), Arc::new(settings));
    Arc::new(move |texts| runtime.block_on(vectors(&settings, &fetcher, &masks, &texts)))
}

/// # Errors
/// What was wrong, in words without anything that was sent.
async fn vectors(
    settings: &Embeddings,
    fetcher: &Fetcher,
    masks: &Masks,
    texts: &[String],
) -> Result<Vec<Vec<f32>>, String> {
    // Masked whole: half a number would not be known as one.
    let masked = texts.iter().map(|text| masks::mask(text, masks).text);
    let input: Vec<String> = masked.map(|text| head(&text, TEXT_OCTETS_MAX).to_owned()).collect();
    let body = json!({"model": settings.name, "input": input, "encoding_format": "float"});
    let response = fetcher.fetch(request(settings, &body)).await.map_err(|fault| fault.to_string())?;
    match response.status {
        200 if response.cut => Err(format!("its answer is longer than {RESPONSE_OCTETS_MAX} octets")),
        200 => read(&response.body, texts.len()).map_err(str::to_owned),
        401 | 403 => Err(format!("the server refused our key ({})", response.status)),
        status => Err(format!("the server answered {status}")),
    }
}

fn request(settings: &Embeddings, body: &Value) -> Request {
    let url = format!("{}/embeddings", settings.base_url);
    let request = posted(url, settings.api_key.as_ref(), body.to_string());
    Request { timeout: settings.timeout, response_bytes_max: RESPONSE_OCTETS_MAX, ..request }
}

#[derive(Deserialize)]
struct Said {
    data: Vec<SaidVector>,
}

#[derive(Deserialize)]
struct SaidVector {
    /// Missing where they come in the order in which they were asked for.
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// As many as were asked for, in that order. Whether they are vectors is looked at where they are kept.
fn read(body: &[u8], wanted: usize) -> Result<Vec<Vec<f32>>, &'static str> {
    let said: Said = serde_json::from_slice(body).map_err(|_| "its answer is not the JSON of embeddings")?;
    let mut vectors = vec![Vec::new(); wanted];
    for (place, one) in said.data.into_iter().enumerate() {
        *vectors.get_mut(one.index.unwrap_or(place)).ok_or("it gives more than was asked for")? = one.embedding;
    }
    if vectors.iter().any(Vec::is_empty) { Err("it gives less than was asked for") } else { Ok(vectors) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        agent::chat::world,
        playground::{Models, Turn},
        types::Secret,
    };

    fn vector(index: usize, of: &[f32]) -> Value {
        json!({"object": "embedding", "index": index, "embedding": of})
    }

    async fn asked(turn: Turn, texts: &[&str]) -> (Result<Vec<Vec<f32>>, String>, Models) {
        let models = Models::of(vec![turn]).await.unwrap();
        let settings = Embeddings {
            base_url: models.base_url(),
            name: "m".into(),
            api_key: Some(Secret::new("sk-7")),
            timeout: Duration::from_secs(5),
        };
        let (_dns, fetcher) = world::loopback();
        let embed = embed(settings, fetcher, Masks::default());
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        (tokio::task::spawn_blocking(move || embed(texts)).await.unwrap(), models)
    }

    fn says(data: &[Value]) -> Turn {
        Turn::Status(200, Vec::new(), json!({"object": "list", "data": data}).to_string())
    }

    #[tokio::test]
    async fn texts_get_their_vectors_whatever_their_order_and_no_card_number_leaves() {
        let card = "my card is 4242 4242 4242 4242";
        let (made, models) = asked(says(&[vector(1, &[0.5, 1.0]), vector(0, &[0.25, -1.0])]), &["a", card]).await;
        assert_eq!(made.unwrap(), [[0.25, -1.0], [0.5, 1.0]]);
        let asked = &models.asked()[0];
        assert!(asked.head.starts_with("POST /v1/embeddings "), "{}", asked.head);
        assert!(asked.head.to_lowercase().contains("authorization: bearer sk-7"), "{}", asked.head);
        assert_eq!(asked.body["model"], "m");
        assert_eq!(asked.body["input"], json!(["a", "my card is [card number ending in 4242]"]));
    }

    #[tokio::test]
    async fn no_part_of_a_card_number_leaves_where_a_text_is_cut() {
        let text = format!("{} 4242 4242 4242 4242", "x".repeat(TEXT_OCTETS_MAX - 10));
        let (made, models) = asked(says(&[vector(0, &[1.0])]), &[&text]).await;
        made.unwrap();
        let sent = models.asked()[0].body["input"][0].as_str().unwrap().to_owned();
        assert_eq!((sent.len(), &sent[TEXT_OCTETS_MAX - 10..]), (TEXT_OCTETS_MAX, " [card num"));
    }

    #[tokio::test]
    async fn what_is_no_vector_for_each_text_is_said() {
        let refused = |status| Turn::Status(status, Vec::new(), "{}".into());
        for (turn, words) in [
            (says(&[vector(0, &[1.0])]), "it gives less than was asked for"),
            (says(&[vector(0, &[1.0]), vector(0, &[1.0])]), "it gives less than was asked for"),
            (says(&[vector(0, &[1.0]), vector(2, &[1.0])]), "it gives more than was asked for"),
            (Turn::Status(200, Vec::new(), "[]".into()), "its answer is not the JSON of embeddings"),
            (
                Turn::Status(200, Vec::new(), "{\"data\":[{\"embedding\":[\"x\"]}]}".into()),
                "not the JSON of embeddings",
            ),
            (refused(401), "the server refused our key (401)"),
            (refused(503), "the server answered 503"),
            (Turn::Reset, "127.0.0.1"),
        ] {
            let (made, _) = asked(turn, &["a", "b"]).await;
            let wrong = made.unwrap_err();
            assert!(wrong.contains(words), "{words}: {wrong}");
        }
    }
}
