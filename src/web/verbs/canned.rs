//! `/api/v1/canned`: prepared replies; `GET /api/v1/conversations/{id}/canned/{name}`: one of them with its variables filled.

use std::sync::Arc;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, Query, State},
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
    conversation::{Filling, fill_canned},
    people::Reach,
    store::{CANNED_OCTETS_MAX, CannedChange, CannedRow, CannedVerb},
    types::{Address, Verb},
};

/// Octets of a request: all the words, each octet of them escaped, and what stands around them.
const REQUEST_OCTETS_MAX: usize = 6 * CANNED_OCTETS_MAX + 4096;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .merge(OpenApiRouter::new().routes(routes!(show, put, remove)).layer(DefaultBodyLimit::max(REQUEST_OCTETS_MAX)))
        .routes(routes!(filled))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// Only those that conversations of this address may use.
    address: Option<String>,
}

/// Those that are for every address, and for those that whoever asks may read; by title.
#[utoipa::path(get, path = "/canned", tag = "canned", security(("key" = ["read"])), params(ListQuery), responses((status = 200, body = Vec<CannedRow>)))]
async fn list(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Query(query): Query<ListQuery>,
) -> Answer<Vec<CannedRow>> {
    let wanted = query.address.as_deref().map(address).transpose()?;
    let mut rows = office.store.canned()?;
    rows.retain(|row| may_read(&visitor, row) && wanted.as_ref().is_none_or(|wanted| row.is_for(wanted)));
    Ok(Json(rows))
}

/// One that is for every address is for whoever may read somewhere.
fn may_read(visitor: &Visitor, row: &CannedRow) -> bool {
    match (visitor.actor.reach(Verb::Read), &row.address) {
        (reach, Some(address)) => reach.holds(address),
        (Reach::Everywhere, None) => true,
        (Reach::Only(addresses), None) => !addresses.is_empty(),
    }
}

fn address(text: &str) -> Result<Address, Problem> {
    Address::parse(text).map_err(|error| Problem::bad_request(error.to_string()))
}

fn missing(name: &str) -> Problem {
    Problem::not_found(format!("there is no prepared reply {name}"))
}

fn row(office: &Office, visitor: &Visitor, name: &str) -> Result<CannedRow, Problem> {
    let row = office.store.canned_reply(name)?.filter(|row| may_read(visitor, row));
    row.ok_or_else(|| missing(name))
}

/// A prepared reply.
#[utoipa::path(get, path = "/canned/{name}", tag = "canned", security(("key" = ["read"])), responses((status = 200, body = CannedRow)))]
async fn show(State(office): State<Arc<Office>>, visitor: Visitor, Path(name): Path<String>) -> Answer<CannedRow> {
    Ok(Json(row(&office, &visitor, &name)?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutRequest {
    title: String,
    /// With `{{contact.name}}`, `{{number}}`, `{{address}}` and `{{agent.name}}`.
    markdown: String,
    /// Only for this support address. Without: for all.
    address: Option<String>,
    /// Who decides; said by the operator only.
    by: Option<String>,
}

/// Who answers at an address may prepare replies for it; one for all addresses is prepared by who answers at all of them.
fn must_write(visitor: &Visitor, at: Option<&Address>, name: &str) -> Result<(), Problem> {
    match at {
        Some(address) => visitor.must(Verb::Answer, address, || missing(name)),
        None => visitor.must_everywhere(Verb::Answer),
    }
}

/// Writes a prepared reply, anew or instead of what stood there.
#[utoipa::path(put, path = "/canned/{name}", tag = "canned", security(("key" = ["answer"])), responses((status = 200, body = CannedRow)))]
async fn put(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<PutRequest>,
) -> Answer<CannedRow> {
    let PutRequest { title, markdown, address: at, by } = request;
    let at = at.as_deref().map(address).transpose()?;
    must_write(&visitor, at.as_ref(), &name)?;
    // What stands there is replaced: it must be theirs too.
    if let Some(known) = office.store.canned_reply(&name)? {
        must_write(&visitor, known.address.as_ref(), &name)?;
    }
    let (by, now) = (visitor.by(by)?, office.clock.now());
    let verb = CannedVerb::Put { title, markdown, address: at };
    Ok(Json(office.store.change_canned(CannedChange { name, verb, by, now }).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct RemoveQuery {
    /// Who decides; said by the operator only.
    by: Option<String>,
}

/// Removes a prepared reply.
#[utoipa::path(delete, path = "/canned/{name}", tag = "canned", security(("key" = ["answer"])), params(RemoveQuery), responses((status = 200, body = CannedRow)))]
async fn remove(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(query): Query<RemoveQuery>,
) -> Answer<CannedRow> {
    let known = row(&office, &visitor, &name)?;
    must_write(&visitor, known.address.as_ref(), &name)?;
    let (by, now) = (visitor.by(query.by)?, office.clock.now());
    Ok(Json(office.store.change_canned(CannedChange { name, verb: CannedVerb::Remove, by, now }).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FillQuery {
    /// Who answers; said by the operator only.
    by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Filled {
    /// Ready to be read again and sent.
    markdown: String,
}

/// A prepared reply with its variables filled.
#[utoipa::path(get, path = "/conversations/{id}/canned/{name}", tag = "canned", security(("key" = ["read"])), params(FillQuery), responses((status = 200, body = Filled)))]
async fn filled(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path((id, name)): Path<(String, String)>,
    Query(query): Query<FillQuery>,
) -> Answer<Filled> {
    let conversation = find(&office, &visitor, Verb::Read, &id)?;
    let canned = row(&office, &visitor, &name)?;
    if !canned.is_for(&conversation.address) {
        return Err(Problem::bad_request(format!("{name} is prepared for another address")));
    }
    let by = visitor.by(query.by)?;
    let (number, contact) = (conversation.number.to_string(), conversation.contact.to_string());
    let named = conversation.contact_name.trim();
    let filling = Filling {
        contact_name: if named.is_empty() { &contact } else { named },
        number: &number,
        address: &conversation.address.to_string(),
        agent_name: &by,
    };
    let markdown = fill_canned(&canned.markdown, &filling).map_err(|error| Problem::broken(error.to_string()))?;
    Ok(Json(Filled { markdown }))
}
