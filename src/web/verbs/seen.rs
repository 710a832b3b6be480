//! `PUT /api/v1/conversations/{id}/seen`: so far somebody has read; `GET /api/v1/seen?conversations=…`: how far in each of a list.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office},
    finding::find,
    problem::Problem,
    visitor::Visitor,
};
use crate::{
    store::SeenMark,
    types::{ConversationId, Verb},
};

/// Conversations that are asked about at once: a page of a list.
const ASKED_MAX: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(mark)).routes(routes!(seen))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeenRequest {
    /// So many entries of its time line, as `entries` said when the page was made; 0: it is unread again. Without: all.
    entries: Option<u32>,
    /// Who; said by the operator only.
    by: Option<String>,
}

/// How far somebody has read a conversation.
#[derive(Debug, Serialize, ToSchema)]
struct SeenView {
    id: ConversationId,
    /// Entries they have seen.
    seen: u32,
    /// Whether somebody has said something since.
    unread: bool,
}

/// Says how far somebody has read.
#[utoipa::path(put, path = "/conversations/{id}/seen", tag = "conversations", security(("key" = ["read"])), responses((status = 200, body = SeenView)))]
async fn mark(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<SeenRequest>,
) -> Answer<SeenView> {
    // Whoever may read may have read.
    let row = find(&office, &visitor, Verb::Read, &id)?;
    let person = visitor.by(request.by)?;
    let seen = request.entries.unwrap_or(row.entries).min(row.entries);
    let asked = SeenMark { person, conversation: row.id, entries: seen, now: office.clock.now() };
    office.store.mark_seen(asked).await?;
    Ok(Json(SeenView { id: row.id, seen, unread: seen < row.heard }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SeenQuery {
    /// Ids or numbers, with commas between them.
    conversations: String,
    /// Who; said by the operator only.
    by: Option<String>,
}

/// How far somebody has read each of a list.
#[utoipa::path(get, path = "/seen", tag = "conversations", security(("key" = ["read"])), params(SeenQuery), responses((status = 200, body = Vec<SeenView>)))]
async fn seen(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Query(query): Query<SeenQuery>,
) -> Answer<Vec<SeenView>> {
    let person = visitor.by(query.by)?;
    let asked: Vec<&str> = query.conversations.split(',').filter(|id| !id.is_empty()).collect();
    if asked.len() > ASKED_MAX {
        return Err(Problem::bad_request(format!("at most {ASKED_MAX} conversations are asked about at once")));
    }
    let rows = asked.iter().map(|id| find(&office, &visitor, Verb::Read, id)).collect::<Result<Vec<_>, _>>()?;
    let ids: Vec<ConversationId> = rows.iter().map(|row| row.id).collect();
    let seen = office.store.seen(&person, &ids)?;
    let view =
        |(row, seen): (&crate::store::ConversationRow, u32)| SeenView { id: row.id, seen, unread: seen < row.heard };
    Ok(Json(rows.iter().zip(seen).map(view).collect()))
}
