//! What was proved about a mail's writer, rule by rule, in plain words: for people who ask why.
//!
//! Made of the findings, not of the sentence that sums them up.

use crate::types::{DkimSignature, Level, Verdict, Verdicts};

/// SPF, every signature, DMARC and the seals, in the order they were looked at.
pub fn proofs(verdicts: &Verdicts) -> Vec<String> {
    let mut told = vec![spf(verdicts)];
    if verdicts.dkim.is_empty() {
        told.push("DKIM: it carries no signature".into());
    }
    told.extend(verdicts.dkim.iter().map(|signature| dkim(signature, verdicts.level)));
    told.push(dmarc(verdicts));
    told.extend(arc(verdicts));
    told
}

/// The level and its sentence, then what each higher level asks for and this mail lacks.
pub fn level(verdicts: &Verdicts) -> Vec<String> {
    let level = verdicts.level;
    let mut told = vec![format!("level {} ({}): {}", level.as_u8(), level.word(), verdicts.sentence)];
    if level == Level::Forged {
        told.push(
            "not level 1: whoever has no usable From, or breaks the policy of its domain, is not believed".into(),
        );
    }
    if level < Level::Vouched {
        told.push(format!("not level 2: no registered forwarder says that the original passed ({})", seals(verdicts)));
    }
    if level < Level::Authenticated {
        told.push(format!(
            "not level 3: neither an aligned signature that covers it nor aligned SPF straight from its author ({}; spf {})",
            signatures(verdicts),
            verdicts.spf.word()
        ));
    }
    if level < Level::Confirmed {
        let lacks =
            if level < Level::Vouched { "level 2 or 3, and a reply key of ours" } else { "a reply key of ours" };
        told.push(format!("not level 4 by itself: that takes {lacks}; where it joined says whether it had one"));
    }
    told
}

fn spf(verdicts: &Verdicts) -> String {
    let domain = match verdicts.spf_domain.as_str() {
        "" => "no domain",
        domain => domain,
    };
    let means = match verdicts.spf {
        Verdict::Pass => {
            "the peer may send for it; this speaks for From only when it is aligned and straight from there"
        }
        Verdict::Fail | Verdict::SoftFail => "the peer may not send for it, as usual for forwarded mail",
        Verdict::TempError => "DNS did not answer, which is never a pass",
        Verdict::PermError => "its record is broken",
        Verdict::None | Verdict::Neutral => "it says nothing of the peer",
    };
    format!("SPF of {domain}: {}: {means}", verdicts.spf.word())
}

fn dkim(signature: &DkimSignature, level: Level) -> String {
    let DkimSignature { domain, selector, verdict, aligned, reason } = signature;
    let counts = match (verdict, aligned) {
        (Verdict::Pass, true) if level >= Level::Authenticated => {
            "it counts: its domain is aligned with From".to_owned()
        }
        (Verdict::Pass, true) => {
            "its domain is aligned with From, but it does not carry the level: see there".to_owned()
        }
        (Verdict::Pass, false) => "it does not count: its domain is not that of From".to_owned(),
        (_, _) if reason.is_empty() => "it does not count".to_owned(),
        (_, _) => format!("it does not count: {reason}"),
    };
    format!("DKIM of {domain} (selector {selector}): {}: {counts}", verdict.word())
}

fn dmarc(verdicts: &Verdicts) -> String {
    match verdicts.dmarc_policy.as_str() {
        "" => format!("DMARC: {}: the domain of From publishes no policy", verdicts.dmarc.word()),
        policy => format!("DMARC: {}: the domain of From asks for {policy}", verdicts.dmarc.word()),
    }
}

fn arc(verdicts: &Verdicts) -> Vec<String> {
    let seal = &verdicts.arc;
    if seal.sets == 0 {
        return vec!["ARC: nobody sealed it".into()];
    }
    let vouches = match (seal.verdict, seal.vouched) {
        (Verdict::Pass, true) => "a sealer registered for this address says that the original passed",
        (Verdict::Pass, false) => {
            "no sealer registered for this address says that the original passed, so it counts for nothing"
        }
        _ => "the chain does not hold, so it counts for nothing",
    };
    let mut told = vec![format!("ARC: {} over {} sets: {vouches}", seal.verdict.word(), seal.sets)];
    told.extend(seal.sealers.iter().enumerate().map(|(at, sealer)| format!("ARC set {}: sealed by {sealer}", at + 1)));
    told
}

fn seals(verdicts: &Verdicts) -> String {
    match verdicts.arc.sets {
        0 => "nobody sealed it".into(),
        _ => format!("sealed last by {}, {}", verdicts.arc.sealer, verdicts.arc.verdict.word()),
    }
}

fn signatures(verdicts: &Verdicts) -> String {
    let aligned: Vec<&DkimSignature> = verdicts.dkim.iter().filter(|signature| signature.aligned).collect();
    match (verdicts.dkim.len(), aligned.as_slice()) {
        (0, _) => "no signature".into(),
        (_, []) => "no signature of the domain of From".into(),
        (_, aligned) => {
            let words: Vec<String> =
                aligned.iter().map(|one| format!("{} {}", one.domain, one.verdict.word())).collect();
            words.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ArcSeal;

    fn signature(domain: &str, verdict: Verdict, aligned: bool, reason: &str) -> DkimSignature {
        DkimSignature { domain: domain.into(), selector: "s1".into(), verdict, aligned, reason: reason.into() }
    }

    #[test]
    fn every_signature_and_seal_is_told_and_why_the_level_is_not_higher() {
        let verdicts = Verdicts {
            dkim: vec![
                signature("a.example", Verdict::Fail, true, "the body was changed"),
                signature("relay.example", Verdict::Pass, false, ""),
            ],
            dmarc: Verdict::Fail,
            dmarc_policy: "none".into(),
            arc: ArcSeal {
                verdict: Verdict::Pass,
                sealer: "b.example".into(),
                sets: 2,
                vouched: false,
                sealers: vec!["a.example".into(), "b.example".into()],
            },
            ..Verdicts::unchecked("nothing proves that a.example wrote this")
        };
        let told = [proofs(&verdicts), level(&verdicts)].concat().join("\n");
        for words in [
            "SPF of no domain: none",
            "DKIM of a.example (selector s1): fail: it does not count: the body was changed",
            "DKIM of relay.example (selector s1): pass: it does not count: its domain is not that of From",
            "DMARC: fail: the domain of From asks for none",
            "ARC: pass over 2 sets: no sealer registered",
            "ARC set 1: sealed by a.example",
            "ARC set 2: sealed by b.example",
            "level 1 (unproven): nothing proves",
            "not level 2: no registered forwarder says that the original passed (sealed last by b.example, pass)",
            "not level 3: neither an aligned signature that covers it nor aligned SPF straight from its author (a.example fail; spf none)",
        ] {
            assert!(told.contains(words), "{words}\n{told}");
        }
        assert!(!told.contains("not level 1"));
    }

    #[test]
    fn what_counts_is_said_to_count() {
        let verdicts = Verdicts {
            level: Level::Authenticated,
            dkim: vec![signature("a.example", Verdict::Pass, true, "")],
            ..Verdicts::unchecked("a.example signed this")
        };
        assert!(proofs(&verdicts)[1].ends_with("pass: it counts: its domain is aligned with From"));
        assert_eq!(level(&verdicts).len(), 2, "only level 4 is above it");
    }
}
