//! The front door: who comes over TCP logs in, and everything about people has its pages here (S-25, S-26).
//!
//! They work without JavaScript. What a login, a link or a key is, is the room `people`'s.

mod account;
mod cookies;
mod door;
mod enter;
mod invite;
mod site;
mod staff;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use askama::Template;
use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};

pub use self::site::Site;
use super::problem::Problem;
use crate::{
    people::{Doorkeeper, Inside, LoginError},
    store::Store,
    types::{Address, Clock, Millis},
};

/// What the front door works with.
#[derive(Debug, Clone)]
pub struct Hall {
    /// The store.
    pub store: Store,
    /// Who may come in.
    pub door: Doorkeeper,
    /// Under which address the pages are reached.
    pub site: Site,
    /// The support addresses, for which there can be roles.
    pub addresses: Vec<Address>,
    /// The time.
    pub clock: Clock,
}

/// Everything that `inside` serves, for those who log in or bring an API key, with the pages for that. Only logging in itself,
/// links that work once, what pages load, and the two doors for a load balancer are there for everybody.
pub fn front_door(inside: Router, hall: Hall) -> Router {
    let pages = Router::new()
        .route("/login", get(enter::page).post(enter::knock))
        .route("/login/code", get(enter::code_page).post(enter::prove))
        .route("/logout", post(enter::leave))
        .route("/invite/{token}", get(invite::page).post(invite::accept))
        .route("/account", get(account::page))
        .route("/account/name", post(account::rename))
        .route("/account/password", post(account::password))
        .route("/account/second-factor", get(account::enrol).post(account::set_second_factor))
        .route("/account/second-factor/remove", post(account::drop_second_factor))
        .route("/account/logins/end", post(account::end_logins))
        .route("/people", get(staff::page).post(staff::add))
        .route("/people/{name}", get(staff::person).post(staff::change))
        .with_state(Arc::new(hall.clone()));
    door::guard(inside.merge(pages), hall)
}

/// A filled template. It is somebody's, and may hold what is shown once: nobody keeps it.
fn shown(status: StatusCode, template: &impl Template) -> Response {
    match template.render() {
        Ok(text) => {
            let kind = (header::CONTENT_TYPE, "text/html; charset=utf-8");
            (status, [kind, (header::CACHE_CONTROL, "no-store")], text).into_response()
        }
        Err(error) => Problem::broken(error.to_string()).into_response(),
    }
}

/// After a form: the browser asks for a page, and a second look at it sends nothing again.
fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// The same, with a cookie.
fn see_with(path: &str, cookies: &[String]) -> Response {
    let mut response = see(path);
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// The status under which a page says why nobody is logged in.
fn status_of(error: &LoginError) -> StatusCode {
    match error {
        LoginError::Wrong | LoginError::WrongCode | LoginError::Over => StatusCode::UNPROCESSABLE_ENTITY,
        LoginError::Braked(_) => StatusCode::TOO_MANY_REQUESTS,
        LoginError::Password(_) => StatusCode::UNPROCESSABLE_ENTITY,
        LoginError::NoChance(_) | LoginError::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A path of ours where somebody wanted to go; anything else is the first page. What begins with two strokes, or has a
/// backslash, is another host to a browser.
fn local(next: &str) -> &str {
    const NEXT_OCTETS_MAX: usize = 2_000;
    let plain = next.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'\\');
    let ours = next.starts_with('/') && !next.starts_with("//") && next.len() <= NEXT_OCTETS_MAX;
    if plain && ours { next } else { "/" }
}

/// Whether they proved who they are a short while ago: for what says where mail goes, or who gets in (S-26).
fn is_fresh(inside: &Inside, now: Millis) -> bool {
    now < inside.fresh_until()
}

/// Where they prove it again, and come back from.
fn prove_again(next: &str) -> Response {
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    see(&format!("/login?again=1&next={next}"))
}
