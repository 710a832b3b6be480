//! What the forms of a conversation do. Each ends with a redirect to where the person looks next (RFC 9110 §15.4.4), so that
//! reloading a page does nothing twice.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::Method,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        problem::Problem,
        visitor::{Posted, Visitor},
    },
    Shown,
    verbs::{Desk, OPERATOR, segment},
};

fn to_conversation(number: &str, done: &str) -> Shown {
    Ok(Redirect::to(&format!("/c/{}?done={done}", segment(number))).into_response())
}

fn unknown(verb: &str) -> Problem {
    Problem::bad_request(format!("`{verb}` is nothing that can be done here"))
}

#[derive(Deserialize)]
pub(super) struct MarkForm {
    verb: String,
    /// Whom it is given to.
    #[serde(default)]
    to: String,
}

/// `POST /c/{number}/mark`: status and owner.
pub(super) async fn mark(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<MarkForm>,
) -> Shown {
    let me = visitor.actor.name().unwrap_or(OPERATOR);
    let (body, done) = match form.verb.as_str() {
        status @ ("resolved" | "unresolved" | "open") => (json!({ "status": status }), status),
        "take" => (json!({ "owner": me }), "taken"),
        "assign" => (json!({ "owner": form.to.trim() }), "assigned"),
        "ai" => (json!({ "owner": "ai" }), "ai"),
        verb => return Err(unknown(verb).into()),
    };
    desk.ask(&visitor, Method::PATCH, &format!("/conversations/{}", segment(&number)), body).await?;
    to_conversation(&number, done)
}

#[derive(Deserialize)]
pub(super) struct TagsForm {
    /// All that shall be there, with spaces or commas between.
    tags: String,
}

/// `POST /c/{number}/tags`.
pub(super) async fn tags(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<TagsForm>,
) -> Shown {
    let path = format!("/conversations/{}", segment(&number));
    let now = desk.ask(&visitor, Method::GET, &path, Value::Null).await?;
    let words = form.tags.split([' ', ',']).map(|tag| tag.trim_start_matches('#')).filter(|tag| !tag.is_empty());
    let wanted: Vec<&str> = words.collect();
    let there: Vec<&str> = now["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let remove: Vec<&str> = there.into_iter().filter(|tag| !wanted.contains(tag)).collect();
    let body = json!({ "add": wanted, "remove": remove });
    desk.ask(&visitor, Method::POST, &format!("{path}/tags"), body).await?;
    to_conversation(&number, "tagged")
}

#[derive(Deserialize)]
pub(super) struct DraftForm {
    verb: String,
    generation: u64,
    #[serde(default)]
    instruction: String,
}

/// `POST /c/{number}/draft`: the draft goes as it is, goes away, or is written anew.
pub(super) async fn draft(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<DraftForm>,
) -> Shown {
    let path = format!("/conversations/{}", segment(&number));
    let generation = form.generation;
    let (verb, body, done) = match form.verb.as_str() {
        "send" => ("replies", json!({ "generation": generation }), "sent"),
        "discard" => ("draft/discard", json!({ "generation": generation }), "discarded"),
        "rewrite" => ("draft/rewrite", json!({ "generation": generation, "instruction": form.instruction }), "rewrite"),
        verb => return Err(unknown(verb).into()),
    };
    desk.post(&visitor, &format!("{path}/{verb}"), body).await?;
    to_conversation(&number, done)
}

#[derive(Deserialize)]
pub(super) struct CallForm {
    verb: String,
    generation: u64,
    call: String,
}

/// `POST /c/{number}/call`: whether a tool may run.
pub(super) async fn call(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(CallForm { verb, generation, call }): Posted<CallForm>,
) -> Shown {
    let path = format!("/conversations/{}/call", segment(&number));
    let (verb, body, done) = match verb.as_str() {
        "approve" => ("approve", json!({ "call": call, "generation": generation }), "allowed"),
        "keep" => ("approve", json!({ "call": call, "generation": generation, "keep": true }), "allowed"),
        "deny" => ("deny", json!({ "call": call, "generation": generation }), "discarded"),
        verb => return Err(unknown(verb).into()),
    };
    desk.post(&visitor, &format!("{path}/{verb}"), body).await?;
    to_conversation(&number, done)
}

#[derive(Deserialize)]
pub(super) struct LetterForm {
    verb: String,
    /// The number of its conversation, to go back to.
    c: String,
}

/// `POST /l/{id}`: a letter, or one recipient of it: `LETTER` or `LETTER-N`.
pub(super) async fn letter(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Posted(form): Posted<LetterForm>,
) -> Shown {
    let letter = id.split('-').next().unwrap_or(&id);
    let (path, body, done) = match form.verb.as_str() {
        // Of the whole letter.
        "recall" => (format!("{}/recall", segment(letter)), json!({}), "recalled"),
        "edit" => (format!("{}/edit", segment(&id)), json!({}), "recalled"),
        "retry" => (format!("{}/retry", segment(&id)), json!({}), "retried"),
        "drop" => (format!("{}/drop", segment(&id)), json!({ "why": "dismissed in the inbox" }), "dropped"),
        verb => return Err(unknown(verb).into()),
    };
    desk.post(&visitor, &format!("/queue/{path}"), body).await?;
    to_conversation(&form.c, done)
}
