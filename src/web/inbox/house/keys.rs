//! `/keys`: API keys. A secret is shown once, on the page that answers its making.

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
use crate::types::{Millis, Verb};

struct Item {
    id: String,
    name: String,
    can: String,
    by: String,
    /// Markup.
    made: String,
    revoked: bool,
}

#[derive(Template)]
#[template(path = "inbox/house/keys.html")]
struct KeysPage {
    page: Page,
    items: Vec<Item>,
    addresses: Vec<String>,
    secret: String,
}

/// `GET /keys`.
pub(in super::super) async fn list(State(desk): State<Arc<Desk>>, visitor: Visitor, Query(done): Query<Done>) -> Shown {
    page(&desk, &visitor, &done, String::new()).await
}

async fn page(desk: &Desk, visitor: &Visitor, done: &Done, secret: String) -> Shown {
    let rows = desk.ask(visitor, Method::GET, "/keys", Value::Null).await?;
    let item = |row: &Value| Item {
        id: text(&row["id"]),
        name: text(&row["name"]),
        can: texts(&row["verbs"]).join(", "),
        by: text(&row["by"]),
        made: time::element(Millis(row["made"].as_u64().unwrap_or_default())),
        revoked: !row["revoked"].is_null(),
    };
    shown(&KeysPage {
        page: Page::new(&desk.office, visitor, "/keys")?.after(done),
        items: rows.as_array().into_iter().flatten().map(item).collect(),
        addresses: addresses(&desk.office, visitor, Verb::Manage),
        secret,
    })
}

#[derive(Deserialize)]
pub(in super::super) struct KeyForm {
    verb: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    /// Verbs with spaces or commas between.
    #[serde(default)]
    can: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    at: String,
}

/// `POST /keys`.
pub(in super::super) async fn change(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Posted(form): Posted<KeyForm>,
) -> Shown {
    if form.verb == "revoke" {
        desk.post(&visitor, &format!("/keys/{}/revoke", segment(&form.id)), json!({})).await?;
        return Ok(Redirect::to("/keys?done=discarded").into_response());
    }
    let can: Vec<&str> = form.can.split([' ', ',']).filter(|verb| !verb.is_empty()).collect();
    let mut body = json!({ "name": form.name.trim(), "can": can, "role": form.role });
    if !form.at.is_empty() {
        body["at"] = form.at.into();
    }
    let made = desk.post(&visitor, "/keys", body).await?;
    page(&desk, &visitor, &Done::default(), text(&made["secret"])).await
}
