//! `[[knowledge.site]]`: a website whose pages are knowledge, read through its sitemap.

use std::time::Duration;

use url::Url;

use super::{keys::address, reader::Section};
use crate::types::{Address, Network};

/// Pages of a site.
const PAGES_MAX: usize = 500;
/// All of it is kept in memory.
const PAGES_MAX_MAX: i64 = 5_000;
/// Between two crawls.
const EVERY_HOURS: u64 = 24;
const EVERY_HOURS_MAX: i64 = 24 * 365;
/// Between two requests to one host.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MILLIS_MAX: i64 = 60_000;
/// Octets of a URL. sitemaps.org, `loc`.
const URL_OCTETS_MAX: usize = 2_048;

/// `[[knowledge.site]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeSite {
    /// `sitemap`: `https://…`, or `http://…` with `networks`. Only pages of its scheme, host and port are taken.
    pub sitemap: String,
    /// `pages_max`: the first so many of the sitemap. Default 500.
    pub pages_max: usize,
    /// `every_hours`: from one crawl to the next. Default 24.
    pub every: Duration,
    /// `pause_millis`: between two requests; a `Crawl-delay` of robots.txt may make it longer. Default 1000.
    pub pause: Duration,
    /// `include`: beginnings of paths; pages of others are left out. Default: all.
    pub include: Vec<String>,
    /// `exclude`: beginnings of paths whose pages are left out. Default: none.
    pub exclude: Vec<String>,
    /// `addresses`: only conversations of these support addresses. Default: all.
    pub addresses: Vec<Address>,
    /// `segments`: only for contacts of these. Default: everybody.
    pub segments: Vec<String>,
    /// `networks`: addresses that may be asked although they are not public. Default: none.
    pub networks: Vec<Network>,
}

pub(super) fn site(s: &Section<'_, '_>) -> Option<KnowledgeSite> {
    let networks = s.texts("networks", |text| text.parse::<Network>().map_err(|fault| fault.to_string()));
    let millis = s.number("pause_millis", PAUSE.as_millis() as u64, 0..=PAUSE_MILLIS_MAX, "milliseconds");
    let hours: u64 = s.number("every_hours", EVERY_HOURS, 1..=EVERY_HOURS_MAX, "hours");
    let networks = networks.unwrap_or_default();
    Some(KnowledgeSite {
        pages_max: s.number("pages_max", PAGES_MAX, 1..=PAGES_MAX_MAX, "pages"),
        every: Duration::from_secs(hours * 3600),
        pause: Duration::from_millis(millis),
        include: s.texts("include", path_start).unwrap_or_default(),
        exclude: s.texts("exclude", path_start).unwrap_or_default(),
        addresses: s.texts("addresses", address).unwrap_or_default(),
        segments: s.texts("segments", |name| Ok(name.to_owned())).unwrap_or_default(),
        sitemap: s.needed("sitemap", |text| sitemap(text, !networks.is_empty()))?,
        networks,
    })
}

/// How `sitemap` names its site in messages, and two of the same are told: as a browser would write it.
pub(super) fn canonical(text: &str) -> String {
    Url::parse(text).map_or_else(|_| text.to_owned(), String::from)
}

fn sitemap(text: &str, has_networks: bool) -> Result<String, String> {
    let wrong = || format!("`{text}` is no address of a sitemap, as in `https://www.acme.example/sitemap.xml`");
    let url = Url::parse(text).map_err(|_| wrong())?;
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if !matches!(url.scheme(), "https" | "http") || !url.has_host() || !plain || text.len() > URL_OCTETS_MAX {
        return Err(wrong());
    }
    if url.scheme() == "http" && !has_networks {
        return Err("it begins with https://; http:// is for a server in one of `networks`".to_owned());
    }
    Ok(url.into())
}

fn path_start(text: &str) -> Result<String, String> {
    let good = text.starts_with('/') && text.bytes().all(|octet| octet.is_ascii_graphic());
    good.then(|| text.to_owned()).ok_or_else(|| format!("`{text}` is no beginning of a path, as in `/help/`"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::parse;

    fn read(toml: &str) -> Result<KnowledgeSite, String> {
        let read = parse(&format!("[[knowledge.site]]\n{toml}"), Path::new(""));
        read.map(|config| config.knowledge.sites[0].clone()).map_err(|mistakes| mistakes.to_string())
    }

    #[test]
    fn a_site_needs_its_sitemap_only() {
        let site = read("sitemap = \"https://WWW.acme.example/sitemap.xml\"\n").unwrap();
        assert_eq!(site.sitemap, "https://www.acme.example/sitemap.xml");
        assert_eq!((site.pages_max, site.every, site.pause), (500, Duration::from_secs(86_400), PAUSE));
        let inner =
            read("sitemap = \"http://10.0.0.7:8080/s.xml\"\nnetworks = [\"10.0.0.7\"]\ninclude = [\"/help\"]\n");
        assert_eq!(inner.unwrap().include, ["/help"]);
    }

    #[test]
    fn what_cannot_be_crawled_is_told() {
        let twice =
            "sitemap = \"https://x.example/s.xml\"\n[[knowledge.site]]\nsitemap = \"https://X.example/s.xml\"\n";
        for (text, words) in [
            ("", "knowledge.site[1].sitemap: it is needed here"),
            ("sitemap = \"http://x.example/s.xml\"\n", "http:// is for a server in one of `networks`"),
            ("sitemap = \"file:///etc/passwd\"\n", "no address of a sitemap"),
            ("sitemap = \"https://u:p@x.example/s.xml\"\n", "no address of a sitemap"),
            ("sitemap = \"https://x.example/s.xml\"\ninclude = [\"help\"]\n", "`help` is no beginning of a path"),
            ("sitemap = \"https://x.example/s.xml\"\npages_max = 6000\n", "6000 is out of range"),
            ("sitemap = \"https://x.example/s.xml\"\naddresses = [\"a@x.example\"]\n", "none of the [[address]]"),
            ("sitemap = \"https://x.example/s.xml\"\nsegments = [\"p\"]\n", "no [[segment]] is named `p`"),
            (twice, "two sites have that sitemap"),
        ] {
            let wrong = read(text).expect_err(text);
            assert!(wrong.contains(words), "{text}: {wrong}");
        }
    }
}
