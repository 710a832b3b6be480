//! Where a text points to: links, host names and mail addresses, also those that a mail program would make a link of.
//!
//! A place may be named when it stands in a source exactly so. A known host with another path or query is another place:
//! whoever may choose the query of a known page can carry data out in it, or be redirected by it to anywhere.

use std::collections::BTreeSet;

use super::rendered::Rendered;

/// Places in one form: host in ASCII, then path, query and fragment as they stand; `mailto` and bare addresses are
/// `local@host`.
#[derive(Debug, Default, Clone)]
pub(super) struct Places(BTreeSet<String>);

impl Places {
    /// Takes in what a text of a source, as Markdown, points to.
    pub(super) fn learn(&mut self, markdown: &str) {
        let page = Rendered::of(markdown);
        self.0.extend(page.links.iter().filter_map(|url| place_of(url)));
        for text in [page.text.as_str(), markdown] {
            self.0.extend(named_in(text));
        }
    }

    /// Takes in of a tool's result what points to one of `hosts` or below it: what a tool says of a customer may be what
    /// somebody else wrote (a note in an order).
    pub(super) fn learn_within(&mut self, markdown: &str, hosts: &[String]) {
        let mut all = Self::default();
        all.learn(markdown);
        let is_within = |place: &String| {
            let host = host_in(place);
            hosts.iter().any(|known| {
                host.strip_suffix(known.as_str()).is_some_and(|below| below.is_empty() || below.ends_with('.'))
            })
        };
        self.0.extend(all.0.into_iter().filter(is_within));
    }

    /// Takes in one host, without any path.
    pub(super) fn learn_host(&mut self, host: &str) {
        self.0.extend(ascii(host));
    }

    /// Takes in one mail address.
    pub(super) fn learn_address(&mut self, address: &str) {
        self.0.insert(address.to_lowercase());
    }

    /// The first link of `seen`, or place named in it, that is unknown.
    pub(super) fn foreign_in(&self, seen: &Rendered, markdown: &str) -> Option<Foreign> {
        let link = seen.links.iter().find(|url| place_of(url).is_none_or(|place| !self.knows(&place)));
        if let Some(url) = link {
            return Some(Foreign::Link(host_of(url).map_or_else(|| UNREADABLE.into(), |host| shown(&host))));
        }
        // As it is read, and as it stands: names can be put together by marks, and hidden in titles and definitions.
        let texts = [seen.text.as_str(), markdown];
        let named = texts.into_iter().flat_map(named_in).find(|place| !self.knows(place));
        named.map(|place| Foreign::Name(shown(&place)))
    }

    /// A page may be named by its host alone, whatever page of it is known.
    fn knows(&self, place: &str) -> bool {
        let is_host = !place.contains(['/', '?', '#', '@', ':']);
        self.0.contains(place) || is_host && self.0.iter().any(|known| host_in(known) == place)
    }
}

/// What points to where no source does, by the end of its host: the rest may hold anything (S-27).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Foreign {
    Link(String),
    Name(String),
}

/// What stands for a link that goes nowhere we could say. No place is written so.
const UNREADABLE: &str = "an address that cannot be read";

/// The last labels of a place's host.
fn shown(place: &str) -> String {
    let labels: Vec<&str> = host_in(place).rsplitn(3, '.').collect();
    match labels[..] {
        [top, name, _] => format!("….{name}.{top}"),
        _ => host_in(place).to_owned(),
    }
}

/// The host of a place.
fn host_in(place: &str) -> &str {
    let host = place.split(['/', '?', '#', ':']).next().unwrap_or(place);
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// The place a link goes to: of `http`, `https` and `mailto` only. Anything doubtful has none.
fn place_of(url: &str) -> Option<String> {
    let host = host_of(url)?;
    let (scheme, rest) = url.split_once(':')?;
    if scheme.eq_ignore_ascii_case("mailto") {
        return Some(rest.to_lowercase());
    }
    let rest = rest.strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let port = authority.find(':').map_or("", |at| &authority[at..]);
    Some(format!("{host}{}{}", shown_port(trimmed(port)), trimmed(&rest[authority.len()..])))
}

/// A slash at the end, and what ends a sentence, say nothing.
fn trimmed(path: &str) -> &str {
    path.trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_', '`', '~']).trim_end_matches('/')
}

/// The host a link goes to: of `http`, `https` and `mailto` only. Anything doubtful has none.
pub(super) fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once(':')?;
    if url.contains(['\\', '\t', '\n', '\r', ' ']) {
        return None;
    }
    let authority = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => rest.strip_prefix("//")?.split(['/', '?', '#']).next()?,
        "mailto" => {
            // Further recipients and ready-made texts could be slipped in behind the address.
            if rest.contains(['?', ',', ';', '%', '/', '#']) {
                return None;
            }
            rest.rsplit_once('@')?.1
        }
        _ => return None,
    };
    // `https://good.example@evil.example/` goes to the second.
    if authority.contains(['@', '%']) {
        return None;
    }
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    ascii(host)
}

fn ascii(host: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(host.trim_end_matches('.')).ok()?;
    (!ascii.is_empty()).then_some(ascii)
}

/// Every place that a text names: labels joined by dots, the last one of letters, with what stands directly before (`ada@`)
/// and behind (`/path?query`) it.
pub(super) fn named_in(text: &str) -> BTreeSet<String> {
    let text = spelt_out(text);
    let mut found: BTreeSet<String> = urls_in(&text).collect();
    for (at, word) in parts(&text) {
        let Some(host) = host_like(word) else { continue };
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        if before.ends_with('@') {
            let local = before.trim_end_matches('@').rsplit(|c: char| !is_local(c)).next().unwrap_or_default();
            found.insert(format!("{}@{host}", local.to_lowercase()));
            continue;
        }
        let (port, path) = behind.split_at(port_len(behind));
        let path = if path.starts_with(['/', '?', '#']) { trimmed(&path[..end_of(path)]) } else { "" };
        found.insert(format!("{host}{}{path}", shown_port(port)));
    }
    found
}

/// What begins like a link of any kind, whatever its host looks like: `http://2130706433/`.
fn urls_in(text: &str) -> impl Iterator<Item = String> {
    text.match_indices("://").map(|(at, _)| {
        let scheme = text[..at].len() - text[..at].trim_end_matches(|c: char| c.is_ascii_alphanumeric()).len();
        let url = &text[at - scheme..];
        place_of(&url[..end_of(url)]).unwrap_or_else(|| UNREADABLE.into())
    })
}

/// Where an address in running text ends.
fn end_of(text: &str) -> usize {
    text.find(|c: char| c.is_whitespace() || ENDS.contains(c)).unwrap_or(text.len())
}

/// Octets of `:8080` at the beginning.
fn port_len(text: &str) -> usize {
    let digits = text.strip_prefix(':').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if digits == 0 { 0 } else { digits + 1 }
}

/// The ports that everybody knows are not said.
fn shown_port(port: &str) -> &str {
    if matches!(port, ":80" | ":443") { "" } else { port }
}

/// What ends an address in running text.
const ENDS: &str = "<>\"'“”„‘’«»()[]{}|\\`";

/// Names that were taken apart so that no program makes a link of them, and whoever reads them does: `evil[.]example`.
fn spelt_out(text: &str) -> String {
    const DOTS: [&str; 9] = ["[.]", "(.)", "{.}", "[dot]", "(dot)", "[punkt]", "(punkt)", " dot ", " punkt "];
    const ATS: [&str; 5] = ["[at]", "(at)", "{at}", "[@]", "(@)"];
    let mut text = text.replace(is_other_dot, ".").replace('＠', "@");
    for (spellings, sign) in [(DOTS.as_slice(), "."), (ATS.as_slice(), "@")] {
        for spelling in spellings {
            // ASCII: the places of the octets are the same in lower case.
            while let Some(at) = text.to_ascii_lowercase().find(spelling) {
                text.replace_range(at..at + spelling.len(), sign);
            }
        }
    }
    text
}

/// Runs of what a host name is made of, with their places.
fn parts(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_') || is_joiner(c);
    text.split(move |c: char| !is_part(c)).filter(|word| !word.is_empty()).map(|word| {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let inner = word.trim_start_matches(|c: char| !c.is_alphanumeric());
        let at = at + word.len() - inner.len();
        (at, inner.trim_end_matches(|c: char| !c.is_alphanumeric()))
    })
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

fn host_like(word: &str) -> Option<String> {
    let (before, last) = word.rsplit_once('.')?;
    // `3.50` and `v1.2` are no hosts, four numbers are.
    let is_ip = word.parse::<std::net::Ipv4Addr>().is_ok();
    let top = last.chars().count() >= 2 && last.chars().any(char::is_alphabetic);
    if before.is_empty() || !is_ip && !top {
        return None;
    }
    ascii(word).or_else(|| Some(word.to_lowercase()))
}

/// UTS 46 reads the first three as dots, compatibility the fourth.
fn is_other_dot(c: char) -> bool {
    matches!(c, '\u{3002}' | '\u{ff0e}' | '\u{ff61}' | '\u{2024}')
}

/// Joiners belong to words of some scripts and to some pictographs; within a host name they hide it.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_link_is_where_it_goes_s22() {
        for (url, host) in [
            ("https://Acme.example/a?b#c", Some("acme.example")),
            ("http://acme.example:8080", Some("acme.example")),
            ("https://bücher.example/", Some("xn--bcher-kva.example")),
            ("mailto:ada@acme.example", Some("acme.example")),
            ("https://acme.example@evil.example/", None),
            ("https://acme.example\\@evil.example/", None),
            ("//evil.example/", None),
            ("javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("mailto:ada@acme.example?bcc=x@evil.example", None),
            ("mailto:x@evil.example,ada@acme.example", None),
            ("returns.md", None),
        ] {
            assert_eq!(host_of(url).as_deref(), host, "{url}");
        }
    }

    #[test]
    fn what_a_mail_program_would_make_a_link_of_is_a_place() {
        let found = named_in(
            "Go to www.evil.example, evil.example/x?y. Or a@b.example or 10.0.0.1; costs 3.50 e.g. v1.2. Done.",
        );
        let expected = ["10.0.0.1", "a@b.example", "evil.example/x?y", "www.evil.example"].map(str::to_owned);
        assert_eq!(found, BTreeSet::from(expected));
        assert!(!named_in("ev\u{200d}il.example").is_empty());
        for spelling in
            ["evil。example", "evil[.]example", "evil (DOT) example", "evil dot example", "ｅｖｉｌ．ｅｘａｍｐｌｅ"]
        {
            let spelling = spelling.replace(" (DOT) ", "(DOT)");
            assert_eq!(named_in(&spelling), BTreeSet::from(["evil.example".to_owned()]), "{spelling}");
        }
    }

    #[test]
    fn of_a_foreign_place_only_the_end_of_its_host_is_told_s27() {
        for (markdown, told) in [
            ("[x](https://c2VjcmV0.a.evil.example/secret)", Foreign::Link("….evil.example".into())),
            ("secret@evil.example/secret", Foreign::Name("evil.example".into())),
            ("[x](mailto:a@evil.example/secret)", Foreign::Link(UNREADABLE.into())),
            ("73656372.evil.example?secret", Foreign::Name("….evil.example".into())),
        ] {
            assert_eq!(Places::default().foreign_in(&Rendered::of(markdown), markdown), Some(told), "{markdown}");
        }
    }

    #[test]
    fn a_known_host_with_another_path_is_another_place_s22() {
        let mut places = Places::default();
        places.learn("See [it](https://shop.acme.example/a?b=1) or write to help@acme.example.");
        let foreign = |markdown: &str| places.foreign_in(&Rendered::of(markdown), markdown);
        for known in [
            "[x](https://shop.acme.example/a?b=1)",
            "HTTPS://SHOP.acme.example:443/a?b=1",
            "shop.acme.example/a?b=1.",
            "shop.acme.example",
            "<help@acme.example>",
            "[y](mailto:Help@Acme.example)",
        ] {
            assert_eq!(foreign(known), None, "{known}");
        }
        for other in [
            "[x](https://shop.acme.example/a?b=2)",
            "[x](https://shop.acme.example/a?b=1&c=secret)",
            "[x](https://shop.acme.example/a?b=1#secret)",
            "https://shop.acme.example/secret",
            "shop.acme.example/?secret",
            "[x](https://shop.acme.example:8443/a?b=1)",
            "[x](https://secret.shop.acme.example/a?b=1)",
            "other@acme.example",
            "[x](mailto:other@acme.example)",
            "[x](mailto:help@acme.example?body=secret)",
            "[x][1]\n\n[1]: https://evil.example/",
            "nothing\n\n[1]: https://evil.example/",
            "[x](https://shop.acme.example/a?b=1 'evil.example')",
            "```\nevil.example\n```",
            "&#101;vil.example",
            "https://shop.acme.example:8443/a?b=1",
            "http://2130706433/",
            "https://[2001:db8::1]/x",
            "ftp://shop.acme.example/a?b=1",
        ] {
            assert!(foreign(other).is_some(), "{other}");
        }
    }
}
