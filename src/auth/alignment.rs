//! Whether a domain that passed speaks for the domain of From. RFC 7489 §3.1, RFC 9989 §4.10.2.

use mail_auth::dmarc::{Alignment as Mode, Psd};

use super::lookups::Lookups;
use crate::types::is_within;

/// Names on the way up from the domain of From. RFC 9989 §4.10: eight queries at most.
const WALK_NAMES_MAX: usize = 8;

/// The domain of From and who may speak for it.
pub(super) struct Alignment<'a> {
    from: &'a str,
    /// The organizational domain and `adkim`, when there is a DMARC record on the way up.
    record: Option<(&'a str, Mode)>,
}

/// The domains whose DMARC record matters for mail from `from`, itself first.
pub(super) fn walk(from: &str) -> Vec<&str> {
    let labels = from.split('.').count();
    let mut names = vec![from];
    let mut name = from;
    while let Some((_, parent)) = name.split_once('.') {
        name = parent;
        // Long names are cut to seven labels after the first query.
        if labels < WALK_NAMES_MAX || name.split('.').count() < WALK_NAMES_MAX {
            names.push(name);
        }
    }
    names
}

impl<'a> Alignment<'a> {
    /// Reads the records that `lookups` has.
    pub(super) fn new(from: &'a str, lookups: &Lookups) -> Self {
        let mut record = None;
        for name in walk(from) {
            let Some(found) = lookups.dmarc_record(name) else { continue };
            if !name.contains('.') && found.psd != Psd::Yes {
                // A top-level domain is nobody's organization, whatever its record forgets to say.
                continue;
            }
            // The nearest record says how strict; the topmost one says who is the organization.
            let mode = record.map_or(found.adkim, |(_, mode)| mode);
            match found.psd {
                Psd::Yes if name != from => {
                    record = Some((one_label_below(name, from), mode));
                    break;
                }
                Psd::Yes | Psd::No => {
                    record = Some((name, mode));
                    break;
                }
                Psd::Default => record = Some((name, mode)),
            }
        }
        Self { from, record }
    }

    /// In the relaxed sense, whatever the record asks for.
    ///
    /// Without a record nobody has said where the organization begins, and a list of public suffixes would age with the
    /// binary. What is safe then: the same name, or one above it (who holds `example.org` holds `mail.example.org`), but
    /// not one below (who holds `evil.hosting.example` does not hold `hosting.example`).
    pub(super) fn relaxed(&self, domain: &str) -> bool {
        match self.record {
            Some((organization, _)) => is_within(domain, organization),
            None => is_within(self.from, domain) && domain.contains('.'),
        }
    }

    /// As strictly as the record asks for.
    pub(super) fn dkim(&self, domain: &str) -> bool {
        match self.record {
            Some((_, Mode::Strict)) => domain == self.from,
            _ => self.relaxed(domain),
        }
    }
}

/// Whether `domain` may be related to `from`: for choosing what to look at first, before anything is known.
pub(super) fn may_align(domain: &str, from: &str) -> bool {
    is_within(domain, from) || is_within(from, domain)
}

fn one_label_below<'a>(suffix: &str, name: &'a str) -> &'a str {
    let above = name.len().saturating_sub(suffix.len() + 1);
    name.get(..above).and_then(|front| front.rfind('.')).map_or(name, |dot| &name[dot + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_record_only_the_same_name_or_one_above_speaks() {
        let alignment = Alignment { from: "mail.example.org", record: None };
        assert!(alignment.dkim("mail.example.org") && alignment.dkim("example.org"));
        assert!(!alignment.dkim("org") && !alignment.dkim("a.mail.example.org") && !alignment.dkim("ample.org"));
    }

    #[test]
    fn with_a_record_the_organization_speaks_unless_it_is_strict() {
        let relaxed = Alignment { from: "example.org", record: Some(("example.org", Mode::Relaxed)) };
        assert!(relaxed.dkim("news.example.org") && !relaxed.dkim("badexample.org") && !relaxed.dkim("org"));
        let strict = Alignment { from: "example.org", record: Some(("example.org", Mode::Strict)) };
        assert!(!strict.dkim("news.example.org") && strict.dkim("example.org"));
    }

    #[test]
    fn the_walk_asks_at_most_eight_names() {
        assert_eq!(walk("a.b.c"), ["a.b.c", "b.c", "c"]);
        assert_eq!(walk("1.2.3.4.5.6.7.8.9.10").len(), 8);
        assert_eq!(walk("1.2.3.4.5.6.7.8").len(), 8);
        assert_eq!(one_label_below("co.uk", "mail.shop.co.uk"), "shop.co.uk");
    }
}
