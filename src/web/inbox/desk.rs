//! How pages do things: as any other user of the API, in the same process. So there is one place where a verb is allowed,
//! checked and done, and a page is a form over it.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Method, Request, header},
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::{
    super::{api::Office, problem::Problem, visitor::Visitor},
    house::Premises,
    presence::Presence,
};

/// Octets of an answer that a page reads.
const ANSWER_OCTETS_MAX: usize = 64 * 1024 * 1024;

/// What the pages work with.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    /// For reading.
    pub(super) office: Office,
    /// For everything else.
    api: Router,
    /// Who looks at what now.
    pub(super) presence: Presence,
    /// What the set-up pages show.
    pub(super) premises: Premises,
    /// The daemon stops: what listens is let go.
    pub(super) stop: CancellationToken,
}

impl Desk {
    pub(super) fn new(office: Office, api: Router, premises: Premises, stop: CancellationToken) -> Self {
        Self { office, api, presence: Presence::default(), premises, stop }
    }

    /// Asks the API in the visitor's name. `path` is behind `/api/v1`.
    ///
    /// # Errors
    /// The problem that the API answers with.
    pub(super) async fn ask(
        &self,
        visitor: &Visitor,
        method: Method,
        path: &str,
        body: Value,
    ) -> Result<Value, Problem> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::CONTENT_TYPE, "application/json")
            .extension(visitor.clone())
            .body(Body::from(body.to_string()))
            .map_err(|error| Problem::bad_request(error.to_string()))?;
        // A router has no error of its own: whatever happens is an answer.
        let answer = self.api.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = answer.status();
        let octets = to_bytes(answer.into_body(), ANSWER_OCTETS_MAX).await;
        let octets = octets.map_err(|error| Problem::broken(error.to_string()))?;
        if status.is_success() {
            return Ok(serde_json::from_slice(&octets).unwrap_or_default());
        }
        let told: Value = serde_json::from_slice(&octets).unwrap_or_default();
        let detail =
            told["detail"].as_str().map_or_else(|| String::from_utf8_lossy(&octets).into_owned(), str::to_owned);
        Err(Problem::passed_on(status, detail))
    }

    /// Posts in the visitor's name, and says who they are where only the operator does.
    pub(super) async fn post(&self, visitor: &Visitor, path: &str, body: Value) -> Result<Value, Problem> {
        self.ask(visitor, Method::POST, path, signed(visitor, body)).await
    }

    /// Puts, in the same way.
    pub(super) async fn put(&self, visitor: &Visitor, path: &str, body: Value) -> Result<Value, Problem> {
        self.ask(visitor, Method::PUT, path, signed(visitor, body)).await
    }

    /// Deletes, in the same way.
    pub(super) async fn delete(&self, visitor: &Visitor, path: &str, body: Value) -> Result<Value, Problem> {
        self.ask(visitor, Method::DELETE, path, signed(visitor, body)).await
    }
}

fn signed(visitor: &Visitor, mut body: Value) -> Value {
    if visitor.actor.name().is_none() {
        body["by"] = OPERATOR.into();
    }
    body
}

/// Who does it, for those who look at the pages through the control socket.
pub(super) const OPERATOR: &str = "operator";

/// A segment of a path, whatever stands in it.
pub(super) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
