//! `/invite/TOKEN`: who was sent a link sets a password by it, once. Looking at the page uses nothing.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Form, Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{Hall, enter::come_in, shown, status_of};
use crate::{
    people::{Accepted, Browser, InviteError, Invited, PASSWORD_CHARS_MIN},
    types::Secret,
};

#[derive(Template)]
#[template(path = "login/invite.html")]
struct InvitePage<'a> {
    /// The form sends to it.
    token: &'a str,
    /// They choose it themselves.
    first: bool,
    name: &'a str,
    shown: &'a str,
    chars_min: usize,
    trouble: &'a str,
}

#[derive(Template)]
#[template(path = "login/gone.html")]
struct GonePage<'a> {
    trouble: &'a str,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, Path(token): Path<String>) -> Response {
    form(&hall, &token, "", "", None)
}

/// The form, or that the link does not work.
fn form(hall: &Hall, token: &str, name: &str, called: &str, error: Option<&InviteError>) -> Response {
    let trouble = error.map(ToString::to_string).unwrap_or_default();
    let status = match error {
        None => StatusCode::OK,
        Some(InviteError::Login(error)) => status_of(error),
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let page = |first, name: &str, called: &str| {
        let page = InvitePage { token, first, name, shown: called, chars_min: PASSWORD_CHARS_MIN, trouble: &trouble };
        shown(status, &page)
    };
    match hall.door.invited(token) {
        Ok(Invited::First) => page(true, name, called),
        Ok(Invited::Account(row)) => {
            page(false, row.name.as_str(), if called.is_empty() { &row.shown } else { called })
        }
        Err(gone @ InviteError::Gone) => shown(StatusCode::NOT_FOUND, &GonePage { trouble: &gone.to_string() }),
        Err(error) => shown(StatusCode::SERVICE_UNAVAILABLE, &GonePage { trouble: &error.to_string() }),
    }
}

/// What the form holds. Not `Debug`: there is a password in it.
#[derive(Deserialize)]
pub(super) struct SaidInvite {
    #[serde(default)]
    name: String,
    shown: String,
    password: String,
}

pub(super) async fn accept(
    State(hall): State<Arc<Hall>>,
    Path(token): Path<String>,
    Extension(browser): Extension<Browser>,
    Form(said): Form<SaidInvite>,
) -> Response {
    let SaidInvite { name, shown: called, password } = said;
    let accepted = Accepted { name: name.clone(), shown: called.clone(), password: Secret::new(password) };
    match hall.door.accept(&token, accepted, &browser).await {
        Ok(knock) => come_in(&hall, knock, "/"),
        Err(error) => form(&hall, &token, &name, &called, Some(&error)),
    }
}
