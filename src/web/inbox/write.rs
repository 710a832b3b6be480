//! What a person writes: a reply with its files, and how it would look.

use std::sync::Arc;

use axum::{
    extract::{Multipart, Path, State, multipart::Field},
    http::{Method, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    super::{
        problem::Problem,
        visitor::{CSRF_FIELD, Posted, Visitor},
    },
    Shown, Trouble,
    desk::{Desk, segment},
};
use crate::{outbound::words_html, types::base64};

/// Octets of a form with files: the largest letter there may be, and its words.
pub(super) const FORM_OCTETS_MAX: usize = 48 * 1024 * 1024;

/// A reply as the form sends it. RFC 7578.
#[derive(Debug, Default)]
struct ReplyForm {
    csrf: String,
    generation: String,
    markdown: String,
    to: String,
    cc: String,
    then: String,
    files: Vec<Value>,
}

impl ReplyForm {
    async fn read(mut form: Multipart) -> Result<Self, Problem> {
        let mut read = Self::default();
        while let Some(field) = form.next_field().await.map_err(|error| Problem::bad_request(error.body_text()))? {
            let name = field.name().unwrap_or_default().to_owned();
            let place = match name.as_str() {
                CSRF_FIELD => &mut read.csrf,
                "generation" => &mut read.generation,
                "markdown" => &mut read.markdown,
                "to" => &mut read.to,
                "cc" => &mut read.cc,
                "then" => &mut read.then,
                "file" => {
                    read.files.extend(file(field).await?);
                    continue;
                }
                _ => return Err(Problem::bad_request(format!("`{name}` is no field of a reply"))),
            };
            *place = field.text().await.map_err(|error| Problem::bad_request(error.body_text()))?;
        }
        Ok(read)
    }

    /// As the API takes it.
    fn request(&self) -> Value {
        let copies = self.cc.split([',', ';']).map(str::trim).filter(|one| !one.is_empty());
        let mut body = json!({ "markdown": self.markdown, "cc": copies.collect::<Vec<_>>() });
        if let Ok(generation) = self.generation.parse::<u64>() {
            body["generation"] = generation.into();
        }
        if !self.to.trim().is_empty() {
            body["to"] = self.to.trim().into();
        }
        // None chosen: those of a letter that was taken back go with it again.
        if !self.files.is_empty() {
            body["attachments"] = self.files.clone().into();
        }
        body
    }
}

/// A file; `None` where none was chosen: browsers send an empty one then.
async fn file(field: Field<'_>) -> Result<Option<Value>, Problem> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let octets = field.bytes().await.map_err(|error| Problem::bad_request(error.body_text()))?;
    let chosen = !name.is_empty() || !octets.is_empty();
    Ok(chosen.then(|| json!({ "name": name, "content": base64(&octets) })))
}

/// `POST /c/{number}/reply`.
pub(super) async fn reply(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    form: Multipart,
) -> Shown {
    let form = ReplyForm::read(form).await?;
    visitor.check_form(&form.csrf)?;
    let path = format!("/conversations/{}", segment(&number));
    if let Err(problem) = desk.post(&visitor, &format!("{path}/replies"), form.request()).await {
        // Also in the reply, when they go back to it; if that fails too, the page has them.
        let _ = desk.put(&visitor, &format!("{path}/drafts/mine"), json!({ "markdown": form.markdown })).await;
        return Ok(unsent(&number, &form.markdown, &problem));
    }
    if form.then == "resolve" {
        desk.ask(&visitor, Method::PATCH, &path, json!({ "status": "resolved" })).await?;
    }
    Ok(Redirect::to(&format!("/c/{}?done=sent", segment(&number))).into_response())
}

#[derive(askama::Template)]
#[template(path = "inbox/unsent.html")]
struct UnsentPage<'a> {
    number: &'a str,
    detail: &'a str,
    words: &'a str,
}

/// Nothing that was typed is lost when it could not be sent.
fn unsent(number: &str, words: &str, problem: &Problem) -> Response {
    let page = UnsentPage { number, detail: problem.detail(), words };
    let answer = super::shown(&page).unwrap_or_else(Trouble::into_response);
    (problem.status(), answer).into_response()
}

#[derive(Deserialize)]
pub(super) struct PreviewForm {
    markdown: String,
}

/// `POST /preview`: words as the customer will see them, by the same program.
pub(super) async fn preview(_: Visitor, Posted(form): Posted<PreviewForm>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (headers, words_html(&form.markdown)).into_response()
}
