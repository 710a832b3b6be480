//! One conversation: what was said, what became of it, and what can be done.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::{
    super::{
        api::{self, Office},
        finding,
        problem::Problem,
        runs::{RunView, came_to},
        view::{Line, LineKind},
        visitor::Visitor,
    },
    Shown,
    desk::OPERATOR,
    list,
    page::{Done, Page, VIEWS},
    shown, time,
    timeline::{self, Entry},
};
use crate::{
    conversation::{Filling, fill_canned},
    outbound::words_html,
    store::{ConversationRow, Draft, Owner, SeenMark, Status, WantedCall},
    types::Verb,
};

/// Entries of a time line that a page shows at first: the newest.
const ENTRIES_SHOWN: usize = 100;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// The view it was opened from.
    #[serde(default)]
    from: String,
    /// Whether all entries are wanted.
    #[serde(default)]
    all: String,
}

/// A draft that waits.
#[derive(Debug)]
struct DraftCard {
    title: &'static str,
    /// Markup.
    html: String,
    sources: Vec<String>,
    by_ai: bool,
}

#[derive(Debug)]
struct RunCard {
    what: String,
    told: Vec<String>,
}

/// A canned reply with its variables filled in.
#[derive(Debug)]
struct Canned {
    title: String,
    filled: String,
}

#[derive(Template)]
#[template(path = "inbox/conversation.html")]
struct ConversationPage {
    page: Page,
    row: ConversationRow,
    title: String,
    who: String,
    /// The view it was opened from: word and name.
    from: (&'static str, &'static str),
    marks: Vec<list::Mark>,
    entries: Vec<Entry>,
    older: bool,
    older_count: usize,
    may_answer: bool,
    is_open: bool,
    is_mine: bool,
    is_ai: bool,
    may_redact: bool,
    colleagues: Vec<String>,
    others: Vec<String>,
    linked: Option<String>,
    tags: String,
    runs: Vec<RunCard>,
    wanted: Option<Box<WantedCall>>,
    draft: Option<DraftCard>,
    to: String,
    cc: String,
    words: String,
    again_files: String,
    canned: Vec<Canned>,
}

/// `GET /c/{number}`.
pub(super) async fn page(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Query(asked): Query<Asked>,
    Query(done): Query<Done>,
) -> Shown {
    let found = finding::find(&office, &visitor, Verb::Read, &number)?;
    let view = api::whole(&office, &visitor, &found).await?;
    let from = VIEWS.iter().find(|(word, _, _)| *word == asked.from).map(|(word, name, _)| (*word, *name));
    let from = from.unwrap_or(("open", "All open"));
    let skipped = if asked.all.is_empty() { view.timeline.len().saturating_sub(ENTRIES_SHOWN) } else { 0 };
    // That a letter was delivered stands with the letter.
    let is_said = |line: &Line| matches!(&line.what, LineKind::Event { name, .. } if name == "delivered");
    let lines = view.timeline.into_iter().skip(skipped).filter(|line| !is_said(line));
    let entries = lines.map(|line| timeline::entry(&office, line)).collect();
    let row = view.row;
    if let Some(me) = visitor.actor.name() {
        let mark =
            SeenMark { person: me.to_owned(), conversation: row.id, entries: row.entries, now: office.clock.now() };
        office.store.mark_seen(mark).await?;
    }
    let linked = row.linked_to.map(|id| finding::seen(&office, &visitor, id)).transpose()?.flatten();
    let (to, cc) = recipients(&row);
    shown(&ConversationPage {
        page: Page::new(&office, &visitor, from.0)?.after(&done),
        title: list::title(&row),
        who: list::who(&row),
        from,
        marks: list::marks(&row, true),
        entries,
        older: skipped > 0,
        older_count: skipped,
        may_answer: visitor.actor.may(Verb::Answer, Some(&row.address)),
        is_open: row.status == Status::Open,
        is_mine: matches!(&row.owner, Owner::Person(name) if Some(name.as_str()) == visitor.actor.name()),
        is_ai: row.owner == Owner::Ai,
        may_redact: visitor.actor.may(Verb::Redact, None),
        colleagues: super::colleagues(&office, &row)?,
        others: row.participants.iter().map(|one| one.address.to_string()).collect(),
        linked: linked.map(|row| row.number.to_string()),
        tags: row.tags.iter().cloned().collect::<Vec<_>>().join(" "),
        runs: view.runs.into_iter().rev().map(run).collect(),
        wanted: row.wanted.clone().filter(|call| call.let_run.is_none()),
        draft: row.draft.as_ref().map(draft),
        to,
        cc,
        words: words(&office, &visitor, &row)?,
        again_files: again_files(&office, &visitor, &row)?,
        canned: canned(&office, &visitor, &row)?,
        row,
    })
}

/// What stands in the reply at first: what this person has begun, else the draft that waits.
fn words(office: &Office, visitor: &Visitor, row: &ConversationRow) -> Result<String, Problem> {
    let begun = visitor.actor.name().map(|me| office.store.unfinished(row, me)).transpose()?.flatten();
    let begun = begun.map(|begun| begun.markdown).filter(|words| !words.is_empty());
    Ok(begun.or_else(|| row.draft.as_ref().map(|draft| draft.markdown.clone())).unwrap_or_default())
}

/// The canned replies of its address, filled in for it.
fn canned(office: &Office, visitor: &Visitor, row: &ConversationRow) -> Result<Vec<Canned>, Problem> {
    let (number, address, contact) = (row.number.to_string(), row.address.to_string(), list::who(row));
    let filling = Filling {
        contact_name: &contact,
        number: &number,
        address: &address,
        agent_name: visitor.actor.name().unwrap_or(OPERATOR),
    };
    let known = office.store.canned()?;
    let here = known.into_iter().filter(|one| one.is_for(&row.address));
    // One that cannot be filled was refused when it was written.
    let filled =
        here.filter_map(|one| Some(Canned { filled: fill_canned(&one.markdown, &filling).ok()?, title: one.title }));
    Ok(filled.collect())
}

/// To and copies as the form shows them: those of the letter that was taken back, or the contact and who takes part.
fn recipients(row: &ConversationRow) -> (String, String) {
    let again = row.draft.as_ref().and_then(|draft| draft.taken_back.as_ref());
    match again.and_then(|again| again.to.split_first()) {
        Some((to, copies)) => (to.to_string(), joined(copies.iter())),
        None => {
            let others = row.participants.iter().map(|one| &one.address).filter(|one| **one != row.address);
            (row.contact.to_string(), joined(others))
        }
    }
}

fn joined<'a>(addresses: impl Iterator<Item = &'a crate::types::Address>) -> String {
    addresses.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn again_files(office: &Office, visitor: &Visitor, row: &ConversationRow) -> Result<String, Problem> {
    let Some(again) = row.draft.as_ref().and_then(|draft| draft.taken_back.as_ref()) else { return Ok(String::new()) };
    let letter = finding::seen_letter(office, visitor, again.letter)?;
    let names = letter.iter().flat_map(|letter| &letter.enclosed).map(|file| file.name.as_str());
    Ok(names.collect::<Vec<_>>().join(", "))
}

fn draft(draft: &Draft) -> DraftCard {
    let by_ai = draft.taken_back.is_none();
    DraftCard {
        title: if by_ai { "The AI would answer" } else { "Your letter, taken back" },
        html: words_html(&draft.markdown),
        sources: draft.sources.clone(),
        by_ai,
    }
}

fn run(run: RunView) -> RunCard {
    let millis = run.row.millis;
    let what = format!("{}, {}, {millis} ms", came_to(run.row.decision), time::short(run.row.started));
    RunCard { what, told: run.told }
}
