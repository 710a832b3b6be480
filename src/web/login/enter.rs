//! `/login`: name and password, then a code; and `/logout`.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Form, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::Deserialize;

use super::{Hall, cookies::Cookie, local, see, see_with, shown, status_of};
use crate::{
    people::{Browser, Inside, Knock, LoginError, Ticket},
    types::Secret,
    web::visitor::Posted,
};

#[derive(Template)]
#[template(path = "login/login.html")]
struct LoginPage<'a> {
    next: &'a str,
    name: &'a str,
    /// Why they are here again.
    trouble: &'a str,
    /// They are logged in, and are to prove it once more.
    again: bool,
}

#[derive(Template)]
#[template(path = "login/code.html")]
struct CodePage<'a> {
    next: &'a str,
    trouble: &'a str,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    next: String,
    again: String,
}

pub(super) async fn page(inside: Option<Extension<Inside>>, Query(wanted): Query<Wanted>) -> Response {
    let next = local(&wanted.next);
    match &inside {
        Some(_) if wanted.again.is_empty() => see(next),
        Some(Extension(inside)) => {
            let name = inside.account.name.as_str();
            shown(StatusCode::OK, &LoginPage { next, name, trouble: "", again: true })
        }
        None => shown(StatusCode::OK, &LoginPage { next, name: "", trouble: "", again: false }),
    }
}

/// What the form holds. Not `Debug`: there is a password in it.
#[derive(Deserialize)]
pub(super) struct Credentials {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn knock(
    State(hall): State<Arc<Hall>>,
    Extension(browser): Extension<Browser>,
    Form(said): Form<Credentials>,
) -> Response {
    let Credentials { name, password, next } = said;
    match hall.door.knock(&name, Secret::new(password), &browser).await {
        Ok(knock) => come_in(&hall, knock, &next),
        Err(error) => {
            let page = LoginPage { next: local(&next), name: &name, trouble: &error.to_string(), again: false };
            refused(&error, shown(status_of(&error), &page))
        }
    }
}

/// Says when to come back, where that is the trouble.
fn refused(error: &LoginError, mut response: Response) -> Response {
    if let LoginError::Braked(wait) = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs().max(1)));
    }
    response
}

/// Where somebody goes whose password was right.
pub(super) fn come_in(hall: &Hall, knock: Knock, next: &str) -> Response {
    match knock {
        Knock::In(ticket) => in_at(hall, &ticket, next),
        Knock::NeedsCode(halfway) => {
            let next: String = url::form_urlencoded::byte_serialize(local(next).as_bytes()).collect();
            see_with(&format!("/login/code?next={next}"), &[Cookie::Halfway.set(&hall.site, &halfway)])
        }
    }
}

/// They are in: the browser has a token that nobody had before.
pub(super) fn in_at(hall: &Hall, ticket: &Ticket, next: &str) -> Response {
    let cookies = [Cookie::Login.set(&hall.site, &ticket.token), Cookie::Halfway.clear(&hall.site)];
    see_with(local(next), &cookies)
}

pub(super) async fn code_page(
    State(hall): State<Arc<Hall>>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Response {
    match Cookie::Halfway.read(&hall.site, &headers) {
        Some(_) => shown(StatusCode::OK, &CodePage { next: local(&wanted.next), trouble: "" }),
        None => see("/login"),
    }
}

/// What the form holds.
#[derive(Deserialize)]
pub(super) struct SaidCode {
    code: String,
    #[serde(default)]
    next: String,
}

pub(super) async fn prove(
    State(hall): State<Arc<Hall>>,
    Extension(browser): Extension<Browser>,
    headers: HeaderMap,
    Form(said): Form<SaidCode>,
) -> Response {
    let Some(halfway) = Cookie::Halfway.read(&hall.site, &headers) else { return see("/login") };
    let next = local(&said.next);
    match hall.door.prove(halfway.expose_str(), &said.code, &browser).await {
        Ok(ticket) => in_at(&hall, &ticket, next),
        Err(error @ LoginError::Over) => {
            shown(status_of(&error), &LoginPage { next, name: "", trouble: &error.to_string(), again: false })
        }
        Err(error) => refused(&error, shown(status_of(&error), &CodePage { next, trouble: &error.to_string() })),
    }
}

/// A form with nothing in it but what every form carries.
#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn leave(
    State(hall): State<Arc<Hall>>,
    Extension(inside): Extension<Inside>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Response {
    match hall.door.end_login(&inside.account, inside.login.digest).await {
        Ok(()) => see_with("/login", &[Cookie::Login.clear(&hall.site)]),
        Err(error) => axum::response::IntoResponse::into_response(crate::web::problem::Problem::from(error)),
    }
}
