//! `POST /api/v1/conversations/{id}/draft/discard` and `…/rewrite`: what a person does with a draft besides sending it; and how
//! much of it is in what they send instead.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office, whole},
    finding::find,
    problem::Problem,
    view::ConversationView,
    visitor::Visitor,
};
use crate::{
    agent::words,
    store::{ConversationRow, Draft, DraftOrder, Order, Origin, Written},
    types::Verb,
};

/// Octets of an instruction.
const INSTRUCTION_OCTETS_MAX: usize = 2000;

/// Percent of a draft's words below which what is sent is not the draft edited, but other words.
const EDITED_MIN_PERCENT: usize = 30;

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new().routes(routes!(discard)).routes(routes!(rewrite))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DiscardRequest {
    /// Who decides; only the operator says it.
    by: Option<String>,
    /// Why, in words; may be left out.
    #[serde(default)]
    why: String,
    /// The generation of the conversation they have read. Without: as it is now.
    generation: Option<u64>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RewriteRequest {
    /// Who asks; only the operator says it.
    by: Option<String>,
    /// What shall be different.
    instruction: String,
    /// The generation of the conversation they have read. Without: as it is now.
    generation: Option<u64>,
}

/// Throws a draft away.
#[utoipa::path(post, path = "/conversations/{id}/draft/discard", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn discard(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<DiscardRequest>,
) -> Answer<ConversationView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let order = Order::Discard { why: request.why.trim().to_owned() };
    give(&office, &visitor, &row, Given { by: request.by, generation: request.generation, order }).await
}

/// Asks the AI for another draft.
#[utoipa::path(post, path = "/conversations/{id}/draft/rewrite", tag = "conversations", security(("key" = ["answer"])), responses((status = 200, body = ConversationView)))]
async fn rewrite(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<RewriteRequest>,
) -> Answer<ConversationView> {
    let row = find(&office, &visitor, Verb::Answer, &id)?;
    let instruction = request.instruction.trim().to_owned();
    if instruction.is_empty() || instruction.len() > INSTRUCTION_OCTETS_MAX {
        let words = format!("say what shall be different, in at most {INSTRUCTION_OCTETS_MAX} octets");
        return Err(Problem::bad_request(words));
    }
    let order = Order::Rewrite { instruction };
    give(&office, &visitor, &row, Given { by: request.by, generation: request.generation, order }).await
}

/// What a request says of a draft.
struct Given {
    by: Option<String>,
    generation: Option<u64>,
    order: Order,
}

async fn give(office: &Office, visitor: &Visitor, row: &ConversationRow, given: Given) -> Answer<ConversationView> {
    let Given { by, generation, order } = given;
    let by = visitor.by(by)?;
    let generation = generation.unwrap_or(row.generation);
    let given = DraftOrder { conversation: row.id, generation, order, by, now: office.clock.now() };
    match office.store.draft(given).await? {
        Written::Done => Ok(Json(whole(office, visitor, row).await?)),
        Written::Stale => {
            Err(Problem::conflict("the conversation has moved on, by a newer mail or another answer: read it first"))
        }
    }
}

/// What words that a person sends have to do with the draft that waited.
pub(super) fn origin(draft: Option<&Draft>, sent: &str) -> Origin {
    // The words of a letter that was taken back were a person's.
    let Some(draft) = draft.filter(|draft| draft.taken_back.is_none()) else { return Origin::Written };
    if draft.markdown.trim() == sent.trim() {
        return Origin::DraftAsItIs;
    }
    match kept_percent(&draft.markdown, sent) {
        kept @ EDITED_MIN_PERCENT.. => Origin::DraftEdited { kept_percent: kept as u8 },
        _ => Origin::DraftReplaced,
    }
}

/// Of the words of a draft, so many percent stand in what is sent.
fn kept_percent(draft: &str, sent: &str) -> usize {
    let drafted = words::plain(draft);
    let mut there: HashMap<String, usize> = HashMap::new();
    words::plain(sent).into_iter().for_each(|word| *there.entry(word).or_default() += 1);
    let kept = drafted.iter().filter(|word| match there.get_mut(*word) {
        Some(left @ 1..) => {
            *left -= 1;
            true
        }
        _ => false,
    });
    kept.count() * 100 / drafted.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Millis;

    #[test]
    fn what_is_sent_is_held_against_the_draft() {
        let markdown = "It takes two working days to Austria.".to_owned();
        let draft = Draft { markdown, sources: Vec::new(), generation: 1, made: Millis(0), taken_back: None };
        for (sent, expected) in [
            ("It takes two working days to Austria.\n", Origin::DraftAsItIs),
            ("It takes three working days to Austria.", Origin::DraftEdited { kept_percent: 85 }),
            ("Please call us.", Origin::DraftReplaced),
        ] {
            assert_eq!(origin(Some(&draft), sent), expected, "{sent}");
        }
        assert_eq!(origin(None, "Please call us."), Origin::Written);
    }
}
