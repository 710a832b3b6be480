//! From approved words to a letter that is kept: read what is answered, compose, write.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::compose::{Answered, ComposeError, Composition, compose};
use crate::{
    config::{Config, SupportAddress},
    conversation::{ReplyKeys, quotes, text_digest},
    mime,
    store::{ConversationRow, NewLetter, Store, StoreError, Undo, Written},
    types::{Address, Approval, Author, Clock, IdMaker, Level},
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
    /// The conversation's address is no longer registered: nothing leaves from it.
    #[error("{0} is no longer a registered address")]
    NoAddress(String),
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
}

impl Writer {
    /// A writer for the addresses of this configuration.
    pub fn new(config: &Config, store: Store, keys: ReplyKeys, ids: Arc<IdMaker>, clock: Clock) -> Self {
        let addresses = config.addresses.iter().map(|address| (address.address.key(), address.clone())).collect();
        let (disclosure, undo) = (config.agent.disclosure, config.outbound.undo);
        Self(Arc::new(Inner { store, keys, ids, clock, addresses, disclosure, undo }))
    }

    /// Whether letters leave from this address: it is registered.
    pub fn writes_from(&self, address: &Address) -> bool {
        self.0.addresses.contains_key(&address.key())
    }

    /// Writes one letter into a conversation and asks for its delivery, in one write.
    ///
    /// Answers *stale*, and writes nothing, when the conversation has moved on since the approval.
    ///
    /// # Errors
    /// See [`WriteError`].
    pub async fn write(
        &self,
        row: &ConversationRow,
        markdown: &str,
        sources: Vec<String>,
        approval: Approval,
    ) -> Result<Written, WriteError> {
        let inner = &*self.0;
        let settings =
            inner.addresses.get(&row.address.key()).ok_or_else(|| WriteError::NoAddress(row.address.to_string()))?;
        let (answered, level) = self.answered(row).await?;
        // S-09: who may not have written gets none of the words that somebody wrote in their name.
        let stranger = level < Level::Vouched && *approval.author() == Author::Ai;
        let wordless =
            stranger.then(|| ConversationRow { title: String::new(), contact_name: String::new(), ..row.clone() });
        let answered = answered.map(|mail| if stranger { mail.without_words() } else { mail });
        let (letter, now) = (inner.ids.letter(), inner.clock.now());
        let message_id = format!("{}@{}", inner.keys.write(letter, row.id), row.address.domain());
        let composed = compose(
            &Composition {
                letter,
                message_id: &message_id,
                conversation: wordless.as_ref().unwrap_or(row),
                settings,
                disclosure: inner.disclosure,
                markdown,
                answered: answered.as_ref(),
                now,
            },
            &approval,
        )?;
        let as_read = quotes::part(&mime::parse(&composed.raw)).new_text;
        let digests = [markdown, &as_read].into_iter().filter_map(text_digest).collect();
        // People think better of it; the AI does not.
        let thinks = *approval.author() != Author::Ai && !inner.undo.is_zero();
        let undo = thinks.then(|| Undo { until: now.plus(inner.undo), markdown: markdown.to_owned() });
        let letter = NewLetter {
            id: letter,
            conversation: row.id,
            approval,
            message_id,
            // Always the address the customer wrote to.
            from: row.address.clone(),
            recipients: composed.recipients,
            subject: composed.subject,
            raw: composed.raw,
            sources,
            digests,
            undo,
            now,
        };
        Ok(inner.store.reply(letter).await?)
    }

    /// The mail that the letter answers, the newest one of a person, and the level it has in this conversation.
    async fn answered(&self, row: &ConversationRow) -> Result<(Option<Answered>, Level), WriteError> {
        let Some(id) = row.last_mail else { return Ok((None, row.level)) };
        let Some(mail) = self.0.store.mail(id)? else { return Ok((None, row.level)) };
        let level = mail.level_in(row.id);
        let parsed = mime::parse(&self.0.store.raw(&mail.raw).await?);
        let new_text = quotes::part(&parsed).new_text;
        let from = mail.mail.from.as_ref().map(|from| from.to_string()).unwrap_or_default();
        let answered = Answered {
            message_id: parsed.message_id,
            references: if parsed.references.is_empty() { parsed.in_reply_to } else { parsed.references },
            date: parsed.date,
            kept: mail.kept,
            from_name: if mail.mail.from_name.is_empty() { from } else { mail.mail.from_name },
            new_text,
        };
        Ok((Some(answered), level))
    }
}
