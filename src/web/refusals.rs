//! What the framework refuses by itself, told as our own handlers tell it: a method that is not there, a body that is no JSON, too
//! large or of another type. RFC 9457.

use axum::{
    body::to_bytes,
    http::header,
    response::{IntoResponse, Response},
};

use super::problem::Problem;

/// Octets of a refusal's words.
const WORDS_MAX: usize = 16 * 1024;

/// Makes a refusal in plain words a problem.
pub(super) async fn told(answer: Response) -> Response {
    let status = answer.status();
    let media_type =
        answer.headers().get(header::CONTENT_TYPE).map(|value| value.as_bytes().starts_with(b"text/plain"));
    if !(status.is_client_error() || status.is_server_error()) || media_type == Some(false) {
        return answer;
    }
    let (mut parts, body) = answer.into_parts();
    let words = to_bytes(body, WORDS_MAX).await.unwrap_or_default();
    let words = String::from_utf8_lossy(&words).trim().to_owned();
    let words = if words.is_empty() { status.canonical_reason().unwrap_or("refused").to_lowercase() } else { words };
    let mut told = Problem::passed_on(status, words).into_response();
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    // `Allow` among them.
    told.headers_mut().extend(parts.headers);
    told
}
