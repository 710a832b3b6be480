//! `/api/v1/knowledge`: the pages that are known, and what a question would find in them and why.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    articles,
    problem::Problem,
    visitor::Visitor,
};
use crate::{
    agent::{
        Knowledge,
        knowledge::{Explained, PageRow, Reader, WordSeen},
    },
    types::{Address, Verb},
};

/// Passages that are shown where nobody says how many.
const LIMIT: usize = 3;
const LIMIT_MAX: usize = 50;

/// Octets of a question.
const QUESTION_OCTETS_MAX: usize = 2_000;

/// The routes, for whoever may open the control socket.
pub fn knowledge(office: Office, knowledge: Arc<Knowledge>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(search))
        .with_state(knowledge.clone())
        .merge(articles::routes(office, knowledge))
}

/// What was read, and what was passed over.
#[derive(Debug, Serialize, ToSchema)]
struct ListView {
    pages: Vec<PageRow>,
    warnings: Vec<String>,
}

/// The pages that are known.
#[utoipa::path(get, path = "/api/v1/knowledge", tag = "knowledge", security(("key" = ["read"])), responses((status = 200, body = ListView)))]
async fn list(State(knowledge): State<Arc<Knowledge>>, visitor: Visitor) -> Answer<ListView> {
    visitor.must_everywhere(Verb::Read)?;
    blocking(move || {
        knowledge.reload().map_err(|error| Problem::broken(error.to_string()))?;
        Ok(ListView { pages: knowledge.pages(), warnings: knowledge.warnings() })
    })
    .await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchQuery {
    q: String,
    /// The support address that would answer; pages of other addresses are left out.
    address: Option<String>,
    /// Who would ask: pages of their segments are found too.
    contact: Option<String>,
    limit: Option<usize>,
}

/// A passage, best first.
#[derive(Debug, Serialize, ToSchema)]
struct FoundView {
    file: String,
    heading: String,
    text: String,
    language: &'static str,
    bm25: f32,
    support_percent: u32,
    nearness_percent: Option<u32>,
    words: Vec<WordSeen>,
}

impl From<Explained> for FoundView {
    fn from(found: Explained) -> Self {
        let Explained { passage, words, nearness_percent } = found;
        Self {
            file: passage.file,
            heading: passage.heading,
            text: passage.text,
            language: passage.tongue.code(),
            bm25: passage.score,
            support_percent: passage.support_percent,
            nearness_percent,
            words,
        }
    }
}

/// What a question would find, and why.
#[utoipa::path(get, path = "/api/v1/knowledge/search", tag = "knowledge", security(("key" = ["read"])), params(SearchQuery), responses((status = 200, body = Vec<FoundView>)))]
async fn search(
    State(knowledge): State<Arc<Knowledge>>,
    visitor: Visitor,
    Query(query): Query<SearchQuery>,
) -> Answer<Vec<FoundView>> {
    if query.q.trim().is_empty() || query.q.len() > QUESTION_OCTETS_MAX {
        return Err(Problem::bad_request(format!("ask something, in at most {QUESTION_OCTETS_MAX} octets")));
    }
    let reader = Reader { address: address(query.address)?, contact: address(query.contact)? };
    match &reader.address {
        Some(address) => visitor.must(Verb::Read, address, Problem::forbidden)?,
        None => visitor.must_everywhere(Verb::Read)?,
    }
    let limit = query.limit.unwrap_or(LIMIT).min(LIMIT_MAX);
    blocking(move || {
        let found = knowledge.explain(&reader, &query.q, limit).map_err(|error| Problem::broken(error.to_string()))?;
        Ok(found.into_iter().map(FoundView::from).collect())
    })
    .await
}

fn address(text: Option<String>) -> Result<Option<Address>, Problem> {
    text.map(|text| Address::parse(&text)).transpose().map_err(|error| Problem::bad_request(error.to_string()))
}

/// Looking reads files.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Answer<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Problem::broken(format!("the search broke: {error}")))).map(Json)
}
