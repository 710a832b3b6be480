//! Who is not let in any more. Their mail is kept and held, where a person can still release it; it opens and joins nothing, and
//! the AI answers none of theirs. What a mail must prove for that is said in `conversation::file`.

use serde::{Deserialize, Serialize};

use super::{
    super::{
        Store,
        desk::Desk,
        facts::Fact,
        index::Index,
        projection::{Old, delete_row, old_pieces, put_row},
        requests::StoreError,
        steps::{self, cut_words, drop_job, wait},
        tallies::Tallies,
        view::{self, View},
    },
    keys,
};
use crate::{
    conversation::Blocked,
    types::{Address, AddressError, JobId, Millis},
};

/// Labels of a domain that are looked at, from the right: no name has more by right.
const LABELS_MAX: usize = 127;

/// Whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// One contact.
    Address(Address),
    /// Everybody at a domain and at what is below it; in ASCII and lower case.
    Domain(String),
}

impl Who {
    /// Reads `name@domain` or a domain of two labels or more.
    ///
    /// # Errors
    /// See [`AddressError`].
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        if text.trim_start_matches('@').contains('@') {
            return Address::parse(text).map(Self::Address);
        }
        let probe = Address::parse(&format!("x@{}", text.trim_start_matches('@')))?;
        if probe.domain().contains('.') {
            Ok(Self::Domain(probe.domain().to_owned()))
        } else {
            Err(AddressError::Domain)
        }
    }

    /// The domain, of one contact theirs.
    pub fn domain(&self) -> &str {
        match self {
            Self::Address(address) => address.domain(),
            Self::Domain(domain) => domain,
        }
    }
}

impl std::fmt::Display for Who {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Domain(domain) => f.write_str(domain),
        }
    }
}

/// Somebody who is blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct BlockedRow {
    /// Who.
    pub who: Who,
    /// Why, in words.
    pub why: String,
    /// Who says so.
    pub by: String,
    /// When.
    pub at: Millis,
    /// They are let in again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lifted: bool,
}

/// A person blocks somebody, or lets them in again.
#[derive(Debug, Clone)]
pub struct Block {
    /// Whom.
    pub who: Who,
    /// Why, in words; `None`: they are let in again.
    pub why: Option<String>,
    /// Who says so.
    pub by: String,
    /// When.
    pub now: Millis,
}

fn block(desk: &mut Desk, asked: Block) -> Result<(), StoreError> {
    let Block { who, why, by, now } = asked;
    let known: Option<BlockedRow> = view::row(desk, &keys::blocked(&who))?;
    let row = match (why, known) {
        (Some(_), Some(known)) => {
            return Err(StoreError::Refused(format!("{who} is blocked already, by {}: {}", known.by, known.why)));
        }
        (Some(why), None) => BlockedRow { who, why: cut_words(&why), by: cut_words(&by), at: now, lifted: false },
        (None, Some(known)) => BlockedRow { by: cut_words(&by), at: now, lifted: true, ..known },
        (None, None) => return Err(StoreError::NotFound(format!("block of {who}"))),
    };
    desk.state(&Fact::Blocked(Box::new(row)))
}

/// Writes it, or takes it away.
pub(in super::super) fn project(row: &BlockedRow, json: &[u8], desk: &mut Desk) -> Result<(), StoreError> {
    let key = keys::blocked(&row.who);
    let old = old_pieces(desk, &key)?;
    let tallies = desk.tallies_mut();
    tallies.blocked = tallies.blocked.saturating_sub(u64::from(old != Old::None)) + u64::from(!row.lifted);
    if row.lifted { delete_row(key, desk) } else { put_row(key, json, old, desk) }
}

/// What stands against somebody: themselves, or the domain they are at or below.
pub(in super::super) fn against(desk: &Desk, who: Option<&Address>) -> Result<Option<Blocked>, StoreError> {
    let Some(who) = who.filter(|_| desk.tallies().blocked > 0) else { return Ok(None) };
    let row = match view::row::<BlockedRow>(desk, &keys::blocked(&Who::Address(who.clone())))? {
        Some(row) => Some(row),
        None => above(desk, who.domain())?,
    };
    Ok(row.map(|BlockedRow { by, why, .. }| Blocked { by, why }))
}

fn above(view: &impl View, domain: &str) -> Result<Option<BlockedRow>, StoreError> {
    let behind_dots = domain.match_indices('.').map(|(at, _)| &domain[at + 1..]);
    for name in std::iter::once(domain).chain(behind_dots).take(LABELS_MAX) {
        if let Some(row) = view::row(view, &keys::blocked(&Who::Domain(name.to_owned())))? {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// Ends an answer to somebody who was blocked since they wrote; a person sees why. Whether there was one.
pub(in super::super) fn silences(desk: &mut Desk, job: JobId, now: Millis) -> Result<bool, StoreError> {
    let JobId::Answer(id) = job else { return Ok(false) };
    if desk.tallies().blocked == 0 {
        return Ok(false);
    }
    let mut row = steps::surviving(desk, id)?;
    let Some(Blocked { by, why }) = against(desk, Some(&row.contact))? else { return Ok(false) };
    drop_job(desk, job)?;
    wait(desk, &mut row, now, &format!("the AI does not answer: {by} blocked the contact: {why}"))?;
    desk.state(&Fact::Conversation(Box::new(row)))?;
    Ok(true)
}

impl Store {
    /// Blocks somebody, or lets them in again. What they wrote before stays where it is, and what is held of theirs waits for a
    /// person.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when they are blocked already; [`StoreError::NotFound`] when who is to be let in is not.
    pub async fn block(&self, asked: Block) -> Result<(), StoreError> {
        self.ask(move |desk| block(desk, asked)).await
    }

    /// Everybody who is blocked, newest first.
    pub fn blocked(&self) -> Result<Vec<BlockedRow>, StoreError> {
        let mut rows = all(self.index())?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
        Ok(rows)
    }

    /// What a person said about exactly these; `None` when they are not blocked themselves.
    pub fn block_of(&self, who: &Who) -> Result<Option<BlockedRow>, StoreError> {
        view::row(self.index(), &keys::blocked(who))
    }
}

fn all(index: &Index) -> Result<Vec<BlockedRow>, StoreError> {
    let mut rows = Vec::new();
    for found in index.scan(keys::BLOCKED) {
        let (key, _) = found?;
        if key.len() == keys::NAMED_LEN {
            rows.extend(view::row(index, &key)?);
        }
    }
    Ok(rows)
}

pub(super) fn troubles(index: &Index, tallies: &Tallies, troubles: &mut Vec<String>) -> Result<(), StoreError> {
    let rows = all(index)?;
    for row in &rows {
        if view::row(index, &keys::blocked(&row.who))?.as_ref() != Some(row) {
            troubles.push("somebody is blocked and does not stand under their name".into());
        }
    }
    if rows.len() as u64 != tallies.blocked {
        troubles.push(format!("{} are blocked and {} are counted", rows.len(), tallies.blocked));
    }
    Ok(())
}
