//! `/api/v1`: the verbs of the store for scripts and for our own commands.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    http::header,
    middleware::{from_fn_with_state, map_response},
    response::IntoResponse,
    routing::get,
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    attachments,
    description::described,
    drafts,
    finding::{self, find, mail_row},
    held,
    idempotency::{self, Answered},
    listing, message,
    pace::{self, Pace},
    problem::Problem,
    queue, refusals, reply, suppressions, tags, verbs,
    view::ConversationView,
    visitor::Visitor,
    why::{self, Rules, WhyView},
};
use crate::{
    attachments::Attachments,
    config,
    outbound::Writer,
    store::{ConversationRow, Counts, Mark, Merged, Store},
    types::{Clock, Verb},
};

/// What the handlers work with.
#[derive(Debug, Clone)]
pub struct Office {
    /// The store.
    pub store: Store,
    /// Writes letters for people.
    pub writer: Writer,
    /// The time.
    pub clock: Clock,
    /// What explaining needs.
    pub rules: Arc<Rules>,
    /// What was attached to mails.
    pub attachments: Attachments,
}

pub(super) type Answer<T> = Result<Json<T>, Problem>;

/// Liveness and readiness, for the TCP listener: says nothing about anybody's mail.
pub fn doors(office: Office) -> Router {
    Router::new().route("/livez", get(|| async { "ok\n" })).route("/readyz", get(ready)).with_state(Arc::new(office))
}

/// The API over the store alone.
pub fn router(office: Office) -> Router {
    whole_router(office, OpenApiRouter::new(), config::Web::default().key_requests_per_minute)
}

/// The API with what else it does, its description, and a mail as a page; a key may ask so many times a minute.
pub fn whole_router(office: Office, more: OpenApiRouter, per_minute: u32) -> Router {
    let pace = Arc::new(Pace::new(per_minute, office.clock.clone()));
    let answered = Arc::new(Answered::new(office.clock.clone()));
    let api = described(verbs(office.clone()).merge(more))
        .layer(from_fn_with_state(answered, idempotency::once))
        .layer(from_fn_with_state(pace, pace::hold))
        .layer(map_response(refusals::told));
    let pages = Router::new().route("/messages/{id}", get(message::page)).with_state(Arc::new(office.clone()));
    doors(office).merge(api).merge(pages)
}

/// The verbs of the store.
fn verbs(office: Office) -> OpenApiRouter {
    let api = OpenApiRouter::new()
        .routes(routes!(listing::conversations))
        .routes(routes!(conversation, mark))
        .routes(routes!(merge))
        .routes(routes!(why))
        .routes(routes!(raw))
        .routes(routes!(message::frame))
        .merge(held::routes())
        .merge(attachments::routes())
        .merge(queue::routes())
        .merge(reply::routes())
        .merge(drafts::routes())
        .merge(suppressions::routes())
        .merge(tags::routes())
        .merge(verbs::routes())
        .routes(routes!(counts))
        .with_state(Arc::new(office));
    OpenApiRouter::new().nest("/api/v1", api)
}

async fn ready(State(office): State<Arc<Office>>) -> Result<&'static str, Problem> {
    office.store.counts()?;
    Ok("ready\n")
}

/// A conversation with its time line, by id or number.
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", security(("key" = ["read"])), responses((status = 200, body = ConversationView)))]
async fn conversation(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Answer<ConversationView> {
    let row = find(&office, &visitor, Verb::Read, &id)?;
    Ok(Json(whole(&office, &visitor, &row).await?))
}

/// A found conversation with everything about what was attached.
pub(super) async fn whole(
    office: &Office,
    visitor: &Visitor,
    row: &ConversationRow,
) -> Result<ConversationView, Problem> {
    let mut view = finding::told(office, visitor, row).await?;
    attachments::complete(office, &mut view).await?;
    Ok(view)
}

/// What a person does with a conversation: exactly one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MarkRequest {
    status: Option<WantedStatus>,
    owner: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WantedStatus {
    Open,
    Resolved,
    Unresolved,
}

/// Opens, closes, takes or gives back a conversation.
#[utoipa::path(patch, path = "/conversations/{id}", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationRow)))]
async fn mark(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<MarkRequest>,
) -> Answer<ConversationRow> {
    let mark = match (request.status, request.owner) {
        (Some(WantedStatus::Open), None) => Mark::Reopened,
        (Some(WantedStatus::Resolved), None) => Mark::Resolved,
        (Some(WantedStatus::Unresolved), None) => Mark::Unresolved,
        (None, Some(owner)) if owner == "ai" => Mark::GivenBack,
        (None, Some(person)) if !person.trim().is_empty() => Mark::Taken(person),
        _ => {
            return Err(Problem::bad_request(
                "say either a status (open, resolved, unresolved) or an owner (a name, or ai)",
            ));
        }
    };
    let id = find(&office, &visitor, Verb::Answer, &id)?.id;
    office.store.mark(id, mark, office.clock.now()).await?;
    find(&office, &visitor, Verb::Read, &id.to_string()).map(Json)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MergeRequest {
    /// The conversation that goes: its id or number.
    from: String,
}

/// Merges another conversation into this one.
#[utoipa::path(post, path = "/conversations/{id}/merge", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn merge(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<MergeRequest>,
) -> Answer<ConversationView> {
    let [stays, goes] = [&id, &request.from].map(|id| find(&office, &visitor, Verb::Answer, id));
    let (stays, goes) = (stays?, goes?);
    match office.store.merge(stays.id, goes.id, office.clock.now()).await? {
        Merged::Into(id) => {
            let row = find(&office, &visitor, Verb::Read, &id.to_string())?;
            Ok(Json(whole(&office, &visitor, &row).await?))
        }
        Merged::Refused(why) => Err(Problem::bad_request(format!("they cannot be merged: {why}"))),
    }
}

/// Why a mail is where it is.
#[utoipa::path(get, path = "/messages/{id}/why", tag = "conversations", security(("key" = ["read"])), responses((status = 200, body = WhyView)))]
async fn why(State(office): State<Arc<Office>>, visitor: Visitor, Path(id): Path<String>) -> Answer<WhyView> {
    let row = mail_row(&office, &visitor, Verb::Read, &id)?;
    Ok(Json(why::why(&office, row).await?))
}

/// A mail as it came, octet for octet.
#[utoipa::path(get, path = "/messages/{id}/raw", tag = "conversations", security(("key" = ["read"])), responses((status = 200, content_type = "message/rfc822", body = [u8])))]
async fn raw(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    let bytes = office.store.raw(&mail_row(&office, &visitor, Verb::Read, &id)?.raw).await?;
    // S-20: never run or sniffed, whoever opens it.
    let headers = [
        (header::CONTENT_TYPE, "message/rfc822"),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((headers, bytes))
}

/// The books of the whole house: for who may look everywhere.
#[utoipa::path(get, path = "/counts", tag = "conversations", security(("key" = ["read"])), responses((status = 200, body = Counts)))]
async fn counts(State(office): State<Arc<Office>>, visitor: Visitor) -> Answer<Counts> {
    visitor.must_everywhere(Verb::Read)?;
    Ok(Json(office.store.counts()?))
}
