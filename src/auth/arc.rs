//! Whether a forwarder whose word counts here says that the original passed. RFC 8617.
//!
//! A chain that verifies proves who sealed, not that they tell the truth (S-08): anybody can seal. So a seal counts only
//! from the sealers registered for the address that was reached.

use mail_auth::{ArcOutput, AuthenticatedMessage, DkimResult};

use super::{
    results::{Statement, statements},
    tags::{has_tags, tags},
};

/// RFC 8617 §4.1.3, §4.1.2.
const SEAL_TAGS: [&str; 6] = ["i", "a", "b", "cv", "d", "s"];
const SIGNATURE_TAGS: [&str; 7] = ["i", "a", "b", "bh", "d", "h", "s"];

/// Whether the fields of the chain break rules that mail-auth does not look at: a field of a set is missing, a tag list
/// breaks the grammar or lacks a tag, or a signature covers seals. RFC 8617 §4.1, §5.2.
pub(super) fn is_broken(message: &AuthenticatedMessage<'_>) -> bool {
    let fields = |wanted: &'static str| {
        let is_wanted = move |name: &[u8]| name.trim_ascii_end().eq_ignore_ascii_case(wanted.as_bytes());
        message.headers.iter().filter(move |(name, _)| is_wanted(name)).map(|(_, value)| *value)
    };
    let (seals, signatures) = (fields("ARC-Seal").count(), fields("ARC-Message-Signature").count());
    seals != signatures
        || seals != fields("ARC-Authentication-Results").count()
        || fields("ARC-Seal").any(|seal| !has_tags(seal, &SEAL_TAGS))
        || fields("ARC-Message-Signature")
            .any(|signature| !has_tags(signature, &SIGNATURE_TAGS) || covers_seals(signature))
}

fn covers_seals(signature: &[u8]) -> bool {
    let tags = tags(signature).unwrap_or_default();
    let signed = tags.iter().find(|(name, _)| *name == b"h").map_or(&b""[..], |(_, value)| value);
    signed.split(|&b| b == b':').any(|name| name.trim_ascii().eq_ignore_ascii_case(b"ARC-Seal"))
}

/// The sealer that vouches, if one does.
///
/// Going back from the newest set as long as the sealers are trusted, the oldest set so reached counts: its sealer
/// took the mail from the outside world. What trusted sealers after it say is about mail they had from each other.
/// `covers` says whether the fields the newest sealer signed leave nothing to be added, `says` whether results are a pass.
pub(super) fn voucher(
    chain: &ArcOutput<'_>,
    trusted: &[String],
    covers: impl Fn(&[String]) -> bool,
    says: impl Fn(&[u8]) -> bool,
) -> Option<String> {
    let newest = chain.sets().last()?;
    if !covers(&newest.signature.header.h) {
        return None;
    }
    let (results, sealer) = oldest_trusted(chain, trusted)?;
    says(results).then(|| sealer.to_ascii_lowercase())
}

/// Whether a registered sealer says that mail from `from` failed when it came.
///
/// Some providers sign what they forward in the name of the company they forward for. Then the company's signature is on
/// forged mail too, and only what the provider wrote down before tells.
pub(super) fn contradicts(chain: &ArcOutput<'_>, trusted: &[String], from: &str) -> bool {
    let results = oldest_trusted(chain, trusted).and_then(|(results, _)| statements(results));
    results.unwrap_or_default().iter().any(|statement| {
        let is_about_from = statement.domain("header.from").is_none_or(|domain| domain == from);
        statement.method == "dmarc" && statement.result == "fail" && is_about_from
    })
}

/// The results and the sealer of the set that took the mail from the outside world, in a chain that verifies.
fn oldest_trusted<'c>(chain: &'c ArcOutput<'_>, trusted: &[String]) -> Option<(&'c [u8], &'c str)> {
    if *chain.result() != DkimResult::Pass {
        return None;
    }
    let is_trusted = |domain: &str| trusted.iter().any(|sealer| sealer.eq_ignore_ascii_case(domain));
    let oldest = chain.sets().iter().rev().take_while(|set| is_trusted(&set.seal.header.d)).last()?;
    Some((oldest.results.value, &oldest.seal.header.d))
}

/// Whether the field says that mail from `from` passed DMARC, or that a signature passed that speaks for it.
pub(super) fn says_passed(field: &[u8], from: &str, speaks_for_from: impl Fn(&str) -> bool) -> bool {
    let Some(statements) = statements(field) else { return false };
    let of = |method: &'static str| statements.iter().filter(move |statement| statement.method == method);
    let is_about_from = |dmarc: &Statement| dmarc.domain("header.from").as_deref() == Some(from);
    if of("dmarc").count() > 1 || of("dmarc").any(|dmarc| dmarc.result == "fail") {
        return false;
    }
    if of("dmarc").any(|dmarc| dmarc.result == "pass" && is_about_from(dmarc)) {
        return true;
    }
    of("dkim").filter(|dkim| dkim.result == "pass").any(|dkim| {
        let domain = dkim.domain("header.d").or_else(|| dkim.domain("header.i"));
        domain.is_some_and(|domain| speaks_for_from(&domain))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(field: &str) -> bool {
        says_passed(field.as_bytes(), "a.example", |domain| domain == "a.example")
    }

    #[test]
    fn a_pass_counts_only_for_the_domain_of_from() {
        assert!(says("i=1; mx; dmarc=pass header.from=A.example"));
        assert!(says("i=1; mx; dkim=pass header.i=@a.example; dmarc=none header.from=a.example"));
        assert!(!says("i=1; mx; dmarc=pass header.from=b.example"));
        assert!(!says("i=1; mx; dmarc=pass"));
        assert!(!says("i=1; mx; dkim=pass header.d=b.example; spf=pass smtp.mailfrom=a.example"));
    }

    #[test]
    fn a_fail_or_two_opinions_are_no_pass() {
        assert!(!says("i=1; mx; dkim=pass header.d=a.example; dmarc=fail header.from=a.example"));
        assert!(!says("i=1; mx; dmarc=pass header.from=a.example; dmarc=pass header.from=b.example"));
        assert!(!says("i=1; mx; dkim=fail header.d=a.example"));
        assert!(!says("i=1; mx; dmarc=pass header.from=a.example ("));
    }
}
