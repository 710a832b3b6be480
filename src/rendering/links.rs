//! Addresses in a mail: where a link may lead, and to whom.

use crate::types::is_within;

/// Octets of the longest address that is kept: what every browser and server takes.
const HREF_OCTETS_MAX: usize = 2_000;

/// An address that may stand behind a link: the web, mail or a telephone. `None` for everything else.
pub(super) fn href(written: &str) -> Option<String> {
    let href = cleaned(written);
    let (scheme, rest) = href.split_once(':')?;
    let fine = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => !web_host(&href)?.is_empty(),
        "mailto" => !rest.is_empty(),
        "tel" => !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit() || b"+-.() *#;=ext".contains(&b)),
        _ => false,
    };
    (fine && href.len() <= HREF_OCTETS_MAX).then_some(href)
}

/// As a browser takes it: without what it passes over. <https://url.spec.whatwg.org/#concept-basic-url-parser>
pub(super) fn cleaned(written: &str) -> String {
    let trimmed = written.trim_matches(|c: char| c <= ' ');
    trimmed.chars().filter(|c| !c.is_control() && !is_format(*c)).collect()
}

/// Signs that nobody sees, which turn an address around or make it look like another.
fn is_format(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

/// The host that a browser would ask for an `http:`, `https:` or scheme-relative address, lower case.
pub(super) fn web_host(address: &str) -> Option<String> {
    let lower = address.get(..6.min(address.len())).unwrap_or_default().to_ascii_lowercase();
    let behind = match lower.as_str() {
        scheme if scheme.starts_with("https:") => &address[6..],
        scheme if scheme.starts_with("http:") => &address[5..],
        scheme if scheme.starts_with("//") => address,
        _ => return None,
    };
    // `http:a.example` is taken for `http://a.example` by some, for a path by others.
    let behind = behind.strip_prefix("//")?;
    let authority = behind.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let end = if host.starts_with('[') { host.find(']').map(|at| at + 1) } else { host.find(':') };
    let host = &host[..end.unwrap_or(host.len())];
    Some(host.trim_end_matches('.').to_lowercase())
}

/// The host of an address that [`href`] let through; empty when it has none.
pub(super) fn host(href: &str) -> String {
    if let Some(host) = web_host(href) {
        return host;
    }
    match href.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto") => {
            let address = rest.split('?').next().unwrap_or_default();
            address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase()
        }
        _ => String::new(),
    }
}

/// Whether the words of a link name a host, and another one than it leads to.
pub(super) fn names_another(words: &str, leads_to: &str) -> bool {
    let mut all = words.split_whitespace();
    let lone = all.clone().count() == 1;
    all.find_map(|word| named(word, lone)).is_some_and(|named| {
        let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
        let (named, leads_to) = (bare(&named), bare(leads_to));
        !is_within(&leads_to, &named)
    })
}

/// The host that a word looks like. Without `http` or `www.` it must be the only word.
fn named(word: &str, lone: bool) -> Option<String> {
    let word = cleaned(word).to_lowercase();
    let word = word.trim_matches(|c: char| "<>()[]\"'.,;:!?»«".contains(c));
    let host = match web_host(word) {
        Some(host) => host,
        None if word.starts_with("www.") || lone => {
            let host = word.rsplit('@').next().unwrap_or_default();
            host.split(['/', '?', '#', ':']).next().unwrap_or_default().to_owned()
        }
        None => return None,
    };
    let (rest, top) = host.rsplit_once('.')?;
    let is_host = !rest.is_empty()
        && top.chars().count() >= 2
        && top.chars().all(char::is_alphabetic)
        && host.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c));
    is_host.then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_web_mail_and_telephones_are_led_to() {
        for (written, kept) in [
            (" https://a.example/x?y=1&z=2 ", Some("https://a.example/x?y=1&z=2")),
            ("HTTP://A.example", Some("HTTP://A.example")),
            ("mailto:ada@a.example?subject=x", Some("mailto:ada@a.example?subject=x")),
            ("tel:+49 30 1234", Some("tel:+49 30 1234")),
            ("java\nscript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("blob:https://a.example/1", None),
            ("//a.example", None),
            ("/api/v1/counts", None),
            ("http:a.example", None),
            ("http://", None),
            ("file:///etc/passwd", None),
            ("#x", None),
            ("", None),
        ] {
            assert_eq!(href(written).as_deref(), kept, "{written:?}");
        }
    }

    #[test]
    fn the_host_is_the_one_a_browser_asks() {
        for (address, host) in [
            ("https://a.example/x", "a.example"),
            ("https://bank.example@evil.example:8443/", "evil.example"),
            ("https://bank.example\\@evil.example/", "bank.example"),
            ("http://A.EXAMPLE.?x@y", "a.example"),
            ("//cdn.example/p.png", "cdn.example"),
            ("http://[::1]:80/", "[::1]"),
        ] {
            assert_eq!(web_host(address).as_deref(), Some(host), "{address}");
        }
    }

    #[test]
    fn words_that_name_another_host_are_told() {
        for (words, leads_to, told) in [
            ("https://bank.example/login", "evil.example", true),
            ("www.bank.example", "bank.example.evil.example", true),
            ("bank.example", "evil.example", true),
            ("Log in at https://bank.example now", "evil.example", true),
            ("ada@bank.example", "evil.example", true),
            ("bank.example", "www.bank.example", false),
            ("bank.example", "mail.bank.example", false),
            ("https://bank.example/a", "bank.example", false),
            ("Click here.", "evil.example", false),
            ("See version 2.0", "evil.example", false),
            ("2.0", "evil.example", false),
        ] {
            assert_eq!(names_another(words, leads_to), told, "{words} → {leads_to}");
        }
    }
}
