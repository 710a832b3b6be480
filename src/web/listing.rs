//! Lists of conversations for scripts: a view, filtered, or what was found for some words; a page at a time.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Extension, Json,
    extract::{Query, RawQuery, State},
    http::{HeaderMap, HeaderValue, header},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{api::Office, finding, problem::Problem, visitor::Visitor};
use crate::{
    people::Actor,
    search::{Question, Search, SearchError, Snippet},
    store::{ConversationRow, Cursor, InboxView, Listing, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX, Status},
    types::{Address, HandOffCode, Level, Millis, Verb},
};

/// What a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct ListQuery {
    /// `mine`, `ai`, `unassigned`, `open`, `closed`, `drafts`, `failed`, `handed_off`, `snoozed`; everything without.
    pub(super) view: Option<String>,
    /// Words to find, as a person types them: then the best come first. It goes with `view` open and closed, `open`, `address`
    /// and `tag`, and with none of the others.
    pub(super) q: Option<String>,
    /// Where the page begins: as the last one's `Link` said.
    pub(super) cursor: Option<String>,
    /// At most so many rows: 100 without, 500 at most; as many as it says for the operator.
    #[serde(default)]
    pub(super) limit: usize,
    pub(super) address: Option<String>,
    /// Only open ones.
    #[serde(default)]
    open: bool,
    /// `open`, `resolved` or `unresolved`.
    status: Option<String>,
    /// 0 to 4.
    pub(super) level: Option<u8>,
    /// Only changed before this, in milliseconds since 1970.
    before: Option<u64>,
    /// A reason code: only what the AI gave to people for it.
    handed_off: Option<String>,
    /// Only what was found to be about this topic then.
    pub(super) topic: Option<String>,
    /// Only with this tag.
    pub(super) tag: Option<String>,
}

/// A conversation in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedRow {
    #[serde(flatten)]
    pub(super) row: ConversationRow,
    /// Where the words stand that it was found for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) snippet: Option<Snippet>,
}

type Listed = (HeaderMap, Json<Vec<ListedRow>>);

/// Conversations: newest change first, or those that were found, the best first. Where there are more, `Link` leads to them
/// (RFC 8288); a page may have fewer rows than were asked for, even none, while there are more.
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(ListQuery), security(("key" = ["read"])), responses((status = 200, body = Vec<ListedRow>)))]
pub(super) async fn conversations(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    search: Option<Extension<Search>>,
    Query(query): Query<ListQuery>,
    RawQuery(raw): RawQuery,
) -> Result<Listed, Problem> {
    let (rows, next) = match query.q.as_deref().filter(|words| !words.trim().is_empty()) {
        Some(words) => found(&office, &visitor, search.map(|Extension(search)| search), words, &query).await?,
        None => all(&office, &visitor, &query)?,
    };
    let mut headers = HeaderMap::new();
    if let Some(next) = next {
        headers.insert(header::LINK, link(raw.as_deref().unwrap_or_default(), &next));
    }
    Ok((headers, Json(rows)))
}

/// One page; for the operator as many as are asked for, because scripts ask for all at once.
fn all(office: &Office, visitor: &Visitor, query: &ListQuery) -> Result<(Vec<ListedRow>, Option<String>), Problem> {
    let mut listing = query.listing(visitor.actor.name())?;
    let wanted = if visitor.actor == Actor::Operator { query.limit } else { 0 };
    let mut rows = Vec::new();
    loop {
        let page = finding::listed(office, visitor, listing.clone())?;
        rows.extend(page.rows.into_iter().map(|row| ListedRow { row, snippet: None }));
        match page.next {
            Some(next) if rows.len() < wanted => {
                (listing.after, listing.limit) = (Some(next), (wanted - rows.len()).min(PAGE_ROWS_MAX));
            }
            next => return Ok((rows, next.map(|next| next.to_string()))),
        }
    }
}

/// Conversations that have the words, of those that they may look at; a number's own first.
pub(super) async fn found(
    office: &Office,
    visitor: &Visitor,
    search: Option<Search>,
    words: &str,
    query: &ListQuery,
) -> Result<(Vec<ListedRow>, Option<String>), Problem> {
    let search = search.ok_or_else(|| Problem::no_room("nothing is searched here: ask the daemon"))?;
    let skip = query.cursor.as_deref().map_or(Ok(0), str::parse);
    let skip = skip.map_err(|_| Problem::bad_request("that is no cursor that a list gave"))?;
    let limit = if query.limit == 0 { PAGE_ROWS_DEFAULT } else { query.limit.min(PAGE_ROWS_MAX) };
    let addresses = finding::reached(visitor, query.address()?.map(|address| BTreeSet::from([address])));
    let words = [query.conditions()?.as_str(), words].concat();
    let question = Question { words, addresses: addresses.clone(), skip, limit, now: office.clock.now() };
    let found = tokio::task::spawn_blocking(move || search.find(&question)).await;
    let found = found.unwrap_or(Err(SearchError::Stopping)).map_err(|error| Problem::broken(error.to_string()))?;

    let may_see = |row: &ConversationRow| addresses.as_ref().is_none_or(|seen| seen.contains(&row.address));
    let mut rows: Vec<ListedRow> = Vec::new();
    if let Some(number) = found.number.filter(|_| skip == 0) {
        // One that they may not look at is none.
        let row = finding::find(office, visitor, Verb::Read, &number.to_string()).ok().filter(may_see);
        rows.extend(row.map(|row| ListedRow { row, snippet: None }));
    }
    for hit in found.hits {
        // What changed since may have gone into another, or lie elsewhere.
        let row = finding::seen(office, visitor, hit.id)?.filter(may_see);
        if let Some(row) = row.filter(|row| rows.iter().all(|known| known.row.id != row.id)) {
            rows.push(ListedRow { row, snippet: Some(hit.snippet) });
        }
    }
    Ok((rows, found.next.map(|next| next.to_string())))
}

impl ListQuery {
    fn address(&self) -> Result<Option<Address>, Problem> {
        let address = self.address.as_deref().map(Address::parse).transpose();
        address.map_err(|error| Problem::bad_request(error.to_string()))
    }

    /// What goes with words to find, in front of them.
    fn conditions(&self) -> Result<String, Problem> {
        let others = [&self.status, &self.handed_off, &self.topic].iter().any(|one| one.is_some());
        if others || self.level.is_some() || self.before.is_some() {
            return Err(Problem::bad_request("with q go view, open, address and tag only"));
        }
        let mut conditions = match self.view.as_deref() {
            None | Some("" | "all") => String::new(),
            Some("open") => "is:open ".to_owned(),
            Some("closed") => "is:closed ".to_owned(),
            Some(_) => return Err(Problem::bad_request("with q goes the view open, closed or none")),
        };
        if self.open {
            conditions.push_str("is:open ");
        }
        if let Some(tag) = &self.tag {
            conditions.push_str(&format!("tag:\"{}\" ", tag.replace('"', "")));
        }
        Ok(conditions)
    }

    /// What the store is asked for. `me`: whose are *mine*.
    pub(super) fn listing(&self, me: Option<&str>) -> Result<Listing, Problem> {
        let view = view(self.view.as_deref().unwrap_or_default(), me)?;
        let status = match self.status.as_deref() {
            None => self.open.then_some(Status::Open),
            Some("open") => Some(Status::Open),
            Some("resolved") => Some(Status::Resolved),
            Some("unresolved") => Some(Status::Unresolved),
            Some(word) => return Err(unknown(word, "status")),
        };
        let code = |word: &String| HandOffCode::of(word).ok_or_else(|| unknown(word, "reason to hand over"));
        let level = |level: u8| Level::from_u8(level).ok_or_else(|| unknown(&level.to_string(), "level"));
        let cursor = self.cursor.as_deref().map(str::parse::<Cursor>).transpose();
        let cursor = cursor.map_err(|error| Problem::bad_request(error.to_string()))?;
        Ok(Listing {
            view,
            addresses: self.address()?.map(|address| BTreeSet::from([address])),
            status,
            handed_off: self.handed_off.as_ref().map(code).transpose()?,
            topic: self.topic.clone(),
            tag: self.tag.clone(),
            level: self.level.map(level).transpose()?,
            after: cursor.or_else(|| self.before.map(|before| Cursor::before(Millis(before)))),
            limit: self.limit,
        })
    }
}

fn unknown(word: &str, what: &str) -> Problem {
    Problem::bad_request(format!("`{word}` is no {what}"))
}

/// The view of a word.
pub(super) fn view(word: &str, me: Option<&str>) -> Result<InboxView, Problem> {
    Ok(match word {
        "" | "all" => InboxView::Everything,
        "mine" => match me {
            Some(name) => InboxView::Mine(name.to_owned()),
            None => return Err(Problem::bad_request("nothing is the operator's: log in, or use a key")),
        },
        "ai" => InboxView::Ai,
        "unassigned" => InboxView::Unassigned,
        "open" => InboxView::Open,
        "closed" => InboxView::Closed,
        "drafts" => InboxView::Drafts,
        "failed" => InboxView::Failed,
        "handed_off" => InboxView::HandedOff,
        "snoozed" => InboxView::Snoozed,
        word => return Err(unknown(word, "view")),
    })
}

/// The same question with another cursor. RFC 8288 §3.
fn link(query: &str, cursor: &str) -> HeaderValue {
    let mut next = url::form_urlencoded::Serializer::new(String::new());
    next.extend_pairs(url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "cursor"));
    next.append_pair("cursor", cursor);
    let link = format!("<?{}>; rel=\"next\"", next.finish());
    HeaderValue::try_from(link).expect("a form is ASCII without control characters")
}
