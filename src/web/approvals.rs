//! `POST /api/v1/conversations/{id}/call/approve` and `…/deny`: what a person decides about a call that the AI would make. A router of
//! its own, because it looks at the toolbox; nothing is called from here.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office, whole},
    finding::find,
    problem::Problem,
    view::ConversationView,
    visitor::Visitor,
};
use crate::{
    agent::{Desk, tools::Toolbox},
    store::{CallOrder, ConversationRow, Ruling, Written},
    types::Verb,
};

/// What the handlers work with.
#[derive(Clone)]
struct Counter {
    office: Office,
    toolbox: Arc<Toolbox>,
}

/// The verbs of calls that wait, for whoever may open the control socket.
pub fn approvals(office: Office, toolbox: Arc<Toolbox>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(approve))
        .routes(routes!(deny))
        .with_state(Arc::new(Counter { office, toolbox }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApproveRequest {
    /// Who decides; only the operator says it.
    by: Option<String>,
    /// Which call: the one they have read. A newer mail may have brought another.
    call: String,
    /// The conversation stays with people: the AI makes the call and says nothing.
    #[serde(default)]
    keep: bool,
    /// The generation of the conversation they have read. Without: as it is now.
    generation: Option<u64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DenyRequest {
    /// Who decides; only the operator says it.
    by: Option<String>,
    /// Why, in words; may be left out.
    #[serde(default)]
    why: String,
    /// Which call. Without: the one that waits.
    call: Option<String>,
    /// The generation of the conversation they have read. Without: as it is now.
    generation: Option<u64>,
}

/// Lets a call run that waits for a person.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/call/approve", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn approve(
    State(counter): State<Arc<Counter>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ApproveRequest>,
) -> Answer<ConversationView> {
    let row = find(&counter.office, &visitor, Verb::Answer, &id)?;
    let ApproveRequest { by, call, keep, generation } = request;
    let by = visitor.by(by)?;
    can_be_made(&counter, &row).await?;
    let generation = generation.unwrap_or(row.generation);
    let (ruling, now) = (Ruling::LetRun { keep }, counter.office.clock.now());
    let order = CallOrder { conversation: row.id, generation, call: Some(call), ruling, by, now };
    rule(&counter.office, &visitor, &row, order).await
}

/// Refuses a call that waits for a person.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/call/deny", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn deny(
    State(counter): State<Arc<Counter>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<DenyRequest>,
) -> Answer<ConversationView> {
    let row = find(&counter.office, &visitor, Verb::Answer, &id)?;
    let DenyRequest { by, why, call, generation } = request;
    let by = visitor.by(by)?;
    let ruling = Ruling::Deny { why: why.trim().to_owned() };
    let (generation, now) = (generation.unwrap_or(row.generation), counter.office.clock.now());
    let order = CallOrder { conversation: row.id, generation, call, ruling, by, now };
    rule(&counter.office, &visitor, &row, order).await
}

/// Looks whether the call is still one that the house makes. Whoever makes it looks again.
async fn can_be_made(counter: &Counter, row: &ConversationRow) -> Result<(), Problem> {
    let Some(wanted) = &row.wanted else { return Ok(()) };
    let office = &counter.office;
    let case = office.rules.desk.read(row.id, office.clock.now()).await;
    let case = case.map_err(|error| Problem::broken(error.to_string()))?;
    let case = case.ok_or_else(|| Problem::not_found(format!("there is no conversation {}", row.id)))?;
    let fits = counter.toolbox.as_wanted(&case, wanted);
    fits.map(|_| ()).map_err(|words| Problem::bad_request(format!("“{}” cannot be let run: {words}", wanted.title)))
}

async fn rule(office: &Office, visitor: &Visitor, row: &ConversationRow, order: CallOrder) -> Answer<ConversationView> {
    match office.store.rule(order).await? {
        Written::Done => Ok(Json(whole(office, visitor, row).await?)),
        Written::Stale => Err(Problem::conflict(
            "the conversation has moved on, by a newer mail or another's decision: read it first",
        )),
    }
}
