//! `/api/v1/conversations/{id}/drafts/mine`: what somebody has begun to write and not sent.

use std::sync::Arc;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office},
    finding::find,
    view::moment,
    visitor::Visitor,
};
use crate::{
    store::{ConversationRow, UNFINISHED_OCTETS_MAX, UnfinishedRow},
    types::Verb,
};

/// Octets of a request: all the words, each octet of them escaped, and what stands around them.
const REQUEST_OCTETS_MAX: usize = 6 * UNFINISHED_OCTETS_MAX + 4096;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(show, keep, forget)).layer(DefaultBodyLimit::max(REQUEST_OCTETS_MAX))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Mine {
    /// Who; said by the operator only.
    by: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct KeepRequest {
    /// The words so far; none: there is no such reply any more.
    markdown: String,
    /// Who; said by the operator only.
    by: Option<String>,
}

/// The words so far: none, and no moment, where nothing was begun.
#[derive(Debug, Default, Serialize, ToSchema)]
struct UnfinishedView {
    markdown: String,
    /// RFC 3339.
    at: Option<String>,
}

/// What somebody has begun to write and not sent.
#[utoipa::path(get, path = "/conversations/{id}/drafts/mine", tag = "conversations", security(("key" = ["answer"])), params(Mine), responses((status = 200, body = UnfinishedView)))]
async fn show(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(mine): Query<Mine>,
) -> Answer<UnfinishedView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let person = visitor.by(mine.by)?;
    let known = office.store.unfinished(&row, &person)?;
    let view = |known: UnfinishedRow| UnfinishedView { markdown: known.markdown, at: Some(moment(known.at)) };
    Ok(Json(known.map(view).unwrap_or_default()))
}

/// The last one counts.
#[utoipa::path(put, path = "/conversations/{id}/drafts/mine", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = UnfinishedView)))]
async fn keep(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<KeepRequest>,
) -> Answer<UnfinishedView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let person = visitor.by(request.by)?;
    write(&office, &row, person, request.markdown).await
}

/// Forgets it.
#[utoipa::path(delete, path = "/conversations/{id}/drafts/mine", tag = "conversations", security(("key" = ["answer"])), params(Mine), responses((status = 200, body = UnfinishedView)))]
async fn forget(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(mine): Query<Mine>,
) -> Answer<UnfinishedView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let person = visitor.by(mine.by)?;
    write(&office, &row, person, String::new()).await
}

async fn write(office: &Office, row: &ConversationRow, person: String, markdown: String) -> Answer<UnfinishedView> {
    let now = office.clock.now();
    let at = (!markdown.is_empty()).then(|| moment(now));
    let kept = UnfinishedRow { person, conversation: row.id, markdown: markdown.clone(), at: now };
    office.store.keep_unfinished(kept).await?;
    Ok(Json(UnfinishedView { markdown, at }))
}
