//! The list: one view, filtered or searched, a page at a time.

use std::sync::Arc;

use askama::Template;
use axum::{
    Extension,
    extract::{Query, State},
};
use serde::Deserialize;

use super::{
    super::{
        api::Office,
        finding,
        listing::{self, ListQuery, ListedRow},
        problem::Problem,
        visitor::Visitor,
    },
    Shown, addresses,
    desk::OPERATOR,
    page::{Done, Page, VIEWS},
    shown, time,
};
use crate::{
    rendering::frame,
    search::{Search, Snippet},
    store::{ConversationRow, Counted, Listing, Owner, Status},
    types::{Level, Verb},
};

/// Conversations of one page.
const PAGE_ROWS: usize = 50;

/// The menu counts so far.
const COUNTED_MAX: usize = 999;

/// What a list is asked for, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filters {
    #[serde(default)]
    view: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    pub(super) address: String,
    #[serde(default)]
    pub(super) tag: String,
    #[serde(default)]
    pub(super) topic: String,
    /// A digit, 0 to 4.
    #[serde(default)]
    pub(super) level: String,
    #[serde(default)]
    cursor: String,
}

impl Filters {
    /// A tag as people write it, with or without its `#`.
    fn tag(&self) -> Option<String> {
        said(self.tag.trim().trim_start_matches('#'))
    }

    fn level(&self) -> Result<Option<u8>, Problem> {
        let read = |text: String| text.parse().map_err(|_| Problem::bad_request("a level is 0 to 4"));
        said(&self.level).map(read).transpose()
    }
}

/// What is said beside a conversation.
#[derive(Debug)]
pub(super) struct Mark {
    /// Class of the style sheet.
    pub(super) kind: &'static str,
    pub(super) words: String,
}

#[derive(Debug)]
struct Item {
    number: String,
    /// What keeps the list known when one of it is opened.
    query: String,
    who: String,
    title: String,
    /// Markup.
    when: String,
    marks: Vec<Mark>,
    /// Markup: where the words were found.
    snippet: String,
    unread: bool,
}

#[derive(Template)]
#[template(path = "inbox/list.html")]
struct ListPage {
    page: Page,
    heading: &'static str,
    view: &'static str,
    addresses: Vec<String>,
    levels: [(&'static str, &'static str); 5],
    filters: Filters,
    items: Vec<Item>,
    empty: &'static str,
    first: String,
    next: String,
}

const LEVELS: [(&str, &str); 5] =
    [("0", "forged"), ("1", "unproven"), ("2", "vouched"), ("3", "authenticated"), ("4", "confirmed")];

/// `GET /inbox`.
pub(super) async fn page(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    search: Option<Extension<Search>>,
    Query(filters): Query<Filters>,
    Query(done): Query<Done>,
) -> Shown {
    let view = VIEWS
        .iter()
        .find(|(word, _, _)| *word == filters.view)
        .unwrap_or(&VIEWS[if visitor.actor.name().is_some() { 0 } else { 5 }]);
    let mut page = Page::new(&office, &visitor, view.0)?.after(&done);
    page.sought.clone_from(&filters.q);
    let found = found(&office, &visitor, search.map(|Extension(search)| search), view.0, &filters).await?;
    let addresses = addresses(&office, &visitor, Verb::Read);
    let many = addresses.len() > 1;
    let items = items(&office, &visitor, found.rows, many, view.0)?;
    let next = found.next.map(|next| href(view.0, &filters, &next)).unwrap_or_default();
    let first = if filters.cursor.is_empty() { String::new() } else { href(view.0, &filters, "") };
    shown(&ListPage {
        heading: if filters.q.is_empty() { view.1 } else { "Found" },
        view: view.0,
        addresses,
        levels: LEVELS,
        items,
        empty: if filters.q.is_empty() { "Nothing waits here." } else { "Nothing holds all these words." },
        first,
        next,
        filters,
        page,
    })
}

/// One page of rows, and where it goes on.
struct Rows {
    rows: Vec<ListedRow>,
    next: Option<String>,
}

async fn found(
    office: &Office,
    visitor: &Visitor,
    search: Option<Search>,
    view: &str,
    filters: &Filters,
) -> Result<Rows, Problem> {
    let mut query = ListQuery::default();
    (query.address, query.tag, query.cursor) = (said(&filters.address), filters.tag(), said(&filters.cursor));
    query.limit = PAGE_ROWS;
    let words = filters.q.trim();
    if words.is_empty() {
        query.view = Some(view.to_owned());
        (query.topic, query.level) = (said(&filters.topic), filters.level()?);
        let page = finding::listed(office, visitor, query.listing(me(visitor))?)?;
        let rows = page.rows.into_iter().map(|row| ListedRow { row, snippet: None }).collect();
        return Ok(Rows { rows, next: page.next.map(|next| next.to_string()) });
    }
    let (rows, next) = listing::found(office, visitor, search, words, &query).await?;
    Ok(Rows { rows, next })
}

/// What a field says, where it says anything.
fn said(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn items(
    office: &Office,
    visitor: &Visitor,
    rows: Vec<ListedRow>,
    names_address: bool,
    view: &str,
) -> Result<Vec<Item>, Problem> {
    let unread = unread(office, visitor, &rows)?;
    let item = |(ListedRow { row, snippet }, unread): (ListedRow, bool)| Item {
        number: row.number.to_string(),
        query: format!("?from={view}"),
        who: who(&row),
        title: title(&row),
        when: time::element(row.updated),
        marks: marks(&row, names_address),
        snippet: snippet.map(|snippet| marked(&snippet)).unwrap_or_default(),
        unread,
    };
    Ok(rows.into_iter().zip(unread).map(item).collect())
}

/// Where the words stand, as markup.
fn marked(snippet: &Snippet) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for (from, to) in &snippet.marks {
        let (Some(before), Some(word)) = (snippet.text.get(at..*from), snippet.text.get(*from..*to)) else { continue };
        out += &format!("{}<mark>{}</mark>", frame::text(before), frame::text(word));
        at = *to;
    }
    out + &frame::text(snippet.text.get(at..).unwrap_or_default())
}

/// What a contact is called.
pub(super) fn who(row: &ConversationRow) -> String {
    if row.contact_name.is_empty() { row.contact.to_string() } else { row.contact_name.clone() }
}

/// What it is about.
pub(super) fn title(row: &ConversationRow) -> String {
    if row.title.is_empty() { "(no subject)".into() } else { row.title.clone() }
}

/// What is said beside a conversation: who has it, what it waits for, what is doubtful.
pub(super) fn marks(row: &ConversationRow, names_address: bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut mark = |kind, words: &str| marks.push(Mark { kind, words: words.to_owned() });
    match row.status {
        Status::Open => {}
        Status::Resolved => mark("good", "resolved"),
        Status::Unresolved => mark("", "unresolved"),
    }
    match &row.owner {
        Owner::Nobody => {}
        Owner::Ai => mark("ai", "AI"),
        Owner::Team => mark("", "team"),
        Owner::Person(name) => mark("", name),
    }
    if row.draft.is_some() {
        mark("waits", "draft to approve");
    }
    if row.wanted.is_some() {
        mark("waits", "a tool waits for you");
    }
    if row.status != Status::Open {
        // What it waited for is over.
    } else if let Some(handed) = &row.handed_off {
        mark("waits", handed.circumstances.code.word());
    } else if !row.waits_because.is_empty() {
        mark("waits", "waits for a person");
    }
    if let Some(until) = row.snoozed_until {
        mark("", &format!("asleep until {}", time::short(until)));
    }
    if row.level < Level::Vouched {
        mark("bad", "sender not proven");
    }
    if names_address {
        mark("", &row.address.to_string());
    }
    row.tags.iter().for_each(|tag| mark("", &format!("#{tag}")));
    marks
}

/// Whose *mine* are.
fn me(visitor: &Visitor) -> Option<&str> {
    Some(visitor.actor.name().unwrap_or(OPERATOR))
}

/// How many a view has, for the menu: nothing of those that only grow.
pub(super) fn count(office: &Office, visitor: &Visitor, view: &str) -> Result<String, Problem> {
    if matches!(view, "closed" | "all") {
        return Ok(String::new());
    }
    let listing = Listing { view: listing::view(view, me(visitor))?, ..Listing::default() };
    let Counted { count, more } = finding::counted(office, visitor, listing, COUNTED_MAX)?;
    Ok(match (count, more) {
        (0, false) => String::new(),
        (count, false) => count.to_string(),
        (count, true) => format!("{count}+"),
    })
}

/// The address of the same list from another place on.
fn href(view: &str, filters: &Filters, cursor: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("view", view);
    let all = [
        ("q", filters.q.as_str()),
        ("address", &filters.address),
        ("tag", &filters.tag),
        ("topic", &filters.topic),
        ("level", &filters.level),
        ("cursor", cursor),
    ];
    all.iter().filter(|(_, value)| !value.is_empty()).for_each(|(name, value)| {
        query.append_pair(name, value);
    });
    format!("/inbox?{}", query.finish())
}

/// Which of the rows have something that this person has not read.
fn unread(office: &Office, visitor: &Visitor, rows: &[ListedRow]) -> Result<Vec<bool>, Problem> {
    let Some(me) = visitor.actor.name() else { return Ok(vec![false; rows.len()]) };
    let ids: Vec<_> = rows.iter().map(|listed| listed.row.id).collect();
    let seen = office.store.seen(me, &ids)?;
    Ok(rows.iter().zip(seen).map(|(listed, seen)| seen < listed.row.heard).collect())
}
