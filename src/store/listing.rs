//! Pages of lists: which conversations a view shows, newest change first, and where the next page begins.
//!
//! A page walks the shortest of the lists that are asked for and looks the others up by key; only what is shown is read.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
    fmt,
    str::FromStr,
};

use sled::IVec;

use super::{
    Store,
    index::Index,
    keys::{self, AddressDigest, PLACE},
    lists::List,
    requests::{ConversationFilter, StoreError},
    rows::{ConversationRow, Status},
    view::{self, View},
};
use crate::types::{Address, ConversationId, HandOffCode, Level, Millis};

/// Rows that a page has when nobody says how many.
pub const PAGE_ROWS_DEFAULT: usize = 100;

/// Rows that a page has at most.
pub const PAGE_ROWS_MAX: usize = 500;

/// Lines of a list that are looked at for one page. Where few of them are wanted, the page comes back short, with a cursor.
const LOOKED_AT_MAX: usize = 5000;

/// Lines that are counted of each list before the shortest is taken.
const WEIGHED_MAX: usize = 512;

/// What people look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum InboxView {
    /// All conversations.
    #[default]
    Everything,
    /// Open ones.
    Open,
    /// Those that are done.
    Closed,
    /// Those that this person has; open ones, unless a status is asked for. So for the next two.
    Mine(String),
    /// Those that the AI has.
    Ai,
    /// Those that nobody in particular has.
    Unassigned,
    /// Those where a draft, or the call of a tool, waits for a person.
    Drafts,
    /// Open ones with a letter that did not arrive, and that nobody wrote anew since.
    Failed,
    /// Open ones that the AI gave to people.
    HandedOff,
    /// Those that nobody need look at before a moment.
    Snoozed,
}

/// Which conversations to list. Everything that is said must hold.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The view.
    pub view: InboxView,
    /// Only of these support addresses; `None`: of all.
    pub addresses: Option<BTreeSet<Address>>,
    /// Only with this status.
    pub status: Option<Status>,
    /// Only those that the AI gave to people for this reason, and were not given back.
    pub handed_off: Option<HandOffCode>,
    /// Only those that were found to be about this topic when they were.
    pub topic: Option<String>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only of this level.
    pub level: Option<Level>,
    /// Only what stands behind this.
    pub after: Option<Cursor>,
    /// At most so many rows; 0 means [`PAGE_ROWS_DEFAULT`], and more than [`PAGE_ROWS_MAX`] are never given.
    pub limit: usize,
}

/// Conversations, newest change first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The rows. They may be fewer than asked for, even none, while there are more.
    pub rows: Vec<ConversationRow>,
    /// Where it goes on; `None` at the end.
    pub next: Option<Cursor>,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Counted {
    /// So many.
    pub count: usize,
    /// And more, which were not counted.
    pub more: bool,
}

/// A place in a list, opaque to whoever holds it: by what stands there, so that nothing is shown twice or left out when
/// conversations above it change. What changes moves to the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    updated: Millis,
    id: ConversationId,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("that is no cursor that a list gave")]
pub struct CursorError;

/// Octets by which a cursor is known for one of ours: of its BLAKE3.
const CURSOR_CHECK: usize = 4;

impl Cursor {
    /// Before everything that changed at that moment or later.
    pub fn before(moment: Millis) -> Self {
        Self { updated: moment, id: ConversationId(0) }
    }

    /// Where a row stands.
    fn of(place: &[u8; PLACE]) -> Option<Self> {
        keys::read_updated(place).map(|(updated, id)| Self { updated, id })
    }

    /// The first place behind it.
    fn behind(self) -> Option<[u8; PLACE]> {
        let place = keys::list_place(self.updated, self.id);
        u128::from_be_bytes(place).checked_add(1).map(u128::to_be_bytes)
    }

    fn check(place: &[u8]) -> [u8; CURSOR_CHECK] {
        *blake3::hash(place).as_bytes().first_chunk().expect("BLAKE3 gives 32 octets")
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = keys::list_place(self.updated, self.id);
        write!(f, "{}{}", keys::hex(&place), keys::hex(&Self::check(&place)))
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let octets = keys::unhex(text).filter(|octets| octets.len() == PLACE + CURSOR_CHECK).ok_or(CursorError)?;
        let (place, check) = octets.split_first_chunk::<PLACE>().ok_or(CursorError)?;
        if Self::check(place) == check { Self::of(place).ok_or(CursorError) } else { Err(CursorError) }
    }
}

/// Lists of which one must hold a conversation.
type AnyOf<'a> = Vec<List<'a>>;

impl Listing {
    /// The lists that must hold what is shown: one of each.
    fn wanted(&self) -> Vec<AnyOf<'_>> {
        let open = self.status.is_none_or(|status| status == Status::Open);
        let mut wanted = Vec::new();
        wanted.extend(self.tag.as_deref().map(|tag| vec![List::Tag(tag)]));
        wanted.extend(self.topic.as_deref().map(|topic| vec![List::Topic(topic)]));
        wanted.extend(self.handed_off.map(|code| vec![List::Code(code)]));
        wanted.extend(self.status.map(|status| vec![List::Of(status)]));
        match &self.view {
            InboxView::Everything => {}
            InboxView::Open => wanted.push(vec![List::Of(Status::Open)]),
            InboxView::Closed => wanted.push(vec![List::Of(Status::Resolved), List::Of(Status::Unresolved)]),
            InboxView::Mine(name) => wanted.push(vec![List::Person { name, open }]),
            InboxView::Ai => wanted.push(vec![List::Ai { open }]),
            InboxView::Unassigned => wanted.push(vec![List::Unassigned { open }]),
            InboxView::Drafts => wanted.push(vec![List::Drafts]),
            InboxView::Failed => wanted.push(vec![List::Failed]),
            InboxView::HandedOff => wanted.push(vec![List::HandedOff]),
            InboxView::Snoozed => wanted.push(vec![List::Snoozed]),
        }
        if wanted.is_empty() {
            wanted.push(vec![List::Everything]);
        }
        wanted
    }
}

impl Store {
    /// One page of a list. What was merged is left out.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the index cannot be read.
    pub fn listed(&self, listing: &Listing) -> Result<Page, StoreError> {
        let limit = if listing.limit == 0 { PAGE_ROWS_DEFAULT } else { listing.limit.min(PAGE_ROWS_MAX) };
        let Some(from) = listing.after.map_or(Some([0; PLACE]), Cursor::behind) else { return Ok(Page::default()) };
        let mut lines = Lines::of(self.index(), listing, from)?;
        let mut page = Page::default();
        for _ in 0..LOOKED_AT_MAX {
            let Some(line) = lines.next()? else { return Ok(Page { next: None, ..page }) };
            if page.rows.len() == limit {
                return Ok(page);
            }
            page.next = Cursor::of(&line.place);
            if lines.holds(&line)? {
                let row = view::conversation(self.index(), line.conversation())?;
                page.rows.extend(row.filter(|row| listing.level.is_none_or(|level| row.level == level)));
            }
        }
        Ok(page)
    }

    /// How many conversations a list has; not counted further than `at_most`, nor further than one page looks.
    pub fn listed_count(&self, listing: &Listing, at_most: usize) -> Result<Counted, StoreError> {
        let mut lines = Lines::of(self.index(), listing, [0; PLACE])?;
        let mut count = 0;
        for _ in 0..LOOKED_AT_MAX {
            let Some(line) = lines.next()? else { return Ok(Counted { count, more: false }) };
            if count == at_most {
                break;
            }
            let counts = lines.holds(&line)?
                && match listing.level {
                    Some(level) => {
                        let row = view::conversation(self.index(), line.conversation())?;
                        row.is_some_and(|row| row.level == level)
                    }
                    None => true,
                };
            count += usize::from(counts);
        }
        Ok(Counted { count, more: true })
    }

    /// Conversations, newest change first, as many as are asked for. Merged ones are left out. Walks page after page: for
    /// scripts and checks, not for what somebody waits for.
    pub fn conversations(&self, filter: &ConversationFilter) -> Result<Vec<ConversationRow>, StoreError> {
        let limit = filter.limit_or_default();
        let mut listing = Listing {
            addresses: filter.address.clone().map(|address| BTreeSet::from([address])),
            status: filter.open_only.then_some(Status::Open),
            handed_off: filter.handed_off,
            topic: filter.topic.clone(),
            tag: filter.tag.clone(),
            after: filter.before.map(Cursor::before),
            ..Listing::default()
        };
        let mut rows: Vec<ConversationRow> = Vec::new();
        loop {
            listing.limit = (limit - rows.len()).min(PAGE_ROWS_MAX);
            let page = self.listed(&listing)?;
            rows.extend(page.rows);
            listing.after = page.next;
            if listing.after.is_none() || rows.len() == limit {
                return Ok(rows);
            }
        }
    }
}

/// A line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    place: [u8; PLACE],
    at: AddressDigest,
}

impl Line {
    fn conversation(&self) -> ConversationId {
        keys::read_updated(&self.place).map_or(ConversationId(0), |(_, id)| id)
    }
}

type Scan<'a> = Box<dyn Iterator<Item = Result<(IVec, IVec), StoreError>> + 'a>;

/// The lines of the shortest list, of all its addresses together, and what else must hold.
struct Lines<'a> {
    index: &'a Index,
    scans: Vec<(AddressDigest, Scan<'a>)>,
    /// The next line of each scan that has one.
    heads: BinaryHeap<Reverse<(Line, usize)>>,
    last: Option<Line>,
    others: Vec<AnyOf<'a>>,
}

impl<'a> Lines<'a> {
    fn of(index: &'a Index, listing: &'a Listing, from: [u8; PLACE]) -> Result<Self, StoreError> {
        let addresses = match &listing.addresses {
            Some(addresses) => addresses.iter().map(AddressDigest::of).collect(),
            None => all_addresses(index)?,
        };
        let mut others = listing.wanted();
        let mut shortest = (usize::MAX, 0);
        for (at, any) in others.iter().enumerate().filter(|_| others.len() > 1) {
            let lines = scans(index, any, &addresses, [0; PLACE]).flat_map(|(_, scan)| scan);
            shortest = shortest.min((lines.take(WEIGHED_MAX).count(), at));
        }
        let walked = others.swap_remove(shortest.1);
        let scans = scans(index, &walked, &addresses, from).collect();
        let mut lines = Self { index, scans, heads: BinaryHeap::new(), last: None, others };
        (0..lines.scans.len()).try_for_each(|scan| lines.advance(scan))?;
        Ok(lines)
    }

    fn advance(&mut self, scan: usize) -> Result<(), StoreError> {
        let (at, lines) = &mut self.scans[scan];
        if let Some(found) = lines.next() {
            let (key, _) = found?;
            let place = *key.last_chunk().ok_or_else(|| StoreError::Damaged("a line of a list".into()))?;
            self.heads.push(Reverse((Line { place, at: *at }, scan)));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Line>, StoreError> {
        while let Some(Reverse((line, scan))) = self.heads.pop() {
            self.advance(scan)?;
            // Met twice while the index took a batch down.
            if self.last.replace(line) != Some(line) {
                return Ok(Some(line));
            }
        }
        Ok(None)
    }

    /// Whether all the other lists hold it too.
    fn holds(&self, line: &Line) -> Result<bool, StoreError> {
        for any in &self.others {
            let mut held = false;
            for list in any {
                let key = [keys::list(*list, line.at).as_slice(), &line.place].concat();
                held = held || self.index.value(&key)?.is_some();
            }
            if !held {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn scans<'a>(
    index: &'a Index,
    any: &[List<'_>],
    addresses: &[AddressDigest],
    from: [u8; PLACE],
) -> impl Iterator<Item = (AddressDigest, Scan<'a>)> {
    let pairs = any.iter().flat_map(|list| addresses.iter().map(move |at| (keys::list(*list, *at), *at)));
    pairs.map(move |(prefix, at)| {
        let from = [prefix.as_slice(), &from].concat();
        (at, Box::new(index.scan_from(&prefix, &from)) as Scan<'a>)
    })
}

fn all_addresses(index: &Index) -> Result<Vec<AddressDigest>, StoreError> {
    let mut addresses = Vec::new();
    for found in index.scan(b"U") {
        addresses.extend(keys::read_has_conversations(&found?.0));
    }
    Ok(addresses)
}
