//! `/api/v1/keys`: which programs have a key, what each may, and that it may no more (S-26). A secret is shown once.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{ByRequest, RoleRequest};
use crate::{
    people::{digest, new_api_key},
    store::people::{ApiKeyRow, RevokedRow},
    types::{Grants, Millis, Verb},
    web::{api::Answer, login::Hall, problem::Problem, visitor::Visitor},
};

pub(super) fn routes() -> OpenApiRouter<Arc<Hall>> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(revoke))
}

/// One API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct KeyView {
    id: String,
    name: String,
    grants: Grants,
    verbs: BTreeSet<Verb>,
    by: String,
    made: Millis,
    expires: Option<Millis>,
    revoked: Option<RevokedRow>,
    /// Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<ApiKeyRow> for KeyView {
    fn from(row: ApiKeyRow) -> Self {
        let (id, secret) = (row.id(), None);
        let ApiKeyRow { name, grants, verbs, by, made, expires, revoked, .. } = row;
        Self { id, name, grants, verbs, by, made, expires, revoked, secret }
    }
}

/// All keys, the newest first; also those that were revoked.
#[utoipa::path(get, path = "/api/v1/keys", tag = "keys", security(("key" = ["manage"])), responses((status = 200, body = Vec<KeyView>)))]
async fn list(State(hall): State<Arc<Hall>>, visitor: Visitor) -> Answer<Vec<KeyView>> {
    visitor.must_everywhere(Verb::Manage)?;
    Ok(Json(hall.store.api_keys()?.into_iter().map(KeyView::from).collect()))
}

#[derive(Debug, Deserialize, ToSchema)]
struct AddKeyRequest {
    name: String,
    /// What it may, of what its role may.
    can: BTreeSet<Verb>,
    #[serde(flatten)]
    role: RoleRequest,
    /// Milliseconds since 1970; never when it is not said.
    expires: Option<Millis>,
    by: Option<String>,
}

/// Makes a key, and shows its secret, once.
#[utoipa::path(post, path = "/api/v1/keys", tag = "keys", security(("key" = ["manage"])), responses((status = 200, body = KeyView)))]
async fn add(State(hall): State<Arc<Hall>>, visitor: Visitor, Json(request): Json<AddKeyRequest>) -> Answer<KeyView> {
    visitor.must_appoint()?;
    let AddKeyRequest { name, can: verbs, role, expires, by } = request;
    let (by, made, grants) = (visitor.by(by)?, hall.clock.now(), role.grants()?);
    let useless = |verb: &&Verb| {
        !grants.everywhere.into_iter().chain(grants.at.values().copied()).any(|role| role >= verb.needs())
    };
    if verbs.is_empty() {
        return Err(Problem::bad_request("say what the key can"));
    }
    if let Some(verb) = verbs.iter().find(useless) {
        return Err(Problem::bad_request(
            format!("a key for {verb:?} needs the role {}", verb.needs().word()).to_lowercase(),
        ));
    }
    if expires.is_some_and(|expires| expires <= made) {
        return Err(Problem::bad_request("that time is over"));
    }
    let secret = new_api_key().map_err(|error| Problem::broken(error.to_string()))?;
    let digest = digest(secret.expose_str());
    let row = ApiKeyRow { name, digest, grants, verbs, by, made, expires, revoked: None };
    let row = hall.store.add_api_key(row).await?;
    info!(key = row.id(), by = row.by, "an API key was made");
    Ok(Json(KeyView { secret: Some(secret.expose_str().to_owned()), ..row.into() }))
}

/// Has a key open nothing any more, named by its id or its name.
#[utoipa::path(post, path = "/api/v1/keys/{id}/revoke", tag = "keys", security(("key" = ["manage"])), responses((status = 200, body = KeyView)))]
async fn revoke(
    State(hall): State<Arc<Hall>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ByRequest>,
) -> Answer<KeyView> {
    visitor.must_appoint()?;
    let by = visitor.by(request.by)?;
    let row = hall.store.revoke_api_key(&id, by.clone(), hall.clock.now()).await?;
    info!(key = row.id(), by, "an API key was revoked");
    Ok(Json(row.into()))
}
