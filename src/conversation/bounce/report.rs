//! The fields of a delivery report. RFC 3464 §2.

use super::{BouncedRecipient, RECIPIENTS_MAX, letter};

/// The recipients that a report's fields speak of, each once.
pub(super) fn recipients(fields: &str) -> Vec<BouncedRecipient> {
    let mut found: Vec<BouncedRecipient> = Vec::new();
    let mut group = Group::default();
    // RFC 3464 §2.1: groups of fields, parted by empty lines; the first speaks of the message, the others of recipients.
    for line in fields.lines().chain([""]) {
        let line = line.trim_end();
        if line.is_empty() {
            if let Some(recipient) = std::mem::take(&mut group).recipient()
                && !found.iter().any(|known| known.recipient.eq_ignore_ascii_case(&recipient.recipient))
            {
                found.push(recipient);
            }
            if found.len() >= RECIPIENTS_MAX {
                break;
            }
        } else {
            group.line(line);
        }
    }
    found
}

/// The fields of one group.
#[derive(Default)]
struct Group {
    original: String,
    recipient: String,
    action: String,
    status: String,
    diagnostic: String,
    last: Option<Slot>,
}

#[derive(Clone, Copy)]
enum Slot {
    Original,
    Recipient,
    Action,
    Status,
    Diagnostic,
}

impl Group {
    fn line(&mut self, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some(slot) = self.last {
                let value = self.slot(slot);
                value.push(' ');
                value.push_str(line.trim());
            }
            return;
        }
        let Some((name, value)) = line.split_once(':') else { return };
        let slot = match name.trim().to_ascii_lowercase().as_str() {
            "original-recipient" => Slot::Original,
            "final-recipient" => Slot::Recipient,
            "action" => Slot::Action,
            "status" => Slot::Status,
            "diagnostic-code" => Slot::Diagnostic,
            _ => {
                self.last = None;
                return;
            }
        };
        *self.slot(slot) = value.trim().to_owned();
        self.last = Some(slot);
    }

    fn slot(&mut self, slot: Slot) -> &mut String {
        match slot {
            Slot::Original => &mut self.original,
            Slot::Recipient => &mut self.recipient,
            Slot::Action => &mut self.action,
            Slot::Status => &mut self.status,
            Slot::Diagnostic => &mut self.diagnostic,
        }
    }

    /// `None` for the group that speaks of the message.
    fn recipient(self) -> Option<BouncedRecipient> {
        // RFC 3464 §2.3.1: the address as the sender of the mail wrote it, where the report keeps it; else what it became.
        let of = |value: &str| letter::address(without_type(value)).map(str::to_owned);
        let recipient = of(&self.original).or_else(|| of(&self.recipient)).unwrap_or_else(|| bare(&self.recipient));
        if recipient.is_empty() {
            return None;
        }
        let status = self.status.split([' ', '\t', '(']).next().unwrap_or_default().to_owned();
        let action = match self.action.to_ascii_lowercase().as_str() {
            // Tolerated: what some servers write for a failure.
            "error" => "failed".to_owned(),
            action => action.to_owned(),
        };
        Some(BouncedRecipient { recipient, action, status, diagnostic: without_type(&self.diagnostic).to_owned() })
    }
}

/// `rfc822; ada@x.example`, `smtp; 550 …`: the type says nothing we need.
fn without_type(value: &str) -> &str {
    match value.split_once(';') {
        Some((kind, rest)) if !kind.trim().contains(' ') && !kind.contains('@') => rest.trim(),
        _ => value.trim(),
    }
}

/// A recipient that is no mail address, such as one of X.400.
fn bare(value: &str) -> String {
    without_type(value).trim_matches(['<', '>', ' ']).to_owned()
}
