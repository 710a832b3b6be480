//! The keys of the index: one letter, then numbers in big endian, so that the order of keys is the order of things.
//!
//! ```text
//! M mail                                    row of a mail            C conversation               row of a conversation
//! T conversation seq                        entry of a time line     L letter                     row of a letter
//! J job                                     row of a job             D kind when job              what is due: a digest of the domain
//! N number                                  → conversation           H mail                       the held list
//! F address fingerprint                     → first copy             I address message-id         → conversation
//! S signature                               → where it was       Q place in the queue         signatures, oldest first
//! R recipient newest-first letter           letters of the AI to one recipient, to one domain, and all of them
//! A list address newest-first conversation  see `lists`              U address                    has conversations
//! E conversation                            its letters that did not arrive
//! V address forwarder                       what was learned about a forwarder; V address: something was
//! X newest-first letter recipient           deliveries that were refused or came back
//! B recipient                               who is not written to any more
//! G run                                     row of a run             O conversation newest-first  its runs
//! W conversation                            → the run that is under way
//! K kind of spender, spender                what thinking took: runs, tokens, money
//! Y article                                 row of an article        Z article version            its text
//! P a account                           row of an account        P s login, P l link             → account
//! P k API key                           row of a key             P n name                        → API key
//! v and a letter                            what people do with conversations: see `verbs::keys`
//! w and a letter                            webhooks: see `webhooks::keys`
//! !                                         how far the index is     (a long row goes on under its key and 1, 2, …)
//! ```

use super::{
    article_rows::ArticleName,
    lists::List,
    people::{LoginName, TokenDigest},
    requests::AiLetters,
    rows::Voucher,
    runs::Spender,
};
pub(super) use crate::types::{hex, unhex};
use crate::{
    conversation::Fingerprint,
    types::{Address, ConversationId, JobId, JobKind, LetterId, MailId, Millis, Number, RunId},
};

/// How far the index is, and its counters.
pub(super) const STATE: &[u8] = b"!";

pub(super) const MAIL_LEN: usize = 9;
pub(super) const ENTRY_LEN: usize = 13;
pub(super) const LEARNED_LEN: usize = 2 + 2 * DIGEST;
pub(super) const SUPPRESSION_LEN: usize = 1 + DIGEST;
pub(super) const ACCOUNT_LEN: usize = 2 + DIGEST;
pub(super) const API_KEY_LEN: usize = 2 + 32;
pub(super) const ARTICLE_LEN: usize = 1 + DIGEST;
pub(super) const ARTICLE_TEXT_LEN: usize = 1 + DIGEST + 8;

/// Under these lie people.
pub(super) const ACCOUNTS: &[u8] = b"Pa";
pub(super) const LOGINS: &[u8] = b"Ps";
pub(super) const LINKS: &[u8] = b"Pl";
pub(super) const API_KEYS: &[u8] = b"Pk";
pub(super) const API_KEY_NAMES: &[u8] = b"Pn";

/// Octets of a place in a list.
pub(super) const PLACE: usize = 16;

/// Octets of an address or a Message-ID in a key: of their BLAKE3, so that a key is short whatever was sent.
pub(super) const DIGEST: usize = 16;

pub(super) fn key(letter: u8, parts: &[&[u8]]) -> Vec<u8> {
    let mut key = Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
    key.push(letter);
    for part in parts {
        key.extend_from_slice(part);
    }
    key
}

pub(super) fn mail(id: MailId) -> Vec<u8> {
    key(b'M', &[&id.0.to_be_bytes()])
}

pub(super) fn conversation(id: ConversationId) -> Vec<u8> {
    key(b'C', &[&id.0.to_be_bytes()])
}

pub(super) fn letter(id: LetterId) -> Vec<u8> {
    key(b'L', &[&id.0.to_be_bytes()])
}

pub(super) fn entry(conversation: ConversationId, seq: u32) -> Vec<u8> {
    key(b'T', &[&conversation.0.to_be_bytes(), &seq.to_be_bytes()])
}

pub(super) fn entries(conversation: ConversationId) -> Vec<u8> {
    key(b'T', &[&conversation.0.to_be_bytes()])
}

pub(super) fn number(number: Number) -> Vec<u8> {
    key(b'N', &[&number.0.to_be_bytes()])
}

pub(super) fn held(id: MailId) -> Vec<u8> {
    key(b'H', &[&id.0.to_be_bytes()])
}

pub(super) fn run(id: RunId) -> Vec<u8> {
    key(b'G', &[&id.0.to_be_bytes()])
}

/// Which, of a key that [`run`] made; `None` of a further piece.
pub(super) fn read_run(key: &[u8]) -> Option<RunId> {
    (key.len() == MAIL_LEN).then(|| long_at(key, 1).map(RunId))?
}

pub(super) fn runs_of(conversation: ConversationId) -> Vec<u8> {
    key(b'O', &[&conversation.0.to_be_bytes()])
}

/// Ids are in the order of time.
pub(super) fn run_of(conversation: ConversationId, id: RunId) -> Vec<u8> {
    key(b'O', &[&conversation.0.to_be_bytes(), &(!id.0).to_be_bytes()])
}

/// Which, of a key that [`run_of`] made.
pub(super) fn read_run_of(key: &[u8]) -> Option<RunId> {
    long_at(key, 9).map(|id| RunId(!id))
}

pub(super) fn open_run(conversation: ConversationId) -> Vec<u8> {
    key(b'W', &[&conversation.0.to_be_bytes()])
}

pub(super) fn spent(spender: Spender<'_>) -> Vec<u8> {
    match spender {
        Spender::Conversation(id) => key(b'K', &[b"c", &id.0.to_be_bytes()]),
        Spender::SenderOn(who, at) => key(b'K', &[b"s", &address_part(Some(who)), &at.day().to_be_bytes()]),
        Spender::DayOf(at) => key(b'K', &[b"d", &at.day().to_be_bytes()]),
        Spender::MonthOf(at) => key(b'K', &[b"m", &at.month().to_be_bytes()]),
    }
}

fn job_part(id: JobId) -> Vec<u8> {
    match id {
        JobId::Answer(conversation) => key(b'a', &[&conversation.0.to_be_bytes()]),
        JobId::Deliver(letter, recipient) => key(b'd', &[&letter.0.to_be_bytes(), &recipient.to_be_bytes()]),
    }
}

pub(super) fn job(id: JobId) -> Vec<u8> {
    key(b'J', &[&job_part(id)])
}

/// Whether this is the first piece of a job's row.
pub(super) fn is_job(key: &[u8]) -> bool {
    matches!((key.get(1), key.len()), (Some(b'a'), 10) | (Some(b'd'), 12))
}

pub(super) fn due(id: JobId, when: Millis) -> Vec<u8> {
    key(b'D', &[&[id.kind().letter() as u8], &when.0.to_be_bytes(), &job_part(id)])
}

pub(super) fn due_of(kind: JobKind) -> Vec<u8> {
    key(b'D', &[&[kind.letter() as u8]])
}

/// The kind of job, of a key that [`due`] made; `None` of another key.
pub(super) fn due_kind(key: &[u8]) -> Option<JobKind> {
    let letter = key.strip_prefix(b"D")?.first()?;
    JobKind::ALL.into_iter().find(|kind| kind.letter() as u8 == *letter)
}

/// The value of a key that [`due`] made: in which line it stands. Nothing for a job without a domain.
pub(super) fn line(domain: &str) -> Vec<u8> {
    if domain.is_empty() { Vec::new() } else { digest(domain.as_bytes()).to_vec() }
}

/// When and which, of a key that [`due`] made.
pub(super) fn read_due(key: &[u8]) -> Option<(Millis, JobId)> {
    let when = Millis(long_at(key, 2)?);
    let id = long_at(key, 11)?;
    match key.get(10)? {
        b'a' => Some((when, JobId::Answer(ConversationId(id)))),
        b'd' => {
            let recipient = u16::from_be_bytes(key.get(19..21)?.try_into().ok()?);
            Some((when, JobId::Deliver(LetterId(id), recipient)))
        }
        _ => None,
    }
}

pub(super) fn refused(at: Millis, letter: LetterId, recipient: u16) -> Vec<u8> {
    key(b'X', &[&(!at.0).to_be_bytes(), &letter.0.to_be_bytes(), &recipient.to_be_bytes()])
}

/// When and which, of a key that [`refused`] made.
pub(super) fn read_refused(key: &[u8]) -> Option<(Millis, LetterId, u16)> {
    let recipient = u16::from_be_bytes(key.get(17..19)?.try_into().ok()?);
    Some((Millis(!long_at(key, 1)?), LetterId(long_at(key, 9)?), recipient))
}

/// Eight octets of a key or a value as a number.
pub(super) fn long_at(octets: &[u8], at: usize) -> Option<u64> {
    octets.get(at..at + 8)?.try_into().ok().map(u64::from_be_bytes)
}

fn address_part(address: Option<&Address>) -> [u8; DIGEST] {
    address.map_or([0; DIGEST], |address| digest(address.key().as_bytes()))
}

pub(super) fn digest(octets: &[u8]) -> [u8; DIGEST] {
    *blake3::hash(octets).as_bytes().first_chunk().expect("BLAKE3 gives 32 octets")
}

pub(super) fn fingerprint(address: Option<&Address>, fingerprint: &[u8; 32]) -> Vec<u8> {
    key(b'F', &[&address_part(address), fingerprint])
}

pub(super) fn message_id(address: &Address, digest: &[u8]) -> Vec<u8> {
    key(b'I', &[&address_part(Some(address)), digest])
}

/// Hexadecimal, as it stands in facts.
pub(super) fn message_id_digest(message_id: &str) -> String {
    hex(&digest(message_id.as_bytes()))
}

/// Where a list begins, as far as it has conversations of one address.
pub(super) fn list(list: List<'_>, at: AddressDigest) -> Vec<u8> {
    let (kind, name) = list.key_part();
    match name {
        Some(name) => key(b'A', &[&[kind], &digest(name.as_bytes()), &at.0]),
        None => key(b'A', &[&[kind], &at.0]),
    }
}

/// The place of a conversation in a list, behind where the list begins: newest change first.
pub(super) fn list_place(at: Millis, id: ConversationId) -> [u8; PLACE] {
    let mut place = [0; PLACE];
    place[..8].copy_from_slice(&(!at.0).to_be_bytes());
    place[8..].copy_from_slice(&(!id.0).to_be_bytes());
    place
}

/// A conversation in a list.
pub(super) fn listed(list: List<'_>, address: &Address, at: Millis, id: ConversationId) -> Vec<u8> {
    let mut key = self::list(list, AddressDigest::of(address));
    key.extend_from_slice(&list_place(at, id));
    key
}

/// An address, as it stands in keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AddressDigest([u8; DIGEST]);

impl AddressDigest {
    pub(super) fn of(address: &Address) -> Self {
        Self(address_part(Some(address)))
    }
}

/// There are conversations of that address.
pub(super) fn has_conversations(address: &Address) -> Vec<u8> {
    key(b'U', &[&address_part(Some(address))])
}

/// Which, of a key that [`has_conversations`] made.
pub(super) fn read_has_conversations(key: &[u8]) -> Option<AddressDigest> {
    key.get(1..)?.try_into().ok().map(AddressDigest)
}

/// The letters of a conversation that did not arrive.
pub(super) fn failed(id: ConversationId) -> Vec<u8> {
    key(b'E', &[&id.0.to_be_bytes()])
}

/// Letters of the AI, newest first: what the brakes count.
pub(super) fn ai_letters(to: AiLetters<'_>) -> Vec<u8> {
    // An address has a local part, so that no digest stands for two of them.
    let whom = match to {
        AiLetters::To(recipient) => address_part(Some(recipient)),
        AiLetters::ToDomain(domain) => digest(format!("@{domain}").as_bytes()),
        AiLetters::All => address_part(None),
    };
    key(b'R', &[&whom])
}

pub(super) fn ai_letter(to: AiLetters<'_>, at: Millis, id: LetterId) -> Vec<u8> {
    let mut key = ai_letters(to);
    key.extend_from_slice(&(!at.0).to_be_bytes());
    key.extend_from_slice(&(!id.0).to_be_bytes());
    key
}

/// What was learned at one address.
pub(super) fn learned_at(address: &Address) -> Vec<u8> {
    key(b'V', &[&address_part(Some(address))])
}

pub(super) fn learned(address: &Address, forwarder: &Voucher) -> Vec<u8> {
    let kind = match forwarder {
        Voucher::ArcSealer(_) => b'a',
        Voucher::EnvelopeDomain(_) => b'e',
    };
    key(b'V', &[&address_part(Some(address)), &[kind], &digest(forwarder.domain().as_bytes())])
}

pub(super) fn suppression(recipient: &Address) -> Vec<u8> {
    key(b'B', &[&address_part(Some(recipient))])
}

pub(super) fn article(name: &ArticleName) -> Vec<u8> {
    key(b'Y', &[&digest(name.as_str().as_bytes())])
}

pub(super) fn article_text(name: &ArticleName, version: u64) -> Vec<u8> {
    key(b'Z', &[&digest(name.as_str().as_bytes()), &version.to_be_bytes()])
}

pub(super) fn account(name: &LoginName) -> Vec<u8> {
    [ACCOUNTS, &digest(name.as_str().as_bytes())].concat()
}

pub(super) fn login(token: &TokenDigest) -> Vec<u8> {
    [LOGINS, token.as_bytes()].concat()
}

pub(super) fn link(token: &TokenDigest) -> Vec<u8> {
    [LINKS, token.as_bytes()].concat()
}

pub(super) fn api_key(secret: &TokenDigest) -> Vec<u8> {
    [API_KEYS, secret.as_bytes()].concat()
}

pub(super) fn api_key_name(name: &str) -> Vec<u8> {
    [API_KEY_NAMES, &digest(name.as_bytes())].concat()
}

/// When and which, of a key that ends with a [`list_place`], or like one.
pub(super) fn read_updated(key: &[u8]) -> Option<(Millis, ConversationId)> {
    let at = key.len().checked_sub(16)?;
    Some((Millis(!long_at(key, at)?), ConversationId(!long_at(key, at + 8)?)))
}

/// When and which, of a key that [`ai_letter`] made.
pub(super) fn read_ai_letter(key: &[u8]) -> Option<(Millis, LetterId)> {
    let (at, id) = read_updated(key)?;
    Some((at, LetterId(id.0)))
}

/// Where a signature was that proved a mail.
pub(super) fn signature(digest: &[u8]) -> Vec<u8> {
    key(b'S', &[digest])
}

/// Signatures in the order in which they are forgotten.
pub(super) fn signature_queue(place: u64) -> Vec<u8> {
    key(b'Q', &[&place.to_be_bytes()])
}

/// The digest of a mail as it stands in facts; `None` when there was none to take.
pub(super) fn fingerprint_hex(fingerprint: &Fingerprint) -> Option<String> {
    (*fingerprint != Fingerprint::default()).then(|| hex(&fingerprint.0))
}
