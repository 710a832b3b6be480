//! `POST /api/v1/conversations/{id}/split`: some of its mails become a conversation of their own.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office, whole},
    finding::find,
    held::dice,
    problem::Problem,
    view::ConversationView,
    visitor::Visitor,
};
use crate::{
    store::Split,
    types::{MailId, Verb},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(split))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SplitRequest {
    /// The ids of the mails that go; not all of them.
    mails: Vec<String>,
    /// Who decides; said by the operator only.
    by: Option<String>,
}

/// Makes mails of it a conversation of their own; gives the new one.
#[utoipa::path(post, path = "/conversations/{id}/split", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn split(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<SplitRequest>,
) -> Answer<ConversationView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let missing = |id: &String| Problem::not_found(format!("there is no message {id} in that conversation"));
    let read = |id: &String| id.parse::<MailId>().map_err(|_| missing(id));
    let mails = request.mails.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let (by, now) = (visitor.by(request.by)?, office.clock.now());
    let new = office.store.split(Split { conversation: row.id, mails, by, now, dice: dice() }).await?;
    let row = find(&office, &visitor, Verb::Read, &new.to_string())?;
    Ok(Json(whole(&office, &visitor, &row).await?))
}
