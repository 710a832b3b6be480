//! What pages load: one style sheet, one script, one picture, all ours and inside the program. Their addresses hold their
//! hash, so that a browser asks once and never shows an old one.

use std::sync::LazyLock;

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

/// Hexadecimal digits of the hash in an address.
const HASH_DIGITS: usize = 16;

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static str,
}

const ASSETS: [Asset; 3] = [
    Asset { name: "inbox.css", kind: "text/css; charset=utf-8", content: include_str!("static/inbox.css") },
    Asset { name: "inbox.js", kind: "text/javascript; charset=utf-8", content: include_str!("static/inbox.js") },
    Asset { name: "mark.svg", kind: "image/svg+xml", content: include_str!("static/mark.svg") },
];

static URLS: LazyLock<[String; ASSETS.len()]> = LazyLock::new(|| {
    ASSETS.each_ref().map(|asset| {
        let hash = blake3::hash(asset.content.as_bytes()).to_hex();
        format!("/static/{}/{}", &hash[..HASH_DIGITS], asset.name)
    })
});

/// The address of an asset.
pub(super) fn url(name: &str) -> &'static str {
    let place = ASSETS.iter().position(|asset| asset.name == name);
    place.map_or("", |place| &URLS[place])
}

/// `/static/HASH/NAME`, for anybody: nothing in it is anybody's.
pub(super) fn routes() -> Router {
    Router::new().route("/static/{hash}/{name}", get(asset))
}

async fn asset(Path((hash, name)): Path<(String, String)>) -> Response {
    let known = ASSETS.iter().find(|asset| url(asset.name) == format!("/static/{hash}/{name}"));
    let Some(asset) = known else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, asset.content).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_has_an_address_and_nothing_else_has() {
        assert!(ASSETS.iter().all(|asset| url(asset.name).ends_with(asset.name)));
        assert_eq!(url("../smtpd.toml"), "");
    }
}
