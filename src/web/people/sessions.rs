//! `/api/v1/sessions`: where people are logged in. Everybody sees and ends their own, who manages people all.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    store::people::{AccountRow, LoginRow},
    types::{Millis, Verb},
    web::{api::Answer, login::Hall, problem::Problem, visitor::Visitor},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Hall>> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(end))
}

/// One login.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    id: String,
    account: String,
    agent: String,
    made: Millis,
    expires: Millis,
    last_used: Millis,
}

/// Logins that they may see: of everybody who manages people, else their own.
fn seen(hall: &Hall, visitor: &Visitor) -> Result<Vec<(AccountRow, LoginRow)>, Problem> {
    let all = visitor.actor.may(Verb::Manage, None);
    let accounts = hall.store.accounts()?.into_iter();
    let theirs = accounts.filter(|row| all || visitor.actor.name() == Some(row.name.as_str()));
    Ok(theirs.flat_map(|row| row.logins.clone().into_iter().map(move |login| (row.clone(), login))).collect())
}

/// Logins that have not ended.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "sessions", security(("key" = ["manage"])), responses((status = 200, body = Vec<SessionView>)))]
async fn list(State(hall): State<Arc<Hall>>, visitor: Visitor) -> Answer<Vec<SessionView>> {
    Ok(Json(seen(&hall, &visitor)?.into_iter().map(|(row, login)| session(&hall, &row, login)).collect()))
}

fn session(hall: &Hall, row: &AccountRow, login: LoginRow) -> SessionView {
    let (id, last_used) = (login.digest.head(), hall.door.last_seen(&login));
    SessionView {
        id,
        account: row.name.to_string(),
        agent: login.agent,
        made: login.made,
        expires: login.expires,
        last_used,
    }
}

/// Ends a login; gives what it was.
#[utoipa::path(post, path = "/api/v1/sessions/{id}/end", tag = "sessions", security(("key" = ["manage"])), responses((status = 200, body = SessionView)))]
async fn end(State(hall): State<Arc<Hall>>, visitor: Visitor, Path(id): Path<String>) -> Answer<SessionView> {
    let found = seen(&hall, &visitor)?.into_iter().find(|(_, login)| login.digest.head() == id);
    let (row, login) = found.ok_or_else(|| Problem::not_found(format!("there is no session {id}")))?;
    hall.door.end_login(&row, login.digest).await?;
    Ok(Json(session(&hall, &row, login)))
}
