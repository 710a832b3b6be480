//! `POST /api/v1/conversations/{id}/tags`: adds tags and takes others away.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    finding::find,
    problem::Problem,
    visitor::Visitor,
};
use crate::{
    store::{ConversationRow, Tagging},
    types::{self, Verb},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(tag))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TagRequest {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

/// Adds tags and takes others away.
#[utoipa::path(post, path = "/conversations/{id}/tags", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationRow)))]
async fn tag(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<TagRequest>,
) -> Answer<ConversationRow> {
    let TagRequest { add, remove } = request;
    if let Some(words) = add.iter().chain(&remove).find_map(|name| types::tag(name).err()) {
        return Err(Problem::bad_request(words));
    }
    let conversation = find(&office, &visitor, Verb::Answer, &id)?.id;
    office.store.tag(Tagging { conversation, add, remove, now: office.clock.now() }).await?;
    find(&office, &visitor, Verb::Read, &conversation.to_string()).map(Json)
}
