//! `/api/v1/attachments`: what was attached, handed out so that no browser runs it (S-20), and its text.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio_util::io::ReaderStream;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    finding::mail_row,
    problem::Problem,
    view::{ConversationView, LineKind, MailView},
    visitor::Visitor,
};
use crate::{
    attachments::{Asked, AttachmentId, Listed, Raws, Row, Text, Trouble, disposition},
    store::Store,
    types::{MailId, Verb},
};

/// Octets that are handed on at once.
const PIECE_OCTETS: usize = 64 * 1024;

/// Nothing in it runs, loads or opens anything, should a browser show it all the same.
const POLICY: &str = "default-src 'none'; sandbox";

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(content)).routes(routes!(text)).routes(routes!(list))
}

impl Raws for Store {
    fn raw(&self, mail: MailId) -> Asked<'_, Result<Option<bytes::Bytes>, String>> {
        Box::pin(async move {
            let row = self.mail(mail).map_err(|error| error.to_string())?;
            let Some(row) = row else { return Ok(None) };
            Store::raw(self, &row.raw).await.map(Some).map_err(|error| error.to_string())
        })
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Missing(what) => Self::not_found(what),
            Trouble::Disk(_) => Self::no_room(trouble.to_string()),
            Trouble::Mail(_) => Self::broken(trouble.to_string()),
        }
    }
}

/// Fills in what the octets of the attachments are, for every mail of a conversation.
pub(super) async fn complete(office: &Office, view: &mut ConversationView) -> Result<(), Problem> {
    for line in &mut view.timeline {
        if let LineKind::Mail(mail) = &mut line.what {
            complete_mail(office, mail).await?;
        }
    }
    Ok(())
}

async fn complete_mail(office: &Office, mail: &mut MailView) -> Result<(), Problem> {
    if mail.attached.is_empty() {
        return Ok(());
    }
    let found = office.attachments.list(mail.row.id).await?;
    for (attached, found) in mail.attached.iter_mut().zip(found) {
        attached.found = Some(found.into());
    }
    Ok(())
}

/// What was attached to a mail.
#[utoipa::path(get, path = "/messages/{id}/attachments", tag = "messages", security(("key" = ["read"])), responses((status = 200, body = Vec<Listed>)))]
async fn list(State(office): State<Arc<Office>>, visitor: Visitor, Path(id): Path<String>) -> Answer<Vec<Listed>> {
    let row = mail_row(&office, &visitor, Verb::Read, &id)?;
    Ok(Json(office.attachments.list(row.id).await?))
}

/// The text of an attachment, as far as it has one.
#[utoipa::path(get, path = "/attachments/{id}/text", tag = "messages", security(("key" = ["read"])), responses((status = 200, body = Text)))]
async fn text(State(office): State<Arc<Office>>, visitor: Visitor, Path(id): Path<String>) -> Answer<Text> {
    Ok(Json(office.attachments.text(attached(&office, &visitor, &id)?).await?))
}

/// What was attached, as a download that no browser runs.
#[utoipa::path(get, path = "/attachments/{id}", tag = "messages", security(("key" = ["read"])), responses((status = 200, content_type = "application/octet-stream", body = [u8])))]
async fn content(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let (row, file) = office.attachments.open(attached(&office, &visitor, &id)?).await?;
    let tag = format!("\"{}\"", row.hash);
    let known = asked.get_all(header::IF_NONE_MATCH).iter().any(|value| names(value.as_bytes(), tag.as_bytes()));
    let headers = headers(&row, &tag);
    if known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let length = [(header::CONTENT_LENGTH, row.size.to_string())];
    let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), PIECE_OCTETS);
    Ok((headers, length, Body::from_stream(pieces)).into_response())
}

fn headers(row: &Row, tag: &str) -> [(header::HeaderName, String); 6] {
    [
        (header::CONTENT_TYPE, row.safe_type().to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&row.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::ETAG, tag.to_owned()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ]
}

/// Whether If-None-Match names this tag. RFC 9110 §13.1.2.
fn names(value: &[u8], tag: &[u8]) -> bool {
    let mut tags = value.split(|octet| *octet == b',').map(<[u8]>::trim_ascii);
    tags.any(|one| one == b"*" || one.strip_prefix(b"W/").unwrap_or(one) == tag)
}

/// An attachment of a mail that they may look at.
fn attached(office: &Office, visitor: &Visitor, id: &str) -> Result<AttachmentId, Problem> {
    let malformed = |()| Problem::not_found(format!("there is no attachment {id}: an id is MAILID-N, N from 0"));
    let id: AttachmentId = id.parse().map_err(malformed)?;
    mail_row(office, visitor, Verb::Read, &id.mail.to_string())?;
    Ok(id)
}
