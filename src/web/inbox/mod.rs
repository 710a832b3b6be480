//! The inbox: pages for people. They are written here, on the server, and work without JavaScript; `static/inbox.js` makes
//! them live. What they do is done by the same verbs that the API has.

mod conversation;
mod list;
mod page;
mod time;
mod timeline;

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};

use super::{
    api::{self, Office},
    assets,
    problem::Problem,
    visitor::Visitor,
};
use crate::{store::ConversationRow, types::Verb};

/// The pages.
pub fn inbox(office: Office) -> Router {
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/inbox") }))
        .route("/inbox", get(list::page))
        .route("/c/{number}", get(conversation::page))
        .with_state(Arc::new(office));
    pages.merge(assets::routes())
}

/// A conversation by its number, for who may do that with it.
fn find(office: &Office, visitor: &Visitor, verb: Verb, number: &str) -> Result<ConversationRow, Problem> {
    let row = api::find(office, number)?;
    let missing = || Problem::not_found(format!("there is no conversation {number}"));
    visitor.must(verb, &row.address, missing).map(|()| row)
}

/// A page, or why there is none: a page too.
type Shown = Result<Response, Trouble>;

/// A filled template as an answer. It is somebody's: no cache between keeps it.
fn shown(template: &impl Template) -> Shown {
    let text = template.render().map_err(|error| Problem::broken(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, text).into_response())
}

/// A [`Problem`] for people.
struct Trouble(Problem);

impl<E: Into<Problem>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

#[derive(Template)]
#[template(path = "inbox/trouble.html")]
struct TroublePage<'a> {
    title: &'a str,
    detail: &'a str,
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = self.0.status();
        let title = match status {
            StatusCode::NOT_FOUND => "Nothing is here",
            StatusCode::FORBIDDEN => "Not for your role",
            StatusCode::CONFLICT => "It has moved on",
            status if status.is_client_error() => "That cannot be done",
            _ => "Something of ours went wrong",
        };
        let page = TroublePage { title, detail: self.0.detail() };
        let text = page.render().unwrap_or_else(|_| title.to_owned());
        let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
        (status, headers, text).into_response()
    }
}
