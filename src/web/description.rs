//! `GET /api/v1/openapi.json`: the description of the API, made from its handlers. OpenAPI 3.1.
//!
//! What a handler alone knows stands at it: path, verb, what it takes and gives. What is the same for all is added here: how one
//! shows who one is, and how it is told that something is refused. RFC 9457.

use std::sync::Arc;

use axum::{Json, Router, routing::get};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Content, Info, OpenApi, RefOr, Response, ResponseBuilder,
        path::{Operation, PathItem},
        schema::{ComponentsBuilder, Ref},
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use super::problem::{MEDIA_TYPE, ProblemView};

/// Where the description is served.
const PATH: &str = "/api/v1/openapi.json";

/// By what somebody shows who they are, as `security` names it: a key in `Authorization: Bearer`, or the cookie of a login.
const KEY: &str = "key";
const SESSION: &str = "session";

/// The cookie of a login.
const COOKIE: &str = "replyd";

/// A problem's name among the schemas.
const PROBLEM: &str = "Problem";

/// What each of them may answer beside what its handler says.
const ANYWHERE: &[(&str, &str)] = &[
    ("401", "Nobody said who asks, or they are not known."),
    ("403", "They may look, and not do this."),
    ("429", "Too many requests; `Retry-After` says when to come again."),
    ("503", "The store cannot be asked or written now."),
];

/// Those with something in the path.
const OF_ONE: &[(&str, &str)] = &[("404", "There is no such thing, or nothing they may look at.")];

/// Those with a query.
const ASKED: &[(&str, &str)] = &[("400", "The query cannot be understood.")];

/// Those that carry something.
const CARRYING: &[(&str, &str)] = &[
    ("400", "The request cannot be understood, or makes no sense."),
    ("404", "There is no such thing, or nothing they may look at."),
    ("409", "Something changed meanwhile: read it first."),
    ("413", "The request is too large."),
    ("415", "The request is not JSON."),
    ("422", "The request is understood, and what it brings is not right."),
    ("507", "The disk takes nothing."),
];

/// The routes with their description.
pub(super) fn described(api: OpenApiRouter) -> Router {
    let (router, mut document) = api.split_for_parts();
    complete(&mut document);
    let document = Arc::new(document);
    router.route(PATH, get(async move || Json(OpenApi::clone(&document))))
}

fn complete(document: &mut OpenApi) {
    document.info = Info::new("replyd", env!("CARGO_PKG_VERSION"));
    document.info.description = Some(INTRODUCTION.to_owned());
    let components = ComponentsBuilder::from(document.components.take().unwrap_or_default());
    let key = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(COOKIE)));
    let components = components.schema(PROBLEM, ProblemView::schema());
    let components = components.security_scheme(KEY, key).security_scheme(SESSION, session);
    let mut components = components.build();
    let mut more = Vec::new();
    ProblemView::schemas(&mut more);
    components.schemas.extend(more);
    document.components = Some(components);
    for (path, item) in &mut document.paths.paths {
        operations(item).for_each(|(method, operation)| finish(path, method, operation));
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem { get, put, post, delete, patch, .. } = item;
    let all = [("get", get), ("put", put), ("post", post), ("delete", delete), ("patch", patch)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn finish(path: &str, method: &str, operation: &mut Operation) {
    // Handlers of several files have one name.
    let words = path.trim_start_matches("/api/v1/").replace(['{', '}'], "").replace(['/', '-'], "_");
    operation.operation_id = Some(format!("{method}_{words}"));
    let verbs: Vec<String> = verbs(operation);
    operation.security = Some([KEY, SESSION].map(|scheme| SecurityRequirement::new(scheme, verbs.clone())).into());
    let of_one = if path.contains('{') { OF_ONE } else { &[] };
    let asks = operation.parameters.as_ref().is_some_and(|all| !all.is_empty());
    let asked = if asks { ASKED } else { &[] };
    let carrying = if operation.request_body.is_some() { CARRYING } else { &[] };
    for (code, words) in [ANYWHERE, of_one, asked, carrying].into_iter().flatten() {
        operation.responses.responses.insert((*code).to_owned(), RefOr::T(problem(words)));
    }
}

/// The verbs that an operation needs: the scopes of its key.
fn verbs(operation: &Operation) -> Vec<String> {
    let written = serde_json::to_value(operation.security.as_ref()).unwrap_or_default();
    let scopes = written[0][KEY].as_array().cloned().unwrap_or_default();
    scopes.iter().filter_map(|verb| verb.as_str().map(str::to_owned)).collect()
}

fn problem(words: &str) -> Response {
    let content = Content::new(Some(Ref::from_schema_name(PROBLEM)));
    ResponseBuilder::new().description(words).content(MEDIA_TYPE, content).build()
}

const INTRODUCTION: &str = "\
What the inbox does, for programs. Show who you are by an API key in `Authorization: Bearer`; pages use the cookie of a login. \
What an operation is allowed by stands as its scope: `read`, `answer`, `release`, `redact`, `teach` or `manage`, each at the \
support addresses where a person or key has it. What you may not look at answers as what there is not. Moments are milliseconds \
since 1970 unless a field says otherwise.";
