//! `POST /api/v1/conversations/{id}/notes`: what people write for each other; `GET /api/v1/mentions/{name}`: where somebody is meant.

use std::sync::Arc;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office, whole},
    finding::{self, find},
    problem::Problem,
    view::{ConversationView, moment},
    visitor::Visitor,
};
use crate::{
    people::Reach,
    store::{NOTE_OCTETS_MAX, NewNote, Note, What},
    types::{ConversationId, Millis, Number, Verb},
};

/// Octets of a request: a whole note, each octet of it escaped, and what stands around it.
const REQUEST_OCTETS_MAX: usize = 6 * NOTE_OCTETS_MAX + 4096;

/// Mentions in one answer, when it is not said.
const MENTIONS_DEFAULT: usize = 50;

/// And when it is.
const MENTIONS_MAX: usize = 500;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new()
        .merge(OpenApiRouter::new().routes(routes!(add)).layer(DefaultBodyLimit::max(REQUEST_OCTETS_MAX)))
        .routes(routes!(mentions))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NoteRequest {
    /// The words, in Markdown; `@name` mentions somebody.
    markdown: String,
    /// Who writes; said by the operator only.
    by: Option<String>,
}

/// Writes a note for colleagues.
#[utoipa::path(post, path = "/conversations/{id}/notes", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn add(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<NoteRequest>,
) -> Answer<ConversationView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let (by, now) = (visitor.by(request.by)?, office.clock.now());
    office.store.note(NewNote { conversation: row.id, by, markdown: request.markdown, now }).await?;
    let row = find(&office, &visitor, Verb::Read, &row.id.to_string())?;
    Ok(Json(whole(&office, &visitor, &row).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct MentionsQuery {
    /// Only older ones: milliseconds since 1970.
    before: Option<u64>,
    limit: Option<usize>,
}

/// A note, and where it stands.
#[derive(Debug, Serialize, ToSchema)]
struct Mention {
    /// The conversation in which it is seen now.
    id: ConversationId,
    number: Number,
    title: String,
    /// RFC 3339.
    at: String,
    /// The same in milliseconds since 1970, to go on from.
    before: Millis,
    #[serde(flatten)]
    note: Note,
}

/// Notes that mention somebody, newest first; those that whoever asks may read.
#[utoipa::path(get, path = "/mentions/{name}", tag = "conversations", security(("key" = ["read"])), params(MentionsQuery), responses((status = 200, body = Vec<Mention>)))]
async fn mentions(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(query): Query<MentionsQuery>,
) -> Answer<Vec<Mention>> {
    if matches!(visitor.actor.reach(Verb::Read), Reach::Only(addresses) if addresses.is_empty()) {
        return Err(Problem::forbidden());
    }
    let limit = query.limit.unwrap_or(MENTIONS_DEFAULT).min(MENTIONS_MAX);
    let name = name.trim_start_matches('@').to_lowercase();
    let mut found = Vec::new();
    for entry in office.store.mentions(&name, query.before.map(Millis), limit)? {
        let row = finding::seen(&office, &visitor, entry.conversation)?;
        if let (What::Note(note), Some(row)) = (entry.what, row) {
            let (id, number, title) = (row.id, row.number, row.title);
            found.push(Mention { id, number, title, at: moment(entry.at), before: entry.at, note });
        }
    }
    Ok(Json(found))
}
