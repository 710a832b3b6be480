//! `/api/v1/held` and `/api/v1/learned`: what waits with a doubt, and what people do with it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    finding::{self, find, held_row, held_row_next, mail_row, registered},
    problem::Problem,
    view,
    visitor::Visitor,
    why::{self, WhyView},
};
use crate::{
    conversation::Notice,
    store::{ConversationRow, Discard, LearnedRow, MailRow, Place, Release, ReleaseTo, Voucher},
    types::{Address, Verb},
};

/// Mails of the list whose words are shown beside them: each costs reading the mail.
const PREVIEWS_MAX: usize = 100;

/// Letters of a preview.
const PREVIEW_CHARS: usize = 200;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(release))
        .routes(routes!(discard))
        .routes(routes!(learned))
        .routes(routes!(forget))
}

/// A held mail in a list.
#[derive(Debug, Serialize, ToSchema)]
struct HeldView {
    #[serde(flatten)]
    row: MailRow,
    /// Why it is held, in words.
    reasons: Vec<String>,
    /// How it begins; empty behind the first [`PREVIEWS_MAX`].
    preview: String,
}

fn reasons(row: &MailRow) -> Vec<String> {
    let reasons = row.filings.iter().filter_map(|filed| match &filed.place {
        Place::Held(reason) => Some(reason.words()),
        _ => None,
    });
    reasons.collect()
}

/// What is held, oldest first.
#[utoipa::path(get, path = "/held", tag = "held", security(("key" = ["release"])), responses((status = 200, body = Vec<HeldView>)))]
async fn list(State(office): State<Arc<Office>>, visitor: Visitor) -> Answer<Vec<HeldView>> {
    let mut held = Vec::new();
    for row in finding::held(&office, &visitor)? {
        let reasons = reasons(&row);
        let preview = if held.len() < PREVIEWS_MAX {
            let text = view::mail(&office.store, row.clone()).await?.new_text;
            text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(PREVIEW_CHARS).collect()
        } else {
            String::new()
        };
        held.push(HeldView { row, reasons, preview });
    }
    Ok(Json(held))
}

/// One held mail: what was found out about it, and what its reader needs of it. Nothing in it was followed or answered.
#[derive(Debug, Serialize, ToSchema)]
struct HeldMail {
    #[serde(flatten)]
    why: WhyView,
    /// Why it waits, one for each address.
    held: Vec<String>,
    /// What it asks its reader to prove, with which code and link.
    notice: Option<Notice>,
}

/// One held mail: what was found out about it.
#[utoipa::path(get, path = "/held/{id}", tag = "held", security(("key" = ["release"])), responses((status = 200, body = HeldMail)))]
async fn show(State(office): State<Arc<Office>>, visitor: Visitor, Path(id): Path<String>) -> Answer<HeldMail> {
    let row = held_row(&office, &visitor, &id)?;
    let (held, notice) = (reasons(&row), view::notice(&office.store, &row).await?);
    Ok(Json(HeldMail { why: why::why(&office, row).await?, held, notice }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseRequest {
    /// Who lets it in; only the operator says it.
    by: Option<String>,
    /// The support address, where the mail reached none.
    address: Option<String>,
    /// The conversation it joins, by number or id. Without: it opens one.
    conversation: Option<String>,
    /// Whether the AI may answer.
    #[serde(default)]
    answer: bool,
    /// Whether its forwarder counts at this address from now on.
    #[serde(default)]
    always_from_this_forwarder: bool,
}

/// Lets a held mail into a conversation.
#[utoipa::path(post, path = "/held/{id}/release", tag = "held", security(("key" = ["release"])), responses((status = 200, body = ConversationRow)))]
async fn release(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<ReleaseRequest>,
) -> Answer<ConversationRow> {
    let row = held_row_next(&office, &visitor, &id)?;
    // The conversation is the answer, so who lets a mail in may look at it.
    if !row.filings.iter().any(|filed| visitor.actor.may(Verb::Read, filed.address.as_ref())) {
        return Err(Problem::forbidden());
    }
    // Letters leave from support addresses only, so a conversation is of one.
    let address = |text| registered(&office, &visitor, Verb::Release, text);
    let address = request.address.as_deref().map(address).transpose()?;
    let joins = request.conversation.as_deref().map(|id| find(&office, &visitor, Verb::Release, id)).transpose()?;
    let release = Release {
        mail: row.id,
        address,
        to: joins.map_or(ReleaseTo::Opens, |row| ReleaseTo::Joins(row.id)),
        by: visitor.by(request.by)?,
        answer: request.answer,
        learn: request.always_from_this_forwarder,
        now: office.clock.now(),
        dice: dice(),
    };
    let conversation = office.store.release(release).await?;
    find(&office, &visitor, Verb::Release, &conversation.to_string()).map(Json)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscardRequest {
    by: Option<String>,
    why: String,
}

/// Throws a held mail out of the list; its octets stay in the journal.
#[utoipa::path(post, path = "/held/{id}/discard", tag = "held", security(("key" = ["release"])), responses((status = 200, body = MailRow)))]
async fn discard(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<DiscardRequest>,
) -> Answer<MailRow> {
    let row = held_row_next(&office, &visitor, &id)?;
    if request.why.trim().is_empty() {
        return Err(Problem::bad_request("say why it is thrown out"));
    }
    let discard = Discard { mail: row.id, by: visitor.by(request.by)?, why: request.why, now: office.clock.now() };
    office.store.discard(discard).await?;
    mail_row(&office, &visitor, Verb::Release, &id).map(Json)
}

/// Which forwarders were learned by releasing.
#[utoipa::path(get, path = "/learned", tag = "held", security(("key" = ["release"])), responses((status = 200, body = Vec<LearnedRow>)))]
async fn learned(State(office): State<Arc<Office>>, visitor: Visitor) -> Answer<Vec<LearnedRow>> {
    finding::learned(&office, &visitor).map(Json)
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ForgetRequest {
    address: String,
    forwarder: Voucher,
}

/// Forgets a forwarder; gives those that are left.
#[utoipa::path(post, path = "/learned/forget", tag = "held", security(("key" = ["release"])), responses((status = 200, body = Vec<LearnedRow>)))]
async fn forget(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Json(request): Json<ForgetRequest>,
) -> Answer<Vec<LearnedRow>> {
    let address = Address::parse(&request.address).map_err(|error| Problem::bad_request(error.to_string()))?;
    let domain = request.forwarder.domain();
    let missing = || Problem::not_found(format!("there is no forwarder {domain} that was learned for {address}"));
    visitor.must(Verb::Release, &address, missing)?;
    office.store.forget(address, request.forwarder).await?;
    finding::learned(&office, &visitor).map(Json)
}

/// 64 bits nobody can foresee, from which a number is drawn.
pub(super) fn dice() -> u64 {
    let mut octets = [0; 8];
    // Without randomness numbers would be foreseeable, which proves nothing to anybody: a number is a hint.
    let _ = aws_lc_rs::rand::fill(&mut octets);
    u64::from_le_bytes(octets)
}
