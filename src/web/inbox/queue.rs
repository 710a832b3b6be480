//! What leaves: letters that wait, were refused or came back, and answers that are due.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Query, State},
    http::Method,
};
use serde_json::Value;

use super::{
    super::visitor::Visitor,
    Shown,
    desk::Desk,
    held::text,
    page::{Done, Page},
    shown, time, timeline,
};

struct Row {
    id: String,
    number: String,
    what: String,
    state: String,
    /// Markup.
    words: String,
    failed: bool,
    verbs: &'static [(&'static str, &'static str)],
}

#[derive(Template)]
#[template(path = "inbox/queue.html")]
struct QueuePage {
    page: Page,
    rows: Vec<Row>,
}

/// `GET /queue`.
pub(super) async fn page(State(desk): State<Arc<Desk>>, visitor: Visitor, Query(done): Query<Done>) -> Shown {
    let queue = desk.ask(&visitor, Method::GET, "/queue", Value::Null).await?;
    let now = desk.office.clock.now();
    let row = |row: &Value| {
        let (state, delivers) = (text(&row["state"]), row["kind"] == "deliver");
        let soon = row["next"].as_u64().is_some_and(|next| next > now.0);
        let untried = row["tries"] == 0;
        Row {
            id: text(&row["id"]),
            number: text(&row["number"]),
            what: if delivers {
                format!("{} to {}", text(&row["subject"]), text(&row["to"]))
            } else {
                "The AI's answer".into()
            },
            words: time::in_words(&text(&row["words"])),
            failed: matches!(state.as_str(), "refused" | "bounced" | "parked"),
            verbs: if delivers { timeline::verbs(&state, untried && soon) } else { &[] },
            state,
        }
    };
    let rows = queue.as_array().into_iter().flatten().map(row).collect();
    shown(&QueuePage { page: Page::new(&desk.office, &visitor, "/queue")?.after(&done), rows })
}
