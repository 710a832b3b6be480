//! `/api/v1/webhooks`: which systems are told what happens, how each fares, and once more (S-24). A secret is shown once.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State},
};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{api::Answer, problem::Problem, visitor::Visitor};
use crate::{
    fetch::Reach,
    store::{NewWebhook, Store, WebhookDelivery, WebhookEvent, WebhookHealth, WebhookId, WebhookRow, WebhookVerb},
    types::{Address, Clock, Millis, Verb},
    webhooks::{Seal, SecretError, check_url},
};

/// Events in one answer, when it is not said.
const DELIVERIES_DEFAULT: usize = 50;

/// And when it is.
const DELIVERIES_MAX: usize = 500;

/// What the verbs of webhooks work with.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// The store.
    pub store: Store,
    /// What makes secrets.
    pub seal: Seal,
    /// Which addresses may be told.
    pub reach: Reach,
    /// The time.
    pub clock: Clock,
}

/// The verbs of webhooks, for whoever manages them.
pub fn webhooks(hooks: Webhooks) -> OpenApiRouter {
    let all = OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove)).routes(routes!(enable));
    let all = all.routes(routes!(disable)).routes(routes!(deliveries)).routes(routes!(replay)).routes(routes!(test));
    all.with_state(Arc::new(hooks))
}

/// One webhook, without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookView {
    id: WebhookId,
    url: String,
    events: BTreeSet<WebhookEvent>,
    /// Of which support addresses; all when empty.
    addresses: BTreeSet<Address>,
    disabled: bool,
    #[serde(flatten)]
    health: WebhookHealth,
    made: Millis,
    by: String,
    at: Millis,
    /// Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<(WebhookRow, WebhookHealth)> for WebhookView {
    fn from((row, health): (WebhookRow, WebhookHealth)) -> Self {
        let WebhookRow { id, url, events, addresses, disabled, made, by, at, .. } = row;
        Self { id, url, events, addresses, disabled, health, made, by, at, secret: None }
    }
}

impl From<SecretError> for Problem {
    fn from(error: SecretError) -> Self {
        Self::broken(error.to_string())
    }
}

/// The webhook that a path names.
fn named(hooks: &Webhooks, id: &str) -> Result<(WebhookRow, WebhookHealth), Problem> {
    let found = id.parse().ok().map(|id| hooks.store.webhook(WebhookId(id))).transpose()?.flatten();
    found.ok_or_else(|| Problem::not_found(format!("there is no webhook {id}")))
}

/// All webhooks, the oldest first, and how they fare.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", security(("key" = ["manage"])), responses((status = 200, body = Vec<WebhookView>)))]
async fn list(State(hooks): State<Arc<Webhooks>>, visitor: Visitor) -> Answer<Vec<WebhookView>> {
    visitor.must_everywhere(Verb::Manage)?;
    Ok(Json(hooks.store.webhooks()?.into_iter().map(WebhookView::from).collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddWebhookRequest {
    /// `https://…`, at a public address.
    url: String,
    /// What it wants to hear; everything when it is not said.
    #[serde(default)]
    events: BTreeSet<WebhookEvent>,
    /// Of which support addresses; all when it is not said.
    #[serde(default)]
    addresses: BTreeSet<Address>,
    by: Option<String>,
}

/// Makes a webhook, and shows its secret, once. What happens from now on is told, signed by Standard Webhooks.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", security(("key" = ["manage"])), responses((status = 200, body = WebhookView)))]
async fn add(
    State(hooks): State<Arc<Webhooks>>,
    visitor: Visitor,
    Json(request): Json<AddWebhookRequest>,
) -> Answer<WebhookView> {
    visitor.must_everywhere(Verb::Manage)?;
    let AddWebhookRequest { url, mut events, addresses, by } = request;
    let (by, now) = (visitor.by(by)?, hooks.clock.now());
    check_url(&url, &hooks.reach).map_err(Problem::not_right)?;
    if events.is_empty() {
        events.extend(WebhookEvent::WANTED);
    }
    let (shown, secret) = hooks.seal.make()?;
    let row = hooks.store.add_webhook(NewWebhook { url, events, addresses, secret, by, now }).await?;
    info!(webhook = %row.id, by = row.by, "a webhook was made");
    let view = WebhookView::from((row, WebhookHealth::default()));
    Ok(Json(WebhookView { secret: Some(shown.expose_str().to_owned()), ..view }))
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ByWhomRequest {
    by: Option<String>,
}

async fn changed(
    hooks: &Webhooks,
    visitor: &Visitor,
    id: &str,
    verb: WebhookVerb,
    by: Option<String>,
) -> Answer<WebhookView> {
    visitor.must_everywhere(Verb::Manage)?;
    let (by, (row, health)) = (visitor.by(by)?, named(hooks, id)?);
    let row = hooks.store.change_webhook(row.id, verb, by, hooks.clock.now()).await?;
    info!(webhook = %row.id, by = row.by, "{verb:?} of a webhook");
    Ok(Json((row, health).into()))
}

/// Takes a webhook away, with all that waits for it; gives what it was.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", security(("key" = ["manage"])), responses((status = 200, body = WebhookView)))]
async fn remove(
    State(hooks): State<Arc<Webhooks>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ByWhomRequest>,
) -> Answer<WebhookView> {
    changed(&hooks, &visitor, &id, WebhookVerb::Remove, request.by).await
}

/// Has it told again, from what waits on.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/enable", tag = "webhooks", security(("key" = ["manage"])), responses((status = 200, body = WebhookView)))]
async fn enable(
    State(hooks): State<Arc<Webhooks>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ByWhomRequest>,
) -> Answer<WebhookView> {
    changed(&hooks, &visitor, &id, WebhookVerb::Enable, request.by).await
}

/// Has it told nothing. What waits stays, and what happens meanwhile is not kept for it.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/disable", tag = "webhooks", security(("key" = ["manage"])), responses((status = 200, body = WebhookView)))]
async fn disable(
    State(hooks): State<Arc<Webhooks>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ByWhomRequest>,
) -> Answer<WebhookView> {
    changed(&hooks, &visitor, &id, WebhookVerb::Disable, request.by).await
}

#[derive(Debug, Deserialize, IntoParams)]
struct DeliveriesQuery {
    limit: Option<usize>,
}

/// The newest events of a webhook, newest first: how far each came, and the last words about it.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks", params(DeliveriesQuery), security(("key" = ["manage"])), responses((status = 200, body = Vec<WebhookDelivery>)))]
async fn deliveries(
    State(hooks): State<Arc<Webhooks>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<DeliveriesQuery>,
) -> Answer<Vec<WebhookDelivery>> {
    visitor.must_everywhere(Verb::Manage)?;
    let (row, _) = named(&hooks, &id)?;
    let limit = query.limit.unwrap_or(DELIVERIES_DEFAULT).min(DELIVERIES_MAX);
    Ok(Json(hooks.store.webhook_deliveries(row.id, limit)?))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayRequest {
    /// The id of the event.
    event: String,
    by: Option<String>,
}

/// Has an event told once more, under the same id, whatever came of it before.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/replay", tag = "webhooks", security(("key" = ["manage"])), responses((status = 200, body = WebhookDelivery)))]
async fn replay(
    State(hooks): State<Arc<Webhooks>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ReplayRequest>,
) -> Answer<WebhookDelivery> {
    visitor.must_everywhere(Verb::Manage)?;
    let (row, _) = named(&hooks, &id)?;
    let by = visitor.by(request.by)?;
    let event = hooks.store.replay_webhook(row.id, &request.event, hooks.clock.now()).await?;
    info!(webhook = %row.id, event = event.id, by, "an event is told once more");
    Ok(Json(event))
}

/// Has a webhook told something that did not happen: `webhook.test`.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks", security(("key" = ["manage"])), responses((status = 200, body = WebhookDelivery)))]
async fn test(
    State(hooks): State<Arc<Webhooks>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ByWhomRequest>,
) -> Answer<WebhookDelivery> {
    visitor.must_everywhere(Verb::Manage)?;
    let (row, _) = named(&hooks, &id)?;
    let by = visitor.by(request.by)?;
    info!(webhook = %row.id, by, "a webhook is tried");
    Ok(Json(hooks.store.test_webhook(row.id, hooks.clock.now()).await?))
}
