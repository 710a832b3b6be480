//! `/api/v1/knowledge/sites` and `/crawl`: how it stands with the websites that are known, and crawling them now.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{api::Answer, problem::Problem, visitor::Visitor};
use crate::{
    agent::knowledge::site::{CrawlError, Crawler, SiteRow},
    types::Verb,
};

/// The routes, for whoever may open the control socket.
pub fn sites(crawler: Arc<Crawler>) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(crawl)).with_state(crawler)
}

/// How it stands with the websites that are known.
#[utoipa::path(get, path = "/api/v1/knowledge/sites", tag = "knowledge", security(("key" = ["read"])), responses((status = 200, body = Vec<SiteRow>)))]
async fn list(State(crawler): State<Arc<Crawler>>, visitor: Visitor) -> Answer<Vec<SiteRow>> {
    visitor.must_everywhere(Verb::Read)?;
    // What is known may have to be read first.
    let rows = tokio::task::spawn_blocking(move || crawler.sites().rows()).await;
    rows.map(Json).map_err(|error| Problem::broken(format!("the list broke: {error}")))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CrawlRequest {
    /// The sitemap or host of one; all without.
    site: Option<String>,
}

/// Crawls websites now; answers when the crawl has ended.
#[utoipa::path(post, path = "/api/v1/knowledge/crawl", tag = "knowledge", security(("key" = ["teach"])), responses((status = 200, body = Vec<SiteRow>)))]
async fn crawl(
    State(crawler): State<Arc<Crawler>>,
    visitor: Visitor,
    Json(asked): Json<CrawlRequest>,
) -> Answer<Vec<SiteRow>> {
    visitor.must_everywhere(Verb::Teach)?;
    crawler.crawl_now(asked.site.as_deref()).await.map(Json).map_err(|error| match error {
        CrawlError::NoSuchSite(_) | CrawlError::NoSites => Problem::not_found(error.to_string()),
        CrawlError::Busy | CrawlError::Stopping => Problem::conflict(error.to_string()),
        CrawlError::Disk(_) => Problem::no_room(error.to_string()),
    })
}
