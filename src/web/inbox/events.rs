//! `GET /events`: what changed, as it changes. Server-sent events (HTML Living Standard §9.2): a page that hears one takes what is new from
//! its own address, so that nothing is shown that a reload would not show.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use serde::Deserialize;
use serde_json::json;
use tokio_stream::{Stream, StreamExt as _, wrappers::BroadcastStream};

use super::{
    super::{
        finding::find,
        problem::Problem,
        visitor::{Posted, Visitor},
    },
    desk::{Desk, OPERATOR},
};
use crate::{
    store::Change,
    types::{ConversationId, Verb},
};

/// How often a silent line is shown to be alive: proxies close it after a minute.
const KEPT_ALIVE_EVERY: Duration = Duration::from_secs(20);

/// How long a page listens before it comes again: a role that was taken away counts from then on at the latest.
const LISTENS_AT_MOST: Duration = Duration::from_secs(600);

#[derive(Deserialize)]
pub(super) struct Looking {
    /// The conversation whose page listens.
    conversation: Option<String>,
}

type Told = Result<Event, Infallible>;

/// Events until something ends: the time of this listener, or the daemon, which waits for open answers.
struct Until {
    events: Pin<Box<dyn Stream<Item = Told> + Send>>,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Stream for Until {
    type Item = Told;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Told>> {
        match self.end.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => self.events.as_mut().poll_next(context),
        }
    }
}

/// Tells of changes at the addresses they may look at, and who else is on the same conversation.
pub(super) async fn listen(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Query(looking): Query<Looking>,
) -> Result<impl IntoResponse, Problem> {
    let here = looking.conversation.as_deref().map(|id| find(&desk.office, &visitor, Verb::Read, id)).transpose()?;
    let reach = visitor.actor.reach(Verb::Read);
    let changes = BroadcastStream::new(desk.office.store.changes()).filter_map(move |change| match change {
        Ok(Change::Conversation { id, address }) => {
            reach.holds(&address).then(|| told("change", &json!({ "conversation": id })))
        }
        Ok(Change::Held) => Some(told("change", &json!({ "held": true }))),
        Ok(Change::Webhooks) => None,
        // Too slow: everything is looked at again.
        Err(_) => Some(told("behind", &json!({}))),
    });
    let events: Pin<Box<dyn Stream<Item = Told> + Send>> = match here {
        Some(row) => Box::pin(changes.merge(others(&desk, &visitor, row.id))),
        None => Box::pin(changes),
    };
    let stop = desk.stop.clone();
    let end = async move {
        // Either is an end.
        let _ = tokio::time::timeout(LISTENS_AT_MOST, stop.cancelled()).await;
    };
    let events = Until { events, end: Box::pin(end) };
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEPT_ALIVE_EVERY)))
}

/// Who else is there. The listener is, while this is listened to.
fn others(desk: &Arc<Desk>, visitor: &Visitor, id: ConversationId) -> impl Stream<Item = Told> + use<> {
    let me = visitor.actor.name().unwrap_or(OPERATOR).to_owned();
    let news = desk.presence.news();
    let (desk, staying) = (desk.clone(), desk.presence.enter(id, &me));
    BroadcastStream::new(news).filter_map(move |of| {
        let _there = &staying;
        let concerns = of.is_ok_and(|of| of == id);
        let people = concerns.then(|| desk.presence.at(id, &me, desk.office.clock.now()));
        people.map(|people| told("here", &json!({ "people": people })))
    })
}

fn told(name: &str, what: &serde_json::Value) -> Told {
    Ok(Event::default().event(name).data(what.to_string()))
}

#[derive(Deserialize)]
pub(super) struct Nothing {}

/// `POST /c/{number}/typing`: others see that somebody writes.
pub(super) async fn typing(
    State(desk): State<Arc<Desk>>,
    visitor: Visitor,
    Path(number): Path<String>,
    Posted(Nothing {}): Posted<Nothing>,
) -> Result<StatusCode, Problem> {
    let row = find(&desk.office, &visitor, Verb::Answer, &number)?;
    desk.presence.typed(row.id, visitor.actor.name().unwrap_or(OPERATOR), desk.office.clock.now());
    Ok(StatusCode::NO_CONTENT)
}
