//! A model that errs in every way, on a real socket, through the whole loop with a store: always a hand-off with the true
//! reason, no mail, no stuck job. Time stands still and moves on when nothing else can happen.

use std::time::Duration;

use serde_json::json;

use super::world::{QUESTION, World, answer, model, server};
use crate::{
    agent::run::Ended,
    config::{Model, ModelServer},
    fetch::testing::{Authority, Site, says as says_json},
    playground::{Models, Turn},
};

fn says(text: impl Into<String>) -> Turn {
    Turn::Says(text.into())
}

fn status(status: u16) -> Turn {
    Turn::Status(status, Vec::new(), r#"{"error":{"message":"no","type":"some_trouble"}}"#.into())
}

fn busy(retry_after: &str) -> Turn {
    Turn::Status(429, vec![("Retry-After".into(), retry_after.into())], "{}".into())
}

fn raw(kind: &str, body: &str) -> Turn {
    let octets = body.len();
    Turn::Raw(format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {octets}\r\n\r\n{body}").into_bytes())
}

/// A server that says `turns`, the last one for ever, is asked; people get the mail because of `words`, after so many requests.
async fn hands_over(turns: Vec<Turn>, words: &str, requests: usize) {
    let models = Models::of(turns).await.unwrap();
    let world = World::new(model(&models)).await;
    let ended = world.asked("ada@customer.example", QUESTION).await;
    assert!(matches!(&ended, Ended::HandedOff(reason) if reason.contains(words)), "expected `{words}`: {ended:?}");
    world.is_handed_over_because(words).await;
    assert_eq!(models.asked().len(), requests, "{words}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_is_asked_again_and_then_people_have_the_mail() {
    hands_over(
        vec![status(500)],
        "the model `m` could not be asked: the server answered 500, some_trouble (asked 3 times)",
        3,
    )
    .await;
    hands_over(vec![status(503)], "the server answered 503", 3).await;
    hands_over(vec![Turn::Reset], "did not answer as HTTP asks for", 3).await;
    hands_over(vec![Turn::Raw(Vec::new())], "did not answer as HTTP asks for", 3).await;
    hands_over(
        vec![Turn::Raw(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{".to_vec())],
        "did not answer as HTTP asks for",
        3,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_silent_or_drips_is_waited_for_no_longer_than_a_thought_may_take() {
    hands_over(vec![Turn::Silence], "did not answer within 59 s (asked 2 times), and there is no time to ask again", 2)
        .await;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n";
    let slow = Turn::Drip([head.as_bytes(), &[b' '; 9999]].concat(), Duration::from_millis(500));
    hands_over(vec![slow], "did not answer within 59 s (asked 2 times), and there is no time to ask again", 2).await;
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_is_obeyed_as_far_as_there_is_time() {
    let begun = tokio::time::Instant::now();
    let models = Models::of(vec![busy("30"), says(answer("P1"))]).await.unwrap();
    let world = World::new(model(&models)).await;
    assert_eq!(world.asked("ada@customer.example", QUESTION).await, Ended::Sent);
    assert!((30..40).contains(&begun.elapsed().as_secs()), "{:?}", begun.elapsed());

    hands_over(vec![busy("3600")], "asks us to come back in 3600 s, and there is no time to ask again", 1).await;
    hands_over(vec![busy("1")], "(429) and asks us to come back in 1 s (asked 3 times)", 3).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_pass_is_asked_once() {
    hands_over(vec![status(401)], "the server refused our key (401)", 1).await;
    hands_over(vec![status(403)], "the server refused our key (403)", 1).await;
    hands_over(vec![status(404)], "the server knows no such model", 1).await;
    hands_over(vec![status(400)], "the server answered 400, some_trouble", 1).await;
    let elsewhere = Turn::Status(302, vec![("Location".into(), "http://127.0.0.1:1/".into())], String::new());
    hands_over(vec![elsewhere], "the server answered 302", 1).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_no_completion_is_told() {
    hands_over(vec![raw("application/json", r#"{"choices":[{"message":{"cont"#)], "is not JSON, or only half of it", 3)
        .await;
    hands_over(vec![raw("text/html", "<h1>Welcome</h1>")], "its answer is not application/json", 3).await;
    hands_over(vec![raw("application/json", "{}")], "is not the JSON of a chat completion", 3).await;
    hands_over(vec![raw("application/json", r#"{"choices":[]}"#)], "its answer has no choices", 3).await;
    let long = format!(r#"{{"choices":[{{"message":{{"content":"{}"}}}}]}}"#, "x".repeat(10 * 1024 * 1024));
    hands_over(vec![raw("application/json", &long)], "its answer is longer than", 3).await;
    let cut = r#"{"choices":[{"message":{"content":"{\"para"},"finish_reason":"length"}]}"#;
    hands_over(vec![raw("application/json", cut)], "it is cut off after 1024 tokens", 2).await;
    let withheld = r#"{"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]}"#;
    hands_over(vec![raw("application/json", withheld)], "would not answer this mail", 1).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_not_understood_is_asked_for_once_more() {
    hands_over(vec![says("")], "the model's answer could not be used: it is empty", 2).await;
    hands_over(vec![says("It takes 2 to 3 days.")], "it is not one whole JSON object", 2).await;
    hands_over(vec![says(r#"{"answer":"2 days"}"#)], "it is not the JSON object that was asked for", 2).await;
    hands_over(vec![says(answer("P99"))], "the source of paragraph 2 is no passage that was shown", 2).await;
    let german = r#"{"paragraphs":[{"markdown":"Die Lieferung nach Austria dauert von der Bestellung an 2 bis 3 Tage und ist bei uns nicht teuer.","source":"P1"}]}"#;
    hands_over(vec![says(german)], "it is not in the customer's language", 2).await;

    let models = Models::of(vec![says("Sure!"), says(format!("```json\n{}\n```", answer("P1")))]).await.unwrap();
    let world = World::new(model(&models)).await;
    assert_eq!(world.asked("ada@customer.example", QUESTION).await, Ended::Sent);
    let asked = models.asked();
    assert!(asked[1].text().contains("That could not be used: it is not one whole JSON object."));
    assert_eq!((asked[1].body["messages"][2]["content"].as_str(), asked.len()), (Some("Sure!"), 2));
}

#[tokio::test(start_paused = true)]
async fn what_no_passage_carries_does_not_leave_whatever_the_model_claims() {
    let invented =
        r#"{"paragraphs":[{"markdown":"You are granted a refund of everything by our manager.","source":"P1"}]}"#;
    hands_over(vec![says(invented)], "the answer is supported by 0 % only", 1).await;
    let number = r#"{"paragraphs":[{"markdown":"Austria: 4 to 5 working days","source":"P1"}]}"#;
    hands_over(vec![says(number)], "names a number, which does not stand in the passage that carries it", 1).await;
    let link = r#"{"paragraphs":[{"markdown":"Austria: 2 to 3 working days, see [shipping times](https://evil.example/)","source":"P1"}]}"#;
    hands_over(vec![says(link)], "evil.example", 1).await;
    hands_over(vec![says(r#"{"hand_off":"they want to talk"}"#)], "the AI hands over: they want to talk", 1).await;
}

#[tokio::test(start_paused = true)]
async fn tools_without_an_end_come_to_one() {
    let search = |n: usize| Turn::Calls(vec![("search_knowledge".into(), json!({"query": format!("shipping {n}")}))]);
    let models = Models::start(move |n, _| search(n)).await.unwrap();
    let world = World::new(model(&models)).await;
    world.asked("ada@customer.example", QUESTION).await;
    world.is_handed_over_because("the model came to no answer within 6 steps").await;
    let asked = models.asked();
    assert_eq!(asked.len(), 6);
    assert!(asked[..5].iter().all(|asked| asked.body["tools"].is_array()), "they are offered");
    assert!(asked[5].body.get("tools").is_none(), "and at last they are not");
}

#[tokio::test(start_paused = true)]
async fn nobody_there_and_no_tls_are_told() {
    let gone = Models::of(vec![Turn::Silence]).await.unwrap().base_url();
    tokio::task::yield_now().await;
    let there = Models::of(vec![Turn::Silence]).await.unwrap();
    // Vouched for by somebody whom our fetcher does not know.
    let anywhere = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let tls = Authority::new().server("127.0.0.1");
    let unknown = Site::at(anywhere, Some(tls), |_| says_json("200 OK", "application/json", "{}")).await;
    for (base_url, words) in [
        (gone, "could not be connected to"),
        (format!("https://{}/v1", unknown.addr), "TLS with 127.0.0.1"),
        ("http://nowhere.example/v1".into(), "nowhere.example has no address"),
    ] {
        let server = ModelServer { base_url, ..server(&there) };
        let world = World::new(Model { server: Some(server), ..Model::default() }).await;
        world.asked("ada@customer.example", QUESTION).await;
        world.is_handed_over_because(words).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_model_answers_when_the_first_cannot() {
    let (first, second) =
        (Models::of(vec![Turn::Silence]).await.unwrap(), Models::of(vec![says(answer("P1"))]).await.unwrap());
    let fallback = Some(ModelServer { name: "n".into(), ..server(&second) });
    let world = World::new(Model { fallback, ..model(&first) }).await;
    assert_eq!(world.asked("ada@customer.example", QUESTION).await, Ended::Sent);
    assert_eq!(second.asked()[0].body["model"], json!("n"));

    let both = Models::of(vec![status(500)]).await.unwrap();
    let fallback = Some(ModelServer { name: "n".into(), ..server(&both) });
    let world = World::new(Model { fallback, ..model(&both) }).await;
    world.asked("ada@customer.example", QUESTION).await;
    world.is_handed_over_because("the model `m` could not be asked: the server answered 500").await;
    world.is_handed_over_because("the model `n` could not be asked: the server answered 500").await;
    assert_eq!(both.asked().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn where_it_is_wished_the_built_in_answerer_thinks_when_no_model_can_be_asked() {
    let models = Models::of(vec![status(500)]).await.unwrap();
    let world = World::new(Model { builtin_fallback: true, ..model(&models) }).await;
    assert_eq!(world.asked("ada@customer.example", "How long does shipping to Austria take?").await, Ended::Sent);
    let silent = Models::of(vec![Turn::Silence]).await.unwrap();
    let world = World::new(Model { builtin_fallback: true, ..model(&silent) }).await;
    assert_eq!(world.asked("ada@customer.example", "How long does shipping to Austria take?").await, Ended::Sent);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_fails_again_and_again_is_left_alone_and_then_tried_once() {
    let models = Models::of([vec![status(500); 6], vec![says(answer("P1"))]].concat()).await.unwrap();
    let world = World::new(model(&models)).await;
    for (n, requests) in [(1, 3), (2, 5), (3, 5)] {
        world.asked(&format!("ada{n}@customer.example"), QUESTION).await;
        assert_eq!(models.asked().len(), requests, "mail {n}");
    }
    world.is_handed_over_because("it failed again and again and is left alone for a while").await;

    world.clock.testing_advance(Duration::from_secs(60));
    world.asked("ada4@customer.example", QUESTION).await;
    assert_eq!(models.asked().len(), 6, "one request tries it");
    world.clock.testing_advance(Duration::from_secs(60));
    assert_eq!(world.asked("ada5@customer.example", QUESTION).await, Ended::Sent);
}
