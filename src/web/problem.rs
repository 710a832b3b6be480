//! Errors as the API tells them. RFC 9457.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use serde::Serialize;
use utoipa::ToSchema;

use crate::store::StoreError;

/// How a problem is written. RFC 9457 §3.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// A problem as it is written; its type is `about:blank`, for the status says what kind it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProblemView {
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What is wrong with this request, for people.
    detail: String,
}

/// An error a caller can read.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    detail: String,
}

impl Problem {
    /// The thing asked for does not exist.
    pub(super) fn not_found(what: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, detail: what.into() }
    }

    /// The request cannot be understood.
    pub(super) fn bad_request(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, detail: detail.into() }
    }

    /// The request is understood, and what it brings is not right.
    pub(super) fn not_right(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, detail: detail.into() }
    }

    /// Something of ours went wrong.
    pub(super) fn broken(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, detail: detail.into() }
    }

    /// They may look, and not do this.
    pub(super) fn forbidden() -> Self {
        Self { status: StatusCode::FORBIDDEN, detail: "your role does not allow that".into() }
    }

    /// A form came without what our own pages put into it (S-25).
    pub(super) fn forged() -> Self {
        let detail = "this form is older than your login, or comes from another site: open the page again";
        Self { status: StatusCode::FORBIDDEN, detail: detail.into() }
    }

    /// They may do this, and logged in too long ago for it (S-26).
    pub(super) fn not_fresh() -> Self {
        Self {
            status: StatusCode::FORBIDDEN,
            detail: "log in once more first: this says who gets in, or where mail goes".into(),
        }
    }

    /// Nobody said who asks.
    pub(super) fn unknown_visitor() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, detail: "log in first, or send an API key".into() }
    }

    /// What the API said, said again on a page.
    pub(super) fn passed_on(status: StatusCode, detail: String) -> Self {
        Self { status, detail }
    }

    /// Its status code.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// Its words for people.
    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// A program asks too fast.
    pub(super) fn too_many(per_minute: u32) -> Self {
        let detail = format!("an API key has {per_minute} requests a minute: come again when `Retry-After` says");
        Self { status: StatusCode::TOO_MANY_REQUESTS, detail }
    }

    /// Something changed under the caller's hands.
    pub(super) fn conflict(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, detail: detail.into() }
    }

    /// The disk takes nothing.
    pub(super) fn no_room(detail: impl Into<String>) -> Self {
        Self { status: StatusCode::INSUFFICIENT_STORAGE, detail: detail.into() }
    }
}

/// Words that a request must bring.
///
/// # Errors
/// When they are blank: what is `missing`, in words.
pub(super) fn said(words: String, missing: &str) -> Result<String, Problem> {
    if words.trim().is_empty() { Err(Problem::bad_request(missing)) } else { Ok(words) }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let status = match error {
            StoreError::NotFound(_) => StatusCode::NOT_FOUND,
            StoreError::Refused(_) => StatusCode::BAD_REQUEST,
            StoreError::Unavailable(_) | StoreError::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            StoreError::Damaged(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self { status, detail: error.to_string() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("error");
        let body = ProblemView { title, status: self.status.as_u16(), detail: self.detail };
        (self.status, [(header::CONTENT_TYPE, MEDIA_TYPE)], Json(body)).into_response()
    }
}
