//! `/api/v1/knowledge/articles`: pages of knowledge that people write here, their versions, and which of them is published.

use std::sync::Arc;

use axum::{
    Json,
    extract::{DefaultBodyLimit, Path, Query, State},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    problem::Problem,
    visitor::Visitor,
};
use crate::{
    agent::Knowledge,
    observability::maillog,
    store::{ARTICLE_OCTETS_MAX, ArticleChange, ArticleChanged, ArticleName, ArticleRow, ArticleVerb},
    types::Verb,
};

/// Octets of a request: a whole text, each octet of it escaped, and what stands around it.
const REQUEST_OCTETS_MAX: usize = 6 * ARTICLE_OCTETS_MAX + 16 * 1024;

/// What the handlers work with.
#[derive(Clone)]
struct Press {
    office: Office,
    knowledge: Arc<Knowledge>,
}

/// The verbs of articles, below `/api/v1/knowledge`.
pub(super) fn routes(office: Office, knowledge: Arc<Knowledge>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(show, edit, remove))
        .routes(routes!(publish))
        .routes(routes!(unpublish))
        .routes(routes!(rollback))
        .layer(DefaultBodyLimit::max(REQUEST_OCTETS_MAX))
        .with_state(Arc::new(Press { office, knowledge }))
}

/// Those that were not removed, by name.
#[utoipa::path(get, path = "/api/v1/knowledge/articles", tag = "knowledge", security(("key" = ["read"])), responses((status = 200, body = Vec<ArticleRow>)))]
async fn list(State(press): State<Arc<Press>>, visitor: Visitor) -> Answer<Vec<ArticleRow>> {
    visitor.must_everywhere(Verb::Read)?;
    Ok(Json(press.office.store.articles()?))
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ShowQuery {
    /// Whose text is wanted; the newest when it is not said.
    version: Option<u64>,
}

/// An article with its history, and the text of one version.
#[derive(Debug, Serialize, ToSchema)]
struct ArticleView {
    #[serde(flatten)]
    row: ArticleRow,
    /// The version whose text follows.
    version: u64,
    text: String,
}

/// An article with its history and one text. Also of one that was removed.
#[utoipa::path(get, path = "/api/v1/knowledge/articles/{name}", tag = "knowledge", security(("key" = ["read"])), params(ShowQuery), responses((status = 200, body = ArticleView)))]
async fn show(
    State(press): State<Arc<Press>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(query): Query<ShowQuery>,
) -> Answer<ArticleView> {
    visitor.must_everywhere(Verb::Read)?;
    // What is no name names nothing.
    let missing = || Problem::not_found(format!("there is no article {}", crate::types::one_line(&name)));
    let row = press.row(&ArticleName::parse(&name).map_err(|_| missing())?)?;
    let version = query.version.unwrap_or(row.newest());
    let text = press.text(&row, version)?;
    Ok(Json(ArticleView { row, version, text }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddRequest {
    name: String,
    text: String,
    /// Who decides; only the operator says it.
    by: Option<String>,
    /// It is no draft.
    #[serde(default)]
    publish: bool,
}

/// Adds an article.
#[utoipa::path(post, path = "/api/v1/knowledge/articles", tag = "knowledge", security(("key" = ["teach"])), responses((status = 200, body = ArticleRow)))]
async fn add(State(press): State<Arc<Press>>, visitor: Visitor, Json(request): Json<AddRequest>) -> Answer<ArticleRow> {
    visitor.must_everywhere(Verb::Teach)?;
    let AddRequest { name, text, by, publish } = request;
    let name = named(&name)?;
    press.check(&name, &text)?;
    press.change(&visitor, name, ArticleVerb::Add { text, publish }, by).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EditRequest {
    text: String,
    /// The version that was read: another one may have come since.
    version: u64,
    by: Option<String>,
    #[serde(default)]
    publish: bool,
}

/// Writes a new version.
#[utoipa::path(put, path = "/api/v1/knowledge/articles/{name}", tag = "knowledge", security(("key" = ["teach"])), responses((status = 200, body = ArticleRow)))]
async fn edit(
    State(press): State<Arc<Press>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<EditRequest>,
) -> Answer<ArticleRow> {
    visitor.must_everywhere(Verb::Teach)?;
    let EditRequest { text, version, by, publish } = request;
    let name = named(&name)?;
    press.check(&name, &text)?;
    press.change(&visitor, name, ArticleVerb::Edit { text, version, publish }, by).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PublishRequest {
    /// The newest when it is not said.
    version: Option<u64>,
    by: Option<String>,
}

/// Has customers answered from a version.
#[utoipa::path(post, path = "/api/v1/knowledge/articles/{name}/publish", tag = "knowledge", security(("key" = ["teach"])), responses((status = 200, body = ArticleRow)))]
async fn publish(
    State(press): State<Arc<Press>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<PublishRequest>,
) -> Answer<ArticleRow> {
    visitor.must_everywhere(Verb::Teach)?;
    let row = press.row(&named(&name)?)?;
    // Named, so that what was looked at is what is published.
    let version = request.version.unwrap_or(row.newest());
    press.check(&row.name, &press.text(&row, version)?)?;
    press.change(&visitor, row.name, ArticleVerb::Publish { version: Some(version) }, request.by).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RollbackRequest {
    version: u64,
    by: Option<String>,
}

/// Makes an older version the newest.
#[utoipa::path(post, path = "/api/v1/knowledge/articles/{name}/rollback", tag = "knowledge", security(("key" = ["teach"])), responses((status = 200, body = ArticleRow)))]
async fn rollback(
    State(press): State<Arc<Press>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<RollbackRequest>,
) -> Answer<ArticleRow> {
    visitor.must_everywhere(Verb::Teach)?;
    let row = press.row(&named(&name)?)?;
    press.check(&row.name, &press.text(&row, request.version)?)?;
    press.change(&visitor, row.name, ArticleVerb::Rollback { to: request.version }, request.by).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ByRequest {
    by: Option<String>,
}

/// Has nobody answered from it any more.
#[utoipa::path(post, path = "/api/v1/knowledge/articles/{name}/unpublish", tag = "knowledge", security(("key" = ["teach"])), responses((status = 200, body = ArticleRow)))]
async fn unpublish(
    State(press): State<Arc<Press>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<ByRequest>,
) -> Answer<ArticleRow> {
    visitor.must_everywhere(Verb::Teach)?;
    press.change(&visitor, named(&name)?, ArticleVerb::Unpublish, request.by).await
}

/// Removes an article; its versions stay in the journal.
#[utoipa::path(delete, path = "/api/v1/knowledge/articles/{name}", tag = "knowledge", security(("key" = ["teach"])), responses((status = 200, body = ArticleRow)))]
async fn remove(
    State(press): State<Arc<Press>>,
    visitor: Visitor,
    Path(name): Path<String>,
    Json(request): Json<ByRequest>,
) -> Answer<ArticleRow> {
    visitor.must_everywhere(Verb::Teach)?;
    press.change(&visitor, named(&name)?, ArticleVerb::Remove, request.by).await
}

fn named(text: &str) -> Result<ArticleName, Problem> {
    ArticleName::parse(text).map_err(Problem::not_right)
}

impl Press {
    fn row(&self, name: &ArticleName) -> Result<ArticleRow, Problem> {
        let row = self.office.store.article(name)?;
        row.ok_or_else(|| Problem::not_found(format!("there is no article {name}")))
    }

    fn text(&self, row: &ArticleRow, version: u64) -> Result<String, Problem> {
        let missing = || Problem::not_found(format!("there is no version {version} of article {}", row.name));
        self.office.store.article_text(&row.name, version)?.ok_or_else(missing)
    }

    /// A text that nobody could find is told at once, and not when a customer asks.
    fn check(&self, name: &ArticleName, text: &str) -> Result<(), Problem> {
        if text.len() > ARTICLE_OCTETS_MAX {
            let words = format!("the text of an article has at most {} KiB", ARTICLE_OCTETS_MAX / 1024);
            return Err(Problem::not_right(words));
        }
        self.knowledge
            .check_article(name.as_str(), text)
            .map_err(|why| Problem::not_right(format!("article {name}: {why}")))
    }

    async fn change(
        &self,
        visitor: &Visitor,
        name: ArticleName,
        verb: ArticleVerb,
        by: Option<String>,
    ) -> Answer<ArticleRow> {
        let by = visitor.by(by)?;
        let (word, now) = (verb.word(), self.office.clock.now());
        match self.office.store.change_article(ArticleChange { name, verb, by, now }).await? {
            ArticleChanged::Done(row) => {
                maillog::article(&row, word);
                Ok(Json(row))
            }
            ArticleChanged::Stale(row) => {
                let (name, newest) = (&row.name, row.newest());
                let by = row.versions.last().map_or("", |version| &version.by);
                let words = format!("the newest version of article {name} is {newest}, by {by}: read that and edit it");
                Err(Problem::conflict(words))
            }
        }
    }
}
