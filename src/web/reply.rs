//! `POST /api/v1/conversations/{id}/replies`: what a person writes becomes a letter; `GET /api/v1/letters/{id}/attachments/{n}`:
//! what went with it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, State},
    http::header,
    response::IntoResponse,
};
use bytes::Bytes;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office, whole},
    drafts,
    finding::{self, find},
    problem::Problem,
    view::ConversationView,
    visitor::Visitor,
};
use crate::{
    agent::words::Tongue,
    attachments::{disposition, leaving_type},
    mime::{self, Attachment, Encoding, Pieces},
    outbound::{Enclosed, Named, Reply, Wanted, WriteError, is_shown_name},
    store::{ConversationRow, EnclosedRow, LetterRow, TakenBack, Written},
    types::{Address, Approval, Verb},
};

/// Octets of one request: the largest letter there may be, its files as base64 in JSON.
const REQUEST_OCTETS_MAX: usize = 72 * 1024 * 1024;

/// Files of one letter.
const FILES_MAX: usize = 50;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new()
        .merge(OpenApiRouter::new().routes(routes!(reply)).layer(DefaultBodyLimit::max(REQUEST_OCTETS_MAX)))
        .routes(routes!(file))
}

/// Unknown fields are refused: nobody shall think that a `bcc` was heard.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplyRequest {
    /// The words, in Markdown. Without: the waiting draft goes out as it is.
    markdown: Option<String>,
    /// Who writes; only the operator says it.
    by: Option<String>,
    /// The generation of the conversation they have read. Without: as it is now.
    generation: Option<u64>,
    /// To whom, instead of the contact, or of whom the letter did not reach that was taken back.
    to: Option<String>,
    /// Who gets a copy, by address or as `Name <address>`, instead of those who take part, or of the others it did not reach;
    /// `[]`: nobody.
    cc: Option<Vec<String>>,
    /// Files that go with it, instead of those of the letter that was taken back.
    attachments: Option<Vec<FileRequest>>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FileRequest {
    /// File name.
    name: String,
    /// Base64. RFC 4648 §4.
    content: String,
    /// Shown in the words, by `![](cid:NAME)`, under this name; attached without.
    shown_as: Option<String>,
}

/// Writes a letter to the contact, or sends the draft that waits.
#[utoipa::path(post, path = "/conversations/{id}/replies", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn reply(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ReplyRequest>,
) -> Answer<ConversationView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let generation = request.generation.unwrap_or(row.generation);
    let stale = || Problem::conflict("the conversation has moved on, by a newer mail or another answer: read it first");
    if generation != row.generation {
        return Err(stale());
    }
    let by = visitor.by(request.by.clone())?;
    let again = row.draft.as_ref().and_then(|draft| draft.taken_back.as_ref());
    let wanted = wanted(&request, again)?;
    let enclosed = match (&request.attachments, again) {
        (Some(files), _) => enclosed(&office, &row, files)?,
        (None, Some(again)) => enclosed_before(&office, &visitor, again).await?,
        (None, None) => Vec::new(),
    };
    let (markdown, sources) = match (request.markdown, row.draft.clone()) {
        (Some(markdown), _) => (markdown, Vec::new()),
        (None, Some(draft)) => (draft.markdown, draft.sources),
        (None, None) => {
            return Err(Problem::conflict("no draft waits there: it was sent, or a newer mail has come"));
        }
    };
    let origin = drafts::origin(row.draft.as_ref(), &markdown);
    let language = Tongue::guessed(&markdown).map(Tongue::code);
    let approval = Approval::by_person(&by, generation);
    let reply = Reply { markdown, sources, origin, language, wanted, enclosed, ..Reply::default() };
    match office.writer.write(&row, reply, approval).await {
        Ok(Written::Done) => Ok(Json(whole(&office, &visitor, &row).await?)),
        Ok(Written::Stale) => Err(stale()),
        Err(WriteError::Store(error)) => Err(error.into()),
        Err(error) => Err(Problem::bad_request(error.to_string())),
    }
}

/// What the request says; of what it leaves out, what the letter said that was taken back.
fn wanted(request: &ReplyRequest, again: Option<&TakenBack>) -> Result<Wanted, Problem> {
    let address =
        |text: &String| Address::parse(text.trim()).map_err(|error| Problem::bad_request(format!("`{text}`: {error}")));
    let named = |text: &String| Named::parse(text).map_err(|error| Problem::bad_request(format!("`{text}`: {error}")));
    let copies = request.cc.as_ref().map(|cc| cc.iter().map(named).collect::<Result<_, _>>());
    let before = again.and_then(|again| again.to.split_first());
    let before = before.map(|(to, copies)| (to.clone(), copies.iter().cloned().map(Named::from).collect()));
    let (to_before, copies_before) = before.unzip();
    let to = request.to.as_ref().map(address).transpose()?;
    Ok(Wanted { to: to.or(to_before), copies: copies.transpose()?.or(copies_before) })
}

/// The files, each looked at: what it is decides, and not what it is called.
fn enclosed(office: &Office, row: &ConversationRow, files: &[FileRequest]) -> Result<Vec<Enclosed>, Problem> {
    if files.len() > FILES_MAX {
        return Err(Problem::bad_request(format!("{} files; at most {FILES_MAX} go with one letter", files.len())));
    }
    let denied =
        office.writer.settings(&row.address).map(|settings| &settings.attachments_denied[..]).unwrap_or_default();
    let mut enclosed: Vec<Enclosed> = Vec::new();
    for FileRequest { name, content, shown_as } in files {
        let content =
            decoded(content).ok_or_else(|| Problem::bad_request(format!("{name} does not come as base64")))?;
        let kind = leaving_type(name, &content, denied).map_err(Problem::bad_request)?;
        if let Some(shown) = shown_as {
            let taken = enclosed.iter().any(|one| one.shown_as.as_ref() == Some(shown));
            if taken || !is_shown_name(shown) || !kind.starts_with("image/") {
                let words =
                    "is no picture, or its name in the words is taken or holds more than letters, digits, dot and dash";
                return Err(Problem::bad_request(format!("{name} cannot be shown: it {words}")));
            }
        }
        enclosed.push(Enclosed { name: name.clone(), kind: kind.to_owned(), content, shown_as: shown_as.clone() });
    }
    Ok(enclosed)
}

/// The files of the letter that was taken back, out of its octets.
async fn enclosed_before(office: &Office, visitor: &Visitor, again: &TakenBack) -> Result<Vec<Enclosed>, Problem> {
    let row = finding::seen_letter(office, visitor, again.letter)?;
    let row = row.ok_or_else(|| Problem::broken(format!("letter {} is not there", again.letter)))?;
    files(office, &row).await
}

/// What went with a letter, in the order of its row.
async fn files(office: &Office, row: &LetterRow) -> Result<Vec<Enclosed>, Problem> {
    let raw = office.store.raw(&row.raw).await?;
    let end = format!(".{}@{}", row.id, row.from.domain());
    let found = mime::parse(&raw).attachments;
    let of_row = |kept: &EnclosedRow| {
        // Pictures stand before files in a letter, whatever their order in the row: the content tells them.
        let is_it = |file: &&Attachment| file.digest.to_hex().as_str() == kept.hash && file.inline == kept.inline;
        let file = found.iter().find(is_it)?;
        let shown_as = file.content_id.strip_suffix(&end).map(str::to_owned);
        Some(Enclosed { name: kept.name.clone(), kind: kept.kind.clone(), content: file.content(&raw), shown_as })
    };
    let files = row.enclosed.iter().map(of_row).collect::<Option<Vec<_>>>();
    files.ok_or_else(|| Problem::broken(format!("a file of letter {} is not in it", row.id)))
}

/// One file that went with a letter, by its place in the row.
#[utoipa::path(get, path = "/letters/{id}/attachments/{n}", tag = "conversations", security(("key" = ["read"])), responses((status = 200, content_type = "application/octet-stream", body = [u8])))]
async fn file(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path((id, n)): Path<(String, usize)>,
) -> Result<impl IntoResponse, Problem> {
    let missing = || Problem::not_found(format!("no file {n} went with a letter {id}"));
    let row = finding::letter(&office, &visitor, Verb::Read, &id)?;
    let file = files(&office, &row).await?.into_iter().nth(n).ok_or_else(missing)?;
    // S-20: a download, whoever opens it.
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, disposition(&file.name)),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    Ok((headers, file.content))
}

/// RFC 4648 §4, padded, nothing between.
fn decoded(text: &str) -> Option<Bytes> {
    let bare = text.trim_end_matches('=');
    let letters = bare.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'+' | b'/'));
    let whole = letters && text.len().is_multiple_of(4) && text.len() - bare.len() <= 2;
    whole.then(|| {
        Pieces::of(text.as_bytes(), Encoding::Base64)
            .fold(Vec::new(), |mut all, piece| {
                all.extend_from_slice(&piece);
                all
            })
            .into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_taken_whole_or_not_at_all() {
        assert_eq!(decoded("Zm9vYg==").as_deref(), Some(&b"foob"[..]));
        assert_eq!(decoded("").as_deref(), Some(&b""[..]));
        for bad in ["Zm9vYg", "Zm9v Yg==", "Zm9v\nYg==", "Z===", "Zm9vYg=!", "-_8="] {
            assert_eq!(decoded(bad), None, "{bad}");
        }
    }
}
