//! `/api/v1/queue`: what has not left yet or was refused lately, and what people do with it.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    api::{Answer, Office},
    deliveries::{self, DeliveryView},
    finding,
    problem::{Problem, said},
    view::{self, LetterView, moment},
    visitor::Visitor,
};
use crate::{
    observability::maillog,
    store::{LetterRow, Steer, Steered, Steering},
    types::{ConversationId, Job, JobId, JobState, LetterId, Millis, Number, Verb},
};

/// How long a letter is listed that was refused or came back.
const REFUSED_LISTED: Duration = Duration::from_secs(7 * 24 * 3600);

pub(super) fn routes() -> OpenApiRouter<Arc<Office>> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(show))
        .routes(routes!(retry))
        .routes(routes!(end))
        .routes(routes!(recall))
        .routes(routes!(edit))
}

/// One line of the queue.
#[derive(Debug, Serialize, ToSchema)]
struct QueueRow {
    /// Whose conversation.
    conversation: ConversationId,
    /// Its number.
    number: Option<Number>,
    /// When the letter was written or the answer first asked for.
    made: Millis,
    #[serde(flatten)]
    what: Queued,
}

/// What waits there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Queued {
    /// A letter, for one recipient.
    Deliver {
        letter: LetterId,
        subject: String,
        #[serde(flatten)]
        delivery: DeliveryView,
    },
    /// The AI's answer to a conversation.
    Answer {
        /// `answer-CONVERSATION`.
        id: String,
        /// `waiting`, `working` or `parked`.
        state: &'static str,
        words: String,
        tries: u32,
        next: Option<Millis>,
    },
}

/// Recipients that have not got their letter, answers that are due, then refusals, newest first.
#[utoipa::path(get, path = "/queue", tag = "queue", security(("key" = ["read"])), responses((status = 200, body = Vec<QueueRow>)))]
async fn list(State(office): State<Arc<Office>>, visitor: Visitor) -> Answer<Vec<QueueRow>> {
    let mut rows = Vec::new();
    for job in office.store.jobs()? {
        match job.id {
            JobId::Deliver(letter, place) => rows.extend(delivery(&office, &visitor, letter, place)?),
            JobId::Answer(_) => rows.extend(answer(&office, &visitor, job)?),
        }
    }
    let since = Millis(office.clock.now().0.saturating_sub(REFUSED_LISTED.as_millis() as u64));
    for (letter, place) in office.store.refused(since)? {
        rows.extend(delivery(&office, &visitor, letter, place)?);
    }
    Ok(Json(rows))
}

/// `None` of what they may not look at.
fn delivery(office: &Office, visitor: &Visitor, letter: LetterId, place: u16) -> Result<Option<QueueRow>, Problem> {
    // It may have ended since the list was read.
    let Some(row) = finding::seen_letter(office, visitor, letter)? else { return Ok(None) };
    let Some(delivery) = deliveries::of_recipient(&office.store, &row, place)? else { return Ok(None) };
    let LetterRow { conversation, made, subject, .. } = row;
    let number = number(office, visitor, conversation)?;
    Ok(Some(QueueRow { conversation, number, made, what: Queued::Deliver { letter, subject, delivery } }))
}

/// The same.
fn answer(office: &Office, visitor: &Visitor, job: Job) -> Result<Option<QueueRow>, Problem> {
    let Some(conversation) = finding::seen(office, visitor, job.conversation)? else { return Ok(None) };
    let (state, next, words) = match job.state {
        JobState::Due(at) => ("waiting", Some(at), format!("an answer is due {}", moment(at))),
        JobState::Claimed(_) => ("working", None, "an answer is being thought of".to_owned()),
        JobState::Parked => ("parked", None, "the answer was given up".to_owned()),
    };
    let words = if job.last_words.is_empty() { words } else { format!("{words}: {}", job.last_words) };
    let what = Queued::Answer { id: job.id.to_string(), state, words, tries: job.attempts, next };
    Ok(Some(QueueRow { conversation: job.conversation, number: Some(conversation.number), made: job.made, what }))
}

fn number(office: &Office, visitor: &Visitor, id: ConversationId) -> Result<Option<Number>, Problem> {
    // Where it was merged into: there people see the letter.
    Ok(finding::seen(office, visitor, id)?.map(|row| row.number))
}

/// A letter with how far it got.
#[derive(Debug, Serialize, ToSchema)]
struct QueuedLetter {
    number: Option<Number>,
    #[serde(flatten)]
    letter: LetterView,
}

/// A letter, or one recipient of it: `LETTER` or `LETTER-N`.
#[derive(Debug, Clone, Copy)]
struct QueueId {
    letter: LetterId,
    recipient: Option<u16>,
}

impl QueueId {
    fn read(text: &str) -> Result<Self, Problem> {
        let read = || {
            let (letter, recipient) = text.split_once('-').map_or((text, None), |(letter, n)| (letter, Some(n)));
            Some(Self { letter: letter.parse().ok()?, recipient: recipient.map(str::parse).transpose().ok()? })
        };
        read().ok_or_else(|| Problem::not_found(format!("there is no letter {text}")))
    }
}

/// A letter with how far it got: `LETTER`, or `LETTER-N`.
#[utoipa::path(get, path = "/queue/{id}", tag = "queue", security(("key" = ["read"])), responses((status = 200, body = QueuedLetter)))]
async fn show(State(office): State<Arc<Office>>, visitor: Visitor, Path(id): Path<String>) -> Answer<QueuedLetter> {
    letter(&office, &visitor, QueueId::read(&id)?).await
}

async fn letter(office: &Office, visitor: &Visitor, id: QueueId) -> Answer<QueuedLetter> {
    let row = finding::letter(office, visitor, Verb::Read, &id.letter.to_string())?;
    let number = number(office, visitor, row.conversation)?;
    Ok(Json(QueuedLetter { number, letter: view::letter(&office.store, row).await? }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SteerRequest {
    /// Who decides; only the operator says it.
    by: Option<String>,
}

/// Tries again now.
#[utoipa::path(post, path = "/queue/{id}/retry", tag = "queue", security(("key" = ["answer"])), responses((status = 200, body = QueuedLetter)))]
async fn retry(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<SteerRequest>,
) -> Answer<QueuedLetter> {
    steer(&office, &visitor, QueueId::read(&id)?, Steer::Retry, request.by).await
}

/// Takes a whole letter back, before the first attempt.
#[utoipa::path(post, path = "/queue/{id}/recall", tag = "queue", security(("key" = ["answer"])), responses((status = 200, body = QueuedLetter)))]
async fn recall(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<SteerRequest>,
) -> Answer<QueuedLetter> {
    steer(&office, &visitor, QueueId::read(&id)?, Steer::Recall, request.by).await
}

/// Makes the words of a refused letter a draft again, for those it did not reach.
#[utoipa::path(post, path = "/queue/{id}/edit", tag = "queue", security(("key" = ["answer"])), responses((status = 200, body = QueuedLetter)))]
async fn edit(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<SteerRequest>,
) -> Answer<QueuedLetter> {
    steer(&office, &visitor, QueueId::read(&id)?, Steer::Edit, request.by).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DropRequest {
    by: Option<String>,
    why: String,
}

/// Ends the attempts.
#[utoipa::path(post, path = "/queue/{id}/drop", tag = "queue", security(("key" = ["answer"])), responses((status = 200, body = QueuedLetter)))]
async fn end(
    State(office): State<Arc<Office>>,
    visitor: Visitor,
    Path(id): Path<String>,
    Json(request): Json<DropRequest>,
) -> Answer<QueuedLetter> {
    let why = said(request.why, "say why it is dropped")?;
    steer(&office, &visitor, QueueId::read(&id)?, Steer::Drop { why }, request.by).await
}

async fn steer(
    office: &Office,
    visitor: &Visitor,
    id: QueueId,
    steer: Steer,
    by: Option<String>,
) -> Answer<QueuedLetter> {
    finding::letter(office, visitor, Verb::Answer, &id.letter.to_string())?;
    let by = visitor.by(by)?;
    let word = match steer {
        Steer::Retry => "retried",
        Steer::Drop { .. } => "dropped",
        Steer::Recall => "recalled",
        Steer::Edit => "taken back",
    };
    let QueueId { letter: asked, recipient } = id;
    match office.store.steer(Steering { letter: asked, recipient, steer, by, now: office.clock.now() }).await? {
        Steered::Done => maillog::steered(asked, word),
        Steered::TooLate(why) => return Err(Problem::conflict(why)),
    }
    letter(office, visitor, id).await
}
