//! The why page: every step that was taken with a mail, in the words of `replyd why`.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State},
    http::Method,
};
use serde_json::Value;

use super::{
    super::{finding, problem::Problem, visitor::Visitor},
    Shown,
    desk::{Desk, segment},
    held::{text, texts},
    page::Page,
    shown,
};
use crate::types::ConversationId;

struct Part {
    title: &'static str,
    lines: Vec<String>,
}

#[derive(Template)]
#[template(path = "inbox/why.html")]
struct WhyPage {
    page: Page,
    id: String,
    subject: String,
    back: String,
    parts: Vec<Part>,
}

/// The parts of the page, each with how its lines begin. What begins with none of these is the delivery's.
const PARTS: [(&str, &[&str]); 6] = [
    ("The SMTP dialogue", &["envelope:"]),
    ("Which address it reached", &["address:"]),
    ("Who wrote it", &["SPF", "DKIM", "DMARC", "ARC", "level ", "not level "]),
    ("What kind it is", &["class ", "note:", "report:"]),
    ("Where it belongs", &["at "]),
    ("The AI", &["Autopilot", "handed to people", "summary:"]),
];

/// `GET /messages/{id}/why`.
pub(super) async fn page(State(desk): State<Arc<Desk>>, visitor: Visitor, Path(id): Path<String>) -> Shown {
    let why = desk.ask(&visitor, Method::GET, &format!("/messages/{}/why", segment(&id)), Value::Null).await?;
    shown(&WhyPage {
        page: Page::new(&desk.office, &visitor, "")?,
        subject: text(&why["mail"]["subject"]),
        back: back(&desk, &visitor, &why)?,
        parts: parts(texts(&why["steps"])),
        id,
    })
}

/// To its first conversation, else to the held list.
fn back(desk: &Desk, visitor: &Visitor, why: &Value) -> Result<String, Problem> {
    let filings = why["filings"].as_array().into_iter().flatten();
    let ids = filings.filter_map(|filed| filed["place"]["conversation"]["id"].as_str()?.parse::<ConversationId>().ok());
    for id in ids {
        if let Some(row) = finding::seen(&desk.office, visitor, id)? {
            return Ok(format!("/c/{}", row.number));
        }
    }
    Ok("/held".into())
}

fn parts(steps: Vec<String>) -> Vec<Part> {
    let mut parts: Vec<Part> = PARTS.iter().map(|(title, _)| Part { title, lines: Vec::new() }).collect();
    let mut rest = Part { title: "What became of it", lines: Vec::new() };
    for (n, step) in steps.into_iter().enumerate() {
        let begins = |(_, heads): &(&str, &[&str])| heads.iter().any(|head| step.starts_with(head));
        match PARTS.iter().position(begins) {
            // The first line says where it came from.
            None if n == 0 => parts[0].lines.push(step),
            Some(place) => parts[place].lines.push(step),
            None => rest.lines.push(step),
        }
    }
    parts.push(rest);
    parts.retain(|part| !part.lines.is_empty());
    parts
}
