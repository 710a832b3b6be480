//! `POST …/redact` of a message, a letter or a note: its words are taken away for good.
//!
//! The octets that were kept stay in the journal's segments, to which nothing leads any more, and in backups; the answer says so.

use std::{collections::HashSet, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{
    api::{Answer, Office},
    finding::{self, find, mail_row},
    problem::{Problem, said},
    view::LineKind,
    visitor::Visitor,
};
use crate::{
    observability::maillog,
    store::{Message, Place, Redact},
    types::{ConversationId, Verb},
};

/// Letters of a line from which on it is told again in another message: what is shorter stands everywhere.
const TELLING_CHARS_MIN: usize = 16;

/// What stays, in words.
const STAYS: &str = "its octets as they came stay in the journal's segments and in backups, to which nothing leads";

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(mail)).routes(routes!(letter)).routes(routes!(note))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RedactRequest {
    /// Why, in words that repeat nothing of it: they stay.
    why: String,
    /// Who decides; said by the operator only.
    by: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct Redacted {
    /// Ids of other mails and letters of its conversations that repeat lines of it, as quotes do: each is redacted by itself.
    quoted_by: Vec<String>,
    /// What is not undone by it.
    stays: &'static str,
}

/// Takes the words of a mail away for good.
#[utoipa::path(post, path = "/messages/{id}/redact", tag = "conversations", security(("key" = ["redact"])), responses((status = 200, body = Redacted)))]
async fn mail(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<RedactRequest>,
) -> Answer<Redacted> {
    let row = mail_row(&office, &visitor, Verb::Redact, &id)?;
    let places = row.filings.iter().filter_map(|filed| match &filed.place {
        Place::Conversation { id, .. } => Some(*id),
        _ => None,
    });
    let quoted_by = quoting(&office, &visitor, places.collect(), &row.id.to_string()).await?;
    let trouble = |trouble: crate::attachments::Trouble| Problem::broken(trouble.to_string());
    let attached = office.attachments.list(row.id).await.map_err(trouble)?;
    // First too: a crash in between leaves a mail that can be redacted again.
    office.attachments.forget(row.id, attached.clone()).await.map_err(trouble)?;
    let redacted = redact(&office, &visitor, Message::Mail(row.id), request, quoted_by).await?;
    // Whoever asked meanwhile had them made again.
    office.attachments.forget(row.id, attached).await.map_err(trouble)?;
    Ok(redacted)
}

/// Takes the words of a letter away for good.
#[utoipa::path(post, path = "/letters/{id}/redact", tag = "conversations", security(("key" = ["redact"])), responses((status = 200, body = Redacted)))]
async fn letter(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<RedactRequest>,
) -> Answer<Redacted> {
    let row = finding::letter(&office, &visitor, Verb::Redact, &id)?;
    let quoted_by = quoting(&office, &visitor, vec![row.conversation], &row.id.to_string()).await?;
    redact(&office, &visitor, Message::Letter(row.id), request, quoted_by).await
}

/// Takes the words of a note away for good.
#[utoipa::path(post, path = "/conversations/{id}/notes/{seq}/redact", tag = "conversations", security(("key" = ["redact"])), responses((status = 200, body = Redacted)))]
async fn note(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path((id, seq)): Path<(String, u32)>,
    Json(request): Json<RedactRequest>,
) -> Answer<Redacted> {
    let row = find(&office, &visitor, Verb::Redact, &id)?;
    let own = id.parse::<ConversationId>().ok().filter(|id| row.absorbed.contains(id)).unwrap_or(row.id);
    redact(&office, &visitor, Message::Note(own, seq), request, Vec::new()).await
}

async fn redact(
    office: &Office,
    visitor: &Visitor,
    message: Message,
    request: RedactRequest,
    quoted_by: Vec<String>,
) -> Answer<Redacted> {
    let (why, by) = (said(request.why, "say why")?, visitor.by(request.by)?);
    office.store.redact(Redact { message, by: by.clone(), why, now: office.clock.now() }).await?;
    maillog::redacted(message, &by);
    Ok(Json(Redacted { quoted_by, stays: STAYS }))
}

/// Which other messages repeat whole lines of this one.
async fn quoting(
    office: &Office,
    visitor: &Visitor,
    conversations: Vec<ConversationId>,
    message: &str,
) -> Result<Vec<String>, Problem> {
    let mut texts = Vec::new();
    for id in conversations {
        let Some(row) = finding::seen(office, visitor, id)? else { continue };
        for line in finding::told(office, visitor, &row).await?.timeline {
            texts.extend(match line.what {
                LineKind::Mail(mail) => Some((mail.row.id.to_string(), mail.text)),
                LineKind::Letter(letter) => Some((letter.row.id.to_string(), letter.text)),
                LineKind::Note { .. } | LineKind::Event { .. } => None,
            });
        }
    }
    let own = texts.iter().find(|(id, _)| id == message);
    let telling: HashSet<&str> = own.iter().flat_map(|(_, text)| lines(text)).collect();
    let repeats = |(id, text): &&(String, String)| id != message && lines(text).any(|line| telling.contains(line));
    Ok(texts.iter().filter(repeats).map(|(id, _)| id.clone()).collect())
}

/// The lines that tell something, without marks of quoting.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let bare = text.lines().map(|line| line.trim_matches(|sign: char| sign == '>' || sign.is_whitespace()));
    bare.filter(|line| line.chars().count() >= TELLING_CHARS_MIN)
}
