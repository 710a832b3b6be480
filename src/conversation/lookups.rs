//! What to look for in the store: the keys a mail offers, and the digest by which its second copy is known.

use super::{Class, NumberPlace, ReplyKeys, Reported, Returned, Shown, number, one_time, quotes::Parted, reported};
use crate::{
    mime::Mail,
    types::{ConversationId, LetterId, Number},
};

/// Message-IDs looked up for one mail: the newest ones.
const MESSAGE_IDS_MAX: usize = 100;

/// A digest by which the second copy of a mail is known, whatever way it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Fingerprint(pub [u8; 32]);

/// Whether numbers are followed after too many wrong ones (S-06).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Brake {
    /// They are.
    #[default]
    Off,
    /// The sender named too many wrong ones.
    Sender,
    /// The peer handed over too many wrong ones: only those who prove who they are, and take part, are followed.
    Peer,
}

impl Brake {
    /// Why a number was not followed, in words; empty when it was.
    pub fn words(self) -> &'static str {
        match self {
            Self::Off => "",
            Self::Sender => "its number was not followed: its sender named too many wrong ones lately",
            Self::Peer => "its number was not followed: too many wrong ones came from its mail server lately",
        }
    }
}

/// The keys a mail offers. Each only proposes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookups {
    /// The letter of ours whose envelope sender the mail came to, or proves to be about.
    pub returned: Option<LetterId>,
    /// What it reports about letters of ours.
    pub reported: Vec<Reported>,
    /// Conversations named by valid reply keys, newest first.
    pub reply_keys: Vec<ConversationId>,
    /// Numbers and where they stood, strongest place first.
    pub numbers: Vec<(Number, NumberPlace)>,
    /// What its sender wrote in the form of a one-time code.
    pub shown: Vec<Shown>,
    /// Whether the numbers may be followed.
    pub brake: Brake,
    /// Message-IDs of In-Reply-To and References, newest first.
    pub message_ids: Vec<String>,
    /// To recognize a second copy.
    pub fingerprint: Fingerprint,
}

/// Whether a text may hold a number or a one-time code at all: parting new from quoted text is the dearest step of reading, and few mails
/// need it on their way in.
pub fn may_hold_numbers(mail: &Mail) -> bool {
    mail.text.contains('#') || one_time::may_show(&mail.text)
}

/// Collects the keys. `parted`: the text in its parts, when it [may hold numbers](may_hold_numbers); `returned`: the delivery
/// of ours whose envelope sender the mail came to; `recipients`: the conversations whose keyed addresses it was sent to.
pub fn lookups(
    mail: &Mail,
    parted: Option<&Parted>,
    class: Class,
    returned: Option<&Returned>,
    keys: &ReplyKeys,
    recipients: &[ConversationId],
) -> Lookups {
    let message_ids = message_ids(mail, class);
    let named = message_ids.iter().filter_map(|id| keys.read(id)).map(|(_, conversation)| conversation);
    // Where it was sent says more than what it answers: people answer an old mail to say something new.
    let mut reply_keys: Vec<ConversationId> = recipients.iter().copied().chain(named).collect();
    let mut seen = std::collections::HashSet::new();
    reply_keys.retain(|conversation| seen.insert(*conversation));
    Lookups {
        returned: reported::proven(mail, class, returned, keys).map(|sent| sent.letter),
        reported: reported::reported(mail, class, returned, keys),
        reply_keys,
        numbers: numbers(mail, parted),
        // What its sender wrote, no quote: see `one_time`.
        shown: parted.map(|parted| keys.codes().shown(&parted.written)).unwrap_or_default(),
        brake: Brake::Off,
        message_ids,
        fingerprint: fingerprint(mail),
    }
}

fn message_ids(mail: &Mail, class: Class) -> Vec<String> {
    // A report answers nothing; what it reports on is the message it belongs to.
    let reported = class.is_report().then_some(&mail.reported_message_id).filter(|id| !id.is_empty());
    let mut seen = std::collections::HashSet::new();
    let newest_first = reported.into_iter().chain(mail.in_reply_to.iter()).chain(mail.references.iter().rev());
    newest_first.filter(|id| seen.insert(id.as_str())).take(MESSAGE_IDS_MAX).cloned().collect()
}

fn numbers(mail: &Mail, parted: Option<&Parted>) -> Vec<(Number, NumberPlace)> {
    let mut places = vec![(number::in_subject(&mail.subject), NumberPlace::Subject)];
    if let Some(parted) = parted {
        places.push((number::numbers_in(&parted.new_text), NumberPlace::NewText));
        places.push((number::numbers_in(&parted.signature), NumberPlace::Quoted));
        places.push((number::numbers_in(&parted.quoted_text), NumberPlace::Quoted));
    }
    let mut found: Vec<(Number, NumberPlace)> = Vec::new();
    for (numbers, place) in places {
        for number in numbers {
            if !found.iter().any(|(known, _)| *known == number) && found.len() < number::NUMBERS_MAX {
                found.push((number, place));
            }
        }
    }
    found
}

/// Digests what survives every forwarding: ids, claimed date, subject, and the decoded content without its white space.
fn fingerprint(mail: &Mail) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    let mut field = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(bytes);
    };
    field(mail.message_id.as_bytes());
    field(mail.from.as_ref().map(|from| from.key()).unwrap_or_default().as_bytes());
    field(&mail.date.unwrap_or_default().to_be_bytes());
    field(mail.subject.as_bytes());
    field(&without_white_space(&mail.text));
    for attachment in &mail.attachments {
        field(attachment.digest.as_bytes());
    }
    if mail.message_id.is_empty() && mail.date.is_none() {
        // Nothing tells two such mails apart but what else stands in the head: better two copies than one lost.
        for header in &mail.headers {
            field(header.value.as_bytes());
        }
    }
    Fingerprint(*hasher.finalize().as_bytes())
}

/// The ASCII kinds suffice: forwarders wrap lines, pad their ends, and leave the rest alone.
fn without_white_space(text: &str) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut begin = 0;
    for at in memchr::memchr3_iter(b' ', b'\n', b'\t', text.as_bytes()) {
        kept.extend_from_slice(&text.as_bytes()[begin..at]);
        begin = at + 1;
    }
    kept.extend_from_slice(&text.as_bytes()[begin..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Secret;

    fn keys() -> ReplyKeys {
        ReplyKeys::new(&[Secret::new(*b"a secret of the install, 32 byte")])
    }

    fn parted(new_text: &str, quoted_text: &str) -> Parted {
        Parted { new_text: new_text.into(), quoted_text: quoted_text.into(), ..Parted::default() }
    }

    #[test]
    fn our_message_id_in_references_names_its_conversation_once() {
        let id = format!("{}@acme.example", keys().write(LetterId(1), ConversationId(9)));
        let mail =
            Mail { in_reply_to: vec![id.clone()], references: vec!["x@y".into(), id.clone()], ..Mail::default() };
        let found = lookups(&mail, None, Class::Human, None, &keys(), &[]);
        assert_eq!(found.reply_keys, [ConversationId(9)]);
        assert_eq!(found.message_ids, [id, "x@y".into()]);
    }

    #[test]
    fn the_keyed_address_a_mail_was_sent_to_stands_before_what_it_answers() {
        let id = format!("{}@acme.example", keys().write(LetterId(1), ConversationId(9)));
        let mail = Mail { in_reply_to: vec![id], ..Mail::default() };
        let found = lookups(&mail, None, Class::Human, None, &keys(), &[ConversationId(8), ConversationId(9)]);
        assert_eq!(found.reply_keys, [ConversationId(8), ConversationId(9)]);
    }

    #[test]
    fn a_number_counts_where_it_stands_strongest() {
        let mail = Mail { subject: "Re: x [11111]".into(), ..Mail::default() };
        let texts = parted("Ref: #22222", "Ref: #11111\nRef: #33333");
        let found = lookups(&mail, Some(&texts), Class::Human, None, &keys(), &[]);
        let expected = [
            (Number(11111), NumberPlace::Subject),
            (Number(22222), NumberPlace::NewText),
            (Number(33333), NumberPlace::Quoted),
        ];
        assert_eq!(found.numbers, expected);
    }

    #[test]
    fn a_bounce_belongs_to_what_it_reports_on() {
        let id = format!("{}@acme.example", keys().write(LetterId(1), ConversationId(9)));
        let mail = Mail { reported_message_id: id, ..Mail::default() };
        assert_eq!(lookups(&mail, None, Class::Bounce, None, &keys(), &[]).reply_keys, [ConversationId(9)]);
        assert!(lookups(&mail, None, Class::Human, None, &keys(), &[]).reply_keys.is_empty());
    }

    #[test]
    fn the_fingerprint_ignores_the_way_and_notices_the_words() {
        let mail = Mail { message_id: "a@b".into(), text: "hello  there\n".into(), ..Mail::default() };
        let rewrapped = Mail { text: "hello\nthere".into(), ..mail.clone() };
        let other = Mail { text: "hello you".into(), ..mail.clone() };
        assert_eq!(fingerprint(&mail), fingerprint(&rewrapped));
        assert_ne!(fingerprint(&mail), fingerprint(&other));
    }
}
