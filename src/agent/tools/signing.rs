//! For whom we ask, in headers that the other side can hold against a key it shares with us.

use std::fmt::Write as _;

use aws_lc_rs::{digest, hmac};

use super::{asking::percent, facts::Facts};
use crate::types::{Secret, hex};

/// What is said of a call.
pub(super) struct Whom<'a> {
    pub(super) tool: &'a str,
    pub(super) facts: &'a Facts,
    /// The same for the same call.
    pub(super) request: &'a str,
    /// Seconds since 1970.
    pub(super) now_secs: u64,
}

impl Whom<'_> {
    /// The headers, the signature last. Signed are the lines: method, URL, SHA-256 of the body in hex, and the values of the
    /// other headers in their order, each ended by a line feed.
    pub(super) fn signed(&self, key: &Secret, method: &str, url: &str, body: &[u8]) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("replyd-tool", self.tool.to_owned()),
            ("replyd-conversation", self.facts.conversation.to_string()),
            // RFC 6531: a local part may be of any script, a header not.
            ("replyd-contact", contact(&self.facts.contact.to_string())),
            ("replyd-level", self.facts.level.as_u8().to_string()),
            ("replyd-request-id", self.request.to_owned()),
            ("replyd-time", self.now_secs.to_string()),
        ];
        let mut lines = format!("{method}\n{url}\n{}\n", hex(digest::digest(&digest::SHA256, body).as_ref()));
        for (_, value) in &headers {
            let _ = writeln!(lines, "{value}");
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
        headers.push(("replyd-signature", hex(hmac::sign(&key, lines.as_bytes()).as_ref())));
        headers
    }
}

/// As it stands where it is ASCII, percent-encoded where not.
fn contact(address: &str) -> String {
    if address.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'%') {
        address.to_owned()
    } else {
        percent(address)
    }
}
