//! `/webhooks`: which systems are told what happens. A secret is shown once, on the page that answers its making.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    super::visitor::{Posted, Visitor},
    Shown, addresses,
    desk::{Desk, segment},
    held::{text, texts},
    page::{Done, Page},
    shown, time,
};
use crate::{store::WebhookEvent, types::Millis};

/// Events of a webhook on the page.
const EVENTS_SHOWN: usize = 10;

use crate::types::Verb;

struct Item {
    id: String,
    url: String,
    events: String,
    waiting: u64,
    parked: u64,
    lost: u64,
    disabled: bool,
    /// Markup; empty while all is well.
    failing_since: String,
    told: Vec<Told>,
}

struct Told {
    id: String,
    event: String,
    /// Markup.
    at: String,
    state: &'static str,
    words: String,
}

#[derive(Template)]
#[template(path = "inbox/house/webhooks.html")]
struct WebhooksPage {
    page: Page,
    items: Vec<Item>,
    events: Vec<&'static str>,
    addresses: Vec<String>,
    secret: String,
}

/// `GET /webhooks`.
pub(in super::super) async fn list(State(desk): State<Arc<Desk>>, visitor: Visitor, Query(done): Query<Done>) -> Shown {
    page(&desk, &visitor, &done, String::new()).await
}

async fn page(desk: &Desk, visitor: &Visitor, done: &Done, secret: String) -> Shown {
    let rows = desk.ask(visitor, Method::GET, "/webhooks", Value::Null).await?;
    let mut items = Vec::new();
    for row in rows.as_array().into_iter().flatten() {
        let path = format!("/webhooks/{}/deliveries?limit={EVENTS_SHOWN}", row["id"]);
        let events = desk.ask(visitor, Method::GET, &path, Value::Null).await?;
        items.push(item(row, &events));
    }
    shown(&WebhooksPage {
        page: Page::new(&desk.office, visitor, "/webhooks")?.after(done),
        items,
        events: WebhookEvent::WANTED.map(WebhookEvent::word).into(),
        addresses: addresses(&desk.office, visitor, Verb::Manage),
        secret,
    })
}

fn item(row: &Value, events: &Value) -> Item {
    let count = |name: &str| row[name].as_u64().unwrap_or_default();
    Item {
        id: row["id"].to_string(),
        url: text(&row["url"]),
        events: texts(&row["events"]).join(", "),
        waiting: count("waiting"),
        parked: count("parked"),
        lost: count("lost"),
        disabled: row["disabled"].as_bool().unwrap_or_default(),
        failing_since: row["failing_since"].as_u64().map(|at| time::element(Millis(at))).unwrap_or_default(),
        told: events.as_array().into_iter().flatten().map(told).collect(),
    }
}

fn told(event: &Value) -> Told {
    let is = |state: &str| !event["state"][state].is_null();
    let state = match (is("delivered"), is("parked"), event["attempts"].as_u64()) {
        (true, _, _) => "told",
        (_, true, _) => "given up",
        (_, _, Some(1..)) => "tried again later",
        _ => "waits",
    };
    Told {
        id: text(&event["id"]),
        event: text(&event["event"]),
        at: time::element(Millis(event["at"].as_u64().unwrap_or_default())),
        state,
        words: text(&event["words"]),
    }
}

#[derive(Deserialize)]
pub(in super::super) struct WebhookForm {
    verb: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    event: String,
    #[serde(default)]
    url: String,
    /// One of them; empty for all.
    #[serde(default)]
    hears: String,
    #[serde(default)]
    at: String,
}

/// `POST /webhooks`.
pub(in super::super) async fn change(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Posted(form): Posted<WebhookForm>,
) -> Shown {
    let of = |verb: &str| format!("/webhooks/{}/{verb}", segment(&form.id));
    match form.verb.as_str() {
        "add" => {
            let said = |one: &str| [one.to_owned()].into_iter().filter(|one| !one.is_empty()).collect::<Vec<_>>();
            let body = json!({ "url": form.url.trim(), "events": said(&form.hears), "addresses": said(&form.at) });
            let made = desk.post(&visitor, "/webhooks", body).await?;
            return page(&desk, &visitor, &Done::default(), text(&made["secret"])).await;
        }
        "remove" => {
            let path = format!("/webhooks/{}", segment(&form.id));
            desk.delete(&visitor, &path, json!({})).await?;
            return Ok(Redirect::to("/webhooks?done=discarded").into_response());
        }
        "replay" => desk.post(&visitor, &of("replay"), json!({ "event": form.event })).await?,
        "test" => desk.post(&visitor, &of("test"), json!({})).await?,
        "disable" => desk.post(&visitor, &of("disable"), json!({})).await?,
        _ => desk.post(&visitor, &of("enable"), json!({})).await?,
    };
    Ok(Redirect::to("/webhooks?done=saved").into_response())
}
