//! `Idempotency-Key`: a POST that is sent again, because nobody heard its answer, is not done again.
//!
//! The same key with the same request by the same actor gets the same answer, for a day, as long as it is in memory: a restart
//! forgets it. What was refused is forgotten at once, for nothing was done.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{problem::Problem, visitor::Visitor};
use crate::{
    people::Actor,
    types::{Clock, Millis},
};

/// The header. draft-ietf-httpapi-idempotency-key-header.
const HEADER: &str = "idempotency-key";

/// Octets of a key.
const KEY_OCTETS_MAX: usize = 255;

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// Answers that are kept, and their octets together; the oldest go first.
const ANSWERS_MAX: usize = 10_000;
const OCTETS_MAX: usize = 32 * 1024 * 1024;

/// Octets of a request: the largest there is, a letter with its files.
const REQUEST_OCTETS_MAX: usize = 72 * 1024 * 1024;

/// What was answered to whom.
#[derive(Debug)]
pub(super) struct Answered {
    clock: Clock,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    answers: HashMap<Of, Answer>,
    /// Those that are done, oldest first.
    order: VecDeque<(Millis, Of)>,
    octets: usize,
}

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Of {
    who: String,
    key: String,
}

#[derive(Debug)]
struct Answer {
    request: blake3::Hash,
    /// With the rights of then: an answer is not shown to who has others by now.
    actor: Actor,
    /// `None` while it is being done.
    done: Option<Done>,
}

#[derive(Debug, Clone)]
struct Done {
    status: StatusCode,
    media_type: Option<header::HeaderValue>,
    body: Bytes,
}

/// What a request finds.
enum Found {
    New,
    Same(Done),
    Refused(Problem),
}

impl Answered {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, of: &Of, request: blake3::Hash, actor: &Actor) -> Found {
        let mut kept = self.kept();
        kept.forget_older_than(Millis(self.clock.now().0.saturating_sub(KEPT.as_millis() as u64)));
        match kept.answers.get(of) {
            Some(before) if before.request != request => {
                Found::Refused(Problem::not_right("this Idempotency-Key came with another request before"))
            }
            Some(before) if before.actor != *actor => Found::Refused(Problem::forbidden()),
            Some(Answer { done: None, .. }) => {
                Found::Refused(Problem::conflict("the request with this Idempotency-Key is still being done"))
            }
            Some(Answer { done: Some(done), .. }) => Found::Same(done.clone()),
            None => {
                kept.answers.insert(of.clone(), Answer { request, actor: actor.clone(), done: None });
                Found::New
            }
        }
    }

    fn end(&self, of: &Of, done: Done) {
        let mut kept = self.kept();
        kept.octets += done.body.len();
        if let Some(answer) = kept.answers.get_mut(of) {
            answer.done = Some(done);
        }
        kept.order.push_back((self.clock.now(), of.clone()));
        while kept.order.len() > ANSWERS_MAX || kept.octets > OCTETS_MAX {
            kept.forget_oldest();
        }
    }
}

impl Kept {
    fn forget_older_than(&mut self, since: Millis) {
        while self.order.front().is_some_and(|(at, _)| *at < since) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((_, of)) = self.order.pop_front() else { return };
        let gone = self.answers.remove(&of).and_then(|answer| answer.done);
        self.octets -= gone.map_or(0, |done| done.body.len());
    }
}

/// Does a request once.
pub(super) async fn once(State(answered): State<Arc<Answered>>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let (Some(key), Some(visitor)) = (request.headers().get(HEADER), visitor) else { return next.run(request).await };
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let Some(key) = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_OCTETS_MAX) else {
        let words = format!("an Idempotency-Key has 1 to {KEY_OCTETS_MAX} visible ASCII characters");
        return Problem::bad_request(words).into_response();
    };
    let (of, actor) = (Of { who: who(&visitor.actor), key: key.to_owned() }, visitor.actor.clone());
    let (parts, body) = request.into_parts();
    let Ok(octets) = to_bytes(body, REQUEST_OCTETS_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let whole = [parts.uri.to_string().as_bytes(), &[0], &octets].concat();
    match answered.begin(&of, blake3::hash(&whole), &actor) {
        Found::Refused(problem) => problem.into_response(),
        Found::Same(done) => done.into_response(),
        Found::New => {
            let request = Request::from_parts(parts, Body::from(octets));
            // On its own: it goes on when the caller leaves, and what it does is known when they come back.
            let work = tokio::spawn(Work { answered, of }.done(request, next));
            work.await.unwrap_or_else(|_| Problem::broken("the request broke").into_response())
        }
    }
}

fn who(actor: &Actor) -> String {
    match actor {
        Actor::Operator => "operator".to_owned(),
        Actor::Person { name, .. } => format!("person {name}"),
        Actor::Key { name, .. } => format!("key {name}"),
    }
}

/// A request that is being done. When it ends without an answer that is kept, its key is free again.
struct Work {
    answered: Arc<Answered>,
    of: Of,
}

impl Work {
    async fn done(self, request: Request, next: Next) -> Response {
        let answer = next.run(request).await;
        if !answer.status().is_success() {
            return answer;
        }
        let (parts, body) = answer.into_parts();
        let Ok(body) = to_bytes(body, usize::MAX).await else {
            return Problem::broken("the answer broke").into_response();
        };
        let media_type = parts.headers.get(header::CONTENT_TYPE).cloned();
        self.answered.end(&self.of, Done { status: parts.status, media_type, body: body.clone() });
        Response::from_parts(parts, Body::from(body))
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let mut kept = self.answered.kept();
        if kept.answers.get(&self.of).is_some_and(|answer| answer.done.is_none()) {
            kept.answers.remove(&self.of);
        }
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let mut answer = (self.status, self.body).into_response();
        if let Some(media_type) = self.media_type {
            answer.headers_mut().insert(header::CONTENT_TYPE, media_type);
        }
        answer
    }
}
