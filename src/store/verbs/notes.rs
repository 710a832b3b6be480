//! Notes: what people write for each other beside a conversation. They never leave the house: no letter quotes them and no AI
//! reads them.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        Store,
        desk::Desk,
        facts::Fact,
        index::Index,
        projection::NOTHING,
        requests::StoreError,
        rows::{Entry, What},
        steps, view,
    },
    keys,
};
use crate::types::{ConversationId, Millis};

/// Octets of one note.
pub const NOTE_OCTETS_MAX: usize = 64 * 1024;

/// People whom one note mentions: more are nobody in particular.
const MENTIONS_MAX: usize = 20;

/// Letters of a login name.
const NAME_CHARS_MAX: usize = 64;

/// What a person wrote for the house alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Note {
    /// Who.
    pub by: String,
    /// The words.
    pub markdown: String,
    /// Login names that stand in it as `@name`, in lower case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<String>,
}

/// A person writes a note.
#[derive(Debug, Clone)]
pub struct NewNote {
    /// Beside which conversation.
    pub conversation: ConversationId,
    /// Who.
    pub by: String,
    /// The words, with `@name` of whom they concern.
    pub markdown: String,
    /// When.
    pub now: Millis,
}

/// The login names that stand in a text as `@name`, in lower case, each once, in their order. In `ada@b.example` there is none.
pub fn mentions(text: &str) -> Vec<String> {
    let is_inner = |sign: char| sign.is_alphanumeric() || "._-".contains(sign);
    let mut found: Vec<String> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|sign| is_inner(sign) || sign == '@' || sign == '+') {
            continue;
        }
        let name: String = text[at + 1..].chars().take_while(|sign| is_inner(*sign)).take(NAME_CHARS_MAX + 1).collect();
        let name = name.trim_end_matches(['.', '-', '_']).to_lowercase();
        let is_name = name.starts_with(char::is_alphanumeric) && name.chars().count() <= NAME_CHARS_MAX;
        if is_name && !found.contains(&name) && found.len() < MENTIONS_MAX {
            found.push(name);
        }
    }
    found
}

/// Writes it. It moves nothing: no status, no owner, no generation.
fn note(desk: &mut Desk, new: NewNote) -> Result<(), StoreError> {
    let NewNote { conversation, by, markdown, now } = new;
    if markdown.trim().is_empty() {
        return Err(StoreError::Refused("a note says something".into()));
    }
    if markdown.len() > NOTE_OCTETS_MAX {
        return Err(StoreError::Refused(format!("a note has at most {NOTE_OCTETS_MAX} octets")));
    }
    let mut row = steps::surviving(desk, conversation)?;
    let note = Note { by: steps::cut_words(&by), mentions: mentions(&markdown), markdown };
    steps::entry(desk, &mut row, now, What::Note(note))?;
    row.updated = row.updated.max(now);
    desk.state(&Fact::Conversation(Box::new(row)))
}

/// Leads whom a note mentions to it.
pub(in super::super) fn project(entry: &Entry, desk: &mut Desk) {
    let What::Note(note) = &entry.what else { return };
    for name in &note.mentions {
        desk.put(keys::mention(name, entry.at, entry.conversation, entry.seq), NOTHING);
    }
}

impl Store {
    /// Keeps a note in the time line of a conversation.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Refused`] when it says nothing, or more than [`NOTE_OCTETS_MAX`].
    pub async fn note(&self, new: NewNote) -> Result<(), StoreError> {
        let octets = super::super::SMALL_OCTETS + new.markdown.len();
        self.0.committer.ask(octets, move |desk| note(desk, new)).await
    }

    /// The notes that mention somebody, newest first, at most so many; with `before` only older ones. `name` in lower case.
    /// An entry names the conversation in which it was written, which may have been merged since.
    pub fn mentions(&self, name: &str, before: Option<Millis>, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let mut found = Vec::new();
        for key in self.index().scan(&keys::mentions(name)) {
            if found.len() >= limit {
                break;
            }
            let Some((at, conversation, seq)) = keys::read_mention(&key?.0) else { continue };
            if before.is_none_or(|before| at < before) {
                found.extend(view::entry(self.index(), conversation, seq)?);
            }
        }
        Ok(found)
    }
}

pub(super) fn troubles(index: &Index, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    for found in index.scan(keys::MENTIONS) {
        let (key, _) = found?;
        let Some((_, conversation, seq)) = keys::read_mention(&key) else { continue };
        let leads_to = |entry: &Entry| match &entry.what {
            What::Note(note) => note.mentions.iter().any(|name| key.starts_with(&keys::mentions(name))),
            _ => false,
        };
        if !view::entry(index, conversation, seq)?.as_ref().is_some_and(leads_to) {
            troubles.push(format!("somebody is mentioned in entry {seq} of conversation {conversation}, and is not"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_mention_is_a_name_behind_an_at_and_no_address() {
        for (text, names) in [
            ("@grace have a look", &["grace"][..]),
            ("ask @Grace, or @ada.l.", &["grace", "ada.l"]),
            ("(@grace) @grace!", &["grace"]),
            ("ada@customer.example, a+@b", &[]),
            ("@@x @ @-a @", &[]),
            ("line\n@zoë-ann", &["zoë-ann"]),
        ] {
            assert_eq!(mentions(text), names, "{text}");
        }
        assert_eq!(mentions(&format!("@{}", "x".repeat(65))), Vec::<String>::new(), "nobody is called that");
        let crowd: String = (0..50).map(|n| format!("@p{n} ")).collect();
        assert_eq!(mentions(&crowd).len(), 20);
    }
}
