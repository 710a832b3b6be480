//! The list: one view, filtered or searched, a page at a time.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::{
    super::{api::Office, finding, problem::Problem, visitor::Visitor},
    Shown,
    page::{Done, Page, VIEWS},
    shown, time,
};
use crate::{
    store::{ConversationFilter, ConversationRow, Owner, Status},
    types::{Address, Level},
};

/// Conversations of one page.
const PAGE_ROWS: usize = 50;

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
    Query(filters): Query<Filters>,
    Query(done): Query<Done>,
) -> Shown {
    let view = VIEWS
        .iter()
        .find(|(word, _, _)| *word == filters.view)
        .unwrap_or(&VIEWS[if visitor.actor.name().is_some() { 0 } else { 5 }]);
    let mut page = Page::new(&office, &visitor, view.0)?.after(&done);
    page.sought.clone_from(&filters.q);
    let rows = found(&office, &visitor, view.0, &filters)?;
    let many = office.rules.directory.addresses().count() > 1;
    let items = rows.iter().map(|row| item(row, many, view.0)).collect();
    shown(&ListPage {
        heading: if filters.q.is_empty() { view.1 } else { "Found" },
        view: view.0,
        addresses: office.rules.directory.addresses().map(ToString::to_string).collect(),
        levels: LEVELS,
        items,
        empty: if filters.q.is_empty() { "Nothing waits here." } else { "Nothing holds all these words." },
        first: String::new(),
        next: String::new(),
        filters,
        page,
    })
}

fn item(row: &ConversationRow, names_address: bool, view: &str) -> Item {
    Item {
        number: row.number.to_string(),
        query: format!("?from={view}"),
        who: who(row),
        title: title(row),
        when: time::element(row.updated),
        marks: marks(row, names_address),
        snippet: String::new(),
        unread: false,
    }
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
    if let Some(handed) = &row.handed_off {
        mark("waits", handed.circumstances.code.word());
    } else if !row.waits_because.is_empty() {
        mark("waits", "waits for a person");
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

fn found(office: &Office, visitor: &Visitor, view: &str, filters: &Filters) -> Result<Vec<ConversationRow>, Problem> {
    let address = (!filters.address.is_empty()).then(|| Address::parse(&filters.address)).transpose();
    let filter = ConversationFilter {
        address: address.map_err(|error| Problem::bad_request(error.to_string()))?,
        tag: (!filters.tag.is_empty()).then(|| filters.tag.clone()),
        topic: (!filters.topic.is_empty()).then(|| filters.topic.clone()),
        limit: 500,
        ..ConversationFilter::default()
    };
    let rows = finding::conversations(office, visitor, filter)?;
    let me = visitor.actor.name();
    let of_view = |row: &ConversationRow| match view {
        "mine" => row.status == Status::Open && matches!(&row.owner, Owner::Person(name) if Some(name.as_str()) == me),
        "unassigned" => row.status == Status::Open && matches!(row.owner, Owner::Nobody | Owner::Team),
        "ai" => row.status == Status::Open && row.owner == Owner::Ai,
        "drafts" => row.draft.is_some() || row.wanted.is_some(),
        "open" => row.status == Status::Open,
        "closed" => row.status != Status::Open,
        _ => true,
    };
    Ok(rows.into_iter().filter(of_view).take(PAGE_ROWS).collect())
}

/// How many a view has, for the menu.
pub(super) fn count(_office: &Office, _visitor: &Visitor, _view: &str) -> Result<String, Problem> {
    Ok(String::new())
}
