//! What the forms of a conversation do. Each ends with a redirect to where the person looks next (RFC 9110 §15.4.4), so that
//! reloading a page does nothing twice.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{Method, StatusCode},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        finding::find,
        problem::Problem,
        visitor::{Posted, Visitor},
    },
    Shown,
    desk::{Desk, OPERATOR, segment},
    held::text,
};
use crate::types::Verb;

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
        "assign" => return assign(&desk, &visitor, &number, form.to.trim()).await,
        "ai" => (json!({ "owner": "ai" }), "ai"),
        verb => return Err(unknown(verb).into()),
    };
    desk.ask(&visitor, Method::PATCH, &format!("/conversations/{}", segment(&number)), body).await?;
    to_conversation(&number, done)
}

async fn assign(desk: &Desk, visitor: &Visitor, number: &str, to: &str) -> Shown {
    let to = if matches!(to, "team" | "nobody" | "ai") { json!(to) } else { json!({ "person": to }) };
    desk.post(visitor, &format!("/conversations/{}/assign", segment(number)), json!({ "to": to })).await?;
    to_conversation(number, "assigned")
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

#[derive(Deserialize)]
pub(super) struct NoteForm {
    markdown: String,
}

/// `POST /c/{number}/note`.
pub(super) async fn note(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<NoteForm>,
) -> Shown {
    let path = format!("/conversations/{}/notes", segment(&number));
    desk.post(&visitor, &path, json!({ "markdown": form.markdown })).await?;
    to_conversation(&number, "noted")
}

#[derive(Deserialize)]
pub(super) struct SnoozeForm {
    /// As the API takes it; empty: not any more.
    until: String,
}

/// `POST /c/{number}/snooze`.
pub(super) async fn snooze(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<SnoozeForm>,
) -> Shown {
    let body = if form.until.is_empty() { json!({}) } else { json!({ "until": form.until }) };
    desk.post(&visitor, &format!("/conversations/{}/snooze", segment(&number)), body).await?;
    to_conversation(&number, if form.until.is_empty() { "saved" } else { "snoozed" })
}

#[derive(Deserialize)]
pub(super) struct MergeForm {
    other: String,
}

/// `POST /c/{number}/merge`.
pub(super) async fn merge(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<MergeForm>,
) -> Shown {
    let body = json!({ "from": form.other.trim().trim_start_matches('#') });
    desk.ask(&visitor, Method::POST, &format!("/conversations/{}/merge", segment(&number)), body).await?;
    to_conversation(&number, "merged")
}

#[derive(Deserialize)]
pub(super) struct BlockForm {
    why: String,
}

/// `POST /c/{number}/block`: the contact.
pub(super) async fn block(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<BlockForm>,
) -> Shown {
    let row = find(&desk.office, &visitor, Verb::Read, &number)?;
    desk.post(&visitor, "/blocked", json!({ "who": row.contact, "why": form.why })).await?;
    to_conversation(&number, "blocked")
}

#[derive(Deserialize)]
pub(super) struct UnfinishedForm {
    markdown: String,
}

/// `POST /c/{number}/unfinished`: what is being written is kept, for when the browser is closed.
pub(super) async fn unfinished(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<UnfinishedForm>,
) -> Result<StatusCode, Problem> {
    let path = format!("/conversations/{}/drafts/mine", segment(&number));
    desk.put(&visitor, &path, json!({ "markdown": form.markdown })).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(super) struct SplitForm {
    mail: String,
}

/// `POST /c/{number}/split`: one mail becomes a conversation of its own.
pub(super) async fn split(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(form): Posted<SplitForm>,
) -> Shown {
    let path = format!("/conversations/{}/split", segment(&number));
    let new = desk.post(&visitor, &path, json!({ "mails": [form.mail] })).await?;
    to_conversation(&text(&new["number"]), "split")
}

#[derive(Deserialize)]
pub(super) struct RedactForm {
    why: String,
    /// The number of the conversation, to go back to.
    c: String,
}

/// `POST /messages/{id}/redact`.
pub(super) async fn redact_mail(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Posted(form): Posted<RedactForm>,
) -> Shown {
    redact(&desk, &visitor, &format!("/messages/{}", segment(&id)), form).await
}

/// `POST /letters/{id}/redact`.
pub(super) async fn redact_letter(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Posted(form): Posted<RedactForm>,
) -> Shown {
    redact(&desk, &visitor, &format!("/letters/{}", segment(&id)), form).await
}

async fn redact(desk: &Desk, visitor: &Visitor, path: &str, form: RedactForm) -> Shown {
    desk.post(visitor, &format!("{path}/redact"), json!({ "why": form.why })).await?;
    to_conversation(&form.c, "redacted")
}
