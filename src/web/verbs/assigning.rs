//! `POST /api/v1/conversations/{id}/assign`: who answers from now on.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office},
    finding::find,
    visitor::Visitor,
};
use crate::{
    store::{Assign, ConversationRow, Owner},
    types::Verb,
};

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(assign))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignRequest {
    /// `"ai"`, `"team"`, `"nobody"`, or `{"person": NAME}`, as it stands in a conversation. Without: whoever asks.
    to: Option<Owner>,
    /// Who decides; said by the operator only.
    by: Option<String>,
}

/// Says who answers from now on.
#[utoipa::path(post, path = "/conversations/{id}/assign", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationRow)))]
async fn assign(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<AssignRequest>,
) -> Answer<ConversationRow> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let by = visitor.by(request.by)?;
    let to = request.to.unwrap_or_else(|| Owner::Person(by.clone()));
    office.store.assign(Assign { conversation: row.id, to, by, now: office.clock.now() }).await?;
    find(&office, &visitor, Verb::Read, &row.id.to_string()).map(Json)
}
