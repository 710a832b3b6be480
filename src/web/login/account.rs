//! `/account`: what people change of their own account, and where they are logged in.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{Hall, enter::in_at, is_fresh, prove_again, see, shown, status_of};
use crate::{
    people::{Browser, Code, Inside, LoginError, OwnError, PASSWORD_CHARS_MIN, Ticket},
    store::{
        StoreError,
        people::{AccountChange, AccountVerb, LoginRow},
    },
    types::Secret,
    web::{problem::Problem, view::moment, visitor::Posted},
};

#[derive(Template)]
#[template(path = "login/account.html")]
struct AccountPage<'a> {
    csrf: &'a str,
    name: &'a str,
    shown: &'a str,
    mail: String,
    roles: Vec<String>,
    second_factor: bool,
    chars_min: usize,
    logins: Vec<LoginLine>,
    said: &'a str,
    trouble: &'a str,
}

/// One login.
struct LoginLine {
    /// By which a form names it.
    id: String,
    agent: String,
    since: String,
    used: String,
    here: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

impl Done {
    /// Words of ours, never those of the address.
    fn words(&self) -> &'static str {
        match self.done.as_str() {
            "name" => "Others see you under that name now.",
            "password" => "The password is changed, and you are logged out everywhere else.",
            "factor" => "From now on a login needs a code of your app. You are logged out everywhere else.",
            "no-factor" => "Your password is enough again.",
            "ended" => "That login has ended.",
            _ => "",
        }
    }
}

pub(super) async fn page(
    State(hall): State<Arc<Hall>>,
    inside: Option<Extension<Inside>>,
    Query(done): Query<Done>,
) -> Response {
    match inside {
        Some(Extension(inside)) => account(&hall, &inside, StatusCode::OK, done.words(), ""),
        None => Hall::no_account(),
    }
}

fn account(hall: &Hall, inside: &Inside, status: StatusCode, said: &str, trouble: &str) -> Response {
    let row = &inside.account;
    let line = |login: &LoginRow| LoginLine {
        id: login.digest.head(),
        agent: if login.agent.is_empty() {
            "a browser that says nothing of itself".into()
        } else {
            login.agent.clone()
        },
        since: moment(login.made),
        used: moment(hall.door.last_seen(login)),
        here: login.digest == inside.login.digest,
    };
    let page = AccountPage {
        csrf: &inside.csrf,
        name: row.name.as_str(),
        shown: &row.shown,
        mail: row.mail.as_ref().map(ToString::to_string).unwrap_or_default(),
        roles: super::staff::roles(&row.grants),
        second_factor: row.second_factor.is_some(),
        chars_min: PASSWORD_CHARS_MIN,
        logins: row.logins.iter().rev().map(line).collect(),
        said,
        trouble,
    };
    shown(status, &page)
}

/// The page again, with what was not right; or the answer to what is no fault of theirs.
fn refused(hall: &Hall, inside: &Inside, error: &OwnError) -> Response {
    let status = match error {
        OwnError::WrongPassword | OwnError::WrongCode => StatusCode::UNPROCESSABLE_ENTITY,
        OwnError::Login(error) => status_of(error),
    };
    account(hall, inside, status, "", &error.to_string())
}

fn refused_by_store(hall: &Hall, inside: &Inside, error: StoreError) -> Response {
    refused(hall, inside, &OwnError::Login(LoginError::Store(error)))
}

/// They go on with another token.
fn changed(hall: &Hall, inside: &Inside, done: &str, outcome: Result<Ticket, OwnError>) -> Response {
    match outcome {
        Ok(ticket) => in_at(hall, &ticket, &format!("/account?done={done}")),
        Err(error) => refused(hall, inside, &error),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct SaidName {
    shown: String,
}

pub(super) async fn rename(
    State(hall): State<Arc<Hall>>,
    Extension(inside): Extension<Inside>,
    Posted(said): Posted<SaidName>,
) -> Response {
    let row = &inside.account;
    let verb = AccountVerb::Describe { shown: said.shown, mail: row.mail.clone() };
    let (name, by, now) = (row.name.clone(), row.name.to_string(), hall.clock.now());
    match hall.store.change_account(AccountChange { name, verb, keeping: None, by, now }).await {
        Ok(_) => see("/account?done=name"),
        Err(error) => refused_by_store(&hall, &inside, error),
    }
}

/// Not `Debug`, as all that holds a password.
#[derive(Deserialize)]
pub(super) struct SaidPasswords {
    old: String,
    new: String,
}

pub(super) async fn password(
    State(hall): State<Arc<Hall>>,
    Extension(inside): Extension<Inside>,
    Extension(browser): Extension<Browser>,
    Posted(said): Posted<SaidPasswords>,
) -> Response {
    let (old, new) = (Secret::new(said.old), Secret::new(said.new));
    let outcome = hall.door.change_password(&inside, old, new, &browser).await;
    changed(&hall, &inside, "password", outcome)
}

#[derive(Template)]
#[template(path = "login/factor.html")]
struct FactorPage<'a> {
    csrf: &'a str,
    secret: String,
    uri: &'a str,
    sealed: &'a str,
}

/// Shows a new secret, once. It counts when a code of it comes back.
pub(super) async fn enrol(State(hall): State<Arc<Hall>>, inside: Option<Extension<Inside>>) -> Response {
    let Some(Extension(inside)) = inside else { return Hall::no_account() };
    if !is_fresh(&inside, hall.clock.now()) {
        return prove_again("/account/second-factor");
    }
    match hall.door.enrol(&inside, hall.site.issuer()) {
        Ok(enrolment) => {
            let (secret, uri) = (in_fours(enrolment.secret.expose_str()), enrolment.uri.expose_str());
            let page = FactorPage { csrf: &inside.csrf, secret, uri, sealed: &enrolment.sealed };
            shown(StatusCode::OK, &page)
        }
        Err(error) => Problem::broken(error.to_string()).into_response(),
    }
}

/// As people type it.
fn in_fours(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
}

/// Not `Debug`.
#[derive(Deserialize)]
pub(super) struct SaidFactor {
    password: String,
    sealed: String,
    code: String,
}

pub(super) async fn set_second_factor(
    State(hall): State<Arc<Hall>>,
    Extension(inside): Extension<Inside>,
    Extension(browser): Extension<Browser>,
    Posted(said): Posted<SaidFactor>,
) -> Response {
    let SaidFactor { password, sealed, code } = said;
    let outcome = hall.door.set_second_factor(&inside, Secret::new(password), Code { sealed, code }, &browser).await;
    changed(&hall, &inside, "factor", outcome)
}

/// Not `Debug`.
#[derive(Deserialize)]
pub(super) struct SaidPassword {
    password: String,
}

pub(super) async fn drop_second_factor(
    State(hall): State<Arc<Hall>>,
    Extension(inside): Extension<Inside>,
    Extension(browser): Extension<Browser>,
    Posted(said): Posted<SaidPassword>,
) -> Response {
    let outcome = hall.door.drop_second_factor(&inside, Secret::new(said.password), &browser).await;
    changed(&hall, &inside, "no-factor", outcome)
}

#[derive(Debug, Deserialize)]
pub(super) struct SaidLogin {
    /// Which; all others when it is empty.
    id: String,
}

pub(super) async fn end_logins(
    State(hall): State<Arc<Hall>>,
    Extension(inside): Extension<Inside>,
    Posted(said): Posted<SaidLogin>,
) -> Response {
    let (row, here) = (&inside.account, inside.login.digest);
    let ended = match row.logins.iter().find(|login| login.digest.head() == said.id) {
        Some(login) => hall.door.end_login(row, login.digest).await,
        None if said.id.is_empty() => hall.door.end_others(row, here).await,
        // It has ended meanwhile.
        None => Ok(()),
    };
    match ended {
        Ok(()) => see("/account?done=ended"),
        Err(error) => refused_by_store(&hall, &inside, error),
    }
}
