//! `/api/v1/blocked`: contacts and domains that are not let in any more.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office},
    problem::{Problem, said},
    visitor::Visitor,
};
use crate::{
    observability::maillog,
    store::{Block, BlockedRow, Who},
    types::Verb,
};

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove))
}

/// Newest first, for who sees what is held because of it.
#[utoipa::path(get, path = "/blocked", tag = "blocked", security(("key" = ["release"])), responses((status = 200, body = Vec<BlockedRow>)))]
async fn list(State(office): State<Arc<Office>>, visitor: Visitor) -> Answer<Vec<BlockedRow>> {
    visitor.must_everywhere(Verb::Release)?;
    Ok(Json(office.store.blocked()?))
}

fn who(text: &str) -> Result<Who, Problem> {
    Who::parse(text.trim()).map_err(|error| Problem::bad_request(format!("neither an address nor a domain: {error}")))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddRequest {
    /// A contact's address, or a domain.
    who: String,
    /// Why.
    why: String,
    /// Who decides; said by the operator only.
    by: Option<String>,
}

/// Has a contact or a domain not let in any more; gives the row. It concerns every address.
#[utoipa::path(post, path = "/blocked", tag = "blocked", security(("key" = ["redact"])), responses((status = 200, body = BlockedRow)))]
async fn add(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(request): Json<AddRequest>,
) -> Answer<BlockedRow> {
    visitor.must_everywhere(Verb::Redact)?;
    let who = who(&request.who)?;
    let (by, why) = (visitor.by(request.by)?, said(request.why, "say why")?);
    office.store.block(Block { who: who.clone(), why: Some(why), by, now: office.clock.now() }).await?;
    maillog::block(&who, "blocked");
    row(&office, &who)
}

fn row(office: &Office, who: &Who) -> Answer<BlockedRow> {
    let row = office.store.block_of(who)?;
    row.map(Json).ok_or_else(|| Problem::not_found(format!("{who} is not blocked")))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RemoveQuery {
    /// Who decides; said by the operator only.
    by: Option<String>,
}

/// Lets them in again; gives what stood there.
#[utoipa::path(delete, path = "/blocked/{who}", tag = "blocked", security(("key" = ["redact"])), params(RemoveQuery), responses((status = 200, body = BlockedRow)))]
async fn remove(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(text): Path<String>,
    Query(query): Query<RemoveQuery>,
) -> Answer<BlockedRow> {
    visitor.must_everywhere(Verb::Redact)?;
    let who = who(&text)?;
    let before = row(&office, &who)?;
    let by = visitor.by(query.by)?;
    office.store.block(Block { who: who.clone(), why: None, by, now: office.clock.now() }).await?;
    maillog::block(&who, "let in again");
    Ok(before)
}
