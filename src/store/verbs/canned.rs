//! Prepared replies: Markdown with variables, for one address or for all.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        Store,
        desk::Desk,
        facts::Fact,
        index::Index,
        projection::{delete_row, old_pieces, put_row},
        requests::StoreError,
        steps::cut_words,
        view,
    },
    keys,
};
use crate::{
    conversation::check_canned,
    types::{Address, Millis},
};

/// Octets of the words of one.
pub const CANNED_OCTETS_MAX: usize = 64 * 1024;

/// How many there may be: people look through all of them.
pub const CANNED_MAX: usize = 1_000;

/// Octets of a name.
const NAME_OCTETS_MAX: usize = 64;

/// Letters of a title: it stands in a list.
const TITLE_CHARS_MAX: usize = 200;

/// A prepared reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CannedRow {
    /// By which it is called: 1 to 64 of a to z, 0 to 9 and `-`.
    pub name: String,
    /// What people read in the list.
    pub title: String,
    /// The words, with variables: see [`Filling`](crate::conversation::Filling).
    pub markdown: String,
    /// Only for conversations of this support address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// It was taken away.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// Who changed it last.
    pub by: String,
    /// When.
    pub at: Millis,
}

impl CannedRow {
    /// Whether it is for conversations of that address.
    pub fn is_for(&self, address: &Address) -> bool {
        self.address.as_ref().is_none_or(|own| own == address)
    }
}

/// A person changes a prepared reply.
#[derive(Debug, Clone)]
pub struct CannedChange {
    /// Which.
    pub name: String,
    /// How.
    pub verb: CannedVerb,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

/// See [`CannedChange`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CannedVerb {
    /// There is one of that name from now on, whether or not there was.
    Put {
        /// What people read in the list.
        title: String,
        /// The words.
        markdown: String,
        /// Only for conversations of this support address.
        address: Option<Address>,
    },
    /// There is none any more.
    Remove,
}

fn change(desk: &mut Desk, there: usize, asked: CannedChange) -> Result<CannedRow, StoreError> {
    let CannedChange { name, verb, by, now } = asked;
    let known: Option<CannedRow> = view::row(desk, &keys::canned(&name))?;
    let by = cut_words(&by);
    let row = match (verb, known) {
        (CannedVerb::Put { title, markdown, address }, known) => {
            may_be_put(&name, &title, &markdown)?;
            if known.is_none() && there >= CANNED_MAX {
                return Err(StoreError::Refused(format!("there are {CANNED_MAX} of them: remove one")));
            }
            CannedRow { name, title, markdown, address, removed: false, by, at: now }
        }
        (CannedVerb::Remove, Some(known)) => CannedRow { removed: true, by, at: now, ..known },
        (CannedVerb::Remove, None) => return Err(StoreError::NotFound(format!("prepared reply {name}"))),
    };
    desk.state(&Fact::Canned(Box::new(row.clone())))?;
    Ok(row)
}

fn may_be_put(name: &str, title: &str, markdown: &str) -> Result<(), StoreError> {
    let refused = |words: String| Err(StoreError::Refused(words));
    let inner = |octet: u8| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !(1..=NAME_OCTETS_MAX).contains(&name.len()) || !name.bytes().all(inner) {
        return refused(format!("the name of a prepared reply is 1 to {NAME_OCTETS_MAX} of a to z, 0 to 9 and -"));
    }
    let is_line = |title: &str| !title.trim().is_empty() && !title.chars().any(char::is_control);
    if !is_line(title) || title.chars().count() > TITLE_CHARS_MAX {
        return refused(format!("a title is one line of at most {TITLE_CHARS_MAX} letters"));
    }
    if markdown.trim().is_empty() || markdown.len() > CANNED_OCTETS_MAX {
        return refused(format!("say what is replied, in at most {CANNED_OCTETS_MAX} octets"));
    }
    check_canned(markdown).map_err(|error| StoreError::Refused(error.to_string()))
}

/// Writes it, or takes it away.
pub(in super::super) fn project(row: &CannedRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::canned(&row.name);
    if row.removed {
        return delete_row(key, desk);
    }
    let old = old_pieces(desk, &key)?;
    put_row(key, json, old, desk)
}

impl Store {
    /// Adds a prepared reply, changes it or takes it away; gives it as it is then.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when name, title or words are not right, a variable is unknown, or there are [`CANNED_MAX`];
    /// [`StoreError::NotFound`] when one is to be removed that is not there.
    pub async fn change_canned(&self, asked: CannedChange) -> Result<CannedRow, StoreError> {
        let octets = match &asked.verb {
            CannedVerb::Put { markdown, .. } => markdown.len(),
            CannedVerb::Remove => CANNED_OCTETS_MAX,
        };
        // Two at once may both be the last there is room for: the bound is for people's eyes.
        let there = self.canned()?.len();
        self.0.committer.ask(super::super::SMALL_OCTETS + octets, move |desk| change(desk, there, asked)).await
    }

    /// One prepared reply.
    pub fn canned_reply(&self, name: &str) -> Result<Option<CannedRow>, StoreError> {
        view::row(self.index(), &keys::canned(name))
    }

    /// All prepared replies, by title.
    pub fn canned(&self) -> Result<Vec<CannedRow>, StoreError> {
        let mut rows = all(self.index())?;
        rows.sort_by(|a, b| (&a.title, &a.name).cmp(&(&b.title, &b.name)));
        Ok(rows)
    }
}

fn all(index: &Index) -> Result<Vec<CannedRow>, StoreError> {
    let mut rows = Vec::new();
    for found in index.scan(keys::CANNED) {
        let (key, _) = found?;
        if key.len() == keys::NAMED_LEN {
            rows.extend(view::row(index, &key)?);
        }
    }
    Ok(rows)
}

pub(super) fn troubles(index: &Index, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    for row in all(index)? {
        if row.removed || view::row::<CannedRow>(index, &keys::canned(&row.name))?.as_ref() != Some(&row) {
            troubles.push(format!("prepared reply {} does not stand under its name", row.name));
        }
    }
    Ok(())
}
