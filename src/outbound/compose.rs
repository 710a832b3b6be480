//! Writes the letter: once, before it is stored, so that every attempt sends the same bytes.
//!
//! Pure. Nothing a sender wrote reaches a header unless it was validated or encoded (S-12).

use bytes::Bytes;
use lettre::message::{
    Message, MessageBuilder, SinglePart,
    header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, InReplyTo, MessageId, References},
};

use super::{
    answered::Answered,
    body::{self, Body},
    enclosed::{self, Enclosed},
    outlook,
    recipients::{Recipients, RecipientsError, Wanted, addressed, mailbox, recipients},
    thread,
};
use crate::{
    config::SupportAddress,
    conversation::CODE_PLACE,
    store::ConversationRow,
    types::{Address, Approval, Author, LetterId, Millis},
};

/// Octets of the words of a letter. A longer answer belongs into an attachment or a page.
const WORDS_OCTETS_MAX: usize = 64 * 1024;

/// Letters of a display name.
pub(super) const NAME_CHARS_MAX: usize = 100;

/// The text part. RFC 3676 §4.
const FLOWED: &str = "text/plain; charset=utf-8; format=flowed";

/// Marks our own letters, so that one that comes back is known.
const ECHO_MARK: &str = "X-Replyd-Letter";

/// Everything a letter is made of.
#[derive(Debug, Clone)]
pub struct Composition<'a> {
    /// Its id.
    pub letter: LetterId,
    /// Its Message-ID without brackets, made from the reply key.
    pub message_id: &'a str,
    /// The conversation it belongs to.
    pub conversation: &'a ConversationRow,
    /// The settings of the conversation's support address.
    pub settings: &'a SupportAddress,
    /// `[agent] disclosure`: whether the line saying that an AI wrote it is added to the AI's letters.
    pub disclosure: bool,
    /// The words, Markdown.
    pub markdown: &'a str,
    /// Files that go with it.
    pub enclosed: &'a [Enclosed],
    /// Who gets it; without anything said, the contact and who takes part.
    pub wanted: &'a Wanted,
    /// ISO 639-1 of the words, where it is known: for the signature, and for programs that read aloud.
    pub language: Option<&'a str>,
    /// The mail being answered; `None` when the letter begins something.
    pub answered: Option<&'a Answered>,
    /// Where answers go, when not to the support address itself: an address that carries the reply key.
    pub reply_to: Option<&'a Address>,
    /// Date of the letter.
    pub now: Millis,
}

/// A complete letter, unsigned.
#[derive(Debug, Clone)]
pub struct Composed {
    /// The message: CRLF only, ASCII unless our own address is not, no line over 998 octets.
    pub raw: Bytes,
    /// Subject as sent.
    pub subject: String,
    /// The contact, then those who get a copy.
    pub recipients: Vec<Address>,
    /// Whole text part, as a person reads it, without the quoted original.
    pub text: String,
}

/// Why a letter cannot be written. Trying again with the same words is pointless.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// There is nothing to say.
    #[error("the letter has no words")]
    Empty,
    /// There is too much to say.
    #[error("the letter has {0} octets of words; at most {WORDS_OCTETS_MAX} can be sent")]
    TooLong(usize),
    /// With its files it is more than may leave from this address.
    #[error("the letter has {octets} octets with its files encoded; at most {octets_max} leave from this address")]
    TooLarge {
        /// As it would be sent.
        octets: usize,
        /// `letter_bytes_max` of the address.
        octets_max: u64,
    },
    /// It cannot go to those who are wanted.
    #[error(transparent)]
    Recipients(#[from] RecipientsError),
    /// The given Message-ID is none.
    #[error("`{0}` is not a message id")]
    MessageId(String),
    /// The builder refused.
    #[error("the letter cannot be built: {0}")]
    Build(#[from] lettre::error::Error),
    /// What was built may not go on a wire: a fault of ours.
    #[error("the letter came out malformed: {0}")]
    Malformed(&'static str),
}

/// Writes a letter from words that somebody approved.
///
/// # Errors
/// See [`ComposeError`]; all are final.
pub fn compose(letter: &Composition<'_>, approval: &Approval) -> Result<Composed, ComposeError> {
    let words = clean_text(letter.markdown);
    if words.trim().is_empty() {
        return Err(ComposeError::Empty);
    }
    if words.len() > WORDS_OCTETS_MAX {
        return Err(ComposeError::TooLong(words.len()));
    }
    if !thread::is_id(letter.message_id) {
        return Err(ComposeError::MessageId(clean_line(letter.message_id, NAME_CHARS_MAX)));
    }
    let by_ai = *approval.author() == Author::Ai;
    let (row, settings) = (letter.conversation, letter.settings);
    let answered = letter.answered.map_or("", |answered| &answered.subject);
    let number = settings.number_in_subject.then_some(row.number);
    let subject = thread::subject(answered, &row.title, number);
    let recipients = recipients(letter.conversation, by_ai, letter.wanted)?;
    let body = body::write(letter, &words, by_ai && letter.disclosure, &recipients);
    let raw = build(letter, by_ai, &subject, &recipients, &body)?;
    check(&raw)?;
    let octets_max = letter.settings.letter_bytes_max;
    if raw.len() as u64 > octets_max {
        return Err(ComposeError::TooLarge { octets: raw.len(), octets_max });
    }
    Ok(Composed { raw: raw.into(), subject, recipients: recipients.all(), text: body.own_text })
}

fn build(
    letter: &Composition<'_>,
    by_ai: bool,
    subject: &str,
    recipients: &Recipients,
    body: &Body,
) -> Result<Vec<u8>, ComposeError> {
    let conversation = letter.conversation;
    let our_name = clean_line(letter.settings.name.as_deref().unwrap_or(""), NAME_CHARS_MAX);
    let to = &recipients.to;
    let name = if *to == conversation.contact { conversation.contact_name.as_str() } else { "" };
    let name = clean_line(name, NAME_CHARS_MAX);
    let message = Message::builder().from(mailbox(&our_name, &conversation.address));
    let mut message = addressed(message, &conversation.address, (name.as_str(), to), &recipients.copies)?
        .subject(subject)
        .date(letter.now.system_time())
        .header(MessageId::from(format!("<{}>", letter.message_id)));
    if let Some(reply_to) = letter.reply_to {
        message = message.reply_to(mailbox(&our_name, reply_to));
    }
    message = in_thread(message, letter);
    message = message.raw_header(own_header(ECHO_MARK, letter.letter.to_string()));
    if by_ai {
        // RFC 3834 §5.1: programs do not answer this.
        message = message.raw_header(own_header("Auto-Submitted", "auto-replied".to_owned()));
    }
    let flowed = ContentType::parse(FLOWED).map_err(|_| ComposeError::Malformed("its text has no type"))?;
    let (text, page) = (part(flowed, &body.text)?, part(ContentType::TEXT_HTML, &body.html)?);
    let parts = enclosed::parts(text, page, letter.enclosed, letter.letter, conversation.address.domain())?;
    Ok(message.multipart(parts)?.formatted())
}

/// What holds it in its thread, wherever it is read.
fn in_thread(mut message: MessageBuilder, letter: &Composition<'_>) -> MessageBuilder {
    if let Some(answered) = letter.answered {
        if let Some(id) = thread::in_reply_to(answered) {
            message = message.header(InReplyTo::from(format!("<{id}>")));
        }
        let ids: Vec<String> = thread::references(answered).iter().map(|id| format!("<{id}>")).collect();
        if !ids.is_empty() {
            message = message.header(References::from(ids.join(" ")));
        }
    }
    let (topic, index) = outlook::fields(letter);
    message.raw_header(topic).raw_header(index)
}

fn own_header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn part(kind: ContentType, text: &str) -> Result<SinglePart, ComposeError> {
    // Readable in the file for Latin scripts, a third of the size for the others.
    let plain = text.bytes().filter(u8::is_ascii).count();
    // What is to be filled in when it leaves has to be found then.
    let encoding = if plain * 3 >= text.len() * 2 || text.contains(CODE_PLACE) {
        ContentTransferEncoding::QuotedPrintable
    } else {
        ContentTransferEncoding::Base64
    };
    let body = lettre::message::Body::new_with_encoding(text.replace('\n', "\r\n").into_bytes(), encoding)
        .map_err(|_| ComposeError::Malformed("a part could not be encoded"))?;
    Ok(SinglePart::builder().content_type(kind).body(body))
}

/// Text with LF line ends and no other control character than the tab.
pub(super) fn clean_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// One line: white space folded to single spaces, control characters gone, cut. S-12.
pub(super) fn clean_line(text: &str, chars_max: usize) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ").chars().take(chars_max).collect::<String>().trim_end().to_owned()
}

/// The last look before the bytes are kept. RFC 5322 §2.1.1, §2.3 (S-12).
fn check(raw: &[u8]) -> Result<(), ComposeError> {
    super::connection::wire_safe(raw).map_err(ComposeError::Malformed)?;
    if raw.split(|b| *b == b'\n').any(|line| line.len() > 999) {
        return Err(ComposeError::Malformed("a line has more than 998 octets"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
