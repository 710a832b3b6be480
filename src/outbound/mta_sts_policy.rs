//! What a domain may say about TLS to its mail servers: the texts of MTA-STS, read. RFC 8461 §3.
//!
//! Pure. How the texts are had, and how long they count, is `mta_sts`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest a policy may count: about a year. RFC 8461 §3.2.
const MAX_AGE_SECS_MAX: u64 = 31_557_600;

/// Octets of a policy's id. RFC 8461 §3.1.
const ID_OCTETS_MAX: usize = 32;

/// What to do with servers that do not fit the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    /// Nothing goes to them.
    Enforce,
    /// Reports only, which we do not write.
    Testing,
    /// The domain has given its policy up.
    None,
}

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Policy {
    pub(super) mode: Mode,
    /// Names of servers, lower case; one may begin with `*.`.
    pub(super) mx: Vec<String>,
    pub(super) max_age: Duration,
}

impl Policy {
    /// Reads what the policy host serves.
    ///
    /// # Errors
    /// What is missing or wrong, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (mut version, mut mode, mut max_age, mut mx) = (None, None, None, Vec::new());
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (key, value) = line.split_once(':').ok_or_else(|| "a line is no key and value".to_owned())?;
            let value = value.trim();
            match key.trim() {
                "mx" => mx.push(value.trim_end_matches('.').to_ascii_lowercase()),
                // RFC 8461 §3.2: of what may stand once, the first counts.
                "version" => _ = version.get_or_insert(value),
                "mode" => _ = mode.get_or_insert(value),
                "max_age" => _ = max_age.get_or_insert(value),
                _ => {}
            }
        }
        if version != Some("STSv1") {
            return Err("its version is not STSv1".to_owned());
        }
        let mode = match mode {
            Some("enforce") => Mode::Enforce,
            Some("testing") => Mode::Testing,
            Some("none") => Mode::None,
            _ => return Err("its mode is none of enforce, testing, none".to_owned()),
        };
        let max_age = max_age.and_then(|text| text.parse().ok()).ok_or_else(|| "it has no max_age".to_owned())?;
        if mx.is_empty() && mode != Mode::None {
            return Err("it names no mx".to_owned());
        }
        Ok(Self { mode, mx, max_age: Duration::from_secs(MAX_AGE_SECS_MAX.min(max_age)) })
    }

    /// Whether that server is one of the domain's. RFC 8461 §4.1: `*` stands for one label.
    pub(super) fn names(&self, host: &str) -> bool {
        let below = host.split_once('.').map(|(_, below)| below);
        self.mx.iter().any(|pattern| match pattern.strip_prefix("*.") {
            Some(domain) => below.is_some_and(|below| below.eq_ignore_ascii_case(domain)),
            None => pattern.eq_ignore_ascii_case(host),
        })
    }
}

/// The policy's id, where the texts of `_mta-sts.DOMAIN` say that there is a policy. RFC 8461 §3.1: exactly one of them.
pub(super) fn record_id(texts: &[String]) -> Option<String> {
    let mut records = texts.iter().filter(|text| text.split(';').next().is_some_and(|tag| tag.trim_end() == "v=STSv1"));
    let (record, None) = (records.next()?, records.next()) else { return None };
    let id = record.split(';').find_map(|tag| tag.trim().strip_prefix("id="))?;
    let good = !id.is_empty() && id.len() <= ID_OCTETS_MAX && id.bytes().all(|octet| octet.is_ascii_alphanumeric());
    good.then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n";

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let policy = Policy::parse(GOOD).unwrap();
        assert_eq!((policy.mode, policy.max_age), (Mode::Enforce, Duration::from_secs(604_800)));
        assert_eq!(policy.mx, ["mail.example.com", "*.example.net"]);
        assert_eq!(Policy::parse(&GOOD.replace("\r\n", "\n")).unwrap(), policy);
    }

    #[test]
    fn what_stands_twice_counts_once_unknown_keys_do_not_matter_and_an_age_has_an_end() {
        let policy = Policy::parse(&format!("{GOOD}mode: none\nmax_age: 1\nnew_key: x\n\n")).unwrap();
        assert_eq!((policy.mode, policy.max_age), (Mode::Enforce, Duration::from_secs(604_800)));
        let long = Policy::parse(&GOOD.replace("604800", "99999999999")).unwrap();
        assert_eq!(long.max_age, Duration::from_secs(31_557_600));
        assert_eq!(Policy::parse("version: STSv1\nmode: none\nmax_age: 60\n").unwrap().mode, Mode::None);
    }

    #[test]
    fn what_is_not_a_whole_policy_is_none() {
        for (from, to) in [
            ("STSv1", "STSv2"),
            ("version: STSv1\r\n", ""),
            ("enforce", "maybe"),
            ("max_age: 604800", "max_age: soon"),
            ("max_age: 604800\r\n", ""),
            ("mx: mail.example.com\r\nmx: *.example.net\r\n", ""),
            ("mode: enforce", "<html>"),
        ] {
            assert!(Policy::parse(&GOOD.replace(from, to)).is_err(), "{from} -> {to}");
        }
    }

    #[test]
    fn a_star_stands_for_one_label() {
        let policy = Policy::parse(GOOD).unwrap();
        for (host, is_named) in [
            ("mail.example.com", true),
            ("MAIL.example.com", true),
            ("a.mail.example.com", false),
            ("mx1.example.net", true),
            ("a.mx1.example.net", false),
            ("example.net", false),
            ("mailxexample.com", false),
        ] {
            assert_eq!(policy.names(host), is_named, "{host}");
        }
    }

    #[test]
    fn one_record_with_an_id_says_that_there_is_a_policy() {
        let id = |texts: &[&str]| record_id(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(id(&["other", "v=STSv1; id=20160831085700Z;"]).as_deref(), Some("20160831085700Z"));
        assert_eq!(id(&["v=STSv1;id=1"]).as_deref(), Some("1"));
        for none in [
            &[][..],
            &["v=STSv1; id=1", "v=STSv1; id=2"],
            &["v=STSv1; id="],
            &["v=STSv1; id=a-b"],
            &["v=STSv10; id=1"],
            &["id=1; v=STSv1"],
        ] {
            assert_eq!(id(none), None, "{none:?}");
        }
    }
}
