//! The `Authentication-Results` field that we put on top. RFC 8601.

use std::fmt::Write as _;

use crate::types::{Envelope, Verdicts};

/// Octets of one value that are shown.
const VALUE_OCTETS_MAX: usize = 255;

/// One folded header field, CRLF at its end.
///
/// Whatever a sender chose (domains, selectors, the HELO name) stands in it reduced to letters, digits, dots, hyphens and
/// underscores, so that nothing can end the line, the statement or a quotation.
pub fn authentication_results(hostname: &str, verdicts: &Verdicts, envelope: &Envelope) -> String {
    let mut field = format!("Authentication-Results: {}", value(hostname));
    for signature in &verdicts.dkim {
        let word = signature.verdict.word();
        let (domain, selector) = (value(&signature.domain), value(&signature.selector));
        add(&mut field, format_args!("dkim={word} header.d={domain} header.s={selector}"));
    }
    if verdicts.dkim.is_empty() {
        add(&mut field, format_args!("dkim=none"));
    }
    let property = if envelope.mail_from.is_some() { "smtp.mailfrom" } else { "smtp.helo" };
    add(&mut field, format_args!("spf={} {property}={}", verdicts.spf.word(), value(&verdicts.spf_domain)));
    let policy = if verdicts.dmarc_policy.is_empty() {
        "no record".into()
    } else {
        format!("p={}", value(&verdicts.dmarc_policy))
    };
    add(&mut field, format_args!("dmarc={} ({policy})", verdicts.dmarc.word()));
    let arc = &verdicts.arc;
    match arc.sets {
        0 => add(&mut field, format_args!("arc=none")),
        sets => add(
            &mut field,
            format_args!("arc={} ({sets} sets, the newest by {})", arc.verdict.word(), value(&arc.sealer)),
        ),
    }
    field.push_str("\r\n");
    field
}

fn add(field: &mut String, statement: std::fmt::Arguments<'_>) {
    // Writing into a String does not fail.
    let _ = write!(field, ";\r\n\t{statement}");
}

fn value(text: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '_' };
    let shown: String = text.chars().take(VALUE_OCTETS_MAX).map(safe).collect();
    if shown.is_empty() { "unknown".to_owned() } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Address, ArcSeal, Clock, DkimSignature, IdMaker, Millis, Verdict};

    #[test]
    fn nothing_of_the_sender_can_end_a_line_or_a_statement() {
        let nasty = "a.example\r\nX-Evil: 1;\"(dkim=pass) \u{e9}";
        let mut verdicts = Verdicts::unchecked("");
        verdicts.spf_domain = nasty.into();
        let signature = DkimSignature {
            domain: nasty.into(),
            selector: nasty.into(),
            verdict: Verdict::Fail,
            aligned: false,
            reason: nasty.into(),
        };
        verdicts.dkim.push(signature);
        verdicts.arc = ArcSeal { verdict: Verdict::Fail, sealer: nasty.into(), sets: 1, ..ArcSeal::default() };
        let field = authentication_results("mx.acme.example", &verdicts, &envelope());
        assert!(field.ends_with("\r\n") && field.is_ascii());
        let inner = field.trim_end().replace("\r\n\t", "");
        assert!(!inner.contains(['\r', '\n', '"']), "{inner}");
        assert_eq!(inner.matches(';').count(), 4);
        assert!(!inner.contains("dkim=pass"));
    }

    fn envelope() -> Envelope {
        Envelope {
            id: IdMaker::new(Clock::testing_fixed(1), 0).mail(),
            arrived: Millis(0),
            peer: [127, 0, 0, 1].into(),
            helo: "x".into(),
            esmtp: true,
            tls: None,
            mail_from: Address::parse("a@b.example").ok(),
            recipients: Vec::new(),
            smtputf8: false,
        }
    }
}
