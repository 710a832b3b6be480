//! What a program meets besides: requests that are sent twice, and refusals of the framework.

use axum::{body::Body, http::Request};
use replyd::{
    people::Actor,
    types::{Grants, Role, Verb},
};
use serde_json::{Value, json};

use crate::house::{A, House, Said, key};

fn program() -> Option<Actor> {
    Some(key(Grants::everywhere(Role::Agent), [Verb::Read, Verb::Answer]))
}

async fn writes(house: &House, who: Option<Actor>, conversation: &str, key: &str, words: &str) -> Said {
    let path = format!("/api/v1/conversations/{conversation}/replies");
    let request = Request::builder().method("POST").uri(path).header("content-type", "application/json");
    let body = Body::from(json!({ "markdown": words }).to_string());
    house.send(who, request.header("idempotency-key", key).body(body).unwrap()).await
}

async fn letters(house: &House) -> Value {
    let said = house.ask(Some(Actor::Operator), "GET", "/api/v1/counts", None).await;
    serde_json::from_str::<Value>(&said.text).unwrap()["letters"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_is_sent_again_is_written_once() {
    let mut house = House::open().await;
    let conversation = house.objects(A).await.conversation;
    let before = letters(&house).await.as_u64().unwrap();
    let first = writes(&house, program(), &conversation, "a-1", "It has left.").await;
    let again = writes(&house, program(), &conversation, "a-1", "It has left.").await;
    assert_eq!((first.status, again.status), (200, 200), "{}", again.text);
    assert_eq!((again.text, again.media_type), (first.text, first.media_type));
    assert_eq!(letters(&house).await, before + 1);

    let other = writes(&house, program(), &conversation, "a-1", "It has not.").await;
    assert_eq!(other.status, 422, "{}", other.text);
    let of_another = Some(crate::house::person(Grants::everywhere(Role::Agent)));
    let said = writes(&house, of_another, &conversation, "a-1", "It has not.").await;
    assert_eq!(said.status, 200, "keys of others are others: {}", said.text);
    assert_eq!(letters(&house).await, before + 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_may_be_sent_again_and_rights_that_ended_show_no_answer() {
    let mut house = House::open().await;
    let conversation = house.objects(A).await.conversation;
    let refused = writes(&house, program(), &conversation, "b-1", "").await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let again = writes(&house, program(), &conversation, "b-1", "It has left.").await;
    assert_eq!(again.status, 200, "{}", again.text);
    let now = Some(key(Grants::everywhere(Role::Viewer), [Verb::Read, Verb::Answer]));
    let said = writes(&house, now, &conversation, "b-1", "It has left.").await;
    assert_eq!(said.status, 403, "{}", said.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_framework_refuses_is_a_problem_too() {
    let mut house = House::open().await;
    let conversation = house.objects(A).await.conversation;
    let path = format!("/api/v1/conversations/{conversation}/tags");
    let request = |media_type: &str, body: &str| {
        let request = Request::builder().method("POST").uri(&path).header("content-type", media_type);
        request.body(Body::from(body.to_owned())).unwrap()
    };
    for (request, status) in [
        (request("text/plain", "{}"), 415),
        (request("application/json", "{"), 400),
        (request("application/json", "{\"bcc\": []}"), 422),
        (request("application/json", &format!("\"{}\"", "x".repeat(3 << 20))), 413),
        (Request::builder().method("PUT").uri(&path).body(Body::empty()).unwrap(), 405),
    ] {
        let said = house.send(program(), request).await;
        assert_eq!((said.status, said.media_type.as_str()), (status, "application/problem+json"), "{}", said.text);
        let problem: Value = serde_json::from_str(&said.text).unwrap();
        assert_eq!(problem["status"], status);
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
}
