//! `/people`: who works here, for administrators: whom they invite, what each may, and who may not any more (S-26).

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use tracing::info;

use super::{Hall, see, shown};
use crate::{
    people::{Inside, LoginError},
    store::{
        StoreError,
        people::{AccountChange, AccountRow, AccountVerb, LoginName},
    },
    types::{Address, Grants, Role, Verb},
    web::{
        problem::Problem,
        view::moment,
        visitor::{Posted, Visitor},
    },
};

#[derive(Template)]
#[template(path = "login/people.html")]
struct PeoplePage<'a> {
    csrf: &'a str,
    people: Vec<PersonLine>,
    addresses: &'a [Address],
    said: &'a str,
    trouble: &'a str,
}

struct PersonLine {
    name: String,
    shown: String,
    roles: Vec<String>,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "login/person.html")]
struct PersonPage<'a> {
    csrf: &'a str,
    name: &'a str,
    shown: &'a str,
    mail: String,
    state: &'a str,
    disabled: bool,
    second_factor: bool,
    logins: Vec<(String, String)>,
    /// Where, under which name the form has it, and the role there; the first is everywhere.
    roles: Vec<(String, String, &'static str)>,
    /// They look at themselves: nobody takes their own roles away.
    own: bool,
    /// Shown once.
    link: String,
    trouble: &'a str,
}

/// Roles in words: `agent at every address`.
pub(super) fn roles(grants: &Grants) -> Vec<String> {
    let everywhere = grants.everywhere.iter().map(|role| format!("{} at every address", role.word()));
    let at = grants.at.iter().map(|(address, role)| format!("{} at {address}", role.word()));
    everywhere.chain(at).collect()
}

fn state(row: &AccountRow) -> &'static str {
    match (row.disabled, &row.password, &row.second_factor) {
        (true, _, _) => "disabled",
        (_, None, _) => "invited",
        (_, Some(_), None) => "password",
        (_, Some(_), Some(_)) => "password and code",
    }
}

type Shown = Result<Response, Problem>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Done {
    done: String,
}

pub(super) async fn page(State(hall): State<Arc<Hall>>, visitor: Visitor, Query(done): Query<Done>) -> Shown {
    let said = if done.done == "removed" { "The account is gone." } else { "" };
    list(&hall, &visitor, StatusCode::OK, said, "")
}

fn list(hall: &Hall, visitor: &Visitor, status: StatusCode, said: &str, trouble: &str) -> Shown {
    visitor.must_everywhere(Verb::Manage)?;
    let line = |row: AccountRow| PersonLine {
        roles: roles(&row.grants),
        state: state(&row),
        name: row.name.to_string(),
        shown: row.shown,
    };
    let people = hall.store.accounts()?.into_iter().map(line).collect();
    let csrf = visitor.csrf.as_deref().unwrap_or_default();
    Ok(shown(status, &PeoplePage { csrf, people, addresses: &hall.addresses, said, trouble }))
}

#[derive(Debug, Deserialize)]
pub(super) struct SaidNew {
    name: String,
    shown: String,
    mail: String,
    role: String,
    /// Empty: every address.
    at: String,
}

pub(super) async fn add(
    State(hall): State<Arc<Hall>>,
    visitor: Visitor,
    Extension(inside): Extension<Inside>,
    Posted(said): Posted<SaidNew>,
) -> Shown {
    visitor.must_everywhere(Verb::Manage)?;
    let by = inside.account.name.as_str();
    let made = match read_new(said) {
        Ok((name, verb)) => {
            let change = AccountChange { name, verb, keeping: None, by: by.into(), now: hall.clock.now() };
            hall.store.change_account(change).await
        }
        Err(words) => Err(StoreError::Refused(words)),
    };
    match made {
        Ok(row) => {
            info!(account = %row.name, by, "was added");
            let link = hall.door.invite(row.name.clone(), by).await;
            one_with_link(&hall, &visitor, &inside, &row.name, link)
        }
        Err(error) => list(&hall, &visitor, StatusCode::UNPROCESSABLE_ENTITY, "", &error.to_string()),
    }
}

fn read_new(said: SaidNew) -> Result<(LoginName, AccountVerb), String> {
    let SaidNew { name, shown, mail, role, at } = said;
    let name = LoginName::parse(name.trim())?;
    let role = Role::of(&role).ok_or("choose a role")?;
    let grants = match at.trim() {
        "" => Grants::everywhere(role),
        at => Grants::at(Address::parse(at).map_err(|error| error.to_string())?, role),
    };
    let shown = if shown.trim().is_empty() { name.to_string() } else { shown };
    Ok((name, AccountVerb::Add { shown, mail: read_mail(&mail)?, grants, password: None }))
}

fn read_mail(mail: &str) -> Result<Option<Address>, String> {
    let mail = Some(mail.trim()).filter(|mail| !mail.is_empty());
    mail.map(Address::parse).transpose().map_err(|error| error.to_string())
}

pub(super) async fn person(
    State(hall): State<Arc<Hall>>,
    visitor: Visitor,
    inside: Option<Extension<Inside>>,
    Path(name): Path<String>,
) -> Shown {
    let Some(Extension(inside)) = inside else { return Ok(Hall::no_account()) };
    let missing = |_| Problem::not_found(format!("there is no account {name}"));
    LoginName::parse(&name)
        .map_err(missing)
        .and_then(|name| one(&hall, &visitor, &inside, &name, StatusCode::OK, String::new(), ""))
}

fn one_with_link(
    hall: &Hall,
    visitor: &Visitor,
    inside: &Inside,
    name: &LoginName,
    link: Result<crate::types::Secret, LoginError>,
) -> Shown {
    match link {
        Ok(token) => {
            let link = hall.site.link(&format!("/invite/{}", token.expose_str()));
            one(hall, visitor, inside, name, StatusCode::OK, link, "")
        }
        Err(error) => {
            one(hall, visitor, inside, name, StatusCode::UNPROCESSABLE_ENTITY, String::new(), &error.to_string())
        }
    }
}

fn one(
    hall: &Hall,
    visitor: &Visitor,
    inside: &Inside,
    name: &LoginName,
    status: StatusCode,
    link: String,
    trouble: &str,
) -> Shown {
    visitor.must_everywhere(Verb::Manage)?;
    let row = hall.store.account(name)?.ok_or_else(|| Problem::not_found(format!("there is no account {name}")))?;
    // Also addresses that were taken from the configuration: who had a role there is to be seen.
    let mut addresses: Vec<&Address> = hall.addresses.iter().chain(row.grants.at.keys()).collect();
    addresses.sort();
    addresses.dedup();
    let word = |role: Option<Role>| role.map_or("", Role::word);
    let everywhere = ("every address".to_owned(), "everywhere".to_owned(), word(row.grants.everywhere));
    let at = addresses.iter().map(|at| (at.to_string(), format!("at:{at}"), word(row.grants.at.get(at).copied())));
    let page = PersonPage {
        csrf: &inside.csrf,
        name: row.name.as_str(),
        shown: &row.shown,
        mail: row.mail.as_ref().map(ToString::to_string).unwrap_or_default(),
        state: state(&row),
        disabled: row.disabled,
        second_factor: row.second_factor.is_some(),
        logins: row.logins.iter().rev().map(|login| (login.agent.clone(), moment(login.made))).collect(),
        roles: std::iter::once(everywhere).chain(at).collect(),
        own: row.name == inside.account.name,
        link,
        trouble,
    };
    Ok(shown(status, &page))
}

/// What a form of the page of one person asks for; the button says which.
#[derive(Debug, Deserialize)]
pub(super) struct SaidChange {
    what: String,
    #[serde(flatten)]
    fields: std::collections::BTreeMap<String, String>,
}

pub(super) async fn change(
    State(hall): State<Arc<Hall>>,
    visitor: Visitor,
    Extension(inside): Extension<Inside>,
    Path(name): Path<String>,
    Posted(said): Posted<SaidChange>,
) -> Shown {
    let Ok(name) = LoginName::parse(&name) else {
        return Err(Problem::not_found(format!("there is no account {name}")));
    };
    visitor.must_everywhere(Verb::Manage)?;
    let by = inside.account.name.as_str();
    // So there is always somebody left who may do this.
    if name == inside.account.name && !matches!(said.what.as_str(), "describe" | "logins") {
        let words = "nobody changes their own roles or takes themselves away: another administrator does";
        return one(&hall, &visitor, &inside, &name, StatusCode::UNPROCESSABLE_ENTITY, String::new(), words);
    }
    let now = hall.clock.now();
    let verb = match (said.what.as_str(), read_change(&said)) {
        ("link", _) => {
            let link = hall.door.invite(name.clone(), by).await;
            return one_with_link(&hall, &visitor, &inside, &name, link);
        }
        ("remove", _) => {
            hall.store.remove_account(name.clone(), by.into(), now).await?;
            info!(account = %name, by, "was removed");
            return Ok(see("/people?done=removed"));
        }
        ("logins", _) => {
            let here = inside.login.digest;
            hall.store.end_logins(name.clone(), move |login| *login != here).await?;
            return Ok(see(&format!("/people/{name}")));
        }
        (_, Ok(verb)) => verb,
        (_, Err(words)) => {
            return one(&hall, &visitor, &inside, &name, StatusCode::UNPROCESSABLE_ENTITY, String::new(), &words);
        }
    };
    info!(account = %name, by, "was {}", verb.word());
    let change = AccountChange { name: name.clone(), verb, keeping: None, by: by.into(), now };
    match hall.store.change_account(change).await {
        Ok(_) => Ok(see(&format!("/people/{name}"))),
        Err(error) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            one(&hall, &visitor, &inside, &name, status, String::new(), &error.to_string())
        }
    }
}

fn read_change(said: &SaidChange) -> Result<AccountVerb, String> {
    let field = |name: &str| said.fields.get(name).map_or("", String::as_str);
    match said.what.as_str() {
        "describe" => Ok(AccountVerb::Describe { shown: field("shown").to_owned(), mail: read_mail(field("mail"))? }),
        "roles" => {
            let mut grants = Grants { everywhere: Role::of(field("everywhere")), ..Grants::default() };
            for (name, word) in &said.fields {
                if let (Some(at), Some(role)) = (name.strip_prefix("at:"), Role::of(word)) {
                    grants.at.insert(Address::parse(at).map_err(|error| error.to_string())?, role);
                }
            }
            Ok(AccountVerb::Grants(grants))
        }
        "factor" => Ok(AccountVerb::SecondFactor(None)),
        "disable" => Ok(AccountVerb::Disable),
        "enable" => Ok(AccountVerb::Enable),
        _ => Err("press one of the buttons".into()),
    }
}
