//! From findings to the level, and the sentence that says why. Pure.

use crate::types::{Level, Verdict};

/// What the checks found, as far as the level depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Findings<'a> {
    /// Why there is no From to speak of; empty when there is one.
    pub(super) from_trouble: &'a str,
    /// The domain of From.
    pub(super) from: &'a str,
    /// DMARC, and the policy the domain publishes (empty without a record).
    pub(super) dmarc: Verdict,
    pub(super) policy: &'a str,
    /// The domain whose valid signature speaks for From.
    pub(super) signer: Option<&'a str>,
    /// A field that the only valid such signatures leave open.
    pub(super) open_field: Option<&'a str>,
    /// The domain that sent it straight to us and speaks for From.
    pub(super) direct_sender: Option<&'a str>,
    /// The registered sealer that vouches.
    pub(super) voucher: Option<&'a str>,
    /// A registered sealer may vouch, but DNS did not let us find out.
    pub(super) voucher_unknown: bool,
    /// DNS did not answer everything.
    pub(super) dns_trouble: bool,
    /// From is on a domain of ours.
    pub(super) is_ours: bool,
    /// The registered forwarder says that From failed when it came.
    pub(super) contradicted: bool,
    /// DNS did not let us see whether a signature of From's own domain holds.
    pub(super) signer_unknown: bool,
    /// What people call the registered forwarder, when the mail came by it.
    pub(super) forwarded_by: Option<&'a str>,
    /// How its envelope says that From passed.
    pub(super) forwarder_says: Option<&'a str>,
}

/// The level, 0 to 3, and why.
pub(super) fn level(found: Findings<'_>) -> (Level, String) {
    let (level, mut sentence) = level_of_author(found);
    // A forwarder that vouches has been named already.
    if let Some(forwarder) = found.forwarded_by
        && level != Level::Vouched
    {
        sentence += &format!("; forwarded by {forwarder} as registered");
    }
    (level, sentence)
}

fn level_of_author(found: Findings<'_>) -> (Level, String) {
    let from = found.from;
    if !found.from_trouble.is_empty() {
        return (Level::Forged, found.from_trouble.to_owned());
    }
    if found.is_ours && found.contradicted {
        return (
            Level::Forged,
            format!("{from} is a domain of ours, and who forwarded this says that it did not pass"),
        );
    }
    if let Some(signer) = found.signer {
        return (Level::Authenticated, format!("{signer} signed this (DKIM, aligned)"));
    }
    if found.is_ours {
        // Our own provider sends for everybody who claims to be a colleague, so only a signature speaks for one of us.
        let sentence = format!("{from} is a domain of ours, and mail from it must carry its signature (DKIM, aligned)");
        return match found.signer_unknown {
            true => (Level::Unproven, format!("{sentence}; DNS did not answer, so it is not known whether it does")),
            false => (Level::Forged, format!("{sentence}; this does not")),
        };
    }
    if let Some(sender) = found.direct_sender {
        return (Level::Authenticated, format!("{sender} sent this straight to us (SPF, aligned)"));
    }
    if let Some(voucher) = found.voucher {
        return (Level::Vouched, format!("{voucher} forwarded this and says that {from} passed (ARC)"));
    }
    if let (Some(forwarder), Some(how)) = (found.forwarded_by, found.forwarder_says) {
        return (
            Level::Vouched,
            format!("{forwarder} forwarded this as registered and says that {from} passed ({how})"),
        );
    }
    if found.dmarc == Verdict::Fail && is_strict(found.policy) && !found.voucher_unknown {
        let policy = found.policy;
        return (
            Level::Forged,
            format!(
                "{from} wants what it did not sign or send treated as {policy}, and this is neither signed nor sent by it (DMARC)"
            ),
        );
    }
    // DNS trouble is never a pass, and never a proof of forgery either.
    if found.dns_trouble {
        return (Level::Unproven, format!("DNS did not answer, so it is not known whether {from} wrote this"));
    }
    if let Some(field) = found.open_field {
        return (Level::Unproven, format!("{from} signed this, but not the {field} it now has"));
    }
    (Level::Unproven, format!("nothing proves that {from} wrote this"))
}

fn is_strict(policy: &str) -> bool {
    matches!(policy, "quarantine" | "reject")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: Findings<'static> = Findings {
        from_trouble: "",
        from: "a.example",
        dmarc: Verdict::Fail,
        policy: "reject",
        signer: None,
        open_field: None,
        direct_sender: None,
        voucher: None,
        voucher_unknown: false,
        dns_trouble: false,
        is_ours: false,
        contradicted: false,
        signer_unknown: false,
        forwarded_by: None,
        forwarder_says: None,
    };

    fn number(found: Findings<'_>) -> u8 {
        level(found).0.as_u8()
    }

    #[test]
    fn no_usable_from_is_level_0_whatever_else_passed() {
        assert_eq!(number(Findings { from_trouble: "two From", signer: Some("a.example"), ..FAILED }), 0);
    }

    #[test]
    fn a_strict_policy_makes_a_failure_level_0_and_a_lax_one_level_1() {
        assert_eq!(
            ["reject", "quarantine", "none", ""].map(|policy| number(Findings { policy, ..FAILED })),
            [0, 0, 1, 1]
        );
    }

    #[test]
    fn a_registered_forwarder_outweighs_a_strict_policy() {
        assert_eq!(number(Findings { voucher: Some("google.com"), ..FAILED }), 2);
    }

    #[test]
    fn dns_trouble_is_neither_pass_nor_forgery() {
        for dmarc in [Verdict::TempError, Verdict::None, Verdict::PermError] {
            assert_eq!(number(Findings { dmarc, dns_trouble: true, ..FAILED }), 1);
        }
        assert_eq!(number(Findings { voucher_unknown: true, dns_trouble: true, ..FAILED }), 1);
    }

    #[test]
    fn the_sentence_names_who_proved_it() {
        let (level, sentence) = level(Findings { signer: Some("acme-customer.example"), ..FAILED });
        assert_eq!((level.as_u8(), sentence.as_str()), (3, "acme-customer.example signed this (DKIM, aligned)"));
    }

    #[test]
    fn the_sentence_names_the_registered_forwarder() {
        let found = Findings { signer: Some("acme-customer.example"), forwarded_by: Some("Google"), ..FAILED };
        let wanted = "acme-customer.example signed this (DKIM, aligned); forwarded by Google as registered";
        assert_eq!(level(found), (Level::Authenticated, wanted.to_owned()));
        let found = Findings { forwarded_by: Some("Google"), forwarder_says: Some("by its own envelope"), ..FAILED };
        let wanted = "Google forwarded this as registered and says that a.example passed (by its own envelope)";
        assert_eq!(level(found), (Level::Vouched, wanted.to_owned()));
    }

    #[test]
    fn one_of_us_is_believed_by_signature_only() {
        let ours = Findings { is_ours: true, policy: "none", ..FAILED };
        for found in [
            Findings { direct_sender: Some("a.example"), ..ours },
            Findings { voucher: Some("google.com"), ..ours },
            Findings { forwarded_by: Some("Google"), forwarder_says: Some("by its own envelope"), ..ours },
            Findings { dns_trouble: true, ..ours },
        ] {
            assert_eq!(number(found), 0);
        }
        assert_eq!(number(Findings { signer: Some("a.example"), ..ours }), 3);
        assert_eq!(number(Findings { signer: Some("a.example"), contradicted: true, ..ours }), 0);
        assert_eq!(number(Findings { signer: Some("a.example"), contradicted: true, ..FAILED }), 3);
        assert_eq!(number(Findings { signer_unknown: true, ..ours }), 1);
    }
}
