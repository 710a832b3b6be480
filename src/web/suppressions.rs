//! `/api/v1/suppressions`: addresses that are not written to any more, why, and what people do with the list.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

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

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/suppressions", get(list).post(add))
        .route("/suppressions/{recipient}", get(show))
        .route("/suppressions/{recipient}/remove", post(remove))
}

/// One address of the list.
#[derive(Debug, Serialize)]
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
async fn list(State(office): State<Arc<Office>>, visitor: Visitor) -> Answer<Vec<SuppressionView>> {
    visitor.must_everywhere(Verb::Read)?;
    Ok(Json(office.store.suppressions()?.into_iter().map(SuppressionView::from).collect()))
}

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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AddRequest {
    recipient: String,
    /// Who decides; only the operator says it.
    by: Option<String>,
    /// Why.
    why: String,
}

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

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RemoveRequest {
    /// Who decides; only the operator says it.
    by: Option<String>,
}

/// Letters to it leave again; gives what stood there.
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
