//! What a record says: facts, never commands, so that reading them again gives the same rows whatever the code decides by
//! then.
//!
//! A fact is one line: a word, a space, JSON, a line feed. One operation is one record is one or more lines, in the order
//! in which they became true. A row in a fact points at the raw bytes of its own record with segment 0, because nobody
//! knows where they will lie before they lie there.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    article_rows::{ArticleName, ArticleRow},
    letter_rows::LetterRow,
    people::{AccountRow, ApiKeyRow, LoginName},
    rows::{ConversationRow, Entry, LearnedRow, MailRow, Voucher},
    run_rows::RunRow,
    suppressions::SuppressionRow,
    verbs::{BlockedRow, CannedRow, SeenRow, UnfinishedRow},
    webhooks::{WebhookDelivery, WebhookRow},
};
use crate::types::{Address, ConversationId, Job, JobId, Level, MailId, Millis};

/// One fact. Rows are whole: the newest fact about a thing is all there is to know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fact {
    /// A mail was kept, and lies there.
    Mail(Box<MailRow>),
    /// A conversation is like this now.
    Conversation(Box<ConversationRow>),
    /// This happened in a conversation.
    Entry(Entry),
    /// A letter is like this now.
    Letter(Box<LetterRow>),
    /// This is to be done.
    Job(Job),
    /// This is done, or not to be done any more.
    JobDone(JobId),
    /// By this the next copy of a mail is known.
    Fingerprint(FingerprintFact),
    /// A mail that refers to this message may belong to that conversation.
    MessageId(MessageIdFact),
    /// A forwarder counts at a support address from now on.
    Learned(Box<LearnedRow>),
    /// And does not any more.
    Forgotten(ForgottenFact),
    /// Letters to this address are refused from now on.
    Suppressed(Box<SuppressionRow>),
    /// And are not any more.
    Lifted(LiftedFact),
    /// By this it is known when somebody sends a signed mail again.
    Signature(SignatureFact),
    /// A mail came again and was kept before for all it reached: it is counted and nothing else.
    Duplicate(DuplicateFact),
    /// A run of the AI is like this now.
    Run(Box<RunRow>),
    /// An article is like this now.
    Article(Box<ArticleRow>),
    /// And this is a version of it.
    ArticleText(Box<ArticleTextFact>),
    /// An account is like this now.
    Account(Box<AccountRow>),
    /// It is gone.
    AccountGone(AccountGoneFact),
    /// An API key is like this now.
    ApiKey(Box<ApiKeyRow>),
    /// A person has read so far.
    Seen(SeenRow),
    /// A prepared reply is like this now, or is there no more.
    Canned(Box<CannedRow>),
    /// A person has written so much of a reply, or nothing any more.
    Unfinished(Box<UnfinishedRow>),
    /// Somebody is not let in any more, or is again.
    Blocked(Box<BlockedRow>),
    /// A webhook is like this now, or is there no more.
    Webhook(Box<WebhookRow>),
    /// An event for a webhook came so far. That there is one follows from other facts.
    WebhookDelivery(Box<WebhookDelivery>),
}

/// See [`Fact::Fingerprint`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FingerprintFact {
    /// Where it was kept.
    pub address: Option<Address>,
    /// 64 hexadecimal digits.
    pub fingerprint: String,
    /// Which mail.
    pub mail: MailId,
    /// Whether it is held there.
    pub held: bool,
    /// The level it had.
    pub level: Level,
}

/// See [`Fact::MessageId`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MessageIdFact {
    /// The support address whose conversation it is.
    pub address: Address,
    /// BLAKE3 of the Message-ID, the first 32 hexadecimal digits.
    pub message_id: String,
    /// Which conversation.
    pub conversation: ConversationId,
}

/// See [`Fact::Forgotten`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ForgottenFact {
    /// At which support address.
    pub address: Address,
    /// Who is not believed any more.
    pub forwarder: Voucher,
}

/// See [`Fact::Lifted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LiftedFact {
    /// Who is written to again.
    pub recipient: Address,
    /// Who decided.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// See [`Fact::Signature`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SignatureFact {
    /// 32 hexadecimal digits, see [`crate::types::Verdicts::signatures`].
    pub signature: String,
    /// The mail it was on.
    pub mail: MailId,
    /// When that came.
    pub at: Millis,
    /// 64 hexadecimal digits: what that was; empty when nothing tells.
    pub fingerprint: String,
}

/// See [`Fact::Duplicate`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DuplicateFact {
    /// The mail that was kept.
    pub of: MailId,
    /// The queue id of the copy.
    pub copy: MailId,
    /// When the copy came.
    pub at: Millis,
    /// How many destinations it had.
    pub destinations: u64,
}

/// See [`Fact::ArticleText`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ArticleTextFact {
    /// Of which article.
    pub name: ArticleName,
    /// Which version.
    pub version: u64,
    /// As it was written.
    pub text: String,
}

/// See [`Fact::AccountGone`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AccountGoneFact {
    /// Which.
    pub name: LoginName,
    /// Who took it away.
    pub by: String,
    /// When.
    pub at: Millis,
}

/// A line that is no fact.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum FactError {
    /// A word that a newer replyd wrote.
    #[error("a fact of an unknown kind, `{0}`: a newer replyd wrote it")]
    Unknown(String),
    /// The word is known, the rest is not what belongs there.
    #[error("a fact that cannot be read: {0}")]
    Form(String),
}

impl Fact {
    /// The word that begins the line.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Mail(_) => "mail",
            Self::Conversation(_) => "conversation",
            Self::Entry(_) => "entry",
            Self::Letter(_) => "letter",
            Self::Job(_) => "job",
            Self::JobDone(_) => "job-done",
            Self::Fingerprint(_) => "fingerprint",
            Self::MessageId(_) => "message-id",
            Self::Signature(_) => "signature",
            Self::Duplicate(_) => "duplicate",
            Self::Learned(_) => "learned",
            Self::Forgotten(_) => "forgotten",
            Self::Suppressed(_) => "suppressed",
            Self::Lifted(_) => "lifted",
            Self::Run(_) => "run",
            Self::Article(_) => "article",
            Self::ArticleText(_) => "article-text",
            Self::Account(_) => "account",
            Self::AccountGone(_) => "account-gone",
            Self::ApiKey(_) => "api-key",
            Self::Seen(_) => "seen",
            Self::Canned(_) => "canned",
            Self::Unfinished(_) => "unfinished",
            Self::Blocked(_) => "blocked",
            Self::Webhook(_) => "webhook",
            Self::WebhookDelivery(_) => "webhook-delivery",
        }
    }

    /// Its JSON, in one line.
    pub(super) fn json(&self) -> Vec<u8> {
        let json = match self {
            Self::Mail(row) => serde_json::to_vec(row),
            Self::Conversation(row) => serde_json::to_vec(row),
            Self::Entry(entry) => serde_json::to_vec(entry),
            Self::Letter(row) => serde_json::to_vec(row),
            Self::Job(job) => serde_json::to_vec(job),
            Self::JobDone(id) => serde_json::to_vec(id),
            Self::Fingerprint(fact) => serde_json::to_vec(fact),
            Self::MessageId(fact) => serde_json::to_vec(fact),
            Self::Signature(fact) => serde_json::to_vec(fact),
            Self::Duplicate(fact) => serde_json::to_vec(fact),
            Self::Learned(row) => serde_json::to_vec(row),
            Self::Forgotten(fact) => serde_json::to_vec(fact),
            Self::Suppressed(row) => serde_json::to_vec(row),
            Self::Lifted(fact) => serde_json::to_vec(fact),
            Self::Run(row) => serde_json::to_vec(row),
            Self::Article(row) => serde_json::to_vec(row),
            Self::ArticleText(fact) => serde_json::to_vec(fact),
            Self::Account(row) => serde_json::to_vec(row),
            Self::AccountGone(fact) => serde_json::to_vec(fact),
            Self::ApiKey(row) => serde_json::to_vec(row),
            Self::Seen(row) => serde_json::to_vec(row),
            Self::Canned(row) => serde_json::to_vec(row),
            Self::Unfinished(row) => serde_json::to_vec(row),
            Self::Blocked(row) => serde_json::to_vec(row),
            Self::Webhook(row) => serde_json::to_vec(row),
            Self::WebhookDelivery(row) => serde_json::to_vec(row),
        };
        json.expect("rows have string keys only and nothing that fails to serialize")
    }

    /// Reads one line without its line feed, and gives its JSON beside the fact.
    ///
    /// # Errors
    /// See [`FactError`].
    pub(super) fn read(line: &[u8]) -> Result<(Self, &[u8]), FactError> {
        let space = memchr::memchr(b' ', line).ok_or_else(|| FactError::Form("it has no word".into()))?;
        let (word, json) = (&line[..space], &line[space + 1..]);
        let fact = match word {
            b"mail" => Self::Mail(parse(json)?),
            b"conversation" => Self::Conversation(parse(json)?),
            b"entry" => Self::Entry(parse(json)?),
            b"letter" => Self::Letter(parse(json)?),
            b"job" => Self::Job(parse(json)?),
            b"job-done" => Self::JobDone(parse(json)?),
            b"fingerprint" => Self::Fingerprint(parse(json)?),
            b"message-id" => Self::MessageId(parse(json)?),
            b"signature" => Self::Signature(parse(json)?),
            b"duplicate" => Self::Duplicate(parse(json)?),
            b"learned" => Self::Learned(parse(json)?),
            b"forgotten" => Self::Forgotten(parse(json)?),
            b"suppressed" => Self::Suppressed(parse(json)?),
            b"lifted" => Self::Lifted(parse(json)?),
            b"run" => Self::Run(parse(json)?),
            b"article" => Self::Article(parse(json)?),
            b"article-text" => Self::ArticleText(parse(json)?),
            b"account" => Self::Account(parse(json)?),
            b"account-gone" => Self::AccountGone(parse(json)?),
            b"api-key" => Self::ApiKey(parse(json)?),
            b"seen" => Self::Seen(parse(json)?),
            b"canned" => Self::Canned(parse(json)?),
            b"unfinished" => Self::Unfinished(parse(json)?),
            b"blocked" => Self::Blocked(parse(json)?),
            b"webhook" => Self::Webhook(parse(json)?),
            b"webhook-delivery" => Self::WebhookDelivery(parse(json)?),
            other => return Err(FactError::Unknown(String::from_utf8_lossy(other).into_owned())),
        };
        Ok((fact, json))
    }
}

/// The lines of a record.
pub(super) fn lines(facts: &[u8]) -> impl Iterator<Item = &[u8]> {
    facts.split(|octet| *octet == b'\n').filter(|line| !line.is_empty())
}

/// Adds one line to a record.
pub(super) fn push_line(facts: &mut Vec<u8>, fact: &Fact, json: &[u8]) {
    facts.extend_from_slice(fact.word().as_bytes());
    facts.push(b' ');
    facts.extend_from_slice(json);
    facts.push(b'\n');
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, FactError> {
    serde_json::from_slice(json).map_err(|e| FactError::Form(e.to_string()))
}
