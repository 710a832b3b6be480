//! The inbox: pages for people. They are written here, on the server, and work without JavaScript; `static/inbox.js` makes
//! them live. What they do is done by the same verbs that the API has.

mod act;
mod conversation;
mod desk;
mod events;
mod held;
mod house;
mod list;
mod page;
mod presence;
mod queue;
mod time;
mod timeline;
mod why;
mod write;

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

use tokio_util::sync::CancellationToken;

use self::desk::Desk;
pub use self::house::Premises;
use super::{api::Office, assets, problem::Problem, visitor::Visitor};
use crate::{
    store::{ConversationRow, people::AccountRow},
    types::Verb,
};

/// The pages. `api` is what they do things by; `stop` ends what listens.
pub fn inbox(office: Office, api: Router, premises: Premises, stop: CancellationToken) -> Router {
    let desk = Arc::new(Desk::new(office.clone(), api, premises, stop));
    let doing = Router::new()
        .route("/c/{number}/mark", post(act::mark))
        .route("/c/{number}/tags", post(act::tags))
        .route("/c/{number}/note", post(act::note))
        .route("/c/{number}/snooze", post(act::snooze))
        .route("/c/{number}/merge", post(act::merge))
        .route("/c/{number}/split", post(act::split))
        .route("/messages/{id}/redact", post(act::redact_mail))
        .route("/letters/{id}/redact", post(act::redact_letter))
        .route("/c/{number}/block", post(act::block))
        .route("/c/{number}/unfinished", post(act::unfinished))
        .route("/c/{number}/draft", post(act::draft))
        .route("/c/{number}/call", post(act::call))
        .route("/c/{number}/reply", post(write::reply).layer(DefaultBodyLimit::max(write::FORM_OCTETS_MAX)))
        .route("/l/{id}", post(act::letter))
        .route("/held", get(held::list))
        .route("/held/{id}", get(held::mail).post(held::decide))
        .route("/messages/{id}/why", get(why::page))
        .route("/queue", get(queue::page))
        .route("/setup", get(house::setup::page))
        .route("/knowledge", get(house::knowledge::list).post(house::knowledge::add))
        .route("/knowledge/{name}", get(house::knowledge::article).post(house::knowledge::change))
        .route("/canned", get(house::canned::list).post(house::canned::change))
        .route("/keys", get(house::keys::list).post(house::keys::change))
        .route("/webhooks", get(house::webhooks::list).post(house::webhooks::change))
        .route("/preview", post(write::preview))
        .route("/events", get(events::listen))
        .route("/c/{number}/typing", post(events::typing))
        .with_state(desk);
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/inbox") }))
        .route("/inbox", get(list::page))
        .route("/c/{number}", get(conversation::page))
        .with_state(Arc::new(office));
    pages.merge(doing).merge(assets::routes())
}

/// Who can be given a conversation: those who may answer it.
fn colleagues(office: &Office, row: &ConversationRow) -> Result<Vec<String>, Problem> {
    let may = |account: &AccountRow| !account.disabled && account.grants.allow(Verb::Answer, Some(&row.address));
    let accounts = office.store.accounts()?;
    Ok(accounts.iter().filter(|account| may(account)).map(|account| account.name.to_string()).collect())
}

/// The support addresses where they may do that, as pages offer them: another's name is nothing they see (S-26).
fn addresses(office: &Office, visitor: &Visitor, verb: Verb) -> Vec<String> {
    let reach = visitor.actor.reach(verb);
    office.rules.directory.addresses().filter(|one| reach.holds(one)).map(ToString::to_string).collect()
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
