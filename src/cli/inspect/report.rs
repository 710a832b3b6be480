//! What one mail is, for programs and for people.

use serde_json::{Value, json};

use super::super::{held::notice_lines, paint};
use crate::{
    conversation::{
        self,
        quotes::{self, Claim, Kind, Segment},
    },
    intake::Judged,
    mime::Attachment,
    rendering::{self, Options},
};

/// The contract of `--json`.
pub(super) fn report(judged: &Judged, steps: &[String]) -> Value {
    let Judged { mail, verdicts, class, destinations, .. } = judged;
    let parted = quotes::part(mail);
    let lookups = &destinations[0].lookups;
    let rendered = rendering::page(mail, &Options { id: judged.envelope.id });
    let attachments: Vec<Value> = mail.attachments.iter().map(attachment).collect();
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
        "segments": parted.segments.iter().map(segment).collect::<Vec<_>>(),
        "confidence": parted.confidence,
        "forwarded": parted.forwarded.as_ref().map(claim),
        "html": rendered.html,
        "html_trimmed": rendered.trimmed,
        "remote_images": rendered.remote,
        "links": rendered.links,
        "attachments": attachments,
        "bounce": conversation::bounce(mail, class.class),
        "notice": conversation::notice(mail, class.class),
        "notes": mail.notes,
        "steps": steps,
    })
}

/// Octets of `text`.
fn segment(Segment { kind, range }: &Segment) -> Value {
    let kind = match kind {
        Kind::New => "new",
        Kind::Quote => "quote",
        Kind::Attribution => "attribution",
        Kind::Signature => "signature",
        Kind::Disclaimer => "disclaimer",
        Kind::Forwarded => "forwarded",
    };
    json!({ "kind": kind, "start": range.start, "end": range.end })
}

/// Of whom the writer says that they wrote what is passed on.
fn claim(Claim { from, to, date, subject }: &Claim) -> Value {
    json!({ "from": from, "to": to, "date": date, "subject": subject, "is_claim": true })
}

fn attachment(attachment: &Attachment) -> Value {
    json!({
        "name": attachment.name,
        "type": attachment.kind,
        "size": attachment.size,
        "inline": attachment.inline,
        "digest": attachment.digest.to_hex().as_str(),
    })
}

/// The same for a person at a terminal.
pub(super) fn in_words(judged: &Judged, steps: &[String]) -> String {
    let report = report(judged, steps);
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let verdicts = &judged.verdicts;
    let lines = [
        ("from", text(&report["from"])),
        ("subject", judged.mail.subject.clone()),
        ("address", text(&report["address"])),
        ("class", format!("{} ({})", text(&report["class"]), judged.class.reasons.join("; "))),
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
    out += "\nWhat was tried, in order:\n";
    out.extend(steps.iter().map(|step| format!("  {}\n", paint::one_line(step))));
    out += &format!("\n{}\n", paint::harmless(text(&report["new_text"]).trim()));
    out
}
