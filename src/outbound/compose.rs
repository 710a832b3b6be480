//! Writes the letter: once, before it is stored, so that every attempt sends the same bytes.
//!
//! Pure. Nothing a sender wrote reaches a header unless it was validated or encoded (S-12).

use bytes::Bytes;
use lettre::message::{
    Body, Message, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, InReplyTo, MessageId, References},
};

use super::{
    html, plain,
    recipients::{addressed, mailbox},
};
use crate::{
    config::SupportAddress,
    mime,
    store::ConversationRow,
    types::{Address, Approval, Author, LetterId, Level, Millis, Number},
};

/// Octets of the words of a letter. A longer answer belongs into an attachment or a page.
const WORDS_OCTETS_MAX: usize = 64 * 1024;

/// Octets of the original mail quoted below; what is longer ends in an ellipsis.
const QUOTE_OCTETS_MAX: usize = 16 * 1024;

/// Letters of a title in a subject.
const TITLE_CHARS_MAX: usize = 200;

/// Letters of a display name.
const NAME_CHARS_MAX: usize = 100;

/// Ids in References: the root and the newest.
const REFERENCES_MAX: usize = 30;

/// Octets of one message id that we repeat: it must fit a header line. RFC 5322 §2.1.1.
const ID_OCTETS_MAX: usize = 500;

/// Others who get a copy.
const COPIES_MAX: usize = 20;

/// The line that the law asks for (S-28).
const DISCLOSURE: &str = "This answer was written by an AI assistant. Reply HUMAN to reach a person.";

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
    /// The mail being answered; `None` when the letter begins something.
    pub answered: Option<&'a Answered>,
    /// Date of the letter.
    pub now: Millis,
}

/// The mail being answered.
#[derive(Debug, Clone, Default)]
pub struct Answered {
    /// Its Message-ID without brackets; empty without.
    pub message_id: String,
    /// Its References, oldest first, without brackets.
    pub references: Vec<String>,
    /// Its Date, milliseconds since 1970.
    pub date: Option<i64>,
    /// Who wrote it: display name, or address.
    pub from_name: String,
    /// When it was kept: who takes part since later is not shown it.
    pub kept: Millis,
    /// What it newly says, to be quoted below.
    pub new_text: String,
}

impl Answered {
    /// The same without anything its sender chose to say: what a letter needs to be joined to it.
    pub(super) fn without_words(self) -> Self {
        Self { from_name: String::new(), new_text: String::new(), ..self }
    }
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
    if !is_id(letter.message_id) {
        return Err(ComposeError::MessageId(clean_line(letter.message_id, NAME_CHARS_MAX)));
    }
    let by_ai = *approval.author() == Author::Ai;
    let subject = subject(&letter.conversation.title, letter.conversation.number);
    let recipients = recipients(letter.conversation, by_ai);
    let body = body(letter, &words, by_ai && letter.disclosure, &recipients);
    let raw = build(letter, by_ai, &subject, &recipients, &body)?;
    check(&raw)?;
    Ok(Composed { raw: raw.into(), subject, recipients, text: body.own_text })
}

struct LetterBody {
    own_text: String,
    text: String,
    html: String,
}

fn body(letter: &Composition<'_>, words: &str, disclose: bool, recipients: &[Address]) -> LetterBody {
    let mut small_print = Vec::new();
    if disclose {
        small_print.push(DISCLOSURE.to_owned());
    }
    small_print.push(format!("Ref: #{}", letter.conversation.number));
    let (signature_text, signature_html) = signature(letter.settings);
    let (quote_line, quote) = quotable(letter, recipients).map(quoted).unwrap_or_default();

    let mut text = plain::words_text(words);
    text.push_str("\n\n");
    text.push_str(&small_print.join("\n"));
    if !signature_text.is_empty() {
        // RFC 3676 §4.3: the signature separator.
        text.push_str("\n\n-- \n");
        text.push_str(&signature_text);
    }
    text.push('\n');
    let own_text = text.clone();
    if !quote.is_empty() {
        text.push('\n');
        text.push_str(&quote_line);
        for line in quote.lines() {
            text.push_str(if line.starts_with('>') { "\n>" } else { "\n> " });
            text.push_str(line);
        }
        text.push('\n');
    }
    let html = html::letter(&html::Parts {
        words: &html::words_html(words),
        small_print: &small_print.iter().map(|line| html::text_html(line)).collect::<Vec<_>>(),
        signature: &signature_html,
        quote_line: &html::text_html(&quote_line),
        quote: &html::text_html(&quote),
    });
    LetterBody { own_text, text, html }
}

/// The signature as text and as HTML; each is made from the other when only one is configured.
fn signature(settings: &SupportAddress) -> (String, String) {
    let markdown = clean_text(&settings.signature_markdown);
    let given_html = settings.signature_html.as_deref().map(clean_text).unwrap_or_default();
    let html = match given_html.trim() {
        "" => html::words_html(&markdown),
        given => html::signature_html(given),
    };
    let text = match markdown.trim() {
        "" => clean_text(&mime::html::to_text(&html)),
        given => plain::words_text(given),
    };
    (text.trim().to_owned(), html.trim().to_owned())
}

/// `On 22 November 2026 at 20:08 UTC, Ada wrote:` and the original, cut.
fn quoted(answered: &Answered) -> (String, String) {
    let text = clean_text(&answered.new_text);
    let text = text.trim();
    let mut end = text.len().min(QUOTE_OCTETS_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let cut = if end < text.len() { "\n[…]" } else { "" };
    let name = clean_line(&answered.from_name, NAME_CHARS_MAX);
    let name = if name.is_empty() { "you" } else { &name };
    let line = match answered.date.and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok()) {
        Some(date) => format!("On {}, {name} wrote:", date.strftime("%-d %B %Y at %H:%M UTC")),
        None => format!("{name} wrote:"),
    };
    (line, format!("{}{cut}", text[..end].trim_end()))
}

/// `Re: ` once, the title without what replies pile up, the number once at the end.
fn subject(title: &str, number: Number) -> String {
    let mark = format!("[{number}]");
    let title = clean_line(&title.replace(&mark, " "), TITLE_CHARS_MAX);
    let mut bare = title.as_str();
    while let Some(rest) = without_reply_prefix(bare) {
        bare = rest;
    }
    let bare = if bare.is_empty() { "Your message" } else { bare };
    format!("Re: {bare} {mark}")
}

/// What mail programs of several languages put before the subject of a reply.
const REPLY_PREFIXES: [&str; 15] =
    ["re", "aw", "antw", "antwort", "sv", "vs", "vá", "odp", "ynt", "rif", "rép", "res", "回复", "答复", "回覆"];

fn without_reply_prefix(subject: &str) -> Option<&str> {
    let (head, rest) = subject.split_once([':', '：'])?;
    // `Re[2]:` and `Re(2):` count.
    let word = head.trim().trim_end_matches(|c: char| c.is_ascii_digit() || "[]() ".contains(c)).to_lowercase();
    REPLY_PREFIXES.contains(&word.as_str()).then(|| rest.trim_start())
}

/// The contact, then the participants, each once and never ourselves.
///
/// S-09: the AI writes to nobody who was only named and never proved to be there: else a stranger could have it write to
/// anybody.
fn recipients(conversation: &ConversationRow, by_ai: bool) -> Vec<Address> {
    let mut all = vec![conversation.contact.clone()];
    for other in conversation.participants.iter().take(COPIES_MAX) {
        let may_hear = !by_ai || other.level >= Level::Vouched;
        if may_hear && other.address != conversation.address && !all.contains(&other.address) {
            all.push(other.address.clone());
        }
    }
    all
}

/// The mail below the letter, when all who get it may see it: who takes part since later sees nothing older (S-01).
fn quotable<'l>(letter: &Composition<'l>, recipients: &[Address]) -> Option<&'l Answered> {
    let mut others = letter.conversation.participants.iter().filter(|one| recipients.contains(&one.address));
    letter.answered.filter(|answered| others.all(|one| one.since <= answered.kept))
}

/// The answered mail's references and its id; when there are many, the root and the newest.
fn references(answered: &Answered) -> Vec<&str> {
    let mut ids: Vec<&str> = Vec::new();
    for id in answered.references.iter().chain([&answered.message_id]) {
        // S-12: an id that is none is left out, not repaired.
        if is_id(id) && !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    if ids.len() > REFERENCES_MAX {
        ids.drain(1..=ids.len() - REFERENCES_MAX);
    }
    ids
}

fn build(
    letter: &Composition<'_>,
    by_ai: bool,
    subject: &str,
    recipients: &[Address],
    body: &LetterBody,
) -> Result<Vec<u8>, ComposeError> {
    let conversation = letter.conversation;
    let our_name = clean_line(letter.settings.name.as_deref().unwrap_or(""), NAME_CHARS_MAX);
    let contact_name = clean_line(&conversation.contact_name, NAME_CHARS_MAX);
    let message = Message::builder().from(mailbox(&our_name, &conversation.address));
    let contact = (contact_name.as_str(), &conversation.contact);
    let mut message = addressed(message, &conversation.address, contact, &recipients[1..])?
        .subject(subject)
        .date(letter.now.system_time())
        .header(MessageId::from(format!("<{}>", letter.message_id)));
    if let Some(answered) = letter.answered {
        if is_id(&answered.message_id) {
            message = message.header(InReplyTo::from(format!("<{}>", answered.message_id)));
        }
        let ids = references(answered);
        if !ids.is_empty() {
            // RFC 5322 §3.6.4: the parent's references, then the parent.
            let ids: Vec<String> = ids.iter().map(|id| format!("<{id}>")).collect();
            message = message.header(References::from(ids.join(" ")));
        }
    }
    message = message.raw_header(own_header(ECHO_MARK, letter.letter.to_string()));
    if by_ai {
        // RFC 3834 §5.1: programs do not answer this.
        message = message.raw_header(own_header("Auto-Submitted", "auto-replied".to_owned()));
    }
    // Neither quoted-printable nor base64 can hold `=_`, so no body ends the part early.
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}_=", letter.letter))
        .singlepart(part(ContentType::TEXT_PLAIN, &body.text)?)
        .singlepart(part(ContentType::TEXT_HTML, &body.html)?);
    Ok(message.multipart(parts)?.formatted())
}

fn own_header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn part(kind: ContentType, text: &str) -> Result<SinglePart, ComposeError> {
    // Readable in the file for Latin scripts, a third of the size for the others.
    let plain = text.bytes().filter(u8::is_ascii).count();
    let encoding = if plain * 3 >= text.len() * 2 {
        ContentTransferEncoding::QuotedPrintable
    } else {
        ContentTransferEncoding::Base64
    };
    let body = Body::new_with_encoding(text.replace('\n', "\r\n").into_bytes(), encoding)
        .map_err(|_| ComposeError::Malformed("a part could not be encoded"))?;
    Ok(SinglePart::builder().content_type(kind).body(body))
}

/// `[!-~]+@[!-~]+`, without brackets inside. S-12: anything else never reaches a header.
fn is_id(id: &str) -> bool {
    let visible = id.len() <= ID_OCTETS_MAX && id.bytes().all(|b| b.is_ascii_graphic() && b != b'<' && b != b'>');
    visible && id.split_once('@').is_some_and(|(left, right)| !left.is_empty() && !right.is_empty())
}

/// Text with LF line ends and no other control character than the tab.
fn clean_text(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// One line: white space folded to single spaces, control characters gone, cut. S-12.
fn clean_line(text: &str, chars_max: usize) -> String {
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
