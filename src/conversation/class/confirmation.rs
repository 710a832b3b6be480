//! What speaks for a provider that asks to confirm forwarding.
//!
//! Comes before everything about machines: it is sent from a no-reply address and must reach a person all the same.

use super::{CLEAR, Evidence, Marks, holds_any, words::FORWARDING_SUBJECTS};
use crate::{
    conversation::notice::{self, Provider},
    mime::Mail,
};

pub(super) fn forwarding(mail: &Mail, marks: &Marks) -> Evidence {
    let mut evidence = Evidence::default();
    let provider = notice::forwarding_provider(&marks.from_domain);
    if provider == Some(Provider::Google) {
        let token = mail.header("X-Google-Address-Confirmation").next().is_some();
        evidence.add(token, CLEAR, "Gmail asks to confirm forwarding");
        evidence.add(marks.from_local == "forwarding-noreply", CLEAR, "it comes from Gmail's forwarding-noreply");
        return evidence;
    }
    // Only the subject's words or a provider make the rest worth reading.
    let subject = holds_any(&marks.subject, &FORWARDING_SUBJECTS);
    if !subject && provider.is_none() {
        return evidence;
    }
    let found = notice::read(mail);
    evidence.add(subject, 2, "its subject asks to confirm forwarding");
    let robot = marks.is_no_reply || provider.is_some() || !matches!(marks.auto_submitted.as_str(), "" | "no");
    evidence.add(provider.is_some(), 1, "it comes from a provider that forwards mail");
    evidence.add(robot && provider.is_none(), 1, "a machine wrote it");
    let asks = !found.link.is_empty() || !found.code.is_empty();
    evidence.add(asks, 1, "it holds a code or a link to confirm with");
    let settings = provider == Some(Provider::Tencent) && found.link.contains("/cgi-bin/attrset");
    evidence.add(settings, 2, "its link changes the settings of a mailbox");
    // A customer who asks how to confirm forwarding is a customer.
    if !(robot && asks) {
        evidence.keep_below_enough();
    }
    evidence
}
