//! `/api/v1/people`: who works here, and how they get in (S-25, S-26). Beside it: which programs do, and where people are
//! logged in.

mod keys;
mod sessions;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{api::Answer, login::Hall, problem::Problem, visitor::Visitor};
use crate::{
    people::{LoginError, PasswordError},
    store::people::{AccountChange, AccountRow, AccountVerb, LoginName},
    types::{Address, Grants, Millis, Role, Secret, Verb},
};

/// The verbs of people, for whoever manages them.
pub fn people(hall: Hall) -> OpenApiRouter {
    let all =
        OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(show, change, remove)).routes(routes!(link));
    all.merge(keys::routes()).merge(sessions::routes()).with_state(Arc::new(hall))
}

/// One person: nothing of it opens anything.
#[derive(Debug, Serialize, ToSchema)]
struct PersonView {
    name: String,
    shown: String,
    mail: Option<Address>,
    grants: Grants,
    disabled: bool,
    /// They have set one.
    password: bool,
    second_factor: bool,
    /// Until when the link works that was made for them.
    link_expires: Option<Millis>,
    logins: usize,
    made: Millis,
    by: String,
    at: Millis,
}

impl From<AccountRow> for PersonView {
    fn from(row: AccountRow) -> Self {
        Self {
            password: row.password.is_some(),
            second_factor: row.second_factor.is_some(),
            link_expires: row.link.map(|link| link.expires),
            logins: row.logins.len(),
            name: row.name.to_string(),
            shown: row.shown,
            mail: row.mail,
            grants: row.grants,
            disabled: row.disabled,
            made: row.made,
            by: row.by,
            at: row.at,
        }
    }
}

fn login_name(text: &str) -> Result<LoginName, Problem> {
    LoginName::parse(text).map_err(Problem::bad_request)
}

impl From<PasswordError> for Problem {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Short | PasswordError::Long | PasswordError::Plain => Self::bad_request(error.to_string()),
            PasswordError::Busy => Self::conflict(error.to_string()),
            PasswordError::Broken(_) => Self::broken(error.to_string()),
        }
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        match error {
            LoginError::Store(error) => error.into(),
            LoginError::Password(error) => error.into(),
            error => Self::broken(error.to_string()),
        }
    }
}

/// Who works here, by name.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", security(("key" = ["manage"])), responses((status = 200, body = Vec<PersonView>)))]
async fn list(State(hall): State<Arc<Hall>>, visitor: Visitor) -> Answer<Vec<PersonView>> {
    visitor.must_everywhere(Verb::Manage)?;
    Ok(Json(hall.store.accounts()?.into_iter().map(PersonView::from).collect()))
}

/// One of them.
#[utoipa::path(get, path = "/api/v1/people/{name}", tag = "people", security(("key" = ["manage"])), responses((status = 200, body = PersonView)))]
async fn show(State(hall): State<Arc<Hall>>, visitor: Visitor, Path(name): Path<String>) -> Answer<PersonView> {
    visitor.must_everywhere(Verb::Manage)?;
    let missing = || Problem::not_found(format!("there is no account {name}"));
    let row = LoginName::parse(&name).ok().map(|name| hall.store.account(&name)).transpose()?.flatten();
    Ok(Json(row.ok_or_else(missing)?.into()))
}

/// Roles as a request says them: `role` at the addresses of `at`, or everywhere.
#[derive(Debug, Deserialize, ToSchema)]
struct RoleRequest {
    role: Role,
    #[serde(default)]
    at: BTreeSet<String>,
}

impl RoleRequest {
    fn grants(self) -> Result<Grants, Problem> {
        if self.at.is_empty() {
            return Ok(Grants::everywhere(self.role));
        }
        let read = |at: &String| Address::parse(at).map(|at| (at, self.role));
        let at: Result<BTreeMap<_, _>, _> = self.at.iter().map(read).collect();
        Ok(Grants { everywhere: None, at: at.map_err(|error| Problem::bad_request(error.to_string()))? })
    }
}

/// Not `Debug`, as all that holds a password.
#[derive(Deserialize, ToSchema)]
struct AddRequest {
    name: String,
    shown: Option<String>,
    mail: Option<Address>,
    #[serde(flatten)]
    role: RoleRequest,
    /// Without one there is a link.
    password: Option<String>,
    by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct AddedView {
    #[serde(flatten)]
    person: PersonView,
    /// Shown once. It sets a password, once, within three days.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Somebody new; without a password a link that works once.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", security(("key" = ["manage"])), responses((status = 200, body = AddedView)))]
async fn add(State(hall): State<Arc<Hall>>, visitor: Visitor, Json(request): Json<AddRequest>) -> Answer<AddedView> {
    visitor.must_appoint()?;
    let AddRequest { name, shown, mail, role, password, by } = request;
    let (name, by) = (login_name(&name)?, visitor.by(by)?);
    let password = match password {
        Some(password) => Some(hall.door.hash(&name, &Secret::new(password)).await?),
        None => None,
    };
    let invited = password.is_none();
    let shown = shown.unwrap_or_else(|| name.to_string());
    let verb = AccountVerb::Add { shown, mail, grants: role.grants()?, password };
    let row = changed(&hall, name.clone(), verb, &by).await?;
    let link = if invited { Some(made_link(&hall, name, &by).await?) } else { None };
    Ok(Json(AddedView { person: row.into(), link }))
}

async fn changed(hall: &Hall, name: LoginName, verb: AccountVerb, by: &str) -> Result<AccountRow, Problem> {
    let (word, now) = (verb.word(), hall.clock.now());
    let change = AccountChange { name, verb, keeping: None, by: by.to_owned(), now };
    let row = hall.store.change_account(change).await?;
    info!(account = %row.name, by, "was {word}");
    Ok(row)
}

async fn made_link(hall: &Hall, name: LoginName, by: &str) -> Result<String, Problem> {
    let token = hall.door.invite(name, by).await?;
    Ok(hall.site.link(&format!("/invite/{}", token.expose_str())))
}

/// What is to be otherwise; exactly one of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeRequest {
    roles: Option<RoleRequest>,
    disabled: Option<bool>,
    /// Only `false`: they lost it.
    second_factor: Option<bool>,
    by: Option<String>,
}

/// Other roles, in or out, without the second factor.
#[utoipa::path(patch, path = "/api/v1/people/{name}", tag = "people", security(("key" = ["manage"])), responses((status = 200, body = PersonView)))]
async fn change(
    State(hall): State<Arc<Hall>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<ChangeRequest>,
) -> Answer<PersonView> {
    visitor.must_appoint()?;
    let name = of_others(&visitor, &name)?;
    let ChangeRequest { roles, disabled, second_factor, by } = request;
    let verb = match (roles, disabled, second_factor) {
        (Some(roles), None, None) => AccountVerb::Grants(roles.grants()?),
        (None, Some(true), None) => AccountVerb::Disable,
        (None, Some(false), None) => AccountVerb::Enable,
        (None, None, Some(false)) => AccountVerb::SecondFactor(None),
        _ => return Err(Problem::bad_request("say one of `roles`, `disabled`, and `second_factor`: false")),
    };
    Ok(Json(changed(&hall, name, verb, &visitor.by(by)?).await?.into()))
}

/// Somebody else's name: so there is always one left who may do this.
fn of_others(visitor: &Visitor, name: &str) -> Result<LoginName, Problem> {
    let name = login_name(name)?;
    if visitor.actor.name() == Some(name.as_str()) {
        return Err(Problem::bad_request("nobody changes their own roles or takes themselves away"));
    }
    Ok(name)
}

#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ByRequest {
    by: Option<String>,
}

/// Takes an account away; gives what it was.
#[utoipa::path(delete, path = "/api/v1/people/{name}", tag = "people", security(("key" = ["manage"])), responses((status = 200, body = PersonView)))]
async fn remove(
    State(hall): State<Arc<Hall>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<ByRequest>,
) -> Answer<PersonView> {
    visitor.must_appoint()?;
    let (name, by) = (of_others(&visitor, &name)?, visitor.by(request.by)?);
    let row = hall.store.account(&name)?.ok_or_else(|| Problem::not_found(format!("there is no account {name}")))?;
    hall.store.remove_account(name.clone(), by.clone(), hall.clock.now()).await?;
    info!(account = %name, by, "was removed");
    Ok(Json(row.into()))
}

#[derive(Debug, Serialize, ToSchema)]
struct LinkView {
    link: String,
}

/// A link that sets a password, once, within three days. An earlier one works no more.
#[utoipa::path(post, path = "/api/v1/people/{name}/link", tag = "people", security(("key" = ["manage"])), responses((status = 200, body = LinkView)))]
async fn link(
    State(hall): State<Arc<Hall>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<ByRequest>,
) -> Answer<LinkView> {
    visitor.must_appoint()?;
    let link = made_link(&hall, login_name(&name)?, &visitor.by(request.by)?).await?;
    Ok(Json(LinkView { link }))
}
