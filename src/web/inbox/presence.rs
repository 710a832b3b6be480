//! Who looks at a conversation now, and who writes. Kept in memory only, for as long as their page listens: nothing is decided by it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use serde::Serialize;
use tokio::sync::broadcast;

use crate::types::{ConversationId, Millis};

/// How long somebody counts as writing after a letter.
const TYPING: Duration = Duration::from_secs(8);

/// News that a page may be behind.
const BEHIND_MAX: usize = 256;

/// Who is where.
#[derive(Debug, Clone)]
pub(super) struct Presence(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Mutex<Places>,
    news: broadcast::Sender<ConversationId>,
}

#[derive(Debug, Default)]
struct Places {
    next: u64,
    here: HashMap<ConversationId, Vec<Guest>>,
}

#[derive(Debug)]
struct Guest {
    id: u64,
    name: String,
    types_until: Millis,
}

/// Somebody as others see them.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub(super) struct Here {
    name: String,
    typing: bool,
    /// Whether it is the one who is told.
    #[serde(rename = "self")]
    own: bool,
}

impl Default for Presence {
    fn default() -> Self {
        let (news, _) = broadcast::channel(BEHIND_MAX);
        Self(Arc::new(Inner { places: Mutex::default(), news }))
    }
}

impl Presence {
    /// Somebody opens a conversation; they are there until the answer is dropped.
    pub(super) fn enter(&self, conversation: ConversationId, name: &str) -> Staying {
        let mut places = self.places();
        places.next += 1;
        let id = places.next;
        let guest = Guest { id, name: name.to_owned(), types_until: Millis(0) };
        places.here.entry(conversation).or_default().push(guest);
        drop(places);
        self.tell(conversation);
        Staying { presence: self.clone(), conversation, id }
    }

    /// Somebody typed.
    pub(super) fn typed(&self, conversation: ConversationId, name: &str, now: Millis) {
        let until = Millis(now.0 + TYPING.as_millis() as u64);
        let mut places = self.places();
        let guests = places.here.get_mut(&conversation).into_iter().flatten();
        guests.filter(|guest| guest.name == name).for_each(|guest| guest.types_until = until);
        drop(places);
        self.tell(conversation);
    }

    /// Who is there, each once, as `me` sees them.
    pub(super) fn at(&self, conversation: ConversationId, me: &str, now: Millis) -> Vec<Here> {
        let mut seen: Vec<Here> = Vec::new();
        for guest in self.places().here.get(&conversation).into_iter().flatten() {
            let typing = guest.types_until > now;
            match seen.iter_mut().find(|one| one.name == guest.name) {
                Some(one) => one.typing |= typing,
                None => seen.push(Here { name: guest.name.clone(), typing, own: guest.name == me }),
            }
        }
        seen
    }

    /// Hears of every coming and going from now on.
    pub(super) fn news(&self) -> broadcast::Receiver<ConversationId> {
        self.0.news.subscribe()
    }

    fn places(&self) -> std::sync::MutexGuard<'_, Places> {
        self.0.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, conversation: ConversationId) {
        // Nobody listens.
        let _ = self.0.news.send(conversation);
    }
}

/// Somebody is there while this is.
#[derive(Debug)]
pub(super) struct Staying {
    presence: Presence,
    conversation: ConversationId,
    id: u64,
}

impl Drop for Staying {
    fn drop(&mut self) {
        let mut places = self.presence.places();
        if let Some(guests) = places.here.get_mut(&self.conversation) {
            guests.retain(|guest| guest.id != self.id);
            if guests.is_empty() {
                places.here.remove(&self.conversation);
            }
        }
        drop(places);
        self.presence.tell(self.conversation);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ConversationId = ConversationId(7);

    fn seen(presence: &Presence, now: u64) -> Vec<(String, bool, bool)> {
        presence.at(HERE, "ada", Millis(now)).into_iter().map(|one| (one.name, one.typing, one.own)).collect()
    }

    #[test]
    fn somebody_is_there_while_their_page_listens_and_once_however_many_they_have() {
        let presence = Presence::default();
        let ada = presence.enter(HERE, "ada");
        let (eve, twice) = (presence.enter(HERE, "eve"), presence.enter(HERE, "eve"));
        presence.typed(HERE, "eve", Millis(1000));
        assert_eq!(seen(&presence, 2000), [("ada".into(), false, true), ("eve".into(), true, false)]);
        assert!(!seen(&presence, 60_000)[1].1, "nobody writes for ever");
        drop(eve);
        assert_eq!(seen(&presence, 60_000).len(), 2);
        drop((twice, ada));
        assert!(seen(&presence, 60_000).is_empty() && presence.places().here.is_empty());
    }
}
