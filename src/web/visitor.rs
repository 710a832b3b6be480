//! Who a request comes from. The listeners put it there before any handler runs: the control socket says that it is the
//! operator, the TCP listener looks at session and key. A handler that asks for it and finds none is a fault of ours, and
//! refuses.

use axum::{
    extract::{Form, FromRequest, FromRequestParts, RawForm, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::{
    people::Actor,
    types::{Address, Verb},
};

/// Who asks.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Who, with their roles now.
    pub actor: Actor,
    /// What a form of theirs must carry (S-25): nobody else's page knows it. `None` where no browser adds a cookie by itself:
    /// on the control socket, and with an API key.
    pub csrf: Option<String>,
}

impl Visitor {
    /// Whoever may open the control socket.
    pub fn operator() -> Self {
        Self { actor: Actor::Operator, csrf: None }
    }

    /// Lets them do that at an address, or says that there is nothing: who may not look shall not learn what there is.
    ///
    /// # Errors
    /// 404 when they may not even read there, 403 when they may.
    pub(super) fn must(&self, verb: Verb, at: &Address, missing: impl FnOnce() -> Problem) -> Result<(), Problem> {
        if self.actor.may(verb, Some(at)) {
            Ok(())
        } else if self.actor.may(Verb::Read, Some(at)) {
            Err(Problem::forbidden())
        } else {
            Err(missing())
        }
    }

    /// Lets them do what concerns every address.
    ///
    /// # Errors
    /// 403.
    pub(super) fn must_everywhere(&self, verb: Verb) -> Result<(), Problem> {
        if self.actor.may(verb, None) { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// Lets them say who works here: a person who manages everywhere, or the operator. A key could give itself every right.
    ///
    /// # Errors
    /// 403.
    pub(super) fn must_appoint(&self) -> Result<(), Problem> {
        match self.actor {
            Actor::Key { .. } => Err(Problem::forbidden()),
            Actor::Operator | Actor::Person { .. } => self.must_everywhere(Verb::Manage),
        }
    }

    /// Under which name it is written down: their own. The operator says it with the request.
    ///
    /// # Errors
    /// 400 when the operator says none, or somebody says another's.
    pub(super) fn by(&self, said: Option<String>) -> Result<String, Problem> {
        let said = said.filter(|name| !name.trim().is_empty());
        match (self.actor.name(), said) {
            (Some(own), Some(said)) if said != own => {
                Err(Problem::bad_request(format!("`by` is not said here: you are {own}")))
            }
            (Some(own), _) => Ok(own.to_owned()),
            (None, Some(said)) => Ok(said),
            (None, None) => Err(Problem::bad_request("say who decides")),
        }
    }

    /// Holds what a form carried against what it must carry.
    ///
    /// # Errors
    /// 403.
    pub(super) fn check_form(&self, carried: &str) -> Result<(), Problem> {
        let matches = |csrf: &String| constant_time_eq::constant_time_eq(csrf.as_bytes(), carried.as_bytes());
        if self.csrf.as_ref().is_none_or(matches) { Ok(()) } else { Err(Problem::forged()) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::unknown_visitor)
    }
}

/// A form that a page of ours sent: read only when it carries what it must.
#[derive(Debug)]
pub(super) struct Posted<T>(pub(super) T);

/// The name of the field that carries it.
pub(super) const CSRF_FIELD: &str = "csrf";

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        let whole = RawForm::from_request(Request::from_parts(parts.clone(), body), state).await;
        let RawForm(octets) = whole.map_err(|refused| Problem::bad_request(refused.body_text()))?;
        let carried = url::form_urlencoded::parse(&octets).find(|(name, _)| name == CSRF_FIELD);
        visitor.check_form(carried.as_ref().map_or("", |(_, value)| value))?;
        let form = Form::<T>::from_request(Request::from_parts(parts, octets.into()), state).await;
        form.map(|Form(read)| Self(read)).map_err(|refused| Problem::bad_request(refused.body_text()))
    }
}
