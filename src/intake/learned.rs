//! What people taught about forwarders ("always accept from this forwarder") and what it may do to a verdict.
//!
//! It never says who wrote a mail. A seal that was learned counts as that of a registered forwarder: what it says of the
//! original is believed, level 2. An envelope domain says nothing of the original: its mail is no longer held as forged, and
//! is worth what unsigned mail is worth, level 1. Both at the one support address, and neither makes a From usable.

use crate::{
    mime::Mail,
    store::{LearnedRow, Voucher},
    types::{Envelope, Level, Verdict, Verdicts},
};

/// Adds the sealers that were learned to those registered.
pub(super) fn add_sealers(learned: &[LearnedRow], sealers: &mut Vec<String>) {
    for row in learned {
        if let Voucher::ArcSealer(domain) = &row.forwarder
            && !sealers.contains(domain)
        {
            sealers.push(domain.clone());
        }
    }
}

/// Says in a verdict what was learned, and lifts what an envelope domain may lift. `registered` are the sealers without
/// those learned.
pub(super) fn applied(
    mut verdicts: Verdicts,
    learned: &[LearnedRow],
    registered: &[String],
    envelope: &Envelope,
    mail: &Mail,
) -> Verdicts {
    let taught = |row: &LearnedRow| format!("{} said so for {}, releasing mail {}", row.by, row.address, row.from);
    if verdicts.arc.vouched && !registered.contains(&verdicts.arc.sealer) {
        let row = learned.iter().find(|row| row.forwarder == Voucher::ArcSealer(verdicts.arc.sealer.clone()));
        if let Some(row) = row {
            verdicts.sentence = format!("{}; its seal counts because {}", verdicts.sentence, taught(row));
        }
    }
    let passes = verdicts.spf == Verdict::Pass && mail.from.is_some() && mail.from_trouble.is_empty();
    let domain = envelope.mail_from.as_ref().map(|from| from.domain()).filter(|domain| *domain == verdicts.spf_domain);
    if let Some(domain) = domain
        && passes
        && verdicts.level == Level::Forged
        && let Some(row) = learned.iter().find(|row| row.forwarder == Voucher::EnvelopeDomain(domain.to_owned()))
    {
        verdicts.level = Level::Unproven;
        verdicts.sentence =
            format!("{}; not held, because {domain} passed it on and {}", verdicts.sentence, taught(row));
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Address, MailId, Millis};

    fn learned() -> Vec<LearnedRow> {
        vec![LearnedRow {
            address: Address::parse("support@acme.example").unwrap(),
            forwarder: Voucher::EnvelopeDomain("relay.example".into()),
            by: "Eve".into(),
            from: MailId(7),
            at: Millis(0),
        }]
    }

    fn judged(change: impl FnOnce(&mut Verdicts, &mut Envelope, &mut Mail)) -> Verdicts {
        let mut verdicts = Verdicts { level: Level::Forged, spf: Verdict::Pass, ..Verdicts::unchecked("DMARC fails") };
        verdicts.spf_domain = "relay.example".into();
        let mut mail = Mail { from: Address::parse("ada@bank.example").ok(), ..Mail::default() };
        let mut envelope = Envelope {
            id: MailId(8),
            arrived: Millis(0),
            peer: [127, 0, 0, 1].into(),
            helo: "relay.example".into(),
            esmtp: true,
            tls: None,
            mail_from: Address::parse("srs0=x@relay.example").ok(),
            recipients: Vec::new(),
            smtputf8: false,
        };
        change(&mut verdicts, &mut envelope, &mut mail);
        applied(verdicts, &learned(), &[], &envelope, &mail)
    }

    #[test]
    fn an_envelope_domain_lifts_to_unproven_and_no_further() {
        let verdicts = judged(|_, _, _| {});
        assert_eq!(verdicts.level, Level::Unproven);
        assert!(verdicts.sentence.contains("Eve said so for support@acme.example"), "{}", verdicts.sentence);
        assert_eq!(judged(|verdicts, _, _| verdicts.level = Level::Vouched).level, Level::Vouched);
    }

    #[test]
    fn it_lifts_nothing_without_spf_of_that_very_domain_or_a_usable_from() {
        let forged = |change: fn(&mut Verdicts, &mut Envelope, &mut Mail)| judged(change).level == Level::Forged;
        assert!(forged(|verdicts, _, _| verdicts.spf = Verdict::SoftFail));
        assert!(forged(|verdicts, _, _| verdicts.spf_domain = "helo.relay.example".into()));
        assert!(forged(|_, envelope, _| envelope.mail_from = None));
        assert!(forged(|_, envelope, _| envelope.mail_from = Address::parse("x@other.example").ok()));
        assert!(forged(|_, _, mail| mail.from_trouble = "two From".into()));
        assert!(forged(|_, _, mail| mail.from = None));
    }
}
