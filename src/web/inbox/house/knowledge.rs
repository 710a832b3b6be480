//! `/knowledge`: articles that the AI answers from. Drafts, versions, and what is published; and what a question finds.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, Query, State},
    http::Method,
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::{
    super::{
        problem::Problem,
        visitor::{Posted, Visitor},
    },
    Shown,
    desk::{Desk, segment},
    held::text,
    page::{Done, Page},
    shown, time,
};
use crate::types::{Millis, Verb};

struct Item {
    name: String,
    state: &'static str,
    kind: &'static str,
    by: String,
    /// Markup.
    when: String,
}

struct Hit {
    place: String,
    words: String,
}

#[derive(Template)]
#[template(path = "inbox/house/knowledge.html")]
struct KnowledgePage {
    page: Page,
    items: Vec<Item>,
    asked: String,
    hits: Vec<Hit>,
    may_teach: bool,
}

#[derive(Deserialize)]
pub(in super::super) struct Asked {
    #[serde(default)]
    question: String,
}

/// `GET /knowledge`.
pub(in super::super) async fn list(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Query(Asked { question }): Query<Asked>,
    Query(done): Query<Done>,
) -> Shown {
    let rows = desk.ask(&visitor, Method::GET, "/knowledge/articles", Value::Null).await?;
    let hits = if question.trim().is_empty() {
        Value::Null
    } else {
        let path = format!("/knowledge/search?q={}", segment(&question));
        desk.ask(&visitor, Method::GET, &path, Value::Null).await?
    };
    shown(&KnowledgePage {
        page: Page::new(&desk.office, &visitor, "/knowledge")?.after(&done),
        items: rows.as_array().into_iter().flatten().map(item).collect(),
        hits: hits.as_array().into_iter().flatten().map(hit).collect(),
        asked: question,
        may_teach: visitor.actor.may(Verb::Teach, None),
    })
}

fn item(row: &Value) -> Item {
    let newest = row["versions"].as_array().and_then(|all| all.last()).map(|one| &one["version"]);
    let (state, kind) = match &row["published"] {
        Value::Null => ("draft", "waits"),
        published if Some(&published["version"]) == newest => ("published", "good"),
        _ => ("published; a newer draft waits", "waits"),
    };
    Item { name: text(&row["name"]), state, kind, by: text(&row["by"]), when: when(row) }
}

fn when(row: &Value) -> String {
    time::element(Millis(row["at"].as_u64().unwrap_or_default()))
}

fn hit(found: &Value) -> Hit {
    let place = format!("{} › {}", text(&found["file"]), text(&found["heading"]));
    Hit { place, words: text(&found["text"]) }
}

struct Version {
    number: String,
    by: String,
    /// Markup.
    when: String,
    published: bool,
    shown: bool,
}

#[derive(Template)]
#[template(path = "inbox/house/article.html")]
struct ArticlePage {
    page: Page,
    name: String,
    text: String,
    newest: String,
    versions: Vec<Version>,
    published: bool,
    may_teach: bool,
}

#[derive(Deserialize)]
pub(in super::super) struct Which {
    version: Option<u64>,
}

/// `GET /knowledge/{name}`.
pub(in super::super) async fn article(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(which): Query<Which>,
    Query(done): Query<Done>,
) -> Shown {
    let query = which.version.map(|version| format!("?version={version}")).unwrap_or_default();
    let path = format!("/knowledge/articles/{}{query}", segment(&name));
    let row = desk.ask(&visitor, Method::GET, &path, Value::Null).await?;
    let published = &row["published"]["version"];
    let version = |one: &Value| Version {
        number: text(&one["version"]),
        by: text(&one["by"]),
        when: when(one),
        published: one["version"] == *published,
        shown: one["version"] == row["version"],
    };
    let mut versions: Vec<Version> = row["versions"].as_array().into_iter().flatten().map(version).collect();
    versions.reverse();
    shown(&ArticlePage {
        page: Page::new(&desk.office, &visitor, "/knowledge")?.after(&done),
        name: text(&row["name"]),
        text: text(&row["text"]),
        newest: versions.first().map(|version| version.number.clone()).unwrap_or_default(),
        versions,
        published: !published.is_null(),
        may_teach: visitor.actor.may(Verb::Teach, None),
    })
}

#[derive(Deserialize)]
pub(in super::super) struct AddForm {
    name: String,
    text: String,
    #[serde(default)]
    publish: String,
}

/// `POST /knowledge`.
pub(in super::super) async fn add(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Posted(form): Posted<AddForm>,
) -> Shown {
    let body = json!({ "name": form.name.trim(), "text": form.text, "publish": form.publish == "yes" });
    desk.post(&visitor, "/knowledge/articles", body).await?;
    back(&form.name)
}

#[derive(Deserialize)]
pub(in super::super) struct ArticleForm {
    verb: String,
    #[serde(default)]
    text: String,
    /// The version that was read.
    #[serde(default)]
    version: u64,
}

/// `POST /knowledge/{name}`.
pub(in super::super) async fn change(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Posted(form): Posted<ArticleForm>,
) -> Shown {
    let path = format!("/knowledge/articles/{}", segment(&name));
    let ArticleForm { verb, text, version } = form;
    match verb.as_str() {
        "save" | "publish-text" => {
            let publish = verb == "publish-text";
            let body = json!({ "text": text, "version": version, "publish": publish });
            desk.put(&visitor, &path, body).await?;
        }
        "publish" => drop(desk.post(&visitor, &format!("{path}/publish"), json!({ "version": version })).await?),
        "unpublish" => drop(desk.post(&visitor, &format!("{path}/unpublish"), json!({})).await?),
        "rollback" => drop(desk.post(&visitor, &format!("{path}/rollback"), json!({ "version": version })).await?),
        "remove" => {
            desk.delete(&visitor, &path, json!({})).await?;
            return Ok(Redirect::to("/knowledge?done=discarded").into_response());
        }
        verb => return Err(Problem::bad_request(format!("`{verb}` is nothing that can be done here")).into()),
    }
    back(&name)
}

fn back(name: &str) -> Shown {
    Ok(Redirect::to(&format!("/knowledge/{}?done=saved", segment(name.trim()))).into_response())
}
