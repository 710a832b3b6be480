//! From approved words to a letter that is kept: read what is answered, compose, write.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    answered::answered,
    compose::{ComposeError, Composition, compose},
    enclosed::Enclosed,
    recipients::Wanted,
};
use crate::{
    config::{Config, SupportAddress},
    conversation::{ReplyKeys, quotes, text_digest},
    mime,
    store::{ConversationRow, NewLetter, Origin, RunRow, Store, StoreError, Undo, Written},
    types::{Address, AddressError, Approval, Author, Clock, IdMaker, Level},
};

/// Why no letter was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The words make no letter.
    #[error("the letter cannot be written: {0}")]
    Compose(#[from] ComposeError),
    /// The host name makes no addresses; a checked configuration has a good one.
    #[error("answers cannot be asked for at the host name: {0}")]
    ReplyTo(#[from] AddressError),
    /// The conversation's address is no longer registered: nothing leaves from it.
    #[error("{0} is no longer a registered address")]
    NoAddress(String),
}

/// What is to be said, before it is a letter.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The words, Markdown.
    pub markdown: String,
    /// What carries them.
    pub sources: Vec<String>,
    /// How they came to be.
    pub origin: Origin,
    /// ISO 639-1 of the words, where it is known.
    pub language: Option<&'static str>,
    /// Who gets it, as far as that was said.
    pub wanted: Wanted,
    /// Files that go with it.
    pub enclosed: Vec<Enclosed>,
    /// The run of the AI that wrote it.
    pub run: Option<Box<RunRow>>,
    /// Nothing is left to do with it: the conversation is closed as resolved.
    pub resolves: bool,
    /// It asks for a one-time code, which is taken for so long. It goes to the contact alone, whose mailbox the code is to prove.
    pub code_valid: Option<Duration>,
}

/// Writes letters, for the AI and for people alike. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Writer(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Store,
    keys: ReplyKeys,
    ids: Arc<IdMaker>,
    clock: Clock,
    addresses: HashMap<String, SupportAddress>,
    disclosure: bool,
    undo: Duration,
    hostname: String,
}

impl Inner {
    /// Where an answer is filed by its reply key: `RCPT TO` is all it needs. See [`crate::conversation::Destined`].
    fn keyed_address(&self, key: &str) -> Result<Address, AddressError> {
        Address::parse(&format!("{key}@{}", self.hostname))
    }
}

impl Writer {
    /// A writer for the addresses of this configuration.
    pub fn new(config: &Config, store: Store, keys: ReplyKeys, ids: Arc<IdMaker>, clock: Clock) -> Self {
        let addresses = config.addresses.iter().map(|address| (address.address.key(), address.clone())).collect();
        let (disclosure, undo) = (config.agent.disclosure, config.outbound.undo);
        let hostname = config.smtp.hostname.clone();
        Self(Arc::new(Inner { store, keys, ids, clock, addresses, disclosure, undo, hostname }))
    }

    /// Whether letters leave from this address: it is registered.
    pub fn writes_from(&self, address: &Address) -> bool {
        self.0.addresses.contains_key(&address.key())
    }

    /// The settings of a registered address.
    pub fn settings(&self, address: &Address) -> Option<&SupportAddress> {
        self.0.addresses.get(&address.key())
    }

    /// Writes one letter into a conversation and asks for its delivery, in one write.
    ///
    /// Answers *stale*, and writes nothing, when the conversation has moved on since the approval.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn write(&self, row: &ConversationRow, reply: Reply, approval: Approval) -> Result<Written, WriteError> {
        let letter = self.letter(row, reply, approval).await?;
        Ok(self.0.store.reply(letter).await?)
    }

    /// The letter alone, for whoever writes it together with something else.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn letter(
        &self,
        row: &ConversationRow,
        reply: Reply,
        approval: Approval,
    ) -> Result<NewLetter, WriteError> {
        let inner = &*self.0;
        let settings =
            inner.addresses.get(&row.address.key()).ok_or_else(|| WriteError::NoAddress(row.address.to_string()))?;
        let (answered, level) = answered(&inner.store, row).await?;
        // S-09: who may not have written gets none of the words that somebody wrote in their name.
        let stranger = level < Level::Vouched && *approval.author() == Author::Ai;
        let wordless =
            stranger.then(|| ConversationRow { title: String::new(), contact_name: String::new(), ..row.clone() });
        let answered = answered.map(|mail| if stranger { mail.without_words() } else { mail });
        let (letter, now) = (inner.ids.letter(), inner.clock.now());
        let code = reply.code_valid.map(|valid| Origin::CodeRequest {
            digest: inner.keys.codes().digest(letter, row.id),
            until: now.plus(valid),
        });
        let origin = code.unwrap_or(reply.origin);
        let alone = code
            .map(|_| ConversationRow { participants: Vec::new(), ..wordless.clone().unwrap_or_else(|| row.clone()) });
        let key = inner.keys.write(letter, row.id);
        let message_id = format!("{key}@{}", row.address.domain());
        let reply_to = if settings.keyed_reply_to { Some(inner.keyed_address(&key)?) } else { None };
        let composed = compose(
            &Composition {
                letter,
                message_id: &message_id,
                conversation: alone.as_ref().or(wordless.as_ref()).unwrap_or(row),
                settings,
                // Its words are ours, and say themselves that nobody wrote them just now.
                disclosure: inner.disclosure && !origin.is_ours(),
                markdown: &reply.markdown,
                enclosed: &reply.enclosed,
                wanted: &reply.wanted,
                language: reply.language,
                answered: answered.as_ref(),
                reply_to: reply_to.as_ref(),
                now,
            },
            &approval,
        )?;
        let as_read = quotes::part(&mime::parse(&composed.raw)).new_text;
        let digests = [reply.markdown.as_str(), &as_read].into_iter().filter_map(text_digest).collect();
        // People think better of it; the AI does not. The words of both may come back after a refusal.
        let wait = if *approval.author() == Author::Ai { Duration::ZERO } else { inner.undo };
        let undo = Some(Undo { until: now.plus(wait), markdown: reply.markdown.clone() });
        Ok(NewLetter {
            id: letter,
            conversation: row.id,
            approval,
            message_id,
            // Always the address the customer wrote to.
            from: row.address.clone(),
            recipients: composed.recipients,
            subject: composed.subject,
            raw: composed.raw,
            sources: reply.sources,
            origin,
            enclosed: reply.enclosed.iter().map(Enclosed::row).collect(),
            digests,
            undo,
            run: reply.run,
            resolves: reply.resolves,
            now,
        })
    }
}
