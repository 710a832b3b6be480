//! What several classes ask about.

use super::words::{FORWARD_SUBJECTS, FORWARDER_HEADERS, NO_REPLY};
use crate::{
    conversation::quotes,
    mime::Mail,
    types::{Address, Envelope},
};

pub(super) struct Marks {
    /// The envelope sender is empty, or was before a forwarder put its own there.
    pub(super) null_sender: bool,
    /// First word of Auto-Submitted, lower case. RFC 3834 §5.
    pub(super) auto_submitted: String,
    pub(super) precedence: String,
    /// It came by way of a forwarder.
    pub(super) forwarded: bool,
    /// It came through a Google Group that has our destination as a member.
    pub(super) google_group: bool,
    /// Domain of the list it came through, when that is one of our addresses: a group whose members answer customers.
    pub(super) our_list: Option<String>,
    /// Exchange's rules forward and answer alike; this one forwarded: `FW:`, and the header of what it passed on in the text.
    pub(super) passed_on_by_rule: bool,
    pub(super) from_local: String,
    pub(super) from_domain: String,
    pub(super) is_no_reply: bool,
    /// Decoded, lower case.
    pub(super) subject: String,
}

impl Marks {
    pub(super) fn of(mail: &Mail, envelope: &Envelope, ours: &[&Address]) -> Self {
        let word = |name: &str| {
            let value = mail.header(name).next().unwrap_or_default();
            value.split([';', ' ', '(', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
        };
        let has = |name: &str| mail.header(name).next().is_some();
        let sender = envelope.mail_from.as_ref().map(|a| a.local().to_ascii_lowercase()).unwrap_or_default();
        let from_local = mail.from.as_ref().map(|a| a.local().to_lowercase()).unwrap_or_default();
        let by_srs = sender.contains("+srs=") || sender.starts_with("srs0") || sender.starts_with("srs1");
        let forwarded = by_srs || sender.contains("+caf_=") || FORWARDER_HEADERS.iter().any(|name| has(name));
        let subject = mail.subject.to_lowercase();
        let mailbox_rule = has("X-MS-Exchange-Inbox-Rules-Loop")
            || mail.header("X-MS-Exchange-Generated-Message-Source").any(|v| v.contains("Mailbox Rules Agent"));
        let forward_subject = FORWARD_SUBJECTS.iter().any(|s| subject.starts_with(s));
        Self {
            null_sender: envelope.mail_from.is_none()
                || (forwarded && mail.header("Return-Path").any(|value| value == "<>")),
            auto_submitted: word("Auto-Submitted"),
            precedence: word("Precedence"),
            forwarded,
            google_group: has("X-Google-Group-Id") || (has("X-Original-Sender") && sender.contains("+bnc")),
            our_list: mail.header("List-Id").find_map(|id| list_of(id, ours)),
            passed_on_by_rule: mailbox_rule && forward_subject && quotes::writer_passed_on(mail).is_some(),
            is_no_reply: is_no_reply(&from_local),
            from_local,
            from_domain: mail.from.as_ref().map(|a| a.domain().to_ascii_lowercase()).unwrap_or_default(),
            subject,
        }
    }
}

/// `Support <support.acme.example>` is the list support@acme.example. RFC 2919 §2.
fn list_of(list_id: &str, ours: &[&Address]) -> Option<String> {
    let id = list_id.rsplit_once('<').map_or(list_id, |(_, id)| id).trim_end_matches('>').trim();
    let domain_of = |address: &&&Address| {
        let domain = id.strip_prefix(address.local()).and_then(|rest| rest.strip_prefix('.'));
        domain.is_some_and(|domain| domain.eq_ignore_ascii_case(address.domain()))
    };
    ours.iter().find(domain_of).map(|address| address.domain().to_ascii_lowercase())
}

pub(super) fn is_no_reply(local: &str) -> bool {
    let local = format!("-{}-", local.replace(['_', '.', '+'], "-"));
    NO_REPLY.iter().any(|word| local.contains(word))
}
