//! Held mail: why it waits, what it says, and the two ways out.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
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
    Shown, addresses,
    desk::{Desk, segment},
    page::{Done, Page},
    shown, time, timeline,
};
use crate::{
    rendering::frame,
    types::{MailId, Verb},
};

struct Item {
    id: String,
    who: String,
    subject: String,
    /// Markup.
    when: String,
    reasons: Vec<String>,
    preview: String,
}

#[derive(Template)]
#[template(path = "inbox/held.html")]
struct HeldPage {
    page: Page,
    items: Vec<Item>,
}

/// `GET /held`.
pub(super) async fn list(State(desk): State<Arc<Desk>>, visitor: Visitor, Query(done): Query<Done>) -> Shown {
    let rows = desk.ask(&visitor, Method::GET, "/held", Value::Null).await?;
    let item = |row: &Value| Item {
        id: text(&row["id"]),
        who: who(row),
        subject: subject(row),
        when: kept(row),
        reasons: texts(&row["reasons"]),
        preview: text(&row["preview"]),
    };
    let items = rows.as_array().into_iter().flatten().map(item).collect();
    shown(&HeldPage { page: Page::new(&desk.office, &visitor, "/held")?.after(&done), items })
}

/// What a mail wants its reader to prove.
struct Notice {
    code: String,
    link: String,
}

#[derive(Template)]
#[template(path = "inbox/held_mail.html")]
struct HeldMailPage {
    page: Page,
    id: String,
    subject: String,
    who: String,
    /// Markup, as `text` and `frame`.
    when: String,
    text: String,
    frame: String,
    reasons: Vec<String>,
    notice: Option<Notice>,
    needs_address: bool,
    addresses: Vec<String>,
    steps: Vec<String>,
}

/// `GET /held/{id}`.
pub(super) async fn mail(State(desk): State<Arc<Desk>>, visitor: Visitor, Path(id): Path<String>) -> Shown {
    let mail = desk.ask(&visitor, Method::GET, &format!("/held/{}", segment(&id)), Value::Null).await?;
    let read: MailId = text(&mail["id"]).parse().map_err(|_| Problem::not_found("there is no such mail"))?;
    let notice = mail["notice"].as_object().map(|notice| Notice {
        code: notice.get("code").map(text).unwrap_or_default(),
        link: notice.get("link").map(text).filter(|link| link.starts_with("https://")).unwrap_or_default(),
    });
    let filings = mail["filings"].as_array().map(Vec::as_slice).unwrap_or_default();
    shown(&HeldMailPage {
        page: Page::new(&desk.office, &visitor, "/held")?,
        id: read.to_string(),
        subject: subject(&mail),
        who: who(&mail),
        when: kept(&mail),
        text: timeline::linked(&text(&mail["new_text"])),
        frame: frame::element(read),
        reasons: texts(&mail["held"]),
        notice,
        needs_address: filings.iter().any(|filed| filed["address"].is_null()),
        addresses: addresses(&desk.office, &visitor, Verb::Release),
        steps: texts(&mail["steps"]),
    })
}

#[derive(Deserialize)]
pub(super) struct HeldForm {
    verb: String,
    #[serde(default)]
    address: String,
    #[serde(default)]
    conversation: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    learn: String,
    #[serde(default)]
    why: String,
}

/// `POST /held/{id}`: in, or out.
pub(super) async fn decide(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Posted(form): Posted<HeldForm>,
) -> Shown {
    let path = format!("/held/{}", segment(&id));
    match form.verb.as_str() {
        "release" => {
            let mut body = json!({ "answer": form.answer == "yes", "always_from_this_forwarder": form.learn == "yes" });
            for (name, value) in [("address", &form.address), ("conversation", &form.conversation)] {
                if !value.trim().is_empty() {
                    body[name] = value.trim().into();
                }
            }
            let row = desk.post(&visitor, &format!("{path}/release"), body).await?;
            Ok(Redirect::to(&format!("/c/{}?done=released", segment(&text(&row["number"])))).into_response())
        }
        "discard" => {
            desk.post(&visitor, &format!("{path}/discard"), json!({ "why": form.why })).await?;
            Ok(Redirect::to("/held?done=discarded").into_response())
        }
        verb => Err(Problem::bad_request(format!("`{verb}` is nothing that can be done here")).into()),
    }
}

/// A text, or a number as text.
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.as_u64().map(|n| n.to_string()).unwrap_or_default(), str::to_owned)
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

fn subject(mail: &Value) -> String {
    let subject = text(&mail["mail"]["subject"]);
    if subject.is_empty() { "(no subject)".into() } else { subject }
}

fn who(mail: &Value) -> String {
    let (name, from) = (text(&mail["mail"]["from_name"]), text(&mail["mail"]["from"]));
    if name.is_empty() { from } else { format!("{name} <{from}>") }
}

fn kept(mail: &Value) -> String {
    time::element(crate::types::Millis(mail["kept"].as_u64().unwrap_or_default()))
}
