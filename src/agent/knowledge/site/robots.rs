//! robots.txt: what a site asks programs not to read. RFC 9309.
//!
//! Pure: text in, rules out. What a missing or broken file means is decided in `crawl`.

use std::{cmp::Reverse, time::Duration};

/// The name by which robots.txt knows us: the first word of our User-Agent. RFC 9309 §2.2.1.
const TOKEN: &str = "replyd";

/// The longest pause that a site may ask for; with more, a crawl would never end.
pub(super) const CRAWL_DELAY_MAX: Duration = Duration::from_secs(10);

/// What a site allows us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Robots {
    rules: Vec<Rule>,
    /// `Crawl-delay`, which no RFC has and many files do.
    pub(super) crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    pattern: String,
    allows: bool,
}

/// Rules behind one or more `User-agent` lines. RFC 9309 §2.1.
#[derive(Default)]
struct Group {
    is_ours: bool,
    is_everybodys: bool,
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

impl Robots {
    /// Reads the rules for us: those of all groups that name us, else of all for `*`. What cannot be read is passed over.
    pub(super) fn read(octets: &[u8]) -> Self {
        let text = String::from_utf8_lossy(octets);
        let mut groups: Vec<Group> = Vec::new();
        let mut names_go_on = false;
        for line in text.trim_start_matches('\u{feff}').split(['\r', '\n']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            if key == "user-agent" {
                if !names_go_on {
                    groups.push(Group::default());
                }
                names_go_on = true;
                if let Some(group) = groups.last_mut() {
                    group.is_ours |= product_token(value).eq_ignore_ascii_case(TOKEN);
                    group.is_everybodys |= value == "*";
                }
                continue;
            }
            // RFC 9309 §2.2.4: other records end no group.
            names_go_on &= !matches!(key.as_str(), "allow" | "disallow");
            if let Some(group) = groups.last_mut() {
                group.take(&key, value);
            }
        }
        let names_us = groups.iter().any(|group| group.is_ours);
        let mut robots = Self::default();
        for group in groups.into_iter().filter(|group| if names_us { group.is_ours } else { group.is_everybodys }) {
            robots.rules.extend(group.rules);
            robots.crawl_delay = robots.crawl_delay.max(group.crawl_delay);
        }
        // RFC 9309 §2.2.2: the longest match wins, and of two as long the one that allows.
        robots.rules.sort_by_key(|rule| Reverse((rule.pattern.len(), rule.allows)));
        robots
    }

    /// Whether a path with its query may be read.
    pub(super) fn allows(&self, target: &str) -> bool {
        let target = normal(target);
        target == "/robots.txt"
            || self.rules.iter().find(|rule| matches(&rule.pattern, &target)).is_none_or(|rule| rule.allows)
    }
}

impl Group {
    fn take(&mut self, key: &str, value: &str) {
        match key {
            "allow" | "disallow" if !value.is_empty() => {
                self.rules.push(Rule { pattern: normal(value), allows: key == "allow" });
            }
            "crawl-delay" => {
                let seconds = value.parse::<f64>().ok().filter(|seconds| *seconds >= 0.0);
                self.crawl_delay =
                    seconds.map(|seconds| Duration::from_secs_f64(seconds.min(CRAWL_DELAY_MAX.as_secs_f64())));
            }
            _ => {}
        }
    }
}

/// `replyd/1.0 (…)` names `replyd`.
fn product_token(value: &str) -> &str {
    value.split(|c: char| !(c.is_ascii_alphabetic() || c == '-' || c == '_')).next().unwrap_or_default()
}

/// One spelling for the same path: octets beyond ASCII are escaped, escapes of plain characters are not. RFC 9309 §2.2.2.
pub(super) fn normal(path: &str) -> String {
    let octets = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(octet) = octets.get(at) {
        let escaped = (*octet == b'%').then(|| octets.get(at + 1..at + 3)).flatten();
        let escaped = escaped.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        at += if escaped.is_some() { 3 } else { 1 };
        let plain = escaped.unwrap_or(*octet);
        let is_unreserved = plain.is_ascii_alphanumeric() || b"-._~".contains(&plain);
        if is_unreserved || escaped.is_none() && octet.is_ascii_graphic() {
            out.push(char::from(plain));
        } else {
            out.push_str(&format!("%{plain:02X}"));
        }
    }
    out
}

/// `*` stands for anything, `$` at the end for the end; else the pattern is a beginning. RFC 9309 §2.2.3. Takes the first place for
/// each part, so that no pattern costs more than its length and the path's.
fn matches(pattern: &str, target: &str) -> bool {
    let (pattern, to_the_end) = pattern.strip_suffix('$').map_or((pattern, false), |inner| (inner, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = target.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let last = parts.pop();
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    match last {
        Some(last) if to_the_end => rest.ends_with(last),
        Some(last) => rest.contains(last),
        None => !to_the_end || rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(text: &str, path: &str) -> bool {
        Robots::read(text.as_bytes()).allows(path)
    }

    #[test]
    fn the_longest_rule_wins_and_of_two_as_long_the_one_that_allows() {
        // RFC 9309 §5.1 and §5.2.
        let text = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\
             User-Agent: replyd\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\nDisallow: /example/\n";
        for (path, allowed) in [
            ("/example/page/", true),
            ("/example/page/a.html", true),
            ("/example/page/disallowed.gif", false),
            ("/example/", false),
            ("/other.gif", true),
        ] {
            assert_eq!(allows(text, path), allowed, "{path}");
        }
        assert!(allows("User-agent: *\nDisallow: /a\nAllow: /a\n", "/a"));
    }

    #[test]
    fn groups_are_found_and_joined_whatever_stands_between() {
        let text = "\u{feff}Disallow: /nobody\nuser-agent: OtherBot\r\nuser-agent: RePlyd/2.1\rdisallow: /a # why\n\
             Sitemap: https://x/s.xml\nuser-agent: *\ndisallow: /\n\nUSER-AGENT: replyd\nDISALLOW : /b\nnonsense\n";
        for (path, allowed) in [("/a", false), ("/b/c", false), ("/c", true), ("/nobody", true)] {
            assert_eq!(allows(text, path), allowed, "{path}");
        }
        assert!(allows("User-agent: replydbot\nDisallow: /\n", "/x"), "another's name only begins like ours");
        assert!(!allows("User-agent: a\nUser-agent: *\nDisallow: /\n", "/x"));
        assert!(allows("User-agent: *\nDisallow: /\n", "/robots.txt"));
    }

    #[test]
    fn nothing_said_forbids_nothing() {
        for text in ["", "User-agent: *\nDisallow:\n", "<html>Not found</html>", "Disallow: /\n"] {
            assert!(allows(text, "/a?b=c"), "{text}");
        }
    }

    #[test]
    fn wildcards_ends_and_escapes_are_read_as_the_rfc_says() {
        for (pattern, path, hit) in [
            ("/*.php", "/a/b.php?x", true),
            ("/*.php$", "/a/b.php", true),
            ("/*.php$", "/a/b.php?x", false),
            ("/a$", "/a", true),
            ("/a$", "/a/", false),
            ("/a*b*c", "/a-b-c-d", true),
            ("/a*b*c", "/a-c-b", false),
            ("*", "/anything", true),
            ("/a%3Cd", "/a%3cd", true),
            ("/%7Ejoe/", "/~joe/x", true),
            ("/bücher", "/b%C3%BCcher", true),
            ("/a/b", "/a%2Fb", false),
        ] {
            let text = format!("User-agent: *\nDisallow: {pattern}\n");
            assert_eq!(!allows(&text, path), hit, "{pattern} {path}");
        }
    }

    #[test]
    fn a_pause_is_kept_up_to_a_bound() {
        let delay = |value: &str| Robots::read(format!("User-agent: *\nCrawl-delay: {value}\n").as_bytes()).crawl_delay;
        assert_eq!(delay("2.5"), Some(Duration::from_millis(2500)));
        assert_eq!(delay("86400"), Some(CRAWL_DELAY_MAX));
        for nothing in ["-1", "soon", "NaN"] {
            assert_eq!(delay(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_pattern_of_half_a_megabyte_costs_its_length() {
        let text = format!("User-agent: *\nDisallow: /{}b\n", "*a".repeat(250_000));
        assert!(allows(&text, &format!("/{}", "a".repeat(2_000))));
    }

    proptest::proptest! {
        #[test]
        fn any_file_can_be_read(text in "(user-agent: |disallow: |allow: |crawl-delay: |[*$%/a-z0-9é\n:#])*", path in "/[*$%a-f/é]{0,20}") {
            Robots::read(text.as_bytes()).allows(&path);
        }
    }
}
