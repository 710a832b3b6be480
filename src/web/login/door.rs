//! Looks at every request before a page or the API does: who it is from, whether another site sent it, and what the answer
//! tells the browser (S-25).

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};

use super::{Hall, cookies::Cookie, see};
use crate::{
    people::Browser,
    web::{problem::Problem, visitor::Visitor},
};

/// What is there for everybody. All else asks who you are.
const ANONYMOUS: [&str; 4] = ["/login", "/login/code", "/livez", "/readyz"];

/// And what lies below these.
const ANONYMOUS_BELOW: [&str; 2] = ["/invite/", "/static/"];

/// What says who gets in, or where mail goes: to change it one must have logged in a short while ago (S-26). Also below.
const FRESH_ONLY: [&str; 6] = ["/people", "/keys", "/webhooks", "/api/v1/people", "/api/v1/keys", "/api/v1/webhooks"];

/// What every answer says that does not say otherwise itself, as frames of mails do.
const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (header::CACHE_CONTROL, "private, no-store"),
];

/// Puts the door before a router.
pub(super) fn guard(router: Router, hall: Hall) -> Router {
    router.layer(from_fn_with_state(Arc::new(hall), look))
}

async fn look(State(hall): State<Arc<Hall>>, request: Request, next: Next) -> Response {
    let mut response = match admit(&hall, request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => *refused,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

/// The request with who it is from; or what is answered instead.
async fn admit(hall: &Hall, mut request: Request) -> Result<Request, Box<Response>> {
    // Nobody but this door says who somebody is.
    request.extensions_mut().remove::<Visitor>();
    let browser = browser(hall, &request);
    if let Some(said) = request.headers().get(header::AUTHORIZATION) {
        let secret = said.to_str().ok().and_then(|said| said.strip_prefix("Bearer "));
        let actor = secret.map(|secret| hall.door.by_key(secret.trim())).transpose().map_err(broken)?.flatten();
        let actor = actor.ok_or_else(|| Box::new(no_key()))?;
        request.extensions_mut().insert(Visitor { actor, csrf: None });
        return Ok(request);
    }
    if !request.method().is_safe() && !is_from_own_page(hall, request.headers()) {
        return Err(Box::new(Problem::forged().into_response()));
    }
    let inside = match &browser.token {
        Some(token) => hall.door.who(token.expose_str()).await.map_err(broken)?,
        None => None,
    };
    request.extensions_mut().insert(browser);
    match inside {
        Some(inside) => {
            let path = request.uri().path();
            if !request.method().is_safe() && needs_fresh(path) && hall.clock.now() >= inside.fresh_until() {
                return Err(Box::new(prove_again(path)));
            }
            let visitor = Visitor { actor: inside.actor.clone(), csrf: Some(inside.csrf.clone()) };
            request.extensions_mut().insert(visitor);
            request.extensions_mut().insert(inside);
        }
        None if is_for_everybody(request.uri().path()) => {}
        None => return Err(Box::new(log_in_first(&request))),
    }
    Ok(request)
}

fn broken(error: crate::store::StoreError) -> Box<Response> {
    Box::new(Problem::from(error).into_response())
}

fn is_for_everybody(path: &str) -> bool {
    ANONYMOUS.contains(&path) || ANONYMOUS_BELOW.iter().any(|below| path.starts_with(below))
}

fn needs_fresh(path: &str) -> bool {
    let below = |of: &str| path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    FRESH_ONLY.iter().any(|of| below(of))
}

/// Programs are told; people are shown where they prove who they are, and come back from there.
fn prove_again(path: &str) -> Response {
    if path.starts_with("/api/") { Problem::not_fresh().into_response() } else { super::prove_again(path) }
}

/// Whether a page of ours sent it: browsers say so, and no script of another site can. RFC 6454 §7; Fetch Metadata §2.3.
fn is_from_own_page(hall: &Hall, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => hall.site.is_own_origin(origin, headers),
        (None, None) => false,
    }
}

fn no_key() -> Response {
    let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
    (challenge, Problem::unknown_visitor()).into_response()
}

/// People are shown where to log in; programs are told.
fn log_in_first(request: &Request) -> Response {
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    if path.starts_with("/api/") {
        return no_key();
    }
    match *request.method() {
        Method::GET | Method::HEAD if path != "/" => {
            let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            see(&format!("/login?next={next}"))
        }
        _ => see("/login"),
    }
}

/// Where the request comes from.
fn browser(hall: &Hall, request: &Request) -> Browser {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let connected = connected.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip());
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Browser {
        peer: forwarded(hall, connected, request.headers()).unwrap_or(connected),
        agent: crate::types::one_line(agent.unwrap_or_default()),
        token: Cookie::Login.read(&hall.site, request.headers()),
    }
}

/// Whom our own proxy names: the last one, for it wrote that itself.
fn forwarded(hall: &Hall, connected: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
    if !connected.to_canonical().is_loopback() || !hall.site.has_proxy() {
        return None;
    }
    let line = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    line.rsplit(',').next()?.trim().parse().ok()
}

impl Hall {
    /// A page for somebody who is logged in was asked for by a program with a key, which has no account.
    pub(super) fn no_account() -> Response {
        (StatusCode::FORBIDDEN, Problem::forbidden()).into_response()
    }
}
