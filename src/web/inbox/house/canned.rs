//! `/canned`: prepared replies.

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
    held::text,
    page::{Done, Page},
    shown,
};

use crate::types::Verb;

struct Item {
    name: String,
    title: String,
    markdown: String,
    address: String,
}

#[derive(Template)]
#[template(path = "inbox/house/canned.html")]
struct CannedPage {
    page: Page,
    items: Vec<Item>,
    addresses: Vec<String>,
}

/// `GET /canned`.
pub(in super::super) async fn list(State(desk): State<Arc<Desk>>, visitor: Visitor, Query(done): Query<Done>) -> Shown {
    let rows = desk.ask(&visitor, Method::GET, "/canned", Value::Null).await?;
    let item = |row: &Value| Item {
        name: text(&row["name"]),
        title: text(&row["title"]),
        markdown: text(&row["markdown"]),
        address: text(&row["address"]),
    };
    shown(&CannedPage {
        page: Page::new(&desk.office, &visitor, "/canned")?.after(&done),
        items: rows.as_array().into_iter().flatten().map(item).collect(),
        addresses: addresses(&desk.office, &visitor, Verb::Answer),
    })
}

#[derive(Deserialize)]
pub(in super::super) struct CannedForm {
    verb: String,
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    markdown: String,
    #[serde(default)]
    address: String,
}

/// `POST /canned`: keeps one under its name, or takes it away.
pub(in super::super) async fn change(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Posted(form): Posted<CannedForm>,
) -> Shown {
    let path = format!("/canned/{}", segment(form.name.trim()));
    if form.verb == "remove" {
        let by = visitor.actor.name().map_or("?by=operator", |_| "");
        desk.ask(&visitor, Method::DELETE, &format!("{path}{by}"), Value::Null).await?;
        return Ok(Redirect::to("/canned?done=discarded").into_response());
    }
    let mut body = json!({ "title": form.title, "markdown": form.markdown });
    if !form.address.is_empty() {
        body["address"] = form.address.into();
    }
    desk.put(&visitor, &path, body).await?;
    Ok(Redirect::to("/canned?done=saved").into_response())
}
