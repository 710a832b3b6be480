//! `/api/v1/suppressions`: addresses that are not written to any more, why, and what people do with the list.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    problem::{Problem, said},
    visitor::Visitor,
};
use crate::{
    observability::maillog,
    store::{Lift, Suppress, SuppressionRow},
    types::{Address, Verb},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(show)).routes(routes!(remove))
}

/// One address of the list.
#[derive(Debug, Serialize, ToSchema)]
struct SuppressionView {
    /// Who, what and when, in one sentence.
    sentence: String,
    #[serde(flatten)]
    row: SuppressionRow,
}

impl From<SuppressionRow> for SuppressionView {
    fn from(row: SuppressionRow) -> Self {
        Self { sentence: row.sentence(), row }
    }
}

/// All of them, newest first.
#[utoipa::path(get, path = "/suppressions", tag = "suppressions", security(("key" = ["read"])), responses((status = 200, body = Vec<SuppressionView>)))]
async fn list(State(office): State<Arc<Office>>, visitor: Visitor) -> Answer<Vec<SuppressionView>> {
    visitor.must_everywhere(Verb::Read)?;
    Ok(Json(office.store.suppressions()?.into_iter().map(SuppressionView::from).collect()))
}

/// Why letters to an address are refused.
#[utoipa::path(get, path = "/suppressions/{recipient}", tag = "suppressions", security(("key" = ["read"])), responses((status = 200, body = SuppressionView)))]
async fn show(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(recipient): Path<String>,
) -> Answer<SuppressionView> {
    visitor.must_everywhere(Verb::Read)?;
    Ok(Json(suppressed(&office, &address(&recipient)?)?))
}

fn suppressed(office: &Office, recipient: &Address) -> Result<SuppressionView, Problem> {
    let missing = || Problem::not_found(format!("{recipient} is not suppressed"));
    office.store.suppression(recipient)?.map(SuppressionView::from).ok_or_else(missing)
}

fn address(text: &str) -> Result<Address, Problem> {
    Address::parse(text).map_err(|error| Problem::bad_request(error.to_string()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddRequest {
    recipient: String,
    /// Who decides; only the operator says it.
    by: Option<String>,
    /// Why.
    why: String,
}

/// Has an address not written to any more.
#[utoipa::path(post, path = "/suppressions", tag = "suppressions", security(("key" = ["redact"])), responses((status = 200, body = SuppressionView)))]
async fn add(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(request): Json<AddRequest>,
) -> Answer<SuppressionView> {
    visitor.must_everywhere(Verb::Redact)?;
    let recipient = address(&request.recipient)?;
    let (by, why) = (visitor.by(request.by)?, said(request.why, "say why")?);
    office.store.suppress(Suppress { recipient: recipient.clone(), by, why, now: office.clock.now() }).await?;
    maillog::suppression(&recipient, "suppressed");
    Ok(Json(suppressed(&office, &recipient)?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemoveRequest {
    /// Who decides; only the operator says it.
    by: Option<String>,
}

/// Letters to it leave again; gives what stood there.
#[utoipa::path(post, path = "/suppressions/{recipient}/remove", tag = "suppressions", security(("key" = ["redact"])), responses((status = 200, body = SuppressionView)))]
async fn remove(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(recipient): Path<String>,
    Json(request): Json<RemoveRequest>,
) -> Answer<SuppressionView> {
    visitor.must_everywhere(Verb::Redact)?;
    let recipient = address(&recipient)?;
    let before = suppressed(&office, &recipient)?;
    let by = visitor.by(request.by)?;
    office.store.lift(Lift { recipient: recipient.clone(), by, now: office.clock.now() }).await?;
    maillog::suppression(&recipient, "lifted");
    Ok(Json(before))
}
