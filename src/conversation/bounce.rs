//! What a delivery report says. RFC 3464.

use serde::Serialize;

use crate::{conversation::Class, mime::Mail};

/// Recipients taken from one report.
const RECIPIENTS_MAX: usize = 100;

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bounce {
    /// Message-ID of what could not be delivered; empty when the report does not say.
    pub message_id: String,
    /// One for each recipient it speaks of.
    pub recipients: Vec<BouncedRecipient>,
}

/// One recipient of a report. Fields are empty when the report lacks them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct BouncedRecipient {
    /// `Final-Recipient`, without its type.
    pub recipient: String,
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded`.
    pub action: String,
    /// Enhanced status code. RFC 3463.
    pub status: String,
    /// `Diagnostic-Code`, without its type.
    pub diagnostic: String,
}

/// Reads the report in a mail of class bounce; `None` for other mail.
pub fn bounce(mail: &Mail, class: Class) -> Option<Bounce> {
    if class != Class::Bounce {
        return None;
    }
    let text = mail.delivery_status.replace("\r\n", "\n");
    // RFC 3464 §2.1: groups of fields, parted by empty lines; the first speaks of the message, the others of recipients.
    let groups = text.split("\n\n").map(recipient).filter(|recipient| !recipient.recipient.is_empty());
    Some(Bounce { message_id: mail.reported_message_id.clone(), recipients: groups.take(RECIPIENTS_MAX).collect() })
}

fn recipient(group: &str) -> BouncedRecipient {
    let mut found = BouncedRecipient::default();
    let mut last: Option<&mut String> = None;
    for line in group.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = last.as_deref_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        }
        let Some((name, value)) = line.split_once(':') else { continue };
        let slot = match name.trim().to_ascii_lowercase().as_str() {
            "final-recipient" => &mut found.recipient,
            "action" => &mut found.action,
            "status" => &mut found.status,
            "diagnostic-code" => &mut found.diagnostic,
            _ => {
                last = None;
                continue;
            }
        };
        // `rfc822; ada@x.example`, `smtp; 550 …`: the type says nothing we need.
        let typed = matches!(name.trim().to_ascii_lowercase().as_str(), "final-recipient" | "diagnostic-code")
            && value.contains(';');
        *slot = if typed { value.split_once(';').map_or("", |(_, rest)| rest) } else { value }.trim().to_owned();
        last = Some(slot);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_recipient_status_and_words() {
        let mail = Mail {
            reported_message_id: "x@y".into(),
            delivery_status:
                "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ada@x.example\r\nAction: failed\r\n\
                              Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1\r\n no such user\r\n"
                    .into(),
            ..Mail::default()
        };
        let found = bounce(&mail, Class::Bounce).unwrap();
        let expected = BouncedRecipient {
            recipient: "ada@x.example".into(),
            action: "failed".into(),
            status: "5.1.1".into(),
            diagnostic: "550 5.1.1 no such user".into(),
        };
        assert_eq!(found.recipients, [expected]);
        assert_eq!(bounce(&mail, Class::Human), None);
    }
}
