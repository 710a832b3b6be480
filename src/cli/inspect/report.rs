//! What one mail is, for programs and for people.

use serde_json::{Value, json};

use super::super::{held::notice_lines, lists::text, paint};
use crate::{
    attachments,
    conversation::{
        self,
        quotes::{self, Claim},
    },
    intake::Judged,
    mime::Seal,
    rendering::{self, Options},
};

/// The contract of `--json`.
pub(super) fn report(judged: &Judged, steps: &[String]) -> Value {
    let Judged { mail, verdicts, class, destinations, .. } = judged;
    let parted = quotes::part(mail);
    let lookups = &destinations[0].lookups;
    let rendered = rendering::page(mail, &Options { id: judged.envelope.id });
    json!({
        "class": class.class,
        "class_reasons": class.reasons,
        "level": verdicts.level,
        "level_sentence": verdicts.sentence,
        "auth": { "spf": verdicts.spf, "dkim": verdicts.dkim, "dmarc": verdicts.dmarc, "arc": verdicts.arc },
        "from": mail.from,
        "address": destinations[0].address,
        "number": lookups.numbers.first().map(|(number, _)| number),
        "reply_key": lookups.reply_keys.first(),
        "subject": mail.subject,
        "new_text": parted.new_text,
        "quoted_text": parted.quoted_text,
        "signature": parted.signature,
        "text": parted.text,
        "segments": parted.segments,
        "confidence": parted.confidence,
        "forwarded": parted.forwarded.as_ref().map(claim),
        "html": rendered.html,
        "html_trimmed": rendered.trimmed,
        "remote_images": rendered.remote,
        "links": rendered.links,
        "hidden": mail.hidden,
        "seals": mail.seals.iter().map(seal).collect::<Vec<_>>(),
        "calendar": mail.calendar,
        "attachments": attachments::rows(mail, &judged.body),
        "bounce": conversation::bounce(mail, class.class),
        "notice": conversation::notice(mail, class.class),
        "notes": mail.notes,
        "steps": steps,
    })
}

/// Of whom the writer says that they wrote what is passed on.
fn claim(claim: &Claim) -> Value {
    let mut claim = json!(claim);
    claim["is_claim"] = true.into();
    claim
}

/// Nobody verified it, and no field says that somebody did.
fn seal(seal: &Seal) -> Value {
    json!({ "by": seal.by, "is": seal.is, "words": seal.to_string(), "verified": false })
}

/// The same for a person at a terminal.
pub(super) fn in_words(judged: &Judged, steps: &[String]) -> String {
    let report = report(judged, steps);
    let or_dash = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let verdicts = &judged.verdicts;
    let lines = [
        ("from", or_dash(&report["from"])),
        ("subject", judged.mail.subject.clone()),
        ("address", or_dash(&report["address"])),
        ("class", format!("{} ({})", or_dash(&report["class"]), judged.class.reasons.join("; "))),
        ("level", format!("{} ({}): {}", verdicts.level.as_u8(), verdicts.level.word(), verdicts.sentence)),
        ("number", report["number"].to_string()),
    ];
    let mut out: String =
        lines.iter().map(|(name, value)| format!("{name:>8}: {}\n", paint::one_line(value))).collect();
    for failed in
        conversation::bounce(&judged.mail, judged.class.class).into_iter().flat_map(|bounce| bounce.recipients)
    {
        out += &format!("  report: {}\n", paint::one_line(&failed.to_string()));
    }
    out += &notice_lines(&report["notice"]);
    for (name, words) in looked_at(judged, &report) {
        out += &format!("{name:>8}: {}\n", paint::one_line(&words));
    }
    out += "\nWhat was tried, in order:\n";
    out.extend(steps.iter().map(|step| format!("  {}\n", paint::one_line(step))));
    out += &format!("\n{}\n", paint::harmless(text(&report["new_text"]).trim()));
    out
}

/// What a reader should know of the mail's text and of what comes with it.
fn looked_at(judged: &Judged, report: &Value) -> Vec<(&'static str, String)> {
    let mail = &judged.mail;
    let mut lines: Vec<(&str, String)> = mail.seals.iter().map(|seal| ("seal", seal.to_string())).collect();
    if let Some(method) = &mail.calendar {
        lines.push(("calendar", method.clone()));
    }
    if mail.hidden.octets > 0 {
        let words = format!("{} octets that a reader does not see, {} % of all", mail.hidden.octets, mail.hidden.share);
        lines.push(("hidden", words));
    }
    let remote = report["remote_images"]["count"].as_u64().unwrap_or_default();
    if remote > 0 {
        lines.push(("pictures", format!("{remote} from elsewhere, not loaded")));
    }
    let claim = &report["forwarded"];
    if !claim.is_null() {
        lines.push(("forwards", format!("what it says {} wrote: {}", text(&claim["from"]), text(&claim["subject"]))));
    }
    for row in report["attachments"].as_array().into_iter().flatten() {
        let warnings = row["warnings"].as_array().into_iter().flatten().map(text);
        let odd = warnings.map(|warning| format!("; {warning}")).collect::<String>();
        lines.push(("attached", format!("{} ({}, {} octets){odd}", text(&row["name"]), text(&row["is"]), row["size"])));
    }
    lines.push(("sure", format!("{} % that the right words are taken for new", report["confidence"])));
    lines
}
