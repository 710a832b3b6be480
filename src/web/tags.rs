//! `POST /api/v1/conversations/{id}/tags`: adds tags and takes others away.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::post,
};
use serde::Deserialize;

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

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/conversations/{id}/tags", post(tag))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TagRequest {
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

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
