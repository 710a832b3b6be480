//! The two cookies: a login, and the short way between password and code (S-25).
//!
//! Over TLS both have the prefix that no other host and no plain HTTP can set (`__Host-`).

use axum::http::{HeaderMap, header};

use super::Site;
use crate::{
    people::{ABSOLUTE, HALFWAY},
    types::Secret,
};

/// Which cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// A login.
    Login,
    /// The password was right, the code is missing.
    Halfway,
}

impl Cookie {
    fn name(self, site: &Site) -> &'static str {
        match (self, site.is_secure()) {
            (Self::Login, true) => "__Host-replyd",
            (Self::Login, false) => "replyd",
            (Self::Halfway, true) => "__Host-replyd-code",
            (Self::Halfway, false) => "replyd-code",
        }
    }

    fn seconds(self) -> u64 {
        match self {
            Self::Login => ABSOLUTE.as_secs(),
            Self::Halfway => HALFWAY.as_secs(),
        }
    }

    /// The header that sets it.
    pub(super) fn set(self, site: &Site, value: &Secret) -> String {
        self.header(site, value.expose_str(), self.seconds())
    }

    /// The header that takes it away.
    pub(super) fn clear(self, site: &Site) -> String {
        self.header(site, "", 0)
    }

    fn header(self, site: &Site, value: &str, seconds: u64) -> String {
        let secure = if site.is_secure() { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}", self.name(site))
    }

    /// What the browser sent.
    pub(super) fn read(self, site: &Site, headers: &HeaderMap) -> Option<Secret> {
        let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == self.name(site))?;
        (!value.is_empty()).then(|| Secret::new(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(url: Option<&str>) -> Site {
        Site::new(url.map(|url| url.parse().unwrap()), "127.0.0.1:8025".parse().ok())
    }

    #[test]
    fn over_tls_no_other_host_sets_it_and_no_script_reads_it_s25() {
        let set = Cookie::Login.set(&site(Some("https://help.acme.example")), &Secret::new("token"));
        assert_eq!(set, "__Host-replyd=token; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800; Secure");
        let plain = Cookie::Login.set(&site(None), &Secret::new("token"));
        assert_eq!(plain, "replyd=token; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800");
        assert!(
            Cookie::Login.clear(&site(None)).contains("replyd=; ")
                && Cookie::Login.clear(&site(None)).contains("Max-Age=0")
        );
    }

    #[test]
    fn it_is_read_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=b; replyd-code=no; xreplyd=no; replyd=yes; replyd=later".parse().unwrap());
        assert_eq!(Cookie::Login.read(&site(None), &headers), Some(Secret::new("yes")));
        assert_eq!(Cookie::Login.read(&site(Some("https://help.acme.example")), &headers), None);
    }
}
